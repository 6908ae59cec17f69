"""Limits from outside, from the change of an entity to the frame at the charger."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BOTH

BOX, RELAY = "sensor.control_box", "binary_sensor.relay"
EACH = {
    "id": "grid_operator",
    "entity": BOX,
    "scope": "each",
    "counts_pv": False,
    "circuit": "main",
}
SWITCHED = EACH | {"id": "relay", "entity": RELAY, "power": 4200}

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {**SOLAR, "ceilings": [EACH, SWITCHED]}}


def issue(hass: HomeAssistant, kind: str) -> ir.IssueEntry | None:
    return next(
        (
            one
            for one in ir.async_get(hass).issues.values()
            if one.domain == DOMAIN and one.translation_key == kind
        ),
        None,
    )


def ceiling_of(house: LiveHouse) -> float | None:
    return house.hub.charge_control.house.ceiling_w


async def limits_sent(hass: HomeAssistant, one: Any, limit: float) -> None:
    """Wait for a frame with a limit; nothing turns the clock, and nothing ticks."""
    await wait_for(hass, lambda: told(one)[-1][0] == limit)


async def test_a_change_of_its_entity_is_a_frame_at_the_charger(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.state(BOX, "unavailable", "W")
    hass.states.async_set(RELAY, "off")
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(60)
    assert one.connector().currents == (16, 16, 16)
    assert ceiling_of(house) is None
    # Just now there was a tick: a value of the meter would wait for a second.
    house.hub.charge_control.async_tick()
    hass.states.async_set(RELAY, "on")
    assert ceiling_of(house) == 4200
    await limits_sent(hass, one, 6)
    assert house.why() == "ceiling"
    house.state(BOX, 0, "kW")
    await limits_sent(hass, one, 0)
    hass.states.async_set(RELAY, "off")
    house.state(BOX, 4.9, "kW")
    await house.later(130)
    assert one.connector().currents == (7, 7, 7)
    # Boxes tell large numbers while there is no limit.
    house.state(BOX, 4294967, "W")
    assert ceiling_of(house) is None
    await house.later(60)
    assert one.connector().currents == (16, 16, 16)
    assert house.why() == "fast"


async def test_it_holds_in_manual_mode_and_gives_back_what_the_user_set(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.state(BOX, "unknown", "W")
    hass.states.async_set(RELAY, "off")
    one = await house.car(charger)
    await house.act("number", "set_value", "CP1/1/current_limit", value=13)
    await house.later(20)
    assert one.connector().currents == (13, 13, 13)
    before = len(told(one))
    await house.later(60)
    assert len(told(one)) == before
    hass.states.async_set(RELAY, "on")
    await limits_sent(hass, one, 6)
    await house.later(10)
    assert one.connector().currents == (6, 6, 6)
    assert house.why() == "ceiling"
    # What the user sets meanwhile is noted, but not beyond it.
    await house.act("number", "set_value", "CP1/1/current_limit", value=15)
    await house.later(30)
    assert one.connector().currents == (6, 6, 6)
    hass.states.async_set(RELAY, "off")
    await house.later(10)
    assert one.connector().currents == (15, 15, 15)
    assert house.why() == "manual"
    # Ceilings that are not chosen any more let go as well.
    hass.states.async_set(RELAY, "on")
    await house.later(10)
    assert one.connector().currents == (6, 6, 6)
    entry = house.hub._entry
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "solar": SOLAR}
    )
    await house.later(10)
    assert one.connector().currents == (15, 15, 15)


async def test_an_entity_that_is_away_is_a_repair_and_its_limit_stays(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.state(BOX, 4200, "W")
    hass.states.async_set(RELAY, "off")
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(60)
    assert one.connector().currents == (6, 6, 6)
    hass.states.async_set(BOX, "unavailable")
    await house.later(290)
    assert issue(hass, "ceiling_silent") is None
    await house.later(30)
    found = issue(hass, "ceiling_silent")
    assert found is not None and found.translation_placeholders is not None
    assert BOX in found.translation_placeholders["entities"]
    assert one.connector().currents == (6, 6, 6)
    # In a unit that is none of a power it says nothing either.
    house.state(BOX, 9000, "A")
    await house.later(30)
    assert issue(hass, "ceiling_silent") is not None
    assert one.connector().currents == (6, 6, 6)
    house.state(BOX, 9000, "W")
    await house.later(30)
    assert issue(hass, "ceiling_silent") is None
    assert one.connector().currents == (13, 13, 13)


@pytest.mark.parametrize(
    "options",
    [
        {
            "solar": {
                **SOLAR,
                "ceilings": [SWITCHED],
                "hold_battery": "always",
                "battery_power": "sensor.battery",
                "peak": 20_000,
            }
        }
    ],
)
async def test_what_is_decided_for_the_house(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    told_of: list[bool] = []
    control = house.hub.charge_control
    end = control.watch_house(lambda: told_of.append(control.house.hold_battery))
    hass.states.async_set(RELAY, "off")
    house.state("sensor.battery", 0, "W")
    await house.car(charger)
    await house.mode("fast")
    await house.later(60)
    assert control.house.hold_battery
    assert control.house.peak_mean_w is not None
    assert True in told_of
    before = len(told_of)
    hass.states.async_set(RELAY, "on")
    await house.later(5)
    assert len(told_of) > before
    await house.mode("off")
    await house.later(90)
    assert not control.house.hold_battery
    end()
    # While nothing is controlled, nothing is held.
    await house.mode("fast")
    await house.later(30)
    assert control.house.hold_battery
    await house.wallboxes[0].stop()
    await wait_for(hass, lambda: not control.house.hold_battery)


async def test_in_manual_mode_it_holds_over_a_restart(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.state(BOX, "unknown", "W")
    hass.states.async_set(RELAY, "on")
    one = await house.car(charger)
    await house.later(30)
    assert one.connector().currents == (6, 6, 6)
    entry = house.hub._entry
    # Home Assistant comes back before the entity, and the charger after both.
    hass.states.async_remove(RELAY)
    before = len(told(one))
    assert await hass.config_entries.async_reload(entry.entry_id)
    house.hub = entry.runtime_data
    limiter = house.controls()[0]
    assert limiter.intent.limit_a == 6
    await wait_for(hass, lambda: one.operational and one.outbox.idle)
    await house.later(60)
    assert one.connector().currents == (6, 6, 6)
    assert {limit for limit, _ in told(one)[before:]} <= {6}


GARAGE = {"id": "garage", "name": "Garage", "limit": 10, "parent": "main"}
METER = {
    "grid_current_l1": "sensor.garage_l1",
    "grid_current_l2": "sensor.garage_l2",
    "grid_current_l3": "sensor.garage_l3",
}


@pytest.mark.parametrize(
    "options", [{"solar": {**SOLAR, **FUSED, "circuits": [GARAGE | METER]}}]
)
@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", solar={"circuit": "garage"})]],
)
async def test_a_circuit_with_a_meter(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    def tell(pump_a: float) -> None:
        currents = house.wallboxes[0].connector().currents
        for entity, current in zip(METER.values(), currents, strict=True):
            house.state(entity, current + pump_a, "A")

    one = await house.car(charger)
    tell(0)
    await house.mode("fast")
    # What it took in manual was another load until now.
    for _ in range(60):
        tell(0)
        await house.later(5)
    assert one.connector().currents == (9, 9, 9)
    assert house.why() == "circuit_limit"
    tell(3)
    await house.later(5)
    assert one.connector().currents == (6, 6, 6)
    await house.later(500)
    found = issue(hass, "circuit_silent")
    assert found is not None and found.translation_placeholders is not None
    assert "sensor.garage_l2" in found.translation_placeholders["entities"]
    assert one.connector().currents == (0, 0, 0)
    assert house.why() == "circuit_limit"
