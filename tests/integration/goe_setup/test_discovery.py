"""go-eChargers that make themselves known in the network."""

from ipaddress import ip_address
import socket
from typing import Any
from unittest.mock import ANY

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_ZEROCONF
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.goe_setup import discovery as goe_discovery
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.hub import Hub
from simulator import GoE
from tests.goe.devices import answering, http, sets
from tests.integration.conftest import (
    HOST,
    charger_subentry,
    make_entry,
    settled,
    setup,
    wait_for,
)
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    Flow,
    add_charger,
    choices,
    fixture_goe,
    host_of,
    quick,
)

TOLD = {
    "serial": SERIAL,
    "manufacturer": "go-e",
    "devicetype": "go-eCharger_V4",
    "devicesubtype": "",
    "friendly_name": "Hof",
}


def announced(port: int, **told: str) -> ZeroconfServiceInfo:
    """Return what mDNS shows of a charger on this machine."""
    return ZeroconfServiceInfo(
        ip_address=ip_address(HOST),
        ip_addresses=[ip_address(HOST)],
        port=port,
        hostname=f"go-echarger_{SERIAL}.local.",
        type="_http._tcp.local.",
        name=f"go-echarger_{SERIAL}._http._tcp.local.",
        properties=TOLD | told,
    )


async def discovered(hass: HomeAssistant, charger: GoE | int, **told: str) -> Flow:
    """Let a charger be discovered."""
    port = charger if isinstance(charger, int) else http(charger).port
    manager = hass.config_entries.flow
    flow = Flow(hass, manager, "config")
    await flow.take(
        await manager.async_init(
            DOMAIN, context={"source": SOURCE_ZEROCONF}, data=announced(port, **told)
        )
    )
    return flow


def progress(hass: HomeAssistant) -> list[Any]:
    """Return the cards there are."""
    return list(hass.config_entries.flow.async_progress_by_handler(DOMAIN))


@pytest.fixture
def new_server(monkeypatch: pytest.MonkeyPatch, port: int) -> int:
    """Let a server with the defaults listen where nobody else does."""
    monkeypatch.setattr(goe_discovery, "DEFAULT_HOST", HOST)
    monkeypatch.setattr(goe_discovery, "DEFAULT_PORT", port)
    return port


async def test_a_card_leads_to_the_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await discovered(hass, one)
    assert flow.step == "goe_discovered"
    assert flow.said == {
        "model": "go-eCharger_V4",
        "serial": SERIAL,
        "host": host_of(one),
    }
    (card,) = progress(hass)
    assert card["context"]["unique_id"] == SERIAL
    assert card["context"]["title_placeholders"] == {"name": f"go-eCharger_V4 {SERIAL}"}
    assert not sets(one)
    assert await flow.go() == "goe_found"
    assert await flow.go(**choices(flow, name="Hof")) == "goe_changes"
    await flow.choose("goe_apply")
    assert await flow.wait() == "abort:charger_added"
    assert flow.said == {"name": "Hof"}
    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert (subentry.title, subentry.unique_id) == ("Hof", SERIAL)
    assert hass.states.get("sensor.hof_status").state == "available"
    assert not progress(hass)
    # It is seen again and again.
    assert (await discovered(hass, one)).step == "abort:already_configured"


async def test_without_a_server_one_is_made(
    hass: HomeAssistant, goe: AddGoE, new_server: int
) -> None:
    one = await goe()
    flow = await discovered(hass, one)
    assert await flow.go() == "goe_found"
    assert choices(flow)["server"] == {"address": HOST, "port": new_server}
    # Not before something is changed.
    assert not hass.config_entries.async_entries(DOMAIN)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "abort:charger_added"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert dict(entry.data) == {"host": HOST, "port": new_server, "id_tag": ANY}
    assert dict(entry.options) == {"allowed": "local"}
    (subentry,) = entry.subentries.values()
    assert subentry.unique_id == SERIAL
    await settled(hass, one)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_new_server_finds_its_port_taken(
    hass: HomeAssistant, goe: AddGoE, new_server: int, unused_tcp_port_factory: Any
) -> None:
    one = await goe()
    flow = await discovered(hass, one)
    with socket.create_server((HOST, new_server)):
        assert await flow.go() == "goe_server"
        assert flow.said == {"port": str(new_server)}
        assert await flow.go(port=new_server) == "goe_server"
        assert flow.result["errors"] == {"port": "port_in_use"}
        other = unused_tcp_port_factory()
        assert await flow.go(port=other) == "goe_found"
        assert choices(flow)["server"]["port"] == other
        await flow.go(**choices(flow))
        await flow.choose("goe_apply")
        assert await flow.wait() == "abort:charger_added"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_new_server_goes_with_who_stops_half_way(
    hass: HomeAssistant, goe: AddGoE, new_server: int
) -> None:
    one = await goe()
    before = {key: one.api.get(key) for key in ("ocppu", "ocppe", "ocppd")}
    flow = await discovered(hass, one)
    await flow.go()
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    await wait_for(hass, lambda: one.api.get("ocppe"))
    hass.config_entries.flow.async_abort(flow.result["flow_id"])
    await wait_for(hass, lambda: not hass.config_entries.async_entries(DOMAIN))
    await wait_for(hass, lambda: before == {key: one.api.get(key) for key in before})


