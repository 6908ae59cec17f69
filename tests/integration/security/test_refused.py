"""Chargers that are refused for how they connect, over real sockets."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from custom_components.ocpp_cs.chargers.store import Memory
from custom_components.ocpp_cs.const import CONF_STRICT_SUBPROTOCOL, DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.impostors import REMOTE
from custom_components.ocpp_cs.security.refused import RefusedChargers, is_local
from tests.integration.conftest import AddCharger, charger_subentry, setup, wait_for
from tests.integration.helpers.entities import Wallbox
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

V16, V15 = "ocpp1.6", "ocpp1.5"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP 1", "Garage")]


async def knock(
    url: str, *protocols: str, times: int = 2, address: str = "127.0.0.1"
) -> None:
    """Try to connect, and be sent away each time."""
    for _ in range(times):
        with suppress(InvalidStatus, ConnectionClosed):
            async with connect(
                url,
                subprotocols=[Subprotocol(one) for one in protocols] or None,
                local_addr=(address, 0),
            ) as websocket:
                await websocket.recv()
            raise AssertionError("it was let in")


async def test_a_path_without_an_id(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    charger: AddCharger,
    mend: Callable[[], Mending],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Told at the second attempt, and once; again when it was read and still is so."""
    await knock(server_url, V16, times=1)
    await hass.async_block_till_done()
    assert shown(hass) == []
    await knock(server_url, V16, times=3)
    issue = await raised(hass, "wrong_path")
    assert said(issue) == {
        "charger": "127.0.0.1",
        "path": "/",
        "offered": "ocpp1.6",
        "url": f"{server_url}charger1",
    }
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "confirm"
    assert (await flow.go())["type"] == "create_entry"
    assert shown(hass) == []
    # The user is on the way to the charger.
    await knock(server_url, V16, times=5)
    await hass.async_block_till_done()
    assert shown(hass) == []
    freezer.tick(timedelta(minutes=11))
    await knock(server_url, V16)
    await raised(hass, "wrong_path")
    # It has got its id.
    await charger("NEW", accepted=False)
    await cleared(hass)


async def test_an_adopted_charger_is_known_by_its_address(
    hass: HomeAssistant, hub: Hub, server_url: str, charger: AddCharger
) -> None:
    one = await charger("CP 1")
    # A second device behind the same address is no trouble to it.
    await knock(f"{server_url}%FF", V16, times=4)
    await hass.async_block_till_done()
    assert shown(hass) == []
    (known,) = hub.chargers.values()
    await one.stop()
    await knock(f"{server_url}o`o/%FF?password=secret")
    issue = await raised(hass, "wrong_path")
    assert issue.issue_id == f"wrong_path_{known.subentry_id}"
    assert said(issue)["charger"] == "Garage (127.0.0.1)"
    # Whatever it says cannot break out of the text.
    assert said(issue)["path"].removeprefix("/o") in {" o/%FF", "%60o/%FF"}
    assert said(issue)["url"] == f"{server_url}CP%201"
    await charger("CP 1")
    await cleared(hass)


async def test_its_address_is_known_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str, charger: AddCharger
) -> None:
    await setup(hass, entry)
    one = await charger("CP 1")
    await one.stop()
    assert await hass.config_entries.async_unload(entry.entry_id)
    memory = Memory(hass, entry.entry_id)
    await memory.async_load()
    assert memory.get("CP 1", REMOTE) == "127.0.0.1"
    assert await hass.config_entries.async_setup(entry.entry_id)
    await knock(f"{server_url}%FF")
    assert said(await raised(hass, "wrong_path"))["charger"] == "Garage (127.0.0.1)"
    # What is not watched any more is not shown.
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert shown(hass) == []
    await hass.config_entries.async_remove(entry.entry_id)
    memory = Memory(hass, entry.entry_id)
    await memory.async_load()
    assert memory.get("CP 1", REMOTE) is None


@pytest.mark.parametrize("name", ["CP 1", "STRANGER"])
async def test_another_version_of_ocpp(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    charger: AddCharger,
    mend: Callable[[], Mending],
    name: str,
) -> None:
    known, path = name == "CP 1", name.replace(" ", "%20")
    await knock(server_url + path, V15, "ocpp3")
    issue = await raised(hass, "wrong_protocol")
    shown_as = "Garage (127.0.0.1)" if known else "127.0.0.1"
    assert said(issue)["charger"] == shown_as
    assert said(issue)["offered"] == "ocpp1.5, ocpp3"
    assert said(issue)["url"] == server_url + path
    assert (await mend().start(issue))["step_id"] == "confirm"
    await charger(name, accepted=known)
    await cleared(hass)


