"""Addresses: of a charger as entered, and of this machine as seen by the charger."""

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
    """Return the host in an entered address, with its port unless that is 80.

    Accepts "192.168.1.20", "go-echarger_123456.local", "http://192.168.1.20/",
    "[fe80::1]:8080" and similar texts. Raises ValueError for an invalid address.
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
    """Return an IPv6 address in brackets, as in URLs; None if it is not one."""
    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    # A zone has a meaning on one machine only.
    return None if address.scope_id else f"[{address}]"


def without_port(host: str) -> str:
    """Return the name or address, without port, of a result of `parse_host`."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def own_address(host: str) -> str | None:
    """Return this machine's IP address on the route to `host`; None without a route.

    `host` is a result of `parse_host`. Nothing is sent: only the routing table is used.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            without_port(host), _HTTP_PORT, type=socket.SOCK_DGRAM
        )
    # A malformed name raises UnicodeError.
    except OSError, UnicodeError:
        return None
    # Prefer IPv4, which all chargers support.
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
    # Not usable for the charger: unspecified, or with a zone of this machine.
    if address.is_unspecified or (address.version == 6 and address.is_link_local):
        return None
    return str(address)


def charge_url(
    host: str,
    port: int,
    charge_point_id: str,
    secret: str | None = None,
    *,
    tls: bool = False,
) -> str:
    """Return the URL for `ocppu`, which the charger uses as it is, without its id.

    `secret` is unique to this charger and needs no quoting.
    """
    scheme = "wss" if tls else "ws"
    base = f"{scheme}://{_ipv6(host) or host}:{port}/"
    return f"{base}{f'{secret}/' if secret else ''}{quote(charge_point_id, safe='')}"


def with_secret(url: str, secret: str) -> str:
    """Return a result of `charge_url` with this secret instead of any other."""
    base, charge_point_id = _split(url)
    return f"{base}/{secret}/{charge_point_id}"


def is_encrypted(url: str | None) -> bool:
    """Return whether a URL is one for encrypted connections."""
    return url is not None and url.strip().lower().startswith("wss://")


def host_of(url: str) -> str:
    """Return the host in a result of `charge_url`, without brackets."""
    server = _split(url)[0].partition("://")[2]
    return without_port(server)


def same_place(one: str | None, other: str | None) -> bool:
    """Return whether two URLs lead to the same charge point of the same server.

    The path between them, such as a secret or an earlier secret, is ignored.
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
