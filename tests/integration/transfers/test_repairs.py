"""What failed is tried again with a click."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.transfers import transfers
from simulator import Secure
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    key_of,
)
from tests.integration.helpers.entities import value_of
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


type Flow = Callable[..., Any]


@pytest.fixture(name="flow")
async def fixture_flow(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> Flow:
    """Return a function that takes the next step of a fix flow."""
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()

    async def step(issue_id: str | None = None, flow_id: str | None = None) -> Any:
        url = "/api/repairs/issues/fix"
        answer = (
            await client.post(url, json={"handler": DOMAIN, "issue_id": issue_id})
            if flow_id is None
            else await client.post(f"{url}/{flow_id}", json={})
        )
        assert answer.status == HTTPStatus.OK
        return await answer.json()

    return step


async def test_trying_again_sends_the_same(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry, flow: Flow
) -> None:
    box.faults.installation_fails = True
    await call("signed_update_firmware", **SIGNED, retries=2)
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    form = await flow(found.issue_id)
    assert form["type"] == "form"
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"]["status"] == "Invalid signature"
    box.faults.installation_fails = False
    done = await flow(flow_id=form["flow_id"])
    assert done["type"] == "create_entry"
    assert issue(hass, "firmware_failed", entry) is None
    first, second = box.calls("SignedUpdateFirmware")
    for asked in (first, second):
        # New ones, as both were left out.
        del asked["requestId"], asked["firmware"]["retrieveDateTime"]
    assert first == second
    assert first["retries"] == 2
    await wait_for(hass, lambda: value_of(hass, "CP1/firmware_status") == "installed")
    assert issue(hass, "firmware_failed", entry) is None


async def test_trying_again_gives_a_new_address(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    flow: Flow,
    files: Files,
) -> None:
    box.faults.upload_breaks_off = True
    await call("get_diagnostics", start_time="2026-01-01T00:00:00Z")
    found = await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))
    form = await flow(found.issue_id)
    box.faults.upload_breaks_off = False
    assert (await flow(flow_id=form["flow_id"]))["type"] == "create_entry"
    await wait_for(hass, lambda: files() and box.uploader.answers == [200])
    first, second = box.calls("GetDiagnostics")
    assert first.pop("location") != second.pop("location")
    assert first == second == {"startTime": "2026-01-01T00:00:00Z"}


async def test_a_refusal_is_told_in_the_form(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry, flow: Flow
) -> None:
    box.faults.upload_fails = True
    await call("get_log", log_type="security_log")
    found = await wait_for(hass, lambda: issue(hass, "diagnostics_failed", entry))
    form = await flow(found.issue_id)
    handlers = box._handlers
    box._handlers = {**handlers, "GetLog": lambda *_: {"status": "Rejected"}}
    hass.config.language = "de"
    for _ in range(2):
        form = await flow(flow_id=form["flow_id"])
        assert form["type"] == "form"
        assert form["errors"] == {"base": "not_sent"}
        assert form["description_placeholders"]["error"] == (
            "Garage hat GetLog abgelehnt: Rejected"
        )
    # The repair stays, and what it repeats as well.
    assert issue(hass, "diagnostics_failed", entry) is not None
    box._handlers = handlers
    box.faults.upload_fails = False
    assert (await flow(flow_id=form["flow_id"]))["type"] == "create_entry"
    assert issue(hass, "diagnostics_failed", entry) is None


async def test_a_charger_that_is_away_is_told_in_the_form(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry, flow: Flow
) -> None:
    box.faults.download_fails = True
    await call("update_firmware", **PLAIN)
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    form = await flow(found.issue_id)
    await box.drop()
    await wait_for(hass, lambda: value_of(hass, "CP1/firmware_status") == "unavailable")
    form = await flow(flow_id=form["flow_id"])
    assert form["errors"] == {"base": "not_sent"}
    assert form["description_placeholders"]["error"] == "Garage is not connected."


async def test_a_charger_that_is_gone_cannot_try_again(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry, flow: Flow
) -> None:
    box.faults.download_fails = True
    await call("update_firmware", **PLAIN)
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    form = await flow(found.issue_id)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    done = await flow(flow_id=form["flow_id"])
    assert (done["type"], done["reason"]) == ("abort", "nothing_to_repeat")


async def test_what_fails_again_at_once_stays_a_repair(
    hass: HomeAssistant, box: Secure, call: Call, entry: MockConfigEntry, flow: Flow
) -> None:
    box.faults.download_fails = True
    await call("update_firmware", **PLAIN)
    found = await wait_for(hass, lambda: issue(hass, "firmware_failed", entry))
    await box.wait_idle()
    form = await flow(found.issue_id)
    (charger,) = [
        one
        for one in entry.runtime_data.chargers.values()
        if one.charge_point.id == "CP1"
    ]

    def fails_before_it_answers(*_: Any) -> dict[str, Any]:
        entry.runtime_data.transfers.of(charger)._heard(
            "firmware_status", {"status": "download_failed", "request_id": None}
        )
        return {}

    box._handlers = {**box._handlers, "UpdateFirmware": fails_before_it_answers}
    done = await flow(flow_id=form["flow_id"])
    assert (done["type"], done["reason"]) == ("abort", "failed_again")
    assert issue(hass, "firmware_failed", entry) is not None


async def test_uploaded_without_a_file_is_told(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    flow: Flow,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transfers, "_FILE_WAIT", 0.2)

    async def pretend(location: str, name: str, context: Any) -> bool:
        return True

    with monkeypatch.context() as pretending:
        pretending.setattr(box.uploader, "send", pretend)
        await call("get_diagnostics")
        found = await wait_for(hass, lambda: issue(hass, "upload_missing", entry))
    assert value_of(hass, "CP1/diagnostics_status") == "uploaded"
    assert issue(hass, "diagnostics_failed", entry) is None
    form = await flow(found.issue_id)
    assert (await flow(flow_id=form["flow_id"]))["type"] == "create_entry"
    await wait_for(hass, lambda: files() and box.uploader.answers == [200])
    # This one has arrived: nothing is missed.
    await asyncio.sleep(0.5)
    assert issue(hass, "upload_missing", entry) is None


async def test_an_upload_to_somewhere_else_is_not_missed(
    hass: HomeAssistant,
    box: Secure,
    call: Call,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transfers, "_FILE_WAIT", 0.0)
    await call("get_diagnostics", location="ftp://example.com/")
    await wait_for(hass, lambda: value_of(hass, "CP1/diagnostics_status") == "uploaded")
    await asyncio.sleep(0.1)
    assert issue(hass, "upload_missing", entry) is None
