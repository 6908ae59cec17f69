"""Certificate requests of chargers: which are signed, and what is in the certificate."""

import base64
from datetime import UTC, datetime, timedelta
import ssl
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.security.authority import (
    KeyAndCertificate,
    facts,
    new_authority,
    new_leaf,
)
from custom_components.ocpp_cs.csms.security.contexts import server_context
from custom_components.ocpp_cs.csms.security.requests import (
    LONGEST,
    RequestError,
    RequestProblem,
    problem_of,
    sign,
)

from .csrs import request
from .handshakes import NOW, client_context, shake

OWN = ("CP1", "S-123")
GOOD = request("CP1")


@pytest.fixture(scope="module")
def authority() -> KeyAndCertificate:
    return new_authority("Home", now=NOW)


def parsed(chain: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(chain.encode())


def flipped(csr: str) -> str:
    """Return a request whose signature is another."""
    request_ = x509.load_pem_x509_csr(csr.encode())
    der = bytearray(request_.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    body = base64.encodebytes(bytes(der)).decode()
    return (
        f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----"
    )


@pytest.mark.parametrize(
    "common_name", ["CP1", "cp1", " CP1 ", "S-123", "s-123\t", "CP1\n"]
)
def test_the_name_may_be_the_id_or_the_serial_number(
    authority: KeyAndCertificate, common_name: str
) -> None:
    csr = request(common_name)
    assert problem_of(csr, common_names=OWN) is None
    chain = sign(authority, csr, common_names=OWN, now=NOW)
    # As the charger spelled it: it may compare.
    assert facts(chain).common_name == common_name.strip()
    assert facts(chain).organization == "Acme"


@pytest.mark.parametrize("common_name", [None, "CP2", "", "CP1 CP1", "CP", "CP11", "*"])
def test_no_other_name(common_name: str | None) -> None:
    csr = request(common_name or None)
    assert problem_of(csr, common_names=OWN) is RequestProblem.COMMON_NAME


def test_one_name_only() -> None:
    """Programs differ in which of two they take."""
    for one, other in (("CP1", "CP2"), ("CP2", "CP1")):
        both = request(one, more=[x509.NameAttribute(NameOID.COMMON_NAME, other)])
        assert problem_of(both, common_names=OWN) is RequestProblem.COMMON_NAME


def test_nobody_has_an_empty_name() -> None:
    blank = request(" ")
    for names in ((), ("",), (" ",), ("CP1", "")):
        assert problem_of(blank, common_names=names) is RequestProblem.COMMON_NAME


@pytest.mark.parametrize("organization", [" ", "a\nb", "\x07"])
def test_an_organization_is_plain_text(organization: str) -> None:
    csr = request(organization=organization)
    assert problem_of(csr, common_names=OWN) is RequestProblem.ORGANIZATION


def test_two_organizations_are_none() -> None:
    csr = request(more=[x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Other")])
    assert problem_of(csr, common_names=OWN) is RequestProblem.ORGANIZATION


def test_without_an_organization_it_is_ours(authority: KeyAndCertificate) -> None:
    csr = request(organization=None)
    chain = sign(authority, csr, common_names=OWN, now=NOW)
    assert facts(chain).organization == "Home Assistant"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), None),
        (lambda: rsa.generate_private_key(65537, 3072), None),
        (lambda: rsa.generate_private_key(65537, 1024), RequestProblem.KEY_WEAK),
        (lambda: ec.generate_private_key(ec.SECP224R1()), RequestProblem.KEY_KIND),
        (lambda: ec.generate_private_key(ec.SECP256R1()), None),
        (lambda: ec.generate_private_key(ec.SECP384R1()), None),
        (lambda: ec.generate_private_key(ec.SECP521R1()), None),
        (lambda: ec.generate_private_key(ec.SECP192R1()), RequestProblem.KEY_WEAK),
        (lambda: ec.generate_private_key(ec.SECP256K1()), RequestProblem.KEY_KIND),
        (lambda: dsa.generate_private_key(2048), RequestProblem.KEY_KIND),
        (ed25519.Ed25519PrivateKey.generate, RequestProblem.KEY_KIND),
    ],
)
def test_keys(
    authority: KeyAndCertificate, key: Any, problem: RequestProblem | None
) -> None:
    """Those that are taken do for a handshake, with either version of TLS."""
    private = key()
    ed = isinstance(private, ed25519.Ed25519PrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CP1")])
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .sign(private, None if ed else hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )
    assert problem_of(csr, common_names=OWN) is problem
    if problem is not None:
        with pytest.raises(RequestError) as raised:
            sign(authority, csr, common_names=OWN, now=NOW)
        assert raised.value.problem is problem
        return
    own = KeyAndCertificate(
        key=private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        chain=sign(authority, csr, common_names=OWN, now=NOW),
    )
    context = server_context(
        [new_leaf(authority, ["a.local"], now=NOW)], trusted=[authority.chain]
    )
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client = client_context(authority.chain, pair=own)
        client.maximum_version = version
        agreed = shake(context, client, "a.local")
        assert agreed.client is not None, version


@pytest.mark.parametrize(
    "form",
    [
        lambda csr: csr.replace("\n", "\r\n"),
        lambda csr: csr.replace("\n", "\\n"),
        lambda csr: csr.replace("\n", "\\r\\n"),
        lambda csr: csr.replace("\n", ""),
        lambda csr: csr.replace("\n", " "),
        lambda csr: csr.replace("\n", "\r"),
        lambda csr: csr.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        lambda csr: f"Certificate Request:\n    Data: ...\n{csr}",
        lambda csr: f"  {csr}\n\n\0".rstrip("\0"),
        lambda csr: "".join(csr.splitlines()[1:-1]),
    ],
)
def test_lines_may_be_broken_in_any_way(
    authority: KeyAndCertificate, form: Any
) -> None:
    csr = form(GOOD)
    assert problem_of(csr, common_names=OWN) is None
    assert facts(sign(authority, csr, common_names=OWN, now=NOW)).common_name == "CP1"


@pytest.mark.parametrize(
    "csr",
    [
        "",
        "hello",
        "-----BEGIN CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        GOOD[:-80],
        GOOD.replace("-----END", "=-----END"),
        "\ud800",
        "ä" * 100,
        new_authority("Home", now=NOW).chain,
        new_authority("Home", now=NOW).key,
    ],
    # Keys are others in each process that runs tests.
    ids=lambda csr: "case",
)
def test_garbage(csr: str) -> None:
    assert problem_of(csr, common_names=OWN) is RequestProblem.UNREADABLE


def test_a_request_has_an_end() -> None:
    assert problem_of(GOOD + " " * LONGEST, common_names=OWN) is RequestProblem.TOO_LONG
    assert problem_of(GOOD.ljust(LONGEST), common_names=OWN) is None


def test_the_signature_counts() -> None:
    assert problem_of(flipped(GOOD), common_names=OWN) in (
        RequestProblem.SIGNATURE,
        # The last byte may be a part of its form.
        RequestProblem.UNREADABLE,
    )
    # Somebody else's key under one's own signature.
    mine = x509.load_pem_x509_csr(GOOD.encode())
    other = x509.load_pem_x509_csr(request("CP1").encode())
    der = mine.public_bytes(serialization.Encoding.DER)
    swapped = der.replace(
        mine.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        other.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )
    assert swapped != der
    csr = base64.b64encode(swapped).decode()
    assert problem_of(csr, common_names=OWN) is RequestProblem.SIGNATURE


def test_what_else_it_asks_for_is_not_taken_over(
    authority: KeyAndCertificate,
) -> None:
    csr = request(
        "CP1",
        extensions=[
            x509.BasicConstraints(ca=True, path_length=None),
            x509.SubjectAlternativeName([x509.DNSName("homeassistant.local")]),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        ],
        more=[
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Root CA"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@example.org"),
        ],
    )
    certificate = parsed(sign(authority, csr, common_names=OWN, now=NOW))
    assert certificate.subject.rfc4514_string() == "CN=CP1,O=Acme"
    extensions = {one.oid._name: one.value for one in certificate.extensions}
    assert extensions.pop("basicConstraints") == x509.BasicConstraints(
        ca=False, path_length=None
    )
    assert extensions.pop("extendedKeyUsage") == x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.CLIENT_AUTH]
    )
    assert extensions.pop("keyUsage").digital_signature
    assert extensions.keys() == {"subjectKeyIdentifier", "authorityKeyIdentifier"}
    assert certificate.not_valid_before_utc == datetime(1970, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=2 * 365)
    certificate.verify_directly_issued_by(parsed(authority.chain))


