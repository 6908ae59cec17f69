"""What a charger does by itself when Home Assistant is gone, by the choice of its owner."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.charging.fallback import Fallbacks
from simulator import ChargingStation
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BEFORE_2_1

from .test_fallback import MINE, passes_a_minute, periods

pytestmark = pytest.mark.usefixtures("setup_integration")

ALONE = {"solar": SOLAR}
SHARED = {"solar": {**SOLAR, **FUSED, "fuse": 25}}


def chosen(fallback: str) -> list[Any]:
    """Return the subentry of a charger whose owner has chosen that."""
    return [charger_subentry("CP1", "Garage", solar={**MINE, "fallback": fallback})]


@pytest.fixture
async def station(house: LiveHouse, server_url: str) -> AsyncIterator[ChargingStation]:
    """Return a station of 2.1 that does not come back by itself."""
    async with ChargingStation(
        server_url,
        "CP1",
        version="2.1",
        seed=1,
        noise=0.0,
        backoff=(9000.0, 9000.0),
    ) as station:
        point = house.hub.central_system.charge_points["CP1"]
        await wait_for(house.hass, lambda: station.accepted and point.ready)
        yield station


@pytest.mark.parametrize(
    ("options", "subentries", "left"),
    [
        (ALONE, chosen("automatic"), 6.0),
        (ALONE, chosen("least"), 6.0),
        (ALONE, chosen("stop"), 0.0),
        (ALONE, chosen("never"), 32.0),
        # The house may take half of the fuse, as nothing is known of it yet.
        (SHARED, chosen("automatic"), 12.0),
        (SHARED, chosen("always"), 12.0),
        (SHARED, chosen("least"), 6.0),
        (SHARED, chosen("stop"), 0.0),
        (SHARED, chosen("never"), 25.0),
    ],
)
async def test_home_assistant_is_killed(
    house: LiveHouse, station: ChargingStation, left: float
) -> None:
    house.tell()
    await house.car(station)
    await house.mode("fast")
    await passes_a_minute(house)
    await house.later(60)
    evse = station.evses[0]
    before = station.charging.limit(evse).amps
    assert before > 12.0
    await house.hub.central_system.stop()
    await wait_for(house.hass, lambda: not station.connected)
    assert station.charging.limit(evse).amps == before
    since = station.charging.dynamic._offline_since
    assert since is not None
    station.charging.dynamic._offline_since = since - 301
    station.update_all()
    assert station.charging.limit(evse).amps == min(left, before)


@pytest.mark.parametrize("options", [ALONE])
@pytest.mark.parametrize("subentries", [chosen("automatic")])
async def test_charge_control_writes_a_limit_once(
    house: LiveHouse, station: ChargingStation
) -> None:
    """One small message is one change, and nothing goes to a memory that wears out."""
    house.sun_w = 9000.0
    house.tell()
    await house.car(station)
    await house.mode("solar")
    await passes_a_minute(house)
    for sun_w in (8000.0, 6500.0, 9500.0, 7000.0, 9000.0):
        house.sun_w = sun_w
        await house.later(90)
    whole = [
        (one["chargingProfile"]["id"], one["chargingProfile"].get("maxOfflineDuration"))
        for one in station.calls("SetChargingProfile")
    ]
    updates = station.calls("UpdateDynamicSchedule")
    # The first one is sent before it is known what is to be beneath.
    assert whole == [(20, None), (2020, None), (20, 300)]
    assert len(updates) > 3
    limits = [
        one["scheduleUpdate"]["limit"]
        for one in updates
        if one["chargingProfileId"] < 100
    ]
    # The same value is not sent twice.
    assert all(one != other for one, other in pairwise(limits))


@BEFORE_2_1
@pytest.mark.parametrize("options", [ALONE])
@pytest.mark.parametrize(
    ("subentries", "left"), [(chosen("least"), 6.0), (chosen("stop"), 0.0)]
)
async def test_a_second_period_does_it_before_2_1(
    house: LiveHouse, charger: AddCharger, left: float
) -> None:
    house.tell()
    one = await house.car(charger)
    await house.mode("fast")
    await passes_a_minute(house)
    assert periods(one)[1:] == [(360, left)]


@pytest.mark.parametrize("options", [ALONE])
@pytest.mark.parametrize("subentries", [chosen("stop")])
async def test_in_manual_mode_the_limit_is_its_users(
    hass: HomeAssistant, house: LiveHouse, station: ChargingStation
) -> None:
    house.tell()
    await house.car(station)
    await house.mode("fast")
    await passes_a_minute(house)
    assert len(list(station.profiles)) == 2
    await house.mode("manual")
    await house.act("number", "set_value", "CP1/1/current_limit", value=10)
    await passes_a_minute(house)
    await wait_for(hass, lambda: len(list(station.profiles)) == 1)
    (one,) = station.profiles
    assert "maxOfflineDuration" not in one.data
    assert house.hub.part(Fallbacks)._shares == {}
