"""The Energy dashboard: the chargers as consumers, and a week that has passed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from devtools.client import Client

from .places import PLACES, Place

type Json = dict[str, Any]

_LONG_AGO = timedelta(days=400)


async def feed_energy_dashboard(
    client: Client, entities: Mapping[str, str], house: Mapping[str, str]
) -> None:
    """Let the Energy dashboard show the house and its places: energies and powers."""
    await client.command(
        "energy/save_prefs",
        energy_sources=[
            {
                "type": "grid",
                "stat_energy_from": house["import_energy"],
                "stat_energy_to": house["export_energy"],
                "stat_rate": house["grid_power"],
                "stat_cost": None,
                "stat_compensation": None,
                "entity_energy_price": None,
                "number_energy_price": 0.32,
                "entity_energy_price_export": None,
                "number_energy_price_export": 0.08,
                "cost_adjustment_day": 0,
            },
            {
                "type": "solar",
                "stat_energy_from": house["solar_energy"],
                "stat_rate": house["solar_power"],
                "config_entry_solar_forecast": None,
            },
            {
                "type": "battery",
                "stat_energy_from": house["discharged_energy"],
                "stat_energy_to": house["charged_energy"],
                "stat_rate": house["battery_power"],
                "stat_soc": house["battery_charge"],
            },
        ],
        device_consumption=[
            {
                "stat_consumption": entities[place.key("sensor", "energy")],
                "stat_rate": entities[place.key("sensor", "power")],
                "name": place.title,
            }
            for place in PLACES
        ],
    )


async def import_past(client: Client, entities: Mapping[str, str]) -> None:
    """Give each energy sensor statistics of the days before the demo began."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for place in PLACES:
        await client.command(
            "recorder/import_statistics",
            metadata={
                "has_mean": False,
                "has_sum": True,
                "mean_type": 0,
                "name": None,
                "source": "recorder",
                "statistic_id": entities[place.key("sensor", "energy")],
                "unit_class": "energy",
                "unit_of_measurement": "kWh",
            },
            stats=past(place, now, register_kwh(place)),
        )


def register_kwh(place: Place) -> float:
    """Return what the meter of a place shows when the demo begins for the first time."""
    return round(sum(place.evenings) + 1000.0, 1)


def past(place: Place, end: datetime, register: float) -> list[Json]:
    """Return a statistic for each hour before `end`, at which `register` is reached.

    Sums are negative and end with 0, because that is what Home Assistant counts on
    from when it begins to make statistics of its own. The first one, which seems to
    be a fall from 0, is so long ago that nobody looks at it.
    """
    hours = len(place.evenings) * 24
    used = [0.0] * hours
    for day, energy in enumerate(place.evenings):
        # From an hour before `end`, counted back in days: as good as the evening.
        hour, rate = day * 24 + 22 - place.connector * 2, place.max_power / 1000
        while energy > 0 and hour < hours:
            used[hour] = min(energy, rate)
            energy -= used[hour]
            hour += 1
    total, so_far = sum(used), 0.0
    begin = {
        "start": (end - _LONG_AGO).isoformat(),
        "state": round(register - total, 3),
        "sum": round(-total, 3),
    }
    rows: list[Json] = [begin]
    for hour, energy in enumerate(used):
        so_far += energy
        start = end - timedelta(hours=hours - hour)
        rows.append(
            {
                "start": start.isoformat(),
                "state": round(register - total + so_far, 3),
                "sum": round(so_far - total, 3),
            }
        )
    return rows
