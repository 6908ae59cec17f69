"""A charge point's clock, and how far it is off."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ocpp_cs.csms.model.clock import ChargerClock

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def live(
    clock: ChargerClock, off: timedelta, *, count: int = 3, begin: datetime = NOON
) -> None:
    """Let it tell the time every ten seconds."""
    for number in range(count):
        now = begin + timedelta(seconds=10 * number)
        clock.observe(now + off, now)


@pytest.mark.parametrize("off", [-5 * HOUR, HOUR, timedelta(seconds=61)])
def test_a_clock_that_is_off_is_corrected(off: timedelta) -> None:
    clock = ChargerClock()
    live(clock, off)
    assert clock.offset == -off
    assert clock.correct(NOON + off) == NOON


@pytest.mark.parametrize("off", [timedelta(), timedelta(seconds=-59)])
def test_a_clock_that_is_good_enough_is_believed(off: timedelta) -> None:
    clock = ChargerClock()
    live(clock, off)
    assert clock.offset == timedelta()
    assert clock.correct(NOON) == NOON


def test_two_messages_prove_nothing() -> None:
    clock = ChargerClock()
    live(clock, -HOUR, count=2)
    assert clock.offset == timedelta()


def test_a_replay_proves_nothing() -> None:
    """Entries of every minute, sent as quickly as they are taken."""
    clock = ChargerClock()
    for number in range(1000):
        clock.observe(
            NOON - 20 * HOUR + timedelta(minutes=number),
            NOON + timedelta(milliseconds=100 * number),
        )
    assert clock.offset == timedelta()


def test_a_burst_of_one_moment_proves_nothing() -> None:
    """The statuses of ten connectors, all of them of an hour ago."""
    clock = ChargerClock()
    for number in range(10):
        clock.observe(NOON - HOUR, NOON + timedelta(milliseconds=number))
    assert clock.offset == timedelta()


def test_a_clock_that_is_put_right() -> None:
    clock = ChargerClock()
    live(clock, -HOUR)
    live(clock, timedelta(), begin=NOON + HOUR, count=2)
    # Until it is certain.
    assert clock.offset == HOUR
    live(clock, timedelta(), begin=NOON + 2 * HOUR)
    assert clock.offset == timedelta()


def test_it_is_doubtful_until_it_is_certain() -> None:
    clock = ChargerClock()
    assert not clock.is_doubtful
    live(clock, -HOUR, count=2)
    assert clock.is_doubtful
    live(clock, -HOUR, count=1, begin=NOON + HOUR)
    assert not clock.is_doubtful
    # As expected, and not.
    clock.connected()
    live(clock, -HOUR, count=1, begin=NOON + 2 * HOUR)
    assert not clock.is_doubtful
    clock.begin_anew()
    assert not clock.is_doubtful
    live(clock, timedelta(), count=1, begin=NOON + 3 * HOUR)
    assert clock.is_doubtful


def test_statuses_of_one_moment_prove_nothing_however_they_come() -> None:
    """Each as soon as it counts."""
    clock = ChargerClock()
    for number in range(10):
        clock.observe(NOON - HOUR, NOON + timedelta(seconds=5 * number))
    assert clock.offset == timedelta()


def test_it_is_told_once() -> None:
    clock = ChargerClock()
    told = [
        clock.observe(now - HOUR, now)
        for now in (NOON + timedelta(seconds=10 * number) for number in range(9))
    ]
    assert told == [False, False, True] + 6 * [False]


def test_a_boot_begins_anew_but_forgets_nothing() -> None:
    """What comes first was written down before."""
    clock = ChargerClock()
    live(clock, -HOUR)
    clock.begin_anew()
    assert clock.offset == HOUR
    live(clock, timedelta(), count=2, begin=NOON + HOUR)
    assert clock.offset == HOUR
    live(clock, timedelta(), count=3, begin=NOON + 2 * HOUR)
    assert clock.offset == timedelta()
