"""The two types of messages that 2.1 has beside calls and their answers (part 4, 4.2.3, 4.2.4)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import InvalidAnswerError
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station

from .conftest import Box

RESET = {"status": "Accepted"}
LOG = {
    "log_type": "security_log",
    "remote_location": "https://example.com/logs",
    "request_id": 1,
}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status": "Perhaps"}, "PropertyConstraintViolation"),
        ({"filename": "log.txt"}, "OccurrenceConstraintViolation"),
        ([1], "FormatViolation"),
    ],
)
async def test_an_unusable_answer_is_told(box: Box, answer: Any, code: str) -> None:
    """By a CALLRESULTERROR with the id of the call; what can be mended is not."""
    box.station.answers["GetLog"] = lambda _: answer
    with pytest.raises(InvalidAnswerError):
        await box.charge_point.commands.call("get_log", **LOG)
    await until(lambda: bool(box.station.other))
    ((kind, message_id, told, text, details),) = box.station.other
    assert (kind, told, details) == (5, code, {})
    assert isinstance(text, str)
    assert isinstance(message_id, str)
    box.station.answers["GetLog"] = {"status": "accepted", "filename": "log.txt"}
    await box.charge_point.commands.call("get_log", **LOG)
    await box.settled()
    assert len(box.station.other) == 1


@pytest.mark.parametrize(
    "frame",
    ['[3,"{id}"]', '[3,"{id}",{{"status":'],
)
async def test_an_unreadable_answer_is_told(box: Box, frame: str) -> None:
    """What is no answer at all, or no JSON, as far as its id can be read."""
    sent: list[str] = []

    async def serve(call: list[Any]) -> None:
        sent.append(call[1])
        await box.station.websocket.send(frame.format(id=call[1]))

    box.station._serve = serve  # type: ignore[method-assign]
    with pytest.raises(InvalidAnswerError):
        await box.charge_point.commands.call("get_log", **LOG)
    await until(lambda: bool(box.station.other))
    (told,) = box.station.other
    assert told[:3] == [5, sent[-1], "RpcFrameworkError"]


async def test_a_station_of_2_0_1_is_told_nothing(world: World) -> None:
    """Its version has no such message, and it could take it for anything."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        station.answers["GetLog"] = {"status": "Perhaps"}
        with pytest.raises(InvalidAnswerError):
            await charge_point.commands.call("get_log", **LOG)
        await station.call("Heartbeat")
        assert not station.other


async def test_what_nobody_waits_for_is_not_answered(box: Box) -> None:
    """Neither an answer to nothing, nor an error about an answer, nor an odd one of both."""
    for frame in (
        [3, "nothing", {"status": "Perhaps"}],
        [3, "nothing"],
        [5, "nothing", "FormatViolation", "no", {}],
        [5, "nothing"],
        [5],
        [4, "nothing", "InternalError", "", {}],
    ):
        await box.send(frame)
    await box.settled()
    assert not box.station.other
    assert box.charge_point.deviations.counts["answer_refused"] == 3


async def test_a_message_without_an_answer_gets_none(box: Box) -> None:
    """Whatever is in it (N15.FR.02): right, wrong, not JSON, unknown, for somebody else."""
    right = {
        "id": 1,
        "pending": 0,
        "basetime": "2026-11-30T10:00:00Z",
        "data": [{"t": 0, "v": "1"}],
    }
    for frame in (
        [6, "a", "NotifyPeriodicEventStream", right],
        [6, "a", "NotifyPeriodicEventStream", {}],
        [6, "a", "NotifyPeriodicEventStream", []],
        [6, "a", "Heartbeat", {}],
        [6, "a", "NoSuchMessage", {}],
        [6, "a", "SetDERControl", {}],
        [6, "a", "StartTransaction", {}],
        [6, "a"],
        [6],
        [6, 5, 5, 5],
        ["6", "a", "Heartbeat", {}],
    ):
        await box.send(frame)
    await box.station.websocket.send('[6,"a","NotifyPeriodicEventStream",{"id":')
    await box.station.websocket.send(b'[6,"a","Heartbeat",{}]')
    await box.settled()
    assert not box.station.other
    assert box.charge_point.connected
