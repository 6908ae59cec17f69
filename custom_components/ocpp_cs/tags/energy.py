"""The energy of each id tag in this month, which sensors show."""

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
    """A sensor that shows something of a tag."""

    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Follow a tag that was changed; return whether it has another name."""

    def async_changed(self) -> None:
        """Show what there is now."""


def _month_of(moment: datetime) -> datetime:
    """Return the beginning of a month, by Home Assistant's clock."""
    return dt_util.start_of_local_day(dt_util.as_local(moment).replace(day=1))


class TagEnergy(Component):
    """Keeps the sensors of the tags, and what they show, in step with everything."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        storage: TransactionStore,
    ) -> None:
        """Belong to `entry`, whose sessions are in `ledger` and `storage`."""
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
        """Read the sessions of this month from the books."""
        month = _month_of(dt_util.utcnow())
        # What happens from now on is counted before it is read.
        self._energy.begin(month)
        self._energy.take(await self._storage.sessions(SessionFilter(start=month)))

    @override
    @callback
    def async_start(self) -> None:
        """Begin to follow the time."""
        self._unsubscribe.append(
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_changed)
        )
        self._turn(dt_util.utcnow())

    @override
    @callback
    def async_stop(self) -> None:
        """Let go of the time."""
        super().async_stop()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._cancel_turn is not None:
            self._cancel_turn()
            self._cancel_turn = None

    @callback
    def _turn(self, now: datetime) -> None:
        """Begin a month, unless it has begun; come back when the next one does."""
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
        """Months begin at another time where the time zone is another one."""
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
        """Have the sensors of all tags added, now and whenever there are more."""
        self._add = add
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Act on what changed of the tags in the config entry."""
        if self._add is None:
            return
        subentries = {
            subentry.subentry_id: subentry
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_ID_TAG)
        }
        # The entities and the device go with the subentry: that is Home Assistant's
        # doing.
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
    """Return the device of a tag; its id is nobody's business."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        name=subentry.title,
        entry_type=DeviceEntryType.SERVICE,
    )
