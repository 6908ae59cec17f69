"""Where uploads are sent to, where the files are kept, and when they go."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.ocpp_cs.diagnostics.redaction import Redactor
from custom_components.ocpp_cs.transfers.files import safe_name
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
    charger.charge_point.acquaintance.vouch()
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
    cleaned = Redactor().clean_text(text)
    assert "a-B_3" not in cleaned
    assert "/api/ocpp_cs/upload/**REDACTED**/" in cleaned
