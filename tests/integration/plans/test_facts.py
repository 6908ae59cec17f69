"""What the control is told of a plan and of the car that is plugged in."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.charging.points import PlanFacts, key_of
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.plans import (
    EVENING,
    KW,
    Night,
    choose,
    clock,
    control,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plug,
    plugged,
    tell_prices,
    want,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


def facts(hub: Hub) -> PlanFacts:
    """Return what the control is told of the only connector."""
    return hub.charge_control.plan_facts(control(hub)._connector)


async def test_the_car_is_known_by_its_tag(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    wallbox = await charger()
    usual = key_of(control(hub)._connector)
    assert facts(hub) == PlanFacts(car=usual)
    await plug(hass, hub, wallbox)
    by_tag = facts(hub).car
    assert by_tag not in (usual, None)
    assert "TAG" not in str(by_tag)
    # The session ends, the car stays.
    await wallbox.present_card("TAG", 1)
    await wait_for(hass, lambda: not control(hub)._connector.transaction)
    assert facts(hub).car == by_tag
    await wallbox.unplug(1)
    await wait_for(hass, lambda: control(hub)._connector.plugged_in is False)
    assert facts(hub).car == usual


async def test_the_tag_of_the_server_is_nobodys(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    wallbox = await charger()
    await wallbox.plug(1)
    own = control(hub)._charge_point.settings.id_tag
    await wallbox.present_card(own, 1)
    await wait_for(hass, lambda: control(hub)._connector.transaction)
    assert facts(hub).car == key_of(control(hub)._connector)


async def test_plan_and_state_of_charge(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    assert facts(hub).planned is False
    hass.states.async_set("sensor.soc", "37")
    await want(hass, 2 * KW, clock(7))
    await night.at(EVENING)
    assert (facts(hub).planned, facts(hub).soc) == (True, 37.0)
    (reading,) = (
        one["reading"] for one in hub.charge_control.diagnostics()["connectors"]
    )
    assert (reading["planned"], reading["soc"]) == (True, 37.0)
    assert reading["car"] == facts(hub).car
    for odd in ("nan", "-3", "101", "unavailable"):
        hass.states.async_set("sensor.soc", odd)
        assert facts(hub).soc is None
