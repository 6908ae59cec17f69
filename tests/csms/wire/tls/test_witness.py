"""What OpenSSL's own client says of versions, suites, keys and ends."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import shutil

import pytest

from custom_components.ocpp_cs.csms.model.security import TlsProblem
from custom_components.ocpp_cs.csms.security.authority import (
    Algorithm,
    KeyAndCertificate,
    new_authority,
    new_leaf,
)
from custom_components.ocpp_cs.csms.security.contexts import server_context
from tests.csms.central import until

from .secured import REQUEST, Secured

OPENSSL = shutil.which("openssl")

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here")

SUITES = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
]


@pytest.fixture(scope="module")
def pairs() -> list[KeyAndCertificate]:
    now = datetime.now(UTC)
    authority = new_authority("Example", now=now)
    return [
        new_leaf(authority, ("127.0.0.1",), algorithm=algorithm, now=now)
        for algorithm in Algorithm
    ]


@asynccontextmanager
async def client(port: int, *options: str) -> AsyncIterator[Process]:
    """Run a client, which ends with this."""
    assert OPENSSL is not None
    process = await asyncio.create_subprocess_exec(
        OPENSSL,
        "s_client",
        "-connect",
        f"127.0.0.1:{port}",
        "-noservername",
        *options,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read_until(process: Process, text: bytes) -> bytes:
    """Return what a client says, up to a text or its end."""
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(60):
        while text not in said:
            data = await process.stdout.read(4096)
            if not data:
                break
            said += data
    return said


async def write(process: Process, data: bytes) -> None:
    """Let a client send something, or obey a letter at the beginning of a line."""
    assert process.stdin is not None
    process.stdin.write(data)
    await process.stdin.drain()


@pytest.fixture
async def both(central: Secured, pairs: list[KeyAndCertificate]) -> Secured:
    """Return a central system with the contexts that are really used."""
    central.server.tls = server_context(pairs)
    return central


@pytest.mark.parametrize("suite", SUITES)
async def test_suites_of_tls_1_2(both: Secured, suite: str) -> None:
    async with client(both.tls_port, "-tls1_2", "-cipher", suite) as process:
        await write(process, REQUEST)
        said = await read_until(process, b"101 Switching Protocols")
    assert f"Cipher is {suite}".encode() in said
    assert b"Secure Renegotiation IS supported" in said
    tls = both.handshakes[0].tls
    assert tls is not None
    assert (tls.version, tls.cipher) == ("TLSv1.2", suite)


async def test_tls_1_3(both: Secured) -> None:
    for port in (both.tls_port, both.server.port):
        async with client(port, "-tls1_3") as process:
            await write(process, REQUEST)
            said = await read_until(process, b"101 Switching Protocols")
        assert b"New, TLSv1.3, Cipher is TLS_" in said
        assert b"New Session Ticket" not in said
    assert [one.tls is not None for one in both.handshakes] == [True, True]


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
async def test_old_versions(both: Secured, version: str) -> None:
    options = (version, "-cipher", "ALL:@SECLEVEL=0")
    async with client(both.tls_port, *options) as process:
        said = await read_until(process, b"nothing that it says")
    assert b"alert protocol version" in said
    await until(lambda: both.problems == [TlsProblem.OLD_VERSION])


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
async def test_old_versions_where_they_are_allowed(
    both: Secured, pairs: list[KeyAndCertificate], version: str
) -> None:
    both.server.tls = server_context(pairs, old_versions=True)
    options = (version, "-cipher", "ALL:@SECLEVEL=0")
    async with client(both.tls_port, *options) as process:
        await write(process, REQUEST)
        said = await read_until(process, b"101 Switching Protocols")
    assert b"101 Switching Protocols" in said
    tls = both.handshakes[0].tls
    assert tls is not None
    assert tls.version == {"-tls1": "TLSv1", "-tls1_1": "TLSv1.1"}[version]


@pytest.mark.parametrize("letter", [b"K\n", b"k\n"])
async def test_a_change_of_keys(both: Secured, letter: bytes) -> None:
    """Of both sides, or of the client's only (RFC 8446, 4.6.3)."""
    async with client(both.tls_port, "-tls1_3") as process:
        await read_until(process, b"Verify return code")
        await write(process, letter)
        said = await read_until(process, b"KEYUPDATE")
        assert b"KEYUPDATE" in said
        await write(process, REQUEST)
        said = await read_until(process, b"101 Switching Protocols")
    assert b"101 Switching Protocols" in said


async def test_no_renegotiation(both: Secured) -> None:
    """Nor does asking for it do anything to those that are connected."""
    link = await both.connect()
    async with client(both.tls_port, "-tls1_2") as process:
        await read_until(process, b"Verify return code")
        await write(process, b"R\n")
        said = await read_until(process, b"no renegotiation")
    assert b"no renegotiation" in said
    assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
    assert both.refused == []


async def test_the_end_is_told(both: Secured) -> None:
    """Its own end is the end of ours, and ours comes with a goodbye."""
    async with client(both.tls_port, "-tls1_2", "-quiet") as process:
        await write(process, b"GET /CP1 HTTP/1.1\r\nHost: x\r\n\r\n")
        said = await read_until(process, b"nothing that it says")
        assert b"426 Upgrade Required" in said
        assert b"unexpected eof" not in said
    await until(lambda: not both.server.budget.connections)
