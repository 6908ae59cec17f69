"""The charging profiles of an upstream: a ceiling in our own limits, nothing more."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
import logging
from typing import Any, Final, Protocol, override

from ...model.model import utcnow
from ...model.profile import (
    ChargingProfile,
    InstalledProfile,
    Kind,
    LimitSource,
    Purpose,
    Schedule,
    Unit,
)
from ...model.records import UNREADABLE, from_record, to_record
from ...model.timestamps import plausible
from ...outside.allowance import (
    Allowance,
    KeptProfile,
    Running,
    allowance,
    is_of,
    next_change,
    station_allowance,
)
from ...outside.ceilings import CeilingSource
from ...outside.composite import Composed, composite
from ...transactions.transaction import Transaction, TransactionKey
from ..memory import StationMemory
from ..model import Role, ToldSession, UpstreamSettings

MAX_PROFILES: Final = 20
"""The profiles of an upstream that are kept for a charge point."""
MAX_STACK_LEVEL: Final = 99
MAX_PERIODS: Final = 100
"""The periods of a schedule."""
_MOST_SCHEDULES: Final = 3
_LONGEST_S: Final = 10 * 366 * 86400
_HIGHEST: Final = 1e7
_BEGINS: Final = timedelta(minutes=10)
_MEMORY: Final = "profiles"
_OVERRIDDEN: Final = "overridden"

_LOGGER = logging.getLogger(__name__)


class Played(Composed, Protocol):
    """The charge point that an upstream limits."""


class UpstreamLimits(CeilingSource):
    """The charging profiles that one upstream has set for one charge point.

    They are kept over a restart, and never sent to the charge point as they are: what
    they allow at a time is a ceiling for what our limits want.
    """

    def __init__(self, settings: UpstreamSettings, memory: StationMemory) -> None:
        """Begin with the profiles of before."""
        self._settings = settings
        self._memory = memory
        self._charge_point: Played | None = None
        self._told: Callable[[TransactionKey], ToldSession | None] = lambda key: None
        self._kept: list[KeptProfile] = []
        if self._may:
            self._kept = _read(memory.get(_MEMORY))
        elif memory.get(_MEMORY) is not None:
            # With the role, what it has allowed goes, too.
            memory.put(_MEMORY, None)
            memory.put(_OVERRIDDEN, None)

    def attach(
        self,
        charge_point: Played,
        told: Callable[[TransactionKey], ToldSession | None],
    ) -> None:
        """Limit a charge point from now on, if the upstream has the role for it.

        Args:
            charge_point: The charge point.
            told: Returns what the upstream knows of a session.
        """
        self._charge_point, self._told = charge_point, told
        if self._may:
            overridden = self._memory.get(_OVERRIDDEN)
            if not self.may_override or not isinstance(overridden, list):
                overridden = []
            charge_point.ceilings.put(
                self._settings.id, self, [one for one in overridden if type(one) is int]
            )

    def detach(self) -> None:
        """Limit the charge point no more."""
        if self._charge_point is not None:
            self._charge_point.ceilings.remove(self._settings.id)
            self._charge_point = None

    @property
    def _may(self) -> bool:
        return self._settings.has(Role.LIMIT)

    # What the upstream asks.

    def put(self, connector_id: int, profile: ChargingProfile) -> bool:
        """Keep a profile (1.6: 5.16; 2.0.1: K01); return whether it is taken.

        Args:
            connector_id: The connector; 0 is the whole charge point.
            profile: The profile, whose transaction id is the one that the upstream
                knows.
        """
        now = utcnow()
        if not self._may or not _is_sound(connector_id, profile, now):
            return False
        charge_point = self._charge_point
        if connector_id and charge_point is not None:
            known = charge_point.connectors
            if known and connector_id not in known:
                return False
        if profile.purpose is Purpose.TX:
            running = self._running(connector_id)
            if running is None or running.transaction_id is None:
                return False
            if profile.transaction_id not in (None, running.transaction_id):
                return False
            profile = profile.of_transaction(running.transaction_id)
        new = KeptProfile(
            connector_id=connector_id, profile=_by_plausible(profile), kept_at=now
        )
        return self._take(new)

    def put_for(self, session: Transaction, profile: ChargingProfile) -> bool:
        """Keep the profile with which a session was started (1.6: 5.11; 2.0.1: F01).

        The session has just begun, and may have no id at the upstream yet.
        """
        now = utcnow()
        profile = replace(profile, transaction_id=None)
        if not self._may or not is_for_start(profile, now):
            return False
        return self._take(
            KeptProfile(
                connector_id=session.connector_id,
                profile=_by_plausible(profile),
                kept_at=now,
                session_start=session.reported_start,
            )
        )

    def _take(self, new: KeptProfile) -> bool:
        """Keep a sound profile; return False if there are too many."""
        now = new.kept_at
        # 1.6: 5.16.1: it replaces one with its id, or with its place.
        kept = [
            one
            for one in self._kept
            if one.profile.id != new.profile.id
            and _place(one) != _place(new)
            and self._lasts(one, now)
        ]
        if len(kept) >= MAX_PROFILES:
            return False
        self._keep([*kept, new])
        return True

    def clear(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Forget the profiles that match all arguments; return whether there was one.

        With an id, only the id counts (1.6: errata 3.25).
        """
        if not self._may:
            return False

        def fits(one: KeptProfile) -> bool:
            if id is not None:
                return one.profile.id == id
            return (
                connector_id in (None, one.connector_id)
                and (purpose is None or one.profile.purpose == Purpose(purpose))
                and stack_level in (None, one.profile.stack_level)
            )

        kept = [one for one in self._kept if not fits(one)]
        if len(kept) == len(self._kept):
            return False
        self._keep(kept)
        return True

    def installed(self) -> list[InstalledProfile]:
        """Return all profiles (2.0.1: K09)."""
        now = utcnow()
        return [
            InstalledProfile(
                connector_id=one.connector_id,
                source=LimitSource.CSO,
                profile=self._named(one),
            )
            for one in self._kept
            if self._lasts(one, now)
        ]

    def _named(self, one: KeptProfile) -> ChargingProfile:
        """Return a profile with the id that its session has at the upstream by now."""
        if one.session_start is None or self._charge_point is None:
            return one.profile
        running = self._running(one.connector_id)
        if running is None or running.transaction_id is None:
            return one.profile
        return one.profile.of_transaction(running.transaction_id)

    def composite(
        self, connector_id: int, duration: int, unit: Unit | None, now: datetime
    ) -> Schedule | None:
        """Return what will be allowed, by all limits of ours (1.6: 5.7; 2.0.1: K08).

        Args:
            connector_id: The connector; 0 is the whole charge point.
            duration: The length of the schedule in s.
            unit: The unit that is asked for; None leaves it to us.
            now: The present time, at which it starts.

        Returns:
            The schedule; None if it cannot be told.
        """
        if not self._may or self._charge_point is None:
            return None
        return composite(self._charge_point, connector_id, duration, unit, now)

    # What our limits ask.

    @property
    @override
    def name(self) -> str:
        """The name of the upstream."""
        return self._settings.name

    @property
    @override
    def may_override(self) -> bool:
        """Return whether the owner may charge although the limit is 0 A."""
        return self._settings.owner_may_override

    @override
    def allowed(self, connector_id: int, at: datetime, phases: int) -> Allowance | None:
        """Return what is allowed at a connector; None is everything."""
        return allowance(
            self._kept,
            connector_id,
            at,
            running=self._running(connector_id),
            phases=phases,
        )

    @override
    def allowed_in_all(self, at: datetime, phases: int) -> Allowance | None:
        """Return what is allowed at all connectors together; None is everything."""
        return station_allowance(self._kept, at, phases=phases)

    @override
    def next_change(self, at: datetime) -> datetime | None:
        """Return when any of that may change by itself; None is never."""
        times: list[datetime] = []
        connectors = () if self._charge_point is None else self._charge_point.connectors
        for one in self._kept:
            numbers = [one.connector_id] if one.connector_id else [*connectors]
            for number in numbers or [0]:
                time = next_change(one, at, self._running(number))
                if time is not None:
                    times.append(time)
        return min(times, default=None)

    @override
    def keep_overridden(self, connectors: Iterable[int]) -> None:
        """Keep over a restart where the owner charges nevertheless."""
        if self.may_override:
            self._memory.put(_OVERRIDDEN, list(connectors) or None)

    def _running(self, connector_id: int) -> Running | None:
        """Return the session that runs at a connector, as the upstream names it."""
        if self._charge_point is None:
            return None
        connector = self._charge_point.connectors.get(connector_id)
        session: Transaction | None = (
            None if connector is None else connector.transaction
        )
        if session is None:
            return None
        told = self._told(session.key)
        return Running(
            start=session.start,
            transaction_id=None if told is None else told.told_id,
            reported_start=session.reported_start,
        )

    def _lasts(self, one: KeptProfile, now: datetime) -> bool:
        """Return whether a profile may have an effect later."""
        profile = one.profile
        if profile.valid_to is not None and profile.valid_to <= now:
            return False
        if profile.purpose is not Purpose.TX or self._charge_point is None:
            return True
        running = self._running(one.connector_id)
        if running is None:
            # Its session may be about to begin.
            return one.session_start is not None and now - one.kept_at < _BEGINS
        return is_of(one, running)

    def _keep(self, kept: list[KeptProfile]) -> None:
        self._kept = kept
        self._memory.promise(_MEMORY, [to_record(one) for one in kept] or None)
        if self._charge_point is not None:
            self._charge_point.ceilings.changed()


