"""The addresses that may connect to a server, and the networks of this machine."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_network
from typing import Any

from homeassistant.components import network
from homeassistant.components.network.models import Adapter
from homeassistant.components.network.util import async_load_adapters
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .. import const
from ..const import (
    ALLOWED_ANY,
    ALLOWED_LOCAL,
    CONF_ALLOWED,
    CONF_ALLOWED_ADDRESSES,
    CONF_PROXIES,
    DOMAIN,
)
from ..csms.admission.remote_addresses import (
    LOCAL_NETWORKS,
    AddressRules,
    Network,
    parse_address,
    parse_network,
)

NEW_SERVER_OPTIONS: Mapping[str, Any] = {CONF_ALLOWED: ALLOWED_LOCAL}
"""Options that a new server gets without asking; older servers are less strict."""

OPENED_SECONDS = 15 * 60.0
"""The time in which an added charger may connect without its secret, in seconds."""

_REFRESH = timedelta(minutes=1)
"""The minimum time between two reads of the interfaces."""


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks in a list that the form has validated."""
    networks = []
    for text in texts:
        try:
            networks.append(parse_network(text))
        except ValueError:
            continue
    return tuple(networks)


def entered_networks(texts: list[str]) -> tuple[list[str], str | None]:
    """Return the networks in normal form, and the first text that is not a network."""
    networks: dict[str, None] = {}
    for text in texts:
        # Some paste a whole list into one line.
        for part in text.replace(",", " ").replace(";", " ").split():
            try:
                network = parse_network(part)
            except ValueError:
                return [], part
            shown = str(network)
            if network.prefixlen == network.max_prefixlen:
                shown = str(network.network_address)
            networks[shown] = None
    return list(networks), None


def network_to_allow(remote: str) -> Network | None:
    """Return the network to allow for a refused address; None if it is not an address.

    Local IPv4 addresses are reassigned at times, and IPv6 addresses change daily within
    the /64 of a connection. A global IPv4 address is allowed alone: the neighbouring
    addresses belong to other people.
    """
    if (address := parse_address(remote)) is None:
        return None
    text = str(address).partition("%")[0]
    if address.version == 6:
        return ip_network((text, 64), strict=False)
    return ip_network((text, 32 if address.is_global else 24), strict=False)


def _networks_of_interfaces(adapters: Iterable[Adapter]) -> set[Network]:
    found: set[Network] = set()
    for adapter in adapters:
        for ipv4 in adapter["ipv4"]:
            found.add(
                ip_network((ipv4["address"], ipv4["network_prefix"]), strict=False)
            )
        for ipv6 in adapter["ipv6"]:
            found.add(
                IPv6Network(
                    (ipv6["address"].partition("%")[0], ipv6["network_prefix"]),
                    strict=False,
                )
            )
    # A prefix length of 0 would allow all addresses.
    return {one for one in found if one.prefixlen}


class Access:
    """The address rules of a server's options."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize for `entry`; `async_load` must follow."""
        self._hass = hass
        self._entry = entry
        self._interfaces: set[Network] = set()
        self._looked: datetime | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when this machine has other networks than before."""

    async def async_load(self) -> None:
        """Read the networks of this machine."""
        self._interfaces = _networks_of_interfaces(
            await network.async_get_adapters(self._hass)
        )

    @property
    def _local(self) -> tuple[Network, ...]:
        return (*LOCAL_NETWORKS, *self._interfaces)

    def rules(self, options: Mapping[str, Any] | None = None) -> AddressRules:
        """Return the address rules of the server's options, or of `options`."""
        if options is None:
            options = self._entry.options
        listed = networks_of(options.get(CONF_ALLOWED_ADDRESSES, ()))
        allowed: tuple[Network, ...] | None
        match options.get(CONF_ALLOWED, ALLOWED_ANY):
            case const.ALLOWED_LOCAL:
                allowed = (*self._local, *listed)
            case const.ALLOWED_LISTED:
                allowed = listed
            case _:
                allowed = None
        return AddressRules(
            allowed=allowed, proxies=networks_of(options.get(CONF_PROXIES, ()))
        )

    def is_local(self, remote: str | None) -> bool:
        """Return whether an address belongs to one of the local networks."""
        return AddressRules(allowed=self._local).allows(remote or "")

    @callback
    def async_refused(self) -> None:
        """Read the networks again: providers change IPv6 prefixes at times."""
        now = dt_util.utcnow()
        if self._looked is not None and now - self._looked < _REFRESH:
            return
        self._looked = now
        self._entry.async_create_background_task(
            self._hass, self._look_again(), f"{DOMAIN} networks"
        )

    async def _look_again(self) -> None:
        interfaces = _networks_of_interfaces(await async_load_adapters())
        if interfaces != self._interfaces:
            self._interfaces = interfaces
            self.changed()
