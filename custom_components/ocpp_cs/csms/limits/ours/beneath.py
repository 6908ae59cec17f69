"""The profile that is in force while a charge point is alone (2.1: K01.FR.101).

A limit of ours is valid for some minutes without a connection, where the charge point can
count them. With nothing beneath it, the end of them would mean no limit at all. So there
is a second profile with the safe current: one stack level below, without an end, and
installed before the one above it.
"""

from dataclasses import replace
from datetime import datetime

from ...model.profile import ChargingProfile, Kind
from ..profiles import ProfileVariant, Target, charging_profile


def variant_beneath(variant: ProfileVariant) -> ProfileVariant:
    """Return the variant of the profile beneath one of ours."""
    return replace(variant, level=variant.level - 1)


def profile_beneath(
    target: Target,
    variant: ProfileVariant,
    *,
    profile_id: int,
    now: datetime,
    connected: int | None,
) -> ChargingProfile:
    """Build the profile with the safe current of a target.

    A power is that at the nominal voltage: it must not change with each measurement.
    """
    assert target.fallback is not None
    return charging_profile(
        Target(amps=target.fallback.limit_a, phases=target.phases),
        variant_beneath(variant),
        profile_id=profile_id,
        now=now,
        measurements={},
        connected=connected,
    )


def is_same(one: ChargingProfile | None, other: ChargingProfile) -> bool:
    """Return whether two profiles say the same, whenever an absolute one has begun."""
    return one is not None and _timeless(one) == _timeless(other)


def _timeless(profile: ChargingProfile) -> ChargingProfile:
    if profile.kind is not Kind.ABSOLUTE:
        return profile
    return replace(
        profile, schedules=tuple(one.starting(None) for one in profile.schedules)
    )
