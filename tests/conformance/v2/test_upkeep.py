"""Firmware, certificates, logs, customers' information, vendors' data (L, M, N, P)."""

from typing import Any

from custom_components.ocpp_cs.hub import Hub
from tests.conformance.charge_point import Json, at
from tests.conformance.home import Home
from tests.conformance.pki import Authority
from tests.conformance.tags import VALID

from .cases import case
from .conftest import is_ready
from .station import ACCEPTED, Station, reading, sampled

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


async def _security_event(home: Home, station: Station, name: str, shown: str) -> None:
    answer = await station.call("SecurityEventNotification", type=name, timestamp=at())
    assert answer == {}
    await home.shows_event("security", shown)


# Certificates.

ROOT, MANUFACTURER = "CSMSRootCertificate", "ManufacturerRootCertificate"
WORDS = {
    ROOT: "central_system_root_certificate",
    MANUFACTURER: "manufacturer_root_certificate",
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


# Vendors' data.


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
