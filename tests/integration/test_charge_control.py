"""Charge modes: the meter of the house in, limits on the wire out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
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

from custom_components.ocpp_cs.csms.controls import Timing
from custom_components.ocpp_cs.csms.limiter import ControlState
from custom_components.ocpp_cs.csms.profiles import Intent
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Generic

from .conftest import AddCharger, charger_subentry, setup, wait_for
from .helpers_entities import entity_id, settle, state_of, value_of, writes

GRID = "sensor.grid"
SOLAR = {"grid_power": GRID, "grid_sign": "import", "battery_sign": "discharging"}
QUICK = Timing(guard=0.0, check=60.0, reaction=0.1, pause=0.5, settle=0.02)

type Later = Callable[..., Awaitable[None]]


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


def grid(hass: HomeAssistant, value: object, unit: str = "W") -> None:
    hass.states.async_set(GRID, str(value), {"unit_of_measurement": unit})


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
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> Generic:
    """Return a charger whose car would like to charge."""
    for one in hub.chargers.values():
        one.charge_point.controls.timing = QUICK
    wallbox = await charger()
    await wallbox.plug(1, Car(soc=40))
    await wallbox.present_card("TAG", 1)
    await wait_for(
        hass, lambda: control(hub)._connector.transaction and wallbox.outbox.idle
    )
    return wallbox


@pytest.fixture
def later(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> Later:
    """Return a function that lets seconds pass for the control, and for it alone.

    The meter tells its value again at each step, unless it is silent.
    """
    offset = 0.0
    utcnow = dt_util.utcnow

    def now() -> Any:
        return utcnow() + timedelta(seconds=offset)

    monkeypatch.setattr(
        "custom_components.ocpp_cs.charge_control.dt_util.utcnow", now
    )

    async def pass_time(hub: Hub, seconds: float, *, silent: bool = False) -> None:
        nonlocal offset
        for _ in range(round(seconds / 5)):
            offset += 5
            state = hass.states.get(GRID)
            if state is not None and not silent:
                hass.states.async_set(
                    GRID,
                    state.state,
                    state.attributes,
                    timestamp=now().timestamp(),
                )
            hub.charge_control.async_tick()
        await settle(hass)

    return pass_time


@pytest.mark.usefixtures("setup_integration")
async def test_the_limit_follows_the_surplus(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, later: Later
) -> None:
    grid(hass, 500)
    one = await plugged(hass, hub, charger)
    assert value_of(hass, "CP1_1_charge_mode", "select") == "manual"
    assert value_of(hass, "CP1_1_control_state") == "manual"
    assert not limits(one)
    await mode(hass, "solar")
    await wait_for(hass, lambda: limits(one) == [0.0])
    assert value_of(hass, "CP1_1_control_state") == "waiting_for_sun"
    # The car draws nothing, and the house feeds in 6 kW.
    grid(hass, -6, "kW")
    await wait_for(
        hass, lambda: value_of(hass, "CP1_1_status") == "suspended_evse"
    )
    await later(hub, 10)
    await wait_for(hass, lambda: value_of(hass, "CP1_1_control_state") == "start_delay")
    assert state_of(hass, "CP1_1_control_state").attributes["until"]
    await later(hub, 120)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    assert value_of(hass, "CP1_1_solar_surplus") == "6000.0"
    assert float(value_of(hass, "CP1_1_charge_target")) >= 4140
    # What the user set is what it was.
    assert value_of(hass, "CP1_1_current_limit", "number") == "32.0"
    await mode(hass, "off")
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert value_of(hass, "CP1_1_control_state") == "off"
