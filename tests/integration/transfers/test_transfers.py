"""Firmware, diagnostics and logs, followed to their end."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from simulator import Secure
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    key_of,
)
from tests.integration.helpers.entities import entity_id, value_of, writes
from tests.integration.helpers.uploads import (  # noqa: F401 - pytest looks for fixtures here
    Files,
    fixture_base_url,
    fixture_box,
    fixture_enable_http_server,
    fixture_events,
    fixture_files,
    fixture_session,
    issue,
)

SIGNED = {
    "location": "https://example.com/fw",
    "signing_certificate": "PEM",
    "signature": "S",
}
PLAIN = {"location": "https://example.com/fw"}


def said(hass: HomeAssistant, unique_id: str) -> Callable[[], list[str]]:
    """Return a function that tells the states of a sensor, from now on, in order."""
    states: list[str] = []

    wanted = entity_id(hass, "sensor", unique_id)

    # Without this, listeners run in threads, and notes overtake each other.
    @callback
    def note(event: Any) -> None:
        if event.data["entity_id"] == wanted and event.data["new_state"] is not None:
            states.append(event.data["new_state"].state)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return lambda: states


async def tell(charger: Secure, status: str, *, log: bool = False) -> None:
    """Let a charger tell a status, and wait until that was heard."""
    if log:
        payload = {"status": status, "requestId": 7}
        await charger.send("LogStatusNotification", payload)
    elif status.startswith(("Upload", "Idle")):
        await charger.send("DiagnosticsStatusNotification", {"status": status})
    else:
        await charger.send("FirmwareStatusNotification", {"status": status})


# Each step.


@pytest.mark.parametrize(
    ("action", "data", "steps"),
    [
        (
            "update_firmware",
            PLAIN,
            ["downloading", "downloaded", "installing", "installed"],
        ),
        (
            "signed_update_firmware",
            SIGNED,
            [
                "downloading",
                "downloaded",
                "signature_verified",
                "installing",
                "installed",
            ],
        ),
        ("get_diagnostics", {}, ["uploading", "uploaded"]),
        ("get_log", {"log_type": "security_log"}, ["uploading", "uploaded"]),
    ],
)
async def test_the_sensor_shows_each_step(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    action: str,
    data: dict[str, Any],
    steps: list[str],
) -> None:
    what = "firmware" if "firmware" in action else "diagnostics"
    states = said(hass, f"CP1/{what}_status")
    await call(action, **data)
    await wait_for(hass, lambda: steps[-1] in states())
    # Away for its restart, its sensors are unavailable.
    assert [one for one in states() if one in steps] in (
        steps,
        [*steps[:-1], *steps[-2:]],
    )
    assert issue(hass, f"{what}_failed", entry) is None


@pytest.mark.parametrize(
    ("action", "data", "fault", "words"),
    [
        ("update_firmware", PLAIN, "download_fails", "Download failed"),
        ("update_firmware", PLAIN, "installation_fails", "Installation failed"),
        ("signed_update_firmware", SIGNED, "download_fails", "Download failed"),
        ("signed_update_firmware", SIGNED, "installation_fails", "Invalid signature"),
        ("get_diagnostics", {}, "upload_fails", "Upload failed"),
        ("get_diagnostics", {}, "upload_breaks_off", "Upload failed"),
        ("get_log", {"log_type": "security_log"}, "upload_fails", "Upload failed"),
    ],
)
async def test_a_failure_is_a_repair_that_goes_with_success(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    files: Files,
    action: str,
    data: dict[str, Any],
    fault: str,
    words: str,
) -> None:
    kind = "firmware_failed" if "firmware" in action else "diagnostics_failed"
    setattr(box.faults, fault, True)
    await call(action, **data)
    found = await wait_for(hass, lambda: issue(hass, kind, entry))
    assert found.is_fixable
    assert not found.is_persistent
    assert found.translation_key == kind
    assert found.translation_placeholders["name"] == "Garage"
    assert found.translation_placeholders["status"] == words
    # What broke off is removed in a thread.
    await wait_for(hass, lambda: files() == [])
    # Being asked again is a new attempt.
    setattr(box.faults, fault, False)
    await call(action, **data)
    assert issue(hass, kind, entry) is None
    await box.wait_idle()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("BadMessage", "Request not understood"),
        ("NotSupportedOperation", "Upload not supported"),
        ("PermissionDenied", "Permission denied"),
        ("UploadFailure", "Upload failed"),
    ],
)
async def test_the_words_of_the_security_extension(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    status: str,
    words: str,
) -> None:
    await call(
        "get_log", log_type="security_log", remote_location="ftp://h/", request_id=7
    )
    await wait_for(hass, lambda: value_of(hass, "CP1/diagnostics_status") == "uploaded")
    await call(
        "get_log", log_type="security_log", remote_location="ftp://h/", request_id=7
    )
    await tell(box, status, log=True)
    found = await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))
    assert found.translation_placeholders["status"] == words


async def test_the_words_are_those_of_home_assistants_language(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
) -> None:
    hass.config.language = "de"
    assert await hass.config_entries.async_reload(entry.entry_id)
    await wait_for(hass, lambda: box.connected and box.accepted)
    box.faults.download_fails = True
    await call("update_firmware", **PLAIN)
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    assert found.translation_placeholders["status"] == "Herunterladen fehlgeschlagen"


# What is no failure of what was asked for.


async def test_what_nobody_asked_for_is_no_repair(
    hass: HomeAssistant, box: Secure, entry: MockConfigEntry
) -> None:
    await tell(box, "InstallationFailed")
    await tell(box, "UploadFailed")
    await tell(box, "UploadFailure", log=True)
    await wait_for(
        hass, lambda: value_of(hass, "CP1/diagnostics_status") == "upload_failed"
    )
    assert value_of(hass, "CP1/firmware_status") == "installation_failed"
    assert issue(hass, "firmware_failed", entry) is None
    assert issue(hass, "diagnostics_failed", entry) is None


async def test_the_status_of_another_request_is_not_about_this_one(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry
) -> None:
    box._handlers = {**box._handlers, "GetLog": lambda *_: {"status": "Accepted"}}
    await call("get_log", log_type="security_log")
    await tell(box, "UploadFailure", log=True)
    await wait_for(
        hass, lambda: value_of(hass, "CP1/diagnostics_status") == "upload_failed"
    )
    assert issue(hass, "diagnostics_failed", entry) is None
    await call("get_log", log_type="security_log", request_id=7)
    await tell(box, "UploadFailure", log=True)
    await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))


async def test_a_file_that_is_here_has_not_failed(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    files: Files,
    session: Any,
) -> None:
    """The answer may not have reached the charger."""
    box.faults.upload_fails = True
    location = (await call("get_diagnostics"))["location"]
    async with session.put(location, data=b"x") as answer:
        assert answer.status == HTTPStatus.OK
    await wait_for(
        hass, lambda: value_of(hass, "CP1/diagnostics_status") == "upload_failed"
    )
    assert files()
    assert issue(hass, "diagnostics_failed", entry) is None


async def test_a_file_that_comes_after_all_ends_the_repair(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    session: Any,
) -> None:
    box.faults.upload_fails = True
    location = (await call("get_diagnostics"))["location"]
    await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))
    async with session.put(location, data=b"x") as answer:
        assert answer.status == HTTPStatus.OK
    await hass.async_block_till_done()
    assert issue(hass, "diagnostics_failed", entry) is None


async def test_a_charger_that_tries_again_by_itself(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry
) -> None:
    box._handlers = {**box._handlers, "UpdateFirmware": lambda *_: {}}
    await call("update_firmware", **PLAIN)
    await tell(box, "DownloadFailed")
    await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    # Which says nothing new.
    await tell(box, "DownloadFailed")
    assert issue(hass, "firmware_failed", entry)
    await tell(box, "Downloading")
    await hass.async_block_till_done()
    assert issue(hass, "firmware_failed", entry) is None
    await tell(box, "InstallationFailed")
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    assert found.translation_placeholders["status"] == "Installation failed"


async def test_nothing_is_said_of_a_charger_that_says_nothing(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry
) -> None:
    box._handlers = {**box._handlers, "UpdateFirmware": lambda *_: {}}
    with writes(hass) as written:
        await call("update_firmware", **PLAIN)
        await hass.async_block_till_done()
    assert [one for one in written if "firmware" in one] == []
    assert not [one for domain, one in ir.async_get(hass).issues if domain == DOMAIN]


async def test_what_was_asked_outlives_a_reload(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry
) -> None:
    box._handlers = {**box._handlers, "UpdateFirmware": lambda *_: {}}
    await call("update_firmware", **PLAIN)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await wait_for(hass, lambda: box.connected and box.accepted)
    await tell(box, "InstallationFailed")
    await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, "firmware_failed", entry) is None


# Refusals.


async def test_what_is_refused_is_not_waited_for(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry
) -> None:
    box._handlers = {**box._handlers, "GetLog": lambda *_: {"status": "Rejected"}}
    with pytest.raises(HomeAssistantError) as err:
        await call("get_log", log_type="security_log")
    assert key_of(err.value) == "ocpp_cs.refused"
    await tell(box, "UploadFailed")
    await hass.async_block_till_done()
    assert issue(hass, "diagnostics_failed", entry) is None


@pytest.mark.parametrize(
    ("action", "data", "field"),
    [
        ("update_firmware", {}, "location"),
        ("get_diagnostics", {}, "location"),
        ("get_log", {"log_type": "security_log"}, "remote_location"),
        ("signed_update_firmware", {"signature": "S"}, "location"),
    ],
)
async def test_locations(
    box: Secure,
    call: Call,
    action: str,
    data: dict[str, Any],
    field: str,
) -> None:
    for location in (
        "example.com/fw",
        "/fw",
        "file:///etc/passwd",
        "http:///fw",
        "http://",
        "http://h:port/",
        "http://h o/",
        "javascript://x/",
        5,
        ["http://h/"],
        "http://h/" + "x" * 504,
    ):
        whole = {"get_log": "log", "signed_update_firmware": "firmware"}.get(action)
        for place in (None, whole) if whole else (None,):
            wrong = {field: location} if place is None else {place: {field: location}}
            with pytest.raises(ServiceValidationError) as err:
                await call(action, **data, **wrong)
            assert key_of(err.value) == "ocpp_cs.field_not_uri"
            named = field if place is None else f"{place}.{field}"
            assert str(err.value).startswith(f"{named} must be a full address")
    assert box.received == []


@pytest.mark.parametrize(
    "location",
    [
        "http://h",
        "HTTPS://example.com:8443/fw?x=1#y",
        "ftp://me:p%40ss@10.0.0.1/a/",
        "ftps://h:990/",
        "sftp://[fe80::1]:22/x",
    ],
)
async def test_right_locations(box: Secure, call: Call, location: str) -> None:
    await call("update_firmware", location=location)
    assert box.calls("UpdateFirmware")[0]["location"] == location
