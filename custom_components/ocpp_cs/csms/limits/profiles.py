"""Build the charging profile that carries the limit of a connector (3.13, 7.8).

There is one profile of ours per connector, without an end. Where a fuse is shared, a
second period of it has the limit that is safe without us, and is put off again and again
for as long as we are there: one profile needs no transaction, outlasts a restart of the
charge point, and never ends in no limit at all. Its id is the highest that
the charge point accepts, and one less for each further connector. Its stack level is
the highest too, so that leftovers of another central system do not override it. A
profile that a user installs still takes precedence: see `user_profiles.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import math
import re

from ..metering import lines
from ..model.profile import (
    ChargingProfile,
    Kind,
    OperationMode,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from ..model.quirks import Quirk, Quirks
from .intent import Fallback, Phases
from .surroundings import Declares

NOMINAL_VOLTAGE = 230.0

_DEFAULT_ID = 9000
"""The highest profile id if MaxChargingProfilesInstalled is not reported."""

DEFAULT_MAXIMUM = 32.0
"""The maximum in A per phase of a charge point with unknown rating."""

MOST_OFFLINE_S = 60
"""Seconds without a connection after which a vehicle only charges (2.1: Q11)."""

_BACK = timedelta(minutes=1)
"""The schedule starts this long ago, as clocks differ a little."""

_RATINGS: tuple[tuple[re.Pattern[str], dict[str, float]], ...] = (
    (re.compile(r"(?<![\d.,])(6|8|10|13|16|20|25|32|40|48|63|80) ?A\b"), {}),
    (
        re.compile(r"(?<![\d.,])(3[.,][67]|7[.,][24]|11|22|43) ?kW", re.IGNORECASE),
        {"11": 16.0, "22": 32.0, "43": 63.0, "3": 16.0, "7": 32.0},
    ),
)
"""Patterns of the rated current or power in a model name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The limit of a profile of ours: A per phase, 0 to pause, and the phases."""

    amps: float
    phases: Phases | None
    """None leaves numberPhases out, which means 3 (errata 3.69)."""
    fallback: Fallback | None = None
    """The lower limit that follows by itself; None if the limit has no end."""
    setpoint_w: float | None = None
    """What the vehicle is to follow in W, below 0 to discharge; None only limits."""
    balances_w: float | None = None
    """The most in W that the charge point may discharge to balance the house by itself,
    as a positive value; None if it does not (2.1: Q09)."""

    @property
    def only_limits(self) -> bool:
        """Return whether the vehicle can only charge by it."""
        return self.setpoint_w is None and self.balances_w is None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileVariant:
    """A combination of profile fields; charge points do not accept every one."""

    kind: Kind
    level: int
    unit: Unit
    purpose: Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The smart charging capabilities that a charge point reports; None if unknown."""

    max_stack_level: int | None = None
    units: frozenset[Unit] = frozenset()
    most_profiles: int | None = None
    max_periods: int | None = None
    switches_phases: bool = False
    dynamic: bool = False
    counts_offline: bool = False
    model: str = ""


def declared(charge_point: Declares) -> Declared:
    """Return the smart charging capabilities that a charge point reports."""
    told = charge_point.capabilities
    return Declared(
        max_stack_level=told.max_stack_level,
        units=told.units,
        most_profiles=told.max_profiles,
        max_periods=told.max_periods,
        switches_phases=told.switches_phases,
        dynamic=told.dynamic_profiles,
        counts_offline=told.offline_limits,
        model=charge_point.identity.model or "",
    )


def first_variant(quirks: Quirks, told: Declared) -> ProfileVariant:
    """Return the variant to try first, by quirks and reported capabilities."""
    unit = quirks.charging_rate_unit
    if unit is None:
        unit = Unit.WATT if told.units == {Unit.WATT} else Unit.AMPERE
    level = quirks.stack_level
    if level is None:
        level = told.max_stack_level or 0
    return ProfileVariant(
        # Nothing has to be written to its memory when only the limit changes (2.1: K28).
        kind=Kind.DYNAMIC if told.dynamic else quirks.profile_kind,
        level=level,
        unit=unit,
        purpose=Purpose.TX_DEFAULT,
    )


