"""What is wanted, as the charging profile that a charge point takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.profiles import (
    Declared,
    ProfileVariant,
    Target,
    allowed,
    amps_of,
    charging_profile,
    first_variant,
    maximum_current,
    minimum_current,
    profile_id,
    switches_phases,
    variants,
    watts_of,
)
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.quirks import Quirks

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
VARIANT = ProfileVariant(
    kind=Kind.ABSOLUTE, level=8, unit=Unit.AMPERE, purpose=Purpose.TX_DEFAULT
)
THREE = {"voltage_l1": 228.0, "voltage_l2": 230.0, "voltage_l3": 232.0}


def profile(
    target: Target, variant: ProfileVariant = VARIANT, **more: Any
) -> ChargingProfile:
    return charging_profile(
        target, variant, profile_id=20, now=NOW, **{"measurements": {}, **more}
    )


def test_a_limit_is_a_profile_without_an_end() -> None:
    assert profile(Target(amps=10.0, phases=None)) == ChargingProfile(
        id=20,
        stack_level=8,
        purpose=Purpose.TX_DEFAULT,
        kind=Kind.ABSOLUTE,
        schedules=(
            Schedule(
                unit=Unit.AMPERE,
                start=NOW - timedelta(minutes=1),
                periods=(Period(start=0, limit=10.0),),
            ),
        ),
    )


def test_a_relative_one_has_no_start() -> None:
    variant = replace(VARIANT, kind=Kind.RELATIVE, level=0, purpose=Purpose.TX)
    found = profile(Target(amps=0.0, phases=1), variant, transaction_id="7")
    (schedule,) = found.schedules
    assert schedule.start is None
    assert schedule.periods == (Period(start=0, limit=0.0, phases=1),)
    assert found.transaction_id == "7"
    # Only a profile of a transaction names one.
    assert (
        profile(Target(amps=0.0, phases=1), transaction_id="7").transaction_id is None
    )


@pytest.mark.parametrize(
    ("phases", "measurements", "watts"),
    [
        (None, {}, 6900),
        (3, {}, 6900),
        (1, {}, 2300),
        (None, THREE, 6900),
        (None, {"voltage_l1": 240.0, "voltage_l2": 3.0}, 2400),
        (None, {"voltage": 240.0}, 7200),
        # Between two phases, or nonsense.
        (None, {"voltage": 400.0}, 6900),
    ],
)
def test_watts(phases: Any, measurements: dict[str, float], watts: int) -> None:
    variant = replace(VARIANT, unit=Unit.WATT)
    found = profile(
        Target(amps=10.0, phases=phases), variant, measurements=measurements
    )
    (period,) = found.schedules[0].periods
    assert period.limit == watts_of(10.0, phases, measurements) == watts
    assert amps_of(watts, phases, measurements) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("quirks", "wanted", "given"),
    [
        ({}, 10.0, 10.0),
        ({}, 10.19, 10.1),
        ({}, 0.3 * 36, 10.8),
        ({}, 6.0, 6.0),
        ({}, 5.99, 0.0),
        ({}, 0.0, 0.0),
        ({}, 99.0, 32.0),
        ({"current_step": 1.0}, 10.9, 10.0),
        ({"current_step": 0.01}, 10.99, 10.9),
        ({"minimum_current": 8.0}, 7.9, 0.0),
        ({"currents": (6.0, 8.0, 10.0, 13.0, 16.0)}, 12.9, 10.0),
        ({"currents": (6.0, 8.0)}, 32.0, 8.0),
        ({"currents": (6.0, 8.0)}, 5.0, 0.0),
    ],
)
def test_nothing_between_0_and_the_minimum(
    quirks: dict[str, Any], wanted: float, given: float
) -> None:
    assert allowed(wanted, Quirks(**quirks), 32.0) == given


def test_the_first_variant_follows_what_is_known() -> None:
    assert first_variant(Quirks(), Declared()) == ProfileVariant(
        kind=Kind.ABSOLUTE, level=0, unit=Unit.AMPERE, purpose=Purpose.TX_DEFAULT
    )
    told = Declared(max_stack_level=8, units=frozenset({Unit.WATT}))
    assert first_variant(Quirks(), told).level == 8
    assert first_variant(Quirks(), told).unit == Unit.WATT
    both = Declared(units=frozenset({Unit.AMPERE, Unit.WATT}))
    assert first_variant(Quirks(), both).unit == Unit.AMPERE
    quirks = Quirks(
        stack_level=0, charging_rate_unit=Unit.AMPERE, profile_kind=Kind.RELATIVE
    )
    assert first_variant(quirks, told) == ProfileVariant(
        kind=Kind.RELATIVE, level=0, unit=Unit.AMPERE, purpose=Purpose.TX_DEFAULT
    )


def test_no_way_is_there_twice() -> None:
    found = variants(VARIANT)
    assert found[0] == VARIANT
    assert [(one.kind, one.level, one.unit, one.purpose) for one in found[1:]] == [
        (Kind.RELATIVE, 8, Unit.AMPERE, Purpose.TX_DEFAULT),
        (Kind.ABSOLUTE, 0, Unit.AMPERE, Purpose.TX_DEFAULT),
        (Kind.RELATIVE, 0, Unit.AMPERE, Purpose.TX_DEFAULT),
        (Kind.ABSOLUTE, 8, Unit.WATT, Purpose.TX_DEFAULT),
        (Kind.ABSOLUTE, 8, Unit.AMPERE, Purpose.TX),
    ]
    assert len(variants(first_variant(Quirks(), Declared()))) == 4


@pytest.mark.parametrize(
    ("model", "maximum"),
    [
        ("", 32.0),
        ("Home 11 kW", 16.0),
        ("Home 22kW", 32.0),
        ("Box 7,4 kW", 32.0),
        ("X-16A", 16.0),
        ("M3-2016", 32.0),
        ("go-eCharger_V4", 32.0),
    ],
)
def test_the_maximum_is_in_the_name(model: str, maximum: float) -> None:
    assert maximum_current(Quirks(), Declared(model=model)) == maximum
    assert maximum_current(Quirks(maximum_current=20.0), Declared(model=model)) == 20.0


def test_the_minimum_is_one_that_can_be_sent() -> None:
    assert minimum_current(Quirks(currents=(8.0, 10.0)), 32.0) == 8.0


@pytest.mark.parametrize(
    ("minimum", "maximum", "wanted", "given"),
    [
        (20.0, 10.0, 32.0, 10.0),
        (20.0, 10.0, 20.0, 10.0),
        (20.0, 10.0, 10.0, 10.0),
        (20.0, 10.0, 9.9, 0.0),
        (6.0, 10.0, 32.0, 10.0),
        (10.0, 10.0, 32.0, 10.0),
    ],
)
def test_what_the_circuit_carries_is_never_exceeded(
    minimum: float, maximum: float, wanted: float, given: float
) -> None:
    """Not for the sake of a lowest current that is higher, either."""
    quirks = Quirks(minimum_current=minimum, maximum_current=maximum)
    most = maximum_current(quirks, Declared())
    assert most == maximum
    assert minimum_current(quirks, most) == min(minimum, maximum)
    assert allowed(wanted, quirks, most) == given


def test_the_currents_that_a_make_knows_do_not_exceed_it_either() -> None:
    quirks = Quirks(currents=(10.0, 16.0), maximum_current=8.0)
    assert minimum_current(quirks, 8.0) == 8.0
    assert allowed(32.0, quirks, 8.0) == 0.0


def test_ids_are_those_that_users_do_not_use() -> None:
    assert profile_id(Declared(), 1) == 9000
    assert profile_id(Declared(most_profiles=20), 1) == 20
    assert profile_id(Declared(most_profiles=20), 2) == 19
    assert profile_id(Declared(most_profiles=1), 2) == 8999


def test_who_switches_phases() -> None:
    assert not switches_phases(Quirks(), Declared())
    assert switches_phases(Quirks(), Declared(switches_phases=True))
    assert not switches_phases(
        Quirks(switches_phases=False), Declared(switches_phases=True)
    )


def test_an_intent_survives() -> None:
    intent = Intent(limit_a=10.0, paused=True, phases=1)
    assert Intent.from_record(intent.record()) == intent
    assert Intent().is_none
    assert not Intent(phases=3).is_none
