"""The passwords, keys and certificates for backends, in a private store of their own.

A subentry has the id of its secrets only. Whatever changes gets another id, so that the
subentry changes as well, and the backend is connected to anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from ssl import SSLContext
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import get_default_context
from homeassistant.util.ulid import ulid_now

from ..chargers.versioned_store import VersionedStore
from ..const import DOMAIN, LOGGER
from ..csms.security.authority import KeyAndCertificate, facts
from ..csms.security.contexts import client_context

_STORES: HassKey[dict[str, SecretStore]] = HassKey(f"{DOMAIN}_backend_secrets")
"""By the id of the config entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """What proves to a backend who we are, and to us who it is."""

    password: str | None = field(default=None, repr=False)
    authority: str | None = None
    """The certificates that are trusted, in PEM; None for those of public authorities."""
    client: KeyAndCertificate | None = None
    """The key and the certificate of the charger."""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to keep."""
        return self == Secrets()

    @property
    def needs_context(self) -> bool:
        """Return whether the usual context will not do."""
        return self.authority is not None or self.client is not None


NO_SECRETS = Secrets()


class SecretStore:
    """The secrets of all backends of a server; see `async_secrets`."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start without any."""
        self._hass = hass
        self._store = _store(hass, entry_id)
        self._known: dict[str, Secrets] = {}
        self._contexts: dict[str, SSLContext] = {}
        self._ends: dict[str, datetime] = {}

    async def async_load(self) -> None:
        """Read them, and make their contexts."""
        try:
            stored = await self._store.async_load()
        except (HomeAssistantError, OSError) as err:
            LOGGER.error("%s cannot be read: %s", self._store.path, err)
            self._store.make_read_only()
            return
        records = stored.get("backends") if isinstance(stored, dict) else None
        for key, record in (records if isinstance(records, dict) else {}).items():
            if (secrets := _secrets_of(record)) is None:
                # The values are secret.
                LOGGER.error("The password of a backend cannot be read")
                continue
            self._known[key] = secrets
            await self._make_context(key, secrets)

    async def _make_context(self, key: str, secrets: Secrets) -> None:
        if not secrets.needs_context:
            return
        try:
            self._contexts[key] = await async_context(self._hass, secrets)
        except (OSError, ValueError) as err:
            LOGGER.error("A certificate for a backend cannot be used: %s", err)
            return
        if secrets.client is not None:
            self._ends[key] = facts(secrets.client.chain).not_after

    def get(self, key: str | None) -> Secrets:
        """Return the secrets with an id; none if it is unknown."""
        return self._known.get(key or "", NO_SECRETS)

    def context(self, key: str | None) -> SSLContext:
        """Return the context for `wss://`, which is always the same one for an id."""
        return self._contexts.get(key or "") or get_default_context()

    def client_ends(self, key: str | None) -> datetime | None:
        """Return when the certificate that we show ends; None if there is none."""
        return self._ends.get(key or "")

    async def async_put(self, secrets: Secrets) -> str | None:
        """Keep secrets; return their id, or None if there are none."""
        if secrets.is_empty:
            return None
        key = ulid_now()
        await self._make_context(key, secrets)
        self._known[key] = secrets
        await self._store.async_save(self._as_dict())
        return key

    @callback
    def async_forget(self, keys: Iterable[str]) -> None:
        """Delete the secrets of backends that were changed or removed."""
        gone = self._known.keys() & set(keys)
        for key in gone:
            del self._known[key]
            self._contexts.pop(key, None)
            self._ends.pop(key, None)
        if gone:
            self._hass.async_create_task(
                self._store.async_save(self._as_dict()), f"{DOMAIN} backend secrets"
            )

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of them."""
        return frozenset(self._known)

    def _as_dict(self) -> dict[str, Any]:
        return {
            "backends": {
                key: {
                    "password": one.password,
                    "authority": one.authority,
                    "certificate": one.client and one.client.chain,
                    "key": one.client and one.client.key,
                }
                for key, one in self._known.items()
            }
        }


async def async_secrets(hass: HomeAssistant, entry_id: str) -> SecretStore:
    """Return the secrets for the backends of a server."""
    stores = hass.data.setdefault(_STORES, {})
    if (store := stores.get(entry_id)) is None:
        store = SecretStore(hass, entry_id)
        await store.async_load()
        # Another one may have been as fast.
        store = stores.setdefault(entry_id, store)
    return store


async def async_remove_secrets(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the secrets for the backends of a server that was removed."""
    hass.data.get(_STORES, {}).pop(entry_id, None)
    await _store(hass, entry_id).async_remove()


async def async_context(hass: HomeAssistant, secrets: Secrets) -> SSLContext:
    """Return the context for `wss://` with these secrets.

    Raises:
        OSError: A key or a certificate cannot be used.
        ValueError: A certificate cannot be read.
    """
    if not secrets.needs_context:
        return get_default_context()
    return await hass.async_add_executor_job(
        lambda: client_context(trusted=secrets.authority, pair=secrets.client)
    )


def _store(hass: HomeAssistant, entry_id: str) -> VersionedStore:
    return VersionedStore(hass, 1, f"{DOMAIN}.{entry_id}.backends")


def _secrets_of(record: Any) -> Secrets | None:
    """Return the secrets in a record; None if it cannot be read."""
    if not isinstance(record, dict):
        return None
    password, authority, chain, key = (
        record.get(name) for name in ("password", "authority", "certificate", "key")
    )
    if not all(
        one is None or isinstance(one, str) for one in (password, authority, chain, key)
    ):
        return None
    return Secrets(
        password=password,
        authority=authority,
        client=None
        if chain is None or key is None
        else KeyAndCertificate(key=key, chain=chain),
    )
