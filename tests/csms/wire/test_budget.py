"""What one connection may send: bytes, frames and messages, counted and not timed."""

import asyncio
from collections.abc import AsyncIterator
import json
import logging
import socket
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.errors import InvalidAnswerError
from custom_components.ocpp_cs.csms.schema.coerce import salvage
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.inbound import cut
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from custom_components.ocpp_cs.csms.wire import websocket
from tests.csms.central import Central, Link, start, until
from tests.csms.peer import CONTINUATION, PING, PONG, TEXT, encode
from tests.csms.test_central_system import World, meter_values, sample

CALL = '[2,"1","DataTransfer",{"vendorId":"EV-BOX","data":"%s"}]'


def call(length: int, number: str = "1") -> str:
    """Return a call of so many bytes."""
    text = CALL.replace('"1"', f'"{number}"')
    return text % ("x" * (length - len(text % "")))


@pytest.fixture
async def strangers() -> AsyncIterator[Central]:
    """Return a central system that has adopted nobody."""
    async with Central(is_adopted=False) as central:
        yield central


def squeeze(link: Link) -> None:
    """Let little be on its way to the charger."""
    server_side = link.websocket.transport.get_extra_info("socket")
    server_side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


class Turns:
    """Counts what is done between two turns of everybody else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames = self.bytes = 0
        self.most_frames = self.most_bytes = 0
        process, deliver = (
            websocket.WebSocket._process,
            websocket.WebSocket._deliver,
        )

        def counted_process(one: Any, event: Any) -> None:
            self.frames += 1
            self.most_frames = max(self.most_frames, self.frames)
            process(one, event)

        def counted_deliver(
            one: Any, message: bytes, binary: bool, length: int
        ) -> None:
            self.bytes += len(message)
            self.most_bytes = max(self.most_bytes, self.bytes)
            deliver(one, message, binary, length)

        monkeypatch.setattr(websocket.WebSocket, "_process", counted_process)
        monkeypatch.setattr(websocket.WebSocket, "_deliver", counted_deliver)

    async def others(self) -> None:
        """Have a turn each time that everybody has one."""
        while True:
            self.frames = self.bytes = 0
            await asyncio.sleep(0)


@pytest.fixture
async def turns(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Turns]:
    turns = Turns(monkeypatch)
    task = await start(turns.others())
    yield turns
    task.cancel()


# Control frames.


async def test_only_the_last_ping_is_answered(link: Link) -> None:
    """RFC 6455, 5.5.3: of those that are read at once."""
    pings = b"".join(encode(PING, b"%d" % n) for n in range(5))
    await link.peer.send_bytes(pings + encode(TEXT, b'[2,"1","A",{}]'))
    frames = [await link.peer.frame() for _ in range(2)]
    assert sorted(opcode for opcode, _ in frames) == [TEXT, PONG]
    assert (PONG, b"4") in frames
    await link.peer.send(b"again", PING)
    assert await link.peer.frame() == (PONG, b"again")


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_more_control_frames_than_anybody_needs_end_the_connection(
    link: Link, opcode: int
) -> None:
    frames = encode(opcode, b"") * 20
    await link.peer.send_bytes(frames)
    if opcode == PING:
        assert await link.peer.frame() == (PONG, b"")
    assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
    # However much time has gone by, there are 20 at most.
    await link.peer.send_bytes(frames + encode(opcode, b"") * 10)
    assert await link.peer.close_code() == 1008
    await link.peer.part(1008)
    await link.served.wait()
    assert link.notes == {"too_many_control_frames": 1}


async def test_pings_now_and_then_are_no_trouble(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five in a second, for as long as it likes."""
    since = link.websocket.loop.time() - 1000
    for number in range(100):
        link.websocket._control_since = since
        # The next comes as if a fifth of a second had gone by.
        since = link.websocket.loop.time() - 0.2
        await link.peer.send(b"%d" % number, PING)
        assert await link.peer.frame() == (PONG, b"%d" % number)
    assert link.notes == {}


