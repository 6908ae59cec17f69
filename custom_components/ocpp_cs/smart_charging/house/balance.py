"""The balance of the house at one time, from readings of different age."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..model import BatteryReading, HouseReading, Measured, Settings
from .meter import IMPLAUSIBLE_A, IMPLAUSIBLE_W, RESTING_W
from .signs import Signs
from .source import Source, common_time

_AWAY_W: Final = 500.0
"""The export to keep while a battery is away, by which sun is told from battery."""
_SILENT_S: Final = 300.0
"""A battery that does not rest reports other values within this time."""
_TOGETHER_S: Final = 0.5
"""Sensors of one meter report within this time."""

type Phases = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """The measurements of the house as one; None is unknown.

    The `at` times are those of the last report, even if the value was unchanged.
    """

    grid_w: float | None = None
    """The newest power of all grid meters together."""
    grid_at: float = 0.0
    """The time of the oldest of their values."""
    then_w: float | None = None
    """The power of all grid meters at `then_at`, to be added to `battery_w`."""
    then_at: float = 0.0
    """The latest time at which grid and batteries are known."""
    new: bool = False
    """True if `then_at` is later than that of the last balance."""
    currents_a: Phases | None = None
    """The newest import on L1 to L3, negative for export; at worst all import."""
    currents_at: float = 0.0
    """The time of the oldest of the three."""
    battery_w: float | None = None
    """The sum of all home batteries that are known, at `then_at`."""
    battery_soc: float | None = None
    """The mean of all home batteries in %."""
    unseen_w: float = 0.0
    """The power that counts as taken for what nobody measures, for the surplus only."""
    pv_w: float | None = None
    """The newest power of all inverters together."""


class Balances:
    """Makes one balance after the other from the readings.

    A value that is invalid or away is replaced by the last one, whose age is known; the
    currents of a fuse are not. Values of different age are not added: the balance of
    grid and batteries is that of the latest time at which all of them are known.
    """

    def __init__(self, settings: Settings) -> None:
        """Start without readings."""
        self._settings = settings
        self._grid: list[Source] = []
        self._batteries: list[Source] = []
        self._levels: list[Source] = []
        self._pv: list[Source] = []
        self._currents = [Source(IMPLAUSIBLE_A) for _ in range(3)]
        self._powers = [Source(IMPLAUSIBLE_W) for _ in range(3)]
        self._signs = Signs(settings.voltage_v)
        self._then_at = 0.0

    def take(self, reading: HouseReading, now: float) -> Balance:
        """Return the balance of a reading.

        Args:
            reading: The readings of the house; those of circuits are not used.
            now: The time in s.
        """
        grid = _taken(self._grid, reading.grid, IMPLAUSIBLE_W, now)
        known = [source for source in grid if source.value is not None]
        complete = bool(grid) and len(known) == len(grid)
        currents_a, currents_at = self._phases(reading, now)
        batteries, away = self._heard(reading.batteries, now)
        # A silent grid meter is no resting one: without its values nothing is new.
        then_at = min(
            common_time([*known, *batteries], now),
            max((source.at for source in known), default=0.0),
        )
        last = min(self._then_at, now)
        self._then_at = max(then_at, last)
        return Balance(
            grid_w=sum(source.value or 0.0 for source in grid) if complete else None,
            grid_at=min((source.at for source in grid), default=0.0),
            then_w=_sum_at(grid, then_at) if complete else None,
            then_at=then_at,
            new=complete and then_at > last,
            currents_a=currents_a,
            currents_at=currents_at,
            battery_w=_sum_at(batteries, then_at) if batteries else None,
            battery_soc=self._level(reading.batteries, now),
            unseen_w=_AWAY_W if away else 0.0,
            pv_w=self._sun(reading.pv, now),
        )

    def _heard(
        self, readings: Sequence[BatteryReading], now: float
    ) -> tuple[list[Source], bool]:
        """Return the batteries whose power is known, and whether one is away.

        One that rests may report nothing for hours; one that does not is away then.
        """
        powers = [one.power for one in readings]
        valid = _valid(self._batteries, powers, IMPLAUSIBLE_W, now)
        heard: list[Source] = []
        away = False
        for source, power, is_valid in zip(
            self._batteries, powers, valid, strict=False
        ):
            if source.value is None:
                # Without a time there is no sensor of its power.
                away = away or power.at > 0
                continue
            patience = _SILENT_S if is_valid else self._settings.stale_s
            rests = is_valid and abs(source.value) <= RESTING_W
            if rests or now - source.at <= patience:
                heard.append(source)
            else:
                away = True
        return heard, away

    def _level(self, readings: Sequence[BatteryReading], now: float) -> float | None:
        levels = [
            one.soc if one.soc is not None else Measured(None, 0.0) for one in readings
        ]
        valid = _valid(self._levels, levels, 100.0, now)
        known = [
            source.value
            for source, is_valid in zip(self._levels, valid, strict=False)
            if source.value is not None and source.value >= 0 and is_valid
        ]
        return sum(known) / len(known) if known else None

    def _sun(self, readings: Sequence[Measured], now: float) -> float | None:
        """Return the power of all inverters; None if one of them is unknown."""
        sources = _taken(self._pv, readings, IMPLAUSIBLE_W, now)
        if not sources or any(
            source.value is None or now - source.at > self._settings.stale_s
            for source in sources
        ):
            return None
        return sum(max(source.value or 0.0, 0.0) for source in sources)

    # The phases.

    def _phases(self, reading: HouseReading, now: float) -> tuple[Phases | None, float]:
        """Return the signed currents of the phases, and their age.

        With powers of the phases, these have the sign; a current that is larger has a
        reactive part, and counts.
        """
        powers = _three(self._powers, reading.powers_w, now)
        currents = _three(self._currents, reading.currents_a, now)
        if powers is None:
            if currents is None:
                return None, 0.0
            return self._with_signs(currents, now), min(
                source.at for source in self._currents
            )
        amps = [watts / self._settings.voltage_v for watts in powers]
        if currents is not None:
            amps = [
                max(active, abs(apparent)) if active > 0 else active
                for active, apparent in zip(amps, currents, strict=True)
            ]
        one, two, three = amps
        return (one, two, three), min(source.at for source in self._powers)

    def _with_signs(self, amps: Phases, now: float) -> Phases:
        """Return currents with signs, from the latest ones of which the power is known."""
        grid = self._grid
        if not grid or any(source.value is None for source in grid):
            return self._signs.signed(amps, None, None, now)
        until = common_time(grid, now) + _TOGETHER_S
        reports = [source.reported_before(until) for source in self._currents]
        at = until
        if not all(source.rests(now) for source in self._currents):
            at = min((one[0] for one in reports if one is not None), default=0.0)
            reports = [
                source.reported_before(at + _TOGETHER_S) for source in self._currents
            ]
        one, two, three = reports
        if one is None or two is None or three is None:
            return self._signs.signed(amps, None, None, now)
        then = abs(one[1]), abs(two[1]), abs(three[1])
        return self._signs.signed(amps, then, _sum_at(grid, at), now)


def _valid(
    sources: list[Source], readings: Sequence[Measured], limit: float, now: float
) -> list[bool]:
    """Take readings; return for each whether its value is valid."""
    while len(sources) < len(readings):
        sources.append(Source(limit))
    return [
        source.take(one, now) for source, one in zip(sources, readings, strict=False)
    ]


def _taken(
    sources: list[Source], readings: Sequence[Measured], limit: float, now: float
) -> list[Source]:
    """Take readings; return their sources."""
    _valid(sources, readings, limit, now)
    del sources[len(readings) :]
    return sources


def _three(
    sources: list[Source],
    readings: tuple[Measured, Measured, Measured] | None,
    now: float,
) -> Phases | None:
    """Return the last values of the phases; None if one is invalid."""
    if readings is None:
        return None
    valid = [
        source.take(one, now) for source, one in zip(sources, readings, strict=True)
    ]
    one, two, three = (source.value for source in sources)
    if not all(valid) or one is None or two is None or three is None:
        return None
    return one, two, three


def _sum_at(sources: Sequence[Source], at: float) -> float:
    return sum(source.value_at(at) or 0.0 for source in sources)
