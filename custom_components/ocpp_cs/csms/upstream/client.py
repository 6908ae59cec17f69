"""The connection to an upstream: its websocket, and why there is none.

The websocket is that of `websockets`, whose client does handshake, TLS, redirects and
pings; the central system's own server is written for thousands of messages per second,
which no upstream sends.
"""

import asyncio
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
import logging
import os
import re
import socket
import ssl
from typing import Final, override
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    NegotiationError,
    SecurityError,
)
from websockets.typing import Subprotocol

from ..wire.rpc import Channel, Receive, ReceiveOversized

_OPEN_SECONDS: Final = 20.0
_CLOSE_SECONDS: Final = 2.0
_PING_SECONDS: Final = 60.0
_NO_PINGS_S: Final = 86400.0
_MOST_BYTES: Final = 1024 * 1024
"""The longest message of an upstream: a local list of some thousand id tags."""
_EXPIRED: Final = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED."""
_CERTIFICATE_ALERTS: Final = (
    "ALERT_CERTIFICATE",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
    "ALERT_UNSUPPORTED_CERTIFICATE",
)
"""Parts of OpenSSL's words for: the other side does not take our certificate."""
_MOST_UNSENT: Final = 32
"""Messages that may wait to be sent until no more are read."""
_BURST: Final = 200
_PER_SECOND: Final = 20.0
"""Messages that are read at once, and per second from then on; others wait."""

_NO_LOGGER: Final = logging.getLogger(f"{__name__}.handshake")
"""For `websockets`: its own one writes the password of the handshake to the log."""
_NO_LOGGER.setLevel(logging.CRITICAL + 1)


class TroubleKind(StrEnum):
    """Why an upstream is not told of anything at present."""

    UNREACHABLE = "unreachable"
    """Its address does not answer."""
    UNAUTHORIZED = "unauthorized"
    """It refuses the password, or the certificate."""
    UNKNOWN_ID = "unknown_id"
    """It does not know the id of the charge point."""
    HTTP = "http"
    """It answers the handshake with another error."""
    SUBPROTOCOL = "subprotocol"
    """It does not speak the chosen version of OCPP."""
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE = "certificate"
    """Its certificate is not trusted, or is that of another."""
    TLS = "tls"
    """The TLS handshake fails otherwise."""
    ADDRESS = "address"
    """Its address is none."""
    CLOSED = "closed"
    """It closes the connection."""
    SILENT = "silent"
    """It does not answer messages."""
    PENDING = "pending"
    """It wants the charge point to wait, and has not accepted it yet."""
    REJECTED = "rejected"
    """It rejects the charge point."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an upstream is not told of anything, and its own words for it."""

    kind: TroubleKind
    detail: str = ""


class NoConnectionError(Exception):
    """There is no connection to an upstream."""

    def __init__(self, trouble: Trouble) -> None:
        """Name the reason."""
        super().__init__(f"{trouble.kind}: {trouble.detail}")
        self.trouble = trouble


def address(url: str, identity: str, *, slash: bool = False) -> str:
    """Return the address of a charge point at an upstream.

    Args:
        url: The address of the upstream; with or without a slash at its end, and with
            or without the id.
        identity: The id of the charge point there.
        slash: Whether the path ends with a slash.
    """
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/")
    if unquote(path.rpartition("/")[2]) != identity:
        path += "/" + quote(identity, safe="")
    return urlunsplit(parts._replace(path=path + "/" * slash, fragment=""))


class _Connect(connect):
    """Follows no redirect to another host: it would get the password."""

    @override
    def process_redirect(self, exc: Exception) -> Exception | str:
        if isinstance(exc, InvalidStatus):
            location = exc.response.headers.get("Location", "")
            if _origin(urljoin(self.uri, location)) != _origin(self.uri):
                return exc
        return super().process_redirect(exc)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


@cache
def usual_tls() -> ssl.SSLContext:
    """Return the context for upstreams without one of their own. Reads files."""
    return ssl.create_default_context()


