"""The energy of each id tag in this month, for the sensors."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..chargers.component import Component
from ..const import DOMAIN, SUBENTRY_ID_TAG
from ..csms.transactions.energy_by_tag import EnergyByTag
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.storage import SessionFilter, TransactionStore


class Shown(Protocol):
    """A sensor that shows a value of an id tag."""

    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Apply a change of the subentry; return whether the name changed."""

    def async_changed(self) -> None:
        """Show the current value."""


def _month_of(moment: datetime) -> datetime:
    """Return the beginning of the month, in local time."""
    return dt_util.start_of_local_day(dt_util.as_local(moment).replace(day=1))


class TagEnergy(Component):
    """Keeps the sensors of the id tags and their values up to date."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        storage: TransactionStore,
    ) -> None:
        """Follow the sessions of `entry`, which are in `ledger` and `storage`."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._storage = storage
        self._energy = EnergyByTag(ledger)
        self._add: Callable[[EnergyByTag, ConfigSubentry], Shown] | None = None
        self._sensors: dict[str, Shown] = {}
        """By the id of the subentry."""
        self._unsubscribe: list[Callable[[], None]] = []
        self._cancel_turn: Callable[[], None] | None = None

    async def async_load(self) -> None:
        """Load the sessions of this month from the database."""
        month = _month_of(dt_util.utcnow())
        # Sessions are counted from now on, before the stored ones are read.
        self._energy.begin(month)
        self._energy.take(await self._storage.sessions(SessionFilter(start=month)))

    @override
    @callback
    def async_start(self) -> None:
        """Start to watch the time and the time zone."""
        self._unsubscribe.append(
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_changed)
        )
        self._turn(dt_util.utcnow())

    @override
    @callback
    def async_stop(self) -> None:
        """Stop watching the time."""
        super().async_stop()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._cancel_turn is not None:
            self._cancel_turn()
            self._cancel_turn = None

    @callback
    def _turn(self, now: datetime) -> None:
        """Begin a new month if it is due, and schedule the next one."""
        if self._cancel_turn is not None:
            self._cancel_turn()
        month = _month_of(now)
        if month != self._energy.since:
            self._energy.begin(month)
            for sensor in self._sensors.values():
                sensor.async_changed()
        self._cancel_turn = async_track_point_in_utc_time(
            self._hass, self._turn, _month_of(month + timedelta(days=32))
        )

    @callback
    def _config_changed(self, event: Event) -> None:
        """Recount if the time zone changed, as months begin at another time."""
        if "time_zone" in event.data:
            self._entry.async_create_task(
                self._hass, self._async_move(), f"{DOMAIN} month"
            )

    async def _async_move(self) -> None:
        await self.async_load()
        if self._unsubscribe:
            self._turn(dt_util.utcnow())
            for sensor in self._sensors.values():
                sensor.async_changed()

    @callback
    def async_register(
        self, add: Callable[[EnergyByTag, ConfigSubentry], Shown]
    ) -> None:
        """Add the sensors of all id tags, now and when there are new ones."""
        self._add = add
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Apply changes of the id tags in the config entry."""
        if self._add is None:
            return
        subentries = {
            subentry.subentry_id: subentry
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_ID_TAG)
        }
        # Home Assistant removes the entities and the device with the subentry.
        for subentry_id in self._sensors.keys() - subentries.keys():
            del self._sensors[subentry_id]
        for subentry_id, subentry in subentries.items():
            if (sensor := self._sensors.get(subentry_id)) is None:
                self._sensors[subentry_id] = self._add(self._energy, subentry)
            elif sensor.async_take_over(subentry):
                dr.async_get(self._hass).async_get_or_create(
                    config_entry_id=self._entry.entry_id,
                    config_subentry_id=subentry_id,
                    **device_info(subentry),
                )


def device_info(subentry: ConfigSubentry) -> DeviceInfo:
    """Return the device of an id tag, without the id, which is private."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        name=subentry.title,
        entry_type=DeviceEntryType.SERVICE,
    )
