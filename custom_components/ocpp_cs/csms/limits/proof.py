"""Ask a charge point which charging profiles are installed, and compare (2.0.1: K09).

That an answer was *Accepted* is no proof. To ask after each limit would double the
messages, so it is done once after a boot, once for each way of sending limits with each
firmware, and when the measured current contradicts a limit.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import logging
from typing import Any, Protocol

from ..commands import Commands
from ..model.errors import CallErrorReceivedError, CsmsError, NotSupportedError
from ..model.model import utcnow
from ..model.profile import (
    ChargingProfile,
    InstalledProfile,
    InstalledProfiles,
    LimitSource,
    Purpose,
)
from ..outside.outside_limits import OutsideLimit, OutsideLimits
from .surroundings import Declares
from .user_profiles import UserProfiles

_LOGGER = logging.getLogger(__name__)

_MOST_WAYS = 8
"""The proved ways that are remembered."""
_MOST_VAIN = 2
"""How often it is asked on one connection without a whole report.

A question without an answer keeps limits waiting, as calls are sent one by one.
"""
_MOST_LEFTOVERS = 10
"""The profiles that are removed after one report."""
_MOST_SHOWN = 30
"""The profiles in diagnostics."""
_SAME = 0.02
"""The part by which a reported limit may differ, as some round it."""

type Way = list[str | None]
"""Identity, purpose, kind and unit."""


class Finding(StrEnum):
    """What a report says of a profile of ours that was accepted."""

    MISSING = "missing"
    """It is not installed, or with another limit."""
    HIDDEN = "hidden"
    """A profile of somebody else goes before it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The last report, for diagnostics."""

    at: datetime
    complete: bool
    count: int
    profiles: tuple[InstalledProfile, ...]
    """The first ones."""


class HasOutsideLimits(Protocol):
    """A connector, or the charge point, where others may have set limits."""

    @property
    def outside(self) -> OutsideLimits:
        """The limits that others have set there."""

    def outside_changed(self) -> None:
        """Note that these have changed."""


class Proved(Protocol):
    """The limiter of a connector."""

    @property
    def claim(self) -> ChargingProfile | None:
        """The profile of ours that should be installed; None if that is not certain."""

    @property
    def beneath(self) -> ChargingProfile | None:
        """The safe profile that should be installed beneath; None without one."""

    @property
    def sent_at(self) -> float:
        """The event loop's time when the last limit was sent."""

    def holds(self, profile_id: int) -> bool:
        """Return whether a profile with an id of ours may be installed."""

    def found(self, finding: Finding | None, by: InstalledProfile | None) -> None:
        """Note what became of our profile; send it again if it is not installed."""


class ProvedConnector(HasOutsideLimits, Protocol):
    """A connector with its limiter."""

    @property
    def limiter(self) -> Proved:
        """Its limiter."""


class ProvedChargePoint(Declares, Protocol):
    """A charge point that can be asked for its profiles."""

    @property
    def connectors(self) -> Mapping[int, ProvedConnector]:
        """The known connectors by number."""

    @property
    def whole(self) -> HasOutsideLimits:
        """The charge point as a whole."""

    @property
    def connected(self) -> bool:
        """Return whether there is a connection."""

    @property
    def commands(self) -> Commands:
        """Its commands; raises NotConnectedError while there is no connection."""

    @property
    def boots(self) -> int:
        """The number of its boots so far."""


class Settles(Protocol):
    """Durations in seconds."""

    @property
    def settle(self) -> float:
        """From a limit to the question."""


class Ways(Protocol):
    """The ways in which limits are sent, and the profiles of users."""

    user_profiles: UserProfiles
    changed: Callable[[], None]

    @property
    def timing(self) -> Settles:
        """The durations."""

    def is_ours(self, profile_id: int, /) -> bool:
        """Return whether an id is that of a profile of ours."""

    def ids_of(self, connector_id: int, /) -> Iterable[int]:
        """Return the ids of the profiles that we may have for a connector."""


