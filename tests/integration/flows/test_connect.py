"""Chargers without an API: what to type into them, and what is seen of them meanwhile."""

from contextlib import suppress
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from custom_components.ocpp_cs.chargers import awaited
from custom_components.ocpp_cs.flows import charger as charger_flow
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, cards, settled, wait_for
from tests.integration.helpers.goe import Flow, add_charger


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let those that say nothing of themselves be shown soon."""
    monkeypatch.setattr(awaited, "IDENTITY_WAIT", 0.1)


async def waiting(
    hass: HomeAssistant, entry: Any, vendor: str = "other", charge_point_id: str = ""
) -> Flow:
    """Choose a vendor; wait for the charger."""
    flow = await add_charger(hass, entry)
    assert await flow.choose("vendor") == "vendor"
    given = {"charge_point_id": charge_point_id} if charge_point_id else {}
    await flow.go(vendor=vendor, **given)
    return flow


def action(flow: Flow) -> str:
    """Return what is said while it waits."""
    return str(flow.result["progress_action"])


async def refused(url: str, *subprotocols: str) -> None:
    """Try to connect, and be turned away, before or after the handshake."""
    with suppress(InvalidStatus, ConnectionClosed):
        async with connect(
            url, subprotocols=[Subprotocol(name) for name in subprotocols] or None
        ) as websocket:
            await websocket.recv()


async def look(hass: HomeAssistant, flow: Flow, expected: str) -> None:
    """Return when that is said, as the frontend is told to look again."""
    manager = hass.config_entries.subentries
    await wait_for(
        hass,
        lambda: (
            manager._progress[flow.result["flow_id"]].cur_step["progress_action"]
            == expected
        ),
    )
    await flow.take(await manager.async_configure(flow.result["flow_id"]))
    assert action(flow) == expected


@pytest.mark.parametrize(
    ("vendor", "given", "end"),
    [
        ("bender", "", ""),
        ("bender", "CP 1", ""),
        ("easee", "EH123", ""),
        ("goe", "CP 1", "CP%201"),
        ("other", "", ""),
        ("other", "CP1", "CP1"),
    ],
)
async def test_the_address_is_the_one_that_the_vendor_wants(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    socket_enabled: None,
    server_url: str,
    vendor: str,
    given: str,
    end: str,
) -> None:
    flow = await waiting(hass, setup_integration, vendor, given)
    assert flow.step == "connect"
    assert action(flow) == "connect"
    secret, slash, rest = flow.said["url"].removeprefix(server_url).partition("/")
    assert (len(secret), slash, rest) == (22, "/", end)
    assert flow.said["asked_id"] == (
        f"`{given}`" if given else "any, such as the serial number"
    )
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_what_is_wrong_with_an_id_is_said(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("vendor")
    for vendor, given, problem in (
        ("goe", "", "id_needed"),
        ("other", "a\tb", "invalid_id"),
        ("other", "CP1", "already_configured"),
    ):
        assert await flow.go(vendor=vendor, charge_point_id=given) == "vendor"
        assert flow.result["errors"] == {"charge_point_id": problem}


@pytest.mark.parametrize("options", [{}, {"unknown": "refuse"}])
async def test_a_charger_that_shows_up_is_added_on_its_open_connection(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    flow = await waiting(hass, setup_integration)
    one = await charger("CP1", accepted=False)
    assert await flow.wait() == "connected"
    assert flow.said == {"id": "CP1", "vendor": "Generic", "model": "Simulator"}
    assert flow.result["data_schema"]({}) == {
        "name": "Generic Simulator",
        "maximum_current": 16.0,
    }
    assert await flow.go(name="Hof", maximum_current=5) == "connected"
    assert flow.result["errors"] == {"maximum_current": "number_range"}
    assert await flow.go(name="Hof") == "created"
    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert (subentry.title, subentry.unique_id) == ("Hof", "CP1")
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.connections == 1
    assert not cards(hass)
    assert not hub.arrivals.in_demand


@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
async def test_one_that_is_adopted_unasked_is_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    flow = await waiting(hass, setup_integration)
    await charger("CP1")
    assert await flow.wait() == "abort:charger_added"
    assert len(setup_integration.subentries) == 1


async def test_one_that_waits_already_is_seen_at_once(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1", accepted=False)
    flow = await waiting(hass, setup_integration, "other", "CP1")
    assert await flow.wait() == "connected"


async def test_another_id_is_told_and_may_be_the_one(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    flow = await waiting(hass, setup_integration, "other", "CP1")
    await charger("CP2", accepted=False)
    assert await flow.wait() == "another_id"
    assert (flow.said["id"], flow.said["expected"]) == ("CP2", "CP1")
    # It is not, and is not told of again.
    assert await flow.choose("wait_on") == "connect"
    await charger("CP3", accepted=False)
    assert await flow.wait() == "another_id"
    assert flow.said["id"] == "CP3"
    assert await flow.choose("connected") == "connected"
    assert await flow.go(name="") == "created"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.unique_id == "CP3"


async def test_what_is_turned_away_is_told_while_it_waits(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
) -> None:
    flow = await waiting(hass, setup_integration, "bender")
    await refused(server_url, "ocpp1.6")
    await look(hass, flow, "connect_no_id")
    assert (flow.said["remote"], flow.said["path"]) == ("127.0.0.1", "`/`")
    await refused(f"{server_url}CP1", "ocpp1.5")
    await look(hass, flow, "connect_wrong_protocol")
    assert flow.said["offered"] == "`ocpp1.5`"
    await charger("CP1", accepted=False)
    assert await flow.wait() == "connected"


@pytest.mark.parametrize("options", [{"strict_subprotocol": True}])
async def test_who_names_no_protocol_is_told_of(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    socket_enabled: None,
    server_url: str,
) -> None:
    flow = await waiting(hass, setup_integration)
    await refused(f"{server_url}CP1")
    await look(hass, flow, "connect_no_protocol")
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])


async def test_after_long_the_user_decides(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charger_flow, "PATIENCE", 0.01)
    flow = await waiting(hass, setup_integration)
    assert await flow.wait() == "not_seen"
    assert not hub.arrivals.in_demand
    assert await flow.choose("wait_on") == "connect"
    assert hub.arrivals.in_demand
    assert await flow.wait() == "not_seen"
    assert await flow.choose("vendor") == "vendor"


async def test_who_gives_up_is_not_listened_for(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    flow = await waiting(hass, setup_integration)
    assert hub.arrivals.in_demand
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    assert not hub.arrivals.in_demand


async def test_a_server_that_does_not_run_is_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(setup_integration.entry_id)
    flow = await waiting(hass, setup_integration)
    assert flow.step == "abort:not_running"
