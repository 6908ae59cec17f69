"""A go-eCharger with encryption: what is read, mended and put back over HTTP."""

from collections.abc import Callable
import json
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.goe.settings import TLS
from custom_components.ocpp_cs.security.levels import Levels
from tests.integration.conftest import HOST, settled, setup, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    choices,
    fixture_goe,
    found,
    quick,
    set_up,
    settings,
)
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

from .test_coordinator import link_of, mended
from .test_raising import Home, fixture_entry, fixture_home, quick_raise  # noqa: F401 - pytest looks for fixtures here


@pytest.fixture
async def raised_home(home: Home) -> Home:
    """Return a home with a go-e at TLS."""
    await home.raise_to(SecurityLevel.TLS)
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.TLS)
    return home


async def test_a_charger_that_is_away_is_where_it_should_be(raised_home: Home) -> None:
    home = raised_home
    home.one.link.go_offline()
    await wait_for(home.hass, lambda: not home.charger.charge_point.connected)
    link = link_of(home.hub)
    await link.async_refresh()
    assert not shown(home.hass)
    assert link.own_url == home.one.api.get("ocppu")
    home.one.link.go_online()
    await home.one.wait_accepted()


async def test_another_port(
    raised_home: Home, unused_tcp_port_factory: Any, mend: Callable[[], Mending]
) -> None:
    home = raised_home
    new = unused_tcp_port_factory()
    home.hass.config_entries.async_update_entry(
        home.entry, options={"encryption": {"enabled": True, "port": new}}
    )
    encryption = home.hub.part(Encryption)
    await wait_for(home.hass, lambda: encryption.open_port == new)
    home.one.link.abort()
    await wait_for(home.hass, lambda: not home.charger.charge_point.connected)
    await link_of(home.hub).async_refresh()
    issue = await raised(home.hass, "goe_address_changed")
    assert said(issue)["expected"] == f"`wss://{HOST}:{new}/***/{SERIAL}`"
    result = await mended(mend(), issue, home.hass)
    assert result["type"] == "create_entry"
    await cleared(home.hass)
    await settled(home.hass, home.one)
    assert home.level is SecurityLevel.TLS
    assert str(home.one.api.get("ocppu")).startswith(f"wss://{HOST}:{new}/")
    # It can be put back to where it was without encryption.
    await home.raiser.lower(SecurityLevel.NONE, home.steps.append)
    await home.back()


@pytest.mark.parametrize("level", [SecurityLevel.TLS, SecurityLevel.CERTIFICATE])
async def test_somebody_took_the_encryption_back(
    home: Home,
    mend: Callable[[], Mending],
    level: SecurityLevel,
) -> None:
    plain = home.one.api.get("ocppu")
    await home.raise_to(level)
    await wait_for(home.hass, lambda: home.accepted is level)
    home.one.api.values |= dict.fromkeys(("ocppsc", "ocppcc", "ocppck"), "")
    home.one.api.set({"ocppu": f'"{plain}"', "ocppss": "true"})
    await wait_for(home.hass, lambda: not home.charger.charge_point.connected)
    await wait_for(home.hass, lambda: home.one.link.http_status == 426)
    await link_of(home.hub).async_refresh()
    (issue,) = (
        one for one in shown(home.hass) if one.translation_key == "goe_address_changed"
    )
    assert said(issue)["found"].startswith("`ws://")
    result = await mended(mend(), issue, home.hass)
    assert result["type"] == "create_entry"
    await cleared(home.hass)
    await settled(home.hass, home.one)
    assert home.level is level
    assert home.one.api.get("ocppss") is False
    assert bool(home.one.api.get("ocppck")) is (level is SecurityLevel.CERTIFICATE)


