"""Local lists: sent from the tags, kept in step with them, mended when that failed."""

from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS, repairs_flow_manager
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import (
    CONF_CONNECTORS,
    CONF_KEEP_LOCAL_LIST,
    DOMAIN,
)
from custom_components.ocpp_cs.tags import local_lists
from simulator import Generic
from tests.integration.conftest import (
    AddCharger,
    charger_subentry,
    id_tag_subentry,
    wait_for,
)
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    key_of,
    settled,
)
from tests.integration.helpers.reconfigure import open_settings

ACCEPTED = {"status": "Accepted"}
KEPT = {CONF_CONNECTORS: 1, CONF_KEEP_LOCAL_LIST: True}


@pytest.fixture(autouse=True)
def merge_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let changes be sent soon."""
    monkeypatch.setattr(local_lists, "_MERGE_SECONDS", 0.02)


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger whose list is kept, one whose is not, and tags."""
    return [
        charger_subentry("CP1", "Garage", **KEPT),
        charger_subentry("CP2", "Yard", **{CONF_CONNECTORS: 1}),
        id_tag_subentry("ANNA", "Anna", parent_id_tag="Family"),
        id_tag_subentry("BOB", "Bob", blocked=True),
        id_tag_subentry("CAT", "Cat", chargers=["CP2"]),
        id_tag_subentry("DAN", "Dan", valid_until="2099-01-02T03:04:05+00:00"),
    ]


@pytest.fixture
async def two(setup_integration: MockConfigEntry, charger: AddCharger) -> Generic:
    """Return the charger whose list is not kept."""
    return await settled(setup_integration, await charger("CP2"))


@pytest.fixture
async def one(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> Generic:
    """Return the charger whose list is kept, when it has it."""
    box = await charger("CP1")
    await wait_for(hass, lambda: box.list_version == 1)
    return await settled(setup_integration, box)


def subentry_of(entry: MockConfigEntry, unique_id: str) -> ConfigSubentry:
    """Return a subentry by its unique id."""
    return next(one for one in entry.subentries.values() if one.unique_id == unique_id)


def change(
    hass: HomeAssistant, entry: MockConfigEntry, unique_id: str, **data: Any
) -> None:
    """Change the data of a subentry."""
    subentry = subentry_of(entry, unique_id)
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **data}
    )


def issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return what is wrong with the list of the first charger."""
    subentry_id = subentry_of(entry, "CP1").subentry_id
    return ir.async_get(hass).async_get_issue(
        DOMAIN, f"local_list_out_of_step_{subentry_id}"
    )


# The action.


async def test_the_tags_are_sent(two: Generic, call: Call) -> None:
    assert await call("send_local_list", "CP2") == {
        "status": "accepted",
        "list_version": 1,
        "update_type": "full",
    }
    assert two.local_list == {
        "ANNA": {"status": "Accepted", "parentIdTag": "Family"},
        "BOB": {"status": "Blocked"},
        "CAT": {"status": "Accepted"},
        "DAN": {"status": "Accepted", "expiryDate": "2099-01-02T03:04:05Z"},
    }
    answer = await call("send_local_list", "CP2", update_type="differential")
    assert answer["list_version"] == 2
    assert answer["update_type"] == "differential"
    # Without the option nothing is done unasked.
    assert {action for action, _ in two.received} == {
        "GetLocalListVersion",
        "SendLocalList",
    }


async def test_a_charger_without_a_list_says_so(two: Generic, call: Call) -> None:
    two.configuration.change("LocalAuthListEnabled", "false")
    assert await call("get_local_list_version", "CP2") == {"list_version": -1}
    with pytest.raises(HomeAssistantError) as err:
        await call("send_local_list", "CP2")
    assert key_of(err.value) == "ocpp_cs.no_local_list"
    with pytest.raises(HomeAssistantError) as err:
        await call(
            "send_local_list",
            "CP2",
            list_version=1,
            update_type="full",
            local_authorization_list=[],
        )
    assert key_of(err.value) == "ocpp_cs.send_local_list_not_supported"


async def test_too_many_tags_are_told(two: Generic, call: Call) -> None:
    await call("get_configuration", "CP2")
    two.configuration.put("LocalAuthListMaxLength", "3")
    await call("get_configuration", "CP2")
    with pytest.raises(HomeAssistantError) as err:
        await call("send_local_list", "CP2")
    assert key_of(err.value) == "ocpp_cs.local_list_too_long"
    assert two.local_list == {}


async def test_a_version_has_to_be_greater(two: Generic, call: Call) -> None:
    await call("send_local_list", "CP2", list_version=7)
    with pytest.raises(ServiceValidationError) as err:
        await call("send_local_list", "CP2", list_version=7)
    assert "list_version: must not be below 8" in str(err.value)


# Kept in step.


async def test_it_is_sent_with_the_connection(one: Generic) -> None:
    assert sorted(one.local_list) == ["ANNA", "BOB", "DAN"]


async def test_changes_are_sent_together(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> None:
    entry = setup_integration
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(**id_tag_subentry("EVE", "Eve")),  # type: ignore[arg-type]
    )
    change(hass, entry, "id_tag bob", blocked=False)
    hass.config_entries.async_remove_subentry(
        entry, subentry_of(entry, "id_tag dan").subentry_id
    )
    await wait_for(hass, lambda: one.list_version == 2)
    assert one.calls("SendLocalList") == [
        {
            "listVersion": 2,
            "updateType": "Differential",
            "localAuthorizationList": [
                {"idTag": "DAN"},
                {"idTag": "BOB", "idTagInfo": ACCEPTED},
                {"idTag": "EVE", "idTagInfo": ACCEPTED},
            ],
        }
    ]
    # What changes nothing on the list is not worth a message.
    change(hass, entry, "id_tag anna", max_sessions=3)
    await hass.async_block_till_done()
    followed = entry.runtime_data.local_lists._followed
    assert all(each.cancel_timer is None for each in followed.values())
    change(hass, entry, "id_tag eve", blocked=True)
    await wait_for(hass, lambda: one.list_version == 3)
    assert len(one.calls("SendLocalList")) == 2
    assert len(one.calls("GetLocalListVersion")) == 2


async def test_a_reconnect_sends_nothing_that_is_there(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> None:
    await one.drop()
    await one.reconnect()
    await wait_for(hass, lambda: one.calls("GetLocalListVersion"))
    await settled_again(hass, one)
    assert one.calls("SendLocalList") == []
    # What changes meanwhile is sent then.
    await one.drop()
    change(hass, setup_integration, "id_tag bob", blocked=False)
    await hass.async_block_till_done()
    await one.reconnect()
    await wait_for(hass, lambda: one.local_list["BOB"] == ACCEPTED)
    assert [sent["updateType"] for sent in one.calls("SendLocalList")] == [
        "Differential"
    ]


async def settled_again(hass: HomeAssistant, one: Generic) -> None:
    """Return when the charger was asked for its values, the last that it is asked."""
    await wait_for(
        hass,
        lambda: any(
            sent["requestedMessage"] == "MeterValues"
            for sent in one.calls("TriggerMessage")
        ),
    )


async def test_a_list_that_was_lost_is_sent_again(
    hass: HomeAssistant, one: Generic
) -> None:
    one.faults.list_forgotten = True
    await one.reboot()
    await wait_for(hass, lambda: one.local_list)
    assert one.list_version == 2
    assert [sent["updateType"] for sent in one.calls("SendLocalList")] == ["Full"]


async def test_what_was_sent_outlives_a_restart(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> None:
    entry = setup_integration
    assert await hass.config_entries.async_unload(entry.entry_id)
    change(hass, entry, "id_tag bob", blocked=False)
    one.received.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait_for(hass, lambda: one.list_version == 2)
    assert one.calls("SendLocalList") == [
        {
            "listVersion": 2,
            "updateType": "Differential",
            "localAuthorizationList": [{"idTag": "BOB", "idTagInfo": ACCEPTED}],
        }
    ]


async def test_the_option_may_be_changed(
    hass: HomeAssistant, setup_integration: MockConfigEntry, two: Generic
) -> None:
    two.configuration.put("LocalAuthListEnabled", "false")
    charge_point = setup_integration.runtime_data.central_system.charge_points["CP2"]
    await charge_point.commands.call("get_configuration")
    change(hass, setup_integration, "CP2", **{CONF_KEEP_LOCAL_LIST: True})
    await wait_for(hass, lambda: two.list_version == 1)
    assert two.configuration.boolean("LocalAuthListEnabled")
    change(hass, setup_integration, "CP2", **{CONF_KEEP_LOCAL_LIST: False})
    change(hass, setup_integration, "id_tag bob", blocked=False)
    change(hass, setup_integration, "CP2", **{CONF_KEEP_LOCAL_LIST: True})
    await wait_for(hass, lambda: two.local_list["BOB"] == ACCEPTED)
    assert two.list_version == 2


async def test_the_option_is_in_the_form(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    flow = await open_settings(hass, entry, subentry_of(entry, "CP2"))
    settings = flow["data_schema"]({"name": "Yard", "settings": {}})["settings"]
    assert settings[CONF_KEEP_LOCAL_LIST] is False
    await hass.config_entries.subentries.async_configure(
        flow["flow_id"],
        {"name": "Yard", "settings": settings | {CONF_KEEP_LOCAL_LIST: True}},
    )
    assert subentry_of(entry, "CP2").data[CONF_KEEP_LOCAL_LIST] is True


async def test_a_removed_charger_is_forgotten(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> None:
    entry = setup_integration
    memory = entry.runtime_data._memory
    charge_point = entry.runtime_data.central_system.charge_points["CP1"]
    assert memory.get("CP1", "local_list") is not None
    hass.config_entries.async_remove_subentry(
        entry, subentry_of(entry, "CP1").subentry_id
    )
    await hass.async_block_till_done()
    # Such as the answer to what was under way.
    charge_point.local_list.replaced(9)
    assert memory.get("CP1", "local_list") is None
    change(hass, entry, "id_tag bob", blocked=False)
    await hass.async_block_till_done()
    assert one.calls("SendLocalList") == []


# What can go wrong.


@pytest.fixture(name="broken")
async def fixture_broken(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> Generic:
    """Return a charger that takes no list any more, and has an old one."""
    one.faults.list_failed = True
    change(hass, setup_integration, "id_tag bob", blocked=False)
    await wait_for(hass, lambda: issue(hass, setup_integration))
    return one


async def test_who_refuses_twice_is_told(
    hass: HomeAssistant, setup_integration: MockConfigEntry, broken: Generic
) -> None:
    entry = setup_integration
    assert [sent["updateType"] for sent in broken.calls("SendLocalList")] == [
        "Differential",
        "Full",
    ]
    shown = issue(hass, entry)
    assert shown is not None
    assert shown.is_fixable
    assert shown.translation_placeholders == {
        "charger": "Garage",
        "error": "`Garage refused SendLocalList: Failed. "
        "It could not take the list over.`",
    }
    # It goes when it works again, by itself ...
    broken.faults.list_failed = False
    change(hass, entry, "id_tag bob", max_sessions=2)
    change(hass, entry, "id_tag anna", blocked=True)
    await wait_for(hass, lambda: issue(hass, entry) is None)
    assert broken.local_list["BOB"] == ACCEPTED


async def test_it_is_told_in_the_language_of_home_assistant(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic
) -> None:
    hass.config.language = "de"
    one.configuration.put("LocalAuthListMaxLength", "2")
    charge_point = setup_integration.runtime_data.central_system.charge_points["CP1"]
    await charge_point.commands.call("get_configuration")
    change(hass, setup_integration, "id_tag bob", blocked=False)
    shown = await wait_for(hass, lambda: issue(hass, setup_integration))
    assert (
        "höchstens 2 (LocalAuthListMaxLength)"
        in (shown.translation_placeholders["error"])
    )


async def test_it_goes_with_what_the_user_does(
    hass: HomeAssistant, setup_integration: MockConfigEntry, broken: Generic, call: Call
) -> None:
    broken.faults.list_failed = False
    await call("send_local_list")
    assert issue(hass, setup_integration) is None
    broken.faults.list_failed = True
    change(hass, setup_integration, "id_tag bob", blocked=True)
    await wait_for(hass, lambda: issue(hass, setup_integration))
    change(hass, setup_integration, "CP1", **{CONF_KEEP_LOCAL_LIST: False})
    await wait_for(hass, lambda: issue(hass, setup_integration) is None)


async def test_it_is_mended_by_a_click(
    hass: HomeAssistant, setup_integration: MockConfigEntry, broken: Generic
) -> None:
    entry = setup_integration
    assert await async_setup_component(hass, REPAIRS, {})
    shown, manager = issue(hass, entry), repairs_flow_manager(hass)
    assert shown is not None
    assert manager is not None
    flow = await manager.async_init(DOMAIN, data={"issue_id": shown.issue_id})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "confirm")
    assert flow["description_placeholders"] == shown.translation_placeholders
    flow = await manager.async_configure(flow["flow_id"], {})
    assert flow["errors"] == {"base": "not_sent"}
    assert "SendLocalList: Failed" in flow["description_placeholders"]["error"]
    await broken.drop()
    await wait_for(
        hass, lambda: not entry.runtime_data.central_system.charge_points["CP1"].link
    )
    flow = await manager.async_configure(flow["flow_id"], {})
    assert flow["description_placeholders"]["error"] == "Garage is not connected."
    assert issue(hass, entry) is not None
    await broken.reconnect()
    await wait_for(hass, lambda: broken.accepted)
    broken.faults.list_failed = False
    broken.received.clear()
    flow = await manager.async_configure(flow["flow_id"], {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert "Full" in [sent["updateType"] for sent in broken.calls("SendLocalList")]
    assert broken.local_list["BOB"] == ACCEPTED
    assert issue(hass, entry) is None


async def test_there_is_nothing_to_mend_without_the_server(
    hass: HomeAssistant, setup_integration: MockConfigEntry, broken: Generic
) -> None:
    entry = setup_integration
    assert await async_setup_component(hass, REPAIRS, {})
    shown, manager = issue(hass, entry), repairs_flow_manager(hass)
    assert shown is not None
    assert manager is not None
    flow = await manager.async_init(DOMAIN, data={"issue_id": shown.issue_id})
    assert await hass.config_entries.async_unload(entry.entry_id)
    flow = await manager.async_configure(flow["flow_id"], {})
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "server_not_running"


async def test_a_memory_that_cannot_be_read_is_no_list(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    charger: AddCharger,
    hass_storage: dict[str, Any],
) -> None:
    hass_storage[f"{DOMAIN}.{entry.entry_id}.chargers"] = {
        "version": 1,
        "data": {"CP1": {"local_list": {"version": "x"}, "reservations": [5]}},
    }
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    box = await charger("CP1")
    await wait_for(hass, lambda: box.list_version == 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
