"""Passwords of charge points (security whitepaper A00.FR.204, A01; OCPP-J 1.6, 6.2).

A password is written to a charge point as 40 hexadecimal digits, and the specification
wants it back as the 20 bytes that they stand for. In practice some send the digits, and
others have a free text that somebody typed. So the bytes are what is hashed, and what is
received counts both as it is and, if it is hexadecimal, as the bytes that it stands for.
"""

import hashlib
import hmac
import secrets
from typing import Any

from ..model.security import PasswordHash

_BYTES = 20
"""The length of a generated password, in bytes (A00.FR.205)."""
_SALT_BYTES = 16
_DIGEST_BYTES = 32
_COST = 2**13
"""The parameter N of scrypt: some 25 ms and 8 MB on a small machine.

Generated passwords have 160 random bits and need no more; this is for typed ones.
"""
_BLOCK = 8
_SHORTEST_HEX = 32
"""Shorter texts are not taken for hexadecimal, as words such as "facade" are."""
_LONGEST = 512
"""Bytes of a received password that are looked at."""


def new_password() -> str:
    """Return a new password for OCPP 1.6: 40 hexadecimal digits."""
    return secrets.token_hex(_BYTES)


def hashed(password: str | bytes) -> PasswordHash:
    """Return the hash of a password, as text or as hexadecimal digits. Blocking.

    Args:
        password: The password, or its bytes as they were received.
    """
    salt = secrets.token_bytes(_SALT_BYTES)
    raw = encoded(password) if isinstance(password, str) else password[:_LONGEST]
    return PasswordHash(
        salt=salt, digest=_scrypt(_meant(raw) or raw, salt, _COST), cost=_COST
    )


def unusable() -> PasswordHash:
    """Return a hash that no password matches."""
    return PasswordHash(
        salt=secrets.token_bytes(_SALT_BYTES),
        digest=secrets.token_bytes(_DIGEST_BYTES),
        cost=_COST,
    )


def encoded(password: str) -> bytes:
    """Return the bytes of a password as `Handshake.password` has it."""
    return password.encode("utf-8", "surrogateescape")


def matches(given: bytes, *accepted: PasswordHash) -> bool:
    """Return whether a received password is one of those accepted. Blocking.

    The time depends on what was received, and not on what is accepted.
    """
    given = given[:_LONGEST]
    candidates = [given]
    if (meant := _meant(given)) is not None:
        candidates.append(meant)
    found = False
    for one in accepted:
        for candidate in candidates:
            digest = _scrypt(candidate, one.salt, one.cost)
            found |= hmac.compare_digest(digest, one.digest)
    return found


def as_dict(password: PasswordHash) -> dict[str, Any]:
    """Return a hash as JSON types."""
    return {
        "salt": password.salt.hex(),
        "digest": password.digest.hex(),
        "cost": password.cost,
    }


def from_dict(data: Any) -> PasswordHash | None:
    """Return the hash from the result of `as_dict`; None if it is invalid."""
    match data:
        case {"salt": str(salt), "digest": str(digest), "cost": int(cost)}:
            # A cost beyond these would take minutes, or all memory.
            if 2 <= cost <= 2**16 and cost & (cost - 1) == 0:
                try:
                    return PasswordHash(
                        salt=bytes.fromhex(salt),
                        digest=bytes.fromhex(digest),
                        cost=cost,
                    )
                except ValueError:
                    return None
    return None


def _meant(raw: bytes) -> bytes | None:
    """Return the bytes that hexadecimal digits stand for; None if they are none."""
    if len(raw) < _SHORTEST_HEX or len(raw) % 2 or not raw.isalnum():
        return None
    try:
        return bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        return None


def _scrypt(raw: bytes, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(raw, salt=salt, n=cost, r=_BLOCK, p=1, dklen=_DIGEST_BYTES)
