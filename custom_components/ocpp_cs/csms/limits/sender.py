"""Send a limit in a variant that the charge point accepts; switch phases in a pause."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import isnan
from typing import Protocol

from ..commands import Answer
from ..model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    InvalidAnswerError,
    NotSupportedError,
    RefusedError,
)
from ..model.model import utcnow
from ..model.profile import ChargingProfile, Kind, Purpose
from .check import flows
from .intent import Fallback, Intent, LimitState, Phases
from .methods import ProfileMethods
from .ours.beneath import is_same, profile_beneath, variant_beneath
from .ours.known import KnownProfiles
from .profiles import (
    ProfileVariant,
    Target,
    allowed,
    amps_of,
    charging_profile,
    maximum_current,
    switches_phases,
    watts_of,
)
from .surroundings import LimitedChargePoint, LimitedConnector
from .turns import SupersededError

_FLOW = ("status", "active_phases", "current", "power")
"""The fields of a connector that show whether it charges."""

_DUPLICATE = "duplicateprofile"
_UNIT = frozenset({"unsupportedrateunit"})
_LEVEL = frozenset({"invalidstacklevel"})


def _plain(reason: str | None) -> str:
    return (reason or "").lower()


def _hopeless(
    refused: ProfileVariant, reason: str | None, other: ProfileVariant
) -> bool:
    """Return whether a variant will be refused for the same reason as another."""
    why = _plain(reason)
    return (why in _UNIT and other.unit is refused.unit) or (
        why in _LEVEL and other.level == refused.level
    )


type _NotTaken = (
    RefusedError | CallErrorReceivedError | CallTimeoutError | InvalidAnswerError
)


class Progress(Protocol):
    """The receiver of the sender's progress."""

    @property
    def is_superseded(self) -> bool:
        """Return whether another intent was set meanwhile."""

    def reached(self, state: LimitState, answer: Answer | None = None) -> None:
        """Record the progress, with the answer if the charge point accepted a profile.

        More profiles may have to be sent before the limit is in force.
        """

    def wake(self) -> None:
        """End a `pause` early."""

    async def pause(self, seconds: float) -> bool:
        """Wait; return whether `wake` ended the wait early."""


