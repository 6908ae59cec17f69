"""Calls of the central system: OCPP-J 1.6, section 4, over real sockets."""

import asyncio
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
    InvalidAnswerError,
    InvalidRequestError,
)
from custom_components.ocpp_cs.csms.wire import calls
from tests.csms.central import Central, Link, start


async def test_a_call_returns_the_payload_of_the_answer(link: Link) -> None:
    """J4.2.1, J4.2.2."""
    call = await start(link.connection.call("Reset", {"type": "Soft"}))
    kind, message_id, action, payload = await link.peer.receive()
    assert (kind, action, payload) == (2, "Reset", {"type": "Soft"})
    await link.peer.send([3, message_id, {"status": "Accepted"}])
    assert await call == {"status": "Accepted"}
    assert link.notes == {}


@pytest.mark.parametrize(
    ("answer", "result", "noted"),
    [
        ("{}", {}, []),
        ("null", {}, ["answer_null:Reset"]),
        ('"text"', "text", []),
        ("[1]", [1], []),
        ("false", False, []),
        ('{"a":1},{"b":2}', {"a": 1}, ["answer_too_long:Reset"]),
    ],
)
async def test_answers_of_any_shape_are_handed_on(
    link: Link, answer: str, result: Any, noted: list[str]
) -> None:
    """J4.2.2: what it means is for the caller to judge."""
    call = await start(link.connection.call("Reset", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(f'[3,"{message_id}",{answer}]')
    assert await call == result
    assert list(link.notes) == noted


async def test_ids_are_unique_strings_of_36_characters_at_most(
    central: Central,
) -> None:
    """J4.1.4, JE3.1: over all connections."""
    seen = []
    for _ in range(3):
        link = await central.connect()
        for _ in range(3):
            call = await start(link.connection.call("Reset", {}))
            message_id = (await link.peer.receive())[1]
            seen.append(message_id)
            await link.peer.send([3, message_id, {}])
            await call
    assert len(set(seen)) == 9
    assert all(isinstance(one, str) and 1 <= len(one) <= 36 for one in seen)


async def test_one_call_is_under_way_the_others_wait_in_order(link: Link) -> None:
    """J4.1.1, JE3.5."""
    tasks = [await start(link.connection.call(f"A{n}", {})) for n in range(4)]
    for number in range(4):
        _, message_id, action, _ = await link.peer.receive()
        assert action == f"A{number}"
        # A call of the charger crosses, and nothing of ours overtakes it.
        crossing = await link.peer.ask([2, "x", "Heartbeat", {}])
        assert crossing[:2] == [3, "x"]
        await link.peer.send([3, message_id, {"n": number}])
    assert await asyncio.gather(*tasks) == [{"n": number} for number in range(4)]


async def test_a_call_waits_only_for_its_own_charger(central: Central) -> None:
    """JE3.5: the rule is per connection."""
    first, second = await central.connect(), await central.connect()
    hanging = await start(first.connection.call("A", {}))
    await first.peer.receive()
    other = await start(second.connection.call("B", {}))
    message_id = (await second.peer.receive())[1]
    await second.peer.send([3, message_id, {}])
    assert await other == {}
    assert not hanging.done()
    first.connection.abort()
    with pytest.raises(ConnectionLostError):
        await hanging


async def test_a_callerror_reaches_the_caller(link: Link) -> None:
    """J4.2.3, with the example of JE3.9."""
    call = await start(link.connection.call("SendLocalList", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(
        [4, message_id, "NotSupported", "SendLocalList.req not implemented", {"a": 1}]
    )
    with pytest.raises(CallErrorReceivedError) as caught:
        await call
    error = caught.value
    assert (error.action, error.code, error.description, error.details) == (
        "SendLocalList",
        "NotSupported",
        "SendLocalList.req not implemented",
        {"a": 1},
    )
    assert link.notes == {}


@pytest.mark.parametrize(
    ("rest", "code", "description", "details", "kind"),
    [
        ("", "GenericError", "", {}, "callerror_length"),
        (',"NotSupported"', "NotSupported", "", {}, "callerror_length"),
        (',"X","why"', "X", "why", {}, "callerror_length"),
        (',"X","why",{"a":1},1', "X", "why", {"a": 1}, "callerror_length"),
        (',"X",null,{}', "X", "", {}, "callerror_description"),
        (',"X","why",null', "X", "why", {}, "callerror_details"),
        (',"X","why",""', "X", "why", {}, "callerror_details"),
    ],
)
async def test_a_callerror_with_a_flaw_is_one_all_the_same(
    link: Link,
    rest: str,
    code: str,
    description: str,
    details: dict[str, Any],
    kind: str,
) -> None:
    """J4.2.3."""
    call = await start(link.connection.call("Reset", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(f'[4,"{message_id}"{rest}]')
    with pytest.raises(CallErrorReceivedError) as caught:
        await call
    error = caught.value
    assert (error.code, error.description, error.details) == (
        code,
        description,
        details,
    )
    assert link.notes == {kind: 1}


@pytest.mark.parametrize(
    "answer",
    [
        '[3,"ID"]',
        '[4,"ID",17,"",{}]',
        '[4,"ID",null,"",{}]',
        '[3,"ID",{]',
        '[4,"ID", oops',
    ],
)
async def test_a_malformed_answer_is_learnt_at_once_and_never_answered(
    link: Link, answer: str
) -> None:
    """J4.2.3: two sides that answer each other's errors would never stop."""
    call = await start(link.connection.call("Reset", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(answer.replace("ID", message_id))
    with pytest.raises(InvalidAnswerError):
        await call
    assert sum(link.notes.values()) == 1
    # The next that comes is not a CALLERROR.
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]


@pytest.mark.parametrize(
    "answer",
    [
        '[3,"nobody",{}]',
        '[4,"nobody","X","",{}]',
        "[3]",
        "[4]",
        "[3,17,{}]",
        "[3,[],{}]",
        "[4,{}]",
        "[3,null,{}]",
    ],
)
@pytest.mark.parametrize("waiting", [False, True])
async def test_answers_to_nobody_are_noted_and_not_answered(
    link: Link, answer: str, waiting: bool
) -> None:
    """J4.1.4."""
    call = await start(link.connection.call("Reset", {})) if waiting else None
    if waiting:
        message_id = (await link.peer.receive())[1]
    await link.peer.send(answer)
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
    assert link.notes == {"answer_to_nobody": 1}
    if call is not None:
        await link.peer.send([3, message_id, {"still": "open"}])
        assert await call == {"still": "open"}


@pytest.mark.parametrize("answer", ['[3,"nobody",{', '[4,"nobody"', "[3,"])
async def test_unreadable_answers_to_nobody_are_noted_and_not_answered(
    link: Link, answer: str
) -> None:
    """J4.1.4."""
    await link.peer.send(answer)
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
    assert link.notes == {"frame_not_json": 1}


async def test_an_unreadable_message_of_an_unknown_type_is_ignored(link: Link) -> None:
    """J4.1.3."""
    await link.peer.send('[6,"1",{')
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]


async def test_a_second_answer_is_one_to_nobody(link: Link) -> None:
    """J4.1.4."""
    call = await start(link.connection.call("Reset", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send([3, message_id, {"n": 1}])
    await link.peer.send([3, message_id, {"n": 2}])
    assert await call == {"n": 1}
    await link.peer.ask([2, "1", "Heartbeat", {}])
    assert link.notes == {"answer_to_nobody": 1}


async def test_a_call_without_an_answer_times_out_and_the_next_goes(
    link: Link,
) -> None:
    """J4.1.1: the time counts from the sending; a late answer is dropped."""
    link.connection.call_timeout = 0.02
    first = await start(link.connection.call("First", {}))
    second = await start(link.connection.call("Second", {}, timeout=20))
    first_id = (await link.peer.receive())[1]
    with pytest.raises(CallTimeoutError) as caught:
        await first
    assert (caught.value.action, caught.value.seconds) == ("First", 0.02)
    kind, second_id, action, _ = await link.peer.receive()
    assert (kind, action) == (2, "Second")
    await link.peer.send([3, first_id, {"late": True}])
    await link.peer.send([3, second_id, {"late": False}])
    assert await second == {"late": False}
    assert link.notes == {"answer_late:First": 1}


async def test_only_the_last_few_late_answers_are_recognised(link: Link) -> None:
    """J4.1.1: a charger that never answers does not fill the memory."""
    ids = []
    for _ in range(calls._MAX_EXPIRED + 1):
        with pytest.raises(CallTimeoutError):
            await link.connection.call("A", {}, timeout=0)
        ids.append((await link.peer.receive())[1])
    await link.peer.send([3, ids[0], {}])
    await link.peer.send([3, ids[1], {}])
    await link.peer.ask([2, "1", "Heartbeat", {}])
    assert link.notes == {"answer_to_nobody": 1, "answer_late:A": 1}


async def test_the_timeout_may_be_changed_while_a_call_is_in_line(link: Link) -> None:
    """What counts is what holds when it is sent."""
    first = await start(link.connection.call("First", {}))
    second = await start(link.connection.call("Second", {}))
    link.connection.call_timeout = 0.01
    message_id = (await link.peer.receive())[1]
    await link.peer.send([3, message_id, {}])
    assert await first == {}
    with pytest.raises(CallTimeoutError):
        await second


async def test_a_cancelled_call_in_line_is_never_sent(link: Link) -> None:
    """J4.1.1: the order of the others stays."""
    tasks = [await start(link.connection.call(f"A{n}", {})) for n in range(4)]
    message_id = (await link.peer.receive())[1]
    tasks[1].cancel()
    await asyncio.sleep(0)
    # This one has had no time to notice when the place becomes free.
    tasks[2].cancel()
    link.connection._calls.take_answer(3, [3, message_id, {"n": 0}], b"")
    _, message_id, action, _ = await link.peer.receive()
    assert action == "A3"
    await link.peer.send([3, message_id, {"n": 3}])
    assert [await tasks[0], await tasks[3]] == [{"n": 0}, {"n": 3}]
    assert tasks[1].cancelled() and tasks[2].cancelled()


async def test_a_call_that_is_cancelled_just_when_its_turn_comes_passes_it_on(
    link: Link,
) -> None:
    """J4.1.1: the place does not get lost."""
    first = await start(link.connection.call("First", {}))
    second = await start(link.connection.call("Second", {}))
    third = await start(link.connection.call("Third", {}))
    message_id = (await link.peer.receive())[1]
    link.connection._calls.take_answer(3, [3, message_id, {}], b"")
    second.cancel()
    _, message_id, action, _ = await link.peer.receive()
    assert action == "Third"
    await link.peer.send([3, message_id, {}])
    assert await third == {}
    assert await first == {}
    assert second.cancelled()


async def test_a_cancelled_call_frees_its_place_when_it_is_answered(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J4.1.1: the charger is still busy with it."""
    monkeypatch.setattr(calls, "_CANCELLED_PATIENCE", 1000)
    first = await start(link.connection.call("First", {}))
    second = await start(link.connection.call("Second", {}))
    message_id = (await link.peer.receive())[1]
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    # Nothing is sent until then.
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
    await link.peer.send([3, message_id, {}])
    message_id = (await link.peer.receive())[1]
    await link.peer.send([3, message_id, {"second": True}])
    assert await second == {"second": True}
    assert link.notes == {}


async def test_a_cancelled_call_frees_its_place_soon_if_it_is_not_answered(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J4.1.1: how long is for the implementation to say."""
    monkeypatch.setattr(calls, "_CANCELLED_PATIENCE", 0.01)
    first = await start(link.connection.call("First", {}))
    second = await start(link.connection.call("Second", {}))
    first_id = (await link.peer.receive())[1]
    first.cancel()
    second_id = (await link.peer.receive())[1]
    await link.peer.send([3, first_id, {}])
    await link.peer.send([3, second_id, {}])
    assert await second == {}
    # It is not the charger's fault that this answer came too late.
    assert link.notes == {}


async def test_a_payload_that_cannot_be_sent_is_told_to_the_caller(link: Link) -> None:
    """Whatever a user puts in, the others wait for nothing."""
    with pytest.raises(InvalidRequestError):
        await link.connection.call("DataTransfer", {"data": "\ud800"})
    call = await start(link.connection.call("Reset", {}))
    assert (await link.peer.receive())[2] == "Reset"
    link.connection.abort()
    with pytest.raises(ConnectionLostError):
        await call
