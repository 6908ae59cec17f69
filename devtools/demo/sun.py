"""Charging from the sun, set up as a user would: by the options and by selections."""

from collections.abc import Mapping
from typing import Any

from devtools import DOMAIN
from devtools.client import Client, ClientError
from devtools.integration import wait_for_entities

from .places import GARAGE_ID, NAMES, PLACES

HOUSE_DOMAIN = "demo_house"

FUSE_A = 35
FEED_IN = 0.08
START_DELAY_S, STOP_DELAY_S = 30, 60
"""The house's day is short; with the usual delays much of it would be waiting."""
ENERGY_KWH = 20
"""What is wanted of each car by the morning, as soon as its switch is turned on."""

HOUSE_KEYS = (
    "grid_power",
    "solar_power",
    "load_power",
    "battery_power",
    "battery_charge",
    "grid_current_l1",
    "grid_current_l2",
    "grid_current_l3",
    "import_energy",
    "export_energy",
    "solar_energy",
    "charged_energy",
    "discharged_energy",
    "load_energy",
    "time_of_day",
    "price",
)


async def house_entities(client: Client) -> dict[str, str]:
    """Return the entity ids of the house's meters: key -> entity id.

    Raises ClientError when they do not appear.
    """
    wanted = {f"sensor.house_{key}": key for key in HOUSE_KEYS}
    known = await wait_for_entities(client, set(wanted), platform=HOUSE_DOMAIN)
    return {key: known[name] for name, key in wanted.items()}


async def charge_from_sun(client: Client, house: Mapping[str, str]) -> None:
    """Choose the house's meters in the options, and modes for those with a wish."""
    (entry,) = await client.entries(DOMAIN)
    entry_id = entry["entry_id"]
    # Without any option, the first form is that of the meter.
    await client.options(
        entry_id,
        "solar",
        {
            "grid_power": [house["grid_power"]],
            "inverters": {"pv_power": [house["solar_power"]]},
        },
        {"grid_sign": "import"},
    )
    pages: dict[str, dict[str, Any]] = {
        "fuse": {
            "fuse": FUSE_A,
            "phase_currents": {
                f"grid_current_l{line}": house[f"grid_current_l{line}"]
                for line in (1, 2, 3)
            },
        },
        "battery": {
            "battery_power": [house["battery_power"]],
            "battery_sign": "discharging",
            "battery_soc": [house["battery_charge"]],
            "levels": {"priority_soc": 30, "buffer_soc": 90, "buffer_start_soc": 95},
        },
        "switching": {
            "switching": "fixed",
            "delays": {"start_delay": START_DELAY_S, "stop_delay": STOP_DELAY_S},
        },
    }
    for page, values in pages.items():
        await client.options(entry_id, "solar", {"next_step_id": page}, values)
    await client.options(
        entry_id,
        "prices",
        {"price_entities": [house["price"]], "feed_in": FEED_IN, "currency": "EUR"},
    )
    await _prefer(client, entry_id, GARAGE_ID)
    modes = {place.key("select", "charge_mode"): place.mode for place in PLACES}
    numbers = {
        place.key("number", "current_limit"): place.limit_a
        for place in PLACES
        if place.limit_a is not None
    } | {place.key("number", "energy_target"): ENERGY_KWH for place in PLACES}
    known = await wait_for_entities(client, {*modes, *numbers})
    for key, value in numbers.items():
        await client.call("number.set_value", {"entity_id": known[key], "value": value})
    for key, mode in modes.items():
        if mode is not None:
            await client.call(
                "select.select_option", {"entity_id": known[key], "option": mode}
            )


async def _prefer(client: Client, entry_id: str, charge_point_id: str) -> None:
    """Let a charger have the sun before the others."""
    (subentry_id,) = (
        subentry["subentry_id"]
        for subentry in await client.command(
            "config_entries/subentries/list", entry_id=entry_id
        )
        if subentry["unique_id"] == charge_point_id
    )
    result = await client.change_subentry(
        entry_id,
        "charger",
        subentry_id,
        "change",
        {
            "name": NAMES[charge_point_id],
            "solar": {"priority": 1, "rotation": "l1_l2_l3"},
        },
    )
    if result.get("reason") != "reconfigure_successful":
        raise ClientError(f"{charge_point_id} cannot be changed: {result}")
