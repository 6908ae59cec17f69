"""What is wrong with a key and a certificate that somebody has configured or uploaded.

The keys and certificates are those of servers: files of people who got them from
another program, where each of these mistakes was made by somebody before.
"""

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
import re
import warnings

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID

from .authority import KeyAndCertificate, is_authority, names_of, normalized

LARGEST = 256 * 1024
"""The maximum size of a file with a key or certificates, in bytes."""

_LEAST_RSA_BITS = 2048
_LEAST_EC_BITS = 224
_MOST_CERTIFICATES = 32
"""More in one file are a bundle of authorities, and not the chain of a server."""
_WEAK_HASHES = ("md5", "sha1")

_CERTIFICATE = re.compile(
    rb"-----BEGIN (?P<label>(?:X509 )?CERTIFICATE)-----[^-]*-----END (?P=label)-----"
)
_KEY = re.compile(
    rb"-----BEGIN (?P<label>(?:[A-Z0-9]+ )?PRIVATE KEY)-----"
    rb".*?-----END (?P=label)-----",
    re.DOTALL,
)
_ENCRYPTED_MARKS = (b"BEGINENCRYPTEDPRIVATEKEY", b"4,ENCRYPTED")
_CURVES = ("secp256r1", "secp384r1", "secp521r1")

type _Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class CertificateProblem(StrEnum):
    """A mistake; the values are translation keys."""

    UNREADABLE = "unreadable"
    """The certificate is no PEM, or has parts that cannot be read."""
    BINARY = "binary"
    """The certificate is in DER, the binary form."""
    CONTAINER = "container"
    """The file is a PKCS#12 container (.p12, .pfx)."""
    SWAPPED = "swapped"
    """The key was given as the certificate, and the certificate as the key."""
    NO_CERTIFICATE = "no_certificate"
    """The certificate is missing; there may be a key or a request instead."""
    KEY_UNREADABLE = "key_unreadable"
    KEY_BINARY = "key_binary"
    KEY_ENCRYPTED = "key_encrypted"
    KEY_KIND = "key_kind"
    """The key is neither RSA nor on an elliptic curve that TLS has."""
    KEY_MISMATCH = "key_mismatch"
    CHAIN_ORDER = "chain_order"
    """The server's certificate is not the first of them."""
    CHAIN_INCOMPLETE = "chain_incomplete"
    """A certificate between the server's and that of a known authority is missing."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NAME_MISSING = "name_missing"
    """A name or an address that charge points use is not in it."""
    WEAK = "weak"
    """The key is too short, or the signature is made with SHA-1 or MD5."""
    NOT_FOR_SERVERS = "not_for_servers"
    """It is that of an authority or of a client."""
    NO_AUTHORITY = "no_authority"
    """An authority's certificate is wanted, and this is another."""


class CertificateError(Exception):
    """A certificate that cannot be used, and why."""

    def __init__(self, problem: CertificateProblem) -> None:
        """Initialize with the problem."""
        super().__init__(problem.value)
        self.problem = problem


TOLERABLE = frozenset(
    {CertificateProblem.CHAIN_INCOMPLETE, CertificateProblem.NAME_MISSING}
)
"""A listener works with these, though some charge points cannot connect."""


def text_of(content: bytes) -> str:
    """Return the content of a file as the other functions take it.

    Each byte becomes one character, so that binary forms can be recognised as such.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("latin-1")


def problems_of(
    pair: KeyAndCertificate,
    names: Iterable[str],
    now: datetime,
    *,
    roots: Iterable[str] = (),
) -> tuple[CertificateProblem, ...]:
    """Return what is wrong with a key and a certificate. Blocking.

    Args:
        pair: The key, and the certificate followed by those of its issuers.
        names: The names and addresses that charge points use.
        now: The present time.
        roots: Further certificates of authorities that charge points know, in PEM.

    Returns:
        All that is wrong, in the order of `CertificateProblem`.
    """
    raw_chain, raw_key = _bytes_of(pair.chain), _bytes_of(pair.key)
    if (
        _KEY.search(raw_chain)
        and not _CERTIFICATE.search(raw_chain)
        and not _KEY.search(raw_key)
        and _CERTIFICATE.search(raw_key)
    ):
        return (CertificateProblem.SWAPPED,)
    problems: set[CertificateProblem] = set()
    key = _key(raw_key)
    if isinstance(key, CertificateProblem):
        problems.add(key)
    certificates = _certificates(raw_chain)
    if isinstance(certificates, CertificateProblem):
        problems.add(certificates)
    else:
        try:
            problems.update(_of_leaf(certificates[0], names, now))
            problems.update(_of_chain(certificates, roots, now))
            if not isinstance(key, CertificateProblem):
                problems.update(_of_key(key, certificates))
        except ValueError, UnsupportedAlgorithm:
            # An extension that cannot be read.
            problems.add(CertificateProblem.UNREADABLE)
    order = list(CertificateProblem)
    return tuple(sorted(problems, key=order.index))


def missing_names(chain: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that a certificate is not valid for.

    Args:
        chain: The certificate in PEM, the server's first.
        names: DNS names and IP addresses.

    Raises:
        CertificateError: The certificate cannot be read.
    """
    certificates = _certificates(_bytes_of(chain))
    if isinstance(certificates, CertificateProblem):
        raise CertificateError(certificates)
    return tuple(_missing(names_of(certificates[0]), names))