def trouble_of(err: Exception, *, secure: bool = False) -> Trouble:
    """Return why a connection could not be made, from the error.

    Args:
        err: The error.
        secure: Whether it was one with TLS.
    """
    cause: BaseException | None = err
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            expired = cause.verify_code == _EXPIRED
            return Trouble(
                TroubleKind.CERTIFICATE_EXPIRED if expired else TroubleKind.CERTIFICATE,
                cause.verify_message,
            )
        if isinstance(cause, ssl.SSLError):
            reason = cause.reason or str(cause)
            if any(alert in reason for alert in _CERTIFICATE_ALERTS):
                return Trouble(TroubleKind.UNAUTHORIZED, reason)
            return Trouble(TroubleKind.TLS, reason)
        cause = cause.__cause__ or cause.__context__
    if isinstance(err, InvalidStatus):
        status = err.response.status_code
        kind = {
            HTTPStatus.UNAUTHORIZED: TroubleKind.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN: TroubleKind.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND: TroubleKind.UNKNOWN_ID,
        }.get(HTTPStatus(status) if status in HTTPStatus else HTTPStatus.OK)
        return Trouble(kind or TroubleKind.HTTP, f"HTTP {status}")
    if isinstance(err, NegotiationError):
        return Trouble(TroubleKind.SUBPROTOCOL, str(err))
    if isinstance(err, InvalidURI | ValueError):
        # Its words have the address, and that may have a password.
        return Trouble(TroubleKind.ADDRESS)
    if isinstance(err, SecurityError):
        # A redirect to an address without TLS, or in a circle.
        return Trouble(TroubleKind.HTTP, "redirect")
    if isinstance(err, InvalidHandshake | EOFError):
        return Trouble(TroubleKind.CLOSED, str(err))
    if isinstance(err, TimeoutError):
        return Trouble(TroubleKind.UNREACHABLE, "time-out")
    if (
        secure
        and isinstance(err, ConnectionError)
        and not isinstance(err, ConnectionRefusedError)
    ):
        # There is somebody, who hangs up in the handshake of TLS without a word.
        return Trouble(TroubleKind.TLS, _words_of(err))
    if isinstance(err, OSError):
        return Trouble(TroubleKind.UNREACHABLE, _words_of(err))
    return Trouble(TroubleKind.CLOSED, str(err))


def _words_of(err: OSError) -> str:
    """Return the words of the system; those of `asyncio` have Python's tuples."""
    if isinstance(err, socket.gaierror):
        # Its numbers are others than those of the system.
        return err.strerror or str(err)
    if err.errno is not None:
        return os.strerror(err.errno)
    # A name with several addresses, and none of them answers.
    numbers = re.findall(r"\[Errno (\d+)\]", str(err))
    return ", ".join({os.strerror(int(one)): None for one in numbers}) or str(err)


