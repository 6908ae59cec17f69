"""Calls of a charge point: OCPP-J 1.6, section 4, over real sockets."""

import asyncio
import gc
import json
import logging
import socket
import threading
from typing import Any
import weakref

import pytest

from custom_components.ocpp_cs.csms.model.errors import CallError, Violation
from custom_components.ocpp_cs.csms.wire import rpc, websocket
from custom_components.ocpp_cs.csms.wire.frames import repair
from tests.csms.central import Central, Link, start, until
from tests.csms.peer import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, encode

FORMATION = "FormationViolation"


async def test_a_call_is_answered_with_its_id(link: Link) -> None:
    """J4.1.3, J4.2.2: three elements, type 3, the id of the call."""
    assert await link.peer.ask([2, "19223201", "Heartbeat", {"a": [1, None]}]) == [
        3,
        "19223201",
        {"action": "Heartbeat", "payload": {"a": [1, None]}},
    ]
    assert link.notes == {}


async def test_text_beyond_ascii_goes_both_ways_as_utf_8(link: Link) -> None:
    """J4.1.2."""
    await link.peer.send('[2,"1","DataTransfer",{"data":"Wallbox für 5 €"}]')
    _, raw = await link.peer.frame()
    assert '"Wallbox für 5 €"' in raw.decode("utf-8")


async def test_an_unknown_action_is_not_implemented(link: Link) -> None:
    """J4.2.3, table 7: an action that is not known by the receiver."""
    assert await link.peer.ask([2, "1", "Unknown", {}]) == [
        4,
        "1",
        "NotImplemented",
        "not known",
        {},
    ]


async def test_an_id_that_comes_again_is_answered_again(link: Link) -> None:
    """JE3.1: a message that is sent again may keep its id."""
    call = [2, "same", "Heartbeat", {}]
    assert await link.peer.ask(call) == await link.peer.ask(call)


@pytest.mark.parametrize("length", [36, 37, 255])
async def test_long_ids_are_echoed(link: Link, length: int) -> None:
    """J4.1.4: 36 characters are allowed, more are tolerated."""
    answer = await link.peer.ask([2, "x" * length, "Heartbeat", {}])
    assert answer[:2] == [3, "x" * length]
    assert link.notes == ({} if length == 36 else {"message_id_too_long": 1})


@pytest.mark.parametrize(
    "message", ['[2,"%b","Heartbeat",{}]', '[2,"%b","Heartbeat",{']
)
async def test_an_id_that_is_far_too_long_is_not_echoed(
    link: Link, message: str
) -> None:
    """A call of a megabyte would cost another one for the answer."""
    await link.peer.send(message.replace("%b", "x" * 256))
    answer = await link.peer.receive()
    assert answer[:3] == [4, "-1", FORMATION]
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]


@pytest.mark.parametrize(
    "number",
    ["0", "-7", "1699999999123", "18446744073709551616123", "1.50", "1e3", "-0.0"],
)
async def test_numbers_as_ids_go_back_as_they_came(link: Link, number: str) -> None:
    """J4.1.4: an id is a string, but a charger must find its own again."""
    await link.peer.send(f' [ 2 , {number} , "Heartbeat", {{}}]')
    _, raw = await link.peer.frame()
    assert raw.startswith(b"[3,%b,{" % number.encode())
    await link.peer.send(f'[2,{number},"Unknown",{{}}]')
    _, raw = await link.peer.frame()
    assert raw.startswith(b'[4,%b,"NotImplemented"' % number.encode())
    assert link.notes == {"message_id_no_string": 2}


@pytest.mark.parametrize(
    "frame", ['[2,null,"A",{}]', '[2,{},"A",{}]', "[2,[1]]", "[2]", '[2,true,"A",{}]']
)
async def test_a_call_without_a_usable_id_is_refused_with_minus_one(
    link: Link, frame: str
) -> None:
    """J4.1.4."""
    answer = await link.peer.ask(frame)
    assert answer[:3] == [4, "-1", FORMATION]
    assert link.notes == {"message_id_unusable": 1}


@pytest.mark.parametrize(
    ("kind", "noted"), [("2", 0), ('"2"', 1), ("2.0", 1), ('" 2 "', 1)]
)
async def test_a_message_type_of_another_type_is_understood(
    link: Link, kind: str, noted: int
) -> None:
    """J4.1.3, type confusion."""
    answer = await link.peer.ask(f'[{kind},"1","Heartbeat",{{}}]')
    assert answer[:2] == [3, "1"]
    assert link.notes.get("message_type_no_integer", 0) == noted


