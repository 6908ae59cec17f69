"""How fast a virtual charge point connects, waits and gives up."""

from dataclasses import dataclass
import random


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The times of a virtual charge point, in seconds."""

    back_off: tuple[float, ...] = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
    """Until the next attempt to connect, each with up to half of it more."""
    stable: float = 60.0
    """How long a connection must be accepted to count as one that has worked."""
    heartbeat: float = 300.0
    """Between heartbeats where the upstream leaves it open (interval 0)."""
    least_heartbeat: float = 10.0
    longest_heartbeat: float = 86400.0
    retry: float = 60.0
    """Until the next BootNotification where the upstream leaves it open."""
    least_retry: float = 10.0
    longest_retry: float = 3600.0
    open: float = 20.0
    """How long connecting may take, with both handshakes."""
    answer: float = 30.0
    """How long an answer is waited for."""
    decision: float = 5.0
    """How long its decision on an id tag is waited for: somebody stands at the charge
    point."""
    silences: int = 3
    """Messages without an answer after which the connection counts as dead."""
    away: float = 60.0
    """How long a charge point may be away before its connectors are unavailable."""
    unsure: float = 600.0
    """After the end of a session that the charge point has not told, until it is told:
    some go on, and some tell an end of their own."""

    def delay(self, failures: int) -> float:
        """Return the time until the next attempt after so many that failed."""
        delay = self.back_off[min(failures, len(self.back_off) - 1)]
        return delay * random.uniform(1.0, 1.5)

    def until_heartbeat(self, interval: object) -> float:
        """Return the time between heartbeats, by the answer to a BootNotification."""
        if not isinstance(interval, int) or interval <= 0:
            return self.heartbeat
        return _between(self.least_heartbeat, interval, self.longest_heartbeat)

    def until_retry(self, interval: int) -> float:
        """Return the time until the next BootNotification, by the answer to the last."""
        if interval <= 0:
            return self.retry
        return _between(self.least_retry, interval, self.longest_retry)


def _between(least: float, value: int, most: float) -> float:
    # In this order: an integer may be too large for a float.
    return float(max(least, min(value, most)))


USUAL = Pace()
