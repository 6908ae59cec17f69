"""What is wanted of a connector, kept in force: `Connector.control`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Any

from .commands import Answer
from .controls import hides, takes_place
from .errors import (
    CallErrorReceivedError,
    CsmsError,
    NotConnectedError,
    NotSupportedError,
    RefusedError,
)
from .limit_check import LimitCheck, flows
from .model import utcnow
from .profiles import (
    Intent,
    Target,
    Way,
    allowed,
    amps_of,
    charging_profile,
    current_step,
    maximum_current,
    minimum_current,
    switches_phases,
)
from .user_profiles import UserProfile

if TYPE_CHECKING:
    from .connector import Connector
    from .controls import Controls

_LOGGER = logging.getLogger(__name__)

_MOST_RETRIES = 3
"""How often a limit that nobody waits for is tried again without an answer."""

type Fits = Callable[[int, int, str, int], bool]
"""Tells whether a profile is meant by its id, connector, purpose and level."""


class ControlState(StrEnum):
    """What became of the intent."""

    NONE = "none"
    """Nothing is wanted, and nothing of ours is installed."""
    PENDING = "pending"
    """It is to be sent: once connected, once a session runs, after the last one."""
    SWITCHING = "switching"
    """The phases are being changed."""
    APPLIED = "applied"
    HELD = "held"
    """A charging profile of a user goes before it."""
    REFUSED = "refused"
    """The charge point took it in no way, or did not answer."""
    IGNORED = "ignored"
    """The charge point took it, twice, and charges with more."""


class _SupersededError(Exception):
    """Something else is wanted before this was done."""


class Control:
    """Tells a charge point what is wanted of one connector, and sees to it.

    Watchable fields of the connector: `intent`, `control` (its `state`).
    """

    def __init__(self, connector: Connector) -> None:
        """Want nothing."""
        self._connector = connector
        self._charge_point = connector.charge_point
        self.intent = Intent()
        self.state = ControlState.NONE
        self._agreed = Intent()
        """The last intent that was not refused."""
        self._lasting = Intent()
        """The last intent that is to survive a restart."""
        self.governed = False
        """Whether a control of ours has the say: what is set to last is for later."""
        self._sent: Target | None = None
        """What the charge point has been told; None if that is not certain."""
        self._installed: Way | None = None
        """How our profile was put that the charge point has, as far as we know."""
        self._phases: int | None = None
        """What was said of phases last."""
        self._switched = float("-inf")
        self._told = float("-inf")
        self._answer: Answer = {}
        self._waiting: list[asyncio.Future[Answer]] = []
        self._due = False
        self._again = False
        """Whether to send even what was sent already."""
        self._retries = 0
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._check = LimitCheck(connector, resend=self._resend, judged=self._judged)

    # What can be wanted.

    @property
    def _controls(self) -> Controls:
        return self._charge_point.controls

    @property
    def lasting(self) -> Intent:
        """What the user wants; while `governed`, it is the frame, not the intent."""
        return self._lasting

    @property
    def minimum(self) -> float:
        """The lowest limit in A; below it charging pauses."""
        return minimum_current(self._charge_point.quirks)

    @property
    def maximum(self) -> float:
        """The highest limit in A."""
        return maximum_current(self._charge_point.quirks, self._controls.declared)

    @property
    def step(self) -> float:
        """The A of which limits are multiples."""
        return current_step(self._charge_point.quirks)

    @property
    def switches_phases(self) -> bool:
        """Whether the charge point changes phases when it is told to."""
        return switches_phases(self._charge_point.quirks, self._controls.declared)

    @property
    def phase_switch_due(self) -> float:
        """Seconds until the phases may be changed; 0 when they may be now."""
        since = asyncio.get_running_loop().time() - self._switched
        return max(0.0, self._charge_point.quirks.phase_switch_seconds - since)

    def amps_of(self, watts: float, phases: int | None) -> float:
        """Return the A per phase of a power, with 1, 3 or the phases as they are."""
        return amps_of(
            watts, phases or self.intent.phases, self._connector.measurements
        )

    # What is wanted.

    async def set(self, intent: Intent, *, lasting: bool = True) -> Answer:
        """Want this from now on, and return the charge point's answer.

        What is not `lasting` is not wanted any more after a restart: a control that
        changes it all the time wears no disk out.

        What is wanted meanwhile replaces it, and gives it its answer. With `held` as
        its status the charge point was not asked, as a user's profile goes before.

        Raises NotConnectedError while the charge point is away, and then, as after a
        refusal, what was wanted before stays; otherwise what `Commands` lists.
        """
        if self._charge_point.link is None:
            raise NotConnectedError(self._charge_point.id)
        if self.governed and lasting:
            self.keep(intent)
            return {"status": "accepted"}
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self.keep(intent, lasting=lasting)
        self._request()
        return await answer

    def keep(self, intent: Intent, *, lasting: bool = True) -> None:
        """Want this from now on; while the charge point is away it is told later."""
        if lasting and intent != self._lasting:
            self._lasting = intent
            self._controls.changed()
            self._connector.mark("intent")
        if intent == self.intent or (self.governed and lasting):
            return
        self._controls.listen()
        self.intent = intent
        self._check.stop()
        self._connector.mark("intent")
        if self._waiting or self._charge_point.ready:
            self._request()
        else:
            self._set_state(ControlState.PENDING)

    def _request(self, *, again: bool = False) -> None:
        """Have it told soon; `again` also when it has been told already."""
        self._due = True
        self._again |= again
        self._woken.set()
        if self._task is None and self._charge_point.ready:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Tell what is due, one after the other."""
        waiting: list[asyncio.Future[Answer]] = []
        try:
            while self._due and self._charge_point.ready:
                await self._guard()
                self._due = False
                intent = self.intent
                waiting, self._waiting = self._waiting, []
                again, self._again = self._again, False
                try:
                    answer = await self._apply(intent, again=again)
                except _SupersededError:
                    self._waiting[:0] = waiting
                    self._again |= again
                except CsmsError as err:
                    self._failed(err, intent, waiting)
                else:
                    self._agreed, self._retries = intent, 0
                    _answer(waiting, answer)
                waiting = []
        # A charge point can say anything; what is wanted later has to be told.
        except Exception:
            _LOGGER.exception("Limiting %s failed", self._charge_point.id)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
            _fail(waiting, NotConnectedError(self._charge_point.id))

    async def _guard(self) -> None:
        """Wait until the next limit may be sent; a pause may be at once."""
        loop = asyncio.get_running_loop()
        while (rest := self._told + self._controls.timing.guard - loop.time()) > 0:
            pauses = self._sent is not None and self._sent.amps > 0
            if pauses and not self._amps(self.intent):
                return
            if self._target(self.intent) == self._sent and not self._again:
                return
            self._woken.clear()
            try:
                async with asyncio.timeout(rest):
                    await self._woken.wait()
            except TimeoutError:
                return

    def _failed(
        self,
        err: CsmsError,
        intent: Intent,
        waiting: list[asyncio.Future[Answer]],
    ) -> None:
        _fail(waiting, err)
        if self._charge_point.link is None:
            return
        self._set_state(ControlState.REFUSED)
        refused = isinstance(err, RefusedError | CallErrorReceivedError)
        if waiting and refused:
            if self.intent == intent != self._agreed:
                if self._lasting == intent and not self.governed:
                    self._lasting = self._agreed
                self.intent = self._agreed
                self._connector.mark("intent")
                self._controls.changed()
                if self._sent is not None:
                    self._set_state(ControlState.APPLIED)
                elif self._is_idle:
                    self._set_state(ControlState.NONE)
        elif not refused and self._retries < _MOST_RETRIES:
            self._retries += 1
            self._later(self._controls.timing.check)

    # How it is told.

    def _amps(self, intent: Intent) -> float:
        if intent.paused:
            return 0.0
        wanted = self.maximum if intent.limit_a is None else intent.limit_a
        return allowed(wanted, self._charge_point.quirks, self.maximum)

    def _target(self, intent: Intent) -> Target | None:
        """Return what to tell now; None is to have nothing installed."""
        if intent.is_none:
            return None
        amps = self._amps(intent)
        phases = intent.phases if self.switches_phases else None
        if phases is None and self._phases is not None:
            # To be free again after 1 means 3, which has to be said.
            phases = 3 if self.switches_phases else None
        before: Any = self._phases
        if (phases or 3) != (before or 3) and (not amps or self.phase_switch_due):
            phases = before
        return Target(amps=amps, phases=phases)

    async def _apply(self, intent: Intent, *, again: bool) -> Answer:
        self._stop_timer()
        if users := self._controls.user_profiles.in_force(self._connector.number):
            await self._step_aside(users)
            self._set_state(ControlState.HELD)
            return {"status": "held"}
        target = self._target(intent)
        if target is None:
            if self._installed is not None:
                await self._withdraw()
            self._set_state(ControlState.NONE)
            return {"status": "accepted"}
        if (
            self.switches_phases
            and target.amps
            and (intent.phases or 3) != (target.phases or 3)
        ):
            self._later(self.phase_switch_due)
        if target == self._sent and not again:
            if self.state not in (ControlState.APPLIED, ControlState.IGNORED):
                self._set_state(ControlState.APPLIED)
            return self._answer or {"status": "accepted"}
        before, sent = self._phases or 3, self._sent
        self._check.stop()
        if (target.phases or 3) != before:
            await self._switch(target)
        else:
            await self._send(target)
            if (
                self._charge_point.quirks.resend_after_pause
                and target.amps
                and sent is not None
                and not sent.amps
            ):
                await self._pause_between(self._controls.timing.guard)
                await self._send(target)
        if self._sent is not None:
            self._check.start(self._sent)
        return self._answer

    async def _switch(self, target: Target) -> None:
        """Change the phases, if current flows between two pauses."""
        timing, before = self._controls.timing, self._phases
        if flows(self._connector):
            self._set_state(ControlState.SWITCHING)
            old: Any = before
            rest = Target(amps=0.0, phases=old)
            if self._sent != rest:
                await self._send(rest, ControlState.SWITCHING)
            await self._flow_stops(timing.pause)
            if not self._charge_point.quirks.phases_only_with_limit:
                await self._send(replace(target, amps=0.0), ControlState.SWITCHING)
                self._switched = asyncio.get_running_loop().time()
                await self._pause_between(timing.settle)
        await self._send(target)
        self._switched = asyncio.get_running_loop().time()

    async def _flow_stops(self, seconds: float) -> None:
        stopped = asyncio.Event()

        def look() -> None:
            if self._due or not flows(self._connector):
                stopped.set()

        unwatch = self._connector.watch(
            ("status", "active_phases", "current", "power", "intent"), look
        )
        try:
            async with asyncio.timeout(seconds):
                look()
                await stopped.wait()
        except TimeoutError:
            pass
        finally:
            unwatch()
        if self._due:
            raise _SupersededError

    async def _pause_between(self, seconds: float) -> None:
        self._woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        raise _SupersededError

    async def _send(
        self, target: Target, state: ControlState = ControlState.APPLIED
    ) -> None:
        """Tell it in the first way that is taken.

        Raises what the first one was refused with, or any other error at once.
        """
        charge_point, connector = self._charge_point, self._connector
        number, refused = connector.number, None
        before, self._sent = self._sent, None
        known = self._controls.ways()
        for way in known:
            running = connector.transaction
            if way.purpose == "TxProfile" and (running is None or running.id <= 0):
                if way is known[0]:
                    break
                continue
            profile = charging_profile(
                target,
                way,
                profile_id=self._controls.profile_id(number),
                now=utcnow() - charge_point.clock.offset,
                measurements=connector.measurements,
                transaction_id=running.id if running is not None else None,
            )
            try:
                self._answer = await charge_point.commands.set_charging_profile(
                    connector_id=number, charging_profile=profile, own=True
                )
            except NotSupportedError:
                raise
            except (RefusedError, CallErrorReceivedError) as err:
                charge_point.deviations.note(
                    "limit_refused"
                    f":{way.purpose}_{way.kind}_{way.unit}_level_{way.level}",
                    str(err),
                )
                refused = refused or err
                continue
            finally:
                self._told = asyncio.get_running_loop().time()
            self._controls.works(way)
            self._sent, self._installed = target, way
            self._phases = target.phases
            self._controls.changed()
            self._set_state(state)
            return
        if refused is not None:
            self._controls.exhausted = True
            # What it was told before still holds.
            self._sent = before
            raise refused
        # All that is left is a TxProfile, for which a session has to run.
        self._answer = {"status": "pending"}
        self._set_state(ControlState.PENDING)

    async def _withdraw(self) -> None:
        """Have our profile removed; if that fails, have it allow everything."""
        number = self._connector.number
        self._check.stop()
        self._sent = None
        try:
            await self._charge_point.commands.clear_charging_profile(
                id=self._controls.profile_id(number), own=True
            )
        except (RefusedError, CallErrorReceivedError) as err:
            # By 5.5 it is not there, but some say so of what they do not clear.
            if not self.intent.is_none:
                self._charge_point.deviations.note("limit_not_cleared", str(err))
            else:
                phases: Any = 3 if self._phases else None
                await self._send(Target(amps=self.maximum, phases=phases))
        finally:
            self._told = asyncio.get_running_loop().time()
        self._forget_profile()

    def _forget_profile(self) -> None:
        self._sent = self._installed = None
        self._phases = None
        self._check.stop()
        self._controls.changed()

    # Profiles of users.

    async def _step_aside(self, users: list[UserProfile]) -> None:
        way = self._installed
        if way is not None and any(hides(user, way) for user in users):
            await self._withdraw()

    def maybe_replaced(self, user: UserProfile) -> None:
        """Note that a user's profile may have taken the place of ours."""
        if (way := self._installed) is not None and takes_place(
            user,
            way,
            self._controls.profile_id(self._connector.number),
            self._connector.number,
        ):
            self._forget_profile()

    def maybe_cleared(self, fits: Fits) -> None:
        """Note that a user cleared profiles: what is still wanted is told again."""
        if (way := self._installed) is not None and fits(
            self._controls.profile_id(self._connector.number),
            self._connector.number,
            way.purpose,
            way.level,
        ):
            self._forget_profile()
            self._request()

    def user_profiles_changed(self) -> None:
        """Hold, or go on."""
        if not self.intent.is_none or self._installed is not None:
            self._check.stop()
            self._request()

    # What happens.

    def ready(self) -> None:
        """Tell what is wanted: the charge point has just been set up."""
        self.apply_again()

    def apply_again(self) -> None:
        """Tell what is wanted even if that was told before."""
        if self._waiting or self._due or not self._is_idle:
            self._retries = 0
            self._request(again=True)

    @property
    def _is_idle(self) -> bool:
        """Whether there is nothing to tell."""
        return self.intent.is_none and self._installed is None

    def transaction_changed(self) -> None:
        """Act on the begin or the end of a transaction."""
        self._controls.user_profiles.transaction_changed(self._connector.number)
        if self._connector.transaction is not None or self._is_idle:
            return
        self._check.stop()
        if self.state is ControlState.IGNORED:
            self._set_state(ControlState.APPLIED)
        if self._installed is not None and self._installed.purpose == "TxProfile":
            # It ends with its transaction.
            self._forget_profile()
            self._set_state(ControlState.PENDING)

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
        self._sent = None
        if not self._is_idle:
            self._set_state(ControlState.PENDING)

    def _resend(self) -> None:
        self._charge_point.deviations.note("limit_ignored", str(self._sent))
        self._request(again=True)

    def _judged(self, obeyed: bool) -> None:
        self._set_state(ControlState.APPLIED if obeyed else ControlState.IGNORED)

    def _set_state(self, state: ControlState) -> None:
        if state is not self.state:
            self.state = state
            self._connector.mark("control")

    def _later(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(
            seconds + 0.01, self._request
        )

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Over a restart.

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered; empty if that is nothing."""
        way = self._installed
        if self._lasting.is_none and way is None:
            return {}
        return self._lasting.record() | {
            "sent": None
            if way is None
            else {
                "phases": self._phases,
                "kind": way.kind,
                "level": way.level,
                "unit": way.unit,
                "purpose": way.purpose,
            }
        }

    def load(self, record: Mapping[str, Any]) -> None:
        """Take over what `record` returned."""
        intent = dict(record)
        if (sent := intent.pop("sent", None)) is not None:
            way = dict(sent)
            self._phases = way.pop("phases")
            self._installed = Way(**way)
        self.intent = self._agreed = self._lasting = Intent.from_record(intent)
        self.state = ControlState.PENDING
        self._controls.listen()
        self._connector.mark("intent", "control")


def _answer(waiting: list[asyncio.Future[Answer]], answer: Answer) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(dict(answer))


def _fail(waiting: list[asyncio.Future[Answer]], err: CsmsError) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(err)
