"""Whatever the house, the cars and the tariff: plans keep to what there is."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    Ceiling,
    CeilingScope,
    Circuit,
    Imposed,
)
from custom_components.ocpp_cs.smart_charging.planning.joint import plan_all
from custom_components.ocpp_cs.smart_charging.planning.model import (
    LoadSlot,
    Need,
    Plan,
    Site,
    SunSlot,
)
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot

from .test_joint_plans import NOW, at

CIRCUITS = (
    Circuit(key="garage", limit_a=20),
    Circuit(key="box", limit_a=16, parent="garage"),
)

loads = st.lists(st.tuples(*[st.floats(0, 20)] * 3), max_size=20).map(
    lambda amps: [
        LoadSlot(start=at(i), end=at(i + 1), currents_a=each)
        for i, each in enumerate(amps)
    ]
)
sites = st.builds(
    Site,
    prices=st.lists(st.floats(-20, 60), max_size=30).map(
        lambda prices: [
            PriceSlot(at(i - 3), at(i - 2), each) for i, each in enumerate(prices)
        ]
    ),
    feed_in=st.sampled_from([(), (PriceSlot(at(0), at(48), 8.0),)]),
    sun=st.lists(st.floats(0, 9000), max_size=16).map(
        lambda watts: [
            SunSlot(start=at(i), end=at(i + 1), power_w=each)
            for i, each in enumerate(watts)
        ]
    ),
    loads=loads,
    fuse_a=st.one_of(st.none(), st.floats(8, 40)),
    circuits=st.just(CIRCUITS),
    imposed=st.lists(
        st.builds(
            Imposed,
            ceiling=st.builds(
                Ceiling,
                key=st.just("c"),
                circuit=st.sampled_from([MAIN, "garage", "box", "gone"]),
                scope=st.sampled_from(CeilingScope),
                counts_pv=st.just(False),
            ),
            power_w=st.floats(-100, 15_000),
        ),
        max_size=2,
    ).map(tuple),
    peak_w=st.one_of(st.none(), st.floats(0, 20_000)),
)
cars = st.builds(
    Need,
    key=st.just("x"),
    energy_kwh=st.floats(0.1, 90),
    ready_by=st.one_of(st.none(), st.floats(-3, 30).map(at)),
    least_kwh=st.sampled_from([0.0, 0.0, 4.0]),
    below_price=st.sampled_from([None, None, 5.0]),
    phases=st.sampled_from([(1,), (3,), (1, 3), (2,)]),
    max_a=st.sampled_from([10.0, 16.0, 32.0]),
    rotation=st.sampled_from([(0, 1, 2), (1, 2, 0), (2, 1, 0)]),
    circuit=st.sampled_from([MAIN, "garage", "box", "gone"]),
    fast=st.sampled_from([False, False, False, True]),
    always=st.sampled_from([False, False, True]),
    running=st.booleans(),
    unsure_kwh=st.sampled_from([0.0, 6.0, inf]),
)


@given(
    needs=st.lists(cars, min_size=1, max_size=3),
    site=sites,
    shift=st.floats(0, 3),
)
@settings(deadline=None)
def test_plans_keep_to_fuse_and_circuits_and_add_up(
    needs: list[Need], site: Site, shift: float
) -> None:
    named = [replace(need, key=f"car {index}") for index, need in enumerate(needs)]
    first = plan_all(NOW, named, site, {})
    _check(named, site, first, NOW)
    now = NOW + timedelta(hours=shift)
    _check(named, site, plan_all(now, named, site, first), now)


def _check(
    needs: list[Need], site: Site, plans: dict[str, Plan], now: datetime
) -> None:
    by_key = {need.key: need for need in needs}
    for key, plan in plans.items():
        for slot in plan.slots:
            assert slot.start < slot.end
            assert slot.power_w >= by_key[key].min_a * 230 * slot.phases - 1e-3
            assert slot.power_w <= slot.most_w + 1e-3
        for slot, following in pairwise(plan.slots):
            assert slot.end <= following.start + timedelta(milliseconds=10)
        need = by_key[key]
        if need.ready_by is None or need.fast:
            assert sum(each.energy_kwh for each in plan.slots) <= (
                need.energy_kwh + 0.02
            )
            continue
        in_time = sum(
            replace(each, end=min(each.end, need.ready_by)).grid_kwh
            for each in plan.slots
            if each.start < need.ready_by
        )
        total = plan.missing_kwh + in_time + plan.sun_kwh + plan.least_kwh
        assert total == pytest.approx(need.energy_kwh, abs=0.02)
        assert (plan.shortage is None) is (plan.missing_kwh == 0)
        least = need.min_a * 230 * need.phases[0]
        shining = sum(each.power_w for each in site.sun) / 1000
        assert plan.sun_kwh <= shining + 0.02
        assert plan.least_kwh <= (least * 34 / 1000 if need.always else 0.0) + 1e-6
    edges = sorted({slot.start for plan in plans.values() for slot in plan.slots})
    for edge in edges:
        when = edge + timedelta(milliseconds=20)
        used: dict[tuple[str, int], float] = {}
        watts: dict[str, float] = {}
        for key, plan in plans.items():
            need = by_key[key]
            for slot in plan.slots:
                if not slot.start <= when < slot.end:
                    continue
                amps = slot.power_w / 230 / slot.phases
                watts[key] = slot.power_w
                chain = {"garage": ["garage"], "box": ["box", "garage"]}
                for circuit in [*chain.get(need.circuit, []), MAIN]:
                    for phase in need.rotation[: slot.phases]:
                        place = circuit, phase
                        used[place] = used.get(place, 0.0) + amps
        load = next(
            (each.currents_a for each in site.loads if each.start <= when < each.end),
            (0.0, 0.0, 0.0),
        )
        for (circuit, phase), amps in used.items():
            if circuit == "garage":
                assert amps <= 20 + 1e-3
            elif circuit == "box":
                assert amps <= 16 + 1e-3
            elif site.fuse_a is not None:
                assert amps <= site.fuse_a - load[phase] + 1e-3
        if when >= now + timedelta(minutes=45):
            continue
        for imposed in site.imposed:
            ceiling = imposed.ceiling
            inside = {"garage": ("garage", "box"), "box": ("box",)}.get(ceiling.circuit)
            below = [
                power_w
                for key, power_w in watts.items()
                if inside is None or by_key[key].circuit in inside
            ]
            if ceiling.scope is CeilingScope.EACH:
                assert all(each <= imposed.power_w + 1 for each in below)
            elif below:
                sun_w = 0.0
                if ceiling.scope is CeilingScope.GRID:
                    sun_w = max((each.power_w for each in site.sun), default=0.0)
                assert sum(below) <= imposed.power_w + sun_w + 1
