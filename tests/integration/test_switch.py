"""Switches: they command the charger, and show what it says."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_ID_TAG, DOMAIN
from custom_components.ocpp_cs.hub import Hub

from .conftest import charger_subentry, wait_for
from .helpers.entities import Wallbox, entity_id, settle, value_of, writes
from .helpers.versions import BOTH, ONLY_1_6, V1_6
from .helpers.wallbox_v2 import action, availability, started, stopped, wallbox

pytestmark = BOTH


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", **{CONF_ID_TAG: "House"})]


@pytest.fixture
async def box(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> AsyncIterator[Wallbox]:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


async def turn(hass: HomeAssistant, unique_id: str, on: bool) -> None:
    await hass.services.async_call(
        "switch",
        SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
        {ATTR_ENTITY_ID: entity_id(hass, "switch", unique_id)},
        blocking=True,
    )


def switch(hass: HomeAssistant, unique_id: str) -> str:
    return value_of(hass, unique_id, "switch")


async def test_charging_starts_and_stops(hass: HomeAssistant, box: Wallbox) -> None:
    assert switch(hass, "CP1/1/charging") == "off"
    with writes(hass) as written:
        await turn(hass, "CP1/1/charging", True)
        await settle(hass)
    assert await started(box) == [(1, "House")]
    # It agreed; no transaction runs for that.
    assert written == []
    number = await box.start(id_tag="House")
    await settle(hass)
    assert switch(hass, "CP1/1/charging") == "on"

    with writes(hass) as written:
        await turn(hass, "CP1/1/charging", False)
        await settle(hass)
    assert await stopped(box) == [number]
    assert written == []
    await box.stop(number, meter=1000, reason="Remote")
    await settle(hass)
    assert switch(hass, "CP1/1/charging") == "off"


async def test_charging_stops_a_session_from_before_a_restart(
    hass: HomeAssistant,
    box: Wallbox,
    server_url: str,
    setup_integration: ConfigEntry,
    version: str,
) -> None:
    number = await box.start()
    await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()
    async with wallbox(version, server_url) as again:
        await wait_for(hass, lambda: switch(hass, "CP1/1/charging") == "on")
        await turn(hass, "CP1/1/charging", False)
        assert await stopped(again) == [number]


async def test_each_connector_has_its_own_switches(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    async with wallbox(version, server_url, connectors=2) as box:
        await box.begin(hass, hub)
        one, two = await box.start(1), await box.start(2)
        await settle(hass)
        await turn(hass, "CP1/2/charging", False)
        await box.stop(two, meter=2000)
        await settle(hass)
        assert switch(hass, "CP1/1/charging") == "on"
        assert switch(hass, "CP1/2/charging") == "off"
        await turn(hass, "CP1/1/charging", False)
        await turn(hass, "CP1/2/charging", True)
        await turn(hass, "CP1/2/available", False)
        await turn(hass, "CP1/available", False)
    assert await stopped(box) == [two, one]
    assert (await started(box))[0][0] == 2
    assert await availability(box) == [(2, "Inoperative"), (0, "Inoperative")]


@pytest.mark.parametrize(
    ("answer", "key", "kind"),
    [
        ({"status": "Rejected"}, "refused", HomeAssistantError),
        ("InternalError", "call_error", HomeAssistantError),
        ("NotSupported", "not_supported", HomeAssistantError),
        ({"status": 17}, "invalid_answer", HomeAssistantError),
    ],
)
async def test_a_refusal_is_told_and_changes_nothing(
    hass: HomeAssistant, box: Wallbox, answer: Any, key: str, kind: type[Exception]
) -> None:
    box.answers[action(box, "RemoteStartTransaction")] = answer
    with writes(hass) as written, pytest.raises(kind) as caught:
        await turn(hass, "CP1/1/charging", True)
    assert isinstance(caught.value, HomeAssistantError)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["name"] == "Garage"
    assert written == []
    assert switch(hass, "CP1/1/charging") == "off"


async def test_what_is_so_already_is_left_alone(
    hass: HomeAssistant, box: Wallbox
) -> None:
    await turn(hass, "CP1/1/charging", False)
    await box.start()
    await box.status("Charging")
    await wait_for(hass, lambda: switch(hass, "CP1/1/charging") == "on")
    await turn(hass, "CP1/1/charging", True)
    asked = {action(box, f"Remote{one}Transaction") for one in ("Start", "Stop")}
    assert [name for name, _ in box.received if name in asked] == []


@ONLY_1_6  # In 2.0.1 nothing but an event of a session says that it charges.
async def test_a_session_that_is_not_known_of_cannot_be_stopped(
    hass: HomeAssistant, box: Wallbox
) -> None:
    await box.status("Charging")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "charging")
    with pytest.raises(ServiceValidationError) as caught:
        await turn(hass, "CP1/1/charging", False)
    assert caught.value.translation_key == "no_transaction"
    stop = action(box, "RemoteStopTransaction")
    assert [name for name, _ in box.received if name == stop] == []


@pytest.mark.usefixtures("all_enabled")
async def test_a_connector_is_taken_out_of_operation_and_back(
    hass: HomeAssistant, box: Wallbox, version: str
) -> None:
    assert switch(hass, "CP1/1/available") == "on"
    await turn(hass, "CP1/1/available", False)
    await settle(hass)
    assert switch(hass, "CP1/1/available") == "off"
    # The charger as a whole is not concerned, if it says how it is itself.
    says = version == V1_6
    assert switch(hass, "CP1/available") == ("on" if says else "off")
    await box.status("Unavailable")
    await settle(hass)
    assert switch(hass, "CP1/1/available") == "off"
    await turn(hass, "CP1/1/available", True)
    await settle(hass)
    assert switch(hass, "CP1/1/available") == "on"
    assert await availability(box, 2) == [(1, "Inoperative"), (1, "Operative")]


async def test_what_is_scheduled_has_not_happened_yet(
    hass: HomeAssistant, box: Wallbox
) -> None:
    box.answers["ChangeAvailability"] = {"status": "Scheduled"}
    await turn(hass, "CP1/1/available", False)
    await settle(hass)
    assert switch(hass, "CP1/1/available") == "on"
    await box.status("Unavailable")
    await settle(hass)
    assert switch(hass, "CP1/1/available") == "off"


@pytest.mark.usefixtures("all_enabled")
async def test_the_whole_charger_is_taken_out_of_operation(
    hass: HomeAssistant, box: Wallbox
) -> None:
    await turn(hass, "CP1/available", False)
    await settle(hass)
    assert switch(hass, "CP1/available") == "off"
    assert switch(hass, "CP1/1/available") == "off"
    box.answers["ChangeAvailability"] = {"status": "Rejected"}
    with pytest.raises(HomeAssistantError) as caught:
        await turn(hass, "CP1/available", True)
    assert caught.value.translation_key == "refused"
    assert switch(hass, "CP1/available") == "off"


def disabled_by(registry: er.EntityRegistry, unique_id: str) -> str | None:
    found = registry.async_get_entity_id("switch", DOMAIN, unique_id)
    assert found is not None
    return registry.entities[found].disabled_by


async def test_with_one_connector_one_switch_is_enough(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    entity_registry: er.EntityRegistry,
    setup_integration: MockConfigEntry,
    version: str,
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        assert disabled_by(entity_registry, "CP1/available") == "integration"
        assert disabled_by(entity_registry, "CP1/1/available") is None
        # Whoever wants it has it, also after a restart.
        entity_registry.async_update_entity(
            entity_id(hass, "switch", "CP1/available"), disabled_by=None
        )
        await hass.config_entries.async_reload(setup_integration.entry_id)
        await settle(hass)
        assert disabled_by(entity_registry, "CP1/available") is None
        assert hass.states.get(entity_id(hass, "switch", "CP1/available"))


async def test_with_two_connectors_both_switches_are_needed(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    entity_registry: er.EntityRegistry,
    version: str,
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        assert disabled_by(entity_registry, "CP1/available") == "integration"
        await box.status("Available", 2)
        await wait_for(
            hass, lambda: disabled_by(entity_registry, "CP1/available") is None
        )


async def test_a_switch_that_its_user_disabled_stays_so(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    entity_registry: er.EntityRegistry,
    version: str,
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        entity_registry.async_update_entity(
            entity_id(hass, "switch", "CP1/available"),
            disabled_by=er.RegistryEntryDisabler.USER,
        )
        await box.status("Available", 2)
        await wait_for(
            hass,
            lambda: entity_registry.async_get_entity_id(
                "switch", DOMAIN, "CP1/2/available"
            ),
        )
        assert disabled_by(entity_registry, "CP1/available") == "user"


@ONLY_1_6
@pytest.mark.usefixtures("all_enabled")
async def test_a_charger_whose_connector_0_is_silent_is_as_its_connectors_are(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    async with wallbox(version, server_url) as box:
        await box.boot()
        await wait_for(hass, lambda: hub.central_system.charge_points["CP1"].ready)
        assert switch(hass, "CP1/available") == STATE_UNKNOWN
        await box.status("Available", 1)
        await settle(hass)
        assert switch(hass, "CP1/available") == "on"
        # One that turns up later counts as well.
        await box.status("Unavailable", 2)
        await settle(hass)
        assert switch(hass, "CP1/available") == "on"
        await box.status("Unavailable", 1)
        await settle(hass)
        assert switch(hass, "CP1/available") == "off"
        await box.status("Preparing", 2)
        await settle(hass)
        assert switch(hass, "CP1/available") == "on"
        await box.status("Unavailable", 0)
        await settle(hass)
        assert switch(hass, "CP1/available") == "off"
