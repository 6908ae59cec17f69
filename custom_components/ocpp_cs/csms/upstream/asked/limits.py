"""The charging profiles of an upstream: a ceiling in our own limits, nothing more."""

from datetime import datetime

from ...model.profile import ChargingProfile, InstalledProfile, Schedule, Unit
from ..memory import StationMemory
from ..model import UpstreamSettings


class UpstreamLimits:
    """The charging profiles that one upstream has set for one charge point.

    They are kept over a restart, and never sent to the charge point as they are: what
    they allow at a time is a ceiling for what our limits want.
    """

    def __init__(self, settings: UpstreamSettings, memory: StationMemory) -> None:
        """Begin with the profiles of before."""
        self._settings = settings
        self._memory = memory

    def put(self, connector_id: int, profile: ChargingProfile) -> bool:
        """Keep a profile (1.6: 5.16; 2.0.1: K01); return whether it is taken.

        Args:
            connector_id: The connector; 0 is the whole charge point.
            profile: The profile, whose transaction id is the one that the upstream
                knows.
        """
        return False

    def clear(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Forget the profiles that match all arguments; return whether there was one.

        With an id, only the id counts (1.6: errata 3.25).
        """
        return False

    def installed(self) -> list[InstalledProfile]:
        """Return all profiles (2.0.1: K09)."""
        return []

    def composite(
        self, connector_id: int, duration: int, unit: Unit | None, now: datetime
    ) -> Schedule | None:
        """Return what will be allowed, by all limits of ours (1.6: 5.7; 2.0.1: K08).

        Args:
            connector_id: The connector; 0 is the whole charge point.
            duration: The length of the schedule in s.
            unit: The unit that is asked for; None leaves it to us.
            now: The present time, at which it starts.

        Returns:
            The schedule; None if it cannot be told.
        """
        return None
