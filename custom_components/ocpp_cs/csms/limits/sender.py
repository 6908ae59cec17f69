"""Tells a charge point a limit: in the way that it takes, phases in a pause."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..commands import Answer
from ..model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    NotSupportedError,
    RefusedError,
)
from ..model.model import utcnow
from ..model.profile import Purpose
from .check import flows
from .profiles import (
    Intent,
    Phases,
    ProfileVariant,
    Target,
    allowed,
    charging_profile,
    maximum_current,
    switches_phases,
)
from .states import LimitState

if TYPE_CHECKING:
    from ..connector import Connector
    from .methods import ProfileMethods


class SupersededError(Exception):
    """Something else is wanted before this was done."""


class LimitSender:
    """Knows what the charge point has been told of one connector."""

    def __init__(
        self,
        connector: Connector,
        *,
        is_superseded: Callable[[], bool],
        set_state: Callable[[LimitState], None],
        accepted: Callable[[Answer], None],
    ) -> None:
        """Say what becomes of it with `set_state`.

        `is_superseded` tells whether something else is wanted by now; `woken` is set
        when that changes. `accepted` is given each answer that is a yes: more may
        have to be told before all of a limit is in force.
        """
        self._connector = connector
        self._charge_point = connector.charge_point
        self._is_superseded = is_superseded
        self._set_state = set_state
        self._accepted = accepted
        self.woken = asyncio.Event()
        self.sent: Target | None = None
        """What the charge point has been told; None if that is not certain."""
        self.installed: ProfileVariant | None = None
        """How our profile was put that the charge point has, as far as we know."""
        self.phases: Phases | None = None
        """What was said of phases last."""
        self.told = float("-inf")
        """When it was told something last, by the loop's clock."""
        self.answer: Answer = {}
        """The last one."""
        self._switched = float("-inf")

    @property
    def _methods(self) -> ProfileMethods:
        return self._charge_point.profile_methods

    @property
    def maximum(self) -> float:
        """The highest limit in A."""
        return maximum_current(self._charge_point.quirks, self._methods.declared)

    @property
    def switches_phases(self) -> bool:
        """Whether the charge point changes phases when it is told to."""
        return switches_phases(self._charge_point.quirks, self._methods.declared)

    @property
    def phase_switch_due(self) -> float:
        """Seconds until the phases may be changed; 0 when they may be now."""
        since = asyncio.get_running_loop().time() - self._switched
        return max(0.0, self._charge_point.quirks.phase_switch_seconds - since)

    def amps(self, intent: Intent) -> float:
        """Return what it comes to in A; 0 pauses."""
        if intent.paused:
            return 0.0
        wanted = self.maximum if intent.limit_a is None else intent.limit_a
        return allowed(wanted, self._charge_point.quirks, self.maximum)

    def target(self, intent: Intent) -> Target | None:
        """Return what to tell now; None is to have nothing installed."""
        if intent.is_none:
            return None
        amps = self.amps(intent)
        phases = intent.phases if self.switches_phases else None
        if phases is None and self.phases is not None:
            # To be free again after 1 means 3, which has to be said.
            phases = 3 if self.switches_phases else None
        before = self.phases
        if (phases or 3) != (before or 3) and (not amps or self.phase_switch_due):
            phases = before
        return Target(amps=amps, phases=phases)

    async def switch(self, target: Target) -> None:
        """Change the phases, if current flows between two pauses.

        Raises SupersededError, and what `send` does.
        """
        timing, before = self._methods.timing, self.phases
        if flows(self._connector):
            self._set_state(LimitState.SWITCHING)
            rest = Target(amps=0.0, phases=before)
            if self.sent != rest:
                await self.send(rest, LimitState.SWITCHING)
            await self._flow_stops(timing.pause)
            if not self._charge_point.quirks.phases_only_with_limit:
                await self.send(replace(target, amps=0.0), LimitState.SWITCHING)
                self._switched = asyncio.get_running_loop().time()
                await self.pause_between(timing.settle)
        try:
            await self.send(target)
        except RefusedError, CallErrorReceivedError:
            # The way back must not have to wait.
            self._switched = float("-inf")
            raise
        self._switched = asyncio.get_running_loop().time()

    async def _flow_stops(self, seconds: float) -> None:
        self.woken.clear()

        def look() -> None:
            if self._is_superseded() or not flows(self._connector):
                self.woken.set()

        unwatch = self._connector.watch(
            ("status", "active_phases", "current", "power"), look
        )
        try:
            async with asyncio.timeout(seconds):
                look()
                await self.woken.wait()
        except TimeoutError:
            pass
        finally:
            unwatch()
        if self._is_superseded():
            raise SupersededError

    async def pause_between(self, seconds: float) -> None:
        """Wait; raises SupersededError when something else is wanted."""
        self.woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return
        raise SupersededError

    async def send(
        self, target: Target, state: LimitState = LimitState.APPLIED
    ) -> None:
        """Tell it in the first way that is taken.

        Raises what the first one was refused with, or any other error at once. A way
        that is never answered is as good as refused; after the second one it is the
        charge point that does not answer.
        """
        charge_point, connector = self._charge_point, self._connector
        number, refused = connector.number, None
        silences = 0
        before, self.sent = self.sent, None
        for variant in self._methods.variants():
            running = connector.transaction
            if variant.purpose is Purpose.TX and running is None:
                if variant == self._methods.known_variant:
                    break
                continue
            profile = charging_profile(
                target,
                variant,
                profile_id=self._methods.profile_id(number),
                now=utcnow() - charge_point.clock.offset,
                measurements=connector.measurements,
                connected=connector.lines,
                transaction_id=running.id if running is not None else None,
            )
            try:
                self.answer = await charge_point.commands.set_charging_profile(
                    connector_id=number, charging_profile=profile, own=True
                )
            except NotSupportedError:
                raise
            except (RefusedError, CallErrorReceivedError, CallTimeoutError) as err:
                if isinstance(err, CallTimeoutError):
                    silences += 1
                    self._methods.note_silent(variant)
                    if silences > 1:
                        raise
                charge_point.deviations.note(
                    "limit_refused"
                    f":{variant.purpose}_{variant.kind}_{variant.unit}_level_{variant.level}",
                    str(err),
                )
                if refused is None or isinstance(refused, CallTimeoutError):
                    refused = err
                continue
            finally:
                self.told = asyncio.get_running_loop().time()
            self._methods.note_accepted(variant)
            self.sent, self.installed = target, variant
            self.phases = target.phases
            self._methods.changed()
            self._set_state(state)
            self._accepted(self.answer)
            return
        if refused is not None:
            self._methods.exhausted = not silences
            # What it was told before still holds, unless it took one without a word.
            self.sent = None if silences else before
            raise refused
        # All that is left is a TxProfile, for which a session has to run.
        self.answer = {"status": "pending"}
        self._set_state(LimitState.PENDING)

    async def withdraw(self, *, lifts: bool) -> None:
        """Have our profile removed.

        If that fails and it `lifts` the limit, have it allow everything.
        """
        number = self._connector.number
        self.sent = None
        try:
            await self._charge_point.commands.clear_charging_profile(
                id=self._methods.profile_id(number), own=True
            )
        except (RefusedError, CallErrorReceivedError) as err:
            # By 5.5 it is not there, but some say so of what they do not clear.
            if not lifts:
                self._charge_point.deviations.note("limit_not_cleared", str(err))
            else:
                phases: Phases | None = 3 if self.phases else None
                await self.send(Target(amps=self.maximum, phases=phases))
        finally:
            self.told = asyncio.get_running_loop().time()
        self.forget()

    def forget(self) -> None:
        """Note that our profile is not there any more."""
        self.sent = self.installed = None
        self.phases = None
        self._methods.changed()
