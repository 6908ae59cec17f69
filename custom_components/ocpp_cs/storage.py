"""Keeps the ledger of transactions in Home Assistant's storage."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_VERSION = 1

_DELAY = 60.0
"""Seconds that may be lost of what is saved later."""


class LedgerStorage:
    """One file per server; see `csms.transactions.LedgerStorage`."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Keep the ledger of the server with that config entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}",
            atomic_writes=True,
        )
        self._due: Callable[[], dict[str, Any]] | None = None

    async def load(self) -> dict[str, Any] | None:
        """Return what was saved last."""
        return await self._store.async_load()

    async def save(self, data: dict[str, Any]) -> None:
        """Return once `data` is on the disk."""
        self._due = None
        await self._store.async_save(data)

    @callback
    def save_later(self, data: Callable[[], dict[str, Any]]) -> None:
        """Save within a minute, and at the latest when Home Assistant stops."""
        if self._due is None:
            # Each call would put the store's delay off, for ever if they keep coming.
            self._store.async_delay_save(self._take, _DELAY)
        self._due = data

    @callback
    def _take(self) -> dict[str, Any]:
        assert self._due is not None
        due, self._due = self._due, None
        return due()

    async def flush(self) -> None:
        """Save now what was to be saved later."""
        if self._due is not None:
            await self.save(self._due())

    async def remove(self) -> None:
        """Remove the file."""
        self._due = None
        await self._store.async_remove()
