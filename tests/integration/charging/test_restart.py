"""Home Assistant starts anew while chargers follow something."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    GRID,
    QUICK,
    SOLAR,
    House,
    control,
    fixture_house,
    in_the_sun,
    limits,
    mode,
)
from tests.integration.helpers.entities import settle, value_of
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


@pytest.mark.parametrize("option", ["off", "solar", "min_solar", "fast", "manual"])
async def test_a_restart(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
    option: str,
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    await mode(hass, option)
    await house.later(hub, 20)
    await settle(hass)
    last, told = limits(one)[-1], len(limits(one))
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    # Nothing goes on, and nothing was told on leaving.
    assert not hub.charge_control._running
    assert len(limits(one)) == told
    # The meter of the house is not there yet.
    hass.states.async_remove(GRID)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new: Hub = setup_integration.runtime_data
    await wait_for(hass, lambda: control(new)._charge_point.ready)
    control(new)._methods.timing = QUICK
    await wait_for(hass, lambda: hass.states.get("select.garage_charge_mode"))
    assert value_of(hass, "CP1/1/charge_mode", "select") == option
    if option == "manual":
        assert not control(new).automatic
        return
    await wait_for(hass, lambda: len(limits(one)) > told)
    # Never more than before, whatever comes first, and never free for a moment.
    assert limits(one)[told] == last
    assert not one.calls("ClearChargingProfile")
    await wait_for(hass, lambda: control(new)._connector.status is not None)
    # The time in which the meter is believed, and that of a gap.
    await house.later(new, 440)
    await settle(hass)
    expected = {"off": 0.0, "solar": 0.0, "min_solar": 6.0, "fast": 32.0}[option]
    await wait_for(hass, lambda: limits(one)[-1] == expected)
    assert max(limits(one)[told:]) <= max(last, expected)


async def test_a_restart_that_lost_what_was_told(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    memory = hub._memory
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    # The current may have been on its way up until then.
    told = len(limits(one))
    memory.async_set("CP1", "charge_control", {"at": "x", "chargers": {"CP1/1": 7}})
    await memory.async_close()
    hass.states.async_remove(GRID)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    await wait_for(hass, lambda: len(limits(one)) > told)
    assert limits(one)[told] == 0.0
    assert not one.calls("ClearChargingProfile")


async def test_what_is_known_of_the_house_is_kept_for_the_server(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    house: House,
) -> None:
    await in_the_sun(hass, hub, charger, house)
    control = hub.charge_control._control
    assert control is not None
    # A control that is replaced hands on what it knows.
    remembered = control._fuse.remembered
    for _ in range(100):
        remembered.note((7.0, 3.0, 1.0), house.now(), 1000.0)
    hub.charge_control._made_of = None
    hub.charge_control.async_tick()
    assert hub.charge_control._control is not control
    kept = hub.charge_control._control.as_dict()["house"]
    assert kept["load"]["days"][0][1:4] == [7.0, 3.0, 1.0]
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new = setup_integration.runtime_data
    await wait_for(hass, lambda: control_of(new) is not None)
    assert control_of(new).as_dict()["house"] == kept


def control_of(hub: Hub) -> Any:
    """Return the control of a server; None before its first tick."""
    if hub.charge_control._points:
        hub.charge_control.async_tick()
    return hub.charge_control._control
