"""What a backend asks in OCPP 2.0.1 gets a valid answer, whatever it is; real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import ConnectorStatus, utcnow
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    InstalledProfile,
    LimitSource,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.tags import Tag, TagKind
from custom_components.ocpp_cs.csms.outside.transfers import TransferAnswer
from custom_components.ocpp_cs.csms.upstream.asked.control import StartWish
from custom_components.ocpp_cs.csms.upstream.asked.reservations import Reservation
from custom_components.ocpp_cs.csms.upstream.asked.tag_list import ListEntry
from custom_components.ocpp_cs.csms.upstream.asked.wishes import Wish, WishKind
from custom_components.ocpp_cs.csms.upstream.model import Role
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from custom_components.ocpp_cs.csms.v2.version import load_schemas
from tests.csms.test_central_system import until

from .backend import QUICK, Backend, House, Json

SCHEMAS = load_schemas()
PATIENT = replace(QUICK, answer=60.0)
"""A busy machine is no silent one."""

FUTURE = (utcnow() + timedelta(hours=1)).isoformat()
TOKEN = {"idToken": "CARD1", "type": "ISO14443"}
LOG = {"remoteLocation": "https://example.com/log"}
FIRMWARE = {"location": "https://example.com/fw", "retrieveDateTime": FUTURE}
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "00",
    "issuerKeyHash": "00",
    "serialNumber": "1",
}


def profile(**more: Any) -> Json:
    """Return a ChargingProfileType of 10 A."""
    return {
        "id": 7,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [
            {
                "id": 1,
                "startSchedule": "2026-01-01T00:00:00Z",
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
            }
        ],
        **more,
    }


class Asking:
    """A backend that asks one thing at a time."""

    def __init__(self, backend: Backend, house: House) -> None:
        """Ask `backend`'s only station."""
        self.backend = backend
        self.house = house
        self._number = 0

    @property
    def station(self) -> VirtualStation:
        """What is asked."""
        return self.house.station

    async def frame(self, action: str, payload: Any) -> list[Any]:
        """Return the answer to a call, whatever it is."""
        self._number += 1
        number = f"ask-{self._number}"
        await self.backend.ask(action, payload, number)
        replies = self.backend.replies
        await until(lambda: any(one[1] == number for one in replies))
        return next(one for one in replies if one[1] == number)

    async def __call__(self, action: str, payload: Json) -> Json:
        """Return the payload of the answer to a call, which has to be valid."""
        schema = SCHEMAS.request(action)
        assert schema is not None
        assert not schema.problems(payload), "the test itself is wrong"
        frame = await self.frame(action, payload)
        assert frame[0] == 3, frame
        answer = SCHEMAS.response(action)
        assert answer is not None
        assert not answer.problems(frame[2], formats=True)
        found: Json = frame[2]
        return found

    async def code(self, action: str, payload: Any) -> str:
        """Return the code of the CALLERROR with which a call is answered."""
        frame = await self.frame(action, payload)
        assert frame[0] == 4, frame
        assert len(frame) == 5
        return str(frame[2])


@pytest.fixture(name="roles")
def fixture_roles() -> frozenset[Role]:
    return frozenset(Role)


@pytest.fixture(name="ask")
async def fixture_ask(roles: frozenset[Role]) -> AsyncIterator[Asking]:
    """Return a backend that asks a station with one connector."""
    async with Backend() as backend, House(PATIENT) as house:
        backend.subprotocol = "ocpp2.0.1"
        station = house.play(backend.url, subprotocol="ocpp2.0.1", roles=roles)
        connector = house.charge_point.connector(1)
        connector.status = ConnectorStatus.AVAILABLE
        await until(lambda: station.connected and backend.told("StatusNotification"))
        yield Asking(backend, house)
        for action, payload in backend.calls:
            schema = SCHEMAS.request(action)
            assert schema is not None
            assert not schema.problems(payload, formats=True), (action, payload)


