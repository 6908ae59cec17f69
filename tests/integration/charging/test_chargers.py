"""Chargers that do not do as they are told, and what cars have."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, LimitState
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    SOLAR,
    House,
    asked,
    control,
    fixture_house,
    in_the_sun,
    limits,
    mode,
    why,
)
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


async def test_one_that_rejects_is_told_again(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    one.faults.reject_all = True
    await mode(hass, "off")
    await wait_for(hass, lambda: control(hub).state is LimitState.REFUSED)
    told = asked(hub)
    await house.later(hub, 50)
    assert asked(hub) == told
    await house.later(hub, 15)
    await wait_for(hass, lambda: asked(hub) - told)
    one.faults.reject_all = False
    await house.later(hub, 65)
    await wait_for(hass, lambda: control(hub).state in IN_FORCE)
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
