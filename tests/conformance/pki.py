"""Keys and certificates, as a charge point and those who sign for it make them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def new_key(algorithm: str) -> PrivateKey:
    """Return a key that is strong enough (A00.FR.501): RSA or ECDSA."""
    if algorithm == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def signing_request(key: PrivateKey, common_name: str) -> str:
    """Return a request for a certificate, in PEM."""
    request = x509.CertificateSigningRequestBuilder(subject_name=_name(common_name))
    signed = request.sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


class Authority:
    """Signs certificates, and has one of its own."""

    def __init__(self, algorithm: str = "ECDSA") -> None:
        """Make a root certificate."""
        self._key = new_key(algorithm)
        self._certificate = self._sign("Example root", self._key.public_key())

    def _sign(self, common_name: str, public_key: Any) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(_name("Example root"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        """The root certificate."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, request: str) -> str:
        """Return the certificate that a request asks for, in PEM."""
        csr = x509.load_pem_x509_csr(request.encode())
        assert csr.is_signature_valid
        (name,) = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        certificate = self._sign(str(name.value), csr.public_key())
        return certificate.public_bytes(Encoding.PEM).decode()

    def hash_data(self, algorithm: str) -> dict[str, str]:
        """Return what names the root certificate, hashed in that way."""

        def digest(data: bytes) -> str:
            hashed = hashes.Hash(getattr(hashes, algorithm)())
            hashed.update(data)
            return hashed.finalize().hex()

        return {
            "hashAlgorithm": algorithm,
            "issuerNameHash": digest(self._certificate.subject.public_bytes()),
            "issuerKeyHash": digest(
                self._certificate.public_key().public_bytes(
                    Encoding.DER, PublicFormat.SubjectPublicKeyInfo
                )
            ),
            "serialNumber": f"{self._certificate.serial_number:x}",
        }
