"""What plans can be told besides a target and a time: least, prices and weekdays."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.goals import changed, next_at, passed
from custom_components.ocpp_cs.plans.model import Wanted
from custom_components.ocpp_cs.plans.records import wanted_of, wanted_record
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.entities import entity_id, settle, state_of, value_of
from tests.integration.helpers.plans import (
    AMPS,
    BERLIN,
    EVENING,
    KW,
    PRICES,
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
    plan_of,
    plug,
    plugged,
    spans,
    tell_prices,
    told,
    want,
    why,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]

TWO = [
    charger_subentry(name, name, overrides={"switches_phases": False}, connectors=1)
    for name in ("CP1", "CP2")
]
FUSE_AND_PRICES = {"solar": {**SOLAR, "fuse": 16.5, "price_entities": [PRICES]}}


async def act(hass: HomeAssistant, hub: Hub, **data: Any) -> Any:
    charger = next(iter(hub.chargers.values()))
    return await hass.services.async_call(
        DOMAIN,
        "set_charge_plan",
        {"device_id": charger.device_id, **data},
        blocking=True,
        return_response=True,
    )


def shown(hass: HomeAssistant) -> Any:
    return state_of(hass, "CP1/1/charge_plan").attributes


def armed(hass: HomeAssistant) -> str:
    return value_of(hass, "CP1/1/ready_in_time", "switch")


def ready_by(hass: HomeAssistant) -> str:
    when = value_of(hass, "CP1/1/ready_by", "datetime")
    return datetime.fromisoformat(when).astimezone(BERLIN).strftime("%a %d %H:%M")


# The least.


async def test_the_least_state_of_charge_comes_at_once(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    hass.states.async_set("sensor.soc", "20")
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await told(hass, one, 0.0)
    # 10 % of 50 kWh at once, the others when they are cheap.
    answer = await act(hass, hub, soc_target=40, least_soc=30, ready_by="07:00:00")
    assert answer["least_soc"] == 30
    first, second = spans(answer["schedule"])
    # In quarters of an hour.
    assert first == ("17:01", "17:45")
    assert second[1] == "03:00"
    await night.at(EVENING + timedelta(minutes=1))
    await told(hass, one, AMPS)
    assert (plan_of(hass), why(hass)) == ("charging", "plan")
    hass.states.async_set("sensor.soc", "31")
    # The quarter of an hour is finished.
    await night.at(EVENING + timedelta(minutes=46))
    assert plan_of(hass) == "waiting"
    await night.pass_by(5)
    await told(hass, one, 0.0)
    # Now it is known better: it was only 25 %.
    hass.states.async_set("sensor.soc", "25")
    await night.at(EVENING + timedelta(minutes=60))
    await told(hass, one, AMPS)


async def test_the_least_energy_where_no_state_of_charge_is_known(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    # Without a time, and without a target: what is beyond it is the sun's.
    answer = await act(hass, hub, least_soc=30, least_energy=KW / 2)
    assert answer["ready_by"] is None
    await settle(hass)
    assert plan_of(hass) == "charging"
    assert shown(hass)["least_energy"] == KW / 2
    await night.at(EVENING + timedelta(minutes=1))
    await told(hass, one, AMPS)
    await charge(hass, hub, one, KW / 2 + 0.2)
    await night.pass_by(0.5)
    assert plan_of(hass) == "done"
    # It stands until it is called off.
    await night.at(clock(9, days=3))
    assert armed(hass) == "on"
    # A state of charge goes before it.
    hass.states.async_set("sensor.soc", "20")
    await night.at(clock(9, 1, days=3))
    assert shown(hass)["energy"] == pytest.approx(5.6, abs=0.1)
    await act(hass, hub, clear=["least_soc", "least_energy"], armed=False)
    await settle(hass)
    assert shown(hass)["least_soc"] is None
    assert plan_of(hass) == "off"


# Below a price.


async def test_below_a_price_without_a_time(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05, h4=-0.01, h5=0.06)
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    answer = await act(hass, hub, below_price=0.05)
    assert (answer["state"], answer["ready_by"]) == ("waiting", None)
    assert answer["below_price"] == 0.05
    assert list(spans(answer["schedule"])) == [("02:00", "03:00"), ("04:00", "05:00")]
    await night.at(clock(2, 1))
    await told(hass, one, AMPS)
    await night.at(clock(3, 1))
    await night.pass_by(5)
    await told(hass, one, 0.0)
    await night.at(clock(4, 1))
    await told(hass, one, AMPS)
    # It stays so: the prices of the day after come when they come.
    await night.at(clock(12))
    assert (armed(hass), plan_of(hass)) == ("on", "waiting")
    # The entity is gone: nothing is cheap, and nothing breaks.
    hass.states.async_remove(PRICES)
    await night.at(clock(2, 10, days=4))
    await night.pass_by(5)
    assert (armed(hass), plan_of(hass)) == ("on", "waiting")
    assert limits(one)[-1] == 0.0


async def test_below_a_price_only_up_to_the_target(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05, h4=0.05)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    answer = await act(hass, hub, below_price=0.1, energy_target=KW / 2)
    assert sum(
        slot["power_w"]
        * (
            datetime.fromisoformat(slot["end"]) - datetime.fromisoformat(slot["start"])
        ).total_seconds()
        / 3.6e6
        for slot in answer["schedule"]
    ) == pytest.approx(KW / 2, abs=0.3)


@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_below_a_price_needs_prices(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await charger()
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, hub, below_price=0.1)
    assert err.value.translation_key == "prices_unknown"
    assert str(err.value).startswith("The prices of the coming hours are not known")


async def test_rules_without_a_time_are_numbers(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    hass.states.async_set("sensor.soc", "20")
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    (ours,) = hub.chargers.values()

    async def set_to(key: str, value: float) -> Wanted:
        await hass.services.async_call(
            "number",
            "set_value",
            {
                "entity_id": entity_id(hass, "number", f"CP1/1/{key}"),
                "value": value,
            },
            blocking=True,
        )
        await settle(hass)
        return hub.charge_plans.wanted(ours.charge_point.connector(1))

    below = state_of(hass, "CP1/1/below_price", "number")
    assert below.state == "0.0"
    assert below.attributes["unit_of_measurement"] == "EUR/kWh"
    assert (await set_to("below_price", 0.06)).below_price == 0.06
    assert value_of(hass, "CP1/1/below_price", "number") == "0.06"
    await want(hass)
    assert plan_of(hass) == "waiting"
    assert [slot["price"] for slot in shown(hass)["schedule"]] == [0.05]
    # A price below zero is one; zero is none.
    assert (await set_to("below_price", -0.01)).below_price == -0.01
    assert (await set_to("below_price", 0)).below_price is None
    assert (await set_to("least_soc", 30)).least_soc == 30
    assert plan_of(hass) == "charging"
    assert (await set_to("least_soc", 0)).least_soc == 0


@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_without_prices_there_is_no_number_for_one(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await charger()
    registry = er.async_get(hass)
    for key, there in (("least_soc", True), ("below_price", False)):
        found = registry.async_get_entity_id("number", "ocpp_cs", f"CP1/1/{key}")
        assert (found is not None) is there


# Weekdays.


async def test_it_repeats_on_weekdays(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    # A Tuesday.
    await night.at(EVENING)
    answer = await act(
        hass, hub, energy_target=5, ready_by="07:00:00", weekdays=["fri", "wed", "tue"]
    )
    assert answer["weekdays"] == ["tue", "wed", "fri"]
    await settle(hass)
    assert ready_by(hass) == "Wed 21 07:00"
    await charge(hass, hub, one, 5.5)
    await night.at(clock(7, 1))
    assert (armed(hass), ready_by(hass)) == ("on", "Fri 23 07:00")
    # The targets stay; what it has is enough until it was away.
    assert plan_of(hass) == "done"
    assert value_of(hass, "CP1/1/energy_target", "number") == "5.0"
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "no_vehicle")
    # It is not there, nor is Home Assistant, and the next one is that of next week.
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    night._offset = clock(20, days=3).timestamp() - dt_util.utcnow().timestamp()
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    night.hub = new = setup_integration.runtime_data
    await wait_for(hass, lambda: control(new)._charge_point.ready)
    await night.at(clock(20, 1, days=3))
    assert (armed(hass), ready_by(hass)) == ("on", "Tue 27 07:00")
    assert shown(hass)["weekdays"] == ["tue", "wed", "fri"]
    # Turned off it stays off, and begins with the next day when it is turned on.
    await want(hass, armed=False)
    await night.at(clock(12, days=9))
    assert armed(hass) == "off"
    await want(hass)
    assert ready_by(hass) == "Fri 30 07:00"
    # Without weekdays it is for once.
    await act(hass, new, clear="weekdays")
    await night.at(clock(7, 1, days=10))
    assert armed(hass) == "off"


async def test_a_late_one_goes_on_and_is_over_before_the_next(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(clock(6))
    await act(hass, hub, energy_target=50, ready_by="07:00:00", weekdays=["wed", "thu"])
    await night.at(clock(8))
    await told(hass, one, AMPS)
    assert (ready_by(hass), plan_of(hass)) == ("Wed 21 07:00", "too_late")
    await night.at(clock(19, 1))
    assert (ready_by(hass), plan_of(hass)) == ("Thu 22 07:00", "waiting")


async def test_another_car_on_the_next_day(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await act(hass, hub, energy_target=5, ready_by="07:00:00", weekdays=["wed", "thu"])
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "no_vehicle")
    await night.at(clock(7, 1))
    assert ready_by(hass) == "Thu 22 07:00"
    await plug(hass, hub, one)
    await night.at(clock(20))
    assert plan_of(hass) == "waiting"
    assert shown(hass)["energy"] == pytest.approx(5, abs=0.2)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[misc]


def turned_on(wanted: Wanted, now: datetime) -> Wanted:
    return changed(wanted, {"armed": True}, now)


@pytest.mark.parametrize("following", [passed, turned_on])
def test_the_time_of_the_day_stays_when_clocks_change(
    following: Callable[[Wanted, datetime], Wanted],
) -> None:
    dt_util.set_default_time_zone(BERLIN)
    # At half past two, which the 29th of March does not have.
    wanted = changed(
        Wanted(),
        {"ready_by": time(2, 30), "weekdays": frozenset({"sat", "sun"}), "armed": True},
        at(2026, 3, 27, 12),
    )
    found = []
    for _ in range(4):
        assert wanted.ready_by is not None
        found.append(wanted.ready_by.astimezone(BERLIN).strftime("%d %H:%M"))
        wanted = following(wanted_of(wanted_record(wanted)), wanted.ready_by)
    assert found == ["28 02:30", "29 03:30", "04 02:30", "05 02:30"]
    # On the 25th of October it is twice: once is enough.
    twice = next_at(time(2, 30), at(2026, 10, 24, 12))
    assert next_at(time(2, 30), twice) - twice == timedelta(hours=25)


def test_a_clock_that_was_wrong() -> None:
    dt_util.set_default_time_zone(BERLIN)
    weekdays = frozenset({"mon"})
    wrong = changed(
        Wanted(),
        {"ready_by": time(7), "weekdays": weekdays, "armed": True},
        at(2030, 1, 1),
    )
    right = changed(wrong, {"armed": True}, EVENING)
    assert right.ready_by == at(2026, 1, 26, 7)
    # A time that the user chose for once is kept, however far it is.
    chosen = changed(Wanted(), {"ready_by": at(2030, 1, 1), "armed": True}, EVENING)
    assert chosen.ready_by == at(2030, 1, 1)
    far = changed(Wanted(), {"ready_by": datetime.max.replace(tzinfo=UTC)}, EVENING)
    assert far.ready_by == datetime(2200, 1, 1, tzinfo=UTC)
    # So is one on a day that was not chosen, if it is soon.
    chosen = changed(right, {"ready_by": at(2026, 1, 24, 9)}, EVENING)
    assert chosen.ready_by == at(2026, 1, 24, 9)
    # Other days, another time.
    chosen = changed(chosen, {"weekdays": frozenset({"thu"})}, EVENING)
    assert chosen.ready_by == at(2026, 1, 22, 9)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        # Of the version before.
        (
            {
                "energy": 5.0,
                "soc": 80.0,
                "ready_by": "2026-01-21T06:00:00+00:00",
                "armed": True,
            },
            Wanted(
                energy_kwh=5,
                soc=80,
                ready_by=datetime.fromisoformat("2026-01-21T06:00:00+00:00"),
                armed=True,
            ),
        ),
        # Of a version to come, or broken.
        (
            {
                "weekdays": ["mon", "holiday", 7, None],
                "clock": "25:00",
                "below_price": "nan",
                "least_soc": -3,
                "least_energy": 1e9,
            },
            Wanted(weekdays=frozenset({"mon"}), least_kwh=200),
        ),
        ({"weekdays": "mon", "below_price": 1e300, "armed": True}, Wanted()),
        ({"below_price": -0.05, "armed": True}, Wanted(below_price=-0.05, armed=True)),
        ({"ready_by": None, "armed": True, "soc": 50}, Wanted(soc=50)),
        ({"ready_by": "2026-13-45T00:00:00", "armed": True}, Wanted()),
        ({"ready_by": "9999-12-31T23:59:59-23:00", "armed": True}, Wanted()),
    ],
)
def test_records(record: dict[str, Any], wanted: Wanted) -> None:
    assert wanted_of(record) == wanted
    assert wanted_of(wanted_record(wanted)) == wanted


# What the action refuses.


@pytest.mark.parametrize(
    ("data", "key", "text"),
    [
        ({"weekdays": ["tomorrow"]}, "field_not_option", "weekdays must be one of"),
        ({"below_price": "cheap"}, "field_not_decimal", "below_price must be a number"),
        ({"below_price": 1e9}, "field_too_large", "below_price must not be more than"),
        ({"least_soc": 101}, "field_too_large", "least_soc must not be more than 100"),
        ({"least_energy": -1}, "field_not_decimal", "least_energy must be a number"),
        ({"clear": "armed"}, "field_not_option", "clear must be one of: energy_target"),
        (
            {"clear": "weekdays", "weekdays": "mon"},
            "field_set_and_cleared",
            "weekdays is both set and named in clear",
        ),
    ],
)
async def test_rules_that_are_wrong(
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
    assert text in str(err.value)
    (ours,) = hub.chargers.values()
    assert hub.charge_plans.wanted(ours.charge_point.connector(1)) == Wanted()


# Not in time.


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, "fuse": 16.5}}])
async def test_it_is_told_at_once_that_the_fuse_is_too_small(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(clock(3))
    # 12 A for four hours, where the charger would have 16 A.
    answer = await act(hass, hub, energy_target=38, ready_by="07:00:00")
    assert answer["state"] == "too_late"
    assert answer["shortage"] == "fuse"
    assert answer["missing_energy"] == pytest.approx(38 - 4 * 12 * 0.69, abs=0.5)
    await settle(hass)
    assert shown(hass)["shortage"] == "fuse"
    facts = hub.charge_control.plan_facts(control(hub)._connector)
    assert (facts.urgent, facts.planned) == (True, True)
    assert facts.slack_s is not None
    assert facts.slack_s <= 0
    answer = await act(hass, hub, energy_target=20)
    assert (answer["shortage"], answer["missing_energy"]) == (None, 0)
    facts = hub.charge_control.plan_facts(control(hub)._connector)
    assert not facts.urgent
    assert facts.slack_s is not None
    assert facts.slack_s > 3600


@pytest.mark.parametrize("subentries", [TWO])
@pytest.mark.parametrize("options", [FUSE_AND_PRICES])
async def test_it_makes_way_for_a_fast_car_as_long_as_it_can_wait(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h0=0.05, h5=0.2)
    plans = hub.charge_plans
    first, second = hub.chargers.values()
    ours, other = first.charge_point.connector(1), second.charge_point.connector(1)
    wallbox = await charger("CP2")
    await wallbox.plug(1)
    await wait_for(hass, lambda: other.plugged_in)
    hub.charge_control.async_set_mode(first, ours, "solar")
    await night.at(clock(22, days=0))
    plans.async_want(first, ours, energy_kwh=3, ready_by=clock(8), armed=True)
    (slot,) = plans.shown(ours).slots
    assert clock(0) <= slot.start < slot.end <= clock(1)
    # It takes the 12 A that the house leaves, until nobody knows when.
    hub.charge_control.async_set_mode(second, other, "fast")
    await wait_for(hass, lambda: hub.charge_control.decision(other) is not None)
    plans.async_tick()
    (slot,) = plans.shown(ours).slots
    assert clock(5) <= slot.start < slot.end <= clock(6)
    await wallbox.unplug(1)
    await wait_for(hass, lambda: other.plugged_in is False)
    (slot,) = plans.shown(ours).slots
    assert slot.end <= clock(1)


@pytest.mark.parametrize("subentries", [TWO])
@pytest.mark.parametrize("options", [{"solar": {**SOLAR, "fuse": 21}}])
async def test_other_cars_leave_less(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    plans = hub.charge_plans
    first, second = hub.chargers.values()
    ours, other = first.charge_point.connector(1), second.charge_point.connector(1)
    wallbox = await charger("CP2")
    await wallbox.plug(1)
    await wait_for(hass, lambda: other.plugged_in)
    hub.charge_control.async_set_mode(first, ours, "solar")
    await night.at(clock(3))
    # 20.5 A less 4 A for the house.
    plans.async_want(first, ours, energy_kwh=80, ready_by=clock(7), armed=True)
    alone = plans.shown(ours).slots[0].power_w
    assert alone == round(min(16.5, ours.limiter.maximum) * 690)
    # What does not charge takes nothing.
    for mode in ("solar", "off", "manual"):
        hub.charge_control.async_set_mode(second, other, mode)
        plans.async_tick()
        assert plans.shown(ours).slots[0].power_w == alone
    # A late one goes first; one that can wait gets what the least current leaves.
    plans.async_want(first, ours, energy_kwh=20)
    before = plans.shown(ours).slots
    hub.charge_control.async_set_mode(second, other, "min_solar")
    plans.async_tick()
    after = plans.shown(ours).slots
    assert before[0].power_w == alone
    assert after[0].power_w == round(10.5 * 690)
    assert after[-1].end > before[-1].end + timedelta(minutes=50)


@pytest.mark.parametrize("subentries", [TWO])
@pytest.mark.parametrize("options", [FUSE_AND_PRICES])
async def test_a_boost_is_a_plan_for_now(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    plans = hub.charge_plans
    first, second = hub.chargers.values()
    ours, other = first.charge_point.connector(1), second.charge_point.connector(1)
    wallbox = await charger("CP2")
    await wallbox.plug(1)
    await wait_for(hass, lambda: other.plugged_in)
    for one, connector in ((first, ours), (second, other)):
        hub.charge_control.async_set_mode(one, connector, "solar")
    await night.at(clock(1))
    plans.async_want(first, ours, energy_kwh=5, ready_by=clock(12), armed=True)
    plans.async_want(second, other, energy_kwh=5, ready_by=clock(12), armed=True)
    start = plans.shown(other).start
    assert start is not None
    assert start > clock(1, 30)
    hub.charge_control.boost(other, None)
    plans.async_tick()
    start = plans.shown(other).start
    assert start is not None
    assert start < clock(1, 2)
    # The other one is not in its way, nor does it keep its hour free for it.
    assert plans.shown(ours).slots[0].price == 0.05
    # Without a plan, all that it can have is taken off.
    plans.async_want(second, other, armed=False)
    (slot,) = plans.shown(ours).slots
    assert slot.start >= clock(8)


async def test_diagnostics_have_what_plans_are_made_of(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await act(hass, hub, energy_target=5, least_energy=1, weekdays="mon")
    told = hub.charge_plans.diagnostics()
    (one,) = told["connectors"]
    assert one["wanted"]["least_kwh"] == 1
    assert one["plan"]["slots"]
    assert len(told["outlook"]["prices"]) == 31
    assert "TAG" not in str(one["car"])
    assert told["outlook"]["learned"]["household"] == {}
