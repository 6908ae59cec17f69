"""Charging profiles of OCPP 2.0.1: what is sent, what is refused, what is installed (K)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent, LimitState
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.limits.proof import Finding
from custom_components.ocpp_cs.csms.model.errors import (
    ErrorKey,
    InvalidRequestError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from tests.csms.test_central_system import World, until

from .station import V2Station, device_model, reading, value, variable

type Json = dict[str, Any]

NEVER = LimitTiming(guard=0.0, check=600.0, settle=600.0)
"""Nothing is checked, and nothing is proved."""
PROVE = LimitTiming(guard=0.0, check=600.0, settle=0.02)
QUICK = LimitTiming(guard=0.0, check=0.1, reaction=0.0, settle=0.05)


def adopt(world: World, timing: LimitTiming = NEVER) -> ChargePoint:
    """Adopt a charge point."""
    charge_point = world.adopt()
    charge_point.profile_methods.timing = timing
    return charge_point


def model(*more: Json, evses: int = 1, without: tuple[str, ...] = ()) -> list[Json]:
    """Return a device model with other variables."""
    kept = [
        one for one in device_model(evses) if one["variable"]["name"] not in without
    ]
    return [*kept, *more]


def smart(name: str, actual: str, evse: int | None = None) -> Json:
    """Return a variable of SmartChargingCtrlr."""
    return variable(
        "SmartChargingCtrlr", name, actual, evse=None if evse is None else {"id": evse}
    )


def profile(**more: Any) -> Json:
    """Return a user's profile."""
    return {
        "id": 7,
        "stack_level": 1,
        "charging_profile_purpose": "tx_default_profile",
        "charging_profile_kind": "absolute",
        "charging_schedule": [
            {
                "id": 1,
                "start_schedule": "2026-01-01T00:00:00Z",
                "charging_rate_unit": "A",
                "charging_schedule_period": [{"start_period": 0, "limit": 10}],
            }
        ],
    } | more


def schedule(**more: Any) -> Json:
    """Return a user's schedule without a start."""
    return {
        "charging_rate_unit": "A",
        "charging_schedule_period": [{"start_period": 0, "limit": 10}],
    } | more


class Profiles:
    """The profiles that a station has installed, and what it does with them."""

    def __init__(self) -> None:
        """Have none."""
        self.installed: dict[int, tuple[int, Json]] = {}
        self.foreign: list[tuple[int, str, Json]] = []
        self.forgets = False
        self.station: V2Station

    def set(self, payload: Json) -> Json:
        """Answer a SetChargingProfile by K01."""
        new, evse = payload["chargingProfile"], payload["evseId"]
        for other, one in self.installed.values():
            if one["id"] == new["id"] or new["chargingProfilePurpose"] == "TxProfile":
                continue
            if (one["chargingProfilePurpose"], one["stackLevel"]) == (
                new["chargingProfilePurpose"],
                new["stackLevel"],
            ) and (evse == other or 0 in (evse, other)):
                return {
                    "status": "Rejected",
                    "statusInfo": {"reasonCode": "DuplicateProfile"},
                }
        if not self.forgets:
            self.installed[new["id"]] = (evse, new)
        return {"status": "Accepted"}

    def clear(self, payload: Json) -> Json:
        """Answer a ClearChargingProfile by K10."""
        which = payload.get("chargingProfileCriteria") or {}
        gone = [
            number
            for number, (evse, one) in self.installed.items()
            if number == payload.get("chargingProfileId", number)
            and which.get("evseId", evse) == evse
            and which.get("stackLevel", one["stackLevel"]) == one["stackLevel"]
            and which.get("chargingProfilePurpose", one["chargingProfilePurpose"])
            == one["chargingProfilePurpose"]
        ]
        for number in gone:
            del self.installed[number]
        return {"status": "Accepted" if gone else "Unknown"}

    async def report(self, request_id: int) -> None:
        """Send the profiles one by one."""
        pieces = [(evse, "CSO", one) for evse, one in self.installed.values()]
        pieces += self.foreign
        for number, (evse, source, one) in enumerate(pieces):
            await self.station.call(
                "ReportChargingProfiles",
                {
                    "requestId": request_id,
                    "chargingLimitSource": source,
                    "evseId": evse,
                    "chargingProfile": [one],
                    "tbc": number < len(pieces) - 1,
                },
            )

    def get(self, payload: Json) -> Json:
        """Answer a GetChargingProfiles by K09."""
        if not self.installed and not self.foreign:
            return {"status": "NoProfiles"}
        self.station.soon(self.report(payload["requestId"]))
        return {"status": "Accepted"}

    def of(self, world: World, **more: Any) -> V2Station:
        """Return a station with these profiles."""
        answers = {
            "SetChargingProfile": self.set,
            "ClearChargingProfile": self.clear,
            "GetChargingProfiles": self.get,
        }
        self.station = V2Station.of(world, **(answers | more))
        return self.station


