"""Currents that are safe while nobody controls the chargers."""

from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.smart_charging.house.shares import safe_shares
from custom_components.ocpp_cs.smart_charging.model import Charger, Circuit, Settings
from tests.sampling import examples

NONE = (0.0, 0.0, 0.0)


def box(key: str, **more: Any) -> Charger:
    return Charger(key=key, **{"max_a": 16.0, **more})


def test_each_gets_an_even_part_of_what_the_house_leaves() -> None:
    house = Settings(fuse_a=35, fuse_margin_a=0.5)
    assert safe_shares(house, [box("a"), box("b")], (10.5, 4, 2), {}) == {
        "a": 12.0,
        "b": 12.0,
    }


def test_who_cannot_have_the_least_gets_nothing() -> None:
    house = Settings(fuse_a=16, fuse_margin_a=0.0)
    boxes = [box("a"), box("b", priority=1), box("c")]
    assert safe_shares(house, boxes, (5, 0, 0), {}) == {"a": 0.0, "b": 11.0, "c": 0.0}


def test_chargers_on_other_phases_do_not_share() -> None:
    house = Settings(fuse_a=20, fuse_margin_a=0.0)
    one = box("a", phase_options=(1,))
    two = box("b", phase_options=(1,), rotation=(1, 2, 0))
    assert safe_shares(house, [one, two], (4, 8, 0), {}) == {"a": 16.0, "b": 12.0}


def test_what_nobody_controls_counts_first() -> None:
    house = Settings(fuse_a=32, fuse_margin_a=0.0)
    assert safe_shares(house, [box("a"), box("b")], NONE, {"b": 20.0}) == {"a": 12.0}


def test_a_circuit_below_the_fuse() -> None:
    house = Settings(
        fuse_a=63,
        fuse_margin_a=0.0,
        circuits=(Circuit(key="garage", limit_a=20), Circuit(key="empty", limit_a=6)),
    )
    boxes = [box("a", circuit="garage"), box("b", circuit="garage"), box("c")]
    assert safe_shares(house, boxes, NONE, {}) == {"a": 10.0, "b": 10.0, "c": 16.0}


def test_without_a_fuse_nothing_is_limited() -> None:
    assert safe_shares(Settings(), [box("a")], (99, 99, 99), {}) == {"a": 16.0}


@settings(max_examples=examples(300))
@given(st.data())
def test_all_together_never_exceed_anything(data: st.DataObject) -> None:
    amps = st.floats(0, 40)
    circuits = tuple(
        Circuit(
            key=f"c{n}",
            limit_a=data.draw(st.floats(0, 60)),
            parent=data.draw(st.sampled_from(["main", "c0", "c1", "nowhere"])),
        )
        for n in range(data.draw(st.integers(0, 2)))
    )
    boxes = [
        box(
            f"b{n}",
            max_a=data.draw(st.sampled_from([6.0, 16.0, 32.0])),
            phase_options=data.draw(st.sampled_from([(1,), (3,), (1, 3)])),
            rotation=data.draw(st.sampled_from([(0, 1, 2), (1, 2, 0), (2, 1, 0)])),
            circuit=data.draw(st.sampled_from(["main", "c0", "c1"])),
            priority=data.draw(st.integers(0, 2)),
        )
        for n in range(data.draw(st.integers(1, 4)))
    ]
    house = Settings(fuse_a=data.draw(st.floats(6, 100)), circuits=circuits)
    load = data.draw(st.tuples(amps, amps, amps))
    fixed = {each.key: data.draw(amps) for each in boxes if data.draw(st.booleans())}
    shares = safe_shares(house, boxes, load, fixed)
    assert shares.keys() == {each.key for each in boxes} - fixed.keys()
    assert house.fuse_a is not None
    for each in boxes:
        share = shares.get(each.key, 0.0)
        assert share == 0 or each.min_a <= share + 1e-6 <= each.max_a + 2e-6
    for phase in range(3):
        taken = sum(
            shares.get(each.key, 0.0)
            for each in boxes
            if phase in each.rotation[: each.phase_options[-1]]
        )
        others = load[phase] + sum(
            fixed.get(each.key, 0.0)
            for each in boxes
            if phase in each.rotation[: each.phase_options[-1]]
        )
        assert taken <= max(house.fuse_a - others, 0.0) + 1e-3
