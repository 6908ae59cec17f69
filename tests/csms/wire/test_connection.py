"""How a connection lives and ends: OCPP-J 1.6, sections 4.1.1 and 5.3."""

import asyncio
import socket
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.model.errors import ConnectionLostError
from custom_components.ocpp_cs.csms.v16.version import DIALECT
from custom_components.ocpp_cs.csms.wire import rpc, websocket
from custom_components.ocpp_cs.csms.wire.frames import FrameLog
from custom_components.ocpp_cs.csms.wire.rpc import Connection
from tests.csms.central import Central, Link, start, until
from tests.csms.peer import CLOSE, PING, PONG, TEXT, encode


async def _end_by_drop(link: Link) -> None:
    link.peer.drop()


async def _end_by_close_frame(link: Link) -> None:
    """Close, and keep the TCP connection open."""
    await link.peer.send(b"\x03\xe8", CLOSE)


async def _end_by_nonsense(link: Link) -> None:
    await link.peer.send_bytes(b"\xff\xff\xff\xff")


async def _end_by_size(link: Link) -> None:
    await link.peer.send_bytes(encode(TEXT, b"x" * (2**20 + 1))[:100])


async def _end_by_abort(link: Link) -> None:
    link.connection.abort()


async def _end_by_closing(link: Link) -> None:
    await link.connection.close()


@pytest.mark.parametrize(
    "end",
    [
        _end_by_drop,
        _end_by_close_frame,
        _end_by_nonsense,
        _end_by_size,
        _end_by_abort,
        _end_by_closing,
    ],
)
async def test_when_a_connection_ends_all_its_calls_fail(link: Link, end: Any) -> None:
    """J4.1.1: nobody waits for an answer that cannot come; not even in line."""
    tasks = [await start(link.connection.call(f"A{n}", {})) for n in range(3)]
    await link.peer.receive()
    await end(link)
    async with asyncio.timeout(60):
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await link.served.wait()
    assert [type(result) for result in results] == [ConnectionLostError] * 3
    with pytest.raises(ConnectionLostError):
        await link.connection.call("Later", {})


async def test_an_abort_fails_calls_in_the_same_tick(link: Link) -> None:
    """The newest socket of an id wins at once."""
    calls = [await start(link.connection.call("Reset", {})) for _ in range(9)]
    await link.peer.receive()
    link.connection.abort()
    # Once for a call, once for its task.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for call in calls:
        assert call.done()
        with pytest.raises(ConnectionLostError):
            call.result()
    # No close frame comes.
    with pytest.raises((EOFError, ConnectionError)):
        await link.peer.frame()


async def test_after_an_abort_nothing_is_handled_any_more() -> None:
    """What the old socket still holds is sent again on the new one."""
    handled: list[str] = []
    link: Link

    def handler(action: str, payload: Any) -> dict[str, Any]:
        handled.append(action)
        if action == "A1":
            link.connection.abort()
        return {}

    async with Central(handler) as central:
        link = await central.connect()
        await link.peer.send_bytes(
            b"".join(encode(TEXT, b'[2,"1","A%d",{}]' % n) for n in range(50))
        )
        await link.peer.end()
        await link.served.wait()
    assert handled == ["A0", "A1"]


async def test_a_call_on_a_socket_that_is_closing_fails(link: Link) -> None:
    """Also in the moment before the end is known."""
    link.websocket.transport.abort()
    assert not link.websocket.write(b"[]")
    with pytest.raises(ConnectionLostError):
        await link.connection.call("Reset", {})
    link.connection.ping()


async def test_close_says_why_and_waits_for_the_other_side(link: Link) -> None:
    """RFC 6455, 7.1.2."""
    call = await start(link.connection.call("Reset", {}))
    await link.peer.receive()
    closing = await start(link.connection.close(1001, "ü" * 100))
    # The call is not made to wait for that.
    with pytest.raises(ConnectionLostError):
        await call
    opcode, data = await link.peer.frame()
    assert opcode == CLOSE
    assert data[:2] == b"\x03\xe9"
    assert data[2:].decode() == "ü" * 61
    assert not closing.done()
    await link.peer.part(1001)
    link.peer.drop()
    await closing


async def test_what_comes_while_a_connection_closes_is_not_handled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It could not be answered; it is read, for the close frame is behind it."""
    monkeypatch.setattr(websocket, "CLOSE_TIMEOUT", 1000)
    monkeypatch.setattr(websocket, "_INBOX_HIGH", 4)
    handled: list[str] = []

    def handler(action: str, payload: Any) -> dict[str, Any]:
        handled.append(action)
        return {}

    async with Central(handler) as central:
        link = await central.connect()
        link.websocket.hold()
        await link.peer.send([2, "1", "Before", {}])
        for _ in range(20):
            await link.peer.send([2, "1", "A", {}])
        await until(lambda: not link.websocket.transport.is_reading())
        closing = await start(link.connection.close())
        assert await link.peer.close_code() == 1001
        for _ in range(20):
            await link.peer.send([2, "2", "B", {}])
        await link.peer.part(1001)
        link.peer.drop()
        async with asyncio.timeout(60):
            await closing
    assert handled == []
    assert "was lost" not in caplog.text


async def test_what_waits_when_the_charger_goes_is_handled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also if it was more than can be worked on at a time."""
    monkeypatch.setattr(rpc, "_MAX_OVERLAPPING", 2)
    gate = asyncio.Event()
    begun: list[str] = []

    async def work(action: str) -> dict[str, Any]:
        begun.append(action)
        await gate.wait()
        return {}

    async with Central(lambda action, payload: work(action)) as central:
        link = await central.connect()
        for number in range(6):
            await link.peer.send([2, "1", f"A{number}", {}])
        await until(lambda: len(link.websocket._inbox) == 4)
        link.peer.drop()
        async with asyncio.timeout(60):
            await link.served.wait()
        assert begun == [f"A{number}" for number in range(6)]
        gate.set()


