"""Which addresses may connect, by the rules and on the wire."""

from ipaddress import ip_network

import pytest
from websockets.datastructures import Headers

from custom_components.ocpp_cs.csms.admission.remote_addresses import (
    LOCAL_NETWORKS,
    AddressRules,
    ForwardedError,
    parse_network,
)
from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from tests.csms.central import Central
from tests.csms.peer import OCPP, UPGRADE

LOCAL = AddressRules(allowed=LOCAL_NETWORKS)
PROXY = AddressRules(proxies=(ip_network("10.0.0.0/24"), ip_network("::1/128")))


@pytest.mark.parametrize(
    ("remote", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("172.32.0.1", False),
        ("192.168.178.20", True),
        ("192.169.0.1", False),
        ("169.254.1.1", True),
        ("fe80::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("100.64.0.1", True),
        ("100.127.255.255", True),
        ("100.128.0.1", False),
        ("::ffff:192.168.1.1", True),
        ("::ffff:8.8.8.8", False),
        ("8.8.8.8", False),
        ("2001:db8::1", False),
        ("2a00:1450::1", False),
        ("0.0.0.0", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_what_is_local(remote: str, allowed: bool) -> None:
    assert LOCAL.allows(remote) is allowed
    assert AddressRules().allows(remote)


@pytest.mark.parametrize(
    ("peer", "headers", "remote"),
    [
        # Nobody but a known proxy is believed.
        ("10.0.1.1", {"X-Forwarded-For": "127.0.0.1"}, "10.0.1.1"),
        ("8.8.8.8", {"Forwarded": "for=127.0.0.1"}, "8.8.8.8"),
        # One that says nothing speaks for itself.
        ("10.0.0.1", {}, "10.0.0.1"),
        ("10.0.0.1", {"Forwarded": "proto=https;host=x"}, "10.0.0.1"),
        ("10.0.0.1", {"Forwarded": "for=127.0.0.1, proto=https"}, "10.0.0.1"),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, "8.8.8.8"),
        ("::1", {"X-Forwarded-For": "8.8.8.8"}, "8.8.8.8"),
        ("10.0.0.1", {"X-Forwarded-For": "::ffff:8.8.8.8"}, "8.8.8.8"),
        ("10.0.0.1", {"X-Forwarded-For": "8.8.8.8:4711"}, "8.8.8.8"),
        ("10.0.0.1", {"X-Forwarded-For": "[2001:db8::1]:4711"}, "2001:db8::1"),
        # Whoever comes may write what he likes before it.
        ("10.0.0.1", {"X-Forwarded-For": "127.0.0.1, 8.8.8.8"}, "8.8.8.8"),
        ("10.0.0.1", {"X-Forwarded-For": "nonsense, 8.8.8.8"}, "8.8.8.8"),
        # Two proxies, both known.
        ("10.0.0.1", {"X-Forwarded-For": "1.2.3.4, 8.8.8.8, 10.0.0.9"}, "8.8.8.8"),
        ("10.0.0.1", {"X-Forwarded-For": "10.0.0.8, 10.0.0.9"}, "10.0.0.8"),
        ("10.0.0.1", {"Forwarded": "for=8.8.8.8"}, "8.8.8.8"),
        ("10.0.0.1", {"Forwarded": 'For="[2001:db8::1]:47"'}, "2001:db8::1"),
        ("10.0.0.1", {"Forwarded": "by=x; for=8.8.8.8; proto=ws"}, "8.8.8.8"),
        ("10.0.0.1", {"Forwarded": "for=127.0.0.1, for=8.8.8.8;by=y"}, "8.8.8.8"),
        (
            "10.0.0.1",
            {"X-Forwarded-For": "8.8.8.8", "Forwarded": "for=8.8.8.8"},
            "8.8.8.8",
        ),
    ],
)
def test_whose_a_connection_is(peer: str, headers: dict[str, str], remote: str) -> None:
    assert PROXY.remote(peer, Headers(headers)) == remote


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "unknown"},
        {"X-Forwarded-For": "8.8.8.8, nonsense"},
        {"Forwarded": "for=_hidden"},
        {"Forwarded": "for=unknown"},
        # It passes on what somebody else wrote.
        {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=8.8.8.8"},
        {"X-Forwarded-For": ", ".join(["10.0.0.2"] * 51)},
    ],
)
def test_what_a_proxy_says_that_makes_no_sense(headers: dict[str, str]) -> None:
    with pytest.raises(ForwardedError):
        PROXY.remote("10.0.0.1", Headers(headers))


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.168.1.7", "192.168.1.7/32"),
        (" 192.168.1.7/24 ", "192.168.1.0/24"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("2001:db8::7", "2001:db8::7/128"),
        ("[2001:db8::7]", "2001:db8::7/128"),
        ("2001:db8::7/64", "2001:db8::/64"),
        ("::ffff:8.8.8.8", "8.8.8.8/32"),
        ("::ffff:8.8.8.0/120", "8.8.8.0/24"),
    ],
)
def test_what_users_write_for_a_network(text: str, network: str) -> None:
    assert str(parse_network(text)) == network


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1.2.3.4/33", "host.local", "/24"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError):
        parse_network(text)


async def _ask(central: Central, *headers: str) -> int | None:
    peer = await central.dial()
    await peer.request("/CP1", (*UPGRADE, OCPP, *headers))
    return peer.status


async def test_who_may_not_connect_is_refused_and_told() -> None:
    refusals: list[Refusal] = []
    rules = AddressRules(allowed=(ip_network("10.0.0.0/8"),))
    async with Central(addresses=rules, on_refused=refusals.append) as central:
        assert await _ask(central) == 403
        assert central.handshakes == []
        assert [(one.reason, one.remote, one.charge_point_id) for one in refusals] == [
            (RefusalReason.ADDRESS, "127.0.0.1", "CP1")
        ]
        # Nobody believes that.
        assert await _ask(central, "X-Forwarded-For: 10.0.0.1") == 403
        # A browser is no charger that has to be told of.
        peer = await central.dial()
        await peer.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await peer.read_response()
        assert peer.status == 403
        assert len(refusals) == 2
        central.server.addresses = AddressRules()
        assert await _ask(central) == 101


async def test_a_known_proxy_is_believed() -> None:
    rules = AddressRules(
        allowed=(ip_network("10.0.0.0/8"),), proxies=(ip_network("127.0.0.1"),)
    )
    async with Central(addresses=rules) as central:
        assert await _ask(central, "X-Forwarded-For: 10.0.0.1") == 101
        assert central.handshakes[-1].remote == "10.0.0.1"
        assert await _ask(central, "X-Forwarded-For: 11.0.0.1") == 403
        assert await _ask(central, "X-Forwarded-For: 10.0.0.1, 11.0.0.1") == 403
        assert await _ask(central, "Forwarded: for=10.0.0.2") == 101
        assert central.handshakes[-1].remote == "10.0.0.2"
        assert await _ask(central, "Forwarded: for=unknown") == 400
        # What it does not say.
        assert await _ask(central) == 403
