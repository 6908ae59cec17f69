"""Triggers, conditions and actions of devices, as the automation editor offers them."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components import automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.const import CONF_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, translation
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_get_device_automation_capabilities,
    async_get_device_automations,
    async_mock_service,
)

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.device_action import async_call_action_from_config
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.entities import Wallbox, entity_id, settle, value_of

TRIGGERS = {
    "session_started",
    "session_ended",
    "plugged_in",
    "unplugged",
    "waiting_to_be_started",
    "waiting_for_sun",
    "charging",
    "full",
    "fault",
}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Carport"), id_tag_subentry("04AB", "Anna")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR, "tag_policy": "every"}


@pytest.fixture
def connectors() -> int:
    return 1


@pytest.fixture
async def box(
    hass: HomeAssistant, hub: Hub, server_url: str, connectors: int
) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url, connectors=connectors) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


@pytest.fixture
def device_id(hub: Hub, box: Wallbox) -> str:
    return next(iter(hub.chargers.values())).device_id


async def offered(
    hass: HomeAssistant, kind: DeviceAutomationType, device_id: str
) -> dict[str, dict[str, Any]]:
    """Return what is offered for a device, by type."""
    found = await async_get_device_automations(hass, kind, device_id)
    return {one["type"]: one for one in found if one["domain"] == DOMAIN}


async def automate(hass: HomeAssistant, **parts: Any) -> list[ServiceCall]:
    """Add an automation that calls a service; return the calls."""
    calls = async_mock_service(hass, "test", "called")
    data = "{{ trigger.event.data.data.who if trigger.event is defined else '' }}"
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "alias": "one",
                "mode": "parallel",
                "actions": {"action": "test.called", "data": {"who": data}},
                **parts,
            }
        },
    )
    assert hass.states.get("automation.one") is not None
    await hass.async_block_till_done()
    return calls


async def test_what_is_offered(hass: HomeAssistant, device_id: str) -> None:
    """With a text for each, in all languages."""
    conditions = await offered(hass, DeviceAutomationType.CONDITION, device_id)
    actions = await offered(hass, DeviceAutomationType.ACTION, device_id)
    triggers = await offered(hass, DeviceAutomationType.TRIGGER, device_id)
    assert triggers.keys() == TRIGGERS
    assert conditions.keys() == {
        "is_plugged_in",
        "is_unplugged",
        "is_in_session",
        "is_charging",
        "is_waiting_to_be_started",
        "is_waiting",
        "is_paused",
        "is_full",
        "is_faulty",
    }
    assert actions.keys() == {
        "start_charging",
        "stop_charging",
        "pause",
        "resume",
        "set_charge_mode",
        "set_current_limit",
        "boost",
        "unlock",
    }
    for language in ("en", "de"):
        texts = await translation.async_get_translations(
            hass, language, "device_automation", {DOMAIN}
        )
        for kind, types in (
            ("trigger_type", triggers),
            ("condition_type", conditions),
            ("action_type", actions),
        ):
            prefix = f"component.{DOMAIN}.device_automation.{kind}."
            assert {
                key.removeprefix(prefix) for key in texts if key.startswith(prefix)
            } == types.keys()


async def test_a_session_is_a_trigger(
    hass: HomeAssistant, box: Wallbox, device_id: str
) -> None:
    triggers = await offered(hass, DeviceAutomationType.TRIGGER, device_id)
    calls = await automate(hass, triggers=triggers["session_ended"])
    number = await box.start(meter=1000, id_tag="04ab")
    await settle(hass)
    assert not calls
    await box.stop(number, meter=2000)
    await wait_for(hass, lambda: calls)
    assert [one.data["who"] for one in calls] == ["Anna"]
    await hass.services.async_call(
        automation.DOMAIN, "turn_off", {"entity_id": "automation.one"}, blocking=True
    )
    await box.stop(await box.start(meter=2000, id_tag="04ab"), meter=3000)
    await settle(hass)
    assert len(calls) == 1


@pytest.mark.parametrize("connectors", [2])
async def test_sessions_of_all_connectors_are_triggers_of_the_charger(
    hass: HomeAssistant, hub: Hub, box: Wallbox, device_id: str
) -> None:
    triggers = await offered(hass, DeviceAutomationType.TRIGGER, device_id)
    assert triggers.keys() == {"session_started", "session_ended"}
    (one,) = hub.chargers.values()
    left = one.connector_device_id(1)
    at_left = await offered(hass, DeviceAutomationType.TRIGGER, left)
    assert at_left.keys() == TRIGGERS
    calls = await automate(
        hass, triggers=[triggers["session_started"], at_left["session_started"]]
    )
    await box.start(2, meter=1000, id_tag="04ab")
    await wait_for(hass, lambda: len(calls) == 1)
    await box.start(1, meter=1000, id_tag="STRANGE")
    await wait_for(hass, lambda: len(calls) == 3)


async def test_a_state_is_a_trigger_and_a_condition(
    hass: HomeAssistant, box: Wallbox, device_id: str
) -> None:
    triggers = await offered(hass, DeviceAutomationType.TRIGGER, device_id)
    conditions = await offered(hass, DeviceAutomationType.CONDITION, device_id)
    fields = await async_get_device_automation_capabilities(
        hass, DeviceAutomationType.TRIGGER, triggers["waiting_to_be_started"]
    )
    assert [one["name"] for one in fields["extra_fields"]] == ["for"]
    calls = await automate(
        hass,
        triggers=[
            triggers["plugged_in"],
            triggers["waiting_to_be_started"],
            triggers["unplugged"],
        ],
        conditions=conditions["is_plugged_in"],
    )
    await box.status("Preparing")
    await wait_for(hass, lambda: len(calls) == 2)
    await box.status("Available")
    await settle(hass)
    # The condition does not hold.
    assert len(calls) == 2


async def test_actions_are_those_of_the_entities(
    hass: HomeAssistant, hub: Hub, device_id: str
) -> None:
    actions = await offered(hass, DeviceAutomationType.ACTION, device_id)

    async def act(kind: str, **fields: Any) -> None:
        await async_call_action_from_config(hass, {**actions[kind], **fields}, {}, None)

    async def shows(domain: str, key: str, value: str) -> None:
        await wait_for(hass, lambda: value_of(hass, f"CP1/1/{key}", domain) == value)

    fields = await async_get_device_automation_capabilities(
        hass, DeviceAutomationType.ACTION, actions["set_charge_mode"]
    )
    options = dict(fields["extra_fields"][0]["options"])
    assert options["min_solar"] == "Minimum and sun"
    await act("set_charge_mode", option="fast")
    await shows("select", "charge_mode", "fast")
    await act("pause")
    await shows("switch", "paused", "on")
    await act("resume")
    await shows("switch", "paused", "off")
    fields = await async_get_device_automation_capabilities(
        hass, DeviceAutomationType.ACTION, actions["set_current_limit"]
    )
    assert fields["extra_fields"][0]["valueMax"] == 32.0
    await act("set_current_limit", value=10)
    await shows("number", "current_limit", "10")


async def test_an_entity_that_is_gone(
    hass: HomeAssistant, device_id: str, entity_registry: er.EntityRegistry
) -> None:
    """It is offered no more, and what used it says so."""
    actions = await offered(hass, DeviceAutomationType.ACTION, device_id)
    entity_registry.async_update_entity(
        entity_id(hass, "switch", "CP1/1/paused"),
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    await hass.async_block_till_done()
    assert "pause" not in await offered(hass, DeviceAutomationType.ACTION, device_id)
    with pytest.raises(HomeAssistantError) as error:
        await async_call_action_from_config(hass, actions["pause"], {}, None)
    assert error.value.translation_key == "automation_entity_missing"
    assert error.value.translation_placeholders == {
        "device": "Carport",
        "entity": "Paused",
    }


async def test_an_action_without_its_field_is_refused(
    hass: HomeAssistant, device_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    actions = await offered(hass, DeviceAutomationType.ACTION, device_id)
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "alias": "one",
                "triggers": {"trigger": "event", "event_type": "go"},
                "actions": {
                    key: value
                    for key, value in actions["set_charge_mode"].items()
                    if key != "metadata"
                },
            }
        },
    )
    state = hass.states.get("automation.one")
    assert state is not None
    assert state.state == "unavailable"
    assert actions["set_charge_mode"][CONF_DEVICE_ID] == device_id
    assert "option" in caplog.text
