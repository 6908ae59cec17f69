"""The security of a charger in its form: what is shown, raised, entered and lowered."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.flows import charger_security
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.raises import Raises
from custom_components.ocpp_cs.security.raising import RaiseStep
from simulator import Faults, SecuritySettings
from tests.integration.conftest import HOST, AddCharger, charger_subentry, wait_for
from tests.integration.helpers.goe import Flow, seen
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
    raised,
)
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised as issue_raised,
    shown,
)
from tests.integration.helpers.security import levels_of

NONE, PASSWORD, TLS, CERTIFICATE = SecurityLevel


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def opened(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """Open the form of the charger, as far as its menu."""
    (subentry,) = entry.subentries.values()
    manager = hass.config_entries.subentries
    flow = Flow(hass, manager, "config_subentries.charger")
    result = await manager.async_init(
        (entry.entry_id, "charger"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    assert await flow.take(result) == "menu"
    return flow


async def page(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """Open the page about security."""
    flow = await opened(hass, entry)
    assert await flow.choose("security") == "security"
    return flow


async def told(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Read what came of a raise that no dialog has shown."""
    flow = await opened(hass, entry)
    assert (await flow.choose("security")).startswith("abort:raised")


def close(hass: HomeAssistant, flow: Flow) -> None:
    """Close the dialog."""
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])


# The menu, and what the page shows.


