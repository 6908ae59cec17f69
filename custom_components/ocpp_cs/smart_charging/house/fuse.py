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


class Fuse:
    """The remaining current for cars on each phase."""

    def __init__(self, settings: Settings) -> None:
        """Initialize without a reading."""
        self._settings = settings
        self._base: list[float | None] = [None, None, None]
        self._reckoned = [0.0, 0.0, 0.0]
        self.remembered = RememberedLoad()

    def headroom(
        self,
        reading: Balance,
        site_w: float | None,
        cars: Iterable[Car],
        now: float,
        dt: float,
    ) -> tuple[float, float, float] | None:
        """Return the remaining current for the cars in A; None without a limit.

        The house's consumption counts at once and decays slowly: otherwise cars would
        respond to each cycle of an oven. Without currents, the whole power of the house
        may be on any single phase. Without any measurement, half of the fuse is
        reserved for the house.
        """
        limit = self._settings.fuse_a
        if limit is None:
            return None
        taking = [(car, *car.rightful(now)) for car in cars]
        spans = [(car.currents(low), car.currents(high)) for car, low, high in taking]
        low = [sum(span[0][phase] for span in spans) for phase in PHASES]
        high = [sum(span[1][phase] for span in spans) for phase in PHASES]
        if (measured := self._measured(reading, now)) is not None:
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
        elif site_w is not None:
            low_w = site_w - sum(most for _, _, most in taking)
            high_w = site_w - sum(least for _, least, _ in taking)
            amps = within(
                self._base[0],
                low_w / self._settings.voltage_v,
                high_w / self._settings.voltage_v,
            )
            self._base = [amps] * 3
        else:
            self._base = [limit / 2] * 3
        # What has just come under control is no longer the house's.
        joined = [car.currents(car.joined_w) for car, _, _ in taking if car.joined_w]
        forget = 1.0 - exp(-dt / self._settings.fuse_recovery_s)
        free = []
        for phase in PHASES:
            base = self._base[phase] or 0.0
            # PV reduces the current through the fuse, but may end at any time.
            base = max(base, 0.0)
            reckoned = self._reckoned[phase] - sum(amps[phase] for amps in joined)
            self._reckoned[phase] = max(base, reckoned + (base - reckoned) * forget)
            free.append(limit - self._settings.fuse_margin_a - self._reckoned[phase])
        return free[0], free[1], free[2]

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
