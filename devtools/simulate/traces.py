"""What sun and house do on a day, second by second: from physics, or from a file."""

from collections.abc import Iterable, Iterator
import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import acos, asin, cos, exp, pi, radians, sin
from pathlib import Path
from random import Random

DAY_S = 86_400
_SOLAR_CONSTANT = 1361.0


@dataclass(frozen=True, slots=True)
class Trace:
    """A day in steps of one second."""

    pv_w: list[float]
    load_w: list[tuple[float, float, float]]
    """What the house takes on L1 to L3, without cars."""
    start_s: int = 0
    """Seconds since midnight of the first step."""

    def __len__(self) -> int:
        """Return how many seconds it has."""
        return len(self.pv_w)

    def cut(self, start_s: int, end_s: int) -> Trace:
        """Return the part between two times of the day."""
        first, last = start_s - self.start_s, end_s - self.start_s
        return Trace(self.pv_w[first:last], self.load_w[first:last], start_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roof:
    """Panels and where they are."""

    peak_w: float = 9_000.0
    inverter_w: float = 8_500.0
    latitude: float = 49.0
    tilt: float = 30.0
    azimuth: float = 10.0
    """From the south, positive to the west."""


def clear_sky_w(roof: Roof, day_of_year: int, second: float) -> tuple[float, float]:
    """Return the power from the beam of the sun and from the sky, without clouds.

    `second` is in solar time. Air mass by Kasten and Young (1989), the beam's
    attenuation by Meinel (0.7 to the air mass to the 0.678), a tenth of it diffuse.
    """
    declination = radians(23.45) * sin(2 * pi * (284 + day_of_year) / 365)
    latitude, hour = radians(roof.latitude), (second / 3600 - 12) * pi / 12
    height = asin(
        sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour)
    )
    degrees = height * 180 / pi
    if degrees <= 0:
        return 0.0, 0.0
    mass = 1 / (sin(height) + 0.50572 * (degrees + 6.07995) ** -1.6364)
    beam = _SOLAR_CONSTANT * 0.7 ** (mass**0.678)
    bearing = acos(
        max(
            -1.0,
            min(
                1.0,
                (sin(height) * sin(latitude) - sin(declination))
                / (cos(height) * cos(latitude)),
            ),
        )
    )
    bearing = bearing if hour > 0 else -bearing
    tilt = radians(roof.tilt)
    incidence = sin(height) * cos(tilt) + cos(height) * sin(tilt) * cos(
        bearing - radians(roof.azimuth)
    )
    diffuse = 0.1 * beam * (1 + cos(tilt)) / 2
    # Panels lose a seventh to heat, dirt, wires and the inverter.
    scale = roof.peak_w / 1000.0 * 0.86
    return beam * max(incidence, 0.0) * scale, diffuse * scale


def through_clouds_w(roof: Roof, clear: tuple[float, float], beam: float) -> float:
    """Return what the inverter gives of `clear_sky_w` with a part of the beam."""
    direct, diffuse = clear
    # What clouds take from the beam, they give in part to the sky.
    power = direct * beam + diffuse * (1 + max(0.0, 1 - beam))
    return min(power, roof.inverter_w)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sky:
    """Clouds that pass: how long each and the gaps between them are, how dense."""

    cloud_s: float = 0.0
    """The mean; 0 is a clear sky."""
    gap_s: float = 600.0
    dense: tuple[float, float] = (0.2, 0.55)
    """What is left of the beam, from and to."""
    edge_s: tuple[float, float] = (6.0, 30.0)
    veil: float = 1.0
    """What a high layer leaves of the beam all day."""
    mood: float = 0.0
    """How much clouds and gaps differ from one part of the day to the next.

    Both are longer or shorter by up to a factor of e to this power.
    """
    mood_s: float = 2400.0
    """How long a part of the day is."""


def beam_through(sky: Sky, random: Random, seconds: int) -> Iterator[float]:
    """Yield what is left of the beam each second.

    Gaps and clouds take turns, exponentially long. The edge of a cloud takes its
    time, and next to it the sun is brighter than without clouds.
    """
    if not sky.cloud_s:
        for _ in range(seconds):
            yield sky.veil
        return
    left, cloudy, goal, value, pace = 0.0, False, 1.0, 1.0, 10.0
    flicker, clouds, gaps, turn = 0.0, 1.0, 1.0, 0.0
    for second in range(seconds):
        if sky.mood and second >= turn:
            clouds, gaps = (exp(random.uniform(-sky.mood, sky.mood)) for _ in range(2))
            turn = second + random.expovariate(1 / sky.mood_s)
        if left <= 0:
            cloudy = not cloudy
            mean = sky.cloud_s * clouds if cloudy else sky.gap_s * gaps
            left = random.expovariate(1 / mean)
            goal = random.uniform(*sky.dense) if cloudy else random.uniform(0.97, 1.08)
            pace = random.uniform(*sky.edge_s)
        left -= 1
        value += (goal - value) * (1 - exp(-2.3 / pace))
        flicker += -flicker / 20 + random.gauss(0, 0.004)
        yield max(0.05, value + flicker) * sky.veil