def root_of(chain: str) -> str | None:
    """Return the authority's certificate in a chain, in PEM.

    Args:
        chain: The certificate of a server, followed by those of its issuers.

    Returns:
        The certificate that signed itself; None if there is none, or if it is one that
        all know.
    """
    certificates = _certificates(_bytes_of(chain))
    if isinstance(certificates, CertificateProblem):
        return None
    for certificate in certificates:
        if _signed_itself(certificate) and not any(
            known == certificate for known in _known(certificate.subject)
        ):
            return _pem(certificate)
    return None


def authorities_in(text: str) -> tuple[str, ...]:
    """Return each authority in a text, in PEM, and nothing else that is in the text.

    Args:
        text: Certificates in PEM. Comments and keys between them do not matter.

    Returns:
        The certificates, encoded anew: what was around them stays behind.

    Raises:
        CertificateError: It has none, or something else than authorities.
    """
    certificates = _certificates(_bytes_of(text))
    if isinstance(certificates, CertificateProblem):
        raise CertificateError(certificates)
    try:
        are_authorities = all(map(is_authority, certificates))
    except ValueError:
        # An extension that cannot be read.
        raise CertificateError(CertificateProblem.UNREADABLE) from None
    if not are_authorities:
        raise CertificateError(CertificateProblem.NO_AUTHORITY)
    return tuple(map(_pem, certificates))


def certificates_in(text: str) -> str:
    """Return the certificates in a text, in PEM, and nothing else that is in the text.

    Raises:
        CertificateError: It has none, or one that cannot be read.
    """
    certificates = _certificates(_bytes_of(text))
    if isinstance(certificates, CertificateProblem):
        raise CertificateError(certificates)
    return "".join(map(_pem, certificates))


def _of_leaf(
    leaf: x509.Certificate, names: Iterable[str], now: datetime
) -> Iterator[CertificateProblem]:
    covered = names_of(leaf)
    if any(_missing(covered, names)):
        yield CertificateProblem.NAME_MISSING
    usages = _usages(leaf)
    if (is_authority(leaf) and not covered) or (
        usages is not None
        and not {
            ExtendedKeyUsageOID.SERVER_AUTH,
            ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        }
        & usages
    ):
        yield CertificateProblem.NOT_FOR_SERVERS
    if leaf.not_valid_before_utc > now:
        yield CertificateProblem.NOT_YET_VALID


def _of_chain(
    certificates: list[x509.Certificate], roots: Iterable[str], now: datetime
) -> Iterator[CertificateProblem]:
    known = [
        root
        for text in roots
        if isinstance(found := _certificates(_bytes_of(text)), list)
        for root in found
    ]
    path = [certificates[0]]
    while True:
        last = path[-1]
        if _signed_itself(last) or any(
            _issued(last, one) for one in (*known, *_known(last.issuer))
        ):
            break
        issuer = next(
            (one for one in certificates if one not in path and _issued(last, one)),
            None,
        )
        if issuer is None:
            yield CertificateProblem.CHAIN_INCOMPLETE
            break
        path.append(issuer)
    if path != certificates[: len(path)]:
        yield CertificateProblem.CHAIN_ORDER
    for certificate in path:
        if certificate.not_valid_after_utc < now:
            yield CertificateProblem.EXPIRED
        if _is_weak(certificate):
            yield CertificateProblem.WEAK


def _of_key(
    key: _Key, certificates: list[x509.Certificate]
) -> Iterator[CertificateProblem]:
    public = key.public_key()
    owners = [one for one in certificates if _public_key(one) == public]
    if not owners or (is_authority(owners[0]) and owners[0] != certificates[0]):
        # Also that of an authority, which was taken for the server's.
        yield CertificateProblem.KEY_MISMATCH
    elif owners[0] != certificates[0]:
        yield CertificateProblem.CHAIN_ORDER


