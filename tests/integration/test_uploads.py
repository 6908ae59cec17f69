"""Files that chargers upload to Home Assistant: how they come, and how they do not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
import errno
from pathlib import Path
import re
import threading
from typing import Any, cast

import aiohttp
from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs import upload_files, uploads
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.redaction import Redactor
from custom_components.ocpp_cs.upload_files import KEPT, safe_name
from simulator import Secure

from .conftest import wait_for
from .helpers_actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    key_of,
)
from .helpers_uploads import (  # noqa: F401 - pytest looks for fixtures here
    Files,
    fixture_base_url,
    fixture_box,
    fixture_enable_http_server,
    fixture_events,
    fixture_files,
    fixture_session,
    folder_of,
)

type Events = list[Event[dict[str, Any]]]


@pytest.fixture(name="address")
async def fixture_address(box: Secure, call: Call) -> str:
    """Return an address to upload to; the charger itself does not use it."""
    box.faults.upload_fails = True
    answer = await call("get_diagnostics")
    return cast(str, answer["location"])


# From the action to the file.


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
    assert f"[{told['file_name']}]({told['url']})" in note["message"]
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


# What is no file, or not wanted.


async def test_nothing_to_upload(
    box: Secure, call: Call, session: aiohttp.ClientSession, files: Files
) -> None:
    box.faults.nothing_to_upload = True
    with pytest.raises(HomeAssistantError) as err:
        await call("get_diagnostics")
    assert key_of(err.value) == "ocpp_cs.nothing_to_upload"
    assert str(err.value) == "Garage has nothing to upload"
    (asked,) = box.calls("GetDiagnostics")
    async with session.put(asked["location"], data=b"x") as answer:
        assert answer.status == 404
    assert files() == []


async def test_a_refusal_makes_the_address_void(
    box: Secure, call: Call, session: aiohttp.ClientSession
) -> None:
    box._handlers = {**box._handlers, "GetLog": lambda *_: {"status": "Rejected"}}
    with pytest.raises(HomeAssistantError) as err:
        await call("get_log", log_type="diagnostics_log")
    assert key_of(err.value) == "ocpp_cs.refused"
    (asked,) = box.calls("GetLog")
    async with session.put(asked["log"]["remoteLocation"], data=b"x") as answer:
        assert answer.status == 404


async def test_a_charger_that_does_not_answer_may_upload_all_the_same(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    session: aiohttp.ClientSession,
    events: Events,
) -> None:
    box.faults.never_answer = box.faults.upload_fails = True
    asked = asyncio.create_task(call("get_diagnostics"))
    await box.wait_for(lambda: box.calls("GetDiagnostics"))
    location = box.calls("GetDiagnostics")[0]["location"]
    box.link.abort()
    with pytest.raises(HomeAssistantError) as err:
        await asked
    assert key_of(err.value) == "ocpp_cs.connection_lost"
    async with session.put(location, data=b"x") as answer:
        assert answer.status == 200
    await wait_for(hass, lambda: events)


async def test_a_wrong_token(
    address: str, session: aiohttp.ClientSession, files: Files
) -> None:
    head, _, token = address.rstrip("/").rpartition("/")
    for wrong in (token[:-1], f"{token}x", token.swapcase(), "%F0%9F%94%91", "x" * 999):
        async with session.put(f"{head}/{wrong}/file", data=b"x") as answer:
            assert answer.status == 404
    # And reading is never possible there.
    async with session.get(address) as answer:
        assert answer.status == 405
    assert files() == []


async def test_a_second_use(
    address: str, session: aiohttp.ClientSession, files: Files
) -> None:
    async with session.put(address, data=b"first") as answer:
        assert answer.status == 200
    async with session.put(address, data=b"second") as answer:
        assert answer.status == 404
    assert [Path(path).read_bytes() for path in files()] == [b"first"]


async def test_a_new_request_makes_the_old_address_void(
    address: str, call: Call, session: aiohttp.ClientSession
) -> None:
    # Not that of another kind of file.
    other = (await call("get_log", log_type="security_log"))["location"]
    again = (await call("get_diagnostics"))["location"]
    for location, status in ((address, 404), (again, 200), (other, 200)):
        async with session.put(location, data=b"x") as answer:
            assert answer.status == status


async def test_an_address_expires(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    session: aiohttp.ClientSession,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box.faults.upload_fails = True
    monkeypatch.setattr(uploads, "LIFETIME", timedelta(0))
    address = (await call("get_diagnostics"))["location"]
    patient = await call(
        "get_log", log_type="security_log", retries=3, retry_interval=600
    )
    async with session.put(address, data=b"x") as answer:
        assert answer.status == 404
    assert files() == []
    # With the time that the charger's own retries take.
    async with session.put(patient["location"], data=b"x") as answer:
        assert answer.status == 200


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    """Yield a body of which nobody knows the length."""
    for piece in pieces:
        yield piece


@pytest.mark.parametrize("declared", [True, False])
async def test_too_large(
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    *,
    declared: bool,
) -> None:
    monkeypatch.setattr(uploads, "MAX_SIZE", 1000)
    monkeypatch.setattr(uploads, "_CHUNK", 100)
    large = b"x" * 1001 if declared else _pieces(b"x" * 500, b"x" * 501)
    async with session.put(address, data=large) as answer:
        assert answer.status == 413
    assert files() == []
    # What is just not too large may still come.
    async with session.put(address, data=b"x" * 1000) as answer:
        assert answer.status == 200
    assert [Path(path).stat().st_size for path in files()] == [1000]


async def test_a_form_with_too_much_in_it(
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "MAX_SIZE", 1000)
    for name in ("comment", "file"):
        form = aiohttp.FormData()
        form.add_field(name, "x" * 1001, filename="a.txt" if name == "file" else None)
        body = form()
        # Without a length, or it would not be looked at.
        async with session.post(
            address, data=_pieces(await body.as_bytes()), headers=body.headers
        ) as answer:
            assert answer.status == 413, name
    assert files() == []


async def test_a_large_file_comes_whole(
    address: str, session: aiohttp.ClientSession, files: Files
) -> None:
    content = bytes(range(256)) * 4096 * 5
    async with session.put(address, data=content) as answer:
        assert answer.status == 200
    (path,) = files()
    assert Path(path).read_bytes() == content


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"Content-Type": "multipart/form-data; boundary=B"}, b"nonsense"),
        ({"Content-Type": "multipart/form-data"}, b"nonsense"),
        (
            {"Content-Type": "multipart/form-data; boundary=B"},
            b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nno file\r\n--B--\r\n',
        ),
        ({"Content-Encoding": "gzip", "Connection": "close"}, b"not really"),
    ],
)
async def test_what_holds_no_file(
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
    body: bytes,
) -> None:
    async with session.post(address, data=body, headers=headers) as answer:
        assert answer.status == 400
    assert files() == []
    assert not [one for one in caplog.records if DOMAIN in one.name and one.exc_info]
    async with session.post(address, data=b"x") as answer:
        assert answer.status == 200


async def test_an_upload_that_breaks_off(
    hass: HomeAssistant,
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    caplog: pytest.LogCaptureFixture,
) -> None:
    host, port = re.findall(r"//([^:/]+):(\d+)", address)[0]
    offer = hass.data[uploads.UPLOADS]._offers[0]
    _, writer = await asyncio.open_connection(host, int(port))
    path = address.partition(f":{port}")[2]
    writer.write(
        f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nhalf".encode()
    )
    await writer.drain()
    await wait_for(hass, lambda: files() and offer.busy)
    # Meanwhile nobody else gets in its way.
    async with session.put(address, data=b"other") as answer:
        assert answer.status == 409
    writer.close()
    await wait_for(hass, lambda: not offer.busy)
    assert files() == []
    assert "Traceback" not in caplog.text
    # The charger may try again.
    async with session.put(address, data=b"whole") as answer:
        assert answer.status == 200


async def test_a_charger_that_hangs_up_without_waiting_for_the_answer(
    hass: HomeAssistant,
    address: str,
    files: Files,
    events: Events,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host, port = re.findall(r"//([^:/]+):(\d+)", address)[0]
    keep = upload_files.Incoming.keep
    gone, kept = threading.Event(), asyncio.Event()

    def keep_later(self: upload_files.Incoming, *args: Any) -> Path:
        hass.loop.call_soon_threadsafe(kept.set)
        assert gone.wait(10)
        return keep(self, *args)

    monkeypatch.setattr(upload_files.Incoming, "keep", keep_later)
    _, writer = await asyncio.open_connection(host, int(port))
    path = address.partition(f":{port}")[2]
    head = f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\n"
    writer.write(f"{head}whole".encode())
    await asyncio.wait_for(kept.wait(), 10)
    (offer,) = hass.data[uploads.UPLOADS]._offers
    writer.close()
    await writer.wait_closed()
    assert hass.http.runner is not None
    server = hass.http.runner.server
    assert server is not None
    async with asyncio.timeout(10):
        # Not `wait_for`, which waits for what is held up here.
        while server.connections:
            await asyncio.sleep(0.01)
    gone.set()
    await wait_for(hass, lambda: events)
    assert [Path(one).read_bytes() for one in files()] == [b"whole"]
    assert not offer.busy


async def test_an_upload_that_stalls(
    hass: HomeAssistant,
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.01)
    never = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"half"
        await never.wait()

    async with session.put(address, data=stalling()) as answer:
        assert answer.status == 400
    assert files() == []


async def test_a_full_disk(
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(upload_files.Incoming, "write", full)
        async with session.put(address, data=b"x") as answer:
            assert answer.status == 507
    assert "cannot be saved: [Errno 28] No space left on device" in caplog.text
    assert "Traceback" not in caplog.text
    assert files() == []
    async with session.put(address, data=b"x") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../configuration.yaml", "configuration.yaml"),
        ("..\\..\\configuration.yaml", "configuration.yaml"),
        ("/etc/passwd", "passwd"),
        ("C:\\logs\\a b.zip", "a_b.zip"),
        (".ssh", "ssh"),
        ("..", None),
        ("", None),
        ("...", None),
        ("///", None),
        ("\0", None),
        ("ü", None),
        ("a\r\nX: y.log", "a__X__y.log"),
        ("x" * 300 + ".log", "x" * 96 + ".log"),
        ("a](http://evil)", "evil_"),
    ],
)
def test_names_of_files(told: str, name: str | None) -> None:
    assert safe_name(told) == name
    # What is right stays.
    assert name is None or safe_name(name) == name


@pytest.mark.parametrize(
    "told", ["../../../configuration.yaml", "..", "/etc/passwd", "a\\..\\b.log"]
)
async def test_no_name_leads_out_of_the_folder(
    hass: HomeAssistant,
    address: str,
    session: aiohttp.ClientSession,
    files: Files,
    entry: MockConfigEntry,
    call: Call,
    told: str,
) -> None:
    before = set(Path(hass.config.config_dir).rglob("*"))
    folder = folder_of(hass, entry)
    headers = {"Content-Disposition": f'attachment; filename="{told}"'}
    async with session.put(address, data=b"x", headers=headers) as answer:
        assert answer.status == 200
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", b"x", filename=told)
    again = (await call("get_diagnostics"))["location"]
    async with session.post(again, data=form) as answer:
        assert answer.status == 200
    again = (await call("get_diagnostics"))["location"]
    encoded = told.replace("/", "%2f").replace(".", "%2e").replace('"', "%22")
    async with session.put(_url(f"{again}{encoded}"), data=b"x") as answer:
        # Home Assistant itself turns some away.
        assert answer.status in {200, 400}
    new = set(Path(hass.config.config_dir).rglob("*")) - before
    assert {str(path) for path in new if path.is_file()} == set(files())
    assert len(files()) >= 2
    assert all(Path(path).parent == folder for path in files())


def _url(text: str) -> Any:
    import yarl

    return yarl.URL(text, encoded=True)


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


# Those who go in the meantime.


async def test_a_server_that_is_removed_removes_its_files(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    events: Events,
    entry: MockConfigEntry,
    session: aiohttp.ClientSession,
    files: Files,
) -> None:
    await call("get_diagnostics")
    await wait_for(hass, lambda: events)
    box.faults.upload_fails = True
    address = (await call("get_diagnostics"))["location"]
    folder = folder_of(hass, entry)
    assert files()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not folder.parent.exists()
    assert not _async_get_or_create_notifications(hass)
    async with session.put(address, data=b"x") as answer:
        assert answer.status == 404
    assert not folder.parent.exists()


@pytest.mark.parametrize("whole_server", [False, True])
async def test_a_charger_that_is_removed_in_the_middle_of_a_file(
    hass: HomeAssistant,
    address: str,
    entry: MockConfigEntry,
    session: aiohttp.ClientSession,
    files: Files,
    caplog: pytest.LogCaptureFixture,
    events: Events,
    *,
    whole_server: bool,
) -> None:
    removed = asyncio.Event()
    folder = folder_of(hass, entry)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"half"
        await removed.wait()
        yield b"rest"

    upload = asyncio.create_task(_status(session, address, slowly()))
    await wait_for(hass, lambda: folder.exists() and list(folder.iterdir()))
    if whole_server:
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        subentry_id = next(iter(entry.subentries))
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    removed.set()
    assert await upload == 404
    assert not folder.exists()
    assert events == []
    assert "Traceback" not in caplog.text


async def _status(
    session: aiohttp.ClientSession, address: str, data: AsyncIterator[bytes]
) -> int:
    async with session.put(address, data=data) as answer:
        return answer.status


async def test_an_address_outlives_a_reload(
    hass: HomeAssistant,
    address: str,
    entry: MockConfigEntry,
    session: aiohttp.ClientSession,
    events: Events,
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    async with session.put(address, data=b"x") as answer:
        assert answer.status == 404
    assert await hass.config_entries.async_setup(entry.entry_id)
    async with session.put(address, data=b"x") as answer:
        assert answer.status == 200
    await wait_for(hass, lambda: events)


# Which address it is.


@pytest.mark.parametrize(
    ("internal", "external", "ssl", "remote", "base"),
    [
        # What the user says goes first ...
        ("http://ha.lan:8123", None, None, "127.0.0.1", "http://ha.lan:8123"),
        # ... but few chargers can do HTTPS ...
        ("https://ha.lan", None, None, "127.0.0.1", "{ours}"),
        (None, "https://ha.example", None, "127.0.0.1", "{ours}"),
        # ... and with nothing else they have to.
        ("https://ha.lan", None, "cert.pem", "127.0.0.1", "https://ha.lan"),
        # A charger out there sees what is out there.
        (None, "https://ha.example", None, "8.8.8.8", "https://ha.example"),
        (
            "http://ha.lan:8123",
            "https://ha.example:444",
            None,
            "8.8.8.8",
            "https://ha.example:444",
        ),
        ("http://ha.lan:8123", None, None, "8.8.8.8", "http://ha.lan:8123"),
    ],
)
async def test_the_address_is_one_that_the_charger_can_reach(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    base_url: str,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    internal: str | None,
    external: str | None,
    ssl: str | None,
    remote: str,
    base: str,
) -> None:
    hass.config.internal_url = internal
    hass.config.external_url = external
    monkeypatch.setattr(hass.http, "ssl_certificate", ssl)
    monkeypatch.setattr(hass.config.api, "use_ssl", ssl is not None)
    (charger,) = [
        one
        for one in entry.runtime_data.chargers.values()
        if one.charge_point.id == "CP1"
    ]
    monkeypatch.setattr(charger.charge_point, "remote", remote)
    box.faults.upload_fails = True
    location = (await call("get_diagnostics"))["location"]
    assert location.startswith(f"{base.format(ours=base_url)}/api/ocpp_cs/upload/")


async def test_no_address_to_be_had(
    hass: HomeAssistant, box: Secure, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hass.http, "ssl_certificate", "cert.pem")
    monkeypatch.setattr(hass.config.api, "use_ssl", True)
    for action, field in (
        ("get_diagnostics", "location"),
        ("get_log", "remote_location"),
    ):
        data = {"log_type": "security_log"} if action == "get_log" else {}
        with pytest.raises(ServiceValidationError) as err:
            await call(action, **data)
        assert key_of(err.value) == "ocpp_cs.no_upload_url"
        assert "Garage" in str(err.value)
        assert field in str(err.value)
    assert box.received == []


async def test_a_charger_that_is_away_is_said_to_be(box: Secure, call: Call) -> None:
    # CP2 has never come.
    with pytest.raises(HomeAssistantError) as err:
        await call("get_diagnostics", "CP2")
    assert key_of(err.value) == "ocpp_cs.not_connected"


async def test_only_administrators_ask(
    hass: HomeAssistant, box: Secure, device_id: Callable[[str], str]
) -> None:
    from homeassistant.core import Context
    from homeassistant.exceptions import Unauthorized

    user = MockUser(is_owner=False).add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            "ocpp_cs",
            "get_diagnostics",
            {"device_id": device_id("CP1")},
            blocking=True,
            context=Context(user_id=user.id),
        )


def test_diagnostics_do_not_show_the_address() -> None:
    text = '[2,"1","GetDiagnostics",{"location":"http://h:8123/api/ocpp_cs/upload/a-B_3/"}]'
    assert Redactor().clean_text(text) == text.replace("a-B_3", "**REDACTED**")
