"""Thousands of frames of OCPP 2 that are wrong, and what is huge or endless."""

import asyncio
import tracemalloc
from typing import Any

import orjson
import pytest

from custom_components.ocpp_cs.csms.central_system import CentralSystem
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.v2.connection import Awaited
from custom_components.ocpp_cs.csms.v2.station import Station
from custom_components.ocpp_cs.csms.v2.streams.monitors import Monitors
from custom_components.ocpp_cs.csms.v2.streams.streams import Streams
from custom_components.ocpp_cs.csms.v2.version import load_schemas
from custom_components.ocpp_cs.csms.v2.wording import ERROR_CODES
from custom_components.ocpp_cs.csms.wire import rpc
from tests.csms.central import until
from tests.csms.garbage import (
    INBOUND_OF_2,
    batches,
    made_up,
    mutated_captures,
    walk_of_2,
)
from tests.csms.v21.payloads import INBOUND_OF_2_1
from tests.csms.wire.test_garbage import (
    Mad,
    assert_bounded,
    central_system,
    keeper,
    memory,
    only_errors,
)
from tests.sampling import LONG

__all__ = ["central_system", "keeper", "only_errors"]

MADE, CAPTURED = (400, 3000) if LONG else (15, 70)
"""For each of three batches of each version: 20 400 frames in all, or 510."""

CODES = {*ERROR_CODES.values()}
OF_2_1 = (*INBOUND_OF_2, *sorted(INBOUND_OF_2_1))


class Strict(Mad):
    """Looks at each answer that it gets."""

    def __init__(self, port: int, version: str) -> None:
        super().__init__(port, subprotocol=f"ocpp{version}")
        self.codes: dict[str, int] = {}

    def look(self, frame: list[Any]) -> None:
        """Count the code of a refusal, which must be one of OCPP 2."""
        if frame[0] == 4:
            code = frame[2]
            assert code in CODES
            assert len(frame[3]) <= 255
            self.codes[code] = self.codes.get(code, 0) + 1


def assert_station_bounded(charge_point: ChargePoint) -> None:
    """Look at what only OCPP 2 fills."""
    # The limiter listens once it has something to do.
    assert_bounded(
        charge_point,
        1,
        "Costs._follow",
        "Costs._minute",
        "Streams._link_changed",
        "Targets._ready",
        "Priority._follow",
        "Priority._look_at_all",
        "Tariffs._follow",
        "Tariffs._minute",
        "Tariffs._prices_changed",
    )
    station, awaited = charge_point.part(Station), charge_point.part(Awaited)
    assert len(station.inventory) <= 5000
    assert len(station.evses) <= 65
    assert sum(len(one.plugs) for one in station.evses.values()) <= 65 * 10
    assert sum(len(one.problems) for one in station.evses.values()) <= 65 * 100
    assert len(station._tracks) <= 1000
    assert len(station._starts) <= 100
    assert len(awaited.triggered) <= 20
    assert len(charge_point.part(Streams).open) <= 200
    assert len(charge_point.part(Monitors)._known) <= 1000


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_hundreds_of_frames_leave_nothing_behind(
    version: str,
    central_system: CentralSystem,
    keeper: StoreWriter,
    only_errors: None,
) -> None:
    """Ten thousand by `scripts/test --long`."""
    charge_point = central_system.charge_points["CP1"]
    mad = Strict(central_system.port, version)
    frames = batches(
        MADE,
        CAPTURED,
        of_2=True,
        only=() if version == "2.0.1" else OF_2_1,
        version=version,
    )
    # What comes without an answer, too.
    frames[0] += [one.replace(b"[2,", b"[6,", 1) for one in frames[0][:20]]
    used: list[int] = []
    tracemalloc.start()
    try:
        for number, batch in enumerate(frames):
            await mad.send(batch)
            await mad.check(str(number))
            await until(lambda: charge_point.ready and not rpc._TASKS)
            await keeper.flush()
            assert not keeper.has_unsaved
            assert_station_bounded(charge_point)
            await mad.hang_up()
            await until(lambda: not charge_point.connected)
            charge_point.frames._frames.clear()
            used.append(memory())
            await until(lambda: len(asyncio.all_tasks()) == 1)
    finally:
        tracemalloc.stop()
    # What is bounded fills up.
    assert used[2] - used[1] < 300_000, used
    assert len(await keeper.sessions(SessionFilter())) > 2
    # The codes are those of 2.0.1, which spells them otherwise than 1.6.
    assert {
        "FormatViolation",
        "OccurrenceConstraintViolation",
        "TypeConstraintViolation",
        "RpcFrameworkError",
        "NotImplemented",
    } <= mad.codes.keys()


def test_the_garbage_of_2_is_worth_something() -> None:
    """Some of it is right, all of it is there, and each seed makes others."""
    schemas = load_schemas()
    right: set[str] = set()
    wrong = 0
    for data in made_up(2000, of_2=True):
        try:
            _, _, action, payload = orjson.loads(data)
            problems = schemas.request(action).problems(payload)
        except ValueError, AttributeError:
            wrong += 1
            continue
        if problems:
            wrong += 1
        else:
            right.add(action)
    assert right == {*INBOUND_OF_2}
    assert 500 < wrong < 1950
    assert made_up(20, 1, of_2=True) != made_up(20, 2, of_2=True)
    assert mutated_captures(20, 0, 1, of_2=True) != mutated_captures(
        20, 0, 2, of_2=True
    )
    for _, _, action, payload in walk_of_2():
        assert schemas.request(action).valid(payload)
