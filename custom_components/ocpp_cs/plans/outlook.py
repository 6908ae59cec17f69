"""What the house offers to vehicles over the coming hours: prices, sun and limits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.store import SERVER, Memory
from ..charging.control import ModeControl
from ..const import (
    CONF_BASE_LOAD,
    CONF_CURRENTS,
    CONF_PHASE_POWERS,
    CONF_PV_POWER,
    CONF_SOLAR,
)
from ..prices.prices import Prices
from ..smart_charging.planning.model import LoadSlot, Site, SunSlot
from ..smart_charging.planning.room import USUAL_LOAD_W
from .cars import cars_a
from .forecast import SunForecast
from .learned import LearnedHouse
from .point import PlanPoint

_RECORD: Final = "planning"
_SAVE_S: Final = 3600.0
"""The time between two saves of what changes all the time."""
_AHEAD: Final = timedelta(days=7)
_VOLTAGE: Final = 230.0


class Outlook:
    """Keeps the forecast and what was learned of the house, and stores it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        control: ModeControl,
        prices: Prices,
        now: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        """Restore what was stored.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server, with its options.
            memory: Has the stored state.
            control: Knows the meters and the limits of the house.
            prices: Knows what a kWh costs, and what it earns.
            now: Returns the present time.
            changed: Called when the forecast changes.
        """
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._control = control
        self._prices = prices
        self._now = now
        self._changed = changed
        self._saved_at: datetime | None = None
        self._learned = LearnedHouse(memory.get(SERVER, _RECORD))
        self._take_options()

    def _take_options(self) -> None:
        self._options: Mapping[str, Any] = self._entry.options.get(CONF_SOLAR) or {}
        self._sun = SunForecast(self._hass, self._entry, self._options, self._changed)

    @callback
    def async_update(self) -> None:
        """Apply a change of the options."""
        self._save()
        self._take_options()

    @callback
    def async_look(self, now: datetime) -> None:
        """Update prices and forecast if they are too old; called while there are plans."""
        self._prices.async_look(now)
        self._sun.async_run(now)

    async def async_ready(self, now: datetime) -> None:
        """Update prices and forecast, and wait a moment for the first forecast."""
        self.async_look(now)
        await self._sun.async_first()

    def roof(self, now: datetime) -> list[SunSlot]:
        """Return the forecast of the whole roof from now on."""
        return self._sun.slots(now)

    @callback
    def async_learn(self, points: Iterable[PlanPoint], now: datetime) -> None:
        """Learn from the last minute, whether there are plans or not."""
        if self._options.get(CONF_PV_POWER):
            self._sun.async_run(now)
            self._learned.told(self._sun.hours, now)
        self._learned.learn(self._control.reading(), cars_a(points), now)
        if self._saved_at is None or not (
            0 <= (now - self._saved_at).total_seconds() < _SAVE_S
        ):
            self._save()

    @callback
    def async_stop(self) -> None:
        """Stop, and store what was learned."""
        self._save()

    def _save(self) -> None:
        self._saved_at = self._now()
        self._memory.async_set(SERVER, _RECORD, self._learned.record())

    def site(self, now: datetime) -> Site:
        """Return what the house offers from now on."""
        settings = self._control.settings
        fuse_a = settings.fuse_a
        if fuse_a is not None:
            fuse_a = max(fuse_a - settings.fuse_margin_a, 0.0)
        loads = self._learned.loads(now, now + _AHEAD)
        return Site(
            prices=self._prices.known(now),
            feed_in=self._prices.feed_in(now),
            sun=self._surplus(loads, now),
            loads=loads
            if self._has_phases
            else [_on_any_phase(slot) for slot in loads],
            fuse_a=fuse_a,
            circuits=settings.circuits,
            imposed=self._control.house.imposed,
            peak_w=settings.peak_w,
        )

    def diagnostics(self, now: datetime) -> dict[str, Any]:
        """Return what is known of the coming hours, and what was learned."""
        site = self.site(now)
        return {
            "prices": [
                [slot.start.isoformat(), slot.price]
                for slot in site.prices
                if slot.end > now
            ],
            "old_prices": sum(slot.end <= now for slot in site.prices),
            "feed_in": [[slot.start.isoformat(), slot.price] for slot in site.feed_in],
            "sun": [[slot.start.isoformat(), slot.power_w] for slot in site.sun],
            "fuse_a": site.fuse_a,
            "imposed": [asdict(each) for each in site.imposed],
            "learned": self._learned.record(),
        }

    @property
    def _has_phases(self) -> bool:
        return any(
            all(self._options.get(key) for key in keys)
            for keys in (CONF_CURRENTS, CONF_PHASE_POWERS)
        )

    def _surplus(self, loads: list[LoadSlot], now: datetime) -> list[SunSlot]:
        """Return what is left of the forecast for vehicles."""
        by_hour: dict[datetime, float] = {}
        if self._options.get(CONF_PV_POWER):
            # Without it, what the sun supplies of the load is not known.
            by_hour = {
                _hour(slot.start): sum(slot.currents_a) * _VOLTAGE for slot in loads
            }
        base_w = self._options.get(CONF_BASE_LOAD)
        result = []
        for slot in self._learned.trusted(self._sun.slots(now), now):
            load = (
                # The sun supplies the house first.
                by_hour.get(_hour(slot.start), USUAL_LOAD_W)
                if base_w is None
                else base_w
            )
            if slot.power_w > load:
                result.append(replace(slot, power_w=slot.power_w - load))
        return result


def _hour(when: datetime) -> datetime:
    """Return the start of the hour: local hours may begin at other minutes."""
    return when.replace(minute=0, second=0, microsecond=0)


def _on_any_phase(slot: LoadSlot) -> LoadSlot:
    """Return a load of which nobody knows on which phase it is."""
    total = sum(slot.currents_a)
    return replace(slot, currents_a=(total, total, total), power_w=total * _VOLTAGE)
