"""The restarts of a charge point, each told once, with the reason where it is known."""

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
"""Seconds that a charge point needs to restart: sooner it has merely reconnected."""

FLAPPING: Final = 6
"""So many connections within `WINDOW` are no restarts that happen now and then."""

WINDOW: Final = 600.0
"""Seconds. After so many without a new connection, it is quiet again."""


class BootReason(StrEnum):
    """Why a charge point booted, as far as it was our doing."""

    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    FIRMWARE_UPDATE = "firmware_update"


class Restarting(Protocol):
    """What of a charge point has to do with its restarts."""

    changes: Changes

    @property
    def identity(self) -> Identity:
        """What it says of itself."""

    @property
    def connections(self) -> int:
        """How many connections there were, with the open one."""

    @property
    def last_seen(self) -> datetime | None:
        """When its last message came."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the listeners of something that happened."""


class Restarts:
    """Tells of restarts, by `ChargePoint.emit` as `boot`.

    The data: `vendor`, `model`, `firmware` and `reason` (a BootReason), each None
    where it is not known. A BootNotification that was asked for is no restart, and
    neither is one that is sent again for want of an answer, nor one that comes with a
    mere reconnection: the first one since the central system started, one right after
    the connection was lost, and any of a charge point that always sends one.

    Watchable field of the charge point: `flapping`.
    """

    def __init__(
        self, charge_point: Restarting, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Tell of the restarts of `charge_point`."""
        self._charge_point = charge_point
        self._clock = clock
        self._reason: BootReason | None = None
        # The connections, by number, in which it was asked for, told, and booted.
        self._asked = 0
        self._told = 0
        self._booted = 0
        self._always = False
        """Whether it sends a BootNotification with every connection."""
        self._opened: deque[float] = deque(maxlen=FLAPPING)
        self._closed: float | None = None
        self._away = 0.0
        """How long it was away before the connection that there is, in seconds."""
        self._told_at: float | None = None
        self.flapping = False
        """Whether it comes and goes all the time."""
        self._waiting: set[asyncio.Future[bool]] = set()

    # What happens.

    def opened(self) -> None:
        """Note a new connection."""
        charge_point, now = self._charge_point, self._clock()
        number = charge_point.connections
        if self._closed is not None:
            self._away = now - self._closed
            self._closed = None
        elif charge_point.last_seen is not None:
            # Without power it cannot say that it goes.
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
        """Look whether it is quiet again; to be called now and then."""
        if self.flapping and self._clock() - self._opened[-1] >= WINDOW:
            self.flapping = False
            self._opened.clear()
            self._charge_point.changes.mark(0, "flapping")
            self._charge_point.changes.flush()

    def asked_for_boot_notification(self) -> None:
        """Note that one is due in this connection that tells of no restart."""
        self._asked = self._charge_point.connections

    def expect(self, reason: BootReason | None) -> None:
        """Note why the next restart will be; None if it will not be for that."""
        self._reason = reason

    def booted(self, before: Identity) -> None:
        """Take a BootNotification; `before` is what the charge point was until then."""
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
            # We were away. That of one that is new says nothing of those to come.
            self._always = before != Identity()
            return True
        if self._away < QUICKEST:
            self._always = True
        return (
            self._always
            or self.flapping
            # Told once, and if it goes on, as flapping.
            or (self._told_at is not None and now - self._told_at < WINDOW)
        )

    # Who waits for it.

    @contextmanager
    def next(self) -> Iterator[asyncio.Future[bool]]:
        """Return what is True after the next restart; False if none can come."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            yield future
        finally:
            self._waiting.discard(future)

    def close(self) -> None:
        """Let nobody wait any longer: the charge point is let go."""
        for future in self._waiting:
            if not future.done():
                future.set_result(False)
