"""The charging profiles that users installed; they take precedence over our limits."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Self

from ..discharging.bidirectional import discharges
from ..model.model import utcnow
from ..model.profile import ChargingProfile, Kind, Period, Purpose
from ..model.records import UNREADABLE, from_record, to_record
from ..model.timestamps import plausible
from ..outside.allowance import KeptProfile, Running, allowance, next_change

_LONGEST_TIMER = timedelta(days=1)

_LONGEST_SCHEDULE = 2**32
"""Seconds, more than a century; a longer duration would overflow a datetime."""

_MOST_CEILINGS = 20
"""The dynamic profiles for a whole charge point that are kept."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class UserProfile:
    """A user's profile that the charge point accepted, reduced to what limits need."""

    id: int
    connector_id: int
    purpose: Purpose
    level: int
    begins: datetime | None = None
    ends: datetime | None = None
    transaction_id: str | None = None
    """The transaction of a TxProfile, which ends with it."""
    profile: ChargingProfile | None = None
    """The profile as it was sent; None for those that earlier versions have kept."""
    kept_at: datetime | None = None

    @property
    def kept(self) -> KeptProfile | None:
        """The profile, and where it is; None if it is not known."""
        if self.profile is None or self.kept_at is None:
            return None
        profile = self.profile
        if self.transaction_id is not None:
            profile = profile.of_transaction(self.transaction_id)
        return KeptProfile(
            connector_id=self.connector_id, profile=profile, kept_at=self.kept_at
        )

    def is_in_force(self, now: datetime) -> bool:
        """Return whether it is valid now; a recurring one also between its periods."""
        return (self.begins is None or self.begins <= now) and not self.is_over(now)

    def overlaps(self, other: Self) -> bool:
        """Return whether both are valid at the same time for a while."""
        if self.transaction_id != other.transaction_id:
            return None in (self.transaction_id, other.transaction_id)
        return not (
            (self.ends is not None and other.begins is not None)
            and self.ends <= other.begins
        ) and not (
            (other.ends is not None and self.begins is not None)
            and other.ends <= self.begins
        )

    def is_over(self, now: datetime) -> bool:
        """Return whether it has ended."""
        return self.ends is not None and self.ends <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileFilter:
    """The criteria of a ClearChargingProfile (5.5); None matches any profile."""

    id: int | None = None
    """If set, the other criteria are ignored (errata 3.25)."""
    connector_id: int | None = None
    purpose: Purpose | None = None
    level: int | None = None

    def fits(self, *, id: int, connector_id: int, purpose: Purpose, level: int) -> bool:
        """Return whether the criteria match a profile."""
        if self.id is not None:
            return id == self.id
        return (
            self.connector_id in (None, connector_id)
            and self.purpose in (None, purpose)
            and self.level in (None, level)
        )


def user_profile(
    connector_id: int, profile: ChargingProfile, transaction_id: str | None
) -> UserProfile:
    """Return the user profile of a charging profile and the running transaction."""
    begins, ends = _span(profile)
    return UserProfile(
        id=profile.id,
        connector_id=connector_id,
        purpose=profile.purpose,
        level=profile.stack_level,
        begins=begins,
        ends=ends,
        transaction_id=profile.transaction_id or transaction_id,
        profile=profile,
        kept_at=utcnow(),
    )


def _span(profile: ChargingProfile) -> tuple[datetime | None, datetime | None]:
    """Return start and end of a profile's validity; None if it is unbounded."""
    begins, ends = plausible(profile.valid_from), plausible(profile.valid_to)
    if profile.kind is not Kind.ABSOLUTE:
        return begins, ends
    # Of several schedules, which only 2.0.1 has, the vehicle may choose any.
    starts = [plausible(one.start) for one in profile.schedules]
    known = [start for start in starts if start is not None]
    if len(known) < len(starts):
        return begins, ends
    begins = min(known) if begins is None else max(begins, min(known))
    durations = [one.duration for one in profile.schedules if one.duration is not None]
    if len(durations) == len(starts):
        end = max(
            start + timedelta(seconds=min(duration, _LONGEST_SCHEDULE))
            for start, duration in zip(known, durations, strict=True)
        )
        ends = end if ends is None else min(ends, end)
    return begins, ends


