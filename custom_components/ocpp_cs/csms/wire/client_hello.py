"""Read the first message of a TLS handshake (RFC 8446, 4.1.2)."""

HANDSHAKE = 0x16
"""The content type of a handshake record, the first byte of any TLS connection."""
LONGEST_HELLO = 16 * 1024
"""Bytes that are looked at for the name; that is one record of the longest kind."""

_RECORD_HEADER = 5
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_HOST_NAME = 0


class _Reader:
    """Reads numbers and vectors; what is too short is no more than empty."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._data)

    def take(self, count: int) -> bytes:
        """Remove and return so many bytes."""
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def number(self, size: int) -> int:
        """Remove and return a number of so many bytes."""
        return int.from_bytes(self.take(size))

    def vector(self, size: int) -> _Reader:
        """Remove and return what follows its length, which has so many bytes."""
        return _Reader(self.take(self.number(size)))


def server_name(received: bytes) -> str | None:
    """Return the name that a client asks for (SNI, RFC 6066, 3).

    The callback of the ssl module belongs to a context, which connections share, and
    writes a stack trace about a name that is not ASCII.

    Args:
        received: The first bytes of the connection.

    Returns:
        The name, in which what is not ASCII is replaced; None if there is none.
    """
    message = _Reader(_handshake_bytes(received))
    if message.number(1) != _CLIENT_HELLO:
        return None
    hello = message.vector(3)
    # Version and random bytes.
    hello.take(2 + 32)
    for size in (1, 2, 1):
        # The session's id, the cipher suites and the compression methods.
        hello.vector(size)
    extensions = hello.vector(2)
    while extensions:
        kind, content = extensions.number(2), extensions.vector(2)
        if kind != _SERVER_NAME:
            continue
        names = content.vector(2)
        while names:
            if names.number(1) == _HOST_NAME:
                name = names.vector(2).take(255)
                return name.decode("ascii", "replace") or None
            names.vector(2)
    return None


def _handshake_bytes(received: bytes) -> bytes:
    """Return the content of the first handshake records, without their headers."""
    parts = []
    at = 0
    while len(received) > at + _RECORD_HEADER and received[at] == HANDSHAKE:
        end = at + _RECORD_HEADER + int.from_bytes(received[at + 3 : at + 5])
        parts.append(received[at + _RECORD_HEADER : end])
        at = end
    return b"".join(parts)
