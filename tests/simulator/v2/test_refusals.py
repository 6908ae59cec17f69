"""What the station refuses of a CSMS that does not keep to the specification."""

import asyncio
from typing import Any

import pytest

from simulator.clock import Clock
from simulator.errors import CallError
from simulator.v2.profiles import problem
from simulator.v2.station import ChargingStation
from simulator.v2.tokens import Token

type Json = dict[str, Any]

CARD = {"idToken": "ANNA", "type": "ISO14443"}
INFO = {"idToken": CARD, "idTokenInfo": {"status": "Accepted"}}
FIRMWARE = {
    "location": "http://127.0.0.1/a",
    "retrieveDateTime": "2026-01-01T00:00:00Z",
}


@pytest.fixture
async def station() -> ChargingStation:
    """Return a station that is not connected."""
    return ChargingStation(
        "ws://127.0.0.1:1", "CP1", plugs=(1, 2), version="2.1", seed=1
    )


def ask(station: ChargingStation, action: str, **payload: Any) -> Any:
    """Return what the station answers to a call."""
    return station.handlers[action](payload)


def name(component: str, variable: str, **more: Any) -> Json:
    """Return an item of GetVariables or SetVariables."""
    return {"component": {"name": component}, "variable": {"name": variable}, **more}


@pytest.mark.parametrize(
    ("action", "payload", "status"),
    [
        ("RequestStartTransaction", {"evseId": 9}, "Rejected"),
        (
            "RequestStartTransaction",
            {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "X"}},
            "Rejected",
        ),
        (
            "RequestStartTransaction",
            {"chargingProfile": {"chargingProfilePurpose": "TxProfile", "id": 1}},
            "Rejected",
        ),
        ("RequestStopTransaction", {"transactionId": "none"}, "Rejected"),
        ("Reset", {"type": "Immediate", "evseId": 9}, "Rejected"),
        ("Reset", {"type": "ImmediateAndResume"}, "Rejected"),
        (
            "ChangeAvailability",
            {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 7}},
            "Rejected",
        ),
        ("ReserveNow", {"id": 1, "evseId": 9}, "Rejected"),
        ("DataTransfer", {"vendorId": "Acme"}, "UnknownVendorId"),
        (
            "CustomerInformation",
            {"report": False, "clear": False, "idToken": CARD},
            "Rejected",
        ),
        ("GetBaseReport", {"reportBase": "AllOfIt"}, "NotSupported"),
        ("GetReport", {"componentCriteria": ["Problem"]}, "EmptyResultSet"),
        (
            "UpdateFirmware",
            {"firmware": FIRMWARE | {"signingCertificate": "none"}},
            "InvalidCertificate",
        ),
        (
            "SendLocalList",
            {
                "versionNumber": 1,
                "updateType": "Full",
                "localAuthorizationList": [INFO],
            },
            "Accepted",
        ),
    ],
)
async def test_what_is_answered(
    station: ChargingStation, action: str, payload: Json, status: str
) -> None:
    common = {"requestId": 1, "remoteStartId": 1, "idToken": CARD}
    answer = ask(station, action, **(common | payload))
    assert answer["status"] == status
    await station.stop()


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Reset", {"type": "Later"}),
        ("ChangeAvailability", {"operationalStatus": "Maybe"}),
        ("DataTransfer", {"vendorId": ""}),
        ("SendLocalList", {"versionNumber": 0, "updateType": "Full"}),
        (
            "SendLocalList",
            {
                "versionNumber": 1,
                "updateType": "Full",
                "localAuthorizationList": [INFO, INFO],
            },
        ),
        (
            "SendLocalList",
            {
                "versionNumber": 1,
                "updateType": "Full",
                "localAuthorizationList": [{"idToken": CARD}],
            },
        ),
        (
            "SetVariables",
            {"setVariableData": [name("AuthCtrlr", "Enabled", attributeValue=True)]},
        ),
        ("GetVariables", {"getVariableData": [name("AuthCtrlr", "Enabled")] * 21}),
        (
            "SetVariables",
            {"setVariableData": [name("A", "B", attributeValue="x" * 20_000)]},
        ),
    ],
)
async def test_what_is_an_error(
    station: ChargingStation, action: str, payload: Json
) -> None:
    with pytest.raises((CallError, TypeError, ValueError)):
        ask(station, action, **payload)


async def test_reports_on_nobody(station: ChargingStation) -> None:
    asked = {"requestId": 1, "report": True, "clear": False}
    assert ask(station, "CustomerInformation", **asked) == {"status": "Invalid"}


