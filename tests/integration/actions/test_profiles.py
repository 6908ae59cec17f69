"""Actions beyond the core profile: what reaches the charger, and what comes back."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulator import CallError, Generic
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    OCPP_PROFILE,
    PROFILE,
    Call,
    fixture_call,
    fixture_device_id,
    fixture_one,
    fixture_subentries,
    fixture_two,
    key_of,
)

NOON = datetime(2099, 12, 24, 12, 0, tzinfo=UTC)
NOON_TEXT = "2099-12-24T12:00:00Z"
MAX_PROFILE = PROFILE | {"charging_profile_purpose": "charge_point_max_profile"}
OCPP_MAX_PROFILE = OCPP_PROFILE | {"chargingProfilePurpose": "ChargePointMaxProfile"}
DEFAULT_PROFILE = PROFILE | {
    "charging_profile_purpose": "tx_default_profile",
    "charging_profile_kind": "absolute",
}
OCPP_DEFAULT_PROFILE = OCPP_PROFILE | {
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
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
ACCEPTED = {"status": "Accepted"}


def answer(charger: Generic, action: str, payload: dict[str, Any]) -> None:
    """Let the charger answer an action with this."""
    charger._handlers = {**charger._handlers, action: lambda _self, _payload: payload}


@pytest.mark.parametrize(
    ("action", "data", "ocpp_action", "payload"),
    [
        ("clear_cache", {}, "ClearCache", {}),
        (
            "data_transfer",
            {"vendor_id": "V", "message_id": 5, "data": {"on": True, "ä": [1]}},
            "DataTransfer",
            {"vendorId": "V", "messageId": "5", "data": '{"on":true,"ä":[1]}'},
        ),
        (
            "data_transfer",
            {"vendor_id": "V", "data": ""},
            "DataTransfer",
            {"vendorId": "V", "data": ""},
        ),
        (
            "set_charging_profile",
            {"charging_profile": DEFAULT_PROFILE},
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": OCPP_DEFAULT_PROFILE},
        ),
        (
            "set_charging_profile",
            {"connector_id": 0, "charging_profile": OCPP_DEFAULT_PROFILE},
            "SetChargingProfile",
            {"connectorId": 0, "csChargingProfiles": OCPP_DEFAULT_PROFILE},
        ),
        (
            "set_charging_profile",
            {"charging_profile": MAX_PROFILE},
            "SetChargingProfile",
            {"connectorId": 0, "csChargingProfiles": OCPP_MAX_PROFILE},
        ),
        (
            "set_charging_profile",
            {"charging_profile": OCPP_MAX_PROFILE},
            "SetChargingProfile",
            {"connectorId": 0, "csChargingProfiles": OCPP_MAX_PROFILE},
        ),
        ("clear_charging_profile", {}, "ClearChargingProfile", {}),
        (
            "clear_charging_profile",
            {
                "connector_id": 0,
                "charging_profile_purpose": "TxProfile",
                "stack_level": "2",
            },
            "ClearChargingProfile",
            {"connectorId": 0, "chargingProfilePurpose": "TxProfile", "stackLevel": 2},
        ),
        ("clear_charging_profile", {"id": -3}, "ClearChargingProfile", {"id": -3}),
        (
            "get_composite_schedule",
            {"duration": 60},
            "GetCompositeSchedule",
            {"connectorId": 1, "duration": 60},
        ),
        (
            "get_composite_schedule",
            {"duration": 60.0, "connector_id": 0, "charging_rate_unit": "W"},
            "GetCompositeSchedule",
            {"connectorId": 0, "duration": 60, "chargingRateUnit": "W"},
        ),
        (
            "send_local_list",
            {
                "list_version": 2,
                "update_type": "full",
                "local_authorization_list": {
                    "id_tag": "A",
                    "id_tag_info": {"status": "accepted"},
                },
            },
            "SendLocalList",
            {
                "listVersion": 2,
                "updateType": "Full",
                "localAuthorizationList": [
                    {"idTag": "A", "idTagInfo": {"status": "Accepted"}}
                ],
            },
        ),
        (
            "send_local_list",
            {
                "list_version": 2,
                "update_type": "differential",
                "local_authorization_list": [],
            },
            "SendLocalList",
            {
                "listVersion": 2,
                "updateType": "Differential",
                "localAuthorizationList": [],
            },
        ),
        (
            "reserve_now",
            {
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
        ),
        (
            "cancel_reservation",
            {"reservation_id": 5},
            "CancelReservation",
            {"reservationId": 5},
        ),
        (
            "update_firmware",
            {
                "location": "ftp://10.0.0.1/fw",
                # A time without an offset is Home Assistant's.
                "retrieve_date": "2099-12-24 04:00:00",
                "retries": 3,
                "retry_interval": 60,
            },
            "UpdateFirmware",
            {
                "location": "ftp://10.0.0.1/fw",
                "retrieveDate": NOON_TEXT,
                "retries": 3,
                "retryInterval": 60,
            },
        ),
        (
            "get_diagnostics",
            {
                "location": "ftp://10.0.0.1/",
                "start_time": "2099-12-24T13:00:00+01:00",
                "stop_time": NOON,
            },
            "GetDiagnostics",
            {
                "location": "ftp://10.0.0.1/",
                "startTime": NOON_TEXT,
                "stopTime": NOON_TEXT,
            },
        ),
        (
            "extended_trigger_message",
            {"requested_message": "LogStatusNotification"},
            "ExtendedTriggerMessage",
            {"requestedMessage": "LogStatusNotification"},
        ),
        (
            "get_log",
            {
                "log_type": "security_log",
                "remote_location": "ftp://10.0.0.1/",
                "latest_timestamp": NOON,
                "request_id": 8,
            },
            "GetLog",
            {
                "logType": "SecurityLog",
                "log": {
                    "remoteLocation": "ftp://10.0.0.1/",
                    "latestTimestamp": NOON_TEXT,
                },
                "requestId": 8,
            },
        ),
        (
            "signed_update_firmware",
            {
                "location": "ftp://10.0.0.1/fw",
                "retrieve_date_time": NOON,
                "install_date_time": NOON,
                "signing_certificate": "-----BEGIN CERTIFICATE-----\nM",
                "signature": "S",
                "request_id": 8,
            },
            "SignedUpdateFirmware",
            {
                "firmware": {
                    "location": "ftp://10.0.0.1/fw",
                    "retrieveDateTime": NOON_TEXT,
                    "installDateTime": NOON_TEXT,
                    "signingCertificate": "-----BEGIN CERTIFICATE-----\nM",
                    "signature": "S",
                },
                "requestId": 8,
            },
        ),
        (
            "install_certificate",
            {
                "certificate_type": "central_system_root_certificate",
                "certificate": "PEM",
            },
            "InstallCertificate",
            {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM"},
        ),
        (
            "delete_certificate",
            {"certificate_hash_data": HASH},
            "DeleteCertificate",
            {"certificateHashData": OCPP_HASH},
        ),
        (
            "delete_certificate",
            HASH | {"hash_algorithm": "SHA256"},
            "DeleteCertificate",
            {"certificateHashData": OCPP_HASH},
        ),
        (
            "certificate_signed",
            {"certificate_chain": "PEM"},
            "CertificateSigned",
            {"certificateChain": "PEM"},
        ),
    ],
)
async def test_an_action_sends_what_it_says(
    one: Generic,
    call: Call,
    action: str,
    data: dict[str, Any],
    ocpp_action: str,
    payload: dict[str, Any],
) -> None:
    # These two have no status.
    plain = ocpp_action in {"GetDiagnostics", "UpdateFirmware"}
    answer(one, ocpp_action, {} if plain else ACCEPTED)
    assert await call(action, **data) == ({} if plain else {"status": "accepted"})
    assert one.received == [(ocpp_action, payload)]


async def test_certificates_are_listed_and_deleted(one: Generic, call: Call) -> None:
    """What the list says can be handed on."""
    answer(
        one,
        "GetInstalledCertificateIds",
        {"status": "Accepted", "certificateHashData": [OCPP_HASH]},
    )
    kind = {"certificate_type": "manufacturer_root_certificate"}
    found = await call("get_installed_certificate_ids", **kind)
    assert found == {"status": "accepted", "certificate_hash_data": [HASH]}
    answer(one, "DeleteCertificate", ACCEPTED)
    await call(
        "delete_certificate", certificate_hash_data=found["certificate_hash_data"][0]
    )
    assert one.calls("DeleteCertificate") == [{"certificateHashData": OCPP_HASH}]
    answer(one, "GetInstalledCertificateIds", {"status": "NotFound"})
    found = await call("get_installed_certificate_ids", **kind)
    assert found == {"status": "not_found"}


async def test_a_reservation_is_made_and_cancelled(one: Generic, call: Call) -> None:
    made = await call("reserve_now", expiry_date=NOON, id_tag="A")
    assert made == {"status": "accepted", "reservation_id": made["reservation_id"]}
    assert one.calls("ReserveNow")[0]["reservationId"] == made["reservation_id"]
    cancel = {"reservation_id": made["reservation_id"]}
    assert await call("cancel_reservation", **cancel) == {"status": "accepted"}
    with pytest.raises(HomeAssistantError) as err:
        await call("cancel_reservation", **cancel)
    assert str(err.value) == (
        "Garage refused CancelReservation: Rejected. "
        "It has no such reservation (any more)"
    )


async def test_a_list_is_sent_and_its_version_read(one: Generic, call: Call) -> None:
    one.configuration.change("LocalAuthListEnabled", "true")
    await call(
        "send_local_list",
        list_version=4,
        update_type="full",
        local_authorization_list=[
            {"id_tag": "A", "id_tag_info": {"status": "accepted"}}
        ],
    )
    assert one.local_list == {"A": {"status": "Accepted"}}
    assert await call("get_local_list_version") == {"list_version": 4}
    with pytest.raises(HomeAssistantError) as err:
        await call(
            "send_local_list",
            list_version=4,
            update_type="differential",
            local_authorization_list=[],
        )
    assert str(err.value).startswith("Garage refused SendLocalList: VersionMismatch")


async def test_a_schedule_is_set_read_and_cleared(one: Generic, call: Call) -> None:
    timed = {"start_schedule": datetime(2020, 1, 1, tzinfo=UTC)}
    profile = DEFAULT_PROFILE | {
        "charging_schedule": DEFAULT_PROFILE["charging_schedule"] | timed
    }
    await call("set_charging_profile", charging_profile=profile)
    schedule = await call("get_composite_schedule", duration=60, charging_rate_unit="a")
    assert schedule["status"] == "accepted"
    assert schedule["charging_schedule"]["charging_rate_unit"] == "a"
    (period,) = schedule["charging_schedule"]["charging_schedule_period"]
    assert (period["start_period"], period["limit"]) == (0, 10.5)
    assert await call("clear_charging_profile", id=1) == {"status": "accepted"}
    with pytest.raises(HomeAssistantError) as err:
        await call("clear_charging_profile", id=1)
    assert str(err.value) == "Garage refused ClearChargingProfile: Unknown"


@pytest.mark.parametrize(
    ("device", "action", "data", "ocpp_action", "connector"),
    [
        (
            "CP2",
            "set_charging_profile",
            {"charging_profile": DEFAULT_PROFILE},
            "SetChargingProfile",
            0,
        ),
        (
            "CP2/2",
            "set_charging_profile",
            {"charging_profile": DEFAULT_PROFILE},
            "SetChargingProfile",
            2,
        ),
        # What the whole charger may draw is not a connector's affair.
        (
            "CP2/2",
            "set_charging_profile",
            {"charging_profile": MAX_PROFILE},
            "SetChargingProfile",
            0,
        ),
        ("CP2", "get_composite_schedule", {"duration": 1}, "GetCompositeSchedule", 0),
        ("CP2/2", "get_composite_schedule", {"duration": 1}, "GetCompositeSchedule", 2),
        (
            "CP2",
            "reserve_now",
            {"expiry_date": NOON, "id_tag": "A"},
            "ReserveNow",
            0,
        ),
        (
            "CP2/1",
            "reserve_now",
            {"expiry_date": NOON, "id_tag": "A"},
            "ReserveNow",
            1,
        ),
        ("CP2", "clear_charging_profile", {}, "ClearChargingProfile", None),
        ("CP2/2", "clear_charging_profile", {}, "ClearChargingProfile", 2),
        # An id alone decides.
        ("CP2/2", "clear_charging_profile", {"id": 1}, "ClearChargingProfile", None),
        (
            "CP2/2",
            "extended_trigger_message",
            {"requested_message": "heartbeat"},
            "ExtendedTriggerMessage",
            None,
        ),
        (
            "CP2/2",
            "extended_trigger_message",
            {"requested_message": "meter_values"},
            "ExtendedTriggerMessage",
            2,
        ),
    ],
)
async def test_a_connector_is_found(
    two: Generic,
    call: Call,
    device: str,
    action: str,
    data: dict[str, Any],
    ocpp_action: str,
    connector: int | None,
) -> None:
    answer(two, ocpp_action, ACCEPTED)
    await call(action, device, **data)
    assert [sent.get("connectorId") for _, sent in two.received] == [connector]


@pytest.mark.parametrize(
    ("action", "data", "key", "words"),
    [
        ("reserve_now", {"id_tag": "A"}, "field_missing", ["expiry_date"]),
        *(
            (
                "reserve_now",
                {"id_tag": "A", "expiry_date": value},
                "field_not_time",
                ["expiry_date must be a date and time"],
            )
            for value in (
                "tomorrow",
                "",
                5,
                [NOON],
                "2026-02-30 10:00",
                "9999-12-31 23:59:59",
                "0001-01-01T00:00:00+23:00",
            )
        ),
        (
            "data_transfer",
            {"vendor_id": "V", "data": {"a": {1, 2}}},
            "field_not_json",
            ["data must be"],
        ),
        ("data_transfer", {"vendor_id": "V" * 256}, "field_not_text", ["255"]),
        (
            "send_local_list",
            {"list_version": 0, "update_type": "full"},
            "field_not_number",
            ["list_version", "1"],
        ),
        (
            "send_local_list",
            {
                "list_version": 1,
                "update_type": "full",
                "local_authorization_list": ["A"],
            },
            "field_not_object",
            ["local_authorization_list"],
        ),
        (
            "send_local_list",
            {
                "list_version": 1,
                "update_type": "full",
                "local_authorization_list": [{"id_tag_info": {"status": "accepted"}}],
            },
            "invalid_request",
            ["SendLocalList", "local_authorization_list.0.id_tag"],
        ),
        (
            "get_composite_schedule",
            {"duration": 0},
            "field_not_number",
            ["duration", "1"],
        ),
        (
            "get_composite_schedule",
            {"duration": 1, "charging_rate_unit": "kW"},
            "field_not_option",
            ["charging_rate_unit", "a, w"],
        ),
        (
            "set_charging_profile",
            {"connector_id": 0, "charging_profile": PROFILE},
            "invalid_request",
            ["SetChargingProfile", "connector_id: must name a connector"],
        ),
        ("set_charging_profile", {}, "field_missing", ["charging_profile"]),
        (
            "update_firmware",
            {"location": "firmware.bin"},
            "field_not_uri",
            ["location must be a full address"],
        ),
        (
            "get_log",
            {"log_type": "security_log", "log": {"remoteLocation": "ftp:///logs"}},
            "field_not_uri",
            ["log.remote_location must be a full address"],
        ),
        (
            "get_diagnostics",
            {"location": "gopher://h/"},
            "field_not_uri",
            ["location must be a full address"],
        ),
        (
            "install_certificate",
            {
                "certificate_type": "manufacturer_root_certificate",
                "certificate": "x" * 10001,
            },
            "field_not_text",
            ["certificate", "10000"],
        ),
        (
            "change_configuration",
            {"key": "NumberOfConnectors", "value": 2},
            "invalid_read_only",
            ["ChangeConfiguration", "key: the charger says", "read-only"],
        ),
        (
            "change_configuration",
            {"key": "HeartbeatInterval", "value": "often"},
            "invalid_integer",
            ["value: ", "must be a whole number"],
        ),
        (
            "change_configuration",
            {"key": "localPreAuthorize", "value": "perhaps"},
            "invalid_boolean",
            ["value: ", "must be true or false"],
        ),
    ],
)
async def test_a_bad_field_is_named(
    one: Generic,
    call: Call,
    action: str,
    data: dict[str, Any],
    key: str,
    words: list[str],
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await call(action, **data)
    assert key_of(err.value) == f"ocpp_cs.{key}"
    for word in words:
        assert word in str(err.value)
    assert one.received == []


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
async def test_what_a_charger_cannot_do_is_told(
    one: Generic, call: Call, code: str
) -> None:
    def handler(_self: Generic, _payload: dict[str, Any]) -> dict[str, Any]:
        raise CallError(code, "no idea")

    one._handlers = {**one._handlers, "GetLog": handler}
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as err:
            await call(
                "get_log", log_type="security_log", remote_location="ftp://h/logs"
            )
        assert not isinstance(err.value, ServiceValidationError)
        assert key_of(err.value) == "ocpp_cs.not_supported"
        assert str(err.value) == f"Garage does not support GetLog: {code}: no idea"
    # It is not asked again for what it does not know.
    assert len(one.received) == (1 if code == "NotImplemented" else 2)