def _place(one: KeptProfile) -> tuple[object, ...]:
    profile = one.profile
    return (
        one.connector_id,
        profile.purpose,
        profile.stack_level,
        profile.transaction_id,
        one.session_start,
    )


def _read(records: Any) -> list[KeptProfile]:
    """Return the profiles of before; those that make no sense are left out."""
    kept: list[KeptProfile] = []
    for record in records if isinstance(records, list) else ():
        try:
            one = from_record(KeptProfile, record)
        except UNREADABLE as err:
            _LOGGER.warning("A saved profile of a backend cannot be read: %s", err)
            continue
        if _is_sound(one.connector_id, one.profile, None):
            # The later one replaces the earlier one, as in `_take`.
            kept = [
                other
                for other in kept
                if other.profile.id != one.profile.id and _place(other) != _place(one)
            ]
            kept.append(one)
    return kept[-MAX_PROFILES:]


def _by_plausible(profile: ChargingProfile) -> ChargingProfile:
    """Return a profile without times that mean "no time"."""
    return replace(
        profile,
        valid_from=plausible(profile.valid_from),
        valid_to=plausible(profile.valid_to),
        schedules=tuple(
            one.starting(plausible(one.start)) for one in profile.schedules
        ),
    )


def is_for_start(profile: ChargingProfile, now: datetime) -> bool:
    """Return whether a profile makes sense with a start, at any connector."""
    return profile.purpose is Purpose.TX and _is_sound(1, profile, now)


