"""Certificates and keys, as a charger handles them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from simulator.structures import Payload

type PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
type Chain = Sequence[x509.Certificate]

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


def read(pem: str) -> list[x509.Certificate]:
    """Return the certificates of a text, in their order. Raise ValueError."""
    return x509.load_pem_x509_certificates(pem.encode())


def read_der(chain: Sequence[bytes]) -> list[x509.Certificate]:
    """Return the certificates that a handshake brought."""
    return [x509.load_der_x509_certificate(der) for der in chain]


def pem_of(certificate: x509.Certificate) -> str:
    """Return a certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def hash_data(root: x509.Certificate, algorithm: str = "SHA256") -> Payload:
    """Return the CertificateHashData of a root: of its own name and key (RFC 6960)."""
    builder = ocsp.OCSPRequestBuilder()
    request = builder.add_certificate(root, root, _HASHES[algorithm]()).build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }


def is_named(root: x509.Certificate, named: Payload) -> bool:
    """Return whether CertificateHashData names this root. Raise KeyError."""
    own = hash_data(root, named["hashAlgorithm"])
    return all(
        named[name].lower().lstrip("0") == text.lower().lstrip("0")
        for name, text in own.items()
    )


def new_key(kind: str) -> PrivateKey:
    """Return a key of kind `ec` (P-256) or `rsa` (2048 bits). Blocking."""
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def key_text(key: PrivateKey) -> str:
    """Return a key as text, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def request_for(key: PrivateKey, *, organization: str, common_name: str) -> str:
    """Return a certificate signing request (A02), signed with its key."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        subject.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    request = builder.sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def fits(certificate: x509.Certificate, key: PrivateKey) -> bool:
    """Return whether a certificate is for this key."""
    return certificate.public_key() == key.public_key()


def common_name(certificate: x509.Certificate) -> str:
    """Return the common name of the subject; empty without one."""
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        return str(attribute.value)
    return ""


def problem_of_chain(chain: Chain) -> str | None:
    """Return what is wrong with the order of a chain: each is signed by the next."""
    for one, issuer in pairwise(chain):
        try:
            one.verify_directly_issued_by(issuer)
        except ValueError, TypeError, InvalidSignature:
            return f"{common_name(one)} is not signed by {common_name(issuer)}"
    return None


def problem_of_dates(chain: Chain, now: datetime) -> str | None:
    """Return which certificate is not valid at a time."""
    for one in chain:
        name = common_name(one)
        if now < one.not_valid_before_utc:
            return f"certificate {name} is not yet valid at {now:%Y-%m-%d %H:%M}"
        if now > one.not_valid_after_utc:
            return f"certificate {name} has expired at {now:%Y-%m-%d %H:%M}"
    return None


def names(certificate: x509.Certificate) -> set[str]:
    """Return the DNS names, in lower case, and IP addresses of a server."""
    found: set[str] = set()
    with suppress(x509.ExtensionNotFound):
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        for kind in (x509.DNSName, x509.IPAddress):
            found |= {
                str(value).lower()
                for value in extension.value.get_values_for_type(kind)
            }
    return found


def is_for(certificate: x509.Certificate, host: str) -> bool:
    """Return whether a server's certificate is for a name or an address."""
    with suppress(ValueError):
        return str(ip_address(host.strip("[]"))) in names(certificate)
    host = host.lower().rstrip(".")
    _, _, domain = host.partition(".")
    return host in names(certificate) or f"*.{domain}" in names(certificate)
