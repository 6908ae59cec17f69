"""What docs/solar.md shows of plans does what it says there."""

from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.ocpp_cs.hub import Hub
from simulator import Car
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.plans import (
    EVENING,
    Night,
    choose,
    clock,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plan_of,
    plugged,
    tell_prices,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]

PAGE = Path(__file__).parents[3] / "docs" / "solar.md"


def examples() -> list[Any]:
    parts = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:]
    return [parse_yaml(part.split("```")[0]) for part in parts]


async def test_the_examples(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    _, _, automation, dashboard = examples()
    tell_prices(hass, h2=0.05, h3=0.06)
    one = await charger()
    await choose(hass, "solar")
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await one.plug(1, Car())
    await wait_for(
        hass, lambda: value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    )
    assert plan_of(hass) == "waiting"
    assert value_of(hass, "CP1/1/energy_target", "number") == "20.0"
    assert value_of(hass, "CP1/1/ready_by", "datetime") == "2026-01-21T06:00:00+00:00"
    entities, markdown = dashboard["cards"]
    for entity_id in entities["entities"]:
        assert er.async_get(hass).async_get(entity_id) is not None, entity_id
    text = Template(markdown["content"], hass).async_render()
    # At 32 A it takes less than an hour.
    assert text.replace("\n", " ").split("- ")[1].strip() == (
        "Wed 02:06 to 03:00: 22.1 kW at 0.05"
    )
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.ready_at_seven"}
    )


async def test_it_is_told_what_will_be_missing(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    told, *_ = examples()
    calls = async_mock_service(hass, "notify", "notify")
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(clock(5))
    assert er.async_get(hass).async_get("binary_sensor.garage_plug") is not None
    assert await async_setup_component(
        hass, "script", {"script": {"arm": told_as(told)}}
    )
    await hass.services.async_call("script", "arm", blocking=True)
    (call,) = calls
    # 18 kWh of 40.
    assert call.data["message"].startswith("The car will be 18")
    assert call.data["message"].endswith(" kWh short: time")


def told_as(told: Any) -> Any:
    """Return the actions of an automation as a script."""
    return {"sequence": told["actions"]}


async def test_the_rules(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    _, weekly, *_ = examples()
    hass.states.async_set("sensor.soc", "20")
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    (ours,) = hub.chargers.values()
    domain, name = weekly["action"].split(".")
    await hass.services.async_call(
        domain, name, {**weekly["data"], "device_id": ours.device_id}, blocking=True
    )
    wanted = hub.charge_plans.wanted(ours.charge_point.connector(1))
    assert wanted.ready_by == clock(6, 30)
    assert (wanted.soc, wanted.least_soc) == (80, 30)
    assert wanted.weekdays == {"mon", "tue", "wed", "thu", "fri"}
    await night.at(EVENING)
    assert plan_of(hass) == "charging"
