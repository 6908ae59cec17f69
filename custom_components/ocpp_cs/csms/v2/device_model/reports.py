"""Collect the reports that a charging station sends in pieces (B07, B08).

The pieces may come in any order, repeated, with gaps, and with a wrong `tbc`. Whatever
comes is taken, also what nobody has asked for, within limits.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from .inventory import Inventory
from .names import VariableName

_MOST_PIECES = 10_000
"""The number of pieces of one report that are read: twice the variables kept."""
_MOST_UNASKED = 20_000
"""The number of pieces of other reports that are read on one connection."""
_GAP = 5.0
"""Seconds to wait for missing pieces after the last one; some count from 1."""


class Report:
    """A report that was asked for, and is coming."""

    def __init__(self, done: asyncio.Future[bool]) -> None:
        """Wait for the first piece."""
        self.done = done
        """Is set to True once it is complete; to False if that is not to be expected."""
        self.names: dict[VariableName, None] = {}
        """The variables that it has told."""
        self.pieces = 0
        self._told: set[int] = set()
        self._last: int | None = None
        self._numbered = True
        self._gap: asyncio.TimerHandle | None = None
        done.add_done_callback(lambda _: self._stop_gap())

    def piece(self, number: int | None, *, more: bool) -> None:
        """Count a piece.

        Args:
            number: Its `seqNo`.
            more: Its `tbc`: whether more are to come.
        """
        self.pieces += 1
        if number is None:
            self._numbered = False
        else:
            self._told.add(number)
        if not more:
            self._last = max(number or 0, self._last or 0)
        if self._last is not None and (
            not self._numbered or len(self._told) > self._last
        ):
            self.end(complete=True)
        elif self.pieces >= _MOST_PIECES:
            self.end(complete=False)
        elif self._last is not None:
            self._stop_gap()
            self._gap = asyncio.get_running_loop().call_later(
                _GAP, lambda: self.end(complete=False)
            )

    def end(self, *, complete: bool) -> None:
        """Stop waiting."""
        if not self.done.done():
            self.done.set_result(complete)

    def _stop_gap(self) -> None:
        if self._gap is not None:
            self._gap.cancel()
            self._gap = None


class Reports:
    """The reports that come on one connection."""

    def __init__(self, inventory: Inventory, changed: Callable[[], None]) -> None:
        """Collect variables.

        Args:
            inventory: What is told of variables is kept there.
            changed: Called after a piece that nobody waits for has told something new.
        """
        self._inventory = inventory
        self._changed = changed
        self._awaited: dict[int, Report] = {}
        self._unasked = 0

    def is_asked(self, request_id: int) -> bool:
        """Return whether a report is awaited."""
        return request_id in self._awaited

    def expect(self, request_id: int) -> Report:
        """Await a report, until `Report.done` is done or cancelled."""
        report = Report(asyncio.get_running_loop().create_future())
        self._awaited[request_id] = report
        report.done.add_done_callback(lambda _: self._awaited.pop(request_id, None))
        return report

    async def complete(self, report: Report, patience: float, longest: float) -> bool:
        """Return whether a report came completely; what came is kept in any case.

        Args:
            report: The report.
            patience: Seconds to wait for each of its pieces.
            longest: Seconds to wait in total.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + longest
        pieces = -1
        while pieces != report.pieces and (left := end - loop.time()) > 0:
            pieces = report.pieces
            done, _ = await asyncio.wait({report.done}, timeout=min(patience, left))
            if done:
                return report.done.result()
        report.done.cancel()
        return False

    def piece(self, payload: dict[str, Any]) -> None:
        """Take a NotifyReport, valid by the schema."""
        report = self._awaited.get(payload["requestId"])
        entries = payload.get("reportData") or ()
        if report is None:
            self._unasked += 1
            if self._unasked > _MOST_UNASKED or not entries:
                return
        before = self._inventory.changes
        for entry in entries:
            name = self._inventory.report(entry)
            if report is not None:
                report.names[name] = None
        if report is not None:
            report.piece(payload.get("seqNo"), more=payload.get("tbc", False))
        elif self._inventory.changes != before:
            self._changed()

    def close(self) -> None:
        """Wait for nothing any more."""
        for report in list(self._awaited.values()):
            report.end(complete=False)
