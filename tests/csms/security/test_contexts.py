"""TLS contexts: versions, suites, client certificates; `openssl s_client` is a witness."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
import os
from pathlib import Path
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from typing import Any
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
import pytest

from custom_components.ocpp_cs.csms.security.authority import (
    Algorithm,
    KeyAndCertificate,
    new_authority,
    new_client_certificate,
    new_leaf,
)
from custom_components.ocpp_cs.csms.security.contexts import server_context

from .handshakes import NOW, certificate, client_context, shake

NAMES = ("csms.local", "127.0.0.1")
OCA = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""The suites that a central system has to offer (TLS_RSA_ and TLS_ECDHE_ ... GCM)."""
OLD = (
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-SHA",
    "AES256-SHA",
)
OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="module")
def authority() -> KeyAndCertificate:
    return new_authority("Home", now=NOW)


@pytest.fixture(scope="module")
def leaves(authority: KeyAndCertificate) -> tuple[KeyAndCertificate, ...]:
    return tuple(
        new_leaf(authority, NAMES, now=NOW, algorithm=one) for one in Algorithm
    )


# Suites and versions.


@pytest.mark.parametrize("suite", OCA)
def test_each_suite_of_the_oca(
    authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...], suite: str
) -> None:
    context = server_context(leaves)
    agreed = shake(context, client_context(authority.chain, ciphers=suite), NAMES[1])
    assert (agreed.version, agreed.cipher) == ("TLSv1.2", suite)


@pytest.mark.parametrize("suite", OLD)
def test_old_suites_only_if_wanted(
    authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...], suite: str
) -> None:
    client = client_context(authority.chain, ciphers=suite)
    with pytest.raises(ssl.SSLError, match=r"(?i)no shared cipher"):
        shake(server_context(leaves), client, NAMES[0])
    old = server_context(leaves, old_versions=True)
    assert shake(old, client, NAMES[0]).cipher == suite


def test_nothing_else_is_offered(leaves: tuple[KeyAndCertificate, ...]) -> None:
    """Whatever Python's build has by default."""
    offered = [one["name"] for one in server_context(leaves).get_ciphers()]
    assert [one for one in offered if not one.startswith("TLS_")] == list(OCA)
    offered = [
        one["name"] for one in server_context(leaves, old_versions=True).get_ciphers()
    ]
    assert sorted(one for one in offered if not one.startswith("TLS_")) == sorted(
        OCA + OLD
    )


