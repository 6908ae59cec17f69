"""What is learned of the house: its load by the hour of the day, and its forecast."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..smart_charging.model import PHASES, HouseReading, Measured
from ..smart_charging.numbers import number
from ..smart_charging.planning.forecast_error import ForecastError
from ..smart_charging.planning.household import Household
from ..smart_charging.planning.model import LoadSlot, SunSlot

type Amps = tuple[float, float, float]

_VOLTAGE: Final = 230.0
_STALE_S: Final = 120.0
"""The maximum age of a value in s."""
_SOURCE_STALE_S: Final = 600.0
_RESTS_W: Final = 20.0
_AGREES_W: Final = 400.0
"""The maximum difference of the currents and the power of a meter."""
_AGREES: Final = 0.2
_BEFORE: Final = timedelta(hours=3)
"""How long before an hour its forecast counts."""
_HOUR: Final = timedelta(hours=1)
_LEAST_SAMPLES: Final = 30


class LearnedHouse:
    """Learns from the meters once a minute."""

    def __init__(self, record: object = None) -> None:
        """Restore a stored state; what is invalid is left out."""
        kept: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
        self._household = Household.from_dict(kept.get("household"))
        self._error = ForecastError.from_dict(kept.get("forecast_error"))
        self._told: dict[datetime, float] = {}
        """The forecast in Wh by hour, as it was some hours before."""
        self._hour: datetime | None = None
        self._suns: list[float] = []
        """The measured solar power of the hour, in W."""

    def record(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "household": self._household.as_dict(),
            "forecast_error": self._error.as_dict(),
        }

    @property
    def knows_house(self) -> bool:
        """Whether anything was learned of the load of the house."""
        return bool(self._household.as_dict())

    def learn(self, reading: HouseReading, cars_a: Amps | None, now: datetime) -> None:
        """Learn from a reading.

        Args:
            reading: The meters.
            cars_a: What the vehicles take on L1 to L3 of the house; None if it is not
                known well enough.
            now: The present time.
        """
        suns = [_resting(each, now) for each in reading.pv]
        self._learn_sun(
            None if not suns or None in suns else sum(sun or 0.0 for sun in suns), now
        )
        if cars_a is not None and (amps := house_a(reading, cars_a, now)) is not None:
            self._household.learn(dt_util.as_local(now), amps)

    def _learn_sun(self, sun_w: float | None, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            before, suns = self._hour, self._suns
            self._hour, self._suns = hour, []
            told = None if before is None else self._told.get(before)
            if before is not None and told is not None and len(suns) >= _LEAST_SAMPLES:
                mean = sum(suns) / len(suns)
                self._error.learn(before + _HOUR, told / 1000.0, mean / 1000.0)
        if sun_w is not None:
            self._suns.append(max(sun_w, 0.0))

    def told(self, forecast: Mapping[datetime, float], now: datetime) -> None:
        """Note a forecast in Wh by hour, to compare it with what comes."""
        for hour, wh in forecast.items():
            if hour - now >= _BEFORE or (hour >= now and hour not in self._told):
                self._told[hour] = wh
        for hour in [hour for hour in self._told if hour < now - 2 * _HOUR]:
            del self._told[hour]

    def trusted(self, slots: Iterable[SunSlot], now: datetime) -> list[SunSlot]:
        """Return the forecast with the power that is relied on."""
        return self._error.trusted(slots, now)

    def loads(self, now: datetime, until: datetime) -> list[LoadSlot]:
        """Return the expected load of the house; empty if nothing was learned."""
        if not self.knows_house:
            return []
        return list(self._household.slots(dt_util.as_local(now), until))


def house_a(reading: HouseReading, cars_a: Amps, now: datetime) -> Amps | None:
    """Return what the house takes on L1 to L3 in A, without vehicles; None if unknown.

    Sun and battery are taken to feed all phases evenly. So is the power of a house whose
    phases are not measured, or measured without a sign while it feeds in.
    """
    grid_w = _sum(reading.grid, now)
    sources = [*reading.pv, *(battery.power for battery in reading.batteries)]
    own = [_resting(each, now) for each in sources]
    if None in own:
        return None
    own_a = sum(value or 0.0 for value in own) / _VOLTAGE / len(PHASES)
    phases_a = _phases(reading, now)
    if phases_a is not None and grid_w is not None:
        apart = abs(sum(phases_a) * _VOLTAGE - grid_w)
        if apart > max(_AGREES_W, _AGREES * abs(grid_w)):
            phases_a = None
    if phases_a is None:
        if grid_w is None:
            return None
        even = grid_w / _VOLTAGE / len(PHASES)
        # Which phase a vehicle is on does not matter, where the house is not known.
        cars = sum(cars_a) / len(PHASES)
        phases_a, cars_a = (even, even, even), (cars, cars, cars)
    one, two, three = (
        phase + own_a - cars for phase, cars in zip(phases_a, cars_a, strict=True)
    )
    return one, two, three


def _phases(reading: HouseReading, now: datetime) -> Amps | None:
    """Return the import on L1 to L3 in A, by power or by current."""
    for values, factor in (
        (reading.powers_w, 1 / _VOLTAGE),
        (reading.currents_a, 1.0),
    ):
        if values is not None:
            found = [_value(each, now) for each in values]
            if None not in found:
                one, two, three = ((value or 0.0) * factor for value in found)
                return one, two, three
    return None


def _sum(values: Sequence[Measured], now: datetime) -> float | None:
    """Return a sum of which all parts are known; None for none."""
    known = [_value(each, now) for each in values]
    if not known or None in known:
        return None
    return sum(value or 0.0 for value in known)


def _resting(measured: Measured, now: datetime) -> float | None:
    """Return the value of a source, which may repeat nothing while it rests."""
    value = number(measured.value)
    if value is not None and abs(value) <= _RESTS_W:
        return value
    return _value(measured, now, _SOURCE_STALE_S)


def _value(
    measured: Measured, now: datetime, stale_s: float = _STALE_S
) -> float | None:
    """Return a value that is not too old."""
    if abs(now.timestamp() - measured.at) > stale_s:
        return None
    return number(measured.value)
