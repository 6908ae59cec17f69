"""Certificates for the tests of a go-e's TLS, made by `cryptography` alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
LATE = datetime.now(UTC) + timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()


def authority(name: str = "Home", begin: datetime = ALWAYS) -> Pair:
    """Return a CA."""
    return _made(name, (), None, begin, LATE)


def leaf(
    ca: Pair,
    *names: str,
    common_name: str = "server",
    begin: datetime = ALWAYS,
    end: datetime = LATE,
) -> Pair:
    """Return a certificate that `ca` has signed."""
    return _made(common_name, names, ca, begin, end)


def server_context(
    folder: Path, pair: Pair, clients: Pair | None = None
) -> ssl.SSLContext:
    """Return the context of a server; with `clients` it wants their certificates."""
    path = folder / f"{pair.certificate.serial_number}.pem"
    path.write_text(pair.pem + pair.key_pem)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    if clients is not None:
        made.load_verify_locations(cadata=clients.pem)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def _made(
    common_name: str,
    names: Iterable[str],
    ca: Pair | None,
    begin: datetime,
    end: datetime,
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if ca is None else ca.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca is None, None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )
    if ca is not None:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()),
            critical=False,
        )
    else:
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    if names := list(names):
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]),
            critical=False,
        )
    signer = key if ca is None else ca.key
    return Pair(certificate=builder.sign(signer, hashes.SHA256()), key=key)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