async def _installs(charge_point: ChargePoint, connector_id: int, **more: Any) -> Any:
    return await charge_point.commands.call(
        "set_charging_profile",
        connector_id=connector_id,
        charging_profile=profile(**more),
    )


@pytest.mark.parametrize(
    ("connector_id", "more", "key"),
    [
        (
            0,
            {"charging_profile_purpose": "tx_profile"},
            ErrorKey.INVALID_PROFILE_CONNECTOR,
        ),
        (
            1,
            {"charging_profile_purpose": "tx_profile"},
            ErrorKey.INVALID_PROFILE_TRANSACTION,
        ),
        (
            1,
            {"charging_profile_purpose": "charging_station_external_constraints"},
            ErrorKey.INVALID_PROFILE_PURPOSE,
        ),
        (
            1,
            {"charging_profile_purpose": "charge_point_max_profile"},
            ErrorKey.INVALID_PROFILE_WHOLE,
        ),
        (
            0,
            {
                "charging_profile_purpose": "charge_point_max_profile",
                "charging_profile_kind": "relative",
                "charging_schedule": [schedule()],
            },
            ErrorKey.INVALID_PROFILE_RELATIVE,
        ),
        (
            1,
            {
                "charging_profile_kind": "recurring",
                "recurrency_kind": "daily",
                "charging_schedule": [schedule()],
            },
            ErrorKey.INVALID_PROFILE_START,
        ),
        (
            1,
            {"charging_profile_kind": "relative"},
            ErrorKey.INVALID_PROFILE_START_OF_RELATIVE,
        ),
        (
            1,
            {
                "charging_schedule": [
                    schedule(charging_schedule_period=[{"start_period": 5, "limit": 6}])
                ]
            },
            ErrorKey.INVALID_PROFILE_PERIODS,
        ),
        (
            1,
            {
                "charging_schedule": [
                    schedule(
                        charging_schedule_period=[
                            {"start_period": 0, "limit": 6},
                            {"start_period": 0, "limit": 8},
                        ]
                    )
                ]
            },
            ErrorKey.INVALID_PROFILE_PERIODS,
        ),
        (
            1,
            {"charging_schedule": [schedule(), schedule()]},
            ErrorKey.INVALID_PROFILE_SCHEDULES,
        ),
        (1, {"stack_level": 9}, ErrorKey.INVALID_PROFILE_LEVEL),
        (
            1,
            {
                "charging_schedule": [
                    schedule(
                        charging_schedule_period=[
                            {"start_period": 0, "limit": 6, "phase_to_use": 1}
                        ]
                    )
                ]
            },
            ErrorKey.INVALID_PROFILE_PHASES,
        ),
        (
            1,
            {
                "charging_schedule": [
                    schedule(
                        charging_schedule_period=[
                            {
                                "start_period": 0,
                                "limit": 6,
                                "number_phases": 1,
                                "phase_to_use": 1,
                            }
                        ]
                    )
                ]
            },
            ErrorKey.INVALID_PROFILE_PHASE,
        ),
        (
            1,
            {"charging_schedule": [schedule(charging_rate_unit="W")]},
            ErrorKey.INVALID_PROFILE_UNIT,
        ),
    ],
)
async def test_a_profile_against_the_rules_is_not_sent(
    world: World, connector_id: int, more: Json, key: ErrorKey
) -> None:
    """And its user is told what is wrong with it (K01)."""
    charge_point = adopt(world)
    amperes = model(smart("RateUnit", "A"), without=("RateUnit",))
    async with V2Station.of(world, model=amperes) as station:
        await station.booted(world)
        with pytest.raises(InvalidRequestError) as caught:
            await _installs(charge_point, connector_id, **more)
        assert caught.value.key is key
        assert not any(name == "SetChargingProfile" for name, _ in station.received)


