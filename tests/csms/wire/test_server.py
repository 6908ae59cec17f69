"""The handshake of OCPP-J 1.6, section 3, and the life of the listening port, byte by byte."""

import _socket
import asyncio
import base64
import hashlib
from http import HTTPStatus
import logging
import socket
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.wire import server as server_module, websocket
from custom_components.ocpp_cs.csms.wire.handshake import IdSource
from custom_components.ocpp_cs.csms.wire.rpc import Connection
from custom_components.ocpp_cs.csms.wire.server import Handshake, Server, probe_port
from tests.csms.central import Central, until
from tests.csms.peer import KEY, OCPP, TEXT, UPGRADE, Peer, encode

PLAIN = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\n\r\n"


def upgrade_but(name: str, *lines: str) -> tuple[str, ...]:
    """Return the headers of a handshake with one replaced."""
    kept = (line for line in UPGRADE if not line.startswith(f"{name}:"))
    return (*kept, OCPP, *lines)


async def assert_served(peer: Peer) -> None:
    """Check that a charger gets answers."""
    assert peer.status == 101
    assert (await peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]


# The path.


@pytest.mark.parametrize(
    ("target", "charge_point_id"),
    [
        ("/CP1", "CP1"),
        ("/ocpp/CP3211", "CP3211"),
        ("/webServices/ocpp/deep/er/CP3211", "CP3211"),
        ("/ocppj/RDAM%20123", "RDAM 123"),
        ("/ocpp/CP1/", "CP1"),
        ("/ocpp/CP1//", "CP1"),
        ("//CP1", "CP1"),
        ("/ocpp/CP1?token=/x/y#z", "CP1"),
        ("/ocpp/CP1#a/b?c", "CP1"),
        ("/ocpp/CP1/?a=b", "CP1"),
        ("/a%2Fb", "a/b"),
        ("/W%C3%A4rme%E2%82%AC", "Wärme€"),
        ("/a+b", "a+b"),
        ("/100%25", "100%"),
        ("/a:b@c!$&'()*,;=~-._", "a:b@c!$&'()*,;=~-._"),
        ("/..", ".."),
        ("/" + "x" * 255, "x" * 255),
        ("/" + "%C3%A4" * 255, "ä" * 255),
        ("ws://host:9000/ocpp/CP1", "CP1"),
        ("http://host/CP1?x", "CP1"),
        ("CP1", "CP1"),
    ],
)
async def test_the_id_is_the_last_segment_of_the_path_decoded(
    central: Central, target: str, charge_point_id: str
) -> None:
    """J3.1.1."""
    peer = await central.dial()
    await peer.request(target)
    await assert_served(peer)
    assert central.handshakes[0].charge_point_id == charge_point_id


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "//",
        "/?CP1",
        "/#CP1",
        "*",
        "http://host",
        "http://host/",
        "/%20%20",
        "/%",
        "/a%2",
        "/a%zz",
        "/%FF",
        "/%C3",
        "/%ED%A0%80",
        "/a%00b",
        "/a%0Ab",
        "/a%7F",
        "/a%C2%85b",
        "/a%E2%80%AEb",
        "/" + "x" * 256,
        "/" + "%C3%A4" * 256,
    ],
)
async def test_an_unusable_id_is_not_found(central: Central, target: str) -> None:
    """J3.2a: 404, with a short text; nobody is asked about it."""
    if target == "*":
        central.answer = HTTPStatus.NOT_FOUND
    peer = await central.dial()
    body = await peer.request(target)
    assert peer.status == 404
    assert 0 < len(body) < 100
    if target != "*":
        assert central.handshakes == []
    await peer.end()


@pytest.mark.parametrize(
    "status", [HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED]
)
async def test_who_is_not_accepted_gets_the_status_of_the_owner(
    central: Central, status: HTTPStatus
) -> None:
    """J3.2a, JE3.4, E3.68: an unknown id is a 404, to be retried."""
    central.answer = status
    for _ in range(2):
        peer = await central.dial()
        body = await peer.request("/CP1")
        assert peer.status == status
        assert body == f"{status.phrase}\n"
        assert ("www-authenticate" in peer.headers) == (status == 401)
        await peer.end()
    central.answer = None
    peer = await central.dial()
    await peer.request("/CP1")
    await assert_served(peer)