@pytest.mark.parametrize("kind", ["true", "null", '"CALL"', "[2]", "{}"])
async def test_a_message_type_that_is_no_number_is_refused(
    link: Link, kind: str
) -> None:
    """J4.1.3, type confusion."""
    answer = await link.peer.ask(f'[{kind},"1","Heartbeat",{{}}]')
    assert answer[:3] == [4, "1", FORMATION]


@pytest.mark.parametrize(
    "kind", ["0", "1", "5", "6", "-2", "2.5", '"7"', "99999999999999999999"]
)
async def test_a_message_of_an_unknown_type_is_ignored(link: Link, kind: str) -> None:
    """J4.1.3: its payload shall be ignored."""
    await link.peer.send(f'[{kind},"1","Heartbeat",{{}}]')
    assert (await link.peer.ask([2, "2", "Heartbeat", {}]))[1] == "2"
    assert link.notes["message_type_unknown"] == 1


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ("{}", "frame_no_array"),
        ('"text"', "frame_no_array"),
        ("17", "frame_no_array"),
        ("null", "frame_no_array"),
        ("[]", "frame_no_array"),
        ("", "frame_not_json"),
        ("Hello", "frame_not_json"),
        ("[2,", "frame_not_json"),
        ("[" * 100_000, "frame_not_json"),
        ("[" * 2000 + "]" * 2000, "frame_not_json"),
        ("[" * 4000, "frame_not_json"),
        ("9" * 5000, "frame_not_json"),
    ],
)
async def test_what_is_no_message_is_refused_with_minus_one(
    link: Link, frame: str, kind: str
) -> None:
    """J4.2.3: FormationViolation is for what is syntactically incorrect."""
    answer = await link.peer.ask(frame)
    assert answer[:3] == [4, "-1", FORMATION]
    assert isinstance(answer[3], str)
    assert answer[4:] == [{}]
    assert link.notes == {kind: 1}
    # The connection lives.
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[0] == 3


@pytest.mark.parametrize(
    ("frame", "message_id"),
    [
        ('[2,"cut","MeterValues",{"connectorId":', '"cut"'),
        ('[2,"a \\" quote","MeterValues",{,}]', '"a \\" quote"'),
        ('[2.0,17.50,"MeterValues",{,}]', "17.50"),
        ('["2", 1.2.3,"MeterValues",{}]', '"-1"'),
        ('[2,"cut', '"-1"'),
    ],
)
async def test_the_id_of_a_broken_message_is_found_where_it_is_there(
    link: Link, frame: str, message_id: str
) -> None:
    """A charger that gets its id back need not wait for its timeout."""
    await link.peer.send(frame)
    _, raw = await link.peer.frame()
    assert raw.startswith(f'[4,{message_id},"{FORMATION}"'.encode())


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ('[2,"1"]', "call_too_short"),
        ('[2,"1","Heartbeat"]', "call_too_short"),
        ('[2,"1",17,{}]', "action_no_string"),
        ('[2,"1",null,{}]', "action_no_string"),
        ('[2,"1","Heartbeat",[]]', "payload_no_object"),
        ('[2,"1","Heartbeat","{}"]', "payload_no_object"),
        ('[2,"1","Heartbeat",0]', "payload_no_object"),
        ('[2,"1","Heartbeat",false]', "payload_no_object"),
    ],
)
async def test_a_call_of_the_wrong_form_is_refused(
    link: Link, frame: str, kind: str
) -> None:
    """J4.2.1, J4.2.3."""
    answer = await link.peer.ask(frame)
    assert answer[:3] == [4, "1", FORMATION]
    assert len(answer) == 5
    assert link.notes == {kind: 1}


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ('[2,"1","Heartbeat",null]', "payload_null"),
        ('[2,"1","Heartbeat",{},{"more":1},2]', "call_too_long"),
        ('[2,"1","Heartbeat",{}]\0', "frame_repaired"),
        ('\ufeff[2,"1","Heartbeat",{}]', "frame_repaired"),
        (b'[2,"1","Heartbeat",{}]\xff', None),
    ],
)
async def test_a_call_with_a_small_flaw_is_served(
    link: Link, frame: str | bytes, kind: str | None
) -> None:
    """J4.2.1: null is tolerated; so is what does no harm."""
    answer = await link.peer.ask(frame)
    if kind is None:
        assert answer[:3] == [4, "1", FORMATION]
        return
    assert answer == [3, "1", {"action": "Heartbeat", "payload": {}}]
    assert link.notes == {kind: 1}