class LimitSender:
    """Send limits to one connector and remember the last one."""

    def __init__(
        self,
        connector: LimitedConnector,
        charge_point: LimitedChargePoint,
        methods: ProfileMethods,
        progress: Progress,
    ) -> None:
        """Create a sender that has sent nothing yet.

        Args:
            connector: The connector that is limited.
            charge_point: The charge point that receives the limits.
            methods: The profile variants that it accepts.
            progress: The receiver of the progress.
        """
        self._connector = connector
        self._charge_point = charge_point
        self._methods = methods
        self._progress = progress
        self.sent: Target | None = None
        """The last target that was accepted; None if that is not certain."""
        self.offering: Target | None = None
        """What is being sent for the transaction, until its answer is known."""
        self.installed: ProfileVariant | None = None
        """The variant of our profile that is assumed to be installed."""
        self.phases: Phases | None = None
        """The numberPhases of the last profile."""
        self.sent_at = float("-inf")
        """The event loop's time when the last profile was sent."""
        self.answer: Answer = {}
        """The last answer of the charge point."""
        self.fallback: Fallback | None = None
        """The limit that is to follow if ours is not renewed."""
        self._switched = float("-inf")
        self.accepted: ChargingProfile | None = None
        """The last profile with a limit that was accepted."""
        self.known = KnownProfiles(lambda: charge_point.boots)
        """What the charge point is sure to have of ours."""
        self.has_beneath = False
        """True if the safe profile beneath ours may be installed."""
        self.of_transaction: str | None = None
        """The transaction that has a TxProfile of ours beside the TxDefaultProfile."""
        self.of_users: Callable[[int | None], float | None] = lambda phases: None
        """Returns what the profiles of users allow that ours replaces, in A."""
        self.below_users: Callable[[], bool] = lambda: False
        """Returns whether a TxProfile of a user goes before our TxDefaultProfile, and
        must not, as there is a ceiling."""
        self._discharged: str | None = None
        """The last transaction whose TxProfile lets the vehicle discharge, or did."""
        self._knows_nothing = True
        """True while a profile for discharging may be left that nothing here tells of."""
        self._default_only: str | None = None
        """The transaction for which such a TxProfile was refused."""

    @property
    def by_transaction(self) -> bool:
        """Return whether the limit of the running transaction needs a TxProfile.

        It does if the vehicle negotiates its schedule (2.0.1: K15), and if the charge
        point applies a TxDefaultProfile to later transactions only. It then comes beside
        the TxDefaultProfile, which is for the next one.
        """
        running = self._connector.transaction
        return (
            running is not None
            and running.id != self._default_only
            and (
                self._connector.needs is not None
                or self._methods.by_transaction
                or self.below_users()
                or self._has_discharged
            )
        )

    @property
    def _has_discharged(self) -> bool:
        """Return whether the running transaction has a TxProfile for discharging.

        Its limits then have to go there, too: it goes before the TxDefaultProfile.
        """
        running = self._connector.transaction
        return (
            self._discharged is not None
            and running is not None
            and self.of_transaction == running.id == self._discharged
        )

    @property
    def doubts(self) -> bool:
        """Return whether a profile to discharge by may be left.

        It is of a run of ours before, or its removal was not answered.
        """
        return (
            self._knows_nothing
            and self._connector.transaction is not None
            and bool(self._connector.bidirectional.modes)
        )

    async def end_doubts(self) -> None:
        """Remove what a run of ours before may have left: nobody may know of it now."""
        if self.doubts:
            await self._clear_of_transaction()
            self._knows_nothing = False

    def connection_lost(self) -> None:
        """Forget what is certain only for as long as there is a connection."""
        self.sent = None
        # One for discharging has ended meanwhile, so that new values would not revive it.
        self.known.doubt(self._methods.transaction_profile_id(self._connector.number))

    @property
    def settled(self) -> bool:
        """Return whether nothing that was sent lets the vehicle discharge."""
        return not self.doubts and (
            not self._has_discharged
            or (self.sent is not None and self.sent.only_limits)
        )

    def lose_of_transaction(self) -> None:
        """Forget our TxProfile, which is perhaps still there."""
        if self._has_discharged:
            self._knows_nothing = True
        self.of_transaction = None

    @property
    def owes_profile(self) -> bool:
        """Return whether the vehicle waits for a profile, whatever is wanted."""
        running = self._connector.transaction
        return (
            running is not None
            and self._connector.needs is not None
            and self.by_transaction
            and self.of_transaction != running.id
        )

    def transaction_over(self) -> bool:
        """Forget a TxProfile that went with its transaction.

        Returns:
            True if there was one: the TxDefaultProfile has an older limit since.
        """
        running = self._connector.transaction
        if self.of_transaction is None or (
            running is not None and running.id == self.of_transaction
        ):
            return False
        self.of_transaction = self.sent = None
        self.known.gone(self._methods.transaction_profile_id(self._connector.number))
        return True

    @property
    def maximum(self) -> float:
        """The highest limit in A."""
        return maximum_current(self._charge_point.quirks, self._methods.declared)

    @property
    def switches_phases(self) -> bool:
        """Return whether the charge point switches phases on request (numberPhases)."""
        return switches_phases(self._charge_point.quirks, self._methods.declared)

    @property
    def phase_switch_due(self) -> float:
        """Seconds until phases may be switched again; 0 if they may be switched now."""
        since = asyncio.get_running_loop().time() - self._switched
        return max(0.0, self._charge_point.quirks.phase_switch_seconds - since)

    def amps(self, intent: Intent) -> float:
        """Return the limit of an intent in A per phase; 0 pauses.

        It is never above the ceiling, nor above a user's profile that ours replaces.
        """
        return self._amps(intent, self.wanted_phases(intent))

    def _amps(self, intent: Intent, phases: Phases | None) -> float:
        """Return the limit of an intent in A, if it charges with these phases."""
        count = self._count(phases)
        ceiling = self._connector.ceiling(count)
        if ceiling is not None and (users := self.of_users(count)) is not None:
            wanted = users
        elif intent.paused:
            wanted = 0.0
        else:
            wanted = self.maximum if intent.limit_a is None else intent.limit_a
        if ceiling is not None:
            wanted = min(wanted, ceiling.amps)
        return allowed(wanted, self._charge_point.quirks, self.maximum)

    def wanted_phases(self, intent: Intent) -> Phases | None:
        """Return the phases that an intent wants, below the ceiling.

        With one phase a ceiling may be enough to charge, which is not with three.
        """
        if not self.switches_phases:
            return None
        if (
            intent.phases != 1
            and (ceiling := self._connector.ceiling(self._count(intent.phases)))
            is not None
            and (
                ceiling.one_phase
                or (
                    not self._possible(ceiling.amps)
                    and (single := self._connector.ceiling(1)) is not None
                    and self._possible(single.amps)
                )
            )
        ):
            return 1
        return intent.phases

    def _possible(self, amps: float) -> float:
        return allowed(amps, self._charge_point.quirks, self.maximum)

    def _count(self, phases: Phases | None) -> int | None:
        """Return the number of phases in use after a limit with these phases.

        Returns:
            None if they are those in use now.
        """
        if phases == 1 and self.switches_phases:
            return 1
        # Also where phases are not switched any more: it charges with all of them next.
        return 3 if self.phases == 1 else None

    def target(self, intent: Intent) -> Target | None:
        """Return the target to send now; None to remove our profile."""
        discharging = self._connector.bidirectional
        if (
            intent.is_none
            and self._connector.ceiling() is None
            and not (discharging.balances and self._connector.transaction is not None)
        ):
            return None
        phases = self.wanted_phases(intent)
        amps = self._amps(intent, phases)
        if phases is None and self.phases is not None:
            # After 1 phase was set, 3 has to be sent to release it.
            phases = 3 if self.switches_phases else None
        before = self.phases
        if (phases or 3) != (before or 3) and (not amps or self.phase_switch_due):
            phases = before
            amps = self._amps(intent, before)
        limit = Target(amps=amps, phases=phases, fallback=self._fallback(amps))
        return self._discharging(intent, limit)

    def _discharging(self, intent: Intent, limit: Target) -> Target:
        """Return a limit, or the setpoint below it where the vehicle may follow one.

        This is the only place where a discharge comes from. What limits charging does
        not limit that, but for what is about the wires: the circuit of the charge point,
        and the ceilings of others.
        """
        may, wanted = self._connector.bidirectional, intent.setpoint_w
        if self._connector.transaction is None or intent.paused:
            return limit
        fallback = limit.fallback
        if fallback is not None and not fallback.by_connection:
            # It is a second period, which is for the profile beneath.
            fallback = None
        if may.balances:
            most = min(-may.least_w, self._wires_w(limit.phases))
            if most <= 0:
                return limit
            return replace(limit, balances_w=most, fallback=fallback)
        if wanted is None or isnan(wanted):
            return limit
        if not may.follows:
            # To charge with so much at most is what a limit can do as well.
            return limit if wanted < 0 else self._below(limit, wanted)
        if wanted < 0:
            power = max(may.bounded(wanted), -self._wires_w(limit.phases)) + 0.0
        else:
            power = min(may.bounded(wanted), self._watts(limit.amps, limit.phases))
        return replace(limit, setpoint_w=power, fallback=fallback)

    def _below(self, limit: Target, watts: float) -> Target:
        """Return the limit, or a lower one that is not above a power."""
        connector = self._connector
        amps = amps_of(watts, limit.phases, connector.measurements, connector.lines)
        amps = allowed(min(amps, limit.amps), self._charge_point.quirks, self.maximum)
        if amps >= limit.amps:
            return limit
        return replace(limit, amps=amps, fallback=self._fallback(amps))

    def _watts(self, amps: float, phases: Phases | None) -> float:
        connector = self._connector
        return float(watts_of(amps, phases, connector.measurements, connector.lines))

    def _wires_w(self, phases: Phases | None) -> float:
        """Return the power that circuit and ceilings carry, in any direction, in W."""
        amps = self.maximum
        ceiling = self._connector.ceiling(self._count(phases))
        if ceiling is not None:
            amps = min(amps, ceiling.amps)
        return self._watts(amps, phases)

    def _fallback(self, amps: float) -> Fallback | None:
        """Return the limit to follow one of `amps`, if it is lower and can be kept."""
        wanted = self.fallback
        if wanted is None or not self._methods.keeps_fallback:
            return None
        if self._methods.falls_by_itself:
            return self._beneath(wanted, amps)
        if self._charge_point.clock.is_doubtful:
            # By a clock that is wrong it would begin at once, or never.
            return None
        quirks = self._charge_point.quirks
        lower = allowed(wanted.limit_a, quirks, self.maximum)
        return replace(wanted, limit_a=lower) if lower < amps else None

    def _beneath(self, wanted: Fallback, amps: float) -> Fallback:
        """Return the limit that is beneath one of `amps` while nobody is there.

        Below every limit: what is lower than the safe one, such as a pause, stays.
        """
        safe = allowed(wanted.limit_a, self._charge_point.quirks, self.maximum)
        return replace(wanted, limit_a=min(safe, amps), by_connection=True)

    def _at_rest(self, phases: Phases | None) -> Target:
        """Return the target of a pause."""
        return Target(amps=0.0, phases=phases, fallback=self._fallback(0.0))

    async def switch(self, target: Target) -> None:
        """Switch the phases; if current flows, pause before and after the switch.

        Raises:
            SupersededError: Another intent was set meanwhile.
            CsmsError: As `send`.
        """
        timing = self._methods.timing
        if flows(self._connector):
            self._progress.reached(LimitState.SWITCHING)
            rest = self._at_rest(self.phases)
            if self.sent != rest:
                await self.send(rest, LimitState.SWITCHING)
            await self._flow_stops(timing.pause)
            if not self._charge_point.quirks.phases_only_with_limit:
                await self.send(self._at_rest(target.phases), LimitState.SWITCHING)
                self._switched = asyncio.get_running_loop().time()
                await self.pause_between(timing.settle)
        try:
            await self.send(target)
        except RefusedError, CallErrorReceivedError:
            # Switching back must not have to wait.
            self._switched = float("-inf")
            raise
        self._switched = asyncio.get_running_loop().time()

    async def _flow_stops(self, seconds: float) -> None:
        """Wait until no current flows; raise SupersededError."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        unwatch = self._connector.watch(_FLOW, self._progress.wake)
        try:
            while (
                not self._progress.is_superseded
                and flows(self._connector)
                and (rest := until - loop.time()) > 0
            ):
                await self._progress.pause(rest)
        finally:
            unwatch()
        if self._progress.is_superseded:
            raise SupersededError

    async def pause_between(self, seconds: float) -> None:
        """Wait; raise SupersededError if another intent is set meanwhile."""
        if await self._progress.pause(seconds):
            raise SupersededError

    async def send(self, target: Target, state: LimitState = LimitState.SENT) -> None:
        """Send a target, trying profile variants in turn until one is accepted.

        A variant without an answer counts as refused; after the second one the charge
        point counts as unreachable. If only a TxProfile is left and no transaction
        runs, the state becomes `PENDING`.

        Args:
            target: The limit to send.
            state: The state to report once it is accepted.

        Raises:
            RefusedError: All variants were refused; the error of the first one.
            CallErrorReceivedError: Likewise.
            CallTimeoutError: Two variants, or the only one, were not answered.
            CsmsError: Any other error, raised at once.
        """
        if not target.only_limits:
            await self._send_discharging(target)
            self._progress.reached(state, self.answer)
            return
        if self.by_transaction and await self.send_of_transaction(target):
            self._progress.reached(state, self.answer)
            return
        before, self.sent = self.sent, None
        refused: _NotTaken | None = None
        silences = 0
        left = self._methods.variants(self._connector.number)
        has_end = target.fallback is not None and not target.fallback.by_connection
        if has_end:
            # A dynamic profile has no second period.
            left.sort(key=lambda one: one.kind is Kind.DYNAMIC)
        while left:
            variant = left.pop(0)
            if variant.purpose is Purpose.TX and self._connector.transaction is None:
                if variant == self._methods.known_variant:
                    break
                continue
            try:
                target = await self._offer(target, variant)
            except NotSupportedError:
                raise
            except (RefusedError, CallErrorReceivedError, CallTimeoutError) as err:
                if isinstance(err, CallTimeoutError):
                    silences += 1
                    self._methods.note_silent(variant)
                    if silences > 1:
                        raise
                self._note_refused(variant, err)
                if refused is None or isinstance(refused, CallTimeoutError):
                    refused = err
                if isinstance(err, RefusedError):
                    left = sorted(left, key=partial(_hopeless, variant, err.reason))
                continue
            if not has_end or not self._methods.declared.dynamic:
                self._methods.note_accepted(variant)
            self.sent, self.installed = target, variant
            self.phases = target.phases
            self._methods.changed()
            self._progress.reached(state, self.answer)
            if target.fallback is None or not target.fallback.by_connection:
                await self._clear_beneath()
            return
        if refused is not None:
            self._methods.exhausted = not silences
            # The previous limit still holds, unless an unanswered one was applied.
            self.sent = None if silences else before
            raise refused
        # Only a TxProfile is left, which needs a running transaction.
        self.answer = {"status": "pending"}
        self._progress.reached(LimitState.PENDING)

    async def _send_discharging(self, target: Target) -> None:
        """Send what lets the vehicle discharge, as a TxProfile of its transaction.

        Below it lies our TxDefaultProfile, by which it only charges: it is what is left
        when the charge point loses its connection (2.1: Q11), or the transaction ends.

        Raises:
            RefusedError: The charge point does not discharge in this transaction.
            SupersededError: Another intent was set meanwhile.
            CsmsError: Any other error.
        """
        running = self._connector.transaction
        assert running is not None  # as there is no such target without
        if self.installed is None:
            beneath = replace(target, setpoint_w=None, balances_w=None)
            variant = self._methods.variants(self._connector.number)[0]
            try:
                await self._offer(beneath, variant)
            except (RefusedError, CallErrorReceivedError) as err:
                self._note_refused(variant, err)
                self._connector.bidirectional.refused(running.id)
                raise
            self.installed, self.phases = variant, target.phases
            if self._progress.is_superseded:
                # It may have been forbidden meanwhile.
                raise SupersededError
        variant = replace(self.installed, purpose=Purpose.TX)
        self.sent, self._knows_nothing = None, False
        # Also if it is refused, or not answered: it may be in force.
        self.of_transaction = self._discharged = running.id
        try:
            target = await self._offer(target, variant, beside=True)
        except (RefusedError, CallErrorReceivedError) as err:
            self._charge_point.deviations.note("setpoint_refused", str(err))
            self._connector.bidirectional.refused(running.id)
            raise
        self.sent, self.phases = target, target.phases
        self._methods.changed()

    async def send_of_transaction(self, target: Target) -> bool:
        """Send a target as a TxProfile of the running transaction.

        Returns:
            False if the charge point refuses that, or does not answer properly.

        Raises:
            CsmsError: Any other error.
        """
        connector, running = self._connector, self._connector.transaction
        if running is None:
            return False
        variant = self.installed or self._methods.variants(connector.number)[0]
        variant = replace(variant, purpose=Purpose.TX)
        if connector.needs is not None and connector.needs.most_periods == 1:
            target = replace(target, fallback=None)
        before, self.sent = self.sent, None
        self.offering = target
        try:
            target = await self._offer(target, variant, beside=True)
        except (RefusedError, CallErrorReceivedError) as err:
            self._note_refused(variant, err)
            older = self.of_transaction == running.id
            self.lose_of_transaction()
            self._default_only = running.id
            if older:
                # The one before goes before the TxDefaultProfile that follows.
                await self._clear_of_transaction()
                self._knows_nothing = False
            else:
                self.sent = before
            return False
        except (CallTimeoutError, InvalidAnswerError) as err:
            self._note_refused(variant, err)
            if self._has_discharged:
                # What ends a discharge is sent until it is answered.
                raise
            self.of_transaction = None
            # Whether it was applied is unknown; it may be taken the next time.
            await self._clear_of_transaction()
            return False
        finally:
            self.offering = None
        self.of_transaction, self.sent = running.id, target
        self.phases = target.phases
        self._methods.changed()
        return True

    async def _offer(
        self, target: Target, variant: ProfileVariant, *, beside: bool = False
    ) -> Target:
        """Send a target in a variant; return what was accepted of it.

        A charge point that refuses the second period is offered the first one alone.
        One that has another profile in its place, which is not replaced by itself, is
        told to remove that (2.0.1: K01.FR.06, FR.52, FR.53).

        Args:
            target: The limit.
            variant: The variant.
            beside: Whether it is a TxProfile beside the TxDefaultProfile.
        """
        try:
            return await self._offer_once(target, variant, beside=beside)
        except RefusedError as err:
            if _plain(err.reason) != _DUPLICATE or (beside and not self.below_users()):
                raise
            await self._clear_place(variant)
        return await self._offer_once(target, variant, beside=beside)

    async def _clear_place(self, variant: ProfileVariant) -> None:
        """Remove what somebody else has left at the place of our profile."""
        for number in (self._connector.number, 0):
            with suppress(RefusedError, CallErrorReceivedError):
                await self._charge_point.commands.clear_charging_profile(
                    connector_id=number,
                    charging_profile_purpose=variant.purpose,
                    stack_level=variant.level,
                    own=True,
                )

    async def _offer_once(
        self, target: Target, variant: ProfileVariant, *, beside: bool
    ) -> Target:
        fallback = target.fallback
        if fallback is not None and (
            fallback.by_connection or variant.kind is Kind.ABSOLUTE
        ):
            try:
                if fallback.by_connection:
                    return await self._offer_above(target, variant, beside=beside)
                self.answer = await self._put(self._profile(target, variant, beside))
            except (RefusedError, CallErrorReceivedError) as err:
                if fallback.by_connection and self._is_of_place(err):
                    raise
                refused = err
            else:
                return target
            target = replace(target, fallback=None)
            self.answer = await self._put(self._profile(target, variant, beside))
            self._methods.note_no_fallback(str(refused))
            return target
        target = replace(target, fallback=None)
        self.answer = await self._put(self._profile(target, variant, beside))
        return target

    @staticmethod
    def _is_of_place(err: RefusedError | CallErrorReceivedError) -> bool:
        return isinstance(err, RefusedError) and _plain(err.reason) == _DUPLICATE

    async def _offer_above(
        self, target: Target, variant: ProfileVariant, *, beside: bool
    ) -> Target:
        """Send a target that ends without us, and see to what is beneath it.

        Returns:
            What was accepted of it: the target without its fallback if it is uncertain
            what is beneath it. It is then sent again with the next look at that.
        """
        number, methods = self._connector.number, self._methods
        lower = replace(variant, purpose=Purpose.TX_DEFAULT)
        safe = profile_beneath(
            target,
            lower,
            profile_id=methods.beneath_profile_id(number),
            now=utcnow() - self._charge_point.clock.offset,
            connected=self._connector.lines,
        )
        if self.known.get(safe.id) is None:
            # With nothing beneath it, its end would mean no limit at all.
            self.has_beneath = True
            await self._put_in_place(safe, variant_beneath(lower))
        if beside and self.installed is not None:
            default = self.known.get(methods.profile_id(number))
            if default is None or default.most_offline_s is None:
                # The one for the next session would be in force without an end.
                await self._put(self._profile(target, self.installed, beside=False))
        self.answer = await self._put(self._profile(target, variant, beside))
        if not is_same(self.known.get(safe.id), safe):
            try:
                await self._put_in_place(safe, variant_beneath(lower))
            except CallTimeoutError, InvalidAnswerError:
                return replace(target, fallback=None)
        return target

    async def _put_in_place(
        self, profile: ChargingProfile, variant: ProfileVariant
    ) -> None:
        """Send the profile beneath ours, at a place that nobody else has left filled."""
        try:
            await self._put(profile)
        except RefusedError as err:
            if not self._is_of_place(err):
                raise
            await self._clear_place(variant)
            await self._put(profile)

    def _profile(
        self, target: Target, variant: ProfileVariant, beside: bool
    ) -> ChargingProfile:
        connector = self._connector
        number, methods = connector.number, self._methods
        running = connector.transaction
        return charging_profile(
            target,
            variant,
            profile_id=methods.transaction_profile_id(number)
            if beside
            else methods.profile_id(number),
            now=utcnow() - self._charge_point.clock.offset,
            measurements=connector.measurements,
            connected=connector.lines,
            transaction_id=running.id if running is not None else None,
        )

    async def _put(self, profile: ChargingProfile) -> Answer:
        """Send a profile, or only its values where the rest is there already."""
        known, number = self.known, self._connector.number
        before = known.values(profile.id)
        by_values = known.differs_in_values(profile)
        known.sending(profile)
        try:
            if by_values and (answer := await self._update(profile)) is not None:
                self._taken(profile, whole=False)
                return answer
            known.doubt(profile.id)
            answer = await self._charge_point.commands.set_charging_profile(
                connector_id=number, charging_profile=profile, own=True
            )
        except RefusedError, CallErrorReceivedError:
            known.refused(profile.id, before)
            raise
        finally:
            self.sent_at = asyncio.get_running_loop().time()
        self._taken(profile, whole=True)
        if by_values:
            self._methods.note_update(taken=False)
        return answer

    def _taken(self, profile: ChargingProfile, *, whole: bool) -> None:
        self.known.accepted(profile, whole=whole)
        if profile.id != self._methods.beneath_profile_id(self._connector.number):
            self.accepted = profile

    async def _update(self, profile: ChargingProfile) -> Answer | None:
        """Send the values of a dynamic profile (2.1: K28.FR.06).

        Returns:
            None if they were not taken. It may have lost the profile, or it is unknown
            which values it has: it gets all of it.
        """
        try:
            answer = await self._charge_point.commands.update_dynamic_limit(
                connector_id=self._connector.number,
                profile_id=profile.id,
                period=profile.schedules[0].periods[0],
            )
        except (
            RefusedError,
            CallErrorReceivedError,
            CallTimeoutError,
            InvalidAnswerError,
        ) as err:
            self._charge_point.deviations.note("dynamic_update_refused", str(err))
            return None
        self._methods.note_update(taken=True)
        return answer

    def _note_refused(self, variant: ProfileVariant, err: _NotTaken) -> None:
        self._charge_point.deviations.note(
            f"limit_refused:{variant.purpose}_{variant.kind}_{variant.unit}"
            f"_level_{variant.level}",
            str(err),
        )

    async def withdraw(self, *, lifts: bool) -> None:
        """Remove our profile from the charge point.

        Args:
            lifts: Whether the limit is to end. If the profile cannot be removed, it is
                then replaced by one that allows the maximum.
        """
        self.sent = None
        number = self._connector.number
        if self.of_transaction is not None:
            await self._clear_of_transaction()
            self.of_transaction = None
        if self.installed is None:
            await self._clear_beneath()
            self.forget()
            return
        try:
            await self._charge_point.commands.clear_charging_profile(
                id=self._methods.profile_id(number), own=True
            )
            await self._clear_beneath()
        except (RefusedError, CallErrorReceivedError) as err:
            # By 5.5 it is not installed, but some answer so and do not clear it.
            if not lifts:
                self._charge_point.deviations.note("limit_not_cleared", str(err))
                await self._clear_beneath()
            else:
                phases: Phases | None = 3 if self.phases else None
                await self.send(Target(amps=self.maximum, phases=phases))
        finally:
            self.sent_at = asyncio.get_running_loop().time()
        self.forget()

    async def _clear_of_transaction(self) -> None:
        """Remove our TxProfile, whose absence is no error."""
        number = self._connector.number
        with suppress(RefusedError, CallErrorReceivedError):
            await self._charge_point.commands.clear_charging_profile(
                id=self._methods.transaction_profile_id(number), own=True
            )

    async def _clear_beneath(self) -> None:
        """Remove the safe profile beneath ours, whose absence is no error."""
        if not self.has_beneath:
            return
        profile_id = self._methods.beneath_profile_id(self._connector.number)
        with suppress(RefusedError, CallErrorReceivedError):
            await self._charge_point.commands.clear_charging_profile(
                id=profile_id, own=True
            )
        self.has_beneath = False
        self.known.gone(profile_id)
        self._methods.changed()

    def distrust(self) -> None:
        """Send whole profiles again, as the charge point does not act by ours."""
        self.known.doubt()

    def forget(self) -> None:
        """Record that our profile is no longer installed."""
        self.lose_of_transaction()
        self.sent = self.installed = self.accepted = None
        self.phases = None
        for profile_id in self._methods.ids_of(self._connector.number):
            self.known.gone(profile_id)
        self._methods.changed()