async def test_encryption_is_off_and_it_went_elsewhere(
    raised_home: Home, mend: Callable[[], Mending]
) -> None:
    home = raised_home
    home.hass.config_entries.async_update_entry(
        home.entry, options={"encryption": {"enabled": False}}
    )
    home.one.api.set({"ocppu": '"ws://127.0.0.1:9/elsewhere"'})
    await wait_for(home.hass, lambda: not home.charger.charge_point.connected)
    await link_of(home.hub).async_refresh()
    issue = await raised(home.hass, "goe_elsewhere")
    result = await mended(mend(), issue, home.hass)
    # Without encryption it would be refused, or would trust everybody.
    assert result["type"] == "abort"
    assert home.one.api.get("ocppu") == "ws://127.0.0.1:9/elsewhere"


async def test_removed(
    hass: HomeAssistant, raised_home: Home, mend: Callable[[], Mending]
) -> None:
    home = raised_home
    await home.raise_to(SecurityLevel.CERTIFICATE)
    (subentry_id,) = home.entry.subentries
    hass.config_entries.async_remove_subentry(home.entry, subentry_id)
    await hass.async_block_till_done()
    flow = mend()
    await flow.start(await raised(hass, "goe_removed"))
    result = await flow.go(next_step_id="restore")
    assert result["type"] == "create_entry"
    values = settings(home.one)
    assert (values["ocppe"], values["ocppu"]) == (False, "")
    assert {key for key in TLS if home.one.api.get(key)} == {"ocppg"}
    assert not home.hub.part(Levels).credentials.get("another").level


async def test_removed_and_set_up_again(hass: HomeAssistant, raised_home: Home) -> None:
    home = raised_home
    (subentry_id,) = home.entry.subentries
    hass.config_entries.async_remove_subentry(home.entry, subentry_id)
    await hass.async_block_till_done()
    await raised(hass, "goe_removed")
    await set_up(hass, home.entry, home.one)
    await cleared(hass)
    # It begins without encryption, and nobody demands more of it.
    assert home.level is SecurityLevel.NONE
    assert home.accepted is SecurityLevel.NONE
    await home.raise_to(SecurityLevel.TLS)
    assert home.level is SecurityLevel.TLS
    # What it had before all of that is still known.
    assert home.backup["before"]["ocppsc"] is False
    assert home.backup["before"]["ocppg"] is True


async def test_the_key_is_nowhere_but_on_the_charger(
    hass: HomeAssistant,
    home: Home,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    home.one.version = (60, 5)
    await home.raise_to(SecurityLevel.CERTIFICATE)
    await hass.async_block_till_done()
    lines = home.one.api.values["ocppck"].splitlines()
    assert lines[0] == "-----BEGIN PRIVATE KEY-----"
    secret = lines[1]
    # One that it refuses, and repeats in its answer.
    home.one.api.null_unsets = True
    answer, _ = home.one.api.set({"ocppck": json.dumps("\n".join(lines[:2]))})
    assert secret in str(answer)
    await link_of(home.hub).async_refresh()
    diagnostics = await async_get_config_entry_diagnostics(hass, home.entry)
    own = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components", "homeassistant", "aiohttp"))
    ]
    places = {
        "store": json.dumps(hass_storage),
        "diagnostics": str(diagnostics),
        "states": str(hass.states.async_all()),
        "subentry": str([one.as_dict() for one in home.entry.subentries.values()]),
        "log": "\n".join(own),
    }
    assert {where for where, text in places.items() if secret in text} == set()


@pytest.mark.parametrize("enabled", [True, False])
async def test_who_sets_one_up_learns_of_encryption(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    enabled: bool,
) -> None:
    hub = await setup(hass, entry)
    if not enabled:
        hass.config_entries.async_update_entry(entry, options={})
    encryption = hub.part(Encryption)
    await wait_for(hass, lambda: bool(encryption.root) is enabled)
    flow = await found(hass, entry, await goe())
    assert await flow.go(**choices(flow)) == "goe_changes"
    assert ("under Security" in flow.said["notes"]) is enabled
