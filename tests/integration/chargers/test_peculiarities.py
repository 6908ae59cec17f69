"""What is known of a charger's make, and what its user knows better."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import CONF_OVERRIDES, DOMAIN, SUBENTRY_CHARGER
from custom_components.ocpp_cs.forms.charger import SECTION_OVERRIDES
from custom_components.ocpp_cs.hub import Hub
from simulator import Evc5
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.reconfigure import open_settings

EVC5 = {"vendor": "ECOTAP", "model": "DUO2", "firmware": "4.3x.32R.16"}


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger that was here before."""
    return [charger_subentry("E1", "Garage", **EVC5), "CP1"]


async def form(hass: HomeAssistant, entry: MockConfigEntry, number: int = 0) -> Any:
    """Open the form of a charger."""
    subentry = entry.get_subentries_of_type(SUBENTRY_CHARGER)[number]
    return await open_settings(hass, entry, subentry)


async def fill(
    hass: HomeAssistant, result: Any, name: str = "Garage", **advanced: Any
) -> None:
    """Fill the form in."""
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": name, SECTION_OVERRIDES: advanced}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


def suggested(result: Any) -> dict[str, Any]:
    """Return what the section of a form is filled with."""
    section = next(
        value
        for key, value in result["data_schema"].schema.items()
        if key == SECTION_OVERRIDES
    )
    return {
        str(key): (key.description or {}).get("suggested_value")
        for key in section.schema.schema
    }


async def test_the_form_names_what_is_known(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    result = await form(hass, setup_integration)
    assert result["description_placeholders"]["makes"] == "Ecotap EVC5"
    result = await form(hass, setup_integration, 1)
    assert result["description_placeholders"]["makes"] == "–"


async def test_it_is_known_before_the_charger_says_it_again(hub: Hub) -> None:
    quirks = [one.charge_point.quirks.rules for one in hub.chargers.values()]
    assert quirks == [("Ecotap EVC5",), ()]


async def test_single_points_are_overridden(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    """At once, and as long as it stands in the form."""
    entry = setup_integration
    (charger, _) = entry.runtime_data.chargers.values()
    assert charger.charge_point.quirks.stack_level == 0
    wanted = {
        "charging_rate_unit": "watts",
        "minimum_current": 8.0,
        "current_step": 0.5,
        "switches_phases": "no",
        "stack_level": 3.0,
        "profile_kind": "relative",
        "remote_start_takes_profile": "yes",
        "configuration_in_pieces": "automatic",
        "try_everything": True,
    }
    await fill(hass, await form(hass, entry), **wanted)
    (subentry, _) = entry.get_subentries_of_type(SUBENTRY_CHARGER)
    kept = {
        "charging_rate_unit": "W",
        "minimum_current": 8.0,
        "current_step": 0.5,
        "switches_phases": False,
        "stack_level": 3,
        "profile_kind": "Relative",
        "remote_start_takes_profile": True,
        "try_everything": True,
    }
    assert subentry.data[CONF_OVERRIDES] == kept
    quirks = charger.charge_point.quirks
    known = {name: getattr(quirks, name) for name in kept if name != "try_everything"}
    words = {"charging_rate_unit": "w", "profile_kind": "relative"}
    assert known == {key: kept[key] for key in known} | words
    assert not quirks.unsupported_actions
    assert quirks.rules == ("Ecotap EVC5",)

    result = await form(hass, entry)
    assert suggested(result) == wanted

    # What is emptied is as known again; what else was set stays.
    await fill(hass, result)
    (subentry, _) = entry.get_subentries_of_type(SUBENTRY_CHARGER)
    assert subentry.data[CONF_OVERRIDES] == {}
    assert charger.charge_point.quirks.stack_level == 0
    assert charger.charge_point.quirks.unsupported_actions


async def test_a_form_without_the_section_leaves_it_alone(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    await fill(hass, await form(hass, entry), stack_level=3)
    result = await form(hass, entry)
    await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Carport"}
    )
    (subentry, _) = entry.get_subentries_of_type(SUBENTRY_CHARGER)
    assert subentry.title == "Carport"
    assert subentry.data[CONF_OVERRIDES] == {"stack_level": 3}


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, number: int = 0, **sections: Any
) -> Any:
    """Fill in sections of the form of a charger; return what comes of it."""
    result = await form(hass, entry, number)
    name = entry.get_subentries_of_type(SUBENTRY_CHARGER)[number].title
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": name, **sections}
    )
    await hass.async_block_till_done()
    return result