BOOT_OF_1_6 = {"chargePointVendor": "Acme", "chargePointModel": "One"}
BOOT_OF_2 = {
    "reason": "PowerUp",
    "chargingStation": {"model": "One", "vendorName": "Acme"},
}


@pytest.mark.parametrize("name", ["CP 1", "STRANGER"])
@pytest.mark.parametrize(
    ("agreed", "boot", "shown_as"),
    [("ocpp2.0.1", BOOT_OF_1_6, "OCPP 1.6"), ("ocpp1.6", BOOT_OF_2, "OCPP 2.0.1")],
)
async def test_a_mixture_of_versions(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    mend: Callable[[], Mending],
    name: str,
    agreed: str,
    boot: dict[str, Any],
    shown_as: str,
) -> None:
    """It is told while the charger is connected, until it does what it says."""
    known, url = name == "CP 1", server_url + name.replace(" ", "%20")
    protocols = [Subprotocol(agreed)]
    async with connect(url, subprotocols=protocols) as websocket:
        await websocket.send(json.dumps([2, "1", "BootNotification", boot]))
        while (answer := json.loads(await websocket.recv()))[1] != "1":
            pass
        assert answer[0] == 4
        issue = await raised(hass, "mixed_versions")
        assert said(issue)["offered"] == shown_as
        assert said(issue)["charger"] == (
            "Garage (127.0.0.1)" if known else "127.0.0.1"
        )
        assert (await mend().start(issue))["step_id"] == "confirm"
    other = "ocpp1.6" if agreed == "ocpp2.0.1" else "ocpp2.0.1"
    async with connect(url, subprotocols=[Subprotocol(other)]) as websocket:
        await websocket.send(json.dumps([2, "1", "BootNotification", boot]))

        async def answer_all() -> None:
            async for message in websocket:
                frame = json.loads(message)
                if frame[0] == 2:
                    await websocket.send(
                        json.dumps([4, frame[1], "NotSupported", "", {}])
                    )

        answers = asyncio.ensure_future(answer_all())
        await cleared(hass)
    await answers


