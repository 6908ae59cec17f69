"""What is wrong with keys and certificates that people bring along."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import shutil
import subprocess
from typing import Any

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.security import chains
from custom_components.ocpp_cs.csms.security.authority import (
    KeyAndCertificate,
    facts,
    new_authority,
    new_leaf,
)
from custom_components.ocpp_cs.csms.security.chains import (
    CertificateError,
    CertificateProblem as Problem,
    authorities_in,
    missing_names,
    problems_of,
    root_of,
    text_of,
)
from custom_components.ocpp_cs.csms.security.contexts import server_context

from .handshakes import NOW, certificate, client_context, shake

HOST = "ha.example.org"
NAMES = (x509.DNSName(HOST), x509.IPAddress(ip_address("192.168.1.5")))
DAY = timedelta(days=1)

ROOT = certificate("Root", ca=True)
BETWEEN = certificate("Between", issuer=ROOT, ca=True)
LEAF = certificate(HOST, issuer=BETWEEN, names=NAMES)
WHOLE = KeyAndCertificate(
    key=LEAF.key, chain=f"{LEAF.chain}{BETWEEN.chain}{ROOT.chain}"
)


def chained(pair: KeyAndCertificate, *others: KeyAndCertificate) -> KeyAndCertificate:
    """Return a certificate with those of its issuers behind it."""
    return KeyAndCertificate(
        key=pair.key, chain="\n".join(one.chain for one in (pair, *others))
    )


def named(value: object) -> str:
    """Return the name of a case: keys are others in each process that runs tests."""
    return value.value if isinstance(value, Problem) else "case"


def problems(pair: KeyAndCertificate, *names: str, **more: Any) -> tuple[Problem, ...]:
    return problems_of(pair, names or (HOST,), NOW, **more)


def test_a_whole_chain_is_right_and_works() -> None:
    assert problems(WHOLE, HOST, "192.168.1.5", "HA.Example.org.") == ()
    shake(server_context([WHOLE]), client_context(ROOT.chain), HOST)


def test_ours_is_right() -> None:
    authority = new_authority("Home", now=NOW)
    leaf = new_leaf(authority, [HOST], now=NOW)
    assert problems(leaf, roots=[authority.chain]) == ()
    assert problems(leaf) == (Problem.CHAIN_INCOMPLETE,)


def test_one_that_signed_itself_is_right() -> None:
    """With `openssl req -x509` it is an authority as well."""
    assert problems(certificate(HOST, names=NAMES)) == ()
    assert problems(certificate(HOST, names=NAMES, ca=True)) == ()


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (chained(LEAF, BETWEEN), Problem.CHAIN_INCOMPLETE),
        (LEAF, Problem.CHAIN_INCOMPLETE),
        (chained(LEAF, ROOT), Problem.CHAIN_INCOMPLETE),
        (chained(LEAF, ROOT, BETWEEN), Problem.CHAIN_ORDER),
        (
            KeyAndCertificate(key=LEAF.key, chain=f"{ROOT.chain}{BETWEEN.chain}"),
            Problem.KEY_MISMATCH,
        ),
    ],
)
def test_chains(pair: KeyAndCertificate, expected: Problem) -> None:
    assert expected in problems(pair)


def test_the_servers_own_is_the_first() -> None:
    pair = KeyAndCertificate(
        key=LEAF.key, chain=f"{ROOT.chain}{BETWEEN.chain}{LEAF.chain}"
    )
    found = problems(pair)
    assert Problem.CHAIN_ORDER in found
    assert Problem.KEY_MISMATCH not in found


def test_more_than_needed_does_no_harm() -> None:
    assert problems(chained(LEAF, BETWEEN, ROOT, certificate("Other", ca=True))) == ()


def test_authorities_that_all_know_need_not_be_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Problem.CHAIN_INCOMPLETE in problems(chained(LEAF, BETWEEN))
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(Path(certifi.where()).read_text() + ROOT.chain)
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    chains._known_authorities.cache_clear()
    try:
        assert problems(chained(LEAF, BETWEEN)) == ()
        # Nor has it to be given to chargers.
        assert root_of(WHOLE.chain) is None
    finally:
        chains._known_authorities.cache_clear()
    assert problems(chained(LEAF, BETWEEN), roots=[ROOT.chain]) == ()


@pytest.mark.parametrize("content", [b"", b"damaged"])
def test_without_a_list_of_authorities(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_bytes(content)
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    chains._known_authorities.cache_clear()
    try:
        assert problems(WHOLE) == ()
    finally:
        chains._known_authorities.cache_clear()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            lambda: certificate(
                HOST, names=NAMES, starts=NOW - 9 * DAY, ends=NOW - DAY
            ),
            (Problem.EXPIRED,),
        ),
        (
            lambda: certificate(
                HOST, names=NAMES, starts=NOW + DAY, ends=NOW + 9 * DAY
            ),
            (Problem.NOT_YET_VALID,),
        ),
        (
            lambda: certificate("other.org", names=(x509.DNSName("other.org"),)),
            (Problem.NAME_MISSING,),
        ),
        # The common name does not count any more, for any client of today.
        (lambda: certificate(HOST), (Problem.NAME_MISSING,)),
        (
            lambda: certificate(
                HOST, names=NAMES, usage=ExtendedKeyUsageOID.CLIENT_AUTH
            ),
            (Problem.NOT_FOR_SERVERS,),
        ),
        (lambda: certificate(HOST, names=NAMES, usage=None), ()),
        (lambda: ROOT, (Problem.NAME_MISSING, Problem.NOT_FOR_SERVERS)),
        (
            lambda: certificate(
                HOST, names=NAMES, key=rsa.generate_private_key(65537, 1024)
            ),
            (Problem.WEAK,),
        ),
        (
            lambda: certificate(
                HOST, names=NAMES, key=ec.generate_private_key(ec.SECP192R1())
            ),
            (Problem.KEY_KIND, Problem.WEAK),
        ),
        (
            lambda: certificate(
                HOST, names=NAMES, key=ec.generate_private_key(ec.BrainpoolP256R1())
            ),
            (Problem.KEY_KIND,),
        ),
    ],
    ids=named,
)
def test_mistakes(
    make: Callable[[], KeyAndCertificate], expected: tuple[Problem, ...]
) -> None:
    assert problems(make()) == expected


def test_one_between_may_have_expired() -> None:
    old = certificate(
        "Between", issuer=ROOT, ca=True, starts=NOW - 9 * DAY, ends=NOW - DAY
    )
    leaf = certificate(HOST, issuer=old, names=NAMES)
    assert problems(chained(leaf, old, ROOT)) == (Problem.EXPIRED,)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_signatures_that_nobody_takes_any_more(tmp_path: Path) -> None:
    """Python's library no longer makes them."""
    for name, text in (
        ("ca.pem", ROOT.chain),
        ("ca.key", ROOT.key),
        ("key.pem", LEAF.key),
        ("names", f"subjectAltName=DNS:{HOST}"),
    ):
        (tmp_path / name).write_text(text)
    for command in (
        f"req -new -key key.pem -subj /CN={HOST} -out csr.pem",
        "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -sha1 -days 36500 -extfile names -out old.pem",
    ):
        subprocess.run(
            ["openssl", *command.split()], cwd=tmp_path, check=True, capture_output=True
        )
    old = KeyAndCertificate(key=LEAF.key, chain=(tmp_path / "old.pem").read_text())
    now = datetime.now(UTC)
    found = problems_of(chained(old, ROOT), [HOST], now)
    assert Problem.WEAK in found


