"""Charge modes: the meter of the house in, limits on the wire out."""

from datetime import timedelta
import time
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs import charge_control, charger_solar_fields
from custom_components.ocpp_cs.const import ROTATIONS
from custom_components.ocpp_cs.csms.controls import Timing
from custom_components.ocpp_cs.csms.limiter import ControlState
from custom_components.ocpp_cs.csms.profiles import Intent
from custom_components.ocpp_cs.grid_inputs import GridInputs
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Generic

from .conftest import AddCharger, charger_subentry, wait_for
from .helpers_entities import entity_id, settle, state_of, value_of, writes

GRID = "sensor.grid"
SOLAR = {"grid_power": GRID, "grid_sign": "import", "battery_sign": "discharging"}
QUICK = Timing(guard=0.0, check=60.0, reaction=0.1, pause=0.5, settle=0.02)

pytestmark = pytest.mark.usefixtures("setup_integration")


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def control(hub: Hub) -> Any:
    (one,) = hub.chargers.values()
    return one.charge_point.connector(1).control


def limits(charger: Generic) -> list[float]:
    """Return the limit of each profile that came, in A."""
    return [
        payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0][
            "limit"
        ]
        for payload in charger.calls("SetChargingProfile")
    ]


class House:
    """The meter of the house, and a clock of the control that tests turn on."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hass = hass
        self.offset = 0.0
        monkeypatch.setattr(charge_control, "_now", self.now)

    def now(self) -> float:
        return time.time() + self.offset

    def grid(self, value: object, unit: str | None = "W", entity: str = GRID) -> None:
        self.hass.states.async_set(
            entity,
            str(value),
            {} if unit is None else {"unit_of_measurement": unit},
            timestamp=self.now(),
        )

    async def later(self, hub: Hub, seconds: float, *, silent: bool = False) -> None:
        """Let seconds pass; the meter repeats itself, unless it is silent."""
        for _ in range(round(seconds / 5)):
            self.offset += 5
            state = self.hass.states.get(GRID)
            if state is not None and not silent:
                self.grid(state.state, state.attributes.get("unit_of_measurement"))
            hub.charge_control.async_tick()
            await settle(self.hass)


@pytest.fixture
def house(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(hass, monkeypatch)


async def mode(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {
            ATTR_ENTITY_ID: entity_id(hass, "select", "CP1_1_charge_mode"),
            "option": option,
        },
        blocking=True,
    )


async def plugged(
    hass: HomeAssistant, hub: Hub, charger: AddCharger | Generic
) -> Generic:
    """Return a charger whose car would like to charge."""
    for one in hub.chargers.values():
        one.charge_point.controls.timing = QUICK
    wallbox = charger if isinstance(charger, Generic) else await charger()
    await wallbox.plug(1, Car(soc=40))
    await wallbox.present_card("TAG", 1)
    await wait_for(
        hass, lambda: control(hub)._connector.transaction and wallbox.outbox.idle
    )
    return wallbox


async def in_the_sun(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> Generic:
    """Return a charger that follows a surplus of 6 kW."""
    house.grid(-6000)
    one = await plugged(hass, hub, charger)
    await mode(hass, "solar")
    await house.later(hub, 120)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    return one


def why(hass: HomeAssistant) -> str:
    return value_of(hass, "CP1_1_control_state")


async def test_the_limit_follows_the_surplus(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await charger()
    assert value_of(hass, "CP1_1_charge_mode", "select") == "manual"
    assert why(hass) == "manual"
    assert not limits(one)
    await mode(hass, "solar")
    await wait_for(hass, lambda: limits(one) == [0.0])
    assert why(hass) == "not_connected"
    await plugged(hass, hub, one)
    await house.later(hub, 10)
    assert why(hass) == "waiting_for_sun"
    # The house feeds in 6 kW.
    house.grid(-6, "kW")
    await wait_for(hass, lambda: value_of(hass, "CP1_1_status") == "suspended_evse")
    await house.later(hub, 10)
    assert why(hass) == "start_delay"
    assert state_of(hass, "CP1_1_control_state").attributes["until"]
    assert value_of(hass, "CP1_1_solar_surplus") == "6000.0"
    assert value_of(hass, "CP1_1_charge_target") == "0.0"
    await house.later(hub, 120)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    assert float(value_of(hass, "CP1_1_charge_target")) >= 4140
    # What the user set is what it was.
    assert value_of(hass, "CP1_1_current_limit", "number") == "32.0"
    await mode(hass, "off")
    # There are ten seconds between two commands.
    await house.later(hub, 10)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "off"


async def test_it_ticks_only_while_there_is_something_to_follow(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await plugged(hass, hub, charger)
    assert hub.charge_control._cancel is None
    await mode(hass, "solar")
    await settle(hass)
    assert hub.charge_control._cancel is not None
    assert why(hass) == "waiting_for_sun"
    house.grid(-6000)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await settle(hass)
    assert why(hass) == "start_delay"
    # What stays the same is not written.
    with writes(hass) as written:
        hub.charge_control.async_tick()
        await settle(hass)
    assert not {
        "select.garage_charge_mode",
        "sensor.garage_charging_control",
        "sensor.garage_solar_surplus",
        "sensor.garage_charging_target",
    }.intersection(written)
    await one.drop()
    await wait_for(hass, lambda: hub.charge_control._cancel is None)
    await one.reconnect()
    await wait_for(hass, lambda: hub.charge_control._cancel is not None)
    await mode(hass, "manual")
    assert hub.charge_control._cancel is None


async def test_one_in_manual_is_never_touched(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(-6000)
    one = await plugged(hass, hub, charger)
    await house.later(hub, 200)
    assert not limits(one)
    assert control(hub).intent == Intent()
    await control(hub).set(Intent(limit_a=10))
    await house.later(hub, 200)
    assert limits(one) == [10.0]


async def test_what_the_user_sets_is_the_frame(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    await mode(hass, "fast")
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 32.0)
    number = {ATTR_ENTITY_ID: entity_id(hass, "number", "CP1_1_current_limit")}
    await hass.services.async_call(
        "number", "set_value", {**number, "value": 10}, blocking=True
    )
    assert limits(one)[-1] == 32.0
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    paused = {ATTR_ENTITY_ID: entity_id(hass, "switch", "CP1_1_paused")}
    await hass.services.async_call("switch", "turn_on", paused, blocking=True)
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    await hass.services.async_call("switch", "turn_off", paused, blocking=True)
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    # In manual it is the limit itself.
    await mode(hass, "off")
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    await mode(hass, "manual")
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    assert value_of(hass, "CP1_1_current_limit", "number") == "10.0"


# Meters that cannot be believed.


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("nan", "W"),
        ("inf", "W"),
        ("unavailable", None),
        ("unknown", "W"),
        ("-6000", "kW"),
        ("-6000", None),
        ("-6000", "VA"),
        ("many", "W"),
    ],
)
async def test_without_a_meter_it_pauses(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    house: House,
    value: str,
    unit: str | None,
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    house.grid(value, unit)
    await house.later(hub, 60)
    # The last value that made sense stands for a while.
    assert limits(one)[-1] >= 6.0
    await house.later(hub, 90)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "meter_stale"
    assert value_of(hass, "CP1_1_solar_surplus") == "unknown"
    house.grid(-6000)
    await house.later(hub, 400)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)


async def test_a_silent_meter_is_none(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    # The same value again and again is no silence.
    await house.later(hub, 300)
    assert why(hass) != "meter_stale"
    await house.later(hub, 150, silent=True)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "meter_stale"


async def test_a_meter_that_is_removed(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    hass.states.async_remove(GRID)
    await house.later(hub, 150)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)


async def test_a_meter_that_jumps(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    before = len(limits(one))
    for value in (-6000, 99_000, -6000, 9_999_999, -6000, -99_000) * 3:
        house.grid(value)
        await house.later(hub, 5)
    # At most one command in ten seconds, none of them beyond what there is.
    assert len(limits(one)) - before <= 10
    assert all(limit == 0 or 6 <= limit <= 32 for limit in limits(one))
    house.grid(-6000)
    await house.later(hub, 300)
    assert why(hass) != "meter_stale"


# Chargers that do not do it.


async def test_one_that_rejects_is_told_again(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    one.faults.reject_all = True
    await mode(hass, "off")
    await wait_for(hass, lambda: control(hub).state is ControlState.REFUSED)
    told = len(limits(one))
    await house.later(hub, 50)
    assert len(limits(one)) == told
    one.faults.reject_all = False
    await house.later(hub, 20)
    await wait_for(hass, lambda: control(hub).state is ControlState.APPLIED)
    assert limits(one)[-1] == 0.0


async def test_one_that_reboots_is_told_anew(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    await mode(hass, "off")
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    told = len(limits(one))
    await one.drop()
    await one.reconnect()
    await wait_for(hass, lambda: len(limits(one)) > told)
    assert limits(one)[-1] == 0.0


async def test_a_vehicle_that_has_enough(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    (ours,) = hub.chargers.values()
    hass.config_entries.async_update_subentry(
        ours._entry,
        ours.subentry,
        data={
            **ours.subentry.data,
            "solar": {
                "priority": 3,
                "rotation": "l2_l3_l1",
                "vehicle_soc": "sensor.soc",
                "vehicle_target": "number.target",
            },
        },
    )
    hass.states.async_set("sensor.soc", "unavailable")
    hass.states.async_set("number.target", "80")
    one = await in_the_sun(hass, hub, charger, house)
    (model,) = hub.charge_control._made_of[1]
    assert (model.priority, model.rotation) == (3, (1, 2, 0))
    hass.states.async_set("sensor.soc", "80.5")
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "car_full"


# Restarts.


@pytest.mark.parametrize("option", ["off", "solar", "min_solar", "fast", "manual"])
async def test_a_restart(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
    option: str,
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    await mode(hass, option)
    await house.later(hub, 20)
    await settle(hass)
    last, told = limits(one)[-1], len(limits(one))
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    # Nothing goes on, and nothing was told on leaving.
    assert hub.charge_control._cancel is None
    assert len(limits(one)) == told
    # The meter of the house is not there yet.
    hass.states.async_remove(GRID)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new: Hub = setup_integration.runtime_data
    await wait_for(hass, lambda: control(new)._charge_point.ready)
    control(new)._controls.timing = QUICK
    await wait_for(hass, lambda: hass.states.get("select.garage_charge_mode"))
    assert value_of(hass, "CP1_1_charge_mode", "select") == option
    if option == "manual":
        assert not control(new).governed
        return
    await wait_for(hass, lambda: len(limits(one)) > told)
    # Never more than before, whatever comes first, and never free for a moment.
    assert limits(one)[told] == last
    assert not one.calls("ClearChargingProfile")
    await wait_for(hass, lambda: control(new)._connector.status is not None)
    await house.later(new, 200)
    await settle(hass)
    expected = {"off": 0.0, "solar": 0.0, "min_solar": 6.0, "fast": 32.0}[option]
    await wait_for(hass, lambda: limits(one)[-1] == expected)
    assert max(limits(one)[told:]) <= max(last, expected)


async def test_a_restart_that_lost_what_was_told(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    told = len(limits(one))
    memory = hub._memory
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    memory.async_set("CP1", "charge_control", {"at": "x", "chargers": {"CP1_1": 7}})
    await memory.async_close()
    hass.states.async_remove(GRID)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    await wait_for(hass, lambda: len(limits(one)) > told)
    assert limits(one)[told] == 0.0
    assert not one.calls("ClearChargingProfile")


# What can be chosen.


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
    hass.states.async_set("sensor.energy", "7", {"unit_of_measurement": "kWh"})
    flow = hass.config_entries.options
    result = await flow.async_init(setup_integration.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "solar"})
    for values, errors in (
        ({"export_power": GRID}, {"grid_power": "import_missing"}),
        ({"grid_power": "sensor.energy"}, {"base": "not_a_power"}),
        (
            {"grid_power": GRID, "grid_current_l2": "sensor.l2"},
            {"base": "phase_missing"},
        ),
    ):
        result = await flow.async_configure(result["flow_id"], values)
        assert result["errors"] == errors
    result = await flow.async_configure(result["flow_id"], {"grid_power": GRID})
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
    assert hub.charge_control._inputs.reading().grid_w == 1500
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
    result = await setup_integration.start_subentry_reconfigure_flow(
        hass, subentry.subentry_id
    )
    chosen = {"priority": 2, "rotation": "l3_l1_l2", "vehicle_soc": "sensor.soc"}
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Garage", "solar": chosen}
    )
    assert result["reason"] == "reconfigure_successful"
    assert subentry.data["solar"] == chosen
    # All of them are known to the control.
    options = charger_solar_fields.SOLAR_FIELD["solar"].schema.schema["rotation"]
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
    assert inputs.reading().grid_w is None
    told("sensor.export", 2.5, "kW")
    for line, amps in enumerate((1, 2, 3), 1):
        told(f"sensor.l{line}", amps, "A")
    told("sensor.battery", 700, "W")
    told("sensor.soc", 55, "%")
    reading = inputs.reading()
    assert reading.grid_w == -2500
    assert reading.currents_a == (1, 2, 3)
    # Charging is what goes into it.
    assert reading.battery_w == -700
    assert reading.battery_soc == 55
    told("sensor.l2", 2000, "mA")
    assert inputs.reading().currents_a == (1, 2, 3)
    told("sensor.l2", "unavailable", "A")
    assert inputs.reading().currents_a is None
    settings = inputs.settings(phase_guard_s=300)
    assert (settings.fuse_a, settings.buffer_soc, settings.phase_guard_s) == (
        25,
        80,
        300,
    )
