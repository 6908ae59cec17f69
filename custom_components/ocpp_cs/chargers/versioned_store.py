"""Stores whose content may be of another version of the integration.

A store of an earlier version is copied before it is migrated. A store of a later
version is left unchanged: changes stay in memory.
"""

from collections.abc import Callable
from contextlib import suppress
import os
from pathlib import Path
import shutil
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import LOGGER

_KEPT = 2
"""The number of copies of a store that are kept."""

type Upgrade = Callable[[int, int, Any], Any]
"""Takes the version, the minor version and the content; returns the current format."""


class VersionedStore(Store[Any]):
    """A store that is copied before a migration, and left unchanged if it is newer."""

    def __init__(
        self,
        hass: HomeAssistant,
        version: int,
        key: str,
        *,
        minor_version: int = 1,
        upgrade: Upgrade = lambda version, minor_version, data: data,
    ) -> None:
        """Initialize the store; `upgrade` migrates content of an earlier version.

        An earlier version can still load content that differs only in its minor
        version.
        """
        super().__init__(
            hass,
            version,
            key,
            private=True,
            atomic_writes=True,
            minor_version=minor_version,
        )
        self._upgrade = upgrade
        self.newer: int | None = None
        """The version of the stored content, if it is newer than this code."""

    @override
    async def async_load(self) -> Any:
        """Return the content.

        Returns:
            None if there is none, it is of a later version, or it is damaged; then it
            is kept aside.

        Raises:
            HomeAssistantError: It cannot be read now.
            OSError: It cannot be read now, or not be kept aside.
        """
        try:
            return await super().async_load()
        except UnsupportedStorageVersionError as err:
            self.newer = err.found_version
            self.make_read_only()
            return None
        # It is JSON, but not what Home Assistant writes.
        except (AttributeError, KeyError, TypeError) as err:
            await self.async_set_aside(err)
            return None

    async def async_set_aside(self, reason: object) -> None:
        """Copy content that cannot be read, as it will be overwritten.

        Raises:
            OSError: It cannot be copied; it is not overwritten then.
        """
        LOGGER.error("%s is damaged, and is kept aside: %r", self.path, reason)
        try:
            await self.hass.async_add_executor_job(_set_aside, Path(self.path))
        except OSError as err:
            LOGGER.error("%s cannot be kept aside: %s", self.path, err)
            self.make_read_only()
            raise

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Any
    ) -> Any:
        try:
            await self.hass.async_add_executor_job(
                _keep, Path(self.path), old_major_version, old_minor_version
            )
        except OSError as err:
            # A full disk must not keep chargers from being served. Without a copy, the
            # file stays as it is until the next start.
            LOGGER.error("%s is not migrated on the disk: %s", self.key, err)
            self.make_read_only()
        # Later minor versions only add data.
        if (old_major_version, old_minor_version) > (self.version, self.minor_version):
            return old_data
        return self._upgrade(old_major_version, old_minor_version, old_data)

    @override
    async def async_remove(self) -> None:
        """Remove the store and its copies."""
        await super().async_remove()
        await self.hass.async_add_executor_job(_drop, Path(self.path), 0)


def _set_aside(path: Path) -> None:
    """Copy a store, so that only its owner can read it. Raises OSError."""
    copy = path.with_name(f"{path.name}.damaged-{dt_util.utcnow():%Y%m%d-%H%M%S}")
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(path.read_bytes())


def _keep(path: Path, version: int, minor_version: int) -> None:
    """Copy a store before it changes. Raises OSError."""
    if not path.exists():
        return
    copy = path.with_name(f"{path.name}.version-{version}.{minor_version}")
    new = copy.with_name(f"{copy.name}.new")
    shutil.copyfile(path, new)
    # Some file systems have no modes.
    with suppress(OSError):
        shutil.copymode(path, new)
    new.replace(copy)
    _drop(path, _KEPT)


def _drop(path: Path, kept: int) -> None:
    """Remove copies of a store, but for so many of the newest."""
    copies = sorted(
        path.parent.glob(f"{path.name}.version-*"),
        key=lambda one: one.stat().st_mtime_ns,
        reverse=True,
    )
    for one in copies[kept:]:
        with suppress(OSError):
            one.unlink()