async def test_an_owner_that_cannot_decide_is_logged_and_refuses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next one has its chance."""

    def accept(handshake: Handshake) -> HTTPStatus | None:
        raise LookupError

    async def serve(socket: Any, handshake: Handshake) -> None:
        raise AssertionError

    server = Server(
        "127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=accept, serve=serve
    )
    await server.start()
    try:
        for _ in range(2):
            peer = await Peer.open(server.port)
            await peer.request("/CP1")
            assert peer.status == 500
            peer.drop()
    finally:
        await server.stop()
    assert caplog.text.count("Deciding over CP1 failed") == 2


@pytest.mark.parametrize(
    ("target", "lines", "charge_point_id", "source"),
    [
        ("/?id=CP1", (), "CP1", IdSource.QUERY),
        ("/?chargePointId=CP%201&token=x", (), "CP 1", IdSource.QUERY),
        ("/?charge_box_id=CP1#id=CP2", (), "CP1", IdSource.QUERY),
        ("ws://host:9000/?cp-id=CP1", (), "CP1", IdSource.QUERY),
        ("/ocpp?id=CP1", (), "CP1", IdSource.QUERY),
        ("/x/OCPP/?id=CP1", (), "CP1", IdSource.QUERY),
        ("/", ("Authorization: Basic Q1AxOng=",), "CP1", IdSource.USER),
        ("/?id=CP1", ("Authorization: Basic Q1AxOng=",), "CP1", IdSource.QUERY),
        # Not the only one, or not where it would have to be.
        ("/CP9?id=CP1", ("Authorization: Basic Q1AxOng=",), "CP9", IdSource.PATH),
        ("/ocpp", ("Authorization: Basic Q1AxOng=",), "ocpp", IdSource.PATH),
        ("/ocpp?id=CP1&id=CP2", (), "ocpp", IdSource.PATH),
        ("/ws?token=CP1", (), "ws", IdSource.PATH),
    ],
)
async def test_an_id_elsewhere_is_taken_if_it_is_the_only_one(
    central: Central,
    target: str,
    lines: tuple[str, ...],
    charge_point_id: str,
    source: IdSource,
) -> None:
    peer = await central.dial()
    await peer.request(target, (*UPGRADE, OCPP, *lines))
    await assert_served(peer)
    handshake = central.handshakes[0]
    assert (handshake.charge_point_id, handshake.id_source) == (charge_point_id, source)


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("/?id=CP1&id=CP2", ()),
        ("/?id=CP2", ("Authorization: Basic Q1AxOng=",)),
        ("/?token=CP1", ()),
        ("/?id=", ()),
        ("/?id=%00", ()),
        ("/?id=%FF", ()),
        ("/?" + "a=b&" * 400 + "id=CP1" * 100, ()),
        ("/%FF?id=CP1", ()),
    ],
)
async def test_ids_elsewhere_of_which_none_is_the_one(
    central: Central, target: str, lines: tuple[str, ...]
) -> None:
    peer = await central.dial()
    await peer.request(target, (*UPGRADE, OCPP, *lines))
    assert peer.status == 404
    assert central.handshakes == []


async def test_what_is_adopted_is_an_id_whatever_it_looks_like() -> None:
    async with Central(adopted=["ocpp"]) as central:
        peer = await central.dial()
        await peer.request("/ocpp?id=CP1")
        await assert_served(peer)
        assert central.handshakes[0].charge_point_id == "ocpp"


async def test_who_has_no_id_is_logged_once(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries again for ever."""
    caplog.set_level(logging.INFO)
    for _ in range(5):
        peer = await central.dial()
        await peer.request("/", UPGRADE)
        assert peer.status == 404
    ours = [one for one in caplog.records if one.name == server_module.__name__]
    assert len(ours) == 1
    assert "127.0.0.1 is refused" in ours[0].getMessage()


# Web pages.

