"""Send the wanted limit of a connector and keep it in force: `Connector.limiter`."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..commands import Answer
from ..model.errors import (
    CallErrorReceivedError,
    CommandError,
    CsmsError,
    NotConnectedError,
    RefusedError,
)
from ..model.model import ConnectorStatus, utcnow
from ..model.profile import (
    ChargingProfile,
    InstalledProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from ..model.records import from_record
from ..outside.allowance import Running
from .check import LimitCheck, flows
from .intent import IN_FORCE, Fallback, Intent, LimitState
from .methods import ProfileMethods, hides, takes_place
from .ours.beneath import variant_beneath
from .profiles import ProfileVariant, Target, amps_of, current_step, minimum_current
from .proof import Finding
from .sender import LimitSender
from .states import TRANSITIONS, StateMachine
from .surroundings import LimitedChargePoint, LimitedConnector
from .turns import Turns
from .user_profiles import ProfileFilter, UserProfile

_SLIGHT_A = 0.5
_SLIGHT_PART = 0.05
"""By how much, and by which part, a vehicle's schedule may be above its limit."""
_MOST_RENEGOTIATIONS = 3

_A_DAY_S = 86400.0
_MOST_RETRIES = 3
"""Retries of an unanswered limit when no caller waits for it."""


class Limiter:
    """Send the limits of one connector and check that the charge point obeys them.

    A limit is a charging profile of ours (OCPP 1.6: 3.13, 5.16; 2.0.1: K01). Watchable
    fields of the connector: `intent`, `limiter` (its `state`, and `failure`), `sent_limit`.
    """

    def __init__(
        self,
        connector: LimitedConnector,
        charge_point: LimitedChargePoint,
        methods: ProfileMethods,
    ) -> None:
        """Begin with an empty intent.

        Args:
            connector: The connector that is limited.
            charge_point: The charge point that receives the limits.
            methods: The profile variants that it accepts, and the users' profiles.
        """
        self._connector = connector
        self._charge_point = charge_point
        self._methods = methods
        self.intent = Intent()
        """The intent that is to be in force now."""
        self._agreed = Intent()
        """The last intent that was not refused."""
        self._user_intent = Intent()
        self.automatic = False
        """True if the charge control sets the intent; the user's intent waits."""
        self.failure: CsmsError | None = None
        """The error of a user's intent that failed after its first answer.

        It is cleared when another intent is requested, or when this one succeeds.
        """
        self._failed_intent: Intent | None = None
        self._asked = False
        """True if a user requested the intent, so that a later failure is reported."""
        self._retries = 0
        self._timer: asyncio.TimerHandle | None = None
        self._renewal: asyncio.TimerHandle | None = None
        self._told_wait = False
        """True if the watchers know that phases have to wait."""
        self.finding: Finding | None = None
        """What the charge point said of our profile; None if it is as it should be."""
        self.hidden_by: InstalledProfile | None = None
        """The profile of somebody else that goes before ours."""
        self.chosen: Schedule | None = None
        """The schedule that the vehicle has chosen; None if it has not told one."""
        self._renegotiated = 0
        """How often a vehicle has chosen more than its limit in this transaction."""
        self._asked_anew = False
        """True if a vehicle is to be offered its profile again, though it is the same."""
        self._lapsed = False
        """True if the fallback has begun, or will, as nobody charges."""
        self._machine = StateMachine(
            TRANSITIONS, LimitState.NONE, unexpected=self._note_unexpected
        )
        self._turns = Turns(
            self,
            charge_point.id,
            may_begin=lambda: charge_point.ready,
            unexpected=self._note_unexpected,
        )
        self._sender = LimitSender(connector, charge_point, methods, self)
        self._sender.of_users = self._of_users
        self._sender.below_users = self._is_below_users
        self._covers_users = False
        """True if our profile was sent although there are profiles of users."""
        self._check = LimitCheck(connector, charge_point, methods, self)

    @property
    def state(self) -> LimitState:
        """The state of the intent."""
        return self._machine.state

    @property
    def user_intent(self) -> Intent:
        """The user's intent; while `automatic` it only bounds the control's intent."""
        return self._user_intent

    @property
    def sent_a(self) -> float | None:
        """The limit in A that the charge point has from us; None if it has none."""
        return None if self._sender.sent is None else self._sender.sent.amps

    @property
    def fallback(self) -> Fallback | None:
        """The limit that is safe without us; None if any is."""
        return self._sender.fallback

    @property
    def sent_at(self) -> float:
        """The event loop's time when the last limit was sent."""
        return self._sender.sent_at

    @property
    def minimum(self) -> float:
        """The lowest limit in A; any lower limit pauses charging."""
        return minimum_current(self._charge_point.quirks, self.maximum)

    @property
    def maximum(self) -> float:
        """The highest limit in A."""
        return self._sender.maximum

    @property
    def step(self) -> float:
        """The step in A; limits are multiples of it."""
        return current_step(self._charge_point.quirks)

    @property
    def pauses(self) -> bool:
        """Return whether charging is paused, by a limit of 0 A or a phase switch."""
        sent = self._sender.sent
        return (
            self.state is LimitState.SWITCHING
            or (sent is not None and not sent.amps)
            or (not self._wants_nothing and not self._sender.amps(self.intent))
        )

    @property
    def is_busy(self) -> bool:
        """Return whether something is being sent, or will be at once."""
        return self._turns.is_busy

    @property
    def switches_phases(self) -> bool:
        """Return whether the charge point switches phases on request (numberPhases)."""
        return self._sender.switches_phases

    @property
    def awaits_phases(self) -> bool:
        """Return whether the user wants a phase switch that is not yet done."""
        wanted = self._user_intent
        if wanted.phases is None and self.automatic:
            # The control chooses them.
            return False
        return (
            self.switches_phases
            and self._sender.sent is not None
            and not wanted.is_none
            and (wanted.phases or 3) != (self._sender.phases or 3)
        )

    @property
    def phases_wait_s(self) -> float | None:
        """Seconds for which the user's phases have to wait; None if they do not.

        Only the time between two switches counts: during a pause, or while the charge
        point does not accept the limit, they wait for something else.
        """
        if (
            not self.awaits_phases
            or self.pauses
            or self.state not in IN_FORCE | {LimitState.IGNORED}
        ):
            return None
        return self.phase_switch_due or None

    @property
    def keeps_fallback(self) -> bool:
        """Return whether the charge point can fall back to a lower limit by itself."""
        return self._methods.keeps_fallback

    @property
    def falls_by_itself(self) -> bool:
        """Return whether it does so without being told time and again (2.1)."""
        return self._methods.falls_by_itself

    def set_fallback(self, fallback: Fallback | None) -> None:
        """Set the limit that the charge point is to keep by itself without us.

        A limit that is higher has it as its second period, and is sent again before
        that begins. Limits that are not higher are safe as they are.

        Args:
            fallback: The safe limit, and when it begins; None for limits without end.
        """
        changed = fallback != self._sender.fallback
        self._sender.fallback = fallback
        sent = self._sender.sent
        if self._wants_nothing or self.state is LimitState.HELD:
            return
        if not changed and sent is None:
            return
        # Also without a change: what could not be told before may be possible now.
        if self._sender.target(self.intent) != sent and (
            self._turns.has_waiting or self._charge_point.ready
        ):
            self._turns.ask()

    @property
    def phase_switch_due(self) -> float:
        """Seconds until phases may be switched again; 0 if they may be switched now."""
        return self._sender.phase_switch_due

    def amps_of(self, watts: float, phases: int | None) -> float:
        """Convert a power to a current.

        Args:
            watts: Power of all phases together in W.
            phases: 1 or 3; None takes those of the intent, else those connected.

        Returns:
            Current per phase in A.
        """
        return amps_of(
            watts,
            phases or self.intent.phases,
            self._connector.measurements,
            self._connector.lines,
        )

    async def request(self, intent: Intent, *, persistent: bool = True) -> Answer:
        """Set the intent and wait for the charge point's answer.

        Args:
            intent: The new intent.
            persistent: Whether to keep it over a restart. A control that changes it
                often passes False, to save writes to the disk.

        Returns:
            The answer to the first message. A phase switch takes several messages and
            half a minute: `state` then shows the progress, and `failure` a later
            error. If another intent is set meanwhile, its answer is returned. With
            the status `held` nothing was sent, as a user's profile takes precedence.

        Raises:
            NotConnectedError: The charge point is not connected. As after a refusal,
                the previous intent stays.
            CsmsError: As listed in `Commands`.
        """
        if not self._charge_point.connected:
            raise NotConnectedError(self._charge_point.id)
        if self.automatic and persistent:
            self.set_intent(intent)
            return {"status": "accepted"}
        answer = self._turns.join()
        self.set_intent(intent, persistent=persistent)
        self._asked = persistent
        self._turns.ask()
        return await answer

    def set_intent(self, intent: Intent, *, persistent: bool = True) -> None:
        """Set the intent without waiting; it is sent once the charge point is ready.

        Args:
            intent: The new intent.
            persistent: Whether to keep it over a restart.
        """
        if persistent and intent != self._user_intent:
            self._user_intent = intent
            self._methods.changed()
            self._connector.mark("intent")
        if intent == self.intent or (self.automatic and persistent):
            return
        self._methods.listen()
        self.intent = intent
        self._asked = False
        self._set_failure(None)
        self._check.stop()
        self._connector.mark("intent")
        if self._turns.has_waiting or self._charge_point.ready:
            self._turns.ask()
        else:
            self._to(LimitState.NONE if self._is_idle else LimitState.PENDING)

    def apply_again(self) -> None:
        """Send the intent again even if the charge point already has it."""
        if (
            self._turns.has_waiting
            or self._turns.is_due
            or not self._is_idle
            or self._sender.owes_profile
            or self._sender.doubts
            or self._forbidden
        ):
            self._retries = 0
            self._turns.ask(again=True)

    def session_profile_lost(self) -> None:
        """Send the limit of the running session again: an interruption has ended it."""
        if self._sender.of_transaction is not None:
            self._sender.lose_of_transaction()
            self._sender.sent = self._sender.accepted = None
            self.apply_again()

    def discharging_changed(self) -> None:
        """Obey what may be discharged now; what is forbidden ends at once."""
        balances = self._connector.bidirectional.balances
        if (
            self.intent.setpoint_w is None
            and not balances
            and self._sender.settled
            and not self._forbidden
        ):
            return
        self._methods.listen()
        if self._turns.has_waiting or self._charge_point.ready:
            self._turns.ask()
        elif not self._is_idle:
            self._to(LimitState.PENDING)

    @property
    def _forbidden(self) -> list[int]:
        """The ids of users' profiles that discharge, though the owner forbids it now."""
        may = self._connector.bidirectional
        if may.allowed or not may.modes:
            return []
        return self._methods.user_profiles.discharging(self._connector.number)

    async def _clear_forbidden(self) -> None:
        """Remove the profiles of users that discharge, as the owner forbids it now."""
        for profile_id in self._forbidden:
            # What is not there is forgotten as well.
            with suppress(RefusedError, CallErrorReceivedError):
                await self._charge_point.commands.clear_charging_profile(id=profile_id)

    def ceiling_changed(self) -> None:
        """Obey what others allow at most now, whoever has set the intent."""
        self._methods.listen()
        if self._turns.has_waiting or self._charge_point.ready:
            self._turns.ask()
        elif not self._is_idle:
            self._to(LimitState.PENDING)

    @property
    def below_ceiling(self) -> tuple[float, bool] | None:
        """What others allow at most now in A per phase; None is everything.

        The second value says whether that is with one phase only.
        """
        if self._connector.ceiling() is None:
            return None
        everything = Intent()
        single = self._sender.wanted_phases(everything) == 1
        ceiling = self._connector.ceiling(1 if single else None)
        return None if ceiling is None else (ceiling.amps, single)

    @property
    def own_limit(self) -> float:
        """What is wanted here at present in A per phase, without any ceiling."""
        users = self._of_users(None)
        if users is not None:
            return users
        if self.intent.paused:
            return 0.0
        wanted = self.intent.limit_a
        return self.maximum if wanted is None else min(wanted, self.maximum)

    def _of_users(self, phases: int | None) -> float | None:
        """Return what the profiles of users allow now in A; None without one.

        Args:
            phases: The number of phases that will be in use; None are those that are.
        """
        connector = self._connector
        count = phases or connector.active_phases or connector.lines or 3
        return self._methods.user_profiles.allowed(
            connector.number, self._running, count
        )

    @property
    def _wants_nothing(self) -> bool:
        """Return whether there is neither an intent, nor a ceiling."""
        return self.intent.is_none and self._connector.ceiling() is None

    @property
    def _is_idle(self) -> bool:
        """Return whether there is nothing to send."""
        return (
            self._sender.installed is None
            and not self._sender.has_beneath
            and self._wants_nothing
        )

    async def wait_for_turn(self) -> None:
        """Wait until the next limit may be sent; a pause need not wait."""
        loop = asyncio.get_running_loop()
        while (
            rest := self._sender.sent_at + self._methods.timing.guard - loop.time()
        ) > 0:
            sent = self._sender.sent
            if sent is not None and sent.amps and not self._sender.amps(self.intent):
                return
            if not self._connector.bidirectional.allowed and (
                not self._sender.settled or self._forbidden
            ):
                return
            if sent is not None and self._is_lower_by_values(sent):
                return
            if self._sender.target(self.intent) == sent and not self._turns.again:
                return
            if not await self._turns.pause(rest):
                return

    def _is_lower_by_values(self, sent: Target) -> bool:
        """Return whether what is wanted is lower, and takes one small message.

        It wears nothing out, and what protects a fuse shall not wait.
        """
        installed = self._sender.installed
        return (
            installed is not None
            and installed.kind is Kind.DYNAMIC
            and self._sender.amps(self.intent) < sent.amps
        )

    async def take_turn(self, *, again: bool) -> None:
        """Send the current intent.

        Args:
            again: Send it even if the charge point already has it.

        Raises:
            SupersededError: Another intent was set while this one was being sent.
        """
        intent = self.intent
        try:
            await self._sender.end_doubts()
            await self._clear_forbidden()
            answer = await self._apply(intent, again=again)
        except CsmsError as err:
            self._failed(err, intent)
            return
        finally:
            self._renew_in_time()
            self._tell_wait()
        self._agreed, self._retries = intent, 0
        if intent == self._failed_intent:
            self._set_failure(None)
        self._turns.answer(answer)

    async def _apply(self, intent: Intent, *, again: bool) -> Answer:
        """Bring an intent into force; return the answer for the caller."""
        self._stop_timer()
        users = self._methods.user_profiles.in_force(self._connector.number)
        if users and self._connector.ceiling() is None:
            return await self._step_aside(users)
        self._covers_users = bool(users)
        if users:
            self._later_with_users()
        target = self._sender.target(intent)
        if target is None:
            return await self._lift()
        if self._waits_for_phases(intent, target):
            self._later(self.phase_switch_due)
        if target == self._sender.sent and not again:
            if self.state not in IN_FORCE | {LimitState.IGNORED}:
                self._to(LimitState.SENT)
            if (
                self.state in (LimitState.SENT, LimitState.IGNORED)
                and not self._check.is_running
            ):
                # The new intent ended the check of a limit that is still the same.
                self._check.start(target)
            return self._sender.answer or {"status": "accepted"}
        self._check.stop()
        await self._put(target)
        if self._sender.sent is not None:
            self._check.start(self._sender.sent)
        return self._sender.answer

    def _renew_in_time(self) -> None:
        """Send the limit again before its fallback begins; twice, if one is lost."""
        self._stop_renewal()
        sent = self._sender.sent
        fallback = None if sent is None else sent.fallback
        if fallback is not None and not fallback.by_connection:
            # From the last message on, whatever turns there were since.
            due = self._sender.sent_at + fallback.after_s / 3
            loop = asyncio.get_running_loop()
            self._renewal = loop.call_later(max(due - loop.time(), 0.0), self._renew)

    def _renew(self) -> None:
        self._renewal = None
        if self._is_used:
            self._turns.ask(again=True)
        else:
            # Nobody charges: to renew it all day would only wear out the memory.
            self._lapsed = True

    @property
    def _is_used(self) -> bool:
        """Return whether a vehicle charges, or may begin at any moment."""
        if flows(self._connector):
            return True
        return (
            self._connector.transaction is not None
            and self._connector.status is not ConnectorStatus.SUSPENDED_EV
        )

    def _stop_renewal(self) -> None:
        self._lapsed = False
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None

    async def _step_aside(self, users: list[UserProfile]) -> Answer:
        """Remove our profile if it would override a user's profile."""
        variant = self._sender.installed
        if (
            self._sender.of_transaction is not None
            or (variant is None and self._sender.has_beneath)
            or (variant is not None and any(hides(user, variant) for user in users))
        ):
            self._check.stop()
            lost = await self._restore(users) if self._covers_users else []
            await self._sender.withdraw(lifts=False)
            for user in lost:
                await self._send_of_user(user)
        self._covers_users = False
        self._to(LimitState.NONE if self._is_idle else LimitState.HELD)
        return {"status": "held"}

    async def _restore(self, users: list[UserProfile]) -> list[UserProfile]:
        """Send the users' profiles again that ours may have replaced below a ceiling.

        Before ours is removed, so that the limit does not rise in between.

        Returns:
            Those that the charge point does not take beside ours (2.0.1: K01.FR.06).
        """
        accepted = self._sender.accepted
        level = None if accepted is None else accepted.stack_level
        return [
            user
            for user in users
            if user.level == level and not await self._send_of_user(user)
        ]

    async def _send_of_user(self, user: UserProfile) -> bool:
        """Send a user's profile; return whether the charge point took it."""
        if user.kept is None:
            return True
        try:
            await self._charge_point.commands.set_charging_profile(
                connector_id=user.connector_id,
                charging_profile=user.kept.profile,
                own=True,
            )
        except CommandError:
            return False
        return True

    def _is_below_users(self) -> bool:
        """Return whether a user's TxProfile would go before our TxDefaultProfile."""
        return any(
            user.purpose is Purpose.TX
            for user in self._methods.user_profiles.in_force(self._connector.number)
        ) and (self._connector.ceiling() is not None)

    def _later_with_users(self) -> None:
        """Come back when the users' profiles, which ours contains, allow something else."""
        now = utcnow()
        due = self._methods.user_profiles.next_change(
            self._connector.number, now, self._running
        )
        if due is not None:
            self._later(min((due - now).total_seconds(), _A_DAY_S))

    @property
    def _running(self) -> Running | None:
        running = self._connector.transaction
        if running is None:
            return None
        return Running(start=running.start, transaction_id=running.id)

    async def _lift(self) -> Answer:
        """Remove our profile, as no limit is wanted.

        A vehicle that negotiates gets a profile all the same (2.0.1: K15.FR.07).
        """
        if self._sender.by_transaction and self._connector.needs is not None:
            most = Target(amps=self.maximum, phases=3 if self._sender.phases else None)
            # New needs are answered by a profile, though nothing else is wanted (K17).
            asked_anew, self._asked_anew = self._asked_anew, False
            if self._sender.sent != most or self._sender.owes_profile or asked_anew:
                await self._sender.send_of_transaction(most)
        elif self._sender.of_transaction is not None:
            await self._sender.withdraw(lifts=True)
        if self._sender.installed is not None or self._sender.has_beneath:
            self._check.stop()
            await self._sender.withdraw(lifts=True)
        self._to(LimitState.NONE)
        return {"status": "accepted"}

    def _tell_wait(self) -> None:
        """Tell the watchers when phases begin or end to wait."""
        if (waits := self.phases_wait_s is not None) is not self._told_wait:
            self._told_wait = waits
            self._connector.mark("limiter")

    def _waits_for_phases(self, intent: Intent, target: Target) -> bool:
        """Return whether its phase switch has to wait."""
        return (
            self.switches_phases
            and bool(target.amps)
            and (self._sender.wanted_phases(intent) or 3) != (target.phases or 3)
        )

    async def _put(self, target: Target) -> None:
        """Send a target: during a pause if phases change, or twice after a pause."""
        if (target.phases or 3) != (self._sender.phases or 3):
            await self._sender.switch(target)
            return
        before = self._sender.sent
        await self._sender.send(target)
        if (
            self._charge_point.quirks.resend_after_pause
            and target.amps
            and before is not None
            and not before.amps
        ):
            await self._sender.pause_between(self._methods.timing.guard)
            await self._sender.send(target)

    def _failed(self, err: CsmsError, intent: Intent) -> None:
        """Handle an intent that could not be brought into force."""
        waits = self._turns.has_served
        self._turns.fail(err)
        if not self._charge_point.connected:
            return
        if self._asked and not waits and self.intent == intent:
            self._failed_intent = intent
            self._set_failure(err)
        self._to(LimitState.REFUSED)
        refused = isinstance(err, RefusedError | CallErrorReceivedError)
        if (waits or self._asked) and refused:
            if self.intent == intent != self._agreed:
                self._take_back(intent)
        elif (
            not self._sender.settled
            or self._forbidden
            or (not refused and self._retries < _MOST_RETRIES)
        ):
            # Also for ever: what lets a vehicle discharge has to end.
            self._retries += 1
            self._later(self._methods.timing.check)

    def _take_back(self, refused: Intent) -> None:
        """Restore the previous intent, as the refusal is reported to the user."""
        if self._user_intent == refused and not self.automatic:
            self._user_intent = self._agreed
        self.intent = self._agreed
        self._connector.mark("intent")
        self._methods.changed()
        if self._sender.target(self.intent) != self._sender.sent:
            # Refused after the pause in which phases are switched.
            self._turns.ask()
        elif self._sender.sent is not None:
            self._to(LimitState.SENT)
        elif self._is_idle:
            self._to(LimitState.NONE)

    @property
    def is_superseded(self) -> bool:
        """Return whether another intent was set while one is being sent."""
        return self._turns.is_superseded

    def reached(self, state: LimitState, answer: Answer | None = None) -> None:
        """Record the progress of sending; the first answer goes to the caller."""
        self._to(state)
        self._connector.mark("sent_limit")
        if state is LimitState.SENT and (profile := self._sender.accepted) is not None:
            self._methods.proof.accepted(profile)
        if answer is not None:
            self._turns.answer(answer)

    def wake(self) -> None:
        """End a `pause` early."""
        self._turns.wake()

    async def pause(self, seconds: float) -> bool:
        """Wait; return whether `wake` ended the wait early."""
        return await self._turns.pause(seconds)

    def resend(self) -> None:
        """Send the limit once more, as the charge point does not obey it."""
        self._charge_point.deviations.note("limit_ignored", str(self._sender.sent))
        self._methods.proof.contradicted()
        self._sender.distrust()
        self._turns.ask(again=True)

    def try_other_way(self) -> bool:
        """Send an ignored limit in another way; return whether there is one.

        A charge point that applies a TxDefaultProfile to later transactions only may
        obey a TxProfile (2.0.1: K01.FR.32 demands the former, too).
        """
        if (
            self._connector.transaction is None
            or self._sender.by_transaction
            or not self._methods.try_by_transaction()
        ):
            return False
        self._turns.ask(again=True)
        return True

    def negotiate(self) -> bool:
        """Send the limit in force to a vehicle that has told its needs (2.0.1: K15).

        Returns:
            False if that has to wait, for the transaction or a profile of a user.
        """
        number = self._connector.number
        self._renegotiated = 0
        self._asked_anew = True
        self._methods.listen()
        if self._connector.transaction is None or self._methods.user_profiles.in_force(
            number
        ):
            return False
        self._turns.ask(again=True)
        return True

    def vehicle_chose(self, schedule: Schedule) -> bool:
        """Return whether the schedule that a vehicle has chosen keeps to its limit.

        If it does not, the limit is sent again, so that they negotiate anew (K16).
        """
        self.chosen = schedule
        # It may choose before we know that the charge point has taken the profile.
        sent = self._sender.sent or self._sender.offering
        if sent is None:
            return True
        most = max(
            (
                one.limit
                if schedule.unit is Unit.AMPERE
                else self.amps_of(one.limit, one.phases)
                for one in schedule.periods
                if one.limit is not None
            ),
            default=0.0,
        )
        if most <= sent.amps + max(_SLIGHT_A, _SLIGHT_PART * sent.amps):
            return True
        if self._renegotiated < _MOST_RENEGOTIATIONS:
            self._renegotiated += 1
            self._asked_anew = True
            self._turns.ask(again=True)
        return False

    @property
    def claim(self) -> ChargingProfile | None:
        """The profile of ours that should be installed; None if that is not certain."""
        sure = self._sender.sent is not None and not self._turns.is_busy
        return self._sender.accepted if sure else None

    @property
    def beneath(self) -> ChargingProfile | None:
        """The safe profile that should be installed beneath; None without one."""
        if self._turns.is_busy or not self._sender.has_beneath:
            return None
        number = self._connector.number
        return self._sender.known.get(self._methods.beneath_profile_id(number))

    def dynamic_values(self, profile_id: int) -> Period | None:
        """Return the present values of a dynamic profile of ours; None if it is none."""
        return self._sender.known.values(profile_id)

    def holds(self, profile_id: int) -> bool:
        """Return whether a profile with an id of ours may be installed."""
        number, sender = self._connector.number, self._sender
        if profile_id == self._methods.beneath_profile_id(number):
            return self._turns.is_busy or sender.has_beneath
        if profile_id == self._methods.profile_id(number):
            return self._turns.is_busy or sender.installed is not None
        return self._turns.is_busy or sender.of_transaction is not None

    def found(self, finding: Finding | None, by: InstalledProfile | None) -> None:
        """Note what became of our profile; send it again if it is not installed."""
        is_new = (finding, by) != (self.finding, self.hidden_by)
        self.finding, self.hidden_by = finding, by
        if is_new:
            self._connector.mark("limiter")
        if finding is Finding.MISSING and is_new:
            self._sender.distrust()
            self._turns.ask(again=True)

    def judged(self, obeyed: bool) -> None:
        """Record whether the charge point obeys the limit."""
        self._methods.judged_by_transaction(obeyed=obeyed)
        if obeyed:
            self.finding = self.hidden_by = None
        self._to(LimitState.VERIFIED if obeyed else LimitState.IGNORED)

    def maybe_replaced(self, user: UserProfile) -> None:
        """Forget our profile if a user's profile has replaced it (5.16.1)."""
        if (variant := self._sender.installed) is not None and takes_place(
            user,
            variant,
            self._methods.profile_id(self._connector.number),
            self._connector.number,
        ):
            self._forget()

    async def make_room(self, profile: ChargingProfile, connector_id: int) -> None:
        """Remove our profile if a user's new one needs its place.

        Where it is not replaced by itself (2.0.1: K01.FR.06, FR.52, FR.53).
        """
        variant, number = self._sender.installed, self._connector.number
        if (
            variant is None
            or profile.id == self._methods.profile_id(number)
            or profile.purpose is not variant.purpose
            or profile.stack_level not in self._levels(variant)
            or connector_id not in (0, number)
        ):
            return
        self._check.stop()
        with suppress(CommandError):
            await self._sender.withdraw(lifts=False)

    def _levels(self, variant: ProfileVariant) -> tuple[int, ...]:
        """Return the stack levels at which profiles of ours are installed."""
        if not self._sender.has_beneath:
            return (variant.level,)
        return variant.level, variant_beneath(variant).level

    def maybe_cleared(self, which: ProfileFilter) -> None:
        """Send the intent again if a user cleared our profile."""
        number, sender = self._connector.number, self._sender
        ours: list[tuple[int, Purpose]] = []
        if (variant := sender.installed) is not None:
            ours.append((self._methods.profile_id(number), variant.purpose))
        if sender.of_transaction is not None:
            ours.append((self._methods.transaction_profile_id(number), Purpose.TX))
        level = 0 if sender.accepted is None else sender.accepted.stack_level
        if variant is not None:
            level = variant.level
        beneath = sender.has_beneath and which.fits(
            id=self._methods.beneath_profile_id(number),
            connector_id=number,
            purpose=Purpose.TX_DEFAULT,
            level=level - 1,
        )
        if beneath or any(
            which.fits(id=one, connector_id=number, purpose=purpose, level=level)
            for one, purpose in ours
        ):
            self._forget()
            self._turns.ask()

    def user_profiles_changed(self) -> None:
        """Hold our limit or send it again, as other users' profiles are in force."""
        if not self._is_idle:
            self._check.stop()
            self._turns.ask()

    def _forget(self) -> None:
        self._check.stop()
        self._sender.forget()

    def transaction_changed(self) -> None:
        """Handle the start or the end of a transaction."""
        running = self._connector.transaction
        self._methods.user_profiles.transaction_changed(
            self._connector.number, None if running is None else running.id
        )
        self._renegotiated = 0
        if running is None:
            self.chosen = None
        if self._sender.transaction_over():
            self._check.stop()
            if not self._is_idle:
                # The TxDefaultProfile has an older limit.
                self._turns.ask(again=True)
        if running is None and self._user_intent.setpoint_w is not None:
            # It was for this session: the next one begins without.
            self.set_intent(replace(self._user_intent, setpoint_w=None))
        if running is not None and self._sender.doubts:
            self._turns.ask()
        if running is not None or self._is_idle:
            return
        self._check.stop()
        if self.state is LimitState.IGNORED:
            self._to(LimitState.SENT)
        installed = self._sender.installed
        if installed is not None and installed.purpose is Purpose.TX:
            # A TxProfile ends with its transaction.
            self._forget()
            self._to(LimitState.PENDING)

    def observed(self) -> None:
        """Handle a new meter value or status of the connector."""
        self._check.observed()
        if self._lapsed and self._is_used:
            self._lapsed = False
            self._turns.ask(again=True)

    @property
    def setpoint_w(self) -> float | None:
        """The power that the vehicle was told to follow; None if it is only limited."""
        sent = self._sender.sent
        return None if sent is None else sent.setpoint_w

    @property
    def may_discharge(self) -> bool:
        """Return whether the charge point was told something by which it discharges."""
        return not self._sender.settled

    def disconnected(self) -> None:
        """Stop sending, and raise NotConnectedError in waiting callers."""
        self._stop_timer()
        self._stop_renewal()
        self._check.stop()
        self._turns.stop()
        self._sender.connection_lost()
        if not self._is_idle:
            self._to(LimitState.PENDING)

    def _set_failure(self, failure: CsmsError | None) -> None:
        if failure is not self.failure:
            self.failure = failure
            self._connector.mark("limiter")

    def _to(self, state: LimitState) -> None:
        if self._machine.to(state):
            self._connector.mark("limiter")

    def _note_unexpected(self, change: str) -> None:
        self._charge_point.deviations.note("limit_state_unexpected", change)

    def _later(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(
            seconds + 0.01, self._turns.ask
        )

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def record(self) -> dict[str, Any]:
        """Return the state to keep over a restart; empty if there is none."""
        variant = self._sender.installed
        beneath = {"beneath": True} if self._sender.has_beneath else {}
        if self._user_intent.is_none and variant is None and not beneath:
            return {}
        covers = {"covers_users": True} if self._covers_users else {}
        return (
            self._user_intent.record()
            | covers
            | beneath
            | {
                "sent": None
                if variant is None
                else {
                    "phases": self._sender.phases,
                    "kind": variant.kind,
                    "level": variant.level,
                    "unit": variant.unit,
                    "purpose": variant.purpose,
                }
            }
        )

    def diagnostics(self) -> dict[str, Any]:
        """Return how many limits were sent in which way, for diagnostics."""
        known = self._sender.known
        return {"whole_profiles": known.wholes, "updates": known.updates}

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore the state from `record`.

        Raises:
            ValueError: The record is not valid.
        """
        intent = Intent.from_record(record)
        if (sent := record.get("sent")) is not None:
            variant, phases = from_record(ProfileVariant, sent), sent["phases"]
            if phases not in (None, 1, 3):
                raise ValueError(f"there are no {phases!r:.100} phases")
            self._sender.phases = phases
            self._sender.installed = variant
        self._covers_users = record.get("covers_users") is True
        self._sender.has_beneath = record.get("beneath") is True
        self.intent = self._agreed = self._user_intent = intent
        self._to(LimitState.PENDING)
        self._methods.listen()
        self._connector.mark("intent", "limiter")
