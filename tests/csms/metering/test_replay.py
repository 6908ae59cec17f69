"""Meter values of now, and such as come late."""

from datetime import timedelta

import pytest

from custom_components.ocpp_cs.csms.metering.metering import RegisterSample
from tests.csms.metered import (
    CURRENT,
    ENERGY,
    NOON,
    POWER,
    Charger,
    entry,
    phases,
    sample,
)


@pytest.fixture
def charger() -> Charger:
    return Charger()


def test_replay(charger: Charger) -> None:
    charger.send(sample(7000, POWER), sample(9000, ENERGY))
    for minute in (60, 59, 58):
        reading = charger.send(
            sample(1, POWER),
            sample(9000 - minute, ENERGY),
            sample("bad", ENERGY),
            sample(1, CURRENT),
            at=NOON - timedelta(minutes=minute),
            now=NOON,
        )
        assert reading.changed == set()
        assert not reading.live
        assert reading.registers == (
            RegisterSample(
                NOON - timedelta(minutes=minute), "Sample.Periodic", 9000.0 - minute
            ),
        )
    assert charger.values == {"power": 7000.0, "energy": 9000.0}


def test_replay_of_phases(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    reading = charger.send(
        *phases(ENERGY, 1000, 2000, 3000), at=NOON - timedelta(hours=1), now=NOON
    )
    assert [register.wh for register in reading.registers] == [6000.0]


def test_replay_of_total_and_phases(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    for at in (NOON - timedelta(hours=2), NOON - timedelta(hours=1)):
        reading = charger.send(
            *phases(ENERGY, 1000, 2000, 3000),
            sample(6001, None),
            sample(50, CURRENT),
            at=at,
            now=NOON,
        )
        assert [register.wh for register in reading.registers] == [6001.0]


def test_replay_without_a_register(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    old = NOON - timedelta(hours=1)
    reading = charger.send(sample(50, CURRENT), sample(5, POWER), at=old, now=NOON)
    assert reading.registers == ()


def test_live_and_replayed_in_one_message(charger: Charger) -> None:
    charger.send(sample(7000, POWER))
    reading = charger.send_entries(
        entry(sample(5, POWER), at=NOON + timedelta(seconds=1)),
        entry(sample(1, POWER), sample(5, ENERGY), at=NOON - timedelta(hours=1)),
    )
    assert reading.live
    assert charger.values == {"power": 5.0}
    assert [register.wh for register in reading.registers] == [5.0]


def test_late_by_less_than_two_minutes_is_live(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    charger.send(sample(2, POWER), at=NOON - timedelta(seconds=119), now=NOON)
    assert charger.values["power"] == 2.0
    charger.send(sample(3, POWER), at=NOON - timedelta(seconds=121), now=NOON)
    assert charger.values["power"] == 2.0


@pytest.mark.parametrize(
    "offset", [timedelta(hours=-5), timedelta(hours=5), timedelta(days=-20_000)]
)
def test_clock_that_is_wrong(charger: Charger, offset: timedelta) -> None:
    for second in range(0, 600, 10):
        now = NOON + timedelta(seconds=second)
        charger.send(sample(second + 10, POWER), at=now + offset, now=now)
        assert charger.values["power"] == second + 10.0
        # Out of order by a little, as happens.
        late = now + offset - timedelta(seconds=30)
        charger.send(sample(second + 11, POWER), at=late, now=now)
        assert charger.values["power"] == second + 11.0


def test_clock_that_stands_still(charger: Charger) -> None:
    for minute in range(10):
        now = NOON + timedelta(minutes=minute)
        charger.send(sample(minute + 10, POWER), at=NOON, now=now)
        assert charger.values["power"] == minute + 10.0


@pytest.mark.parametrize("offset", [timedelta(hours=-5), timedelta(hours=5)])
def test_clock_that_is_put_right(charger: Charger, offset: timedelta) -> None:
    charger.send(sample(1, POWER), at=NOON + offset, now=NOON)
    charger.send(sample(2, POWER), at=NOON, now=NOON)
    assert charger.values["power"] == 2.0


@pytest.mark.parametrize("step", [10, 60])
def test_clock_that_is_set_back(charger: Charger, step: int) -> None:
    """An hour back in mid-connection, when summer time ends."""
    hour = timedelta(hours=1)
    charger.send(sample(1, POWER), at=NOON + hour, now=NOON + hour)
    seen = []
    for count in range(1, 6):
        now = NOON + hour + timedelta(seconds=step * count)
        charger.send(sample(count * 100, POWER), at=now - hour, now=now)
        seen.append(charger.values["power"])
    assert seen == [1.0, 1.0, 300.0, 400.0, 500.0]


def test_replay_is_not_taken_for_a_clock_set_back(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    for count in range(100):
        # One old minute every six seconds.
        now = NOON + timedelta(seconds=6 * count)
        old = NOON - timedelta(hours=3) + timedelta(minutes=count)
        assert not charger.send(sample(2, POWER), at=old, now=now).live


def test_burst_is_not_taken_for_a_clock_set_back(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    for count in range(100):
        # Entries a second apart, a second apart: nothing can be told from that soon.
        now = NOON + timedelta(seconds=count / 100)
        old = NOON - timedelta(hours=3) + timedelta(seconds=count / 100)
        assert not charger.send(sample(2, POWER), at=old, now=now).live


def test_new_connection_forgets_the_clock(charger: Charger) -> None:
    charger.send(sample(1, POWER))
    old = NOON - timedelta(hours=1)
    charger.send(sample(2, POWER), at=old, now=NOON)
    assert charger.values["power"] == 1.0
    charger.meter.reset_clock()
    charger.send(sample(2, POWER), at=old, now=NOON)
    assert charger.values["power"] == 2.0
