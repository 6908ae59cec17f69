"""Actions in OCPP 2.0.1 over a real socket: what is sent, and what each answer becomes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    ErrorKey,
    InvalidRequestError,
    NoReservationError,
    OtherVersionActionError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.v2.version import load_schemas
from tests.csms.test_central_system import World, until

from .station import V2Station, device_model

type Json = dict[str, Any]

NOON = datetime(2026, 12, 24, 11, 0, tzinfo=UTC)
NOON_TEXT = "2026-12-24T11:00:00Z"
HASH = {
    "hash_algorithm": "sha256",
    "issuer_name_hash": "0b",
    "issuer_key_hash": "91",
    "serial_number": "4a01",
}
OCPP_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0b",
    "issuerKeyHash": "91",
    "serialNumber": "4a01",
}
OK = ({"status": "Accepted"}, {"status": "accepted"})
COMPONENT = {"component": {"name": "EVSE"}, "variable": {"name": "Power"}}


@dataclass
class Box:
    """A station that is set up, and both ends of its connection."""

    charge_point: ChargePoint
    station: V2Station

    async def command(self, name: str, **fields: Any) -> Any:
        """Run a command."""
        return await self.charge_point.commands.call(name, **fields)

    async def sent(self, action: str) -> Json:
        """Return the last payload of an action."""
        return (await self.station.wait_for(action))[-1]


@pytest.fixture
async def box(world: World) -> AsyncIterator[Box]:
    """Return a station with two EVSEs."""
    charge_point = world.adopt()
    async with V2Station.of(world, model=device_model(evses=2)) as station:
        await station.booted(world)
        await until(charge_point.link._setup.done)
        station.received.clear()
        yield Box(charge_point, station)


@pytest.mark.parametrize(
    ("name", "fields", "action", "payload", "answers"),
    [
        ("reset", {"type": "soft"}, "Reset", {"type": "OnIdle"}, OK),
        (
            "reset",
            {"type": "hard", "connector_id": 2},
            "Reset",
            {"type": "Immediate", "evseId": 2},
            ({"status": "Scheduled"}, {"status": "scheduled"}),
        ),
        (
            "change_availability",
            {"type": "inoperative"},
            "ChangeAvailability",
            {"operationalStatus": "Inoperative"},
            OK,
        ),
        (
            "change_availability",
            {"type": "Operative", "connector_id": 2, "plug": 3},
            "ChangeAvailability",
            {"operationalStatus": "Operative", "evse": {"id": 2, "connectorId": 3}},
            ({"status": "Scheduled"}, {"status": "scheduled"}),
        ),
        (
            "unlock_connector",
            {"connector_id": 2, "plug": 3},
            "UnlockConnector",
            {"evseId": 2, "connectorId": 3},
            ({"status": "Unlocked"}, {"status": "unlocked"}),
        ),
        (
            "trigger_message",
            {"requested_message": "meter_values", "connector_id": 1},
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "evse": {"id": 1}},
            OK,
        ),
        (
            "trigger_message",
            {"requested_message": "diagnostics_status_notification"},
            "TriggerMessage",
            {"requestedMessage": "LogStatusNotification"},
            OK,
        ),
        (
            "extended_trigger_message",
            {"requested_message": "sign_charge_point_certificate"},
            "TriggerMessage",
            {"requestedMessage": "SignChargingStationCertificate"},
            OK,
        ),
        (
            "trigger_message",
            {"requested_message": "sign_v2g_certificate"},
            "TriggerMessage",
            {"requestedMessage": "SignV2GCertificate"},
            OK,
        ),
        ("clear_cache", {}, "ClearCache", {}, OK),
        (
            "data_transfer",
            {"vendor_id": "com.example", "message_id": "L", "data": {"on": [1, None]}},
            "DataTransfer",
            {"vendorId": "com.example", "messageId": "L", "data": {"on": [1, None]}},
            (
                {"status": "Accepted", "data": {"was": False}},
                {"status": "accepted", "data": {"was": False}},
            ),
        ),
        (
            "get_log",
            {
                "log_type": "security_log",
                "remote_location": "sftp://10.0.0.1/logs",
                "oldest_timestamp": NOON,
                "request_id": 4,
                "retries": 1,
                "retry_interval": 2,
            },
            "GetLog",
            {
                "logType": "SecurityLog",
                "log": {
                    "remoteLocation": "sftp://10.0.0.1/logs",
                    "oldestTimestamp": NOON_TEXT,
                },
                "requestId": 4,
                "retries": 1,
                "retryInterval": 2,
            },
            (
                {"status": "AcceptedCanceled", "filename": "log.txt"},
                {"status": "accepted_canceled", "filename": "log.txt"},
            ),
        ),
        (
            "get_diagnostics",
            {
                "location": "https://10.0.0.1/up",
                "start_time": NOON,
                "stop_time": NOON,
                "request_id": 5,
            },
            "GetLog",
            {
                "logType": "DiagnosticsLog",
                "log": {
                    "remoteLocation": "https://10.0.0.1/up",
                    "oldestTimestamp": NOON_TEXT,
                    "latestTimestamp": NOON_TEXT,
                },
                "requestId": 5,
            },
            (
                {"status": "Accepted", "filename": "log.txt"},
                {"status": "accepted", "file_name": "log.txt"},
            ),
        ),
        (
            "update_firmware",
            {
                "location": "ftp://a:b@10.0.0.1/fw.bin",
                "retrieve_date": NOON,
                "retries": 0,
                "request_id": 6,
            },
            "UpdateFirmware",
            {
                "firmware": {
                    "location": "ftp://a:b@10.0.0.1/fw.bin",
                    "retrieveDateTime": NOON_TEXT,
                },
                "retries": 0,
                "requestId": 6,
            },
            OK,
        ),
        (
            "signed_update_firmware",
            {
                "location": "https://example.com/fw",
                "retrieve_date_time": NOON,
                "install_date_time": NOON,
                "signing_certificate": "PEM",
                "signature": "MEUC",
                "request_id": 6,
            },
            "UpdateFirmware",
            {
                "firmware": {
                    "location": "https://example.com/fw",
                    "retrieveDateTime": NOON_TEXT,
                    "installDateTime": NOON_TEXT,
                    "signingCertificate": "PEM",
                    "signature": "MEUC",
                },
                "requestId": 6,
            },
            ({"status": "AcceptedCanceled"}, {"status": "accepted_canceled"}),
        ),
        (
            "publish_firmware",
            {
                "location": "https://example.com/fw",
                "checksum": "9e107d9d372bb6826bd81d3542a419d6",
                "request_id": 7,
            },
            "PublishFirmware",
            {
                "location": "https://example.com/fw",
                "checksum": "9e107d9d372bb6826bd81d3542a419d6",
                "requestId": 7,
            },
            OK,
        ),
        (
            "unpublish_firmware",
            {"checksum": "9e10"},
            "UnpublishFirmware",
            {"checksum": "9e10"},
            ({"status": "Unpublished"}, {"status": "unpublished"}),
        ),
        (
            "set_display_message",
            {
                "message": "Welcome",
                "priority": "in_front",
                "state": "idle",
                "end_date_time": NOON,
                "language": "en",
                "id": 3,
            },
            "SetDisplayMessage",
            {
                "message": {
                    "id": 3,
                    "priority": "InFront",
                    "state": "Idle",
                    "endDateTime": NOON_TEXT,
                    "message": {
                        "format": "UTF8",
                        "language": "en",
                        "content": "Welcome",
                    },
                }
            },
            OK,
        ),
        (
            "clear_display_message",
            {"id": 3},
            "ClearDisplayMessage",
            {"id": 3},
            OK,
        ),
        (
            "set_variable_monitoring",
            {
                "set_monitoring_data": [
                    COMPONENT | {"type": "delta", "value": 5, "severity": 4}
                ]
            },
            "SetVariableMonitoring",
            {
                "setMonitoringData": [
                    COMPONENT | {"type": "Delta", "value": 5, "severity": 4}
                ]
            },
            (
                {
                    "setMonitoringResult": [
                        COMPONENT
                        | {"type": "Delta", "severity": 4, "status": "Duplicate"}
                    ]
                },
                {
                    "set_monitoring_result": [
                        COMPONENT
                        | {"type": "delta", "severity": 4, "status": "duplicate"}
                    ]
                },
            ),
        ),
        (
            "clear_variable_monitoring",
            {"id": [1]},
            "ClearVariableMonitoring",
            {"id": [1]},
            (
                {"clearMonitoringResult": [{"id": 1, "status": "NotFound"}]},
                {"clear_monitoring_result": [{"id": 1, "status": "not_found"}]},
            ),
        ),
        (
            "set_monitoring_base",
            {"monitoring_base": "hard_wired_only"},
            "SetMonitoringBase",
            {"monitoringBase": "HardWiredOnly"},
            OK,
        ),
        (
            "set_monitoring_level",
            {"severity": 4},
            "SetMonitoringLevel",
            {"severity": 4},
            OK,
        ),
        (
            "get_local_list_version",
            {},
            "GetLocalListVersion",
            {},
            ({"versionNumber": 0}, {"list_version": 0}),
        ),
        (
            "send_local_list",
            {
                "list_version": 3,
                "update_type": "differential",
                "local_authorization_list": [
                    {
                        "id_tag": "A" * 36,
                        "id_tag_info": {
                            "status": "concurrent_tx",
                            "parent_id_tag": "P",
                            "expiry_date": NOON,
                        },
                    },
                    {"idTag": "E004010203040506"},
                    {"id_tag": "4711", "id_token_type": "key_code"},
                    {"idToken": {"idToken": "DE-ABC-C12345678-X", "type": "eMAID"}},
                ],
            },
            "SendLocalList",
            {
                "versionNumber": 3,
                "updateType": "Differential",
                "localAuthorizationList": [
                    {
                        "idToken": {"idToken": "A" * 36, "type": "ISO14443"},
                        "idTokenInfo": {
                            "status": "ConcurrentTx",
                            "cacheExpiryDateTime": NOON_TEXT,
                            "groupIdToken": {"idToken": "P", "type": "Central"},
                        },
                    },
                    {"idToken": {"idToken": "E004010203040506", "type": "ISO15693"}},
                    {"idToken": {"idToken": "4711", "type": "KeyCode"}},
                    {"idToken": {"idToken": "DE-ABC-C12345678-X", "type": "eMAID"}},
                ],
            },
            OK,
        ),
        (
            "send_local_list",
            {"list_version": 4, "update_type": "full", "local_authorization_list": []},
            "SendLocalList",
            {"versionNumber": 4, "updateType": "Full"},
            OK,
        ),
        (
            "reserve_now",
            {
                "connector_id": 2,
                "expiry_date": NOON,
                "id_tag": "A",
                "id_token_type": "iso15693",
                "parent_id_tag": "P",
                "reservation_id": 5,
                "connector_type": "sType2",
            },
            "ReserveNow",
            {
                "id": 5,
                "evseId": 2,
                "expiryDateTime": NOON_TEXT,
                "connectorType": "sType2",
                "idToken": {"idToken": "A", "type": "ISO15693"},
                "groupIdToken": {"idToken": "P", "type": "Central"},
            },
            OK,
        ),
        (
            "cancel_reservation",
            {"reservation_id": 5},
            "CancelReservation",
            {"reservationId": 5},
            OK,
        ),
        (
            "install_certificate",
            {
                "certificate_type": "central_system_root_certificate",
                "certificate": "PEM",
            },
            "InstallCertificate",
            {"certificateType": "CSMSRootCertificate", "certificate": "PEM"},
            OK,
        ),
        (
            "delete_certificate",
            HASH,
            "DeleteCertificate",
            {"certificateHashData": OCPP_HASH},
            OK,
        ),
        (
            "get_installed_certificate_ids",
            {"certificate_type": "v2g_root_certificate"},
            "GetInstalledCertificateIds",
            {"certificateType": ["V2GRootCertificate"]},
            (
                {
                    "status": "Accepted",
                    "certificateHashDataChain": [
                        {
                            "certificateType": "V2GRootCertificate",
                            "certificateHashData": OCPP_HASH,
                        }
                    ],
                },
                {
                    "status": "accepted",
                    "certificate_hash_data_chain": [
                        {
                            "certificate_type": "v2g_root_certificate",
                            "certificate_hash_data": HASH,
                        }
                    ],
                },
            ),
        ),
        (
            "certificate_signed",
            {"certificate_chain": "PEM"},
            "CertificateSigned",
            {
                "certificateChain": "PEM",
                "certificateType": "ChargingStationCertificate",
            },
            OK,
        ),
        (
            "get_transaction_status",
            {"transaction_id": "T-1"},
            "GetTransactionStatus",
            {"transactionId": "T-1"},
            (
                {"ongoingIndicator": True, "messagesInQueue": False},
                {"ongoing_indicator": True, "messages_in_queue": False},
            ),
        ),
        (
            "cost_updated",
            {"transaction_id": "T-1", "total_cost": 4.2},
            "CostUpdated",
            {"transactionId": "T-1", "totalCost": 4.2},
            ({}, {}),
        ),
    ],
)
async def test_what_is_sent_and_what_comes_back(
    box: Box,
    name: str,
    fields: Json,
    action: str,
    payload: Json,
    answers: tuple[Json, Json],
) -> None:
    """Fields of 1.6 and of 2.x become a valid message; the answer is in snake case."""
    box.station.answers[action] = answers[0]
    answer = await box.command(name, **fields)
    told = {"request_id": fields["request_id"]} if "request_id" in fields else {}
    assert answer | told == answers[1] | told
    assert box.station.received == [(action, payload)]
    schema = load_schemas().request(action)
    assert schema is not None
    assert schema.problems(payload, formats=True) == []


@pytest.mark.parametrize(
    ("name", "fields", "action", "status", "told"),
    [
        ("reset", {"type": "soft"}, "Reset", "Rejected", "Rejected"),
        (
            "unlock_connector",
            {"connector_id": 1},
            "UnlockConnector",
            "UnlockFailed",
            "UnlockFailed",
        ),
        (
            "trigger_message",
            {"requested_message": "heartbeat"},
            "TriggerMessage",
            "NotImplemented",
            "NotImplemented",
        ),
        (
            "signed_update_firmware",
            {
                "location": "https://h/",
                "signing_certificate": "PEM",
                "signature": "MEUC",
            },
            "UpdateFirmware",
            "RevokedCertificate",
            "RevokedCertificate",
        ),
        (
            "set_display_message",
            {"message": "A", "priority": "in_front"},
            "SetDisplayMessage",
            "NotSupportedPriority",
            "NotSupportedPriority",
        ),
        (
            "customer_information",
            {"id_tag": "A", "report": True},
            "CustomerInformation",
            "Invalid",
            "Invalid",
        ),
        (
            "publish_firmware",
            {"location": "https://h/fw", "checksum": "9e10"},
            "PublishFirmware",
            "Rejected",
            "Rejected",
        ),
    ],
)
async def test_a_refusal_is_raised_with_its_reason(
    box: Box, name: str, fields: Json, action: str, status: str, told: str
) -> None:
    """Reason code and additional information stand in the text."""
    box.station.answers[action] = {
        "status": status,
        "statusInfo": {"reasonCode": "NotEnabled", "additionalInfo": "Ask Bob"},
    }
    with pytest.raises(RefusedError) as err:
        await box.command(name, **fields)
    assert err.value.placeholders["status"] == f"{told} (NotEnabled: Ask Bob)"
    box.station.answers[action] = {"status": status}
    with pytest.raises(RefusedError) as err:
        await box.command(name, **fields)
    assert err.value.placeholders["status"] == told


@pytest.mark.parametrize(
    ("status", "key"),
    [
        ("OngoingAuthorizedTransaction", ErrorKey.UNLOCK_SESSION_RUNS),
        ("UnknownConnector", ErrorKey.UNLOCK_UNKNOWN_PLUG),
    ],
)
async def test_a_refusal_to_unlock_says_why(
    box: Box, status: str, key: ErrorKey
) -> None:
    """Those of F05 have texts of their own."""
    box.station.answers["UnlockConnector"] = {"status": status}
    with pytest.raises(RefusedError) as err:
        await box.command("unlock_connector", connector_id=1)
    assert err.value.key == key


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        (
            "signed_update_firmware",
            {"location": "https://h/fw", "signature": "MEUC"},
            "firmware.signing_certificate",
        ),
        ("update_firmware", {"location": "h/fw"}, "firmware.location"),
        ("get_log", {"log_type": "security_log", "log": {}}, "log.remote_location"),
        (
            "get_log",
            {
                "log_type": "security_log",
                "log": {"remoteLocation": "ftp://h/"},
                "remote_location": "ftp://h/",
            },
            "remote_location",
        ),
        ("publish_firmware", {"location": "x", "checksum": "9e"}, "location"),
        ("customer_information", {"report": True}, "id_tag"),
        (
            "customer_information",
            {"report": True, "id_tag": "A", "customer_identifier": "B"},
            "id_tag",
        ),
        ("customer_information", {"id_tag": "A"}, "report"),
        ("send_local_list", {"list_version": 0}, "list_version"),
        ("send_local_list", {"local_authorization_list": []}, "update_type"),
        (
            "send_local_list",
            {
                "list_version": 1,
                "update_type": "full",
                "local_authorization_list": [{"id_tag": "Ab"}, {"id_tag": "aB "}],
            },
            "local_authorization_list",
        ),
        (
            "reserve_now",
            {
                "connector_id": 1,
                "expiry_date": NOON,
                "id_tag": "A",
                "connector_type": "plug",
            },
            "connector_type",
        ),
    ],
)
async def test_what_the_specification_does_not_allow_is_not_sent(
    box: Box, name: str, fields: Json, field: str
) -> None:
    """The error names the field."""
    with pytest.raises(InvalidRequestError) as err:
        await box.command(name, **fields)
    assert err.value.placeholders["field"] == field
    assert not box.station.received


async def test_an_unknown_action_is_of_another_version(box: Box) -> None:
    """Both versions are named."""
    with pytest.raises(OtherVersionActionError) as err:
        await box.command("juggle")
    assert err.value.placeholders == {
        "action": "juggle",
        "version": "2.0.1",
        "other": "1.6",
    }


async def test_the_status_of_each_plug_is_asked_for(box: Box) -> None:
    """F06.FR.12: a station may refuse to choose."""
    await box.station.status("Available", evse=2, plug=1)
    await box.station.status("Occupied", evse=2, plug=2)
    box.station.received.clear()
    await box.command("trigger_message", requested_message="status_notification")
    assert [payload["evse"] for _, payload in box.station.received] == [
        {"id": 1, "connectorId": 1},
        {"id": 2, "connectorId": 1},
        {"id": 2, "connectorId": 2},
    ]
    box.station.answers["UnlockConnector"] = {"status": "Unlocked"}
    await box.command("unlock_connector", connector_id=2)
    # The plug that a vehicle occupies is meant.
    assert (await box.sent("UnlockConnector"))["connectorId"] == 2


async def test_a_start_names_the_type_of_its_tag(box: Box) -> None:
    """Without one it is a card, and our own tag is ours."""
    for fields, token in (
        ({"id_tag": "A"}, {"idToken": "A", "type": "ISO14443"}),
        (
            {"id_tag": "DE-ABC-C12345678-X", "id_token_type": "emaid"},
            {"idToken": "DE-ABC-C12345678-X", "type": "eMAID"},
        ),
        ({}, {"idToken": "HomeAssistant", "type": "Central"}),
    ):
        await box.command("remote_start_transaction", connector_id=1, **fields)
        assert (await box.sent("RequestStartTransaction"))["idToken"] == token


async def test_an_evse_restarts_without_a_boot_being_expected(box: Box) -> None:
    """Only the whole station boots."""
    await box.command("reset", type="hard", connector_id=1)
    await box.command("reset", type="soft")
    assert [payload for _, payload in box.station.received] == [
        {"type": "Immediate", "evseId": 1},
        {"type": "OnIdle"},
    ]


async def test_customer_information_comes_in_pieces(box: Box) -> None:
    """In any order; the tag goes from the local list if its data was deleted."""
    box.charge_point.local_list.wanted = lambda: {
        "A": {"status": "accepted"},
        "B": {"status": "accepted"},
    }
    box.station.answers["GetLocalListVersion"] = {"versionNumber": 1}
    await box.command("send_local_list")

    def pieces(payload: Json) -> Json:
        for number, text, more in ((1, "4711", False), (0, "card ", True)):
            box.station.later(
                "NotifyCustomerInformation",
                {
                    "data": text,
                    "tbc": more,
                    "seqNo": number,
                    "generatedAt": NOON_TEXT,
                    "requestId": payload["requestId"],
                },
            )
        return {"status": "Accepted"}

    box.station.answers["CustomerInformation"] = pieces
    answer = await box.command("customer_information", id_tag="a", report=1, clear=1)
    assert answer["data"] == "card 4711"
    assert answer["complete"] is True
    sent = await box.sent("CustomerInformation")
    assert sent["idToken"] == {"idToken": "a", "type": "ISO14443"}
    assert (sent["report"], sent["clear"]) == (True, True)
    # N10.FR.02
    assert await box.sent("SendLocalList") == {
        "versionNumber": 3,
        "updateType": "Differential",
        "localAuthorizationList": [{"idToken": {"idToken": "A", "type": "ISO14443"}}],
    }
    assert set(box.charge_point.local_list.sent.entries or ()) == {"B"}


async def test_an_answer_that_does_not_come_is_not_waited_for(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come is told, and that it is not all; nothing is kept."""
    monkeypatch.setattr(type(box.charge_point), "call_timeout", 0.2)

    def first(payload: Json) -> Json:
        box.station.later(
            "NotifyDisplayMessages",
            {
                "requestId": payload["requestId"],
                "tbc": True,
                "messageInfo": [
                    {
                        "id": 1,
                        "priority": "InFront",
                        "message": {"format": "UTF8", "content": "Hi"},
                    }
                ],
            },
        )
        return {"status": "Accepted"}

    box.station.answers["GetDisplayMessages"] = first
    answer = await box.command("get_display_messages", id=[1])
    assert answer["complete"] is False
    assert answer["message_info"] == [
        {
            "id": 1,
            "priority": "in_front",
            "message": {"format": "utf8", "content": "Hi"},
        }
    ]
    box.station.answers["GetDisplayMessages"] = {"status": "Unknown"}
    answer = await box.command("get_display_messages", priority="in_front")
    assert (answer["status"], answer["message_info"]) == ("unknown", [])
    assert answer["complete"] is True