def limited(*roots: str, most: ssl.TLSVersion, least: Any = None) -> ssl.SSLContext:
    """Return the context of a client that knows only some versions."""
    context = client_context(*roots)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = least or ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = most
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@pytest.mark.parametrize(
    ("most", "version"),
    [
        (ssl.TLSVersion.TLSv1, "TLSv1"),
        (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
def test_versions(
    authority: KeyAndCertificate,
    leaves: tuple[KeyAndCertificate, ...],
    most: ssl.TLSVersion,
    version: str,
) -> None:
    client = limited(authority.chain, most=most)
    if most < ssl.TLSVersion.TLSv1_2:
        with pytest.raises(ssl.SSLError, match=r"(?i)unsupported protocol"):
            shake(server_context(leaves), client, NAMES[0])
    else:
        assert shake(server_context(leaves), client, NAMES[0]).version == version
    old = server_context(leaves, old_versions=True)
    assert shake(old, client, NAMES[0]).version == version


def test_no_warning_is_raised(leaves: tuple[KeyAndCertificate, ...]) -> None:
    with warnings.catch_warnings(action="error"):
        server_context(leaves)
        server_context(leaves, old_versions=True)


@pytest.mark.parametrize(("kind", "key"), [("ECDSA", "EC"), ("RSA", "RSA")])
def test_a_charger_gets_the_certificate_that_it_can_read(
    authority: KeyAndCertificate,
    leaves: tuple[KeyAndCertificate, ...],
    kind: str,
    key: str,
) -> None:
    client = client_context(authority.chain, ciphers=f"ECDHE-{kind}-AES128-GCM-SHA256")
    # Without a name of the server (SNI), as many chargers connect.
    client.check_hostname = False
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server_context(leaves).wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server)
    for _ in range(4):
        for side in (theirs, ours):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    shown = x509.load_der_x509_certificate(theirs.getpeercert(binary_form=True) or b"")
    assert isinstance(shown.public_key(), rsa.RSAPublicKey) == (key == "RSA")


def test_of_both_the_elliptic_curve_is_preferred(
    authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...]
) -> None:
    """It costs a tenth, when all chargers connect at once."""
    client = client_context(authority.chain, ciphers=":".join(reversed(OCA)))
    agreed = shake(server_context(reversed(leaves)), client, NAMES[0])
    assert agreed.cipher == OCA[0]


def test_no_old_versions_tickets_and_second_handshakes(
    leaves: tuple[KeyAndCertificate, ...],
) -> None:
    context = server_context(leaves)
    # Also where the level of security would do that already.
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.num_tickets == 0
    for option in (
        ssl.OP_NO_TICKET,
        ssl.OP_NO_RENEGOTIATION,
        ssl.OP_NO_COMPRESSION,
        ssl.OP_CIPHER_SERVER_PREFERENCE,
    ):
        assert option in context.options


# Certificates of clients.


@pytest.fixture(scope="module")
def others() -> KeyAndCertificate:
    """Return another authority, as others make them."""
    return certificate("Other CA", ca=True, organization=None)


def test_without_trusted_ones_no_certificate_is_asked_for(
    authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...]
) -> None:
    context = server_context(leaves)
    assert context.verify_mode is ssl.CERT_NONE
    pair = new_client_certificate(authority, "CP1", now=NOW)
    agreed = shake(context, client_context(authority.chain, pair=pair), NAMES[0])
    assert agreed.client is None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_of_any_trusted_one_is_taken_and_none_is_needed(
    authority: KeyAndCertificate,
    leaves: tuple[KeyAndCertificate, ...],
    others: KeyAndCertificate,
    version: ssl.TLSVersion,
) -> None:
    context = server_context(leaves, trusted=[authority.chain, others.chain])

    def shown(pair: KeyAndCertificate | None) -> Any:
        client = client_context(authority.chain, pair=pair)
        client.maximum_version = version
        return shake(context, client, NAMES[0]).client

    ours = new_client_certificate(authority, "CP1", now=NOW)
    theirs = certificate("CP2", issuer=others, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert shown(None) is None
    for pair, name in ((ours, "CP1"), (theirs, "CP2")):
        client = shown(pair)
        assert client is not None
        assert (("commonName", name),) in client["subject"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("unknown CA", 20),
        ("signed by itself", 18),
        ("expired", 10),
        ("not yet valid", 9),
        ("for servers", 26),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_others_are_refused_and_the_reason_can_be_told(
    authority: KeyAndCertificate,
    leaves: tuple[KeyAndCertificate, ...],
    others: KeyAndCertificate,
    reason: str,
    code: int,
    version: ssl.TLSVersion,
) -> None:
    client_auth = ExtendedKeyUsageOID.CLIENT_AUTH
    day = timedelta(days=1)
    pair = {
        "unknown CA": lambda: certificate(
            issuer=new_authority("Home", now=NOW), usage=client_auth
        ),
        "signed by itself": lambda: certificate(usage=client_auth),
        "expired": lambda: certificate(
            issuer=others,
            usage=client_auth,
            starts=NOW - 900 * day,
            ends=NOW - 700 * day,
        ),
        "not yet valid": lambda: certificate(
            issuer=others,
            usage=client_auth,
            starts=NOW + 7000 * day,
            ends=NOW + 8000 * day,
        ),
        "for servers": lambda: certificate(
            issuer=others, usage=ExtendedKeyUsageOID.SERVER_AUTH
        ),
    }[reason]()
    context = server_context(leaves, trusted=[authority.chain, others.chain])
    client = client_context(authority.chain, pair=pair)
    client.maximum_version = version
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        shake(context, client, NAMES[0])
    assert raised.value.verify_code == code


def test_the_trusted_one_may_be_between_root_and_client(
    authority: KeyAndCertificate,
    leaves: tuple[KeyAndCertificate, ...],
    others: KeyAndCertificate,
) -> None:
    between = certificate("Between", issuer=others, ca=True)
    pair = certificate("CP2", issuer=between, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    context = server_context(leaves, trusted=[between.chain])
    client = client_context(authority.chain, pair=pair)
    assert shake(context, client, NAMES[0]).client is not None
    # The root alone does if the charger shows the one between, too.
    context = server_context(leaves, trusted=[others.chain])
    both = KeyAndCertificate(key=pair.key, chain=pair.chain + between.chain)
    client = client_context(authority.chain, pair=both)
    assert shake(context, client, NAMES[0]).client is not None


# What cannot be used, and where the key is.


def test_what_cannot_be_used_raises(leaves: tuple[KeyAndCertificate, ...]) -> None:
    ours, other = leaves
    with pytest.raises(ValueError):
        server_context([])
    for pair in (
        KeyAndCertificate(key=ours.key, chain=other.chain),
        KeyAndCertificate(key="", chain=ours.chain),
        KeyAndCertificate(key=ours.key, chain=""),
        KeyAndCertificate(key="ä", chain="\n"),
    ):
        with pytest.raises(ssl.SSLError):
            server_context([pair])
    for text in ("x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"):
        with pytest.raises(ssl.SSLError):
            server_context([ours], trusted=[text])


def test_an_encrypted_key_is_refused_and_nobody_is_asked(
    leaves: tuple[KeyAndCertificate, ...],
) -> None:
    key = serialization.load_pem_private_key(leaves[0].key.encode(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    ).decode()
    with pytest.raises(ssl.SSLError):
        server_context([KeyAndCertificate(key=encrypted, chain=leaves[0].chain)])


@pytest.mark.parametrize("in_memory", [True, False])
def test_no_key_stays_in_a_file(
    leaves: tuple[KeyAndCertificate, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_memory: bool,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made: list[int] = []
    if in_memory:
        if not hasattr(os, "memfd_create"):
            pytest.skip("this system has no files in memory")
    else:
        monkeypatch.delattr(os, "memfd_create", raising=False)
        make = tempfile.mkstemp

        def noted(*args: Any, **kwargs: Any) -> tuple[int, str]:
            descriptor, name = make(*args, **kwargs)
            made.append(Path(name).stat().st_mode & 0o777)
            return descriptor, name

        monkeypatch.setattr(tempfile, "mkstemp", noted)
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    server_context(leaves)
    broken = KeyAndCertificate(key=leaves[0].key, chain=leaves[1].chain)
    with pytest.raises(ssl.SSLError):
        server_context([broken])
    assert list(tmp_path.iterdir()) == []
    assert made == ([] if in_memory else [0o600] * 3)
    if descriptors.exists():
        assert len(list(descriptors.iterdir())) == before


# A witness from elsewhere.


@contextmanager
def listening(context: ssl.SSLContext) -> Iterator[int]:
    """Serve handshakes on a port, one after the other; each gets two bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:
                    return
                raw.settimeout(10)
                try:
                    with context.wrap_socket(raw, server_side=True) as connection:
                        connection.sendall(b"ok")
                        # s_client may have something to say before it ends.
                        connection.recv(16)
                except OSError:
                    raw.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def s_client(port: int, root: Path, *options: str) -> str:
    """Return what `openssl s_client` says of a handshake with the port."""
    assert OPENSSL is not None
    done = subprocess.run(
        [
            OPENSSL,
            "s_client",
            *("-connect", f"127.0.0.1:{port}", "-CAfile", str(root)),
            # Until the server ends it, so that its alerts are seen.
            *(
                "-ign_eof",
                "-verify_return_error",
                "-verify_ip",
                "127.0.0.1",
                "-noservername",
            ),
            *options,
        ],
        input=b"x\n",
        capture_output=True,
        timeout=30,
        check=False,
    )
    return (done.stdout + done.stderr).decode(errors="replace")


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl")
class TestSClient:
    """What OpenSSL's own client agrees with us, over real sockets."""

    @pytest.fixture(scope="class")
    def root(
        self, authority: KeyAndCertificate, tmp_path_factory: pytest.TempPathFactory
    ) -> Path:
        path = tmp_path_factory.mktemp("root") / "ca.pem"
        path.write_text(authority.chain)
        return path

    @pytest.fixture
    def port(
        self, authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...]
    ) -> Iterator[int]:
        with listening(server_context(leaves, trusted=[authority.chain])) as port:
            yield port

    @pytest.fixture
    def old_port(
        self, authority: KeyAndCertificate, leaves: tuple[KeyAndCertificate, ...]
    ) -> Iterator[int]:
        context = server_context(leaves, trusted=[authority.chain], old_versions=True)
        with listening(context) as port:
            yield port

    @pytest.mark.parametrize("suite", OCA)
    def test_suites(self, port: int, root: Path, suite: str) -> None:
        said = s_client(port, root, "-tls1_2", "-cipher", suite)
        assert f"Cipher is {suite}" in said
        assert "Verify return code: 0 (ok)" in said
        assert "Secure Renegotiation IS supported" in said
        assert "Compression: NONE" in said
        wants_rsa = "ECDSA" not in suite
        assert ("Server public key is 2048 bit" in said) == wants_rsa
        assert ("Server public key is 256 bit" in said) == (not wants_rsa)

    def test_the_newest_version(self, port: int, root: Path) -> None:
        said = s_client(port, root, "-tls1_3")
        assert "New, TLSv1.3, Cipher is TLS_" in said
        assert "Verify return code: 0 (ok)" in said
        assert "TLS session ticket" not in said

    @pytest.mark.parametrize(("kind", "bits"), [("ECDSA", 256), ("RSA", 2048)])
    def test_clients_of_one_kind_of_key(
        self, port: int, root: Path, kind: str, bits: int
    ) -> None:
        said = s_client(port, root, "-tls1_2", "-cipher", f"a{kind}")
        assert "Verify return code: 0 (ok)" in said
        assert f"Server public key is {bits} bit" in said

    @pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
    def test_old_versions(
        self, port: int, old_port: int, root: Path, version: str
    ) -> None:
        options = (version, "-cipher", "ALL:@SECLEVEL=0")
        refused = s_client(port, root, *options)
        assert "alert protocol version" in refused
        assert "Cipher is (NONE)" in refused
        said = s_client(old_port, root, *options)
        assert "Verify return code: 0 (ok)" in said
        assert "Cipher is ECDHE-ECDSA-AES128-SHA" in said

    @pytest.mark.parametrize("suite", ["AES128-SHA", "ECDHE-RSA-AES128-SHA"])
    def test_suites_of_old_versions(
        self, port: int, old_port: int, root: Path, suite: str
    ) -> None:
        cipher = f"{suite}:@SECLEVEL=0"
        refused = s_client(port, root, "-tls1_2", "-cipher", cipher)
        assert "Cipher is (NONE)" in refused
        said = s_client(old_port, root, "-tls1", "-cipher", cipher)
        assert f"Cipher is {suite}" in said

    def test_another_authority(self, port: int, tmp_path: Path) -> None:
        other = tmp_path / "other.pem"
        other.write_text(new_authority("Home", now=NOW).chain)
        assert "Verify return code: 0 (ok)" not in s_client(port, other)

    def test_a_certificate_of_its_own(
        self, authority: KeyAndCertificate, port: int, root: Path, tmp_path: Path
    ) -> None:
        mine, foreign = tmp_path / "mine.pem", tmp_path / "foreign.pem"
        for path, issuer in ((mine, authority), (foreign, new_authority("X", now=NOW))):
            pair = new_client_certificate(issuer, "CP1", now=NOW)
            path.write_text(pair.key + pair.chain)
        for version in ("-tls1_2", "-tls1_3"):
            said = s_client(port, root, version, "-cert", str(mine), "-key", str(mine))
            assert "alert" not in said
            said = s_client(
                port, root, version, "-cert", str(foreign), "-key", str(foreign)
            )
            assert "alert unknown ca" in said