class UserProfiles:
    """The users' profiles of one charge point, until they end or are cleared.

    A ChargePointMaxProfile is not among them: it caps our limits as well.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        """Create an empty list.

        Args:
            changed: Called when the profiles in force may have changed.
        """
        self._changed = changed
        self._profiles: list[UserProfile] = []
        self._ceilings: dict[int, UserProfile] = {}
        """The dynamic ones for the whole charge point, whose values it may ask for."""
        self._timer: asyncio.TimerHandle | None = None

    def load(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Restore the profiles from `records`."""
        self._profiles, self._ceilings = [], {}
        for record in records:
            number = record.get("transaction_id")
            if isinstance(number, int):
                # Earlier versions stored a number.
                record = dict(record) | {"transaction_id": str(number)}
            try:
                one = from_record(UserProfile, record)
            except UNREADABLE as err:
                _LOGGER.warning("A saved profile cannot be read: %s", err)
                continue
            if one.purpose is Purpose.STATION_MAX:
                self._ceilings[one.id] = one
            else:
                self._profiles.append(one)
        self._start_timer()

    def records(self) -> list[dict[str, Any]]:
        """Return all profiles, for JSON."""
        return [to_record(one) for one in (*self._profiles, *self._ceilings.values())]

    def in_force(self, connector_id: int) -> list[UserProfile]:
        """Return the profiles in force at a connector."""
        now = utcnow()
        return [
            one
            for one in self._profiles
            if one.connector_id in (0, connector_id) and one.is_in_force(now)
        ]

    def allowed(
        self, connector_id: int, running: Running | None, phases: int
    ) -> float | None:
        """Return what the profiles allow at a connector now in A; None is everything.

        Args:
            connector_id: The connector.
            running: The session that runs there.
            phases: The number of phases in use, which a power is divided by.
        """
        if not self._profiles:
            return None
        kept = [one for user in self._profiles if (one := user.kept) is not None]
        found = allowance(kept, connector_id, utcnow(), running=running, phases=phases)
        return None if found is None else found.amps

    def next_change(
        self, connector_id: int, at: datetime, running: Running | None
    ) -> datetime | None:
        """Return when the profiles allow something else at a connector by themselves."""
        times = [
            time
            for user in self._profiles
            if user.connector_id in (0, connector_id)
            and (one := user.kept) is not None
            and (time := next_change(one, at, running)) is not None
        ]
        return min(times, default=None)

    @property
    def ids(self) -> frozenset[int]:
        """The ids of all profiles."""
        return frozenset(one.id for one in self._profiles)

    def discharging(self, connector_id: int) -> list[int]:
        """Return the ids of the profiles by which the vehicle at a connector discharges."""
        return [
            one.id
            for one in self._profiles
            if one.connector_id in (0, connector_id)
            and one.profile is not None
            and any(
                discharges(period)
                for schedule in one.profile.schedules
                for period in schedule.periods
            )
        ]

    def place(self, profile_id: int) -> int:
        """Return the connector of a profile; 0 is all connectors, or not known."""
        found = (one.connector_id for one in self._profiles if one.id == profile_id)
        return next(found, 0)

    def dynamic_values(self, profile_id: int) -> Period | None:
        """Return the present values of a dynamic profile; None if there is none."""
        user = self._dynamic(profile_id)
        return None if user is None else user.schedules[0].periods[0]

    def _dynamic(self, profile_id: int) -> ChargingProfile | None:
        return next(
            (
                one.profile
                for one in (*self._profiles, *self._ceilings.values())
                if one.id == profile_id
                and one.profile is not None
                and one.profile.kind is Kind.DYNAMIC
            ),
            None,
        )

    def updated(self, profile_id: int, values: Period) -> None:
        """Note new values of a dynamic profile (2.1: K28.FR.06).

        Args:
            profile_id: The profile.
            values: Its only period; what is None of its values stays as it is.
        """
        if (profile := self._dynamic(profile_id)) is None:
            return
        (schedule,) = profile.schedules
        (period,) = schedule.periods
        new = replace(
            period,
            limit=period.limit if values.limit is None else values.limit,
            setpoint=period.setpoint if values.setpoint is None else values.setpoint,
            discharge_limit=period.discharge_limit
            if values.discharge_limit is None
            else values.discharge_limit,
        )
        whole = replace(profile, schedules=(replace(schedule, periods=(new,)),))
        self._profiles = [
            replace(one, profile=whole) if one.profile is profile else one
            for one in self._profiles
        ]
        if (ceiling := self._ceilings.get(profile_id)) is not None:
            self._ceilings[profile_id] = replace(ceiling, profile=whole)
        self._has_changed()

    def in_the_way(self, connector_id: int, profile: ChargingProfile) -> list[int]:
        """Return the ids of other profiles that have the place of a new one.

        OCPP 2 does not replace them (K01.FR.06, FR.39, FR.52, FR.53).
        """
        new = user_profile(connector_id, profile, None)
        return [
            one.id
            for one in self._profiles
            if one.id != new.id
            and (one.purpose, one.level) == (new.purpose, new.level)
            and (
                one.connector_id == new.connector_id
                or (
                    new.purpose is Purpose.TX_DEFAULT
                    and 0 in (one.connector_id, new.connector_id)
                )
            )
            and one.overlaps(new)
        ]

    def installed(
        self, connector_id: int, profile: ChargingProfile, running: str | None
    ) -> UserProfile | None:
        """Record a profile that the charge point accepted (5.16).

        Args:
            connector_id: The connector; 0 is all connectors.
            profile: The accepted profile.
            running: The id of the running transaction of the connector, if any.

        Returns:
            None if the profile does not take precedence over limits.
        """
        self._ceilings.pop(profile.id, None)
        if profile.purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL_CONSTRAINTS):
            if profile.kind is Kind.DYNAMIC:
                self._keep_ceiling(connector_id, profile)
            return None
        transaction_id = None
        if profile.purpose is Purpose.TX:
            # Some accept a TxProfile without a transaction.
            if running is None:
                return None
            transaction_id = running
        new = user_profile(connector_id, profile, transaction_id)
        place = (new.connector_id, new.purpose, new.level)
        # 5.16.1: it replaces a profile of the same id, or the same purpose and level.
        self._profiles = [
            one
            for one in self._profiles
            if one.id != new.id and (one.connector_id, one.purpose, one.level) != place
        ]
        self._profiles.append(new)
        self._has_changed()
        return new

    def _keep_ceiling(self, connector_id: int, profile: ChargingProfile) -> None:
        """Keep the values of a dynamic profile that goes before none of ours."""
        if len(self._ceilings) >= _MOST_CEILINGS:
            self._ceilings.pop(next(iter(self._ceilings)))
        self._ceilings[profile.id] = user_profile(connector_id, profile, None)
        self._has_changed()

    def cleared(self, which: ProfileFilter) -> None:
        """Remove the profiles that were cleared (5.5)."""
        gone = [
            one.id
            for one in self._ceilings.values()
            if which.fits(
                id=one.id,
                connector_id=one.connector_id,
                purpose=one.purpose,
                level=one.level,
            )
        ]
        for profile_id in gone:
            del self._ceilings[profile_id]
        if gone:
            self._has_changed()
        self._keep(
            lambda one: (
                not which.fits(
                    id=one.id,
                    connector_id=one.connector_id,
                    purpose=one.purpose,
                    level=one.level,
                )
            )
        )

    def transaction_changed(self, connector_id: int, running: str | None) -> None:
        """Remove the TxProfiles of transactions of a connector that have ended."""
        self._keep(
            lambda one: (
                one.purpose is not Purpose.TX
                or one.connector_id != connector_id
                or (running is not None and one.transaction_id in (None, running))
            )
        )

    def _keep(self, kept: Callable[[UserProfile], bool]) -> None:
        before = len(self._profiles)
        self._profiles = [one for one in self._profiles if kept(one)]
        if len(self._profiles) != before:
            self._has_changed()

    def _has_changed(self) -> None:
        now = utcnow()
        self._profiles = [one for one in self._profiles if not one.is_over(now)]
        self._start_timer()
        self._changed()

    def _start_timer(self) -> None:
        """Schedule the next start or end of a profile."""
        self.close()
        now = utcnow()
        times = [
            time
            for one in self._profiles
            for time in (one.begins, one.ends)
            if time is not None and time > now
        ]
        if times:
            delay = min(min(times) - now, _LONGEST_TIMER)
            self._timer = asyncio.get_running_loop().call_later(
                delay.total_seconds() + 0.05, self._time_came
            )

    def _time_came(self) -> None:
        self._timer = None
        self._has_changed()

    def close(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
