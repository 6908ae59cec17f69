"""The power of a session by time, and what a kWh cost then."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ...chargers.naming import unique_id
from ...charging.grid import power_of
from ...const import DOMAIN
from ...csms.transactions.parts.course import QUARTER_S, Part
from ...csms.transactions.parts.pricing import course_of
from ...csms.transactions.transaction import Transaction
from ..values import iso, rounded
from .one_session import Chosen

_MOST: Final = 400
"""The most points of the power: no screen shows more."""
_LONGEST: Final = timedelta(days=31)
_HOUR: Final = timedelta(hours=1)

type Steps = list[tuple[datetime, float | None]]
"""From when on which power in W; None while it is unknown."""


async def async_curve(hass: HomeAssistant, chosen: Chosen) -> dict[str, Any]:
    """Return the power from the recorder, and the price of each quarter of an hour.

    Where the recorder has forgotten it, the power is the mean of quarters or hours.
    """
    session = chosen.session
    start = session.start
    end = max(session.end or dt_util.utcnow(), start)
    # A clock that was wrong makes sessions of years.
    start = max(start, end - _LONGEST)
    parts = course_of(session).parts
    powers = await _recorded(hass, session, start, end)
    if not powers and any(part.spread for part in parts):
        powers = await _hours(hass, session, start, end)
    if not powers:
        powers = _means(parts, end)
    powers = thinned(powers, start, end)
    prices = {
        part.quarter: part.cost / part.priced_wh * 1000
        for part in parts
        if part.priced_wh > 0
    }
    return {
        "points": [
            {
                "time": iso(time),
                "power_w": rounded(power),
                "price": rounded(_price(chosen, prices, time), 5),
            }
            for time, power in _with_quarters(powers, start, end)
        ]
    }


def _price(chosen: Chosen, prices: dict[int, float], time: datetime) -> float | None:
    """Return what a kWh cost at a time, as it was booked, or else as it is remembered.

    The end is of the quarter before: in the next one nothing is booked, and a tariff of
    today says nothing of then.
    """
    if chosen.session.end is not None:
        time = min(time, chosen.session.end - timedelta(seconds=1))
    booked = prices.get(int(time.timestamp() // QUARTER_S))
    if booked is not None:
        return booked
    session = chosen.session
    rate = chosen.hub.prices.rate(session.id_tag, session.details.vehicle, time)
    return rate.grid


def _entity_id(hass: HomeAssistant, session: Transaction) -> str | None:
    """Return the sensor of the power, if the recorder may know it."""
    if "recorder" not in hass.config.components or not session.connector_id:
        return None
    return er.async_get(hass).async_get_entity_id(
        Platform.SENSOR,
        DOMAIN,
        unique_id(session.charge_point_id, "power", session.connector_id),
    )


async def _recorded(
    hass: HomeAssistant, session: Transaction, start: datetime, end: datetime
) -> Steps:
    """Return the power as the recorder has it; empty if it has forgotten it."""
    if (entity_id := _entity_id(hass, session)) is None:
        return []
    # Only imported if it is loaded: nothing here needs it otherwise.
    from homeassistant.components.recorder.history import state_changes_during_period

    def read() -> Steps:
        states = state_changes_during_period(hass, start, end, entity_id)
        return [
            (max(state.last_changed, start), power_of(state))
            for state in states.get(entity_id, ())
        ]

    found = await get_instance(hass).async_add_executor_job(read)
    return found if any(power is not None for _, power in found) else []


async def _hours(
    hass: HomeAssistant, session: Transaction, start: datetime, end: datetime
) -> Steps:
    """Return the means of the hours, which the recorder keeps for ever."""
    if (entity_id := _entity_id(hass, session)) is None:
        return []
    from homeassistant.components.recorder.statistics import statistics_during_period

    begin = start.replace(minute=0, second=0, microsecond=0)
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        begin,
        end,
        {entity_id},
        "hour",
        {"power": "W"},
        {"mean"},
    )
    steps: Steps = []
    until: datetime | None = None
    for row in rows.get(entity_id, ()):
        hour = dt_util.utc_from_timestamp(row["start"])
        if until is not None and hour > until:
            # Home Assistant did not run then.
            steps.append((until, None))
        steps.append((max(hour, start), row.get("mean")))
        until = hour + _HOUR
    if until is not None and until < end:
        steps.append((until, None))
    return steps


def _means(parts: Sequence[Part], end: datetime) -> Steps:
    """Return the mean power of each quarter of an hour, as it is in the books."""
    steps: Steps = []
    until = 0
    for part in parts:
        if until and part.quarter > until:
            # Nothing was charged in between.
            steps.append((_quarter(until), 0.0))
        steps.append((_quarter(part.quarter), part.wh * 3600 / QUARTER_S))
        until = part.quarter + 1
    return [step for step in steps if step[0] <= end]


def _quarter(number: int) -> datetime:
    return dt_util.utc_from_timestamp(number * QUARTER_S)


def thinned(steps: Steps, start: datetime, end: datetime, most: int = _MOST) -> Steps:
    """Return at most so many steps, each with the mean of the power in its time."""
    if len(steps) <= most:
        return steps
    length = (end - start) / most
    result: Steps = []
    index = 0
    for number in range(most):
        begin, stop = start + number * length, start + (number + 1) * length
        while index + 1 < len(steps) and steps[index + 1][0] <= begin:
            index += 1
        energy = seconds = 0.0
        for at in range(index, len(steps)):
            time, power = steps[at]
            if time >= stop:
                break
            until = steps[at + 1][0] if at + 1 < len(steps) else end
            span = (min(until, stop) - max(time, begin)).total_seconds()
            if power is not None and span > 0:
                energy, seconds = energy + power * span, seconds + span
        result.append((begin, energy / seconds if seconds else None))
    return result


def _with_quarters(steps: Steps, start: datetime, end: datetime) -> Steps:
    """Return the steps with one at the start, each quarter of an hour, and the end."""
    times = {start, end, *(time for time, _ in steps if start <= time <= end)}
    quarter = start.timestamp() // QUARTER_S * QUARTER_S + QUARTER_S
    while quarter < end.timestamp():
        times.add(dt_util.utc_from_timestamp(quarter))
        quarter += QUARTER_S
    begins = [time for time, _ in steps]

    def power_at(time: datetime) -> float | None:
        index = bisect_right(begins, time) - 1
        return steps[index][1] if index >= 0 else None

    return [(time, power_at(time)) for time in sorted(times)]
