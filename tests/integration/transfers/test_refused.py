"""Uploads to Home Assistant that are not wanted, or no good."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
import errno
from pathlib import Path
import re
import threading
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.transfers import files as upload_files, uploads
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
    await asyncio.wait_for(kept.wait(), 60)
    (offer,) = hass.data[uploads.UPLOADS]._offers
    writer.close()
    await writer.wait_closed()
    assert hass.http.runner is not None
    server = hass.http.runner.server
    assert server is not None
    async with asyncio.timeout(60):
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
