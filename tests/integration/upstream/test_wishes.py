"""What a backend asks for is a repair, which the owner grants, refuses or ignores."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_UPSTREAM
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.upstream import wishes
from simulator import Generic
from tests.csms.test_central_system import World
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.repairs import (
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

__all__ = ["fixture_mend"]

UNLOCK, RESET = "backend_asks_unlock", "backend_asks_reset"
TIMES: Any = {"noise": 0.0, "backoff": (0.05, 0.2)}


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry("BOX", connectors=1)]


def kind_of(issue: ir.IssueEntry) -> str | None:
    """Return what an issue is about."""
    return issue.translation_key


@dataclass
class House:
    """A charger with a backend that may ask for things."""

    charger: Generic
    theirs: ChargePoint
    """The charger as the backend has it."""
    backend: str
    """The id of the backend's subentry."""

    async def call(self, action: str, **fields: Any) -> None:
        """Ask; it is refused."""
        with pytest.raises(RefusedError):
            await self.theirs.commands.call(action, **fields)


@pytest.fixture(name="house")
async def fixture_house(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> AsyncIterator[House]:
    """Return a charger whose backend has the role to ask."""
    employer = World(MemoryStore())
    await employer.start()
    theirs: Any = employer.adopt("BOX")
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                "url": f"ws://127.0.0.1:{employer.central_system.port}/ocpp",
                "version": "1.6",
                "chargers": ["BOX"],
                "roles": ["configure"],
            }
        ),
        subentry_type=SUBENTRY_UPSTREAM,
        title="Employer",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(setup_integration, subentry)
    async with Generic(server_url, "BOX", **TIMES) as charger:
        await charger.wait_idle()
        await wait_for(hass, lambda: theirs.ready and theirs.link._setup.done())
        yield House(charger, theirs, subentry.subentry_id)
    await employer.central_system.stop()


async def test_a_restart_is_granted(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.call("reset", type="hard")
    await house.call("reset", type="hard")
    issue = await raised(hass, "backend_asks_reset")
    assert said(issue)["backend"] == "Employer"
    assert said(issue)["charger"]
    assert not house.charger.calls("Reset")
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="grant")
    assert result["type"] == "create_entry"
    assert house.charger.calls("Reset") == [{"type": "Hard"}]
    await cleared(hass)


async def test_a_wish_is_refused_or_ignored(
    hass: HomeAssistant,
    house: House,
    mend: Callable[[], Mending],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await house.call("unlock_connector", connector_id=1)
    issue = await raised(hass, "backend_asks_unlock")
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="refuse")
    await cleared(hass)
    # It may ask again, and is not heard any more once it is ignored.
    await house.call("unlock_connector", connector_id=1)
    issue = await raised(hass, "backend_asks_unlock")
    flow = mend()
    await flow.start(issue)
    assert (await flow.go(next_step_id="ignore"))["reason"] == "ignored"
    await house.call("unlock_connector", connector_id=1)
    (issue,) = shown(hass)
    assert issue.dismissed_version is not None
    assert not house.charger.calls("UnlockConnector")
    # What is ignored takes no place of what is not.
    monkeypatch.setattr(wishes, "_MOST", 1)
    await house.call("reset", type="soft")
    await wait_for(hass, lambda: {*map(kind_of, shown(hass))} == {UNLOCK, RESET})
    await house.call("change_availability", connector_id=1, type="inoperative")
    assert {*map(kind_of, shown(hass))} == {UNLOCK, RESET}


async def test_firmware_that_is_refused_has_failed_for_the_backend(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.theirs.commands.call(
        "update_firmware",
        location="https://who:secret@example.com/new?token=secret",
        retrieve_date=datetime.now(UTC),
    )
    issue = await raised(hass, "backend_asks_firmware")
    assert said(issue)["location"] == "https://example.com/new"
    assert house.theirs.firmware_status is None
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="refuse")
    await wait_for(hass, lambda: house.theirs.firmware_status == "download_failed")
    assert not house.charger.calls("UpdateFirmware")


async def test_diagnostics_are_uploaded_once_they_are_granted(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.theirs.commands.call("get_diagnostics", location="ftp://127.0.0.1:9/x")
    issue = await raised(hass, "backend_asks_diagnostics")
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="grant")
    assert house.charger.calls("GetDiagnostics")
    # The backend is told how it goes.
    await wait_for(hass, lambda: house.theirs.diagnostics_status is not None)


async def test_availability_is_asked_for_and_asked_for_otherwise(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.call("change_availability", connector_id=1, type="inoperative")
    issue = await raised(hass, "backend_asks_out_of_service")
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="grant")
    assert house.charger.calls("ChangeAvailability") == [
        {"connectorId": 1, "type": "Inoperative"}
    ]
    await house.call("change_availability", connector_id=1, type="operative")
    issue = await raised(hass, "backend_asks_in_service")


async def test_all_of_a_charger_is_no_connector_with_a_number(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.call("change_availability", connector_id=0, type="inoperative")
    issue = await raised(hass, "backend_asks_out_of_service")
    flow = mend()
    shown = await flow.start(issue)
    assert shown["step_id"] == "whole"
    await flow.go(next_step_id="grant")
    assert house.charger.calls("ChangeAvailability") == [
        {"connectorId": 0, "type": "Inoperative"}
    ]


async def test_a_setting_that_the_charger_has_is_asked_for(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    with pytest.raises(RefusedError):
        await house.theirs.commands.write_setting(name="LightIntensity", value="40")
    issue = await raised(hass, "backend_asks_setting")
    assert said(issue)["setting"] == "LightIntensity"
    assert said(issue)["value"] == "40"
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="grant")
    assert {"key": "LightIntensity", "value": "40"} in house.charger.calls(
        "ChangeConfiguration"
    )


async def test_a_charger_that_is_away_cannot_be_granted_anything(
    hass: HomeAssistant, house: House, mend: Callable[[], Mending]
) -> None:
    await house.call("reset", type="soft")
    issue = await raised(hass, "backend_asks_reset")
    await house.charger.drop()
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="grant")
    assert result["reason"] == "not_done"
    assert shown(hass)


async def test_wishes_go_with_their_backend(
    hass: HomeAssistant, setup_integration: MockConfigEntry, house: House
) -> None:
    await house.call("reset", type="soft")
    await raised(hass, "backend_asks_reset")
    hass.config_entries.async_remove_subentry(setup_integration, house.backend)
    await cleared(hass)