def variants(first: ProfileVariant) -> list[ProfileVariant]:
    """Return `first` and the variants to try in turn if it is refused."""
    if first.kind is Kind.DYNAMIC:
        # What refuses it, whatever it has declared, gets a kind that all have.
        return [first, *variants(replace(first, kind=Kind.ABSOLUTE))]
    other_kind = Kind.RELATIVE if first.kind is Kind.ABSOLUTE else Kind.ABSOLUTE
    other_unit = Unit.WATT if first.unit is Unit.AMPERE else Unit.AMPERE
    found = [
        first,
        replace(first, kind=other_kind),
        replace(first, level=0),
        replace(first, kind=other_kind, level=0),
        replace(first, unit=other_unit),
        replace(first, purpose=Purpose.TX),
    ]
    return list(dict.fromkeys(found))


def switches_phases(quirks: Quirks, told: Declared) -> bool:
    """Return whether the charge point obeys numberPhases."""
    if quirks.switches_phases is not None:
        return quirks.switches_phases
    return told.switches_phases


def maximum_current(quirks: Quirks, told: Declared) -> float:
    """Return the highest limit in A per phase."""
    if quirks.maximum_current is not None:
        return quirks.maximum_current
    return rated_current(told.model) or DEFAULT_MAXIMUM


def rated_current(model: str) -> float | None:
    """Return the rated current in A per phase that a model name contains."""
    for pattern, amps_of in _RATINGS:
        if found := pattern.search(model):
            number = found[1].partition(".")[0].partition(",")[0]
            return amps_of.get(number) or float(number)
    return None


def minimum_current(quirks: Quirks, maximum: float) -> float:
    """Return the lowest limit in A that does not pause.

    Never above `maximum`, which may be all that the circuit carries.
    """
    lowest = max(quirks.minimum_current, quirks.currents[0] if quirks.currents else 0.0)
    return min(lowest, maximum)


def current_step(quirks: Quirks) -> float:
    """Return the step of limits in A, at least the 0.1 A of OCPP."""
    return max(quirks.current_step, 0.1)


def allowed(amps: float, quirks: Quirks, maximum: float) -> float:
    """Return the highest limit that is not above `amps`, or 0 if there is none."""
    if math.isnan(amps):
        # What is no number must not become no limit.
        return 0.0
    amps = min(amps, maximum)
    if quirks.currents:
        amps = max((one for one in quirks.currents if one <= amps), default=0.0)
    step = current_step(quirks)
    # A quotient of decimal fractions may be slightly below the whole number.
    amps = round(math.floor(amps / step + 1e-6) * step, 1)
    return amps if amps >= minimum_current(quirks, maximum) else 0.0


def keeps_fallback(quirks: Quirks, told: Declared) -> bool:
    """Return whether a charge point may keep a second, lower limit by itself.

    Not one whose schedules have one period, or start with each session, and not one that
    loses its profiles with the connection.
    """
    most = quirks.most_periods or told.max_periods or 2
    return (
        most > 1
        and quirks.profile_kind is Kind.ABSOLUTE
        and Quirk.LIMITS_LOST not in quirks.expected
    )


def falls_by_itself(quirks: Quirks, told: Declared, variant: ProfileVariant) -> bool:
    """Return whether a charge point may end limits some time after we are gone.

    The safe one needs a stack level beneath, and has to be there without a session.
    """
    return (
        told.counts_offline
        and variant.level > 0
        and variant.purpose is Purpose.TX_DEFAULT
        and Quirk.LIMITS_LOST not in quirks.expected
    )


def profile_id(told: Declared, connector: int) -> int:
    """Return the id of our profile of a connector: see the module docstring."""
    most = told.most_profiles or 0
    # Some accept no id above the number of profiles that they can store.
    return (most if most >= connector else _DEFAULT_ID) - connector + 1


_OF_TRANSACTION = 1000
"""Added to the id of a connector's profile: that of its TxProfile beside that."""


def transaction_profile_id(told: Declared, connector: int) -> int:
    """Return the id of our TxProfile of a connector, beside its TxDefaultProfile."""
    return profile_id(told, connector) + _OF_TRANSACTION


_OF_PRIORITY = 4000
"""Added to the id of a connector's profile: that of its profile for priority."""


def priority_profile_id(told: Declared, connector: int) -> int:
    """Return the id of our profile for priority of a connector (2.1: K21)."""
    return profile_id(told, connector) + _OF_PRIORITY


_BENEATH = 2000
"""Added to the id of a connector's profile: that of the safe one beneath it."""


def beneath_profile_id(told: Declared, connector: int) -> int:
    """Return the id of the profile that is in force while the charge point is alone."""
    return profile_id(told, connector) + _BENEATH


