"""Keeps recurring schedules at their local time of day when the clocks change.

A day of a charger has 24 hours from startSchedule on (7.37, errata 3.79): in the other
half of the year a daily schedule would be an hour off. So the schedules are stored, and
sent again under the same id when the offset of local time from UTC changes. A charger that
has schedules in local time, and that of this house, needs none of it (2.1).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time
import math
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..const import DOMAIN, LOGGER
from ..csms.model.errors import CsmsError
from ..csms.model.profile import ChargingProfile, Recurrency, Unit
from .schedules import Entry, draw

_RECORDS: Final = "schedules"


def _offset() -> float:
    """Return the offset of local time from UTC now, in s."""
    offset = dt_util.now().utcoffset()
    return 0.0 if offset is None else offset.total_seconds()


def _text(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else dt_util.parse_datetime(text)


def _entry(record: Mapping[str, Any]) -> Entry:
    """Return a stored entry. Raises the exceptions in `UNREADABLE`."""
    limit, phases = float(record["limit"]), record.get("phases")
    if not 0 <= limit < math.inf or phases not in {None, 1, 2, 3}:
        raise ValueError(record)
    return Entry(start=time.fromisoformat(record["start"]), limit=limit, phases=phases)


def _drawn(key: str, record: Mapping[str, Any]) -> ChargingProfile:
    """Return the profile of a record, as of now."""
    return draw(
        [_entry(one) for one in record["periods"]],
        now=dt_util.utcnow(),
        profile_id=int(key),
        stack_level=record["level"],
        unit=Unit(record["unit"]),
        valid_from=_time(record["valid_from"]),
        valid_to=_time(record["valid_to"]),
        recurrence=Recurrency(record["recurrence"]),
    )


class ScheduleClock(Component):
    """Stores the recurring schedules of a server's chargers, and moves them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Start without chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._busy: set[str] = set()
        self._cancel: Callable[[], None] | None = None

    @override
    @callback
    def async_start(self) -> None:
        """Check once an hour, as clocks change at full hours."""
        self._cancel = async_track_utc_time_change(
            self._hass, self._look, minute=0, second=10
        )

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore the schedules of a charger, and check them whenever it connects."""
        charge_point_id = charger.charge_point.id

        def take(records: Mapping[str, Any]) -> None:
            for key, record in records.items():
                _drawn(key, record)
                float(record["offset"])
                int(record["connector"])

        self._memory.async_recall(charge_point_id, _RECORDS, take)
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(("ready",), lambda: self._mind(charger)),
        )

    @override
    @callback
    def async_stop(self) -> None:
        """Stop checking; the schedules stay."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        super().async_stop()

    @callback
    def async_drawn(
        self,
        charger: Charger,
        number: int,
        asked: Mapping[str, Any],
        profile: ChargingProfile,
    ) -> None:
        """Store the request of a set_charging_profile that was accepted."""
        wanted = asked["schedule"]
        if (
            asked.get("recurrence") is None
            or not isinstance(wanted[0].start, time)
            or profile.schedules[0].local_time
        ):
            # Dates, and seconds from now, stand for fixed moments: there is nothing to
            # update. One in local time keeps to it by itself (2.1).
            record = None
        else:
            record = {
                "connector": number,
                "periods": [
                    {"start": one.start.isoformat(), "limit": one.limit}
                    | ({} if one.phases is None else {"phases": one.phases})
                    for one in wanted
                ],
                "recurrence": asked["recurrence"],
                "unit": profile.schedules[0].unit,
                "level": profile.stack_level,
                "valid_from": _text(asked.get("valid_from")),
                "valid_to": _text(asked.get("valid_to")),
                "offset": _offset(),
            }
        self._set(charger, str(profile.id), record)

    def _records(self, charger: Charger) -> dict[str, Any]:
        return dict(self._memory.get(charger.charge_point.id, _RECORDS) or {})

    def _set(self, charger: Charger, key: str, record: Any) -> None:
        records = self._records(charger)
        if record is None:
            records.pop(key, None)
        else:
            records[key] = record
        if records != self._records(charger):
            self._memory.async_set(charger.charge_point.id, _RECORDS, records)

    @callback
    def _look(self, _now: datetime) -> None:
        for charger in self._subscriptions:
            self._mind(charger)

    def _mind(self, charger: Charger) -> None:
        """Send schedules again if the offset changed; delete those that are gone."""
        charge_point = charger.charge_point
        if not charge_point.ready or charge_point.id in self._busy:
            return
        there = {
            (str(one["id"]), one["connector_id"])
            for one in charge_point.profile_methods.user_profiles.records()
        }
        moved = {}
        for key, record in self._records(charger).items():
            if (key, record["connector"]) not in there:
                self._set(charger, key, None)
            elif record["offset"] != _offset():
                moved[key] = record
        if moved:
            self._busy.add(charge_point.id)
            self._entry.async_create_background_task(
                self._hass,
                self._move(charger, moved),
                f"{DOMAIN} schedules of {charge_point.id}",
            )

    async def _move(self, charger: Charger, moved: Mapping[str, Any]) -> None:
        try:
            for key, record in moved.items():
                offset = _offset()
                await charger.charge_point.commands.set_charging_profile(
                    connector_id=record["connector"],
                    charging_profile=_drawn(key, record),
                )
                self._set(charger, key, record | {"offset": offset})
        except CsmsError as err:
            # It is retried in an hour, and when the charger connects.
            LOGGER.debug("A schedule of %s was not moved: %s", charger.name, err)
        finally:
            self._busy.discard(charger.charge_point.id)