REFUSED: list[tuple[str, Json, Json]] = [
    ("CancelReservation", {"reservationId": 1}, {"status": "Rejected"}),
    ("CertificateSigned", {"certificateChain": "x"}, {"status": "Rejected"}),
    (
        "ChangeAvailability",
        {"operationalStatus": "Inoperative"},
        {"status": "Rejected"},
    ),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 9}},
        {"status": "Rejected"},
    ),
    ("ClearChargingProfile", {"chargingProfileId": 1}, {"status": "Unknown"}),
    (
        "ClearChargingProfile",
        {
            "chargingProfileCriteria": {
                "chargingProfilePurpose": "ChargingStationExternalConstraints"
            }
        },
        {"status": "Unknown"},
    ),
    ("ClearDisplayMessage", {"id": 1}, {"status": "Unknown"}),
    (
        "ClearVariableMonitoring",
        {"id": [4, 5]},
        {
            "clearMonitoringResult": [
                {"status": "NotFound", "id": 4},
                {"status": "NotFound", "id": 5},
            ]
        },
    ),
    ("CostUpdated", {"totalCost": 1.5, "transactionId": "x"}, {}),
    (
        "CustomerInformation",
        {"requestId": 1, "report": True, "clear": False},
        {"status": "Rejected"},
    ),
    ("DataTransfer", {"vendorId": "acme"}, {"status": "UnknownVendorId"}),
    ("DeleteCertificate", {"certificateHashData": HASH}, {"status": "NotFound"}),
    (
        "GetChargingProfiles",
        {"requestId": 1, "chargingProfile": {"stackLevel": 1}},
        {"status": "NoProfiles"},
    ),
    ("GetCompositeSchedule", {"duration": 60, "evseId": 9}, {"status": "Rejected"}),
    ("GetDisplayMessages", {"requestId": 1}, {"status": "Unknown"}),
    ("GetInstalledCertificateIds", {}, {"status": "NotFound"}),
    ("GetLocalListVersion", {}, {"versionNumber": 0}),
    (
        "GetLog",
        {"requestId": 1, "logType": "DiagnosticsLog", "log": LOG},
        {"status": "Rejected"},
    ),
    ("GetMonitoringReport", {"requestId": 1}, {"status": "EmptyResultSet"}),
    ("GetTransactionStatus", {}, {"messagesInQueue": False}),
    (
        "GetTransactionStatus",
        {"transactionId": "none"},
        {"messagesInQueue": False, "ongoingIndicator": False},
    ),
    (
        "InstallCertificate",
        {"certificateType": "CSMSRootCertificate", "certificate": "x"},
        {"status": "Rejected"},
    ),
    (
        "PublishFirmware",
        {"location": "https://example.com", "checksum": "0", "requestId": 1},
        {"status": "Rejected"},
    ),
    (
        "RequestStartTransaction",
        {"idToken": TOKEN, "remoteStartId": 1, "evseId": 9},
        {"status": "Rejected"},
    ),
    ("RequestStopTransaction", {"transactionId": "none"}, {"status": "Rejected"}),
    (
        "ReserveNow",
        {"id": 1, "expiryDateTime": FUTURE, "idToken": TOKEN, "evseId": 9},
        {"status": "Rejected"},
    ),
    (
        "ReserveNow",
        {"id": 1, "expiryDateTime": "2020-01-01T00:00:00Z", "idToken": TOKEN},
        {"status": "Rejected"},
    ),
    ("Reset", {"type": "Immediate"}, {"status": "Rejected"}),
    ("Reset", {"type": "OnIdle", "evseId": 9}, {"status": "Rejected"}),
    (
        "SendLocalList",
        {"versionNumber": 0, "updateType": "Full"},
        {"status": "Failed"},
    ),
    (
        "SetDisplayMessage",
        {
            "message": {
                "id": 1,
                "priority": "NormalCycle",
                "message": {"format": "UTF8", "content": "hello"},
            }
        },
        {"status": "Rejected"},
    ),
    ("SetMonitoringBase", {"monitoringBase": "All"}, {"status": "NotSupported"}),
    ("SetMonitoringLevel", {"severity": 5}, {"status": "Rejected"}),
    (
        "SetNetworkProfile",
        {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "ws://example.com",
                "messageTimeout": 30,
                "securityProfile": 0,
                "ocppInterface": "Wired0",
            },
        },
        {"status": "Rejected"},
    ),
    (
        "SetVariableMonitoring",
        {
            "setMonitoringData": [
                {
                    "value": 1,
                    "type": "Delta",
                    "severity": 5,
                    "component": {"name": "EVSE"},
                    "variable": {"name": "Power"},
                }
            ]
        },
        {
            "setMonitoringResult": [
                {
                    "status": "Rejected",
                    "type": "Delta",
                    "severity": 5,
                    "component": {"name": "EVSE"},
                    "variable": {"name": "Power"},
                }
            ]
        },
    ),
    ("UnlockConnector", {"evseId": 1, "connectorId": 1}, {"status": "UnlockFailed"}),
    (
        "UnlockConnector",
        {"evseId": 9, "connectorId": 1},
        {"status": "UnknownConnector"},
    ),
    ("UnpublishFirmware", {"checksum": "0"}, {"status": "NoFirmware"}),
    ("UpdateFirmware", {"requestId": 1, "firmware": FIRMWARE}, {"status": "Rejected"}),
    (
        "TriggerMessage",
        {"requestedMessage": "SignV2GCertificate"},
        {"status": "NotImplemented"},
    ),
    (
        "TriggerMessage",
        {"requestedMessage": "BootNotification"},
        {"status": "Rejected"},
    ),
    (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification"},
        {"status": "Rejected"},
    ),
    (
        "TriggerMessage",
        {"requestedMessage": "MeterValues", "evse": {"id": 9}},
        {"status": "Rejected"},
    ),
]


@pytest.mark.parametrize(
    "roles", [frozenset(), frozenset(Role)], ids=["report", "all roles"]
)
async def test_what_is_refused(ask: Asking) -> None:
    """Each gets the status that OCPP 2.0.1 has for a refusal, whatever the roles."""
    for action, payload, expected in REFUSED:
        answer = await ask(action, payload)
        answer.pop("statusInfo", None)
        assert answer == expected, (action, payload)


