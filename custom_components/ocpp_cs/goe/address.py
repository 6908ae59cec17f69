"""Addresses: of a charger as users type it, and of this machine as the charger sees it."""

import asyncio
from ipaddress import IPv6Address, ip_address
import re
import socket
from urllib.parse import quote

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"\d{1,5}", re.ASCII)
_HTTP_PORT = 80


def parse_host(text: str) -> str:
    """Return the host, with its port if that is not 80, that a user means.

    Takes "192.168.1.20", "go-echarger_123456.local", "http://192.168.1.20/", "[fe80::1]:8080"
    and the like. Raises ValueError for what is no address.
    """
    text = _SCHEME.sub("", text.strip(), count=1).partition("/")[0]
    port = _HTTP_PORT
    if (host := _ipv6(text)) is None:
        bare, colon, digits = text.rpartition(":")
        if colon and not text.endswith("]"):
            text, port = bare, _port(digits)
        if text.startswith("[") and text.endswith("]"):
            host = _ipv6(text[1:-1])
        elif len(text) < 254 and _NAME.fullmatch(text):
            host = text
    if host is None:
        raise ValueError(f"no address: {text}")
    return host if port == _HTTP_PORT else f"{host}:{port}"


def _port(digits: str) -> int:
    if not _DIGITS.fullmatch(digits) or not 0 < int(digits) < 65536:
        raise ValueError(f"no port: {digits}")
    return int(digits)


def _ipv6(text: str) -> str | None:
    """Return an IPv6 address as URLs want it; None if it is none."""
    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    # A zone has a meaning on one machine alone.
    return None if address.scope_id else f"[{address}]"


def without_port(host: str) -> str:
    """Return the bare name or address in what `parse_host` returned."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def own_address(host: str) -> str | None:
    """Return the IP address from which this machine reaches `host`; None if it does not.

    `host` is what `parse_host` returned. Nothing is sent: the routing table is asked.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            without_port(host), _HTTP_PORT, type=socket.SOCK_DGRAM
        )
    # A name that is not one raises UnicodeError.
    except OSError, UnicodeError:
        return None
    # An IPv4 address is what every charger can take.
    for family, kind, protocol, _, target in sorted(
        found, key=lambda info: info[0] != socket.AF_INET
    ):
        if (address := _source(family, kind, protocol, target)) is not None:
            return address
    return None


def _source(family: int, kind: int, protocol: int, target: object) -> str | None:
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setblocking(False)
            # Connecting a datagram socket only looks up the route.
            probe.connect(target)  # type: ignore[arg-type]
            address = ip_address(probe.getsockname()[0])
    except OSError, ValueError:
        return None
    # Of no use to the charger: nowhere, or with a zone that is ours alone.
    if address.is_unspecified or (address.version == 6 and address.is_link_local):
        return None
    return str(address)


def charge_url(
    host: str, port: int, charge_point_id: str, secret: str | None = None
) -> str:
    """Return what goes into `ocppu`: go-e uses it as it is and appends nothing.

    `secret` is what only this charger is told, and needs no quoting.
    """
    base = f"ws://{_ipv6(host) or host}:{port}/"
    return f"{base}{f'{secret}/' if secret else ''}{quote(charge_point_id, safe='')}"


def with_secret(url: str, secret: str) -> str:
    """Return what `charge_url` returned, with this secret instead of any other."""
    base, charge_point_id = _split(url)
    return f"{base}/{secret}/{charge_point_id}"


def same_place(one: str | None, other: str | None) -> bool:
    """Tell whether two URLs lead to the same charge point of the same server.

    What stands between, such as a secret or an older one, makes no difference.
    """
    if one is None or other is None:
        return one == other
    return _split(one) == _split(other)


def _split(url: str) -> tuple[str, str]:
    """Return the server and the charge point in a URL."""
    scheme, mark, rest = url.strip().partition("://")
    server, _, path = rest.partition("/") if mark else scheme.partition("/")
    base = f"{scheme}://{server}" if mark else server
    return base.lower(), path.rstrip("/").rpartition("/")[2]
