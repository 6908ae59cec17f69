"""The current that the connection of the house allows, per phase."""

from collections.abc import Iterable
from math import exp
from typing import Final

from ..cars.car import Car
from ..model import PHASES, Settings
from ..numbers import within
from .balance import Balance
from .remembered import RememberedLoad

_BEGUN_A: Final = 5.0
_LATE_S: Final = 3.0
"""Currents that are older than the grid power by more than this are of another time."""
_DISAGREE_S: Final = 10.0
"""Meters that differ for this time do not differ because one of them is later."""
_DIFFER_A: Final = 1.0
_DIFFER_PART: Final = 0.1
"""What the currents may miss of the power: rounding, and another voltage."""


class Fuse:
    """The remaining current for cars on each phase."""

    def __init__(self, settings: Settings) -> None:
        """Initialize without a reading."""
        self._settings = settings
        self._base: list[float | None] = [None, None, None]
        self._reckoned = [0.0, 0.0, 0.0]
        self._measured_at: float | None = None
        """The time of the currents that `_base` is from."""
        self._cars_w = 0.0
        """The least power of the cars at that time."""
        self._differ_since: float | None = None
        self.remembered = RememberedLoad()

    def headroom(
        self,
        reading: Balance,
        site_w: float | None,
        cars: Iterable[Car],
        now: float,
        dt: float,
        others: Iterable[Car] = (),
    ) -> tuple[float, float, float] | None:
        """Return the remaining current for the cars in A; None without a limit.

        The house's consumption counts at once and decays slowly: otherwise cars would
        respond to each cycle of an oven. Without currents, the whole power of the house
        may be on any single phase. Without any measurement, the largest load counts
        that is remembered of the house; without a memory, half of the fuse.

        Args:
            reading: The balance of the house.
            site_w: The power of the grid in W; None if it is unknown.
            cars: The cars that obey commands now.
            now: The time in s.
            dt: The time since the last call in s.
            others: The cars that do not, which no memory has.
        """
        limit = self._settings.fuse_a
        if limit is None:
            return None
        taking = [(car, *car.rightful(now)) for car in cars]
        spans = [(car.currents(low), car.currents(high)) for car, low, high in taking]
        low = [sum(span[0][phase] for span in spans) for phase in PHASES]
        high = [sum(span[1][phase] for span in spans) for phase in PHASES]
        low_w = sum(least for _, least, _ in taking)
        high_w = sum(most for _, _, most in taking)
        self._join(car for car, _, _ in taking if car.joined_w)
        hidden = 0.0
        free_cars = [car.currents(car.high_w) for car in others]
        beside = [sum(amps[phase] for amps in free_cars) for phase in PHASES]
        known = True
        if (measured := self._measured(reading, now)) is not None:
            if self._measured_at != reading.currents_at:
                # Older currents do not include the present power of the cars.
                self._measured_at, self._cars_w = reading.currents_at, low_w
                self._base = [
                    within(
                        self._base[phase],
                        measured[phase] - high[phase],
                        measured[phase] - low[phase],
                    )
                    for phase in PHASES
                ]
                if not any(car.falling(now) for car, _, _ in taking):
                    self._believe_the_worst(measured, low, limit)
            hidden = self._hidden(reading, measured, site_w, high_w, now)
        elif site_w is not None:
            self._measured_at = None
            amps = within(
                self._base[0],
                (site_w - high_w) / self._settings.voltage_v,
                (site_w - low_w) / self._settings.voltage_v,
            )
            self._base = [amps] * 3
        else:
            self._measured_at, known = None, False
            largest = self.remembered.largest(now, limit / 2)
            self._base = [limit / 2] * 3
            if largest is not None:
                self._base = [largest[phase] + beside[phase] for phase in PHASES]
        forget = 1.0 - exp(-dt / self._settings.fuse_recovery_s)
        free = []
        for phase in PHASES:
            base = self._base[phase] or 0.0
            # PV reduces the current through the fuse, but may end at any time.
            base = max(base, 0.0)
            reckoned = self._reckoned[phase]
            self._reckoned[phase] = max(base, reckoned + (base - reckoned) * forget)
            taken = max(self._reckoned[phase], base + hidden)
            free.append(limit - self._settings.fuse_margin_a - taken)
        if known:
            one, two, three = (
                (self._base[phase] or 0.0) - beside[phase] for phase in PHASES
            )
            self.remembered.note((one, two, three), now, dt)
        return free[0], free[1], free[2]

    def _join(self, cars: Iterable[Car]) -> None:
        """Take what has just come under control out of the load of the house."""
        for car in cars:
            self._cars_w += car.joined_w
            for phase, amps in enumerate(car.currents(car.joined_w)):
                self._reckoned[phase] -= amps
                if (base := self._base[phase]) is not None:
                    self._base[phase] = base - amps

    def _hidden(
        self,
        reading: Balance,
        measured: tuple[float, float, float],
        site_w: float | None,
        high_w: float,
        now: float,
    ) -> float:
        """Return the current that the power of the grid has beyond the currents.

        They are older, or one of the two meters is wrong: it may be on any phase. What
        cars took since then is none of it.
        """
        if site_w is None:
            self._differ_since = None
            return 0.0
        tolerance = _DIFFER_A + _DIFFER_PART * sum(abs(amps) for amps in measured)
        more_w = max(high_w - self._cars_w, 0.0)
        hidden = (site_w - more_w) / self._settings.voltage_v - sum(measured)
        if hidden <= tolerance:
            self._differ_since = None
            return 0.0
        if self._differ_since is None or self._differ_since > now:
            self._differ_since = now
        late = reading.grid_at - reading.currents_at > _LATE_S
        if not late and now - self._differ_since < _DISAGREE_S:
            return 0.0
        return hidden - tolerance

    def _believe_the_worst(
        self,
        measured: tuple[float, float, float],
        low: list[float],
        limit: float,
    ) -> None:
        """On an overloaded phase, count only the minimum power of the cars.

        Cars that have just started have no known power yet; they are reduced stepwise.
        """
        for phase in PHASES:
            if measured[phase] > limit and low[phase] >= _BEGUN_A:
                self._base[phase] = measured[phase] - low[phase]

    def _measured(
        self, reading: Balance, now: float
    ) -> tuple[float, float, float] | None:
        at = min(reading.currents_at, now)
        if now - at > self._settings.stale_s:
            return None
        return reading.currents_a
