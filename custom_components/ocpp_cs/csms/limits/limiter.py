"""What is wanted of a connector, kept in force: `Connector.limiter`."""

import asyncio
from collections.abc import Callable, Mapping
import logging
from typing import TYPE_CHECKING, Any

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
from .methods import hides, takes_place
from .profiles import Intent, ProfileVariant, amps_of, current_step, minimum_current
from .sender import LimitSender, SupersededError
from .states import LimitState
from .user_profiles import UserProfile

if TYPE_CHECKING:
    from ..connector import Connector
    from .methods import ProfileMethods

_LOGGER = logging.getLogger(__name__)

_MOST_RETRIES = 3
"""How often a limit that nobody waits for is tried again without an answer."""

type Fits = Callable[[int, int, Purpose, int], bool]
"""Tells whether a profile is meant by its id, connector, purpose and level."""


class Limiter:
    """Tells a charge point what is wanted of one connector, and sees to it.

    Watchable fields of the connector: `intent`, `limiter` (its `state`).
    """

    def __init__(self, connector: Connector) -> None:
        """Want nothing."""
        self._connector = connector
        self._charge_point = connector.charge_point
        self.intent = Intent()
        self.state = LimitState.NONE
        self._agreed = Intent()
        """The last intent that was not refused."""
        self._user_intent = Intent()
        """The last intent that is to survive a restart."""
        self._sender = LimitSender(
            connector,
            is_superseded=lambda: self._due,
            set_state=self._set_state,
            accepted=self._accepted,
        )
        self.failure: CsmsError | None = None
        """Why what a user asked for could not be finished, long after its answer.

        Until something else is asked for, or it succeeds after all.
        """
        self._failed_intent: Intent | None = None
        self.automatic = False
        """Whether a control of ours has the say: what is set to last is for later."""
        self._waiting: list[asyncio.Future[Answer]] = []
        self._served: list[asyncio.Future[Answer]] = []
        """Those whose intent is being told."""
        self._asked = False
        """Whether a user wants the intent, and is to know if it fails later."""
        self._due = False
        self._again = False
        """Whether to send even what was sent already."""
        self._retries = 0
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._check = LimitCheck(connector, resend=self._resend, judged=self._judged)

    # What can be wanted.

    @property
    def sent_at(self) -> float:
        """When the charge point was told a limit last, by the loop's clock."""
        return self._sender.told

    @property
    def _methods(self) -> ProfileMethods:
        return self._charge_point.profile_methods

    @property
    def user_intent(self) -> Intent:
        """What the user wants; while `automatic`, it is the frame, not the intent."""
        return self._user_intent

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
        """Whether it is being told something, or will be at once."""
        return self._due or self._task is not None

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
        """Want this from now on, and return the charge point's answer.

        What is not `persistent` is not wanted any more after a restart: a control that
        changes it all the time wears no disk out.

        That is the answer to the first of what is to be told: phases are switched in
        several steps, which take half a minute. `state` says that they are under way,
        `failure` why one of them failed. What is wanted meanwhile replaces it, and
        gives it its answer. With `held` as its status the charge point was not asked,
        as a user's profile goes before.

        Raises NotConnectedError while the charge point is away, and then, as after a
        refusal, what was wanted before stays; otherwise what `Commands` lists.
        """
        if self._charge_point.link is None:
            raise NotConnectedError(self._charge_point.id)
        if self.automatic and persistent:
            self.set_intent(intent)
            return {"status": "accepted"}
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self.set_intent(intent, persistent=persistent)
        self._asked = persistent
        self._schedule()
        return await answer

    def set_intent(self, intent: Intent, *, persistent: bool = True) -> None:
        """Want this from now on; while the charge point is away it is told later."""
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
        if self._waiting or self._charge_point.ready:
            self._schedule()
        else:
            self._set_state(LimitState.PENDING)

    def _schedule(self, *, again: bool = False) -> None:
        """Have it told soon; `again` also when it has been told already."""
        self._due = True
        self._again |= again
        self._sender.woken.set()
        if self._task is None and self._charge_point.ready:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Tell what is due, one after the other."""
        try:
            while self._due and self._charge_point.ready:
                await self._guard()
                self._due = False
                intent = self.intent
                self._served, self._waiting = self._waiting, []
                again, self._again = self._again, False
                try:
                    answer = await self._apply(intent, again=again)
                except SupersededError:
                    self._waiting[:0] = self._served
                    self._again |= again
                except CsmsError as err:
                    self._failed(err, intent)
                else:
                    self._agreed, self._retries = intent, 0
                    if intent == self._failed_intent:
                        self._set_failure(None)
                    _answer(self._served, answer)
                self._served = []
        # A charge point can say anything; what is wanted later has to be told.
        except Exception:
            _LOGGER.exception("Limiting %s failed", self._charge_point.id)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                served, self._served = self._served, []
                _fail(served, NotConnectedError(self._charge_point.id))

    def _accepted(self, answer: Answer) -> None:
        """Answer those who wait: what is still to be told may take long."""
        served, self._served = self._served, []
        _answer(served, answer)

    def _set_failure(self, failure: CsmsError | None) -> None:
        if failure is not self.failure:
            self.failure = failure
            self._connector.mark("limiter")

    async def _guard(self) -> None:
        """Wait until the next limit may be sent; a pause may be at once."""
        loop = asyncio.get_running_loop()
        while (
            rest := self._sender.told + self._methods.timing.guard - loop.time()
        ) > 0:
            pauses = self._sender.sent is not None and self._sender.sent.amps > 0
            if pauses and not self._sender.amps(self.intent):
                return
            if (
                self._sender.target(self.intent) == self._sender.sent
                and not self._again
            ):
                return
            self._sender.woken.clear()
            try:
                async with asyncio.timeout(rest):
                    await self._sender.woken.wait()
            except TimeoutError:
                return

    def _failed(self, err: CsmsError, intent: Intent) -> None:
        waits = bool(self._served)
        _fail(self._served, err)
        if self._charge_point.link is None:
            return
        if self._asked and not waits and self.intent == intent:
            self._failed_intent = intent
            self._set_failure(err)
        self._set_state(LimitState.REFUSED)
        refused = isinstance(err, RefusedError | CallErrorReceivedError)
        if (waits or self._asked) and refused:
            if self.intent == intent != self._agreed:
                if self._user_intent == intent and not self.automatic:
                    self._user_intent = self._agreed
                self.intent = self._agreed
                self._connector.mark("intent")
                self._methods.changed()
                if self._sender.target(self.intent) != self._sender.sent:
                    # Refused after the pause in which phases are switched.
                    self._schedule()
                elif self._sender.sent is not None:
                    self._set_state(LimitState.APPLIED)
                elif self._is_idle:
                    self._set_state(LimitState.NONE)
        elif not refused and self._retries < _MOST_RETRIES:
            self._retries += 1
            self._later(self._methods.timing.check)

    # How it is told.

    async def _apply(self, intent: Intent, *, again: bool) -> Answer:
        self._stop_timer()
        if users := self._methods.user_profiles.in_force(self._connector.number):
            await self._step_aside(users)
            self._set_state(LimitState.HELD)
            return {"status": "held"}
        target = self._sender.target(intent)
        if target is None:
            if self._sender.installed is not None:
                self._check.stop()
                await self._sender.withdraw(lifts=True)
            self._set_state(LimitState.NONE)
            return {"status": "accepted"}
        if (
            self.switches_phases
            and target.amps
            and (intent.phases or 3) != (target.phases or 3)
        ):
            self._later(self.phase_switch_due)
        if target == self._sender.sent and not again:
            if self.state not in (LimitState.APPLIED, LimitState.IGNORED):
                self._set_state(LimitState.APPLIED)
            return self._sender.answer or {"status": "accepted"}
        before, sent = self._sender.phases or 3, self._sender.sent
        self._check.stop()
        if (target.phases or 3) != before:
            await self._sender.switch(target)
        else:
            await self._sender.send(target)
            if (
                self._charge_point.quirks.resend_after_pause
                and target.amps
                and sent is not None
                and not sent.amps
            ):
                await self._sender.pause_between(self._methods.timing.guard)
                await self._sender.send(target)
        if self._sender.sent is not None:
            self._check.start(self._sender.sent)
        return self._sender.answer

    # Profiles of users.

    async def _step_aside(self, users: list[UserProfile]) -> None:
        variant = self._sender.installed
        if variant is not None and any(hides(user, variant) for user in users):
            self._check.stop()
            await self._sender.withdraw(lifts=False)

    def _forget(self) -> None:
        self._check.stop()
        self._sender.forget()

    def maybe_replaced(self, user: UserProfile) -> None:
        """Note that a user's profile may have taken the place of ours."""
        if (variant := self._sender.installed) is not None and takes_place(
            user,
            variant,
            self._methods.profile_id(self._connector.number),
            self._connector.number,
        ):
            self._forget()

    def maybe_cleared(self, fits: Fits) -> None:
        """Note that a user cleared profiles: what is still wanted is told again."""
        if (variant := self._sender.installed) is not None and fits(
            self._methods.profile_id(self._connector.number),
            self._connector.number,
            variant.purpose,
            variant.level,
        ):
            self._forget()
            self._schedule()

    def user_profiles_changed(self) -> None:
        """Hold, or go on."""
        if not self.intent.is_none or self._sender.installed is not None:
            self._check.stop()
            self._schedule()

    # What happens.

    def ready(self) -> None:
        """Tell what is wanted: the charge point has just been set up."""
        self.apply_again()

    def apply_again(self) -> None:
        """Tell what is wanted even if that was told before."""
        if self._waiting or self._due or not self._is_idle:
            self._retries = 0
            self._schedule(again=True)

    @property
    def _is_idle(self) -> bool:
        """Whether there is nothing to tell."""
        return self.intent.is_none and self._sender.installed is None

    def transaction_changed(self) -> None:
        """Act on the begin or the end of a transaction."""
        self._methods.user_profiles.transaction_changed(self._connector.number)
        if self._connector.transaction is not None or self._is_idle:
            return
        self._check.stop()
        if self.state is LimitState.IGNORED:
            self._set_state(LimitState.APPLIED)
        if (
            self._sender.installed is not None
            and self._sender.installed.purpose is Purpose.TX
        ):
            # It ends with its transaction.
            self._forget()
            self._set_state(LimitState.PENDING)

    def observed(self) -> None:
        """Look at what the charge point just told of itself."""
        self._check.observed()

    def disconnected(self) -> None:
        """Let those who wait know that the charge point is gone."""
        self._stop_timer()
        self._check.stop()
        waiting, self._waiting = self._waiting, []
        _fail(waiting, NotConnectedError(self._charge_point.id))
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._sender.sent = None
        if not self._is_idle:
            self._set_state(LimitState.PENDING)

    def _resend(self) -> None:
        self._charge_point.deviations.note("limit_ignored", str(self._sender.sent))
        self._schedule(again=True)

    def _judged(self, obeyed: bool) -> None:
        self._set_state(LimitState.APPLIED if obeyed else LimitState.IGNORED)

    def _set_state(self, state: LimitState) -> None:
        if state is not self.state:
            self.state = state
            self._connector.mark("limiter")

    def _later(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(
            seconds + 0.01, self._schedule
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
        """Take over what `record` returned; raises ValueError if it did not."""
        intent = Intent.from_record(record)
        if (sent := record.get("sent")) is not None:
            variant, phases = from_record(ProfileVariant, sent), sent["phases"]
            if phases not in (None, 1, 3):
                raise ValueError(f"there are no {phases!r:.100} phases")
            self._sender.phases = phases
            self._sender.installed = variant
        self.intent = self._agreed = self._user_intent = intent
        self.state = LimitState.PENDING
        self._methods.listen()
        self._connector.mark("intent", "limiter")


def _answer(waiting: list[asyncio.Future[Answer]], answer: Answer) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(dict(answer))


def _fail(waiting: list[asyncio.Future[Answer]], err: CsmsError) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(err)
