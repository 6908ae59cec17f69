"""What is known of the coming hours: old prices, feed-in, the house and the forecast."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.forecast import SunForecast
from custom_components.ocpp_cs.plans.learned import LearnedHouse, house_a
from custom_components.ocpp_cs.plans.outlook import Outlook
from custom_components.ocpp_cs.prices.history import PriceHistory
from custom_components.ocpp_cs.smart_charging.model import (
    BatteryReading,
    HouseReading,
    Measured,
)
from custom_components.ocpp_cs.smart_charging.planning.model import Site
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import settle, state_of
from tests.integration.helpers.plans import (
    EVENING,
    GRID,
    KW,
    PRICES,
    SOLAR,
    Night,
    choose,
    clock,
    day_of_prices,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plan_of,
    plugged,
    spans,
    tell_prices,
    want,
)
from tests.integration.helpers.versions import BOTH
from tests.integration.plans.test_forecast import sunny, with_forecast

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]

PV = "sensor.pv"


def site(hub: Hub, now: datetime) -> Site:
    return hub.charge_plans._outlook.site(now)


def schedule(hass: HomeAssistant) -> list[tuple[str, str]]:
    return list(spans(state_of(hass, "CP1/1/charge_plan").attributes["schedule"]))


# Prices of the days before.


async def test_unknown_hours_of_tomorrow_are_as_yesterdays(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    today = EVENING.date()
    hass.states.async_set(
        PRICES,
        "0.3",
        {
            "unit_of_measurement": "EUR/kWh",
            "raw_today": day_of_prices(today, 0.3, h3=0.05),
        },
    )
    # Nobody wants a plan yet.
    hub.prices.async_minute_passed()
    # The entity tells only what is to come, as some do, and there is a restart.
    hass.states.async_set(
        PRICES,
        "0.3",
        {
            "unit_of_measurement": "EUR/kWh",
            "raw_today": day_of_prices(today, 0.3, h3=0.05)[17:],
        },
    )
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    night.hub = new = setup_integration.runtime_data
    await plugged(hass, new, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await want(hass, KW, clock(7))
    await night.at(EVENING)
    # From midnight on nothing is known, but that it was cheap at three.
    assert schedule(hass) == [("03:00", "04:00")]
    # The entity is gone: what was known stays true.
    hass.states.async_remove(PRICES)
    await night.at(EVENING + timedelta(hours=1))
    assert schedule(hass) == [("03:00", "04:00")]
    assert plan_of(hass) == "waiting"


def slot(hours: float, price: float = 0.3, length: float = 1.0) -> PriceSlot:
    start = EVENING + timedelta(hours=hours)
    return PriceSlot(start, start + timedelta(hours=length), price)


def test_the_history_is_bounded() -> None:
    history = PriceHistory()
    quarters = [slot(hour / 4, 0.1, 0.25) for hour in range(-2000, 2000)]
    assert history.take(quarters, EVENING)
    kept = history.slots(EVENING)
    assert len(kept) < 800
    assert kept[0].end > EVENING - timedelta(days=4)
    assert not history.take(kept, EVENING)
    # Hours replace the quarters of the same time.
    assert history.take([slot(1, 0.2)], EVENING)
    assert [one.price for one in history.slots(EVENING) if one.price != 0.1] == [0.2]
    # Days later nothing is left.
    assert history.slots(EVENING + timedelta(days=30)) == []
    assert not history.take([], EVENING)


def test_stored_prices_may_be_odd() -> None:
    history = PriceHistory()
    history.take([slot(-3, 0.1), slot(3, 0.2)], EVENING)
    other = PriceHistory()
    other.load(history.record(EVENING), EVENING)
    assert other.slots(EVENING) == history.slots(EVENING)
    at = EVENING.timestamp()
    odd: list[Any] = [
        None,
        7,
        {"a": 1},
        [[at, 3600]],
        [[at, 3600, "nan"]],
        [[at, -3600, 0.1]],
        [[at, 1e12, 0.1]],
        # A record from the future.
        [[at + 9e8, 3600, 0.1]],
        [[1e300, 3600, 0.1]],
        [["x", "y", "z"]],
    ]
    for record in odd:
        other.load(record, EVENING)
        assert other.slots(EVENING) == []


# The house.


def reading(
    watts: float,
    *,
    currents: tuple[float, float, float] | None = None,
    sun: float | None = None,
    battery: float | None = None,
    age: float = 0.0,
) -> HouseReading:
    at = EVENING.timestamp() - age

    def measured(value: float) -> Measured:
        return Measured(value, at)

    return HouseReading(
        grid=(measured(watts),),
        currents_a=None
        if currents is None
        else (measured(currents[0]), measured(currents[1]), measured(currents[2])),
        pv=() if sun is None else (measured(sun),),
        batteries=() if battery is None else (BatteryReading(power=measured(battery)),),
    )


@pytest.mark.parametrize(
    ("read", "cars", "house"),
    [
        (reading(690), (0, 0, 0), (1, 1, 1)),
        (reading(690, sun=1380, battery=-690), (0, 0, 0), (2, 2, 2)),
        # A car on L2.
        (reading(2760, currents=(1, 10, 1)), (0, 9, 0), (1, 1, 1)),
        # Without phases, the phase of the car does not matter.
        (reading(2760), (0, 9, 0), (1, 1, 1)),
        # It feeds in, and its currents have no sign.
        (reading(-2070, currents=(3, 3, 3), sun=2760), (0, 0, 0), (1, 1, 1)),
        # A meter that is silent, an inverter that is away, one that rests.
        (reading(690, age=300), (0, 0, 0), None),
        (reading(690, sun=float("nan")), (0, 0, 0), None),
        (reading(690, battery=float("inf")), (0, 0, 0), None),
        (HouseReading(), (0, 0, 0), None),
    ],
)
def test_what_the_house_takes(
    read: HouseReading,
    cars: tuple[float, float, float],
    house: tuple[float, float, float] | None,
) -> None:
    found = house_a(read, cars, EVENING)
    assert found == (None if house is None else pytest.approx(house, abs=0.01))


def test_an_inverter_that_rests_tells_nothing_for_hours() -> None:
    def read(sun: float) -> HouseReading:
        old = Measured(sun, EVENING.timestamp() - 9 * 3600)
        return HouseReading(grid=(Measured(690, EVENING.timestamp()),), pv=(old,))

    assert house_a(read(0), (0, 0, 0), EVENING) == pytest.approx((1, 1, 1))
    assert house_a(read(5000), (0, 0, 0), EVENING) is None


def learn(
    learned: LearnedHouse, start: datetime, hours: float, watts: Callable[[int], float]
) -> None:
    for minute in range(round(hours * 60)):
        now = start + timedelta(minutes=minute)
        at = now.timestamp()
        learned.learn(
            HouseReading(
                grid=(Measured(watts(minute), at),), pv=(Measured(3000.0, at),)
            ),
            (0.0, 0.0, 0.0),
            now,
        )


async def test_the_house_is_learned_and_kept(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    # 2070 W at night, of which the meter tells only the sum.
    for minute in range(125):
        night._offset = clock(2).timestamp() + minute * 60 - datetime.now().timestamp()
        night.watts = 2070
        night.tell_grid()
        hub.charge_plans.async_minute_passed()
    loads = site(hub, clock(5)).loads
    assert loads[0].currents_a == pytest.approx((9, 9, 9), abs=0.1)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new = setup_integration.runtime_data
    assert site(new, clock(5)).loads == loads
    # Whatever the file has, it begins anew.
    for odd in (None, 7, {"household": 3, "forecast_error": [], "prices": "x"}):
        new._memory.async_set("", "planning", odd)
        outlook = Outlook(
            hass,
            setup_integration,
            new._memory,
            new.charge_control,
            new.prices,
            night.now,
            lambda: None,
        )
        assert outlook.site(clock(5)).loads == []


@pytest.mark.parametrize(
    "options",
    [{"solar": {**SOLAR, "pv_power": PV, "price_entities": [PRICES]}}],
)
async def test_a_car_is_none_of_the_house(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    hass.states.async_set(PV, "0", {"unit_of_measurement": "W"})
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "fast")
    night.watts = 690
    await night.at(clock(2))
    await night.pass_by(1)
    assert float(hass.states.get(GRID).state) > 5000  # type: ignore[union-attr]
    for minute in range(125):
        night._offset = clock(2).timestamp() + minute * 60 - datetime.now().timestamp()
        night.tell_grid()
        hub.charge_plans.async_minute_passed()
    (load, *_) = site(hub, clock(5)).loads
    assert sum(load.currents_a) / 3 == pytest.approx(3, abs=0.3)


# The forecast.


def test_how_good_the_forecast_is_is_learned() -> None:
    learned = LearnedHouse()
    start = clock(0)
    hours = {start + timedelta(hours=hour): 4000.0 for hour in range(40)}
    learned.told(hours, start)
    assert _trusted(learned, start) == pytest.approx(0.75)
    learn(learned, start, 30, lambda minute: 0.0)
    # 3 kW came instead of 4.
    later = start + timedelta(hours=31)
    assert _trusted(learned, later) == pytest.approx(0.75, abs=0.02)
    learned.told(dict.fromkeys(hours, 2000.0), later)
    other = LearnedHouse(learned.record())
    assert other.record() == learned.record()
    assert len(other.record()["forecast_error"]["hours"]) > 20
    # What was forecast in the very hour does not count, but what was before.
    learned.told({start + timedelta(hours=32): 9000.0}, start + timedelta(hours=31))
    assert _trusted(learned, later) == pytest.approx(0.75, abs=0.02)


def _trusted(learned: LearnedHouse, now: datetime) -> float:
    from custom_components.ocpp_cs.smart_charging.planning.model import SunSlot

    (one,) = learned.trusted(
        [SunSlot(start=now, end=now + timedelta(hours=1), power_w=1000.0)], now
    )
    return one.power_w / 1000.0


@pytest.mark.parametrize(
    ("chosen", "known"),
    [({}, True), ({"forecast": True}, True), ({"forecast": False}, False)],
)
async def test_the_forecast_of_the_energy_dashboard_counts_by_itself(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    chosen: dict[str, Any],
    known: bool,
) -> None:
    await with_forecast(hass, sunny(4000))
    changes: list[int] = []
    sun = SunForecast(hass, setup_integration, chosen, lambda: changes.append(1))
    sun.async_run(EVENING)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bool(sun.slots(EVENING)) is known
    assert bool(changes) is known


@pytest.mark.parametrize(
    "options", [{"solar": {**SOLAR, "price_entities": [PRICES], "feed_in": 0.08}}]
)
async def test_it_needs_no_option(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await with_forecast(hass, sunny(8000, 8000))
    tell_prices(hass, h2=0.05)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    await want(hass, 8, clock(16))
    await settle(hass)
    # A quarter less, and what a house takes of which nothing is known.
    await wait_for(hass, lambda: site(hub, EVENING).sun)
    hub.charge_plans.async_tick()
    sun = site(hub, EVENING).sun
    assert [round(one.power_w) for one in sun] == [5500, 5500]
    assert [one.price for one in site(hub, EVENING).feed_in] == [0.08]
