"""Which addresses may connect to a server: its options, who is refused, and what mends that."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from unittest.mock import AsyncMock, Mock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import access
from custom_components.ocpp_cs.security.access import Access, network_to_allow
from tests.integration.conftest import HOST, AddCharger, charger_subentry, wait_for
from tests.integration.helpers.goe import Flow
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

LISTED = {"allowed": "listed", "allowed_addresses": ["127.0.0.1"]}


@asynccontextmanager
async def connected(
    url: str, address: str = "127.0.0.2", **headers: str
) -> AsyncIterator[ClientConnection]:
    """Connect from that address."""
    async with connect(
        url,
        subprotocols=[Subprotocol("ocpp1.6")],
        local_addr=(address, 0),
        additional_headers={
            name.replace("_", "-"): text for name, text in headers.items()
        },
        ping_interval=None,
    ) as websocket:
        yield websocket


async def refused(url: str, address: str = "127.0.0.2", **headers: str) -> int:
    """Return the status with which one is refused."""
    with pytest.raises(InvalidStatus) as caught:
        async with connected(url, address, **headers):
            pass
    return caught.value.response.status_code


async def options_flow(hass: HomeAssistant, entry: Any) -> Flow:
    """Open the form of who may connect."""
    manager = hass.config_entries.options
    flow = Flow(hass, manager, "options")
    await flow.take(await manager.async_init(entry.entry_id))
    assert await flow.choose("access") == "access"
    return flow


# The default.


async def test_an_older_server_lets_everybody_in(hub: Hub, server_url: str) -> None:
    assert hub.central_system.addresses.allowed is None
    assert hub.central_system.addresses.allows("8.8.8.8")
    assert not hub.central_system.secret_needed
    async with connected(f"{server_url}CP1"):
        pass


async def test_a_new_server_is_for_the_own_networks(
    hass: HomeAssistant, port: int
) -> None:
    adapters = [
        {
            "ipv4": [{"address": "203.0.113.7", "network_prefix": 24}],
            "ipv6": [
                {
                    "address": "2001:db8:1:2::7%2",
                    "network_prefix": 64,
                    "scope_id": 2,
                    "flowinfo": 0,
                },
            ],
        },
        {"ipv4": [{"address": "0.0.0.0", "network_prefix": 0}], "ipv6": []},
    ]
    assert await async_setup_component(hass, DOMAIN, {})
    with patch.object(
        access, "network", Mock(async_get_adapters=AsyncMock(return_value=adapters))
    ):
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"host": HOST, "port": port}
        )
        await hass.async_block_till_done()
    entry = result["result"]
    rules = entry.runtime_data.central_system.addresses
    for address, allowed in (
        ("127.0.0.1", True),
        ("192.168.3.4", True),
        ("100.100.1.1", True),
        ("fd12::1", True),
        ("203.0.113.99", True),
        ("2001:db8:1:2::99", True),
        ("203.0.114.1", False),
        ("2001:db8:1:3::1", False),
        ("8.8.8.8", False),
    ):
        assert rules.allows(address) is allowed, address
    async with connected(f"ws://{HOST}:{port}/CP1"):
        pass
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("options", [{"allowed": "local"}])
async def test_another_prefix_of_the_own_line_is_noticed(
    hass: HomeAssistant, hub: Hub
) -> None:
    """Providers give other ones now and then."""
    assert not hub.central_system.addresses.allows("2001:db8:9::5")
    adapters = [
        {
            "ipv4": [],
            "ipv6": [{"address": "2001:db8:9::1", "network_prefix": 64}],
        }
    ]
    with patch.object(access, "async_load_adapters", return_value=adapters) as load:
        hub.access.async_refused()
        hub.access.async_refused()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert load.call_count == 1
    assert hub.central_system.addresses.allows("2001:db8:9::5")


# The form.


async def test_the_form_takes_addresses_and_networks(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    entry = setup_integration
    flow = await options_flow(hass, entry)
    assert flow.result["data_schema"]({}) == {
        "allowed": "any",
        "secret_only": False,
        "unknown_password": False,
    }
    filled = {"allowed": "local", "secret_only": False, "unknown_password": False}
    for field, error in (
        ("allowed_addresses", "invalid_network"),
        ("proxies", "invalid_proxy"),
    ):
        await flow.go(**filled, **{field: ["192.168.1.1", "192.168.1.`300"]})
        assert flow.result["errors"] == {field: error}
        assert flow.said["address"] == "`192.168.1.?300`"
    await flow.go(allowed="listed", allowed_addresses=[" "], secret_only=False)
    assert flow.result["errors"] == {"allowed_addresses": "nobody_allowed"}
    assert (
        await flow.go(
            **filled,
            allowed_addresses=["203.0.113.7, 198.51.100.9/24", "2001:db8::5/64"],
            proxies=["::ffff:10.0.0.1"],
        )
        == "created"
    )
    await hass.async_block_till_done()
    assert entry.options == {
        **filled,
        "allowed_addresses": ["203.0.113.7", "198.51.100.0/24", "2001:db8::/64"],
        "proxies": ["10.0.0.1"],
    }
    # At once, without a reload.
    assert entry.runtime_data is hub
    rules = hub.central_system.addresses
    assert rules.proxies == (ip_network("10.0.0.1"),)
    assert rules.allows("198.51.100.200")
    assert not rules.allows("203.0.113.8")
    # What is emptied is no more; other forms leave it alone.
    flow = await options_flow(hass, entry)
    assert await flow.go(**filled) == "created"
    assert entry.options == filled
    manager = hass.config_entries.options
    flow = Flow(hass, manager, "options")
    await flow.take(await manager.async_init(entry.entry_id))
    await flow.choose("general")
    general = {
        "unknown": "refuse",
        "strict_subprotocol": False,
        "tag_policy": "known",
        "scan_tags": True,
    }
    assert await flow.go(**general) == "created"
    assert entry.options == filled | general


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_who_would_be_shut_out_is_named_first(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger("CP1")
    filled = {
        "allowed": "listed",
        "allowed_addresses": ["10.0.0.0/8"],
        "secret_only": False,
    }
    flow = await options_flow(hass, setup_integration)
    assert await flow.go(**filled) == "shut_out"
    assert flow.said["chargers"] == "- `CP1 (127.0.0.1)`"
    assert not setup_integration.options
    assert await flow.go() == "created"
    (adopted,) = hub.chargers.values()
    await wait_for(hass, lambda: not adopted.charge_point.connected)
    # It tries again and is told of.
    await wait_for(hass, lambda: shown(hass))
    await one.stop()


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_the_secret_option_names_who_comes_without(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1")
    flow = await options_flow(hass, setup_integration)
    assert await flow.go(allowed="any", secret_only=True) == "shut_out"
    hass.config_entries.options.async_abort(flow.result["flow_id"])
    assert not setup_integration.options


# Who is refused.


@pytest.mark.parametrize("options", [LISTED])
@pytest.mark.parametrize("subentries", [[charger_subentry("CP 1", "Garage")]])
async def test_a_click_lets_a_charger_in(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    assert await refused(f"{server_url}CP%201") == 403
    issue = await raised(hass, "address_refused")
    assert said(issue) == {
        "charger": "Garage",
        "id": "CP 1",
        "remote": "127.0.0.2",
        "network": "127.0.0.0/24",
        "server": setup_integration.title,
    }
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "confirm"
    assert (await flow.go())["type"] == "create_entry"
    assert setup_integration.options["allowed_addresses"] == [
        "127.0.0.1",
        "127.0.0.0/24",
    ]
    assert not shown(hass)
    async with connected(f"{server_url}CP%201"):
        (charger,) = hub.chargers.values()
        await wait_for(hass, lambda: charger.charge_point.connected)
        assert charger.charge_point.remote == "127.0.0.2"


@pytest.mark.parametrize("options", [LISTED])
async def test_a_stranger_is_told_of_when_it_comes_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    assert await refused(f"{server_url}NEW") == 403
    await hass.async_block_till_done()
    assert not shown(hass)
    assert await refused(f"{server_url}NEW") == 403
    issue = await raised(hass, "address_refused")
    assert said(issue)["charger"] == "127.0.0.2"
    assert said(issue)["id"] == "NEW"
    assert issue.issue_id.endswith(setup_integration.entry_id)
    # So are a few more, but not any number.
    for number in range(8):
        for _ in range(2):
            await refused(f"{server_url}X`{number}", f"127.0.0.{number + 3}")
    await hass.async_block_till_done()
    assert len(shown(hass)) == 3
    assert {said(one)["id"] for one in shown(hass)} <= {"NEW", "X 0", "X 1"}
    # Whoever stays away is forgotten.
    freezer.tick(timedelta(hours=1, minutes=2))
    async_fire_time_changed(hass)
    await cleared(hass)


@pytest.mark.parametrize("options", [LISTED])
async def test_what_is_allowed_otherwise_is_told_no_more(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    for _ in range(2):
        await refused(f"{server_url}NEW")
    await raised(hass, "address_refused")
    hass.config_entries.async_update_entry(setup_integration, options={})
    await cleared(hass)
    async with connected(f"{server_url}NEW"):
        pass


@pytest.mark.parametrize("options", [LISTED])
async def test_who_is_no_charger_is_not_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    for _ in range(3):
        with pytest.raises(InvalidStatus):
            async with connect(f"{server_url}NEW", local_addr=("127.0.0.2", 0)):
                pass
    await hass.async_block_till_done()
    assert not shown(hass)


@pytest.mark.parametrize("options", [{"allowed": "local", "proxies": ["127.0.0.2"]}])
@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_behind_a_proxy_the_address_of_the_charger_counts(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    url = f"{server_url}CP1"
    (charger,) = hub.chargers.values()
    assert await refused(url, X_Forwarded_For="10.1.1.1, 9.9.9.9") == 403
    issue = await raised(hass, "address_refused")
    # On the internet, its neighbours are strangers.
    assert said(issue)["network"] == said(issue)["remote"] == "9.9.9.9"
    await mend_by_click(mend(), issue)
    async with connected(url, X_Forwarded_For="9.9.9.9"):
        await wait_for(hass, lambda: charger.charge_point.connected)
        assert charger.charge_point.remote == "9.9.9.9"
    # Of others it counts for nothing.
    async with connected(url, "127.0.0.3", X_Forwarded_For="9.9.9.10"):
        await wait_for(hass, lambda: charger.charge_point.remote == "127.0.0.3")


async def mend_by_click(flow: Mending, issue: Any) -> None:
    """Confirm a repair."""
    await flow.start(issue)
    assert (await flow.go())["type"] == "create_entry"


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("192.168.3.4", "192.168.3.0/24"),
        ("9.9.9.9", "9.9.9.9/32"),
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:8.8.8.8", "8.8.8.8/32"),
        ("2a00:1450:1:2:3::9", "2a00:1450:1:2::/64"),
        ("fe80::9%eth0", "fe80::/64"),
    ],
)
def test_what_a_click_allows(remote: str, network: str) -> None:
    assert str(network_to_allow(remote)) == network


def test_what_is_no_address_cannot_be_allowed() -> None:
    assert network_to_allow("") is None


async def test_options_that_make_no_sense_are_left_out(hass: HomeAssistant) -> None:
    """Somebody edited the file."""
    entry: Any = MockConfigEntry(
        domain=DOMAIN,
        options={"allowed": "listed", "allowed_addresses": ["x", "10.0.0.1"]},
    )
    assert Access(hass, entry).rules().allowed == (ip_network("10.0.0.1"),)
