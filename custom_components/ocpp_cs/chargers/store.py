"""Persistent data of chargers that is not a setting."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN, LOGGER
from ..csms.charge_point import ChargePoint
from ..csms.model.records import UNREADABLE
from .versioned_store import VersionedStore

type Records = dict[str, dict[str, Any]]
"""By charge point id, then by kind of record."""


SERVER = ""
"""The place of records of the server itself; no charge point has this id."""

REMOTE = "remote"
"""The kind of record with the address that a charger connected from."""


def _store(hass: HomeAssistant, entry_id: str) -> VersionedStore:
    return VersionedStore(
        hass,
        1,
        f"{DOMAIN}.{entry_id}.chargers",
        minor_version=2,
        upgrade=_upgraded,
    )


def _upgraded(version: int, minor_version: int, stored: Any) -> Any:
    """Migrate records of an earlier version.

    Before 1.2 transaction ids were numbers.
    """
    if isinstance(stored, dict):
        return {
            key: str(value)
            if key in {"transaction", "transaction_id"} and isinstance(value, int)
            else _upgraded(version, minor_version, value)
            for key, value in stored.items()
        }
    if isinstance(stored, list):
        return [_upgraded(version, minor_version, value) for value in stored]
    return stored


def _records_of(stored: object) -> Records:
    """Return the records of a file that have the right shape."""
    if not isinstance(stored, dict):
        if stored is not None:
            LOGGER.warning("What was remembered of the chargers cannot be read")
        return {}
    records = {
        charge_point_id: kinds
        for charge_point_id, kinds in stored.items()
        if isinstance(kinds, dict)
    }
    for charge_point_id in stored.keys() - records.keys():
        LOGGER.warning("What is remembered of %s cannot be read", charge_point_id)
    return records


class Memory:
    """The stored records of a server: small, and saved as soon as they change."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start without records; see `async_load`."""
        self._store = _store(hass, entry_id)
        self._records: Records = {}
        self._touched = False

    async def async_load(self) -> None:
        """Load the records from before the restart."""
        self._records = _records_of(await self._store.async_load())

    @property
    def is_newer(self) -> bool:
        """Return whether the file is newer: it is neither read nor written."""
        return self._store.newer is not None

    def get(self, charge_point_id: str, kind: str) -> Any:
        """Return a record, or None."""
        return self._records.get(charge_point_id, {}).get(kind)

    @callback
    def async_recall(
        self, charge_point_id: str, kind: str, take: Callable[[Any], object]
    ) -> None:
        """Pass a record to `take`, if there is one; an unreadable record is deleted.

        The file may have been written by another version, or edited.
        """
        if (record := self.get(charge_point_id, kind)) is None:
            return
        try:
            take(record)
        except UNREADABLE as err:
            LOGGER.warning(
                "What is remembered of %s (%s) cannot be read, and is forgotten: %s",
                charge_point_id,
                kind,
                err,
            )
            self.async_set(charge_point_id, kind, None)

    @callback
    def async_set(self, charge_point_id: str, kind: str, record: Any) -> None:
        """Store a record, unless it is the same."""
        if self.get(charge_point_id, kind) != record:
            self._records.setdefault(charge_point_id, {})[kind] = record
            self._async_save()

    @callback
    def async_forget(self, charge_point_id: str) -> None:
        """Delete the records of a charge point."""
        if self._records.pop(charge_point_id, None) is not None:
            self._async_save()

    def _async_save(self) -> None:
        self._touched = True
        self._store.async_delay_save(lambda: self._records)

    async def async_close(self) -> None:
        """Save pending changes."""
        if self._touched:
            await self._store.async_save(self._records)


class _Part(Protocol):
    """A part of a charge point whose state survives a restart."""

    changed: Callable[[], None]
    """Called when `records` would return something else."""

    def records(self) -> object:
        """Return the state to store, as JSON data."""

    def load(self, records: Any, /) -> None:
        """Restore the state that `records` returned."""


def _parts(charge_point: ChargePoint) -> dict[str, _Part]:
    """Return the parts that are stored separately, by kind of record."""
    return {
        "reservations": charge_point.reservations,
        "limits": charge_point.profile_methods,
        "starts": charge_point.starts,
        "refused_measurands": charge_point.refused_measurands,
        "discharging": charge_point.permissions,
    }


@callback
def async_remember(charge_point: ChargePoint, memory: Memory) -> None:
    """Restore the state of a charge point, and store it whenever it changes."""

    def changed(kind: str, part: _Part) -> None:
        memory.async_set(charge_point.id, kind, part.records())

    for kind, part in _parts(charge_point).items():
        memory.async_recall(charge_point.id, kind, part.load)
        part.changed = partial(changed, kind, part)


@callback
def async_forget_charge_point(charge_point: ChargePoint, memory: Memory) -> None:
    """Delete the records of a removed charge point, and stop storing its changes."""
    for part in _parts(charge_point).values():
        part.changed = lambda: None
    memory.async_forget(charge_point.id)


async def async_remove_memory(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the records of a removed server."""
    await _store(hass, entry_id).async_remove()
