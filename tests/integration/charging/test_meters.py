"""Meters of the house that cannot be believed."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    GRID,
    SOLAR,
    House,
    fixture_house,
    in_the_sun,
    limits,
    why,
)
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


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
    # It goes on with the least for a while.
    await wait_for(hass, lambda: limits(one)[-1] == 6.0)
    assert why(hass) == "meter_stale"
    assert value_of(hass, "CP1/1/solar_surplus") == "unknown"
    await house.later(hub, 300)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "meter_stale"
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
    await wait_for(hass, lambda: limits(one)[-1] == 6.0)
    assert why(hass) == "meter_stale"
    await house.later(hub, 300, silent=True)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)


async def test_a_meter_that_is_removed(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    hass.states.async_remove(GRID)
    await house.later(hub, 150)
    await wait_for(hass, lambda: limits(one)[-1] == 6.0)
    await house.later(hub, 300)
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
