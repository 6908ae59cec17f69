"""Seeded handshakes of all wrong kinds, while a charger goes on."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
import gc
from http import HTTPStatus
import logging
from pathlib import Path
import random
import socket
import ssl

import pytest

from custom_components.ocpp_cs.csms.wire import websocket
from custom_components.ocpp_cs.csms.wire.server import Handshake, Verdict
from tests.csms.central import complaints, until
from tests.csms.peer import OCPP, PING, TEXT, UPGRADE, encode
from tests.csms.pki import client_context
from tests.csms.tls_peer import TlsPeer
from tests.sampling import sample

from .secured import VERSIONS, Secured

ROUND = 8
"""Handshakes at a time, each from an address of its own."""
SEEDS = sample(range(10_000), 500)
CONTEXTS = [client_context(version=version) for version in VERSIONS]


def request(number: random.Random, *headers: bytes) -> bytes:
    """Return an opening request, mostly a right one but for these headers."""
    lines = [b"GET /CP%d HTTP/1.1" % number.randrange(1000)]
    lines += [line.encode() for line in (*UPGRADE, OCPP)]
    lines += headers
    if number.random() < 0.2:
        number.shuffle(lines)
    end = number.choice([b"\r\n", b"\r\n", b"\r\n", b"\n"])
    return end.join((*lines, b"", b""))


def bad_base64(number: random.Random) -> bytes:
    token = bytes(number.choice(b"AZaz09+/=*-_ \t\xff") for _ in range(40))
    return request(number, b"Authorization: Basic " + token)


def bad_utf8(number: random.Random) -> bytes:
    raw = number.choice([b"CP1:", b"", b":", b"\xff\xfe:"]) + number.randbytes(20)
    return request(number, b"Authorization: Basic " + base64.b64encode(raw))


def several_authorizations(number: random.Random) -> bytes:
    line = b"Authorization: " + number.choice([b"Basic", b"Bearer x", b"", b"Digest"])
    return request(number, *[line] * number.randint(1, 4))


def long_headers(number: random.Random) -> bytes:
    size = number.choice([1000, 8000, 8190, 9000, 65_000])
    lines = [b"X-%d: " % n + b"x" * size for n in range(max(1, 65_000 // size))]
    return request(number, *lines)


def many_headers(number: random.Random) -> bytes:
    return request(number, *(b"X-%d: y" % n for n in range(number.randint(100, 5000))))


def with_frames(number: random.Random) -> bytes:
    frames = b"".join(
        encode(number.choice([TEXT, PING]), b'[2,"1","A",{}]')
        for _ in range(number.randint(1, 50))
    )
    return request(number) + frames + number.randbytes(number.randint(0, 100))


def half(number: random.Random) -> bytes:
    whole = request(number)
    return whole[: number.randrange(1, len(whole))]


def mangled(number: random.Random) -> bytes:
    whole = bytearray(request(number))
    for _ in range(number.randint(1, 10)):
        whole[number.randrange(30, len(whole))] = number.randrange(256)
    return bytes(whole)


def noise(number: random.Random) -> bytes:
    return number.randbytes(number.choice([1, 5, 100, 5000, 70_000]))


def like_tls(number: random.Random) -> bytes:
    version = number.choice([b"\x03\x00", b"\x03\x01", b"\x03\x03", b"\x02\x00"])
    return b"\x16" + version + number.randbytes(number.randint(0, 300))


REQUESTS: list[Callable[[random.Random], bytes]] = [
    bad_base64,
    bad_utf8,
    several_authorizations,
    long_headers,
    many_headers,
    with_frames,
    half,
    mangled,
    noise,
    like_tls,
]


async def plain(peer: TlsPeer, number: random.Random) -> None:
    """Send something without TLS."""
    await peer.send_encrypted(number.choice(REQUESTS)(number))


async def broken_hello(peer: TlsPeer, number: random.Random) -> None:
    """Send a hello of which some bytes are others, or missing."""
    hello = bytearray(peer.hello())
    for _ in range(number.randint(0, 5)):
        hello[number.randrange(len(hello))] = number.randrange(256)
    if number.random() < 0.5:
        del hello[number.randrange(len(hello)) :]
    await peer.send_encrypted(bytes(hello))


async def broken_finish(peer: TlsPeer, number: random.Random) -> None:
    """Go wrong in the second half of the handshake of TLS."""
    await peer.send_encrypted(peer.hello())
    await peer.read_encrypted()
    with suppress(ssl.SSLError):
        peer.tls.do_handshake()
    rest = bytearray(peer.outgoing.read() or b"\x16")
    rest[number.randrange(len(rest))] ^= 1 << number.randrange(8)
    await peer.send_encrypted(bytes(rest[: number.randint(1, len(rest))]))


async def over_tls(peer: TlsPeer, number: random.Random) -> None:
    """Send something over TLS."""
    await peer.shake_hands()
    await peer.send_bytes(number.choice(REQUESTS)(number))


async def broken_records(peer: TlsPeer, number: random.Random) -> None:
    """Send something over TLS of which some bytes are others."""
    await peer.shake_hands()
    data = bytearray(peer.encrypted(number.choice(REQUESTS)(number) or b"?"))
    for _ in range(number.randint(1, 3)):
        data[number.randrange(len(data))] = number.randrange(256)
    await peer.send_encrypted(bytes(data))


WAYS = [plain, plain, broken_hello, broken_finish, over_tls, over_tls, broken_records]


async def one(central: Secured, seed: int, source: str) -> None:
    """Do one wrong handshake, and leave in one of several ways."""
    number = random.Random(seed)
    port = number.choice([central.tls_port, central.server.port])
    peer = await TlsPeer.dial(port, number.choice(CONTEXTS), source=source)
    try:
        # Who is refused may be reset in the middle of what it sends.
        with suppress(OSError, EOFError):
            await number.choice(WAYS)(peer, number)
            match number.randrange(4):
                case 0:
                    peer.shut()
                    await peer.read_encrypted()
                case 1:
                    await peer.send_encrypted(peer.say_goodbye() or b"?")
                case 2:
                    async with asyncio.timeout(0.05):
                        await peer.read_encrypted()
                case _:
                    # Reset, with what was not read.
                    peer._socket.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                    )
    finally:
        peer.drop()


def descriptors() -> int:
    """Return how many files and sockets are open."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_handshakes_of_all_wrong_kinds(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them costs the charger an answer, or leaves anything behind."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 1.0)
    verdicts = random.Random(0)

    def accept(opening: Handshake) -> Verdict | Awaitable[Verdict]:
        async def later(verdict: Verdict) -> Verdict:
            await asyncio.sleep(verdicts.random() * 0.02)
            return verdict

        if opening.charge_point_id == "CP1":
            return None
        verdict = verdicts.choice([None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND])
        return later(verdict) if verdicts.random() < 0.5 else verdict

    async with Secured() as central:
        central.server._accept = accept
        await central.server.listen_tls(0)
        charger = (await central.connect_tls()).peer
        old_charger = (await central.connect()).peer
        tasks, open_before = asyncio.all_tasks(), descriptors()
        for at in range(0, len(SEEDS), ROUND):
            await asyncio.gather(
                *(
                    one(central, seed, f"127.0.3.{place + 1}")
                    for place, seed in enumerate(SEEDS[at : at + ROUND])
                )
            )
            for peer in (charger, old_charger):
                assert (await peer.ask([2, str(at), "A", {}]))[:2] == [3, str(at)]
        budget = central.server.budget
        await until(lambda: budget.connections == 2)
        assert budget.handshakes == budget.waiting == 0
        assert central.server._verdicts == set()
        await until(lambda: asyncio.all_tasks() <= tasks)
        assert descriptors() <= open_before
        assert budget.turned_away == 0
    # A broken list of subprotocols is told of, once for each.
    told = [one for one in complaints(caplog) if "was sent away: of" not in one]
    assert told == []
