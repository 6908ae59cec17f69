"""Find a root certificate among those that a charge point lists.

A charge point names certificates by hashes, as OCSP does (CertificateHashDataType;
RFC 6960, 4.1.1).
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from ..model.security import CertificateHash

_ALGORITHMS = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def hashes_of(pem: str, algorithm: str = "sha256") -> CertificateHash:
    """Return what names a root certificate.

    Args:
        pem: The certificate in PEM; it is signed with its own key.
        algorithm: `sha256`, `sha384` or `sha512`.

    Raises:
        ValueError: It is no certificate, or the algorithm is unknown.
    """
    if (used := _ALGORITHMS.get(algorithm)) is None:
        raise ValueError(f"unknown algorithm {algorithm!r}")
    root = x509.load_pem_x509_certificate(pem.encode())
    request = ocsp.OCSPRequestBuilder().add_certificate(root, root, used).build()
    return CertificateHash(
        hash_algorithm=algorithm,
        issuer_name_hash=request.issuer_name_hash.hex(),
        issuer_key_hash=request.issuer_key_hash.hex(),
        serial_number=f"{request.serial_number:x}",
    )


def names_certificate(told: CertificateHash, pem: str) -> bool:
    """Return whether a charge point means this root certificate.

    The serial number has to be the same, and either hash: some charge points hash the
    key together with its algorithm. The serial number counts as hexadecimal, with or
    without leading zeros.

    Args:
        told: What the charge point lists.
        pem: The root certificate in PEM.
    """
    try:
        ours = hashes_of(pem, told.hash_algorithm)
    except ValueError:
        return False
    return _number(told.serial_number) == ours.serial_number and (
        told.issuer_name_hash.lower() == ours.issuer_name_hash
        or told.issuer_key_hash.lower() == ours.issuer_key_hash
    )


def _number(serial: str) -> str:
    return serial.lower().removeprefix("0x").replace(":", "").lstrip("0")
