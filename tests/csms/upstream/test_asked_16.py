"""An employer asks in OCPP 1.6: every call gets a valid answer, and no more than that."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import CallErrorReceivedError
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.upstream.model import Role
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.test_central_system import until

from .asked import Asked, asked

LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")

HASHES = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "A1",
    "issuerKeyHash": "A2",
    "serialNumber": "1",
}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
    },
}
FIRMWARE = {
    "location": "https://example.com/new",
    "retrieveDateTime": LATER,
    "signingCertificate": "PEM",
    "signature": "abc",
}

REQUESTS: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservationId": 7},
    "CertificateSigned": {"certificateChain": "PEM"},
    "ChangeAvailability": {"connectorId": 1, "type": "Inoperative"},
    "ChangeConfiguration": {"key": "MeterValueSampleInterval", "value": "30"},
    "DataTransfer": {"vendorId": "Acme", "messageId": "one", "data": "x"},
    "DeleteCertificate": {"certificateHashData": HASHES},
    "ExtendedTriggerMessage": {"requestedMessage": "Heartbeat"},
    "GetConfiguration": {},
    "GetDiagnostics": {"location": "ftp://example.com/x"},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLog": {
        "log": {"remoteLocation": "https://example.com/x"},
        "logType": "SecurityLog",
        "requestId": 4,
    },
    "InstallCertificate": {
        "certificateType": "CentralSystemRootCertificate",
        "certificate": "PEM",
    },
    "RemoteStartTransaction": {"idTag": "THEIRS"},
    "RemoteStopTransaction": {"transactionId": 12},
    "ReserveNow": {
        "connectorId": 1,
        "expiryDate": LATER,
        "idTag": "THEIRS",
        "reservationId": 7,
    },
    "Reset": {"type": "Hard"},
    "SignedUpdateFirmware": {"requestId": 3, "firmware": FIRMWARE},
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {"location": "https://example.com/x", "retrieveDate": LATER},
}

REFUSALS = {
    "CancelReservation": "Rejected",
    "CertificateSigned": "Rejected",
    "ChangeAvailability": "Rejected",
    "DataTransfer": "UnknownVendorId",
    "DeleteCertificate": "Failed",
    "GetInstalledCertificateIds": "NotFound",
    "GetLog": "Rejected",
    "InstallCertificate": "Rejected",
    "RemoteStartTransaction": "Rejected",
    "RemoteStopTransaction": "Rejected",
    "ReserveNow": "Rejected",
    "Reset": "Rejected",
    "SignedUpdateFirmware": "Rejected",
    "UnlockConnector": "NotSupported",
}

BROKEN: list[tuple[str, Any, str]] = [
    ("Reset", {}, "OccurenceConstraintViolation"),
    ("Reset", {"type": "Firm"}, "PropertyConstraintViolation"),
    ("Reset", {"type": 5}, "TypeConstraintViolation"),
    ("Reset", {"type": "Soft", "more": 1}, "FormationViolation"),
    ("Reset", [], "FormationViolation"),
    ("Reset", "Soft", "FormationViolation"),
    ("RemoteStartTransaction", {"idTag": "T" * 21}, "PropertyConstraintViolation"),
    (
        "ReserveNow",
        {**REQUESTS["ReserveNow"], "expiryDate": "tomorrow"},
        "PropertyConstraintViolation",
    ),
    (
        "UpdateFirmware",
        {"location": "x", "retrieveDate": "never"},
        "PropertyConstraintViolation",
    ),
    ("GetConfiguration", {"key": ["x" * 51]}, "PropertyConstraintViolation"),
    ("GetConfiguration", {"key": "x"}, "TypeConstraintViolation"),
    ("TriggerMessage", {"requestedMessage": "Joke"}, "PropertyConstraintViolation"),
    ("BootNotification", {}, "NotSupported"),
    ("StartTransaction", {}, "NotSupported"),
    ("RequestStartTransaction", {}, "NotImplemented"),
    ("X" * 300, {}, "NotImplemented"),
]


def check(action: str, answer: Any) -> None:
    """Assert that an answer is one of the specification."""
    schema = load_schemas().response(action)
    assert schema is not None
    assert not schema.problems(answer, formats=True), (action, answer)


async def test_without_a_role_everything_is_refused_and_nothing_reaches_the_charger() -> (
    None
):
    async with asked() as one:
        before = len(one.charger.received)
        for action, payload in REQUESTS.items():
            answer = await one.ask(action, **payload)
            check(action, answer)
            if action in REFUSALS:
                assert answer["status"] == REFUSALS[action], action
        assert len(one.charger.received) == before
        assert not one.wishes
        # 1.6 has no status in the answers to these.
        theirs = one.theirs
        await until(lambda: theirs.firmware_status == "download_failed")
        await until(lambda: theirs.diagnostics_status == "upload_failed")


async def test_a_malformed_call_gets_the_right_code_and_the_connection_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asked(roles=frozenset(Role)) as one:
        for action, payload, code in BROKEN:
            with pytest.raises(CallErrorReceivedError) as error:
                await raw(one, action, payload)
            assert error.value.code == code, (action, payload)
        assert (await one.ask("GetConfiguration", key=["NumberOfConnectors"]))[
            "configurationKey"
        ][0]["value"] == "1"
        assert one.station.connected
    assert "Traceback" not in caplog.text


async def raw(one: Asked, action: str, payload: Any) -> Any:
    """Send any payload."""
    link = one.theirs.link
    connection: Any = getattr(link, "connection")  # noqa: B009
    return await connection.call(action, payload)


async def value(one: Asked, key: str) -> str | None:
    """Return the value of a configuration key as the employer sees it."""
    answer = await one.ask("GetConfiguration", key=[key])
    check("GetConfiguration", answer)
    (found,) = answer["configurationKey"] or [{}]
    told: str | None = found.get("value")
    return told


async def test_the_configuration_is_read_from_our_model() -> None:
    async with asked(roles=frozenset({Role.START_STOP})) as one:
        before = len(one.charger.received)
        answer = await one.ask("GetConfiguration")
        keys = {item["key"]: item for item in answer["configurationKey"]}
        for key in (
            "AuthorizeRemoteTxRequests",
            "ClockAlignedDataInterval",
            "ConnectionTimeOut",
            "ConnectorPhaseRotation",
            "GetConfigurationMaxKeys",
            "HeartbeatInterval",
            "LocalAuthorizeOffline",
            "LocalPreAuthorize",
            "MeterValuesAlignedData",
            "MeterValuesSampledData",
            "MeterValueSampleInterval",
            "NumberOfConnectors",
            "ResetRetries",
            "StopTransactionOnEVSideDisconnect",
            "StopTransactionOnInvalidId",
            "StopTxnAlignedData",
            "StopTxnSampledData",
            "SupportedFeatureProfiles",
            "TransactionMessageAttempts",
            "TransactionMessageRetryInterval",
            "UnlockConnectorOnEVSideDisconnect",
        ):
            assert "value" in keys[key], key
        assert keys["NumberOfConnectors"] == {
            "key": "NumberOfConnectors",
            "readonly": True,
            "value": "1",
        }
        assert "Reservation" in keys["SupportedFeatureProfiles"]["value"]
        assert "SmartCharging" not in keys["SupportedFeatureProfiles"]["value"]
        assert "AuthorizationKey" not in keys
        asked_for = await one.ask(
            "GetConfiguration",
            key=["numberofconnectors", "Nonsense", "AuthorizationKey"],
        )
        assert asked_for["unknownKey"] == ["Nonsense", "AuthorizationKey"]
        assert len(one.charger.received) == before


@pytest.mark.parametrize(
    ("key", "wanted", "status"),
    [
        ("MeterValueSampleInterval", "17", "Accepted"),
        ("metervaluesampleinterval", " 18 ", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("MeterValueSampleInterval", "often", "Rejected"),
        ("MeterValueSampleInterval", "99999999999", "Rejected"),
        ("ClockAlignedDataInterval", "900", "Accepted"),
        ("MeterValuesSampledData", "Power.Active.Import,Voltage", "Accepted"),
        ("MeterValuesSampledData", "Power.Active.Import,Mood", "Rejected"),
        ("StopTxnSampledData", "Energy.Active.Import.Register", "Accepted"),
        ("StopTxnSampledData", "Voltage", "Rejected"),
        ("HeartbeatInterval", "77", "Accepted"),
        ("WebSocketPingInterval", "20", "Accepted"),
        ("WebSocketPingInterval", "1", "Rejected"),
        ("NumberOfConnectors", "4", "Rejected"),
        ("AuthorizationKey", "0123456789abcdef", "Rejected"),
        ("SecurityProfile", "0", "Rejected"),
        ("CentralSystemURL", "ws://evil.example", "NotSupported"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_a_setting_is_kept_for_the_upstream_alone(
    key: str, wanted: str, status: str
) -> None:
    async with asked(roles=frozenset({Role.CONFIGURE})) as one:
        before = len(one.charger.received)
        kept = await value(one, key)
        answer = await one.ask("ChangeConfiguration", key=key, value=wanted)
        assert answer == {"status": status}
        after = await value(one, key)
        assert after == (wanted.strip() if status == "Accepted" else kept)
        assert len(one.charger.received) == before
        assert not one.wishes


def sent(one: Asked, action: str) -> list[Any]:
    """Return the payloads that the employer was sent."""
    return [
        json.loads(text)[3]
        for _, direction, text in one.station.frames
        if direction == "out" and f'"{action}"' in text
    ]


async def test_values_come_as_the_upstream_wants_them() -> None:
    async with asked() as one:
        for key, wanted in (
            ("MeterValueSampleInterval", "1"),
            ("MeterValuesSampledData", "Power.Active.Import"),
            ("StopTxnSampledData", "Energy.Active.Import.Register"),
        ):
            answer = await one.ask("ChangeConfiguration", key=key, value=wanted)
            assert answer == {"status": "Accepted"}
        assert one.station.speech.sampling.interval == 1
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "TAG1")
        await until(lambda: one.pair.told)

        def values() -> list[Any]:
            found = sent(one, "MeterValues")
            return [payload for payload in found if "transactionId" in payload]

        async def enough() -> None:
            while not values():
                one.charger.connector(1).meter.register_wh += 10
                await one.charger.send_meter_values()

        await enough()
        samples = values()[0]["meterValue"][0]["sampledValue"]
        assert {one["measurand"] for one in samples} == {"Power.Active.Import"}
        one.charger.stop_transaction(one.charger.connector(1), "Local")
        await until(lambda: sent(one, "StopTransaction"))
        stop = sent(one, "StopTransaction")[0]
        begin, end = stop["transactionData"]
        assert begin["sampledValue"][0]["context"] == "Transaction.Begin"
        assert float(end["sampledValue"][0]["value"]) == pytest.approx(
            stop["meterStop"], abs=1
        )


async def test_messages_are_triggered_and_tell_what_is_true() -> None:
    async with asked() as one:
        ours, theirs = one.ours, one.theirs
        boots = theirs.boots
        for message, status in (
            ("BootNotification", "Accepted"),
            ("StatusNotification", "Accepted"),
            ("FirmwareStatusNotification", "Accepted"),
            ("DiagnosticsStatusNotification", "Accepted"),
            ("Heartbeat", "Accepted"),
            ("MeterValues", "Accepted"),
        ):
            answer = await one.ask("TriggerMessage", requestedMessage=message)
            assert answer == {"status": status}, message
        await until(lambda: theirs.boots > boots)
        await until(lambda: theirs.firmware_status == "idle")
        await until(lambda: theirs.diagnostics_status == "idle")
        assert await one.ask(
            "TriggerMessage", requestedMessage="StatusNotification", connectorId=9
        ) == {"status": "Rejected"}
        assert await one.ask(
            "ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate"
        ) == {"status": "NotImplemented"}
        await one.charger.plug(1)
        one.charger.start_transaction(one.charger.connector(1), "TAG1")
        await until(lambda: one.pair.told)
        await one.charger.send_meter_values()
        running = ours.connectors[1].transaction
        assert running is not None
        await one.ask("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
        await until(lambda: one.pair.told[0].register_wh is not None)
        assert theirs.connectors[1].status is not ConnectorStatus.FAULTED


async def test_values_by_the_clock_come_without_a_session_too() -> None:
    async with asked() as one:
        await one.charger.send_meter_values()
        await until(lambda: one.ours.connectors[1].measurements)

        def values() -> list[Any]:
            return [
                sample
                for payload in sent(one, "MeterValues")
                for sample in payload["meterValue"][0]["sampledValue"]
                if sample["context"] == "Sample.Clock"
            ]

        for key, wanted in (
            ("MeterValuesAlignedData", "Voltage"),
            ("ClockAlignedDataInterval", "1"),
        ):
            answer = await one.ask("ChangeConfiguration", key=key, value=wanted)
            assert answer == {"status": "Accepted"}
        await until(values)
        assert {sample["measurand"] for sample in values()} == {"Voltage"}
        answer = await one.ask(
            "ChangeConfiguration", key="ClockAlignedDataInterval", value="0"
        )
        assert one.station._by_clock._timer is None
