"""The live state of all places to charge, for whoever listens.

While nobody listens, nothing is watched and nothing computed. What changes within a
second is told together, and only what differs from what was told before.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util.hass_dict import HassKey

from ..chargers.component import guarded
from ..const import DOMAIN, LOGGER
from ..hub import OcppConfigEntry
from .connectors import WATCHED, connector_data
from .houses import house_data
from .places import Place, loaded, places_of

_LIVE: HassKey[Live] = HassKey(f"{DOMAIN}_live")
_AT_ONCE_S: Final = 0.05
"""What belongs together comes within this time."""
_INTERVAL_S: Final = 1.0
"""The least time between two events."""
_LOOK: Final = timedelta(seconds=30)
"""What changes without telling, such as a price, is looked at so often."""

type Key = tuple[str, str, int]


@dataclass(eq=False, kw_only=True)
class Listener:
    """Someone who listens, and what they may know of."""

    user: User
    send: Callable[[dict[str, Any]], None]
    entry_id: str | None
    """The only server that they want; None for all."""
    known: frozenset[Key] = frozenset()
    """The connectors that they were told."""

    def may_read(self, place: Place) -> bool:
        """Return whether they want a connector and may read it."""
        return self.entry_id in {
            None,
            place.entry.entry_id,
        } and place.entities.readable_by(self.user)


@dataclass(kw_only=True)
class _Server:
    """A server that is watched, and what was told of it."""

    entry: OcppConfigEntry
    places: dict[Key, Place]
    frame: dict[str, Any]
    """What is told of it, but its house and connectors."""
    house: dict[str, Any]
    connectors: dict[Key, dict[str, Any]]
    ends: list[Callable[[], None]] = field(default_factory=list)

    def end(self) -> None:
        """Stop watching."""
        while self.ends:
            self.ends.pop()()


class Live:
    """Watches the servers while anybody listens."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without listeners."""
        self._hass = hass
        self._listeners: dict[Listener, None] = {}
        self._servers: dict[str, _Server] = {}
        self._ends: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._told_at = float("-inf")
        """The time of the last event, by the loop's clock."""
        self._changed: set[Key] = set()
        self._houses: set[str] = set()
        self._anew = False
        """True if servers, chargers, devices or entities may have changed."""
        self._failed = False
        """True if that could not be told."""

    @property
    def is_listened_to(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    @callback
    def async_listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener everything, and then what changes.

        Returns:
            A function that ends it.
        """

        @callback
        def end() -> None:
            self._listeners.pop(listener, None)
            if not self._listeners:
                self._end()

        try:
            if not self._listeners:
                self._begin()
            elif self._anew or self._changed or self._houses:
                self._tell()
            self._listeners[listener] = None
            self._tell_all(listener)
        except BaseException:
            # Nobody can end it but who gets the function.
            end()
            raise
        return end

    def _begin(self) -> None:
        hass = self._hass

        @callback
        def registry_changed(event: Event[Any]) -> None:
            self._look_anew()

        @callback
        def entry_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
            if entry.domain == DOMAIN:
                self._look_anew()

        self._ends = [
            hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, registry_changed),
            hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, registry_changed),
            hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, registry_changed),
            async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed),
            async_track_time_interval(
                hass, self._look, _LOOK, name=f"{DOMAIN} live", cancel_on_shutdown=True
            ),
        ]
        self._watch()

    def _end(self) -> None:
        """Stop to watch, as nobody listens any more."""
        while self._ends:
            self._ends.pop()()
        for server in self._servers.values():
            server.end()
        self._servers.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._changed.clear()
        self._houses.clear()
        self._anew = self._failed = False

    # What changes.

    @callback
    def _look(self, _now: datetime) -> None:
        self._anew |= self._failed
        for server in self._servers.values():
            self._changed.update(server.places)
            self._houses.add(server.entry.entry_id)
        self._tell_soon()

    def _look_anew(self) -> None:
        self._anew = True
        self._tell_soon()

    def _watch(self) -> None:
        """Watch all servers that run, and note what there is to tell of them.

        If that fails, those that were watched still are.
        """
        found: dict[str, _Server] = {}
        try:
            for entry in loaded(self._hass):
                server = found[entry.entry_id] = self._server(entry)
                self._follow(server)
        except BaseException:
            for server in found.values():
                server.end()
            raise
        before, self._servers = self._servers, found
        for server in before.values():
            server.end()

    def _server(self, entry: OcppConfigEntry) -> _Server:
        hass, hub = self._hass, entry.runtime_data
        places = {place.key: place for place in places_of(hass, entry)}
        return _Server(
            entry=entry,
            places=places,
            frame={
                "entry_id": entry.entry_id,
                "title": entry.title,
                "currency": hub.prices.currency,
                "vehicles": [
                    {
                        "id": one.id,
                        "name": one.name,
                        "icon": one.icon,
                        "picture": one.picture,
                        "capacity_kwh": one.capacity_kwh,
                    }
                    for one in hub.vehicles.all()
                ],
            },
            house=self._house(entry, places.values()),
            connectors={key: connector_data(one) for key, one in places.items()},
        )

    def _follow(self, server: _Server) -> None:
        """Note what changes of a server, from now on."""
        hass, hub = self._hass, server.entry.runtime_data
        places = server.places
        for place in places.values():
            server.ends.append(place.connector.watch(WATCHED, self._noting(place.key)))
        for charger in hub.chargers.values():
            keys = [key for key, one in places.items() if one.charger is charger]
            server.ends += [
                charger.charge_point.watch(("connected",), self._noting(*keys)),
                charger.charge_point.watch(("connectors",), self._look_anew),
            ]
        entry_id = server.entry.entry_id

        @callback
        def house_changed(_event: object = None) -> None:
            self._houses.add(entry_id)
            self._tell_soon()

        server.ends.append(hub.charge_control.watch_house(house_changed))
        server.ends.append(hub.prices.listen(house_changed))
        server.ends.append(
            async_track_state_change_event(
                hass, hub.charge_control.meter_ids, house_changed
            )
        )

    def _noting(self, *keys: Key) -> Callable[[], None]:
        def note() -> None:
            self._changed.update(keys)
            self._houses.update(key[0] for key in keys)
            self._tell_soon()

        return note

    def _house(self, entry: OcppConfigEntry, places: Iterable[Place]) -> dict[str, Any]:
        hub = entry.runtime_data
        return house_data(
            entry,
            hub.charge_control,
            [place.connector for place in places],
            hub.prices.rate("", None),
        )

    # What is told.

    def _tell_soon(self) -> None:
        if self._timer is not None or not self._listeners:
            return
        loop = self._hass.loop
        delay = max(_AT_ONCE_S, self._told_at + _INTERVAL_S - loop.time())
        self._timer = loop.call_later(delay, self._tell)

    @callback
    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._told_at = self._hass.loop.time()
        anew, self._anew = self._anew, False
        try:
            if anew:
                self._failed = True
                self._tell_anew()
                self._failed = False
            else:
                self._tell_changes()
        # One that cannot be told must not end it for all.
        except Exception:  # noqa: BLE001
            LOGGER.exception("The live state cannot be told")
            if anew:
                # What changed where it was watched before is told all the same.
                self._tell_soon()

    def _tell_anew(self) -> None:
        before = {
            entry_id: (server.frame, server.house, server.connectors)
            for entry_id, server in self._servers.items()
        }
        self._watch()
        self._changed.clear()
        self._houses.clear()
        after = {
            entry_id: (server.frame, server.house, server.connectors)
            for entry_id, server in self._servers.items()
        }
        if before != after:
            for listener in list(self._listeners):
                self._tell_all(listener)

    def _tell_changes(self) -> None:
        changed, self._changed = self._changed, set()
        houses, self._houses = self._houses, set()
        told: list[tuple[Place, dict[str, Any]]] = []
        told_houses: list[dict[str, Any]] = []
        for server in self._servers.values():
            for key in server.places.keys() & changed:
                place = server.places[key]
                with guarded("Telling the live state", place.charger.name):
                    data = connector_data(place)
                    if data != server.connectors[key]:
                        server.connectors[key] = data
                        told.append((place, data))
            if server.entry.entry_id in houses:
                with guarded("Telling the live state", server.entry.title):
                    house = self._house(server.entry, server.places.values())
                    if house != server.house:
                        server.house = house
                        told_houses.append(house)
        if not told and not told_houses:
            return
        for listener in list(self._listeners):
            event: dict[str, Any] = {}
            if connectors := [
                data for place, data in told if place.key in listener.known
            ]:
                event["connectors"] = connectors
            entries = {key[0] for key in listener.known}
            if own := [one for one in told_houses if one["entry_id"] in entries]:
                event["houses"] = own
            if event:
                listener.send(event)

    def _tell_all(self, listener: Listener) -> None:
        """Tell a listener of everything that they may read.

        The house of a server is for those who may read one of its connectors.
        """
        known: set[Key] = set()
        servers = []
        for server in self._servers.values():
            readable = [
                key for key, place in server.places.items() if listener.may_read(place)
            ]
            if not readable and not (
                listener.user.is_admin
                and listener.entry_id in {None, server.entry.entry_id}
            ):
                continue
            known.update(readable)
            servers.append(
                {
                    **server.frame,
                    "house": server.house,
                    "connectors": [server.connectors[key] for key in readable],
                }
            )
        listener.known = frozenset(known)
        listener.send({"servers": servers})


@callback
def async_live(hass: HomeAssistant) -> Live:
    """Return what tells the live state."""
    if (live := hass.data.get(_LIVE)) is None:
        live = hass.data[_LIVE] = Live(hass)
    return live
