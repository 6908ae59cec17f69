"""Every path through the forms; those of discovered chargers are in test_adoption."""

from collections.abc import Iterator
import socket
from typing import Any
from unittest.mock import ANY, patch

from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_CHARGER
from custom_components.ocpp_cs.flows import charger as charger_flow
from custom_components.ocpp_cs.hub import Hub
from tests.integration.helpers.reconfigure import open_settings

from .conftest import HOST, AddCharger, charger_subentry, make_entry, wait_for

SETTINGS = {
    "heartbeat_interval": 77,
    "sample_interval": 7,
    "ping_interval": 0,
    "call_timeout": 12,
    "id_tag": " tag ",
    "tag_policy": "every",
    "keep_local_list": False,
    "start_sessions": "automatic",
    "version": "v2_0_1",
}
STRIPPED = SETTINGS | {"id_tag": "tag"}


@pytest.fixture
def taken_port(unused_tcp_port_factory: Any) -> Iterator[int]:
    """Return a port that another program has."""
    port = unused_tcp_port_factory()
    with socket.create_server((HOST, port)):
        yield port


# A server.


async def start(hass: HomeAssistant) -> Any:
    """Open the form for another server."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    return result


async def fill(hass: HomeAssistant, result: Any, **fields: Any) -> Any:
    """Submit a form of a config flow."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], fields)


async def test_a_server_is_set_up(hass: HomeAssistant, port: int) -> None:
    result = await start(hass)
    assert not result["errors"]
    assert result["data_schema"]({}) == {"host": "0.0.0.0", "port": 9000}
    url = result["description_placeholders"]["url"]
    assert url.startswith("ws://")
    assert url.endswith(":9000/")
    assert "0.0.0.0" not in url

    result = await fill(hass, result, host=f" {HOST} ", port=float(port))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"OCPP Central System ({port})"
    assert result["data"] == {"host": HOST, "port": port, "id_tag": ANY}
    own_tag = result["data"]["id_tag"]
    assert len(own_tag) == 16
    assert own_tag.isalnum() and own_tag.isupper()
    # What comes next is said.
    assert result["description"] == "server"
    said = result["description_placeholders"]
    assert said == {"url": f"ws://{HOST}:{port}/"}
    assert result["options"] == {"allowed": "local"}
    await hass.async_block_till_done()
    assert result["result"].state is ConfigEntryState.LOADED
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_the_default_port_needs_no_mention(hass: HomeAssistant) -> None:
    with (
        patch("custom_components.ocpp_cs.hub.probe_port"),
        patch("custom_components.ocpp_cs.async_setup_entry", return_value=True),
    ):
        result = await fill(hass, await start(hass), host="", port=9000)
    assert result["title"] == "OCPP Central System"
    assert result["data"] == {"host": "0.0.0.0", "port": 9000, "id_tag": ANY}


