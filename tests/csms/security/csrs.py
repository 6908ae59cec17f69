"""Certificate requests as chargers make them."""

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def request(
    common_name: str | None = "CP1",
    *,
    key: Any = None,
    organization: str | None = "Acme",
    extensions: Iterable[x509.ExtensionType] = (),
    signed_with: Any = None,
    more: Iterable[x509.NameAttribute] = (),
) -> str:
    """Return a request in PEM."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = [*more]
    if organization is not None:
        name.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    if common_name is not None:
        name.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(name))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signed = builder.sign(key, signed_with or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()
