"""The probe of a car that nobody knows: it charges shortly, to show its phases."""

from typing import Final

_PROBE_S: Final = 120.0


class Probe:
    """Charges an unknown car once after it was plugged in, for two minutes.

    A plan that takes a one-phase car for one with three phases is late, and a charger
    that cannot switch phases would never start such a car on a small surplus.
    """

    def __init__(self) -> None:
        """Initialize without a car."""
        self.until: float | None = None
        """The end of the probe; None before it."""
        self.done = False

    def forget(self) -> None:
        """Record that the car is gone."""
        self.until, self.done = None, False

    def runs(self, now: float, *, wanted: bool, offered: bool, begin_s: float) -> bool:
        """Return whether to charge for the probe.

        Args:
            now: The time in s.
            wanted: True if the car is unknown, and its phases matter.
            offered: True if it is offered power; a fuse may not allow that yet.
            begin_s: The time that a car takes to begin, in s.
        """
        if self.done:
            return False
        if not wanted:
            # Once begun it is not begun again, whether it has told something or not.
            self.done = self.until is not None
            return False
        longest = begin_s + _PROBE_S
        if self.until is None:
            if not offered:
                return True
            self.until = now + longest
        # After the clock was set back, it would last for ever.
        self.until = min(self.until, now + longest)
        self.done = now >= self.until
        return not self.done
