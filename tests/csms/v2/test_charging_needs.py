"""Needs of vehicles and limits of others, as a station of OCPP 2.0.1 tells them (K11 to K17)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.profile import LimitSource
from tests.csms.test_central_system import World, until

from .station import V2Station, at
from .test_charging import Profiles, adopt

type Json = dict[str, Any]


def needs(evse: int = 1, departure: str | None = None, **more: Any) -> Json:
    """Return a NotifyEVChargingNeeds of a vehicle that charges with AC."""
    told: Json = {
        "requestedEnergyTransfer": "AC_three_phase",
        "acChargingParameters": {
            "energyAmount": 20000,
            "evMinCurrent": 6,
            "evMaxCurrent": 16,
            "evMaxVoltage": 400,
        },
    }
    if departure is not None:
        told["departureTime"] = departure
    return {"evseId": evse, "chargingNeeds": told | more}


def direct(**more: Any) -> Json:
    """Return the needs of a vehicle that charges with DC."""
    return needs(
        requestedEnergyTransfer="DC",
        acChargingParameters=None,
        dcChargingParameters={"evMaxCurrent": 200, "evMaxVoltage": 400, **more},
    )


def clean(payload: Json) -> Json:
    """Return a payload without members that are None."""
    told = payload["chargingNeeds"]
    kept = {name: value for name, value in told.items() if value is not None}
    return payload | {"chargingNeeds": kept}


def limit(source: str, *periods: Json, unit: str = "A", **more: Any) -> Json:
    """Return a NotifyChargingLimit."""
    payload: Json = {"chargingLimit": {"chargingLimitSource": source}, **more}
    if periods:
        payload["chargingSchedule"] = [
            {"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": list(periods)}
        ]
    return payload


async def test_a_vehicle_gets_a_profile(world: World) -> None:
    """Even where nothing is wanted (K15.FR.07); limits follow in its TxProfile."""
    charge_point = adopt(world)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        await station.event("Started", "T-1", token="CARD", state="EVConnected")
        answer = await station.call("NotifyEVChargingNeeds", needs())
        assert answer == {"status": "Accepted"}
        (sent,) = await station.wait_for("SetChargingProfile")
        profile = sent["chargingProfile"]
        assert sent["evseId"] == 1
        assert profile["chargingProfilePurpose"] == "TxProfile"
        assert profile["transactionId"] == "T-1"
        (schedule,) = profile["chargingSchedule"]
        assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 32.0}]
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=8.0))
        _, again = await station.wait_for("SetChargingProfile", 2)
        assert again["chargingProfile"]["id"] == profile["id"]
        assert again["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
        await station.event("Ended", "T-1", reason="EVDisconnected")
        # The next transaction has the limit before anything is said.
        _, _, last = await station.wait_for("SetChargingProfile", 3)
        assert last["chargingProfile"]["chargingProfilePurpose"] == "TxDefaultProfile"
        await station.status("Available")
        await until(lambda: charge_point.connector(1).needs is None)


async def test_needs_before_the_transaction(world: World) -> None:
    """The profile follows when it begins (K15.FR.05)."""
    adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        answer = await station.call("NotifyEVChargingNeeds", needs())
        assert answer == {"status": "Processing"}
        await station.event("Started", "T-2", token="CARD")
        (sent,) = await station.wait_for("SetChargingProfile")
        assert sent["chargingProfile"]["transactionId"] == "T-2"


async def test_what_a_vehicle_tells(world: World) -> None:
    """Is kept where it is plausible."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        departure = at(8 * 3600)
        await station.call("NotifyEVChargingNeeds", needs(departure=departure))
        told = charge_point.connector(1).needs
        assert told is not None
        assert (told.energy_kwh, told.max_a, told.phases) == (20.0, 16.0, 3)
        assert told.departure is not None
        left = told.departure - utcnow()
        assert timedelta(hours=7.9) < left < timedelta(hours=8.1)
        assert told.missing_kwh(5.0) == 15.0
        battery = {
            "stateOfCharge": 40,
            "evEnergyCapacity": 60000,
            "fullSoC": 90,
            "energyAmount": 30000,
        }
        await station.call("NotifyEVChargingNeeds", clean(direct(**battery)))
        told = charge_point.connector(1).needs
        assert told is not None
        assert (told.soc, told.full_soc, told.capacity_kwh) == (40.0, 90.0, 60.0)
        assert (told.energy_kwh, told.phases) == (30.0, None)


