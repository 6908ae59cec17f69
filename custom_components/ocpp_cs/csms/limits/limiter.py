"""What is wanted of a connector, kept in force: `Connector.limiter`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from ..commands import Answer
from ..model.errors import (
    CallErrorReceivedError,
    CsmsError,
    NotConnectedError,
    RefusedError,
)
from ..model.profile import Purpose
from ..model.records import from_record
from .check import LimitCheck
from .intent import IN_FORCE, Intent, LimitState
from .methods import ProfileMethods, hides, takes_place
from .profiles import ProfileVariant, Target, amps_of, current_step, minimum_current
from .sender import LimitSender
from .states import TRANSITIONS, StateMachine
from .surroundings import LimitedChargePoint, LimitedConnector
from .turns import Turns
from .user_profiles import ProfileFilter, UserProfile

_MOST_RETRIES = 3
"""How often a limit that nobody waits for is tried again without an answer."""


class Limiter:
    """Sends a charge point what is wanted of one connector, and sees to it.

    A limit is a charging profile of ours (OCPP 1.6: 3.13, 5.16; 2.0.1: K01). Watchable
    fields of the connector: `intent`, `limiter` (its `state`, and `failure`).
    """

    def __init__(
        self,
        connector: LimitedConnector,
        charge_point: LimitedChargePoint,
        methods: ProfileMethods,
    ) -> None:
        """Want nothing.

        Args:
            connector: What is limited.
            charge_point: What is sent the limits.
            methods: How the charge point takes them, and the profiles of users.
        """
        self._connector = connector
        self._charge_point = charge_point
        self._methods = methods
        self.intent = Intent()
        """What is to be in force now."""
        self._agreed = Intent()
        """The last intent that was not refused."""
        self._user_intent = Intent()
        self.automatic = False
        """Whether the charge control decides; what the user wants is for later."""
        self.failure: CsmsError | None = None
        """Why what a user asked for could not be finished, long after its answer.

        Until something else is asked for, or it succeeds after all.
        """
        self._failed_intent: Intent | None = None
        self._asked = False
        """Whether a user wants the intent, and is to know if it fails later."""
        self._retries = 0
        self._timer: asyncio.TimerHandle | None = None
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
        self._check = LimitCheck(connector, charge_point, methods, self)

    # What others ask.

    @property
    def state(self) -> LimitState:
        """What became of the intent."""
        return self._machine.state

    @property
    def user_intent(self) -> Intent:
        """What the user wants; while `automatic`, it is the frame, not the intent."""
        return self._user_intent

    @property
    def sent_at(self) -> float:
        """When the charge point was sent a limit last, by the loop's clock."""
        return self._sender.sent_at

    @property
    def minimum(self) -> float:
        """The lowest limit in A; below it charging pauses."""
        return minimum_current(self._charge_point.quirks, self.maximum)

    @property
    def maximum(self) -> float:
        """The highest limit in A."""
        return self._sender.maximum

    @property
    def step(self) -> float:
        """The A of which limits are multiples."""
        return current_step(self._charge_point.quirks)

    @property
    def pauses(self) -> bool:
        """Whether nothing may flow: it is paused, or its phases are being changed."""
        sent = self._sender.sent
        return (
            self.state is LimitState.SWITCHING
            or (sent is not None and not sent.amps)
            or (not self.intent.is_none and not self._sender.amps(self.intent))
        )

    @property
    def is_busy(self) -> bool:
        """Whether something is being sent, or will be at once."""
        return self._turns.is_busy

    @property
    def switches_phases(self) -> bool:
        """Whether the charge point changes phases when it is told to."""
        return self._sender.switches_phases

    @property
    def awaits_phases(self) -> bool:
        """Whether other phases are wanted than there are, once they may be changed."""
        return (
            self.switches_phases
            and self._sender.sent is not None
            and not self._user_intent.is_none
            and (self._user_intent.phases or 3) != (self._sender.phases or 3)
        )

    @property
    def phase_switch_due(self) -> float:
        """Seconds until the phases may be changed; 0 when they may be now."""
        return self._sender.phase_switch_due

    def amps_of(self, watts: float, phases: int | None) -> float:
        """Return the A per phase of a power, with 1, 3 or the phases as they are."""
        return amps_of(
            watts,
            phases or self.intent.phases,
            self._connector.measurements,
            self._connector.lines,
        )

    # What is wanted.

    async def request(self, intent: Intent, *, persistent: bool = True) -> Answer:
        """Want this from now on, and wait for the charge point's answer.

        Args:
            intent: What is wanted.
            persistent: Whether it is still wanted after a restart: a control that
                changes it all the time wears no disk out.

        Returns:
            The answer to the first of what is sent: phases are switched in several
            steps, which take half a minute. `state` says that they are under way,
            `failure` why one of them failed. What is wanted meanwhile replaces it,
            and gives it its answer. With `held` as its status the charge point was
            not asked, as a user's profile goes before.

        Raises:
            NotConnectedError: The charge point is away; then, as after a refusal,
                what was wanted before stays.
            CsmsError: What `Commands` lists.
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
        """Want this from now on; while the charge point is away it is sent later.

        Args:
            intent: What is wanted.
            persistent: Whether it is still wanted after a restart.
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
        """Send what is wanted even if that was sent before."""
        if self._turns.has_waiting or self._turns.is_due or not self._is_idle:
            self._retries = 0
            self._turns.ask(again=True)

    @property
    def _is_idle(self) -> bool:
        """Whether there is nothing to send."""
        return self.intent.is_none and self._sender.installed is None

    # What `Turns` asks.

    async def wait_for_turn(self) -> None:
        """Wait until the next limit may be sent; a pause may be at once."""
        loop = asyncio.get_running_loop()
        while (
            rest := self._sender.sent_at + self._methods.timing.guard - loop.time()
        ) > 0:
            sent = self._sender.sent
            if sent is not None and sent.amps and not self._sender.amps(self.intent):
                return
            if self._sender.target(self.intent) == sent and not self._turns.again:
                return
            if not await self._turns.pause(rest):
                return

    async def take_turn(self, *, again: bool) -> None:
        """Send what is wanted by now; with `again` even what was sent already.

        Raises SupersededError if it gave up, as something else is wanted.
        """
        intent = self.intent
        try:
            answer = await self._apply(intent, again=again)
        except CsmsError as err:
            self._failed(err, intent)
            return
        self._agreed, self._retries = intent, 0
        if intent == self._failed_intent:
            self._set_failure(None)
        self._turns.answer(answer)

    async def _apply(self, intent: Intent, *, again: bool) -> Answer:
        """Bring an intent into force; return what to tell who asked for it."""
        self._stop_timer()
        if users := self._methods.user_profiles.in_force(self._connector.number):
            return await self._step_aside(users)
        target = self._sender.target(intent)
        if target is None:
            return await self._lift()
        if self._waits_for_phases(intent, target):
            self._later(self.phase_switch_due)
        if target == self._sender.sent and not again:
            if self.state not in IN_FORCE | {LimitState.IGNORED}:
                self._to(LimitState.SENT)
            return self._sender.answer or {"status": "accepted"}
        self._check.stop()
        await self._put(target)
        if self._sender.sent is not None:
            self._check.start(self._sender.sent)
        return self._sender.answer

    async def _step_aside(self, users: list[UserProfile]) -> Answer:
        """Give way to the profiles of users, which ours must not hide."""
        variant = self._sender.installed
        if variant is not None and any(hides(user, variant) for user in users):
            self._check.stop()
            await self._sender.withdraw(lifts=False)
        self._to(LimitState.NONE if self._is_idle else LimitState.HELD)
        return {"status": "held"}

    async def _lift(self) -> Answer:
        """Have nothing of ours installed."""
        if self._sender.installed is not None:
            self._check.stop()
            await self._sender.withdraw(lifts=True)
        self._to(LimitState.NONE)
        return {"status": "accepted"}

    def _waits_for_phases(self, intent: Intent, target: Target) -> bool:
        """Tell whether its phases cannot be had yet, so that they come later."""
        return (
            self.switches_phases
            and bool(target.amps)
            and (intent.phases or 3) != (target.phases or 3)
        )

    async def _put(self, target: Target) -> None:
        """Send a target: in a pause if its phases are others, or twice after one."""
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
        """Act on an intent that could not be brought into force."""
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
        elif not refused and self._retries < _MOST_RETRIES:
            self._retries += 1
            self._later(self._methods.timing.check)

    def _take_back(self, refused: Intent) -> None:
        """Want again what was wanted before, as a user knows of the refusal."""
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

    # What `LimitSender` and `LimitCheck` report.

    @property
    def is_superseded(self) -> bool:
        """Whether something else is wanted than what is being sent."""
        return self._turns.is_superseded

    def reached(self, state: LimitState, answer: Answer | None = None) -> None:
        """Note how far sending is; the first answer is that to who asked for it."""
        self._to(state)
        if answer is not None:
            self._turns.answer(answer)

    def wake(self) -> None:
        """End a `pause`, as something has changed."""
        self._turns.wake()

    async def pause(self, seconds: float) -> bool:
        """Wait; return whether it was woken, as something has changed."""
        return await self._turns.pause(seconds)

    def resend(self) -> None:
        """Send the limit once more, as it is not obeyed."""
        self._charge_point.deviations.note("limit_ignored", str(self._sender.sent))
        self._turns.ask(again=True)

    def judged(self, obeyed: bool) -> None:
        """Note whether the limit is obeyed, perhaps after it was sent once more."""
        self._to(LimitState.VERIFIED if obeyed else LimitState.IGNORED)

    # Profiles of users.

    def maybe_replaced(self, user: UserProfile) -> None:
        """Note that a user's profile may have taken the place of ours."""
        if (variant := self._sender.installed) is not None and takes_place(
            user,
            variant,
            self._methods.profile_id(self._connector.number),
            self._connector.number,
        ):
            self._forget()

    def maybe_cleared(self, which: ProfileFilter) -> None:
        """Note that a user cleared profiles: what is still wanted is sent again."""
        if (variant := self._sender.installed) is not None and which.fits(
            id=self._methods.profile_id(self._connector.number),
            connector_id=self._connector.number,
            purpose=variant.purpose,
            level=variant.level,
        ):
            self._forget()
            self._turns.ask()

    def user_profiles_changed(self) -> None:
        """Hold, or go on."""
        if not self.intent.is_none or self._sender.installed is not None:
            self._check.stop()
            self._turns.ask()

    def _forget(self) -> None:
        self._check.stop()
        self._sender.forget()

    # What happens.

    def transaction_changed(self) -> None:
        """Act on the begin or the end of a transaction."""
        running = self._connector.transaction
        self._methods.user_profiles.transaction_changed(
            self._connector.number, None if running is None else running.id
        )
        if running is not None or self._is_idle:
            return
        self._check.stop()
        if self.state is LimitState.IGNORED:
            self._to(LimitState.SENT)
        installed = self._sender.installed
        if installed is not None and installed.purpose is Purpose.TX:
            # It ends with its transaction.
            self._forget()
            self._to(LimitState.PENDING)

    def observed(self) -> None:
        """Look at what the charge point just reported."""
        self._check.observed()

    def disconnected(self) -> None:
        """Let those who wait know that the charge point is gone."""
        self._stop_timer()
        self._check.stop()
        self._turns.stop()
        self._sender.sent = None
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

    # Over a restart.

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered; empty if that is nothing."""
        variant = self._sender.installed
        if self._user_intent.is_none and variant is None:
            return {}
        return self._user_intent.record() | {
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

    def load(self, record: Mapping[str, Any]) -> None:
        """Take over what `record` returned.

        Raises:
            ValueError: It did not.
        """
        intent = Intent.from_record(record)
        if (sent := record.get("sent")) is not None:
            variant, phases = from_record(ProfileVariant, sent), sent["phases"]
            if phases not in (None, 1, 3):
                raise ValueError(f"there are no {phases!r:.100} phases")
            self._sender.phases = phases
            self._sender.installed = variant
        self.intent = self._agreed = self._user_intent = intent
        self._to(LimitState.PENDING)
        self._methods.listen()
        self._connector.mark("intent", "limiter")
