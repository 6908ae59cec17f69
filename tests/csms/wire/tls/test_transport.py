"""What the transport does with bytes in pieces, floods, pauses and ends."""

import asyncio
import contextlib
import json
import socket
import ssl
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.wire import websocket
from custom_components.ocpp_cs.csms.wire.tls import TlsTransport
from tests.csms.central import Link, start, until
from tests.csms.peer import CLOSE, OCPP, PING, TEXT, UPGRADE, encode
from tests.csms.pki import Ca, ca, client_context, load, new_key, server_context
from tests.csms.tls_peer import TlsPeer
from tests.csms.wire.test_budget import Turns

from .secured import REQUEST, VERSIONS, Secured, answers

CALL = b'[2,"%d","A",{}]'


def sides(link: Link) -> tuple[TlsPeer, TlsTransport]:
    """Return the charger's side of TLS and ours."""
    peer, transport = link.peer, link.websocket.transport
    assert isinstance(peer, TlsPeer)
    assert isinstance(transport, TlsTransport)
    return peer, transport


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("slices", [1, 3, 700])
async def test_in_pieces(
    central: Secured, version: ssl.TLSVersion, slices: int
) -> None:
    for port in (central.tls_port, central.server.port):
        link = await central.connect_tls(port=port, version=version, slices=slices)
        assert (await link.peer.ask([2, "1", "A", {"x": "y" * 300}]))[:2] == [3, "1"]
    assert central.refused == []