async def test_an_endless_report_ends(box: Box) -> None:
    """A thousand pieces are enough; the station gets its answers all the same."""

    def endless(payload: Json) -> Json:
        for number in range(1100):
            box.station.later(
                "NotifyMonitoringReport",
                {
                    "requestId": payload["requestId"],
                    "tbc": True,
                    "seqNo": number,
                    "generatedAt": NOON_TEXT,
                    "monitor": [
                        COMPONENT
                        | {
                            "variableMonitoring": [
                                {
                                    "id": number,
                                    "transaction": False,
                                    "value": 1,
                                    "type": "Delta",
                                    "severity": 4,
                                }
                            ]
                        }
                    ],
                },
            )
        return {"status": "Accepted"}

    box.station.answers["GetMonitoringReport"] = endless
    answer = await box.command(
        "get_monitoring_report", monitoring_criteria={"delta_monitoring"}
    )
    assert (len(answer["monitor"]), answer["complete"]) == (1000, False)
    assert (await box.sent("GetMonitoringReport"))["monitoringCriteria"] == [
        "DeltaMonitoring"
    ]


async def test_a_reservation_from_its_acceptance_to_its_end(box: Box) -> None:
    """Any EVSE, its status, what the station says of it, and its use."""
    later = datetime(2099, 1, 1, tzinfo=UTC)
    reservations = box.charge_point.reservations
    first = await box.command(
        "reserve_now", connector_id=0, expiry_date=later, id_tag="A"
    )
    assert "evseId" not in await box.sent("ReserveNow")
    second = await box.command(
        "reserve_now", connector_id=2, expiry_date=later, id_tag="B"
    )
    await box.station.status("Reserved", evse=2)
    assert box.charge_point.connector(2).status == "reserved"
    assert [one.id for one in reservations] == [
        first["reservation_id"],
        second["reservation_id"],
    ]
    await box.station.call(
        "ReservationStatusUpdate",
        {
            "reservationId": first["reservation_id"],
            "reservationUpdateStatus": "Expired",
        },
    )
    assert [one.id for one in reservations] == [second["reservation_id"]]
    await box.station.event(
        "Started", evse=2, token="B", reservationId=second["reservation_id"]
    )
    assert not list(reservations)
    with pytest.raises(NoReservationError):
        await box.command("cancel_reservation")


async def test_a_reservation_that_is_refused_is_none(box: Box) -> None:
    """And a cancelled one that the station does not know has ended, too."""
    later = datetime(2099, 1, 1, tzinfo=UTC)
    box.station.answers["ReserveNow"] = {
        "status": "Occupied",
        "statusInfo": {"reasonCode": "InUse"},
    }
    with pytest.raises(RefusedError) as err:
        await box.command("reserve_now", connector_id=1, expiry_date=later, id_tag="A")
    assert err.value.key == ErrorKey.RESERVE_NOW_OCCUPIED
    assert not list(box.charge_point.reservations)
    box.station.answers["ReserveNow"] = {"status": "Accepted"}
    await box.command("reserve_now", connector_id=1, expiry_date=later, id_tag="A")
    box.station.answers["CancelReservation"] = {"status": "Rejected"}
    with pytest.raises(RefusedError):
        await box.command("cancel_reservation", connector_id=1)
    assert not list(box.charge_point.reservations)
