"""Hours at houses whose meters are odd: unsigned, late, silent for minutes."""

from dataclasses import replace
from functools import partial

import pytest

from custom_components.ocpp_cs.smart_charging.model import ChargeMode
from devtools.simulate.days import BIG, CLEAR, FAIR, JUNE, MAY, P1
from devtools.simulate.meters import Meter
from devtools.simulate.run import (
    Day,
    Place,
    Result,
    chargers_of,
    our_law,
    replay,
    within_reaction,
)
from devtools.simulate.storage import Battery
from devtools.simulate.traces import Roof, physical

_H = 3600


def hours(day: Day, first: int, last: int) -> Result:
    """Return what comes of some hours of a day."""
    chargers = chargers_of(day)
    trace = day.trace().cut(first * _H, last * _H)
    return replay(day, trace, chargers, our_law(day, chargers))


def one_phase_pv(meter: Meter, lines: tuple[int, ...], fuse_a: float) -> Day:
    """Return a clear noon with 5 kW of sun, at which a car is plugged in."""
    roof = Roof(peak_w=7_000.0, inverter_w=5_000.0)
    return Day(
        key="p1_one_phase_pv",
        title="Inverter on one phase, P1 meter",
        trace=partial(physical, 3, JUNE, CLEAR, roof, busy=False),
        places=(Place(car=BIG, from_s=12 * _H),),
        pv_lines=lines,
        meter=meter,
        fuse_a=fuse_a,
    )


@pytest.mark.parametrize(
    ("lines", "fuse_a"), [((0,), 25.0), ((0, 1), 16.0), ((0, 1, 2), 13.0)]
)
def test_what_the_sun_feeds_in_is_no_load_on_the_fuse(
    lines: tuple[int, ...], fuse_a: float
) -> None:
    result = hours(one_phase_pv(P1, lines, fuse_a), 12, 15)
    assert result.share > 0.9
    assert result.above_s == 0
    # It knows as much as a meter with signs would tell.
    signed = hours(one_phase_pv(replace(P1, signed=True), lines, fuse_a), 12, 15)
    assert result.share > signed.share - 0.03


def test_a_gap_of_the_meter_ends_no_session_and_exceeds_no_fuse() -> None:
    day = Day(
        key="gaps",
        title="Gaps of the meter",
        trace=partial(physical, 5, MAY, FAIR),
        places=(
            Place(car=BIG),
            Place(
                key="carport", car=BIG, rotation=(1, 2, 0), mode=ChargeMode.MIN_SOLAR
            ),
        ),
        fuse_a=25.0,
        meter=Meter(every_s=5, gap_every_s=900, gap_s=(150, 360)),
    )
    result = hours(day, 11, 14)
    assert within_reaction(day, result)
    # The meter is away a dozen times, which made eleven starts.
    assert result.starts <= 4
    assert result.share > 0.89


def test_a_battery_that_reports_late_causes_no_commands() -> None:
    day = Day(
        key="late_battery",
        title="Home battery that reports every half a minute",
        trace=partial(physical, 1, MAY, FAIR),
        places=(Place(car=BIG),),
        battery=Battery(tells_s=30, age_s=0),
    )
    result = hours(day, 10, 12)
    assert result.share > 0.93
    # A grid power of now with a battery power of before made 338 of them.
    assert result.commands < 120