async def test_a_port_that_is_taken_is_refused(
    hass: HomeAssistant, taken_port: int, port: int
) -> None:
    result = await fill(hass, await start(hass), host=HOST, port=taken_port)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"port": "port_in_use"}
    assert result["description_placeholders"]["url"] == f"ws://{HOST}:{taken_port}/"
    result = await fill(hass, result, host=HOST, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
async def test_a_host_that_is_not_ours_is_refused(
    hass: HomeAssistant, port: int, host: str
) -> None:
    result = await fill(hass, await start(hass), host=host, port=port)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "cannot_bind"}
    shown = f"[{host}]" if ":" in host else host
    assert result["description_placeholders"]["url"] == f"ws://{shown}:{port}/"
    result = await fill(hass, result, host=HOST, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_a_host_that_is_nobody_is_refused(hass: HomeAssistant, port: int) -> None:
    with patch(
        "custom_components.ocpp_cs.hub.probe_port",
        side_effect=socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    ):
        result = await fill(hass, await start(hass), host="nobody", port=port)
    assert result["errors"] == {"base": "cannot_bind"}


@pytest.mark.parametrize("port", [0, 65536])
async def test_what_is_no_port_is_refused(hass: HomeAssistant, port: Any) -> None:
    result = await fill(hass, await start(hass), host=HOST, port=port)
    assert result["errors"] == {"port": "number_range"}
    said = result["description_placeholders"]
    assert (said["minimum"], said["maximum"]) == ("1", "65535")


async def test_what_is_no_number_is_no_port(hass: HomeAssistant) -> None:
    with pytest.raises(InvalidData):
        await fill(hass, await start(hass), host=HOST, port="x")


async def test_a_machine_that_does_not_know_its_address(hass: HomeAssistant) -> None:
    with patch(
        "homeassistant.components.network.async_get_source_ip",
        side_effect=HomeAssistantError,
    ):
        result = await start(hass)
    url = result["description_placeholders"]["url"]
    assert url == "ws://homeassistant.local:9000/"


async def test_the_same_server_is_not_set_up_twice(
    hass: HomeAssistant, setup_integration: MockConfigEntry, port: int
) -> None:
    result = await fill(hass, await start(hass), host=HOST, port=port)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_another_server_at_a_port_of_ours_points_to_that(
    hass: HomeAssistant, setup_integration: MockConfigEntry, port: int
) -> None:
    result = await fill(hass, await start(hass), host="", port=port)
    assert result["errors"] == {"port": "port_is_ours"}
    said = result["description_placeholders"]
    assert said["server"] == setup_integration.title


# Its address.


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form for the address of a server."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    return result


def suggested(result: Any) -> dict[str, Any]:
    """Return what a form is filled with."""
    return {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description
    }


async def test_a_server_can_be_moved(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    port: int,
    taken_port: int,
    unused_tcp_port_factory: Any,
    charger: AddCharger,
) -> None:
    entry = setup_integration
    result = await reconfigure(hass, entry)
    assert suggested(result) == {"host": HOST, "port": port}
    assert result["description_placeholders"]["url"] == f"ws://{HOST}:{port}/"
    result = await fill(hass, result, host=HOST, port=taken_port)
    assert result["errors"] == {"port": "port_in_use"}
    assert suggested(result) == {"host": HOST, "port": taken_port}
    # What is, not what was tried.
    assert result["description_placeholders"]["url"] == f"ws://{HOST}:{port}/"
    new = unused_tcp_port_factory()
    result = await fill(hass, result, host=HOST, port=new)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await wait_for(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert entry.data == {"host": HOST, "port": new}
    # The user has given it a title.
    assert entry.title == f"Server {port}"
    one = await charger("CP1", f"ws://{HOST}:{new}/", accepted=False)
    assert one.boot_status == "Pending"


async def test_the_title_of_a_server_that_moves_follows(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    port: int,
    unused_tcp_port_factory: Any,
) -> None:
    entry = setup_integration
    title = f"OCPP Central System ({port})"
    hass.config_entries.async_update_entry(entry, title=title)
    new = unused_tcp_port_factory()
    await fill(hass, await reconfigure(hass, entry), host=HOST, port=new)
    assert entry.title == f"OCPP Central System ({new})"
    await wait_for(hass, lambda: entry.state is ConfigEntryState.LOADED)


async def test_a_server_that_does_not_run_starts_at_its_new_address(
    hass: HomeAssistant, taken_port: int, port: int
) -> None:
    entry = make_entry(taken_port)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    result = await reconfigure(hass, entry)
    result = await fill(hass, result, host=HOST, port=taken_port)
    assert result["errors"] == {"port": "port_in_use"}
    await fill(hass, result, host=HOST, port=port)
    # Now, not with the next try.
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await hass.config_entries.async_unload(entry.entry_id)


async def test_an_address_that_stays_is_not_tried(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, port: int
) -> None:
    result = await reconfigure(hass, setup_integration)
    result = await fill(hass, result, host=HOST, port=port)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert setup_integration.runtime_data is hub


async def test_another_host_on_the_same_port(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, port: int
) -> None:
    entry = setup_integration
    result = await reconfigure(hass, entry)
    result = await fill(hass, result, host="192.0.2.1", port=port)
    assert result["errors"] == {"base": "cannot_bind"}
    result = await fill(hass, result, host="localhost", port=port)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {"host": "localhost", "port": port}
    await wait_for(
        hass,
        lambda: (
            entry.state is ConfigEntryState.LOADED and entry.runtime_data is not hub
        ),
    )


async def test_two_servers_do_not_move_to_the_same_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    unused_tcp_port_factory: Any,
) -> None:
    other = make_entry(unused_tcp_port_factory())
    other.add_to_hass(hass)
    result = await reconfigure(hass, setup_integration)
    result = await fill(hass, result, **other.data)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


# Its options.


async def test_options_apply_at_once(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    entry = setup_integration
    flow = hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "general"})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "general"
    assert result["data_schema"]({}) == {
        "unknown": "ask",
        "strict_subprotocol": False,
        "tag_policy": "automatic",
        "scan_tags": True,
    }
    options = {
        "unknown": "refuse",
        "strict_subprotocol": True,
        "tag_policy": "known",
        "scan_tags": False,
    }
    result = await flow.async_configure(result["flow_id"], options)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == options
    assert entry.runtime_data is hub
    assert hub.central_system.strict_subprotocol
    result = await flow.async_init(entry.entry_id)
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "general"})
    assert suggested(result) == options


