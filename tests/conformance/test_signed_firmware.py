"""The log of what concerns security, and firmware that bears a signature."""

from .cases import case
from .charge_point import ChargePoint, at
from .home import Home
from .pki import Authority

NUMBER = 23
LOCATION = "https://files.example/firmware.bin"
UPLOAD = "https://files.example/logs/"
TIME = "2030-01-02T03:04:05Z"


@case("TC_079_CSMS", "Get the security log")
async def test_security_log(home: Home, cp: ChargePoint) -> None:
    cp.answers["GetLog"] = {"status": "Accepted", "filename": "security.log"}
    answer = await home.act(
        "get_log", log_type="security_log", remote_location=UPLOAD, request_id=NUMBER
    )
    assert answer["status"] == "accepted"
    assert answer["filename"] == "security.log"
    assert cp.asked("GetLog") == [
        {
            "logType": "SecurityLog",
            "requestId": NUMBER,
            "log": {"remoteLocation": UPLOAD},
        }
    ]
    for status in ("Uploading", "Uploaded"):
        told = await cp.call("LogStatusNotification", status=status, requestId=NUMBER)
        assert told == {}
        await home.shows("sensor", "diagnostics_status", status.lower())


async def _update(home: Home, cp: ChargePoint) -> None:
    cp.answers["SignedUpdateFirmware"] = {"status": "Accepted"}
    certificate = Authority().pem
    answer = await home.act(
        "signed_update_firmware",
        location=LOCATION,
        retrieve_date_time=TIME,
        signing_certificate=certificate,
        signature="c2lnbmF0dXJl",
        request_id=NUMBER,
    )
    assert answer["status"] == "accepted"
    assert cp.asked("SignedUpdateFirmware") == [
        {
            "requestId": NUMBER,
            "firmware": {
                "location": LOCATION,
                "retrieveDateTime": TIME,
                "signingCertificate": certificate,
                "signature": "c2lnbmF0dXJl",
            },
        }
    ]


async def _status(home: Home, cp: ChargePoint, status: str, shown: str) -> None:
    told = await cp.call(
        "SignedFirmwareStatusNotification", status=status, requestId=NUMBER
    )
    assert told == {}
    await home.shows("sensor", "firmware_status", shown)


@case("TC_080_CSMS", "Secure firmware update")
async def test_secure_update(home: Home, cp: ChargePoint) -> None:
    await _update(home, cp)
    await _status(home, cp, "Downloading", "downloading")
    await _status(home, cp, "Downloaded", "downloaded")
    await _status(home, cp, "SignatureVerified", "signature_verified")
    await cp.statuses("Unavailable")
    await home.shows_status("unavailable")
    await _status(home, cp, "Installing", "installing")
    await _status(home, cp, "InstallRebooting", "install_rebooting")
    await cp.disconnect()
    await home.is_connected(False)
    await cp.connect()
    assert (await cp.boot())["status"] == "Accepted"
    told = await cp.call(
        "SecurityEventNotification", type="FirmwareUpdated", timestamp=at()
    )
    assert told == {}
    await home.shows_event("security", "firmware_updated")
    await cp.statuses()
    await home.shows_status("available")
    await _status(home, cp, "Installed", "installed")


@case("TC_081_CSMS", "Secure firmware update, invalid signature")
async def test_invalid_signature(home: Home, cp: ChargePoint) -> None:
    await _update(home, cp)
    await _status(home, cp, "Downloading", "downloading")
    await _status(home, cp, "Downloaded", "downloaded")
    await _status(home, cp, "InvalidSignature", "invalid_signature")
    await home.shows_status("available")
