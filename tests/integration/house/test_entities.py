"""The entities of the server's own device."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs import async_remove_config_entry_device
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.smart_charging.model import HouseDecision, Split
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.control import GRID
from tests.integration.helpers.entities import settle, writes

BASE: dict[str, Any] = {"grid_power": GRID, "grid_sign": "import"}
CEILINGS: dict[str, Any] = {"ceilings": [{"id": "x", "entity": "sensor.limit"}]}
ALL: dict[str, Any] = {
    **BASE,
    **CEILINGS,
    "hold_battery": "always",
    "peak": 2500,
}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def solar() -> dict[str, Any]:
    return ALL


SPLIT = {"split", "solar_surplus"}


@pytest.fixture
def options(solar: dict[str, Any]) -> dict[str, Any]:
    return {"solar": solar}


def own(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return the entities of the server's device, by the end of their unique id."""
    return {
        one.unique_id.removeprefix(f"{entry.entry_id}/"): one.entity_id
        for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if one.unique_id.startswith(f"{entry.entry_id}/")
    }


def device(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    return dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )


def choose(hass: HomeAssistant, entry: MockConfigEntry, solar: dict[str, Any]) -> None:
    hass.config_entries.async_update_entry(entry, options={"solar": solar})


@pytest.fixture
def decide(hass: HomeAssistant, hub: Hub) -> Callable[..., None]:
    """Return a function that decides something for the house."""

    def decided(**values: Any) -> None:
        hub.charge_control._decide_house(HouseDecision(**values))

    return decided


@pytest.mark.parametrize(
    ("solar", "expected"),
    [
        ({}, set()),
        (BASE, SPLIT),
        ({"fuse": 25}, {"split"}),
        (BASE | {"hold_battery": "off"}, SPLIT),
        (BASE | {"hold_battery": "below_soc"}, SPLIT | {"hold_battery"}),
        (CEILINGS, {"split", "ceiling"}),
        (BASE | {"peak": 2500}, SPLIT | {"peak_mean", "peak_month"}),
    ],
)
async def test_there_is_what_is_configured(
    hass: HomeAssistant, setup_integration: MockConfigEntry, expected: set[str]
) -> None:
    await settle(hass)
    found = own(hass, setup_integration)
    assert found.keys() == expected
    assert {hass.states.get(one) is not None for one in found.values()} <= {True}
    assert (device(hass, setup_integration) is not None) == bool(expected)


async def test_they_come_and_go_with_the_options(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    everything = SPLIT | {"hold_battery", "ceiling", "peak_mean", "peak_month"}
    assert own(hass, entry).keys() == everything
    found = device(hass, entry)
    assert found.entry_type is dr.DeviceEntryType.SERVICE
    assert found.name == entry.title
    choose(hass, entry, BASE)
    await settle(hass)
    assert own(hass, entry).keys() == SPLIT
    assert hass.states.get("binary_sensor.hold_home_battery") is None
    choose(hass, entry, ALL)
    await settle(hass)
    found = own(hass, entry)
    assert found.keys() == everything
    assert all(hass.states.get(one) for one in found.values())
    choose(hass, entry, {})
    await settle(hass)
    assert own(hass, entry) == {}
    assert device(hass, entry) is None
    choose(hass, entry, BASE)
    await settle(hass)
    assert own(hass, entry).keys() == SPLIT


async def test_what_was_configured_before_a_restart_goes(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    assert await hass.config_entries.async_unload(entry.entry_id)
    choose(hass, entry, BASE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert own(hass, entry).keys() == SPLIT


async def test_the_device_has_the_name_of_the_server(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(setup_integration, title="At home")
    await settle(hass)
    found = device(hass, setup_integration)
    assert found.name == "At home"
    # It cannot be deleted while it is used.
    assert not await async_remove_config_entry_device(hass, setup_integration, found)


async def test_they_show_what_is_decided(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    decide: Callable[..., None],
) -> None:
    found = own(hass, setup_integration)

    def state(key: str) -> str:
        shown = hass.states.get(found[key])
        assert shown is not None
        return shown.state

    assert state("hold_battery") == "off"
    assert state("ceiling") == "unknown"
    limit = hass.states.get(found["ceiling"])
    assert limit is not None
    assert limit.attributes["in_force"] is False
    assert state("peak_mean") == state("peak_month") == "unknown"
    with writes(hass) as written:
        decide(
            hold_battery=True,
            ceiling_w=4203.0,
            peak_mean_w=1811,
            peak_month_w=2304,
            surplus_w=900.0,
        )
        await settle(hass)
    assert set(written) == {found[key] for key in found if key != "split"}
    assert len(written) == 5
    assert state("hold_battery") == "on"
    assert state("ceiling") == "4200.0"
    limit = hass.states.get(found["ceiling"])
    assert limit is not None
    assert limit.attributes["in_force"] is True
    assert (state("peak_mean"), state("peak_month")) == ("1810.0", "2300.0")
    # Only what changed is written, and nothing that is not shown.
    with writes(hass) as written:
        decide(
            hold_battery=True,
            ceiling_w=4199.0,
            peak_mean_w=1852,
            peak_month_w=2301,
            surplus_w=901.0,
        )
        await settle(hass)
    assert list(written) == [found["peak_mean"]]


@pytest.mark.parametrize("solar", [BASE])
async def test_the_split_applies_at_once_and_stays(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    entity_id = own(hass, entry)["split"]

    def shown() -> Any:
        state = hass.states.get(entity_id)
        return None if state is None else state.state

    assert shown() == "priority"
    assert hub.charge_control._settings().split is Split.PRIORITY
    with writes(hass) as written:
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": entity_id, "option": "soc"},
            blocking=True,
        )
        await settle(hass)
    assert list(written) == [entity_id]
    assert shown() == "soc"
    assert hub.charge_control._settings().split is Split.SOC
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    assert shown() == "soc"
    assert entry.runtime_data.charge_control._settings().split is Split.SOC


@pytest.mark.parametrize("stored", [7, "of a later version", None, []])
@pytest.mark.parametrize("solar", [BASE])
async def test_a_split_that_cannot_be_read_is_the_usual_one(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, stored: Any
) -> None:
    hub._memory.async_set("", "split", stored)
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    control = setup_integration.runtime_data.charge_control
    assert control.split == "priority"


async def test_the_surplus_is_that_of_the_house(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    decide: Callable[..., None],
) -> None:
    """One number for all chargers; what is missing is no surplus."""
    entity_id = own(hass, setup_integration)["solar_surplus"]
    for surplus_w, shown in ((5049.6, "5050.0"), (-15290.0, "0.0"), (None, "unknown")):
        decide(surplus_w=surplus_w)
        await settle(hass)
        state = hass.states.get(entity_id)
        assert state is not None
        assert state.state == shown
