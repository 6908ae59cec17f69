"""What vehicles give back is booked as the station meters it, to its last message (Q)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from custom_components.ocpp_cs.csms.transactions.parts.pricing import Pricing
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station, device_model, reading, value, variable

from .conftest import Box

EXPORT = "Energy.Active.Export.Register"
V2X = [
    variable("V2XChargingCtrlr", "Enabled", "true", data_type="boolean"),
    variable(
        "V2XChargingCtrlr",
        "SupportedOperationModes",
        "ChargingOnly,CentralSetpoint",
        data_type="MemberList",
    ),
    variable(
        "SmartChargingCtrlr",
        "SupportsMaxOfflineDuration",
        "true",
        data_type="boolean",
    ),
]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Return a central system that listens; what is given back is worth 0.50 each kWh."""
    monkeypatch.setattr(
        "tests.csms.test_central_system.Ledger",
        lambda storage: Ledger(storage, pricing=Pricing(discharged=lambda: 0.5)),
    )
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture
async def box(world: World) -> AsyncIterator[Box]:
    """Return a station that discharges vehicles, by frames that the test makes."""
    charge_point = world.adopt()
    async with V2Station.of(
        world, model=device_model() + V2X, version="2.1"
    ) as station:
        await station.booted(world)
        await until(charge_point.link._setup.done)
        assert charge_point.connector(1).bidirectional.modes
        yield Box(charge_point, station, [])


def meter(
    exported: float, context: str = "Sample.Periodic", imported: float = 5000
) -> list[Any]:
    """Return values with both registers."""
    return [
        reading(
            value(imported, context=context),
            value(exported, EXPORT, context=context),
        )
    ]


def booked(charge_point: ChargePoint, transaction_id: str = "T-1") -> Transaction:
    """Return the transaction, and check that its value is that of its energy."""
    found = charge_point.ledger.find_told("CP1", transaction_id, 1)
    assert found is not None
    given, worth = found.details.export_wh, found.details.export_value
    assert worth == (None if given is None else pytest.approx(given / 2000))
    return found


async def test_the_last_register_counts(box: Box) -> None:
    """Also if only the end has it; the end once more, and what is late, change nothing."""
    event, charge_point = box.station.event, box.charge_point
    connector = charge_point.connector(1)
    await event("Started", token="C", values=meter(900, "Transaction.Begin"))
    await event("Updated", values=meter(950))
    assert booked(charge_point).details.export_wh == 50
    last = meter(1000, "Transaction.End")
    await event("Ended", values=last, reason="EVDisconnected")
    assert booked(charge_point).details.export_wh == 100
    latest = connector.latest_transaction
    assert latest is not None and latest.details.export_wh == 100
    assert latest.end is not None
    assert connector.measurements["energy_export"] == 1000
    await event("Ended", values=last, seq=2)
    await event("Updated", values=meter(975), seq=1, offline=True)
    # Not of this session.
    await box.station.call("MeterValues", {"evseId": 1, "meterValue": meter(1100)})
    assert booked(charge_point).details.export_wh == 100


async def test_what_comes_late_counts(box: Box) -> None:
    """Without a connection, out of order, with the beginning last, or not at all."""
    event, charge_point = box.station.event, box.charge_point
    begun = meter(100, "Transaction.Begin")
    # The end comes before the rest.
    await event("Updated", "A", values=meter(140), seq=1, offline=True, seconds=-50)
    ended = meter(200, "Transaction.End")
    await event("Ended", "A", values=ended, seq=2, offline=True, seconds=-40)
    assert booked(charge_point, "A").details.export_wh == 60
    await event("Started", "A", values=begun, seq=0, offline=True, seconds=-60)
    assert booked(charge_point, "A").details.export_wh == 100
    # Only the end arrives, which has the beginning as well.
    await event(
        "Ended",
        "B",
        values=meter(200, "Transaction.Begin") + meter(260, "Transaction.End"),
        seq=7,
        offline=True,
        seconds=-10,
    )
    assert booked(charge_point, "B").details.export_wh == 60


async def test_what_no_car_can_give_does_not_count(box: Box) -> None:
    """A register that jumps, falls or begins anew leaves what is known."""
    event, charge_point = box.station.event, box.charge_point
    await event("Started", token="C", values=meter(900, "Transaction.Begin"))
    for wh in (950, 9e8, 0, 20, -5, 960):
        await event("Updated", values=meter(wh))
    await event("Ended", values=meter(7e9, "Transaction.End"))
    assert booked(charge_point).details.export_wh == 60
    await event("Started", "T-2", values=meter(960, "Transaction.Begin"))
    assert booked(charge_point, "T-2").details.export_wh is None
    # A value without an id is of the session that runs, but not if it is older.
    before = meter(970)
    before[0]["timestamp"] = "2020-01-01T00:00:00Z"
    await box.station.call("MeterValues", {"evseId": 1, "meterValue": before})
    assert booked(charge_point, "T-2").details.export_wh is None
    await box.station.call("MeterValues", {"evseId": 1, "meterValue": meter(965)})
    assert booked(charge_point, "T-2").details.export_wh == 5
