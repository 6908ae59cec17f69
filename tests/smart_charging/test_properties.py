"""What holds whatever meters, cars and users do."""

from dataclasses import dataclass
import json
from math import inf, nan
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    ChargerReading,
    Decision,
    Settings,
)
from tests.sampling import examples

from .house import START, VOLTAGE, House, reading_of

ODD = st.sampled_from([None, nan, inf, -inf, 0.0, -1e9, 1e300])
WATTS = st.floats(-30_000, 30_000)
NUMBERS = WATTS | ODD


@st.composite
def chargers(draw: st.DrawFn) -> list[Charger]:
    return [
        Charger(
            key=key,
            phase_options=draw(st.sampled_from([(1,), (3,), (1, 3)])),
            rotation=draw(st.permutations((0, 1, 2)).map(tuple)),
            priority=draw(st.integers(0, 2)),
            max_a=draw(st.sampled_from([6.0, 10.0, 16.0, 32.0])),
            step_a=draw(st.sampled_from([1.0, 0.1, 2.0])),
        )
        for key in draw(st.sampled_from(["a", "ab", "abc"]))
    ]


@st.composite
def readings(draw: st.DrawFn, now: float) -> ChargerReading:
    return ChargerReading(
        mode=draw(st.sampled_from(list(ChargeMode))),
        plugged_in=draw(st.integers(0, 9)) > 0,
        charging=draw(st.booleans()),
        power_w=draw(st.floats(0, 23_000) | ODD),
        currents_a=draw(
            st.none()
            | st.tuples(*[st.floats(0, 32)] * 3)
            | st.tuples(*[st.sampled_from([nan, None, inf])] * 3)
        ),
        measured_at=now - draw(st.sampled_from([0, 0, 5, 300, -50])),
        online=draw(st.integers(0, 9)) > 0,
        due_w=draw(st.sampled_from([0.0, 0.0, 3000.0, 50_000.0, -5.0])),
        limit_a=draw(st.none() | st.floats(0, 40)),
        full=draw(st.integers(0, 19)) == 0,
    )


@settings(max_examples=examples(60))
@given(st.data())
def test_commands_are_sound(data: Any) -> None:
    """Neither too little, nor too much, nor too soon, whatever is read."""
    places = data.draw(chargers())
    setting = Settings(
        fuse_a=data.draw(st.sampled_from([None, 16.0, 25.0, 63.0])),
        min_on_s=data.draw(st.sampled_from([0.0, 300.0])),
    )
    control = ChargeControl(setting, places)
    now = START
    last: dict[str, Decision] = {}
    times: dict[str, float] = {}
    ticks = data.draw(st.integers(1, 25))
    assert ticks > 0
    for _ in range(ticks):
        now += data.draw(st.sampled_from([0.0, 1.0, 2.0, 10.0, 60.0, 500.0]))
        house = reading_of(
            grid_w=data.draw(NUMBERS),
            grid_at=now - data.draw(st.sampled_from([0, 0, 1, 200])),
            currents_a=data.draw(st.none() | st.tuples(NUMBERS, NUMBERS, NUMBERS)),
            currents_at=now,
            battery_w=data.draw(NUMBERS),
            battery_soc=data.draw(st.floats(0, 100) | ODD),
        )
        given_ = {place.key: data.draw(readings(now)) for place in places}
        if data.draw(st.integers(0, 9)) == 0:
            kept = json.loads(json.dumps(control.as_dict()))
            control = ChargeControl(setting, places)
            control.restore(kept, now)
        decisions = control.tick(now, house, given_)
        assert decisions.keys() == given_.keys()
        for place in places:
            decision = decisions[place.key]
            current = decision.current_a
            if given_[place.key].mode is ChargeMode.MANUAL:
                assert current is None and decision.phases is None
                last.pop(place.key, None)
                continue
            assert current is not None
            assert decision.phases in place.phase_options
            assert current == 0 or place.min_a <= current <= place.max_a
            before = last.get(place.key)
            if before is not None and (
                (before.current_a, before.phases) != (current, decision.phases)
            ):
                lowered = (before.current_a or 0) > current
                soon = now - times[place.key] < place.guard_s
                reading = given_[place.key]
                forbidden = reading.mode is ChargeMode.OFF or (
                    reading.limit_a is not None
                    and (before.current_a or 0) > reading.limit_a
                )
                protected = setting.fuse_a is not None or forbidden
                assert not soon or (protected and lowered)
                if current == 0:
                    # Phases are not switched in a pause.
                    assert decision.phases == before.phases
                times[place.key] = now
            times.setdefault(place.key, now)
            if before is None:
                times[place.key] = now
            last[place.key] = decision


@dataclass
class Step:
    """What the house does for a while."""

    seconds: int
    surplus_w: float
    base_a: tuple[float, float, float]


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(2, 120),
        st.floats(-8000, 20_000),
        st.tuples(*[st.floats(-15, 18)] * 3),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=examples(60))
@given(chargers(), STEPS, st.data())
def test_cars_fit_under_the_fuse(
    places: list[Charger], steps: list[Step], data: Any
) -> None:
    """With what the house was measured to take, no phase has more than it carries."""
    house = House(*places, settings=Settings(fuse_a=25))
    modes = st.sampled_from([ChargeMode.FAST, ChargeMode.SOLAR, ChargeMode.MIN_SOLAR])
    for key in house.modes:
        house.modes[key] = data.draw(modes)
    for step in steps:
        # The power is that of the currents.
        house.surplus_w, house.base_a = -sum(step.base_a) * VOLTAGE, step.base_a
        assert step.seconds > 0
        for second in range(0, step.seconds, 2):
            house.tick()
            # The cars have followed. Of one that takes less than it was told just now, that is
            # known with the next reading.
            if second < 2:
                continue
            for phase in range(3):
                taken = sum(
                    house.cars[place.key].amps
                    for place in places
                    if phase in place.rotation[: house.cars[place.key].lines]
                )
                assert taken == 0 or taken + max(step.base_a[phase], 0) <= 25


@settings(max_examples=examples(40))
@given(STEPS)
def test_the_sun_is_never_exceeded_for_long(steps: list[Step]) -> None:
    """In a steady surplus a car takes no more than that, but for a quarter of a step."""
    house = House(surplus_w=0)
    for step in steps:
        house.surplus_w = step.surplus_w
        house.run(step.seconds)
    house.run(1200, step=6)
    least = 6 * VOLTAGE
    if house.surplus_w < least - 60:
        assert house.cars["a"].power_w == 0 or house.surplus_w > 0
    else:
        lines = house.a.phases or 1
        spare = house.surplus_w + 0.25 * lines * VOLTAGE + 1
        assert house.cars["a"].power_w <= max(spare, 4140 if lines == 3 else 0)


def test_the_property_of_the_fuse_can_fail() -> None:
    places = [Charger(key=key, phase_options=(3,)) for key in "ab"]
    house = House(*places, mode=ChargeMode.FAST)  # no fuse
    house.base_a = (5.0, 0.0, 0.0)
    house.run(30)
    assert sum(house[place.key].current_a or 0 for place in places) > 25
