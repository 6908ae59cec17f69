"""How a car that takes no power is woken, and when it counts as full."""

from typing import Any, Final

from ..numbers import number

_FULL_S: Final = 180.0
"""A car that stops taking power for this time, although it is offered some, is full."""
_NEVER_TOOK_S: Final = (60.0, 120.0, 240.0)
"""The times to wait for a car that has not charged yet, before each attempt."""
_AFTER_PAUSE_S: Final = (45.0, 120.0)
"""The times to wait for a car that has charged before it was paused."""
_RESTART: Final = 1
"""The attempt in which the session is restarted, where that is possible."""
_PAUSE_S: Final = 15.0
_TOGETHER_S: Final = 900.0
"""Offers with shorter gaps count as one offer, in which the car took no power."""


class Waking:
    """Watches whether a car takes what it is offered, and wakes it if it does not.

    Many cars sleep during a pause, and some notice a new offer only if it is withdrawn
    and made again, or if the session is started anew. A car that stops by itself under
    a standing offer is full; one that takes nothing after a pause may sleep, and is
    woken before it counts as full.
    """

    def __init__(self, guard_s: float) -> None:
        """Initialize without a car; `guard_s` is the minimum time between commands."""
        self._pause_s = max(_PAUSE_S, guard_s)
        self.took = False
        """True if the car has charged since it was plugged in."""
        self.full = False
        """True if it has charged and takes no more, until it takes power again."""
        self._took_offer = False
        """True if it has charged since the present offer began."""
        self._idle_since: float | None = None
        self._idled = 0.0
        """The duration of earlier offers without any power, in s."""
        self._offer_ended: float | None = None
        self._attempts = 0
        self._until: float | None = None
        """The end of the pause of an attempt."""

    def forget(self) -> None:
        """Reset, as the car was unplugged."""
        self.took = self.full = self._took_offer = False
        self._idle_since = self._offer_ended = self._until = None
        self._idled, self._attempts = 0.0, 0

    def offer(self) -> None:
        """Record that a new offer begins: after a pause, or with a new session."""
        self._took_offer = False
        if self._until is not None:
            # The session was restarted sooner than the pause would have ended.
            self._end_attempt()

    def end_offer(self, now: float) -> None:
        """Record that the offer ends."""
        if self._idle_since is not None:
            self._idled, self._idle_since = self._idle_s(now), None
            self._offer_ended = now

    def observe(
        self, now: float, *, takes: bool, of_offer: bool, offered: bool, due: bool
    ) -> None:
        """Process what the car takes.

        Args:
            now: The time in s.
            takes: True if it takes power.
            of_offer: True if that was measured since the present offer began.
            offered: True if it could take power.
            due: True if it has had the time to begin.
        """
        if takes:
            self.took, self.full, self._attempts = True, False, 0
            self._took_offer |= of_offer
            self._idle_since = self._until = None
            self._idled = 0.0
        elif not offered:
            self.end_offer(now)
        elif self._idle_since is None and due:
            self._idle_since = now
            if (ended := self._offer_ended) is None or now - ended > _TOGETHER_S:
                self._idled = 0.0
        if (
            self.took
            and self._idle_since is not None
            and (self._took_offer or self._attempts >= len(self._waits))
            and self._idle_s(now) >= _FULL_S
        ):
            self.full = True

    def _idle_s(self, now: float) -> float:
        """Return for how many seconds it has been offered power without taking any.

        The end of an offer, for the fuse or for lack of surplus, does not reset the
        time. Otherwise offers that are always too short would repeat for ever.
        """
        since = now if self._idle_since is None else self._idle_since
        return self._idled + max(now - since, 0.0)

    @property
    def _waits(self) -> tuple[float, ...]:
        return _AFTER_PAUSE_S if self.took else _NEVER_TOOK_S

    @property
    def asleep(self) -> bool:
        """Return whether it has not started in spite of all attempts."""
        return not self.took and self._attempts >= len(_NEVER_TOOK_S)

    @property
    def waiting(self) -> bool:
        """Return whether it takes no power although it is offered some."""
        return self._idle_since is not None

    @property
    def tried(self) -> bool:
        """Return whether it takes no power after an attempt, and may still wake up."""
        return self._attempts > 0 and not self.full and not self.asleep

    def pausing(self, now: float) -> bool:
        """Return whether to pause for an attempt, as the car ignores the offer."""
        if self._until is not None:
            if now < self._until <= now + self._pause_s:
                return True
            self._end_attempt()
            return False
        waits = self._waits
        if (
            self.full
            or self._took_offer
            or self._idle_since is None
            or self._attempts >= len(waits)
            or self._idle_s(now) < waits[self._attempts]
        ):
            return False
        self._until = now + self._pause_s
        return True

    def _end_attempt(self) -> None:
        self._until = None
        self._attempts += 1
        self._idled = 0.0

    def restarts(self, now: float) -> bool:
        """Return whether the attempt that begins now is to restart the session.

        Never that of a car that has not charged: it may have a timer of its own, and
        its session could be lost.
        """
        return (
            self.took
            and self._attempts == _RESTART
            and self._until is not None
            and now + self._pause_s <= self._until
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "took": self.took,
            "full": self.full,
            "took_offer": self._took_offer,
            "attempts": self._attempts,
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Restore a stored state; invalid values are ignored."""
        self.took = data.get("took") is True
        self.full = data.get("full") is True
        # An older record does not tell: its car may be full.
        self._took_offer = data.get("took_offer", self.took) is True
        attempts = number(data.get("attempts")) or 0.0
        self._attempts = int(min(max(attempts, 0.0), len(_NEVER_TOOK_S)))
