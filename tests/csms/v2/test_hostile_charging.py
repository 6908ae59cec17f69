"""What stations and vehicles say of limits that is empty, unknown or refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.intent import Intent, LimitState
from custom_components.ocpp_cs.csms.model.model import utcnow
from tests.csms.test_central_system import World, until

from .station import V2Station, at
from .test_charging import PROVE, Profiles, adopt

type Json = dict[str, Any]


def schedule(**more: Any) -> Json:
    """Return a ChargingScheduleType."""
    return {
        "id": 1,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9.0}],
    } | more


@pytest.mark.parametrize("periods", [[], [None], [{"startPeriod": 0}]])
async def test_a_vehicle_chose_a_schedule_without_periods(
    world: World, periods: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It says nothing, so that it breaks no limit."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", state="Charging")
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        answer = await station.call(
            "NotifyEVChargingSchedule",
            {
                "evseId": 1,
                "timeBase": at(),
                "chargingSchedule": schedule(chargingSchedulePeriod=periods),
            },
        )
        assert answer == {"status": "Accepted"}
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "broken", [{"chargingSchedulePeriod": []}, {"chargingSchedulePeriod": [{}]}]
)
async def test_a_reported_profile_without_a_limit(
    world: World, broken: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """Profiles beside it are compared, and diagnostics tell them."""
    charge_point = adopt(world, PROVE)
    profiles = Profiles()
    profiles.foreign = [
        (
            1,
            "CSO",
            {
                "id": 77,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": [schedule(**broken)],
            },
        )
    ]
    async with profiles.of(world) as station:
        await station.booted(world)
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        proof = charge_point.profile_methods.proof
        await until(lambda: proof.last is not None and proof.is_idle)
        assert proof.diagnostics()["count"] == 1
        assert charge_point.connector(1).limiter.finding is None
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("told", [{"chargingLimitSource": "Modbus"}, {}, None])
async def test_a_limit_of_an_unknown_source(world: World, told: Json | None) -> None:
    """It is a limit all the same, and it ends."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        limit: Json = {"evseId": 1, "chargingSchedule": [schedule()]}
        limit["chargingSchedule"][0].pop("id")
        if told is not None:
            limit["chargingLimit"] = told
        await station.call("NotifyChargingLimit", limit)
        outside = charge_point.connector(1).outside
        lowest = outside.lowest(utcnow() + timedelta(seconds=1))
        assert lowest is not None
        assert lowest[0] == 9.0
        await station.call("ClearedChargingLimit", {"evseId": 1, **(told or {})})
        assert not outside.known


@pytest.mark.parametrize("mode", ["AC_BPT", "", None, "DC_ACDP"])
async def test_needs_with_an_unknown_way_of_charging(
    world: World, mode: str | None
) -> None:
    """What a vehicle says beside it counts; without an answer some do not charge."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        answer = await station.call(
            "NotifyEVChargingNeeds",
            {
                "evseId": 1,
                "chargingNeeds": {
                    "requestedEnergyTransfer": mode,
                    "acChargingParameters": {
                        "energyAmount": 9000,
                        "evMinCurrent": 6,
                        "evMaxCurrent": 16,
                        "evMaxVoltage": 230,
                    },
                },
            },
        )
        assert answer == {"status": "Processing"}
        needs = charge_point.connector(1).needs
        assert needs is not None
        assert (needs.energy_kwh, needs.phases) == (9.0, None)


@pytest.mark.parametrize(
    "refusal", [{"status": "Rejected"}, "InternalError", {}, {"status": 5}, None]
)
async def test_a_refused_profile_leaves_no_older_one(
    world: World, refusal: Json | str | None
) -> None:
    """The TxProfile before it would go before the TxDefaultProfile that follows."""
    charge_point = adopt(world)
    profiles = Profiles()
    async with profiles.of(world) as station:
        refuses = False

        def answer(payload: Json) -> Any:
            purpose = payload["chargingProfile"]["chargingProfilePurpose"]
            if refuses and purpose == "TxProfile":
                return refusal
            return profiles.set(payload)

        station.answers["SetChargingProfile"] = answer
        await station.booted(world)
        await station.event("Started", token="CARD", state="Charging")
        await station.call(
            "NotifyEVChargingNeeds",
            {
                "evseId": 1,
                "chargingNeeds": {"requestedEnergyTransfer": "AC_three_phase"},
            },
        )
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=16.0))
        await until(lambda: 10000 in profiles.installed)
        refuses = True
        charge_point.settings = replace(charge_point.settings, call_timeout=1)
        await limiter.request(Intent(paused=True))
        assert limiter.state is LimitState.SENT
        assert [
            one["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"]
            for _, one in profiles.installed.values()
        ] == [0]


@pytest.mark.parametrize("answer", [None, "InternalError", {"status": "Accepted"}])
async def test_a_station_that_does_not_tell_its_profiles(
    world: World, answer: Json | str | None
) -> None:
    """It is not asked after each limit: that keeps the next one waiting."""
    charge_point = adopt(world, PROVE)
    async with V2Station.of(world, GetChargingProfiles=answer) as station:
        await station.booted(world)
        charge_point.settings = replace(charge_point.settings, call_timeout=0.5)
        limiter = charge_point.connector(1).limiter
        proof = charge_point.profile_methods.proof
        for amps in range(6, 12):
            await limiter.request(Intent(limit_a=float(amps)))
            await until(lambda: proof.is_idle)
        asked = [one for one, _ in station.received if one == "GetChargingProfiles"]
        assert len(asked) == 2
    async with V2Station.of(world, GetChargingProfiles=answer) as station:
        await station.booted(world)
        await station.wait_for("GetChargingProfiles")
