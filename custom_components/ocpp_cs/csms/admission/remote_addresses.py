"""Check which addresses may connect, and find the client behind a proxy."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
import re

from websockets.datastructures import Headers

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

LOCAL_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8",
        "::1/128",
        # RFC 1918
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        # Link-local and unique local addresses
        "169.254.0.0/16",
        "fe80::/10",
        "fc00::/7",
        # RFC 6598: carrier-grade NAT of providers and some VPNs
        "100.64.0.0/10",
    )
)
"""The networks that cannot be reached from the internet."""

_MOST_HOPS = 50
_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::\d{1,5})?")
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("?)([^;"]*)\1\s*(?=;|$)', re.IGNORECASE)


class ForwardedError(ValueError):
    """The forwarding headers of a proxy cannot be understood."""


def parse_address(text: str) -> Address | None:
    """Parse an address; convert an IPv4-mapped IPv6 address to IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_network(text: str) -> Network:
    """Parse a network that a user has entered; a single address is allowed.

    Raises:
        ValueError: The text is neither a network nor an address.
    """
    text = text.strip()
    if "/" not in text and (address := parse_address(text.strip("[]"))) is not None:
        return ip_network(str(address).partition("%")[0])
    network = ip_network(text, strict=False)
    if isinstance(network, IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= 96:
            return ip_network((mapped, network.prefixlen - 96))
    return network


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Return whether an address belongs to one of the networks."""
    return any(address in network for network in networks)


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRules:
    """The addresses and proxies that the owner allows."""

    allowed: tuple[Network, ...] | None = None
    """The networks that may connect; None is every address."""
    proxies: tuple[Network, ...] = ()
    """The proxies whose forwarding headers are trusted."""

    def allows(self, remote: str) -> bool:
        """Return whether an address may connect."""
        if self.allowed is None:
            return True
        address = parse_address(remote)
        return address is not None and is_in(address, self.allowed)

    def remote(self, peer: str, headers: Headers) -> str:
        """Return the address of the client.

        Args:
            peer: The address of the socket's peer.
            headers: The headers of the request. Only those of known proxies count.

        Raises:
            ForwardedError: The headers of a known proxy cannot be understood.
        """
        address = parse_address(peer)
        if address is None:
            return peer
        if not self.proxies or not is_in(address, self.proxies):
            return str(address)
        hops = _forwarded_for(headers)
        # The last hop was added by the proxy itself; the first can be forged.
        for hop in reversed(hops):
            if (address := _hop(hop)) is None:
                raise ForwardedError(f"no address: {hop[:60]!r}")
            if not is_in(address, self.proxies):
                break
        return str(address)


EVERY_ADDRESS = AddressRules()


def _forwarded_for(headers: Headers) -> list[str]:
    """Return the forwarded addresses; the last was added by the nearest proxy."""
    plain = _items(headers, "X-Forwarded-For")
    standard = [
        "" if (match := _FOR.search(element)) is None else match[2]
        for element in _items(headers, "Forwarded")
    ]
    if standard and not standard[-1]:
        # The proxy's own element has no `for`: earlier elements can be forged.
        standard.clear()
    if plain and standard:
        # A proxy writes one of these headers and passes the other one on unchanged.
        last, other = _hop(plain[-1]), _hop(standard[-1])
        if last is None or last != other:
            raise ForwardedError("X-Forwarded-For and Forwarded disagree")
    hops = plain or standard
    if len(hops) > _MOST_HOPS:
        raise ForwardedError(f"{len(hops)} hops")
    return hops


def _items(headers: Headers, name: str) -> list[str]:
    items = (item.strip() for line in headers.get_all(name) for item in line.split(","))
    return [item for item in items if item]


def _hop(text: str) -> Address | None:
    """Return the address of a hop, which may have a port."""
    text = text.strip().strip('"')
    if (address := parse_address(text)) is not None:
        return address
    match = _PORT.fullmatch(text)
    return None if match is None else parse_address(match["host"].strip("[]"))
