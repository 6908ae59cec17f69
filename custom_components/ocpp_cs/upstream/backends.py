"""The backends of a server: they follow its subentries and chargers."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component, guarded
from ..chargers.naming import unique_id
from ..chargers.platforms import Platforms
from ..csms.upstream.model import UpstreamSettings
from ..csms.upstream.station import VirtualStation
from ..csms.upstream.told.books import UpstreamBooks
from ..csms.upstream.upstreams import Upstreams
from .secrets import SecretStore
from .state import State
from .subentries import CONF_CHARGERS, CONF_SECRETS, settings_of, upstreams_of

_WAITING_S: Final = 2.0
"""Seconds after which the number of messages that wait is shown: most are sent at once."""

OVERRIDE_KEY: Final = "override_backend"
"""The key of the switch to charge although a backend allows nothing."""

type Place = tuple[str, str]
"""The id of a backend's subentry, and that of a charge point."""


class Backends(Component):
    """Has each adopted charger played for its backends."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        upstreams: Upstreams,
        books: UpstreamBooks,
        secrets: SecretStore,
    ) -> None:
        """Start without backends."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self.upstreams = upstreams
        self.books = books
        self.secrets = secrets
        # Backends that were removed while this server was not running are forgotten.
        self._known = {backend for backend, _ in books.places()}
        self._used_secrets = set(secrets.ids)
        self._listeners: list[Callable[[], None]] = []
        self._due: dict[Place, asyncio.TimerHandle] = {}
        self.states: dict[Place, State] = {}
        """What is shown of each charger at each of its backends."""
        upstreams.changed = self._stations_changed

    @callback
    def async_watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` when there are other chargers at backends, or other names."""
        self._listeners.append(listener)

    def places_of(self, backend: str) -> dict[str, State]:
        """Return the states of a backend by charge point."""
        return {
            charge_point_id: state
            for (one, charge_point_id), state in self.states.items()
            if one == backend
        }

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Play a charger for its backends."""
        self.upstreams.attach(charger.charge_point)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Play a charger no more; it was removed."""
        super().async_detach(charger)
        self.upstreams.detach(charger.charge_point.id)

    @override
    @callback
    def async_start(self) -> None:
        """Connect to the backends."""
        self._apply()

    @override
    @callback
    def async_update(self) -> None:
        """Apply what changed of the backends in the config entry."""
        self._apply()

    def _apply(self) -> None:
        subentries = upstreams_of(self._entry)
        present = {one.subentry_id for one in subentries}
        for gone in self._known - present:
            self.upstreams.forget(gone)
        self._known = present
        settings: list[UpstreamSettings] = []
        for one in subentries:
            with guarded("Reading the settings", one.title):
                settings.append(self.settings_of(one.subentry_id))
        self.upstreams.apply(settings)
        self._forget_left_out(subentries)
        used = {
            one.data[CONF_SECRETS] for one in subentries if CONF_SECRETS in one.data
        }
        self.secrets.async_forget(self._used_secrets - used)
        self._used_secrets = used
        self._tell()

    def _forget_left_out(self, subentries: Iterable[ConfigSubentry]) -> None:
        """Forget what waits of chargers that a backend is no longer told of.

        Those that are not adopted any more may come back.
        """
        told = {one.subentry_id: one.data.get(CONF_CHARGERS, ()) for one in subentries}
        for backend, charge_point_id in self.books.places():
            if backend in told and charge_point_id not in told[backend]:
                self.books.forget(backend, charge_point_id)

    def settings_of(self, backend: str) -> UpstreamSettings:
        """Return the settings of a backend."""
        subentry = self._entry.subentries[backend]
        key = subentry.data.get(CONF_SECRETS)
        return settings_of(
            self._entry,
            subentry,
            password=self.secrets.get(key).password,
            tls=self.secrets.context(key),
        )

    # What is shown.

    def _stations_changed(self) -> None:
        """Follow other stations."""
        stations = self.upstreams.stations
        for place in self.states.keys() - stations.keys():
            del self.states[place]
            if (due := self._due.pop(place, None)) is not None:
                due.cancel()
        for place, station in stations.items():
            state = self.states.setdefault(place, State())
            station.changed = partial(self._changed, station, state)
            state.async_take(station)
        self._tell()

    @callback
    def _changed(self, station: VirtualStation, state: State) -> None:
        if (
            station.connected is state.connected
            and station.trouble == state.trouble
            and station.outbox.last_confirmed == state.last_confirmed
        ):
            # Only the number of messages: the next one is a moment away.
            place = (station.settings.id, station.charge_point.id)
            if place not in self._due:
                self._due[place] = asyncio.get_running_loop().call_later(
                    _WAITING_S, self._take_later, place
                )
            return
        state.async_take(station)

    @callback
    def _take_later(self, place: Place) -> None:
        self._due.pop(place, None)
        state, station = self.states.get(place), self.upstreams.stations.get(place)
        if state is not None and station is not None:
            state.async_take(station)

    def _tell(self) -> None:
        for listener in self._listeners:
            with guarded("Showing", "backends"):
                listener()

    async def async_close(self) -> None:
        """Disconnect from the backends."""
        for due in self._due.values():
            due.cancel()
        self._due.clear()
        await self.upstreams.stop()


class Overrides(Component):
    """Adds the switches to charge although a backend allows nothing, where one may be."""

    def __init__(self, platforms: Platforms) -> None:
        """Start without chargers."""
        super().__init__()
        self._platforms = platforms
        self._offered: dict[str, bool] = {}

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow the ceilings of a charger."""
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(("ceiling",), lambda: self._look(charger)),
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a charger."""
        super().async_detach(charger)
        self._offered.pop(charger.charge_point.id, None)

    @override
    @callback
    def async_start(self) -> None:
        """Remove what is left of before the start."""
        for charger in self._subscriptions:
            self._look(charger)

    def _look(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        offered = charge_point.ceilings.may_override
        if self._offered.get(charge_point.id) is offered:
            return
        self._offered[charge_point.id] = offered
        if offered:
            self._platforms.async_grow(charger)
            return
        for number in charge_point.connector_numbers:
            own_id = unique_id(charge_point.id, OVERRIDE_KEY, number)
            self._platforms.async_remove(charger, number, "switch", own_id)
