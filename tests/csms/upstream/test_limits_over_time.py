"""What the profiles of upstreams allow, and that the least always applies."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.csms.discharging.bidirectional import Bidirectional
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.profiles import Declared, Target
from custom_components.ocpp_cs.csms.limits.sender import LimitSender
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.quirks import Quirks
from custom_components.ocpp_cs.csms.outside.allowance import (
    KeptProfile,
    Running,
    allowance,
    next_change,
    station_allowance,
)
from custom_components.ocpp_cs.csms.outside.ceilings import (
    CeiledChargePoint,
    Ceiling,
    Ceilings,
)
from custom_components.ocpp_cs.csms.outside.composite import composite
from custom_components.ocpp_cs.csms.upstream.asked.limits import (
    MAX_PERIODS,
    MAX_PROFILES,
    UpstreamLimits,
)
from custom_components.ocpp_cs.csms.upstream.memory import StationMemory
from custom_components.ocpp_cs.csms.upstream.model import Role, UpstreamSettings
from tests.sampling import examples

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""A Monday."""
HOUR = timedelta(hours=1)


def kept(
    *periods: tuple[int, float],
    unit: Unit = Unit.AMPERE,
    start: datetime | None = NOON,
    duration: int | None = None,
    connector: int = 0,
    one_phase: bool = False,
    **more: Any,
) -> KeptProfile:
    """Return a profile with periods of (start in s, limit)."""
    profile = ChargingProfile(
        **{
            "id": 1,
            "stack_level": 0,
            "purpose": Purpose.TX_DEFAULT,
            "kind": Kind.ABSOLUTE,
            "schedules": (
                Schedule(
                    unit=unit,
                    start=start,
                    duration=duration,
                    periods=tuple(
                        Period(start=at, limit=limit, phases=1 if one_phase else None)
                        for at, limit in periods
                    ),
                ),
            ),
            **more,
        }
    )
    return KeptProfile(connector_id=connector, profile=profile, kept_at=NOON)


def amps(
    profiles: Iterable[KeptProfile],
    at: datetime,
    running: Running | None = None,
    *,
    phases: int = 3,
    connector: int = 1,
) -> float | None:
    """Return what is allowed at a connector in A."""
    found = allowance(profiles, connector, at, running=running, phases=phases)
    return None if found is None else found.amps


SESSION = Running(start=NOON + HOUR, transaction_id="T1")


def test_an_absolute_schedule_has_its_periods_and_its_end() -> None:
    profile = kept((0, 16.0), (3600, 8.0), duration=7200)
    assert amps([profile], NOON - timedelta(seconds=1)) is None
    assert amps([profile], NOON) == 16.0
    assert amps([profile], NOON + HOUR) == 8.0
    assert amps([profile], NOON + 2 * HOUR) is None
    assert next_change(profile, NOON - HOUR, None) == NOON
    assert next_change(profile, NOON, None) == NOON + HOUR
    assert next_change(profile, NOON + HOUR, None) == NOON + 2 * HOUR
    assert next_change(profile, NOON + 2 * HOUR, None) is None


@pytest.mark.parametrize(("word", "days"), [("daily", 1), ("weekly", 7)])
def test_a_recurring_schedule_begins_again(word: str, days: int) -> None:
    profile = kept(
        (0, 6.0),
        (3600, 32.0),
        duration=7200,
        kind=Kind.RECURRING,
        recurrency=Recurrency(word),
    )
    later = NOON + 3 * timedelta(days=days)
    assert amps([profile], NOON - HOUR) is None
    assert amps([profile], later + HOUR / 2) == 6.0
    assert amps([profile], later + HOUR) == 32.0
    assert amps([profile], later + 2 * HOUR) is None
    assert next_change(profile, later + 2 * HOUR, None) == later + timedelta(days=days)


def test_a_relative_schedule_begins_with_the_session() -> None:
    profile = kept((0, 6.0), (600, 16.0), start=None, kind=Kind.RELATIVE)
    assert amps([profile], NOON) == 6.0
    assert amps([profile], SESSION.start + timedelta(seconds=599), SESSION) == 6.0
    assert amps([profile], SESSION.start + timedelta(seconds=600), SESSION) == 16.0
    assert next_change(profile, NOON, None) is None
    due = next_change(profile, SESSION.start, SESSION)
    assert due == SESSION.start + timedelta(seconds=600)


