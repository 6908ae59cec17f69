"""Restores go-eChargers that are not, or no longer, adopted.

An unfinished set-up is undone automatically, as no subentry belongs to it. A removed
charger is restored on request, as Home Assistant asks nothing when something is
removed.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.singleton import singleton
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..goe.client import GoEClient
from ..goe.errors import GoEError, OtherChargerError
from ..goe.restore import Restored, restore
from .client import make_client
from .moves import async_is_gone
from .store import GoERecords, Outcome, Record, async_records

RETRIES = (timedelta(seconds=30), timedelta(minutes=10))
"""The delays between attempts; the charger may be restarting. The last one repeats."""

_PASSING = timedelta(hours=1)
"""Temporary settings are restored only while the same car may still be connected."""


class Rollback:
    """Undoes unfinished set-ups, and restores removed chargers."""

    def __init__(self, hass: HomeAssistant, records: GoERecords) -> None:
        """Initialize; `async_start` begins the work."""
        self._hass = hass
        self.records = records
        self._lock = asyncio.Lock()
        self._waiting: set[str] = set()
        self._failures: dict[str, int] = {}

    @callback
    def async_start(self) -> None:
        """Undo the set-ups that were unfinished when Home Assistant stopped."""
        for serial in self.records.unfinished():
            self._hass.async_create_background_task(
                self._async_undo_at_start(serial), f"{DOMAIN} undo {serial}"
            )

    async def _async_undo_at_start(self, serial: str) -> None:
        record = self.records.get(serial)
        if await self._async_undo_or_wait(serial) and record and record.made:
            # The server was created for this charger and has not been used.
            entry = self._hass.config_entries.async_get_entry(record.entry_id)
            if entry is not None and not entry.subentries:
                await self._hass.config_entries.async_remove(record.entry_id)

    @callback
    def async_undo_soon(self, serial: str) -> None:
        """Undo an unfinished set-up in the background, unless a new one has begun."""
        self._hass.async_create_background_task(
            self._async_undo_or_wait(serial), f"{DOMAIN} undo {serial}"
        )

    async def _async_undo_or_wait(self, serial: str) -> bool:
        """Undo a set-up, or try again later; return whether it is undone."""
        if await self.async_undo(serial):
            self._failures.pop(serial, None)
            return True
        self.records.async_moved(serial, made=False)
        if serial in self._waiting:
            return False
        self._waiting.add(serial)
        failures = self._failures.get(serial, 0)
        self._failures[serial] = failures + 1
        if failures:
            self.records.async_not_undone(serial)

        @callback
        def again(_now: datetime) -> None:
            self._waiting.discard(serial)
            self.async_undo_soon(serial)

        pause = RETRIES[min(failures, len(RETRIES) - 1)]
        async_call_later(self._hass, pause, HassJob(again, cancel_on_shutdown=True))
        return False

    async def async_undo(self, serial: str, client: GoEClient | None = None) -> bool:
        """Undo an unfinished set-up; return whether it is undone.

        Waits for an undo in progress. `client` is a client that reaches the charger.
        """
        async with self._lock:
            if serial not in self.records.unfinished():
                return True
            try:
                await self._async_restore(serial, client)
            except (GoEError, ValueError) as err:
                LOGGER.debug("Cannot undo the set-up of %s: %s", serial, err)
                return False
            self.records.async_undone(serial)
            return True

    async def async_put_back(self, serial: str) -> Restored:
        """Restore the settings of a charger, and remove its record.

        Raises GoEError, and ValueError for an invalid host or token.
        """
        async with self._lock:
            record = self.records.get(serial)
            restored = await self._async_restore(serial, None)
            if record is not None and record.outcome is Outcome.UNFINISHED:
                self.records.async_undone(serial)
            elif record is not None:
                self.records.async_forget(serial)
            return restored

    async def _async_restore(self, serial: str, client: GoEClient | None) -> Restored:
        record = self.records.get(serial)
        if record is None:
            return Restored()
        if client is None:
            client = make_client(self._hass, record.host, record.token)
        # Another charger may have the address by now.
        identity = await client.identify()
        if identity.serial != serial:
            raise OtherChargerError(client.host, identity.serial)
        age = dt_util.utcnow().timestamp() - record.since
        unfinished = record.outcome is Outcome.UNFINISHED
        restored = await restore(
            client,
            record.backup,
            passing=unfinished and age < _PASSING.total_seconds(),
        )
        # Wait until the writes have settled: a new client would not wait before it
        # reads.
        await client.identify()
        return restored


@singleton(HassKey[Rollback](f"{DOMAIN}_goe_rollback"), async_=True)
async def async_rollback(hass: HomeAssistant) -> Rollback:
    """Return the single instance."""
    return Rollback(hass, await async_records(hass))


async def async_setup_goe(hass: HomeAssistant) -> None:
    """Check the records of changed chargers, and undo unfinished set-ups."""
    rollback = await async_rollback(hass)
    rollback.records.async_start()
    rollback.async_start()


async def async_goe_entry_removed(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Offer to restore the chargers of a server that was removed."""
    records = await async_records(hass)
    if records.async_entry_removed(entry):
        # The flow of the repair issue needs the integration, which is not loaded if the
        # server was disabled.
        await async_setup_component(hass, DOMAIN, {})


async def _consider_move(
    hass: HomeAssistant, rollback: Rollback, serial: str, record: Record, host: str
) -> None:
    """Use the new address `host` if the charger has moved there, or ask the user."""
    try:
        client = make_client(hass, record.host, record.token)
        gone = await async_is_gone(client, serial, doubtful=False)
    except ValueError:
        gone = True
    if not gone:
        return
    if record.token:
        rollback.records.async_seen(serial, host)
    else:
        rollback.records.async_moved(serial, host=host)


async def async_goe_seen(hass: HomeAssistant, serial: str, host: str) -> None:
    """Note the present address of a charger that may still have changed settings.

    Without any server, only a discovery leads to this check.
    """
    rollback = await async_rollback(hass)
    if (record := rollback.records.get(serial)) is None:
        return
    if record.outcome is not Outcome.OURS and host != record.host:
        await _consider_move(hass, rollback, serial, record, host)
    if DOMAIN not in hass.config.components:
        await async_setup_component(hass, DOMAIN, {})
    elif serial in rollback.records.unfinished():
        rollback.async_undo_soon(serial)
