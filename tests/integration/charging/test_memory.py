"""How often the state of the house is stored."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.ocpp_cs.charging.memory import ControlMemory

START = 1_750_000_000.0


class Memory:
    """Counts what is stored."""

    def __init__(self) -> None:
        self.stored: list[Any] = []

    def get(self, charge_point_id: str, kind: str) -> Any:
        return None

    def async_set(self, charge_point_id: str, kind: str, record: Any) -> None:
        self.stored.append(record)

    @property
    def ceilings(self) -> Any:
        return self.stored[-1]["house"]["ceilings"]


class Control:
    """Has a state."""

    def __init__(self) -> None:
        self.at = START
        self.ceilings: dict[str, Any] = {}
        self.begin = START

    def as_dict(self) -> Mapping[str, Any]:
        house = {"ceilings": dict(self.ceilings), "peak": {"begin": self.begin}}
        return {"at": self.at, "chargers": {}, "house": house}


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def remember(memory: Memory, control: Control) -> Any:
    kept = ControlMemory(memory)  # type: ignore[arg-type]

    def after(seconds: float, **ceilings: float) -> None:
        control.at += seconds
        control.ceilings = {
            key: {"w": value, "lost_at": None} for key, value in ceilings.items()
        }
        kept.remember_state(control, ())  # type: ignore[arg-type]

    after(0)
    memory.stored.clear()
    return after


def test_limits_that_tell_other_numbers_all_the_time_are_stored_seldom(
    memory: Memory, remember: Any
) -> None:
    for second in range(300):
        remember(1, box=4200.0 + second % 7, other=3000.0 + second)
    assert len(memory.stored) <= 6


def test_a_limit_that_comes_and_goes_is_stored_seldom(
    memory: Memory, remember: Any
) -> None:
    for _ in range(150):
        remember(1, box=4200.0)
        remember(1)
    assert len(memory.stored) <= 10


def test_a_stricter_limit_is_stored_at_once(memory: Memory, remember: Any) -> None:
    remember(1, box=4200.0)
    assert memory.ceilings["box"]["w"] == 4200
    remember(1, box=3000.0)
    assert memory.ceilings["box"]["w"] == 3000
    remember(1, box=3000.0, other=5000.0)
    assert memory.ceilings["other"]["w"] == 5000
    remember(1, box=0.0)
    assert memory.ceilings["box"]["w"] == 0


def test_the_end_of_a_limit_is_stored_a_little_later(
    memory: Memory, remember: Any
) -> None:
    remember(1, box=4200.0)
    remember(1)
    remember(58)
    assert memory.ceilings
    remember(2)
    assert not memory.ceilings


def test_a_new_quarter_is_stored_at_once(
    memory: Memory, control: Control, remember: Any
) -> None:
    control.begin += 900
    remember(1)
    assert len(memory.stored) == 1
    remember(1)
    assert len(memory.stored) == 1
