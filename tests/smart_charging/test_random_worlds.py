"""What holds in houses by chance: nothing hunts, idles, or exceeds a fuse."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from tests.sampling import LONG

from .random_worlds import World, faults, run, worlds


@settings(
    max_examples=2000 if LONG else 200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds())
def test_nothing_hunts_idles_or_exceeds(world: World) -> None:
    assert not faults(world, run(world))