async def test_close_does_not_wait_for_a_half_open_peer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A charger that reads nothing delays nothing."""
    monkeypatch.setattr(websocket, "CLOSE_TIMEOUT", 0.02)
    async with Central() as central:
        link = await central.connect(receive_buffer=4096)
        server_side = link.websocket.transport.get_extra_info("socket")
        server_side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        call = await start(link.connection.call("A", {"x": "y" * 500_000}))
        assert link.websocket.paused
        async with asyncio.timeout(60):
            await link.connection.close()
            assert link.websocket.transport.is_closing()
            await link.served.wait()
        with pytest.raises(ConnectionLostError):
            await call
        await link.connection.close()


async def test_an_abort_does_not_wait_for_a_half_open_peer() -> None:
    """A charger that reads nothing delays nothing."""
    async with Central() as central:
        link = await central.connect(receive_buffer=4096)
        server_side = link.websocket.transport.get_extra_info("socket")
        server_side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        call = await start(link.connection.call("A", {"x": "y" * 500_000}))
        assert link.websocket.paused
        link.connection.abort()
        with pytest.raises(ConnectionLostError):
            await call
        await link.served.wait()


async def test_a_connection_that_is_over_before_it_is_served_is_just_over() -> None:
    """No matter who ended it."""
    gone = asyncio.Event()
    served = asyncio.Event()

    class Late(Central):
        @override
        async def _serve(self, websocket: Any, handshake: Any) -> None:
            link = Link(self, websocket)
            if handshake.charge_point_id == "aborted":
                link.connection.abort()
            else:
                await gone.wait()
                await websocket.wait_closed()
            await link.connection.serve()
            served.set()

    async with Late() as central:
        peer = await central.dial()
        await peer.request("/aborted")
        await served.wait()
        served.clear()
        peer = await central.dial()
        await peer.request("/dropped")
        peer.drop()
        gone.set()
        async with asyncio.timeout(60):
            await served.wait()


async def test_serving_can_be_cancelled(link: Link) -> None:
    """The calls fail then, too."""
    link = Link(Central(), link.websocket)
    serving = await start(link.connection.serve())
    call = await start(link.connection.call("Reset", {}))
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(ConnectionLostError):
        await call


async def test_a_failure_of_the_receiver_is_logged_and_survived(
    link: Link, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No message ends a connection by accident."""
    with monkeypatch.context() as patch:
        patch.setattr(rpc, "head", None)
        await link.peer.send("no JSON")
        await until(lambda: "was lost" in caplog.text)
    assert (await link.peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
    caplog.clear()


# Signs of life and the log.


async def test_everything_that_comes_is_a_sign_of_life(link: Link) -> None:
    """J5.3: messages, pings and pongs."""
    seen = [link.connection.last_received]
    for opcode, data in ((TEXT, b"[9]"), (PING, b""), (PONG, b"x")):
        await link.peer.send(data, opcode)
        await until(lambda: link.connection.last_received > seen[-1])
        seen.append(link.connection.last_received)


async def test_a_ping_is_sent_without_waiting(link: Link) -> None:
    """J5.3."""
    link.connection.ping()
    link.connection.ping()
    assert await link.peer.frame() == (PING, b"")
    assert await link.peer.frame() == (PING, b"")


async def test_the_frame_log_holds_the_last_frames_of_both_directions(
    link: Link,
) -> None:
    """For diagnostics."""
    await link.peer.ask([2, "1", "Unknown", {}])
    call = await start(link.connection.call("Reset", {}))
    message_id = (await link.peer.receive())[1]
    await link.peer.send(f'[3,"{message_id}",{{}}]')
    await call
    assert [(direction, text) for _, direction, text in link.frames] == [
        ("in", '[2, "1", "Unknown", {}]'),
        ("out", '[4,"1","NotImplemented","not known",{}]'),
        ("out", f'[2,"{message_id}","Reset",{{}}]'),
        ("in", f'[3,"{message_id}",{{}}]'),
    ]
    times = [when for when, _, _ in link.frames]
    assert times == sorted(times)
    assert times[0] > 1.7e9


def test_the_frame_log_forgets_the_oldest_and_cuts_the_longest() -> None:
    """It never grows beyond its size."""
    log = FrameLog(2, max_length=5)
    for data in (b"first", b"sec\xff", b"0123456789"):
        log.add("in", data)
    assert len(log) == 2
    assert [text for _, _, text in log] == ["sec�", "01234… (10 bytes)"]


async def test_a_frame_log_is_not_needed(link: Link) -> None:
    """Nor are its costs, then."""
    bare = Connection(
        link.websocket,
        lambda *_: {"bare": True},
        dialect=DIALECT,
        deviations=link.deviations,
    )
    serving = await start(bare.serve())
    assert await link.peer.ask([2, "1", "A", {}]) == [3, "1", {"bare": True}]
    bare.abort()
    await serving
    assert len(link.frames) == 0
