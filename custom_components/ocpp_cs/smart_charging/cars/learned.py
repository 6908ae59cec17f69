"""What is learned of a car: its phases, its greatest current, and what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..model import PHASES, Charger
from ..numbers import number

IDLE_W: Final = 100.0
"""A lower power is the consumption of electronics, not charging."""

_MOST_CARS: Final = 12
"""The number of cars that are remembered at a charger."""
_LONGEST_ID: Final = 64
_CAPPED_S: Final = 60.0
"""A car that takes less than it is offered for this time has reached its maximum."""
_MISSING_A: Final = 1.0
_RISES_A: Final = 0.7
_LOW_A: Final = 2.0
"""So near to the minimum current, no car is at its own maximum."""
_SHARE: Final = (0.88, 1.12)
"""What a car takes of an offer, when less could be its maximum as well."""
_LOW_SHARE: Final = (0.6, 1.12)
_LEARN: Final = 0.3
_BEYOND: Final = 1.25
"""More than this part of what its phases explain comes from further phases."""
_NOISE_W: Final = 100.0


@dataclass(slots=True)
class Traits:
    """What is known of a car. Currents are those it takes."""

    lines: int | None = None
    """The number of phases it charges on when all are available."""
    cap_a: float | None = None
    """Its maximum current, if that is below the setpoint."""
    shares: dict[int, float] = field(default_factory=dict)
    """The part of its offer that it takes in W, by the number of phases."""

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON types."""
        return {
            "lines": self.lines,
            "cap_a": None if self.cap_a is None else round(self.cap_a, 1),
            "shares": {
                str(lines): round(share, 3) for lines, share in self.shares.items()
            },
        }

    @classmethod
    def of(cls, data: object) -> Traits:
        """Return the traits of a record; invalid values are ignored."""
        result = cls()
        if not isinstance(data, Mapping):
            return result
        if (lines := data.get("lines")) in (1, 2, 3):
            result.lines = lines
        cap = number(data.get("cap_a"))
        if cap is not None and 0 < cap <= 100.0:
            result.cap_a = cap
        shares = data.get("shares")
        for key, value in shares.items() if isinstance(shares, Mapping) else ():
            share = number(value)
            if (
                key in ("1", "2", "3")
                and share is not None
                and _LOW_SHARE[0] <= share <= _LOW_SHARE[1]
            ):
                result.shares[int(key)] = share
        return result


class Garage:
    """The cars that were at a charger: the last few, the latest at the end."""

    def __init__(self) -> None:
        """Start without cars."""
        self._cars: dict[str, Traits] = {}

    def recall(self, car: str) -> Traits | None:
        """Return what is known of a car; "" is the usual car of the charger."""
        return self._cars.get(car)

    def keep(self, car: str, traits: Traits) -> None:
        """Keep what is known of a car; the one that was away for longest is dropped."""
        car = car[:_LONGEST_ID]
        self._cars.pop(car, None)
        self._cars[car] = traits
        while len(self._cars) > _MOST_CARS:
            # The usual car is not dropped.
            oldest = next(key for key in self._cars if key)
            del self._cars[oldest]

    def as_list(self) -> list[dict[str, Any]]:
        """Return them as JSON types."""
        return [{"car": car} | traits.as_dict() for car, traits in self._cars.items()]

    def restore(self, data: object) -> None:
        """Restore them; invalid parts are ignored."""
        for one in data if isinstance(data, list) else ():
            if isinstance(one, Mapping) and isinstance(car := one.get("car"), str):
                self.keep(car, Traits.of(one))