CHROMIUM = (
    "Pragma: no-cache",
    "Cache-Control: no-cache",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36",
    "Origin: http://evil.example",
    "Accept-Encoding: gzip, deflate",
    "Accept-Language: en-US,en;q=0.9",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
)
FIREFOX = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept: */*",
    "Origin: null",
    "Sec-Fetch-Dest: empty",
    "Sec-Fetch-Mode: websocket",
    "Sec-Fetch-Site: cross-site",
)


@pytest.mark.parametrize(
    "lines",
    [
        CHROMIUM,
        FIREFOX,
        FIREFOX[2:],
        ("Sec-Fetch-Site: same-origin",),
        ("sec-fetch-mode: websocket", "origin: http://x"),
        ("origin: http://x", "user-agent:  mozilla/4.0"),
    ],
    ids=range(6),
)
async def test_a_web_page_is_no_charge_point(
    central: Central, lines: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """Any page, of the internet too, has its visitor's browser connect anywhere."""
    for _ in range(2):
        peer = await central.dial()
        await peer.request("/CP1", (*UPGRADE, OCPP, *lines))
        assert peer.status == 403
    assert central.handshakes == []
    assert caplog.text.count("A web page") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("User-Agent: TinyWebsockets Client", "Origin: https://example.org/Tiny"),
        ("Origin: http://192.168.1.2:9000",),
        ("User-Agent: Mozilla/5.0 (charger)",),
        # Node.js, which has a client of its own.
        ("User-Agent: node", "Sec-Fetch-Mode: websocket", "Accept-Language: *"),
    ],
)
async def test_a_library_that_sends_some_of_it_is_served(
    central: Central, lines: tuple[str, ...]
) -> None:
    peer = await central.dial()
    await peer.request("/CP1", (*UPGRADE, OCPP, *lines))
    await assert_served(peer)


# The subprotocol.


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp1.6, ocpp1.5"], "ocpp1.6"),
        (["ocpp0.1, ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1,ocpp2.0 ,ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1", "ocpp1.6"], "ocpp1.6"),
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp1.6,"], "ocpp1.6"),
        (["", "ocpp1.6"], "ocpp1.6"),
        (['"quoted", (odd), ocpp1.6'], "ocpp1.6"),
    ],
)
async def test_1_6_is_chosen_from_any_list_that_holds_it(
    central: Central, offered: list[str], chosen: str
) -> None:
    """J3.1.2; test case 088: [ocpp0.1, ocpp1.6] picks 1.6."""
    peer = await central.dial()
    lines = (f"Sec-WebSocket-Protocol: {line}" for line in offered)
    await peer.request("/CP1", (*UPGRADE, *lines))
    assert peer.headers["sec-websocket-protocol"] == chosen
    assert central.handshakes[0].subprotocol == chosen
    assert chosen in central.handshakes[0].subprotocols_offered
    await assert_served(peer)


@pytest.mark.parametrize("lines", [(), ("Sec-WebSocket-Protocol: ",)])
async def test_who_offers_none_is_served_all_the_same(
    central: Central, lines: tuple[str, ...]
) -> None:
    """J3.1.2, liberal: without the header, which was not asked for."""
    peer = await central.dial()
    await peer.request("/CP1", (*UPGRADE, *lines))
    assert "sec-websocket-protocol" not in peer.headers
    assert central.handshakes[0].subprotocol is None
    assert central.handshakes[0].subprotocols_offered == ()
    await assert_served(peer)


@pytest.mark.parametrize(
    ("strict", "lines", "words"),
    [
        (False, ("Sec-WebSocket-Protocol: ocpp2.0.1",), "'ocpp2.0.1'"),
        (False, ("Sec-WebSocket-Protocol: ocpp0.1, x16",), "'ocpp0.1', 'x16'"),
        (False, ('Sec-WebSocket-Protocol: "ocpp1.6"',), "ocpp1.6"),
        (True, ("Sec-WebSocket-Protocol: ocpp1.5",), "'ocpp1.5'"),
        (True, (), "no subprotocol"),
    ],
)
async def test_without_agreement_the_handshake_is_completed_and_then_closed(
    strict: bool,
    lines: tuple[str, ...],
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """J3.2b; test case 088: only unknown ones is refused. Logged once."""
    async with Central(strict_subprotocol=strict) as central:
        for _ in range(2):
            peer = await central.dial()
            await peer.request("/CP1", (*UPGRADE, *lines))
            assert peer.status == 101
            assert "sec-websocket-protocol" not in peer.headers
            assert await peer.close_code() == 1002
            await peer.part(1002)
        assert central._links.empty()
    warnings = [
        record
        for record in caplog.records
        if record.levelname == "WARNING" and record.name == server_module.__name__
    ]
    assert len(warnings) == 1
    assert words in warnings[0].getMessage()


async def test_complaints_about_subprotocols_are_limited(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Strangers do not fill the log."""
    monkeypatch.setattr(server_module, "_MAX_COMPLAINTS", 2)
    async with Central() as central:
        for number in range(4):
            peer = await central.dial()
            await peer.request(
                f"/CP{number}", (*UPGRADE, "Sec-WebSocket-Protocol: ocpp2.1")
            )
            assert await peer.close_code() == 1002
            peer.drop()
    assert caplog.text.count("was sent away") == 2


async def test_strict_serves_who_offers_1_6() -> None:
    """J3.1.2."""
    async with Central(strict_subprotocol=True) as central:
        await assert_served((await central.connect()).peer)


# Odd handshakes.


@pytest.mark.parametrize(
    "headers",
    [
        upgrade_but("Connection"),
        upgrade_but("Connection", "Connection: keep-alive"),
        upgrade_but("Connection", "Connection: keep-alive, upgrade"),
        upgrade_but("Connection", "Connection: close", "Connection: UPGRADE"),
        upgrade_but("Connection", "Connection: ;;"),
        upgrade_but("Upgrade"),
        upgrade_but("Upgrade", "Upgrade: WebSocket"),
        upgrade_but("Upgrade", "Upgrade: websocket, foo/2"),
        upgrade_but("Sec-WebSocket-Version"),
        upgrade_but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8"),
        upgrade_but("Host"),
        upgrade_but("Host", "Origin: http://evil", "Origin: null"),
        upgrade_but("Host", "Sec-WebSocket-Extensions: permessage-deflate"),
        upgrade_but("Host", "Sec-WebSocket-Extensions: ;;=,"),
        upgrade_but("Host", "X-Odd: \u00fc\u20ac"),
        (
            *(line.swapcase() for line in UPGRADE if KEY not in line),
            f"SEC-WEBSOCKET-key:{KEY}",
            "sec-websocket-PROTOCOL:ocpp1.6",
        ),
    ],
)
async def test_odd_headers_do_no_harm(
    central: Central, headers: tuple[str, ...]
) -> None:
    """J3.1.3: proxies and small websocket stacks mangle the request."""
    peer = await central.dial()
    await peer.request("/CP1", headers)
    await assert_served(peer)
    digest = hashlib.sha1(f"{KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode())
    expected = base64.b64encode(digest.digest()).decode()
    assert peer.headers["sec-websocket-accept"] == expected
    assert "sec-websocket-extensions" not in peer.headers


@pytest.mark.parametrize(
    "headers",
    [
        upgrade_but("Sec-WebSocket-Key", "Sec-WebSocket-Key: short"),
        upgrade_but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"),
    ],
)
async def test_what_cannot_be_mended_is_refused_without_asking(
    central: Central, headers: tuple[str, ...]
) -> None:
    """RFC 6455, 4.4."""
    peer = await central.dial()
    await peer.request("/CP1", headers)
    assert peer.status == 400
    assert peer.headers["sec-websocket-version"] == "13"
    assert central.handshakes == []


async def test_a_browser_is_told_what_this_is(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    """No handshake at all: a short text, nothing in the log."""
    caplog.set_level(logging.INFO)
    peer = await central.dial()
    await peer.send_bytes(PLAIN.encode())
    body = await peer.read_response()
    assert peer.status == 426
    assert peer.headers["upgrade"] == "websocket"
    assert "OCPP" in body
    assert len(body) < 300
    await peer.end()
    assert central.handshakes == []
    assert not [r for r in caplog.records if r.name.startswith("websockets")]


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x0a\x00" * 40,
        b"SSH-2.0-scanner\r\n",
        b"GET /CP1 HTTP/1.1\r\nbroken\r\n\r\n",
        b"GET /CP1 HTTP/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"\0" * 20_000,
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 500 + b"\r\n",
        b"\r\n\r\n",
    ],
    ids=range(11),
)
async def test_scanners_make_no_noise(
    central: Central, noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A TLS hello, a port scanner, broken HTTP: nothing above DEBUG."""
    caplog.set_level(logging.INFO)
    peer = await central.dial()
    await peer.send_bytes(noise)
    peer.drop()
    # The server has seen it when it has served somebody who came later and stops.
    await assert_served((await central.connect()).peer)
    await central.server.stop()
    assert not [
        record
        for record in caplog.records
        if record.name.startswith(("websockets", "custom_components"))
        or record.levelno >= logging.ERROR
    ]


async def test_real_errors_of_the_library_are_still_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Only what strangers do is kept quiet."""
    logger = server_module._QuietLogger(logging.getLogger("websockets.server"))
    caplog.set_level(logging.DEBUG)
    logger.debug("< %s: %s", "Authorization", "Basic c2VjcmV0")
    logger.info("connection open")
    logger.error("opening handshake failed")
    logger.error("parser failed", extra={"kept": 1})
    assert [record.getMessage() for record in caplog.records] == ["parser failed"]
    assert caplog.records[0].kept == 1  # type: ignore[attr-defined]


# What is known of a charger.


def basic(credentials: bytes) -> str:
    """Return an Authorization header."""
    return f"Authorization: Basic {base64.b64encode(credentials).decode()}"


@pytest.mark.parametrize(
    ("lines", "user", "password"),
    [
        ((), None, None),
        ((basic(b"CP1:secret"),), "CP1", "secret"),
        ((basic(b"CP1:a:b"),), "CP1", "a:b"),
        ((basic(b"CP1:"),), "CP1", ""),
        ((basic("Wärme:ü€".encode()),), "Wärme", "ü€"),
        ((basic(b"CP1:\x00\xff"),), "CP1", "\x00\udcff"),
        ((basic(b"\xff:x"),), None, None),
        ((basic(b"CP1"),), None, None),
        (("Authorization: Basic !!!",), None, None),
        (("Authorization: Basic",), None, None),
        (("Authorization: Basic \u00fc\u20ac",), None, None),
        (("authorization: BASIC  Q1AxOng=",), "CP1", "x"),
        (("Authorization: Bearer abc",), None, None),
        (("Authorization: ",), None, None),
        ((basic(b"a:b"), basic(b"c:d")), None, None),
    ],
)
async def test_credentials_are_read_as_far_as_they_make_sense(
    central: Central,
    lines: tuple[str, ...],
    user: str | None,
    password: str | None,
) -> None:
    """A00.FR.3xx: Basic authentication; malformed ones are as good as none."""
    peer = await central.dial()
    await peer.request("/CP1", (*UPGRADE, OCPP, *lines))
    await assert_served(peer)
    handshake = central.handshakes[0]
    assert (handshake.user, handshake.password) == (user, password)


async def test_a_password_is_never_logged(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    """A01.FR.02-09: not even when everything else is."""
    caplog.set_level(logging.DEBUG)
    header = basic(b"CP1:secret")
    peer = await central.dial()
    await peer.request("/CP1?password=secret", (*UPGRADE, OCPP, header))
    await assert_served(peer)
    assert "asked for '/CP1'" in caplog.text
    assert "secret" not in caplog.text + repr(central.handshakes)
    assert header.rpartition(" ")[2] not in caplog.text + repr(central.handshakes)


@pytest.mark.parametrize(
    ("lines", "host"),
    [
        (("Host: Home.example:9000",), "home.example"),
        (("Host: 192.0.2.10",), "192.0.2.10"),
        (("Host: [2001:db8::1]:9000",), "2001:db8::1"),
        (("Host: ",), None),
        (("Host: [", "X: y"), None),
        ((), None),
    ],
)
async def test_a_handshake_holds_the_host_that_is_asked_for(
    central: Central, lines: tuple[str, ...], host: str | None
) -> None:
    peer = await central.dial()
    await peer.request("/CP1", upgrade_but("Host", *lines))
    await assert_served(peer)
    assert central.handshakes[0].host == host


async def test_a_handshake_holds_what_is_known(central: Central) -> None:
    """For diagnostics, and to recognise a charger."""
    peer = await central.dial()
    await peer.request(
        "/ocpp/CP%201/?token=x", (*UPGRADE, OCPP, "User-Agent: Charger/1.0")
    )
    assert central.handshakes == [
        Handshake(
            charge_point_id="CP 1",
            prefix=("ocpp",),
            path="/ocpp/CP%201/",
            remote="127.0.0.1",
            subprotocols_offered=("ocpp1.6",),
            subprotocol="ocpp1.6",
            user=None,
            password=None,
            user_agent="Charger/1.0",
            host="127.0.0.1",
        )
    ]


# Serving.


async def test_a_failure_while_serving_is_logged_and_ends_one_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others live on."""

    async def serve(websocket: websocket.WebSocket, handshake: Handshake) -> None:
        if handshake.charge_point_id == "bad":
            raise LookupError
        await websocket.wait_closed()

    server = Server(
        "127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=lambda _: None, serve=serve
    )
    await server.start()
    try:
        good, bad = [await Peer.open(server.port) for _ in range(2)]
        await good.request("/good")
        await bad.request("/bad")
        assert await bad.close_code() == 1011
        bad.drop()
        stopping = asyncio.ensure_future(server.stop())
        assert await good.close_code() == 1001
        good.drop()
        await stopping
    finally:
        await server.stop()
    assert "LookupError" in caplog.text


async def test_a_connection_that_is_no_longer_served_is_closed() -> None:
    """With 1000: nothing went wrong."""

    async def serve(websocket: Any, handshake: Handshake) -> None:
        return

    server = Server(
        "127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=lambda _: None, serve=serve
    )
    await server.start()
    peer = await Peer.open(server.port)
    await peer.request("/CP1")
    assert await peer.close_code() == 1000
    await peer.part(1000)
    await server.stop()


async def test_a_message_in_the_same_packet_as_the_handshake_is_not_lost(
    central: Central,
) -> None:
    """Some send before they have read the answer."""
    peer = await central.dial()
    request = "\r\n".join(("GET /CP1 HTTP/1.1", *UPGRADE, OCPP, "", "")).encode()
    await peer.send_bytes(request + encode(TEXT, b'[2,"early","Heartbeat",{}]'))
    await peer.read_response()
    assert (await peer.receive())[1] == "early"


# The port.


async def test_a_busy_port_is_an_os_error(central: Central) -> None:
    """At start, and for the config flow."""
    port = central.server.port
    with pytest.raises(OSError):
        await probe_port("127.0.0.1", port)
    other = Server(
        "127.0.0.1",
        port,
        subprotocols=("ocpp1.6",),
        accept=lambda _: None,
        serve=central._serve,
    )
    with pytest.raises(OSError):
        await other.start()
    await other.stop()
    await central.server.stop()
    await probe_port("127.0.0.1", port)
    await probe_port("127.0.0.1", port)
    await other.start()
    await other.stop()


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("192.0.2.1", 0),
        ("x" * 70, 0),
        ("a..b", 0),
        ("a\0b", 0),
        ("127.0.0.1", 70000),
        ("127.0.0.1", -1),
    ],
)
async def test_an_impossible_address_is_an_os_error(
    host: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a user puts in: one kind of exception."""
    # The tests' own one knows no names at all.
    monkeypatch.setattr(socket, "getaddrinfo", _socket.getaddrinfo)
    with pytest.raises(OSError):
        await probe_port(host, port)
    server = Server(
        host,
        port,
        subprotocols=("ocpp1.6",),
        accept=lambda _: None,
        serve=lambda *_: asyncio.sleep(0),
    )
    with pytest.raises(OSError):
        await server.start()


async def test_all_addresses_can_be_listened_on() -> None:
    """Without a host."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    central = Central()
    central.server._host, central.server.port = None, port
    await probe_port(None, port)
    async with central:
        assert central.server.port == port
        await assert_served((await central.connect()).peer)


async def test_stop_closes_everything_with_1001_and_frees_the_port() -> None:
    """On unload and on Home Assistant's stop; twice does no harm."""
    central = Central()
    await central.server.stop()
    await central.server.start()
    port = central.server.port
    links = [await central.connect() for _ in range(3)]
    stopping = [asyncio.ensure_future(central.server.stop()) for _ in range(2)]
    for link in links:
        assert await link.peer.close_code() == 1001
        await link.peer.part(1001)
    await asyncio.gather(*stopping)
    for link in links:
        assert link.served.is_set()
    await central.server.stop()
    again = Central()
    again.server.port = port
    async with again:
        assert again.server.port == port
        await assert_served((await again.connect()).peer)
        for link in links:
            link.peer.drop()


async def test_stop_waits_for_nobody() -> None:
    """Half-open ones, silent ones, ones in the middle of the handshake."""
    central = Central()
    await central.server.start()
    port = central.server.port
    silent = await central.dial()
    half = await central.dial()
    await half.send_bytes(b"GET /CP1 HTTP/1.1\r\nHost:")
    mute = await central.connect()
    deaf = await central.connect(receive_buffer=4096)
    server_side = deaf.websocket.transport.get_extra_info("socket")
    server_side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    call = asyncio.ensure_future(deaf.connection.call("A", {"x": "y" * 500_000}))
    await until(lambda: deaf.websocket.paused)
    # In the backlog when it stops.
    late = await central.dial()
    async with asyncio.timeout(60):
        await central.server.stop()
        with pytest.raises(Exception, match="closed"):
            await call
        await probe_port("127.0.0.1", port)
        for peer in (silent, half, late, mute.peer, deaf.peer):
            await peer.end()
            peer.drop()
    assert mute.served.is_set() and deaf.served.is_set()


async def test_stop_does_not_wait_for_a_server_function_that_hangs() -> None:
    """It is cancelled; one that resists is left alone."""
    cancelled: list[str] = []
    free = asyncio.Event()

    async def serve(websocket: Any, handshake: Handshake) -> None:
        try:
            await free.wait()
        except asyncio.CancelledError:
            cancelled.append(handshake.charge_point_id)
            if handshake.charge_point_id == "stubborn":
                await free.wait()
            raise

    server = Server(
        "127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=lambda _: None, serve=serve
    )
    await server.start()
    peers = [await Peer.open(server.port) for _ in range(2)]
    for peer, name in zip(peers, ("tame", "stubborn"), strict=True):
        await peer.request(f"/{name}")
        peer.drop()
    tasks = list(server._websockets.values())
    async with asyncio.timeout(60):
        await server.stop()
    assert sorted(cancelled) == ["stubborn", "tame"]
    await probe_port("127.0.0.1", server.port)
    free.set()
    await asyncio.wait(tasks)


async def test_a_charger_may_stop_the_server_that_serves_it() -> None:
    """An owner that stops from within does not wait for itself."""
    stopped = asyncio.Event()
    server: Server

    async def serve(websocket: Any, handshake: Handshake) -> None:
        await server.stop()
        stopped.set()

    server = Server(
        "127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=lambda _: None, serve=serve
    )
    await server.start()
    peer = await Peer.open(server.port)
    await peer.request("/CP1")
    assert await peer.close_code() == 1001
    peer.drop()
    async with asyncio.timeout(60):
        await stopped.wait()


async def test_the_server_can_start_again_after_it_was_stopped(
    central: Central,
) -> None:
    """On the port that it had."""
    port = central.server.port
    await assert_served((await central.connect()).peer)
    await central.server.stop()
    await central.server.start()
    assert central.server.port == port
    await assert_served((await central.connect()).peer)


async def test_the_newest_of_two_sockets_can_have_the_old_one_dropped(
    central: Central,
) -> None:
    """What a charge point does with its old connection is up to its owner."""
    old = await central.connect()
    new = await central.connect()
    assert isinstance(old.connection, Connection)
    old.connection.abort()
    await old.peer.end()
    await assert_served(new.peer)
