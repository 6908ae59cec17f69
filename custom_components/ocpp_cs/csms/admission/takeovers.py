"""Two connections under one id: which of them stays, and what is told of it.

A charge point that lost its connection comes back before the old one is seen to be
dead; so a newer connection takes over. It is another matter when the old one lives and
the newer one comes from elsewhere.
"""

import asyncio
from collections import deque
import logging

from ..link import Link
from .acquaintance import Acquaintance, Visitor

_LOGGER = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds in which a connection has to show that it lives."""

WITHIN = 600.0
"""Seconds in which takeovers are counted."""
SUSPICIOUS = 3
"""So many of them are told."""

_MOST_LOGGED = 20
"""Lines in that time; somebody may try it several hundred times a second."""


class Takeovers:
    """What befell the connections of one charge point.

    Tells by `ChargePoint.emit`: `taken_over` (`old` and `new`, the addresses, and
    `count`, how often within ten minutes) and `kept` (`old` and `new`).
    """

    def __init__(self, charge_point: Visitor, acquaintance: Acquaintance) -> None:
        """Begin with none."""
        self._charge_point = charge_point
        self._acquaintance = acquaintance
        self._times: deque[float] = deque(maxlen=_MOST_LOGGED)
        self._refused: deque[float] = deque(maxlen=_MOST_LOGGED)
        self._trial: tuple[Link, asyncio.Task[bool]] | None = None

    async def may_open(self, remote: str, *, with_secret: bool) -> bool:
        """Return whether a connection from `remote` may take the place of the open one.

        That is pinged, where it comes from elsewhere, and stays if it answers. It
        gives way at once to one for which more speaks than for itself.
        """
        charge_point = self._charge_point
        acquaintance = self._acquaintance
        while (link := charge_point.link) is not None:
            more = acquaintance.rank(remote, with_secret=with_secret)
            more -= acquaintance.open_rank
            if more > 0 or (more == 0 and remote == charge_point.remote):
                return True
            lives = await self._lives()
            if lives and charge_point.link is link:
                self._kept(remote)
                return False
            if charge_point.link is link:
                return True
            # It is another one by now, and so is the question.
        return True

    async def _lives(self) -> bool:
        """Return whether the open connection lives; many may ask at once."""
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
        """Take in that a connection took the place of another one."""
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
        """Note the time; return whether it may be logged that it happened."""
        now = asyncio.get_running_loop().time()
        few = len(times) < _MOST_LOGGED or times[0] <= now - WITHIN
        times.append(now)
        return few
