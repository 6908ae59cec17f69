"""Cars without a session: they are started when it is time, and take from nobody."""

from itertools import pairwise

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)

from .house import House


def places(*priorities: int) -> list[Charger]:
    return [
        Charger(key=key, phase_options=(1,), priority=priority)
        for key, priority in zip("abc", priorities, strict=False)
    ]


class Attempts:
    """A charger that is asked for a session after 0, 1, 2, 4 ... minutes."""

    def __init__(self, house: House, key: str) -> None:
        self.house, self.key = house, key
        self.asked: list[float] = []
        self.until = self.next = house.now
        house.more[key] = {"startable": True}
        house.cars[key].session = False

    def look(self, *, begins: bool = False) -> None:
        now = self.house.now
        if self.house[self.key].start and now >= self.next:
            self.asked.append(now)
            self.until = now + 60
            self.next = now + 60 * 2 ** (len(self.asked) - 1)
            self.house.cars[self.key].session = begins
        startable = now >= self.next or now < self.until
        self.house.more[self.key] = {
            **self.house.more[self.key],
            "startable": startable,
        }


@pytest.mark.parametrize("fuse_a", [None, 35.0])
@pytest.mark.parametrize("due_w", [0.0, 3680.0])
@pytest.mark.parametrize(
    "mode", [ChargeMode.SOLAR, ChargeMode.MIN_SOLAR, ChargeMode.FAST]
)
@pytest.mark.parametrize("priorities", [(1, 0, 0), (0, 0, 0), (0, 5, 5)])
def test_who_has_no_session_leaves_the_sun_to_who_charges(
    priorities: tuple[int, ...], mode: ChargeMode, due_w: float, fuse_a: float | None
) -> None:
    house = House(
        *places(*priorities), settings=Settings(fuse_a=fuse_a), surplus_w=3600
    )
    house.base_a = (0.0, 0.0, 0.0)
    waiting = [Attempts(house, key) for key in "bc"]
    for key in "bc":
        house.modes[key] = mode
        house.more[key]["due_w"] = due_w
    house.run(200)
    for _ in range(900):
        for each in waiting:
            each.look()
        house.tick()
        # All of the sun, and never a pause: 15 A are 3450 W.
        assert house["a"].current_a == 15
        assert house["a"].reason is Reason.FOLLOWING_SUN
        for key in "bc":
            assert house[key].reason not in (Reason.FUSE_LIMIT, Reason.WAITING_FOR_CAR)
    if mode is ChargeMode.SOLAR and not due_w and priorities[0]:
        assert house["b"].reason is Reason.OTHER_FIRST
    else:
        assert all(each.asked for each in waiting)
        assert house["b"].reason is Reason.WAITING_TO_BE_STARTED


def test_one_that_nobody_may_start_waits_and_takes_nothing() -> None:
    house = House(*places(0, 1), settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.cars["b"].session = False
    house.run(600)
    assert house["a"].current_a == 16
    assert house["b"].reason is Reason.WAITING_TO_BE_STARTED
    assert not house["b"].start
    # What is left is less than it needs, so that it is offered nothing.
    assert house["b"].current_a == 0
    house.settings = Settings(fuse_a=25)
    house.restart().run(200)
    assert (house["a"].current_a, house["b"].current_a) == (16, 6)
    # It begins by itself.
    house.cars["b"].session = True
    house.run(100)
    assert (house["a"].current_a, house["b"].current_a) == (8, 16)


def test_a_start_takes_of_the_fuse_what_it_needs_and_for_its_time_only() -> None:
    house = House(*places(0, 1), settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    waiting = Attempts(house, "b")
    shares = []
    for _ in range(700):
        house.tick()
        waiting.look()
        shares.append(house["a"].current_a or 0)
    assert len(waiting.asked) == 5
    # The second one waits for the rest after the fuse took the first one back.
    gaps = [round(b - a) for a, b in pairwise(waiting.asked)]
    assert gaps == pytest.approx([60, 180, 240, 480], abs=30)
    # 19.5 A, of which the least is kept free while it is being started.
    assert {13, 16} <= set(shares) <= {0, 13, 16}
    assert shares.count(16) > 500
    waiting.next = house.now
    for _ in range(100):
        house.tick()
        waiting.look(begins=True)
    assert house.cars["b"].session
    assert (house["a"].current_a, house["b"].current_a) == (6, 13)


def test_a_session_is_started_when_the_sun_is_there_and_not_before() -> None:
    house = House(*places(0), surplus_w=500)
    house.cars["a"].session = False
    house.more["a"] = {"startable": True}
    house.run(300)
    assert (house.a.reason, house.a.start) == (Reason.WAITING_FOR_SUN, False)
    house.surplus_w = 3000
    house.run(10)
    assert (house.a.reason, house.a.start) == (Reason.START_DELAY, False)
    house.run(60)
    assert (house.a.reason, house.a.start) == (Reason.WAITING_TO_BE_STARTED, True)
    house.cars["a"].session = True
    house.run(10)
    assert (house.a.reason, house.a.start) == (Reason.FOLLOWING_SUN, False)
    assert house.a.current_a == 13


def test_neither_a_full_car_nor_a_barred_one_is_started() -> None:
    house = House(*places(0), mode=ChargeMode.FAST)
    house.cars["a"].session = False
    house.more["a"] = {"startable": True, "full": True}
    house.run(60)
    assert (house.a.reason, house.a.start) == (Reason.CAR_FULL, False)
    house.more["a"] = {"startable": True, "limit_a": 0.0}
    house.run(60)
    assert (house.a.reason, house.a.start) == (Reason.OFF, False)
    house.more["a"] = {"startable": True}
    house.modes["a"] = ChargeMode.OFF
    house.run(60)
    assert (house.a.reason, house.a.start) == (Reason.OFF, False)


# Cars that have a session, and take nothing.


def test_a_fuse_that_takes_an_offer_back_does_not_let_the_waiting_begin_anew() -> None:
    """An oven cuts each offer to a car that sleeps: it is left alone all the same."""
    house = House(*places(5, 0), settings=Settings(fuse_a=22), mode=ChargeMode.FAST)
    house.cars["b"].takes = False
    for _ in range(25):
        house.base_a = (0.0, 0.0, 0.0)
        house.run(160)
        house.base_a = (12.0, 0.0, 0.0)
        house.run(20)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(300)
    # Else 6 A of the fuse were kept for the other one.
    assert (house["a"].current_a, house["b"].current_a) == (16, 0)
    assert house["b"].reason is Reason.WAITING_FOR_CAR


def test_a_plan_of_a_sleeping_car_does_not_take_the_sun_for_ever() -> None:
    house = House(*places(5, 0), settings=Settings(fuse_a=20), surplus_w=3600)
    house.cars["b"].takes = False
    house.more["b"] = {"due_w": 3680.0}
    for attempt in range(30):
        house.base_a = (0.0, 0.0, 0.0)
        house.run(160)
        if attempt > 20:
            assert house["a"].surplus_w == pytest.approx(3600)
        house.base_a = (15.0, 0.0, 0.0)
        house.run(20)


def test_a_car_that_wakes_up_at_last_has_its_part_again() -> None:
    house = House(*places(0, 0), settings=Settings(fuse_a=35), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.cars["b"].takes = False
    house.run(1200)
    assert (house["a"].current_a, house["b"].current_a) == (16, 6)
    house.cars["b"].takes = True
    house.run(60)
    assert (house["a"].current_a, house["b"].current_a) == (16, 16)