def test_a_profile_is_valid_between_its_times() -> None:
    profile = kept((0, 6.0), valid_from=NOON + HOUR, valid_to=NOON + 2 * HOUR)
    assert amps([profile], NOON) is None
    assert amps([profile], NOON + HOUR) == 6.0
    assert amps([profile], NOON + 2 * HOUR) is None


def test_the_highest_stack_level_applies_as_long_as_it_has_a_limit() -> None:
    low = kept((0, 16.0), id=1, stack_level=1)
    high = kept((0, 20.0), id=2, stack_level=2, duration=3600)
    assert amps([low, high], NOON) == 20.0
    assert amps([low, high], NOON + HOUR) == 16.0


def test_a_profile_of_a_connector_goes_before_that_of_all() -> None:
    everywhere, here = kept((0, 16.0)), kept((0, 20.0), id=2, connector=1)
    assert amps([everywhere, here], NOON, connector=1) == 20.0
    assert amps([everywhere, here], NOON, connector=2) == 16.0


def test_a_session_profile_goes_before_the_default_in_its_session_only() -> None:
    default = kept((0, 10.0), stack_level=9)
    own = kept((0, 16.0), id=2, connector=1, purpose=Purpose.TX, transaction_id="T1")
    assert amps([default, own], NOON + HOUR, SESSION) == 16.0
    assert amps([default, own], NOON + HOUR, None) == 10.0
    other = Running(start=NOON, transaction_id="T2")
    assert amps([default, own], NOON + HOUR, other) == 10.0


@pytest.mark.parametrize(("phases", "expected"), [(1, 16.0), (2, 8.0), (3, 16.0 / 3)])
def test_a_power_is_divided_by_the_phases(phases: int, expected: float) -> None:
    profile = kept((0, 3680.0), unit=Unit.WATT)
    assert amps([profile], NOON, phases=phases) == pytest.approx(expected)


def test_of_several_schedules_the_least_applies() -> None:
    one = kept((0, 16.0)).profile.schedules + kept((0, 6.0)).profile.schedules
    assert amps([kept((0, 1.0), schedules=one)], NOON) == 6.0


# What is kept.