async def open_channel(
    url: str,
    *,
    subprotocol: str,
    identity: str,
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    timeout: float = _OPEN_SECONDS,  # noqa: ASYNC109
) -> ClientChannel:
    """Connect to an upstream.

    Args:
        url: The whole address: see `address`.
        subprotocol: The version of OCPP.
        identity: The id of the charge point there, which is the user of the password.
        password: The password, if there is one.
        tls: The context for `wss://`; None is the usual one.
        timeout: How long the other side may take for all of it, in seconds.

    Raises:
        NoConnectionError: It could not be made.
    """
    headers = {}
    if password is not None:
        known = b64encode(f"{identity}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {known}"
    if url[:4].lower() != "wss:":
        tls = None
    elif tls is None:
        tls = await asyncio.get_running_loop().run_in_executor(None, usual_tls)
    lost_with: list[Exception | None] = []

    class Transport(ClientConnection):
        @override
        def connection_lost(self, exc: Exception | None) -> None:
            lost_with.append(exc)
            super().connection_lost(exc)

    try:
        connection = await _Connect(
            url,
            create_connection=Transport,
            subprotocols=[Subprotocol(subprotocol)],
            additional_headers=headers,
            user_agent_header="ocpp_cs",
            compression=None,
            proxy=None,
            ssl=tls,
            open_timeout=timeout,
            close_timeout=_CLOSE_SECONDS,
            ping_interval=_PING_SECONDS,
            # Some backends do not answer pings. Heartbeats find a dead connection.
            ping_timeout=None,
            max_size=_MOST_BYTES,
            logger=_NO_LOGGER,
        )
    except (OSError, InvalidHandshake, InvalidURI, ValueError, EOFError) as err:
        # With TLS 1.3 a certificate is refused after the handshake of TLS.
        refusals = [one for one in lost_with if isinstance(one, ssl.SSLError)]
        reason = refusals[-1] if refusals else err
        raise NoConnectionError(trouble_of(reason, secure=tls is not None)) from err
    if connection.subprotocol != subprotocol:
        await connection.close(1002)
        raise NoConnectionError(
            Trouble(TroubleKind.SUBPROTOCOL, connection.subprotocol or "")
        )
    return ClientChannel(connection)


class ClientChannel(Channel):
    """A websocket to an upstream, as `Connection` needs it."""

    def __init__(self, connection: ClientConnection) -> None:
        """Use an open connection; `run` reads and writes."""
        self.loop = asyncio.get_running_loop()
        self.last_received = self.loop.time()
        self._connection = connection
        self._outbox: deque[bytes] = deque()
        self._has_more = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._credit = float(_BURST)
        self._receive: Receive | None = None
        self._on_end: Callable[[], None] = lambda: None
        self._free = asyncio.Event()
        self._free.set()
        self._over = False
        self.closed_with = ""
        """The code and the reason with which it was closed."""

    def ping_every(self, seconds: float | None) -> None:
        """Send pings at that interval, from the next one on; None is the usual one.

        With 0 there are none, or hardly any.
        """
        self._connection.ping_interval = (
            _PING_SECONDS if seconds is None else seconds or _NO_PINGS_S
        )

    async def run(self) -> None:
        """Read and write until the connection ends."""
        writer = asyncio.create_task(self._write())
        try:
            async for message in self._connection:
                await self._free.wait()
                # Who does not read the answers is not read, either.
                await self._has_room.wait()
                await self._slow_down()
                if self._receive is not None:
                    is_text = isinstance(message, str)
                    data = message.encode() if isinstance(message, str) else message
                    self._receive(data, not is_text)
        except ConnectionClosed as err:
            self.closed_with = str(err)
        finally:
            self._over = True
            if not self.closed_with and self._connection.close_code is not None:
                reason = self._connection.close_reason
                self.closed_with = f"{self._connection.close_code} {reason}".strip()
            self._on_end()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _slow_down(self) -> None:
        """Wait if more messages come than any backend has a reason for."""
        now = self.loop.time()
        passed, self.last_received = now - self.last_received, now
        self._credit = min(self._credit + passed * _PER_SECOND, _BURST) - 1.0
        if self._credit < 0.0:
            await asyncio.sleep(-self._credit / _PER_SECOND)

    async def _write(self) -> None:
        try:
            while True:
                await self._has_more.wait()
                self._has_more.clear()
                while self._outbox:
                    await self._connection.send(self._outbox[0], text=True)
                    self._outbox.popleft()
                    if len(self._outbox) < _MOST_UNSENT:
                        self._has_room.set()
        except ConnectionClosed:
            pass
        finally:
            # The reader has to come to the end, too.
            self._has_room.set()

    @property
    @override
    def excess(self) -> None:
        return None

    @override
    def listen(
        self,
        receiver: Receive,
        on_end: Callable[[], None],
        on_oversize: ReceiveOversized | None = None,
    ) -> None:
        self._receive, self._on_end = receiver, on_end
        if self._over:
            on_end()

    @override
    def write(self, data: bytes) -> bool:
        if self._over:
            return False
        self._outbox.append(data)
        self._has_more.set()
        if len(self._outbox) >= _MOST_UNSENT:
            self._has_room.clear()
        return True

    @override
    def write_ping(self) -> bool:
        return not self._over

    @override
    def set_adopted(self, adopted: bool) -> None:
        pass

    @override
    def hold(self) -> None:
        self._free.clear()

    @override
    def release(self) -> None:
        self._free.set()

    @override
    def mute(self) -> None:
        self._receive = None
        self.release()

    @override
    def abort(self) -> None:
        self._over = True
        self._connection.transport.abort()

    @override
    async def hang_up(self, code: int, reason: str = "") -> None:
        await self._connection.close(code, reason)