async def test_who_names_no_version_and_speaks_2(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """It is served with its second connection, and nothing is told."""
    boot = [2, "1", "BootNotification", BOOT_OF_2]
    async with connect(f"{server_url}CP%201") as websocket:
        await websocket.send(json.dumps(boot))
        with pytest.raises(ConnectionClosed):
            await websocket.recv()
        assert websocket.close_code == 1012
    async with connect(f"{server_url}CP%201") as websocket:
        await websocket.send(json.dumps(boot))
        answer = json.loads(await websocket.recv())
        assert answer[2]["status"] == "Accepted"
    await hass.async_block_till_done()
    assert shown(hass) == []


@pytest.mark.parametrize("protocols", [(), (V16,)])
async def test_no_id_at_all(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    protocols: tuple[str, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Some have it in their BootNotification only, and name no subprotocol either."""
    await knock(server_url, *protocols, times=5)
    issue = await raised(hass, "wrong_path")
    assert said(issue)["path"] == "/"
    assert said(issue)["url"] == f"{server_url}charger1"
    ours = [one for one in caplog.records if "ocpp_cs" in one.name]
    assert len([one for one in ours if "is refused" in one.getMessage()]) == 1


async def test_an_id_in_the_query_is_served(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """Which is told in the diagnostics, and no trouble."""
    (charger,) = hub.chargers.values()
    async with connect(f"{server_url}?id=CP%201", subprotocols=[Subprotocol(V16)]):
        await wait_for(hass, lambda: charger.charge_point.connected)
        assert charger.charge_point.deviations.counts["id_in_query"] == 1
    await hass.async_block_till_done()
    assert shown(hass) == []


async def test_a_web_page_is_no_trouble_that_a_charger_has(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    for _ in range(3):
        with pytest.raises(InvalidStatus) as caught:
            await connect(
                f"{server_url}CP%201",
                origin=Origin("http://evil.example"),
                user_agent_header="Mozilla/5.0 (X11; Linux x86_64)",
                subprotocols=[Subprotocol(V16)],
            )
        assert caught.value.response.status_code == 403
    await hass.async_block_till_done()
    assert shown(hass) == []


async def test_one_that_tries_another_version_first_is_no_trouble(
    hass: HomeAssistant, hub: Hub, server_url: str, charger: AddCharger
) -> None:
    for _ in range(3):
        await knock(f"{server_url}CP%201", V15, times=1)
        one = await charger("CP 1")
        await one.stop()
    await hass.async_block_till_done()
    assert shown(hass) == []


@pytest.mark.parametrize("options", [{CONF_STRICT_SUBPROTOCOL: True, "unknown": "ask"}])
async def test_a_click_lets_in_who_offers_no_protocol(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    charger: AddCharger,
    mend: Callable[[], Mending],
) -> None:
    """Of two that are shown, both go."""
    await knock(f"{server_url}CP%201")
    issue = await raised(hass, "no_protocol")
    await knock(f"{server_url}OTHER", address="127.0.0.2")
    await hass.async_block_till_done()
    assert len(shown(hass)) == 2
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "confirm"
    assert (await flow.go())["type"] == "create_entry"
    await cleared(hass)
    assert setup_integration.options == {
        CONF_STRICT_SUBPROTOCOL: False,
        "unknown": "ask",
    }
    await charger("CP 1", subprotocols=None)


async def test_who_gets_in_before_it_is_told_is_not_shown(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = asyncio.Event()

    async def slowly(*_: Any, tls: bool) -> str:
        await gate.wait()
        return server_url

    monkeypatch.setattr(
        "custom_components.ocpp_cs.security.refused.async_address_for", slowly
    )
    await knock(f"{server_url}CP%201", V15)
    # Nothing waits for Home Assistant to be done: it is not, as long as this waits.
    async with Wallbox(f"{server_url}CP%20", "1") as box:
        await box.boot()
        gate.set()
        await hass.async_block_till_done()
    assert shown(hass) == []


async def test_a_flood_shows_a_few(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """And who is known is shown all the same."""
    for number in range(2, 40):
        await knock(server_url, V16, address=f"127.0.0.{number}")
    await hass.async_block_till_done()
    assert len(shown(hass)) == 3
    assert len(hub.part(RefusedChargers)._followed) == 20
    await knock(f"{server_url}CP%201", V15)
    await hass.async_block_till_done()
    assert len(shown(hass)) == 4


@pytest.mark.parametrize(
    ("path", "protocols"), [("", ("mqtt",)), ("%FF", ("graphql-ws",))]
)
async def test_what_is_no_charger_is_not_shown(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    path: str,
    protocols: tuple[str, ...],
) -> None:
    await knock(server_url + path, *protocols, times=5)
    await hass.async_block_till_done()
    assert shown(hass) == []


@pytest.mark.parametrize(
    ("remote", "local"),
    [
        ("192.168.1.7", True),
        ("fe80::1%eth0", True),
        ("::ffff:10.0.0.1", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("", False),
    ],
)
def test_what_comes_from_the_internet_is_not_shown(remote: str, local: bool) -> None:
    assert is_local(remote) is local


async def test_who_does_not_come_again_is_let_go(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    await knock(server_url, V16)
    await raised(hass, "wrong_path")
    freezer.tick(timedelta(minutes=59))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert len(shown(hass)) == 1
    freezer.tick(timedelta(minutes=2))
    async_fire_time_changed(hass)
    await cleared(hass)


async def test_a_removed_charger_takes_its_repairs_along(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    await knock(f"{server_url}CP%201", V15)
    await raised(hass, "wrong_protocol")
    (subentry_id,) = setup_integration.subentries
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await cleared(hass)
    # It is a stranger now.
    await knock(f"{server_url}CP%201", V15)
    assert said(await raised(hass, "wrong_protocol"))["charger"] == "127.0.0.1"


async def test_what_is_ignored_stays_so(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    """Also after the server has been restarted."""
    await knock(f"{server_url}CP%201", V15)
    issue = await raised(hass, "wrong_protocol")
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await knock(f"{server_url}CP%201", V15)
    await hass.async_block_till_done()
    issue = await raised(hass, "wrong_protocol")
    assert issue.dismissed_version is not None


async def test_behind_a_proxy_one_does_not_clear_the_repair_of_another(
    hass: HomeAssistant, hub: Hub, server_url: str, charger: AddCharger
) -> None:
    """All come from one address: what is known of an id is about that id."""
    await charger("CP 1")
    hub.async_adopt("CP2", {})
    await charger("CP2")
    await knock(f"{server_url}NEW", V15)
    await knock(f"{server_url}OTHER", V15)
    await wait_for(hass, lambda: len(shown(hass)) == 2)
    assert len({issue.issue_id for issue in shown(hass)}) == 2
    await knock(server_url, V16, times=4)
    await wait_for(hass, lambda: len(shown(hass)) == 3)

    # A neighbour is back, another one is new here.
    known, *_ = hub.chargers.values()
    link = known.charge_point.link
    assert link is not None
    await link.close()
    await wait_for(hass, lambda: known.charge_point.connections > 1)
    await hass.async_block_till_done()
    assert len(shown(hass)) == 3
    # NEW speaks what is spoken here by now, and may be the one that had no id.
    await charger("NEW", accepted=False)
    await wait_for(hass, lambda: len(shown(hass)) == 1)
    assert [issue.translation_key for issue in shown(hass)] == ["wrong_protocol"]