async def test_a_profile_in_the_words_of_1_6(world: World) -> None:
    """Is understood; one that is absolute starts now, where it does not tell (FR.40)."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await charge_point.commands.call(
            "set_charging_profile",
            connector_id=0,
            charging_profile={
                "charging_profile_id": 3,
                "stack_level": 0,
                "charging_profile_purpose": "charge_point_max_profile",
                "charging_profile_kind": "absolute",
                "charging_schedule": schedule(charging_rate_unit="w"),
            },
        )
        (sent,) = await station.wait_for("SetChargingProfile")
        told = sent["chargingProfile"]
        assert (sent["evseId"], told["id"]) == (0, 3)
        assert told["chargingProfilePurpose"] == "ChargingStationMaxProfile"
        (one,) = told["chargingSchedule"]
        assert (one["id"], one["chargingRateUnit"]) == (1, "W")
        start = datetime.fromisoformat(one["startSchedule"])
        assert abs(start - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_profile_of_the_running_transaction(world: World) -> None:
    """Gets its id (K01.FR.03)."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", "T-9", token="CARD")
        await _installs(charge_point, 1, charging_profile_purpose="tx_profile")
        (sent,) = await station.wait_for("SetChargingProfile")
        assert sent["chargingProfile"]["transactionId"] == "T-9"


async def test_two_profiles_at_one_place(world: World) -> None:
    """A second one of the same purpose, level and EVSE is refused here (FR.06, FR.52)."""
    charge_point = adopt(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await _installs(charge_point, 1)
        for number in (1, 0):
            with pytest.raises(InvalidRequestError) as caught:
                await _installs(charge_point, number, id=8)
            assert caught.value.key is ErrorKey.INVALID_PROFILE_TAKEN
        # Its own place, another level and another time are free.
        await _installs(charge_point, 1)
        await _installs(charge_point, 1, id=8, stack_level=2)
        assert len(await station.wait_for("SetChargingProfile", 3)) == 3


async def test_our_limit_makes_room(world: World) -> None:
    """A station refuses a user's default profile for all beside one of ours (FR.52)."""
    charge_point = adopt(world)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=10.0))
        (ours,) = profiles.installed
        await _installs(charge_point, 0, stack_level=8)
        assert list(profiles.installed) == [7]
        await until(lambda: limiter.state is LimitState.HELD)
        await charge_point.commands.call("clear_charging_profile", id=7)
        await until(lambda: limiter.state is LimitState.SENT)
        assert list(profiles.installed) == [ours]


async def test_phase_to_use_where_it_is_supported(world: World) -> None:
    """ACPhaseSwitchingSupported may be that of one EVSE (FR.20)."""
    charge_point = adopt(world)
    told = model(smart("ACPhaseSwitchingSupported", "true", 2), evses=2)
    period = {"start_period": 0, "limit": 6, "number_phases": 1, "phase_to_use": 2}
    wanted = {"charging_schedule": [schedule(charging_schedule_period=[period])]}
    async with V2Station.of(world, model=told) as station:
        await station.booted(world)
        assert charge_point.capabilities.switches_phases
        await _installs(charge_point, 2, **wanted)
        (sent,) = await station.wait_for("SetChargingProfile")
        (one,) = sent["chargingProfile"]["chargingSchedule"]
        assert one["chargingSchedulePeriod"][0]["phaseToUse"] == 2
        with pytest.raises(InvalidRequestError):
            await _installs(charge_point, 1, **wanted)


async def test_units_by_evse(world: World) -> None:
    """A limit has the unit of its EVSE, and none that is refused before it."""
    charge_point = adopt(world)
    told = model(
        smart("RateUnit", "W", 1),
        smart("RateUnit", "A", 2),
        evses=2,
        without=("RateUnit",),
    )
    async with V2Station.of(world, model=told) as station:
        await station.booted(world)
        for number in (1, 2):
            await charge_point.connector(number).limiter.request(Intent(limit_a=10.0))
        first, second = await station.wait_for("SetChargingProfile", 2)
        units = [
            one["chargingProfile"]["chargingSchedule"][0]["chargingRateUnit"]
            for one in (first, second)
        ]
        assert units == ["W", "A"]
        assert [one["evseId"] for one in (first, second)] == [1, 2]


