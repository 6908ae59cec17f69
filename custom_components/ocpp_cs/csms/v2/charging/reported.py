"""Collect the charging profiles that a station reports in pieces (K09)."""

import asyncio
from typing import Any

from ...model.profile import InstalledProfile, InstalledProfiles
from ..spelling import profile_from_ocpp, source_of

_MOST_PROFILES = 500
"""The profiles of one report that are kept."""
_MOST_PERIODS = 20_000
"""The periods of all of these together."""
_STRAGGLERS = 0.5
"""Seconds to wait for more after the last piece: some call every piece the last."""


class _Report:
    """A report that was asked for."""

    def __init__(self) -> None:
        self.profiles: list[InstalledProfile] = []
        self.periods = 0
        self.changed = asyncio.Event()
        self.ended = False


class ProfileReports:
    """The reports of profiles that were asked for on one connection."""

    def __init__(self) -> None:
        """Await none."""
        self._awaited: dict[int, _Report] = {}

    def expect(self, request_id: int) -> None:
        """Collect the pieces of a report from now on."""
        self._awaited[request_id] = _Report()

    def drop(self, request_id: int) -> None:
        """Collect no more pieces of a report."""
        self._awaited.pop(request_id, None)

    def piece(self, payload: dict[str, Any]) -> None:
        """Take a ReportChargingProfiles, valid by the schema."""
        if (report := self._awaited.get(payload["requestId"])) is None:
            return
        source = source_of(payload["chargingLimitSource"])
        for told in payload["chargingProfile"]:
            report.periods += sum(
                len(one["chargingSchedulePeriod"]) for one in told["chargingSchedule"]
            )
            if len(report.profiles) >= _MOST_PROFILES or report.periods > _MOST_PERIODS:
                break
            profile = profile_from_ocpp(told)
            if not profile.schedules:
                # Without a limit there is nothing to compare.
                continue
            report.profiles.append(
                InstalledProfile(
                    connector_id=payload["evseId"], source=source, profile=profile
                )
            )
        if not payload.get("tbc"):
            report.ended = True
        report.changed.set()

    async def result(self, request_id: int, patience: float) -> InstalledProfiles:
        """Return a report once it has come.

        Args:
            request_id: The request, which is expected.
            patience: Seconds to wait for each further piece.
        """
        report = self._awaited[request_id]
        while True:
            report.changed.clear()
            try:
                async with asyncio.timeout(_STRAGGLERS if report.ended else patience):
                    await report.changed.wait()
            except TimeoutError:
                return InstalledProfiles(
                    profiles=tuple(report.profiles), complete=report.ended
                )
