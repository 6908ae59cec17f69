"""The solar power that is expected, by the forecast of the energy dashboard."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_FORECAST, DOMAIN, LOGGER
from ..smart_charging.numbers import number
from ..smart_charging.planning.model import SunSlot
from .records import moment_of

_RENEW: Final = timedelta(minutes=30)
_HOUR: Final = timedelta(hours=1)
_MOST_WH: Final = 1_000_000.0
_PATIENCE_S: Final = 3.0


async def async_read_forecast(hass: HomeAssistant) -> dict[datetime, float]:
    """Return the forecast in Wh by hour, summed over all roofs; empty without any."""
    if "energy" not in hass.config.components:
        return {}
    # Only imported if the energy integration is loaded, as it requires the recorder.
    from homeassistant.components.energy.data import async_get_manager
    from homeassistant.components.energy.websocket_api import async_get_energy_platforms

    manager = await async_get_manager(hass)
    chosen: list[str] = [
        entry_id
        for source in (manager.data["energy_sources"] if manager.data else ())
        if source["type"] == "solar"
        for entry_id in source.get("config_entry_solar_forecast") or ()
    ]
    platforms = await async_get_energy_platforms(hass)
    hours: dict[datetime, float] = defaultdict(float)
    for entry_id in dict.fromkeys(chosen):
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or (ask := platforms.get(entry.domain)) is None:
            continue
        try:
            forecast = await ask(hass, entry_id)
            told = forecast.get("wh_hours") if forecast else None
        # It is not set up yet, or it fails: whatever the error, others may know more.
        except Exception as err:  # noqa: BLE001
            LOGGER.debug("%s tells no forecast: %r", entry.title, err)
            continue
        _add(hours, told)
    return dict(hours)


def _add(hours: dict[datetime, float], told: object) -> None:
    for text, wh in (told if isinstance(told, Mapping) else {}).items():
        when, energy = moment_of(text), number(wh)
        if when is not None and energy is not None and 0 < energy <= _MOST_WH:
            hour = when.replace(minute=0, second=0, microsecond=0)
            hours[hour] += energy


class SunForecast:
    """Keeps the forecast up to date while `async_run` is called."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        options: Mapping[str, Any],
        changed: Callable[[], None],
    ) -> None:
        """Start without a forecast; `changed` is called when it changes."""
        self._hass = hass
        self._entry = entry
        # Unless the user decided against it: without any forecast there is none to read.
        self._used = options.get(CONF_FORECAST) is not False
        self._changed = changed
        self._hours: dict[datetime, float] = {}
        self._read_at: datetime | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def hours(self) -> Mapping[datetime, float]:
        """The forecast in Wh by hour."""
        return self._hours

    def slots(self, now: datetime) -> list[SunSlot]:
        """Return the forecast from now on."""
        return [
            SunSlot(start=hour, end=hour + _HOUR, power_w=wh)
            for hour, wh in sorted(self._hours.items())
            if hour + _HOUR > now
        ]

    @callback
    def async_run(self, now: datetime) -> None:
        """Read the forecast if it is too old; to be called regularly."""
        if not self._used or (
            self._read_at is not None and timedelta() <= now - self._read_at < _RENEW
        ):
            return
        self._read_at = now
        self._reading = self._entry.async_create_background_task(
            self._hass, self._async_read(), f"{DOMAIN} solar forecast"
        )

    async def async_first(self) -> None:
        """Wait for the first forecast, if it is being read, for at most a moment."""
        if self._reading is not None and not self._hours:
            await asyncio.wait((self._reading,), timeout=_PATIENCE_S)

    async def _async_read(self) -> None:
        hours = await async_read_forecast(self._hass)
        # An old forecast is better than none.
        if hours and hours != self._hours:
            self._hours = hours
            self._changed()
