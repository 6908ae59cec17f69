"""Who is told of changes, and what is counted."""

import asyncio
import logging

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.changes import Changes
from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.model import ChargePointError, ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore


@pytest.fixture
def charge_point() -> ChargePoint:
    """Return one that is not connected."""
    return ChargePoint("CP1", Ledger(MemoryStore()))


async def test_a_watcher_runs_once_however_much_changed() -> None:
    """Soon, not at once: the answer to the charge point goes first."""
    changes = Changes()
    calls: list[str] = []

    def one() -> None:
        calls.append("one")

    def two() -> None:
        calls.append("two")

    changes.watch(1, ("a", "b"), one)
    changes.watch(1, ("b",), two)
    changes.watch(2, ("a",), two)
    changes.mark(1, "a")
    changes.mark(1, "b")
    changes.mark(1, "c")
    assert calls == []
    await asyncio.sleep(0)
    assert calls == ["one", "two"]
    changes.flush()
    assert calls == ["one", "two"]


async def test_who_stops_watching_hears_nothing_more() -> None:
    """Not even of what has changed already."""
    changes = Changes()
    calls: list[str] = []

    def first() -> None:
        calls.append("first")

    def second() -> None:
        calls.append("second")

    unwatch = changes.watch(0, ("a",), first)
    unwatch_too = changes.watch(0, ("a",), second)
    changes.mark(0, "a")
    unwatch()
    unwatch()
    changes.flush()
    assert calls == ["second"]
    unwatch_too()
    unwatch_too()
    changes.mark(0, "a")
    changes.flush()
    assert calls == ["second"]


async def test_a_broken_watcher_does_not_silence_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is our bug, and told as one."""
    changes = Changes()
    calls: list[str] = []

    def broken() -> None:
        raise RuntimeError("broken")

    def sound() -> None:
        calls.append("heard")

    changes.watch(0, ("a",), broken)
    changes.watch(0, ("a",), sound)
    changes.mark(0, "a")
    changes.flush()
    assert calls == ["heard"]
    assert "A watcher of a charge point failed" in caplog.text


def test_deviations_are_counted_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However often they come."""
    caplog.set_level(logging.INFO)
    deviations = Deviations("CP1")
    for number in range(3):
        deviations.note("unit_unknown", f"{number} furlongs")
    assert deviations.counts == {"unit_unknown": 3}
    assert caplog.text.count("unit_unknown") == 1
    assert "0 furlongs" in caplog.text


def test_a_charge_point_that_invents_deviations_fills_no_memory() -> None:
    """The rest is counted together."""
    deviations = Deviations("CP1")
    for number in range(1000):
        deviations.note(f"kind:{number}", "x" * 10_000)
    assert len(deviations.counts) < 300
    assert deviations.counts["other"] > 700


async def test_a_fault_hides_whether_a_vehicle_is_there(
    charge_point: ChargePoint,
) -> None:
    """Unless a transaction runs, which needs one."""
    connector = charge_point.connector(1)
    assert (connector.plugged_in, connector.charging, connector.problem) == (
        None,
        None,
        None,
    )
    connector.update_status(ConnectorStatus.FAULTED, ChargePointError.GROUND_FAILURE)
    assert connector.plugged_in is None
    connector.set_transaction(
        charge_point.ledger.adopt(
            charge_point_id="CP1", connector_id=1, transaction_id="7"
        )
    )
    assert connector.plugged_in is True
    assert connector.problem is True


async def test_closing_lets_go_of_timers(charge_point: ChargePoint) -> None:
    """Nothing is closed in a ledger that somebody else may have by then."""
    connector = charge_point.connector(1)
    connector.set_transaction(
        charge_point.ledger.adopt(
            charge_point_id="CP1", connector_id=1, transaction_id="7"
        )
    )
    connector.update_status(ConnectorStatus.AVAILABLE, ChargePointError.NO_ERROR)
    assert connector._forgotten is not None
    charge_point.close()
    charge_point.close()
    assert connector._forgotten is None
    assert connector.transaction is not None
