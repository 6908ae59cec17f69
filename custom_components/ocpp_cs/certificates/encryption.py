"""The encryption of a server: its certificate, and the port for TLS."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..chargers.component import Component
from ..const import CONF_ENCRYPTION, CONF_TLS_ON, CONF_TLS_PORT, DEFAULT_TLS_PORT
from .names import covers


class Encryption(Component):
    """Encrypts the connections of one server, as its options say."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize without a certificate."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._names: tuple[str, ...] = ()
        self._root: str | None = None

    @property
    def _options(self) -> Mapping[str, Any]:
        options: Mapping[str, Any] = self._entry.options.get(CONF_ENCRYPTION, {})
        return options

    @property
    def is_on(self) -> bool:
        """True if the owner wants encryption."""
        return bool(self._options.get(CONF_TLS_ON, False))

    @property
    def port(self) -> int:
        """The port for TLS."""
        return int(self._options.get(CONF_TLS_PORT, DEFAULT_TLS_PORT))

    @property
    def root(self) -> str | None:
        """The certificate that chargers must trust, as PEM.

        None if it is that of a public CA, or if it is not in the files.
        """
        return self._root

    @property
    def names(self) -> tuple[str, ...]:
        """The names and addresses in the certificate."""
        return self._names

    def covers(self, host: str) -> bool:
        """Return whether the certificate is valid for a host."""
        return covers(self._names, host)

    def host_for(self, host: str) -> str:
        """Return the host for an address: that one, or another in the certificate."""
        if self.covers(host):
            return host
        return next((name for name in self._names if "*" not in name), host)
