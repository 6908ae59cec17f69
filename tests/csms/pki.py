"""Certificates for tests over TLS: a CA with what it signs, and contexts for both sides."""

from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def new_key(algorithm: str = "EC") -> Key:
    """Return a new key."""
    if algorithm == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


class Ca:
    """A certificate authority."""

    def __init__(self, common_name: str = "Example root") -> None:
        """Make its certificate."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(common_name)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self._subject)
            .issuer_name(self._subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - DAY)
            .not_valid_after(NOW + 10 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=False,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=True,
                    crl_sign=True,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(
        self,
        key: Key,
        common_name: str,
        *,
        begins: timedelta = -DAY,
        ends: timedelta = 5 * DAY,
    ) -> str:
        """Return a certificate in PEM, for the address of this machine."""
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + begins)
            .not_valid_after(NOW + ends)
            .add_extension(
                x509.SubjectAlternativeName(
                    [
                        x509.IPAddress(ip_address("127.0.0.1")),
                        x509.DNSName("charging.example"),
                    ]
                ),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode()


def load(context: ssl.SSLContext, key: Key, certificate: str) -> None:
    """Give a context a certificate, which it can only read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "both.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        both.write_bytes(private + certificate.encode())
        context.load_cert_chain(both)


@cache
def ca() -> Ca:
    """Return the CA of all tests."""
    return Ca()


@cache
def _leaf(algorithm: str) -> tuple[Key, str]:
    key = new_key(algorithm)
    return key, ca().sign(key, "charging.example")


def server_context(*, algorithms: tuple[str, ...] = ("EC",)) -> ssl.SSLContext:
    """Return a server's context that takes a client's certificate of the CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for algorithm in algorithms:
        load(context, *_leaf(algorithm))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=ca().pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def client_context(
    *, version: ssl.TLSVersion | None = None, trusted: Ca | None = None
) -> ssl.SSLContext:
    """Return a client's context that trusts the CA."""
    context = ssl.create_default_context(cadata=(trusted or ca()).pem)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context