# Its chargers.


async def add(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form for another charger."""
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["goe_address", "vendor", "manual"]
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"next_step_id": "manual"}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "manual"
    return result


async def answer(hass: HomeAssistant, result: Any, **fields: Any) -> Any:
    """Submit a form of a subentry flow."""
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"settings": dict(SETTINGS)} | fields
    )
    await hass.async_block_till_done()
    return result


async def shown_next(hass: HomeAssistant, result: Any) -> Any:
    """Return what comes after waiting."""
    manager = hass.config_entries.subentries
    flow_id = result["flow_id"]
    flow = manager._progress[flow_id]

    def done() -> bool:
        return flow.cur_step is None or flow.cur_step["type"] is not (
            FlowResultType.SHOW_PROGRESS
        )

    await wait_for(hass, done)
    return await manager.async_configure(flow_id)


async def test_a_charger_is_added_by_hand(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    result = await add(hass, setup_integration)
    assert result["data_schema"]({"charge_point_id": "CP1", "settings": {}}) == {
        "charge_point_id": "CP1",
        "maximum_current": 16.0,
        "settings": {
            "heartbeat_interval": 60,
            "sample_interval": 10,
            "ping_interval": 30,
            "call_timeout": 30,
            "id_tag": "HomeAssistant",
            "tag_policy": "server",
            "keep_local_list": False,
            "start_sessions": "automatic",
            "version": "automatic",
        },
    }
    shown_url = result["description_placeholders"]["url"]
    result = await answer(
        hass,
        result,
        charge_point_id=f" ws://{HOST}/CP1/ ",
        name=" Garage ",
        maximum_current=20,
    )
    # It is there, whether it is waited for or not.
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "connect_added"
    said = result["description_placeholders"]
    assert said["url"] == f"{shown_url}CP1"
    assert (said["name"], said["asked_id"]) == ("Garage", "`CP1`")
    (subentry,) = setup_integration.subentries.values()
    assert (subentry.title, subentry.unique_id) == ("Garage", "CP1")
    assert shown_url.endswith(f"/{subentry.data['path_secret']}/")
    assert subentry.data == {
        "charge_point_id": "CP1",
        "path_secret": subentry.data["path_secret"],
        "overrides": {"maximum_current": 20},
        **STRIPPED,
    }
    one = await charger("CP1")
    assert one.configuration["heartbeatinterval"].value == "77"
    result = await shown_next(hass, result)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "added_connected",
    )
    assert subentry.title == "Garage"
    limit = hass.states.get("number.garage_current_limit")
    assert limit is not None
    assert limit.attributes["max"] == 20


async def test_a_charger_that_was_added_need_not_be_waited_for(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The window is closed, or nothing comes for long: it is there all the same."""
    result = await answer(
        hass, await add(hass, setup_integration), charge_point_id="CP1"
    )
    hass.config_entries.subentries.async_abort(result["flow_id"])
    await hass.async_block_till_done()
    monkeypatch.setattr(charger_flow, "PATIENCE", 0.0)
    result = await answer(
        hass, await add(hass, setup_integration), charge_point_id="CP2"
    )
    result = await shown_next(hass, result)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "added_away")
    assert {one.unique_id for one in setup_integration.subentries.values()} == {
        "CP1",
        "CP2",
    }
    assert (await charger("CP1")).accepted


async def test_a_server_that_does_not_run_takes_a_charger_on_later(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    result = await answer(hass, await add(hass, entry), charge_point_id="CP1")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["unique_id"]) == ("CP1", "CP1")


