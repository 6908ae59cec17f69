"""Commands over a real socket: OCPP's frames, and what each answer becomes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    InvalidRequestError,
    NotSupportedError,
    OtherVersionActionError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.model import ConfigurationKey
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.central import configured

from .client import Client, Json
from .test_central_system import CONFIGURATION, World, until

NOON = datetime(2026, 12, 24, 12, 0, 0, 250000, timezone(timedelta(hours=1)))
NOON_TEXT = "2026-12-24T11:00:00Z"
PROFILE = {
    "charging_profile_id": 7,
    "stack_level": 2,
    "chargingProfilePurpose": "TxDefaultProfile",
    "charging_profile_kind": "recurring",
    "recurrency_kind": "daily",
    "valid_from": NOON,
    "valid_to": "2026-12-25T12:00:00.5+01:00",
    "charging_schedule": {
        "charging_rate_unit": "w",
        "charging_schedule_period": [
            {"start_period": 0, "limit": 4140.3, "number_phases": 3}
        ],
    },
}
OCPP_PROFILE = {
    "chargingProfileId": 7,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily",
    "validFrom": NOON_TEXT,
    "validTo": "2026-12-25T11:00:00Z",
    "chargingSchedule": {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 4140.3, "numberPhases": 3}
        ],
    },
}
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
FIRMWARE = {
    "location": "https://example.com/fw",
    "retrieveDateTime": NOON_TEXT,
    "installDateTime": NOON_TEXT,
    "signingCertificate": "PEM",
    "signature": "MEUC",
}
OK = ({"status": "Accepted"}, {"status": "accepted"})


@dataclass
class Box:
    """A charge point that is set up, and both ends of its connection."""

    charge_point: ChargePoint
    client: Client

    async def command(self, name: str, **fields: Any) -> Any:
        """Run a command."""
        return await self.charge_point.commands.call(name, **fields)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


async def settled(world: World, client: Client) -> Box:
    """Boot; return when nothing is asked any more."""
    charge_point = world.adopt()
    await client.boot()
    await until(lambda: charge_point.ready and charge_point.link._setup.done())
    client.received.clear()
    return Box(charge_point, client)


@pytest.fixture
async def box(world: World) -> AsyncIterator[Box]:
    """Return a charge point that accepts everything."""
    async with world.client() as client:
        yield await settled(world, client)


@pytest.mark.parametrize(
    ("name", "fields", "action", "payload", "answers"),
    [
        ("clear_cache", {}, "ClearCache", {}, OK),
        (
            "set_charging_profile",
            {"connector_id": 1, "charging_profile": PROFILE},
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": OCPP_PROFILE},
            OK,
        ),
        (
            "set_charging_profile",
            {"connector_id": 0, "charging_profile": OCPP_PROFILE},
            "SetChargingProfile",
            {"connectorId": 0, "csChargingProfiles": OCPP_PROFILE},
            OK,
        ),
        ("clear_charging_profile", {}, "ClearChargingProfile", {}, OK),
        (
            "clear_charging_profile",
            {
                "id": 0,
                "connector_id": 0,
                "charging_profile_purpose": "tx_profile",
                "stack_level": 0,
            },
            "ClearChargingProfile",
            {
                "id": 0,
                "connectorId": 0,
                "chargingProfilePurpose": "TxProfile",
                "stackLevel": 0,
            },
            OK,
        ),
        (
            "get_composite_schedule",
            {"connector_id": 0, "duration": 600, "charging_rate_unit": "a"},
            "GetCompositeSchedule",
            {"connectorId": 0, "duration": 600, "chargingRateUnit": "A"},
            (
                {
                    "status": "Accepted",
                    "connectorId": 0,
                    "scheduleStart": NOON_TEXT,
                    "chargingSchedule": {
                        "duration": 600,
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.5}],
                    },
                },
                {
                    "status": "accepted",
                    "connector_id": 0,
                    "schedule_start": NOON_TEXT,
                    "charging_schedule": {
                        "duration": 600,
                        "charging_rate_unit": "a",
                        "charging_schedule_period": [
                            {"start_period": 0, "limit": 10.5}
                        ],
                    },
                },
            ),
        ),
        (
            "get_local_list_version",
            {},
            "GetLocalListVersion",
            {},
            ({"listVersion": -1}, {"list_version": -1}),
        ),
        (
            "send_local_list",
            {
                "list_version": 3,
                "update_type": "differential",
                "local_authorization_list": [
                    {
                        "id_tag": "A",
                        "id_tag_info": {
                            "status": "concurrent_tx",
                            "parent_id_tag": "P",
                            "expiry_date": NOON,
                        },
                    },
                    {"idTag": "B"},
                ],
            },
            "SendLocalList",
            {
                "listVersion": 3,
                "updateType": "Differential",
                "localAuthorizationList": [
                    {
                        "idTag": "A",
                        "idTagInfo": {
                            "status": "ConcurrentTx",
                            "parentIdTag": "P",
                            "expiryDate": NOON_TEXT,
                        },
                    },
                    {"idTag": "B"},
                ],
            },
            OK,
        ),
        (
            "data_transfer",
            {"vendor_id": "com.example", "message_id": "Light", "data": "on"},
            "DataTransfer",
            {"vendorId": "com.example", "messageId": "Light", "data": "on"},
            (
                {"status": "Accepted", "data": "was off"},
                {"status": "accepted", "data": "was off"},
            ),
        ),
        (
            "reserve_now",
            {
                "connector_id": 1,
                "expiry_date": NOON,
                "id_tag": "A",
                "parent_id_tag": "P",
                "reservation_id": 5,
            },
            "ReserveNow",
            {
                "connectorId": 1,
                "expiryDate": NOON_TEXT,
                "idTag": "A",
                "parentIdTag": "P",
                "reservationId": 5,
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
            "update_firmware",
            {
                "location": "ftp://a:b@10.0.0.1/fw.bin",
                "retrieve_date": NOON,
                "retries": 0,
                "retry_interval": 60,
            },
            "UpdateFirmware",
            {
                "location": "ftp://a:b@10.0.0.1/fw.bin",
                "retrieveDate": NOON_TEXT,
                "retries": 0,
                "retryInterval": 60,
            },
            ({}, {}),
        ),
        (
            "get_diagnostics",
            {
                "location": "https://10.0.0.1:8123/up?key=1",
                "start_time": NOON,
                "stop_time": NOON,
                "retries": 1,
                "retry_interval": 2,
            },
            "GetDiagnostics",
            {
                "location": "https://10.0.0.1:8123/up?key=1",
                "startTime": NOON_TEXT,
                "stopTime": NOON_TEXT,
                "retries": 1,
                "retryInterval": 2,
            },
            ({"fileName": "diag.zip"}, {"file_name": "diag.zip"}),
        ),
        (
            "get_diagnostics",
            {"location": "ftp://10.0.0.1"},
            "GetDiagnostics",
            {"location": "ftp://10.0.0.1"},
            ({}, {}),
        ),
        (
            "extended_trigger_message",
            {"requested_message": "sign_charge_point_certificate"},
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
            OK,
        ),
        (
            "extended_trigger_message",
            {"requested_message": "MeterValues", "connector_id": 1},
            "ExtendedTriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 1},
            OK,
        ),
        (
            "get_log",
            {
                "log_type": "security_log",
                "remote_location": "sftp://10.0.0.1/logs",
                "oldest_timestamp": NOON,
                "latest_timestamp": NOON,
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
                    "latestTimestamp": NOON_TEXT,
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
            "get_log",
            {
                "log_type": "DiagnosticsLog",
                "log": {"remoteLocation": "ftp://10.0.0.1/"},
                "oldest_timestamp": NOON,
                "request_id": 4,
            },
            "GetLog",
            {
                "logType": "DiagnosticsLog",
                "log": {
                    "remoteLocation": "ftp://10.0.0.1/",
                    "oldestTimestamp": NOON_TEXT,
                },
                "requestId": 4,
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
                "request_id": 4,
                "retries": 1,
                "retry_interval": 2,
            },
            "SignedUpdateFirmware",
            {
                "firmware": FIRMWARE,
                "requestId": 4,
                "retries": 1,
                "retryInterval": 2,
            },
            ({"status": "AcceptedCanceled"}, {"status": "accepted_canceled"}),
        ),
        (
            "signed_update_firmware",
            {"firmware": FIRMWARE, "request_id": 4},
            "SignedUpdateFirmware",
            {"firmware": FIRMWARE, "requestId": 4},
            OK,
        ),
        (
            "install_certificate",
            {
                "certificate_type": "manufacturer_root_certificate",
                "certificate": "PEM",
            },
            "InstallCertificate",
            {
                "certificateType": "ManufacturerRootCertificate",
                "certificate": "PEM",
            },
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
            "delete_certificate",
            {"certificate_hash_data": HASH},
            "DeleteCertificate",
            {"certificateHashData": OCPP_HASH},
            OK,
        ),
        (
            "get_installed_certificate_ids",
            {"certificate_type": "central_system_root_certificate"},
            "GetInstalledCertificateIds",
            {"certificateType": "CentralSystemRootCertificate"},
            (
                {"status": "Accepted", "certificateHashData": [OCPP_HASH]},
                {"status": "accepted", "certificate_hash_data": [HASH]},
            ),
        ),
        (
            "get_installed_certificate_ids",
            {"certificate_type": "central_system_root_certificate"},
            "GetInstalledCertificateIds",
            {"certificateType": "CentralSystemRootCertificate"},
            ({"status": "NotFound"}, {"status": "not_found"}),
        ),
        (
            "certificate_signed",
            {"certificate_chain": "PEM"},
            "CertificateSigned",
            {"certificateChain": "PEM"},
            OK,
        ),
    ],
)
async def test_what_is_sent_and_what_comes_back(
    box: Box,
    name: str,
    fields: dict[str, Any],
    action: str,
    payload: Json,
    answers: tuple[Json, Json],
) -> None:
    box.client.answers[action] = answers[0]
    assert await box.command(name, **fields) == answers[1]
    assert box.client.received == [(action, payload)]
    schema = load_schemas().request(action)
    assert schema is not None
    assert schema.problems(payload, formats=True) == []


REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "CancelReservation": ("cancel_reservation", {"reservation_id": 1}),
    "CertificateSigned": ("certificate_signed", {"certificate_chain": "PEM"}),
    "ClearCache": ("clear_cache", {}),
    "ClearChargingProfile": ("clear_charging_profile", {}),
    "DataTransfer": ("data_transfer", {"vendor_id": "V"}),
    "DeleteCertificate": ("delete_certificate", HASH),
    "ExtendedTriggerMessage": (
        "extended_trigger_message",
        {"requested_message": "heartbeat"},
    ),
    "GetCompositeSchedule": (
        "get_composite_schedule",
        {"connector_id": 1, "duration": 1},
    ),
    "GetDiagnostics": ("get_diagnostics", {"location": "ftp://h/"}),
    "GetInstalledCertificateIds": (
        "get_installed_certificate_ids",
        {"certificate_type": "manufacturer_root_certificate"},
    ),
    "GetLocalListVersion": ("get_local_list_version", {}),
    "GetLog": (
        "get_log",
        {"log_type": "security_log", "remote_location": "ftp://h/"},
    ),
    "InstallCertificate": (
        "install_certificate",
        {"certificate_type": "manufacturer_root_certificate", "certificate": "PEM"},
    ),
    "ReserveNow": (
        "reserve_now",
        {"connector_id": 1, "expiry_date": NOON, "id_tag": "A"},
    ),
    "SendLocalList": (
        "send_local_list",
        {"list_version": 1, "update_type": "full", "local_authorization_list": []},
    ),
    "SetChargingProfile": (
        "set_charging_profile",
        {"connector_id": 1, "charging_profile": PROFILE},
    ),
    "SignedUpdateFirmware": ("signed_update_firmware", {"firmware": FIRMWARE}),
    "TriggerMessage": ("trigger_message", {"requested_message": "heartbeat"}),
    "UpdateFirmware": ("update_firmware", {"location": "ftp://h/fw"}),
}


@pytest.mark.parametrize(
    ("action", "status", "told"),
    [
        ("CancelReservation", "Rejected", "rejected"),
        ("CertificateSigned", "Rejected", "rejected"),
        ("ClearCache", "Rejected", "rejected"),
        ("ClearChargingProfile", "Unknown", "unknown"),
        ("DataTransfer", "Rejected", "rejected"),
        ("DataTransfer", "UnknownMessageId", "unknown_message_id"),
        ("DataTransfer", "UnknownVendorId", "unknown_vendor_id"),
        ("DeleteCertificate", "Failed", "failed"),
        ("DeleteCertificate", "NotFound", "not_found"),
        ("ExtendedTriggerMessage", "NotImplemented", "not_implemented"),
        ("ExtendedTriggerMessage", "Rejected", "rejected"),
        ("GetCompositeSchedule", "Rejected", "rejected"),
        ("GetLog", "Rejected", "rejected"),
        ("InstallCertificate", "Failed", "failed"),
        ("InstallCertificate", "Rejected", "rejected"),
        ("ReserveNow", "Faulted", "faulted"),
        ("ReserveNow", "Occupied", "occupied"),
        ("ReserveNow", "Rejected", "rejected"),
        ("ReserveNow", "Unavailable", "unavailable"),
        ("SendLocalList", "Failed", "failed"),
        ("SendLocalList", "NotSupported", "not_supported"),
        ("SendLocalList", "VersionMismatch", "version_mismatch"),
        ("SetChargingProfile", "NotSupported", "not_supported"),
        ("SetChargingProfile", "Rejected", "rejected"),
        ("SignedUpdateFirmware", "InvalidCertificate", "invalid_certificate"),
        ("SignedUpdateFirmware", "Rejected", "rejected"),
        ("SignedUpdateFirmware", "RevokedCertificate", "revoked_certificate"),
    ],
)
async def test_a_refusal_is_raised(
    box: Box, action: str, status: str, told: str
) -> None:
    name, fields = REQUESTS[action]
    box.client.answers[action] = {"status": status}
    with pytest.raises(RefusedError) as err:
        await box.command(name, **fields)
    assert (err.value.action, err.value.status) == (action, told)


@pytest.mark.parametrize(
    ("name", "fields", "field", "problem"),
    [
        (
            "set_charging_profile",
            {
                "connector_id": 0,
                "charging_profile": PROFILE | {"chargingProfilePurpose": "TxProfile"},
            },
            "connector_id",
            "must name a connector for a TxProfile",
        ),
        (
            "set_charging_profile",
            {"connector_id": 1, "charging_profile": {}},
            "charging_profile.charging_profile_id",
            "must not be missing",
        ),
        (
            "set_charging_profile",
            {"connector_id": 1, "charging_profile": PROFILE | {"valid_from": "soon"}},
            "charging_profile.valid_from",
            "must be an RFC 3339 timestamp",
        ),
        (
            "send_local_list",
            {"list_version": 0, "update_type": "full"},
            "list_version",
            "must not be below 1",
        ),
        (
            "send_local_list",
            {
                "list_version": 1,
                "update_type": "full",
                "local_authorization_list": [{"id_tag": "A"}, {"id_tag": "B" * 21}],
            },
            "local_authorization_list.1.id_tag",
            "must not have more than 20 characters",
        ),
        *(
            (name, fields | {member: location}, field, "must be a URI such as")
            for name, fields, member, field in (
                ("update_firmware", {}, "location", "location"),
                ("get_diagnostics", {}, "location", "location"),
                (
                    "get_log",
                    {"log_type": "security_log"},
                    "remote_location",
                    "log.remote_location",
                ),
                (
                    "signed_update_firmware",
                    {"signing_certificate": "PEM", "signature": "S"},
                    "location",
                    "firmware.location",
                ),
            )
            for location in (
                "fw.bin",
                "C:/fw.bin",
                "http://",
                "http:///x",
                "",
                "a://b c",
            )
        ),
        (
            "get_log",
            {"log_type": "security_log"},
            "log.remote_location",
            "must not be missing",
        ),
        (
            "get_log",
            {
                "log_type": "security_log",
                "remote_location": "ftp://a/",
                "log": {"remoteLocation": "ftp://b/"},
            },
            "remote_location",
            "is in log already",
        ),
        (
            "signed_update_firmware",
            {"location": "ftp://a/", "signature": "S"},
            "firmware.signing_certificate",
            "must not be missing",
        ),
        (
            "delete_certificate",
            {"hash_algorithm": "sha256"},
            "certificate_hash_data.issuer_name_hash",
            "must not be missing",
        ),
    ],
)
async def test_what_cannot_be_sent_names_the_field(
    box: Box, name: str, fields: dict[str, Any], field: str, problem: str
) -> None:
    with pytest.raises(InvalidRequestError) as err:
        await box.command(name, **fields)
    assert err.value.field == field
    assert problem in err.value.problem
    assert box.client.received == []


async def test_an_action_of_another_version_is_not_sent(box: Box) -> None:
    with pytest.raises(OtherVersionActionError) as caught:
        await box.command("get_variables", get_variable_data=[])
    assert caught.value.placeholders == {
        "action": "get_variables",
        "version": "1.6",
        "other": "2.0.1",
    }
    assert box.client.received == []


async def test_ids_that_are_not_given_are_new_and_told(box: Box) -> None:
    ids = []
    for action, name in (
        ("ReserveNow", "reservation_id"),
        ("ReserveNow", "reservation_id"),
        ("GetLog", "request_id"),
        ("SignedUpdateFirmware", "request_id"),
    ):
        command, fields = REQUESTS[action]
        answer = await box.command(command, **fields)
        assert answer == {"status": "accepted", name: answer[name]}
        sent_action, payload = box.client.received[-1]
        assert sent_action == action
        ids.append(payload[f"{name.removesuffix('_id')}Id"])
        assert answer[name] == ids[-1]
    assert len(set(ids)) == len(ids)
    assert all(0 < one < 2**31 for one in ids)


@pytest.mark.parametrize(
    ("action", "path"),
    [
        ("UpdateFirmware", ("retrieveDate",)),
        ("SignedUpdateFirmware", ("firmware", "retrieveDateTime")),
    ],
)
async def test_firmware_is_fetched_now_unless_said_otherwise(
    box: Box, action: str, path: tuple[str, ...]
) -> None:
    name = REQUESTS[action][0]
    await box.command(
        name,
        location="ftp://h/fw",
        **{}
        if action == "UpdateFirmware"
        else {"signing_certificate": "PEM", "signature": "S"},
    )
    ((_, sent),) = box.client.received
    for key in path:
        sent = sent[key]
    assert abs(datetime.fromisoformat(sent) - datetime.now(UTC)) < timedelta(minutes=5)


# What a charge point does not know.


def declaring(*profiles: str) -> Json:
    """Return the answer of a charge point that declares these feature profiles."""
    keys = [
        {
            "key": "SupportedFeatureProfiles",
            "readonly": True,
            "value": ",".join(("Core", *profiles)),
        }
    ]
    return {"configurationKey": [*CONFIGURATION["configurationKey"], *keys]}


OPTIONAL = {
    "GetDiagnostics": "FirmwareManagement",
    "UpdateFirmware": "FirmwareManagement",
    "GetLocalListVersion": "LocalAuthListManagement",
    "SendLocalList": "LocalAuthListManagement",
    "CancelReservation": "Reservation",
    "ReserveNow": "Reservation",
    "ClearChargingProfile": "SmartCharging",
    "GetCompositeSchedule": "SmartCharging",
    "SetChargingProfile": "SmartCharging",
}


async def sent_twice(box: Box, action: str, code: str) -> int:
    """Return how often an action is sent that is answered with an error, of two."""
    name, fields = REQUESTS[action]
    box.client.answers[action] = code
    box.client.received.clear()
    for _ in range(2):
        with pytest.raises(NotSupportedError) as err:
            await box.command(name, **fields)
        assert (err.value.action, err.value.code) == (action, code)
    return len(box.client.received)


async def test_what_is_neither_known_nor_declared_is_asked_for_once(
    world: World,
) -> None:
    async with world.client(GetConfiguration=declaring()) as client:
        box = await settled(world, client)
        for action in REQUESTS:
            # The core profile is declared by everyone.
            core = action in {"ClearCache", "DataTransfer", "TriggerMessage"}
            assert await sent_twice(box, action, "NotImplemented") == 1 + core, action


async def test_what_is_not_declared_may_work(world: World) -> None:
    async with world.client(GetConfiguration=declaring()) as client:
        box = await settled(world, client)
        for action in ("SetChargingProfile", "ReserveNow", "GetLog"):
            name, fields = REQUESTS[action]
            for _ in range(2):
                assert (await box.command(name, **fields))["status"] == "accepted"


async def test_what_is_declared_is_always_tried(world: World) -> None:
    profiles = declaring(*sorted(set(OPTIONAL.values())))
    async with world.client(GetConfiguration=profiles) as client:
        box = await settled(world, client)
        for action in OPTIONAL:
            assert await sent_twice(box, action, "NotImplemented") == 2, action


async def test_a_profile_counts_for_its_own_actions(world: World) -> None:
    async with world.client(GetConfiguration=declaring("reservation")) as client:
        box = await settled(world, client)
        for action, profile in OPTIONAL.items():
            times = await sent_twice(box, action, "NotImplemented")
            assert times == (2 if profile == "Reservation" else 1), action


async def test_nothing_is_known_without_a_declaration(box: Box) -> None:
    for action in OPTIONAL:
        assert await sent_twice(box, action, "NotImplemented") == 2, action


async def test_what_is_known_but_not_supported_is_tried_again(world: World) -> None:
    async with world.client(GetConfiguration=declaring()) as client:
        box = await settled(world, client)
        for action in ("SetChargingProfile", "GetLog"):
            assert await sent_twice(box, action, "NotSupported") == 2


async def test_other_errors_say_nothing_of_what_is_supported(box: Box) -> None:
    box.client.answers["GetLog"] = "InternalError"
    name, fields = REQUESTS["GetLog"]
    for _ in range(2):
        with pytest.raises(CallErrorReceivedError) as err:
            await box.command(name, **fields)
        assert not isinstance(err.value, NotSupportedError)
    assert len(box.client.received) == 2


async def test_another_connection_is_asked_anew(world: World) -> None:
    for _ in range(2):
        async with world.client(GetConfiguration=declaring()) as client:
            box = await settled(world, client)
            assert await sent_twice(box, "GetLog", "NotImplemented") == 1


# Configuration.


def answering(*, tells_unknown: bool = True) -> Any:
    """Return the answerer of a charge point that knows Key0 to Key9."""
    known = {f"key{number}": f"Key{number}" for number in range(10)}

    def answer(payload: Json) -> Json:
        asked = payload.get("key") or [*known]
        found = [known[key.lower()] for key in asked if key.lower() in known]
        entries = [{"key": key, "readonly": False, "value": key[-1]} for key in found]
        answer: Json = {"configurationKey": entries}
        if tells_unknown:
            answer["unknownKey"] = [key for key in asked if key.lower() not in known]
        return answer

    return answer


async def test_keys_are_asked_for_in_pieces(world: World) -> None:
    answer = answering()({})
    answer["configurationKey"].append(
        {"key": "GetConfigurationMaxKeys", "readonly": True, "value": "4"}
    )
    async with world.client(GetConfiguration=answer) as client:
        box = await settled(world, client)
        client.answers["GetConfiguration"] = answering()
        answer = await box.command(
            "get_configuration",
            key=[*(f"kEY{number}" for number in range(9)), "KEY1", "None", "NONE"],
        )
    # In its own spelling, each one once, four at a time.
    assert [payload["key"] for _, payload in client.received] == [
        ["Key0", "Key1", "Key2", "Key3"],
        ["Key4", "Key5", "Key6", "Key7"],
        ["Key8", "NONE"],
    ]
    assert answer == {
        "configuration_key": [
            {"key": f"Key{number}", "readonly": False, "value": str(number)}
            for number in range(9)
        ],
        "unknown_key": ["NONE"],
    }


@pytest.mark.parametrize("most", ["", "many", "0", "-1", "12"])
async def test_keys_are_asked_for_at_once_where_no_limit_is_known(
    world: World,
    most: str,
) -> None:
    keys = [{"key": "GetConfigurationMaxKeys", "readonly": True, "value": most}]
    answer = {"configurationKey": keys}
    async with world.client(GetConfiguration=answer) as client:
        box = await settled(world, client)
        wanted = [f"Key{number}" for number in range(12)]
        await box.command("get_configuration", key=wanted)
    assert client.received == [("GetConfiguration", {"key": wanted})]


async def test_keys_that_are_not_mentioned_are_unknown(world: World) -> None:
    answerer = answering(tells_unknown=False)
    async with world.client(GetConfiguration=answerer) as client:
        box = await settled(world, client)
        assert await box.command("get_configuration", key=["key0", "None"]) == {
            "configuration_key": [{"key": "Key0", "readonly": False, "value": "0"}],
            "unknown_key": ["None"],
        }
        answer = await box.command("get_configuration")
        assert answer["unknown_key"] == []
        assert client.received[-1] == ("GetConfiguration", {})
        await box.command("get_configuration", key=[])
        assert client.received[-1] == ("GetConfiguration", {})


@pytest.mark.parametrize(
    ("key", "value", "field", "problem"),
    [
        ("numberofconnectors", "2", "key", "is read-only"),
        ("HeartbeatInterval", "often", "value", "must be a whole number"),
        ("meterValueSampleInterval", "1.5", "value", "must be a whole number"),
        ("WebSocketPingInterval", "", "value", "must be a whole number"),
        ("HeartbeatInterval", "-1", "value", "must be a whole number, not negative"),
        ("LocalPreAuthorize", "1", "value", "must be true or false"),
        ("LocalPreAuthorize", "", "value", "must be true or false"),
        ("MeterValuesSampledData", "x" * 501, "value", "must not have more than 500"),
        ("k" * 51, "x", "key", "must not have more than 50"),
    ],
)
async def test_a_value_that_cannot_be_right_is_not_sent(
    box: Box, key: str, value: str, field: str, problem: str
) -> None:
    with pytest.raises(InvalidRequestError) as err:
        await box.command("change_configuration", key=key, value=value)
    assert err.value.field == field
    assert problem in err.value.problem
    assert box.client.received == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("HeartbeatInterval", "0"),
        ("LocalPreAuthorize", "TRUE"),
        ("LocalPreAuthorize", "false"),
        ("Anything", "else"),
        ("MeterValuesSampledData", ""),
    ],
)
async def test_a_value_that_may_be_right_is_sent(
    box: Box, key: str, value: str
) -> None:
    await box.command("change_configuration", key=key, value=value)
    assert box.client.received[0] == (
        "ChangeConfiguration",
        {"key": key, "value": value},
    )


async def test_a_charge_point_knows_its_own_types_better(world: World) -> None:
    keys = [{"key": "LocalPreAuthorize", "readonly": False, "value": "1"}]
    async with world.client(GetConfiguration={"configurationKey": keys}) as client:
        box = await settled(world, client)
        await box.command("change_configuration", key="localPreAuthorize", value="0")
    # In its own spelling, too.
    assert client.received == [
        ("ChangeConfiguration", {"key": "LocalPreAuthorize", "value": "0"}),
        ("GetConfiguration", {"key": ["LocalPreAuthorize"]}),
    ]
    # It did what it said that it did not do.
    assert configured(box.charge_point, "localpreauthorize") == "1"


@pytest.mark.parametrize("status", ["Accepted", "RebootRequired"])
@pytest.mark.parametrize("key", ["new", "heartbeatinterval"])
async def test_what_was_written_is_read(box: Box, status: str, key: str) -> None:
    """Whether the key was known or not: some make another value of it."""
    box.charge_point.set_configuration(
        [ConfigurationKey(key="HeartbeatInterval", value="60", readonly=False)]
    )
    box.client.answers |= {
        "ChangeConfiguration": {"status": status},
        "GetConfiguration": lambda asked: {
            "configurationKey": [
                {"key": asked["key"][0], "readonly": False, "value": "2"}
            ]
        },
    }
    answer = await box.command("change_configuration", key=key, value="1")
    accepted = status == "Accepted"
    assert answer == {"status": "accepted" if accepted else "reboot_required"}
    assert [action for action, _ in box.client.received] == [
        "ChangeConfiguration",
        "GetConfiguration",
    ]
    assert configured(box.charge_point, key) == "2"


async def test_what_cannot_be_read_has_been_written_all_the_same(box: Box) -> None:
    box.client.answers["GetConfiguration"] = "InternalError"
    answer = await box.command("change_configuration", key="New", value="2")
    assert answer == {"status": "accepted"}


async def test_a_password_is_not_read(box: Box) -> None:
    await box.command("change_configuration", key="AuthorizationKey", value="x" * 20)
    assert [action for action, _ in box.client.received] == ["ChangeConfiguration"]


async def test_a_data_transfer_is_told_to_listeners(box: Box) -> None:
    heard: list[tuple[str, Any]] = []
    box.charge_point.listen(lambda kind, data: heard.append((kind, data)))
    box.client.answers["DataTransfer"] = {"status": "Accepted", "data": "ok"}
    await box.command("data_transfer", vendor_id="V", message_id="M", data="d")
    box.client.answers["DataTransfer"] = {"status": "UnknownVendorId"}
    with pytest.raises(RefusedError):
        await box.command("data_transfer", vendor_id="W")
    await until(lambda: len(heard) == 2)
    assert heard == [
        (
            "data_transfer",
            {
                "direction": "sent",
                "vendor_id": "V",
                "message_id": "M",
                "data": "d",
                "status": "accepted",
                "answer": "ok",
            },
        ),
        (
            "data_transfer",
            {
                "direction": "sent",
                "vendor_id": "W",
                "message_id": None,
                "data": None,
                "status": "unknown_vendor_id",
                "answer": None,
            },
        ),
    ]
