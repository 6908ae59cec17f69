"""Charge modes with everything real: sun, oven, cars, and two meters."""

from typing import Any

import pytest

from simulator import Car

from .conftest import AddCharger, charger_subentry
from .helpers_control import SOLAR
from .helpers_live_house import FUSED, LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here

pytestmark = pytest.mark.usefixtures("setup_integration")


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


async def test_it_goes_from_one_phase_to_three_and_back(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2600
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    assert one.connector().currents == (11, 0, 0)
    house.sun_w = 8000
    await house.later(250)
    assert one.connector().currents == (11, 11, 11)
    before = len(told(one))
    house.sun_w = 2600
    await house.later(60)
    assert one.connector().currents == (6, 6, 6)
    assert house.why() in ("phase_delay", "stop_delay", "minimum_current")
    await house.later(300)
    assert one.connector().currents == (11, 0, 0)
    # The phases change in a pause, and only then.
    switches = told(one)[before:]
    assert (0, 3) in switches
    assert house.why() == "following_sun"
    # A car with one phase has no use for three.
    phases = [number for _, number in told(one)]
    assert phases.count(None) == 0


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_the_fuse_phase_by_phase(house: LiveHouse, charger: AddCharger) -> None:
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(60)
    assert one.connector().currents == (16, 16, 16)
    # An oven on L2: 20 A less half an ampere of margin less 12 A.
    house.base_a = (0, 12, 0)
    await house.later(10)
    assert one.connector().currents == (7, 7, 7)
    assert house.why() == "fuse_limit"
    house.base_a = (0, 15, 0)
    await house.later(10)
    assert one.connector().currents == (0, 0, 0)
    assert house.why() == "fuse_limit"
    house.base_a = (0, 0, 0)
    await house.later(400)
    assert one.connector().currents == (16, 16, 16)
    assert house.why() == "fast"
