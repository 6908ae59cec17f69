"""Firmware, diagnostics and logs of a station of OCPP 2.0.1, followed to their end."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.csms.v2.station import V2Station
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
)
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.stations import connected_station
from tests.integration.helpers.uploads import (  # noqa: F401 - pytest looks for fixtures here
    Files,
    fixture_base_url,
    fixture_enable_http_server,
    fixture_events,
    fixture_files,
    fixture_session,
    issue,
)

type Json = dict[str, Any]


@pytest.fixture
async def station(
    hass: HomeAssistant,
    base_url: str,
    setup_integration: MockConfigEntry,
    server_url: str,
) -> AsyncIterator[V2Station]:
    """Return a station that is set up."""
    async with connected_station(hass, setup_integration, server_url) as station:
        yield station


async def log_status(station: V2Station, status: str, request_id: int) -> None:
    """Tell the status of an upload."""
    told = {"status": status, "requestId": request_id}
    assert await station.call("LogStatusNotification", told) == {}


@pytest.mark.parametrize(
    ("action", "data", "log_type"),
    [
        ("get_diagnostics", {}, "DiagnosticsLog"),
        ("get_log", {"log_type": "security_log"}, "SecurityLog"),
    ],
)
@pytest.mark.parametrize("file_name", ["log.txt", None])
async def test_a_log_comes_to_home_assistant(
    hass: HomeAssistant,
    station: V2Station,
    call: Call,
    session: aiohttp.ClientSession,
    files: Files,
    events: list[Event[Json]],
    action: str,
    data: Json,
    log_type: str,
    file_name: str | None,
) -> None:
    """It is offered an address; some tell no name and upload all the same."""
    told: Json = {"status": "Accepted"}
    if file_name is not None:
        told["filename"] = file_name
    station.answers["GetLog"] = told
    answer = await call(action, **data)
    ((_, sent),) = station.received
    assert sent["logType"] == log_type
    assert sent["log"]["remoteLocation"] == answer["location"]
    assert sent["requestId"] == answer["request_id"]
    await log_status(station, "Uploading", sent["requestId"])
    assert value_of(hass, "CP1/diagnostics_status") == "uploading"
    async with session.put(answer["location"], data=b"lines") as response:
        assert response.status == 200
    await log_status(station, "Uploaded", sent["requestId"])
    await wait_for(hass, lambda: len(files()) == 1)
    assert value_of(hass, "CP1/diagnostics_status") == "uploaded"
    (event,) = [one for one in events if one.data["type"] == "upload_received"]
    assert event.data["data"]["action"] == action


async def test_a_failed_upload_is_a_repair_of_its_own_request(
    hass: HomeAssistant, station: V2Station, call: Call, entry: MockConfigEntry
) -> None:
    """The end of an upload that was replaced is none of the new one."""
    first = await call("get_diagnostics")
    station.answers["GetLog"] = {"status": "AcceptedCanceled", "filename": "b"}
    second = await call("get_diagnostics")
    await log_status(station, "AcceptedCanceled", first["request_id"])
    await log_status(station, "UploadFailure", first["request_id"])
    await hass.async_block_till_done()
    assert issue(hass, "diagnostics_failed", entry) is None
    await log_status(station, "PermissionDenied", second["request_id"])
    await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))
    await log_status(station, "Uploading", second["request_id"])
    await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry) is None)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("update_firmware", {}),
        (
            "signed_update_firmware",
            {"signing_certificate": "PEM", "signature": "MEUC"},
        ),
    ],
)
async def test_an_update_is_followed(
    hass: HomeAssistant,
    station: V2Station,
    call: Call,
    entry: MockConfigEntry,
    action: str,
    data: Json,
) -> None:
    """Its status is shown, and a failure is a repair until the next try."""
    answer = await call(action, location="https://example.com/fw", **data)
    number = answer["request_id"]
    for status, shown in (
        ("DownloadScheduled", "download_scheduled"),
        ("SignatureVerified", "signature_verified"),
        ("InstallVerificationFailed", "install_verification_failed"),
    ):
        told = {"status": status, "requestId": number}
        await station.call("FirmwareStatusNotification", told)
        await hass.async_block_till_done()
        assert value_of(hass, "CP1/firmware_status") == shown
    await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    told = {"status": "Installed", "requestId": number}
    await station.call("FirmwareStatusNotification", told)
    await wait_for(hass, lambda: issue(hass, "firmware_failed", entry) is None)