async def test_a_charger_without_a_name_gets_one(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    result = await add(hass, setup_integration)
    # Nor settings, which are the default ones then.
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"charge_point_id": "CP1"}
    )
    (subentry,) = setup_integration.subentries.values()
    assert subentry.title == "CP1"
    assert subentry.data == {
        "charge_point_id": "CP1",
        "named_by_id": True,
        "path_secret": ANY,
        # Nobody knows its circuit.
        "overrides": {"maximum_current": 16.0},
    }
    hass.config_entries.subentries.async_abort(result["flow_id"])
    await charger("CP1")
    await wait_for(hass, lambda: subentry.title == "Generic Simulator")


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_what_is_wrong_with_a_new_charger_is_said(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    unused_tcp_port_factory: Any,
) -> None:
    other = make_entry(unused_tcp_port_factory(), "CP2")
    other.add_to_hass(hass)
    result = await add(hass, setup_integration)
    for charge_point_id, problem in (
        ("/", "invalid_id"),
        ("x" * 256, "invalid_id"),
        ("a\tb", "invalid_id"),
        ("CP1", "already_configured"),
        ("CP2", "adopted_elsewhere"),
        ("a/b", "id_with_slash"),
        ("192.168.1.5:9000/abc", "id_with_slash"),
        ("ws://192.168.1.5:9000/", "address_without_id"),
        ("ws://192.168.1.5:9000", "address_without_id"),
        ("ws://192.168.1.5:9000/steve/CP1", "already_configured"),
        ("wss://h/ocpp/CP1/?x=1#y", "already_configured"),
    ):
        result = await answer(hass, result, charge_point_id=charge_point_id)
        assert result["type"] is FlowResultType.FORM
        assert result["errors"] == {"charge_point_id": problem}
        if problem == "adopted_elsewhere":
            assert result["description_placeholders"]["server"] == other.title
    for tag in ("", "x" * 21, "a\nb"):
        result = await answer(
            hass,
            result,
            charge_point_id="CP3",
            settings=SETTINGS | {"id_tag": tag},
        )
        assert result["errors"] == {"settings": "own_tag_invalid"}
    # The section with the error is open.
    settings = result["data_schema"].schema["settings"]
    assert not settings.options["collapsed"]
    result = await answer(hass, result, charge_point_id="CP3", name="cp1")
    assert result["errors"] == {"name": "name_taken"}
    result = await answer(hass, result, charge_point_id="CP3")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    hass.config_entries.subentries.async_abort(result["flow_id"])


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", call_timeout=20)]])
async def test_a_charger_is_changed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    entry = setup_integration
    one = await charger("CP1")
    (subentry,) = entry.subentries.values()
    flow = hass.config_entries.subentries
    result = await open_settings(hass, entry, subentry)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    # It gets one with the form that shows it.
    secret = subentry.data["path_secret"]
    assert result["description_placeholders"] == {
        "id": "CP1",
        "makes": "–",
        "url": f"ws://{HOST}:{entry.data['port']}/{secret}/CP1",
    }
    assert suggested(result) == {"name": "CP1"}
    assert (
        suggested({"data_schema": result["data_schema"].schema["settings"].schema})[
            "call_timeout"
        ]
        == 20
    )

    result = await answer(
        hass, result, name="Garage", settings=SETTINGS | {"id_tag": ""}
    )
    assert result["errors"] == {"settings": "own_tag_invalid"}
    result = await answer(hass, result, name=" Garage ")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert subentry.title == "Garage"
    assert subentry.data["vendor"] == "Generic"
    assert STRIPPED.items() <= subentry.data.items()
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.connections == 1
    assert adopted.charge_point.settings.id_tag == "tag"
    # Told without a reconnect.
    await one.wait_for(
        lambda: one.configuration["metervaluesampleinterval"].value == "7"
    )

    result = await open_settings(hass, entry, subentry)
    data = dict(subentry.data)
    result = await flow.async_configure(result["flow_id"], {"name": " "})
    assert result["reason"] == "reconfigure_successful"
    assert (subentry.title, subentry.data) == ("Garage", data)


# A charger that is gone before its card could be shown.


async def test_there_is_no_card_for_a_charger_that_is_gone(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    for entry_id in (setup_integration.entry_id, "no such entry"):
        result = await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={"entry_id": entry_id, "charge_point_id": "CP1"},
        )
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "charger_gone"
