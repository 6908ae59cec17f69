"""The names and addresses under which chargers may reach this Home Assistant."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address
import re
import socket
from urllib.parse import urlsplit

from homeassistant.components.network.models import Adapter
from homeassistant.components.network.util import async_load_adapters
from homeassistant.core import HomeAssistant

from ..const import DEFAULT_HOST
from ..csms.security.authority import normalized

_MOST = 60
"""The maximum number of names: each is in the certificate, which every handshake sends."""
_UNIQUE_LOCAL = re.compile("f[cd]")


def covers(names: Iterable[str], host: str) -> bool:
    """Return whether a certificate with those names is valid for a host (RFC 6125).

    A wildcard stands for exactly one label.
    """
    wanted = normalized(host)
    if wanted is None:
        return False
    _, _, domain = wanted.partition(".")
    return any(
        name == wanted or (name.startswith("*.") and domain and name[2:] == domain)
        for name in map(str.lower, names)
    )


async def async_names(hass: HomeAssistant, bound: str | None) -> tuple[str, ...]:
    """Return all names and addresses of this Home Assistant, those that last first.

    Args:
        hass: Home Assistant.
        bound: The address that the server listens on; None or `DEFAULT_HOST` is all.
    """
    machine = socket.gethostname().partition(".")[0]
    hosts = [
        *([] if bound in (None, "", DEFAULT_HOST, "::") else [str(bound)]),
        *(
            urlsplit(url).hostname or ""
            for url in (hass.config.internal_url, hass.config.external_url)
            if url
        ),
        # Home Assistant caches its adapters; a router may have given a new address.
        *_addresses(await async_load_adapters()),
        "homeassistant.local",
        f"{machine}.local",
        machine,
        "localhost",
    ]
    names = filter(None, map(normalized, hosts))
    return tuple(dict.fromkeys(names))[:_MOST]


def _addresses(adapters: Iterable[Adapter]) -> Iterator[str]:
    """Yield the addresses that chargers may use.

    Addresses of IPv6 that hold for this link only cannot be in a URL, and those of the
    internet change daily with many providers.
    """
    for adapter in adapters:
        for v4 in adapter["ipv4"]:
            yield v4["address"]
    for adapter in adapters:
        for v6 in adapter["ipv6"]:
            address = v6["address"]
            if _UNIQUE_LOCAL.match(address) and isinstance(
                ip_address(address.partition("%")[0]), IPv6Address
            ):
                yield address
