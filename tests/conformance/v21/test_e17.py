"""Transactions that go on after an interruption (B13, E17)."""

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from tests.csms.test_central_system import World, until

from .charging_station import Told, begin, with_values

RESUMES = {"TxCtrlr.ResumptionTimeout": "3000"}


def profile_of(transaction_id: str) -> ChargingProfile:
    """Return a profile of a user for a transaction."""
    return ChargingProfile(
        id=77,
        stack_level=2,
        purpose=Purpose.TX,
        kind=Kind.RELATIVE,
        schedules=(Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=9.0),)),),
        transaction_id=transaction_id,
    )


def sessions(charge_point: ChargePoint) -> int:
    """Return how many sessions are in the books."""
    return len(charge_point.ledger.sessions(charge_point.id))


@pytest.mark.fr("E17.FR.15")
@pytest.mark.parametrize("keeps", ["false", "true"])
async def test_a_session_goes_on_after_a_loss_of_power(
    world: World, charge_point: ChargePoint, keeps: str
) -> None:
    """It is one session with all of its energy; its profile is sent once more."""
    async with with_values(world, charge_point, values=RESUMES) as station:
        station.model.put(
            "SmartChargingCtrlr",
            "ChargingProfilePersistence",
            keeps,
            instance="TxProfile",
        )
        await charge_point.commands.read_settings()
        told = Told(station)
        transaction_id = await begin(charge_point, station)
        await charge_point.commands.set_charging_profile(
            connector_id=1, charging_profile=profile_of(transaction_id)
        )
        evse = station.evses[0]
        await until(lambda: (charge_point.connector(1).session_energy_wh or 0) > 50)
        boots = charge_point.boots
        before = len(station.calls("SetChargingProfile"))
        await station.reboot("PowerUp")
        await until(lambda: charge_point.boots > boots and charge_point.ready)
        await until(lambda: told.of("TxResumed"))
        connector = charge_point.connector(1)
        await until(lambda: connector.charging)
        running = connector.transaction
        assert running is not None
        assert running.id == transaction_id
        sent = station.calls("SetChargingProfile")[before:]
        again = [one for one in sent if one["chargingProfile"]["id"] == 77]
        if keeps == "true":
            assert not again
        else:
            await until(
                lambda: any(
                    one["chargingProfile"]["id"] == 77
                    for one in station.calls("SetChargingProfile")[before:]
                )
            )
        assert [one.id for one in station.profiles if one.purpose == "TxProfile"] == [
            77
        ]
        began = evse.transaction
        assert began is not None
        await station.unplug()
        await until(lambda: connector.transaction is None)
        latest = connector.latest_transaction
        assert latest is not None
        assert latest.id == transaction_id
        assert latest.energy_wh == pytest.approx(
            evse.register_wh - began.register_wh, abs=2.0
        )
        assert latest.energy_wh > 50


async def test_a_session_that_is_not_resumed_ends_with_power_loss(
    world: World, charge_point: ChargePoint
) -> None:
    values = {"TxCtrlr.ResumptionTimeout": "10"}
    async with with_values(
        world, charge_point, values=values, reboot_seconds=60.0
    ) as station:
        transaction_id = await begin(charge_point, station)
        await station.reboot("PowerUp")
        connector = charge_point.connector(1)
        await until(lambda: connector.transaction is None)
        latest = connector.latest_transaction
        assert latest is not None
        assert (latest.id, latest.reason) == (transaction_id, "power_loss")


async def test_a_restart_that_resumes(world: World, charge_point: ChargePoint) -> None:
    """The action reset of 2.1 keeps the session (B13); without it that is refused."""
    async with with_values(world, charge_point, values=RESUMES) as station:
        told = Told(station)
        transaction_id = await begin(charge_point, station)
        boots = charge_point.boots
        await charge_point.commands.call("reset", type="resume")
        await until(lambda: charge_point.boots > boots and told.of("TxResumed"))
        running = charge_point.connector(1).transaction
        assert running is not None
        assert running.id == transaction_id
        (reset,) = station.calls("Reset")
        assert reset == {"type": "ImmediateAndResume"}