async def test_a_server_that_does_not_run_has_settings_only(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    (subentry,) = entry.subentries.values()
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "charger"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"


async def test_the_menu_of_a_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    flow = await opened(hass, setup_integration)
    assert flow.result["menu_options"] == ["change", "device_settings", "security"]
    assert await flow.choose("change") == "reconfigure"


async def test_the_page_tells_what_is_and_what_is_possible(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings())
    flow = await page(hass, setup_integration)
    # What is recommended comes first.
    assert flow.result["menu_options"] == [
        *("raise_tls", "raise_password", "raise_certificate", "typed_password")
    ]
    assert flow.said["level"] == "not protected"
    assert flow.said["state"] == (
        "No password is required.\n\nRecommended: encrypt the connection."
    )
    close(hass, flow)

    await raised(hass, hub, PASSWORD)
    await told(hass, setup_integration)
    flow = await page(hass, setup_integration)
    assert flow.result["menu_options"] == [
        *("raise_tls", "raise_certificate", "new_password", "typed_password"),
        *("no_password", "lower"),
    ]
    assert flow.said["level"] == "protected by a password, not encrypted"
    assert "A password is required." in flow.said["state"]
    close(hass, flow)

    await raised(hass, hub, CERTIFICATE)
    await wait_for(hass, lambda: credential_of(hub).certificate_ends)
    await told(hass, setup_integration)
    flow = await page(hass, setup_integration)
    assert flow.result["menu_options"][0] == "new_password"
    assert flow.said["level"] == "encrypted, with a certificate of its own"
    ends = credential_of(hub).certificate_ends
    assert ends is not None
    assert f"valid until {ends.year}-" in flow.said["state"]


@pytest.mark.parametrize("options", [{}])
async def test_the_page_without_encryption_and_without_the_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    flow = await page(hass, setup_integration)
    assert "The charger is not connected" in flow.said["state"]
    assert "encryption has to be turned on" in flow.said["state"]
    assert await flow.choose("raise_tls") == "raise_hindered"
    assert "- The charger is not connected." in flow.said["reasons"]
    assert "`Server " in flow.said["reasons"]
    assert await flow.choose("raise_check") == "raise_hindered"
    assert await flow.choose("security") == "security"


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_step_has_words(hass: HomeAssistant, language: str) -> None:
    texts = await async_get_translations(hass, language, "config_subentries", [DOMAIN])
    for step in RaiseStep:
        text = texts[
            f"component.{DOMAIN}.config_subentries.charger.progress.raise_{step}"
        ]
        assert text.format(name="", level="", url="", ca="", problem="")


# Raising.


async def test_a_charger_is_raised_with_two_clicks(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    flow = await page(hass, setup_integration)
    assert await flow.choose("raise_tls") == "raise_confirm"
    assert "cannot be undone from here" in flow.said["undone"]
    assert flow.said["level"] == "encrypted"
    # Nothing was written so far.
    assert not one.calls("InstallCertificate")
    assert await flow.go() == "raising"
    assert await flow.wait() == "abort:raised_password"
    assert flow.said["level"] == "encrypted"
    password = flow.said["password"]
    assert one.identity.password == bytes.fromhex(password)
    assert charger_of(hub).charge_point.security.level is TLS
    assert not any(
        password in record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    # It is shown once.
    flow = await page(hass, setup_integration)
    assert password not in str(flow.said)


async def test_a_dialog_that_looks_twice_sees_how_it_ended(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pages fetch a step twice, and may do so just when the raise ends."""
    monkeypatch.setattr(charger_security, "SETTLING", 3600)
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings())
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    manager = hass.config_entries.subentries
    raise_ = hub.part(Raises).of(charger_of(hub))
    assert raise_ is not None
    await seen(lambda: not raise_.is_running)
    await asyncio.sleep(0.1)
    for _ in range(2):
        result = await manager.async_configure(flow.result["flow_id"])
        assert await flow.take(result) == "raising"
    close(hass, flow)
    # The charger is back all the same.
    assert charger_of(hub).charge_point.security.level is TLS


async def test_the_dialog_follows_each_step(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    tls_port: int,
) -> None:
    encryption = await encrypted(hass, hub)
    assert encryption.root is not None
    one = await charger(
        "CP1", security=SecuritySettings(extension=False, roots=(encryption.root,))
    )
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    actions: list[str] = []
    manager = hass.config_entries.subentries

    async def look() -> str:
        await flow.take(await manager.async_configure(flow.result["flow_id"]))
        action = str(flow.result.get("progress_action"))
        actions.append(action)
        return action

    raise_ = hub.part(Raises).of(charger_of(hub))
    assert raise_ is not None
    await seen(lambda: raise_.step == "by_hand")
    assert await look() == "raise_by_hand"
    # All that has to be entered is shown.
    assert flow.said["url"].startswith(f"wss://{HOST}:{tls_port}/")
    assert flow.said["ca"].endswith("/api/ocpp_cs/ca.pem")
    await one.enter_address(flow.said["url"])
    assert await flow.wait() == "abort:raised_password"


async def test_what_a_charger_refuses_is_told_and_tried_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    one = await charger(
        "CP1", security=SecuritySettings(), faults=Faults(root_rejected=True)
    )
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    assert await flow.wait() == "raise_failed"
    assert flow.result["menu_options"] == ["raise_again"]
    reason = flow.said["reason"]
    assert reason.startswith("The charger did not take the certificate")
    assert "Rejected" in reason
    assert reason.endswith("The charger is connected as before, and nothing is lost.")
    one.faults.root_rejected = False
    assert await flow.choose("raise_again") == "raise_confirm"
    await flow.go()
    assert await flow.wait() == "abort:raised_password"


async def test_a_charger_that_stays_away_can_be_waited_for_or_given_up(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    one = await charger(
        "CP1", security=SecuritySettings(), faults=Faults(stays_away=True)
    )
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    assert await flow.wait() == "raise_failed"
    assert flow.result["menu_options"] == [
        *("raise_again", "raise_wait", "raise_give_up")
    ]
    assert flow.said["reason"].endswith("The charger is not connected at the moment.")
    await issue_raised(hass, "raise_stayed_away")
    assert await flow.choose("raise_wait") == "raising"
    await cleared(hass)
    assert await flow.wait() == "raise_failed"
    await issue_raised(hass, "raise_stayed_away")
    assert await flow.choose("raise_give_up") == "abort:old_level"
    await cleared(hass)
    assert credential_of(hub).raising_to is None
    # It was set back at its own menu.
    await one.enter_security(0)
    await wait_for(hass, lambda: one.accepted)


async def test_a_closed_dialog_ends_nothing(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings())
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    assert await flow.go() == "raising"
    close(hass, flow)
    raise_ = hub.part(Raises).of(charger_of(hub))
    assert raise_ is not None
    # Who looks again sees how far it is.
    flow = await opened(hass, setup_integration)
    assert await flow.choose("security") == "raising"
    close(hass, flow)
    await wait_for(hass, lambda: not raise_.is_running)
    assert raise_.failure is None
    assert charger_of(hub).charge_point.security.level is TLS
    # What came of it is told when somebody looks, with the password, which is lost else.
    flow = await opened(hass, setup_integration)
    assert await flow.choose("security") == "abort:raised_password"
    assert len(flow.said["password"]) == 40
    flow = await page(hass, setup_integration)
    assert flow.said["level"] == "encrypted"


async def test_what_failed_behind_a_closed_dialog_is_told_later(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings(), faults=Faults(root_rejected=True))
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    close(hass, flow)
    raise_ = hub.part(Raises).of(charger_of(hub))
    assert raise_ is not None
    await wait_for(hass, lambda: not raise_.is_running)
    flow = await opened(hass, setup_integration)
    assert await flow.choose("security") == "raise_failed"
    close(hass, flow)
    await page(hass, setup_integration)


async def test_a_restart_of_the_server_behind_the_dialog(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings(), faults=Faults(stays_away=True))
    flow = await page(hass, setup_integration)
    await flow.choose("raise_tls")
    await flow.go()
    raise_ = hub.part(Raises).of(charger_of(hub))
    assert raise_ is not None
    await seen(lambda: raise_.step == "waiting")
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    assert await flow.wait() == "security"
    # It may still come at either level.
    assert credential_of(setup_integration.runtime_data).raising_to is TLS
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await flow.choose("raise_tls") == "abort:not_running"


# Passwords.


async def test_a_new_password_is_written_and_shown_once(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger("CP1", security=SecuritySettings())
    await raised(hass, hub, PASSWORD)
    await told(hass, setup_integration)
    before = one.identity.password
    flow = await page(hass, setup_integration)
    assert await flow.choose("new_password") == "new_password"
    one.faults.password_rejected = True
    assert await flow.go() == "new_password"
    assert flow.result["errors"] == {"base": "not_sent"}
    assert "Rejected" in flow.said["error"]
    one.faults.password_rejected = False
    assert await flow.go() == "abort:password_written"
    assert one.identity.password == bytes.fromhex(flow.said["password"]) != before
    await wait_for(hass, lambda: credential_of(hub).pending_password is None)
    await wait_for(hass, lambda: one.accepted)


async def test_a_password_is_typed_at_the_charger(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger("CP1", security=SecuritySettings(password_form="text"))
    flow = await page(hass, setup_integration)
    assert await flow.choose("typed_password") == "typed_password"
    (field,) = flow.result["data_schema"].schema
    assert len(field.description["suggested_value"]) == 40
    assert await flow.go(password=" ") == "typed_password"
    assert flow.result["errors"] == {"password": "password_missing"}
    assert await flow.go(password="open sesame") == "abort:password_noted"
    # Until it has come with it, it may come without.
    assert not credential_of(hub).password_needed
    flow = await page(hass, setup_integration)
    assert "on its way" in flow.said["state"]
    close(hass, flow)
    await one.enter_security(1, "open sesame")
    await wait_for(hass, lambda: credential_of(hub).password_needed)
    assert charger_of(hub).charge_point.security.level is PASSWORD


async def test_no_password_is_needed_any_more(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    await raised(hass, hub, TLS)
    await wait_for(hass, lambda: credential_of(hub).password_needed)
    await told(hass, setup_integration)
    flow = await page(hass, setup_integration)
    assert await flow.choose("no_password") == "no_password"
    assert await flow.go() == "abort:password_not_needed"
    assert not credential_of(hub).password_needed
    assert credential_of(hub).level is TLS
    one.identity.password = None
    await one.link.hang_up()
    one.link.go_online()
    await wait_for(hass, lambda: one.accepted)
    await wait_for(hass, lambda: charger_of(hub).charge_point.ready)
    assert not credential_of(hub).password_needed


# Lowering.


async def test_its_owner_lowers_a_charger(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    await raised(hass, hub, CERTIFICATE)
    await wait_for(hass, lambda: credential_of(hub).level is CERTIFICATE)
    await told(hass, setup_integration)
    flow = await page(hass, setup_integration)
    assert await flow.choose("lower") == "lower"
    # From 3 to 2 is a small step, and offered first.
    (field,) = flow.result["data_schema"].schema
    assert field.default() == "tls"
    assert await flow.go(level="tls") == "abort:lowered"
    assert credential_of(hub).level is TLS
    await one.enter_security(2)
    await wait_for(hass, lambda: charger_of(hub).charge_point.security.level is TLS)
    await wait_for(hass, lambda: charger_of(hub).charge_point.ready)

    flow = await page(hass, setup_integration)
    await flow.choose("lower")
    assert await flow.go(level="none") == "abort:lowered"
    await one.enter_security(0)
    await wait_for(hass, lambda: charger_of(hub).charge_point.security.level is NONE)
    await wait_for(hass, lambda: one.accepted)


async def test_a_level_that_changes_while_the_form_is_open(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    change = levels_of(hub).credentials.async_change
    await change("CP1", level=CERTIFICATE)
    flow = await page(hass, setup_integration)
    assert await flow.choose("lower") == "lower"
    await change("CP1", level=TLS)
    assert await flow.go(level="tls") == "lower"
    (field,) = flow.result["data_schema"].schema
    assert field.default() == "none"
    await change("CP1", level=NONE)
    assert await flow.go(level="none") == "security"


# The repair.


async def test_the_repair_takes_the_old_level_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    mend: Callable[[], Mending],
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    await raised(hass, hub, PASSWORD)
    one.faults.stays_away = True
    await raised(hass, hub, TLS)
    issue = await issue_raised(hass, "raise_stayed_away")
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="wait")
    assert (result["type"], result["reason"]) == ("abort", "waiting")
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="old_level")
    assert result["description_placeholders"]["url"].startswith(f"ws://{HOST}:")
    assert (await flow.go())["type"] == "create_entry"
    await cleared(hass)
    assert credential_of(hub).level is NONE
    assert credential_of(hub).raising_to is None
    # It was reset to factory settings, and has no password any more.
    one.identity.password = None
    one.faults.stays_away = False
    await one.enter_security(0)
    await wait_for(hass, lambda: one.accepted)
    assert not shown(hass)


async def test_the_repair_of_a_charger_that_is_gone(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    mend: Callable[[], Mending],
) -> None:
    await encrypted(hass, hub)
    await charger("CP1", security=SecuritySettings(), faults=Faults(stays_away=True))
    await raised(hass, hub, TLS)
    issue = await issue_raised(hass, "raise_stayed_away")
    flow = mend()
    await flow.start(issue)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    result = await flow.go(next_step_id="old_level")
    assert (result["type"], result["reason"]) == ("abort", "server_not_running")
