"""The private certificate authority (CA): its own certificate and those that it signs.

Certificates are valid from 1970 on: many charge points have no clock of their own, and
learn the time only once they are connected. What is demanded of certificates is in the
security whitepaper, 3.4 (A00.FR.501 to A00.FR.514).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address
import secrets

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANIZATION = "Home Assistant"
"""The organization in our certificates."""

VALID_FROM = datetime(1970, 1, 1, tzinfo=UTC)
AUTHORITY_LIFE = timedelta(days=20 * 365)
LEAF_LIFE = timedelta(days=2 * 365)
"""The life of certificates that an authority signs."""

_LONGEST_NAME = 64
"""The maximum length of a common name or an organization (RFC 5280, appendix A)."""

type PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
type PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Algorithm(StrEnum):
    """The kind of a key."""

    EC = "ec"
    """NIST P-256."""
    RSA = "rsa"
    """RSA with 2048 bits, which old charge points need."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyAndCertificate:
    """A private key and its certificate, in PEM."""

    key: str = field(repr=False)
    chain: str
    """The certificate, followed by those of its issuers as far as they are sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateFacts:
    """The content of a certificate that users and other modules look at."""

    subject: str
    """The distinguished name (RFC 4514)."""
    common_name: str | None
    organization: str | None
    names: tuple[str, ...]
    """The DNS names and IP addresses of a server's certificate."""
    issuer: str
    """The distinguished name of the issuer (RFC 4514)."""
    serial_number: str
    """Hexadecimal, without leading zeros."""
    not_before: datetime
    not_after: datetime
    fingerprint: str
    """The SHA-256 hash in hexadecimal, without separators."""
    is_authority: bool
    """True if it may sign certificates."""

    @property
    def shown_fingerprint(self) -> str:
        """The fingerprint in the form that other programs show: `AB:CD:...`."""
        return ":".join(
            self.fingerprint[at : at + 2] for at in range(0, len(self.fingerprint), 2)
        ).upper()


def facts(pem: str) -> CertificateFacts:
    """Return the facts of the first certificate in a text.

    Args:
        pem: One or more certificates in PEM.

    Raises:
        ValueError: There is none, or it cannot be read.
    """
    return facts_of(x509.load_pem_x509_certificate(pem.encode()))


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """Return the facts of a certificate. Raises ValueError if it cannot be read."""
    return CertificateFacts(
        subject=certificate.subject.rfc4514_string(),
        common_name=only_attribute(certificate.subject, NameOID.COMMON_NAME),
        organization=only_attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
        names=names_of(certificate),
        issuer=certificate.issuer.rfc4514_string(),
        serial_number=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        is_authority=is_authority(certificate),
    )


def only_attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    """Return an attribute of a name; None unless there is exactly one, as text."""
    match name.get_attributes_for_oid(oid):
        case [x509.NameAttribute(value=str(value))]:
            return value
    return None


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names and IP addresses that a certificate is valid for."""
    try:
        names = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return ()
    texts = (
        *names.get_values_for_type(x509.DNSName),
        *map(str, names.get_values_for_type(x509.IPAddress)),
    )
    # An address may be there in both forms.
    return tuple(dict.fromkeys(texts))


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(
            x509.BasicConstraints
        ).value.ca
    except x509.ExtensionNotFound:
        return False


def is_current(certificate: CertificateFacts, now: datetime) -> bool:
    """Return whether a certificate is valid at a time."""
    return certificate.not_before <= now <= certificate.not_after


def new_authority(name: str, *, now: datetime) -> KeyAndCertificate:
    """Return a new authority, which signs itself.

    Args:
        name: The name of this Home Assistant. A random part follows it, as two
            authorities with one name confuse those who trust both.
        now: The present time; it is valid for 20 years from then on.

    Returns:
        Its key and certificate.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    suffix = f" {secrets.token_hex(3)}"
    common_name = _name_part(f"{name or ORGANIZATION} CA")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(
                NameOID.COMMON_NAME,
                common_name[: _LONGEST_NAME - len(suffix)].rstrip() + suffix,
            ),
        ]
    )
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(_second(now + AUTHORITY_LIFE))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(own_id, critical=False)
        # VERIFY_X509_STRICT of Python wants it of an authority as well.
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return KeyAndCertificate(key=_key_pem(key), chain=_pem(certificate))


def new_leaf(
    authority: KeyAndCertificate,
    names: Iterable[str],
    *,
    now: datetime,
    algorithm: Algorithm = Algorithm.EC,
) -> KeyAndCertificate:
    """Return the key and certificate of a server. Blocking: RSA takes up to a second.

    Args:
        authority: The authority that signs it.
        names: The DNS names and IP addresses of the server; the first is the common
            name as well. What is neither is left out.
        now: The present time.
        algorithm: The kind of the key.

    Returns:
        The key and the certificate.

    Raises:
        ValueError: No name is valid, or the authority cannot be read.
    """
    general = list(general_names(names))
    if not general:
        raise ValueError("A server's certificate needs a name")
    key = _new_key(algorithm)
    certificate = _signed(
        authority,
        key.public_key(),
        _subject(ORGANIZATION, str(general[0].value)),
        now=now,
        usage=ExtendedKeyUsageOID.SERVER_AUTH,
        alternative=x509.SubjectAlternativeName([*general, *_as_text(general)]),
    )
    return KeyAndCertificate(key=_key_pem(key), chain=_pem(certificate))


