"""Values that an upstream wants by the clock, also while no session runs."""

import asyncio
from collections.abc import Callable
import time


class ByClock:
    """Calls a function at each multiple of an interval since midnight (UTC)."""

    def __init__(self, interval: Callable[[], int], tell: Callable[[], None]) -> None:
        """Start with `plan`.

        Args:
            interval: Returns the seconds between two calls; 0 is never.
            tell: Is called each time.
        """
        self._interval = interval
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None

    def plan(self) -> None:
        """Wait for the next time; to be called again if the interval changes."""
        self.stop()
        if interval := self._interval():
            self._timer = asyncio.get_running_loop().call_later(
                interval - time.time() % interval, self._due
            )

    def _due(self) -> None:
        self._timer = None
        self._tell()
        self.plan()

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
