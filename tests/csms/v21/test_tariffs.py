"""Tariffs of a station of OCPP 2.1 that calculates costs itself, over a real socket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.money.plan import (
    Messages,
    Piece,
    PricePlan,
    ShownPrices,
)
from custom_components.ocpp_cs.csms.v2.money.elements import (
    agrees,
    elements_of,
    price_at,
    tariff_of,
)
from custom_components.ocpp_cs.csms.v2.money.tariffs import Tariffs
from simulator import ChargingStation
from simulator.car import Car
from simulator.v2.shown.bill import Bill, Moment, applies, with_taxes
from tests.csms.test_central_system import World, until

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 2, tzinfo=BERLIN)
"""A Monday."""


def fixed(price: float, currency: str = "EUR") -> PricePlan:
    """Return a price that stays."""
    return PricePlan(
        currency=currency,
        pieces=(Piece(start=BEGIN, price=price),),
        text=f"{price} {currency}/kWh",
        language="en",
    )


def shown(plan: PricePlan | None) -> ShownPrices:
    """Return what a board shows with that plan."""
    return ShownPrices(
        currency="EUR" if plan is None else plan.currency,
        messages={"de": Messages(tariff="0,35 EUR/kWh", total="siehe App")},
        plan=plan,
    )


def hourly(*prices: float, begin: datetime = BEGIN) -> PricePlan:
    """Return a plan with a price for each hour."""
    utc = begin.astimezone(UTC)
    times = [(utc + timedelta(hours=n)).astimezone(BERLIN) for n in range(len(prices))]
    return PricePlan(
        currency="EUR",
        pieces=tuple(
            Piece(start=time, price=price)
            for n, (time, price) in enumerate(zip(times, prices, strict=True))
            if n == 0 or prices[n - 1] != price
        ),
        until=(utc + timedelta(hours=len(prices))).astimezone(BERLIN),
    )


DAY_AND_NIGHT = [0.2] * 6 + [0.4] * 16 + [0.2] * 2


# From prices to elements ------------------------------------------------------------


def test_prices_by_the_hour_have_dates() -> None:
    plan = hourly(*(0.2 + hour / 100 for hour in range(36)))
    elements = elements_of(plan, 96)
    assert elements[0] == {
        "priceKwh": 0.2,
        "conditions": {
            "validFromDate": "2026-03-02",
            "validToDate": "2026-03-03",
            "endTimeOfDay": "01:00",
        },
    }
    assert elements[-1] == {"priceKwh": 0.55}
    assert len(elements) == 36


def test_what_repeats_each_day_needs_no_dates() -> None:
    elements = elements_of(hourly(*DAY_AND_NIGHT * 2), 96)
    assert elements == [
        {
            "priceKwh": 0.2,
            "conditions": {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"},
        },
        {"priceKwh": 0.4},
    ]


@pytest.mark.parametrize("begin", [BEGIN, datetime(2026, 3, 28, 12, tzinfo=BERLIN)])
@pytest.mark.parametrize(
    "prices", [DAY_AND_NIGHT * 2, [n % 7 / 10 for n in range(40)], [0.3]]
)
@pytest.mark.parametrize("most", [1, 2, 5, 96])
def test_a_station_calculates_the_same_prices(
    begin: datetime, prices: list[float], most: int
) -> None:
    """The simulator reads conditions by itself; summer time begins on 29 March."""
    plan = hourly(*prices, begin=begin)
    elements = elements_of(plan, most)
    assert len(elements) <= most
    checked = 0
    for step in range(4 * len(prices)):
        time = begin.astimezone(UTC) + timedelta(minutes=15 * step)
        local = time.astimezone(BERLIN)
        if most < 96 and local >= plan.cut(1).pieces[0].start + timedelta(hours=1):
            break
        used = next(
            one
            for one in elements
            if applies(one.get("conditions"), Moment(time=time), BERLIN)
        )
        assert used["priceKwh"] == price_at(elements, local) == plan.at(local)
        checked += 1
    assert checked
    assert agrees(elements, plan, begin, most)


def test_a_tariff_is_renewed_only_for_another_price() -> None:
    prices = [n % 7 / 10 for n in range(48)]
    elements = elements_of(hourly(*prices), 96)
    later = BEGIN + timedelta(hours=5)
    assert agrees(elements, hourly(*prices[5:], begin=later), later, 96)
    changed = [*prices[5:20], 9.0, *prices[21:]]
    assert not agrees(elements, hourly(*changed, begin=later), later, 96)
    # What was not known before is to be told.
    more = hourly(*prices[5:], 9.0, begin=later)
    assert not agrees(elements, more, later, 96)
    # With room for three, the fourth is told before it begins.
    few = elements_of(hourly(*prices), 3)
    assert agrees(few, hourly(*prices), BEGIN, 3)
    assert not agrees(
        few,
        hourly(*prices[1:], begin=BEGIN + timedelta(hours=1)),
        BEGIN + timedelta(hours=1),
        3,
    )


def test_ids_follow_from_the_contents() -> None:
    one, two = fixed(0.3), fixed(0.31)
    ids = {
        tariff_of(plan, elements_of(plan, 9))["tariffId"] for plan in (one, two, one)
    }
    assert len(ids) == 2


# A bill of the simulator ------------------------------------------------------------


def test_a_bill_by_the_time_of_day() -> None:
    """Half of it at night, with taxes upon taxes, a fee, and the most that it costs."""
    tariff: dict[str, Any] = {
        "tariffId": "T",
        "currency": "EUR",
        "fixedFee": {"prices": [{"priceFixed": 1.0}]},
        "energy": {
            "prices": elements_of(hourly(*DAY_AND_NIGHT * 2), 96),
            "taxRates": [
                {"type": "vat", "tax": 20},
                {"type": "x", "tax": 50, "stack": 1},
            ],
        },
    }
    begin = BEGIN + timedelta(hours=21)
    bill = Bill(tariff=tariff, zone=BERLIN, begun=begin, at=begin, register_wh=0.0)
    bill.read(begin + timedelta(hours=2), 4000.0)
    assert bill.total() == pytest.approx(1 + (2 * 0.4 + 2 * 0.2) * 1.2 * 1.5)
    assert with_taxes(1.0, tariff["energy"]["taxRates"]) == pytest.approx(1.8)
    details = bill.details(last=True)
    assert [one["dimensions"][0]["volume"] for one in details["chargingPeriods"]] == [
        pytest.approx(2000, abs=1),
        pytest.approx(2000, abs=1),
    ]
    least = bill.tariff["minCost"] = {"exclTax": 10.0}
    assert bill.details(last=True)["totalCost"]["total"] == least
    bill.tariff["maxCost"] = {"inclTax": 2.0}
    bill.read(begin + timedelta(hours=3), 5000.0)
    stopped = bill.total()
    bill.read(begin + timedelta(hours=4), 6000.0)
    assert bill.total() == stopped
    assert bill.details(last=False)["totalCost"]["typeOfCost"] == "MaxCost"


# Over a socket ----------------------------------------------------------------------


@pytest.fixture
async def charge_point(world: World) -> ChargePoint:
    """Return a charge point that is to show 0.30 EUR."""
    charge_point = world.adopt()
    charge_point.price_board.show(shown(fixed(0.3)))
    return charge_point


@pytest.fixture
async def station(
    world: World, charge_point: ChargePoint
) -> AsyncIterator[ChargingStation]:
    """Return a station that has its default tariff."""
    async with made(world) as station:
        await until(lambda: station.calls("SetDefaultTariff"))
        await until(lambda: charge_point.capabilities.tariffs)
        yield station


def made(world: World, **values: str) -> ChargingStation:
    """Return a station that is to connect."""
    station = ChargingStation(
        f"ws://127.0.0.1:{world.central_system.port}",
        "CP1",
        version="2.1",
        time_factor=20.0,
        sample_interval=60,
    )
    for name, value in values.items():
        station.model.put("TariffCostCtrlr", name, value, instance="Tariff")
    station.tariffs.zone = BERLIN
    return station


def price(station: ChargingStation) -> Any:
    """Return the prices of the default tariff of the first EVSE."""
    tariff = station.tariffs.default(1)
    return tariff and [one["priceKwh"] for one in tariff["energy"]["prices"]]


async def test_a_new_connection_sets_nothing_again(
    world: World, charge_point: ChargePoint, station: ChargingStation
) -> None:
    """The station keeps its tariffs; it is asked once which ones it has (I09)."""
    assert price(station) == [0.3]
    await station.link.hang_up()
    station.link.go_online()
    await until(lambda: len(station.calls("GetTariffs")) == 2)
    charge_point.price_board.show(shown(fixed(0.4)))
    await until(lambda: price(station) == [0.4])
    assert len(station.calls("SetDefaultTariff")) == 2
    # Prices that are not to be shown any more go, and the messages with them.
    assert station.model.text("TariffCostCtrlr", "TariffFallbackMessage", "de")
    charge_point.price_board.show(None)
    await until(lambda: price(station) is None)
    await until(
        lambda: not station.model.text("TariffCostCtrlr", "TariffFallbackMessage", "de")
    )
    assert charge_point.deviations.counts == {}


async def test_what_others_set_is_left_alone(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """A tariff of an action stays until the prices here change, and is not cleared."""
    theirs = {
        "tariffId": "X",
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": 1}]},
    }
    station.tariffs.defaults[1] = [theirs]
    charge_point.price_board.show(shown(None))
    await until(lambda: station.calls("ClearTariffs"))
    assert price(station) == [1]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("MaxElements", "1", None),
        ("ConditionsSupported", "false", None),
        (None, "TooManyElements", "too_many_elements"),
        (None, "ConditionNotSupported", "condition_not_supported"),
    ],
)
async def test_a_station_that_takes_less(
    world: World,
    charge_point: ChargePoint,
    name: str | None,
    value: str,
    status: str | None,
) -> None:
    """It gets the price of now, and the next one when that begins."""
    now = datetime.now(BERLIN).replace(minute=0, second=0, microsecond=0)
    charge_point.price_board.show(shown(hourly(0.3, 0.4, 0.5, begin=now)))
    async with made(world, **({name: value} if name else {})) as station:
        if name is None:
            whole = station.tariffs.handlers["SetDefaultTariff"]
            station.handlers["SetDefaultTariff"] = lambda payload: (
                {"status": value}
                if len(payload["tariff"]["energy"]["prices"]) > 1
                else whole(payload)
            )
        await until(lambda: price(station) == [0.3])
        assert len(station.calls("SetDefaultTariff")) == (1 if status is None else 2)
        charge_point.price_board.show(shown(hourly(0.3, 0.4, begin=now)))
        charge_point.price_board.show(shown(hourly(0.4, 0.5, begin=now)))
        await until(lambda: price(station) == [0.4])
    counts = charge_point.deviations.counts
    assert counts == ({} if status is None else {f"tariff_refused:{status}": 1})


@pytest.mark.parametrize("answer", ["Rejected", "DuplicateTariffId", "NotSupported"])
async def test_refusals_are_told_once(
    world: World, charge_point: ChargePoint, answer: str
) -> None:
    async with made(world) as station:
        if answer == "NotSupported":
            for name in station.tariffs.handlers:
                del station.handlers[name]
        else:
            station.handlers["SetDefaultTariff"] = lambda payload: {"status": answer}
        await until(lambda: charge_point.deviations.counts)
        (kind,) = charge_point.deviations.counts
        assert kind.startswith("tariff_refused:")
        tariffs = charge_point.part(Tariffs)
        await until(lambda: tariffs.idle)
        sent = len(station.calls("SetDefaultTariff"))
        assert (
            sent == {"Rejected": 1, "DuplicateTariffId": 2, "NotSupported": 0}[answer]
        )
        tariffs.start()
        await until(lambda: tariffs.idle)
        assert len(station.calls("SetDefaultTariff")) == sent


async def test_a_session_by_the_default_tariff(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """The station calculates; a new price counts from when it is told on (I11)."""
    station.evses[0].plug_in(Car())
    await station.present_card("C")
    await until(lambda: station.tariffs.bills)
    (bill,) = station.tariffs.bills.values()
    connector = charge_point.connector(1)
    await until(lambda: connector.transaction is not None)
    assert "0.3 EUR/kWh" in station.shown
    charge_point.price_board.plan_of = lambda id_tag, vehicle: fixed(0.5)
    connector.tick()
    await until(lambda: bill.tariff["energy"]["prices"] == [{"priceKwh": 0.5}])
    for _ in range(3):
        connector.tick()
    charge_point.price_board.show(shown(fixed(0.4)))
    await until(lambda: price(station) == [0.4])
    assert len(station.calls("ChangeTransactionTariff")) == 1
    await station.present_card("C")
    await until(lambda: connector.transaction is None)
    (told,) = charge_point.reported["costs"]()
    assert told["cost"] == pytest.approx(bill.total(), abs=1e-5)
    assert told["currency"] == "EUR"


async def test_a_driver_has_another_tariff(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """It comes with the authorization, and only where it differs (I08)."""
    charge_point.price_board.plan_of = lambda id_tag, vehicle: fixed(
        0.1 if id_tag == "STAFF" else 0.3
    )
    await station.present_card("OTHER")
    assert station.tariffs.drivers == {}
    await station.present_card("OTHER")
    station.evses[0].plug_in(Car())
    await station.present_card("STAFF")
    await until(lambda: station.tariffs.bills)
    (bill,) = station.tariffs.bills.values()
    assert bill.tariff["energy"]["prices"] == [{"priceKwh": 0.1}]
    assert "validFrom" not in bill.tariff
    charge_point.connector(1).tick()
    await station.present_card("STAFF")
    await until(lambda: not station.tariffs.bills)
    assert station.tariffs.drivers == {}
    assert station.calls("ChangeTransactionTariff") == []