class Books:
    """Keeps the memory of stations."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def memory(self, upstream: str, charge_point_id: str) -> dict[str, Any]:
        return self.kept

    def remember(self, upstream: str, charge_point_id: str, values: Any) -> None:
        self.kept = values


def limits_of(books: Books, *roles: Role, **more: Any) -> UpstreamLimits:
    settings = UpstreamSettings(
        id="employer",
        name="Employer",
        url="ws://127.0.0.1/",
        roles=frozenset(roles),
        **more,
    )
    return UpstreamLimits(settings, StationMemory(cast(Any, books), "employer", "CP1"))


async def test_profiles_are_kept_over_a_restart_and_go_with_the_role() -> None:
    books = Books()
    limits = limits_of(books, Role.LIMIT)
    profile = kept(
        (0, 6.0),
        (60, 7.5),
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        valid_to=NOON + 10000 * HOUR,
    ).profile
    assert limits.put(0, profile)
    again = limits_of(books, Role.LIMIT)
    assert [one.profile for one in again.installed()] == [profile]
    assert limits_of(books).installed() == []
    assert limits_of(books, Role.LIMIT).installed() == []


@pytest.mark.parametrize(
    "odd",
    [
        kept(),
        kept((1, 6.0)),
        kept((0, 6.0), (0, 7.0)),
        kept((0, -1.0)),
        kept((0, float("nan"))),
        kept((0, 6.0), duration=0),
        kept((0, 6.0), kind=Kind.RECURRING),
        kept((0, 6.0), kind=Kind.RECURRING, recurrency=Recurrency.DAILY, start=None),
        kept((0, 6.0), stack_level=-1),
        kept((0, 6.0), purpose=Purpose.EXTERNAL_CONSTRAINTS),
        kept((0, 6.0), purpose=Purpose.STATION_MAX, connector=1),
        kept((0, 6.0), purpose=Purpose.TX, connector=0),
        kept((0, 6.0), purpose=Purpose.TX, connector=1, transaction_id="T1"),
        kept((0, 6.0), valid_to=datetime(2020, 1, 1, tzinfo=UTC)),
        kept((0, 6.0), schedules=()),
        kept(*((at, 6.0) for at in range(MAX_PERIODS + 1))),
    ],
)
async def test_what_makes_no_sense_is_rejected(odd: KeptProfile) -> None:
    books = Books()
    assert not limits_of(books, Role.LIMIT).put(odd.connector_id, odd.profile)
    assert not books.kept


async def test_no_upstream_fills_the_memory() -> None:
    limits = limits_of(Books(), Role.LIMIT)
    taken = [
        limits.put(0, kept((0, 6.0), id=one, stack_level=one).profile)
        for one in range(MAX_PROFILES + 5)
    ]
    assert taken == [True] * MAX_PROFILES + [False] * 5
    # Those of before can be replaced, and cleared.
    assert limits.put(0, kept((0, 7.0), id=3, stack_level=3).profile)
    assert limits.clear(id=4) and not limits.clear(id=4)
    assert limits.clear(purpose="tx_default_profile", stack_level=5)
    assert limits.clear()
    assert limits.installed() == []


@pytest.mark.parametrize(
    "record",
    [None, 5, [], [5], [{}], [{"connector_id": 0, "profile": {}, "kept_at": "x"}]],
)
async def test_an_odd_memory_is_left(record: Any) -> None:
    books = Books()
    books.kept = {"profiles": record}
    assert limits_of(books, Role.LIMIT).installed() == []


# Many at once.

TIMES = st.integers(0, 14 * 86400).map(lambda one: NOON + timedelta(seconds=one))
LIMITS = st.floats(0, 80).map(lambda one: round(one, 1))


@st.composite
def profiles(draw: st.DrawFn) -> KeptProfile:
    """Return any sound profile."""
    purpose = draw(st.sampled_from([Purpose.STATION_MAX, Purpose.TX_DEFAULT]))
    kind = draw(st.sampled_from(Kind))
    unit = draw(st.sampled_from(Unit))
    starts = sorted(draw(st.sets(st.integers(1, 100_000), max_size=4)))
    return kept(
        *(
            (at, draw(LIMITS) * (690 if unit is Unit.WATT else 1))
            for at in (0, *starts)
        ),
        unit=unit,
        start=None if kind is Kind.RELATIVE else draw(TIMES),
        duration=draw(st.none() | st.integers(1, 200_000)),
        connector=0 if purpose is Purpose.STATION_MAX else draw(st.integers(0, 2)),
        one_phase=draw(st.booleans()),
        purpose=purpose,
        kind=kind,
        recurrency=draw(st.sampled_from(Recurrency))
        if kind is Kind.RECURRING
        else None,
        stack_level=draw(st.integers(0, 3)),
        valid_from=draw(st.none() | TIMES),
        valid_to=draw(st.none() | TIMES),
    )


@settings(deadline=None, max_examples=examples(100))
@given(
    st.lists(profiles(), max_size=5),
    TIMES,
    st.sampled_from([None, SESSION, Running(start=NOON, transaction_id=None)]),
)
def test_nothing_changes_before_the_next_change(
    many: list[KeptProfile], at: datetime, running: Running | None
) -> None:
    """So that a timer there is enough."""
    if running is not None and at < running.start:
        at = running.start

    def all_at(time: datetime) -> object:
        return (
            [allowance(many, one, time, running=running, phases=3) for one in (1, 2)],
            station_allowance(many, time, phases=3),
        )

    times = [time for one in many if (time := next_change(one, at, running))]
    due = min(times, default=at + timedelta(days=30))
    assert due > at
    for part in (0.001, 0.5, 0.999):
        between = at + (due - at) * part
        if between < due:
            assert all_at(between) == all_at(at)


@dataclass
class Source:
    """An upstream with profiles that apply at all times."""

    kept: list[KeptProfile]
    name: str = "Employer"
    may_override: bool = False
    overridden: list[int] = field(default_factory=list)

    def allowed(self, connector_id: int, at: datetime, phases: int) -> Any:
        return allowance(self.kept, connector_id, at, running=None, phases=phases)

    def allowed_in_all(self, at: datetime, phases: int) -> Any:
        return station_allowance(self.kept, at, phases=phases)

    def next_change(self, at: datetime) -> datetime | None:
        times = [time for one in self.kept if (time := next_change(one, at, None))]
        return min(times, default=None)

    def keep_overridden(self, connectors: Iterable[int]) -> None:
        self.overridden = list(connectors)


def station(*running: int, of: int = 2) -> CeiledChargePoint:
    """Return a charge point with sessions at some connectors."""

    def connector(number: int) -> Any:
        return SimpleNamespace(
            number=number,
            transaction=SimpleNamespace(start=NOON + timedelta(seconds=number))
            if number in running
            else None,
            limiter=SimpleNamespace(minimum=6.0, ceiling_changed=lambda: None),
            mark=lambda *fields: None,
        )

    return cast(
        CeiledChargePoint,
        SimpleNamespace(
            connectors={number: connector(number) for number in range(1, of + 1)},
            whole=connector(0),
        ),
    )


@settings(deadline=None, max_examples=examples(100))
@given(
    st.lists(st.lists(profiles(), max_size=4), max_size=3),
    TIMES,
    st.sets(st.integers(1, 3)),
    st.sampled_from([1, 2, 3]),
)
def test_the_least_always_applies(
    upstreams: list[list[KeptProfile]], at: datetime, running: set[int], phases: int
) -> None:
    """Of each upstream, each purpose, and of all connectors together."""
    ceilings = Ceilings(station(*running, of=3))
    sources = [Source(one) for one in upstreams]
    for number, source in enumerate(sources):
        ceilings._sources[str(number)] = source
    for number in (1, 2, 3):
        found = ceilings.at(number, at, phases)
        for source in sources:
            for one in (
                source.allowed(number, at, phases),
                source.allowed_in_all(at, phases),
            ):
                if one is not None:
                    assert found is not None and found.amps <= one.amps
                    assert found.one_phase or not one.one_phase
    for source in sources:
        whole = source.allowed_in_all(at, phases)
        if whole is None or not running:
            continue
        used = [ceilings.at(number, at, phases) for number in running]
        together = sum(one.amps for one in used if one is not None and one.amps >= 6.0)
        assert together <= whole.amps + 1e-6


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(st.lists(profiles(), max_size=4), max_size=2),
    TIMES,
    st.integers(0, 3),
    st.integers(1, 10 * 86400),
    st.sampled_from(Unit),
    st.sampled_from([0.0, 6.0, 13.0, 32.0]),
    st.sets(st.integers(1, 3)),
)
def test_a_composite_schedule_is_never_above_any_limit(
    upstreams: list[list[KeptProfile]],
    now: datetime,
    number: int,
    duration: int,
    unit: Unit,
    own: float,
    running: set[int],
) -> None:
    charge_point = cast(Any, station(*running, of=3))
    for one in charge_point.connectors.values():
        one.limiter.own_limit = own
        one.active_phases = one.lines = one.outside_limit = None
    ceilings = charge_point.ceilings = Ceilings(charge_point)
    for key, kept_of_one in enumerate(upstreams):
        ceilings._sources[str(key)] = Source(kept_of_one)
    found = composite(charge_point, number, duration, unit, now)
    assert found is not None
    assert found.duration is not None
    assert 0 < found.duration <= duration
    starts = [one.start for one in found.periods]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] < found.duration
    watts = 690 if unit is Unit.WATT else 1
    for one in found.periods:
        at = now + timedelta(seconds=one.start)
        numbers = [number] if number else [1, 2, 3]
        assert one.limit <= len(numbers) * own * watts
        allowed = [ceilings.at(each, at, 3) for each in numbers]
        most = sum(own if one is None else min(one.amps, own) for one in allowed)
        assert one.limit <= most * watts + 0.1
        if not number and (whole := ceilings.in_all(at)) is not None:
            assert one.limit <= whole * watts + 0.1


def test_a_composite_schedule_of_thousands_of_periods_is_a_shorter_one() -> None:
    charge_point = cast(Any, station())
    for one in charge_point.connectors.values():
        one.limiter.own_limit = 10.0
        one.active_phases = one.lines = one.outside_limit = None
    ceilings = charge_point.ceilings = Ceilings(charge_point)
    source = Source(
        [
            kept(
                *((second * 20 + place, 16.0 + second % 2) for second in range(100)),
                kind=Kind.RECURRING,
                recurrency=Recurrency.DAILY,
                stack_level=place,
            )
            for place in range(20)
        ]
    )
    ceilings._sources["a"] = source
    looked: list[datetime] = []
    next_of = source.next_change
    source.next_change = lambda at: looked.append(at) or next_of(at)  # type: ignore[func-returns-value, method-assign]
    found = composite(charge_point, 1, 7 * 86400, None, NOON)
    assert found is not None and found.duration is not None
    assert [one.limit for one in found.periods] == [10.0]
    assert 0 < found.duration < 3600
    assert len(looked) <= 300


AMPS = st.floats(0, 80).map(lambda one: round(one, 1))


@settings(deadline=None, max_examples=examples(200))
@given(st.data())
def test_no_upstream_ever_raises_what_is_sent(data: Any) -> None:
    """Whatever the fuse, the sun, a plan or the owner want, and the phases."""
    watts = data.draw(st.none() | st.floats(0, 30_000))
    amps = data.draw(st.none() | AMPS)
    one_phase = data.draw(st.booleans())
    active = data.draw(st.sampled_from([None, 1, 2, 3]))
    has_any = False

    def ceiling(phases: int | None = None) -> Ceiling | None:
        count = phases or active or 3
        told = [] if amps is None else [amps]
        if watts is not None:
            told.append(watts / 230 / count)
        if not has_any or not told:
            return None
        return Ceiling(amps=min(told), one_phase=one_phase, by="Employer")

    maximum = data.draw(st.sampled_from([6.0, 16.0, 32.0]))
    connector = SimpleNamespace(
        ceiling=ceiling,
        active_phases=active,
        lines=None,
        transaction=None,
        needs=None,
        bidirectional=Bidirectional(lambda: None),
    )
    charge_point = SimpleNamespace(
        clock=SimpleNamespace(is_doubtful=False),
        quirks=Quirks(
            maximum_current=maximum,
            switches_phases=data.draw(st.booleans()),
            current_step=data.draw(st.sampled_from([0.1, 1.0])),
        ),
    )
    methods = SimpleNamespace(declared=Declared(), keeps_fallback=False)
    sender = LimitSender(
        cast(Any, connector),
        cast(Any, charge_point),
        cast(Any, methods),
        cast(Any, None),
    )
    sender.phases = data.draw(st.sampled_from([None, 1, 3]))
    sender._switched = data.draw(st.sampled_from([float("-inf"), 1e12]))
    intent = Intent(
        limit_a=data.draw(st.none() | AMPS),
        paused=data.draw(st.booleans()),
        phases=data.draw(st.sampled_from([None, 1, 3])),
    )
    users = data.draw(st.none() | AMPS)
    with asyncio.Runner() as runner:
        without = runner.run(target_of(sender, intent))
        has_any = True
        sender.of_users = lambda phases: users
        with_it = runner.run(target_of(sender, intent))
    if ceiling() is None:
        assert with_it == without
        return
    assert with_it is not None
    phases = 1 if with_it.phases == 1 else None
    if sender.phases == 1 and with_it.phases != 1:
        phases = 3
    allowed = ceiling(phases)
    assert allowed is not None
    assert with_it.amps <= allowed.amps + 1e-6
    assert with_it.amps <= maximum
    if users is not None:
        assert with_it.amps <= users + 1e-6
    else:
        assert with_it.amps <= (maximum if without is None else without.amps)


async def target_of(sender: LimitSender, intent: Intent) -> Target | None:
    """Return what would be sent; the loop's time tells when phases may be switched."""
    return sender.target(intent)


