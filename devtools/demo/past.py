"""The two months before the demo began: what the cars and the house used."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from devtools.client import Client
from devtools.simulate.traces import clear_sky_w, through_clouds_w

from .house import JUNE, REGISTERS, ROOF, Battery, registered_w
from .past_sessions import DAYS, PastSession, past_sessions
from .places import PLACES, Place

type Json = dict[str, Any]

_LONG_AGO = timedelta(days=400)
_HOME = ZoneInfo("Europe/Berlin")

_LOAD_W = (
    *(280, 260, 250, 250, 260, 300, 650, 800, 520, 480, 560, 700),
    *(1300, 800, 560, 520, 600, 900, 1700, 1400, 900, 700, 500, 350),
)
"""What the house takes without cars in each hour of a day."""


async def import_past(
    client: Client,
    entities: Mapping[str, str],
    house: Mapping[str, str],
    registers_kwh: Mapping[str, float],
) -> None:
    """Give each energy sensor statistics of the days before the demo began.

    `registers_kwh` is what the house's meters show now.
    """
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    sessions = past_sessions(now)
    cars = [used_by_cars(place, sessions, now) for place in PLACES]
    for place, used in zip(PLACES, cars, strict=True):
        entity = entities[place.key("sensor", "energy")]
        await _import(client, entity, statistics(used, now, register_kwh(place)))
    for name, used in used_by_house(cars, now).items():
        rows = statistics(used, now, registers_kwh[name])
        await _import(client, house[f"{name}_energy"], rows)


async def _import(client: Client, entity: str, rows: list[Json]) -> None:
    await client.command(
        "recorder/import_statistics",
        metadata={
            "has_mean": False,
            "has_sum": True,
            "mean_type": 0,
            "name": None,
            "source": "recorder",
            "statistic_id": entity,
            "unit_class": "energy",
            "unit_of_measurement": "kWh",
        },
        stats=rows,
    )


def register_kwh(place: Place) -> float:
    """Return what the meter of a place shows when the demo begins for the first time."""
    return 2000.0 + 500.0 * place.connector


def used_by_cars(
    place: Place, sessions: Sequence[PastSession], end: datetime
) -> list[float]:
    """Return what was charged in each hour until `end`, in kWh."""
    first = end - timedelta(days=DAYS)
    used = [0.0] * (DAYS * 24)
    for session in sessions:
        if session.place is place:
            for start, energy in session.quarters():
                used[int((start - first).total_seconds()) // 3600] += energy
    return used


def used_by_house(
    cars: Sequence[Sequence[float]], end: datetime
) -> dict[str, list[float]]:
    """Return what each register of the house counted in each hour until `end`, in kWh.

    `cars` is what was charged at each place.
    """
    hours = len(cars[0])
    result: dict[str, list[float]] = {name: [] for name in REGISTERS}
    battery, random = Battery(soc=50.0), Random("past")
    through = 1.0
    for index in range(hours):
        hour = (end - timedelta(hours=hours - index)).astimezone(_HOME).hour
        if hour == 0:
            through = random.choice((1.0, 0.9, 0.6, 0.3))
        clear = clear_sky_w(ROOF, JUNE, (hour + 0.5) * 3600)
        pv = through_clouds_w(ROOF, clear, through * random.uniform(0.85, 1.0))
        load = _LOAD_W[hour] * random.uniform(0.8, 1.3)
        missing = load + sum(place[index] for place in cars) * 1000.0 - pv
        given = battery.step(missing, 3600.0, 1.0)
        counted = registered_w(
            grid_w=missing - given, pv_w=pv, battery_w=given, load_w=load
        )
        for name, power in counted.items():
            result[name].append(power / 1000.0)
    return result


def statistics(used: Sequence[float], end: datetime, register: float) -> list[Json]:
    """Return a statistic for each hour before `end`, at which `register` is reached.

    Sums are negative and end with 0, because that is what Home Assistant counts on
    from when it begins to make statistics of its own. The first one, which seems to
    be a fall from 0, is so long ago that nobody looks at it.
    """
    total, so_far = sum(used), 0.0
    rows: list[Json] = [
        {
            "start": (end - _LONG_AGO).isoformat(),
            "state": round(register - total, 3),
            "sum": round(-total, 3),
        }
    ]
    for hour, energy in enumerate(used):
        so_far += energy
        start = end - timedelta(hours=len(used) - hour)
        rows.append(
            {
                "start": start.isoformat(),
                "state": round(register - total + so_far, 3),
                "sum": round(so_far - total, 3),
            }
        )
    return rows
