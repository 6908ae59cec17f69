"""The prices of a server: now, in the past as far as it is remembered, and to come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..chargers.component import Component
from ..chargers.store import SERVER, Memory
from ..chargers.subentries import own_tag_of
from ..const import CONF_ID_TAG, SUBENTRY_CHARGER, SUBENTRY_ID_TAG, SUBENTRY_VEHICLE
from ..csms.model.tags import tag_key
from ..smart_charging.planning.prices import PriceSlot
from ..vehicles.model import GUEST
from .agreed import AgreedPrices
from .options import PriceOptions, price_options
from .rate import Rate
from .recorded import RecordedPrices
from .source import PriceSource
from .tariffs import Tariff, tariff_of
from .track import KEPT_S

_RECORD: Final = "prices"
_RECORD_BEFORE: Final = "planning"
"""Where the prices of the coming hours were stored before there was `_RECORD`."""
_SAVE_S: Final = 3600.0
_AHEAD: Final = timedelta(days=8)
"""For how long the present price for feeding in is expected to stay."""
_FLAT: Final = timedelta(days=2)
"""For how long a fixed price is told in advance."""
_PLANNED: Final = timedelta(days=2)
"""How far plans look back for the prices of the days before."""


class Prices(Component):
    """Knows what a kWh costs: from the grid and from the own sun, for whom, and when.

    Who wants to know of new prices of the coming hours calls `listen`.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Create the prices; `async_load` restores those from before a restart."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._listeners: list[Callable[[], None]] = []
        self._running = False
        self._saved_at: datetime | None = None
        self._tags: dict[str, Tariff] = {}
        """By the tag as `tag_key` spells it."""
        self._vehicles: dict[str, Tariff] = {}
        """By the id of the subentry."""
        self._cards: frozenset[str] = frozenset()
        """All tags that the user entered."""
        self._own_tags: frozenset[str] = frozenset()
        self._options = PriceOptions()
        self._agreed = AgreedPrices()
        self._recorded = RecordedPrices(hass)
        self._grid = self._source(None, ())
        self._fed_in = self._source(None, ())

    @staticmethod
    def _now() -> datetime:
        """Return the time of this module's clock, which tests patch."""
        return _now()

    @callback
    def async_load(self) -> None:
        """Take the options, and the prices from before the restart."""
        kept = self._memory.get(SERVER, _RECORD)
        if isinstance(kept, dict):
            self._agreed.load(kept.get("agreed"), _now().timestamp())
        self._take_options()
        self._take_tariffs()
        self._running = True
        self._grid.async_start()
        self._fed_in.async_start()

    # What others ask for.

    @property
    def currency(self) -> str:
        """The currency of all prices, as in ISO 4217."""
        return self._options.currency or self._hass.config.currency

    def price(self) -> float | None:
        """Return the present price of a kWh from the grid, without any tariff."""
        return self._grid_price(_now(), self._options)

    def rate(
        self, id_tag: str, vehicle: str | None, at: datetime | None = None
    ) -> Rate:
        """Return what a kWh costs for somebody.

        Args:
            id_tag: The id tag of the session; empty without one. Its tariff goes before
                that of the vehicle.
            vehicle: The id of the vehicle, `GUEST`, or None.
            at: The time; the present without it. Those of entities are known of the
                last days, those that were entered for years.

        Returns:
            The prices; None in them is what is unknown.
        """
        when = _now() if at is None else at
        then = self._options if at is None else self._agreed_at(at)
        sun = None if then.feed_in_entity is None else self._fed_in.at(when)
        return self._for(
            id_tag,
            vehicle,
            then.guests,
            Rate(
                grid=self._grid_price(when, then),
                sun=_usual_sun_price(then) if sun is None else sun,
                currency=then.currency or self.currency,
            ),
        )

    async def async_rate_then(
        self, id_tag: str, vehicle: str | None, at: datetime
    ) -> Rate:
        """Return what a kWh cost for somebody at a time that may be long ago.

        What is not remembered comes from the recorder, as far as it has it.

        Args:
            id_tag: As for `rate`.
            vehicle: As for `rate`.
            at: The time.

        Returns:
            The prices.
        """
        then = self._agreed_at(at)
        grid = sun = None
        if not then.is_fixed:
            grid = self._grid.at(at)
            if grid is None and self._grid.spot is not None:
                grid = await self._recorded.async_at(self._grid.spot, at)
        if then.feed_in_entity is not None:
            sun = self._fed_in.at(at)
            if sun is None and self._fed_in.spot is not None:
                sun = await self._recorded.async_at(self._fed_in.spot, at)
        return self._for(
            id_tag,
            vehicle,
            then.guests,
            Rate(
                grid=self._entered(then) if grid is None else _charged(grid, then),
                sun=_usual_sun_price(then) if sun is None else sun,
                currency=then.currency or self.currency,
            ),
        )

    def coming(self, now: datetime) -> list[PriceSlot]:
        """Return the prices of a kWh from the grid, from now on.

        A fixed price is told for two days, unless there are entities for prices.
        """
        return [slot for slot in self.known(now) if slot.end > now]

    def known(self, now: datetime) -> list[PriceSlot]:
        """Return the prices to come, and those of the two days before, as plans want."""
        slots = [
            PriceSlot(slot.start, slot.end, _charged(slot.price, self._options))
            for slot in self._grid.slots(now)
            if slot.end > now - _PLANNED
        ]
        price = self._options.price
        if slots or price is None or self._options.lists:
            # While entities are silent, nobody knows what is to come.
            return slots
        return [PriceSlot(now, now + _FLAT, price)]

    def feed_in(self, now: datetime) -> list[PriceSlot]:
        """Return what sun earns from now on; empty if it is unknown.

        An entity without a list of prices stands for its present price.
        """
        if slots := [slot for slot in self._fed_in.slots(now) if slot.end > now]:
            return slots
        price = self._fed_in.at(now)
        if price is None:
            price = self._options.feed_in
        return [] if price is None else [PriceSlot(now, now + _AHEAD, price)]

    @property
    def tells_coming(self) -> bool:
        """Whether there are entities for the prices of the coming hours."""
        return bool(self._options.coming) or self._grid.tells_coming

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` for new prices of the coming hours; return how to end that."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    def diagnostics(self, now: datetime) -> dict[str, Any]:
        """Return what is known, for diagnostics."""
        rate = self.rate("", None, now)
        return {
            "now": {"grid": rate.grid, "sun": rate.sun},
            "tariffs": len(self._tags) + len(self._vehicles),
            "grid": self._grid.record(now),
            "feed_in": self._fed_in.record(now),
        }

    # What the server calls.

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options, tags and vehicles."""
        self._take_tariffs()
        if price_options(self._entry.options) != self._options:
            self._halt()
            self._take_options()
            self._running = True
            self._grid.async_start()
            self._fed_in.async_start()
            self._changed()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Read the prices of the coming hours if they are too old."""
        # The currency of Home Assistant may have changed.
        self._note_agreed()
        self.async_look(_now())

    @callback
    def async_look(self, now: datetime) -> None:
        """Read the prices of the coming hours if they are too old; save what is known."""
        if not self._running:
            return
        self._grid.async_look(now)
        self._fed_in.async_look(now)
        if (
            self._saved_at is None
            or not 0 <= (now - self._saved_at).total_seconds() < _SAVE_S
        ):
            self._save()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop, and store what is known."""
        super().async_stop()
        if self._running:
            self._halt()

    def _halt(self) -> None:
        self._running = False
        self._grid.async_stop()
        self._fed_in.async_stop()
        self._save()

    def _save(self) -> None:
        now = self._saved_at = _now()
        self._memory.async_set(
            SERVER,
            _RECORD,
            {
                "grid": self._grid.record(now),
                "feed_in": self._fed_in.record(now),
                "agreed": self._agreed.record(),
            },
        )

    # The parts of a rate.

    def _agreed_at(self, when: datetime) -> PriceOptions:
        """Return what the page *Prices* said at a time."""
        return self._agreed.at(when.timestamp()) or self._options

    def _grid_price(self, when: datetime, then: PriceOptions) -> float | None:
        if then.is_fixed:
            return then.price
        if (price := self._grid.at(when)) is not None:
            return _charged(price, then)
        forgotten = self._options.lists and (_now() - when).total_seconds() > KEPT_S
        return None if forgotten else self._entered(then)

    def _entered(self, then: PriceOptions) -> float | None:
        """Return the fixed price; one that was entered later, where there was none."""
        return self._options.price if then.price is None else then.price

    def tariff(self, id_tag: str, vehicle: str | None) -> Tariff:
        """Return the tariff of somebody at present.

        Args:
            id_tag: As for `rate`.
            vehicle: As for `rate`.
        """
        return self._tariff(id_tag, vehicle, self._options.guests) or Tariff()

    def tariffs(self) -> list[Tariff]:
        """Return all tariffs that somebody may have, that of the house included."""
        guests = self._options.guests
        return [
            Tariff(),
            *self._tags.values(),
            *self._vehicles.values(),
            *(() if guests is None else (guests,)),
        ]

    def _for(
        self, id_tag: str, vehicle: str | None, guests: Tariff | None, rate: Rate
    ) -> Rate:
        """Return what the server's prices are for somebody."""
        found = self._tariff(id_tag, vehicle, guests)
        return rate if found is None else found.applied(rate)

    def _tariff(
        self, id_tag: str, vehicle: str | None, guests: Tariff | None
    ) -> Tariff | None:
        """Return the tariff of a tag, or else of a vehicle."""
        key = tag_key(id_tag) if id_tag else ""
        found = self._tags.get(key)
        if found is None and vehicle is not None:
            found = self._vehicles.get(vehicle)
        if found is None and guests is not None and self._is_guest(key, vehicle):
            found = guests
        return found

    def _is_guest(self, key: str, vehicle: str | None) -> bool:
        """Return whether a session is somebody's who is not known.

        Where no vehicles are entered, it is a card that is none of those that are.
        """
        if vehicle is not None:
            return vehicle == GUEST
        return bool(key and self._cards) and key not in self._cards | self._own_tags

    # Options and subentries.

    def _source(self, entity: str | None, lists: tuple[str, ...]) -> PriceSource:
        return PriceSource(
            self._hass,
            self._entry,
            self._now,
            self._changed,
            entity=entity,
            lists=lists,
        )

    def _take_options(self) -> None:
        self._options = options = price_options(self._entry.options)
        fed_in = options.feed_in_entity
        self._grid = self._source(options.entity, options.lists)
        self._fed_in = self._source(fed_in, () if fed_in is None else (fed_in,))
        now = _now()
        kept = self._memory.get(SERVER, _RECORD)
        if isinstance(kept, dict):
            self._grid.load(kept.get("grid"), now)
            self._fed_in.load(kept.get("feed_in"), now)
        elif isinstance(before := self._memory.get(SERVER, _RECORD_BEFORE), dict):
            self._grid.load(before.get("prices"), now)
        self._note_agreed()

    def _note_agreed(self) -> None:
        """Note what is charged from now on."""
        agreed = replace(self._options, currency=self.currency)
        is_any = agreed.is_set or agreed.guests or self._agreed.record()
        if is_any and self._agreed.note(agreed, _now().timestamp()):
            self._save()

    def _take_tariffs(self) -> None:
        self._tags = {
            tag_key(id_tag): tariff
            for one in self._entry.get_subentries_of_type(SUBENTRY_ID_TAG)
            if isinstance(id_tag := one.data.get(CONF_ID_TAG), str)
            and (tariff := tariff_of(one.data)) is not None
        }
        self._vehicles = {
            one.subentry_id: tariff
            for one in self._entry.get_subentries_of_type(SUBENTRY_VEHICLE)
            if (tariff := tariff_of(one.data)) is not None
        }
        self._cards = frozenset(
            tag_key(id_tag)
            for one in self._entry.get_subentries_of_type(SUBENTRY_ID_TAG)
            if isinstance(id_tag := one.data.get(CONF_ID_TAG), str)
        )
        self._own_tags = frozenset(
            tag_key(str(one.data.get(CONF_ID_TAG, own_tag_of(self._entry))))
            for one in self._entry.get_subentries_of_type(SUBENTRY_CHARGER)
        )

    def _changed(self) -> None:
        for listener in list(self._listeners):
            listener()


def _charged(price: float, then: PriceOptions) -> float:
    """Return the price of an entity with what is added to it."""
    return price * (1 + then.vat / 100) + then.surcharge


def _usual_sun_price(then: PriceOptions) -> float | None:
    """Return what sun costs while no entity tells it."""
    if then.feed_in is not None or then.feed_in_entity is not None:
        return then.feed_in
    return 0.0 if then.has_price else None


def _now() -> datetime:
    return dt_util.utcnow()
