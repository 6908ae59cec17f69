"""Sends what is wanted of a connector, one thing after the other, the newest first."""

import asyncio
from collections.abc import Callable
import logging
from typing import Protocol

from ..commands import Answer
from ..model.errors import CsmsError, NotConnectedError
from .states import STEPS, StateMachine, Step

_LOGGER = logging.getLogger(__name__)


class SupersededError(Exception):
    """Something else is wanted before this was done."""


class Sends(Protocol):
    """Who knows what is to be sent."""

    async def wait_for_turn(self) -> None:
        """Wait until the next thing may be sent; return early if it may be sooner."""

    async def take_turn(self, *, again: bool) -> None:
        """Send what is wanted by now; with `again` even what was sent already.

        Raises SupersededError if it gave up, as something else is wanted.
        """


class Turns:
    """Gives each thing that is to be sent its turn, and those who asked an answer."""

    def __init__(
        self,
        sends: Sends,
        charge_point_id: str,
        *,
        may_begin: Callable[[], bool],
        unexpected: Callable[[str], None],
    ) -> None:
        """Have nothing to send.

        Args:
            sends: Who sends it.
            charge_point_id: The id of the charge point, for errors.
            may_begin: Whether something can be sent at all.
            unexpected: Called with a change of `step` that should not be.
        """
        self._sends = sends
        self._charge_point_id = charge_point_id
        self._may_begin = may_begin
        self._machine = StateMachine(STEPS, Step.IDLE, unexpected=unexpected)
        self._woken = asyncio.Event()
        self._waiting: list[asyncio.Future[Answer]] = []
        """Those who asked for what has its turn next."""
        self._served: list[asyncio.Future[Answer]] = []
        """Those who asked for what has its turn now."""
        self.again = False
        """Whether even what was sent already has its turn next."""
        self._task: asyncio.Task[None] | None = None

    @property
    def step(self) -> Step:
        """What is being done."""
        return self._machine.state

    @property
    def is_busy(self) -> bool:
        """Whether something is being sent, or is to be."""
        return self.step is not Step.IDLE

    @property
    def is_due(self) -> bool:
        """Whether something is to be sent whose turn has not come."""
        return self.step not in (Step.IDLE, Step.SENDING)

    @property
    def is_superseded(self) -> bool:
        """Whether something else is wanted than what is being sent."""
        return self.step is Step.SUPERSEDED

    @property
    def has_waiting(self) -> bool:
        """Whether somebody waits for the answer to what has its turn next."""
        return bool(self._waiting)

    @property
    def has_served(self) -> bool:
        """Whether somebody waits for the answer to what has its turn now."""
        return bool(self._served)

    def join(self) -> asyncio.Future[Answer]:
        """Return the answer to what has its turn next, once there is one."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        return answer

    def ask(self, *, again: bool = False) -> None:
        """Have it sent soon; with `again` even what was sent already."""
        self.again |= again
        if self.step is Step.SENDING:
            self._machine.to(Step.SUPERSEDED)
        elif self.step is Step.IDLE:
            self._machine.to(Step.DUE)
        self.wake()
        if self._task is None and self._may_begin():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """End a `pause`, as something has changed."""
        self._woken.set()

    async def pause(self, seconds: float) -> bool:
        """Wait; return whether it was woken before that."""
        self._woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True

    def answer(self, answer: Answer) -> None:
        """Answer those whose turn it is; more may have to be sent after that."""
        served, self._served = self._served, []
        for future in served:
            if not future.done():
                future.set_result(dict(answer))

    def fail(self, err: CsmsError) -> None:
        """Let those whose turn it is know that it failed."""
        served, self._served = self._served, []
        _fail(served, err)

    async def _run(self) -> None:
        try:
            while self.is_due and self._may_begin():
                self._machine.to(Step.WAITING)
                await self._sends.wait_for_turn()
                self._machine.to(Step.SENDING)
                await self._take_turn()
                if self.step is Step.SENDING:
                    self._machine.to(Step.IDLE)
        # A charge point can say anything; what is wanted later has to be sent.
        except Exception:
            _LOGGER.exception("Limiting %s failed", self._charge_point_id)
        finally:
            if self._task is asyncio.current_task():
                self._ended()

    async def _take_turn(self) -> None:
        self._served, self._waiting = self._waiting, []
        again, self.again = self.again, False
        try:
            await self._sends.take_turn(again=again)
        except SupersededError:
            self._waiting[:0] = self._served
            self.again |= again
        self._served = []

    def _ended(self) -> None:
        """Note that nothing is being sent any more; what is due stays due."""
        self._task = None
        self.fail(NotConnectedError(self._charge_point_id))
        if self.step is Step.SENDING:
            self._machine.to(Step.IDLE)
        elif self.step is not Step.IDLE:
            self._machine.to(Step.DUE)

    def stop(self) -> None:
        """Stop, as the charge point is gone; those who wait hear of it."""
        waiting, self._waiting = self._waiting, []
        _fail(waiting, NotConnectedError(self._charge_point_id))
        if self._task is not None:
            self._task.cancel()
            self._ended()


def _fail(waiting: list[asyncio.Future[Answer]], err: CsmsError) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(err)
