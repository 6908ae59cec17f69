"""Certificate requests of charge points (CSR; security whitepaper A02, A00.FR.5xx).

Whatever a request asks for beyond its key and its name is not taken over: the
certificate identifies that one charge point as a client, and nothing more.
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from .authority import (
    ORGANIZATION,
    KeyAndCertificate,
    PublicKey,
    only_attribute,
    signed_for_client,
)
from .own_names import bare, plain

LONGEST = 5500
"""The maximum length of a request in characters (SignCertificate.req)."""

_LEAST_RSA_BITS = 2048
_LEAST_EC_BITS = 224
_MOST_RSA_BITS = 8192
"""Larger keys take so long that nobody could use them."""
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
"""Those that OpenSSL takes of clients by default.

P-224 would be strong enough (A00.FR.506), but such a certificate ends every handshake.
"""
_ARMOUR = re.compile(
    r"-----BEGIN (?P<label>(?:NEW )?CERTIFICATE REQUEST)-----"
    r"(?P<body>[^-]*)-----END (?P=label)-----"
)
_LONGEST_NAME = 64


class RequestProblem(StrEnum):
    """The reason why a request is not signed."""

    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    """It is no certificate request, or has parts that cannot be read."""
    KEY_KIND = "key_kind"
    """Its key is neither RSA nor on one of the usual curves."""
    KEY_WEAK = "key_weak"
    SIGNATURE = "signature"
    """It was not signed with its key."""
    COMMON_NAME = "common_name"
    """The common name is neither the id nor the serial number of the charge point.

    Or it is longer than a common name can be.
    """
    ORGANIZATION = "organization"
    """The organization is not one plain text."""


def problem_of(csr: str, *, common_names: Iterable[str]) -> RequestProblem | None:
    """Return why a request must not be signed. Blocking for some milliseconds.

    Args:
        csr: The request in PEM, also with its lines broken in unusual ways.
        common_names: The names that it may be for: the id and the serial number of the
            charge point. Capitals, spaces and NUL bytes around them do not count.

    Returns:
        The problem; None if it can be signed.
    """
    outcome = _checked(csr, common_names)
    return outcome if isinstance(outcome, RequestProblem) else None


def sign(
    authority: KeyAndCertificate,
    csr: str,
    *,
    common_names: Iterable[str],
    now: datetime,
) -> str:
    """Return the certificate for a request. Blocking for some milliseconds.

    Args:
        authority: The authority that signs it.
        csr: The request in PEM.
        common_names: The names that it may be for.
        now: The present time.

    Returns:
        The certificate in PEM.

    Raises:
        RequestError: The request must not be signed.
        ValueError: The authority cannot be read.
    """
    outcome = _checked(csr, common_names)
    if isinstance(outcome, RequestProblem):
        raise RequestError(outcome)
    public_key, subject = outcome
    return signed_for_client(authority, public_key, subject, now=now)


class RequestError(Exception):
    """A request that must not be signed, and why."""

    def __init__(self, problem: RequestProblem) -> None:
        """Initialize with the problem."""
        super().__init__(problem.value)
        self.problem = problem


def _checked(
    csr: str, common_names: Iterable[str]
) -> RequestProblem | tuple[PublicKey, x509.Name]:
    """Return the key and the subject of a certificate, or what is wrong."""
    if len(csr) > LONGEST:
        return RequestProblem.TOO_LONG
    try:
        request = _load(csr)
        key = request.public_key()
    except ValueError, UnsupportedAlgorithm:
        return RequestProblem.UNREADABLE
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return RequestProblem.KEY_KIND
    if (problem := _key_problem(key)) is not None:
        return problem
    try:
        if not request.is_signature_valid:
            return RequestProblem.SIGNATURE
        common_name = only_attribute(request.subject, NameOID.COMMON_NAME)
        organizations = request.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_NAME
        )
    except ValueError, UnsupportedAlgorithm:
        return RequestProblem.UNREADABLE
    allowed = {plain(name) for name in common_names} - {""}
    if common_name is None or plain(common_name) not in allowed:
        return RequestProblem.COMMON_NAME
    name = bare(common_name)
    if len(name) > _LONGEST_NAME:
        return RequestProblem.COMMON_NAME
    organization = only_attribute(request.subject, NameOID.ORGANIZATION_NAME)
    if organizations and not _is_plain(organization):
        return RequestProblem.ORGANIZATION
    try:
        return key, x509.Name(
            [
                x509.NameAttribute(
                    NameOID.ORGANIZATION_NAME, (organization or ORGANIZATION).strip()
                ),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
    except ValueError:
        return RequestProblem.COMMON_NAME


def _key_problem(key: PublicKey) -> RequestProblem | None:
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _LEAST_RSA_BITS:
            return RequestProblem.KEY_WEAK
        return RequestProblem.KEY_KIND if key.key_size > _MOST_RSA_BITS else None
    if isinstance(key.curve, _CURVES):
        return None
    return (
        RequestProblem.KEY_WEAK
        if key.curve.key_size < _LEAST_EC_BITS
        else RequestProblem.KEY_KIND
    )


def _load(csr: str) -> x509.CertificateSigningRequest:
    """Return a request, however its lines are broken. Raises ValueError.

    Charge points send it with the line feeds of PEM, with a backslash and an n instead,
    in one line, or without the lines around it.
    """
    text = csr.replace("\\r", "").replace("\\n", "\n")
    if (armoured := _ARMOUR.search(text)) is not None:
        text = armoured["body"]
    return x509.load_der_x509_csr(
        base64.b64decode("".join(text.split()), validate=True)
    )


def _is_plain(organization: str | None) -> bool:
    return (
        organization is not None
        and 0 < len(organization.strip()) <= _LONGEST_NAME
        and organization.isprintable()
    )