class LimitProof:
    """Finds out whether the limits of a charge point are installed."""

    def __init__(self, charge_point: ProvedChargePoint, methods: Ways) -> None:
        """Know nothing yet."""
        self._charge_point = charge_point
        self._methods = methods
        self.last: Report | None = None
        self._proved: list[Way] = []
        self._cannot: list[str | None] | None = None
        """The identity that cannot tell its profiles."""
        self._boot: int | None = None
        """The boot after which it was asked last."""
        self._task: asyncio.Task[None] | None = None
        self._vain = 0
        """The questions of this connection since the last whole report."""

    @property
    def is_idle(self) -> bool:
        """Return whether nothing is asked at present."""
        return self._task is None

    # When it is asked.

    def accepted(self, profile: ChargingProfile) -> None:
        """Ask if this is the first limit after a boot, or the first one of this way."""
        if (
            self._boot != self._charge_point.boots
            or self._way(profile) not in self._proved
        ):
            self._ask()

    def contradicted(self) -> None:
        """Ask, as the measured current contradicts a limit."""
        self._ask()

    def _ask(self) -> None:
        charge_point = self._charge_point
        if (
            self._task is None
            and self._vain < _MOST_VAIN
            and self._cannot != self._identity
            and charge_point.connected
            and charge_point.commands.tells_profiles
        ):
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Stop asking, as the connection has ended."""
        self._vain = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def _identity(self) -> list[str | None]:
        identity = self._charge_point.identity
        return [identity.vendor, identity.model, identity.firmware]

    def _way(self, profile: ChargingProfile) -> Way:
        (schedule, *_) = profile.schedules
        return [*self._identity, profile.purpose, profile.kind, schedule.unit]

    async def _run(self) -> None:
        try:
            # A limit that follows at once is looked at as well.
            await asyncio.sleep(self._methods.timing.settle)
            await self._look()
        except NotSupportedError:
            self._cannot = self._identity
            self._methods.changed()
        except CallErrorReceivedError as err:
            # It may be that it cannot tell at present.
            self._charge_point.deviations.note("profiles_not_told", str(err))
        except CsmsError:
            _LOGGER.debug("%s has not told its profiles", self._identity)
        # A charge point can send anything; limits still have to be sent.
        except Exception:
            _LOGGER.exception("Looking at the profiles of %s failed", self._identity)
        finally:
            if self._task is asyncio.current_task():
                self._task = None

    # What is made of the report.

    async def _look(self) -> None:
        charge_point, commands = self._charge_point, self._charge_point.commands
        boot = charge_point.boots
        before = {
            number: connector.limiter.sent_at
            for number, connector in charge_point.connectors.items()
        }
        self._vain += 1
        found = await commands.installed_profiles()
        if found is None:
            return
        if found.complete:
            self._vain = 0
        self.last = Report(
            at=utcnow(),
            complete=found.complete,
            count=len(found.profiles),
            profiles=found.profiles[:_MOST_SHOWN],
        )
        self._take_outside(found.profiles)
        await self._clear_leftovers(found.profiles)
        judged = [
            claim
            for number, sent_at in before.items()
            if (claim := self._judge(number, sent_at, found)) is not None
        ]
        if found.complete and judged:
            self._boot = boot
            for claim in judged:
                if (way := self._way(claim)) not in self._proved:
                    self._proved = [*self._proved, way][-_MOST_WAYS:]
                    self._methods.changed()

    def _judge(
        self, number: int, sent_at: float, found: InstalledProfiles
    ) -> ChargingProfile | None:
        """Tell a limiter what became of its profile; return that if it is judged."""
        if (connector := self._charge_point.connectors.get(number)) is None:
            return None
        limiter, claim = connector.limiter, connector.limiter.claim
        if claim is None or limiter.sent_at != sent_at:
            return None
        for wanted in (claim, limiter.beneath):
            if wanted is None:
                continue
            ours = [
                one
                for one in found.profiles
                if one.connector_id == number and one.profile.id == wanted.id
            ]
            if not any(_is_same(one.profile, wanted) for one in ours):
                if not found.complete and not ours:
                    return None
                self._charge_point.deviations.note(
                    "limit_not_installed", str(wanted.id)
                )
                limiter.found(Finding.MISSING, None)
                return claim
            if wanted.most_offline_s is not None and not any(
                one.profile.most_offline_s for one in ours
            ):
                self._charge_point.deviations.note("offline_limit_not_told")
        others = self._before(number, claim, found.profiles)
        if others:
            limiter.found(Finding.HIDDEN, others[0])
        else:
            limiter.found(None, None)
        return claim

    def _before(
        self, number: int, claim: ChargingProfile, profiles: Iterable[InstalledProfile]
    ) -> list[InstalledProfile]:
        """Return the profiles of others that go before one of ours."""
        now = utcnow()
        return [
            one
            for one in profiles
            if one.connector_id in (0, number)
            and not self._methods.is_ours(one.profile.id)
            and _valid(one.profile, now)
            and (
                (
                    one.profile.purpose is Purpose.TX
                    and claim.purpose is Purpose.TX_DEFAULT
                    and one.connector_id == number
                )
                or (
                    one.profile.purpose is claim.purpose
                    and one.profile.stack_level > claim.stack_level
                )
            )
        ]

    async def _clear_leftovers(self, profiles: Iterable[InstalledProfile]) -> None:
        """Remove profiles of ours that no limiter knows of any more.

        Such as the TxProfile of a transaction that is over, which some keep.
        """
        users, methods = self._methods.user_profiles.ids, self._methods
        ours = {
            profile_id: connector.limiter
            for number, connector in self._charge_point.connectors.items()
            for profile_id in methods.ids_of(number)
        }
        left = [
            one.profile.id
            for one in profiles
            if one.source is LimitSource.CSO
            and one.profile.id in ours
            and not ours[one.profile.id].holds(one.profile.id)
            and one.profile.id not in users
        ]
        for profile_id in dict.fromkeys(left[:_MOST_LEFTOVERS]):
            try:
                await self._charge_point.commands.clear_charging_profile(
                    id=profile_id, own=True
                )
            except CsmsError as err:
                self._charge_point.deviations.note("leftover_not_cleared", str(err))

    def _take_outside(self, profiles: Iterable[InstalledProfile]) -> None:
        """Note limits of others that were set before this was listening."""
        charge_point = self._charge_point
        for one in profiles:
            if (
                one.profile.purpose is not Purpose.EXTERNAL_CONSTRAINTS
                or one.source is LimitSource.CSO
            ):
                continue
            connector = (
                charge_point.whole
                if not one.connector_id
                else charge_point.connectors.get(one.connector_id)
            )
            if connector is None or one.source in connector.outside.known:
                continue
            connector.outside.put(
                OutsideLimit(
                    source=one.source,
                    told_at=utcnow(),
                    schedules=one.profile.schedules,
                )
            )
            connector.outside_changed()

    # Restarts, and diagnostics.

    def records(self) -> dict[str, Any]:
        """Return the state to keep over a restart, for JSON."""
        kept: dict[str, Any] = {}
        if self._proved:
            kept["proved"] = self._proved
        if self._cannot is not None:
            kept["no_proof"] = self._cannot
        return kept

    def load(self, records: Mapping[str, Any]) -> None:
        """Restore the state from `records`."""
        proved = records.get("proved", ())
        self._proved = [one for one in proved if isinstance(one, list)][-_MOST_WAYS:]
        if isinstance(cannot := records.get("no_proof"), list):
            self._cannot = cannot

    def diagnostics(self) -> dict[str, Any]:
        """Return the last report, for diagnostics."""
        if self.last is None:
            return {"cannot": self._cannot is not None}
        return {
            "at": self.last.at.isoformat(),
            "complete": self.last.complete,
            "count": self.last.count,
            "profiles": [
                {
                    "connector": one.connector_id,
                    "source": one.source.value,
                    "id": one.profile.id,
                    "purpose": one.profile.purpose.value,
                    "kind": one.profile.kind.value,
                    "level": one.profile.stack_level,
                    "limit": one.profile.schedules[0].periods[0].limit,
                    "unit": one.profile.schedules[0].unit.value,
                }
                for one in self.last.profiles
            ],
        }


def _is_same(reported: ChargingProfile, ours: ChargingProfile) -> bool:
    """Return whether a reported profile has the limit of ours."""
    theirs, (our, *_) = reported.schedules[0], ours.schedules
    if reported.purpose is not ours.purpose or theirs.unit is not our.unit:
        return False
    told, limit = theirs.periods[0].limit, our.periods[0].limit
    if told is None or limit is None:
        return told is limit
    return abs(told - limit) <= max(0.1, _SAME * limit)


def _valid(profile: ChargingProfile, now: datetime) -> bool:
    return (profile.valid_from is None or profile.valid_from <= now) and (
        profile.valid_to is None or now < profile.valid_to
    )
