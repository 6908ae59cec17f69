"""Several cars, and the battery of the house, with one sun and one fuse."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from simulator import Car
from simulator.connector import Connector
from simulator.profiles import Limit
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BOTH, Charger, limiting

ONE_PHASE = {"priority": 0, "rotation": "l1_l2_l3", "connected_phases": "1"}

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", solar=ONE_PHASE),
        charger_subentry("CP2", "Street", solar={**ONE_PHASE, "priority": 1}),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def currents(wallbox: Charger, connector: int = 1) -> tuple[float, float, float]:
    return wallbox.connector(connector).currents


async def test_the_more_important_one_gets_the_sun_first(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 3000
    garage = await house.car(charger, Car(soc=40, phases=1))
    street = await house.car(charger, Car(soc=40, phases=1), charge_point_id="CP2")
    await house.mode("solar", "CP1/1")
    await house.mode("solar", "CP2/1")
    await house.later(300)
    assert (currents(garage)[0], currents(street)[0]) == (0, 13)
    assert house.why("CP1/1") == "other_first"
    house.sun_w = 6000
    await house.later(300)
    # An ampere is kept for the street, should its car take more one day.
    assert (currents(garage)[0], currents(street)[0]) == (9, 16)
    house.sun_w = 3200
    await house.later(300)
    assert (currents(garage)[0], currents(street)[0]) == (0, 14)


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        # Both on L1: the more important one gets what there is beyond the least.
        ("l1_l2_l3", (6, 13)),
        # Each has a phase of its own.
        ("l2_l3_l1", (16, 16)),
    ],
)
@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry("CP1", "Garage", solar=ONE_PHASE),
            charger_subentry("CP2", "Street", solar={**ONE_PHASE, "priority": 1}),
        ]
    ],
)
async def test_the_fuse_is_shared(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    rotation: str,
    expected: tuple[float, float],
) -> None:
    garage_of_house = next(
        one for one in house.hub.chargers.values() if one.name == "Garage"
    )
    hass.config_entries.async_update_subentry(
        garage_of_house._entry,
        garage_of_house.subentry,
        data={
            **garage_of_house.subentry.data,
            "solar": {**ONE_PHASE, "rotation": rotation},
        },
    )
    house.rotations["CP1"] = (0, 1, 2) if rotation == "l1_l2_l3" else (1, 2, 0)
    house.tell()
    garage = await house.car(charger, Car(soc=40, phases=1))
    street = await house.car(charger, Car(soc=40, phases=1), charge_point_id="CP2")
    await house.mode("fast", "CP1/1")
    await house.mode("fast", "CP2/1")
    await house.later(200)
    assert (currents(garage)[0], currents(street)[0]) == expected
    assert sum(house.amps()) <= 2 * 20


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_two_connectors_of_one_charger(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    one = await house.car(charger, connectors=2)
    await house.mode("fast", "CP1/1")
    await house.later(60)
    await house.car(one, connector=2)
    await house.mode("solar", "CP1/2")
    await house.later(200)
    assert currents(one, 1)[0] == 16
    assert currents(one, 2)[0] == 0
    assert house.why("CP1/2") == "waiting_for_sun"
    house.sun_w = 9000
    await house.later(300)
    # What the first takes is the house's for the second.
    assert currents(one, 2)[0] == 0
    await house.mode("fast", "CP1/2")
    await house.later(200)
    assert currents(one, 1)[0] + currents(one, 2)[0] <= 19.5
    assert min(currents(one, 1)[0], currents(one, 2)[0]) >= 9
    await house.mode("manual", "CP1/1")
    before = len(told(one, 1))
    await house.later(60)
    assert len(told(one, 1)) == before


# The battery of the house.


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", solar=ONE_PHASE)]]
)
@pytest.mark.parametrize(
    "options",
    [
        {
            "solar": {
                **SOLAR,
                "battery_power": "sensor.battery",
                "battery_soc": "sensor.battery_soc",
                "priority_soc": 50,
                "buffer_soc": 80,
                "buffer_start_soc": 90,
            }
        }
    ],
)
async def test_the_battery_of_the_house(house: LiveHouse, charger: AddCharger) -> None:
    # Whatever the sun gives goes into the battery; the meter shows nothing.
    house.state("sensor.battery", -3000, "W")
    house.state("sensor.battery_soc", 30, "%")
    one = await house.car(charger, Car(soc=40, phases=1))
    await house.mode("solar")
    await house.later(200)
    assert currents(one)[0] == 0
    assert house.why() == "battery_first"
    house.state("sensor.battery_soc", 60, "%")
    await house.later(100)
    assert currents(one)[0] >= 13
    # The sun is gone, but the battery helps.
    house.state("sensor.battery", 0, "W")
    house.state("sensor.battery_soc", 85, "%")
    await house.later(600)
    assert currents(one)[0] == 6
    assert house.why() == "battery_support"
    house.state("sensor.battery_soc", 75, "%")
    await house.later(600)
    assert currents(one)[0] == 0
    house.state("sensor.battery_soc", 85, "%")
    await house.later(300)
    assert currents(one)[0] == 0
    house.state("sensor.battery_soc", 95, "%")
    await house.later(300)
    assert currents(one)[0] == 6


# Chargers that do not do it, and what becomes of the others.


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_one_that_ignores_its_limit_costs_the_others_not_the_fuse(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
) -> None:
    house.tell()
    garage = await house.car(charger, Car(soc=40, phases=1))
    street = await house.car(charger, Car(soc=40, phases=1), charge_point_id="CP2")
    for one in house.hub.chargers.values():
        one.charge_point.profile_methods.timing = LimitTiming(
            guard=0.0, check=0.2, reaction=0.05, pause=0.5, settle=0.02
        )

    def limit(_connector: Connector) -> Limit:
        return Limit(16)

    limiting(garage).limit = limit
    await house.mode("fast", "CP1/1")
    await house.mode("fast", "CP2/1")
    await house.later(60)
    assert currents(garage)[0] == 16
    assert currents(street)[0] == 0
    assert house.why("CP2/1") == "fuse_limit"
    await house.mode("off", "CP1/1")
    subentry_id = next(
        key for key, one in house.hub.chargers.items() if one.name == "Garage"
    )

    issue_id = f"limit_ignored_{subentry_id}"
    async with asyncio.timeout(60):
        # It is looked at, told again, and looked at.
        while ir.async_get(hass).async_get_issue("ocpp_cs", issue_id) is None:
            await house.later(5)
    await house.later(300)
    assert currents(street)[0] == 0
    assert max(house.most_a) <= 2 * 16
    # It obeys again.
    del limiting(garage).limit
    await house.later(400)
    assert currents(garage)[0] == 0
    assert currents(street)[0] == 16


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_one_that_is_away_is_part_of_the_house(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    garage = await house.car(charger, Car(soc=40, phases=1))
    street = await house.car(charger, Car(soc=40, phases=1), charge_point_id="CP2")
    await house.mode("fast", "CP1/1")
    await house.mode("fast", "CP2/1")
    await house.later(200)
    assert (currents(garage)[0], currents(street)[0]) == (6, 13)
    await street.drop()
    await wait_for(
        hass, lambda: not house.hub.central_system.charge_points["CP2"].connected
    )
    before = len(told(street))
    await house.mode("off", "CP2/1")
    await house.later(120)
    # It goes on with what it was told, and the other one leaves it that.
    assert currents(street)[0] == 13
    assert currents(garage)[0] == 6
    assert len(told(street)) == before
    decision = house.hub.charge_control.decision(
        house.hub.central_system.charge_points["CP2"].connector(1)
    )
    assert decision is not None
    assert decision.current_a == 13
    await street.reconnect()
    await wait_for(
        hass, lambda: house.hub.central_system.charge_points["CP2"].ready, 15
    )
    await house.later(300)
    assert currents(street)[0] == 0
    assert currents(garage)[0] == 16