def _is_sound(
    connector_id: int, profile: ChargingProfile, now: datetime | None
) -> bool:
    """Return whether a profile makes sense (1.6: 5.16, 7.8; 2.0.1: K01).

    Args:
        connector_id: The connector; 0 is the whole charge point.
        profile: The profile.
        now: The present time; None if it may be over.
    """
    match profile.purpose:
        case Purpose.STATION_MAX:
            fits = connector_id == 0
        case Purpose.TX:
            fits = connector_id > 0
        case Purpose.TX_DEFAULT:
            fits = connector_id >= 0
        case _:
            # 2.0.1: K01.FR.22: only others than the CSMS set them.
            fits = False
    ends = plausible(profile.valid_to)
    return (
        fits
        and 0 <= profile.stack_level <= MAX_STACK_LEVEL
        and 1 <= len(profile.schedules) <= _MOST_SCHEDULES
        and (ends is None or now is None or ends > now)
        and all(_is_sound_schedule(profile, one) for one in profile.schedules)
    )


def _is_sound_schedule(profile: ChargingProfile, schedule: Schedule) -> bool:
    starts = [one.start for one in schedule.periods]
    if profile.kind is Kind.RECURRING and (
        profile.recurrency is None or plausible(schedule.start) is None
    ):
        return False
    return (
        1 <= len(starts) <= MAX_PERIODS
        and starts[0] == 0
        and all(before < after for before, after in pairwise(starts))
        and starts[-1] <= _LONGEST_S
        and (schedule.duration is None or 0 < schedule.duration <= _LONGEST_S)
        and all(
            one.limit is not None and 0 <= one.limit <= _HIGHEST
            for one in schedule.periods
        )
        and all(one.phases in (None, 1, 2, 3) for one in schedule.periods)
    )