def test_sessions_share_what_all_may_use_if_it_is_enough_for_them() -> None:
    ceilings = Ceilings(station(1, 2))
    ceilings._sources["a"] = Source([kept((0, 10.0), purpose=Purpose.STATION_MAX)])
    first, second = ceilings.at(1, NOON, 3), ceilings.at(2, NOON, 3)
    assert first is not None and second is not None
    assert (first.amps, second.amps) == (10.0, 0.0)
    ceilings._sources["a"] = Source([kept((0, 20.0), purpose=Purpose.STATION_MAX)])
    first, second = ceilings.at(1, NOON, 3), ceilings.at(2, NOON, 3)
    assert first is not None and second is not None
    assert (first.amps, second.amps) == (10.0, 10.0)


async def test_only_a_limit_of_nothing_is_overridden_and_only_where_it_may_be() -> None:
    ceilings = Ceilings(station())
    yielding = Source([kept((0, 0.0))], may_override=True)
    ceilings.put("a", yielding, [])
    ceilings.override(1, True)
    assert yielding.overridden == [1]
    assert ceilings.at(1, NOON, 3) is None
    assert ceilings.at(2, NOON, 3) is not None
    yielding.kept = [kept((0, 8.0))]
    found = ceilings.at(1, NOON, 3)
    assert found is not None and found.amps == 8.0
    ceilings.put("b", Source([kept((0, 0.0))]), [])
    found = ceilings.at(1, NOON, 3)
    assert found is not None and found.amps == 0.0
    ceilings.remove("a")
    assert not ceilings.overrides(1)
    ceilings.override(1, True)
    assert not ceilings.overrides(1)