async def test_the_reason_of_a_refusal_chooses_the_next_way(world: World) -> None:
    """A station that takes no amperes is not asked four more times with amperes."""

    def answer(payload: Json) -> Json:
        (one,) = payload["chargingProfile"]["chargingSchedule"]
        if one["chargingRateUnit"] == "W":
            return {"status": "Accepted"}
        return {
            "status": "Rejected",
            "statusInfo": {"reasonCode": "UnsupportedRateUnit"},
        }

    charge_point = adopt(world)
    async with V2Station.of(world, SetChargingProfile=answer) as station:
        await station.booted(world)
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        sent = await station.wait_for("SetChargingProfile", 2)
        assert len(sent) == 2


async def test_a_refusal_tells_its_reason(world: World) -> None:
    """Also to the user."""
    answer = {"status": "Rejected", "statusInfo": {"reasonCode": "OutOfMemory"}}
    charge_point = adopt(world)
    async with V2Station.of(world, SetChargingProfile=answer) as station:
        await station.booted(world)
        with pytest.raises(RefusedError) as caught:
            await _installs(charge_point, 1)
        assert caught.value.reason == "OutOfMemory"
        assert caught.value.placeholders["status"] == "Rejected (OutOfMemory)"


async def test_a_leftover_of_somebody_else_makes_room(world: World) -> None:
    """Where the station refuses ours for it, as it is at the same place (FR.53)."""
    charge_point = adopt(world)
    profiles = Profiles()
    old = ChargingProfile(
        id=1,
        stack_level=8,
        purpose=Purpose.TX_DEFAULT,
        kind=Kind.RELATIVE,
        schedules=(Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=6.0),)),),
    )
    profiles.installed[1] = (
        0,
        {
            "id": old.id,
            "stackLevel": old.stack_level,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": [],
        },
    )
    async with profiles.of(world) as station:
        await station.booted(world)
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        assert list(profiles.installed) == [9000]
        assert charge_point.connector(1).limiter.state is LimitState.SENT


async def test_clear_all(world: World) -> None:
    """Something has to be named (K10.FR.02), so that is a call for each purpose."""
    charge_point = adopt(world)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        await _installs(charge_point, 1)
        await charge_point.commands.call("clear_charging_profile")
        cleared = await station.wait_for("ClearChargingProfile", 3)
        assert [
            one["chargingProfileCriteria"]["chargingProfilePurpose"] for one in cleared
        ] == ["TxProfile", "TxDefaultProfile", "ChargingStationMaxProfile"]
        assert not profiles.installed
        with pytest.raises(RefusedError) as caught:
            await charge_point.commands.call(
                "clear_charging_profile",
                connector_id=1,
                charging_profile_purpose="charge_point_max_profile",
                stack_level=1,
            )
        assert caught.value.status == "unknown"
        *_, last = await station.wait_for("ClearChargingProfile", 4)
        assert last == {
            "chargingProfileCriteria": {
                "evseId": 1,
                "chargingProfilePurpose": "ChargingStationMaxProfile",
                "stackLevel": 1,
            }
        }


