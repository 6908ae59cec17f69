"""What holds for every frame: OCPP-J 1.6, section 4, whatever a charge point sends."""

import asyncio
import itertools
import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings, strategies as st
import orjson

from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
)
from custom_components.ocpp_cs.csms.v16.version import DIALECT
from custom_components.ocpp_cs.csms.wire.calls import Calls
from custom_components.ocpp_cs.csms.wire.frames import excerpt, head, repair
from tests.csms.central import Link
from tests.csms.peer import BINARY, TEXT
from tests.sampling import examples

# One connection takes all examples: each must leave it as good as it was.
on_one_connection = settings(
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_sentinels = itertools.count()

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
payloads = st.dictionaries(st.text(max_size=10), values, max_size=5)
kinds: st.SearchStrategy[Any] = st.sampled_from(
    [2, 3, 4, "2", 2.0, True, None, 0, 5, 2.5, "3", "x", [], -1]
)
frames = (
    st.tuples(kinds, values, values, values)
    | st.tuples(st.just(2), st.text(max_size=50), st.text(max_size=20), values)
    | st.tuples(st.just(2), values, st.text(max_size=20), payloads)
    | st.lists(values, max_size=6)
    | st.tuples(kinds, values)
    | st.tuples(kinds, values, values)
    | st.tuples(kinds, values, values, values, values)
).map(list) | values
calls = st.tuples(
    st.just(2), st.text(min_size=1, max_size=36), st.just("Heartbeat"), payloads
).map(orjson.dumps)


async def answers_to(link: Link, message: bytes, opcode: int = TEXT) -> list[Any]:
    """Return what comes back for a message; the connection must live after it."""
    sentinel = f"sentinel {next(_sentinels)}"
    await link.peer.send(message, opcode)
    await link.peer.send([2, sentinel, "Heartbeat", {}])
    answers = []
    while (answer := await link.peer.receive())[1] != sentinel:
        answers.append(answer)
    assert answer[0] == 3
    return answers


def assert_refusal(answer: Any, message_id: Any) -> None:
    """Check that an answer is a FormationViolation to the letter (J4.2.3)."""
    kind, answered, code, description, details = answer
    assert (kind, code, details) == (4, "FormationViolation", {})
    assert (type(answered), answered) == (type(message_id), message_id)
    assert isinstance(description, str) and 0 < len(description) <= 255


def number_of(kind: Any) -> Any:
    """Return what a message type means: a number, or None if it is none."""
    match kind:
        case bool() | None | list() | dict():
            return None
        case str():
            return float(kind) if kind.strip().isdecimal() else None
        case _:
            return kind


def is_id(value: Any) -> bool:
    """Tell whether something can be echoed as an id (J4.1.4)."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


@on_one_connection
@given(frame=frames)
async def test_every_frame_gets_the_answer_that_is_due(link: Link, frame: Any) -> None:
    """J4.1.3, J4.1.4, J4.2.1-3: one for a call, none for anything else."""
    answers = await answers_to(link, orjson.dumps(frame))
    if not isinstance(frame, list) or not frame:
        assert len(answers) == 1
        assert_refusal(answers[0], "-1")
        return
    kind = number_of(frame[0])
    if kind not in (2, None):
        assert answers == []
        return
    assert len(answers) == 1
    if len(frame) < 2 or not is_id(frame[1]):
        assert_refusal(answers[0], "-1")
    elif (
        kind is None
        or len(frame) < 4
        or not isinstance(frame[2], str)
        or not isinstance(frame[3], dict | None)
    ):
        assert_refusal(answers[0], frame[1])
    elif frame[2] == "Unknown":
        assert answers[0][:3] == [4, frame[1], "NotImplemented"]
    else:
        expected = {"action": frame[2], "payload": frame[3] or {}}
        assert answers[0] == [3, frame[1], expected]
        assert type(answers[0][1]) is type(frame[1])


@on_one_connection
@given(message_id=st.text(max_size=60), action=st.text(), payload=payloads)
async def test_every_sound_call_goes_through_unchanged(
    link: Link, message_id: str, action: str, payload: dict[str, Any]
) -> None:
    """J4.1.2, J4.1.4, J4.2.1."""
    call = json.dumps([2, message_id, action, payload])
    answers = await answers_to(link, call.encode())
    assert answers == [[3, message_id, {"action": action, "payload": payload}]]


@on_one_connection
@given(message=st.binary(max_size=200), opcode=st.sampled_from([TEXT, BINARY]))
async def test_no_bytes_end_a_connection(
    link: Link, message: bytes, opcode: int
) -> None:
    """J4.1.2: not even what is no UTF-8."""
    answers = await answers_to(link, message, opcode)
    # That the connection lives on is seen there.
    assert {answer[0] for answer in answers} <= {3, 4}


@on_one_connection
@given(
    call=calls,
    where=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 5),
    patch=st.binary(max_size=5),
)
async def test_a_damaged_call_is_answered_once_at_most(
    link: Link, call: bytes, where: float, cut: int, patch: bytes
) -> None:
    """J4.2.3: and what comes back is a whole frame."""
    position = int(where * len(call))
    damaged = call[:position] + patch + call[position + cut :]
    answers = await answers_to(link, damaged)
    assert len(answers) <= 1
    for answer in answers:
        if answer[0] == 4:
            assert_refusal(answer, answer[1])
        else:
            assert answer[0] == 3
            assert len(answer) == 3


@given(data=st.binary(max_size=200) | calls | frames.map(orjson.dumps))
def test_whatever_is_read_can_be_written_again(data: bytes) -> None:
    """No id and no repaired message makes an answer impossible."""
    kind, message_id = head(data)
    assert kind is None or kind >= 0
    assert orjson.loads(orjson.dumps([message_id]))
    assert excerpt(data).isprintable()
    try:
        value = repair(data)
    except ValueError:
        return
    orjson.dumps(value)


@given(value=values)
def test_repairing_changes_nothing_that_is_sound(value: Any) -> None:
    """J4.1.2."""
    assert repair(orjson.dumps(value)) == orjson.loads(orjson.dumps(value))


steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "answer", "refuse", "expire", "cancel", "run"]),
        st.integers(0, 99),
    ),
    max_size=60,
)


@settings(max_examples=examples(200))
@example([("call", 0), ("run", 0), ("cancel", 0), ("answer", 0)])
@example([("call", 0), ("run", 0), ("cancel", 0), ("refuse", 0)])
@example([("call", 0), ("run", 0), ("cancel", 0), ("expire", 0)])
@given(steps=steps)
async def test_calls_stay_in_line_whatever_happens(
    steps: list[tuple[str, int]],
) -> None:
    """J4.1.1: one at a time, in order, and each comes to an end."""
    sent: list[list[Any]] = []

    def send(data: bytes) -> bool:
        sent.append(orjson.loads(data))
        return True

    calls = Calls(
        asyncio.get_running_loop(), send, DIALECT, Deviations("CP1"), excerpt=repr
    )
    tasks: list[asyncio.Task[Any]] = []
    landed = 0

    async def settle() -> None:
        for _ in range(3 + len(tasks)):
            await asyncio.sleep(0)

    for step, choice in steps:
        if step == "call":
            coroutine = calls.call(f"A{len(tasks)}", {}, lambda: 1000)
            tasks.append(asyncio.ensure_future(coroutine))
        elif step == "run":
            await settle()
        elif step == "cancel" and tasks:
            tasks[choice % len(tasks)].cancel()
        elif calls._flight is not None:
            landed += 1
            message_id = calls._flight.message_id
            if step == "answer":
                calls.take_answer(3, [3, message_id, {"id": message_id}], b"")
            elif step == "refuse":
                calls.take_answer(4, [4, message_id, "X", "", {}], b"")
            elif step == "expire":
                calls._expire(1000)
            else:
                landed -= 1
        # One at a time: what was sent is answered, but for the last.
        assert len(sent) - landed in (0, 1)
        assert (calls._flight is not None) == (len(sent) > landed)

    calls.end()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    numbers = [int(action[1:]) for _, _, action, _ in sent]
    assert numbers == sorted(numbers)
    ids = {action: message_id for _, message_id, action, _ in sent}
    for number, result in enumerate(results):
        if isinstance(result, dict):
            assert result == {"id": ids[f"A{number}"]}
        elif isinstance(result, CallErrorReceivedError | CallTimeoutError):
            assert result.action == f"A{number}"
        else:
            assert isinstance(result, ConnectionLostError | asyncio.CancelledError)
