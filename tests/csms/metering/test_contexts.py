"""What a sample is about: of one list, the newest in meaning counts."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointError,
    ConnectorStatus,
    utcnow,
)
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from tests.csms.metered import (
    CURRENT,
    ENERGY,
    NOON,
    POWER,
    Charger,
    Json,
    entry,
    phases,
    sample,
    values_of,
)

BEGIN = "Transaction.Begin"


@pytest.fixture
def charger() -> Charger:
    return Charger()


def in_every_order(*samples: Json) -> Any:
    return pytest.mark.parametrize("samples", [list(p) for p in permutations(samples)])


@in_every_order(
    sample(163_630, ENERGY, context="Sample.Periodic"),
    sample(157_440, ENERGY, context=BEGIN),
    sample(4264, POWER, context="Sample.Periodic"),
    sample(0, POWER, context=BEGIN),
)
@pytest.mark.parametrize("apart", [False, True])
def test_what_was_at_the_beginning_is_not_now(
    charger: Charger, samples: list[Json], apart: bool
) -> None:
    """In one entry or in several of one time, at first and ever after."""
    for second in range(3):
        time = NOON + timedelta(seconds=second)
        if apart:
            reading = charger.send_entries(
                *(entry(one, at=time) for one in samples), now=time
            )
        else:
            reading = charger.send(*samples, at=time)
        assert charger.values == {"energy": 163_630.0, "power": 4264.0}
        assert [(one.wh, one.context) for one in reading.registers] == [
            (157_440, BEGIN),
            (163_630, "Sample.Periodic"),
        ]
    assert charger.noted == {}


@in_every_order(
    sample(1000, ENERGY, context=BEGIN),
    sample(1100, ENERGY, context="Interruption.Begin"),
    sample(1200, ENERGY, context="Interruption.End"),
    sample(1300, ENERGY),
)
def test_from_the_oldest_meaning_to_the_newest(
    charger: Charger, samples: list[Json]
) -> None:
    charger.send(*samples)
    assert charger.values == {"energy": 1300.0}


@pytest.mark.parametrize("context", [BEGIN, "Interruption.Begin"])
def test_the_beginning_alone_counts(charger: Charger, context: str) -> None:
    charger.send(
        sample(5000, ENERGY, context=context), sample(3, CURRENT, context=context)
    )
    assert charger.values == {"energy": 5000.0, "current": 3.0}


def test_the_last_of_equal_ones_counts(charger: Charger) -> None:
    for second, (one, two) in enumerate(((10, 20), (40, 30))):
        charger.send(
            sample(one, POWER, context="Trigger"),
            sample(two, POWER, context="Sample.Clock"),
            at=NOON + timedelta(seconds=second),
        )
        assert charger.values == {"power": two}


def test_totals_follow_from_phases_of_now(charger: Charger) -> None:
    charger.send(
        *phases(CURRENT, 6, 7, 8),
        *phases(CURRENT, 0, 0, 0, context=BEGIN),
        *phases(ENERGY, 100, 200, 300),
        *phases(ENERGY, 90, 90, 90, context=BEGIN),
    )
    assert charger.values["current"] == 8
    assert charger.values["energy"] == 600
    assert charger.values["energy_l1"] == 100


def test_what_rises_since_the_beginning_is_no_jump(charger: Charger) -> None:
    """The beginning may be hours ago, though it is told now."""
    charger.send(sample(0, ENERGY, context=BEGIN))
    charger.send(sample(150_000, ENERGY), at=NOON + timedelta(seconds=1))
    assert charger.values["energy"] == 150_000


@pytest.mark.parametrize("first", [True, False])
def test_a_transaction_from_before_begins_where_it_began(first: bool) -> None:
    """One that is adopted by values that tell its beginning, too."""
    connector = ChargePoint("CP1", Ledger(MemoryStore())).connector(1)
    connector.update_status(ConnectorStatus.CHARGING, ChargePointError.NO_ERROR)
    begin = sample(157_440, ENERGY, context=BEGIN)
    for wh in (163_630, 163_700):
        now = sample(wh, ENERGY, context="Sample.Periodic")
        samples = [begin, now] if first else [now, begin]
        connector.update_meter(
            values_of(entry(*samples, at=utcnow())), transaction_id="7"
        )
        assert connector.session_energy_wh == wh - 157_440