def _certificates(raw: bytes) -> list[x509.Certificate] | CertificateProblem:
    """Return all certificates of a file, at least one, or what is wrong."""
    if len(raw) > LARGEST:
        return CertificateProblem.UNREADABLE
    found = [one.group() for one in _CERTIFICATE.finditer(raw)]
    if not found:
        if _is_container(raw):
            return CertificateProblem.CONTAINER
        with suppress(ValueError):
            x509.load_der_x509_certificate(raw)
            return CertificateProblem.BINARY
        return (
            CertificateProblem.NO_CERTIFICATE
            if b"-----BEGIN " in raw and b"BEGIN CERTIFICATE-" not in raw
            else CertificateProblem.UNREADABLE
        )
    if len(found) > _MOST_CERTIFICATES:
        return CertificateProblem.UNREADABLE
    try:
        return [x509.load_pem_x509_certificate(one) for one in found]
    except ValueError:
        return CertificateProblem.UNREADABLE


def _key(raw: bytes) -> _Key | CertificateProblem:
    if len(raw) > LARGEST:
        return CertificateProblem.KEY_UNREADABLE
    if (block := _KEY.search(raw)) is None:
        if _is_container(raw):
            return CertificateProblem.CONTAINER
        with suppress(TypeError, ValueError, UnsupportedAlgorithm):
            serialization.load_der_private_key(raw, None)
            return CertificateProblem.KEY_BINARY
        return CertificateProblem.KEY_UNREADABLE
    pem = block.group()
    if any(mark in pem.replace(b" ", b"") for mark in _ENCRYPTED_MARKS):
        return CertificateProblem.KEY_ENCRYPTED
    try:
        key = serialization.load_pem_private_key(pem, None)
    except TypeError:
        return CertificateProblem.KEY_ENCRYPTED
    except ValueError, UnsupportedAlgorithm:
        return CertificateProblem.KEY_UNREADABLE
    match key:
        case rsa.RSAPrivateKey():
            return key
        case ec.EllipticCurvePrivateKey(curve=ec.EllipticCurve(name=name)) if (
            name in _CURVES
        ):
            return key
    return CertificateProblem.KEY_KIND


def _is_container(raw: bytes) -> bool:
    """Return whether a file is PKCS#12, which needs a password to be read.

    It is a sequence whose first member is the version 3 (RFC 7292, 4).
    """
    return raw[:1] == b"\x30" and b"\x02\x01\x03\x30" in raw[2:10]


def _public_key(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except ValueError, UnsupportedAlgorithm:
        return None


def _is_weak(certificate: x509.Certificate) -> bool:
    match _public_key(certificate):
        case rsa.RSAPublicKey(key_size=bits) if bits < _LEAST_RSA_BITS:
            return True
        case ec.EllipticCurvePublicKey(key_size=bits) if bits < _LEAST_EC_BITS:
            return True
    if _signed_itself(certificate):
        # Nobody looks at the signature of an authority that is trusted.
        return False
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    return used is not None and used.name in _WEAK_HASHES


def _usages(certificate: x509.Certificate) -> set[x509.ObjectIdentifier] | None:
    """Return what a certificate is for; None if that is not limited."""
    try:
        return set(
            certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        )
    except x509.ExtensionNotFound:
        return None


def _missing(covered: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    known = {one.lower().rstrip(".") for one in covered}
    for name in names:
        clean = normalized(name)
        if clean is None or (
            clean not in known and f"*.{clean.partition('.')[2]}" not in known
        ):
            yield name


def _signed_itself(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject and _issued(
        certificate, certificate
    )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm:
        return False
    return True


def _known(subject: x509.Name) -> tuple[x509.Certificate, ...]:
    """Return the authorities of that name that all programs know."""
    return _known_authorities().get(subject, ())


@cache
def _known_authorities() -> dict[x509.Name, tuple[x509.Certificate, ...]]:
    known: dict[x509.Name, tuple[x509.Certificate, ...]] = {}
    try:
        raw = Path(certifi.where()).read_bytes()
    except OSError:
        return known
    # Some of them have serial numbers that are not right, and work all the same.
    with warnings.catch_warnings(
        action="ignore", category=CryptographyDeprecationWarning
    ):
        for found in _CERTIFICATE.finditer(raw):
            with suppress(ValueError):
                one = x509.load_pem_x509_certificate(found.group())
                known[one.subject] = (*known.get(one.subject, ()), one)
    return known


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _bytes_of(text: str) -> bytes:
    return text.encode("latin-1", "replace")
