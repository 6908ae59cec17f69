"""Certificates for tests of the simulator, and a port that takes TLS and plain ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
TOMORROW = datetime.now(UTC) + timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A CA of its own."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return pem(self.certificate)

    def sign(
        self,
        key: object,
        name: str,
        *,
        hosts: tuple[str, ...] = (),
        begins: datetime = YESTERDAY,
        ends: datetime = TOMORROW,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.certificate.subject)
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_host(host) for host in hosts]),
                critical=False,
            )
        return builder.sign(self.key, hashes.SHA256())

    def answer(self, csr: str, name: str | None = None, **more: datetime) -> str:
        """The chain for a request, by default with the name that it has."""
        request = x509.load_pem_x509_csr(csr.encode())
        (own,) = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        signed = self.sign(request.public_key(), name or str(own.value), **more)
        return pem(signed) + self.pem

    def server(
        self,
        *hosts: str,
        begins: datetime = YESTERDAY,
        ends: datetime = TOMORROW,
        trusts: bool = False,
    ) -> ssl.SSLContext:
        """A server's context; with `trusts` it asks for certificates of this CA."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self.sign(
            key.public_key(), "server", hosts=hosts, begins=begins, ends=ends
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.write_text(key_pem(key) + pem(leaf), encoding="utf-8")
            context.load_cert_chain(path)
        if trusts:
            context.load_verify_locations(cadata=self.pem)
            context.verify_mode = ssl.CERT_OPTIONAL
        return context


def _host(host: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host)


def authority(
    name: str = "Home", *, begins: datetime = EPOCH, ends: datetime = TOMORROW
) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key=key, certificate=certificate)


@asynccontextmanager
async def shared_port(plain: int, encrypted: int) -> AsyncIterator[int]:
    """One port for both: whoever begins with a TLS handshake gets to `encrypted`."""
    tasks: set[asyncio.Task[None]] = set()

    async def copy(source: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                there.write(data)
                await there.drain()
        there.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        port = encrypted if first == b"\x16" else plain
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        outer.write(first)
        for one in (copy(reader, outer), copy(inner, writer)):
            task = asyncio.create_task(one)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
