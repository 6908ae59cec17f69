"""How much of a solar forecast is to be relied on, learned from what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from ..numbers import number
from .model import SunSlot

_KEPT: Final = 120
"""Hours with sun: about two weeks."""
_ENOUGH: Final = 10
_RELIED: Final = 0.7
"""The part of the hours in which less came than is relied on.

Sun that does not come is bought later, at about the same price, as a plan always keeps
the time for that. Energy that was bought before the sun came costs all of its price.
"""
_UNKNOWN: Final = 0.75
"""The part of a forecast that is relied on while nothing was learned."""
_LEAST_KWH: Final = 0.1
_MOST: Final = 3.0
_TODAY: Final = timedelta(hours=6)
_AHEAD: Final = timedelta(hours=10)
_PERSISTS: Final = 0.7
"""How much of today's error is expected to go on."""


@dataclass(slots=True)
class ForecastError:
    """The ratios of real energy to the forecast, by the hour."""

    _hours: list[tuple[float, float, float]] = field(default_factory=list)
    """When the hour ended (in s since 1970), forecast and real energy in kWh."""

    def learn(self, end: datetime, forecast_kwh: float, real_kwh: float) -> bool:
        """Add an hour that is over.

        Args:
            end: When it ended.
            forecast_kwh: What was forecast for it, best some hours before.
            real_kwh: What came.

        Returns:
            True if it counted; hours without sun do not.
        """
        forecast, real = number(forecast_kwh), number(real_kwh)
        if forecast is None or real is None or forecast < _LEAST_KWH or real < 0:
            return False
        at = end.timestamp()
        if self._hours and at <= self._hours[-1][0]:
            return False
        self._hours.append((at, round(forecast, 3), round(real, 3)))
        del self._hours[:-_KEPT]
        return True

    @property
    def part(self) -> float:
        """Return the part of a forecast that is relied on."""
        if len(self._hours) < _ENOUGH:
            return _UNKNOWN
        return _quantile(self._hours, _RELIED)

    def trusted(self, slots: Iterable[SunSlot], now: datetime) -> list[SunSlot]:
        """Return the forecast with the power that is relied on."""
        part = self.part
        today = part * self._persistence(now)
        return [
            replace(slot, power_w=slot.power_w * (today if near else part))
            for slot in slots
            for near in [slot.start - now < _AHEAD]
        ]

    def _persistence(self, now: datetime) -> float:
        """Return how the last hours were, compared with what is usual."""
        since = (now - _TODAY).timestamp()
        today = [each for each in self._hours if since <= each[0] <= now.timestamp()]
        forecast = sum(each[1] for each in today)
        if forecast < 5 * _LEAST_KWH:
            return 1.0
        usual = 1.0
        if len(self._hours) >= _ENOUGH:
            usual = max(_quantile(self._hours, 0.5), 0.1)
        ratio = sum(each[2] for each in today) / forecast / usual
        return float(min(max(ratio, 0.2), 2.0) ** _PERSISTS)

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store, as JSON types."""
        return {"hours": [list(each) for each in self._hours]}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the state of `as_dict`; what is invalid is left out."""
        error = cls()
        kept = data.get("hours") if isinstance(data, Mapping) else None
        for each in kept if isinstance(kept, list) else ():
            if not isinstance(each, list) or len(each) != 3:
                continue
            at, forecast, real = (number(value) for value in each)
            if at is None or forecast is None or real is None:
                continue
            try:
                end = datetime.fromtimestamp(at, UTC)
            except OverflowError, OSError, ValueError:
                continue
            error.learn(end, forecast, real)
        return error


def _quantile(hours: Sequence[tuple[float, float, float]], part: float) -> float:
    """Return a quantile of the ratios, each with the weight of its forecast."""
    ratios = sorted((min(real / told, _MOST), told) for _, told, real in hours)
    rest = part * sum(told for _, told in ratios)
    for ratio, told in ratios:
        rest -= told
        if rest <= 0:
            return ratio
    return ratios[-1][0]
