"""Keeps the totals of sessions, and the entities of tags and vehicles that show them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..chargers.component import Component
from ..chargers.store import SERVER, Memory
from ..const import CONF_ID_TAG, DOMAIN, SUBENTRY_ID_TAG, SUBENTRY_VEHICLE
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.storage import SessionFilter, TransactionStore
from .last_use import LastUses
from .totals import Group, Kind, Periods, Totals, tag_group

_MIDNIGHT: Final = "session_totals"
"""The kind of record with the energies of running sessions at midnight."""


class Shown(Protocol):
    """A sensor of a tag or a vehicle that shows a total."""

    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Apply a change of the subentry; return whether the name changed."""


def periods_of(now: datetime) -> Periods:
    """Return the beginnings of the present day and month, in local time."""
    local = dt_util.as_local(now)
    return Periods(
        day=dt_util.start_of_local_day(local),
        month=dt_util.start_of_local_day(local.replace(day=1)),
    )


def group_of(subentry: ConfigSubentry) -> Group:
    """Return the group of a tag or vehicle."""
    if subentry.subentry_type == SUBENTRY_ID_TAG:
        return tag_group(subentry.data[CONF_ID_TAG])
    return (Kind.VEHICLE, subentry.subentry_id)


def device_info(subentry: ConfigSubentry) -> DeviceInfo:
    """Return the device of a tag or vehicle, without its ids, which are private."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        name=subentry.title,
        entry_type=DeviceEntryType.SERVICE,
    )


class SessionTotals(Component):
    """Keeps the totals up to date, and adds the sensors of tags and vehicles."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        storage: TransactionStore,
        memory: Memory,
    ) -> None:
        """Follow the sessions of `entry`, which are in `ledger` and `storage`."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._storage = storage
        self._memory = memory
        self.totals = Totals(ledger)
        self.uses = LastUses(ledger, self._read_uses)
        self._reads_uses = False
        self._add: Callable[[ConfigSubentry], Iterable[Shown]] | None = None
        self._sensors: dict[str, list[Shown]] = {}
        """By the id of the subentry."""
        self._unsubscribe: list[Callable[[], None]] = []
        self._cancel_turn: Callable[[], None] | None = None

    async def async_load(self) -> None:
        """Load the sessions of this month from the database."""
        periods = periods_of(dt_util.utcnow())
        # Sessions are counted from now on, before the stored ones are read.
        self.totals.begin(periods)
        self._memory.async_recall(
            SERVER, _MIDNIGHT, lambda record: self.totals.recall(record, periods)
        )
        self.totals.take(
            await self._storage.sessions(SessionFilter(start=periods.month))
        )
        self.totals.forget_recalled()
        await self._async_read_uses()

    def _read_uses(self) -> None:
        """Read anew when tags were last used, once the present change is booked."""
        if not self._reads_uses:
            self._reads_uses = True
            self._entry.async_create_task(
                self._hass,
                self._async_read_uses(),
                f"{DOMAIN} last uses",
                eager_start=False,
            )

    async def _async_read_uses(self) -> None:
        self._reads_uses = False
        self.uses.reading()
        self.uses.take(await self._storage.latest_of_tags())

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
        self.totals.close()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._cancel_turn is not None:
            self._cancel_turn()
            self._cancel_turn = None

    @callback
    def _turn(self, now: datetime) -> None:
        """Begin a new day or month if it is due, and schedule the next one."""
        if self._cancel_turn is not None:
            self._cancel_turn()
        periods = periods_of(now)
        if periods != self.totals.periods:
            self.totals.begin(periods)
            self._memory.async_set(SERVER, _MIDNIGHT, self.totals.record())
        # A day has at most 25 hours.
        tomorrow = dt_util.start_of_local_day(
            dt_util.as_local(periods.day + timedelta(hours=30))
        )
        self._cancel_turn = async_track_point_in_utc_time(
            self._hass, self._turn, tomorrow
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

    @callback
    def async_register(self, add: Callable[[ConfigSubentry], Iterable[Shown]]) -> None:
        """Add the sensors of all tags and vehicles, now and when there are new ones."""
        self._add = add
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Apply changes of the tags and vehicles in the config entry."""
        if self._add is None:
            return
        subentries = {
            subentry.subentry_id: subentry
            for kind in (SUBENTRY_ID_TAG, SUBENTRY_VEHICLE)
            for subentry in self._entry.get_subentries_of_type(kind)
        }
        # Home Assistant removes the entities and the device with the subentry.
        for subentry_id in self._sensors.keys() - subentries.keys():
            del self._sensors[subentry_id]
        for subentry_id, subentry in subentries.items():
            if (sensors := self._sensors.get(subentry_id)) is None:
                self._enable_energy(subentry_id)
                self._sensors[subentry_id] = list(self._add(subentry))
                continue
            renamed = [one.async_take_over(subentry) for one in sensors]
            if any(renamed):
                dr.async_get(self._hass).async_get_or_create(
                    config_entry_id=self._entry.entry_id,
                    config_subentry_id=subentry_id,
                    **device_info(subentry),
                )

    def _enable_energy(self, subentry_id: str) -> None:
        """Enable the energy of a tag, which earlier versions disabled by default.

        Who disabled it by hand keeps it so.
        """
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(
            "sensor", DOMAIN, f"{subentry_id}_energy_month"
        )
        entity = registry.async_get(entity_id or "")
        if (
            entity is not None
            and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
            and not self._entry.pref_disable_new_entities
        ):
            registry.async_update_entity(entity.entity_id, disabled_by=None)