@pytest.mark.parametrize(
    ("payload", "understood"),
    [
        (b'{"v":NaN,"w":-Infinity,"x":1e999}', {"v": None, "w": None, "x": None}),
        (b'{"v":"f\xfcr"}', {"v": "f�r"}),
        (b'{"v":"\\ud800 \\ud83d\\ude00"}', {"v": "? 😀"}),
        (b'{"v":"a\tb\nc"}', {"v": "a\tb\nc"}),
        (b'{"v":"\xed\xa0\x80"}', {"v": "���"}),
        (b'{"v":NaN,"n":' + b"9" * 40 + b"}", {"v": None, "n": 1e40}),
    ],
)
async def test_a_payload_that_is_nearly_json_is_understood(
    link: Link, payload: bytes, understood: Any
) -> None:
    """J4.1.2: what is no JSON in a strict sense neither hurts nor gets lost."""
    answer = await link.peer.ask(b'[2,"1","DataTransfer",%b]' % payload)
    assert answer[:2] == [3, "1"]
    assert answer[2]["payload"] == understood
    assert link.notes == {"frame_repaired": 1}


async def test_huge_numbers_are_numbers(link: Link) -> None:
    """J4.1.2: JSON sets no limit."""
    answer = await link.peer.ask('[2,"1","DataTransfer",{"n":' + "9" * 300 + "}]")
    assert answer[2]["payload"] == {"n": 1e300}


async def test_a_binary_message_is_read_as_text(link: Link) -> None:
    """J4.1.2; each kind of frame is noted, none is fatal."""
    answer = await link.peer.ask([2, "1", "Heartbeat", {}], BINARY)
    assert answer[:2] == [3, "1"]
    assert link.notes == {"frame_binary": 1}


async def test_a_message_in_fragments_is_put_together(link: Link) -> None:
    """RFC 6455, 5.4: with a ping in between."""
    text = '[2,"1","DataTransfer",{"data":"für"}]'.encode()
    middle = text.index("ü".encode()) + 1
    for opcode, part, final in (
        (TEXT, text[:middle], False),
        (PING, b"hi", True),
        (CONTINUATION, b"", False),
        (CONTINUATION, text[middle:], True),
        (TEXT, b'[2,"2","Heartbeat",{}]', True),
    ):
        await link.peer.send_bytes(encode(opcode, part, final=final))
    frames = [await link.peer.frame() for _ in range(3)]
    # When the ping is answered is up to who answers.
    frames.remove((PONG, b"hi"))
    first, second = (json.loads(data) for _, data in frames)
    assert first[2]["payload"] == {"data": "für"}
    assert second[1] == "2"
    assert link.notes == {}


async def test_a_binary_message_in_fragments_is_noted_as_such(link: Link) -> None:
    """J4.1.2."""
    await link.peer.send_bytes(encode(BINARY, b'[2,"1",', final=False))
    await link.peer.send_bytes(encode(CONTINUATION, b'"Heartbeat",{}]'))
    assert (await link.peer.receive())[:2] == [3, "1"]
    assert link.notes == {"frame_binary": 1}


# Handlers.


@pytest.mark.parametrize("later", [False, True])
async def test_an_error_of_a_handler_becomes_a_callerror(later: bool) -> None:
    """J4.2.3: five elements, at most 255 characters, details an object."""
    error = CallError(Violation.PROTOCOL_ERROR, "d" * 300, {"field": "x"})

    async def fail_later() -> dict[str, Any]:
        await asyncio.sleep(0)
        raise error

    def handler(action: str, payload: Any) -> Any:
        if later:
            return fail_later()
        raise error

    async with Central(handler) as central:
        link = await central.connect()
        assert await link.peer.ask([2, "1", "A", {}]) == [
            4,
            "1",
            "ProtocolError",
            "d" * 255,
            {"field": "x"},
        ]


@pytest.mark.parametrize("details", [{"x": object()}, {"x": "\ud800"}, {1: 2}])
async def test_an_error_with_details_that_cannot_be_sent_keeps_its_code(
    details: dict[Any, Any],
) -> None:
    """J4.2.3: details are an object, if an empty one."""

    def handler(action: str, payload: Any) -> Any:
        raise CallError(Violation.SECURITY_ERROR, "no", details)

    async with Central(handler) as central:
        link = await central.connect()
        assert await link.peer.ask([2, "1", "A", {}]) == [
            4,
            "1",
            "SecurityError",
            "",
            {},
        ]


