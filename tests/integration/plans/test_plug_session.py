"""What is known of vehicles, and what they were given since they were plugged in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.plans.plug_session import PlugIn, Vehicle

START = datetime(2026, 1, 20, 18, tzinfo=UTC)


def transaction(number: int, wh: float, **data: Any) -> Transaction:
    return Transaction(
        id=str(number),
        seq=number,
        charge_point_id="CP1",
        connector_id=1,
        id_tag="TAG",
        start=START,
        reported_start=START + timedelta(minutes=number),
        meter_start_wh=1000.0,
        register_wh=1000.0 + wh,
        **data,
    )


def ended(one: Transaction, reason: str = "local") -> Transaction:
    return replace(one, end=START, reason=reason)


def connector(latest: Transaction | None, *, plugged_in: bool | None = True) -> Any:
    return SimpleNamespace(latest_transaction=latest, plugged_in=plugged_in)


def test_all_transactions_of_a_vehicle_count() -> None:
    told = connector(ended(transaction(1, 9000)), plugged_in=None)
    plug = PlugIn(told)
    plug.update()
    assert plug.kwh == 0
    told.plugged_in, told.latest_transaction = True, transaction(2, 3000)
    assert plug.update()
    assert plug.kwh == 3
    told.latest_transaction = ended(transaction(2, 4000))
    # What only counts on is not written down each time.
    assert not plug.update()
    told.latest_transaction = transaction(3, 500)
    plug.update()
    assert plug.kwh == 4.5
    told.plugged_in, told.latest_transaction = False, ended(transaction(3, 600))
    plug.update()
    assert plug.kwh == 0
    # A charger tells it late: still the vehicle from before.
    told.plugged_in = True
    plug.update()
    assert plug.kwh == 0


def test_one_that_left_while_nobody_looked() -> None:
    told = connector(transaction(1, 3000))
    plug = PlugIn(told)
    plug.update()
    told.latest_transaction = ended(transaction(1, 5000), "ev_disconnected")
    plug.update()
    told.latest_transaction = transaction(2, 100)
    plug.update()
    assert plug.kwh == 0.1


def test_it_goes_on_after_a_restart() -> None:
    told = connector(transaction(1, 3000))
    plug = PlugIn(told)
    plug.update()
    record = plug.record()
    # Meanwhile another transaction began.
    told.latest_transaction = transaction(2, 700)
    new = PlugIn(told)
    new.load(record)
    new.update()
    assert new.kwh == 3.7
    for odd in (None, 7, {"base": "nan", "wh": -5, "old": 3}):
        other = PlugIn(told)
        other.load(odd)
        other.update()
        assert other.kwh == 0.7


def test_how_a_vehicle_charges_is_remembered() -> None:
    vehicle = Vehicle()
    assert not vehicle.observe(lines=None, cap_a=None, power_w=None)
    assert vehicle.observe(lines=1, cap_a=None, power_w=3680.0)
    assert vehicle.observe(lines=1, cap_a=16.0, power_w=3680.0)
    # When it is nearly full it takes less.
    assert not vehicle.observe(lines=1, cap_a=7.0, power_w=1600.0)
    vehicle.left()
    other = Vehicle()
    other.load(vehicle.record())
    assert (other.lines, other.cap_a) == (1, 16.0)
    # Another one takes more.
    assert other.observe(lines=3, cap_a=None, power_w=690.0 * 20)
    assert (other.lines, other.cap_a) == (3, None)
    for odd in (None, {"lines": 7, "cap_a": "inf", "soc": "x"}):
        other = Vehicle()
        other.load(odd)
        assert (other.lines, other.cap_a) == (None, None)


def test_a_state_of_charge_goes_on_by_itself() -> None:
    vehicle = Vehicle()

    def missing(one: Vehicle, soc: float | None, kwh: float) -> float | None:
        one.take_soc(soc, kwh, START)
        return one.missing_kwh(80, 50, kwh)

    assert missing(vehicle, None, 0) is None
    assert missing(vehicle, 40, 0) == pytest.approx(22.2, abs=0.1)
    assert missing(vehicle, 40, 9) == pytest.approx(13.2, abs=0.1)
    other = Vehicle()
    other.load(vehicle.record())
    assert missing(other, None, 9) == pytest.approx(13.2, abs=0.1)
    # Another time it is plugged in, at what it said last.
    assert missing(other, 40, 0) == pytest.approx(22.2, abs=0.1)
    assert missing(other, 80, 0) == 0
    # What it said before it left tells nothing of what it has when it comes back.
    other.left()
    assert missing(other, None, 0) is None


def test_a_state_of_charge_of_nothing_is_believed_late() -> None:
    vehicle = Vehicle()

    def missing(soc: float | None, minutes: float) -> float | None:
        vehicle.take_soc(soc, 0, START + timedelta(minutes=minutes))
        return vehicle.missing_kwh(100, 45, 0)

    # Just plugged in: the car has not told it yet.
    assert missing(0, 0) is None
    assert missing(0, 4) is None
    assert missing(50, 4.5) == pytest.approx(25)
    # A slip, and another one: they do not add up.
    assert missing(0, 5) == pytest.approx(25)
    assert missing(50, 6) == pytest.approx(25)
    assert missing(0, 10) == pytest.approx(25)
    # It is empty, indeed.
    assert missing(0, 16) == pytest.approx(50)
    # The clock was set back meanwhile.
    assert missing(0, -60) == pytest.approx(50)


def test_how_sure_the_state_of_charge_is() -> None:
    vehicle = Vehicle()
    assert vehicle.unsure_kwh(50, 0) == 0
    # It may be of the day before.
    vehicle.take_soc(40, 0, START)
    assert vehicle.unsure_kwh(50, 0) == pytest.approx(5)
    vehicle.take_soc(45, 3, START)
    assert vehicle.unsure_kwh(50, 3) == pytest.approx(1)
    # What it got since is reckoned.
    assert vehicle.unsure_kwh(50, 23) == pytest.approx(2)
    other = Vehicle()
    other.load(vehicle.record())
    assert other.unsure_kwh(50, 23) == pytest.approx(2)
    other.left()
    other.take_soc(45, 0, START)
    assert other.unsure_kwh(50, 0) == pytest.approx(5)
