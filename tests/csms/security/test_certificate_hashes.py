"""A root certificate is found among those that a charge point lists."""

from dataclasses import replace
from datetime import UTC, datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import pytest

from custom_components.ocpp_cs.csms.security.authority import new_authority
from custom_components.ocpp_cs.csms.security.certificate_hashes import (
    hashes_of,
    names_certificate,
)

ROOT = new_authority("Home", now=datetime.now(UTC)).chain
OTHER = new_authority("Home", now=datetime.now(UTC)).chain


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_root_is_found_by_its_hashes(algorithm: str) -> None:
    told = hashes_of(ROOT, algorithm)
    assert names_certificate(told, ROOT)
    assert not names_certificate(told, OTHER)


def test_the_hashes_are_those_of_ocsp() -> None:
    root = x509.load_pem_x509_certificate(ROOT.encode())
    told = hashes_of(ROOT)
    name = root.subject.public_bytes()
    assert told.issuer_name_hash == hashlib.sha256(name).hexdigest()
    # An uncompressed point of P-256 ends the key, which is hashed without its algorithm.
    key = root.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert told.issuer_key_hash == hashlib.sha256(key).hexdigest()
    assert int(told.serial_number, 16) == root.serial_number


def test_habits_of_chargers_do_not_matter() -> None:
    told = hashes_of(ROOT)
    shouted = replace(
        told,
        issuer_name_hash=told.issuer_name_hash.upper(),
        issuer_key_hash="0" * 64,
        serial_number="00" + told.serial_number.upper(),
    )
    assert names_certificate(shouted, ROOT)
    assert names_certificate(replace(told, issuer_name_hash="0" * 64), ROOT)


@pytest.mark.parametrize(
    "changed",
    [
        {"serial_number": "1"},
        {"issuer_name_hash": "0" * 64, "issuer_key_hash": "0" * 64},
        {"hash_algorithm": "md5"},
    ],
)
def test_another_certificate_is_not_taken_for_it(changed: dict[str, str]) -> None:
    assert not names_certificate(replace(hashes_of(ROOT), **changed), ROOT)


def test_what_is_no_certificate_is_no_error() -> None:
    assert not names_certificate(hashes_of(ROOT), "nonsense")