async def test_composite_schedule(world: World) -> None:
    """The answer has the members of 1.6, too (K08)."""
    answer = {
        "status": "Accepted",
        "schedule": {
            "evseId": 1,
            "duration": 300,
            "scheduleStart": "2026-11-30T12:00:00Z",
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    }
    charge_point = adopt(world)
    async with V2Station.of(world, GetCompositeSchedule=answer) as station:
        await station.booted(world)
        told = await charge_point.commands.call(
            "get_composite_schedule",
            connector_id=1,
            duration=300,
            charging_rate_unit="a",
        )
        (asked,) = await station.wait_for("GetCompositeSchedule")
        assert asked == {"evseId": 1, "duration": 300, "chargingRateUnit": "A"}
        assert told["status"] == "accepted"
        assert told["connector_id"] == 1
        assert told["schedule_start"] == "2026-11-30T12:00:00Z"
        assert told["charging_schedule"] == {
            "duration": 300,
            "charging_rate_unit": "a",
            "charging_schedule_period": [{"start_period": 0, "limit": 10}],
        }


async def test_get_charging_profiles(world: World) -> None:
    """The pieces of a report become one answer (K09)."""
    charge_point = adopt(world)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        call = charge_point.commands.call
        none = await call("get_charging_profiles")
        assert none == {"status": "no_profiles", "complete": True, "profiles": []}
        for number in (7, 8):
            await _installs(charge_point, 1, id=number, stack_level=number - 6)
        told = await call("get_charging_profiles", connector_id=1, stack_level=1)
        first, second = await station.wait_for("GetChargingProfiles", 2)
        assert first["chargingProfile"] == {
            "chargingLimitSource": ["CSO", "EMS", "SO", "Other"]
        }
        assert (second["evseId"], second["chargingProfile"]) == (1, {"stackLevel": 1})
        assert [one["charging_profile"]["id"] for one in told["profiles"]] == [7, 8]
        assert told["profiles"][0]["charging_limit_source"] == "cso"
        await call(
            "get_charging_profiles",
            charging_profile_purpose="charge_point_max_profile",
        )
        *_, last = await station.wait_for("GetChargingProfiles", 3)
        assert last["chargingProfile"] == {
            "chargingProfilePurpose": "ChargingStationMaxProfile"
        }
        assert told["complete"]


async def test_a_limit_is_proved(world: World) -> None:
    """Once after a boot, and once for each way; not for each limit."""
    charge_point = adopt(world, PROVE)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=10.0))
        await station.wait_for("GetChargingProfiles")
        await until(lambda: charge_point.profile_methods.records().get("proved"))
        proof = charge_point.profile_methods.proof
        for amps in (11.0, 12.0, 13.0):
            await limiter.request(Intent(limit_a=amps))
            await until(lambda: proof.is_idle)
        asked = [name for name, _ in station.received if name == "GetChargingProfiles"]
        assert len(asked) == 1
        assert limiter.finding is None
    async with profiles.of(world) as station:
        await station.booted(world)
        await station.wait_for("GetChargingProfiles")
        asked = [name for name, _ in station.received if name == "GetChargingProfiles"]
        assert len(asked) == 1


async def test_a_limit_that_is_not_installed(world: World) -> None:
    """Is sent again; it is told if that does not help."""
    charge_point = adopt(world, PROVE)
    profiles = Profiles()
    profiles.forgets = True
    profiles.foreign = [
        (
            0,
            "SO",
            {
                "id": -1,
                "stackLevel": 0,
                "chargingProfilePurpose": "ChargingStationExternalConstraints",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [
                    {
                        "id": 1,
                        "startSchedule": "2026-01-01T00:00:00Z",
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}],
                    }
                ],
            },
        )
    ]
    async with profiles.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await connector.limiter.request(Intent(limit_a=10.0))
        await station.wait_for("SetChargingProfile", 2)
        assert connector.limiter.finding is Finding.MISSING
        assert "limit_not_installed" in charge_point.deviations.counts
        # What somebody else has set was learned on the way.
        assert connector.outside_limit is not None
        assert connector.outside_limit[0] == 8.0


async def test_a_profile_of_somebody_else_goes_before_ours(world: World) -> None:
    """That is told, and a leftover of ours is removed."""
    charge_point = adopt(world, PROVE)
    profiles = Profiles()

    def other(number: int, level: int, limit: float) -> Json:
        return {
            "id": number,
            "stackLevel": level,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": [
                {
                    "id": 1,
                    "startSchedule": "2026-01-01T00:00:00Z",
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
                }
            ],
        }

    profiles.installed[4] = (1, other(4, 20, 32.0))
    # That of a transaction that is over.
    profiles.installed[10000] = (1, other(10000, 3, 32.0))
    async with profiles.of(world) as station:
        await station.booted(world)
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=10.0))
        await until(lambda: limiter.finding is not None)
        assert limiter.finding is Finding.HIDDEN
        assert limiter.hidden_by is not None
        assert limiter.hidden_by.profile.id == 4
        assert sorted(profiles.installed) == [4, 9000]


async def test_a_station_that_cannot_tell(world: World) -> None:
    """Is asked once on its firmware."""
    charge_point = adopt(world, PROVE)
    for _ in range(2):
        async with V2Station.of(world, GetChargingProfiles="NotSupported") as station:
            await station.booted(world)
            limiter = charge_point.connector(1).limiter
            await limiter.request(Intent(limit_a=10.0))
            await until(lambda: charge_point.profile_methods.records().get("no_proof"))
            assert limiter.state is LimitState.SENT
    asked = [name for name, _ in station.received if name == "GetChargingProfiles"]
    assert not asked


