"""What the control makes of the options of charging from the sun."""

from dataclasses import asdict
from math import nan
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.charging.house_settings import settings_of
from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    Ceiling,
    CeilingScope,
    Circuit,
    Holding,
    Settings,
    Split,
    Switching,
)


def test_each_option_reaches_the_control() -> None:
    settings = settings_of(
        {
            "fuse": 35.0,
            "reserve": -50.0,
            "switching": "fixed",
            "start_delay": 21,
            "stop_delay": 22,
            "pause_time": 23,
            "charge_time": 24,
            "phase_up_delay": 25,
            "phase_down_delay": 26,
            "start_power": 1500,
            "stop_power": 900,
            "changes_per_hour": 30.0,
            "gap": 600,
            "peak": 2500,
            "hold_battery": "below_soc",
            "hold_soc": 40,
            "hold_price": 0.31,
            "priority_soc": 30,
            "buffer_soc": 80,
            "buffer_start_soc": 90,
            "circuits": [
                {"id": "a", "name": "Garage", "limit": 20, "parent": "b"},
                {"id": "b", "name": "Annex", "limit": 25, "parent": MAIN},
            ],
            "ceilings": [
                {
                    "id": "x",
                    "entity": "switch.x",
                    "power": 4200,
                    "scope": "all",
                    "circuit": "a",
                    "counts_pv": False,
                },
                {"id": "y", "entity": "sensor.y"},
            ],
        },
        phase_guard_s=300,
        split=Split.SOC,
    )
    assert settings == Settings(
        fuse_a=35,
        reserve_w=-50,
        switching=Switching.FIXED,
        start_delay_s=21,
        stop_delay_s=22,
        min_off_s=23,
        min_on_s=24,
        phase_up_delay_s=25,
        phase_down_delay_s=26,
        start_w=1500,
        stop_w=900,
        most_changes_per_hour=30,
        gap_s=600,
        peak_w=2500,
        holding=Holding.BELOW_SOC,
        hold_soc=40,
        hold_price=0.31,
        priority_soc=30,
        buffer_soc=80,
        buffer_start_soc=90,
        phase_guard_s=300,
        split=Split.SOC,
        circuits=(
            Circuit(key="a", limit_a=20, parent="b"),
            Circuit(key="b", limit_a=25),
        ),
        ceilings=(
            Ceiling(key="x", circuit="a", scope=CeilingScope.ALL, counts_pv=False),
            Ceiling(key="y", scope=CeilingScope.EACH),
        ),
    )


@pytest.mark.parametrize(
    ("options", "switching"),
    [
        ({}, Switching.BALANCED),
        ({"start_delay": 30}, Switching.FIXED),
        ({"stop_delay": 30}, Switching.FIXED),
        ({"stop_delay": 30, "switching": "eager"}, Switching.EAGER),
        ({"switching": "gentle"}, Switching.GENTLE),
        ({"switching": "of a later version"}, Switching.BALANCED),
    ],
)
def test_options_from_before_mean_what_they_meant(
    options: dict[str, Any], switching: Switching
) -> None:
    assert settings_of(options).switching is switching


def test_a_circle_of_circuits_ends_at_the_main_fuse() -> None:
    settings = settings_of(
        {
            "circuits": [
                {"id": "a", "limit": 20, "parent": "b"},
                {"id": "b", "limit": 25, "parent": "a"},
                {"id": "c", "limit": 16, "parent": "gone"},
                {"id": "d", "limit": 10, "parent": "c"},
                {"id": "a", "limit": 99},
                {"id": MAIN, "limit": 1},
                {"id": "e"},
            ]
        }
    )
    assert {one.key: (one.limit_a, one.parent) for one in settings.circuits} == {
        "a": (20, MAIN),
        "b": (25, MAIN),
        "c": (16, MAIN),
        "d": (10, "c"),
    }


_JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "limit", "parent", "circuit", "scope"]), inner
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("odd", [[], ["a"], {}, {"a": 1}, 1, None, nan])
def test_a_ceiling_on_an_odd_circuit_is_one_of_the_house(odd: Any) -> None:
    circuits = [{"id": "a", "limit": 20}]
    options = {"circuits": circuits, "ceilings": [{"id": "x", "circuit": odd}]}
    assert [one.circuit for one in settings_of(options).ceilings] == [MAIN]


def test_what_cannot_be_negative_is_zero() -> None:
    settings = settings_of(
        dict.fromkeys(
            [
                *("fuse", "peak", "gap", "start_delay", "stop_delay", "pause_time"),
                *("charge_time", "phase_up_delay", "phase_down_delay", "hold_soc"),
                *("priority_soc", "buffer_soc", "buffer_start_soc"),
            ],
            -5.0,
        )
        | dict.fromkeys(["reserve", "start_power", "stop_power", "hold_price"], -7.0)
    )
    values = asdict(settings)
    assert -5.0 not in values.values()
    assert (settings.fuse_a, settings.peak_w, settings.gap_s) == (0, 0, 0)
    assert [key for key, value in values.items() if value == -7.0] == [
        *("reserve_w", "start_w", "stop_w", "hold_price")
    ]


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("circuits", "ceilings", "fuse", "switching", "hold_battery", "peak"),
                *("changes_per_hour", "start_delay", "gap"),
            ]
        ),
        _JUNK,
    )
)
def test_odd_options_never_raise(options: dict[str, Any]) -> None:
    settings = settings_of(options)
    keys = {MAIN, *(one.key for one in settings.circuits)}
    assert {one.parent for one in settings.circuits} <= keys
    assert {one.circuit for one in settings.ceilings} <= keys
