"""Plans on odd days, under a fuse, of several connectors, and the action for them."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.goals import next_time
from custom_components.ocpp_cs.plans.model import Wanted
from custom_components.ocpp_cs.plans.plans import ChargePlans
from custom_components.ocpp_cs.plans.records import plan_of, wanted_of
from custom_components.ocpp_cs.smart_charging.planning.model import Plan
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.entities import settle, state_of, value_of
from tests.integration.helpers.plans import (
    AMPS,
    BERLIN,
    EVENING,
    KW,
    SOLAR,
    Night,
    charge,
    choose,
    clock,
    control,
    fixture_night,
    fixture_options,
    fixture_subentries,
    limits,
    plan_of as state_of_plan,
    plugged,
    told,
    want,
    why,
)
from tests.integration.helpers.reconfigure import open_settings
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [
    BOTH,
    pytest.mark.usefixtures("entity_registry_enabled_by_default", "setup_integration"),
]


def start_of(hass: HomeAssistant) -> str:
    return value_of(hass, "CP1/1/charge_plan_start")


@pytest.mark.parametrize(
    ("evening", "ready_by", "start"),
    [
        # Five hours to a quarter to seven, of which one does not exist, or is twice.
        ((2026, 3, 28), "2026-03-29T05:00:00+00:00", "2026-03-28T23:45:00+00:00"),
        ((2026, 10, 24), "2026-10-25T06:00:00+00:00", "2026-10-25T00:45:00+00:00"),
        ((2026, 1, 20), "2026-01-21T06:00:00+00:00", "2026-01-21T00:45:00+00:00"),
    ],
)
async def test_the_day_on_which_clocks_change(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    night: Night,
    evening: tuple[int, int, int],
    ready_by: str,
    start: str,
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    year, month, day = evening
    await night.at(datetime(year, month, day, 20, tzinfo=BERLIN))
    # At seven, whatever that is by then.
    await want(hass, 5 * KW, datetime(year, month, day - 3, 7, tzinfo=BERLIN))
    assert value_of(hass, "CP1/1/ready_by", "datetime") == ready_by
    assert start_of(hass) == start
    later = datetime.fromisoformat(ready_by) + timedelta(hours=1)
    await want(hass, ready_by=later.astimezone(BERLIN))
    found = datetime.fromisoformat(start_of(hass))
    assert found == datetime.fromisoformat(start) + timedelta(hours=1)


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, "fuse": 16}}])
async def test_the_fuse_is_kept(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(clock(6))
    await told(hass, one, 0.0)
    before = len(limits(one))
    await want(hass, 40, clock(7))
    await night.at(clock(6, 1))
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    # The house has its part of the 16 A.
    assert max(limits(one)[before:]) < 15.0
    assert why(hass) == "fuse_limit"
    (slot,) = state_of(hass, "CP1/1/charge_plan").attributes["schedule"]
    # As long as nothing is known of the house, a quarter of it is left to it.
    assert slot["power_w"] == round(15.5 * 0.75 * 690)
    # What it comes to is told at once, and why.
    attributes = state_of(hass, "CP1/1/charge_plan").attributes
    assert state_of_plan(hass) == "too_late"
    assert attributes["missing_energy"] == pytest.approx(40 - 8.0, abs=0.5)
    assert attributes["shortage"] == "time"


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry(
                name, name, overrides={"switches_phases": False}, connectors=1
            )
            for name in ("CP1", "CP2")
        ]
    ],
)
@pytest.mark.parametrize("options", [{"solar": {**SOLAR, "fuse": 16.5}}])
async def test_plans_share_a_fuse(hass: HomeAssistant, hub: Hub, night: Night) -> None:
    plans = hub.charge_plans
    assert len(hub.chargers) == 2
    for charger in hub.chargers.values():
        connector = charger.charge_point.connector(1)
        hub.charge_control.async_set_mode(charger, connector, "solar")
        plans.async_want(charger, connector, energy_kwh=5.52, armed=True)
    plans.async_tick()
    shown = [
        plans.shown(charger.charge_point.connector(1))
        for charger in hub.chargers.values()
    ]
    for one in shown:
        assert sum(slot.energy_kwh for slot in one.slots) == pytest.approx(
            5.52, abs=0.1
        )
        assert one.end is not None
        assert one.end <= clock(6, 45)
    # 16 A, of which a quarter is left to the house: one after the other.
    moments = [clock(4) + timedelta(minutes=minute) for minute in range(180)]
    together = [
        sum(
            slot.power_w
            for one in shown
            for slot in one.slots
            if slot.start <= moment < slot.end
        )
        for moment in moments
    ]
    assert max(together) == 12 * 690


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry(
                "CP1",
                "CP1",
                overrides={"switches_phases": False},
                connectors=1,
                solar={"connected_phases": "1"},
            )
        ]
    ],
)
async def test_one_phase_is_slow(hass: HomeAssistant, hub: Hub, night: Night) -> None:
    (charger,) = hub.chargers.values()
    connector, plans = charger.charge_point.connector(1), hub.charge_plans
    hub.charge_control.async_set_mode(charger, connector, "solar")
    plans.async_want(charger, connector, energy_kwh=5, armed=True)
    (slot,) = plans.shown(connector).slots
    assert slot.power_w == connector.limiter.maximum * 230


async def test_what_the_car_can_do_is_learned(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    one.connectors[1].car.phases = 1
    await choose(hass, "fast")
    await night.at(EVENING)
    await told(hass, one, AMPS)
    for _ in range(3):
        await night.pass_by(1)
    await choose(hass, "solar")
    await want(hass, 2 * 3.68, clock(7))
    await night.at(clock(0))
    # Two hours on one phase.
    assert start_of(hass) == "2026-01-21T03:45:00+00:00"
    # When it comes the next time, it is taken for the same.
    await one.unplug(1)
    await wait_for(hass, lambda: state_of_plan(hass) == "no_vehicle")
    await night.at(clock(0, 10))
    assert start_of(hass) == "2026-01-21T03:45:00+00:00"


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]],
)
async def test_the_state_of_charge_needs_a_capacity(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    await plugged(hass, hub, charger)
    assert hass.states.get("number.garage_energy_target") is not None
    assert hass.states.get("number.garage_target_state_of_charge") is None
    (subentry,) = setup_integration.subentries.values()
    result = await open_settings(hass, setup_integration, subentry)
    chosen = {
        "priority": 0,
        "rotation": "l1_l2_l3",
        "vehicle_soc": "sensor.soc",
        "vehicle_target": "number.limit",
        "capacity": 50,
    }
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Garage", "solar": chosen}
    )
    assert result["reason"] == "reconfigure_successful"
    await settle(hass)
    assert hass.states.get("number.garage_target_state_of_charge") is not None
    # The vehicle's own limit is one for the plan as well.
    hass.states.async_set("sensor.soc", "50")
    hass.states.async_set("number.limit", "70")
    await choose(hass, "solar")
    await want(hass, soc=90)
    attributes = state_of(hass, "CP1/1/charge_plan").attributes
    assert attributes["energy"] == pytest.approx(11.1, abs=0.1)


# The action.


async def act(hass: HomeAssistant, hub: Hub, **data: Any) -> Any:
    (charger,) = hub.chargers.values()
    return await hass.services.async_call(
        DOMAIN,
        "set_charge_plan",
        {"device_id": charger.device_id, **data},
        blocking=True,
        return_response=True,
    )


async def test_the_action(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    answer = await act(hass, hub, energy_target=str(KW), ready_by="07:30:00")
    assert answer["state"] == "waiting"
    assert answer["ready_by"] == "2026-01-21T07:30:00+01:00"
    assert answer["start"] == "2026-01-21T06:15:00+01:00"
    assert answer["end"] == "2026-01-21T07:15:00+01:00"
    assert len(answer["schedule"]) == 1
    await settle(hass)
    assert value_of(hass, "CP1/1/energy_target", "number") == str(KW)
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    # What is left out stays.
    answer = await act(hass, hub, armed="off")
    assert answer["state"] == "off"
    answer = await act(hass, hub, ready_by="2026-01-22 06:00:00")
    assert answer["start"] == "2026-01-22T04:45:00+01:00"
    hass.states.async_set("sensor.soc", "60")
    answer = await act(hass, hub, soc_target=70)
    assert answer["energy"] == pytest.approx(5.6, abs=0.1)
    await night.at(clock(0))
    await charge(hass, hub, one, 6)
    await night.at(clock(0, 10))
    assert state_of_plan(hass) == "done"


@pytest.mark.parametrize(
    ("data", "key", "text"),
    [
        (
            {"energy_target": 201},
            "field_too_large",
            "energy_target must not be more than 200",
        ),
        ({"energy_target": -1}, "field_not_decimal", "energy_target must be a number"),
        ({"energy_target": "nan"}, "field_not_decimal", "energy_target must be a"),
        (
            {"soc_target": 100.5},
            "field_too_large",
            "soc_target must not be more than 100",
        ),
        ({"ready_by": "soon"}, "field_not_moment", "ready_by must be"),
        ({"ready_by": "25:00"}, "field_not_moment", "ready_by must be"),
        ({"armed": "perhaps"}, "field_not_option", "armed must be one of"),
        ({"when": 7}, "field_unknown", "when"),
    ],
)
async def test_fields_that_are_wrong(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    night: Night,
    data: dict[str, Any],
    key: str,
    text: str,
) -> None:
    await plugged(hass, hub, charger)
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, hub, **data)
    assert err.value.translation_key == key
    # What users read: without a message in the translations it would be the key.
    assert text in str(err.value)
    (ours,) = hub.chargers.values()
    assert hub.charge_plans.wanted(ours.charge_point.connector(1)) == Wanted()


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
@pytest.mark.parametrize(
    ("options", "key", "text"),
    [
        ({}, "no_charge_modes", "Garage has no charge modes yet. First choose"),
        (
            {"solar": {"fuse": 20}},
            "soc_unknown",
            "The state of charge of the vehicle at Garage is not known. First choose",
        ),
    ],
)
async def test_where_there_can_be_no_plan(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, key: str, text: str
) -> None:
    await charger()
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, hub, soc_target=80)
    assert err.value.translation_key == key
    # What users read: without a message in the translations it would be the key.
    assert str(err.value).startswith(text)
    switch = hass.states.get("switch.garage_ready_in_time")
    assert (switch is None) is (key == "no_charge_modes")


# What is remembered.


async def test_what_was_remembered_may_be_odd(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await plugged(hass, hub, charger)
    assert wanted_of({"energy": "nan", "soc": 500, "armed": True}) == Wanted(soc=100)
    assert wanted_of({"ready_by": 7, "energy": -3}) == Wanted()
    for odd in (None, [7], [["a", "b", 1, 2]], [[1, 2, 3]], "x"):
        assert plan_of(odd) == Plan()
    (ours,) = hub.chargers.values()
    connector = control(hub)._connector
    for record in (None, 7, {"x": {}}, {"1": 5}, {"1": {"plug": 3, "vehicle": []}}):
        hub._memory.async_set("CP1", "charge_plans", record)
        plans = ChargePlans(
            hass,
            ours._entry,
            hub._memory,
            hub.charge_control,
            hub.prices,
            hub.vehicles,
        )
        plans.async_attach(ours)
        assert plans.wanted(connector) == Wanted()
        assert plans.facts(connector).due_w == 0
        plans.async_stop()


def test_the_next_time() -> None:
    assert next_time(clock(7), EVENING) == clock(7)
    # A day later, as it is that time now.
    assert next_time(clock(7), clock(7)) > clock(7)


async def test_a_charger_that_is_removed(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await want(hass, 20, clock(7))
    (subentry_id,) = setup_integration.subentries
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await settle(hass)
    assert hub.charge_plans._cancel is None
    assert not hub.charge_plans._points
