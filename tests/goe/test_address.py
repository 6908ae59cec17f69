"""Addresses as users type them, and our own as the charger sees it."""

import asyncio
import socket
from urllib.parse import urlsplit

from hypothesis import example, given, strategies as st
import pytest
from yarl import URL

from custom_components.ocpp_cs.goe.address import (
    charge_url,
    own_address,
    parse_host,
    without_port,
)


@pytest.mark.parametrize(
    ("text", "host", "bare"),
    [
        ("192.168.1.20", "192.168.1.20", "192.168.1.20"),
        (" http://192.168.1.20/api/status?x=1 ", "192.168.1.20", "192.168.1.20"),
        (
            "HTTPS://go-eCharger_123456.local",
            "go-eCharger_123456.local",
            "go-eCharger_123456.local",
        ),
        ("192.168.1.20:80", "192.168.1.20", "192.168.1.20"),
        ("192.168.1.20:8080", "192.168.1.20:8080", "192.168.1.20"),
        ("wallbox.", "wallbox.", "wallbox."),
        ("fd00::1", "[fd00::1]", "fd00::1"),
        ("[FD00::0001]:8080", "[fd00::1]:8080", "fd00::1"),
        ("http://[fd00::1]/", "[fd00::1]", "fd00::1"),
    ],
)
def test_hosts(text: str, host: str, bare: str) -> None:
    assert parse_host(text) == host
    assert parse_host(host) == host
    assert without_port(host) == bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "http://",
        "ftp://wallbox",
        "user:pass@wallbox",
        "user@wallbox",
        "wall box",
        "wallbox:",
        "wallbox:0",
        "a..b",
        "fe80::1%eth0",
        "wallbox:65536",
        "wallbox:²",
        "wallbox?x",
        "wallbox#x",
        "-wallbox",
        "[fd00::1",
        "[fd00::1]8080",
        "[wallbox]",
        "1:2:3",
        "a" * 254,
        "wallbox\r\nX: y",
    ],
)
def test_no_hosts(text: str) -> None:
    with pytest.raises(ValueError):
        parse_host(text)


@given(st.text(max_size=30) | st.text("ab.:[]/@%-1_", max_size=20))
@example("a..b")
@example("fe80::1%eth0")
def test_any_host(text: str) -> None:
    try:
        host = parse_host(text)
    except ValueError:
        return
    assert parse_host(host) == host
    parts = urlsplit(f"http://{host}/api/set?x=1")
    assert (parts.path, parts.query, parts.username) == ("/api/set", "x=1", None)


async def test_own_address() -> None:
    assert await own_address("127.0.0.1:8080") == "127.0.0.1"
    assert await own_address("localhost") == "127.0.0.1"


@pytest.mark.parametrize("error", [socket.gaierror("no such name"), UnicodeError()])
async def test_a_name_that_is_not_known(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Real names are not asked for in tests."""

    async def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    assert await own_address("wallbox") is None


async def test_no_way_to_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe(socket.socket):
        def connect(self, address: object, /) -> None:
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Probe)
    assert await own_address("127.0.0.1") is None


async def test_addresses_of_no_use_to_a_charger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a routing table may answer cannot be had on every machine."""
    answers = iter([("fe80::5", 1, 0, 2), ("::", 1), ("junk", 1), ("fd00::5", 1, 0, 0)])

    class Probe(socket.socket):
        def connect(self, address: object, /) -> None: ...

        def getsockname(self) -> object:
            return next(answers)

    monkeypatch.setattr(socket, "socket", Probe)
    for expected in (None, None, None, "fd00::5"):
        assert await own_address("127.0.0.1") == expected


@pytest.mark.parametrize(
    ("host", "charge_point_id", "url"),
    [
        ("192.168.1.2", "237512", "ws://192.168.1.2:9000/237512"),
        ("fd00::2", "237512", "ws://[fd00::2]:9000/237512"),
        ("ha.example", "A/B ü", "ws://ha.example:9000/A%2FB%20%C3%BC"),
    ],
)
def test_url_for_the_charger(host: str, charge_point_id: str, url: str) -> None:
    assert charge_url(host, 9000, charge_point_id) == url
    assert URL(url, encoded=True).port == 9000
