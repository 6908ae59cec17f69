"""What users and chargers do while a mode governs."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.limits.intent import LimitState
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import GRID, SOLAR, asked
from tests.integration.helpers.entities import entity_id, settle, value_of, writes
from tests.integration.helpers.live_house import (
    CURRENTS,
    FUSED,
    LiveHouse,
    fixture_house,  # noqa: F401 - pytest looks for fixtures here
    told,
)
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


SHOWN = {
    "select.garage_charge_mode",
    "sensor.garage_charging_control",
    "sensor.garage_available_solar_power",
    "sensor.garage_charging_target",
}


def marks(house: LiveHouse, *fields: str) -> list[str]:
    """Return a list that grows with each mark of the connector of CP1."""
    charge_point = house.hub.central_system.charge_points["CP1"]
    found: list[str] = []

    def note(name: str) -> Callable[[], None]:
        return lambda: found.append(name)

    for name in fields:
        charge_point.connector(1).watch((name,), note(name))
    return found


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]],
)
async def test_choosing_the_same_again_changes_nothing(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 6000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(10)
    decision = house.hub.charge_control.decision(
        house.hub.central_system.charge_points["CP1"].connector(1)
    )
    assert decision is not None
    found, before = marks(house, "charge_mode", "charge_control"), len(told(one))
    with writes(hass) as written:
        await house.mode("solar")
        await settle(hass)
    assert house.why() == "start_delay"
    assert not SHOWN.intersection(written)
    assert (found, len(told(one))) == ([], before)
    # In manual as well: what is set there stays, and nothing is sent.
    await house.mode("manual")
    await house.act("number", "set_value", "CP1/1/current_limit", value=10)
    found.clear()
    before = len(told(one))
    await house.mode("manual")
    await settle(hass)
    assert (found, len(told(one))) == ([], before)


async def test_each_change_is_one_write(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2000
    await house.car(charger)
    await house.mode("solar")
    await house.later(30)
    assert house.why() == "waiting_for_sun"
    found = marks(house, "charge_control")
    with writes(hass) as written:
        await house.later(30)
    assert not SHOWN.intersection(written)
    assert found == []
    # A little more sun is not even told.
    house.sun_w = 2003
    with writes(hass) as written:
        await house.later(5)
    assert found == []
    house.sun_w = 2500
    with writes(hass) as written:
        await house.later(5)
    assert [one for one in written if one in SHOWN] == [
        "sensor.garage_available_solar_power"
    ]
    assert found == ["charge_control"]


async def test_one_in_manual_among_others_is_not_decided_for(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
) -> None:
    house.sun_w = 6000
    one = await house.car(charger, connectors=2)
    await house.car(one, connector=2)
    charge_point = house.hub.central_system.charge_points["CP1"]
    # It is known to the control, as it was in a mode before.
    await house.mode("off", "CP1/1")
    await house.mode("manual", "CP1/1")
    before = len(told(one, 1))
    found = marks(house, "charge_control")
    await house.mode("solar", "CP1/2")
    await house.later(60)
    assert house.hub.charge_control.decision(charge_point.connector(2)) is not None
    assert house.hub.charge_control.decision(charge_point.connector(1)) is None
    assert found == []
    assert len(told(one, 1)) == before
    assert house.why("CP1/1") == "manual"


async def test_the_limit_is_a_frame(house: LiveHouse, charger: AddCharger) -> None:
    house.sun_w = 9000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    assert one.connector().currents[0] == 13
    await house.act("number", "set_value", "CP1/1/current_limit", value=8)
    await house.later(15)
    assert one.connector().currents[0] == 8
    await house.act("switch", "turn_on", "CP1/1/paused")
    await house.later(15)
    assert one.connector().currents[0] == 0
    assert house.why() == "off"
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(200)
    assert one.connector().currents[0] == 8
    # What was set holds in manual, and was not forgotten meanwhile.
    await house.mode("manual")
    await house.later(5)
    assert told(one)[-1][0] == 8


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry(
                "CP1",
                "Garage",
                overrides={"switches_phases": False, "maximum_current": 10},
            )
        ]
    ],
)
async def test_the_circuit_of_the_charger_bounds_fast(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(30)
    assert one.connector().currents[0] == 10
    assert house.why() == "fast"


async def test_options_change_while_it_charges(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.sun_w = 9000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    assert one.connector().currents[0] == 13
    before = len(told(one))

    async def change(**changed: Any) -> None:
        hass.config_entries.async_update_entry(
            setup_integration,
            options={"solar": {**SOLAR, **FUSED, **changed}},
        )
        await settle(hass)

    # It goes on, within what holds now.
    await change(fuse=10)
    await house.later(15)
    assert one.connector().currents[0] == 9
    assert house.why() == "fuse_limit"
    await change(fuse=32)
    await house.later(200)
    assert one.connector().currents[0] == 13
    await change(reserve=2000)
    await house.later(30)
    assert one.connector().currents[0] == 10
    assert 0 not in [limit for limit, _ in told(one)[before:]]
    # Another meter, of which it hears at once.
    await change(grid_power="sensor.other", reserve=0)
    house.state("sensor.other", 0, "W")
    await hass.async_block_till_done()
    await wait_for(hass, lambda: value_of(hass, "CP1/1/solar_surplus") == "6900.0")


async def test_without_its_meter_it_pauses(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.sun_w = 9000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    hass.config_entries.async_update_entry(setup_integration, options={"solar": {}})
    await house.later(150)
    # For some minutes it goes on with the least current.
    assert one.connector().currents[0] == 6
    await house.later(400)
    assert one.connector().currents[0] == 0
    assert value_of(hass, "CP1/1/charge_mode", "select") == "solar"


# The charger.


async def test_one_that_reboots_in_the_middle(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 6000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    amps = one.connector().currents[0]
    assert amps == 8
    before = len(told(one))
    one.reboot_seconds = 0.05
    await one.reboot("Hard")
    charge_point = house.hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: charge_point.ready and len(told(one)) > before)
    # What it was told is told again, and nothing beyond that.
    assert told(one)[before][0] == amps
    await house.later(200)
    assert max(limit for limit, _ in told(one)[before:]) <= amps + 1


async def test_one_that_comes_back_while_the_sun_has_gone(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 6000
    one = await house.car(charger, boot_on_reconnect=True)
    await house.mode("solar")
    await house.later(150)
    charge_point = house.hub.central_system.charge_points["CP1"]
    await one.drop()
    await wait_for(hass, lambda: not charge_point.connected)
    assert not house.hub.charge_control._running
    house.sun_w = 0
    before = len(told(one))
    await one.reconnect()
    await wait_for(hass, lambda: charge_point.ready and len(told(one)) > before)
    await wait_for(hass, lambda: house.hub.charge_control._running)
    await house.later(250)
    assert one.connector().currents[0] == 0
    assert house.why() == "waiting_for_sun"


async def test_one_that_rejects_goes_on_and_is_told_again(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 6000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    one.faults.reject_all = True
    house.sun_w = 0
    await house.later(300)
    control = house.controls()[0]
    assert control.state is LimitState.REFUSED
    assert one.connector().currents[0] == 8
    before = asked(house.hub)
    sent: set[str] = set()
    for _ in range(18):
        await house.later(10)
        sent |= asked(house.hub)
    # Once a minute, in the way that was taken before.
    assert 2 <= len(sent - before) <= 4
    one.faults.reject_all = False
    await house.later(70)
    assert one.connector().currents[0] == 0


async def test_a_mode_chosen_while_it_is_away(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one = await house.car(charger, boot_on_reconnect=True)
    charge_point = house.hub.central_system.charge_points["CP1"]
    await one.drop()
    await wait_for(hass, lambda: not charge_point.connected)
    await house.mode("off")
    await one.reconnect()
    await wait_for(hass, lambda: told(one))
    # Not free for a moment.
    assert told(one)[0][0] == 0
    await house.later(10)
    assert one.connector().currents[0] == 0


async def test_it_decides_when_the_meter_tells(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    await house.car(charger)
    control = house.hub.charge_control
    # All in manual: nobody listens.
    house.state(GRID, -6000, "W")
    assert control._soon is None
    await house.mode("solar")
    house.tell()
    await wait_for(hass, lambda: control._soon is None)
    ticks: list[float] = []
    charge_point = house.hub.central_system.charge_points["CP1"]
    charge_point.connector(1).watch(
        ("charge_control",), lambda: ticks.append(hass.loop.time())
    )
    house.freezer.tick(2)
    for watts in range(1000, 4000, 100):
        house.state(GRID, -watts, "W")
    await wait_for(hass, lambda: ticks)
    # Thirty values that come together are one; the newest counts.
    assert len(ticks) == 1
    # Nobody knows yet how much of 16 A the car still takes.
    assert 3900 <= float(value_of(hass, "CP1/1/solar_surplus")) <= 14940
    # The next one comes a second later at the soonest.
    house.freezer.tick(2)
    house.state(GRID, -5000, "W")
    await wait_for(hass, lambda: len(ticks) > 1)
    assert ticks[1] - ticks[0] >= 0.99
    # What is pending goes with the entry, and with the last mode.
    house.state(GRID, -6000, "W")
    assert control._soon is not None
    await house.mode("manual")
    assert control._soon is None
    house.state(GRID, -7000, "W")
    assert control._soon is None
    assert entity_id(hass, "select", "CP1/1/charge_mode")


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_it_waits_for_the_rest_of_a_meter_and_no_longer(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    await house.car(charger)
    await house.mode("fast")
    control = house.hub.charge_control
    await wait_for(hass, lambda: control._soon is None)
    control._ticked = float("-inf")
    house.freezer.tick(5)
    house.state(GRID, 700, "W")
    assert control._soon is not None
    # The currents have told nothing yet.
    first = control._soon.when()
    for entity in CURRENTS:
        house.state(entity, 1.5, "A")
    assert control._soon is not None
    # The last of them completes it: the wait of a fifth of a second is over.
    assert control._soon.when() < first
