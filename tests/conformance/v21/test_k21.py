"""Priority charging, by us or by a button of the station (K21, K22)."""

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Fallback, Intent
from custom_components.ocpp_cs.csms.model.errors import (
    NoTransactionError,
    OtherVersionActionError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.targets.priority import Priority
from simulator import ChargingStation
from tests.csms.test_central_system import World, until

from .charging_station import FACTOR, begin, url_of, with_values

KNOWN = {"SmartChargingCtrlr.SupportedAdditionalPurposes": "PriorityCharging"}


def offered(station: ChargingStation) -> float:
    """Return what the station offers the vehicle."""
    return station.charging.limit(station.evses[0]).amps


def limits(station: ChargingStation) -> list[float]:
    """Return the limits of the profiles for priority that are installed."""
    return [
        one.schedule["chargingSchedulePeriod"][0]["limit"]
        for one in sorted(station.profiles, key=lambda one: one.level)
        if one.purpose == "PriorityCharging"
    ]


@pytest.mark.fr("K21.FR.09", "K21.FR.10")
async def test_a_session_gets_priority_and_loses_it(
    world: World, charge_point: ChargePoint
) -> None:
    """A limit of the owner does not count meanwhile, and is not taken as ignored."""
    async with with_values(world, charge_point, values=KNOWN) as station:
        transaction_id = await begin(charge_point, station)
        connector, priority = charge_point.connector(1), charge_point.part(Priority)
        await connector.limiter.request(Intent(limit_a=8.0))
        assert offered(station) == 8.0
        await priority.use(1, activate=True)
        await until(lambda: connector.has_priority)
        assert offered(station) == 32.0
        await priority.use(1, activate=False)
        await until(lambda: not connector.has_priority)
        assert offered(station) == 8.0
        assert station.calls("UsePriorityCharging") == [
            {"transactionId": transaction_id, "activate": True},
            {"transactionId": transaction_id, "activate": False},
        ]
        assert not station.violations
        await priority.use(1, activate=True)
        await until(lambda: connector.has_priority)
        await station.unplug()
        await until(lambda: not connector.has_priority)


@pytest.mark.fr("K21.FR.10")
async def test_a_profile_that_was_lost_is_installed_again(
    world: World, charge_point: ChargePoint
) -> None:
    async with with_values(world, charge_point, values=KNOWN) as station:
        priority = charge_point.part(Priority)
        with pytest.raises(NoTransactionError):
            await priority.use(1, activate=True)
        await begin(charge_point, station)
        await until(lambda: limits(station))
        station.profiles.clear()
        await priority.use(1, activate=True)
        await until(lambda: charge_point.connector(1).has_priority)


@pytest.mark.fr("K22.FR.06")
async def test_the_button_of_the_station(
    world: World, charge_point: ChargePoint
) -> None:
    """It works without being asked for before, and what is told is noted."""
    async with with_values(world, charge_point, values=KNOWN) as station:
        connector, evse = charge_point.connector(1), station.evses[0]
        await until(lambda: limits(station))
        assert not station.priority.press(evse)
        await begin(charge_point, station)
        assert station.priority.press(evse)
        await until(lambda: connector.has_priority)
        assert station.priority.press(evse, active=False)
        await until(lambda: not connector.has_priority)
        answer = await station.send(
            "NotifyPriorityCharging", {"transactionId": "another", "activated": True}
        )
        assert answer == {}
        assert not connector.has_priority


async def test_what_the_fuse_leaves_counts_with_priority(
    world: World, charge_point: ChargePoint
) -> None:
    """Charge control says what that is; without us no more than what is safe."""
    values = KNOWN | {"SmartChargingCtrlr.SupportsMaxOfflineDuration": "true"}
    async with with_values(world, charge_point, values=values) as station:
        await charge_point.commands.read_settings()
        connector, priority = charge_point.connector(1), charge_point.part(Priority)
        limiter = connector.limiter
        limiter.automatic = True
        limiter.set_fallback(Fallback(limit_a=6.0, after_s=60))
        await begin(charge_point, station)
        limiter.set_intent(Intent(limit_a=16.0), persistent=False)
        await until(lambda: limiter.sent_a == 16.0)
        await priority.use(1, activate=True)
        await until(lambda: connector.has_priority)
        await until(lambda: limits(station)[-1] == 16.0)
        limiter.set_intent(Intent(limit_a=11.0), persistent=False)
        await until(lambda: limits(station)[-1] == 11.0)
        assert limits(station)[0] == 6.0
        await priority.use(1, activate=False)
        await until(lambda: limits(station)[-1] == 6.0)


async def test_a_station_that_keeps_its_profiles_offline_gets_what_is_safe(
    world: World, charge_point: ChargePoint
) -> None:
    values = KNOWN | {"SmartChargingCtrlr.SupportsMaxOfflineDuration": "false"}
    async with with_values(world, charge_point, values=values) as station:
        connector, priority = charge_point.connector(1), charge_point.part(Priority)
        limiter = connector.limiter
        limiter.automatic = True
        limiter.set_fallback(Fallback(limit_a=6.0, after_s=60))
        await begin(charge_point, station)
        limiter.set_intent(Intent(limit_a=16.0), persistent=False)
        await until(lambda: limiter.sent_a == 16.0)
        await priority.use(1, activate=True)
        await until(lambda: connector.has_priority)
        await until(lambda: limits(station) == [6.0])


async def test_a_station_that_does_not_know_it(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """Nothing is installed, and its refusal is told."""
    await begin(charge_point, station)
    assert not limits(station)
    with pytest.raises(RefusedError):
        await charge_point.part(Priority).use(1, activate=True)


async def test_version_2_0_1_has_none(world: World, charge_point: ChargePoint) -> None:
    async with ChargingStation(url_of(world), "CP1", time_factor=FACTOR) as station:
        await until(lambda: charge_point.ready)
        await begin(charge_point, station)
        with pytest.raises(OtherVersionActionError):
            await charge_point.commands.use_priority(
                transaction_id="any", activate=True
            )