def test_a_key_of_a_kind_that_few_know() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    found = problems(KeyAndCertificate(key=pem, chain=WHOLE.chain))
    assert found == (Problem.KEY_KIND,)


def test_names() -> None:
    wild = certificate(names=(x509.DNSName("*.Example.org"),))
    assert missing_names(wild.chain, [HOST, "a.example.org"]) == ()
    others = ("example.org", "a.b.example.org", "192.168.1.5", "no name")
    assert missing_names(wild.chain, others) == others
    assert missing_names(WHOLE.chain, ["192.168.1.5", "192.168.1.6"]) == (
        "192.168.1.6",
    )
    with pytest.raises(CertificateError) as raised:
        missing_names("x", [HOST])
    assert raised.value.problem is Problem.UNREADABLE


def der(pair: KeyAndCertificate) -> bytes:
    return x509.load_pem_x509_certificate(pair.chain.encode()).public_bytes(
        serialization.Encoding.DER
    )


def key_of(pair: KeyAndCertificate) -> Any:
    return serialization.load_pem_private_key(pair.key.encode(), None)


def key_as(
    encoding: serialization.Encoding = serialization.Encoding.PEM,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    password: bytes | None = None,
) -> str:
    encryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password)
    )
    return text_of(key_of(LEAF).private_bytes(encoding, form, encryption))