async def test_a_flood_of_pings_is_over_before_it_is_read(
    strangers: Central, turns: Turns, caplog: pytest.LogCaptureFixture
) -> None:
    """40 000 of them are one read of asyncio's."""
    link = await strangers.connect()
    await link.peer.send_bytes(encode(PING, b"") * 40_000)
    # What it has sent in vain may well cost it the close frame.
    await link.peer.end()
    await link.served.wait()
    assert turns.most_frames <= 21
    assert link.websocket.excess is websocket.Excess.CONTROL_FRAMES
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


async def test_empty_fragments_are_no_way_around(
    strangers: Central, turns: Turns
) -> None:
    link = await strangers.connect()
    await link.peer.send_bytes(
        encode(TEXT, b"[", final=False)
        + encode(CONTINUATION, b"", final=False) * 30_000
    )
    assert await link.peer.close_code() == 1008
    assert turns.most_frames <= 22


async def test_nothing_is_written_to_who_is_gone_or_does_not_read(
    strangers: Central, caplog: pytest.LogCaptureFixture
) -> None:
    """asyncio warns of each write to a socket that is lost."""
    link = await strangers.connect(receive_buffer=4096)
    link.websocket.pause_writing()
    await link.peer.send(b"unread", PING)
    await until(lambda: link.websocket._pong is not None)
    assert link.websocket.transport.get_write_buffer_size() == 0  # type: ignore[attr-defined]
    link.websocket.resume_writing()
    assert await link.peer.frame() == (PONG, b"unread")
    link.websocket.abort()
    for number in range(10):
        link.websocket.data_received(encode(PING, b"%d" % number))
        assert not link.websocket.write_ping()
    await link.served.wait()
    assert "socket.send() raised" not in caplog.text


# Messages.


async def test_a_message_of_a_stranger_may_have_16_kb(strangers: Central) -> None:
    link = await strangers.connect()
    assert (await link.peer.ask(call(16 * 1024)))[:2] == [3, "1"]
    # What is longer is refused and not cut off: it would come again for ever.
    for length in (16 * 1024 + 1, 17_000, 60_000):
        answer = await link.peer.ask(call(length, "long"))
        assert answer[:3] == [4, "long", "FormationViolation"]
        assert str(length) in answer[3]
    assert link.notes == {"message_too_long": 3}
    assert (await link.peer.ask(call(1000)))[:2] == [3, "1"]
    await link.peer.send(call(70_000))
    assert await link.peer.close_code() == 1009


async def test_a_long_message_of_a_stranger_in_fragments(strangers: Central) -> None:
    """It is not even kept."""
    link = await strangers.connect()
    text = call(17_000, "long").encode()
    for part in (
        encode(TEXT, text[:6000], final=False),
        encode(CONTINUATION, text[6000:12_000], final=False),
        encode(CONTINUATION, text[12_000:]),
    ):
        await link.peer.send_bytes(part)
    assert (await link.peer.receive())[:3] == [4, "long", "FormationViolation"]
    assert (await link.peer.ask(call(1000)))[:2] == [3, "1"]


async def test_a_message_of_an_adopted_one_may_have_256_kb(link: Link) -> None:
    text = call(17_000).encode()
    for part in (
        encode(TEXT, text[:6000], final=False),
        encode(CONTINUATION, text[6000:12_000], final=False),
        encode(CONTINUATION, text[12_000:]),
    ):
        await link.peer.send_bytes(part)
    assert len((await link.peer.receive())[2]["payload"]["data"]) > 16_900
    assert (await link.peer.ask(call(256 * 1024)))[:2] == [3, "1"]
    assert link.notes == {}
    answer = await link.peer.ask(call(256 * 1024 + 1, "long"))
    assert answer[:3] == [4, "long", "FormationViolation"]
    assert link.notes == {"message_too_long": 1}
    await link.peer.send(call(2**20 + 1))
    assert await link.peer.close_code() == 1009


async def test_one_that_is_adopted_meanwhile_may_send_more(strangers: Central) -> None:
    link = await strangers.connect()
    assert (await link.peer.ask(call(20_000)))[0] == 4
    link.connection.set_adopted(True)
    assert (await link.peer.ask(call(20_000)))[0] == 3
    link.connection.set_adopted(False)
    assert (await link.peer.ask(call(20_000)))[0] == 4