async def test_all_in_one_packet(central: Secured) -> None:
    """The end of the handshake, the request, and calls in records of their own."""
    peer = await central.peer(version=ssl.TLSVersion.TLSv1_3)
    await peer.send_encrypted(peer.hello())
    done = False
    while not done:
        await peer.read_encrypted()
        with contextlib.suppress(ssl.SSLWantReadError):
            peer.tls.do_handshake()
            done = True
    finished = peer.outgoing.read()
    request = peer.encrypted(REQUEST)
    calls = b"".join(peer.encrypted(encode(TEXT, CALL % n)) for n in range(10))
    await peer.send_encrypted(finished + request + calls)
    await peer.read_response()
    assert peer.status == 101
    assert [(await peer.receive())[1] for _ in range(10)] == [str(n) for n in range(10)]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_flood_of_small_records_has_its_turns_only(
    central: Secured, version: ssl.TLSVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """256 KB that asyncio reads at once are thousands of records, and of frames."""
    read = 0
    most = 0

    class Counting(ssl.SSLObject):
        @override
        def read(self, len: int = 1024, buffer: Any = None) -> Any:
            nonlocal read, most
            read += 1
            most = max(most, read)
            return super().read(len, buffer)

    assert central.server.tls is not None
    central.server.tls.sslobject_class = Counting
    turns = Turns(monkeypatch)
    link = await central.connect_tls(version=version)
    peer, transport = sides(link)
    kept = 0

    async def others() -> None:
        nonlocal read, kept
        while True:
            read = turns.frames = turns.bytes = 0
            kept = max(kept, transport._incoming.pending)
            await asyncio.sleep(0)

    task = await start(others())
    count, pad = 4000, b"x" * 200
    call = b'[2,"%d","A",{"x":"%s"}]'
    calls = b"".join(
        peer.encrypted(encode(TEXT, call % (n, pad))) for n in range(count)
    )
    sending = await start(peer.send_encrypted(calls))
    assert [(await peer.receive())[1] for _ in range(count)] == [
        str(n) for n in range(count)
    ]
    await sending
    task.cancel()
    assert most <= 66
    assert turns.most_frames <= 64
    # As much as asyncio reads at once, of more than 1 MB.
    assert 0 < kept <= 270_000 < len(calls)
    assert link.notes == {}


async def test_what_is_not_handled_is_not_read(central: Secured) -> None:
    """However much comes, little is kept; and nothing is lost."""
    link = await central.connect_tls()
    peer, transport = sides(link)
    link.websocket.hold()
    count, text = 200, "x" * 50_000
    calls = [json.dumps([2, str(n), "A", {"text": text}]) for n in range(count)]

    async def send() -> None:
        for call in calls:
            await peer.send(call)

    sending = await start(send())
    most = 0

    def kept() -> int:
        one = link.websocket
        return (
            transport._incoming.pending
            + len(one._unparsed)
            + one._inbox_bytes
            + len(one._fragments)
        )

    # Until the socket is full.
    blocked = 0
    while blocked < 50:
        before = kept()
        await asyncio.sleep(0.01)
        most = max(most, kept())
        blocked = blocked + 1 if kept() == before and transport._paused else 0
    assert not sending.done()
    assert most < 700_000
    link.websocket.release()
    for n in range(count):
        assert (await peer.receive())[1] == str(n)
    await sending


async def test_who_does_not_read_is_not_written_to(
    central: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "_UNREAD_TIMEOUT", 0.2)
    link = await central.connect_tls(receive_buffer=4096)
    ours = link.websocket
    raw = ours.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    while not ours.paused:
        assert ours.write(b"x" * 100_000)
        await asyncio.sleep(0)
    assert ours.transport.get_write_buffer_size() > 0
    await link.served.wait()
    assert ours.excess is websocket.Excess.UNREAD


async def test_pauses_end_when_it_is_read(central: Secured) -> None:
    link = await central.connect_tls()
    ours = link.websocket
    sent = 0
    while not ours.paused:
        assert ours.write(b"%d" % sent + b" " * 100_000)
        sent += 1
        await asyncio.sleep(0)
    for n in range(sent):
        opcode, data = await link.peer.frame()
        assert opcode == TEXT
        assert int(data) == n
    await until(lambda: not ours.paused)
    assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3


@pytest.mark.parametrize("version", VERSIONS)
async def test_our_end_is_a_clean_one(
    central: Secured, version: ssl.TLSVersion
) -> None:
    link = await central.connect_tls(version=version)
    peer, _ = sides(link)
    hanging_up = await start(link.websocket.hang_up(1001))
    opcode, data = await peer.frame()
    assert (opcode, data[:2]) == (CLOSE, (1001).to_bytes(2))
    await peer.send((1001).to_bytes(2), CLOSE)
    assert await peer.goodbye()
    await peer.send_encrypted(peer.say_goodbye())
    peer.drop()
    await hanging_up


@pytest.mark.parametrize("version", VERSIONS)
async def test_its_goodbye_is_answered(
    central: Secured, version: ssl.TLSVersion
) -> None:
    """What it said before that is handled and answered first."""
    link = await central.connect_tls(version=version)
    peer, _ = sides(link)
    calls = b"".join(peer.encrypted(encode(TEXT, CALL % n)) for n in range(10))
    await peer.send_encrypted(calls + peer.say_goodbye())
    for n in range(10):
        assert (await peer.receive())[1] == str(n)
    assert await peer.goodbye()
    await link.served.wait()
    peer.drop()


@pytest.mark.parametrize("half", [False, True])
async def test_an_end_without_goodbye(central: Secured, half: bool) -> None:
    link = await central.connect_tls()
    peer, _ = sides(link)
    await peer.send_bytes(encode(TEXT, CALL % 1))
    if half:
        peer.shut()
        assert (await peer.receive())[1] == "1"
    else:
        peer.drop()
    await link.served.wait()
    await until(lambda: not central.server.budget.connections)


async def test_many_keys_are_no_trouble(central: Secured) -> None:
    """A ping in a record of its own, large records, and empty ones of TLS 1.2."""
    link = await central.connect_tls(version=ssl.TLSVersion.TLSv1_2)
    peer, _ = sides(link)
    await peer.send_bytes(encode(PING, b"p"))
    assert (await peer.frame())[1] == b"p"
    await peer.send_bytes(encode(TEXT, b'[2,"1","A",{"x":"%s"}]' % (b"y" * 200_000)))
    assert (await peer.receive())[1] == "1"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_session_that_is_resumed_has_its_certificate(
    central: Secured, version: ssl.TLSVersion
) -> None:
    """Our own contexts give no tickets; one that does loses nothing by it."""
    context, key = client_context(version=version), new_key()
    load(context, key, ca().sign(key, "CP1"))
    session = None
    resumed = []
    for _ in range(2):
        peer = await TlsPeer.dial(central.tls_port, context, session=session)
        await peer.shake_hands()
        await peer.request("/CP1", (*UPGRADE, OCPP))
        assert peer.status == 101
        session = peer.tls.session
        resumed.append(peer.tls.session_reused)
        peer.drop()
    assert resumed == [False, True]
    for handshake in central.handshakes:
        assert handshake.tls is not None
        assert handshake.tls.certificate is not None
        assert handshake.tls.certificate.common_name == "CP1"


async def test_another_context_is_for_later_handshakes(central: Secured) -> None:
    """Nobody is dropped for it, whether it is another one or changes in itself."""
    other = Ca("Another root")
    async with central.dial_tls() as first:
        key = new_key()
        context = server_context()
        central.server.tls = context
        async with central.dial_tls() as second:
            load(context, key, other.sign(key, "charging.example"))
            async with central.dial_tls(trusted=other) as third:
                with pytest.raises(ssl.SSLCertVerificationError):
                    async with central.dial_tls():
                        pass
                central.server.tls = None
                for client in (first, second, third):
                    assert await answers(client, 3000)


@pytest.mark.parametrize("name", ["ä.example", "x" * 300, "\0", ""])
async def test_names_that_are_none(central: Secured, name: str) -> None:
    """They neither end the connection nor leave a stack trace (a charger's own fault)."""
    peer = await central.peer()
    peer.tls = client_context().wrap_bio(
        peer.incoming, peer.outgoing, server_hostname="charging.example"
    )
    hello = bytearray(peer.hello())
    raw = name.encode()
    at = bytes(hello).index(b"charging.example")
    # In place of the name, as long as it is.
    raw = raw[:16].ljust(16, b"-")
    hello[at : at + 16] = raw
    await peer.send_encrypted(bytes(hello))
    await peer.read_encrypted()
    peer.drop()
    await until(lambda: central.server.budget.connections == 0)
