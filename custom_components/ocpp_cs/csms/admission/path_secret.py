"""The secret that a charge point has in the address that it connects to.

The id of a charge point is known to many: it stands on the box, and in what it sends.
Whoever says the secret of `ws://HOST:PORT/SECRET/ID` as well was given the address by
the owner.
"""

from collections.abc import Container, Iterable
import hmac
import secrets

SECRET_LENGTH = 22

_RANDOM_BYTES = 16
"""128 bits, which base64 writes with 22 letters."""


def new_path_secret() -> str:
    """Return a secret that nobody has; it needs no quoting in a URL."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def shows_secret(text: str, known: Container[str]) -> bool:
    """Tell whether one of the `known` secrets stands anywhere in a text.

    Each place is looked up in a set, so that the time says nothing of them here, too.
    """
    return any(
        text[begin : begin + SECRET_LENGTH] in known
        for begin in range(len(text) - SECRET_LENGTH + 1)
    )


def holds_secret(prefix: Iterable[str], secret: str | None) -> bool:
    """Tell whether one of the segments of a path is the secret.

    How long that takes says nothing of the secret.
    """
    if not secret:
        return False
    wanted, found = secret.encode(), False
    for segment in prefix:
        given = segment.encode("utf-8", "surrogatepass")
        found |= hmac.compare_digest(given, wanted)
    return found
