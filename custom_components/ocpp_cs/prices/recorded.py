"""Prices of long ago, from the recorder."""

from datetime import UTC, datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, State

from .track import Track
from .units import price_of

_DAY: Final = timedelta(days=1)
_MOST_DAYS: Final = 32
"""The maximum number of days that are kept in memory, of all entities together."""

type _Day = tuple[str, datetime]
"""The id of an entity, and the beginning of a day in UTC."""


class RecordedPrices:
    """Reads what the states of entities were, a day at once, and keeps that for a while."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without prices."""
        self._hass = hass
        self._days: dict[_Day, Track] = {}

    async def async_at(self, entity_id: str, when: datetime) -> float | None:
        """Return the price of a kWh that an entity told at a time; None if unknown."""
        if "recorder" not in self._hass.config.components:
            return None
        when = when.astimezone(UTC)
        start = when.replace(hour=0, minute=0, second=0, microsecond=0)
        day = entity_id, start
        if (track := self._days.get(day)) is None:
            track = await self._async_read(entity_id, start)
            # Of a day that goes on, more is to come.
            if start + _DAY < datetime.now(UTC):
                while len(self._days) >= _MOST_DAYS:
                    del self._days[next(iter(self._days))]
                self._days[day] = track
        return track.at(when.timestamp())

    async def _async_read(self, entity_id: str, start: datetime) -> Track:
        """Return the prices of a day: by the states, or by the hour after their purge."""
        # Only imported if the recorder is loaded.
        from homeassistant.helpers.recorder import get_instance

        told = await get_instance(self._hass).async_add_executor_job(
            _read, self._hass, entity_id, start
        )
        track = Track()
        for time, price in told:
            track.note(price, time)
        return track


def _read(
    hass: HomeAssistant, entity_id: str, start: datetime
) -> list[tuple[float, float | None]]:
    """Return the prices of a day, each with its time in s; in the recorder's thread."""
    from homeassistant.components.recorder.history import state_changes_during_period
    from homeassistant.components.recorder.statistics import (
        get_metadata,
        statistics_during_period,
    )

    states = state_changes_during_period(
        hass,
        start,
        start + _DAY,
        entity_id,
        include_start_time_state=True,
    ).get(entity_id, [])
    told = [
        (max(state.last_changed_timestamp, start.timestamp()), price_of(state))
        for state in states
    ]
    if any(price is not None for _, price in told):
        return told
    known = get_metadata(hass, statistic_ids={entity_id}).get(entity_id)
    unit = None if known is None else known[1]["unit_of_measurement"]
    rows = statistics_during_period(
        hass, start, start + _DAY, {entity_id}, "hour", None, {"mean"}
    ).get(entity_id, [])
    return [
        (
            row["start"],
            price_of(
                State(entity_id, str(row["mean"]), {"unit_of_measurement": unit or ""})
            ),
        )
        for row in rows
        if row.get("mean") is not None
    ]
