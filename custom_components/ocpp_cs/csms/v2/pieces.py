"""Collect what a charging station sends in pieces, as it was asked for.

The pieces are calls of the station that name the request: NotifyCustomerInformation,
NotifyDisplayMessages, NotifyMonitoringReport.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

type Piece = dict[str, Any]

_MOST = 1000
"""The number of pieces of one answer; what comes after them is not kept."""

_LONGEST = 300.0
"""Seconds that an answer may take, as long as pieces come."""


class Collected:
    """The pieces of one answer."""

    def __init__(self) -> None:
        """Start without pieces."""
        self._pieces: list[Piece] = []
        self._last: int | None = None
        self._has_last = False
        self._came = asyncio.Event()

    def take(self, piece: Piece) -> None:
        """Take a piece, valid by the schema."""
        if len(self._pieces) < _MOST:
            self._pieces.append(piece)
        if not piece.get("tbc"):
            self._has_last, self._last = True, piece.get("seqNo")
        self._came.set()

    @property
    def is_complete(self) -> bool:
        """Return whether all pieces have come, in whatever order."""
        if not self._has_last or self._last is None:
            return self._has_last
        return len({piece["seqNo"] for piece in self._pieces}) > self._last

    @property
    def pieces(self) -> list[Piece]:
        """The pieces in their order."""
        return sorted(self._pieces, key=lambda piece: piece.get("seqNo", 0))

    async def wait(self, patience: float) -> None:
        """Wait until all pieces have come, or none comes any more.

        Args:
            patience: Seconds to wait for the next piece.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                while not self.is_complete and len(self._pieces) < _MOST:
                    self._came.clear()
                    async with asyncio.timeout(patience):
                        await self._came.wait()


class Pieces:
    """The answers in pieces that are waited for."""

    def __init__(self) -> None:
        """Wait for nothing."""
        self._open: dict[tuple[str, int], Collected] = {}

    @contextmanager
    def expecting(self, action: str, request_id: int) -> Generator[Collected]:
        """Collect the pieces of a request.

        Args:
            action: The action of the pieces.
            request_id: The id of the request.
        """
        key = (action, request_id)
        collected = self._open[key] = Collected()
        try:
            yield collected
        finally:
            if self._open.get(key) is collected:
                del self._open[key]

    def take(self, action: str, piece: Piece) -> None:
        """Take a piece, valid by the schema; one that nobody waits for is dropped."""
        if (collected := self._open.get((action, piece["requestId"]))) is not None:
            collected.take(piece)
