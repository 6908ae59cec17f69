"""Devices that say that they are a charger which is known: repairs and what a click does."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import (
    CONF_KEEP_LOCAL_LIST,
    CONF_SERIAL,
    CONF_VENDOR,
    DOMAIN,
)
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.impostors import REMOTE
from tests.integration.conftest import (
    charger_subentry,
    id_tag_subentry,
    setup,
    wait_for,
)
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

ELSEWHERE = "127.0.0.2"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", **{CONF_KEEP_LOCAL_LIST: True}),
        id_tag_subentry("DEADBEEF"),
    ]


def wallbox(server_url: str, address: str | None = None) -> Wallbox:
    """Return one with a local list, which comes from that address."""
    one = Wallbox(server_url)
    one.address = address
    one.answers |= {
        "GetLocalListVersion": {"listVersion": 0},
        "SendLocalList": {"status": "Accepted"},
    }
    return one


def received(one: Wallbox, action: str) -> list[Any]:
    return [payload for name, payload in one.received if name == action]


async def start(hass: HomeAssistant) -> None:
    """Have the charger start a session, by the action."""
    (device,) = [
        one for one in dr.async_get(hass).devices if (DOMAIN, "CP1") in one.identifiers
    ]
    await hass.services.async_call(
        DOMAIN,
        "remote_start_transaction",
        {ATTR_DEVICE_ID: device.id, "connector_id": 1},
        blocking=True,
        return_response=True,
    )


async def test_a_second_device_is_told_with_both_addresses(
    hass: HomeAssistant, hub: Hub, server_url: str, mend: Callable[[], Mending]
) -> None:
    async with wallbox(server_url) as home:
        await home.begin(hass, hub)
        async with wallbox(server_url, ELSEWHERE) as other:
            await other.websocket.wait_closed()
        issue = await raised(hass, "id_used_twice")
        assert said(issue) == {
            "charger": "Garage",
            "id": "CP1",
            "first": "127.0.0.1",
            "second": ELSEWHERE,
        }
        flow = mend()
        assert (await flow.start(issue))["step_id"] == "confirm"
        await flow.go()
        # The user is on the way to it.
        async with wallbox(server_url, ELSEWHERE) as other:
            await other.websocket.wait_closed()
        await hass.async_block_till_done()
        assert shown(hass) == []


async def test_the_third_takeover_is_told(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    ones = [wallbox(server_url) for _ in range(4)]
    for number, one in enumerate(ones):
        await one.__aenter__()
        await one.begin(hass, hub)
        await hass.async_block_till_done()
        assert len(shown(hass)) == (number == 3)
    assert shown(hass)[0].translation_key == "id_used_twice"
    for one in ones:
        await one.__aexit__(None, None, None)


async def test_a_stranger_gets_no_tags(
    hass: HomeAssistant,
    hub: Hub,
    entry: MockConfigEntry,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    """Neither the list of them nor the one of remote starts, until the user agrees."""
    async with wallbox(server_url) as home:
        await home.begin(hass, hub)
        await home.wait_for("SendLocalList")
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    memory = hub._memory
    memory.async_set("CP1", "local_list", None)
    charger.charge_point.local_list.sent = type(charger.charge_point.local_list.sent)()

    async with wallbox(server_url, ELSEWHERE) as other:
        # Like the charger, but for its number.
        await other.boot(firmwareVersion="6.6.6")
        await wait_for(hass, lambda: charger.charge_point.ready)
        assert entry.subentries[charger.subentry_id].data["firmware"] == "1.0"
        with pytest.raises(HomeAssistantError) as err:
            await start(hass)
        assert err.value.translation_key == "address_unknown"
        assert received(other, "SendLocalList") == []
        assert received(other, "RemoteStartTransaction") == []
        assert memory.get("CP1", REMOTE) == "127.0.0.1"
        issue = await raised(hass, "new_address")
        assert said(issue) == {
            "charger": "Garage",
            "remote": ELSEWHERE,
            "known": "127.0.0.1",
            "action": "RemoteStartTransaction",
        }
        flow = mend()
        await flow.start(issue)
        assert (await flow.go())["type"] == "create_entry"
        await other.wait_for("SendLocalList")
        await start(hass)
        await other.wait_for("RemoteStartTransaction")
        assert memory.get("CP1", REMOTE) == ELSEWHERE
        assert entry.subentries[charger.subentry_id].data["firmware"] == "6.6.6"
        await cleared(hass)


async def test_a_new_address_of_the_router_is_known_after_a_while(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with wallbox(server_url) as home:
        await home.begin(hass, hub)
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    async with wallbox(server_url, ELSEWHERE) as moved:
        await moved.boot()
        await wait_for(hass, lambda: charger.charge_point.ready)
        with pytest.raises(HomeAssistantError):
            await start(hass)
        await raised(hass, "new_address")
        # As its timer does.
        assert charger.charge_point.acquaintance._timer is not None
        charger.charge_point.acquaintance._stop_timer()
        charger.charge_point.acquaintance._waited()
        await cleared(hass)
        await start(hass)
        await moved.wait_for("RemoteStartTransaction")
        assert hub._memory.get("CP1", REMOTE) == ELSEWHERE


async def test_the_address_is_remembered_over_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str
) -> None:
    hub = await setup(hass, entry)
    async with wallbox(server_url) as home:
        await home.begin(hass, hub)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    hub = entry.runtime_data
    (charger,) = hub.chargers.values()
    async with wallbox(server_url, ELSEWHERE):
        await wait_for(hass, lambda: charger.charge_point.connected)
        assert not charger.charge_point.acquaintance.is_known
    async with wallbox(server_url, "127.0.0.1"):
        await wait_for(hass, lambda: charger.charge_point.remote == "127.0.0.1")
        assert charger.charge_point.acquaintance.is_known
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("choice", ["replaced", "not_mine"])
async def test_another_serial_number_is_for_the_user_to_decide(
    hass: HomeAssistant,
    hub: Hub,
    entry: MockConfigEntry,
    server_url: str,
    mend: Callable[[], Mending],
    choice: str,
) -> None:
    async with wallbox(server_url) as home:
        await home.begin(hass, hub)
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    async with wallbox(server_url) as other:
        await other.boot(
            chargePointVendor="EASEE", chargePointSerialNumber="[x](http://evil)"
        )
        issue = await raised(hass, "another_device")
        assert said(issue) == {
            "charger": "Garage",
            "id": "CP1",
            "remote": "127.0.0.1",
            "known": "Acme, One, S1",
            "told": "EASEE, One, [x](http://evil)",
        }
        data = entry.subentries[charger.subentry_id].data
        assert (data[CONF_VENDOR], data[CONF_SERIAL]) == ("Acme", "S1")
        assert charger.charge_point.quirks.rules == ()
        with pytest.raises(HomeAssistantError) as err:
            await start(hass)
        assert err.value.translation_key == "another_device"
        flow = mend()
        assert (await flow.start(issue))["type"] == "menu"
        result = await flow.go(next_step_id=choice)
        assert result["type"] == "create_entry"
        await hass.async_block_till_done()
        data = entry.subentries[charger.subentry_id].data
        if choice == "replaced":
            assert (data[CONF_VENDOR], data[CONF_SERIAL]) == (
                "EASEE",
                "[x](http://evil)",
            )
            assert charger.charge_point.quirks.rules == ("Easee",)
            await start(hass)
        else:
            assert (data[CONF_VENDOR], data[CONF_SERIAL]) == ("Acme", "S1")
    await wait_for(hass, lambda: not charger.charge_point.connected)
    if choice == "not_mine":
        # The charger itself says what it is, and the owner hears of two.
        async with wallbox(server_url) as home:
            await home.begin(hass, hub)
            await raised(hass, "id_used_twice")