def schedule_id(told: Declared, connector: int, connectors: int) -> int:
    """Return the profile id of a user's schedule for a connector; 0 is all connectors.

    These ids follow those of the limits of all `connectors`.
    """
    most = told.most_profiles or 0
    number = connectors + connector
    return (most if most > number else _DEFAULT_ID) - number


def voltage_of(measurements: Mapping[str, float]) -> float:
    """Return the voltage between a phase and neutral, measured or nominal."""
    return lines.voltage_of(measurements) or NOMINAL_VOLTAGE


def watts_of(
    amps: float,
    phases: int | None,
    measurements: Mapping[str, float],
    connected: int | None = None,
) -> int:
    """Convert a current to a power, rounded down.

    Args:
        amps: Current per phase in A.
        phases: Number of phases; None takes those connected.
        measurements: Measured values, for the voltage and the phases.
        connected: Number of connected phases, if known.

    Returns:
        Power of all phases together in W.
    """
    count = phases or connected or lines.lines_of(measurements)[0] or 3
    return math.floor(amps * count * voltage_of(measurements) + 1e-6)


def amps_of(
    watts: float,
    phases: int | None,
    measurements: Mapping[str, float],
    connected: int | None = None,
) -> float:
    """Convert the power of all phases in W to A per phase; see `watts_of`."""
    count = phases or connected or lines.lines_of(measurements)[0] or 3
    return watts / (count * voltage_of(measurements))


def _most_offline_s(fallback: Fallback | None, *, discharges: bool) -> int | None:
    """Return after how many seconds without a connection a profile ends."""
    limits = [MOST_OFFLINE_S] if discharges else []
    if fallback is not None and fallback.by_connection:
        limits.append(fallback.after_s)
    return min(limits, default=None)


def charging_profile(
    target: Target,
    variant: ProfileVariant,
    *,
    profile_id: int,
    now: datetime,
    measurements: Mapping[str, float],
    connected: int | None = None,
    transaction_id: str | None = None,
) -> ChargingProfile:
    """Build the charging profile of a target.

    Args:
        target: Current per phase and number of phases.
        variant: Purpose, kind, unit and stack level to use.
        profile_id: The id of the profile.
        now: The time by the charge point's clock.
        measurements: Measured values, to convert the current to W.
        connected: Number of connected phases, if known.
        transaction_id: The transaction of a TxProfile.
    """

    def rate(amps: float) -> float:
        if variant.unit is Unit.WATT:
            return watts_of(amps, target.phases, measurements, connected)
        return amps

    def power(watts: float) -> float:
        """Convert a signed power to the unit, towards 0."""
        if variant.unit is Unit.WATT:
            return float(math.trunc(watts))
        amps = amps_of(watts, target.phases, measurements, connected)
        return math.trunc(amps * 10 + math.copysign(1e-6, amps)) / 10 + 0.0

    discharges = variant.purpose is Purpose.TX and not target.only_limits
    periods = [Period(start=0, limit=rate(target.amps), phases=target.phases)]
    fallback = target.fallback
    if discharges and target.setpoint_w is not None:
        # Q03.FR.02: without any limit.
        periods = [
            Period(
                start=0,
                limit=None,
                phases=target.phases,
                mode=OperationMode.CENTRAL_SETPOINT,
                setpoint=power(target.setpoint_w),
            )
        ]
    elif discharges and target.balances_w is not None:
        periods = [
            replace(
                periods[0],
                mode=OperationMode.LOCAL_LOAD_BALANCING,
                discharge_limit=-power(target.balances_w) + 0.0,
            )
        ]
    elif fallback is not None and not fallback.by_connection:
        periods.append(
            Period(
                start=fallback.after_s + int(_BACK.total_seconds()),
                limit=rate(fallback.limit_a),
                phases=target.phases,
            )
        )
    return ChargingProfile(
        id=profile_id,
        stack_level=variant.level,
        purpose=variant.purpose,
        kind=variant.kind,
        schedules=(
            Schedule(
                unit=variant.unit,
                start=now - _BACK if variant.kind is Kind.ABSOLUTE else None,
                periods=tuple(periods),
            ),
        ),
        transaction_id=transaction_id if variant.purpose is Purpose.TX else None,
        most_offline_s=_most_offline_s(fallback, discharges=discharges),
        stays_invalid=discharges,
    )