async def test_of_several_servers_one_is_chosen(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    unused_tcp_port_factory: Any,
) -> None:
    other = make_entry(unused_tcp_port_factory())
    await setup(hass, other)
    flow = await discovered(hass, await goe())
    assert await flow.go(entry_id=other.entry_id) == "goe_found"
    assert choices(flow)["server"]["port"] == other.data["port"]
    assert await hass.config_entries.async_unload(other.entry_id)


async def test_a_server_that_does_not_run_gets_no_other_one_beside_it(
    hass: HomeAssistant, entry: MockConfigEntry, goe: AddGoE
) -> None:
    entry.add_to_hass(hass)
    flow = await discovered(hass, await goe())
    assert await flow.go() == "abort:not_running"


@pytest.mark.parametrize(
    ("body", "reason"),
    [("<html>", "not_goe"), ('{"sse": "1", "typ": "go-e Controller"}', "not_goe")],
)
async def test_what_only_looks_like_one_gets_no_card(
    hass: HomeAssistant, socket_enabled: None, body: str, reason: str
) -> None:
    async with answering(body) as address:
        flow = await discovered(hass, int(address.rpartition(":")[2]))
    assert flow.step == f"abort:{reason}"


async def test_what_does_not_even_look_like_one_is_not_asked(
    hass: HomeAssistant, goe: AddGoE
) -> None:
    one = await goe()
    flow = await discovered(hass, one, devicetype="go-eController")
    assert flow.step == "abort:not_goe"
    assert not http(one).requests


async def test_one_that_does_not_answer_gets_no_card(
    hass: HomeAssistant, goe: AddGoE, unused_tcp_port: int
) -> None:
    assert (await discovered(hass, unused_tcp_port)).step == "abort:cannot_connect"


async def test_one_whose_api_is_off_is_offered_and_explained(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    one.api.values["hai"] = False
    flow = await discovered(hass, one)
    assert flow.step == "goe_discovered"
    assert await flow.go() == "goe_address"
    assert flow.result["errors"] == {"host": "api_off"}
    one.api.values["hai"] = True
    assert await flow.go(host=host_of(one)) == "goe_found"


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", serial=SERIAL, host="127.0.0.1:9")]],
)
async def test_a_charger_that_is_known_has_another_address(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    assert (await discovered(hass, one)).step == "abort:already_configured"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["host"] == host_of(one)
    requests = len(http(one).requests)
    assert (await discovered(hass, one)).step == "abort:already_configured"
    # Nothing is new, so that nothing is asked.
    hub: Hub = setup_integration.runtime_data
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    assert link.client.host == host_of(one)
    assert (
        len([r for r in http(one).requests[requests:] if "modelStatus" not in r]) <= 1
    )


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", serial=SERIAL, host="127.0.0.1:9")]],
)
async def test_another_charger_does_not_take_the_place_of_a_known_one(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    # It says so over mDNS, and over HTTP it says otherwise.
    one = await goe(serial="999999")
    flow = await discovered(hass, one)
    assert flow.step == "goe_discovered"
    assert flow.said["serial"] == "999999"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["host"] == "127.0.0.1:9"


async def test_an_ignored_card_does_not_come_back(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    await discovered(hass, one)
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": SERIAL, "title": "go-eCharger"},
    )
    assert not progress(hass)
    assert (await discovered(hass, one)).step == "abort:already_configured"


async def test_one_that_is_set_up_otherwise_loses_its_card(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    await discovered(hass, one)
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    await flow.go(host=host_of(one))
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert not progress(hass)


async def test_one_charger_has_one_card_however_it_shows_up(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    server_url: str,
) -> None:
    one = await goe()
    await discovered(hass, one)
    # Now somebody types the address into its app.
    one.api.set({"ocppu": f'"{server_url}{SERIAL}"', "ocppe": "true"})
    hub = setup_integration.runtime_data
    await wait_for(hass, lambda: hub.central_system.pending)
    await wait_for(hass, lambda: one.boot_status == "Pending")
    (card,) = progress(hass)
    assert card["context"]["source"] == SOURCE_ZEROCONF
    hass.config_entries.flow.async_abort(card["flow_id"])
    hub.discovery.async_offer()
    await wait_for(hass, lambda: progress(hass))
    (card,) = progress(hass)
    assert (await discovered(hass, one)).step == "abort:already_in_progress"
    assert len(progress(hass)) == 1


async def test_a_charger_that_is_being_set_up_is_not_offered(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    server_url: str,
) -> None:
    one = await goe()
    hub = setup_integration.runtime_data
    one.api.set({"ocppu": f'"{server_url}{SERIAL}"', "ocppe": "true"})
    await wait_for(hass, lambda: progress(hass))
    hub.async_expect(SERIAL, "HA", "secret")
    assert not progress(hass)
    await settled(hass, one)
    # It failed, or was given up.
    hub.async_release(SERIAL)
    await wait_for(hass, lambda: progress(hass))
