"""What a charger has to say, in order; transactions survive being offline.

OCPP 1.6 section 3.7: messages about transactions are delivered in order, kept while
there is no connection, and repeated with growing pauses when the central system
cannot process them. Everything else is worth nothing once the connection is gone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from .clock import Clock
from .errors import CallFailed, NotConnected
from .faults import Faults
from .structures import Payload

LONGEST = 10_000  # messages; beyond it the oldest of minor ones are given up


@dataclass(slots=True, eq=False)
class Item:
    """One message to send."""

    action: str
    payload: Callable[[], Payload]
    """Made when sent: the transaction id may only be known then."""
    keep: bool = False
    """Whether it is about a transaction and therefore kept while offline."""
    done: Callable[[Payload | None], None] | None = None
    """Called with the answer, or None when it was given up."""
    minor: bool = False
    """Whether it is given up first when there are too many."""
    waiter: asyncio.Future[Payload | None] | None = None
    attempts: int = 0

    def finish(self, answer: Payload | None) -> None:
        """Tell who waits."""
        if self.done is not None:
            self.done(answer)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(answer)


class Caller(Protocol):
    """The link's `call`."""

    def __call__(self, action: str, payload: Payload) -> Awaitable[Payload]: ...


class Outbox:
    """A queue that one task at a time, `run`, empties."""

    def __init__(
        self,
        call: Caller,
        *,
        clock: Clock,
        faults: Faults,
        retries: Callable[[], tuple[int, float]],
        problem: Callable[[str], None],
    ) -> None:
        """`retries` returns how many attempts a kept message gets and the pause."""
        self._call = call
        self._clock = clock
        self._faults = faults
        self._retries = retries
        self._problem = problem
        self.listener: Callable[[], None] | None = None
        """Called after each message, when it is no longer under way."""
        self._items: deque[Item] = deque()
        self._wake = asyncio.Event()
        self._busy = False
        self._hold_until = 0.0
        self._loose: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._items and not self._busy

    def kept(self) -> list[str]:
        """Return the actions of the messages that wait, in order."""
        return [item.action for item in self._items if item.keep]

    def waiting(self, action: str) -> list[Payload]:
        """Return the payloads of the messages of an action that wait, in order."""
        return [item.payload() for item in self._items if item.action == action]

    def put(self, item: Item) -> None:
        """Append a message."""
        if len(self._items) >= LONGEST:
            self._make_room()
        self._items.append(item)
        self._wake.set()

    def put_first(self, items: list[Item]) -> None:
        """Put messages before all others, in this order."""
        self._items.extendleft(reversed(items))
        self._wake.set()

    def forget(self) -> None:
        """Give everything up."""
        while self._items:
            self._items.popleft().finish(None)

    def drop_loose(self) -> None:
        """Give up what is not about a transaction: the connection is gone."""
        for item in [item for item in self._items if not item.keep]:
            self._items.remove(item)
            item.finish(None)
        for task in self._loose:
            task.cancel()

    async def run(self) -> None:
        """Send what comes, until cancelled or the connection breaks."""
        while True:
            item = await self._next()
            self._busy = True
            try:
                if self._faults.overlapping_calls and not item.keep:
                    self._remove(item)
                    task = asyncio.create_task(self._send_loose(item))
                    self._loose.add(task)
                    task.add_done_callback(self._loose.discard)
                elif not await self._send(item):
                    return
            finally:
                self._busy = False
                if self.listener is not None:
                    self.listener()

    async def _next(self) -> Item:
        while True:
            held = self._hold_until - self._clock.monotonic()
            if held <= 0:
                if self._items:
                    return self._items[0]
            # A message about a transaction waits for its next attempt; the others
            # of that kind wait behind it, the rest does not.
            elif loose := next((item for item in self._items if not item.keep), None):
                return loose
            self._wake.clear()
            try:
                async with asyncio.timeout(
                    self._clock.real(held) if held > 0 else None
                ):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _send_loose(self, item: Item) -> None:
        try:
            item.finish(await self._call(item.action, item.payload()))
        except CallFailed:
            item.finish(None)

    async def _send(self, item: Item) -> bool:
        payload = item.payload()
        try:
            answer = await self._call(item.action, payload)
        except NotConnected:
            return False
        except CallFailed as err:
            self._problem(f"{item.action}: {err}")
            attempts, pause = self._retries()
            item.attempts += 1
            if item.keep and item.attempts < attempts:
                self._hold_until = self._clock.monotonic() + pause * item.attempts
                return True
            self._remove(item)
            item.finish(None)
            return True
        self._remove(item)
        item.finish(answer)
        if self._faults.repeat_messages and item.action in (
            "StartTransaction",
            "StopTransaction",
        ):
            await self._repeat(item.action, payload, answer)
        return True

    async def _repeat(self, action: str, payload: Payload, first: Payload) -> None:
        try:
            second = await self._call(action, payload)
        except CallFailed as err:
            self._problem(f"repeated {action}: {err}")
            return
        if second.get("transactionId") != first.get("transactionId"):
            self._problem(f"repeated {action}: another transactionId than at first")

    def _remove(self, item: Item) -> None:
        if item in self._items:
            self._items.remove(item)

    def _make_room(self) -> None:
        for item in self._items:
            if item.minor or item.action == "MeterValues":
                self._items.remove(item)
                item.finish(None)
                return
