"""The charger's clock: timers and physics may run faster than real time.

Timestamps on the wire stay those of the wall clock, so that a central system never
sees messages from the future. What a factor speeds up is everything that takes time:
sample and heartbeat intervals, retry delays, the energy that flows into the car.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import time

# A tick of the simulated physics below this many real seconds would only burn CPU.
SHORTEST_REAL_DELAY = 0.001


class Clock:
    """Simulated seconds beside real ones.

    `factor` is how many simulated seconds pass in a real one.
    """

    def __init__(self, factor: float = 1.0) -> None:
        """Start at simulated second 0. Raise ValueError for a factor <= 0."""
        self._factor = 1.0
        self._base = 0.0
        self._since = time.monotonic()
        self._frozen: datetime | None = None
        self._ahead = timedelta()
        self.factor = factor

    @property
    def factor(self) -> float:
        """Simulated seconds per real second."""
        return self._factor

    @factor.setter
    def factor(self, factor: float) -> None:
        if factor <= 0:
            raise ValueError(f"the time factor must be positive, not {factor}")
        self._base = self.monotonic()
        self._since = time.monotonic()
        self._factor = factor

    def monotonic(self) -> float:
        """Return the simulated seconds since the clock was made."""
        return self._base + (time.monotonic() - self._since) * self._factor

    def now(self) -> datetime:
        """Return the charger's time in UTC, or the frozen time."""
        return self._frozen or datetime.now(UTC) + self._ahead

    def set(self, when: datetime | None) -> None:
        """Set the charger's clock, which goes on from there; None sets it right."""
        self._ahead = timedelta() if when is None else when - datetime.now(UTC)

    def freeze(self, when: datetime | None) -> None:
        """Let `now` return `when` from here on; None lets it run again."""
        self._frozen = when

    def real(self, seconds: float) -> float:
        """Return how many real seconds `seconds` simulated ones take."""
        return max(seconds / self._factor, SHORTEST_REAL_DELAY)

    async def sleep(self, seconds: float) -> None:
        """Sleep for simulated seconds."""
        await asyncio.sleep(self.real(seconds))


class Timer:
    """Calls back every so many simulated seconds. No task of its own."""

    def __init__(
        self, clock: Clock, callback: Callable[[], None], *, repeat: bool = True
    ) -> None:
        """Prepare a timer that is not running yet."""
        self._clock = clock
        self._callback = callback
        self._repeat = repeat
        self._handle: asyncio.TimerHandle | None = None
        self._interval = 0.0

    @property
    def running(self) -> bool:
        """Whether a call is due."""
        return self._handle is not None

    def start(self, interval: float, first: float | None = None) -> None:
        """(Re)start with an interval in simulated seconds; 0 or less stops.

        The first call comes after `first` seconds if that is given.
        """
        self.stop()
        self._interval = interval
        if interval > 0:
            self._schedule(interval if first is None else first)

    def stop(self) -> None:
        """Cancel the next call."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(self._clock.real(seconds), self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._repeat:
            self._schedule(self._interval)
        self._callback()
