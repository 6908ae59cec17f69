"""Firmware, certificates, logs, customers' information, vendors' data (L, M, N, P)."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.ocpp_cs.hub import Hub
from tests.conformance.charge_point import Json, at
from tests.conformance.home import Home
from tests.conformance.pki import Authority
from tests.conformance.tags import VALID

from .cases import case, cases
from .conftest import is_ready
from .station import ACCEPTED, Station, Visit, reading, sampled, token

# Firmware.

LOCATION = "https://files.example/firmware.bin"
LATER = "2030-01-02T03:04:05Z"
NOW = "2026-01-02T03:04:05Z"
REQUEST = 23


async def _update(
    home: Home,
    station: Station,
    status: str = "Accepted",
    *,
    request: int = REQUEST,
    retrieve: str = NOW,
    install: str | None = None,
) -> None:
    """Ask for a signed update; the station answers with `status`."""
    station.answers["UpdateFirmware"] = {"status": status}
    certificate = Authority().pem
    fields: Json = {
        "location": LOCATION,
        "retrieve_date_time": retrieve,
        "signing_certificate": certificate,
        "signature": "c2lnbmF0dXJl",
        "request_id": request,
    }
    at_that_time = {}
    if install is not None:
        fields["install_date_time"] = install
        at_that_time = {"installDateTime": install}
    if status.startswith("Accepted"):
        answer = await home.act("signed_update_firmware", **fields)
        assert answer["status"].startswith("accepted")
    else:
        with home.told(f"Garage refused UpdateFirmware: {status}"):
            await home.act("signed_update_firmware", **fields)
    assert station.asked("UpdateFirmware")[-1] == {
        "requestId": request,
        "firmware": {
            "location": LOCATION,
            "retrieveDateTime": retrieve,
            "signingCertificate": certificate,
            "signature": "c2lnbmF0dXJl",
            **at_that_time,
        },
    }


SHOWN = {
    "Downloading": "downloading",
    "Downloaded": "downloaded",
    "DownloadFailed": "download_failed",
    "DownloadScheduled": "download_scheduled",
    "SignatureVerified": "signature_verified",
    "InvalidSignature": "invalid_signature",
    "Installing": "installing",
    "InstallRebooting": "install_rebooting",
    "InstallScheduled": "install_scheduled",
    "InstallVerificationFailed": "install_verification_failed",
    "InstallationFailed": "installation_failed",
    "Installed": "installed",
}

LOADED = ("Downloading", "Downloaded", "SignatureVerified")


async def _tells(
    home: Home, station: Station, *statuses: str, request: int = REQUEST
) -> None:
    """Tell how it goes with the firmware."""
    for status in statuses:
        told = await station.call(
            "FirmwareStatusNotification", status=status, requestId=request
        )
        assert told == {}
        await home.shows("sensor", "firmware_status", SHOWN[status])


async def _installs(
    home: Home, hub: Hub, station: Station, end: str = "Installed", **more: int
) -> None:
    """Boot from the new firmware."""
    await _tells(home, station, "Installing", "InstallRebooting", **more)
    await station.disconnect()
    await home.is_connected(False)
    await station.connect()
    await station.booted("FirmwareUpdate")
    await is_ready(home, hub)
    await _tells(home, station, end, **more)
    await home.shows_status("available")


@cases(
    "L_01",
    "L_02",
    "L_03",
    "L_09",
    before=[
        LOADED,
        (*LOADED, "InstallScheduled"),
        ("DownloadScheduled", *LOADED),
        LOADED,
    ],
    times=[{}, {"install": LATER}, {"retrieve": LATER}, {}],
    end=["Installed", "Installed", "Installed", "InstallationFailed"],
)
async def test_update(
    home: Home,
    hub: Hub,
    station: Station,
    number: str,
    before: tuple[str, ...],
    times: dict[str, str],
    end: str,
) -> None:
    await _update(home, station, **times)
    await _tells(home, station, *before)
    await _installs(home, hub, station, end)


@cases("L_04", "L_05", status=["RevokedCertificate", "InvalidCertificate"])
async def test_certificate_is_refused(
    home: Home, station: Station, number: str, status: str
) -> None:
    await _update(home, station, status)
    if number == "L_05":
        await _security_event(
            home,
            station,
            "InvalidFirmwareSigningCertificate",
            "invalid_firmware_signing_certificate",
        )


@cases(
    "L_06",
    "L_07",
    "L_08",
    told=[
        ("Downloading", "Downloaded", "InvalidSignature"),
        ("Downloading", "DownloadFailed"),
        (*LOADED, "Installing", "InstallVerificationFailed"),
    ],
)
async def test_update_fails(
    home: Home, station: Station, number: str, told: tuple[str, ...]
) -> None:
    await _update(home, station)
    await _tells(home, station, *told)
    if number == "L_06":
        await _security_event(
            home, station, "InvalidFirmwareSignature", "invalid_firmware_signature"
        )


@case("L_10")
async def test_update_is_replaced(home: Home, hub: Hub, station: Station) -> None:
    await _update(home, station)
    await _tells(home, station, "Downloading")
    await _update(home, station, "AcceptedCanceled", request=24)
    await _tells(home, station, *LOADED, request=24)
    await _installs(home, hub, station, request=24)


@case("L_11")
async def test_update_goes_on(home: Home, hub: Hub, station: Station) -> None:
    await _update(home, station)
    await _tells(home, station, "Downloading")
    await _update(home, station, "Rejected", request=24)
    await _tells(home, station, "Downloaded", "SignatureVerified")
    await _installs(home, hub, station)


@case("L_13")
@pytest.mark.parametrize("evses", [2])
async def test_update_waits(home: Home, hub: Hub, visit: Visit) -> None:
    station = visit.station
    await _update(home, station)
    await _tells(home, station, "DownloadScheduled")
    await station.status("Unavailable", 2)
    await home.shows_status("unavailable", 2)
    await home.shows_charging("on")
    await visit.finish()
    await _tells(home, station, *LOADED)
    await _installs(home, hub, station)
    assert (await home.session())["energy_wh"] == 7200


async def _security_event(home: Home, station: Station, name: str, shown: str) -> None:
    answer = await station.call("SecurityEventNotification", type=name, timestamp=at())
    assert answer == {}
    await home.shows_event("security", shown)


# Certificates.

ROOT, MANUFACTURER = "CSMSRootCertificate", "ManufacturerRootCertificate"
V2G, MOBILITY = "V2GRootCertificate", "MORootCertificate"
CHAIN = "V2GCertificateChain"
WORDS = {
    ROOT: "central_system_root_certificate",
    MANUFACTURER: "manufacturer_root_certificate",
    V2G: "v2g_root_certificate",
    MOBILITY: "mo_root_certificate",
    CHAIN: "v2g_certificate_chain",
}


def _installed(kind: str, algorithm: str = "SHA256") -> Json:
    return {
        "certificateType": kind,
        "certificateHashData": Authority().hash_data(algorithm),
    }


async def _install(
    home: Home, station: Station, kind: str, status: str = "Accepted"
) -> None:
    station.answers["InstallCertificate"] = {"status": status}
    certificate = Authority().pem
    fields = {"certificate_type": WORDS[kind], "certificate": certificate}
    if status == "Accepted":
        assert (await home.act("install_certificate", **fields))["status"] == "accepted"
    else:
        with home.told(f"Garage refused InstallCertificate: {status}"):
            await home.act("install_certificate", **fields)
    assert station.asked("InstallCertificate")[-1] == {
        "certificateType": kind,
        "certificate": certificate,
    }


async def _listed(home: Home, station: Station, kind: str | None) -> Any:
    """List the certificates of a kind; return the answer."""
    fields = {} if kind is None else {"certificate_type": WORDS[kind]}
    answer = await home.act("get_installed_certificate_ids", **fields)
    asked = {} if kind is None else {"certificateType": [kind]}
    assert station.asked("GetInstalledCertificateIds")[-1] == asked
    return answer


def _hashes(answer: Any) -> list[Json]:
    return [
        one["certificate_hash_data"] for one in answer["certificate_hash_data_chain"]
    ]


def _user(hash_data: dict[str, str]) -> Json:
    return {
        "hash_algorithm": hash_data["hashAlgorithm"].lower(),
        "issuer_name_hash": hash_data["issuerNameHash"],
        "issuer_key_hash": hash_data["issuerKeyHash"],
        "serial_number": hash_data["serialNumber"],
    }


@cases(
    *("M_01", "M_02", "M_05", "M_03", "M_04"),
    kind=[ROOT, MANUFACTURER, ROOT, V2G, MOBILITY],
    status=["Accepted", "Accepted", "Failed", "Accepted", "Accepted"],
)
async def test_install(
    home: Home, station: Station, number: str, kind: str, status: str
) -> None:
    await _install(home, station, kind, status)


@cases(
    *("M_13", "M_18", "M_14", "M_15", "M_16"),
    kind=[MANUFACTURER, None, V2G, CHAIN, MOBILITY],
)
async def test_list(
    home: Home, station: Station, number: str, kind: str | None
) -> None:
    kinds = (ROOT, MANUFACTURER) if kind is None else (kind,)
    chain = [_installed(one) for one in kinds]
    station.answers["GetInstalledCertificateIds"] = {
        "status": "Accepted",
        "certificateHashDataChain": chain,
    }
    if kind == CHAIN:
        # M03.FR.05: with the authorities between it and the root.
        chain[0]["childCertificateHashData"] = [Authority().hash_data("SHA256")]
    answer = await _listed(home, station, kind)
    assert _hashes(answer) == [_user(one["certificateHashData"]) for one in chain]
    if kind == CHAIN:
        (told,) = answer["certificate_hash_data_chain"]
        (child,) = chain[0]["childCertificateHashData"]
        assert told["child_certificate_hash_data"] == [_user(child)]


@case("M_19")
async def test_none_to_list(home: Home, station: Station) -> None:
    station.answers["GetInstalledCertificateIds"] = {"status": "NotFound"}
    assert (await _listed(home, station, MANUFACTURER))["status"] == "not_found"


@cases("M_20", "M_21", status=["Accepted", "Failed"])
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_delete(
    home: Home, station: Station, number: str, status: str, algorithm: str
) -> None:
    await _install(home, station, ROOT)
    there = _installed(ROOT, algorithm)
    station.answers |= {
        "GetInstalledCertificateIds": {
            "status": "Accepted",
            "certificateHashDataChain": [there],
        },
        "DeleteCertificate": {"status": status},
    }
    (found,) = _hashes(await _listed(home, station, ROOT))
    if status == "Accepted":
        answer = await home.act("delete_certificate", certificate_hash_data=found)
        assert answer["status"] == "accepted"
    else:
        with home.told("Garage refused DeleteCertificate: Failed"):
            await home.act("delete_certificate", certificate_hash_data=found)
    assert station.asked("DeleteCertificate") == [
        {"certificateHashData": there["certificateHashData"]}
    ]


# Logs.

UPLOAD = "https://files.example/logs/"


async def _get_log(
    home: Home,
    station: Station,
    kind: str = "DiagnosticsLog",
    status: str = "Accepted",
    request: int = REQUEST,
) -> None:
    station.answers["GetLog"] = {"status": status}
    words = {"DiagnosticsLog": "diagnostics_log", "SecurityLog": "security_log"}
    fields = {
        "log_type": words[kind],
        "remote_location": UPLOAD,
        "request_id": request,
    }
    if status.startswith("Accepted"):
        answer = await home.act("get_log", **fields)
        assert answer["status"].startswith("accepted")
    else:
        with home.told(f"Garage refused GetLog: {status}"):
            await home.act("get_log", **fields)
    assert station.asked("GetLog")[-1] == {
        "logType": kind,
        "requestId": request,
        "log": {"remoteLocation": UPLOAD},
    }


async def _log_status(
    home: Home, station: Station, status: str, shown: str, request: int = REQUEST
) -> None:
    told = await station.call("LogStatusNotification", status=status, requestId=request)
    assert told == {}
    await home.shows("sensor", "diagnostics_status", shown)


@cases("N_25", "N_35", kind=["DiagnosticsLog", "SecurityLog"])
async def test_log(home: Home, station: Station, number: str, kind: str) -> None:
    await _get_log(home, station, kind)
    await _log_status(home, station, "Uploading", "uploading")
    await _log_status(home, station, "Uploaded", "uploaded")


@case("N_34")
async def test_log_refused(home: Home, station: Station) -> None:
    await _get_log(home, station, status="Rejected")


@case("N_36")
async def test_second_log(home: Home, station: Station) -> None:
    await _get_log(home, station)
    await _log_status(home, station, "Uploading", "uploading")
    await _get_log(home, station, status="AcceptedCanceled", request=24)
    await _log_status(home, station, "AcceptedCanceled", "uploading")
    await _log_status(home, station, "Uploading", "uploading", request=24)
    await _log_status(home, station, "Uploaded", "uploaded", request=24)


# What is stored about customers.


def _customer(station: Station, data: str) -> Any:
    """Answer CustomerInformation, and send what there is in two pieces."""
    half = len(data) // 2

    def answer(request: Json) -> Json:
        async def notify() -> None:
            for number, piece in enumerate((data[:half], data[half:])):
                answer = await station.call(
                    "NotifyCustomerInformation",
                    requestId=request["requestId"],
                    generatedAt=at(),
                    seqNo=number,
                    tbc=number == 0,
                    data=piece,
                )
                assert answer == {}

        station.soon(notify)
        return ACCEPTED

    return answer


@cases(
    *("N_27", "N_28", "N_30", "N_31", "N_32", "N_62", "N_63"),
    report=[True, True, True, True, False, True, True],
    clear=[False, False, True, True, True, True, True],
    data=["Anna was here", "", "Anna was here", "", "", "OCA was here", "A contract"],
)
async def test_customer(
    home: Home, station: Station, number: str, report: bool, clear: bool, data: str
) -> None:
    station.answers["CustomerInformation"] = _customer(station, data)
    who: Json = {"id_tag": VALID}
    named: Json = {"idToken": token(VALID)}
    if number == "N_62":
        who = {"customer_identifier": "OpenChargeAlliance"}
        named = {"customerIdentifier": "OpenChargeAlliance"}
    elif number == "N_63":
        hashes = Authority().hash_data("SHA256")
        who = {"customer_certificate": _user(hashes)}
        named = {"customerCertificate": hashes}
    told = await home.act("customer_information", report=report, clear=clear, **who)
    assert told["status"] == "accepted"
    (asked,) = station.asked("CustomerInformation")
    assert asked.pop("requestId") >= 0
    assert asked == {"report": report, "clear": clear, **named}
    assert (told["data"], told["complete"]) == (data, True)


@case("N_29")
async def test_customer_refused(home: Home, station: Station) -> None:
    station.answers["CustomerInformation"] = {"status": "Rejected"}
    with home.told("Garage refused CustomerInformation: Rejected"):
        await home.act("customer_information", id_tag=VALID, report=True)
    (asked,) = station.asked("CustomerInformation")
    assert (asked["report"], asked["idToken"]) == (True, token(VALID))


# Vendors' data.


@case("P_02")
async def test_data_transfer(home: Home, station: Station) -> None:
    events = async_capture_events(home.hass, "ocpp_cs_event")
    answer = await station.call(
        "DataTransfer", vendorId="com.example", messageId="Hello", data={"a": [1]}
    )
    assert answer == {"status": "UnknownVendorId"}
    # It is nothing to the central system, but maybe to an automation.
    await home.hass.async_block_till_done()
    (event,) = events
    assert event.data["type"] == "data_transfer"
    assert event.data["data"]["vendor_id"] == "com.example"
    assert event.data["data"]["data"] == {"a": [1]}


@case("P_03")
async def test_custom_data(home: Home, station: Station) -> None:
    custom = {"vendorId": "com.example", "colour": {"name": "blue"}}
    answer = await station.call(
        "StatusNotification",
        timestamp=at(),
        connectorStatus="Occupied",
        evseId=1,
        connectorId=1,
        customData=custom,
    )
    assert answer == {}
    await home.shows_status("preparing")
    visit = station.visit()
    answer = await visit.event(
        "Started",
        "Authorized",
        "Charging",
        id_token=VALID,
        customData=custom,
        info={"customData": custom},
        values=[reading(sampled(1000, "Transaction.Begin"))],
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await home.shows_charging("on")
