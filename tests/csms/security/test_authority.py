"""The certificates that we make: what is in them, and that they are accepted in real handshakes."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
import pytest

from custom_components.ocpp_cs.csms.security.authority import (
    Algorithm,
    KeyAndCertificate,
    facts,
    load_authority,
    new_authority,
    new_client_certificate,
    new_leaf,
    normalized,
)
from custom_components.ocpp_cs.csms.security.contexts import server_context

from .handshakes import NOW, client_context, shake

NAMES = ("homeassistant.local", "192.168.1.5", "fd00::5")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> KeyAndCertificate:
    return new_authority("Home", now=NOW)


def parsed(pair: KeyAndCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.chain.encode())


def test_the_authority_signs_servers_and_clients_and_no_other_authority(
    authority: KeyAndCertificate,
) -> None:
    certificate = parsed(authority)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign and usage.crl_sign and not usage.digital_signature
    assert certificate.not_valid_before_utc == EPOCH
    assert certificate.not_valid_after_utc == NOW + timedelta(days=20 * 365)
    certificate.verify_directly_issued_by(certificate)


def test_two_authorities_of_one_name_differ(authority: KeyAndCertificate) -> None:
    other = new_authority("Home", now=NOW)
    assert facts(other.chain).subject != facts(authority.chain).subject
    assert facts(other.chain).subject.startswith("CN=Home CA ")


@pytest.mark.parametrize("name", ["", "x" * 200, "Haus\nam\tMeer\x00 \U0001f3e0"])
def test_any_name_of_a_home_makes_an_authority(name: str) -> None:
    common_name = facts(new_authority(name, now=NOW).chain).common_name
    assert common_name is not None
    assert len(common_name) <= 64
    assert common_name.isprintable()


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_leaf_has_all_names(
    authority: KeyAndCertificate, algorithm: Algorithm
) -> None:
    leaf = new_leaf(
        authority,
        (*NAMES, "HomeAssistant.Local.", "no name at all"),
        now=NOW,
        algorithm=algorithm,
    )
    certificate = parsed(leaf)
    names = certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    ).value
    # Old TLS libraries of chargers look for an address among the DNS names.
    assert names.get_values_for_type(x509.DNSName) == [
        "homeassistant.local",
        "192.168.1.5",
    ]
    assert names.get_values_for_type(x509.IPAddress) == [
        ip_address("192.168.1.5"),
        ip_address("fd00::5"),
    ]
    assert facts(leaf.chain).common_name == "homeassistant.local"
    assert facts(leaf.chain).organization == "Home Assistant"
    assert facts(leaf.chain).names == NAMES
    assert certificate.not_valid_before_utc == EPOCH
    assert certificate.not_valid_after_utc == NOW + timedelta(days=2 * 365)
    key = certificate.public_key()
    if algorithm is Algorithm.RSA:
        assert isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey) and key.key_size == 256
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and not usage.key_cert_sign
    assert usage.key_encipherment == (algorithm is Algorithm.RSA)
    # Its own key is named, and that of its issuer.
    issuer = parsed(authority).extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    )
    assert (
        certificate.extensions.get_extension_for_class(
            x509.AuthorityKeyIdentifier
        ).value.key_identifier
        == issuer.value.digest
    )
    certificate.verify_directly_issued_by(parsed(authority))


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("name", NAMES)
def test_a_charger_that_trusts_the_authority_accepts_each_name(
    authority: KeyAndCertificate, algorithm: Algorithm, name: str
) -> None:
    context = server_context([new_leaf(authority, NAMES, now=NOW, algorithm=algorithm)])
    client = client_context(authority.chain)
    # As strict as Python is with its default context.
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    shake(context, client, name)


@pytest.mark.parametrize("name", ["other.local", "192.168.1.6"])
def test_it_accepts_no_other_name(authority: KeyAndCertificate, name: str) -> None:
    context = server_context([new_leaf(authority, NAMES, now=NOW)])
    with pytest.raises(ssl.SSLError):
        shake(context, client_context(authority.chain), name)


def test_a_charger_that_trusts_another_authority_refuses(
    authority: KeyAndCertificate,
) -> None:
    context = server_context([new_leaf(authority, NAMES, now=NOW)])
    other = new_authority("Home", now=NOW)
    with pytest.raises(ssl.SSLError):
        shake(context, client_context(other.chain), NAMES[0])


def test_a_clients_certificate_is_for_clients_only(
    authority: KeyAndCertificate,
) -> None:
    pair = new_client_certificate(authority, "CP 1", now=NOW)
    context = server_context(
        [new_leaf(authority, NAMES, now=NOW)], trusted=[authority.chain]
    )
    agreed = shake(context, client_context(authority.chain, pair=pair), NAMES[0])
    assert agreed.client is not None
    assert agreed.client["subject"] == (
        (("organizationName", "Home Assistant"),),
        (("commonName", "CP 1"),),
    )
    # The same key and certificate do not make a server.
    with pytest.raises(ssl.SSLError, match=r"(?i)purpose|unsupported"):
        shake(server_context([pair]), client_context(authority.chain), "CP 1")


def test_a_servers_certificate_is_none_of_a_client(
    authority: KeyAndCertificate,
) -> None:
    leaf = new_leaf(authority, NAMES, now=NOW)
    context = server_context([leaf], trusted=[authority.chain])
    with pytest.raises(ssl.SSLError, match=r"(?i)purpose|unsupported|verify failed"):
        shake(context, client_context(authority.chain, pair=leaf), NAMES[0])


def test_nothing_outlives_its_authority() -> None:
    old = new_authority("Home", now=NOW - timedelta(days=19 * 365))
    ends = facts(old.chain).not_after
    leaf = new_leaf(old, NAMES, now=NOW)
    client = new_client_certificate(old, "CP1", now=NOW)
    assert facts(leaf.chain).not_after == ends
    assert facts(client.chain).not_after == ends


def test_what_cannot_be_made(authority: KeyAndCertificate) -> None:
    with pytest.raises(ValueError):
        new_leaf(authority, ["no name"], now=NOW)
    with pytest.raises(ValueError):
        new_client_certificate(authority, " \n", now=NOW)
    leaf = new_leaf(authority, NAMES, now=NOW)
    mixed = KeyAndCertificate(key=leaf.key, chain=authority.chain)
    for no_authority in (leaf, mixed, KeyAndCertificate(key="x", chain="y")):
        with pytest.raises(ValueError):
            load_authority(no_authority)
        with pytest.raises(ValueError):
            new_leaf(no_authority, NAMES, now=NOW)


def test_the_key_is_not_shown(authority: KeyAndCertificate) -> None:
    assert "PRIVATE" not in repr(authority)
    assert "PRIVATE" not in str([authority])
    assert "PRIVATE" not in f"{authority}"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("HomeAssistant.local", "homeassistant.local"),
        ("homeassistant.local.", "homeassistant.local"),
        (" 192.168.1.5 ", "192.168.1.5"),
        ("[fd00::0:5]", "fd00::5"),
        ("fe80::1%eth0", "fe80::1"),
        ("straße.example", "strasse.example"),
        ("ladesäule.local", "xn--ladesule-4za.local"),
        ("my_host", "my_host"),
        ("*.example.org", "*.example.org"),
        ("", None),
        ("a b", None),
        ("a..b", None),
        ("x" * 64, None),
        ("https://home", None),
        ("home:8123", None),
        ("\ud800", None),
    ],
)
def test_names_are_compared_in_one_form(name: str, form: str | None) -> None:
    assert normalized(name) == form


def test_facts_of_what_is_no_certificate() -> None:
    for text in (
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ):
        with pytest.raises(ValueError):
            facts(text)


def test_a_fingerprint_is_shown_as_other_programs_do(
    authority: KeyAndCertificate,
) -> None:
    shown = facts(authority.chain).shown_fingerprint
    assert len(shown) == 95
    assert shown.replace(":", "").lower() == facts(authority.chain).fingerprint