@pytest.mark.parametrize(
    ("fault", "more", "ends"),
    [
        ("download_fails", {}, "DownloadFailed"),
        ("installation_fails", {}, "InstallationFailed"),
        ("installation_fails", {"signature": "x"}, "InvalidSignature"),
    ],
)
async def test_firmware_that_is_not_installed(
    station: ChargingStation, fault: str, more: Json, ends: str
) -> None:
    station.clock = Clock(1000.0)
    station.faults.set(fault)
    firmware = FIRMWARE | more
    asked = {"requestId": 7, "firmware": firmware}
    assert ask(station, "UpdateFirmware", **asked) == {"status": "Accepted"}
    async with asyncio.timeout(60):
        while station.upkeep.firmware_status()["status"] != ends:
            await asyncio.sleep(0.01)
    assert station.upkeep.firmware_status() == {"status": ends, "requestId": 7}
    await station.stop()


async def test_the_newer_of_two_files_counts(station: ChargingStation) -> None:
    later = FIRMWARE | {"retrieveDateTime": "2099-01-01T00:00:00Z"}
    asked = {"requestId": 7, "firmware": later}
    assert ask(station, "UpdateFirmware", **asked) == {"status": "Accepted"}
    again = ask(station, "UpdateFirmware", **(asked | {"requestId": 8}))
    assert again == {"status": "AcceptedCanceled"}
    station.faults.set("nothing_to_upload")
    log = {"log": {"remoteLocation": "http://127.0.0.1:1/"}, "logType": "SecurityLog"}
    assert ask(station, "GetLog", requestId=1, **log) == {"status": "Rejected"}
    station.faults.nothing_to_upload = False
    assert ask(station, "GetLog", requestId=1, **log)["status"] == "Accepted"
    assert ask(station, "GetLog", requestId=2, **log)["status"] == "AcceptedCanceled"
    await station.stop()


async def test_lists_and_caches_that_are_off(station: ChargingStation) -> None:
    put = station.model.put
    station.tokens.remember(Token.of(CARD), {"status": "Accepted"})
    assert station.tokens.known(Token.of(CARD)) == {"status": "Accepted"}
    old = {"status": "Accepted", "cacheExpiryDateTime": "2020-01-01T00:00:00Z"}
    station.tokens.remember(Token.of(CARD), old)
    assert (station.tokens.known(Token.of(CARD)) or {})["status"] == "Expired"
    put("AuthCacheCtrlr", "Enabled", False)
    assert station.tokens.known(Token.of(CARD)) is None
    assert ask(station, "ClearCache") == {"status": "Rejected"}
    # Without a connection only what is known counts, or what the owner lets in.
    assert (await station.tokens.authorize(Token.of(CARD)))["status"] != "Accepted"
    put("AuthCtrlr", "OfflineTxForUnknownIdEnabled", True)
    assert (await station.tokens.authorize(Token.of(CARD)))["status"] == "Accepted"
    put("AuthCtrlr", "Enabled", False)
    assert (await station.tokens.authorize(Token.of(CARD)))["status"] == "Accepted"
    put("LocalAuthListCtrlr", "Enabled", False)
    assert ask(station, "GetLocalListVersion") == {"versionNumber": 0}
    full = {"versionNumber": 2, "updateType": "Full"}
    assert ask(station, "SendLocalList", **full) == {"status": "Failed"}


async def test_differences_of_the_local_list(station: ChargingStation) -> None:
    def send(version: int, *entries: Json) -> str:
        answer = ask(
            station,
            "SendLocalList",
            versionNumber=version,
            updateType="Differential",
            localAuthorizationList=list(entries),
        )
        return str(answer["status"])

    assert send(3, INFO) == "Accepted"
    assert send(3, INFO) == "VersionMismatch"
    assert send(4, {"idToken": CARD}) == "Accepted"
    assert not station.tokens.local_list


async def test_variables_that_cannot_be_read_or_written(
    station: ChargingStation,
) -> None:
    def read(item: Json) -> str:
        (result,) = ask(station, "GetVariables", getVariableData=[item])[
            "getVariableResult"
        ]
        return str(result["attributeStatus"])

    def write(item: Json) -> str:
        (result,) = ask(station, "SetVariables", setVariableData=[item])[
            "setVariableResult"
        ]
        return str(result["attributeStatus"])

    enabled = name("AuthCtrlr", "Enabled")
    assert read(enabled) == "Accepted"
    assert read(enabled | {"attributeType": "Target"}) == "NotSupportedAttributeType"
    assert read(name("AuthCtrlr", "Nothing")) == "UnknownVariable"
    assert read(name("Nothing", "Nothing")) == "UnknownComponent"
    assert read(name("ClockCtrlr", "DateTime")) == "Accepted"
    assert read(name("SecurityCtrlr", "BasicAuthPassword")) == "Rejected"
    value = {"attributeValue": "maybe"}
    assert write(enabled | value) == "Rejected"
    assert write(enabled | value | {"attributeType": "MinSet"}) == (
        "NotSupportedAttributeType"
    )
    assert write(name("ChargingStation", "Model") | value) == "Rejected"
    assert write(enabled | {"attributeValue": "false"}) == "Accepted"


