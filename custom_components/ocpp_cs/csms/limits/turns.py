"""Queue the intents of a connector: one is sent at a time, the newest next."""

import asyncio
from collections.abc import Callable
import logging
from typing import Protocol

from ..commands import Answer
from ..model.errors import CsmsError, NotConnectedError
from .states import STEPS, StateMachine, Step

_LOGGER = logging.getLogger(__name__)


class SupersededError(Exception):
    """Another intent was set while this one was being sent."""


class Sends(Protocol):
    """The sender of a turn."""

    async def wait_for_turn(self) -> None:
        """Wait until the next limit may be sent."""

    async def take_turn(self, *, again: bool) -> None:
        """Send the current intent.

        Args:
            again: Send it even if the charge point already has it.

        Raises:
            SupersededError: Another intent was set while this one was being sent.
        """


class Turns:
    """Run one turn of sending at a time and return its answer to the callers."""

    def __init__(
        self,
        sends: Sends,
        charge_point_id: str,
        *,
        may_begin: Callable[[], bool],
        unexpected: Callable[[str], None],
    ) -> None:
        """Create an idle queue.

        Args:
            sends: The sender.
            charge_point_id: The id of the charge point, for errors.
            may_begin: Returns whether the charge point is ready.
            unexpected: Called with a transition of `step` that is not allowed.
        """
        self._sends = sends
        self._charge_point_id = charge_point_id
        self._may_begin = may_begin
        self._machine = StateMachine(STEPS, Step.IDLE, unexpected=unexpected)
        self._woken = asyncio.Event()
        self._waiting: list[asyncio.Future[Answer]] = []
        """The answers that callers of the next turn wait for."""
        self._served: list[asyncio.Future[Answer]] = []
        """The answers that callers of the current turn wait for."""
        self.again = False
        """True if the next turn sends even what the charge point already has."""
        self._task: asyncio.Task[None] | None = None

    @property
    def step(self) -> Step:
        """The progress of sending."""
        return self._machine.state

    @property
    def is_busy(self) -> bool:
        """Return whether a limit is being sent, or is due."""
        return self.step is not Step.IDLE

    @property
    def is_due(self) -> bool:
        """Return whether another turn is due."""
        return self.step not in (Step.IDLE, Step.SENDING)

    @property
    def is_superseded(self) -> bool:
        """Return whether another intent was set while one is being sent."""
        return self.step is Step.SUPERSEDED

    @property
    def has_waiting(self) -> bool:
        """Return whether a caller waits for the answer of the next turn."""
        return bool(self._waiting)

    @property
    def has_served(self) -> bool:
        """Return whether a caller waits for the answer of the current turn."""
        return bool(self._served)

    def join(self) -> asyncio.Future[Answer]:
        """Return a future with the answer of the next turn."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        return answer

    def ask(self, *, again: bool = False) -> None:
        """Request a turn; with `again` it sends the intent even if sent before."""
        self.again |= again
        if self.step is Step.SENDING:
            self._machine.to(Step.SUPERSEDED)
        elif self.step is Step.IDLE:
            self._machine.to(Step.DUE)
        self.wake()
        if self._task is None and self._may_begin():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """End a `pause` early."""
        self._woken.set()

    async def pause(self, seconds: float) -> bool:
        """Wait; return whether `wake` ended the wait early."""
        self._woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True

    def answer(self, answer: Answer) -> None:
        """Answer the callers of the current turn; more may be sent after that."""
        served, self._served = self._served, []
        for future in served:
            if not future.done():
                future.set_result(dict(answer))

    def fail(self, err: CsmsError) -> None:
        """Raise an error in the callers of the current turn."""
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
        # A charge point can send anything; later intents still have to be sent.
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
        """End the current turn; a turn that is due stays due."""
        self._task = None
        self.fail(NotConnectedError(self._charge_point_id))
        if self.step is Step.SENDING:
            self._machine.to(Step.IDLE)
        elif self.step is not Step.IDLE:
            self._machine.to(Step.DUE)

    def stop(self) -> None:
        """Stop, and raise NotConnectedError in all callers that wait."""
        waiting, self._waiting = self._waiting, []
        _fail(waiting, NotConnectedError(self._charge_point_id))
        if self._task is not None:
            self._task.cancel()
            self._ended()


def _fail(waiting: list[asyncio.Future[Answer]], err: CsmsError) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(err)
