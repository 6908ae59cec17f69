"""Readings of a register that cannot be are held back, and real ones come through."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.metering.metering import Meter
from tests.csms.metered import ENERGY, NOON, Charger, entry, phases, sample, values_of

EXPORT = "Energy.Active.Export.Register"

type Told = tuple[float | None, ...]


@pytest.fixture
def charger() -> Charger:
    return Charger()


def shown_after(charger: Charger, told: Told, seconds: float = 10.0) -> list[float]:
    """Return what is shown after each reading."""
    shown = []
    for index, wh in enumerate(told):
        time = NOON + timedelta(seconds=index * seconds)
        charger.send(sample(wh, ENERGY, unit="Wh"), at=time)
        shown.append(charger.values.get("energy", -1.0))
    return shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        # One slip, down or up, and two of them that do not agree.
        ((16_000_100, 0, 16_000_120), (16_000_100, 16_000_100, 16_000_120)),
        ((1000, 99_999_999, 1020), (1000, 1000, 1020)),
        ((1000, 99_999_999, 0, 1020), (1000, 1000, 1000, 1020)),
        ((1000, 999, 1000, 998, 1001), (1000, 1000, 1000, 1000, 1001)),
        # A meter that truly begins anew, or was replaced by one that shows more.
        ((16_000_100, 0, 15, 40), (16_000_100, 16_000_100, 15, 40)),
        ((16_000_100, 0, 0), (16_000_100, 16_000_100, 0)),
        ((100, 5_000_000, 5_000_010), (100, 100, 5_000_010)),
        # What cannot be at all.
        ((99_999_999_999, 1000), (-1, 1000)),
        ((1000, -5, 1010), (1000, 1000, 1010)),
    ],
)
def test_single_readings_that_cannot_be(
    charger: Charger, told: Told, shown: Told
) -> None:
    assert shown_after(charger, told) == list(shown)


@pytest.mark.parametrize(
    ("seconds", "step", "is_shown"),
    [
        (10, 1000, True),
        # 400 kW for 10 s are 1111 Wh.
        (10, 2100, True),
        (10, 2200, False),
        (900, 100_000, True),
        (900, 102_000, False),
    ],
)
def test_how_much_a_register_may_rise(
    charger: Charger, seconds: float, step: float, is_shown: bool
) -> None:
    shown = shown_after(charger, (5000, 5000 + step), seconds)
    assert shown[-1] == (5000 + step if is_shown else 5000)


def test_what_was_kept_offline_comes_at_once(charger: Charger) -> None:
    """By the charger's own clock each had its time."""
    for hour in range(5):
        time = NOON + timedelta(hours=hour)
        charger.send(
            sample(300_000 * hour, ENERGY), at=time, now=NOON + timedelta(hours=5)
        )
    assert charger.values["energy"] == 1_200_000


def test_one_entry_does_not_confirm_itself(charger: Charger) -> None:
    charger.send(sample(8000, ENERGY))
    charger.send(
        sample(0, ENERGY),
        sample(0, ENERGY, context="Trigger"),
        at=NOON + timedelta(seconds=10),
    )
    assert charger.values["energy"] == 8000
    # Nor do entries of one time.
    time = NOON + timedelta(seconds=20)
    charger.send(sample(8010, ENERGY), at=time)
    time += timedelta(seconds=10)
    charger.send_entries(
        entry(sample(0, ENERGY), at=time), entry(sample(0, ENERGY), at=time), now=time
    )
    assert charger.values["energy"] == 8010


@pytest.mark.parametrize("name", [ENERGY, EXPORT, "Energy.Reactive.Import.Register"])
def test_every_register_is_held(charger: Charger, name: str) -> None:
    """With its phases, and the sum of them."""
    for second, values in enumerate(
        ((2000, 3000, 4000), (2010, 0, 4010), (2020, 3020, 4020))
    ):
        charger.send(*phases(name, *values), at=NOON + timedelta(seconds=second))
        assert min(charger.values.values()) >= 2000
        assert max(charger.values.values()) >= 9000
    assert max(charger.values.values()) == 9060


def send(charger: Charger, second: int, wh: float, *, own: bool, **fields: str) -> None:
    """Send a reading, with the id of a transaction or without."""
    time = NOON + timedelta(seconds=second)
    charger.meter.update(
        values_of(entry(sample(wh, ENERGY, **fields), at=time)),
        now=time,
        in_session=own,
    )


LIFE, SESSION = "life", "session"


@pytest.mark.parametrize(
    "order",
    [
        (LIFE, SESSION, LIFE, SESSION, LIFE),
        (LIFE, SESSION, SESSION, SESSION, LIFE, SESSION, SESSION, LIFE),
        (SESSION, LIFE, SESSION, LIFE, SESSION),
        (SESSION, LIFE, LIFE, LIFE, SESSION, SESSION),
        (LIFE, LIFE, SESSION, SESSION, LIFE, LIFE),
    ],
)
@pytest.mark.parametrize("told_by", ["id", "context", "unit"])
def test_of_two_registers_one_is_shown(
    charger: Charger, order: tuple[str, ...], told_by: str
) -> None:
    """That of the session and that of the meter's life, in any order."""
    seen = []
    for second, which in enumerate(order):
        life = which is LIFE
        wh = (4_567_000 if life else 800) + second
        fields = {"context": "Sample.Clock"} if told_by == "context" and life else {}
        value: float = wh
        if told_by == "unit" and life:
            fields, value = {"unit": "kWh"}, wh / 1000
        own = told_by == "id" and not life
        send(charger, second, value, own=own, **fields)
        seen.append(charger.values["energy"])
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] < 100