class Learned:
    """What is learned of the car at a charger, and of those before it."""

    def __init__(self, charger: Charger) -> None:
        """Start without a car."""
        self._charger = charger
        self.garage = Garage()
        self.now = Traits()
        """Of the car that is plugged in."""
        self.usual: int | None = None
        """The number of phases that was last detected, also for the previous car."""
        self._car = ""
        self.shape: tuple[float, float, float] | None = None
        """How its power is distributed over the charger's phases."""
        self._candidate: int | None = None
        self._seen = False
        """True if its phases were measured since it was plugged in, without a gap."""
        self._less_since: float | None = None
        self._most_a = 0.0
        """The greatest current it has taken since it was plugged in."""

    # The car.

    def meet(self, car: str | None) -> None:
        """Take up what is known of a car, when its id becomes known."""
        name = "" if car is None or car == self._charger.key else car[:_LONGEST_ID]
        if not name or name == self._car:
            # Without a session the id of a car that is still there is unknown.
            return
        self._forget()
        self._car = name
        if (known := self.garage.recall(name)) is not None:
            self.now = Traits(known.lines, known.cap_a, dict(known.shares))

    def leave(self) -> None:
        """Record that the car is gone."""
        self._forget()
        self._car = ""

    def _forget(self) -> None:
        usual = self.garage.recall("")
        # What the usual car takes is measured soon, its phases may not be.
        self.now = Traits(shares={} if usual is None else dict(usual.shares))
        self._most_a = 0.0
        self.doubt()
        self.interrupt()

    def doubt(self) -> None:
        """Record that it may be another car than before, after a time unobserved."""
        self.shape = self._candidate = None
        self._seen = False

    @property
    def is_known(self) -> bool:
        """Return whether the car's phases are known, or those of the usual car."""
        usual = None if self._car else self.usual
        return self.now.lines is not None or usual is not None

    def lines_on(self, phases: int) -> int:
        """Return the number of phases that it would charge on."""
        return phases if self.now.lines is None else min(phases, self.now.lines)

    def most_lines_on(self, phases: int) -> int:
        """Return the number of phases that limits must reckon with.

        What is only remembered does not count: another car may have the same id.
        """
        return self.lines_on(phases) if self._seen else phases

    def share(self, phases: int) -> float:
        """Return the part of an offer that it takes."""
        shares = self.now.shares
        lines = self.lines_on(phases)
        if (share := shares.get(lines)) is None:
            # On another number of phases it is alike.
            share = next(iter(shares.values()), 1.0)
        return share

    def cap_a(self, phases: int) -> float | None:
        """Return the offer beyond which it takes no more."""
        cap = self.now.cap_a
        return None if cap is None else cap / self.share(phases)

    # Readings.

    def interrupt(self) -> None:
        """Record that it takes no power."""
        self._less_since = None

    def switch(self) -> None:
        """Record a change of the number of phases."""
        self.shape = None
        self.interrupt()

    def look(
        self,
        power_w: float,
        currents_a: tuple[float, float, float] | None,
        explained_w: float,
    ) -> None:
        """Drop the number of phases at once if the car uses more of them.

        Args:
            power_w: The power of the car.
            currents_a: Its currents on the charger's phases.
            explained_w: The power that its known phases can take.
        """
        if (lines := self.now.lines) is None:
            return
        used = sum(value >= 1.0 for value in _known(currents_a))
        if used > lines or power_w > explained_w * _BEYOND + _NOISE_W:
            self.now.lines = self.usual = None
            self.doubt()

    def sample(
        self,
        power_w: float,
        currents_a: tuple[float, float, float] | None,
        told: tuple[float, int],
        voltage_v: float,
        now: float,
        *,
        steady: bool,
    ) -> None:
        """Learn from a reading, after the car has followed.

        Args:
            power_w: The power of the car.
            currents_a: Its currents on the charger's phases.
            told: Current and phases of the offer.
            voltage_v: The voltage of a phase.
            now: The time in s.
            steady: True if it has had all the time that it may need.
        """
        told_a, phases = told
        if power_w < IDLE_W or told_a <= 0:
            self.interrupt()
            return
        self._detect_lines(power_w, currents_a, told, voltage_v)
        lines = self.lines_on(phases)
        taken = power_w / voltage_v / lines
        self._detect_cap(taken, told_a, phases, now, steady=steady)
        if steady:
            self._learn_share(taken, told_a, lines)
        self._keep()

    def _detect_lines(
        self,
        power_w: float,
        currents_a: tuple[float, float, float] | None,
        told: tuple[float, int],
        voltage_v: float,
    ) -> None:
        told_a, phases = told
        known = _known(currents_a)
        if len(known) == len(PHASES) and sum(known) > 1.0:
            total = sum(known)
            self.shape = known[0] / total, known[1] / total, known[2] / total
            lines = sum(value >= 1.0 for value in known)
        else:
            # Any car takes 6 A, so at low currents the power indicates the phases.
            ratio = power_w / voltage_v / told_a
            low = told_a <= self._charger.min_a + _LOW_A
            lines = round(ratio) if low and abs(ratio - round(ratio)) < 0.25 else 0
        if phases > 1 and 0 < lines <= phases:
            if lines == self._candidate:
                self.now.lines = self.usual = lines
                self._seen = True
            self._candidate = lines

    def _detect_cap(
        self, taken: float, told_a: float, phases: int, now: float, *, steady: bool
    ) -> None:
        cap = self.now.cap_a
        missing = told_a * self.share(phases) - taken
        if cap is not None:
            # The offer is slightly higher, so that the car can show a higher maximum.
            if taken > cap + _RISES_A:
                self.now.cap_a = self._less_since = None
        elif missing < _MISSING_A or not steady:
            self._less_since = None
        elif self._less_since is None:
            self._less_since = now
        elif now - self._less_since >= _CAPPED_S:
            self.now.cap_a = taken
        self._most_a = max(self._most_a, taken)

    def _learn_share(self, taken: float, told_a: float, lines: int) -> None:
        seen = taken / told_a
        if self.now.cap_a is not None and taken > self.now.cap_a - _RISES_A:
            return
        low = told_a <= self._charger.min_a + _LOW_A
        least, most = _LOW_SHARE if low else _SHARE
        known = self.now.shares.get(lines)
        if not low and known is not None:
            least = min(least, known * 0.95)
        if least <= seen <= most:
            known = 1.0 if known is None else known
            self.now.shares[lines] = known + (seen - known) * _LEARN

    def _keep(self) -> None:
        kept = Traits(self.now.lines, self.now.cap_a, dict(self.now.shares))
        if kept.cap_a is not None and self._most_a > kept.cap_a + _RISES_A:
            # It is nearly full; next time it takes more.
            before = self.garage.recall(self._car)
            kept.cap_a = None if before is None else before.cap_a
        self.garage.keep(self._car, kept)

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return self.now.as_dict() | {
            "usual": self.usual,
            "id": self._car,
            "cars": self.garage.as_list(),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Restore a stored state; invalid values are ignored."""
        self.garage.restore(data.get("cars"))
        self.now = Traits.of(data)
        if (usual := data.get("usual")) in (1, 2, 3):
            self.usual = usual
        if isinstance(car := data.get("id"), str):
            self._car = car[:_LONGEST_ID]


def _known(currents_a: tuple[float, float, float] | None) -> list[float]:
    """Return the currents that are numbers."""
    currents = [number(value) for value in currents_a or ()]
    return [max(value, 0.0) for value in currents if value is not None]
