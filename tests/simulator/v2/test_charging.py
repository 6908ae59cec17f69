"""Smart charging of the simulated station: what it obeys, refuses and reports."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import Car
from tests.simulator.v2.csms import Csms, charging, default_profile, make


async def code_of(csms: Csms, payload: dict[str, Any]) -> str:
    """Send a SetChargingProfile; return its status, or the reason of a refusal."""
    answer = await csms.ask("SetChargingProfile", payload)
    if answer["status"] == "Accepted":
        return "Accepted"
    return str(answer["statusInfo"]["reasonCode"])


def with_periods(*periods: dict[str, Any], unit: str = "A", **more: Any) -> Any:
    """Return a TxDefaultProfile with these periods."""
    payload = default_profile(0)
    (schedule,) = payload["chargingProfile"]["chargingSchedule"]
    schedule["chargingSchedulePeriod"] = list(periods)
    schedule["chargingRateUnit"] = unit
    payload["chargingProfile"] |= more
    return payload


async def test_limits_in_both_units_and_on_one_phase(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        await charging(station)
        evse = station.connector(1)
        assert await code_of(csms, default_profile(10)) == "Accepted"
        await station.wait_for(lambda: evse.currents == (10, 10, 10))
        watts = with_periods({"startPeriod": 0, "limit": 4140}, unit="W")
        assert await code_of(csms, watts) == "Accepted"
        await station.wait_for(lambda: evse.currents == (6, 6, 6))
        one = with_periods({"startPeriod": 0, "limit": 12, "numberPhases": 1})
        assert await code_of(csms, one) == "Accepted"
        await station.wait_for(lambda: evse.currents == (12, 0, 0))
        await station.wait_idle()
        assert csms.events()[-1]["numberOfPhasesUsed"] == 1
        assert await code_of(csms, default_profile(0)) == "Accepted"
        await station.wait_for(lambda: evse.status == "SuspendedEVSE")
        await csms.wait(
            lambda: (
                csms.events()[-1]["transactionInfo"]["chargingState"] == "SuspendedEVSE"
            )
        )
        clear = {
            "chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile"}
        }
        assert await csms.ask("ClearChargingProfile", clear) == {"status": "Accepted"}
        await station.wait_for(lambda: evse.currents == (16, 16, 16))
        assert await csms.ask("ClearChargingProfile", clear) == {"status": "Unknown"}
        assert station.violations == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chargingProfilePurpose": "TxProfile"}, "MissingParam"),
        ({"chargingProfilePurpose": "TxProfile", "transactionId": "x"}, "TxNotFound"),
        ({"chargingProfilePurpose": "ChargingStationMaxProfile"}, "InvalidProfile"),
        (
            {"chargingProfilePurpose": "ChargingStationExternalConstraints"},
            "InvalidProfile",
        ),
        ({"stackLevel": 9}, "InvalidStackLevel"),
        ({"chargingProfileKind": "Relative"}, "InvalidProfile"),
        ({"chargingProfileKind": "Recurring"}, "InvalidProfile"),
        ({"id": 2}, "DuplicateProfile"),
    ],
)
async def test_what_it_refuses(csms: Csms, change: dict[str, Any], code: str) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        assert await code_of(csms, default_profile(16)) == "Accepted"
        assert await code_of(csms, default_profile(8, **change)) == code
        assert len(station.profiles) == 1


async def test_places_and_periods_that_it_refuses(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        assert await code_of(csms, default_profile(8, evse=3)) == "UnknownEvse"
        phase = {"startPeriod": 0, "limit": 8, "numberPhases": 1, "phaseToUse": 2}
        assert await code_of(csms, with_periods(phase)) == "PhaseConflict"
        many = [{"startPeriod": at, "limit": 8} for at in range(25)]
        assert await code_of(csms, with_periods(*many)) == "InvalidSchedule"
        assert await code_of(csms, default_profile(8)) == "Accepted"
        # K01.FR.52: of the same level for all, beside that of one.
        both = default_profile(8, evse=0, id=5)
        assert await code_of(csms, both) == "DuplicateProfile"
        low = default_profile(4)
        assert await code_of(csms, low) == "Accepted"
        assert station.violations == ["a limit of 4 A, which no car can take"]


async def test_a_limit_of_the_station_is_shared(csms: Csms) -> None:
    async with make(csms, plugs=(1, 1)) as station:
        await station.wait_idle()
        limit = default_profile(
            20, evse=0, chargingProfilePurpose="ChargingStationMaxProfile"
        )
        assert await code_of(csms, limit) == "Accepted"
        await charging(station, 1)
        await station.wait_for(lambda: station.connector(1).offered_current == 20)
        await station.plug(2, Car(soc=40))
        await station.present_card("OTHER", 2)
        await station.wait_for(lambda: station.connector(1).offered_current == 10)
        await station.wait_for(lambda: station.connector(2).offered_current == 10)


async def test_a_profile_with_the_start_counts_for_its_transaction(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        await station.plug(1, Car(soc=40))
        profile = default_profile(9, chargingProfilePurpose="TxProfile")
        start = {
            "idToken": {"idToken": "HA", "type": "Central"},
            "remoteStartId": 3,
            "evseId": 1,
            "chargingProfile": profile["chargingProfile"],
        }
        answer = await csms.ask("RequestStartTransaction", start)
        assert answer["status"] == "Accepted"
        evse = station.connector(1)
        await station.wait_for(lambda: evse.currents == (9, 9, 9))
        (kept,) = station.profiles.of("TxProfile")
        assert kept["transactionId"] == evse.transaction_id
        await csms.ask("RequestStopTransaction", {"transactionId": evse.transaction_id})
        await station.wait_for(lambda: evse.transaction is None)
        assert len(station.profiles) == 0


async def test_profiles_are_reported_in_pieces(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        station.charging.reports_at_most = 2
        for level in range(5):
            await code_of(csms, default_profile(10 + level, id=level, stackLevel=level))
        station.charging.limit_outside(1, 13.0)
        told = await csms.expect("NotifyChargingLimit")
        assert told["chargingLimit"]["chargingLimitSource"] == "EMS"
        asked: dict[str, Any] = {"requestId": 9, "chargingProfile": {}}
        assert await csms.ask("GetChargingProfiles", asked) == {"status": "Accepted"}
        await csms.wait(
            lambda: any("tbc" not in one for one in csms.of("ReportChargingProfiles"))
        )
        reports = csms.of("ReportChargingProfiles")
        assert [
            (one["chargingLimitSource"], len(one["chargingProfile"])) for one in reports
        ] == [("CSO", 2), ("CSO", 2), ("CSO", 1), ("EMS", 1)]
        none = asked | {"evseId": 0}
        assert await csms.ask("GetChargingProfiles", none) == {"status": "NoProfiles"}
        station.charging.limit_outside(1, None)
        await csms.expect("ClearedChargingLimit")


async def test_the_composite_schedule(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        payload = with_periods(
            {"startPeriod": 0, "limit": 10}, {"startPeriod": 600, "limit": 16}
        )
        begin = (datetime.now(UTC) - timedelta(seconds=300)).isoformat()
        payload["chargingProfile"]["chargingSchedule"][0]["startSchedule"] = begin
        assert await code_of(csms, payload) == "Accepted"
        answer = await csms.ask(
            "GetCompositeSchedule",
            {"evseId": 1, "duration": 900, "chargingRateUnit": "W"},
        )
        first, second = answer["schedule"]["chargingSchedulePeriod"]
        assert (first["startPeriod"], first["limit"]) == (0, 6900)
        assert second["startPeriod"] == pytest.approx(300, abs=5)
        assert second["limit"] == 11040
        wrong = await csms.ask("GetCompositeSchedule", {"evseId": 4, "duration": 60})
        assert wrong["status"] == "Rejected"


async def test_the_needs_of_a_car_are_told(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        await station.plug(1, Car(soc=40, capacity_kwh=50))
        station.charging.tell_needs(
            station.connector(1), departureTime="2026-12-01T06:00:00Z"
        )
        needs = await csms.expect("NotifyEVChargingNeeds")
        told = needs["chargingNeeds"]
        assert told["acChargingParameters"]["energyAmount"] == 30000
        assert told["departureTime"] == "2026-12-01T06:00:00Z"
