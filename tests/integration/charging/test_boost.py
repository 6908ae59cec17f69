"""A boost: a button that charges fast once, whatever the mode."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from simulator import Car
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import QUICK, SOLAR
from tests.integration.helpers.entities import settle, value_of, writes
from tests.integration.helpers.live_house import LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BOTH, starts

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def connector_of(hub: Hub) -> Connector:
    return hub.central_system.charge_points["CP1"].connector(1)


async def press(house: LiveHouse, key: str = "boost") -> None:
    await house.act("button", "press", f"CP1/1/{key}")


async def choose_energy(house: LiveHouse, kwh: float) -> None:
    await house.act("number", "set_value", "CP1/1/boost_energy", value=kwh)


def can_end(hass: HomeAssistant) -> bool:
    return value_of(hass, "CP1/1/end_boost", "button") != "unavailable"


@pytest.mark.parametrize("option", ["off", "solar"])
async def test_a_boost_charges_fast_until_it_is_ended(
    hass: HomeAssistant, charger: AddCharger, house: LiveHouse, option: str
) -> None:
    one = await house.car(charger)
    await house.mode(option)
    await house.later(20)
    assert told(one)[-1][0] == 0
    assert not can_end(hass)
    with writes(hass) as written:
        await press(house)
        await settle(hass)
    assert house.why() == "boost"
    assert can_end(hass)
    # The mode is what it was.
    assert value_of(hass, "CP1/1/charge_mode", "select") == option
    assert "select.garage_charge_mode" not in written
    await house.later(20)
    assert told(one)[-1][0] == 32
    with writes(hass) as written:
        await house.later(60)
    assert not {key for key in written if "boost" in key}
    await press(house, "end_boost")
    await settle(hass)
    assert house.why() != "boost"
    assert not can_end(hass)
    await house.later(900)
    assert told(one)[-1][0] == 0


async def test_it_ends_with_the_energy_that_was_chosen(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: LiveHouse
) -> None:
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(120)
    await house.mode("off")
    await house.later(10)
    await choose_energy(house, 2)
    await settle(hass)
    assert value_of(hass, "CP1/1/boost_energy", "number") == "2.0"
    connector = connector_of(hub)
    begin = connector.session_energy_wh or 0.0
    assert begin > 100
    await press(house)
    # A boost that is running keeps its own.
    await choose_energy(house, 50)
    for _ in range(200):
        await house.later(5)
        if not hub.charge_control.boosted(connector):
            break
        assert (connector.session_energy_wh or 0.0) - begin < 2000
    assert 2000 <= (connector.session_energy_wh or 0.0) - begin < 2100
    assert house.why() == "off"
    await house.later(10)
    assert told(one)[-1][0] == 0


async def test_it_ends_when_the_vehicle_is_unplugged(
    hub: Hub, charger: AddCharger, house: LiveHouse
) -> None:
    one = await house.car(charger)
    await house.mode("off")
    await press(house)
    assert house.why() == "boost"
    await one.unplug(1)
    await wait_for(house.hass, lambda: connector_of(hub).plugged_in is False)
    await house.later(10)
    assert not hub.charge_control.boosted(connector_of(hub))
    with pytest.raises(ServiceValidationError) as raised:
        await press(house)
    assert raised.value.translation_key == "boost_without_vehicle"
    # Nor is the next vehicle boosted.
    await house.car(one)
    await house.later(10)
    assert house.why() == "off"


async def test_who_chooses_a_mode_ends_it(
    charger: AddCharger, house: LiveHouse
) -> None:
    await house.car(charger)
    with pytest.raises(ServiceValidationError) as raised:
        await press(house)
    assert raised.value.translation_key == "boost_in_manual"
    await house.mode("solar")
    await press(house)
    assert house.why() == "boost"
    await house.mode("off")
    assert house.why() == "off"
    await house.mode("solar")
    assert house.why() != "boost"


async def test_it_goes_on_after_a_restart(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: LiveHouse,
) -> None:
    one = await house.car(charger)
    await house.mode("off")
    await choose_energy(house, 2)
    begin = connector_of(hub).session_energy_wh or 0.0
    await press(house)
    await house.later(120)
    charged = (connector_of(hub).session_energy_wh or 0.0) - begin
    assert 300 < charged < 1500
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    house.hub = new = setup_integration.runtime_data
    connector = connector_of(new)
    await wait_for(hass, lambda: connector.charge_point.ready)
    connector.charge_point.profile_methods.timing = QUICK
    await wait_for(hass, lambda: connector.status is not None)
    await house.later(10)
    assert house.why() == "boost"
    assert value_of(hass, "CP1/1/boost_energy", "number") == "2.0"
    assert can_end(hass)
    assert told(one)[-1][0] == 32
    # What was charged before the restart counts.
    for _ in range(200):
        await house.later(5)
        if not new.charge_control.boosted(connector):
            break
    assert 2000 <= (connector.session_energy_wh or 0.0) - begin < 2100
    assert house.why() == "off"


@pytest.mark.parametrize(
    "stored",
    [
        [],
        {"x": {}, "1": True},
        {"1": {"kwh": "much", "from": -1}},
        {"1": {"kwh": -2}},
    ],
)
async def test_what_was_stored_wrongly_boosts_nobody(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: LiveHouse,
    stored: Any,
) -> None:
    await house.car(charger)
    await house.mode("off")
    memory = hub._memory
    memory.async_set("CP1", "boosts", stored)
    memory.async_set("CP1", "boost_energies", stored)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    house.hub = new = setup_integration.runtime_data
    await wait_for(hass, lambda: connector_of(new).status is not None)
    await house.later(10)
    assert house.why() == "off"
    assert value_of(hass, "CP1/1/boost_energy", "number") == "0.0"


async def test_it_starts_the_session(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: LiveHouse
) -> None:
    one = await charger()
    house.wallboxes.append(one)
    for each in hub.chargers.values():
        each.charge_point.profile_methods.timing = QUICK
    await house.mode("off")
    await one.plug(1, Car(soc=40))
    await wait_for(hass, lambda: connector_of(hub).plugged_in)
    await house.later(60)
    assert not starts(one)
    await press(house)
    await house.later(20)
    await wait_for(hass, lambda: connector_of(hub).transaction is not None)
    await house.later(20)
    assert house.why() == "boost"
