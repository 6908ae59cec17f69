"""Decide which of two connections with the same id stays, and report it.

A charge point that lost its connection often reconnects before the old connection times
out, so a newer connection takes over. But if the old one is alive and the newer one
comes from another address, the old one stays.
"""

import asyncio
from collections import deque
import logging

from ..link import Link
from .acquaintance import Acquaintance, Visitor

_LOGGER = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds in which the open connection must answer a ping."""

WITHIN = 600.0
"""Seconds in which takeovers are counted."""
SUSPICIOUS = 3
"""The number of takeovers within `WITHIN` that is reported as suspicious."""

_MOST_LOGGED = 20
"""Lines logged within `WITHIN`, as there may be hundreds of attempts a second."""


class Takeovers:
    """Handle competing connections of one charge point.

    Events sent by `ChargePoint.emit`: `taken_over` (`old` and `new`, the addresses,
    and `count`, the number within ten minutes) and `kept` (`old` and `new`).
    """

    def __init__(self, charge_point: Visitor, acquaintance: Acquaintance) -> None:
        """Create the record of a charge point without takeovers."""
        self._charge_point = charge_point
        self._acquaintance = acquaintance
        self._times: deque[float] = deque(maxlen=_MOST_LOGGED)
        self._refused: deque[float] = deque(maxlen=_MOST_LOGGED)
        self._trial: tuple[Link, asyncio.Task[bool]] | None = None

    async def may_open(self, remote: str, *, with_proof: bool) -> bool:
        """Return whether a new connection may replace the open one.

        The open connection is replaced at once by one of a higher rank (see
        `Acquaintance.rank`), or of the same rank and address. Otherwise it is pinged,
        and stays if it answers.

        Args:
            remote: The address of the new connection.
            with_proof: Whether the new connection has a secret, password or certificate
                of the charge point.
        """
        charge_point = self._charge_point
        acquaintance = self._acquaintance
        while (link := charge_point.link) is not None:
            more = acquaintance.rank(remote, with_proof=with_proof)
            more -= acquaintance.open_rank
            if more > 0 or (more == 0 and remote == charge_point.remote):
                return True
            lives = await self._lives()
            if lives and charge_point.link is link:
                self._kept(remote)
                return False
            if charge_point.link is link:
                return True
            # Another connection was opened meanwhile: decide again.
        return True

    async def _lives(self) -> bool:
        """Return whether the open connection answers; concurrent calls share a ping."""
        link = self._charge_point.link
        assert link is not None
        if self._trial is None or self._trial[0] is not link or self._trial[1].done():
            task = asyncio.get_running_loop().create_task(link.answers(PATIENCE))
            self._trial = (link, task)
        return await asyncio.shield(self._trial[1])

    def _kept(self, remote: str) -> None:
        charge_point = self._charge_point
        self._acquaintance.contested()
        if self._may_log(self._refused):
            _LOGGER.info(
                "%s is connected from %s and answers: a connection from %s was closed",
                charge_point.id,
                charge_point.remote,
                remote,
            )
        charge_point.emit("kept", {"old": charge_point.remote or "", "new": remote})

    def taken_over(self, old: str, new: str) -> None:
        """Log and report that a connection has replaced another one."""
        if self._may_log(self._times):
            _LOGGER.info(
                "%s: a connection from %s took the place of the one from %s",
                self._charge_point.id,
                new,
                old,
            )
        since = self._times[-1] - WITHIN
        count = sum(1 for when in self._times if when > since)
        self._charge_point.emit("taken_over", {"old": old, "new": new, "count": count})

    @staticmethod
    def _may_log(times: deque[float]) -> bool:
        """Record the time; return whether the event may be logged."""
        now = asyncio.get_running_loop().time()
        few = len(times) < _MOST_LOGGED or times[0] <= now - WITHIN
        times.append(now)
        return few
