"""Watching: events in words, complaints, and waiting for something to happen."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Watched:
    """Something that happens; the base of a simulated charger."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        """What the central system did that a central system must not do."""
        self.on_event: Callable[[str], None] | None = None
        """Called with a sentence for each thing that happens."""
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def summary(self) -> str:
        """Return one line about its state."""
        raise NotImplementedError

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside; it ends with the charger."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def log(self, text: str) -> None:
        """Tell `on_event`."""
        if self.on_event is not None:
            self.on_event(text)

    def violation(self, text: str) -> None:
        """Note what the central system did wrong."""
        self.violations.append(text)
        self.log(f"central system: {text}")

    def changed(self) -> None:
        """Let everybody who waits look again."""
        for predicate, future in self._waiters:
            if not future.done() and predicate():
                future.set_result(None)

    async def wait_for(
        self,
        predicate: Callable[[], bool],
        timeout: float = 60.0,  # noqa: ASYNC109
    ) -> None:
        """Wait until `predicate()` is true. Looks whenever something happened.

        Raise TimeoutError, which says what state the charger is in.
        """
        if predicate():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (predicate, future)
        self._waiters.append(entry)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            raise TimeoutError(f"after {timeout} s: {self.summary()}") from None
        finally:
            self._waiters.remove(entry)
