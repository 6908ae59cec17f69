"""What can be chosen for charging from the sun."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.charging.grid import GridInputs
from custom_components.ocpp_cs.charging.limits import Alone
from custom_components.ocpp_cs.const import ROTATIONS
from custom_components.ocpp_cs.flows import (
    charger_charging_fields as charger_solar_fields,
)
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.smart_charging.model import Measured
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import GRID, SOLAR, House, fixture_house, plugged  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.entities import settle
from tests.integration.helpers.reconfigure import open_settings
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def values(measured: Iterable[Measured] | None) -> list[float | None]:
    """Return the values without their times."""
    assert measured is not None
    return [one.value for one in measured]


@pytest.mark.parametrize("options", [{}])
async def test_without_a_meter_there_are_no_modes(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
) -> None:
    await plugged(hass, hub, charger)
    assert hass.states.get("select.garage_charge_mode") is None
    house.grid(-1.5, "kW")
    flow = hass.config_entries.options
    result = await flow.async_init(setup_integration.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "solar"})
    assert result["step_id"] == "meter"
    result = await flow.async_configure(result["flow_id"], {"grid_power": [GRID]})
    assert result["step_id"] == "sign"
    shown = result["description_placeholders"]
    assert (shown["value"], shown["positive"], shown["negative"]) == (
        "-1.5 kW",
        "0 W",
        "1500 W",
    )
    result = await flow.async_configure(result["flow_id"], {"grid_sign": "export"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await wait_for(hass, lambda: hass.states.get("select.garage_charge_mode"))
    (grid,) = hub.charge_control._inputs.reading().grid
    assert grid.value == 1500
    # The other form keeps it.
    result = await flow.async_init(setup_integration.entry_id)
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "general"})
    result = await flow.async_configure(result["flow_id"], {"unknown": "refuse"})
    await settle(hass)
    assert setup_integration.options["solar"]["grid_sign"] == "export"


async def test_what_is_chosen_for_a_charger(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry
) -> None:
    (subentry,) = setup_integration.subentries.values()
    result = await open_settings(hass, setup_integration, subentry)
    chosen = {
        "priority": 2,
        "connected_phases": "1",
        "rotation": "l3_l1_l2",
        "vehicle_soc": "sensor.soc",
        "fallback": "never",
    }
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Garage", "solar": chosen}
    )
    assert result["reason"] == "reconfigure_successful"
    assert subentry.data["solar"] == chosen
    # All of them are known to the control.
    options = charger_solar_fields.solar_field({}, discharges=False)[
        "solar"
    ].schema.schema["rotation"]
    assert list(ROTATIONS) == options.config["options"]


def test_all_that_is_measured(hass: HomeAssistant) -> None:
    def told(entity: str, value: object, unit: str) -> None:
        hass.states.async_set(entity, str(value), {"unit_of_measurement": unit})

    inputs = GridInputs(
        hass,
        {
            "grid_power": "sensor.import",
            "export_power": "sensor.export",
            "grid_current_l1": "sensor.l1",
            "grid_current_l2": "sensor.l2",
            "grid_current_l3": "sensor.l3",
            "battery_power": "sensor.battery",
            "battery_sign": "charging",
            "battery_soc": "sensor.soc",
            "fuse": 25,
            "buffer_soc": 80,
        },
    )
    told("sensor.import", 0, "kW")
    assert [one.value for one in inputs.reading().grid] == [None]
    told("sensor.export", 2.5, "kW")
    for line, amps in enumerate((1, 2, 3), 1):
        told(f"sensor.l{line}", amps, "A")
    told("sensor.battery", 700, "W")
    told("sensor.soc", 55, "%")
    reading = inputs.reading()
    assert [one.value for one in reading.grid] == [-2500]
    assert values(reading.currents_a) == [1, 2, 3]
    # Charging is what goes into it.
    (battery,) = reading.batteries
    assert battery.power.value == -700
    assert battery.soc is not None
    assert battery.soc.value == 55
    told("sensor.l2", 2000, "mA")
    assert values(inputs.reading().currents_a) == [1, 2, 3]
    told("sensor.l2", "unavailable", "A")
    assert values(inputs.reading().currents_a) == [1, None, 3]
    told("sensor.soc", 155, "%")
    (battery,) = inputs.reading().batteries
    assert battery.soc is not None
    assert battery.soc.value is None
    settings = inputs.settings(phase_guard_s=300)
    assert (settings.fuse_a, settings.buffer_soc, settings.phase_guard_s) == (
        25,
        80,
        300,
    )


def test_several_of_each(hass: HomeAssistant) -> None:
    def told(entity: str, value: object, unit: str) -> None:
        hass.states.async_set(entity, str(value), {"unit_of_measurement": unit})

    inputs = GridInputs(
        hass,
        {
            "grid_power": ["sensor.house", "sensor.heat_pump", "sensor.barn"],
            "export_power": ["sensor.house_export"],
            "grid_power_l1": "sensor.l1",
            "grid_power_l2": "sensor.l2",
            "grid_power_l3": "sensor.l3",
            "battery_power": ["sensor.battery", "sensor.second_battery"],
            "battery_soc": ["sensor.soc"],
            "pv_power": ["sensor.roof", "sensor.barn_roof"],
        },
    )
    assert len(inputs.entity_ids) == 12
    told("sensor.house", 300, "W")
    told("sensor.house_export", 1.3, "kW")
    told("sensor.heat_pump", 2, "kW")
    told("sensor.barn", "unavailable", "W")
    for line, watts in enumerate((100, -200, 300), 1):
        told(f"sensor.l{line}", watts, "W")
    told("sensor.battery", 700, "W")
    told("sensor.second_battery", -200, "W")
    told("sensor.soc", 50, "%")
    told("sensor.roof", 4, "kW")
    reading = inputs.reading()
    # The first export is that of the first meter; a meter without one is signed.
    assert values(reading.grid) == [-1000, 2000, None]
    assert values(reading.powers_w) == [100, -200, 300]
    assert reading.currents_a is None
    assert values(one.power for one in reading.batteries) == [700, -200]
    assert [one.soc is None for one in reading.batteries] == [False, True]
    assert values(reading.pv) == [4000, None]
    now = dt_util.utcnow().timestamp()
    assert set(inputs.unheard(now)) == {"sensor.barn"}
    told("sensor.second_battery", "unknown", "W")
    assert set(inputs.unheard(now)) == {"sensor.barn", "sensor.second_battery"}
    # A battery that rests may tell nothing for long.
    assert "sensor.battery" in inputs.unheard(now + 3600)
    told("sensor.battery", 0, "W")
    assert "sensor.battery" not in inputs.unheard(now + 3600)
    assert "sensor.house" in inputs.unheard(now + 3600)
    told_of = inputs.diagnostics(now)
    assert [one["state"] for one in told_of["grid_power"]] == [
        "300",
        "2",
        "unavailable",
    ]
    assert told_of["battery_soc"]["state"] == "50"


@pytest.mark.parametrize(
    ("kept", "chosen", "offered", "words"),
    [
        ("counts", "automatic", ["automatic", "least", "stop", "never"], "offline"),
        (
            "renewed",
            "stop",
            ["automatic", "always", "least", "stop", "never"],
            "",
        ),
        ("cannot", "automatic", ["automatic", "always", "never"], ""),
        # Once chosen, it stays there.
        ("cannot", "stop", ["automatic", "always", "stop", "never"], ""),
    ],
)
def test_what_is_offered_for_the_time_without_us(
    kept: str, chosen: str, offered: list[str], words: str
) -> None:
    alone = {"counts": Alone.COUNTS, "renewed": Alone.RENEWED, "cannot": Alone.CANNOT}
    fields = charger_solar_fields.solar_field({}, alone[kept], chosen, discharges=False)
    select = fields["solar"].schema.schema["fallback"]
    assert select.config["options"] == offered
    assert select.config["translation_key"].removeprefix("fallback").strip("_") == words
    shown = charger_solar_fields.solar_input(
        {"solar": {"fallback": "always"}}, {}, alone[kept]
    )
    assert shown["fallback"] == ("automatic" if kept == "counts" else "always")
