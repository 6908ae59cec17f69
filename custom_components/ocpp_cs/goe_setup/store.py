"""Records of the earlier settings of go-eChargers: on disk before the first change.

The subentry of a charger has them as well, but it is created at the end of the set-up,
and is removed with its server, loaded or not. With these records a changed charger can
be restored in any case.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigSubentry,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_BACKUP, CONF_SERIAL, DOMAIN, LOGGER, SUBENTRY_CHARGER
from ..goe.restore import Backup
from ..issues import async_clear_issue, async_raise_issue

_SAVE_DELAY = 5.0
"""The delay in seconds; longer than the one of Home Assistant for config entries.

So a set-up is never stored as finished before its subentry is stored.
"""


class Outcome(StrEnum):
    """The state of a charger that was, or is being, changed."""

    UNFINISHED = "unfinished"
    """It is being set up, or the set-up was interrupted by a stop of Home Assistant."""
    OURS = "ours"
    LEFT = "left"
    """It was removed; its settings can be restored."""


_ISSUES = {Outcome.LEFT: "goe_removed", Outcome.UNFINISHED: "goe_unfinished"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The record of one charger."""

    outcome: Outcome
    name: str
    host: str
    token: str | None = None
    backup: Backup
    """The settings before the last set-up; once it is finished, before all."""
    earlier: Backup | None = None
    """The settings before earlier set-ups, while a set-up is unfinished."""
    entry_id: str
    """The config entry of the server."""
    made: bool = False
    """True if the server was created for this charger."""
    since: float = 0.0
    """When the set-up began, as a timestamp."""
    seen: str | None = None
    """A newer address; the token is sent there only if the user agrees."""

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON types."""
        return {
            "stage": self.outcome.value,
            "name": self.name,
            "host": self.host,
            "token": self.token,
            "backup": self.backup.as_dict(),
            "earlier": None if self.earlier is None else self.earlier.as_dict(),
            "entry_id": self.entry_id,
            "made": self.made,
            "since": self.since,
            "seen": self.seen,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self | None:
        """Return the record from the result of `as_dict`; None if it is invalid."""
        try:
            backup = Backup.from_dict(data["backup"])
            if backup is None:
                return None
            return cls(
                outcome=Outcome(data["stage"]),
                name=str(data["name"]),
                host=str(data["host"]),
                token=data["token"],
                backup=backup,
                earlier=Backup.from_dict(data["earlier"]),
                entry_id=str(data["entry_id"]),
                made=bool(data["made"]),
                since=float(data["since"]),
                # Older versions do not store it.
                seen=None if (seen := data.get("seen")) is None else str(seen),
            )
        except KeyError, TypeError, ValueError:
            return None

    @property
    def first(self) -> Backup:
        """The settings before the first change by this integration."""
        if self.earlier is None:
            return self.backup
        return self.earlier.followed_by(self.backup)


def serial_of(subentry: ConfigSubentry) -> str | None:
    """Return the serial number of a charger; None if that is not known."""
    serial: str | None = subentry.data.get(CONF_SERIAL) or subentry.unique_id
    return serial


async def async_load_kept[R](
    hass: HomeAssistant,
    store: Store[dict[str, dict[str, Any]]],
    read: Callable[[Any], R | None],
) -> dict[str, R]:
    """Return the records of a store; a file with others is kept under another name.

    Args:
        hass: Home Assistant.
        store: The store of records.
        read: Returns a record from its JSON types; None if it is invalid.
    """
    try:
        stored: Any = await store.async_load()
    except UnsupportedStorageVersionError as err:
        LOGGER.error("%s is of a later version, and is left as it is", store.key)
        LOGGER.debug("%s", err)
        store.make_read_only()
        return {}
    except (HomeAssistantError, AttributeError, LookupError, TypeError) as err:
        # Not in the format of a store.
        LOGGER.debug("%s: %r", store.key, err)
        stored = ()
    if stored is None:
        return {}
    records: dict[str, R] = {}
    if isinstance(stored, dict):
        records = {
            key: record
            for key, data in stored.items()
            if (record := read(data)) is not None
        }
        if len(records) == len(stored):
            return records
    kept = Path(f"{store.path}.corrupt.{dt_util.utcnow().isoformat()}")
    try:
        await hass.async_add_executor_job(Path(store.path).rename, kept)
        if records:
            await store.async_save({key: stored[key] for key in records})
    except OSError as err:
        LOGGER.error("%s is damaged: %s", store.key, err)
    else:
        LOGGER.error("%s is damaged, and is kept as %s", store.key, kept.name)
    return records


class GoERecords:
    """All records, by serial number."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without records; see `async_records`."""
        self._hass = hass
        self._store = Store[dict[str, dict[str, Any]]](
            hass, 1, f"{DOMAIN}.goe", private=True, atomic_writes=True
        )
        self._records: dict[str, Record] = {}
        self._under_way: set[str] = set()

    async def async_load(self) -> None:
        """Load the records."""
        self._records = await async_load_kept(self._hass, self._store, Record.from_dict)

    @callback
    def async_start(self) -> None:
        """Keep the records in line with the subentries of chargers from now on."""
        async_dispatcher_connect(
            self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )
        entries = self._hass.config_entries.async_entries(DOMAIN)
        for entry in entries:
            self._compare(entry)
        known = {entry.entry_id for entry in entries}
        for serial, record in list(self._records.items()):
            if record.outcome is Outcome.OURS and record.entry_id not in known:
                self._leave(serial)
            elif record.outcome is Outcome.LEFT:
                self._offer(serial)

    @callback
    def _entry_changed(
        self, change: ConfigEntryChange, entry: ConfigEntry[Any]
    ) -> None:
        if entry.domain == DOMAIN and change is not ConfigEntryChange.REMOVED:
            self._compare(entry)

    def _compare(self, entry: ConfigEntry[Any]) -> None:
        """Update the records from the chargers of a server, loaded or not."""
        present = {
            serial: subentry
            for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            if (serial := serial_of(subentry)) is not None
        }
        for serial, subentry in present.items():
            self._compare_charger(entry, serial, subentry)
        for serial, record in list(self._records.items()):
            if (
                record.outcome is Outcome.OURS
                and record.entry_id == entry.entry_id
                and serial not in present
            ):
                self._leave(serial)

    def _compare_charger(
        self, entry: ConfigEntry[Any], serial: str, subentry: ConfigSubentry
    ) -> None:
        data, record = subentry.data, self._records.get(serial)
        if (ours := _ours(entry, subentry)) is not None:
            self._set(serial, ours)
        elif record is None or serial in self._under_way:
            return
        elif record.outcome is Outcome.OURS:
            # Its settings were restored, and the charger was kept.
            if record.entry_id == entry.entry_id:
                self.async_forget(serial)
        else:
            # It was added again, or kept, by another flow.
            known: dict[str, Any] = {
                CONF_HOST: record.host,
                CONF_BACKUP: record.first.as_dict(),
            }
            if record.token:
                known[CONF_TOKEN] = record.token
            self._hass.config_entries.async_update_subentry(
                entry, subentry, data=known | data
            )

    @callback
    def async_entry_removed(self, entry: ConfigEntry[Any]) -> bool:
        """Offer to restore the chargers of a removed server; return False without any."""
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER):
            serial, ours = serial_of(subentry), _ours(entry, subentry)
            if serial is not None and ours is not None:
                self._set(serial, ours)
        gone = [
            serial
            for serial, record in self._records.items()
            if record.outcome is Outcome.OURS and record.entry_id == entry.entry_id
        ]
        for serial in gone:
            self._leave(serial)
        return bool(gone)

    def _leave(self, serial: str) -> None:
        self._set(serial, replace(self._records[serial], outcome=Outcome.LEFT))

    # Read access.

    def get(self, serial: str) -> Record | None:
        """Return the record of a charger."""
        return self._records.get(serial)

    def left(self, *serials: str | None) -> Record | None:
        """Return the record of a removed charger with one of the serial numbers."""
        for serial in filter(None, serials):
            record = self._records.get(serial)
            if record is not None and record.outcome is Outcome.LEFT:
                return record
        return None

    def unfinished(self) -> Iterable[str]:
        """Return the chargers with an unfinished set-up."""
        return [
            serial
            for serial, record in self._records.items()
            if record.outcome is Outcome.UNFINISHED and serial not in self._under_way
        ]

    def is_under_way(self, serial: str) -> bool:
        """Return whether a charger is being set up."""
        return serial in self._under_way

    @callback
    def async_claim(self, serial: str) -> bool:
        """Reserve a charger for a set-up; return False if it is reserved already."""
        if serial in self._under_way:
            return False
        self._under_way.add(serial)
        return True

    @callback
    def async_release(self, serial: str) -> None:
        """Release a reserved charger."""
        self._under_way.discard(serial)

    # Changes.

    async def async_begin(self, serial: str, record: Record) -> Backup | None:
        """Store the record of a charger before any change; return once it is on disk.

        Returns the settings before an earlier set-up, if there are any.
        """
        before = self._records.get(serial)
        earlier = None if before is None else before.first
        self._set(serial, replace(record, earlier=earlier), save=False)
        await self._store.async_save(self._data())
        return earlier

    @callback
    def async_undone(self, serial: str) -> None:
        """Record that the last set-up was undone."""
        record = self._records.get(serial)
        if record is None or record.outcome is not Outcome.UNFINISHED:
            return
        if record.earlier is None:
            self.async_forget(serial)
        else:
            self._set(
                serial,
                replace(
                    record, outcome=Outcome.LEFT, backup=record.earlier, earlier=None
                ),
            )

    @callback
    def async_moved(self, serial: str, **changes: Any) -> None:
        """Record another address or token of a charger that is not adopted."""
        record = self._records.get(serial)
        if record is not None and record.outcome is not Outcome.OURS:
            self._set(serial, replace(record, **changes))

    @callback
    def async_seen(self, serial: str, host: str) -> None:
        """Ask the user whether a charger that is not adopted has moved to `host`."""
        self.async_moved(serial, seen=host)
        if serial in self._records and serial not in self._under_way:
            self._raise(serial)

    @callback
    def async_forget(self, serial: str) -> None:
        """Remove a record: the charger was restored, or is to stay as it is."""
        if self._records.pop(serial, None) is not None:
            self._clear(serial)
            self._store.async_delay_save(self._data, _SAVE_DELAY)

    def _set(self, serial: str, record: Record, *, save: bool = True) -> None:
        if self._records.get(serial) == record:
            return
        self._records[serial] = record
        if record.outcome is Outcome.LEFT:
            self._offer(serial)
        else:
            self._clear(serial)
        if save:
            self._store.async_delay_save(self._data, _SAVE_DELAY)

    def _data(self) -> dict[str, dict[str, Any]]:
        return {serial: record.as_dict() for serial, record in self._records.items()}

    # The issues are not persistent: their flow needs this integration, which may not
    # be loaded after a restart.

    def _offer(self, serial: str) -> None:
        if self._records[serial].backup.before:
            self._raise(serial)

    @callback
    def async_not_undone(self, serial: str) -> None:
        """Report that the settings of a charger are still changed."""
        if serial in self.unfinished():
            self._raise(serial)

    def _raise(self, serial: str) -> None:
        self._clear(serial)
        record = self._records[serial]
        async_raise_issue(
            self._hass,
            _ISSUES[record.outcome],
            serial,
            fix_data={"serial": serial},
            charger=record.name,
            host=record.host,
        )

    def _clear(self, serial: str) -> None:
        for kind in _ISSUES.values():
            async_clear_issue(self._hass, kind, serial)


def _ours(entry: ConfigEntry[Any], subentry: ConfigSubentry) -> Record | None:
    """Return the record of an adopted charger that was set up over HTTP."""
    data = subentry.data
    backup = Backup.from_dict(data.get(CONF_BACKUP))
    if backup is None or CONF_HOST not in data:
        return None
    return Record(
        outcome=Outcome.OURS,
        name=subentry.title,
        host=data[CONF_HOST],
        token=data.get(CONF_TOKEN),
        backup=backup,
        entry_id=entry.entry_id,
    )


@singleton(HassKey[GoERecords](f"{DOMAIN}_goe"), async_=True)
async def async_records(hass: HomeAssistant) -> GoERecords:
    """Return the single instance, loaded."""
    records = GoERecords(hass)
    await records.async_load()
    return records