CONTAINER = text_of(
    pkcs12.serialize_key_and_certificates(
        b"x",
        key_of(LEAF),
        x509.load_pem_x509_certificate(LEAF.chain.encode()),
        None,
        serialization.BestAvailableEncryption(b"secret"),
    )
)


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("", Problem.UNREADABLE),
        ("hello", Problem.UNREADABLE),
        (LEAF.chain[:-90], Problem.UNREADABLE),
        (LEAF.chain.replace("M", "N", 2), Problem.UNREADABLE),
        (text_of(der(LEAF)), Problem.BINARY),
        (CONTAINER, Problem.CONTAINER),
        (LEAF.key, Problem.NO_CERTIFICATE),
        (LEAF.chain.replace("CERTIFICATE", "PKCS7"), Problem.NO_CERTIFICATE),
        (Path(certifi.where()).read_text(encoding="utf-8"), Problem.UNREADABLE),
        ("x" * 300_000, Problem.UNREADABLE),
    ],
    ids=named,
)
def test_what_cannot_be_read_as_a_certificate(chain: str, expected: Problem) -> None:
    found = problems(KeyAndCertificate(key=LEAF.key, chain=chain))
    assert found == (expected,)
    assert root_of(chain) is None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", Problem.KEY_UNREADABLE),
        ("hello", Problem.KEY_UNREADABLE),
        (LEAF.key.replace("M", "N", 2), Problem.KEY_UNREADABLE),
        (WHOLE.chain, Problem.KEY_UNREADABLE),
        (ROOT.key, Problem.KEY_MISMATCH),
        (certificate().key, Problem.KEY_MISMATCH),
        (key_as(password=b"secret"), Problem.KEY_ENCRYPTED),
        (
            key_as(
                form=serialization.PrivateFormat.TraditionalOpenSSL, password=b"secret"
            ),
            Problem.KEY_ENCRYPTED,
        ),
        (key_as(serialization.Encoding.DER), Problem.KEY_BINARY),
        (CONTAINER, Problem.CONTAINER),
        (f"{LEAF.key}{'x' * 300_000}", Problem.KEY_UNREADABLE),
    ],
    ids=named,
)
def test_what_cannot_be_used_as_a_key(key: str, expected: Problem) -> None:
    found = problems(KeyAndCertificate(key=key, chain=WHOLE.chain))
    # The certificate itself is right.
    assert found == (expected,)


@pytest.mark.parametrize(
    "key",
    [
        LEAF.key,
        key_as(form=serialization.PrivateFormat.TraditionalOpenSSL),
        f"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{LEAF.key}",
        f"{WHOLE.chain}\n{LEAF.key}",
        LEAF.key.replace("\n", "\r\n"),
        text_of(b"\xef\xbb\xbf" + LEAF.key.encode()),
        text_of(LEAF.key.encode("utf-16")),
    ],
    ids=named,
)
def test_forms_of_a_key_that_do(key: str) -> None:
    pair = KeyAndCertificate(key=key, chain=WHOLE.chain)
    assert problems(pair) == ()
    shake(server_context([pair]), client_context(ROOT.chain), HOST)


@pytest.mark.parametrize(
    "chain",
    [
        WHOLE.chain.replace("\n", "\r\n"),
        f"Bag Attributes\n  friendlyName: Säule\n{WHOLE.chain}",
        f"{LEAF.key}\n{WHOLE.chain}",
    ],
    ids=named,
)
def test_forms_of_a_certificate_that_do(chain: str) -> None:
    pair = KeyAndCertificate(key=LEAF.key, chain=text_of(chain.encode()))
    assert problems(pair) == ()
    shake(server_context([pair]), client_context(ROOT.chain), HOST)


def test_both_were_swapped() -> None:
    swapped = KeyAndCertificate(key=WHOLE.chain, chain=WHOLE.key)
    assert problems(swapped) == (Problem.SWAPPED,)


def test_the_root_that_chargers_need() -> None:
    root = root_of(WHOLE.chain)
    assert root is not None
    shake(server_context([WHOLE]), client_context(root), HOST)
    assert root_of(chained(LEAF, BETWEEN).chain) is None
    itself = certificate(HOST, names=NAMES)
    assert root_of(itself.chain) == itself.chain


def test_authorities_of_others() -> None:
    found = authorities_in(f"{ROOT.chain}\n{BETWEEN.chain}")
    assert [facts(one).common_name for one in found] == ["Root", "Between"]
    # What else is in the file stays behind.
    assert authorities_in(f"# Müller\n{ROOT.key}{ROOT.chain}# €") == (ROOT.chain,)
    for text, problem in (
        (LEAF.chain, Problem.NO_AUTHORITY),
        (WHOLE.chain, Problem.NO_AUTHORITY),
        ("", Problem.UNREADABLE),
        (ROOT.key, Problem.NO_CERTIFICATE),
        (text_of(der(ROOT)), Problem.BINARY),
    ):
        with pytest.raises(CertificateError) as raised:
            authorities_in(text)
        assert raised.value.problem is problem


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_anything_may_be_uploaded(key: bytes, chain: bytes) -> None:
    pair = KeyAndCertificate(key=text_of(key), chain=text_of(chain))
    assert problems(pair)


@given(st.data())
def test_any_damage_is_judged(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE.chain) - 1))
    character = data.draw(st.characters())
    chain = WHOLE.chain[:at] + character + WHOLE.chain[at + 1 :]
    found = problems(KeyAndCertificate(key=WHOLE.key, chain=chain))
    if not found:
        # Nothing of what counts has changed.
        shake(
            server_context([KeyAndCertificate(key=WHOLE.key, chain=chain)]),
            client_context(ROOT.chain),
            HOST,
        )
