"""What holds in houses by chance: nothing hunts, idles, or exceeds a fuse."""

from typing import override

from hypothesis import HealthCheck, given, settings
import pytest

from custom_components.ocpp_cs.smart_charging.model import ChargeMode
from devtools.simulate.laws import Law
from devtools.simulate.run import Day, Place, evcc_law
from devtools.simulate.traces import Trace
from devtools.simulate.vehicle import Car, SimulatedCharger
from devtools.simulate.world import Seen
from tests.sampling import LONG

from .random_worlds import NOON_S, STEADY_S, World, faults, run, worlds


# How long the sample takes depends on the machine: a minute and a half of CPU.
@pytest.mark.timeout(5400 if LONG else 1200)
@settings(
    max_examples=2000 if LONG else 200,
    # The sample is the same in every run.
    derandomize=not LONG,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds())
def test_nothing_hunts_idles_or_exceeds(world: World) -> None:
    assert not faults(world, run(world))


# The checks can fail.


class Stubborn(Law):
    """Tells the same for ever, or takes turns of two currents."""

    name = "stubborn"
    holds_battery = False

    def __init__(self, chargers: list[SimulatedCharger], *amps: float) -> None:
        self.chargers, self.amps = chargers, amps

    @override
    def tick(self, seen: Seen) -> None:
        amps = self.amps[seen.now // 30 % len(self.amps)]
        for each in self.chargers:
            each.command(seen.now, amps, 3)


def sunny(fuse_a: float | None = None, load_w: float = 0.0) -> World:
    """Return a world with 9 kW of sun, in which L1 has a load for 5 minutes."""
    seconds = 600 + STEADY_S
    loads = [
        (load_w if 100 <= second < 400 else 0.0, 0.0, 0.0) for second in range(seconds)
    ]
    trace = Trace([9000.0] * seconds, loads, NOON_S)
    place = Place(
        car=Car(needs_kwh=100),
        mode=ChargeMode.FAST,
        from_s=NOON_S,
        until_s=NOON_S + seconds + 1,
    )
    day = Day(
        key="sunny", title="", trace=lambda: trace, places=(place,), fuse_a=fuse_a
    )
    return World(day=day, trace=trace, steady_s=NOON_S + 600)


def test_two_currents_in_turns_are_hunting() -> None:
    (fault,) = faults(
        sunny(), run(sunny(), lambda _, chargers: Stubborn(chargers, 10.0, 12.0))
    )
    assert "garage hunts: 30 commands" in fault


def test_a_law_that_does_nothing_idles() -> None:
    (fault,) = faults(sunny(), run(sunny(), lambda _, each: Stubborn(each, 0.0)))
    assert "idles at 0.0 A with 9000 W to spare: None" in fault


def test_a_law_that_looks_every_half_minute_exceeds_the_fuse() -> None:
    world = sunny(16.0, 5000.0)
    assert not faults(world, run(world))
    found = faults(world, run(world, evcc_law))
    assert any("L1 is" in fault for fault in found)


def test_what_is_no_number_is_nonsense() -> None:
    world = sunny()
    course = run(world)
    course.chargers[0].told.append((NOON_S, float("nan"), 3))
    assert any("nan A" in fault for fault in faults(world, course))
