"""TLS contexts of the central system (security whitepaper, 3.4: A00.FR.3xx, 4xx).

Versions and suites are set explicitly, as the defaults differ between builds of Python.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import re
import ssl
import tempfile

import certifi

from .authority import KeyAndCertificate

_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""The suites of TLS 1.2, in our order: elliptic curves cost the least (A00.FR.318)."""
_OLD_SUITES = (
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-SHA",
    "AES256-SHA",
)
"""Those that TLS 1.0 and 1.1 have in addition."""

_CERTIFICATE = re.compile(
    "-----BEGIN (?P<label>(?:X509 )?CERTIFICATE)-----[^-]*-----END (?P=label)-----"
)
_KEY = re.compile(
    "-----BEGIN (?P<label>(?:[A-Z0-9]+ )?PRIVATE KEY)-----.*?-----END (?P=label)-----",
    re.DOTALL,
)
_DESCRIPTORS = "/proc/self/fd/{}"
"""The path of an open file of this process."""


def server_context(
    pairs: Iterable[KeyAndCertificate],
    *,
    trusted: Iterable[str] = (),
    old_versions: bool = False,
) -> ssl.SSLContext:
    """Return the context of a listener. Blocking.

    Args:
        pairs: The keys and certificates. With one of an elliptic curve and one of RSA,
            the suites of the client decide which is used.
        trusted: Certificates of authorities, in PEM. A client may show a certificate of
            one of them; it may also show none.
        old_versions: Whether TLS 1.0 and 1.1 are allowed.

    Returns:
        The context; no name of a server is needed (SNI).

    Raises:
        ssl.SSLError: A key or a certificate cannot be used.
        ValueError: There is no pair.
        OSError: The key cannot be handed to OpenSSL.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # By the name of the lowest supported one: those of the old ones are deprecated.
    context.minimum_version = (
        ssl.TLSVersion.MINIMUM_SUPPORTED if old_versions else ssl.TLSVersion.TLSv1_2
    )
    context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    suites = (*_SUITES, *_OLD_SUITES) if old_versions else _SUITES
    # TLS 1.0 signs with SHA-1, which is below the first level of security.
    level = 0 if old_versions else 2
    context.set_ciphers(":".join((*suites, f"@SECLEVEL={level}")))
    context.options |= (
        ssl.OP_NO_SSLv3
        | ssl.OP_NO_COMPRESSION
        | ssl.OP_NO_RENEGOTIATION
        | ssl.OP_NO_TICKET
        | ssl.OP_CIPHER_SERVER_PREFERENCE
        | ssl.OP_SINGLE_ECDH_USE
    )
    # Charge points connect rarely: a ticket is not worth its bytes.
    context.num_tickets = 0
    loaded = False
    for pair in pairs:
        _load(context, pair)
        loaded = True
    if not loaded:
        raise ValueError("A listener needs a certificate")
    if roots := "\n".join(trusted):
        # The certificate that is added may be one between the root and the client's.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=roots)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def client_context(
    *, trusted: str | None = None, pair: KeyAndCertificate | None = None
) -> ssl.SSLContext:
    """Return the context of a client. Blocking.

    Args:
        trusted: The certificates that are trusted, in PEM; None for those of the public
            authorities. One may be that of the server itself.
        pair: The key and the certificate that the client shows.

    Raises:
        ssl.SSLError: A key or a certificate cannot be used.
        OSError: The key cannot be handed to OpenSSL.
    """
    context = ssl.create_default_context(
        cafile=certifi.where() if trusted is None else None, cadata=trusted
    )
    # Authorities that people have made themselves often lack what it wants.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if pair is not None:
        _load(context, pair)
    return context


def takes_authority(pem: str) -> bool:
    """Return whether a certificate can be one of `trusted`. Blocking.

    OpenSSL may be stricter than other programs.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(cadata=pem)
    except OSError, ValueError, TypeError:
        return False
    return True


def _load(context: ssl.SSLContext, pair: KeyAndCertificate) -> None:
    # What people bring may have other texts between the blocks.
    blocks = [*_KEY.finditer(pair.key), *_CERTIFICATE.finditer(pair.chain)]
    content = "".join(f"{block.group()}\n" for block in blocks)
    with _as_file(content.encode()) as path:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(path, password="")


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """Yield the path of a file with that content, in memory where that is possible.

    OpenSSL takes keys from paths only.
    """
    if (descriptor := _memory_file()) is not None:
        try:
            os.write(descriptor, content)
            yield _DESCRIPTORS.format(descriptor)
        finally:
            os.close(descriptor)
        return
    # Readable only by us.
    descriptor, name = tempfile.mkstemp()
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)


def _memory_file() -> int | None:
    """Return the descriptor of a file in memory; None if there can be none."""
    create = getattr(os, "memfd_create", None)
    if create is None:
        return None
    try:
        descriptor: int = create("tls")
    except OSError:
        return None
    if Path(_DESCRIPTORS.format(descriptor)).exists():
        return descriptor
    os.close(descriptor)
    return None