def _as_text(
    names: Iterable[x509.IPAddress | x509.DNSName],
) -> Iterator[x509.DNSName]:
    """Yield the IPv4 addresses as names, too.

    Many chargers have Mbed TLS before 3.5, which looks for an address there only.
    """
    for name in names:
        if isinstance(name.value, IPv4Address):
            yield x509.DNSName(str(name.value))


def new_client_certificate(
    authority: KeyAndCertificate, common_name: str, *, now: datetime
) -> KeyAndCertificate:
    """Return the key and certificate of a charge point that makes no key itself.

    Args:
        authority: The authority that signs it.
        common_name: The id or the serial number of the charge point.
        now: The present time.

    Returns:
        The key and the certificate.

    Raises:
        ValueError: The name is empty, or the authority cannot be read.
    """
    if not (name := _name_part(common_name)):
        raise ValueError("A charge point's certificate needs a name")
    key = _new_key(Algorithm.EC)
    return KeyAndCertificate(
        key=_key_pem(key),
        chain=signed_for_client(
            authority, key.public_key(), _subject(ORGANIZATION, name), now=now
        ),
    )


def signed_for_client(
    authority: KeyAndCertificate,
    public_key: PublicKey,
    subject: x509.Name,
    *,
    now: datetime,
) -> str:
    """Return a charge point's certificate, in PEM."""
    certificate = _signed(
        authority, public_key, subject, now=now, usage=ExtendedKeyUsageOID.CLIENT_AUTH
    )
    return _pem(certificate)


def general_names(names: Iterable[str]) -> Iterable[x509.IPAddress | x509.DNSName]:
    """Yield each name once, as certificates have it; invalid ones are left out."""
    seen: set[str] = set()
    for name in names:
        clean = normalized(name)
        if clean is None or clean in seen:
            continue
        seen.add(clean)
        try:
            yield x509.IPAddress(ip_address(clean))
        except ValueError:
            yield x509.DNSName(clean)


def normalized(name: str) -> str | None:
    """Return a DNS name or an IP address in the form in which it is compared.

    Args:
        name: A name, also with capitals, in brackets, or with the zone of an address.

    Returns:
        The name; None if it is neither a DNS name nor an IP address.
    """
    clean = name.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    try:
        return str(ip_address(clean.partition("%")[0]))
    except ValueError:
        pass
    try:
        clean = clean.encode("ascii" if clean.isascii() else "idna").decode("ascii")
    except UnicodeError:
        return None
    labels = clean.removeprefix("*.").split(".")
    valid = len(clean) <= 253 and all(
        0 < len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum()
        for label in labels
    )
    return clean if valid else None


def load_authority(
    authority: KeyAndCertificate,
) -> tuple[PrivateKey, x509.Certificate]:
    """Return the key and the certificate of an authority.

    Raises:
        ValueError: It cannot be read, the key is not that of the certificate, or it may
            not sign certificates.
    """
    try:
        key = serialization.load_pem_private_key(authority.key.encode(), None)
    except (TypeError, UnsupportedAlgorithm) as err:
        raise ValueError("The key of the authority cannot be read") from err
    certificate = x509.load_pem_x509_certificate(authority.chain.encode())
    if (
        isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        and key.public_key() == certificate.public_key()
        and is_authority(certificate)
    ):
        return key, certificate
    raise ValueError("Key and certificate are not those of an authority")


def _signed(
    authority: KeyAndCertificate,
    public_key: PublicKey,
    subject: x509.Name,
    *,
    now: datetime,
    usage: x509.ObjectIdentifier,
    alternative: x509.SubjectAlternativeName | None = None,
) -> x509.Certificate:
    """Return a certificate for one use, which cannot sign others."""
    signing_key, issuer = load_authority(authority)
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(min(_second(now + LEAF_LIFE), issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # Suites without ECDHE encrypt with the key of the server.
        .add_extension(
            _usage(encrypts=isinstance(public_key, rsa.RSAPublicKey)), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id),
            critical=False,
        )
    )
    if alternative is not None:
        builder = builder.add_extension(alternative, critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _new_key(algorithm: Algorithm) -> PrivateKey:
    if algorithm is Algorithm.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _subject(organization: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            # A longer name is in the alternative names only, where it counts.
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_LONGEST_NAME]),
        ]
    )


def _name_part(text: str) -> str:
    """Return a text as a part of a distinguished name: one line, and not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[
        :_LONGEST_NAME
    ].rstrip()


def _usage(
    *, signs_certificates: bool = False, encrypts: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=encrypts,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _second(time: datetime) -> datetime:
    """Return a time in UTC without the fractions that certificates cannot have."""
    return time.astimezone(UTC).replace(microsecond=0)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