async def test_an_ignored_default_profile(world: World) -> None:
    """A station may obey a TxProfile only: that comes beside it, and is remembered."""
    charge_point = adopt(world, QUICK)
    profiles = Profiles()
    async with profiles.of(world) as station:
        await station.booted(world)
        await station.event("Started", "T-1", token="CARD", state="Charging")
        limiter = charge_point.connector(1).limiter

        async def measure() -> None:
            obeyed = 10000 in profiles.installed
            amps = value(10.0 if obeyed else 16.0, "Current.Import", "A", phase="L1")
            await station.event(
                "Updated", "T-1", state="Charging", values=[reading(amps)]
            )

        await limiter.request(Intent(limit_a=10.0))
        while limiter.state is not LimitState.VERIFIED:
            await measure()
        assert limiter.state is LimitState.VERIFIED
        _, ours = profiles.installed[10000]
        assert ours["chargingProfilePurpose"] == "TxProfile"
        assert ours["transactionId"] == "T-1"
        assert "by_transaction" in charge_point.profile_methods.records()
        await station.event("Ended", "T-1", reason="Local")
        # The default profile has the last limit for the next transaction.
        count = sum(name == "SetChargingProfile" for name, _ in station.received)
        await station.event("Started", "T-2", token="CARD", state="Charging")
        await station.wait_for("SetChargingProfile", count + 1)
        await until(lambda: profiles.installed[10000][1].get("transactionId") == "T-2")
        # Another version may need another way.
        charge_point.profile_methods.version_changed()
        assert "by_transaction" not in charge_point.profile_methods.records()


async def test_a_start_with_a_limit(world: World) -> None:
    """Its profile is that of the transaction to come, without an id (F01.FR.08)."""
    charge_point = adopt(world)
    wanted = ChargingProfile(
        id=5,
        stack_level=0,
        purpose=Purpose.TX,
        kind=Kind.RELATIVE,
        schedules=(Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=6.0),)),),
    )
    async with V2Station.of(world) as station:
        await station.booted(world)
        start = charge_point.commands.start_transaction
        await start(connector_id=1, charging_profile=wanted)
        (sent,) = await station.wait_for("RequestStartTransaction")
        assert sent["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
        assert "transactionId" not in sent["chargingProfile"]
        with pytest.raises(InvalidRequestError) as caught:
            await start(connector_id=1, charging_profile=wanted.of_transaction("T-1"))
        assert caught.value.key is ErrorKey.INVALID_PROFILE_TRANSACTION_OF_START


async def test_an_endless_report(world: World) -> None:
    """Is cut off, and what nobody asked for is answered and forgotten."""
    charge_point = adopt(world)
    piece: Mapping[str, Any] = {
        "chargingLimitSource": "EMS",
        "evseId": 1,
        "chargingProfile": [
            {
                "id": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "ChargingStationExternalConstraints",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [
                    {
                        "id": 1,
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}],
                    }
                ],
            }
        ]
        * 200,
        "tbc": True,
    }

    async def tells(request_id: int) -> None:
        with suppress(Exception):
            for number in range(12):
                await station.call(
                    "ReportChargingProfiles",
                    {**piece, "requestId": request_id, "tbc": number < 11},
                )

    def get(payload: Json) -> Json:
        station.soon(tells(payload["requestId"]))
        return {"status": "Accepted"}

    async with V2Station.of(world, GetChargingProfiles=get) as station:
        await station.booted(world)
        unasked = await station.call(
            "ReportChargingProfiles", {**piece, "requestId": 4711}
        )
        assert unasked == {}
        told = await charge_point.commands.call("get_charging_profiles")
        assert len(told["profiles"]) == 500
        # Neither may few profiles be endless.
        period = {"startPeriod": 0, "limit": 8.0}
        periods = [period | {"startPeriod": number} for number in range(1000)]
        (one,) = piece["chargingProfile"][0]["chargingSchedule"]
        one["chargingSchedulePeriod"] = periods
        piece["chargingProfile"][3:] = []
        told = await charge_point.commands.call("get_charging_profiles")
        assert len(told["profiles"]) == 20
