"""A car that is ready in time: the sun first, then the cheapest hours, then in time."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import settle, state_of, value_of, writes
from tests.integration.helpers.plans import (
    AMPS,
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
from tests.integration.helpers.versions import BOTH, Charger

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [
    BOTH,
    pytest.mark.usefixtures("entity_registry_enabled_by_default", "setup_integration"),
]


def schedule(hass: HomeAssistant) -> list[tuple[str, str]]:
    return list(spans(state_of(hass, "CP1/1/charge_plan").attributes["schedule"]))


async def ready(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, mode: str
) -> Charger:
    """Return a charger with a car in a charge mode, in the evening."""
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, mode)
    await night.at(EVENING)
    return one


async def test_the_cheapest_hours(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05, h3=0.06, h5=0.2)
    one = await ready(hass, hub, charger, night, "solar")
    await told(hass, one, 0.0)
    assert plan_of(hass) == "off"
    await want(hass, 2 * KW, clock(7))
    await night.at(EVENING)
    assert plan_of(hass) == "waiting"
    assert schedule(hass) == [("02:00", "03:00"), ("03:00", "04:00")]
    assert value_of(hass, "CP1/1/charge_plan_start") == "2026-01-21T01:00:00+00:00"
    assert value_of(hass, "CP1/1/charge_plan_end") == "2026-01-21T03:00:00+00:00"
    attributes = state_of(hass, "CP1/1/charge_plan").attributes
    assert attributes["energy"] == pytest.approx(2 * KW, abs=0.3)
    assert attributes["cost"] == pytest.approx(KW * 0.11, abs=0.02)
    assert attributes["schedule"][0]["price"] == 0.05
    # The dear hours go by.
    for hour in (0, 1):
        await night.at(clock(hour, 30))
        assert limits(one)[-1] == 0.0
        assert why(hass) == "waiting_for_sun"
    await night.at(clock(2, 1))
    await told(hass, one, AMPS)
    assert why(hass) == "plan"
    assert plan_of(hass) == "charging"
    await charge(hass, hub, one, KW)
    await night.at(clock(3, 1))
    assert limits(one)[-1] == AMPS
    assert plan_of(hass) == "charging"
    # What has come is enough, although the hour is cheap.
    await charge(hass, hub, one, KW + 0.5)
    await night.pass_by(0.5)
    assert plan_of(hass) == "done"
    # The delay of a stop is no news: until it is over it goes on.
    assert why(hass) == "following_sun"
    # It may be that the sun goes on, so it takes its time.
    await night.pass_by(5)
    await told(hass, one, 0.0)
    assert why(hass) == "waiting_for_sun"
    # After the time there is no plan any more.
    await night.at(clock(7, 1))
    assert plan_of(hass) == "off"
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "off"
    assert max(limits(one)) == AMPS


async def test_the_sun_comes_first(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 2 * KW, clock(7))
    # Late sun: 6 kW into the grid.
    night.watts = -6000.0
    for seconds in range(0, 180, 30):
        await night.at(EVENING + timedelta(seconds=seconds))
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    assert why(hass) != "plan"
    assert plan_of(hass) == "waiting"
    await charge(hass, hub, one, KW)
    night.watts = 500.0
    await night.at(clock(1))
    assert schedule(hass) == [("02:00", "03:00")]


@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_without_prices_it_is_simply_in_time(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 2 * KW, clock(7))
    assert schedule(hass) == [("04:45", "06:45")]
    assert state_of(hass, "CP1/1/charge_plan").attributes["cost"] is None
    await night.at(clock(4, 40))
    # Nobody knew the car: it was tried out, and waits.
    await told(hass, one, 0.0)
    await night.at(clock(4, 46))
    await told(hass, one, AMPS)
    # Where it began is remembered, how long it takes is seen anew.
    await night.at(clock(5, 15))
    assert schedule(hass)[0][0] == "04:46"
    assert limits(one)[-1] == AMPS


async def test_too_late(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await night.at(clock(6))
    await want(hass, 3 * KW, clock(7))
    await night.at(clock(6))
    await told(hass, one, AMPS)
    assert plan_of(hass) == "too_late"
    missing = state_of(hass, "CP1/1/charge_plan").attributes["missing_energy"]
    assert missing == pytest.approx(2 * KW, abs=0.5)
    # It goes on after the time, until the car has it or leaves.
    await night.at(clock(7, 30))
    assert limits(one)[-1] == AMPS
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    await charge(hass, hub, one, 3 * KW + 0.5)
    await night.at(clock(9))
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "off"
    await night.pass_by(5)
    await told(hass, one, 0.0)


async def test_who_is_late_does_not_wait_for_ever(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 20, clock(7))
    await night.at(clock(7, 30))
    await told(hass, one, AMPS)
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "off")
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "off"


async def test_what_was_charged_since_it_was_plugged_in_counts(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await charge(hass, hub, one, 5)
    await want(hass, 12, clock(7))

    def energy() -> float:
        return float(state_of(hass, "CP1/1/charge_plan").attributes["energy"])

    assert energy() == pytest.approx(7, abs=0.2)
    # Another transaction of the same car.
    await one.present_card("TAG", 1)
    await wait_for(hass, lambda: not control(hub)._connector.transaction)
    await one.present_card("TAG", 1)
    await wait_for(hass, lambda: control(hub)._connector.transaction)
    await charge(hass, hub, one, 3)
    await night.at(clock(0))
    assert energy() == pytest.approx(4, abs=0.2)
    # Another car.
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "no_vehicle")
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    assert energy() == 12
    await plug(hass, hub, one)
    await night.at(clock(0, 10))
    assert plan_of(hass) == "waiting"
    assert energy() == pytest.approx(12, abs=0.2)


# Charge modes.


async def test_modes_that_have_no_use_for_it(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "off")
    await want(hass, 20, clock(7))
    assert plan_of(hass) == "other_mode"
    await night.at(clock(6, 40))
    assert limits(one)[-1] == 0.0
    await choose(hass, "manual")
    assert plan_of(hass) == "other_mode"
    await choose(hass, "solar")
    assert plan_of(hass) == "too_late"
    await night.at(clock(6, 41))
    await told(hass, one, AMPS)
    await choose(hass, "off")
    await night.at(clock(6, 42))
    await told(hass, one, 0.0)
    assert why(hass) == "off"


async def test_the_least_current_counts(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    one = await ready(hass, hub, charger, night, "min_solar")
    await told(hass, one, 6.0)
    # 13 h and three quarters at 6 A give more than that.
    await want(hass, 40, clock(7))
    assert plan_of(hass) == "minimum"
    assert schedule(hass) == []
    # The rest comes on top of it in the cheapest hour.
    await want(hass, 60)
    assert plan_of(hass) == "waiting"
    assert [start for start, _ in schedule(hass)] == ["02:33"]
    await night.at(clock(1))
    assert limits(one)[-1] == 6.0


# The time.


async def test_a_time_that_has_passed_means_the_next_day(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await ready(hass, hub, charger, night, "solar")

    def ready_by() -> str:
        return value_of(hass, "CP1/1/ready_by", "datetime")

    assert ready_by() == "unknown"
    # Seven in the morning is what most would say.
    await want(hass, 20)
    assert ready_by() == "2026-01-21T06:00:00+00:00"
    await want(hass, ready_by=clock(6, 30, days=-3), armed=None)
    assert ready_by() == "2026-01-21T05:30:00+00:00"
    await want(hass, armed=False)
    assert plan_of(hass) == "off"
    await want(hass, ready_by=clock(5, days=-3), armed=None)
    assert ready_by() == "2026-01-17T04:00:00+00:00"
    assert plan_of(hass) == "off"
    await want(hass)
    assert ready_by() == "2026-01-21T04:00:00+00:00"
    # Later today is today.
    await want(hass, ready_by=clock(23, days=-2), armed=None)
    assert ready_by() == "2026-01-20T22:00:00+00:00"


async def test_without_a_target(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, ready_by=clock(7))
    assert plan_of(hass) == "no_target"
    # The state of charge is a target only where it is known.
    await want(hass, soc=80)
    assert plan_of(hass) == "no_target"
    await night.at(clock(6, 50))
    await told(hass, one, 0.0)


# The state of charge.


async def test_a_state_of_charge(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    hass.states.async_set("sensor.soc", "40")
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 3, clock(7), soc=80)

    def energy() -> float:
        return float(state_of(hass, "CP1/1/charge_plan").attributes["energy"])

    # 40 % of 50 kWh, and what gets lost.
    assert energy() == pytest.approx(22.2, abs=0.1)
    # Cars tell it seldom: what they got meanwhile is known.
    await charge(hass, hub, one, 10)
    await night.at(clock(0))
    assert energy() == pytest.approx(12.2, abs=0.2)
    hass.states.async_set("sensor.soc", "unavailable")
    await night.at(clock(0, 10))
    assert energy() == pytest.approx(12.2, abs=0.2)
    hass.states.async_set("sensor.soc", "60")
    await night.at(clock(0, 20))
    assert energy() == pytest.approx(11.1, abs=0.1)
    hass.states.async_set("sensor.soc", "81")
    await night.at(clock(6, 50))
    assert plan_of(hass) == "done"
    assert limits(one)[-1] == 0.0


# Restarts.


@pytest.mark.parametrize("prices", ["there", "later"])
async def test_a_restart_in_the_middle(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
    prices: str,
) -> None:
    tell_prices(hass, h2=0.05, h3=0.06)
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 2 * KW, clock(7))
    await night.at(clock(2, 1))
    await told(hass, one, AMPS)
    await charge(hass, hub, one, 0.5 * KW)
    await night.at(clock(2, 30))
    await wait_for(hass, lambda: one.outbox.idle)
    before = len(limits(one))
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    if prices == "later":
        hass.states.async_set(PRICES, "unavailable", {})
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    night.hub = new = setup_integration.runtime_data
    await wait_for(hass, lambda: control(new)._charge_point.ready)
    control(new)._methods.timing = night.hub and control(hub)._methods.timing
    await wait_for(hass, lambda: control(new)._connector.status is not None)
    await night.at(clock(2, 31))
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    assert value_of(hass, "CP1/1/ready_by", "datetime") == "2026-01-21T06:00:00+00:00"
    assert value_of(hass, "CP1/1/energy_target", "number") == str(2 * KW)
    assert plan_of(hass) == "charging"
    assert why(hass) == "plan"
    # It never paused, also not before prices are known again, and what had come counts.
    assert set(limits(one)[before:]) <= {AMPS}
    energy = state_of(hass, "CP1/1/charge_plan").attributes["energy"]
    assert energy == pytest.approx(1.5 * KW, abs=0.3)
    tell_prices(hass, h2=0.05, h3=0.06)
    await charge(hass, new, one, 0.3 * KW)
    await night.at(clock(2, 40))
    assert limits(one)[-1] == AMPS
    # It goes on without a stop.
    assert schedule(hass)[-1] == ("03:00", "03:52")


# Prices that are none.


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("unavailable", {}),
        ("nan", {"raw_today": None, "raw_tomorrow": "soon"}),
        ("0.3", {"raw_today": [{"start": "?", "value": "nan"}, 7, None]}),
        ("garbage", {"data": [{"start_time": 1e300, "price": 1}]}),
    ],
)
async def test_without_sense_in_prices_it_is_in_time(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    night: Night,
    state: str,
    attributes: dict[str, Any],
) -> None:
    hass.states.async_set(PRICES, state, attributes)
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, 2 * KW, clock(7))
    await night.at(clock(0))
    assert schedule(hass) == [("04:45", "06:45")]
    await night.at(clock(4, 46))
    await told(hass, one, AMPS)


async def test_prices_that_are_gone_stay_true(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    one = await ready(hass, hub, charger, night, "solar")
    await want(hass, KW, clock(7))
    assert [end for _, end in schedule(hass)] == ["06:45"]
    # They come when they come.
    tell_prices(hass, h2=0.05)
    await settle(hass)
    assert schedule(hass) == [("02:00", "03:00")]
    hass.states.async_set(PRICES, "unavailable", {})
    await night.at(clock(1))
    assert schedule(hass) == [("02:00", "03:00")]
    await night.at(clock(2, 1))
    await told(hass, one, AMPS)


# What it costs.


async def test_what_stays_the_same_is_not_written(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05)
    await ready(hass, hub, charger, night, "solar")
    await want(hass, KW, clock(7))
    await night.at(EVENING)
    with writes(hass) as written:
        await night.at(EVENING + timedelta(minutes=1))
    assert not [one for one in written if "plan" in one or "ready" in one]
    # With the last plan goes the clock.
    assert hub.charge_plans._cancel is not None
    await want(hass, armed=False)
    assert hub.charge_plans._cancel is None
