"""TLS handshakes in memory between a context of ours and a client's, both of them OpenSSL's own."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
import tempfile
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Agreed:
    """What both sides of a handshake agreed on."""

    version: str | None
    cipher: str
    server: dict[str, Any]
    """The certificate that the client was shown."""
    client: dict[str, Any] | None
    """The certificate that the server was shown; None if there was none."""


def client_context(
    *roots: str, ciphers: str | None = None, pair: KeyAndCertificate | None = None
) -> ssl.SSLContext:
    """Return the context of a charger that trusts these authorities, and checks the server's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if roots:
        context.load_verify_locations(cadata="\n".join(roots))
    if ciphers is not None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    if pair is not None:
        load(context, pair)
    return context


def load(context: ssl.SSLContext, pair: KeyAndCertificate) -> None:
    """Let a context show that certificate."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pair.pem")
        path.write_text(f"{pair.key}\n{pair.chain}")
        context.load_cert_chain(path)


def shake(server: ssl.SSLContext, client: ssl.SSLContext, name: str | None) -> Agreed:
    """Run a handshake to its end; raise what ended it, of the server if both failed."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=name)
    failed: ssl.SSLError | None = None
    open_sides = [theirs, ours]
    for _ in range(20):
        for side in list(open_sides):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as err:
                if side is ours:
                    raise
                failed = err
            open_sides.remove(side)
        if not open_sides:
            break
    if failed is not None:
        raise failed
    assert not open_sides, "the handshake came to no end"
    # With TLS 1.3 a server judges the client's certificate after the client has done its part.
    with suppress(ssl.SSLWantReadError):
        theirs.read(1)
    cipher = ours.cipher()
    shown = theirs.getpeercert()
    assert cipher is not None and shown is not None
    return Agreed(ours.version(), cipher[0], shown, ours.getpeercert() or None)


def certificate(
    common_name: str = "CP1",
    *,
    issuer: KeyAndCertificate | None = None,
    key: Any = None,
    organization: str | None = "Somebody",
    names: tuple[x509.GeneralName, ...] = (),
    starts: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=365),
    ca: bool = False,
    usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    signed_with: Any = None,
) -> KeyAndCertificate:
    """Return a certificate as others make them, without our code; it signs itself if there is no issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        subject.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    name = x509.Name(subject)
    signer, by = key, name
    if issuer is not None:
        signer = serialization.load_pem_private_key(issuer.key.encode(), None)
        by = x509.load_pem_x509_certificate(issuer.chain.encode()).subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
    if usage is not None and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    made = builder.sign(signer, signed_with or hashes.SHA256())
    return KeyAndCertificate(
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        chain=made.public_bytes(serialization.Encoding.PEM).decode(),
    )
