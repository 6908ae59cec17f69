"""What the user ignores stays ignored while its cause lasts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.issues import (
    REMEMBERED,
    async_clear_issue,
    async_clear_issues,
    async_raise_issue,
)
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox
from tests.integration.helpers.repairs import shown

ISSUE = "charger_fault_about"
FAULT = {"connectorId": 1, "status": "Faulted", "errorCode": "GroundFailure"}


@pytest.fixture
def subentries() -> list[Any]:
    """Return one charger."""
    return [charger_subentry("CP1", "Yard", connectors=1)]


@pytest.mark.parametrize("restarted", [False, True])
async def test_it_is_ignored_after_a_reload(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    server_url: str,
    socket_enabled: None,
    restarted: bool,
) -> None:
    """Its cause is seen again only when the charger is here again."""
    registry = ir.async_get(hass)

    def ignored() -> list[bool]:
        return [
            one.dismissed_version is not None
            for one in shown(hass)
            if one.translation_key == "charger_fault"
        ]

    async with Wallbox(server_url) as box:
        await box.begin(hass, setup_integration.runtime_data)
        await box.call("StatusNotification", FAULT)
        await wait_for(hass, ignored)
        (issue,) = [one for one in shown(hass) if one.translation_key]
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    if restarted:
        # What Home Assistant reads of it.
        registry.issues[DOMAIN, issue.issue_id] = replace(
            registry.issues[DOMAIN, issue.issue_id],
            active=False,
            data=None,
            is_fixable=None,
            severity=None,
            translation_key=None,
            translation_placeholders=None,
        )
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    await hass.async_block_till_done()
    # Whether the fault lasts is not known.
    assert ignored() == []
    async with Wallbox(server_url) as box:
        await box.begin(hass, setup_integration.runtime_data)
        await box.call("StatusNotification", FAULT)
        await wait_for(hass, ignored)
        assert ignored() == [True]


def _raise(hass: HomeAssistant, *, is_persistent: bool = False) -> ir.IssueEntry:
    async_raise_issue(
        hass,
        "charger_fault",
        "about",
        is_persistent=is_persistent,
        name="Yard",
        error="E7",
    )
    issue = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    assert issue is not None
    return issue


async def test_one_that_begins_anew_is_shown(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    _raise(hass)
    ir.async_ignore_issue(hass, DOMAIN, ISSUE, True)
    async_clear_issue(hass, "charger_fault", "about")
    freezer.tick(REMEMBERED - timedelta(minutes=1))
    # It is cleared again and again.
    async_clear_issue(hass, "charger_fault", "about")
    assert shown(hass) == []
    assert _raise(hass).dismissed_version is not None
    async_clear_issue(hass, "charger_fault", "about")
    freezer.tick(REMEMBERED - timedelta(minutes=1))
    async_clear_issue(hass, "charger_fault", "about")
    freezer.tick(timedelta(minutes=2))
    issue = _raise(hass)
    assert (issue.active, issue.dismissed_version) == (True, None)


async def test_one_that_is_not_ignored_is_deleted(hass: HomeAssistant) -> None:
    _raise(hass)
    async_clear_issue(hass, "charger_fault", "about")
    assert ir.async_get(hass).async_get_issue(DOMAIN, ISSUE) is None
    async_clear_issue(hass, "charger_fault", "about")


async def test_a_persistent_one_does_not_come_back_by_itself(
    hass: HomeAssistant,
) -> None:
    """Home Assistant shows what is persistent after each restart."""
    _raise(hass, is_persistent=True)
    ir.async_ignore_issue(hass, DOMAIN, ISSUE, True)
    told: list[Any] = []
    hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, told.append)
    async_clear_issue(hass, "charger_fault", "about")
    await hass.async_block_till_done()
    assert [event.data["action"] for event in told] == ["update"]
    hidden = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    assert hidden is not None
    assert (hidden.active, hidden.is_persistent) == (False, False)
    assert hidden.to_json().keys() == {
        "created",
        "dismissed_version",
        "domain",
        "is_persistent",
        "issue_id",
    }


async def test_nothing_is_kept_of_what_is_removed(hass: HomeAssistant) -> None:
    _raise(hass)
    ir.async_ignore_issue(hass, DOMAIN, ISSUE, True)
    async_clear_issue(hass, "charger_fault", "about")
    async_clear_issues(hass, "about")
    assert ir.async_get(hass).async_get_issue(DOMAIN, ISSUE) is None
    assert _raise(hass).dismissed_version is None
