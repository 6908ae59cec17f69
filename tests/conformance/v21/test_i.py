"""Tariffs and costs that the station calculates (I07 to I12)."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import CommandError
from custom_components.ocpp_cs.csms.money.plan import PricePlan
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import until
from tests.csms.v21.test_tariffs import DAY_AND_NIGHT, fixed, hourly, shown

CTRLR = "TariffCostCtrlr"

type Shows = Callable[[PricePlan | None], None]


@pytest.fixture
def shows(charge_point: ChargePoint) -> Shows:
    """Return what lets the station show prices."""
    return lambda plan: charge_point.price_board.show(shown(plan))


def tariff(price: float = 0.5, number: str = "X", **more: Any) -> dict[str, Any]:
    """Return a tariff of a user."""
    return {
        "tariffId": number,
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": price}]},
        **more,
    }


async def charging(station: ChargingStation, tag: str = "C") -> Any:
    """Begin a session, and return its bill in the station."""
    station.evses[0].plug_in(Car())
    await station.present_card(tag)
    await until(lambda: station.tariffs.bills)
    (bill,) = station.tariffs.bills.values()
    return bill


async def refused(charge_point: ChargePoint, action: str, **fields: Any) -> str:
    """Send an action that is refused, and return as what."""
    with pytest.raises(CommandError) as caught:
        await charge_point.commands.call(action, **fields)
    return str(getattr(caught.value, "status", getattr(caught.value, "code", "")))


@pytest.mark.fr("I07.FR.10", "I07.FR.12", "I07.FR.14", "I07.FR.22", "I07.FR.32")
async def test_everybody_is_charged_by_the_default_tariff(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    shows(fixed(0.3))
    await until(lambda: len(station.calls("SetDefaultTariff")) == 1)
    shows(fixed(0.4))
    await until(lambda: len(station.calls("SetDefaultTariff")) == 2)
    assert all(one["evseId"] == 0 for one in station.calls("SetDefaultTariff"))
    (one,) = station.tariffs.defaults[1]
    bill = await charging(station)
    assert bill.tariff == one
    assert one["energy"]["prices"] == [{"priceKwh": 0.4}]


@pytest.mark.fr("I07.FR.17", "I12.FR.33", "I12.FR.34", "I12.FR.37")
async def test_times_are_local(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    station.tariffs.zone = ZoneInfo("Europe/Berlin")
    shows(hourly(*DAY_AND_NIGHT * 2))
    await until(lambda: station.calls("SetDefaultTariff"))
    (sent,) = station.calls("SetDefaultTariff")
    night, day = sent["tariff"]["energy"]["prices"]
    assert night["conditions"] == {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}
    assert "conditions" not in day


@pytest.mark.fr(
    "I07.FR.02", "I07.FR.03", "I07.FR.04", "I07.FR.05", "I07.FR.06", "I07.FR.11"
)
async def test_what_a_user_sets_is_refused_for_a_reason(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    charge_point.connector(1)
    many = tariff(energy={"prices": [{"priceKwh": 1.0}] * 49})
    at_times = tariff(
        energy={"prices": [{"priceKwh": 1, "conditions": {"minEnergy": 9}}]}
    )
    call = "set_default_tariff"
    assert await refused(charge_point, call, connector_id=1, tariff=many) == (
        "too_many_elements"
    )
    station.model.put(CTRLR, "ConditionsSupported", "false", instance="Tariff")
    assert await refused(charge_point, call, connector_id=1, tariff=at_times) == (
        "condition_not_supported"
    )
    await charge_point.commands.call(call, connector_id=1, tariff=tariff())
    assert station.tariffs.default(1) == tariff()
    assert await refused(charge_point, call, connector_id=1, tariff=tariff()) == (
        "duplicate_tariff_id"
    )
    assert await refused(
        charge_point, call, connector_id=7, tariff=tariff(number="Y")
    ) == ("rejected")
    empty = {"tariffId": "Z", "currency": "EUR"}
    assert await refused(charge_point, call, connector_id=1, tariff=empty) == "rejected"


@pytest.mark.fr("I07.FR.01", "I11.FR.01")
async def test_a_station_without_tariffs_gets_none(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    station.model.put(CTRLR, "Enabled", "false", instance="Tariff")
    for action, fields in (
        ("set_default_tariff", {"connector_id": 0}),
        ("change_transaction_tariff", {"transaction_id": "T"}),
    ):
        assert await refused(charge_point, action, tariff=tariff(), **fields) == (
            "NotSupported"
        )


@pytest.mark.fr("I07.FR.30")
async def test_who_does_not_accept_the_price_is_not_charged(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    await charging(station)
    connector = charge_point.connector(1)
    await until(lambda: connector.transaction is not None)
    station.tariffs.refuse(station.evses[0])
    await until(lambda: connector.transaction is None)


@pytest.mark.fr("I08.FR.01", "I08.FR.08", "I08.FR.09", "I08.FR.04", "I08.FR.06")
@pytest.mark.fr("I08.FR.22")
async def test_a_driver_has_a_tariff_of_their_own(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    charge_point.price_board.plan_of = lambda id_tag, vehicle: fixed(
        {"A": 0.1, "B": 0.2}.get(id_tag, 0.3)
    )
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    ids = [station.tariffs.default(1)]
    for tag in ("A", "B"):
        bill = await charging(station, tag)
        assert "validFrom" not in bill.tariff
        ids.append(bill.tariff)
        await station.present_card(tag)
        await until(lambda: not station.tariffs.bills)
        await station.unplug()
    assert len({one["tariffId"] for one in ids if one}) == 3
    assert station.tariffs.drivers == {}


@pytest.mark.fr("I08.FR.30", "I08.FR.33", "I08.FR.34", "I08.FR.37")
async def test_a_tariff_that_the_station_cannot_use(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    """It charges all the same, is no defect, and is told the cost by us."""
    station.model.put(CTRLR, "HandleFailedTariff", "CentralCost", instance="Tariff")
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    charge_point.price_board.plan_of = lambda id_tag, vehicle: hourly(0.1, 0.2)
    station.model.put(CTRLR, "ConditionsSupported", "false", instance="Tariff")
    station.evses[0].plug_in(Car())
    await station.present_card("A")
    connector = charge_point.connector(1)
    await until(lambda: connector.transaction is not None)
    await until(lambda: "tariff_problem" in charge_point.deviations.counts)
    assert station.tariffs.bills == {}
    await until(lambda: connector.status == "charging")


@pytest.mark.fr("I09.FR.01", "I09.FR.02", "I09.FR.03", "I09.FR.04", "I09.FR.05")
@pytest.mark.fr("I09.FR.06", "I10.FR.01", "I10.FR.02", "I10.FR.03", "I10.FR.06")
@pytest.mark.fr("I10.FR.07")
async def test_which_tariffs_there_are(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    call = charge_point.commands.call
    assert (await call("get_tariffs", connector_id=0))["status"] == "no_tariff"
    await call("set_default_tariff", connector_id=1, tariff=tariff())
    station.tariffs.drivers["a", "ISO14443"] = tariff(number="A")
    await charging(station, "A")
    (default, driver) = (await call("get_tariffs", connector_id=1))[
        "tariff_assignments"
    ]
    assert (default["tariff_id"], default["evse_ids"]) == ("X", [1])
    assert (driver["tariff_kind"], driver["evse_ids"]) == ("driver_tariff", [1])
    assert driver["id_tokens"] == ["a"]
    answer = await call("clear_tariffs", tariff_ids=["unknown"])
    assert answer["clear_tariffs_result"] == [{"status": "no_tariff"}]
    answer = await call("clear_tariffs", connector_id=1)
    assert answer["clear_tariffs_result"] == [{"status": "accepted", "tariff_id": "X"}]
    (bill,) = station.tariffs.bills.values()
    assert bill.tariff["tariffId"] == "A"


@pytest.mark.fr("I11.FR.02", "I11.FR.03", "I11.FR.04", "I11.FR.05", "I11.FR.06")
@pytest.mark.fr("I11.FR.07", "I11.FR.08")
async def test_another_tariff_within_a_session(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    call = "change_transaction_tariff"
    await charge_point.commands.call(
        "set_default_tariff", connector_id=0, tariff=tariff()
    )
    bill = await charging(station)
    number = station.evses[0].transaction_id
    many = tariff(energy={"prices": [{"priceKwh": 1.0}] * 49})
    for wrong, status in (
        ({"tariff": many}, "too_many_elements"),
        ({"tariff": tariff(currency="CHF")}, "no_currency_change"),
        ({"tariff": tariff(), "transaction_id": "T"}, "tx_not_found"),
    ):
        fields: dict[str, Any] = {"transaction_id": number, **wrong}
        assert await refused(charge_point, call, **fields) == status
    await charge_point.commands.call(
        call, transaction_id=number, tariff=tariff(0.7, "Y")
    )
    assert bill.tariff["tariffId"] == "Y"
    station.model.put(CTRLR, "ConditionsSupported", "false", instance="Tariff")
    at_times = tariff(
        energy={"prices": [{"priceKwh": 1, "conditions": {"minEnergy": 9}}]}
    )
    assert (
        await refused(charge_point, call, transaction_id=number, tariff=at_times)
        == "condition_not_supported"
    )


@pytest.mark.fr("I12.FR.01", "I12.FR.02", "I12.FR.03", "I12.FR.04", "I12.FR.09")
@pytest.mark.fr("I12.FR.12", "I12.FR.16", "I12.FR.17", "I12.FR.41", "I12.FR.42")
async def test_what_a_session_costs(
    charge_point: ChargePoint, station: ChargingStation, shows: Shows
) -> None:
    """Running costs are answered, and the last ones are kept beside our own."""
    station.model.put(CTRLR, "Interval", "10", instance="Cost")
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    bill = await charging(station)
    connector = charge_point.connector(1)
    await until(lambda: bill.told_at is not None and bill.energy_wh > 50)
    await station.present_card("C")
    await until(charge_point.reported["costs"])
    (told,) = charge_point.reported["costs"]()
    assert told["cost"] == pytest.approx(bill.total(), abs=1e-5)
    assert told["cost"] == pytest.approx(0.3 * told["energy"] / 1000, abs=1e-5)
    assert (told["currency"], told["kind"]) == ("EUR", "NormalCost")
    assert told["periods"] == 1
    await until(lambda: connector.transaction is None)


@pytest.mark.fr("I12.FR.14", "I12.FR.15")
async def test_a_station_that_cannot_calculate(
    charge_point: ChargePoint,
    station: ChargingStation,
    shows: Shows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is noted, and our cost counts as ever."""
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    bill = await charging(station)
    whole = type(bill).details
    monkeypatch.setattr(
        type(bill),
        "details",
        lambda self, *, last: (
            whole(self, last=last)
            | {"failureToCalculate": True, "failureReason": "no clock"}
        ),
    )
    await station.present_card("C")
    await until(charge_point.reported["costs"])
    (told,) = charge_point.reported["costs"]()
    assert told["failure"] == "no clock"
    assert charge_point.deviations.counts == {"cost_not_calculated": 1}


@pytest.mark.parametrize(
    "garbage",
    [
        {},
        {"totalCost": "x", "totalUsage": 3},
        {"totalCost": {"currency": "EUR", "typeOfCost": "?", "total": {}}},
        {"chargingPeriods": []},
    ],
)
async def test_nonsense_of_a_station_costs_nothing(
    charge_point: ChargePoint,
    station: ChargingStation,
    shows: Shows,
    monkeypatch: pytest.MonkeyPatch,
    garbage: dict[str, Any],
) -> None:
    """The session ends all the same (I12)."""
    shows(fixed(0.3))
    await until(lambda: station.calls("SetDefaultTariff"))
    bill = await charging(station)
    connector = charge_point.connector(1)
    await until(lambda: connector.transaction is not None)
    monkeypatch.setattr(station, "show", lambda text: None)
    monkeypatch.setattr(type(bill), "details", lambda self, *, last: garbage)
    monkeypatch.setattr(station.tariffs, "is_priced", lambda transaction_id: True)
    await station.present_card("C")
    await until(lambda: connector.transaction is None)
    await until(lambda: station.outbox.idle)
    assert station.link.last_error is None
