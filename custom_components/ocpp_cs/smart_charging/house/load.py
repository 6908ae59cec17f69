"""The power of the house without the cars that are controlled."""

from math import exp

from ..cars.car import Car
from ..model import ChargerReading
from ..numbers import number, within


class Load:
    """The power of the house at a meter, less that of controlled cars.

    A rise counts at once and a fall slowly: otherwise cars would respond to each cycle
    of an oven. It is negative while the sun gives more than the house takes.
    """

    def __init__(self, recovery_s: float) -> None:
        """Start without a value; `recovery_s` is the time constant of a fall."""
        self._recovery_s = recovery_s
        self._base: float | None = None
        self.w: float | None = None
        """The power in W that counts now; None before the first measurement."""

    def take(
        self,
        site_w: float | None,
        low_w: float,
        high_w: float,
        dt: float,
        *,
        joined_w: float = 0.0,
    ) -> float | None:
        """Take a measurement at the meter, and return the power that counts.

        Args:
            site_w: The power at the meter in W; None while it is unknown: then what
                counted last stays.
            low_w: The least power of the controlled cars.
            high_w: The greatest power of the controlled cars.
            dt: The time since the last call in s.
            joined_w: The part of their power that counted as the house's until now.

        Returns:
            The power in W; None before the first measurement.
        """
        if self.w is not None:
            self.w -= joined_w
        if site_w is None:
            return self.w
        self._base = within(self._base, site_w - high_w, site_w - low_w)
        if self.w is None:
            self.w = self._base
        forget = 1.0 - exp(-dt / self._recovery_s)
        self.w = max(self._base, self.w + (self._base - self.w) * forget)
        return self.w


def obeys(car: Car, reading: ChargerReading) -> bool:
    """Return whether a charger obeys commands now."""
    return reading.online and car.told_a is not None


def beyond_w(
    car: Car, reading: ChargerReading, now: float, *, controlled: bool = True
) -> float:
    """Return the power in W that a car takes beyond what it was told.

    That is all of it where the charger is not `controlled`, or does not obey now. One
    whose power nobody measures counts with all that it may take.
    """
    if controlled and obeys(car, reading):
        return max(car.high_w - car.rightful(now)[1], 0.0)
    if reading.online and reading.charging and not car.metered(now):
        charger, limit = car.charger, number(reading.limit_a)
        most = charger.max_a if limit is None else min(charger.max_a, limit)
        return car.watts(max(most, 0.0), charger.phase_options[-1])
    return car.high_w
