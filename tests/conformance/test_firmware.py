"""Firmware that is loaded and installed, diagnostics that are uploaded."""

from datetime import datetime

from .cases import case
from .charge_point import ChargePoint
from .home import Home

LOCATION = "ftp://files.example/firmware.bin"
UPLOAD = "ftp://files.example/uploads/"


async def _update(home: Home, cp: ChargePoint) -> None:
    cp.answers["UpdateFirmware"] = {}
    await home.act(
        "update_firmware",
        location=LOCATION,
        retrieve_date="2030-01-02T03:04:05Z",
        retries=2,
        retry_interval=60,
    )
    assert cp.asked("UpdateFirmware") == [
        {
            "location": LOCATION,
            "retrieveDate": "2030-01-02T03:04:05Z",
            "retries": 2,
            "retryInterval": 60,
        }
    ]


async def _firmware(home: Home, cp: ChargePoint, status: str, shown: str) -> None:
    assert await cp.call("FirmwareStatusNotification", status=status) == {}
    await home.shows("sensor", "firmware_status", shown)


async def _diagnostics(home: Home, cp: ChargePoint, status: str, shown: str) -> None:
    assert await cp.call("DiagnosticsStatusNotification", status=status) == {}
    await home.shows("sensor", "diagnostics_status", shown)


async def _install(home: Home, cp: ChargePoint) -> None:
    """Load the firmware, and boot from it."""
    await _firmware(home, cp, "Downloading", "downloading")
    await _firmware(home, cp, "Downloaded", "downloaded")
    await cp.statuses("Unavailable")
    await home.shows_status("unavailable")
    await home.shows("switch", "1/available", "off")
    await _firmware(home, cp, "Installing", "installing")
    await cp.disconnect()
    await home.is_connected(False)
    await cp.connect()
    assert (await cp.boot())["status"] == "Accepted"
    await cp.statuses()
    await home.shows_status("available")
    await home.shows("switch", "1/available", "on")


@case("TC_044_1_CSMS", "Firmware update, download and install")
async def test_download_and_install(home: Home, cp: ChargePoint) -> None:
    await _update(home, cp)
    await _install(home, cp)
    await _firmware(home, cp, "Installed", "installed")


@case("TC_044_2_CSMS", "Firmware update, download failed")
async def test_download_failed(home: Home, cp: ChargePoint) -> None:
    await _update(home, cp)
    await _firmware(home, cp, "Downloading", "downloading")
    await _firmware(home, cp, "DownloadFailed", "download_failed")
    await home.shows_status("available")


@case("TC_044_3_CSMS", "Firmware update, installation failed")
async def test_installation_failed(home: Home, cp: ChargePoint) -> None:
    await _update(home, cp)
    await _install(home, cp)
    await _firmware(home, cp, "InstallationFailed", "installation_failed")


async def _ask_for_diagnostics(home: Home, cp: ChargePoint) -> None:
    cp.answers["GetDiagnostics"] = {"fileName": "diagnostics.zip"}
    answer = await home.act(
        "get_diagnostics",
        location=UPLOAD,
        start_time="2026-10-01T00:00:00Z",
        stop_time="2026-10-02T00:00:00Z",
        retries=2,
        retry_interval=60,
    )
    assert answer["file_name"] == "diagnostics.zip"
    (asked,) = cp.asked("GetDiagnostics")
    assert datetime.fromisoformat(asked.pop("startTime")).day == 1
    assert datetime.fromisoformat(asked.pop("stopTime")).day == 2
    assert asked == {"location": UPLOAD, "retries": 2, "retryInterval": 60}


@case("TC_045_1_CSMS", "Get diagnostics")
async def test_diagnostics(home: Home, cp: ChargePoint) -> None:
    await _ask_for_diagnostics(home, cp)
    await _diagnostics(home, cp, "Uploading", "uploading")
    await _diagnostics(home, cp, "Uploaded", "uploaded")


@case("TC_045_2_CSMS", "Get diagnostics, upload failed")
async def test_upload_failed(home: Home, cp: ChargePoint) -> None:
    await _ask_for_diagnostics(home, cp)
    await _diagnostics(home, cp, "Uploading", "uploading")
    await _diagnostics(home, cp, "UploadFailed", "upload_failed")
