"""Files that chargers upload to Home Assistant: how they come, and who gets them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import re
from typing import Any

import aiohttp
from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications,
)
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.transfers import files as upload_files
from custom_components.ocpp_cs.transfers.files import KEPT
from simulator import Secure
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    key_of,
)
from tests.integration.helpers.uploads import (  # noqa: F401 - pytest looks for fixtures here
    Events,
    Files,
    fixture_address,
    fixture_base_url,
    fixture_box,
    fixture_enable_http_server,
    fixture_events,
    fixture_files,
    fixture_session,
    folder_of,
)


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("appends_name", [False, True])
async def test_diagnostics_arrive(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    events: Events,
    files: Files,
    base_url: str,
    device_id: Callable[[str], str],
    *,
    method: str,
    form: bool,
    appends_name: bool,
) -> None:
    box.uploader.method = method
    box.uploader.form = form
    box.uploader.appends_name = appends_name
    answer = await call("get_diagnostics")
    (asked,) = box.calls("GetDiagnostics")
    assert answer == {"file_name": "CP1.log", "location": asked["location"]}
    assert re.fullmatch(
        rf"{base_url}/api/ocpp_cs/upload/[\w-]{{43}}/", asked["location"]
    )
    await wait_for(hass, lambda: events)
    (event,) = events
    assert event.data["device_id"] == device_id("CP1")
    assert event.data["type"] == "upload_received"
    told = event.data["data"]
    assert told["action"] == "get_diagnostics"
    assert re.fullmatch(r"\d{8}-\d{6}_CP1\.log", told["file_name"])
    assert told["size"] == len(box.uploader.content)
    assert files() == [told["path"]]
    assert Path(told["path"]).name == told["file_name"]
    assert Path(told["path"]).read_bytes() == box.uploader.content
    await wait_for(hass, lambda: box.uploader.answers)
    assert box.uploader.answers == [200]


async def test_a_log_arrives_under_the_name_that_was_announced(
    hass: HomeAssistant, box: Secure, call: Call, events: Events
) -> None:
    box.uploader.appends_name = False
    answer = await call("get_log", log_type="security_log")
    (asked,) = box.calls("GetLog")
    assert answer == {
        "status": "accepted",
        "filename": "SecurityLog.zip",
        "request_id": asked["requestId"],
        "location": asked["log"]["remoteLocation"],
    }
    await wait_for(hass, lambda: events)
    assert events[0].data["data"]["file_name"].endswith("_SecurityLog.zip")


@pytest.mark.parametrize(
    "data",
    [
        {"remote_location": "ftp://10.0.0.1/logs"},
        {"log": {"remoteLocation": "ftp://10.0.0.1/logs"}},
    ],
)
async def test_a_location_of_the_user_is_used(
    box: Secure, call: Call, data: dict[str, Any]
) -> None:
    answer = await call("get_log", log_type="security_log", **data)
    assert "location" not in answer
    (asked,) = box.calls("GetLog")
    assert asked["log"]["remoteLocation"] == "ftp://10.0.0.1/logs"


async def test_the_user_is_told_and_can_download(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    events: Events,
    session: aiohttp.ClientSession,
    base_url: str,
) -> None:
    await call("get_diagnostics")
    await wait_for(hass, lambda: events)
    told = events[0].data["data"]
    (note,) = _async_get_or_create_notifications(hass).values()
    assert note["title"] == "File from Garage"
    assert f"[`{told['file_name']}`]({told['url']})" in note["message"]
    assert f"`{told['path']}`" in note["message"]
    async with session.get(base_url + told["url"]) as answer:
        assert answer.status == 200
        assert await answer.read() == box.uploader.content
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{told["file_name"]}"'
        )
    # Without the signature, or with that of another file: no.
    bare, _, signature = told["url"].partition("?")
    for path in (bare, f"{bare}x?{signature}"):
        async with session.get(base_url + path) as answer:
            assert answer.status == 401


async def test_the_notification_is_in_the_language_of_home_assistant(
    hass: HomeAssistant, box: Secure, call: Call, events: Events
) -> None:
    hass.config.language = "de"
    await call("get_diagnostics")
    await wait_for(hass, lambda: events)
    (note,) = _async_get_or_create_notifications(hass).values()
    assert note["title"] == "Datei von Garage"


async def test_only_administrators_download_without_a_signature(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    events: Events,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    await call("get_diagnostics")
    await wait_for(hass, lambda: events)
    path = events[0].data["data"]["url"].partition("?")[0]
    admin = await hass_client()
    assert (await admin.get(path)).status == 200
    folder, _, name = path.rpartition("/")
    for wrong in (
        f"{folder}/{name}x",
        f"{folder}/.hidden",
        f"{folder}/..%2f{name}",
        f"{folder.rpartition('/')[0]}/nobody/{name}",
        f"/api/ocpp_cs/uploads/nothing/nobody/{name}",
    ):
        assert (await admin.get(wrong)).status in {400, 404}, wrong
    reader = await hass_client(hass_read_only_access_token)
    assert (await reader.get(path)).status == 401


async def test_the_oldest_files_give_way(
    hass: HomeAssistant, box: Secure, call: Call, events: Events, files: Files
) -> None:
    for number in range(KEPT + 2):
        box.uploader.content = b"%d" % number
        await call("get_diagnostics")
        await wait_for(hass, lambda count=number: len(events) == count + 1)
    contents = {Path(path).read_bytes() for path in files()}
    assert contents == {b"%d" % number for number in range(2, KEPT + 2)}


async def test_what_a_crash_left_is_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    box: Secure,
    call: Call,
    events: Events,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = folder_of(hass, entry)
    folder.mkdir(parents=True)
    (folder / ".0123.part").touch()
    monkeypatch.setattr(upload_files, "_PART_AGE", -1.0)
    await call("get_diagnostics")
    await wait_for(hass, lambda: events)
    assert files() == [events[0].data["data"]["path"]]


async def test_many_at_once(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    session: aiohttp.ClientSession,
    files: Files,
    events: Events,
) -> None:
    box.faults.upload_fails = True
    one = (await call("get_diagnostics"))["location"]
    other = (await call("get_log", log_type="security_log"))["location"]

    async def put(location: str, content: bytes) -> int:
        async with session.put(f"{location}same", data=content) as answer:
            return answer.status

    first, second = b"1" * 3_000_000, b"2" * 3_000_000
    statuses = await asyncio.gather(
        put(one, first), put(other, second), put(one, first), put(other, second)
    )
    assert sorted(statuses) in (
        [200, 200, 404, 404],
        [200, 200, 409, 409],
        [200, 200, 404, 409],
    )
    contents = [Path(path).read_bytes() for path in files()]
    assert sorted(contents) == [first, second]
    await wait_for(hass, lambda: len(events) == 2)