async def test_what_the_circuit_carries_stands_among_the_settings(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    """It is asked first, and what is peculiar to the make leaves it alone."""
    entry = setup_integration
    (charger, _) = entry.runtime_data.chargers.values()
    (subentry, _) = entry.get_subentries_of_type(SUBENTRY_CHARGER)
    result = await form(hass, entry)
    settings = result["data_schema"].schema["settings"].schema.schema
    first = next(iter(settings))
    assert (first, first.description) == ("maximum_current", {"suggested_value": 32.0})
    given = {"settings": {"maximum_current": 10, "id_tag": "HA"}}
    assert (await change(hass, entry, **given))["reason"] == "reconfigure_successful"
    assert subentry.data[CONF_OVERRIDES] == {"maximum_current": 10}
    assert charger.charge_point.connector(1).limiter.maximum == 10
    await change(hass, entry, advanced={"stack_level": 3})
    kept = {"stack_level": 3, "maximum_current": 10}
    assert subentry.data[CONF_OVERRIDES] == kept
    result = await form(hass, entry)
    first = next(iter(result["data_schema"].schema["settings"].schema.schema))
    assert first.description == {"suggested_value": 10}
    # What is known anyway need not be kept, so that it follows what is known.
    await change(hass, entry, settings={"maximum_current": 32})
    assert subentry.data[CONF_OVERRIDES] == {"stack_level": 3}


@pytest.mark.parametrize(
    ("sections", "errors"),
    [
        (
            {
                "settings": {"maximum_current": 10},
                "advanced": {"minimum_current": 20},
            },
            {"advanced": "minimum_above_maximum"},
        ),
        # The highest one is known, too.
        (
            {"advanced": {"minimum_current": 32}, "settings": {"maximum_current": 31}},
            {"advanced": "minimum_above_maximum"},
        ),
        (
            {"settings": {"maximum_current": 10}, "advanced": {"current_step": 16}},
            {"advanced": "step_too_large"},
        ),
        (
            {"solar": {"vehicle_target": "number.target"}},
            {"solar": "vehicle_soc_missing"},
        ),
        (
            {"solar": {"vehicle_target": "sensor.a", "vehicle_soc": "sensor.a"}},
            {"solar": "vehicle_same_entity"},
        ),
        (
            {
                "solar": {"connected_phases": "1"},
                "advanced": {"switches_phases": "yes"},
            },
            {"solar": "one_phase_switched"},
        ),
        ({"settings": {"maximum_current": 5}}, {"settings": "maximum_current_range"}),
    ],
)
async def test_what_contradicts_itself_is_refused(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    sections: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """In the section in which it stands, which is open then."""
    result = await change(hass, setup_integration, **sections)
    assert result["errors"] == errors
    (place,) = errors
    assert not result["data_schema"].schema[place].options["collapsed"]
    (subentry, _) = setup_integration.get_subentries_of_type(SUBENTRY_CHARGER)
    assert CONF_OVERRIDES not in subentry.data


@pytest.mark.parametrize(
    "sections",
    [
        {"settings": {"maximum_current": 10}, "advanced": {"minimum_current": 10}},
        {"settings": {"maximum_current": 10}, "advanced": {"current_step": 10}},
        {"solar": {"vehicle_target": "number.target", "capacity": 60}},
        {"solar": {"connected_phases": "3"}, "advanced": {"switches_phases": "yes"}},
        {"solar": {"connected_phases": "1"}, "advanced": {"switches_phases": "no"}},
    ],
)
async def test_what_agrees_is_taken(
    hass: HomeAssistant, setup_integration: MockConfigEntry, sections: dict[str, Any]
) -> None:
    result = await change(hass, setup_integration, **sections)
    assert result["reason"] == "reconfigure_successful"


async def test_a_second_charger_of_the_same_name_is_refused(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    result = await form(hass, setup_integration, 1)
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "garage "}
    )
    assert result["errors"] == {"name": "name_taken"}


async def test_diagnostics_tell_the_profile(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    socket_enabled: None,
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    evc5, other = told["chargers"]
    assert evc5["profile"]["rules"] == ["Ecotap EVC5"]
    assert evc5["profile"]["most_keys"] == 50
    assert "reserve_now" in evc5["profile"]["unsupported_actions"]
    assert other["profile"] == {}


async def test_the_user_hears_what_is_not_supported(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> None:
    charger = next(iter(hub.chargers.values()))

    async def call(name: str, **fields: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            name,
            {"device_id": charger.device_id, **fields},
            blocking=True,
            return_response=True,
        )

    async with Evc5(server_url, "E1", noise=0.0) as evc5:
        await wait_for(hass, lambda: evc5.accepted and charger.charge_point.ready)
        with pytest.raises(HomeAssistantError) as caught:
            await call("cancel_reservation", reservation_id=1)
        assert caught.value.translation_key == "known_unsupported"
        assert (caught.value.translation_placeholders or {}).items() >= {
            "name": "Garage",
            "what": "CancelReservation",
        }.items()
        with pytest.raises(HomeAssistantError) as caught:
            await call(
                "trigger_message", requested_message="firmware_status_notification"
            )
        placeholders = caught.value.translation_placeholders or {}
        assert placeholders["what"] == "TriggerMessage (FirmwareStatusNotification)"
        answer = await call(
            "remote_start_transaction",
            connector_id=1,
            charging_profile={
                "charging_profile_id": 1,
                "stack_level": 0,
                "charging_profile_purpose": "tx_profile",
                "charging_profile_kind": "relative",
                "charging_schedule": {
                    "charging_rate_unit": "a",
                    "charging_schedule_period": [{"start_period": 0, "limit": 10}],
                },
            },
        )
        assert answer == {"status": "accepted", "charging_profile": "follows"}
        await evc5.plug(1)
        await wait_for(hass, lambda: evc5.connector(1).offered_current == 10)