@pytest.mark.parametrize("kind", ["now", "later", "at once in a task", "no answer"])
async def test_a_bug_in_a_handler_is_an_internal_error_and_logged_once(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """J4.2.3: the charger gets an answer, but nothing of what is inside."""

    async def fail(*, pause: bool) -> dict[str, Any]:
        if pause:
            await asyncio.sleep(0)
        raise KeyError("secret")

    def handler(action: str, payload: Any) -> Any:
        match kind:
            case "now":
                raise KeyError("secret")
            case "no answer":
                return None
            case _:
                return fail(pause=kind == "later")

    async with Central(handler) as central:
        link = await central.connect()
        for message_id in "12":
            answer = await link.peer.ask([2, message_id, "A", {}])
            assert answer[:3] == [4, message_id, "InternalError"]
            assert answer[3]
            assert "secret" not in answer[3]
            assert answer[4] == {}
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info


@pytest.mark.parametrize(
    "answer", [{"x": object()}, {"x": "\ud800"}, {"x": 2**70}, {1: 2}]
)
@pytest.mark.parametrize("later", [False, True])
async def test_an_answer_that_cannot_be_sent_is_an_internal_error(
    answer: dict[Any, Any], later: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """J4.2.3."""

    async def answer_later() -> dict[Any, Any]:
        await asyncio.sleep(0)
        return answer

    def handler(action: str, payload: Any) -> Any:
        return answer_later() if later else answer

    async with Central(handler) as central:
        link = await central.connect()
        assert (await link.peer.ask([2, "1", "A", {}]))[:3] == [4, "1", "InternalError"]
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


async def test_a_cancelled_handler_is_an_internal_error() -> None:
    """J4.2.3: no call stays without an answer."""
    started: list[asyncio.Task[Any]] = []

    async def hang() -> dict[str, Any]:
        task = asyncio.current_task()
        assert task is not None
        started.append(task)
        await asyncio.Event().wait()
        return {}

    async with Central(lambda action, payload: hang()) as central:
        link = await central.connect()
        await link.peer.send([2, "1", "A", {}])
        await until(lambda: bool(started))
        started[0].cancel()
        assert (await link.peer.receive())[:3] == [4, "1", "InternalError"]


async def test_overlapping_calls_begin_in_order_and_end_as_they_can() -> None:
    """J4.1.1: a charger should not do it, but some do."""
    begun: list[str] = []
    gates = {"slow": asyncio.Event(), "quick": asyncio.Event()}

    async def work(action: str) -> dict[str, Any]:
        begun.append(action)
        await gates[action].wait()
        return {}

    def handler(action: str, payload: Any) -> Any:
        return work(action) if action in gates else {}

    async with Central(handler) as central:
        link = await central.connect()
        await link.peer.send_bytes(
            b"".join(
                encode(TEXT, b'[2,"%b","%b",{}]' % (action, action))
                for action in (b"slow", b"quick", b"sync")
            )
        )
        assert (await link.peer.receive())[1] == "sync"
        assert begun == ["slow", "quick"]
        gates["quick"].set()
        assert (await link.peer.receive())[1] == "quick"
        gates["slow"].set()
        assert (await link.peer.receive())[1] == "slow"


async def test_a_handler_may_itself_call_the_charger() -> None:
    """J4.1.1: calls may cross, in both directions."""
    link: Link

    async def ask_back() -> dict[str, Any]:
        return {"answer": await link.connection.call("GetConfiguration", {})}

    async with Central(lambda action, payload: ask_back()) as central:
        link = await central.connect()
        call = await link.peer.ask([2, "1", "BootNotification", {}])
        assert call[0] == 2
        await link.peer.send([3, call[1], {"x": 1}])
        assert await link.peer.receive() == [3, "1", {"answer": {"x": 1}}]


async def test_a_handler_is_not_collected_as_garbage() -> None:
    """The loop itself would let go of a task that waits for nothing else alive."""
    waiting: list[weakref.ref[asyncio.Future[Any]]] = []

    async def wait() -> dict[str, Any]:
        future = asyncio.get_running_loop().create_future()
        waiting.append(weakref.ref(future))
        await future
        return {}

    async with Central(lambda action, payload: wait()) as central:
        link = await central.connect()
        await link.peer.send([2, "1", "A", {}])
        await until(lambda: bool(waiting))
        gc.collect()
        future = waiting[0]()
        assert future is not None
        future.set_result(None)
        assert await link.peer.receive() == [3, "1", {}]


async def test_a_handler_finishes_after_its_charger_has_gone() -> None:
    """What was reported is stored; only the answer is lost."""
    gate = asyncio.Event()
    stored = asyncio.Event()
    begun = asyncio.Event()

    async def store() -> dict[str, Any]:
        begun.set()
        await gate.wait()
        stored.set()
        return {}

    async with Central(lambda action, payload: store()) as central:
        link = await central.connect()
        await link.peer.send([2, "1", "StopTransaction", {}])
        await begun.wait()
        link.peer.drop()
        await link.served.wait()
        gate.set()
        async with asyncio.timeout(60):
            await stored.wait()
        assert [direction for _, direction, _ in link.frames] == ["in"]


async def test_what_was_sent_before_a_close_is_handled() -> None:
    """A charger that reports and hangs up is heard."""
    heard: list[int] = []

    def handler(action: str, payload: Any) -> dict[str, Any]:
        heard.append(payload["n"])
        return {}

    async with Central(handler) as central:
        link = await central.connect()
        count = 5 * websocket._BURST
        await link.peer.send_bytes(
            b"".join(encode(TEXT, b'[2,"1","A",{"n":%d}]' % n) for n in range(count))
            + encode(CLOSE, b"\x03\xe8")
        )
        async with asyncio.timeout(60):
            await link.served.wait()
    assert heard == list(range(count))


async def test_a_long_burst_lets_others_have_their_turn() -> None:
    """A charger that sends all its stored values does not stop Home Assistant."""
    in_a_row = most = 0

    def handler(action: str, payload: Any) -> dict[str, Any]:
        nonlocal in_a_row, most
        in_a_row += 1
        most = max(most, in_a_row)
        return {}

    async def others() -> None:
        nonlocal in_a_row
        while True:
            in_a_row = 0
            await asyncio.sleep(0)

    async with Central(handler) as central:
        link = await central.connect()
        task = await start(others())
        frames = [encode(TEXT, b'[2,"%d","A",{}]' % n) for n in range(200)]
        await link.peer.send_bytes(b"".join(frames))
        answers = [(await link.peer.receive())[1] for _ in frames]
        task.cancel()
    assert answers == [str(n) for n in range(200)]
    # A slow machine ends a turn sooner; what came with the pump's is another one.
    assert most <= 2 * websocket._BURST


async def test_too_many_overlapping_calls_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is not for a charger to use up; nothing is lost."""
    monkeypatch.setattr(rpc, "_MAX_OVERLAPPING", 3)
    monkeypatch.setattr(websocket, "_INBOX_HIGH", 4)
    monkeypatch.setattr(websocket, "_INBOX_LOW", 1)
    gate = asyncio.Event()
    working: set[str] = set()
    most = 0

    async def work(number: str) -> dict[str, Any]:
        nonlocal most
        working.add(number)
        most = max(most, len(working))
        await gate.wait()
        working.discard(number)
        return {}

    async with Central(lambda action, payload: work(action)) as central:
        link = await central.connect()
        for number in range(20):
            await link.peer.send([2, str(number), f"A{number}", {}])
        await until(lambda: not link.websocket.transport.is_reading())
        assert len(working) == 3
        gate.set()
        answers = {(await link.peer.receive())[1] for _ in range(20)}
        assert link.websocket.transport.is_reading()
    assert answers == {str(number) for number in range(20)}
    assert most == 3


async def test_a_charger_that_does_not_read_is_not_read_either() -> None:
    """Answers do not pile up for a charger that does not fetch them."""
    answer = {"x": "y" * 20_000}
    handled = 0

    def handler(action: str, payload: Any) -> dict[str, Any]:
        nonlocal handled
        handled += 1
        return answer

    async with Central(handler) as central:
        link = await central.connect(receive_buffer=4096)
        server_side = link.websocket.transport.get_extra_info("socket")
        server_side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for number in range(40):
            await link.peer.send([2, str(number), "A", {}])
        await until(lambda: len(link.websocket._inbox) + handled == 40)
        for _ in range(20):
            await asyncio.sleep(0)
        assert handled < 8
        answers = [(await link.peer.receive())[1] for _ in range(40)]
    assert answers == [str(number) for number in range(40)]


def test_a_deep_message_is_no_danger_to_a_small_stack() -> None:
    """Some systems give a thread a tenth of the usual one."""
    caught: list[str] = []

    def read() -> None:
        with pytest.raises(ValueError) as error:
            repair(b"[" * 4000 + b"]" * 4000)
        caught.append(str(error.value))

    before = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=read)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert caught == ["nested too deeply"]
