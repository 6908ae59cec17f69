"""The secret in the URL that a charge point connects to.

The id of a charge point is not secret: it is printed on the device and part of its
messages. A connection that uses the secret of `ws://HOST:PORT/SECRET/ID` was given the
URL by the owner.
"""

from collections.abc import Container, Iterable
import hmac
import secrets

SECRET_LENGTH = 22

_RANDOM_BYTES = 16
"""128 bits, which are 22 characters in base64."""


def new_path_secret() -> str:
    """Return a new random secret that needs no quoting in a URL."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def shows_secret(text: str, known: Container[str]) -> bool:
    """Return whether a text contains one of the `known` secrets.

    `known` must be hashed, such as a set, so that the time reveals nothing about them.
    """
    return any(
        text[begin : begin + SECRET_LENGTH] in known
        for begin in range(len(text) - SECRET_LENGTH + 1)
    )


def holds_secret(prefix: Iterable[str], secret: str | None) -> bool:
    """Return whether one of the path segments is the secret.

    The time that it takes reveals nothing about the secret.
    """
    if not secret:
        return False
    wanted, found = secret.encode(), False
    for segment in prefix:
        given = segment.encode("utf-8", "surrogatepass")
        found |= hmac.compare_digest(given, wanted)
    return found
