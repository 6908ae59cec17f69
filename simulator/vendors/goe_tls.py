"""TLS of a go-e's websocket client, as its API keys want it.

Which keys there are is documented, and that firmware 60.5 checks what is set. How they
work together is that of the ESP-IDF, on which the firmware is built [inferred].
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
import os
from pathlib import Path
import ssl
import tempfile
from typing import Any, override

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

KEYS = frozenset({"ocppg", "ocppcn", "ocppss", "ocppsc", "ocppcc", "ocppck"})
FIRST_CHECKED = (60, 5)

NOT_YET_VALID = 9  # X509_V_ERR_CERT_NOT_YET_VALID
EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which ssl has no name for


class Unreadable(ssl.SSLError):
    """A certificate or key that was set is none, and was not checked when it was set."""


def problem(name: str, text: str) -> str | None:
    """Return why a firmware that checks refuses a text for a key; None if it is right."""
    try:
        if name == "ocppck":
            load_pem_private_key(text.encode(), password=None)
        else:
            x509.load_pem_x509_certificates(text.encode())
    except ValueError, TypeError:
        return "invalid key" if name == "ocppck" else "invalid certificate"
    return None


def context(
    values: Mapping[str, Any], now: Callable[[], datetime], global_roots: str | None
) -> ssl.SSLContext:
    """Return the TLS context for the keys. Never fails: connecting does.

    `now` is the charger's clock. `global_roots` (PEM) are the CAs in its firmware; None
    stands for those of the machine.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = not (values["ocppss"] or values["ocppcn"])
    try:
        if values["ocppss"]:
            made.verify_mode = ssl.CERT_NONE
        elif values["ocppg"]:
            # The store of the firmware goes before a certificate of one's own.
            if global_roots is None:
                made.load_default_certs()
            else:
                made.load_verify_locations(cadata=global_roots)
        elif values["ocppsc"]:
            made.load_verify_locations(cadata=values["ocppsc"])
        if values["ocppcc"] and values["ocppck"]:
            _load_pair(made, values["ocppcc"], values["ocppck"])
    except (ssl.SSLError, ValueError) as err:
        return _broken(err)
    # OpenSSL would compare with the clock of this machine.
    made.verify_flags |= NO_CHECK_TIME
    made.sslobject_class = _dated(now)
    return made


def _load_pair(made: ssl.SSLContext, certificate: str, key: str) -> None:
    # From files only.
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{key}\n{certificate}\n")
        made.load_cert_chain(path)
    finally:
        with suppress(OSError):
            Path(path).unlink()


def _broken(error: Exception) -> ssl.SSLContext:
    class Broken(ssl.SSLContext):
        @override
        def wrap_bio(self, *_args: Any, **_more: Any) -> ssl.SSLObject:
            raise Unreadable(1, str(error))

    return Broken(ssl.PROTOCOL_TLS_CLIENT)


def _dated(now: Callable[[], datetime]) -> type[ssl.SSLObject]:
    """Return a class that compares the dates of the certificates with a clock."""

    class Dated(ssl.SSLObject):
        @override
        def do_handshake(self) -> None:
            super().do_handshake()
            if self.context.verify_mode is ssl.CERT_NONE:
                return
            for der in self.get_verified_chain():
                certificate = x509.load_der_x509_certificate(der)
                if now() < certificate.not_valid_before_utc:
                    raise _invalid(NOT_YET_VALID, "certificate is not yet valid")
                if now() > certificate.not_valid_after_utc:
                    raise _invalid(EXPIRED, "certificate has expired")

    return Dated


def _invalid(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"certificate verify failed: {words}")
    error.verify_code = code
    error.verify_message = words
    return error
