"""What OpenSSL says of a TLS handshake that failed, in our words."""

import ssl

from ..model.security import TlsProblem

_OUR_VERDICTS = {
    "UNSUPPORTED_PROTOCOL": TlsProblem.OLD_VERSION,
    "VERSION_TOO_LOW": TlsProblem.OLD_VERSION,
    "UNKNOWN_SSL_VERSION": TlsProblem.OLD_VERSION,
    "NO_SHARED_CIPHER": TlsProblem.NO_CIPHER,
    "NO_CIPHERS_AVAILABLE": TlsProblem.NO_CIPHER,
    "NO_SUITABLE_KEY_SHARE": TlsProblem.NO_CIPHER,
    "NO_SUITABLE_GROUPS": TlsProblem.NO_CIPHER,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": TlsProblem.NO_CIPHER,
    "NO_SHARED_SIGNATURE_ALGORITHMS": TlsProblem.NO_CIPHER,
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": TlsProblem.CLIENT_INVALID,
    "BAD_SIGNATURE": TlsProblem.CLIENT_INVALID,
    "WRONG_SIGNATURE_TYPE": TlsProblem.CLIENT_INVALID,
    "UNKNOWN_CERTIFICATE_TYPE": TlsProblem.CLIENT_INVALID,
}
"""Reasons for which OpenSSL ends a handshake on our side."""

_ALERTS = {
    "BAD_CERTIFICATE": TlsProblem.NOT_TRUSTED,
    "UNSUPPORTED_CERTIFICATE": TlsProblem.NOT_TRUSTED,
    "CERTIFICATE_REVOKED": TlsProblem.NOT_TRUSTED,
    "CERTIFICATE_UNKNOWN": TlsProblem.NOT_TRUSTED,
    "UNKNOWN_CA": TlsProblem.NOT_TRUSTED,
    "UNRECOGNIZED_NAME": TlsProblem.NOT_TRUSTED,
    "CERTIFICATE_EXPIRED": TlsProblem.CLOCK,
    "PROTOCOL_VERSION": TlsProblem.OLD_VERSION,
    "HANDSHAKE_FAILURE": TlsProblem.NO_CIPHER,
    "INSUFFICIENT_SECURITY": TlsProblem.NO_CIPHER,
}
"""Alerts of the other side (RFC 8446, 6.2)."""

_ALERT_PREFIXES = ("SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV13_ALERT_", "TLSV1_")

_CERT_NOT_YET_VALID = 9
_CERT_HAS_EXPIRED = 10
_WITHOUT_TRUSTED_ISSUER = frozenset({2, 18, 19, 20, 21, 27})
"""The codes of OpenSSL for a chain that ends with nobody whom we trust."""


def problem_of(error: ssl.SSLError) -> TlsProblem | None:
    """Return why a handshake failed; None if the error alone does not tell."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _verification_problem(error.verify_code)
    reason = error.reason or ""
    return _OUR_VERDICTS.get(reason) or alert_of(error)


def alert_of(error: ssl.SSLError) -> TlsProblem | None:
    """Return what an alert of the other side says; None if the error is no alert."""
    reason = error.reason or ""
    for prefix in _ALERT_PREFIXES:
        if reason.startswith(prefix):
            return _ALERTS.get(reason.removeprefix(prefix), TlsProblem.OTHER)
    return None


def _verification_problem(code: int) -> TlsProblem:
    if code == _CERT_HAS_EXPIRED:
        return TlsProblem.CLIENT_EXPIRED
    if code == _CERT_NOT_YET_VALID:
        return TlsProblem.CLIENT_NOT_YET_VALID
    if code in _WITHOUT_TRUSTED_ISSUER:
        return TlsProblem.CLIENT_UNKNOWN_CA
    return TlsProblem.CLIENT_INVALID
