"""Prices of the coming hours, from the entities that the user chose."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isclose
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import CONF_FEED_IN, DOMAIN, LOGGER
from ..sessions.pricing import price_of
from ..smart_charging.numbers import number
from ..smart_charging.planning.prices import PriceSlot, slots_of
from .price_history import PriceHistory

_FACTORS: Final = (1.0, 0.01, 0.001, 100.0, 1000.0)
_UNITS: Final = {"nordpool": 0.001}
"""Factors to a price per kWh for integrations whose actions use another unit."""
_AHEAD: Final = timedelta(days=8)
"""For how long the present price for feeding in is expected to stay."""
_RENEW: Final = timedelta(hours=1)
_KEEP: Final = timedelta(hours=6)
_NOT_SOONER: Final = timedelta(minutes=10)
"""Minimum time between two calls, as an action may query a service on the internet."""

type _Call = tuple[str, dict[str, Any]]
"""The name of an action, and its data."""


def _day_start(day: date) -> str:
    return dt_util.start_of_local_day(day).isoformat()


# Integrations of Home Assistant that provide the prices only by an action.
_ACTIONS: Final[Mapping[str, Callable[[str | None, date], _Call]]] = {
    "nordpool": lambda entry_id, day: (
        "get_prices_for_date",
        {"config_entry": entry_id, "date": day.isoformat()},
    ),
    "tibber": lambda _entry_id, day: (
        "get_prices",
        {"start": _day_start(day), "end": _day_start(day + timedelta(days=1))},
    ),
    "energyzero": lambda entry_id, day: (
        "get_energy_prices",
        {
            "config_entry": entry_id,
            "incl_vat": True,
            "start": day.isoformat(),
            "end": day.isoformat(),
        },
    ),
    "easyenergy": lambda entry_id, day: (
        "get_energy_usage_prices",
        {
            "config_entry": entry_id,
            "incl_vat": True,
            "start": day.isoformat(),
            "end": day.isoformat(),
        },
    ),
}


async def async_read_prices(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh from now on; empty if there are none."""
    slots = await _read(hass, entity_ids, now)
    return [slot for slot in slots if slot.end > now]


