"""Chargers that are refused for their password or level: repairs, and what a click does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)
from tests.integration.helpers.security import (  # noqa: F401 - pytest looks for fixtures here
    Box,
    Tls,
    credential_of,
    fixture_tls,
    known,
    levels_of,
    refused,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

HEX = "00112233445566778899aabbccddeeff00112233"
ELSEWHERE = "127.0.0.2"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def demand(hub: Hub, level: SecurityLevel, password: str | None = None) -> None:
    """Demand a level of the charger, and a password."""
    await levels_of(hub).credentials.async_change(
        "CP1",
        level=level,
        password_needed=password is not None,
        passwords=() if password is None else (hashed(password),),
    )


async def test_a_wrong_password_is_a_repair_after_three_times(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    mend: Callable[[], Mending],
    setup_integration: MockConfigEntry,
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
    for _ in range(2):
        assert await refused(Box(server_url, password="of its own")) == 401
    await hass.async_block_till_done()
    assert not shown(hass)
    assert await refused(Box(server_url, password="of its own")) == 401
    issue = await raised(hass, "password_wrong")
    told = said(issue)
    assert told["charger"] == "Garage"
    assert told["remote"] == "127.0.0.1"
    assert told["known"] == "127.0.0.1"
    assert "of its own" not in str(issue)
    diagnostics = await async_get_config_entry_diagnostics(hass, setup_integration)
    (charger,) = diagnostics["chargers"]
    assert charger["demanded"]["refusals"] == ["wrong_password: 3"]
    assert charger["demanded"]["level"] == "password"
    assert charger["demanded"]["login_needed"] is True
    assert charger["demanded"]["logins"] == 1

    flow = mend()
    step = await flow.start(issue)
    assert step["menu_options"] == ["accept", "new_password", "let_in", "ignore"]
    step = await flow.go(next_step_id="accept")
    assert step["step_id"] == "accept"
    assert credential_of(hub).passwords[0] != hashed("of its own")
    step = await flow.go()
    assert step["type"] == "create_entry"
    await cleared(hass)
    async with Box(server_url, password="of its own") as box:
        await known(hass, hub, box)
    assert await refused(Box(server_url, password=HEX)) == 401


async def test_only_the_password_of_the_address_that_was_shown_is_accepted(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        await refused(Box(server_url, password="mine"))
    flow = mend()
    await flow.start(await raised(hass, "password_wrong"))
    for _ in range(4):
        # Somebody else tries in the meantime.
        await refused(Box(server_url, password="evil", address="127.0.9.2"))
    await wait_for(hass, lambda: said(shown(hass)[0])["remote"] == "127.0.9.2")
    step = await flow.go(next_step_id="accept")
    assert step["description_placeholders"]["remote"] == "127.0.0.1"
    await flow.go()
    assert await refused(Box(server_url, password="evil", address="127.0.9.2")) == 401
    async with Box(server_url, password="mine"):
        pass


async def test_a_password_that_is_forgotten_again_cannot_be_accepted(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        await refused(Box(server_url, password="mine"))
    flow = mend()
    await flow.start(await raised(hass, "password_wrong"))
    hub.central_system._proofs.log_ins.forget("CP1")
    await flow.go(next_step_id="accept")
    step = await flow.go()
    assert step["type"] == "abort"
    assert step["reason"] == "password_gone"
    await raised(hass, "password_wrong")


async def test_attempts_count_for_an_hour(
    hass: HomeAssistant, hub: Hub, server_url: str, freezer: FrozenDateTimeFactory
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        assert not shown(hass)
        await refused(Box(server_url))
        await hass.async_block_till_done()
        freezer.tick(timedelta(minutes=35))
    assert not shown(hass)
    freezer.tick(timedelta(hours=1))
    for _ in range(3):
        assert not shown(hass)
        await refused(Box(server_url))
        await hass.async_block_till_done()
    await raised(hass, "password_missing")


async def test_a_missing_password(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        assert await refused(Box(server_url)) == 401
    issue = await raised(hass, "password_missing")
    flow = mend()
    step = await flow.start(issue)
    assert step["menu_options"] == ["new_password", "let_in", "ignore"]
    step = await flow.go(next_step_id="let_in")
    assert step["step_id"] == "let_in"
    assert credential_of(hub).password_needed
    await flow.go()
    await cleared(hass)
    assert not credential_of(hub).password_needed
    async with Box(server_url) as box:
        await known(hass, hub, box)


async def test_a_password_to_be_typed(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        await refused(Box(server_url))
    flow = mend()
    await flow.start(await raised(hass, "password_missing"))
    step = await flow.go(next_step_id="new_password")
    text = step["description_placeholders"]["password"]
    assert len(bytes.fromhex(text)) == 20
    # Confirmed too early.
    step = await flow.go()
    assert step["reason"] == "waiting"
    (issue,) = shown(hass)
    assert text not in str(issue)
    async with Box(server_url, password=text) as box:
        await known(hass, hub, box)
    await cleared(hass)
    assert await refused(Box(server_url, password=HEX)) == 401


async def test_it_is_kept_out(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.PASSWORD, HEX)
    for _ in range(3):
        await refused(Box(server_url))
    flow = mend()
    await flow.start(await raised(hass, "password_missing"))
    step = await flow.go(next_step_id="ignore")
    assert step["reason"] == "ignored"
    for _ in range(3):
        await refused(Box(server_url, address=ELSEWHERE))
    (issue,) = shown(hass)
    assert issue.dismissed_version is not None
    async with Box(server_url, password=HEX) as box:
        await known(hass, hub, box)
    await cleared(hass)


async def test_encryption_is_missed_at_once(
    hass: HomeAssistant,
    hub: Hub,
    tls: Tls,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
    assert await refused(Box(server_url)) == 426
    issue = await raised(hass, "not_encrypted")
    # The charger comes as it should.
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
        await cleared(hass)
        # While it is connected, others do not matter.
        assert await refused(Box(server_url, address=ELSEWHERE)) == 426
        await hass.async_block_till_done()
        assert not shown(hass)
    await wait_for(hass, lambda: not hub.central_system.charge_points["CP1"].connected)
    assert await refused(Box(server_url, address=ELSEWHERE)) == 426
    issue = await raised(hass, "not_encrypted")
    assert said(issue)["remote"] == ELSEWHERE
    assert said(issue)["known"] == "127.0.0.1"
    flow = mend()
    step = await flow.start(issue)
    assert step["menu_options"] == ["lower", "ignore"]
    step = await flow.go(next_step_id="lower")
    assert credential_of(hub).level is SecurityLevel.TLS
    await flow.go()
    await cleared(hass)
    assert credential_of(hub).level is SecurityLevel.NONE
    async with Box(server_url) as box:
        await known(hass, hub, box)


async def test_without_encryption_the_password_stays(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    await demand(hub, SecurityLevel.TLS, HEX)
    assert await refused(Box(server_url, password=HEX)) == 426
    flow = mend()
    await flow.start(await raised(hass, "not_encrypted"))
    await flow.go(next_step_id="lower")
    await flow.go()
    await cleared(hass)
    assert credential_of(hub).level is SecurityLevel.PASSWORD
    assert await refused(Box(server_url)) == 401
    async with Box(server_url, password=HEX):
        pass


async def test_the_certificate_is_missed_at_once(
    hass: HomeAssistant,
    hub: Hub,
    tls: Tls,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    await demand(hub, SecurityLevel.CERTIFICATE)
    assert await refused(Box(server_url, tls=await tls.client())) == 403
    flow = mend()
    await flow.start(await raised(hass, "no_certificate"))
    await flow.go(next_step_id="lower")
    await flow.go()
    await cleared(hass)
    async with Box(server_url, tls=await tls.client()) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.TLS


async def test_the_certificate_of_another(
    hass: HomeAssistant,
    hub: Hub,
    tls: Tls,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    await demand(hub, SecurityLevel.CERTIFICATE)
    assert await refused(Box(server_url, tls=await tls.client("OTHER"))) == 403
    issue = await raised(hass, "certificate_of_another")
    assert said(issue)["common_name"] == "OTHER"
    flow = mend()
    await flow.start(issue)
    await flow.go(next_step_id="lower")
    await flow.go()
    await cleared(hass)
    async with Box(server_url, tls=await tls.client("OTHER")) as box:
        await known(hass, hub, box)
    assert credential_of(hub).level is SecurityLevel.TLS


async def test_a_level_that_is_lowered_elsewhere_needs_no_repair(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    await demand(hub, SecurityLevel.TLS, HEX)
    await refused(Box(server_url))
    await raised(hass, "not_encrypted")
    (charger,) = hub.chargers.values()
    await levels_of(hub).async_lower(charger, SecurityLevel.PASSWORD)
    await cleared(hass)
    for _ in range(3):
        await refused(Box(server_url))
    await raised(hass, "password_missing")
    await levels_of(hub).async_drop_password(charger)
    await cleared(hass)


async def test_repairs_end_with_the_server(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
) -> None:
    await demand(hub, SecurityLevel.TLS)
    await refused(Box(server_url))
    await raised(hass, "not_encrypted")
    await hass.config_entries.async_unload(setup_integration.entry_id)
    assert not shown(hass)


async def test_repairs_end_with_the_charger(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    await demand(hub, SecurityLevel.TLS)
    await refused(Box(server_url))
    await raised(hass, "not_encrypted")
    (subentry_id,) = hub.chargers
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await hass.async_block_till_done()
    assert not shown(hass)


# Chargers that are not added.


@pytest.mark.parametrize("options", [{"unknown_password": True}])
async def test_an_unknown_charger_needs_the_password(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    mend: Callable[[], Mending],
    freezer: FrozenDateTimeFactory,
) -> None:
    hub.central_system.unknown_password = hashed("everybody")
    assert await refused(Box(server_url, "NEW")) == 401
    await hass.async_block_till_done()
    assert not shown(hass)
    assert await refused(Box(server_url, "NEW", password="wrong")) == 401
    issue = await raised(hass, "unknown_password")
    assert said(issue)["remote"] == "127.0.0.1"
    assert said(issue)["id"] == "NEW"
    async with Box(server_url, "NEW", password="everybody") as box:
        await box.boot()
        await cleared(hass)
    for number in range(5):
        for _ in range(2):
            await refused(Box(server_url, f"X{number}"))
    await wait_for(hass, lambda: len(shown(hass)) == 3)
    flow = mend()
    await flow.start(shown(hass)[0])
    await flow.go(next_step_id="let_in")
    await flow.go()
    assert len(shown(hass)) == 2
    async with Box(server_url, "X0") as box:
        await box.boot()
    freezer.tick(timedelta(minutes=61))
    async_fire_time_changed(hass)
    await cleared(hass)
