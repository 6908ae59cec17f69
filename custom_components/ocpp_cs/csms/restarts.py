"""The restarts of a charge point: an event for each, with the reason if possible."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
import time
from typing import Any, Final, Protocol

from .model.changes import Changes
from .model.model import Identity, utcnow

QUICKEST: Final = 5.0
"""Seconds that a restart takes at least; a shorter absence is a mere reconnection."""

FLAPPING: Final = 6
"""The number of connections within `WINDOW` that count as flapping, not restarts."""

WINDOW: Final = 600.0
"""Seconds without a new connection after which flapping has ended."""


class BootReason(StrEnum):
    """The reason of a restart that the central system caused."""

    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    FIRMWARE_UPDATE = "firmware_update"


class Restarting(Protocol):
    """The part of a charge point that its restarts need."""

    changes: Changes

    @property
    def identity(self) -> Identity:
        """The identity that it reports."""

    @property
    def connections(self) -> int:
        """The number of connections so far, including the open one."""

    @property
    def last_seen(self) -> datetime | None:
        """The time of its last message."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to the listeners."""


class Restarts:
    """Detects restarts, and emits each as the event `boot` of `ChargePoint.emit`.

    The data: `vendor`, `model`, `firmware` and `reason` (a BootReason), each of which
    may be None. A BootNotification is no restart if it was asked for, if it repeats one
    without an answer, or if it follows a mere reconnection. The latter applies to the
    first one since the central system started, to one right after the connection was
    lost, and to a charge point that sends one on every connection.

    Watchable field of the charge point: `flapping`.
    """

    def __init__(
        self, charge_point: Restarting, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Detect the restarts of `charge_point`.

        Args:
            clock: Returns monotonic seconds.
        """
        self._charge_point = charge_point
        self._clock = clock
        self._reason: BootReason | None = None
        # The numbers of the connections in which a BootNotification was asked for, in
        # which a restart was noted, and in which any BootNotification arrived.
        self._asked = 0
        self._told = 0
        self._booted = 0
        self._always = False
        """True if it sends a BootNotification on every connection."""
        self._opened: deque[float] = deque(maxlen=FLAPPING)
        self._closed: float | None = None
        self._away = 0.0
        """The seconds without a connection before the present connection."""
        self._told_at: float | None = None
        self.flapping = False
        """True if it keeps disconnecting and connecting again."""
        self._waiting: set[asyncio.Future[bool]] = set()

    # Events.

    def opened(self) -> None:
        """Note a new connection."""
        charge_point, now = self._charge_point, self._clock()
        number = charge_point.connections
        if self._closed is not None:
            self._away = now - self._closed
            self._closed = None
        elif charge_point.last_seen is not None:
            # Without power it does not close its connection.
            self._away = (utcnow() - charge_point.last_seen).total_seconds()
        if number > 1 and self._booted != number - 1 and self._asked != number - 1:
            self._always = False
        self._opened.append(now)
        if (
            not self.flapping
            and len(self._opened) == FLAPPING
            and self._opened[-1] - self._opened[0] < WINDOW
        ):
            self.flapping = True
            charge_point.changes.mark(0, "flapping")

    def closed(self) -> None:
        """Note that the connection was lost."""
        self._closed = self._clock()

    def look(self) -> None:
        """Check whether flapping has ended; to be called periodically."""
        if self.flapping and self._clock() - self._opened[-1] >= WINDOW:
            self.flapping = False
            self._opened.clear()
            self._charge_point.changes.mark(0, "flapping")
            self._charge_point.changes.flush()

    def asked_for_boot_notification(self) -> None:
        """Note that a BootNotification is due on this connection without a restart."""
        self._asked = self._charge_point.connections

    def expect(self, reason: BootReason | None) -> None:
        """Note the reason of the next restart; None withdraws it."""
        self._reason = reason

    def booted(self, before: Identity) -> None:
        """Process a BootNotification.

        Args:
            before: The identity of the charge point before it.
        """
        charge_point = self._charge_point
        number = charge_point.connections
        self._booted = number
        if number in (self._asked, self._told):
            self._asked = 0
            return
        self._told = number
        for future in self._waiting:
            if not future.done():
                future.set_result(True)
        reason, self._reason = self._reason, None
        identity = charge_point.identity
        if before.firmware and identity.firmware not in (None, before.firmware):
            reason = BootReason.FIRMWARE_UPDATE
        if reason is None and self._is_mere_reconnection(before):
            return
        data: dict[str, Any] = {
            "vendor": identity.vendor,
            "model": identity.model,
            "firmware": identity.firmware,
            "reason": reason,
        }
        self._told_at = self._clock()
        charge_point.emit("boot", data)

    def _is_mere_reconnection(self, before: Identity) -> bool:
        now = self._clock()
        if self._charge_point.connections == 1:
            # The central system was restarted. The first BootNotification of a new
            # charge point does not show whether more will follow.
            self._always = before != Identity()
            return True
        if self._away < QUICKEST:
            self._always = True
        return (
            self._always
            or self.flapping
            # Further restarts soon after one are reported as flapping.
            or (self._told_at is not None and now - self._told_at < WINDOW)
        )

    # Waiting for a restart.

    @contextmanager
    def next(self) -> Iterator[asyncio.Future[bool]]:
        """Provide a future with True after the next restart.

        Its result is False if the charge point is closed before.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            yield future
        finally:
            self._waiting.discard(future)

    def close(self) -> None:
        """End all waiting for a restart, as the charge point is removed."""
        for future in self._waiting:
            if not future.done():
                future.set_result(False)
