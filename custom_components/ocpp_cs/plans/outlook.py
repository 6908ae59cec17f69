"""What the house offers to vehicles over the coming hours: prices, sun and limits."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.store import SERVER, Memory
from ..charging.control import ModeControl
from ..const import CONF_PRICE_ENTITIES, CONF_SOLAR
from ..smart_charging.planning.model import Site, SunSlot
from .feed_in import feed_in_slots
from .forecast import SunForecast
from .prices import PriceInputs

_RECORD: Final = "planning"
_SAVE_S: Final = 3600.0
"""The time between two saves of what changes all the time."""


class Outlook:
    """Keeps prices, forecast and what was learned of the house, and stores it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        control: ModeControl,
        now: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        """Restore what was stored.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server, with its options.
            memory: Has the stored state.
            control: Knows the meters and the limits of the house.
            now: Returns the present time.
            changed: Called when prices or forecast change.
        """
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._control = control
        self._now = now
        self._changed = changed
        self._saved_at: datetime | None = None
        self._take_options()

    def _take_options(self) -> None:
        self._options: Mapping[str, Any] = self._entry.options.get(CONF_SOLAR) or {}
        self._prices = PriceInputs(
            self._hass,
            self._entry,
            self._options.get(CONF_PRICE_ENTITIES) or (),
            self._now,
            self._changed,
        )
        self._sun = SunForecast(self._hass, self._entry, self._options, self._changed)
        kept = self._memory.get(SERVER, _RECORD)
        if isinstance(kept, Mapping):
            self._prices.load(kept.get("prices"), self._now())

    @callback
    def async_update(self) -> None:
        """Apply a change of the options."""
        self._prices.async_stop()
        self._save()
        self._take_options()

    @callback
    def async_look(self, now: datetime) -> None:
        """Update prices and forecast if they are too old; called while there are plans."""
        self._prices.async_run(now)
        self._sun.async_run(now)

    @callback
    def async_rest(self) -> None:
        """Stop the updates, as there are no plans."""
        self._prices.async_stop()

    @callback
    def async_learn(self, now: datetime) -> None:
        """Learn from the last minute, whether there are plans or not."""
        self._prices.async_keep(now)
        if self._saved_at is None or not (
            0 <= (now - self._saved_at).total_seconds() < _SAVE_S
        ):
            self._save()

    @callback
    def async_stop(self) -> None:
        """Stop, and store what was learned."""
        self._prices.async_stop()
        self._save()

    def _save(self) -> None:
        now = self._saved_at = self._now()
        self._memory.async_set(SERVER, _RECORD, {"prices": self._prices.record(now)})

    def site(self, now: datetime) -> Site:
        """Return what the house offers from now on."""
        settings = self._control.settings
        fuse_a = settings.fuse_a
        if fuse_a is not None:
            fuse_a = max(fuse_a - settings.fuse_margin_a, 0.0)
        return Site(
            prices=self._prices.slots(now),
            feed_in=feed_in_slots(self._hass, self._options, now),
            sun=self._surplus(now),
            fuse_a=fuse_a,
            circuits=settings.circuits,
            ceiling_w=self._control.house.ceiling_w,
            peak_w=settings.peak_w,
        )

    def _surplus(self, now: datetime) -> list[SunSlot]:
        return self._sun.slots(now)
