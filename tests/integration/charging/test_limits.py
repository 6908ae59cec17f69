"""The current limit, the pause and the phases: entities, action, and a repair."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.const import CONF_OVERRIDES, DOMAIN
from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, Intent
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from simulator import Car
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.entities import (
    entity_id,
    settle,
    state_of,
    value_of,
    writes,
)
from tests.integration.helpers.versions import (
    BEFORE_2_1,
    BOTH,
    V1_6,
    Charger,
    installed,
    limiting,
    offer_always,
    periods,
    refuse_where,
)

QUICK = LimitTiming(guard=0.02, check=0.3, reaction=0.1, pause=1.0, settle=0.05)
CALM = replace(QUICK, check=60.0)

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture(autouse=True)
def quick(hub: Hub) -> None:
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = CALM


def control(hub: Hub, number: int = 1) -> Any:
    (one,) = hub.chargers.values()
    return one.charge_point.connector(number).limiter


def sent(charger: Any) -> list[tuple[float, int | None]]:
    """Return limit and phases of each profile that came."""
    return [
        (period["limit"], period.get("numberPhases"))
        for schedule in periods(charger)
        for period in schedule
    ]


async def act(
    hass: HomeAssistant, domain: str, service: str, key: str, **data: Any
) -> None:
    await hass.services.async_call(
        domain,
        service,
        {ATTR_ENTITY_ID: entity_id(hass, domain, f"CP1/{key}"), **data},
        blocking=True,
    )


async def limit(hass: HomeAssistant, amps: float, key: str = "1/current_limit") -> None:
    await act(hass, "number", "set_value", key, value=amps)


async def set_charge_limit(hass: HomeAssistant, hub: Hub, **data: Any) -> Any:
    (one,) = hub.chargers.values()
    return await hass.services.async_call(
        DOMAIN,
        "set_charge_limit",
        {"device_id": one.device_id, **data},
        blocking=True,
        return_response=True,
    )


async def charging(hass: HomeAssistant, hub: Hub, one: Charger) -> None:
    await one.plug(1, Car(soc=40))
    await one.present_card("TAG", 1)
    await wait_for(
        hass, lambda: control(hub)._connector.transaction and one.outbox.idle
    )


async def test_the_number_limits(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    state = state_of(hass, "CP1/1/current_limit", "number")
    # Without a limit as much is allowed as there can be.
    assert state.state == "32"
    assert state.attributes["min"] == 6.0
    assert state.attributes["max"] == 32.0
    assert state.attributes["step"] == 0.1
    assert not sent(one)
    with writes(hass) as written:
        await limit(hass, 10)
        await settle(hass)
    assert written.count("number.garage_current_limit") == 1
    assert sent(one) == [(10.0, None)]
    assert value_of(hass, "CP1/1/current_limit", "number") == "10"
    with pytest.raises(ServiceValidationError):
        await limit(hass, 5)
    await charging(hass, hub, one)
    await wait_for(hass, lambda: one.connector(1).offer.amps == 10.0)


async def test_the_switch_pauses(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await charging(hass, hub, one)
    await limit(hass, 10)
    await act(hass, "switch", "turn_on", "1/paused")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "suspended_evse")
    assert value_of(hass, "CP1/1/paused", "switch") == "on"
    assert value_of(hass, "CP1/1/current_limit", "number") == "10"
    # The session goes on.
    assert value_of(hass, "CP1/1/charging", "switch") == "on"
    await act(hass, "switch", "turn_off", "1/paused")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "charging")
    assert sent(one)[-2:] == [(0.0, None), (10.0, None)]


async def test_the_selection_switches_phases(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await wait_for(hass, lambda: hass.states.get("select.garage_phases"))
    assert value_of(hass, "CP1/1/phases", "select") == "auto"
    await act(hass, "select", "select_option", "1/phases", option="1")
    assert sent(one) == [(32.0, 1)]
    assert value_of(hass, "CP1/1/phases", "select") == "1"
    await act(hass, "select", "select_option", "1/phases", option="auto")
    assert value_of(hass, "CP1/1/phases", "select") == "auto"


async def test_nobody_waits_for_the_phases(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    # A car that goes on for as long as it may.
    control(hub)._methods.timing = replace(CALM, pause=60.0)
    await charging(hass, hub, one)
    await limit(hass, 10)
    offer_always(one, 16.0)
    await act(hass, "select", "select_option", "1/phases", option="1")
    assert sent(one) == [(10.0, None), (0.0, None)]
    shown = state_of(hass, "CP1/1/phases", "select")
    assert (shown.state, shown.attributes["progress"]) == ("1", "switching")
    # Nor does anything else that is wanted meanwhile.
    await act(hass, "switch", "turn_on", "1/paused")
    await settle(hass)
    assert sent(one) == [(10.0, None), (0.0, None)]
    assert value_of(hass, "CP1/1/paused", "switch") == "on"


async def test_chosen_phases_say_how_long_they_wait(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await charging(hass, hub, one)
    await limit(hass, 10)
    limiter = control(hub)
    charge_point = limiter._charge_point
    charge_point.quirks = replace(charge_point.quirks, phase_switch_seconds=300)
    await act(hass, "select", "select_option", "1/phases", option="1")
    await wait_for(hass, lambda: limiter.state in IN_FORCE and sent(one)[-1][1] == 1)
    shown = state_of(hass, "CP1/1/phases", "select")
    assert shown.attributes["progress"] == "done"
    assert shown.attributes["until"] is None
    await act(hass, "select", "select_option", "1/phases", option="3")
    shown = state_of(hass, "CP1/1/phases", "select")
    assert (shown.state, shown.attributes["progress"]) == ("3", "waiting")
    left = shown.attributes["until"] - dt_util.utcnow()
    assert timedelta(seconds=200) < left < timedelta(seconds=310)
    assert sent(one)[-1] == (10.0, 1)
    # A pause says more than that, and phases do not change in it.
    await act(hass, "switch", "turn_on", "1/paused")
    assert state_of(hass, "CP1/1/phases", "select").attributes["until"] is None
    await act(hass, "switch", "turn_off", "1/paused")
    assert state_of(hass, "CP1/1/phases", "select").attributes["until"] is not None
    # The time is over.
    limiter._sender._switched -= 300
    limiter._turns.ask()
    await wait_for(hass, lambda: limiter.state in IN_FORCE and sent(one)[-1][1] == 3)
    shown = state_of(hass, "CP1/1/phases", "select")
    assert (shown.state, shown.attributes["progress"]) == ("3", "done")
    assert shown.attributes["until"] is None


async def test_phases_that_nothing_flows_on_say_that_they_are_switched(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    # Without current there is no pause, so no other state of the limit tells it.
    one = await charger()
    await limit(hass, 10)
    limiter = control(hub)
    charge_point = limiter._charge_point
    await act(hass, "select", "select_option", "1/phases", option="1")
    charge_point.quirks = replace(charge_point.quirks, phase_switch_seconds=300)
    await act(hass, "select", "select_option", "1/phases", option="3")
    assert state_of(hass, "CP1/1/phases", "select").attributes["progress"] == "waiting"
    limiter._sender._switched -= 300
    limiter._turns.ask()
    await wait_for(hass, lambda: sent(one)[-1] == (10.0, 3))
    await wait_for(hass, lambda: not limiter.is_busy)
    shown = state_of(hass, "CP1/1/phases", "select")
    assert (shown.attributes["progress"], shown.attributes["until"]) == ("done", None)


@BEFORE_2_1
async def test_phases_that_are_refused_later_are_a_repair(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    issue_registry: ir.IssueRegistry,
) -> None:
    (adopted,) = hub.chargers.values()
    about = f"limit_failed_{adopted.subentry_id}"
    one = await charger()
    # It keeps three phases, and says so only when it is to charge on one.
    refuse_where(
        one, lambda period: period.get("numberPhases") == 1 and period["limit"]
    )
    await wait_for(hass, lambda: control(hub)._charge_point.ready)
    await charging(hass, hub, one)
    await limit(hass, 10)
    await act(hass, "select", "select_option", "1/phases", option="1")
    issue = await wait_for(hass, lambda: issue_registry.async_get_issue(DOMAIN, about))
    assert "Rejected" in issue.translation_placeholders["error"]
    await wait_for(hass, lambda: sent(one)[-1] == (10.0, 3))
    assert value_of(hass, "CP1/1/phases", "select") == "auto"
    await limit(hass, 12)
    await settle(hass)
    assert issue_registry.async_get_issue(DOMAIN, about) is None


class TestOfOneThatKeepsItsPhases:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        overrides = {CONF_OVERRIDES: {"switches_phases": False, "maximum_current": 16}}
        return [charger_subentry("CP1", "Garage", **overrides)]

    async def test_there_is_no_selection(
        self,
        hass: HomeAssistant,
        hub: Hub,
        charger: AddCharger,
        entity_registry: er.EntityRegistry,
    ) -> None:
        await charger()
        assert state_of(hass, "CP1/1/current_limit", "number").attributes["max"] == 16
        assert not entity_registry.async_get_entity_id("select", DOMAIN, "CP1/1/phases")
        with pytest.raises(ServiceValidationError) as caught:
            await set_charge_limit(hass, hub, limit_amps=10, phases=1)
        assert caught.value.translation_key == "phases_not_switched"
        # What the user knows better takes effect at once.
        (one,) = hub.chargers.values()
        hass.config_entries.async_update_subentry(
            one._entry,
            one.subentry,
            data={
                **one.subentry.data,
                CONF_OVERRIDES: {"switches_phases": True, "maximum_current": 20},
            },
        )
        await wait_for(hass, lambda: hass.states.get("select.garage_phases"))
        assert state_of(hass, "CP1/1/current_limit", "number").attributes["max"] == 20


@pytest.mark.parametrize(
    ("data", "intent", "profile"),
    [
        ({"limit_amps": 10}, Intent(limit_a=10), (10.0, None)),
        ({"limit_amps": "10.55"}, Intent(limit_a=10.55), (10.5, None)),
        ({"limit_amps": 99}, Intent(limit_a=32), (32.0, None)),
        ({"limit_amps": 0}, Intent(paused=True), (0.0, None)),
        ({"limit_amps": 5.9}, Intent(paused=True), (0.0, None)),
        ({"limit_watts": 6900}, Intent(limit_a=10), (10.0, None)),
        ({"limit_watts": 2300, "phases": 1}, Intent(limit_a=10, phases=1), (10.0, 1)),
        ({"limit_watts": 4139}, Intent(paused=True), (0.0, None)),
        ({"limit_watts": 4140}, Intent(limit_a=6), (6.0, None)),
        ({"phases": "3"}, Intent(phases=3), (32.0, 3)),
    ],
)
async def test_the_action_limits(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    data: dict[str, Any],
    intent: Intent,
    profile: tuple[float, int | None],
) -> None:
    one = await charger()
    # What it measures at first may tell another voltage.
    control(hub)._connector.meter.values.clear()
    # It says what became of it.
    assert await set_charge_limit(hass, hub, **data) == {
        "status": "accepted",
        "limit_amps": profile[0],
    }
    assert control(hub).intent == intent
    assert sent(one) == [profile]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "limit_not_one"),
        ({"limit_amps": 10, "limit_watts": 2300}, "limit_not_one"),
        ({"limit_amps": -1}, "field_not_decimal"),
        ({"limit_amps": "much"}, "field_not_decimal"),
        ({"limit_amps": True}, "field_not_decimal"),
        ({"limit_watts": float("nan")}, "field_not_decimal"),
        ({"limit_amps": 10, "phases": 2}, "field_not_option"),
        ({"limit": 10}, "field_unknown"),
    ],
)
async def test_what_the_action_does_not_take(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, data: dict[str, Any], key: str
) -> None:
    one = await charger()
    with pytest.raises(ServiceValidationError) as caught:
        await set_charge_limit(hass, hub, **data)
    assert caught.value.translation_key == key
    assert not sent(one)


async def test_of_two_connectors_one_has_to_be_named(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger(connectors=2)
    await wait_for(hass, lambda: control(hub)._charge_point.ready)
    with pytest.raises(ServiceValidationError) as caught:
        await set_charge_limit(hass, hub, limit_amps=10)
    assert caught.value.translation_key == "connector_missing"
    await set_charge_limit(hass, hub, limit_amps=10, connector_id=2)
    assert [number for number, _, _ in installed(one)] == [2]
    await limit(hass, 12, "1/current_limit")
    assert control(hub, 1).intent == Intent(limit_a=12)
    assert control(hub, 2).intent == Intent(limit_a=10)


async def test_a_refusal_is_told_and_nothing_changes(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await limit(hass, 16)
    one.faults.reject_all = True
    for call in (limit(hass, 10), set_charge_limit(hass, hub, limit_amps=12)):
        with pytest.raises(HomeAssistantError) as caught:
            await call
        assert caught.value.translation_key == "refused"
    await settle(hass)
    assert value_of(hass, "CP1/1/current_limit", "number") == "16"


async def test_one_that_is_away(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await one.drop()
    await wait_for(
        hass,
        lambda: value_of(hass, "CP1/1/current_limit", "number") == "unavailable",
    )
    with pytest.raises(HomeAssistantError) as caught:
        await set_charge_limit(hass, hub, limit_amps=10)
    assert caught.value.translation_key == "not_connected"
    await one.reconnect()
    await wait_for(hass, lambda: control(hub)._charge_point.ready)
    assert not sent(one)


async def test_what_is_wanted_survives_a_restart(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    one = await charger()
    await set_charge_limit(hass, hub, limit_amps=10, phases=1)
    await act(hass, "switch", "turn_on", "1/paused")
    # A control that changes it all the time leaves what the user wants.
    await control(hub).request(Intent(limit_a=7, phases=1), persistent=False)
    await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()
    again: Hub = setup_integration.runtime_data
    control(again)._methods.timing = CALM
    assert control(again).intent == Intent(limit_a=10, phases=1, paused=True)
    await wait_for(hass, lambda: control(again).state in IN_FORCE)
    assert sent(one)[-1] == (0.0, 1)
    assert value_of(hass, "CP1/1/current_limit", "number") == "10"
    assert value_of(hass, "CP1/1/paused", "switch") == "on"
    assert value_of(hass, "CP1/1/phases", "select") == "1"
    await act(hass, "switch", "turn_off", "1/paused")
    assert sent(one)[-1] == (10.0, 1)


@BEFORE_2_1
async def test_it_is_told_again_after_a_reconnect(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await limit(hass, 10)
    one.faults.drop_profile_on_reconnect = True
    await one.drop()
    await one.reconnect()
    await wait_for(hass, lambda: sent(one) == [(10.0, None)] * 2)


async def test_an_ignored_limit_is_a_repair_until_it_is_obeyed(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
) -> None:
    one = await charger()
    await charging(hass, hub, one)
    honest = limiting(one).limit
    monkeypatch.setattr(
        limiting(one), "limit", lambda place: replace(honest(place), amps=16.0)
    )
    control(hub)._methods.timing = QUICK
    issue = f"limit_ignored_{next(iter(hub.chargers))}"
    events = async_capture_events(hass, "ocpp_cs_event")
    await limit(hass, 8)
    found = await wait_for(hass, lambda: issue_registry.async_get_issue(DOMAIN, issue))
    assert found.translation_placeholders == {
        "charger": "Garage",
        "connector": "1",
        "limit": "8",
    }
    assert not found.is_fixable
    # In 2.0.1 it is also tried as the profile of the session.
    assert len(sent(one)) == (2 if version == V1_6 else 3)
    (ours,) = hub.chargers.values()
    (event,) = [one for one in events if one.data["type"] == "limit_ignored"]
    assert event.data["device_id"] == ours.device_id
    assert event.data["data"] == {"connector_id": 1, "limit": 8.0}
    monkeypatch.setattr(limiting(one), "limit", honest)
    one.connector(1).update()
    await one.send_meter_values()
    await wait_for(hass, lambda: not issue_registry.async_get_issue(DOMAIN, issue))
