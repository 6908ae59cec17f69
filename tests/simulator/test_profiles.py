"""The stack of charging profiles, against OCPP 1.6 section 3.13 and its errata."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulator.profiles import Limit, ProfileStore, problem

NOW = datetime(2026, 10, 4, 12, 0, tzinfo=UTC)
EARLY = "2026-10-04T00:00:00Z"


def profile(
    limit: float = 10,
    *,
    profile_id: int = 1,
    level: int = 0,
    purpose: str = "TxDefaultProfile",
    unit: str = "A",
    phases: int | None = None,
    periods: list[tuple[int, float]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": value}
            for start, value in periods or [(0, limit)]
        ],
        "startSchedule": EARLY,
    }
    if phases is not None:
        schedule["chargingSchedulePeriod"][0]["numberPhases"] = phases
    for name in ("duration", "startSchedule"):
        if name in more:
            schedule[name] = more.pop(name)
    return {
        "chargingProfileId": profile_id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": more.pop("kind", "Absolute"),
        "chargingSchedule": {k: v for k, v in schedule.items() if v is not None},
        **more,
    }


@pytest.fixture
def store() -> ProfileStore:
    return ProfileStore()


def limit(
    store: ProfileStore,
    connector: int = 1,
    at: datetime = NOW,
    tx: datetime | None = NOW,
) -> Limit | None:
    return store.limit(connector, at, tx)


def test_nothing_installed(store: ProfileStore) -> None:
    assert limit(store) is None


def test_the_highest_stack_level_rules(store: ProfileStore) -> None:
    store.install(1, profile(16, profile_id=1, level=0))
    store.install(1, profile(8, profile_id=2, level=3))
    store.install(1, profile(12, profile_id=3, level=1))
    assert limit(store) == Limit(8)


def test_a_level_that_ended_falls_back(store: ProfileStore) -> None:
    store.install(1, profile(16, profile_id=1, level=0))
    store.install(1, profile(8, profile_id=2, level=3, duration=3600))
    assert limit(store, at=NOW.replace(hour=0, minute=30)) == Limit(8)
    assert limit(store) == Limit(16)


def test_tx_profile_before_default(store: ProfileStore) -> None:
    store.install(1, profile(16, profile_id=1, level=5))
    store.install(1, profile(7, profile_id=2, level=0, purpose="TxProfile"))
    assert limit(store) == Limit(7)
    assert limit(store, tx=None) == Limit(16)
    store.end_transaction(1)
    assert limit(store) == Limit(16)


def test_charge_point_maximum_is_a_ceiling(store: ProfileStore) -> None:
    store.install(0, profile(9, profile_id=1, purpose="ChargePointMaxProfile"))
    assert limit(store) == Limit(9)
    store.install(1, profile(16, profile_id=2))
    assert limit(store) == Limit(9)
    store.install(1, profile(6, profile_id=2))
    assert limit(store) == Limit(6)


def test_default_on_zero_is_for_every_connector(store: ProfileStore) -> None:
    store.install(0, profile(9, profile_id=1))
    store.install(2, profile(13, profile_id=2))
    assert limit(store, connector=1) == Limit(9)
    assert limit(store, connector=2) == Limit(13)


def test_watts_and_phases(store: ProfileStore) -> None:
    store.install(1, profile(6900, unit="W"))
    assert limit(store) == Limit(10)
    store.install(1, profile(2300, unit="W", phases=1))
    assert limit(store) == Limit(10, 1)


def test_periods(store: ProfileStore) -> None:
    store.install(1, profile(periods=[(0, 16), (600, 0), (1200, 10)]))
    start = datetime.fromisoformat(EARLY)
    found = [
        limit(store, at=start + timedelta(seconds=seconds))
        for seconds in (0, 599, 600, 1199, 1200, 9999)
    ]
    assert found == [Limit(amps) for amps in (16, 16, 0, 0, 10, 10)]


def test_not_yet(store: ProfileStore) -> None:
    store.install(1, profile(startSchedule="2026-10-04T13:00:00Z"))
    assert limit(store) is None


def test_relative_to_the_transaction(store: ProfileStore) -> None:
    store.install(1, profile(kind="Relative", periods=[(0, 16), (60, 6)]))
    assert limit(store, at=NOW + timedelta(seconds=59)) == Limit(16)
    assert limit(store, at=NOW + timedelta(seconds=60)) == Limit(6)
    assert limit(store, tx=None) is None


@pytest.mark.parametrize(("kind", "days"), [("Daily", 1), ("Weekly", 7)])
def test_recurring(store: ProfileStore, kind: str, days: int) -> None:
    store.install(
        1,
        profile(
            kind="Recurring",
            recurrencyKind=kind,
            startSchedule="2026-10-01T22:00:00Z",
            periods=[(0, 16), (8 * 3600, 0)],
        ),
    )
    start = datetime(2026, 10, 1, 22, tzinfo=UTC) + timedelta(days=days)
    assert limit(store, at=start - timedelta(seconds=1)) == Limit(0)
    assert limit(store, at=start) == Limit(16)
    assert limit(store, at=start + timedelta(hours=8)) == Limit(0)


def test_validity(store: ProfileStore) -> None:
    store.install(
        1,
        profile(validFrom="2026-10-04T11:00:00Z", validTo="2026-10-04T13:00:00+00:00"),
    )
    assert limit(store) == Limit(10)
    assert limit(store, at=NOW + timedelta(hours=1)) is None
    assert limit(store, at=NOW - timedelta(hours=2)) is None


def test_same_id_or_same_place_is_replaced(store: ProfileStore) -> None:
    store.install(1, profile(16, profile_id=1, level=0))
    store.install(1, profile(15, profile_id=1, level=4))
    assert len(store) == 1
    store.install(1, profile(14, profile_id=2, level=4))
    assert [item.profile_id for item in store] == [2]
    store.install(2, profile(13, profile_id=3, level=4))
    assert len(store) == 2


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        ({}, []),
        ({"profile_id": 2}, [1, 3]),
        # An id wins over everything else (errata 3.25).
        ({"profile_id": 2, "connector": 1}, [1, 3]),
        ({"connector": 1}, [2, 3]),
        ({"connector": 2, "purpose": "TxDefaultProfile"}, [1, 3]),
        ({"purpose": "ChargePointMaxProfile"}, [1, 2]),
        ({"level": 7}, [1, 2, 3]),
    ],
)
def test_clear(store: ProfileStore, criteria: dict[str, Any], left: list[int]) -> None:
    store.install(1, profile(profile_id=1))
    store.install(2, profile(profile_id=2))
    store.install(0, profile(profile_id=3, purpose="ChargePointMaxProfile"))
    assert store.clear(**criteria) == 3 - len(left)
    assert [item.profile_id for item in store] == left


def test_composite(store: ProfileStore) -> None:
    store.install(0, profile(12, profile_id=1, purpose="ChargePointMaxProfile"))
    store.install(
        1,
        profile(
            profile_id=2,
            startSchedule="2026-10-04T12:10:00Z",
            periods=[(0, 6), (600, 16)],
            duration=1200,
        ),
    )
    found = store.composite(1, NOW, 3600, tx_started=None, without=Limit(32), unit="A")
    assert [(p["startPeriod"], p["limit"]) for p in found] == [
        (0, 12),
        (600, 6),
        (1200, 12),
    ]
    found = store.composite(1, NOW, 60, tx_started=None, without=Limit(32), unit="W")
    assert found == [{"startPeriod": 0, "limit": 8280, "numberPhases": 3}]


def test_composite_of_every_day(store: ProfileStore) -> None:
    store.install(
        1,
        profile(
            kind="Recurring",
            recurrencyKind="Daily",
            startSchedule="2026-10-01T22:00:00Z",
            validTo="2026-10-05T23:00:00Z",
            periods=[(0, 16), (8 * 3600, 0)],
        ),
    )
    found = store.composite(
        1, NOW, 48 * 3600, tx_started=None, without=Limit(32), unit="A"
    )
    hours = [(p["startPeriod"] // 3600, p["limit"]) for p in found]
    assert hours == [(0, 0), (10, 16), (18, 0), (34, 16), (35, 32)]
    store.clear()
    store.install(1, profile(kind="Relative", periods=[(0, 16), (3600, 8)]))
    found = store.composite(1, NOW, 7200, tx_started=NOW, without=Limit(32), unit="A")
    assert [(p["startPeriod"], p["limit"]) for p in found] == [(0, 16), (3600, 8)]


@given(
    limits=st.lists(st.integers(0, 32), min_size=1, max_size=6),
    step=st.integers(1, 900),
    ceiling=st.integers(6, 32),
    offset=st.integers(-2000, 2000),
)
def test_composite_says_what_limit_does(
    limits: list[int], step: int, ceiling: int, offset: int
) -> None:
    store = ProfileStore()
    begin = (NOW + timedelta(seconds=offset)).isoformat()
    store.install(
        1,
        profile(
            periods=[(n * step, amps) for n, amps in enumerate(limits)],
            startSchedule=begin,
        ),
    )
    store.install(0, profile(ceiling, profile_id=2, purpose="ChargePointMaxProfile"))
    without = Limit(32)
    periods = store.composite(1, NOW, 3000, tx_started=None, without=without, unit="A")
    assert periods[0]["startPeriod"] == 0
    for seconds in range(0, 3000, 137):
        promised = [p for p in periods if p["startPeriod"] <= seconds][-1]["limit"]
        real = store.limit(1, NOW + timedelta(seconds=seconds), None) or without
        assert promised == real.amps


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"chargingProfilePurpose": "Nonsense"}, "purpose"),
        ({"chargingProfileId": None}, "TypeError"),
        ({"chargingSchedule": {}}, "KeyError"),
        ({"validFrom": "2026-10-04T11:00:00"}, "time zone"),
        ({"validTo": "yesterday"}, "ValueError"),
        ({"recurrencyKind": "Monthly"}, "recurrencyKind"),
    ],
)
def test_problem(change: dict[str, Any], word: str) -> None:
    assert problem(profile()) is None
    found = problem(profile() | change)
    assert found is not None
    assert word in found


@pytest.mark.parametrize(
    ("build", "word"),
    [
        (profile(unit="kW"), "unit"),
        (profile(periods=[(5, 10)]), "start at 0"),
        (profile(limit=-1), "below 0"),
        (profile(phases=5), "numberPhases"),
    ],
)
def test_problem_in_the_schedule(build: dict[str, Any], word: str) -> None:
    found = problem(build)
    assert found is not None
    assert word in found