async def test_every_call_of_a_central_system_is_known(ask: Asking) -> None:
    """None is answered with NotImplemented; each is checked before anything is done."""
    of_stations = {
        *("Authorize", "BootNotification", "ClearedChargingLimit", "Heartbeat"),
        *("FirmwareStatusNotification", "Get15118EVCertificate", "MeterValues"),
        *("GetCertificateStatus", "LogStatusNotification", "NotifyChargingLimit"),
        *("NotifyCustomerInformation", "NotifyDisplayMessages", "NotifyEvent"),
        *("NotifyEVChargingNeeds", "NotifyEVChargingSchedule", "NotifyReport"),
        *("NotifyMonitoringReport", "PublishFirmwareStatusNotification"),
        *("ReportChargingProfiles", "ReservationStatusUpdate", "SignCertificate"),
        *("SecurityEventNotification", "StatusNotification", "TransactionEvent"),
    }
    assert of_stations < SCHEMAS.actions
    for action in sorted(SCHEMAS.actions):
        if action in of_stations:
            assert await ask.code(action, {}) == "NotSupported", action
            continue
        frame = await ask.frame(action, {"no": "such field"})
        assert frame[:1] == [4], action
        assert frame[2] in {"FormatViolation", "OccurrenceConstraintViolation"}, action


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Nonsense", {}, "NotImplemented"),
        ("StartTransaction", {}, "NotImplemented"),
        ("Heartbeat", {}, "NotSupported"),
        ("Reset", {}, "OccurrenceConstraintViolation"),
        ("Reset", {"type": "Soft"}, "PropertyConstraintViolation"),
        ("Reset", {"type": 5}, "TypeConstraintViolation"),
        ("Reset", {"type": "OnIdle", "x": 1}, "FormatViolation"),
        ("Reset", [], "FormatViolation"),
        ("GetVariables", {"getVariableData": []}, "OccurrenceConstraintViolation"),
        (
            "GetVariables",
            {
                "getVariableData": [
                    {"component": {"name": "EVSE"}, "variable": {"name": "Power"}}
                ]
                * 101
            },
            "OccurrenceConstraintViolation",
        ),
        (
            "ReserveNow",
            {"id": 1, "expiryDateTime": "soon", "idToken": TOKEN},
            "PropertyConstraintViolation",
        ),
        (
            "SetChargingProfile",
            {"evseId": 1, "chargingProfile": profile(chargingSchedule=[])},
            "OccurrenceConstraintViolation",
        ),
        (
            "RequestStopTransaction",
            {"transactionId": "x" * 37},
            "PropertyConstraintViolation",
        ),
        ("CancelReservation", {"reservationId": 2**63}, "PropertyConstraintViolation"),
    ],
)
async def test_what_is_malformed(
    ask: Asking, action: str, payload: Any, code: str
) -> None:
    assert await ask.code(action, payload) == code
    assert ask.station.connected


# Starts, stops, reservations.


