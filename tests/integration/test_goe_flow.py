"""A go-eCharger is set up from its address: what is asked, shown, changed and undone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_ADDRESS_CHOSEN
from custom_components.ocpp_cs.hub import Hub
from simulator import GoE
from tests.goe.devices import answering, http, sets
from tests.simulator.central import Central

from .conftest import HOST, cards, charger_subentry, settled, wait_for
from .helpers_goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    Flow,
    add_charger,
    choices,
    fixture_goe,
    host_of,
    quick,
)

KEYS = (
    *("ocppd", "ocppi", "ocpph", "ocppu", "ocppe", "ocppf"),
    *("lmo", "fup", "awe", "psm", "acp", "acs", "amp", "frc"),
)


def settings(charger: GoE) -> dict[str, Any]:
    """Return what a set-up may change."""
    return {key: charger.api.get(key) for key in KEYS}


async def found(hass: HomeAssistant, entry: Any, charger: GoE) -> Flow:
    """Go as far as to what was found."""
    flow = await add_charger(hass, entry)
    await flow.choose("goe_address")
    assert await flow.go(host=host_of(charger)) == "goe_found"
    return flow


async def wait_for_backup(setting_up: Any) -> None:
    """Return once all is written; the flow is not done, so that nothing else ends."""
    async with asyncio.timeout(10):
        while setting_up.backup is None:
            await asyncio.sleep(0.005)


def at(flow: Flow, address: str = HOST, **server: Any) -> dict[str, Any]:
    """Return the choices with another address of the server."""
    filled = choices(flow)
    filled["server"] |= {"address": address, **server}
    return filled


async def test_a_charger_is_set_up_from_its_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    port: int,
) -> None:
    one = await goe()
    before = settings(one)
    flow = await add_charger(hass, setup_integration)
    assert await flow.choose("goe_address") == "goe_address"
    assert await flow.go(host=f" http://{host_of(one)}/ ") == "goe_found"
    assert flow.said == {
        "model": "go-eCharger_V4",
        "serial": SERIAL,
        "firmware": "59.4",
        "name": f"go-eCharger {SERIAL}",
        "host": host_of(one),
        "warning": "",
    }
    offered = choices(flow)
    assert offered == {
        "name": f"go-eCharger {SERIAL}",
        "access": "plug",
        "away": "slow",
        "server": {"address": HOST, "port": port},
    }
    assert await flow.go(**offered | {"name": "Garage"}) == "goe_changes"
    url = f"ws://{HOST}:{port}/{SERIAL}"
    assert flow.said["url"] == url
    assert (
        f"| Address of the OCPP server (`ocppu`) | – | `{url}` | So that"
        in flow.said["changes"]
    )
    assert "| OCPP (`ocppe`) | off | on |" in flow.said["changes"]
    assert (
        "| nothing | 6 A |" in flow.said["changes"]
        or "| as before | 6 A |" in (flow.said["changes"])
    )
    # Nothing was changed so far.
    assert settings(one) == before

    assert await flow.choose("goe_apply") == "goe_apply"
    assert await flow.wait() == "created"
    assert flow.result["title"] == "Garage"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.unique_id == SERIAL
    assert subentry.data["host"] == host_of(one)
    assert subentry.data["serial"] == SERIAL
    assert subentry.data["id_tag"] == one.api.get("ocppd") == f"HA-{SERIAL}"
    assert CONF_ADDRESS_CHOSEN not in subentry.data
    backup = subentry.data["backup"]
    assert backup["url"] == url
    assert {key: before[key] for key in backup["before"]} == backup["before"]
    await settled(hass, one)
    (charger,) = hub.chargers.values()
    assert charger.charge_point.connected
    # It was let in at once: there is no second connection, nor a card.
    assert charger.charge_point.connections == 1
    assert not cards(hass)
    assert one.api.get("ocppu") == url
    assert one.api.get("ocppf") == 6
    assert hass.states.get("sensor.garage_status").state == "available"
    # One at a time, and nothing is written after that.
    assert http(one).most_at_once == 1
    written = len(sets(one))
    await hub.chargers[subentry.subentry_id].goe.async_refresh()
    assert len(sets(one)) == written


async def test_a_card_and_what_happens_without_us_can_be_chosen(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow, access="card", away="stop"))
    assert "wait for a card" in flow.said["changes"]
    # Back, and what was chosen is still chosen.
    assert await flow.choose("goe_found") == "goe_found"
    assert choices(flow)["access"] == "card"
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert (one.api.get("acs"), one.api.get("ocppf")) == (1, 0)


@pytest.mark.parametrize("options", [{"tag_policy": "known"}])
async def test_who_plugs_in_may_charge_whatever_the_policy_for_tags(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    await settled(hass, one)
    await one.plug()
    (charger,) = hub.chargers.values()
    connector = charger.charge_point.connector(1)
    await wait_for(hass, lambda: connector.transaction)
    assert connector.transaction.id_tag == f"HA-{SERIAL}"
    # Were it refused, the charger would have stopped.
    await settled(hass, one)
    assert one.connector(1).transaction is not None


@pytest.mark.parametrize("options", [{"tag_policy": "known"}])
async def test_a_car_that_charges_goes_on_charging(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    """It is told of with the tag from before, which nobody knows."""
    one = await goe()
    await one.plug()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    await settled(hass, one)
    (charger,) = hub.chargers.values()
    transaction = charger.charge_point.connector(1).transaction
    assert transaction is not None
    assert transaction.id_tag == "no-card"
    assert one.connector(1).status == "Charging"


@pytest.mark.parametrize(
    ("firmware", "warned"), [("54.0", True), ("055.5", True), ("55.7", False)]
)
async def test_an_old_firmware_is_warned_of(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    firmware: str,
    warned: bool,
) -> None:
    flow = await found(hass, setup_integration, await goe(firmware=firmware))
    assert ("with limits" in flow.said["warning"]) is warned


async def test_a_firmware_that_is_too_old_is_refused(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe(firmware="53.1")
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    assert await flow.go(host=host_of(one)) == "goe_address"
    assert flow.result["errors"] == {"host": "too_old"}
    # One that was updated can be tried again.
    other = await goe(serial="237513")
    assert await flow.go(host=host_of(other)) == "goe_found"


@asynccontextmanager
async def _nothing() -> AsyncIterator[str]:
    yield "127.0.0.1:9"


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (_nothing, "cannot_connect"),
        (lambda: answering("<html>", 200), "not_goe"),
        (lambda: answering('{"sse": "1"}', 200), "not_goe"),
        (lambda: answering("nonsense", 502), "unexpected"),
    ],
)
async def test_what_is_wrong_with_an_address_is_said(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    there: Any,
    problem: str,
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    async with there() as address:
        assert await flow.go(host=address) == "goe_address"
    assert flow.result["errors"] == {"host": problem}
    assert await flow.go(host="no address") == "goe_address"
    assert flow.result["errors"] == {"host": "invalid_host"}
    assert await flow.go(host=host_of(await goe())) == "goe_found"


async def test_the_api_is_allowed_in_between(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    one.api.values["hai"] = False
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    await flow.go(host=host_of(one))
    assert flow.result["errors"] == {"host": "api_off"}
    one.api.values["hai"] = True
    http(one).busy = True
    await flow.go(host=host_of(one))
    assert flow.result["errors"] == {"host": "busy"}
    http(one).busy = False
    assert await flow.go(host=host_of(one)) == "goe_found"


async def test_a_token_is_asked_for_only_where_one_is_needed(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    http(one).token = "secret"
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    assert set(flow.result["data_schema"].schema) == {"host"}
    await flow.go(host=host_of(one))
    assert flow.result["errors"] == {"token": "token_needed"}
    assert set(flow.result["data_schema"].schema) == {"host", "token"}
    await flow.go(host=host_of(one), token="wrong")
    assert flow.result["errors"] == {"token": "token_wrong"}
    await flow.go(host=host_of(one), token="öäü")
    assert flow.result["errors"] == {"token": "token_wrong"}
    assert await flow.go(host=host_of(one), token="secret") == "goe_found"
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert flow.result["data"]["token"] == "secret"


@pytest.mark.parametrize(
    "address", ["homeassistant.local", "10.0.0.1:9000", "a b", "ws://10.0.0.1:1"]
)
async def test_an_address_that_no_charger_can_use_is_refused(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE, address: str
) -> None:
    flow = await found(hass, setup_integration, await goe())
    assert await flow.go(**at(flow, address)) == "goe_found"
    assert flow.result["errors"] == {"base": "invalid_address"}
    assert await flow.go(**choices(flow)) == "goe_changes"


async def test_a_wrong_address_is_explained_and_another_one_chosen(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    port: int,
    unused_tcp_port_factory: Any,
) -> None:
    one = await goe()
    before = settings(one)
    wrong = unused_tcp_port_factory()
    flow = await found(hass, setup_integration, one)
    await flow.go(**at(flow, port=wrong))
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    assert flow.said["url"] == f"ws://{HOST}:{wrong}/{SERIAL}"
    assert "nothing listens at the port" in flow.said["reason"]
    assert "as it was before" in flow.said["reason"]
    assert "errno=111" in flow.said["words"]
    assert settings(one) == before
    assert not hub.central_system.charge_points
    # The same again, which is shown first.
    assert await flow.choose("goe_again") == "goe_changes"
    assert flow.said["url"] == f"ws://{HOST}:{wrong}/{SERIAL}"
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    # And then the right one.
    assert await flow.choose("goe_found") == "goe_found"
    await flow.go(**at(flow, port=port))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert CONF_ADDRESS_CHOSEN not in flow.result["data"]


async def test_a_server_that_is_not_this_one_is_noticed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.ocpp_cs.goe_setup.ARRIVAL_WAIT", 0.1)
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    async with Central() as central:
        await flow.go(**at(flow, port=urlsplit(central.url).port))
        await flow.choose("goe_apply")
        assert await flow.wait() == "goe_failed"
    assert "not this Home Assistant" in flow.said["reason"]
    assert settings(one) == before


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404"), (401, "401"), (503, "no OCPP server")]
)
async def test_what_answers_instead_of_us_is_told(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    status: int,
    words: str,
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    async with answering("no", status) as address:
        await flow.go(**at(flow, port=int(address.rpartition(":")[2])))
        await flow.choose("goe_apply")
        assert await flow.wait() == "goe_failed"
    assert words in flow.said["reason"]


async def test_a_charger_that_goes_while_it_is_changed_is_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    address = http(one)
    await address.stop()
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    assert "Nothing answers" in flow.said["reason"]
    # Its address may be another one by now.
    assert await flow.choose("goe_again") == "goe_address"
    assert flow.result["errors"] == {"host": "cannot_connect"}
    await address.start()
    assert await flow.go(host=f"127.0.0.1:{address.port}") == "goe_found"


@pytest.mark.parametrize("moment", ["goe_found", "goe_changes"])
async def test_who_only_looks_changes_nothing(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE, moment: str
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    if moment == "goe_changes":
        await flow.go(**choices(flow))
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    await hass.async_block_till_done()
    assert not sets(one)


async def test_who_stops_half_way_finds_the_charger_as_it_was(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    await wait_for(hass, lambda: one.api.get("ocppe") is True)
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    await wait_for(hass, lambda: settings(one) == before)
    await wait_for(hass, lambda: not hub.central_system.charge_points)
    assert not setup_integration.subentries


async def test_who_stops_while_it_is_waited_for_finds_the_charger_as_it_was(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    """All was written by then, and the charger is at another server."""
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    async with Central() as central:
        await flow.go(**at(flow, port=urlsplit(central.url).port))
        await flow.choose("goe_apply")
        setting_up = hass.config_entries.subentries._progress[
            flow.result["flow_id"]
        ]._goe
        await wait_for_backup(setting_up)
        hass.config_entries.subentries.async_abort(flow.result["flow_id"])
        await wait_for(hass, lambda: settings(one) == before)
    assert not hub.central_system.charge_points


@pytest.mark.parametrize("subentries", [[charger_subentry(SERIAL, "Garage")]])
async def test_a_charger_that_is_there_already_gets_its_address_noted(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    assert await flow.go(host=host_of(one)) == "abort:goe_known"
    assert flow.said == {"name": "Garage"}
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["host"] == host_of(one)
    assert not sets(one)
    # Its sensors are there without a restart.
    state = await wait_for(
        hass, lambda: hass.states.get("sensor.garage_charging_reason")
    )
    await wait_for(
        hass,
        lambda: hass.states.get("sensor.garage_charging_reason").state != "unavailable",
    )
    assert state


async def test_a_server_that_stopped_is_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await flow.choose("goe_apply") == "abort:not_running"
    assert not sets(one)


async def test_everything_is_said_in_german_too(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    hass.config.language = "de"
    flow = await found(hass, setup_integration, await goe())
    await flow.go(**choices(flow))
    assert "| Einstellung | Jetzt | Dann | Warum |" in flow.said["changes"]
    assert (
        "Damit sich die Wallbox mit Home Assistant verbindet." in flow.said["changes"]
    )
