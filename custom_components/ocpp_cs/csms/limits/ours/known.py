"""Remember which profiles of ours a charge point has accepted for a connector.

A dynamic profile (2.1: K28) is installed once, and only its values are changed from then
on. That needs to be sure of the rest of it: whatever casts doubt on that lets the whole
profile be sent again.
"""

from collections.abc import Callable
from dataclasses import replace

from ...model.profile import ChargingProfile, Kind, Period


class KnownProfiles:
    """The profiles of ours that a charge point has accepted for one connector."""

    def __init__(self, boots: Callable[[], int]) -> None:
        """Know none.

        Args:
            boots: Returns the number of the charge point's boots so far.
        """
        self._boots = boots
        self._accepted: dict[int, tuple[int, ChargingProfile]] = {}
        """Id -> the boot since which it is there, and the profile."""
        self._told: dict[int, Period] = {}
        """Id -> the last values that a dynamic profile was sent with."""
        self.updates = 0
        """How many limits went by a small message so far."""
        self.wholes = 0
        """How many went as a whole profile."""

    def get(self, profile_id: int) -> ChargingProfile | None:
        """Return a profile that the charge point has accepted since its last boot.

        Not every charge point has after a boot what it had before, nor does one that
        keeps profiles have to keep the values that came later.
        """
        boot, profile = self._accepted.get(profile_id, (None, None))
        return profile if boot == self._boots() else None

    def sending(self, profile: ChargingProfile) -> None:
        """Note the values of a profile that is being sent.

        Those are the present ones from now on. A charge point that asks for them
        meanwhile must not get older ones after the newer ones.
        """
        if profile.kind is Kind.DYNAMIC:
            self._told[profile.id] = profile.schedules[0].periods[0]
        else:
            self._told.pop(profile.id, None)

    def accepted(self, profile: ChargingProfile, *, whole: bool) -> None:
        """Note that the charge point has accepted a profile, or its values."""
        self._accepted[profile.id] = self._boots(), profile
        self.updates += not whole
        self.wholes += whole

    def refused(self, profile_id: int, before: Period | None) -> None:
        """Note that the charge point has not taken what it was sent last.

        Args:
            profile_id: The profile.
            before: Its values before.
        """
        if before is None:
            self._told.pop(profile_id, None)
        else:
            self._told[profile_id] = before

    def doubt(self, profile_id: int | None = None) -> None:
        """Be sure of a profile no more, or of none; values that it asks for stay."""
        if profile_id is None:
            self._accepted.clear()
        else:
            self._accepted.pop(profile_id, None)

    def gone(self, profile_id: int) -> None:
        """Forget a profile that is not there any more."""
        self._accepted.pop(profile_id, None)
        self._told.pop(profile_id, None)

    def values(self, profile_id: int) -> Period | None:
        """Return the present values of a dynamic profile; None if it is none of ours."""
        return self._told.get(profile_id)

    def differs_in_values(self, profile: ChargingProfile) -> bool:
        """Return whether a dynamic profile is there, but for its values."""
        before = self.get(profile.id)
        if before is None or profile.kind is not Kind.DYNAMIC:
            return False
        if len(before.schedules) != 1 or len(before.schedules[0].periods) != 1:
            return False
        return _without_values(before) == _without_values(profile)


def _without_values(profile: ChargingProfile) -> ChargingProfile:
    (schedule,) = profile.schedules
    (period,) = schedule.periods
    bare = replace(period, limit=None, setpoint=None, discharge_limit=None)
    return replace(profile, schedules=(replace(schedule, periods=(bare,)),))