def household(
    random: Random, seconds: int = DAY_S, *, busy: bool = True
) -> list[tuple[float, float, float]]:
    """Return what the house takes on each phase: always, now and then, and cooking."""
    loads = [[70.0, 60.0, 90.0] for _ in range(seconds)]

    def on(phase: int, start: float, length: float, watts: float) -> None:
        for second in range(max(0, int(start)), min(seconds, int(start + length))):
            loads[second][phase] += watts

    at = random.uniform(0, 1800)
    while at < seconds:  # the fridge
        on(1, at, 900, 85)
        at += 900 + random.uniform(1200, 2100)
    at = 6 * 3600.0
    while at < 22.5 * 3600:  # light, screens, and who knows what
        length = random.uniform(300, 3600)
        on(random.randrange(3), at, length, random.uniform(20, 250))
        at += random.uniform(120, 1500)
    meals = [(6.6, 2), (10.2, 1), (12.2, 2), (15.5, 1), (18.3, 2)]
    for hour, kettles in meals if busy else meals[:1]:
        start = (hour + random.uniform(-0.2, 0.2)) * 3600
        for _ in range(kettles):
            on(0, start, random.uniform(110, 200), 2100)
            start += random.uniform(300, 1500)
    for hour in (12.1, 18.2) if busy else (18.2,):  # hob and oven, by thermostat
        start = (hour + random.uniform(-0.1, 0.2)) * 3600
        on(1, start, 480, 2300)
        at = start + 480
        while at < start + 2700:
            length = random.uniform(30, 60)
            on(1, at, length, 2300)
            at += length + random.uniform(50, 100)
        at = start
        while at < start + 1500:
            length = random.uniform(10, 25)
            on(2, at, length, 1800)
            at += length + random.uniform(8, 20)
    if busy:
        start = (9 + random.uniform(0, 1.5)) * 3600
        on(2, start + 300, 900, 2000)  # the washing machine heats, then turns
        on(2, start + 1200, 3600, 180)
        start = (13.2 + random.uniform(0, 0.5)) * 3600
        on(0, start + 240, 840, 1900)  # the dishwasher heats twice
        on(0, start + 3600, 600, 1900)
    noise = [0.0, 0.0, 0.0]
    result = []
    for one, two, three in loads:
        for phase in range(3):
            noise[phase] += -noise[phase] / 15 + random.gauss(0, 3)
        result.append(
            (
                max(one + noise[0], 10.0),
                max(two + noise[1], 10.0),
                max(three + noise[2], 10.0),
            )
        )
    return result


def heated(
    random: Random, loads: list[tuple[float, float, float]]
) -> list[tuple[float, float, float]]:
    """Return the loads with a heat pump on L2 and a boiler on all phases.

    The heat pump runs by its thermostat and ramps; the boiler heats twice a day.
    """
    pump = [0.0] * len(loads)
    at = random.uniform(0, 1800)
    while at < len(loads):
        length, power = random.uniform(900, 2400), random.uniform(1400, 2600)
        for second in range(int(at), min(len(loads), int(at + length))):
            pump[second] = power * min(1.0, (second - at) / 60.0 + 0.3)
        at += length + random.uniform(900, 2700)
    boiler = [
        (start, start + random.uniform(1200, 2400))
        for hour in (6.5, 17.5)
        for start in ((hour + random.uniform(-0.3, 0.7)) * 3600,)
    ]
    result = []
    for second, (one, two, three) in enumerate(loads):
        heat = 1000.0 if any(a <= second < b for a, b in boiler) else 0.0
        result.append((one + heat, two + pump[second] + heat, three + heat))
    return result


def physical(
    seed: int,
    day_of_year: int,
    sky: Sky,
    roof: Roof | None = None,
    *,
    busy: bool = True,
    pump: bool = False,
) -> Trace:
    """Return a day that is the same for the same arguments on every machine."""
    roof = roof or Roof()
    clouds, house = Random(f"clouds {seed}"), Random(f"house {seed}")
    pv, clear = [], (0.0, 0.0)
    for second, beam in enumerate(beam_through(sky, clouds, DAY_S)):
        if second % 10 == 0:
            clear = clear_sky_w(roof, day_of_year, second)
        pv.append(through_clouds_w(roof, clear, beam))
    loads = household(house, busy=busy)
    return Trace(pv, heated(Random(f"heat {seed}"), loads) if pump else loads)


def _seconds(text: str) -> float:
    """Return a time as seconds: of the day, since 1970, or ISO 8601."""
    try:
        return float(text)
    except ValueError:
        pass
    if "-" not in text:
        hours, minutes, *rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + (float(rest[0]) if rest else 0)
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def read_csv(path: Path) -> Trace:
    """Read a day: columns `time`, `pv` and `load` in W, or `load_l1` to `load_l3`.

    Values hold until the next one. A load without phases is spread over all three.
    Raises ValueError, with the line, for what cannot be read.
    """
    rows: list[tuple[float, float, tuple[float, float, float]]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.readline()
        file.seek(0)
        reader = csv.DictReader(file, delimiter=";" if ";" in sample else ",")
        for row in reader:
            try:
                if "load" in row:
                    third = float(row["load"]) / 3
                    load = third, third, third
                else:
                    load = (
                        float(row["load_l1"]),
                        float(row["load_l2"]),
                        float(row["load_l3"]),
                    )
                rows.append((_seconds(row["time"]), max(float(row["pv"]), 0.0), load))
            except (KeyError, TypeError, ValueError) as err:
                raise ValueError(f"{path}, line {reader.line_num}: {err!r}") from err
    if len(rows) < 2:
        raise ValueError(f"{path}: fewer than two lines of values")
    return _per_second(rows)


def _per_second(
    rows: Iterable[tuple[float, float, tuple[float, float, float]]],
) -> Trace:
    ordered = sorted(rows, key=lambda row: row[0])
    pv: list[float] = []
    load: list[tuple[float, float, float]] = []
    start = ordered[0][0]
    for (_, power, house), (then, _, _) in pairwise(ordered):
        count = min(int(then - start), 7 * DAY_S) - len(pv)
        pv += [power] * count
        load += [house] * count
    return Trace(pv, load, int(start) % DAY_S)