async def test_an_answer_that_is_too_long_fails_one_call(link: Link) -> None:
    """The connection lives, and so do the calls after it."""
    asked = asyncio.ensure_future(link.connection.call("GetConfiguration", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(json.dumps([3, message_id, {"x": "y" * 300_000}]))
    with pytest.raises(InvalidAnswerError, match="too long"):
        await asked
    asked = asyncio.ensure_future(link.connection.call("GetConfiguration", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(json.dumps([3, message_id, {"x": "y" * 200_000}]))
    assert len((await asked)["x"]) == 200_000


async def test_what_waits_of_who_does_not_read_is_little(
    strangers: Central,
) -> None:
    """However much it sends; when it reads, all of it is answered."""
    link = await strangers.connect(receive_buffer=4096)
    squeeze(link)
    count = 60
    sending = asyncio.ensure_future(
        link.peer.send_bytes(
            b"".join(encode(TEXT, call(16_000, str(n)).encode()) for n in range(count))
        )
    )
    await until(lambda: link.websocket.paused and link.websocket._reading_paused)
    kept = (
        sum(len(message) for message, _, _ in link.websocket._inbox)
        + len(link.websocket._unparsed)
        + len(link.websocket.protocol.reader.buffer)
    )
    assert kept <= 256 * 1024 + websocket.LONGEST_OF_STRANGERS + 4096
    assert link.websocket._inbox_bytes <= 2 * websocket.LONGEST_OF_STRANGERS + 4096
    answers = [(await link.peer.receive())[1] for _ in range(count)]
    await sending
    assert answers == [str(n) for n in range(count)]
    assert link.websocket._inbox_bytes == 0
    assert not link.websocket._reading_paused


async def test_who_does_not_read_for_long_is_dropped(
    strangers: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "_UNREAD_TIMEOUT", 0.2)
    link = await strangers.connect(receive_buffer=4096)
    squeeze(link)
    for number in range(20):
        await link.peer.send(call(16_000, str(number)))
    await link.served.wait()
    assert link.websocket.excess is websocket.Excess.UNREAD
    assert link.notes["answers_not_read"] == 1
    await until(lambda: strangers.server.budget.connections == 0)


async def test_who_reads_slowly_is_not_dropped(
    strangers: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "_UNREAD_TIMEOUT", 3600)
    link = await strangers.connect(receive_buffer=4096)
    squeeze(link)
    sending = asyncio.ensure_future(
        link.peer.send_bytes(encode(TEXT, call(16_000).encode()) * 20)
    )
    await until(lambda: link.websocket.paused)
    before = link.websocket.transport.get_write_buffer_size()  # type: ignore[attr-defined]
    # As if it had read a byte since.
    link.websocket._look_at_unread(before + 1)
    assert link.websocket.excess is None
    assert link.websocket._unread_timer is not None
    for _ in range(20):
        await link.peer.receive()
    await sending
    assert link.websocket._unread_timer is None


@pytest.mark.parametrize("length", [100, 3000, 14_000])
async def test_a_burst_ends_after_its_share_of_work(
    central: Central, turns: Turns, length: int
) -> None:
    """Whatever there is more of, messages or bytes."""
    link = await central.connect()
    count = 100
    sending = asyncio.ensure_future(
        link.peer.send_bytes(
            b"".join(encode(TEXT, call(length, str(n)).encode()) for n in range(count))
        )
    )
    answers = [(await link.peer.receive())[1] for _ in range(count)]
    await sending
    assert answers == [str(n) for n in range(count)]
    # A turn of the pump, and one of what was read meanwhile; each ends with the
    # message with which it has had enough.
    assert turns.most_bytes <= 2 * (
        min(websocket._BURST_BYTES, websocket._BURST * length) + length
    )
    assert turns.most_bytes >= length


async def test_small_frames_are_parsed_in_slices(
    central: Central, turns: Turns
) -> None:
    """A message in thousands of fragments does not hold up everybody else."""
    link = await central.connect()
    text = call(20_000).encode()
    frames = [encode(TEXT, text[:1], final=False)]
    frames += [
        encode(CONTINUATION, text[n : n + 1], final=False) for n in range(1, len(text))
    ]
    frames.append(encode(CONTINUATION, b" "))
    sending = asyncio.ensure_future(link.peer.send_bytes(b"".join(frames)))
    assert (await link.peer.receive())[:2] == [3, "1"]
    await sending
    # 7 bytes each: what is in one slice, when there was room for one frame still.
    assert turns.most_frames <= 2 * (websocket._BURST_FRAMES + 4096 // 7 + 1)


async def test_what_was_sent_before_it_went_is_handled_in_turns(
    turns: Turns,
) -> None:
    """Also when the connection is lost before all of it is parsed."""
    heard: list[str] = []

    def handler(action: str, payload: Any) -> dict[str, Any]:
        heard.append(payload["data"])
        return {}

    async with Central(handler) as central:
        link = await central.connect()
        data = b"".join(encode(TEXT, call(2000, str(n)).encode()) for n in range(100))
        link.websocket.data_received(data)
        link.websocket.abort()
        await link.served.wait()
    assert len(heard) == 100
    assert turns.most_bytes <= 2 * (websocket._BURST_BYTES + 2000)


# What is wrong takes long to be mended.


@pytest.mark.parametrize(
    "samples",
    [
        [{"value": 1}],
        [1],
        [None],
        [{}],
        [{"value": "1", "unit": "?"}],
        [{"value": "1", "measurand": "?"}],
    ],
    ids=range(6),
)
def test_of_a_payload_that_is_all_wrong_only_a_part_is_mended(
    samples: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is left out, and what is right in it stays."""
    looked_at = 0
    any_value = salvage.__globals__["_Salvage"]._any

    def counted(one: Any, *args: Any) -> Any:
        nonlocal looked_at
        looked_at += 1
        return any_value(one, *args)

    monkeypatch.setattr(salvage.__globals__["_Salvage"], "_any", counted)
    deviations = Deviations("CP1")
    right = {"value": "1", "unit": "Wh"}
    payload = {
        "connectorId": 1,
        "meterValue": [
            {
                "timestamp": "2026-11-29T10:00:00Z",
                "sampledValue": samples * 20_000 + [right],
            }
        ],
    }
    saved = salvage("MeterValues", "request", payload, deviations, load_schemas())
    assert looked_at <= 4100
    assert saved["meterValue"][0]["sampledValue"][-1] == right
    kind = "too_much_wrong:MeterValues.meterValue.sampledValue"
    assert deviations.counts[kind] == 1


def test_of_thousands_of_samples_only_the_first_are_taken_in() -> None:
    """Though each of them is right: nobody else has a turn meanwhile."""
    deviations = Deviations("CP1")
    one = {"timestamp": "2026-11-29T10:00:00Z", "sampledValue": [sample("1")] * 3000}
    payload = {"connectorId": 1, "meterValue": [one, one, one]}
    kept = cut(payload, deviations)
    assert [len(value["sampledValue"]) for value in kept["meterValue"]] == [3000, 2000]
    assert deviations.counts == {"too_many_samples": 1}
    stop = {"transactionId": 1, "transactionData": [one]}
    assert cut(stop, deviations) == stop
    assert cut({"data": "x"}, deviations) == {"data": "x"}
    nothing = {"timestamp": "2026-11-29T10:00:00Z", "sampledValue": []}
    kept = cut({"meterValue": [nothing] * 9000}, deviations)
    assert len(kept["meterValue"]) == 5001


async def test_a_long_message_of_a_charger_is_taken_in_up_to_there() -> None:
    world = World(MemoryStore(), boot_wait=60)
    charge_point = world.adopt()
    await world.start()
    try:
        async with world.client() as client:
            await client.boot()
            samples = [sample("230", "Voltage")] * 4990 + [sample("5000")] * 10
            await client.call(
                "MeterValues", meter_values(*samples, *[sample("9000")] * 100)
            )
            assert charge_point.deviations.counts["too_many_samples"] == 1
            assert charge_point.connector(1).measurements["energy"] == 5000
    finally:
        await world.central_system.stop()


async def test_a_long_message_that_is_no_json_is_refused_unmended(link: Link) -> None:
    answer = await link.peer.ask(call(100_000).replace("}]", ",}]"))
    assert answer[:3] == [4, "1", "FormationViolation"]
    assert link.notes == {"frame_not_json": 1}
    answer = await link.peer.ask(call(1000).replace("}]", ",}]"))
    assert answer[:2] == [3, "1"]
