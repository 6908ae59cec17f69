"""TLS between a socket and the websocket of a charge point.

asyncio can do TLS itself. But then a connection is seen only after its handshake, whose
time-out, failures and log are asyncio's, so that connections in the middle of it are
neither counted nor told of. And its first bytes cannot be looked at.
"""

import asyncio
from collections.abc import Callable
import contextlib
import ssl
from typing import Any, override

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from ..model.security import ClientCertificate, TlsFacts, TlsProblem
from ..security.authority import only_attribute
from .client_hello import HANDSHAKE, LONGEST_HELLO, server_name
from .tls_problems import alert_of, problem_of

_RECORD = 16 * 1024
"""The longest content of a record in bytes (RFC 8446, 5.1)."""
_TURN_RECORDS = 64
"""Records that are decrypted in one turn; asyncio reads 256 KB, which may be 11 000."""
_TURN_BYTES = 32 * 1024
"""Bytes above which no more are decrypted in one turn."""


class TlsTransport(asyncio.Transport, asyncio.Protocol):
    """The server's side of a TLS connection.

    It is the protocol of the transport below, and the transport of the protocol above.
    Nothing is kept but what asyncio has read at once and is not decrypted yet.
    """

    def __init__(
        self,
        below: asyncio.Transport,
        above: asyncio.Protocol,
        context: ssl.SSLContext,
        *,
        on_secured: Callable[[TlsFacts], asyncio.Protocol],
        on_failed: Callable[[TlsProblem], None],
    ) -> None:
        """Prepare for the first bytes of a connection.

        Args:
            below: The transport of the socket.
            above: Told when the connection is lost during the handshake.
            context: The context of the server; it may change for later connections.
            on_secured: Called once the handshake has succeeded; returns the protocol
                that gets what is decrypted. Must not raise.
            on_failed: Called if the handshake has failed for a reason that may concern
                a charge point, but not if somebody only looks for open ports. Must not
                raise.
        """
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._below = below
        self._above = above
        self._context = context
        self._on_secured = on_secured
        self._on_failed = on_failed
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._hello = b""
        """The first bytes of the handshake."""
        self._secured = False
        self._answered = False
        """True if the other side was sent more than an alert."""
        self._spoken = False
        """True if the other side has sent anything after the handshake."""
        self.spoke_last = False
        """True if something was sent after all that was passed on so far."""
        self._told = False
        """True if `on_failed` was called."""
        self._dead = False
        """True if nothing more is decrypted."""
        self._half_closed = False
        """True if the other side sends nothing more, but is answered still."""
        self._closing = False
        self._eof_sent = False
        self._paused = False
        self._scheduled = False
        self._end: ssl.SSLError | None = None
        """The end that was met after bytes that are not passed on yet."""

    # The protocol of the transport below.

    @override
    def data_received(self, data: bytes) -> None:
        if self._dead or self._half_closed:
            return
        self._incoming.write(data)
        if self._secured:
            self._read()
        else:
            self._shake_hands(data)

    @override
    def eof_received(self) -> bool:
        # As reading pauses while there are bytes that are not decrypted, this is last.
        # Without True asyncio closes the connection now.
        if self._secured and not self._dead and not self._half_closed:
            self._half_closed = bool(self._above.eof_received())
            if not self._half_closed:
                self.close()
        return self._half_closed and not self._closing

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._secured and self._answered:
            # Many that do not trust a certificate hang up without an alert.
            self._tell(TlsProblem.OTHER if self._closing else TlsProblem.NOT_TRUSTED)
        self._closing = self._dead = True
        self._above.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._above.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._above.resume_writing()

    # The transport of the protocol above.

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of TLS or, for other names, of the socket."""
        if name == "ssl_object":
            return self._tls
        if name == "sslcontext":
            return self._context
        if name == "cipher":
            return self._tls.cipher()
        if name == "peercert":
            return self._tls.getpeercert()
        return self._below.get_extra_info(name, default)

    @override
    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Pass on to another protocol from now on."""
        assert isinstance(protocol, asyncio.Protocol)
        self._above = protocol

    @override
    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that gets what is decrypted."""
        return self._above

    @override
    def is_closing(self) -> bool:
        """Return whether nothing more can be sent."""
        return self._closing or self._below.is_closing()

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send; after the end this does nothing."""
        if self._eof_sent or self._closing or self._dead:
            return
        self.spoke_last = True
        try:
            sent = self._tls.write(data)
            if sent < len(data):
                # One record is encrypted at a time.
                rest = memoryview(data)[sent:]
                while rest:
                    rest = rest[self._tls.write(rest) :]
        except ssl.SSLError:
            self.abort()
        else:
            self._below.write(self._outgoing.read())

    @override
    def can_write_eof(self) -> bool:
        """Return True: close_notify says so, and the other side may still send."""
        return True

    @override
    def write_eof(self) -> None:
        """Send close_notify and the end of the socket; go on with reading."""
        if self._eof_sent or self._closing:
            return
        self._say_goodbye()
        self._below.write_eof()

    @override
    def close(self) -> None:
        """Send close_notify, and close once all is sent."""
        if self._closing:
            return
        if not self._dead:
            self._say_goodbye()
        self._closing = self._dead = True
        self._below.close()

    @override
    def abort(self) -> None:
        """Drop the connection and any unsent data."""
        self._closing = self._dead = True
        self._below.abort()

    @override
    def is_reading(self) -> bool:
        """Return whether what comes is passed on."""
        return not self._paused and not self.is_closing()

    @override
    def pause_reading(self) -> None:
        """Pass nothing on until `resume_reading`."""
        self._paused = True
        self._below.pause_reading()

    @override
    def resume_reading(self) -> None:
        """Go on with passing on; nothing is passed on before this returns."""
        if not self._paused:
            return
        self._paused = False
        if self._is_drained:
            self._below.resume_reading()
        else:
            self._schedule()

    @override
    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """Set the limits, in encrypted bytes."""
        self._below.set_write_buffer_limits(high, low)

    @override
    def get_write_buffer_size(self) -> int:
        """Return the number of encrypted bytes that are not sent yet."""
        return self._below.get_write_buffer_size()

    @override
    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the limits, in encrypted bytes."""
        return self._below.get_write_buffer_limits()

    # The handshake.

    def _shake_hands(self, data: bytes) -> None:
        if len(self._hello) < LONGEST_HELLO:
            self._hello += data[:LONGEST_HELLO]
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush_handshake()
        except ssl.SSLError as err:
            self._fail(problem_of(err))
        else:
            self._flush_handshake()
            self._begin()

    def _begin(self) -> None:
        """Let the protocol above begin, with what came with the last message."""
        try:
            facts = _facts(self._tls, server_name(self._hello))
        except ValueError:
            # OpenSSL is content with a certificate that is not well-formed.
            self._fail(TlsProblem.CLIENT_INVALID)
            return
        self._hello = b""
        self._secured = True
        self._above = self._on_secured(facts)
        if self._incoming.pending and not self._paused:
            self._read()

    def _flush_handshake(self) -> None:
        if data := self._outgoing.read():
            self._answered |= data[0] == HANDSHAKE
            self._below.write(data)

    def _fail(self, problem: TlsProblem | None) -> None:
        """Tell of the failure, send the alert, and wait for the other side's end.

        Bytes that were never read would make the kernel reset the connection, and the
        alert might be lost.
        """
        self._dead = True
        if problem is None and self._answered:
            problem = TlsProblem.OTHER
        if problem is not None:
            self._tell(problem)
        # Otherwise it is no TLS, or no more than a look at what is here.
        self._told = True
        if alert := self._outgoing.read():
            self._below.write(alert)
            with contextlib.suppress(OSError):
                self._below.write_eof()
        else:
            self.close()

    def _tell(self, problem: TlsProblem) -> None:
        if not self._told:
            self._told = True
            self._on_failed(problem)

    # What comes after it.

    @property
    def _is_drained(self) -> bool:
        """Return whether all that was read is decrypted and passed on."""
        return not self._incoming.pending and self._end is None

    def _read(self) -> None:
        """Decrypt and pass on what belongs to one turn."""
        try:
            data = self._tls.read(_RECORD)
            if self._incoming.pending and data:
                data = self._read_more(data)
        except ssl.SSLWantReadError:
            data = None
        except ssl.SSLError as err:
            self._finish(err)
            return
        if self._outgoing.pending:
            # The answer to a change of keys (RFC 8446, 4.6.3).
            self._below.write(self._outgoing.read())
        if data:
            self._spoken = True
            self.spoke_last = False
            self._above.data_received(data)
        elif data is not None:
            self._finish(None)
            return
        # `_is_drained`, inlined because this runs for each message.
        if (self._incoming.pending or self._end is not None) and not self._dead:
            self._below.pause_reading()
            if not self._paused:
                self._schedule()

    def _read_more(self, first: bytes) -> bytes:
        """Decrypt further records, up to what belongs to one turn."""
        parts, count = [first], len(first)
        try:
            while (
                self._incoming.pending
                and count < _TURN_BYTES
                and len(parts) < _TURN_RECORDS
            ):
                part = self._tls.read(_RECORD)
                if not part:
                    self._end = ssl.SSLZeroReturnError()
                    break
                parts.append(part)
                count += len(part)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as err:
            self._end = err
        return b"".join(parts)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Decrypt what is left, or read again if nothing is."""
        self._scheduled = False
        if self._paused or self._dead or self._half_closed:
            return
        if self._end is not None:
            self._finish(self._end)
            return
        if self._incoming.pending:
            self._read()
        if self._is_drained and not self._paused and not self._dead:
            self._below.resume_reading()

    def _finish(self, error: ssl.SSLError | None) -> None:
        """End as the other side did; with an error, by its alert or by ours."""
        self._end = None
        if error is not None and not self._spoken and not self._eof_sent:
            # Some look at our certificate only after the handshake.
            problem = alert_of(error)
            if problem in {TlsProblem.NOT_TRUSTED, TlsProblem.CLOCK}:
                self._tell(problem)
        if self._outgoing.pending and not self._eof_sent:
            self._below.write(self._outgoing.read())
        stays = bool(self._above.eof_received())
        if stays and (error is None or isinstance(error, ssl.SSLZeroReturnError)):
            self._half_closed = True
            if not self._paused:
                # The end of the socket has to be seen, too.
                self._below.resume_reading()
        else:
            self.close()

    def _say_goodbye(self) -> None:
        """Send close_notify, if there was a handshake, and nothing after it."""
        if self._eof_sent:
            return
        self._eof_sent = True
        if not self._secured:
            return
        # It would like to read the other side's, too.
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        if (data := self._outgoing.read()) and not self._below.is_closing():
            self._below.write(data)


def _facts(tls: ssl.SSLObject, name: str | None) -> TlsFacts:
    """Return what was agreed.

    Raises:
        ValueError: The certificate of the other side is not well-formed.
    """
    cipher = tls.cipher()
    certificate = tls.getpeercert(binary_form=True)
    return TlsFacts(
        version=tls.version() or "",
        cipher=cipher[0] if cipher else "",
        server_name=name,
        certificate=None if certificate is None else _certificate(certificate),
    )


def _certificate(der: bytes) -> ClientCertificate:
    certificate = x509.load_der_x509_certificate(der)
    subject = certificate.subject
    return ClientCertificate(
        common_name=only_attribute(subject, NameOID.COMMON_NAME) or "",
        organization=only_attribute(subject, NameOID.ORGANIZATION_NAME),
        issuer=certificate.issuer.rfc4514_string(),
        serial_number=f"{certificate.serial_number:x}",
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(SHA256()).hex(),
    )
