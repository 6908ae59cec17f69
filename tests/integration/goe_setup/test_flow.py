"""A go-eCharger is set up from its address: what is asked, shown, changed and undone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_ADDRESS_CHOSEN
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.hub import Hub
from tests.goe.devices import answering, http, sets
from tests.integration.conftest import HOST, cards, charger_subentry, settled, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    add_charger,
    at,
    choices,
    fixture_goe,
    found,
    host_of,
    quick,
    settings,
)


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
        # What the installation bears, as it says.
        "maximum_current": 16.0,
        "access": "plug",
        "away": "slow",
        "server": {"address": HOST, "port": port},
    }
    assert await flow.go(**offered | {"name": "Garage"}) == "goe_changes"
    url = flow.said["url"]
    assert re.fullmatch(rf"ws://{HOST}:{port}/[\w-]{{22}}/{SERIAL}", url)
    assert (
        "| **Address of the OCPP server** (`ocppu`)<br>So that the charger connects "
        f"to Home Assistant. | – | `{url}` |"
    ) in flow.said["changes"]
    assert (
        "| **OCPP** (`ocppe`)<br>Without OCPP there is no connection. | off | on |"
    ) in flow.said["changes"]
    assert "| not limited | 6 A |" in flow.said["changes"]
    # Nothing was changed so far.
    assert settings(one) == before

    assert await flow.choose("goe_apply") == "goe_apply"
    assert await flow.wait() == "created"
    assert flow.result["title"] == "Garage"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.unique_id == SERIAL
    assert subentry.data["host"] == host_of(one)
    assert subentry.data["serial"] == SERIAL
    assert subentry.data["id_tag"] == one.api.get("ocppd")
    assert f"/{subentry.data['path_secret']}/" in url
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
    link = hub.part(GoELinks).of(hub.chargers[subentry.subentry_id])
    assert link is not None
    await link.async_refresh()
    assert len(sets(one)) == written


async def test_what_the_circuit_carries_is_kept_to(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    """By the charger itself, and by every limit of ours."""
    one = await goe()
    flow = await found(hass, setup_integration, one)
    assert await flow.go(**choices(flow, maximum_current=81)) == "goe_found"
    assert flow.result["errors"] == {"maximum_current": "number_range"}
    assert await flow.go(**choices(flow, maximum_current=10)) == "goe_changes"
    await flow.choose("goe_found")
    assert choices(flow)["maximum_current"] == 10
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert one.api.get("amp") == 10
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["overrides"] == {"maximum_current": 10}
    (charger,) = setup_integration.runtime_data.chargers.values()
    assert charger.charge_point.connector(1).limiter.maximum == 10


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
    # Not what is printed on the charger.
    assert connector.transaction.id_tag == charger.settings.id_tag
    assert SERIAL not in charger.settings.id_tag
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
    assert flow.said == {"firmware": "53.1"}
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
    assert flow.result["errors"] == {"server": "invalid_address"}
    assert await flow.go(**choices(flow)) == "goe_changes"


@pytest.mark.parametrize("subentries", [[charger_subentry(SERIAL, "Garage")]])
async def test_a_charger_that_is_there_already_gets_its_address_noted(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    assert await flow.go(host=host_of(one)) == "abort:goe_known"
    assert flow.said == {"name": "Garage", "server": setup_integration.title}
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
    assert "| Einstellung und Grund | Jetzt | Dann |" in flow.said["changes"]
    assert (
        "Damit sich die Wallbox mit Home Assistant verbindet." in flow.said["changes"]
    )
