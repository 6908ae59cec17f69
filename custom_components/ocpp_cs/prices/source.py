"""A source of prices: entities that the user chose, and what they told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..const import DOMAIN
from ..smart_charging.planning.prices import PriceSlot
from .history import PriceHistory
from .reading import async_read_all, can_be_asked, read_attributes
from .track import Track
from .units import price_of

_RENEW: Final = timedelta(hours=1)
_ENOUGH: Final = timedelta(hours=12)
"""Prices that are known for so long are not asked for again."""
_NOT_SOONER: Final = timedelta(minutes=10)
"""Minimum time between two calls, as an action may query a service on the internet."""


class PriceSource:
    """Keeps the prices of entities up to date, those of the last days included."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        now: Callable[[], datetime],
        changed: Callable[[], None],
        *,
        entity: str | None,
        lists: Sequence[str],
    ) -> None:
        """Start without prices.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            now: Returns the present time.
            changed: Called when the prices of the coming hours change.
            entity: The entity whose state is the price; it goes before the lists.
            lists: The entities that may tell the prices of the coming hours. Without
                such prices the state of the first one is the price.
        """
        self._hass = hass
        self._entry = entry
        self._now = now
        self._changed = changed
        self._entity = entity
        self._lists = list(lists)
        self.spot = entity or (lists[0] if lists else None)
        """The entity whose state may be the price."""
        self._track = Track()
        self._kept = PriceHistory()
        self._read_at: datetime | None = None
        self._asking = False
        self._unwatch: Callable[[], None] | None = None

    @property
    def tells_coming(self) -> bool:
        """Whether the prices of coming hours are known."""
        return (until := self._kept.until) is not None and until > self._now()

    def at(self, when: datetime) -> float | None:
        """Return the price of a kWh at a time; None if it is unknown."""
        told = self._track.at(when.timestamp())
        if self._entity is not None and told is not None:
            return told
        # The state of an entity with a list may be something else, such as a mean.
        listed = self._kept.at(when)
        return told if listed is None else listed

    def slots(self, now: datetime) -> list[PriceSlot]:
        """Return the prices of the coming hours, and those of the days before.

        Prices remain valid while their entity is unavailable.
        """
        return self._kept.slots(now)

    def load(self, record: object, now: datetime) -> None:
        """Restore stored prices, unless they are of other entities."""
        if not isinstance(record, Mapping):
            return
        if record.get("of") == self._lists:
            self._kept.load(record.get("slots"), now)
        if self.spot is not None and record.get("spot") == self.spot:
            self._track.load(record.get("track"), now.timestamp())

    def record(self, now: datetime) -> dict[str, Any]:
        """Return the prices to store."""
        return {
            "of": self._lists,
            "slots": self._kept.record(now),
            "spot": self.spot,
            "track": self._track.record(now.timestamp()),
        }

    @callback
    def async_start(self) -> None:
        """Follow the entities."""
        entity_ids = {*self._lists, *([self.spot] if self.spot else ())}
        if self._unwatch is None and entity_ids:
            self._unwatch = async_track_state_change_event(
                self._hass, list(entity_ids), self._entity_changed
            )
            self._note(self._now())
            self.async_look(self._now())

    @callback
    def async_look(self, now: datetime) -> None:
        """Read the coming prices if they are too old; to be called regularly."""
        if (
            self._lists
            and self._unwatch is not None
            and (
                self._read_at is None or not timedelta() <= now - self._read_at < _RENEW
            )
        ):
            self._update(now)

    @callback
    def async_stop(self) -> None:
        """Stop following the entities; the prices remain."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        self._read_at = None

    @callback
    def _entity_changed(self, event: Event[EventStateChangedData]) -> None:
        now = self._now()
        if event.data["entity_id"] == self.spot:
            self._note(now)
        if event.data["entity_id"] in self._lists:
            old, new = event.data["old_state"], event.data["new_state"]
            if old is None or new is None or old.attributes != new.attributes:
                self._update(now, asks=False)

    def _note(self, now: datetime) -> None:
        if self.spot is not None:
            price = price_of(self._hass.states.get(self.spot))
            self._track.note(price, now.timestamp())

    def _update(self, now: datetime, *, asks: bool = True) -> None:
        """Read the prices from the attributes, or else by an action."""
        if slots := read_attributes(self._hass, self._lists, now):
            self._read_at = now
            self._take(slots, now)
            return
        recent = self._read_at is not None and now - self._read_at < _NOT_SOONER
        if self._asking or (recent and not asks):
            return
        self._read_at = now
        until = self._kept.until
        if (until is not None and until - now > _ENOUGH) or not can_be_asked(
            self._hass, self._lists
        ):
            return
        self._asking = True
        self._entry.async_create_background_task(
            self._hass, self._async_ask(now), f"{DOMAIN} prices"
        )

    async def _async_ask(self, now: datetime) -> None:
        try:
            slots = await async_read_all(self._hass, self._lists, now)
        finally:
            self._asking = False
        if slots:
            self._take(slots, now)

    def _take(self, slots: list[PriceSlot], now: datetime) -> None:
        if self._kept.take(slots, now):
            self._changed()