async def _read(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh, those of the past included.

    Prices in the attributes of the entities have priority over the response of an
    action of their integration.
    """
    if slots := read_attributes(hass, entity_ids, now):
        return slots
    answers: list[object] = []
    usual = 1.0
    for entity_id in entity_ids:
        platform, told = await _ask(hass, entity_id, now)
        answers += told
        usual = _UNITS.get(platform, usual)
    found = _slots(answers, now)
    return _coming(_priced(_states(hass, entity_ids), found, now, usual), now)


def _slots(data: object, now: datetime) -> list[PriceSlot]:
    zone = dt_util.get_default_time_zone()
    return slots_of(data, zone, dt_util.as_local(now).date())


def _coming(slots: list[PriceSlot], now: datetime) -> list[PriceSlot]:
    """Return slots, those of the past included; none if all of them are past."""
    return slots if any(slot.end > now for slot in slots) else []


def read_attributes(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh in the attributes; empty if none is of the future."""
    states = _states(hass, entity_ids)
    found: dict[datetime, PriceSlot] = {}
    # One entity may have the prices of today, and another those of tomorrow.
    for state in states:
        for slot in _slots(state.attributes, now):
            found.setdefault(slot.start, slot)
    slots = sorted(found.values())
    return _coming(_priced(states, slots, now, _factor_of(states)), now)


def _states(hass: HomeAssistant, entity_ids: Iterable[str]) -> list[State]:
    return [state for one in entity_ids if (state := hass.states.get(one)) is not None]


async def _ask(
    hass: HomeAssistant, entity_id: str, now: datetime
) -> tuple[str, list[object]]:
    """Return an entity's integration, and the responses of its action, one per day."""
    registered = er.async_get(hass).async_get(entity_id)
    if registered is None or (make := _ACTIONS.get(registered.platform)) is None:
        return "", []
    answers: list[object] = []
    today = dt_util.as_local(now).date()
    for day in (today, today + timedelta(days=1)):
        name, data = make(registered.config_entry_id, day)
        if not hass.services.has_service(registered.platform, name):
            return "", []
        try:
            answer = await hass.services.async_call(
                registered.platform, name, data, blocking=True, return_response=True
            )
        except (HomeAssistantError, vol.Invalid) as err:
            # The prices of tomorrow are not known before noon, and a service may be
            # down.
            LOGGER.debug("%s.%s tells no prices: %s", registered.platform, name, err)
            continue
        answers.append(
            _own_part(answer, registered.unique_id, hass.states.get(entity_id))
        )
    return registered.platform, answers


def _own_part(answer: object, unique_id: str, state: State | None) -> object:
    """Return the part of a response that belongs to the entity.

    Nord Pool returns a list for each area, Tibber one for each home.
    """
    inner = answer.get("prices", answer) if isinstance(answer, Mapping) else answer
    if not isinstance(inner, Mapping):
        return answer
    home = None if state is None else state.attributes.get("app_nickname")
    for key, part in inner.items():
        if key == home or unique_id.startswith(f"{key}-"):
            return part
    return answer


def _priced(
    states: Iterable[State], slots: list[PriceSlot], now: datetime, usual: float
) -> list[PriceSlot]:
    """Return slots with prices per kWh in Home Assistant's currency.

    Some lists are in cents or per MWh while the state of their entity is not: the
    current price shows the factor. `usual` is the factor if it does not.
    """
    present = next((slot.price for slot in slots if slot.start <= now < slot.end), None)
    factor = usual
    for state in states:
        price = price_of(state)
        if price and present:
            factor = next(
                (
                    factor
                    for factor in (usual, *_FACTORS)
                    if isclose(present * factor, price, rel_tol=0.05)
                ),
                usual,
            )
            break
    if factor == 1.0:
        return slots
    return [PriceSlot(slot.start, slot.end, slot.price * factor) for slot in slots]


def _factor_of(states: Iterable[State]) -> float:
    """Return the factor from the unit of an entity to a price per kWh."""
    for state in states:
        one = State(state.entity_id, "1", state.attributes)
        return price_of(one) or 1.0
    return 1.0


def feed_in_slots(
    hass: HomeAssistant, options: Mapping[str, Any], now: datetime
) -> list[PriceSlot]:
    """Return what sun earns from now on; empty if it is unknown.

    An entity without a list of prices stands for its present price.
    """
    chosen = options.get(CONF_FEED_IN)
    price = number(chosen)
    if price is None and isinstance(chosen, str) and "." in chosen:
        if slots := read_attributes(hass, [chosen], now):
            return slots
        state = hass.states.get(chosen)
        price = None if state is None else price_of(state)
    if price is None:
        return []
    return [PriceSlot(now, now + _AHEAD, price)]


class PriceInputs:
    """Keeps the prices of entities up to date while `async_run` is called."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        entity_ids: Sequence[str],
        now: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        """Start without prices; `changed` is called when they change."""
        self._hass = hass
        self._entry = entry
        self._entity_ids = list(entity_ids)
        self._now = now
        self._changed = changed
        self._kept = PriceHistory()
        self._read_at: datetime | None = None
        self._kept_at: datetime | None = None
        self._asking = False
        self._unwatch: Callable[[], None] | None = None

    def slots(self, now: datetime) -> list[PriceSlot]:
        """Return the known prices, and those of the days before.

        Prices remain valid while their entity is unavailable.
        """
        return self._kept.slots(now)

    def load(self, record: object, now: datetime) -> None:
        """Restore stored prices, unless they are of other entities."""
        if isinstance(record, Mapping) and record.get("of") == self._entity_ids:
            self._kept.load(record.get("slots"), now)

    def record(self, now: datetime) -> dict[str, Any]:
        """Return the prices to store."""
        return {"of": self._entity_ids, "slots": self._kept.record(now)}

    @callback
    def async_run(self, now: datetime) -> None:
        """Read the prices if they are too old; to be called regularly."""
        if not self._entity_ids:
            return
        if self._unwatch is None:
            self._unwatch = async_track_state_change_event(
                self._hass, self._entity_ids, self._entity_changed
            )
        if self._read_at is None or not timedelta() <= now - self._read_at < _RENEW:
            self._update(now)

    @callback
    def async_keep(self, now: datetime) -> None:
        """Read the prices seldom, to know those of the days before."""
        if not self._entity_ids or (
            self._kept_at is not None and timedelta() <= now - self._kept_at < _KEEP
        ):
            return
        self._kept_at = now
        self._update(now)

    @callback
    def async_stop(self) -> None:
        """Stop the updates; the prices remain."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        self._read_at = None

    @callback
    def _entity_changed(self, _event: Event[EventStateChangedData]) -> None:
        self._update(self._now(), asks=False)

    def _update(self, now: datetime, *, asks: bool = True) -> None:
        """Read the prices from the attributes, or else by an action."""
        if slots := read_attributes(self._hass, self._entity_ids, now):
            self._read_at = now
            self._take(slots, now)
            return
        recent = self._read_at is not None and now - self._read_at < _NOT_SOONER
        if self._asking or (recent and not asks):
            return
        self._asking = True
        self._read_at = now
        self._entry.async_create_background_task(
            self._hass, self._async_ask(now), f"{DOMAIN} prices"
        )

    async def _async_ask(self, now: datetime) -> None:
        try:
            slots = await _read(self._hass, self._entity_ids, now)
        finally:
            self._asking = False
        if slots:
            self._take(slots, now)

    def _take(self, slots: list[PriceSlot], now: datetime) -> None:
        if self._kept.take(slots, now):
            self._changed()