@given(st.text(max_size=400))
def test_any_text_is_refused(text: str) -> None:
    assert problem_of(text, common_names=OWN) is RequestProblem.UNREADABLE


@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    """A changed character is refused, unless the request says the same."""
    at = data.draw(st.integers(0, len(GOOD) - 1))
    character = data.draw(st.characters(max_codepoint=300))
    damaged = GOOD[:at] + character + GOOD[at + 1 :]
    if problem_of(damaged, common_names=OWN) is None:
        authority = new_authority("Home", now=NOW)
        certificate = parsed(sign(authority, damaged, common_names=OWN, now=NOW))
        key = x509.load_pem_x509_csr(GOOD.encode()).public_key()
        assert certificate.public_key() == key


@pytest.mark.filterwarnings("ignore:Attribute's length must be:UserWarning")
@pytest.mark.parametrize("length", [64, 65, 255])
def test_a_name_may_be_longer_than_certificates_allow(
    authority: KeyAndCertificate, length: int
) -> None:
    """The id is anything that fits in a path."""
    name = "C" * length
    csr = request(
        None,
        more=[x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)],
    )
    problem = problem_of(csr, common_names=[name])
    assert problem is (None if length == 64 else RequestProblem.COMMON_NAME)
    if problem is not None:
        with pytest.raises(RequestError):
            sign(authority, csr, common_names=[name], now=NOW)


@pytest.mark.parametrize("around", ["\0", "\0 ", " \0\0", "\u00a0"])
def test_what_is_around_a_name_is_not_signed(
    authority: KeyAndCertificate, around: str
) -> None:
    csr = request(f"CP1{around}")
    chain = sign(authority, csr, common_names=[f"{around}cp1"], now=NOW)
    assert facts(chain).common_name == "CP1"