PROFILE: Json = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
}
SCHEDULE: Json = {
    "id": 1,
    "startSchedule": "2026-01-01T00:00:00Z",
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
}


@pytest.mark.parametrize(
    ("differs", "of_schedule"),
    [
        ({"chargingProfilePurpose": "Other"}, {}),
        ({"chargingProfileKind": "Other"}, {}),
        ({"chargingProfileKind": "Recurring"}, {}),
        ({"chargingProfileKind": "Relative"}, {}),
        ({"chargingProfileKind": "Dynamic"}, {"chargingSchedulePeriod": []}),
        (
            {"chargingProfileKind": "Dynamic"},
            {
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 6.0},
                    {"startPeriod": 9, "limit": 6.0},
                ]
            },
        ),
        ({"dynUpdateInterval": 9}, {}),
        ({"validFrom": "2026-01-01T00:00:00"}, {}),
        ({"validFrom": "now"}, {}),
        ({"id": "x"}, {}),
        ({}, {"chargingRateUnit": "V"}),
        ({}, {"chargingSchedulePeriod": [{"startPeriod": 1, "limit": 6.0}]}),
        ({}, {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": -1.0}]}),
        ({}, {"chargingSchedulePeriod": [{"startPeriod": 0}]}),
        (
            {},
            {
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 6.0, "numberPhases": 4}
                ]
            },
        ),
    ],
)
def test_profiles_that_are_wrong_in_themselves(
    differs: Json, of_schedule: Json
) -> None:
    assert problem(PROFILE | {"chargingSchedule": [SCHEDULE]}) is None
    schedules = [SCHEDULE | of_schedule]
    assert problem(PROFILE | {"chargingSchedule": schedules} | differs) is not None
    assert problem(PROFILE | {"chargingSchedule": []}) is not None


CONNECTION: Json = {
    "ocppTransport": "JSON",
    "securityProfile": 1,
    "ocppCsmsUrl": "ws://127.0.0.1:1",
    "messageTimeout": 30,
    "ocppInterface": "Wired0",
}


@pytest.mark.parametrize(
    ("slot", "differs"),
    [
        (9, {}),
        (2, {"ocppTransport": "SOAP"}),
        (2, {"ocppVersion": "OCPP16"}),
        (2, {"securityProfile": 7}),
        (1, {}),
    ],
)
async def test_network_profiles_that_are_refused(
    station: ChargingStation, slot: int, differs: Json
) -> None:
    def send(slot: int, connection: Json) -> str:
        answer = ask(
            station,
            "SetNetworkProfile",
            configurationSlot=slot,
            connectionData=connection,
        )
        return str(answer["status"])

    assert send(slot, CONNECTION | differs) == "Rejected"
    assert send(3, CONNECTION) == "Accepted"
    assert station.security.problem_of_priority("a,b") is not None
    assert station.security.problem_of_priority("4") is not None
    # Its profile needs a password, which nobody has set.
    assert station.security.problem_of_priority("3") is not None
    assert station.security.problem_of_priority("1") is None


async def test_certificates_that_are_none(station: ChargingStation) -> None:
    root = {"certificateType": "CSMSRootCertificate", "certificate": "none"}
    answer = ask(station, "InstallCertificate", **root)
    assert answer["statusInfo"]["reasonCode"] == "InvalidCertificate"
    other = {"certificateType": "Other", "certificate": "none"}
    assert ask(station, "InstallCertificate", **other) == {"status": "Rejected"}
    # None was asked for.
    answer = ask(station, "CertificateSigned", certificateChain="none")
    assert answer["status"] == "Rejected"
    assert ask(station, "GetInstalledCertificateIds")["status"] == "NotFound"
    gone = {"hashAlgorithm": "SHA256", "serialNumber": "1"} | dict.fromkeys(
        ("issuerNameHash", "issuerKeyHash"), "a"
    )
    answer = ask(station, "DeleteCertificate", certificateHashData=gone)
    assert answer == {"status": "NotFound"}