def test_two_registers_that_nothing_tells_apart(charger: Charger) -> None:
    """The larger one is found again, and stays for good."""
    life, session = 4_567_000.0, 0.0
    for second in range(60):
        life, session = life + 1, session + 1
        if second % 20 == 0:
            session = 0
        send(charger, second, session if second % 3 else life, own=True)
        if second > 10:
            assert charger.values["energy"] >= 4_567_000


@pytest.mark.parametrize(
    ("before", "own", "after"), [(10_000, False, 50), (10_000, True, 900_000)]
)
def test_what_cannot_be_of_a_second_register(
    charger: Charger, before: float, own: bool, after: float
) -> None:
    """What is told of the meter's life, without an id, is never below the session's."""
    send(charger, 0, before, own=not own)
    for second, shown in ((10, before), (20, after + 1)):
        send(charger, second, after + (second == 20), own=own)
        assert charger.values["energy"] == shown


def test_a_register_that_was_not_heard_for_long_gives_way(charger: Charger) -> None:
    send(charger, 0, 4_567_000, own=False)
    for second in (10, 20, 30):
        send(charger, second, second, own=True)
        assert charger.values["energy"] == 4_567_000
    for second in (86_500, 86_510):
        send(charger, second, second, own=True)
    assert charger.values["energy"] == 86_510


def test_a_session_that_begins_anew_below_what_is_shown(charger: Charger) -> None:
    """It begins at 0 by its StartTransaction, and soon has more than the last one."""
    shown_after(charger, (0, 50))
    charger.meter.began(0, NOON + timedelta(seconds=15))
    for second, wh, shown in (
        (20, 0, 50),
        (30, 100, 100),
        (40, 40, 100),
        (50, 110, 110),
    ):
        send(charger, second, wh, own=False)
        assert charger.values["energy"] == shown


def test_the_first_reading_goes_on_from_the_start_of_the_transaction(
    charger: Charger,
) -> None:
    """A slip would be the first that is shown, and the register a jump by 16 MWh."""
    charger.meter.began(16_000_000, NOON - timedelta(hours=1))
    assert shown_after(charger, (0, 16_000_120, 16_000_140)) == [
        -1,
        16_000_120,
        16_000_140,
    ]


def test_a_start_that_was_wrong_holds_nothing_up(charger: Charger) -> None:
    charger.meter.began(12_345, NOON)
    assert shown_after(charger, (8_000_000, 8_000_010)) == [-1, 8_000_010]


def test_the_end_of_a_transaction_confirms_what_was_held_back(charger: Charger) -> None:
    shown_after(charger, (5000, 400_000))
    assert charger.meter.ended(400_100, NOON + timedelta(seconds=20))
    assert charger.values["energy"] == 400_100


@pytest.mark.parametrize("stop", [0, 4000, 99_999_999, 2**62])
def test_an_end_that_cannot_be_is_not_shown(charger: Charger, stop: float) -> None:
    shown_after(charger, (5000, 5010))
    assert not charger.meter.ended(stop, NOON + timedelta(seconds=20))
    assert charger.values["energy"] == 5010


# Over a restart.


def restarted(charger: Charger) -> Charger:
    """Return a meter that knows what was remembered of another."""
    again = Charger()
    again.meter.load("energy", charger.meter.record("energy"))
    assert again.values == {}
    return again


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((16_000_200,), (16_000_200,)),
        ((0, 16_000_220), (-1, 16_000_220)),
        ((0, 15), (-1, 15)),
        ((99_999_999, 16_000_220), (-1, 16_000_220)),
    ],
)
def test_a_restart_in_between(charger: Charger, told: Told, shown: Told) -> None:
    shown_after(charger, (16_000_090, 16_000_100))
    assert shown_after(restarted(charger), told, 20) == list(shown)


def test_two_registers_are_two_after_a_restart(charger: Charger) -> None:
    send(charger, 0, 800, own=True)
    send(charger, 10, 810, own=True)
    again = restarted(charger)
    for second in (20, 30, 40):
        send(again, second, 4_567_000 + second, own=False)
        assert "energy" not in again.values
    send(again, 50, 820, own=True)
    assert again.values["energy"] == 820


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {},
        {"wh": "x"},
        {"wh": float("nan"), "at": "2026-01-01T00:00:00+00:00", "channels": []},
        {"wh": 5, "at": "soon", "channels": [], "twofold": False},
        {"wh": 5, "at": "2026-01-01T00:00:00", "channels": [], "twofold": False},
        {"wh": 5, "at": "2026-01-01T00:00:00+00:00", "channels": [[[]]], "twofold": 0},
    ],
)
def test_what_was_remembered_may_be_damaged(charger: Charger, record: Any) -> None:
    charger.meter.load("energy", record)
    assert shown_after(charger, (8_000_000, 8_000_010)) == [8_000_000, 8_000_010]


def test_what_was_remembered_with_a_format_is_what_comes(charger: Charger) -> None:
    """Before 0.1, what was remembered of a way also had the format of the values."""
    shown_after(charger, (1000, 1010))
    record = charger.meter.record("energy")
    assert record is not None
    [channel] = record["channels"]
    before = Charger()
    old = [*channel[:4], None, *channel[4:]]
    before.meter.load("energy", record | {"channels": [old]})
    assert before.meter.record("energy") == record


def test_nothing_is_remembered_of_what_is_not_known(charger: Charger) -> None:
    assert charger.meter.record("energy") is None
    charger.meter.load("energy", None)
    assert charger.meter.record("energy") is None
    assert Meter(charger.deviations).record("energy_export") is None
