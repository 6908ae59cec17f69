"""A go-eCharger that shows up elsewhere: its token goes there only if the user says so."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.goe_setup import moves as goe_moves
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.goe_setup.rollback import async_goe_seen, async_rollback
from custom_components.ocpp_cs.hub import Hub
from tests.goe.devices import http
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    add_charger,
    choices,
    fixture_goe,
    host_of,
    quick,
)
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

from .test_discovery import discovered

NOWHERE = "127.0.0.1:9"
TOKEN = "s3cret-token"


def known(**data: Any) -> dict[str, Any]:
    """Return a charger that was set up."""
    return charger_subentry("CP1", "Garage", serial=SERIAL, **data)


def host(entry: MockConfigEntry) -> Any:
    """Return where the only charger is thought to be."""
    (subentry,) = entry.subentries.values()
    return subentry.data["host"]


def tokens(charger: Any) -> list[str]:
    """Return the tokens that a charger was sent."""
    return [token for token in http(charger).authorizations if token]


@pytest.mark.parametrize("subentries", [[known(host=NOWHERE, token=TOKEN)]])
@pytest.mark.parametrize("real", [True, False])
async def test_the_token_goes_nowhere_without_a_click(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
    real: bool,
) -> None:
    # The real one wants its token; whoever passes for it takes anything.
    one = await goe()
    if real:
        http(one).token = TOKEN
    assert (await discovered(hass, one)).step == "abort:already_configured"
    issue = await raised(hass, "goe_moved")
    assert said(issue) == {
        "charger": "Garage",
        "host": host_of(one),
        "old": f"`{NOWHERE}`",
    }
    assert host(setup_integration) == NOWHERE
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    await link.async_refresh()
    assert not tokens(one)
    # The card is not shown either: it would lead to a form for the token.
    assert not hass.config_entries.flow.async_progress()
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "confirm"
    assert not tokens(one)
    assert (await flow.go())["type"] == "create_entry"
    assert host(setup_integration) == host_of(one)
    assert set(tokens(one)) == {f"Bearer {TOKEN}"}
    await cleared(hass)


@pytest.mark.parametrize("subentries", [[known(host=NOWHERE, token=TOKEN)]])
async def test_a_click_does_not_help_who_is_another_one(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    await discovered(hass, one)
    issue = await raised(hass, "goe_moved")
    http(one).token = "another"
    flow = mend()
    await flow.start(issue)
    result = await flow.go()
    assert result["errors"] == {"base": "token_wrong"}
    assert host(setup_integration) == NOWHERE


@pytest.mark.parametrize("token", [{}, {"token": TOKEN}])
async def test_one_that_answers_where_it_was_has_not_moved(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    token: dict[str, str],
) -> None:
    one, impostor = await goe(), await goe()
    if token:
        http(one).token = TOKEN
    (subentry,) = _add(hass, setup_integration, host=host_of(one), **token)
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    await link.async_refresh()
    assert (await discovered(hass, impostor)).step == "abort:already_configured"
    assert subentry.data["host"] == host_of(one)
    assert not shown(hass)
    assert not tokens(impostor)


@pytest.mark.parametrize("token", [{}, {"token": TOKEN}])
async def test_one_that_is_connected_from_where_it_was_has_not_moved(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    server_url: str,
    token: dict[str, str],
) -> None:
    """Its HTTP API may be off, or busy; here everybody has the same address."""
    impostor = await goe()
    one = await goe(serial="111111")
    (subentry,) = _add(hass, setup_integration, host=NOWHERE, **token)
    one.api.set({"ocppu": f'"{server_url}CP1"', "ocppe": "true"})
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: charger.charge_point.connected)
    charger.charge_point.remote = "127.0.0.1"
    # Seen from another address than that of its connection.
    seen_at = goe_moves._is_at

    async def is_at(where: str, remote: str) -> bool:
        return where == NOWHERE and await seen_at(where, remote)

    goe_moves._is_at = is_at
    try:
        await discovered(hass, impostor)
    finally:
        goe_moves._is_at = seen_at
    assert subentry.data["host"] == NOWHERE
    assert not [one for one in shown(hass) if one.translation_key == "goe_moved"]
    assert not tokens(impostor)


def _add(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> Any:
    told = known(**data)
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=MappingProxyType(told["data"]),
            subentry_type=told["subentry_type"],
            title=told["title"],
            unique_id=told["unique_id"],
        ),
    )
    return list(entry.subentries.values())


@pytest.mark.parametrize(
    ("where", "remote", "there"),
    [
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5:8080", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
        ("[fd00::5]", "fd00::5", True),
        ("localhost", "127.0.0.1", True),
        ("127.0.0.1", "", False),
    ],
)
async def test_where_a_connection_comes_from(
    socket_enabled: None, where: str, remote: str, there: bool
) -> None:
    assert await goe_moves._is_at(where, remote) is there


# One that was removed.


async def removed(
    hass: HomeAssistant, entry: MockConfigEntry, charger: Any, token: str | None
) -> None:
    """Set a charger up and remove it again."""
    if token:
        http(charger).token = token
    flow = await add_charger(hass, entry)
    await flow.choose("goe_address")
    await flow.go(host=host_of(charger))
    if token:
        await flow.go(host=host_of(charger), token=token)
    await flow.go(**choices(flow, name="Garage"))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await raised(hass, "goe_removed")


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("token", [TOKEN, None])
async def test_a_removed_one_is_followed_only_if_it_is_gone_and_asked_for_its_token(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
    gone: bool,
    token: str | None,
) -> None:
    one, impostor = await goe(), await goe()
    await removed(hass, setup_integration, one, token)
    old = host_of(one)
    if gone:
        await http(one).stop()
    await async_goe_seen(hass, SERIAL, host_of(impostor))
    await hass.async_block_till_done()
    record = (await async_rollback(hass)).records.get(SERIAL)
    assert record is not None
    moved = gone and token is None
    assert record.host == (host_of(impostor) if moved else old)
    assert record.seen == (host_of(impostor) if gone and token else None)
    assert not tokens(impostor)
    if gone and token:
        issue = await raised(hass, "goe_removed")
        flow = mend()
        await flow.start(issue)
        result = await flow.go(next_step_id="restore")
        # Nothing is sent before the user has seen where to.
        assert result["step_id"] == "restore"
        assert not tokens(impostor)
        assert result["data_schema"][0]["default"] == host_of(impostor)
        await flow.go(host=host_of(impostor))
        assert tokens(impostor)
