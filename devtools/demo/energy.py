"""The Energy dashboard: the house, and the chargers as consumers."""

from collections.abc import Mapping
from typing import Any

from devtools.client import Client

from .places import PLACES

type Json = dict[str, Any]


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
                "number_energy_price": None,
                "entity_energy_price_export": None,
                "number_energy_price_export": None,
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
                "stat_consumption": house["load_energy"],
                "stat_rate": house["load_power"],
                "name": "House",
            },
            *(
                {
                    "stat_consumption": entities[place.key("sensor", "energy")],
                    "stat_rate": entities[place.key("sensor", "power")],
                    "name": place.title,
                }
                for place in PLACES
            ),
        ],
    )