async def test_starts_and_stops(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    wishes: list[StartWish] = []

    async def start(wish: StartWish) -> bool:
        wishes.append(wish)
        return True

    async def stop(told_id: str) -> bool:
        return told_id == "ours"

    control = ask.station.requests.control
    monkeypatch.setattr(control, "start", start)
    monkeypatch.setattr(control, "stop", stop)
    of_start = profile(chargingProfilePurpose="TxProfile")
    call = {"idToken": {**TOKEN, "type": "eMAID"}, "remoteStartId": 5, "evseId": 1}
    accepted = {"status": "Accepted"}
    assert await ask("RequestStartTransaction", call) == accepted
    with_profile = {**call, "chargingProfile": of_start}
    assert await ask("RequestStartTransaction", with_profile) == accepted
    assert [one.profile and one.profile.purpose for one in wishes] == [None, Purpose.TX]
    assert wishes[0].tag == Tag("CARD1", TagKind.EMAID)
    assert (wishes[0].connector_id, wishes[0].remote_start_id) == (1, 5)
    # F01.FR.09, FR.11.
    for wrong in (profile(), {**of_start, "transactionId": "x"}):
        answer = await ask(
            "RequestStartTransaction", {**call, "chargingProfile": wrong}
        )
        assert answer["status"] == "Rejected"
        assert answer["statusInfo"]["reasonCode"] == "InvalidProfile"
    assert len(wishes) == 2
    assert await ask("RequestStopTransaction", {"transactionId": "ours"}) == accepted
    refused = await ask("RequestStopTransaction", {"transactionId": "other"})
    assert refused == {"status": "Rejected"}


async def test_nothing_is_started_before_the_boot_is_accepted(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B02.FR.05; what else is asked for meanwhile is answered, and sent."""

    async def start(wish: StartWish) -> bool:
        raise AssertionError

    backend, station = ask.backend, ask.station
    backend.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 3600,
        "currentTime": "2026-01-01T00:00:00Z",
    }
    station.memory.put("booted", None)
    for one in list(backend.connections):
        await one.close()
    await until(lambda: len(backend.told("BootNotification")) == 2)
    await until(lambda: backend.connections)
    monkeypatch.setattr(station.requests.control, "start", start)
    call = {"idToken": TOKEN, "remoteStartId": 5, "evseId": 1}
    assert (await ask("RequestStartTransaction", call))["status"] == "Rejected"
    stop = await ask("RequestStopTransaction", {"transactionId": "x"})
    assert stop["status"] == "Rejected"
    report = {"requestId": 3, "reportBase": "SummaryInventory"}
    assert await ask("GetBaseReport", report) == {"status": "Accepted"}
    await until(lambda: backend.told("NotifyReport"))
    assert not station.connected
    backend.answers["BootNotification"] = {
        "status": "Accepted",
        "interval": 3600,
        "currentTime": "2026-01-01T00:00:00Z",
    }
    trigger = {"requestedMessage": "BootNotification"}
    assert await ask("TriggerMessage", trigger) == {"status": "Accepted"}
    await until(lambda: station.connected)
    assert [one["reason"] for one in backend.told("BootNotification")][-1] in {
        "Triggered",
        "PowerUp",
    }


async def test_reservations(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    reservations: list[Reservation] = []
    words = iter(["accepted", "occupied", "faulted", "unavailable", "rejected"])

    def reserve(wish: Reservation) -> str:
        reservations.append(wish)
        return next(words)

    control = ask.station.requests.control
    monkeypatch.setattr(control, "reserve", reserve)
    monkeypatch.setattr(control, "cancel_reservation", lambda number: number == 3)
    call = {"id": 3, "expiryDateTime": FUTURE, "idToken": TOKEN}
    group = {"groupIdToken": {"idToken": "STAFF", "type": "Central"}, "evseId": 1}
    told = [await ask("ReserveNow", {**call, **group})]
    told += [await ask("ReserveNow", call) for _ in range(4)]
    assert [one["status"] for one in told] == [
        *("Accepted", "Occupied", "Faulted", "Unavailable", "Rejected")
    ]
    first, second = reservations[:2]
    assert (first.id, first.connector_id, first.parent) == (3, 1, "STAFF")
    assert first.expires == datetime.fromisoformat(FUTURE)
    assert (second.connector_id, second.parent) == (0, None)
    for number, status in ((3, "Accepted"), (4, "Rejected")):
        answer = await ask("CancelReservation", {"reservationId": number})
        assert answer == {"status": status}


# Charging profiles.


async def test_profiles(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ask.station.requests.limits
    kept: list[InstalledProfile] = []

    def put(connector_id: int, profile: ChargingProfile) -> bool:
        kept.append(
            InstalledProfile(
                connector_id=connector_id, source=LimitSource.CSO, profile=profile
            )
        )
        return True

    cleared: list[dict[str, Any]] = []

    def clear(**criteria: Any) -> bool:
        cleared.append(criteria)
        return True

    monkeypatch.setattr(limits, "put", put)
    monkeypatch.setattr(limits, "clear", clear)
    monkeypatch.setattr(limits, "installed", lambda: kept)
    accepted = {"status": "Accepted"}

    async def set_profile(evse_id: int, told: Json) -> str:
        call = {"evseId": evse_id, "chargingProfile": told}
        return str((await ask("SetChargingProfile", call))["status"])

    assert await set_profile(1, profile()) == "Accepted"
    assert kept[0].profile.schedules[0].periods[0].limit == 10
    assert await set_profile(0, profile(id=8, stackLevel=2)) == "Accepted"
    of_station = profile(id=9, chargingProfilePurpose="ChargingStationMaxProfile")
    assert await set_profile(0, of_station) == "Accepted"
    for evse_id, wrong in (
        (9, profile()),
        # K01.FR.16, FR.22, FR.40, FR.06; and a level that is too high.
        (0, profile(chargingProfilePurpose="TxProfile", transactionId="x")),
        (1, profile(chargingProfilePurpose="ChargingStationExternalConstraints")),
        (1, of_station),
        (1, profile(id=11)),
        (1, profile(stackLevel=100)),
        (
            1,
            profile(
                chargingSchedule=[
                    {**profile()["chargingSchedule"][0], "startSchedule": "x"}
                ]
            ),
        ),
    ):
        assert await set_profile(evse_id, wrong) == "Rejected", wrong
    assert len(kept) == 3
    call = {"requestId": 4, "chargingProfile": {"chargingLimitSource": ["CSO"]}}
    assert await ask("GetChargingProfiles", call) == accepted
    reports = ask.backend.told("ReportChargingProfiles")
    await until(lambda: len(ask.backend.told("ReportChargingProfiles")) == 2)
    reports = ask.backend.told("ReportChargingProfiles")
    assert [(one["evseId"], one["tbc"]) for one in reports] == [(0, True), (1, False)]
    assert [one["id"] for one in reports[0]["chargingProfile"]] == [8, 9]
    assert reports[1]["chargingProfile"] == [profile()]
    for criteria, evse_id in (
        ({"chargingProfileId": [1]}, None),
        ({"chargingLimitSource": ["EMS"]}, None),
        ({"stackLevel": 2}, 1),
        ({"chargingProfilePurpose": "TxProfile"}, None),
    ):
        call = {"requestId": 5, "chargingProfile": criteria}
        if evse_id is not None:
            call["evseId"] = evse_id
        assert await ask("GetChargingProfiles", call) == {"status": "NoProfiles"}
    assert await ask("ClearChargingProfile", {"chargingProfileId": 7}) == accepted
    criteria = {"evseId": 1, "chargingProfilePurpose": "TxProfile", "stackLevel": 3}
    call = {"chargingProfileCriteria": criteria}
    assert await ask("ClearChargingProfile", call) == accepted
    assert cleared == [
        {"id": 7, "connector_id": None, "purpose": None, "stack_level": None},
        {"id": None, "connector_id": 1, "purpose": Purpose.TX, "stack_level": 3},
    ]


async def test_profiles_are_kept(ask: Asking) -> None:
    """Those of the upstream are a ceiling of ours, which it can ask for."""
    call = {"evseId": 1, "chargingProfile": profile()}
    assert await ask("SetChargingProfile", call) == {"status": "Accepted"}
    entries = item("SmartChargingCtrlr", "Entries/ChargingProfiles")
    assert await read(ask, entries) == [("Accepted", "1")]
    call = {"requestId": 4, "chargingProfile": {"chargingProfileId": [7]}}
    assert await ask("GetChargingProfiles", call) == {"status": "Accepted"}
    await until(lambda: ask.backend.told("ReportChargingProfiles"))
    (told,) = ask.backend.told("ReportChargingProfiles")
    assert told["chargingProfile"] == [profile()]
    call = {"duration": 60, "evseId": 1, "chargingRateUnit": "A"}
    answer = await ask("GetCompositeSchedule", call)
    assert answer["status"] == "Accepted"
    assert answer["schedule"]["chargingSchedulePeriod"][0]["limit"] == 10
    # K01.FR.03: no session runs.
    of_session = profile(
        id=8, chargingProfilePurpose="TxProfile", transactionId="unknown"
    )
    call = {"evseId": 1, "chargingProfile": of_session}
    assert (await ask("SetChargingProfile", call))["status"] == "Rejected"
    assert await ask("ClearChargingProfile", {}) == {"status": "Accepted"}
    assert await ask("ClearChargingProfile", {}) == {"status": "Unknown"}


async def test_the_composite_schedule(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = Schedule(
        unit=Unit.AMPERE,
        periods=(Period(start=0, limit=16.0, phases=3), Period(start=60, limit=6.5)),
        duration=600,
        start=datetime.fromisoformat("2026-01-01T00:00:00Z"),
    )
    asked: list[Any] = []

    def composite(*arguments: Any) -> Schedule:
        asked.append(arguments[:3])
        return schedule

    limits = ask.station.requests.limits
    monkeypatch.setattr(limits, "composite", composite)
    call = {"duration": 600, "evseId": 1, "chargingRateUnit": "A"}
    assert await ask("GetCompositeSchedule", call) == {
        "status": "Accepted",
        "schedule": {
            "evseId": 1,
            "duration": 600,
            "scheduleStart": "2026-01-01T00:00:00Z",
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0, "numberPhases": 3},
                {"startPeriod": 60, "limit": 6.5},
            ],
        },
    }
    await ask("GetCompositeSchedule", {"duration": 60, "evseId": 0})
    assert asked == [(1, 600, Unit.AMPERE), (0, 60, None)]
    monkeypatch.setattr(limits, "composite", lambda *_: None)
    answer = await ask("GetCompositeSchedule", call)
    assert answer["status"] == "Rejected"


# The local list.


async def test_the_local_list(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, bool, list[ListEntry]]] = []

    def send(*, version: int, full: bool, entries: list[ListEntry]) -> str:
        sent.append((version, full, entries))
        return "accepted"

    tags = ask.station.requests.tags
    monkeypatch.setattr(tags, "send", send)
    entry = {"idToken": TOKEN, "idTokenInfo": {"status": "Blocked"}}
    removal = {"idToken": TOKEN}
    other = {**entry, "idToken": {**TOKEN, "idToken": "OTHER"}}

    async def told(kind: str, *entries: Json, version: int = 1) -> str:
        call: Json = {"versionNumber": version, "updateType": kind}
        if entries:
            call["localAuthorizationList"] = list(entries)
        return str((await ask("SendLocalList", call))["status"])

    assert await told("Full", entry, other) == "Accepted"
    assert await told("Differential", removal) == "Accepted"
    assert await told("Full") == "Accepted"
    assert [(version, full) for version, full, _ in sent] == [
        *((1, True), (1, False), (1, True))
    ]
    first = sent[0][2][0]
    assert first.id_tag == "CARD1"
    assert first.decision is not None
    assert first.decision.status == "blocked"
    assert sent[1][2][0].decision is None
    # D01.FR.06, FR.18; a full list removes nothing.
    assert await told("Full", entry, entry) == "Failed"
    assert await told("Full", removal) == "Failed"
    assert await told("Full", entry, version=-1) == "Failed"
    assert len(sent) == 3
    monkeypatch.setattr(tags, "send", lambda **_: "version_mismatch")
    assert await told("Differential", entry, version=5) == "VersionMismatch"


async def test_the_local_list_is_kept(ask: Asking) -> None:
    """The list of the upstream, and how much of it there is, are those of our books."""
    entry = {"idToken": TOKEN, "idTokenInfo": {"status": "Accepted"}}
    call = {
        "versionNumber": 4,
        "updateType": "Full",
        "localAuthorizationList": [entry],
    }
    assert await ask("SendLocalList", call) == {"status": "Accepted"}
    assert await ask("GetLocalListVersion", {}) == {"versionNumber": 4}
    entries = item("LocalAuthListCtrlr", "Entries")
    assert await read(ask, entries) == [("Accepted", "1")]
    late = {**call, "updateType": "Differential"}
    assert await ask("SendLocalList", late) == {"status": "VersionMismatch"}
    entry["idTokenInfo"] = {"status": "Accepted", "cacheExpiryDateTime": "some day"}
    assert await ask.code("SendLocalList", call) == "PropertyConstraintViolation"


async def test_the_cache(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = ask.station.requests.tags
    for done, status in ((True, "Accepted"), (False, "Rejected")):
        monkeypatch.setattr(tags, "clear_cache", lambda done=done: done)
        assert await ask("ClearCache", {}) == {"status": status}


# What only the owner decides.


@pytest.mark.parametrize(
    ("action", "payload", "kind", "details"),
    [
        ("Reset", {"type": "Immediate"}, WishKind.RESET, {"type": "hard"}),
        ("Reset", {"type": "OnIdle", "evseId": 1}, WishKind.RESET, {"type": "soft"}),
        (
            "UnlockConnector",
            {"evseId": 1, "connectorId": 1},
            WishKind.UNLOCK,
            {"connector_id": 1},
        ),
        (
            "ChangeAvailability",
            {"operationalStatus": "Inoperative", "evse": {"id": 1}},
            WishKind.AVAILABILITY,
            {"connector_id": 1, "type": "inoperative"},
        ),
        (
            "UpdateFirmware",
            {"requestId": 1, "firmware": FIRMWARE},
            WishKind.FIRMWARE,
            {"location": FIRMWARE["location"]},
        ),
        (
            "GetLog",
            {"requestId": 1, "logType": "SecurityLog", "log": LOG},
            WishKind.DIAGNOSTICS,
            {"location": LOG["remoteLocation"]},
        ),
        (
            "SetVariables",
            {
                "setVariableData": [
                    {
                        "attributeValue": "false",
                        "component": {"name": "TxCtrlr"},
                        "variable": {"name": "StopTxOnEVSideDisconnect"},
                    }
                ]
            },
            WishKind.SETTING,
            {"name": "TxCtrlr.StopTxOnEVSideDisconnect", "value": "false"},
        ),
    ],
)
@pytest.mark.parametrize(
    "roles", [frozenset(), frozenset({Role.CONFIGURE})], ids=["report", "configure"]
)
async def test_wishes(
    ask: Asking,
    roles: frozenset[Role],
    action: str,
    payload: Json,
    kind: WishKind,
    details: Json,
) -> None:
    """The owner is asked with the role for it; the answer is a refusal in any case."""
    wishes: list[Wish] = []
    ask.station.requests.wishes.ask = wishes.append
    await ask(action, payload)
    if not roles:
        assert not wishes
        return
    (wish,) = wishes
    assert wish.kind is kind
    assert details.items() <= wish.details.items()


# Messages that are asked for, and those of a maker.


async def test_messages_that_are_asked_for(ask: Asking) -> None:
    backend = ask.backend
    accepted = {"status": "Accepted"}

    async def triggered(message: str, evse: Json | None = None) -> list[Json]:
        before = len(backend.told(message))
        call = {"requestedMessage": message} | ({} if evse is None else {"evse": evse})
        assert await ask("TriggerMessage", call) == accepted
        await until(lambda: len(backend.told(message)) > before)
        return backend.told(message)[before:]

    await triggered("Heartbeat")
    (status,) = await triggered("StatusNotification", {"id": 1, "connectorId": 1})
    # No charger is connected.
    assert status["connectorStatus"] == "Unavailable"
    assert await triggered("LogStatusNotification") == [{"status": "Idle"}]
    (firmware,) = await triggered("FirmwareStatusNotification")
    assert firmware["status"] == "Idle"
    # Nothing is known of the meter yet.
    call = {"requestedMessage": "MeterValues"}
    assert (await ask("TriggerMessage", call))["status"] == "Rejected"
    connector = ask.house.charge_point.connector(1)
    connector.measurements["energy"] = 1234.0
    (values,) = await triggered("MeterValues", {"id": 1})
    (value,) = values["meterValue"][0]["sampledValue"]
    assert (values["evseId"], value["value"]) == (1, 1234.0)
    assert value["context"] == "Trigger"


async def test_values_by_the_clock(ask: Asking) -> None:
    """Those outside of sessions are told when they are due (J01)."""
    ask.house.charge_point.connector(1).measurements["energy"] = 1234.0
    interval = item("AlignedDataCtrlr", "Interval", "1")
    assert await write(ask, interval) == ["Accepted"]
    await until(lambda: len(ask.backend.told("MeterValues")) >= 2)
    (value,) = ask.backend.told("MeterValues")[0]["meterValue"]
    (sample,) = value["sampledValue"]
    assert (sample["context"], sample["value"]) == ("Sample.Clock", 1234.0)


async def test_a_message_of_a_maker(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(
        [
            TransferAnswer(status="accepted", data={"a": 1}),
            TransferAnswer(status="unknown_message_id"),
        ]
    )

    async def to_charge_point(*_: Any) -> TransferAnswer:
        return next(answers)

    monkeypatch.setattr(
        ask.station.requests.data_transfers, "to_charge_point", to_charge_point
    )
    call = {"vendorId": "acme", "messageId": "m", "data": [1]}
    assert await ask("DataTransfer", call) == {"status": "Accepted", "data": {"a": 1}}
    assert await ask("DataTransfer", call) == {"status": "UnknownMessageId"}


# The device model.


def item(component: str, variable: str, value: str | None = None, **more: Any) -> Json:
    """Return a GetVariableDataType, or a SetVariableDataType."""
    name, _, instance = variable.partition("/")
    told: Json = {"component": {"name": component}, "variable": {"name": name}}
    if instance:
        told["variable"]["instance"] = instance
    if value is not None:
        told["attributeValue"] = value
    return told | more


async def read(ask: Asking, *items: Json) -> list[tuple[str, str | None]]:
    """Return status and value of variables."""
    answer = await ask("GetVariables", {"getVariableData": list(items)})
    return [
        (one["attributeStatus"], one.get("attributeValue"))
        for one in answer["getVariableResult"]
    ]


async def write(ask: Asking, *items: Json) -> list[str]:
    """Write variables; return the status of each."""
    answer = await ask("SetVariables", {"setVariableData": list(items)})
    return [one["attributeStatus"] for one in answer["setVariableResult"]]


async def test_variables_are_read(ask: Asking) -> None:
    evse = {"name": "EVSE", "evse": {"id": 1}}
    assert await read(
        ask,
        item("SampledDataCtrlr", "TxUpdatedInterval"),
        item("sampleddatactrlr", "TXUPDATEDMEASURANDS"),
        item("DeviceDataCtrlr", "ItemsPerMessage/GetVariables"),
        item("DeviceDataCtrlr", "ItemsPerMessage"),
        item("SecurityCtrlr", "BasicAuthPassword"),
        item("Nonsense", "X"),
        item("OCPPCommCtrlr", "X"),
        item("OCPPCommCtrlr", "HeartbeatInterval", attributeType="Target"),
        {"component": evse, "variable": {"name": "AvailabilityState"}},
        {
            "component": {"name": "EVSE", "evse": {"id": 2}},
            "variable": {"name": "AvailabilityState"},
        },
        item("TxCtrlr", "EVConnectionTimeOut"),
    ) == [
        ("Accepted", "60"),
        ("Accepted", "Energy.Active.Import.Register"),
        ("Accepted", "100"),
        ("UnknownVariable", None),
        ("Rejected", None),
        ("UnknownComponent", None),
        ("UnknownVariable", None),
        ("NotSupportedAttributeType", None),
        # No charger is connected.
        ("Accepted", "Unavailable"),
        ("UnknownComponent", None),
        ("Accepted", ""),
    ]


async def test_variables_that_are_kept_for_the_upstream(ask: Asking) -> None:
    """They change what it is told, for it alone, and survive a restart."""
    measurands = "Power.Active.Import,Energy.Active.Import.Register"
    assert (
        await write(
            ask,
            item("SampledDataCtrlr", "TxUpdatedInterval", "15"),
            item("SampledDataCtrlr", "TxUpdatedMeasurands", measurands),
            item("AlignedDataCtrlr", "Interval", "900"),
            item("AlignedDataCtrlr", "Measurands", "Energy.Active.Import.Register,SoC"),
            item("OCPPCommCtrlr", "HeartbeatInterval", "77"),
            item("OCPPCommCtrlr", "WebSocketPingInterval", "45"),
        )
        == ["Accepted"] * 6
    )
    station = ask.station

    def check() -> None:
        sampling = ask.station.speech.sampling
        assert (sampling.interval, sampling.aligned_interval) == (15, 900)
        assert sampling.measurands == tuple(measurands.split(","))
        assert sampling.aligned_measurands[1] == "SoC"
        assert ask.station.memory.get("booted") == 77
        assert ask.station.memory.get("ping_interval") == 45

    check()
    assert await read(
        ask,
        item("OCPPCommCtrlr", "HeartbeatInterval"),
        item("AlignedDataCtrlr", "Interval"),
        item("OCPPCommCtrlr", "WebSocketPingInterval"),
    ) == [("Accepted", "77"), ("Accepted", "900"), ("Accepted", "45")]
    # Another station, as after a restart.
    ask.house.play(
        ask.backend.url + "/x", subprotocol="ocpp2.0.1", roles=station.settings.roles
    )
    assert ask.station is not station
    await until(lambda: ask.station.connected)
    assert ask.station.speech.sampling.interval == 15


async def test_variables_that_are_not_written(ask: Asking) -> None:
    wishes: list[Wish] = []
    ask.station.requests.wishes.ask = wishes.append
    assert await write(
        ask,
        item("SampledDataCtrlr", "TxUpdatedInterval", "often"),
        item("SampledDataCtrlr", "TxUpdatedInterval", "-1"),
        item("SampledDataCtrlr", "TxUpdatedInterval", "1_0"),
        item("SampledDataCtrlr", "TxUpdatedInterval", "100000"),
        item("SampledDataCtrlr", "TxUpdatedMeasurands", "Energy,Power"),
        item("SampledDataCtrlr", "TxUpdatedInterval", "5", attributeType="MaxSet"),
        item("OCPPCommCtrlr", "NetworkConfigurationPriority", "2"),
        item("SecurityCtrlr", "BasicAuthPassword", "secret-secret-secret"),
        item("SecurityCtrlr", "SecurityProfile", "3"),
        item("AuthCtrlr", "LocalPreAuthorize", "perhaps"),
        item("Nonsense", "X", "1"),
        item("OCPPCommCtrlr", "X", "1"),
    ) == [
        *["Rejected"] * 5,
        "NotSupportedAttributeType",
        *["Rejected"] * 4,
        "UnknownComponent",
        "UnknownVariable",
    ]
    assert not wishes
    assert ask.station.speech.sampling.interval == 60


async def report(ask: Asking, action: str, number: int, **more: Any) -> list[Json]:
    """Ask for a report, and return all of its variables."""
    call = {"requestId": number, **more}
    assert await ask(action, call) == {"status": "Accepted"}

    def pieces() -> list[Json]:
        return [
            one
            for one in ask.backend.told("NotifyReport")
            if one["requestId"] == number
        ]

    await until(lambda: pieces() and not pieces()[-1]["tbc"])
    assert [one["seqNo"] for one in pieces()] == list(range(len(pieces())))
    return [one for piece in pieces() for one in piece["reportData"]]


def names(entries: list[Json]) -> set[str]:
    """Return the names in a report."""
    return {f"{one['component']['name']}.{one['variable']['name']}" for one in entries}


async def test_base_reports(ask: Asking) -> None:
    everything = await report(ask, "GetBaseReport", 1, reportBase="FullInventory")
    assert len(everything) > 60
    assert {
        "ChargingStation.VendorName",
        "EVSE.AvailabilityState",
        "Connector.ConnectorType",
        "SampledDataCtrlr.TxUpdatedInterval",
        "SmartChargingCtrlr.ProfileStackLevel",
        "LocalAuthListCtrlr.Entries",
        "TxCtrlr.TxStartPoint",
    } <= names(everything)
    settings = await report(
        ask, "GetBaseReport", 2, reportBase="ConfigurationInventory"
    )
    assert {one["variableAttribute"][0]["mutability"] for one in settings} == {
        "ReadWrite",
        "WriteOnly",
    }
    summary = await report(ask, "GetBaseReport", 3, reportBase="SummaryInventory")
    assert "EVSE.AvailabilityState" in names(summary)
    assert "SampledDataCtrlr.TxUpdatedInterval" not in names(summary)
    password = next(
        one for one in everything if one["variable"]["name"] == "BasicAuthPassword"
    )
    assert "value" not in password["variableAttribute"][0]


async def test_reports_of_some_variables(ask: Asking) -> None:
    def about(name: str, **more: Any) -> Json:
        return {"component": {"name": name, **more}}

    found = await report(
        ask, "GetReport", 1, componentVariable=[about("EVSE"), about("TxCtrlr")]
    )
    assert {one["component"]["name"] for one in found} == {"EVSE", "TxCtrlr"}
    one = {**about("DeviceDataCtrlr"), "variable": {"name": "ItemsPerMessage"}}
    found = await report(ask, "GetReport", 2, componentVariable=[one])
    assert len(found) == 3
    # B08.FR.08: what has no Available counts as available.
    found = await report(ask, "GetReport", 3, componentCriteria=["Available"])
    assert "SampledDataCtrlr.Available" in names(found)
    assert "TxCtrlr.TxStartPoint" in names(found)
    assert "MonitoringCtrlr.Available" not in names(found)
    call = {"requestId": 6, "componentCriteria": ["Problem"]}
    assert await ask("GetReport", call) == {"status": "EmptyResultSet"}
    call["componentCriteria"] = ["Problem", "Active"]
    assert await ask("GetReport", call) == {"status": "Accepted"}
    empty = {"requestId": 4, "componentVariable": [about("Nonsense")]}
    assert await ask("GetReport", empty) == {"status": "EmptyResultSet"}
    many = {"requestId": 5, "componentVariable": [about("EVSE")] * 101}
    assert await ask.code("GetReport", many) == "OccurrenceConstraintViolation"


async def test_reports_do_not_pile_up(ask: Asking) -> None:
    """B07.FR.13: a backend that asks without listening is refused after a while."""
    ask.backend.answers["NotifyReport"] = None
    call = {"requestId": 1, "reportBase": "FullInventory"}
    for _ in range(100):
        if (await ask("GetBaseReport", call))["status"] == "Rejected":
            return
    pytest.fail("all of them are queued")
