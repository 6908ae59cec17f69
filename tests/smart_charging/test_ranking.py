"""Which charger comes first: by priority, urgency or state of charge."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from math import nan
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    ChargerReading,
    Reason,
    Settings,
    Split,
)
from custom_components.ocpp_cs.smart_charging.ranking import Ranking

from .house import START, House

THREE = [
    Charger(key=key, phase_options=(1,), priority=priority)
    for key, priority in (("a", 2), ("b", 1), ("c", 0))
]
PLUGGED = ChargerReading(mode=ChargeMode.SOLAR, plugged_in=True, charging=False)


def order(ranking: Ranking, now: float = START, **more: Mapping[str, Any]) -> str:
    """Return the keys in their order; equal ones stand together in brackets."""
    readings = {each.key: replace(PLUGGED, **more.get(each.key, {})) for each in THREE}
    ranks = ranking.ranks(now, THREE, readings)
    return "".join(sorted(ranks, key=lambda key: -ranks[key]))


def test_priority_is_as_it_was_set() -> None:
    soc: dict[str, Any] = {
        key: {"soc": value, "slack_s": value}
        for key, value in zip("abc", (90, 50, 10), strict=True)
    }
    assert order(Ranking(Split.PRIORITY), **soc) == "abc"


def test_the_least_state_of_charge_comes_first_and_unknown_ones_last() -> None:
    assert order(Ranking(Split.SOC), b={"soc": 50}, c={"soc": 10}) == "cba"
    assert order(Ranking(Split.SOC), b={"soc": nan}, c={"soc": 10}) == "cab"


def test_the_least_slack_comes_first_and_without_plans_the_priority() -> None:
    assert order(Ranking(Split.URGENCY)) == "abc"
    slack: dict[str, Any] = {"b": {"slack_s": 9000.0}, "c": {"slack_s": 600.0}}
    assert order(Ranking(Split.URGENCY), **slack) == "cba"


@pytest.mark.parametrize("split", Split)
def test_a_late_one_comes_first_in_every_split(split: Split) -> None:
    late: dict[str, Any] = {
        "c": {"urgent": True, "slack_s": 0.0},
        "b": {"soc": 1, "slack_s": 5.0},
    }
    ranking = Ranking(split)
    assert order(ranking, **late)[0] == "c"
    # It does not lose its place as soon as it has caught up.
    late["c"] = {"slack_s": 6000.0}
    assert order(ranking, START + 60, **late)[0] == "c"
    assert order(ranking, START + 600, **late)[0] != "c"
    # Without its plan it is as all others at once.
    order(ranking, START + 700, c={"urgent": True, "slack_s": 0.0})
    assert order(ranking, START + 702)[0] == "a"


def test_cars_do_not_take_turns() -> None:
    ranking = Ranking(Split.SOC)
    orders = []
    soc = {"a": 50.0, "b": 50.5, "c": 51.0}
    for minute in range(240):
        now = order(
            ranking,
            START + 60 * minute,
            **{key: {"soc": value} for key, value in soc.items()},
        )
        soc[now[0]] += 0.2
        orders.append(now)
    changes = sum(one != two for one, two in pairwise(orders))
    assert 2 <= changes <= 16
    assert max(soc.values()) - min(soc.values()) < 6


@pytest.mark.parametrize("split", [Split.SOC, Split.URGENCY])
def test_the_sun_goes_to_the_one_that_comes_first(split: Split) -> None:
    house = House(*THREE[:2], settings=Settings(split=split), surplus_w=2600)
    house.more["a"] = {"soc": 80, "slack_s": 90_000.0}
    house.more["b"] = {"soc": 20, "slack_s": 3600.0}
    house.run(600)
    assert (house["b"].current_a, house["a"].current_a) == (11, 0)
    assert house["a"].reason is Reason.OTHER_FIRST


def test_a_late_one_gets_all_of_the_fuse_that_it_wants() -> None:
    house = House(*THREE[:2], settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(120)
    assert (house["a"].current_a, house["b"].current_a) == (13, 6)
    house.more["b"] = {"urgent": True, "slack_s": 0.0}
    house.run(120)
    assert (house["a"].current_a, house["b"].current_a) == (0, 16)
    assert house["a"].reason is Reason.FUSE_LIMIT
