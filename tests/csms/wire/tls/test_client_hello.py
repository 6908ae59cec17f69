"""The name in the first message of TLS, from OpenSSL's own and from broken ones."""

import random
import ssl

import pytest

from custom_components.ocpp_cs.csms.wire.client_hello import server_name
from tests.csms.pki import client_context
from tests.sampling import examples

NAME = "charging.example"


def hello(name: str | None, version: ssl.TLSVersion | None = None) -> bytes:
    """Return what OpenSSL says first."""
    context = client_context(version=version)
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize(
    "version", [None, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
)
def test_the_name(version: ssl.TLSVersion | None) -> None:
    assert server_name(hello(NAME, version)) == NAME
    # The rest of the handshake may follow.
    assert server_name(hello(NAME, version) + b"\x14\x03\x03\0\x01\x01") == NAME
    # An address is no name, and none is none.
    assert server_name(hello("127.0.0.1", version)) is None
    assert server_name(hello(None, version)) is None


def test_a_message_in_several_records() -> None:
    """As some stacks send it that have little memory."""
    message = hello(NAME)[5:]
    for size in (1, 7, 100):
        records = b"".join(
            b"\x16\x03\x01" + len(part).to_bytes(2) + part
            for part in (message[at : at + size] for at in range(0, len(message), size))
        )
        assert server_name(records) == NAME


def test_a_name_that_is_not_ascii() -> None:
    broken = hello(NAME).replace(NAME.encode(), "ch\xe4rging.exampl".encode())
    assert server_name(broken) == "ch\ufffd\ufffdrging.exampl"


def test_what_is_broken_has_no_name_or_another() -> None:
    whole = hello(NAME)
    found = {server_name(whole[:at]) for at in range(len(whole))}
    # A part of the name, where it was cut.
    assert found <= {None, *(NAME[:at] for at in range(len(NAME) + 1))}
    random_numbers = random.Random(12)
    for _ in range(examples(300)):
        broken = bytearray(whole)
        for _ in range(random_numbers.randint(1, 8)):
            broken[random_numbers.randrange(len(broken))] = random_numbers.randrange(
                256
            )
        name = server_name(bytes(broken))
        assert name is None or len(name) <= 255
    assert server_name(b"") is None
    assert server_name(b"GET / HTTP/1.1\r\n\r\n") is None