@pytest.mark.parametrize(
    "nonsense",
    [
        direct(stateOfCharge=65535, evEnergyCapacity=65535, energyAmount=65535),
        direct(stateOfCharge=-1, evEnergyCapacity=0, energyAmount=0),
        direct(stateOfCharge=101, evEnergyCapacity=900_000, energyAmount=-5),
    ],
)
async def test_nonsense_of_vehicles(world: World, nonsense: Json) -> None:
    """Is answered, and left out."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", "T-1", token="CARD")
        payload = clean(nonsense)
        payload["chargingNeeds"]["departureTime"] = "2099-01-01T00:00:00Z"
        answer = await station.call("NotifyEVChargingNeeds", payload)
        assert answer == {"status": "Accepted"}
        told = charge_point.connector(1).needs
        assert told is not None
        assert (told.soc, told.capacity_kwh, told.energy_kwh) == (None, None, None)
        assert told.departure is None


async def test_a_vehicle_that_chooses_too_much(world: World) -> None:
    """Is refused, and gets its limit again (K15.FR.12, K16)."""
    charge_point = adopt(world)

    def chosen(amps: float) -> Json:
        period = {"startPeriod": 0, "limit": amps}
        return {
            "timeBase": at(),
            "evseId": 1,
            "chargingSchedule": {
                "id": 1,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [period],
            },
        }

    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", "T-1", token="CARD")
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        await station.call("NotifyEVChargingNeeds", needs())
        await station.wait_for("SetChargingProfile", 2)
        limiter = charge_point.connector(1).limiter
        await until(lambda: not limiter.is_busy)
        call = station.call
        answer = await call("NotifyEVChargingSchedule", chosen(10.0))
        assert answer == {"status": "Accepted"}
        for count in range(3, 6):
            answer = await call("NotifyEVChargingSchedule", chosen(16.0))
            assert answer == {"status": "Rejected"}
            await station.wait_for("SetChargingProfile", count)
            await until(lambda: not limiter.is_busy)
        # One that never gives in does not keep us busy.
        await call("NotifyEVChargingSchedule", chosen(16.0))
        assert not limiter.is_busy
        unknown = await call("NotifyEVChargingSchedule", chosen(6.0) | {"evseId": 9})
        assert unknown == {"status": "Accepted"}


async def test_limits_of_others(world: World) -> None:
    """The lowest counts, of the EVSE and of the station, until each ends (K11 to K13)."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        call = station.call
        assert await call("NotifyChargingLimit", limit("EMS")) == {}
        assert connector.outside_limit is None
        start = {"startPeriod": 0, "limit": 12.0}
        await call("NotifyChargingLimit", limit("EMS", start, evseId=1))
        assert connector.outside_limit == (12.0, LimitSource.EMS)
        watts = {"startPeriod": 0, "limit": 4140.0}
        await call("NotifyChargingLimit", limit("SO", watts, unit="W"))
        assert connector.outside_limit == (6.0, LimitSource.SO)
        await call("ClearedChargingLimit", {"chargingLimitSource": "SO"})
        assert connector.outside_limit == (12.0, LimitSource.EMS)
        await call("ClearedChargingLimit", {"chargingLimitSource": "SO", "evseId": 1})
        assert connector.outside_limit == (12.0, LimitSource.EMS)
        await station.boot()
        assert connector.outside_limit is None


async def test_limits_of_others_over_time(world: World) -> None:
    """A schedule ends, and has not begun before its start."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        told = limit("EMS", {"startPeriod": 0, "limit": 12.0}, evseId=1)
        (schedule,) = told["chargingSchedule"]
        later = {"startPeriod": 3600, "limit": 6.0}
        for start, duration, expected in (
            (60, None, None),
            (-60, None, 12.0),
            (-60, 30, None),
            (-4000, None, 6.0),
        ):
            schedule["startSchedule"] = at(start)
            schedule["chargingSchedulePeriod"][1:] = [later]
            schedule.pop("duration", None)
            if duration is not None:
                schedule["duration"] = duration
            await station.call("NotifyChargingLimit", told)
            found = connector.outside_limit
            assert (None if found is None else found[0]) == expected


async def test_odd_limits_of_others(world: World) -> None:
    """Are answered and bounded: one for each source, none of our own."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        start = {"startPeriod": 0, "limit": -3.0}
        call = station.call
        assert await call("NotifyChargingLimit", limit("CSO", start, evseId=1)) == {}
        assert connector.outside_limit is None
        for _ in range(20):
            await call("NotifyChargingLimit", limit("Other", start, evseId=1))
        assert len(connector.outside.known) == 1
        assert connector.outside_limit == (0.0, LimitSource.OTHER)
        assert await call("NotifyChargingLimit", limit("EMS", start, evseId=5000)) == {}
        answer = await call("NotifyEVChargingNeeds", needs(evse=5000))
        assert answer == {"status": "Processing"}
        cleared = {"chargingLimitSource": "Other", "evseId": 5000}
        assert await call("ClearedChargingLimit", cleared) == {}
