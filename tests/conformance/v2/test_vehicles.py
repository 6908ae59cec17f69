"""Schedules that are agreed with a vehicle (K15 to K17; ISO 15118)."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest

from tests.conformance.charge_point import Json, at
from tests.conformance.home import Home
from tests.conformance.tags import VALID

from .cases import case
from .station import ACCEPTED, Station, Visit

NEEDS: dict[str, Json] = {
    "AC": {
        "requestedEnergyTransfer": "AC_three_phase",
        "acChargingParameters": {
            "energyAmount": 20000,
            "evMinCurrent": 6,
            "evMaxCurrent": 20,
            "evMaxVoltage": 400,
        },
    },
    "DC": {
        "requestedEnergyTransfer": "DC",
        "dcChargingParameters": {
            "evMaxCurrent": 200,
            "evMaxVoltage": 400,
            "energyAmount": 20000,
            "stateOfCharge": 40,
        },
    },
}


async def _profile(station: Station, visit: Visit, count: int) -> Json:
    """Return the schedule that the vehicle is offered, for its transaction."""
    async with asyncio.timeout(60):
        while len(station.asked("SetChargingProfile")) < count:
            await asyncio.sleep(0.01)
    asked = station.asked("SetChargingProfile")
    assert len(asked) == count
    assert asked[-1]["evseId"] == 1
    profile = asked[-1]["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["transactionId"] == visit.id
    (schedule,) = profile["chargingSchedule"]
    offered: Json = schedule
    return offered


async def _tells_needs(station: Station, needs: Json) -> str:
    answer = await station.call(
        "NotifyEVChargingNeeds", evseId=1, maxScheduleTuples=3, chargingNeeds=needs
    )
    status: str = answer["status"]
    return status


async def _chooses(station: Station, schedule: Json) -> str:
    answer = await station.call(
        "NotifyEVChargingSchedule", timeBase=at(), evseId=1, chargingSchedule=schedule
    )
    status: str = answer["status"]
    return status


@pytest.fixture
async def negotiating(station: Station) -> Visit:
    """Return a visit of a vehicle that is authorized and plugged in."""
    station.answers["SetChargingProfile"] = ACCEPTED
    visit = station.visit()
    await visit.authorize(VALID)
    await visit.plug_in()
    return visit


@pytest.fixture(params=["AC", "DC"])
def needs(request: pytest.FixtureRequest) -> Json:
    """Return what a vehicle needs."""
    return deepcopy(NEEDS[request.param])


async def _agrees(station: Station, visit: Visit, needs: Json, count: int = 1) -> Json:
    """Let the vehicle agree to the schedule that it is offered; return that."""
    assert await _tells_needs(station, needs) in {"Accepted", "Processing"}
    schedule = await _profile(station, visit, count)
    assert await _chooses(station, schedule) == "Accepted"
    answer = await visit.event(None, "ChargingStateChanged", "Charging")
    assert "idTokenInfo" not in answer
    return schedule


@case("K_53")
async def test_agreed(home: Home, negotiating: Visit, needs: Json) -> None:
    await _agrees(negotiating.station, negotiating, needs)
    await home.shows_charging("on")


@case("K_55")
async def test_more_than_allowed(home: Home, negotiating: Visit, needs: Json) -> None:
    station = negotiating.station
    assert await _tells_needs(station, needs) == "Accepted"
    schedule = await _profile(station, negotiating, 1)
    greedy = deepcopy(schedule)
    for period in greedy["chargingSchedulePeriod"]:
        period["limit"] += 10
    assert await _chooses(station, greedy) == "Rejected"
    await negotiating.event(None, "ChargingStateChanged", "Charging")
    again = await _profile(station, negotiating, 2)
    assert await _chooses(station, again) == "Accepted"
    await negotiating.event(None, "ChargingRateChanged", "Charging")
    await home.shows_charging("on")


@case("K_57")
async def test_the_vehicle_wants_another(
    home: Home, negotiating: Visit, needs: Json
) -> None:
    station = negotiating.station
    await _agrees(station, negotiating, needs)
    for parameters in ("acChargingParameters", "dcChargingParameters"):
        if parameters in needs:
            needs[parameters]["energyAmount"] = 5000
    assert await _tells_needs(station, needs) in {"Accepted", "Processing"}
    await negotiating.event(None, "ChargingRateChanged", "Charging")
    assert (
        await _chooses(station, await _profile(station, negotiating, 2)) == "Accepted"
    )
    await negotiating.event(None, "ChargingRateChanged", "Charging")
    await home.shows_charging("on")


def _limits(schedule: Json) -> list[Any]:
    return [one["limit"] for one in schedule["chargingSchedulePeriod"]]


@case("K_58")
async def test_the_owner_wants_another(
    home: Home, negotiating: Visit, needs: Json
) -> None:
    station = negotiating.station
    await _agrees(station, negotiating, needs)
    await home.set_number("1/current_limit", 10)
    schedule = await _profile(station, negotiating, 2)
    assert _limits(schedule) == [10]
    assert await _chooses(station, schedule) == "Accepted"
    await negotiating.event(None, "ChargingRateChanged", "Charging")
    await home.shows_charging("on")


@case("K_59")
async def test_the_owner_wants_another_and_needs_are_told_again(
    home: Home, negotiating: Visit, needs: Json
) -> None:
    station = negotiating.station
    await _agrees(station, negotiating, needs)
    await home.set_number("1/current_limit", 10)
    assert _limits(await _profile(station, negotiating, 2)) == [10]
    assert await _tells_needs(station, needs) in {"Accepted", "Processing"}
    schedule = await _profile(station, negotiating, 3)
    assert _limits(schedule) == [10]
    assert await _chooses(station, schedule) == "Accepted"
    await negotiating.event(None, "ChargingRateChanged", "Charging")
    await home.shows_charging("on")
