"""Plans that meet trouble: late news of the car, no connection, prices that end."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans import plans as charge_plans
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import settle, state_of
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
    day_of_prices,
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
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


def shown(hass: HomeAssistant) -> Any:
    return state_of(hass, "CP1/1/charge_plan").attributes


def schedule(hass: HomeAssistant) -> list[tuple[str, str]]:
    return list(spans(shown(hass)["schedule"]))


def urgent(hub: Hub) -> bool:
    return hub.charge_control.plan_facts(control(hub)._connector).urgent


async def test_a_state_of_charge_that_is_put_right_late(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h6=0.05)
    hass.states.async_set("sensor.soc", "70")
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    # 5.6 kWh. It may be more: they are not put off to the cheapest half of an hour,
    # which would end at a quarter to seven.
    await want(hass, ready_by=clock(7), soc=80)
    assert shown(hass)["energy"] == pytest.approx(5.6, abs=0.1)
    assert schedule(hass)[-1][1] <= "06:20"
    await night.at(clock(5, 40))
    # It was a tenth less: 11.1 kWh in 80 minutes at 11 kW are in time.
    hass.states.async_set("sensor.soc", "60")
    await night.at(clock(5, 41))
    await told(hass, one, AMPS)
    assert plan_of(hass) == "charging"
    assert shown(hass)["missing_energy"] == 0
    # Not so with another tenth. It is told at once, and it comes first.
    hass.states.async_set("sensor.soc", "50")
    await night.at(clock(5, 42))
    assert plan_of(hass) == "too_late"
    assert shown(hass)["missing_energy"] == pytest.approx(16.7 - 1.28 * KW, abs=0.5)
    assert shown(hass)["shortage"] == "time"
    assert urgent(hub)


@pytest.mark.parametrize("value", ["0", "nan", "unavailable", "-1", "1e9"])
async def test_no_state_of_charge_when_it_is_plugged_in(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, value: str
) -> None:
    hass.states.async_set("sensor.soc", value)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    # The energy stands for it meanwhile.
    await want(hass, 3, clock(7), soc=80)
    assert shown(hass)["energy"] == 3
    assert not urgent(hub)
    hass.states.async_set("sensor.soc", "40")
    await night.at(EVENING + timedelta(minutes=3))
    assert shown(hass)["energy"] == pytest.approx(22.2, abs=0.1)


async def test_an_hour_without_connection(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    tell_prices(hass, h2=0.05, h3=0.06)
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await want(hass, 2 * KW, clock(7))
    assert schedule(hass) == [("02:00", "03:00"), ("03:00", "04:00")]
    await night.at(clock(1, 58))
    # It is gone before it can be told that the cheap hour begins.
    await one.drop()
    await wait_for(hass, lambda: not control(hub)._charge_point.connected)
    night.wallbox = None
    await night.at(clock(2, 1))
    assert hub.charge_plans.facts(control(hub)._connector).due_w > 0
    await night.at(clock(2, 58))
    await one.reconnect()
    await wait_for(hass, lambda: control(hub)._charge_point.ready)
    night.wallbox = one
    await night.at(clock(3, 1))
    await told(hass, one, AMPS)
    # What is left is bought in another hour, and in time.
    assert shown(hass)["missing_energy"] == 0
    assert schedule(hass)[0][0] <= "03:02"
    assert schedule(hass)[-1][1] <= "06:45"
    assert not urgent(hub)


async def test_a_car_that_is_away_for_a_while(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await want(hass, 2 * KW, clock(7))
    await charge(hass, hub, one, 5)
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "no_vehicle")
    await night.at(clock(4, 30))
    await plug(hass, hub, one)
    # Another visit: it begins anew, and begins at once where that is needed.
    await night.at(clock(4, 50))
    await told(hass, one, AMPS)
    assert plan_of(hass) == "charging"
    assert shown(hass)["energy"] == pytest.approx(2 * KW, abs=0.2)
    await one.unplug(1)
    await wait_for(hass, lambda: plan_of(hass) == "no_vehicle")
    await night.at(clock(6))
    # While it is away it is told, too, what will be missing.
    assert shown(hass)["missing_energy"] == pytest.approx(KW, abs=0.6)
    await plug(hass, hub, one)
    await night.at(clock(6, 1))
    await told(hass, one, AMPS)
    assert plan_of(hass) == "too_late"
    assert urgent(hub)


@pytest.mark.parametrize("gone", ["ended", "removed", "garbage"])
async def test_prices_that_end_in_the_middle(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, gone: str
) -> None:
    today = EVENING.date()
    prices = day_of_prices(today, 0.3, h23=0.2)
    hass.states.async_set(
        PRICES, "0.3", {"unit_of_measurement": "EUR/kWh", "raw_today": prices}
    )
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await want(hass, 3 * KW, clock(7))
    assert schedule(hass)[0] == ("23:00", "00:00")
    await night.at(clock(23, 1, days=0))
    await told(hass, one, AMPS)
    await charge(hass, hub, one, KW)
    if gone == "removed":
        hass.states.async_remove(PRICES)
    elif gone == "garbage":
        hass.states.async_set(PRICES, "?", {"raw_today": [{"start": "x"}, "y", {}]})
    # Nothing is known any more: it is ready all the same.
    await night.at(clock(1))
    assert shown(hass)["missing_energy"] == 0
    assert schedule(hass)[-1][1] <= "06:45"
    await night.at(clock(5))
    await told(hass, one, AMPS)
    await charge(hass, hub, one, 2 * KW)
    await night.pass_by(0.5)
    assert plan_of(hass) == "done"


@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_the_control_looks_at_what_is_ready_made(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    night: Night,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(clock(3))
    await want(hass, 2 * KW, clock(7))
    made: list[int] = []
    make = hub.charge_plans._replan
    monkeypatch.setattr(
        type(hub.charge_plans), "_replan", lambda plans: made.append(1) or make()
    )
    for _ in range(20):
        night.tell_grid()
        hub.charge_control.async_tick()
    assert made == []
    # Where a slot begins, it is made once.
    night._offset += 2 * 3600
    for _ in range(20):
        night.tell_grid()
        hub.charge_control.async_tick()
    assert made == [1]
    await told(hass, one, AMPS)
    assert limits(one)[-1] == AMPS


async def test_many_changes_at_a_time_make_the_plans_once(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    night: Night,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell_prices(hass, h2=0.05)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await want(hass, 2 * KW, clock(7))
    await settle(hass)
    made: list[float] = []
    make = charge_plans.plan_all

    def counted(*given: Any) -> Any:
        made.append(night.timestamp())
        return make(*given)

    monkeypatch.setattr(charge_plans, "plan_all", counted)
    monkeypatch.setattr(charge_plans, "_PAUSE", timedelta(seconds=30))
    connector = control(hub)._connector
    for field in ("status", "transaction", "charge_mode", "status") * 5:
        connector.mark(field)
        await settle(hass)
    assert len(made) == 1
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
    assert len(made) == 2
    # After a pause in which nothing changed the first is at once again.
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
    made.clear()
    connector.mark("status")
    await settle(hass)
    assert len(made) == 1
    # What the user wants does not wait, nor does the end of all plans.
    await want(hass, KW)
    assert len(made) >= 2
    await want(hass, armed=False)
    assert plan_of(hass) == "off"
