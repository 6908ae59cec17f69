"""Uploads over the encrypted connections of a server, not over Home Assistant's HTTP."""

import asyncio
from collections.abc import Callable
import logging
from typing import Protocol, override

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS
from yarl import URL

from ..const import DOMAIN
from ..csms.model.security import ConnectionSecurity
from ..security.path_secrets import async_address_for
from .uploads import UPLOAD, UploadView

_LAST_WORDS = 0.5
"""Seconds for an upload to end when the server stops."""


_IDLE = 15.0
"""Seconds in which the next request of a connection has to be there."""


class FileListener(Protocol):
    """The server whose encrypted connections carry files."""

    files: Callable[[], asyncio.Protocol] | None
    """Makes a protocol for HTTP over TLS."""
    files_under: str
    """The beginning of the paths for which it does."""

    @property
    def port(self) -> int:
        """The port on which TLS is served, too."""

    @property
    def tls_port(self) -> int | None:
        """The port on which TLS is needed; None if there is none."""


class EncryptedUploads:
    """Serves the URLs of single uploads, and nothing else, where a server has TLS."""

    def __init__(self, hass: HomeAssistant, server: Callable[[], FileListener]) -> None:
        """Initialize; `server` returns the server."""
        self._hass = hass
        self._server = server
        self._runner: web.AppRunner | None = None

    @callback
    def async_start(self) -> None:
        """Begin to take files."""
        app = web.Application()
        app[KEY_HASS] = self._hass
        UploadView().register(self._hass, app, app.router)
        self._runner = web.AppRunner(
            app,
            # Its URLs hold tokens, and what strangers send is worth no stack trace.
            access_log=None,
            logger=_Quiet(logging.getLogger("aiohttp.server")),
            shutdown_timeout=_LAST_WORDS,
            keepalive_timeout=_IDLE,
        )
        self._hass.async_create_task(
            self._open(self._runner), f"{DOMAIN} encrypted uploads"
        )

    async def _open(self, runner: web.AppRunner) -> None:
        await runner.setup()
        if runner is self._runner:
            server = self._server()
            server.files_under, server.files = UPLOAD, runner.server

    @callback
    def async_stop(self) -> None:
        """Take no more files."""
        runner, self._runner = self._runner, None
        if runner is not None:
            self._server().files = None
            self._hass.async_create_task(
                runner.cleanup(), f"{DOMAIN} encrypted uploads"
            )

    async def async_base_url(
        self, entry: ConfigEntry, security: ConnectionSecurity
    ) -> str | None:
        """Return the URL of the server for the files of a charger.

        Args:
            entry: The config entry of the server.
            security: The protection of the charger's connection.

        Returns:
            None if its connection is not encrypted: it might not trust the certificate.
        """
        server = self._server()
        if security.tls is None or server.files is None:
            return None
        url = URL(await async_address_for(self._hass, entry, None, tls=True))
        if url.scheme != "wss":
            return None
        port = server.tls_port or server.port
        return str(url.with_scheme("https").with_port(port))


class _Quiet(logging.LoggerAdapter[logging.Logger]):
    """Logs what the server for files says of its connections at DEBUG only."""

    def __init__(self, logger: logging.Logger) -> None:
        """Wrap the server's own logger."""
        super().__init__(logger, merge_extra=True)

    @override
    def log(self, level: int, msg: object, *args: object, **kwargs: object) -> None:
        super().log(min(level, logging.DEBUG), msg, *args, **kwargs)  # type: ignore[arg-type]
