"""The vehicles of a server: which is at which connector, and what is known of each."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
import json
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.naming import identifier
from ..chargers.store import Memory
from ..charging.grid import percent_of
from ..const import CONF_CAPACITY, CONF_SOLAR, CONF_VEHICLE_SOC, CONF_VEHICLE_TARGET
from ..csms.connector import Connector
from ..csms.model.model import StopReason
from ..csms.model.tags import tag_key
from ..csms.outside.car_needs import CarNeeds
from ..csms.outside.connected_car import (
    told_capacity_kwh,
    told_departure,
    told_full_soc,
    told_soc,
)
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.transaction import TransactionKey
from ..exceptions import invalid
from .model import GUEST, Car, ConnectedVehicle, Vehicle
from .recognition import Place, Plugged, Source, recognise
from .subentries import identity_key, positive, told_identity, vehicles_of

_RECORD: Final = "vehicles"
_NO_NEEDS: Final = CarNeeds(told_at=datetime.min)
_IDENTITIES: Final = frozenset(
    {"evccid", "evmac", "evmacaddress", "macaddress", "vehicleid", "vid"}
)
"""The names, without case and separators, under which chargers tell an identity."""


@dataclass
class _Spot:
    """A connector that is followed."""

    charger: Charger
    connector: Connector
    place: Place
    session: TransactionKey | None = None
    """The last session that was seen here."""
    left: bool = False
    """True if the end of that session tells that the vehicle has left."""
    unwatch: list[Callable[[], None]] = field(default_factory=list)

    @property
    def form(self) -> Mapping[str, Any]:
        """What the form of the charger tells of the usual car."""
        return _form_of(self.charger)


class Vehicles(Component):
    """Knows which vehicle is at which connector.

    Watchable field of a connector: `vehicle`. `soc` is marked when the entity with the
    state of charge of its vehicle changes.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        ledger: Ledger,
        grown: Callable[[Charger], None],
    ) -> None:
        """Follow no connector yet.

        Args:
            memory: Keeps what is at the connectors over a restart.
            ledger: Has the sessions, whose vehicle is noted.
            grown: Called when there may be new entities of a charger.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._ledger = ledger
        self._grown = grown
        self._spots: dict[str, _Spot] = {}
        self._vehicles = vehicles_of(entry)
        self._plugged: dict[str, Plugged] = {}
        self._heard: dict[str, bool] = {}
        """The last valid state of the entities that say whether a vehicle is plugged in."""
        self._entities: tuple[str, ...] = ()
        self._unlisten: Callable[[], None] | None = None

    # The interface for other rooms.

    def all(self) -> list[Vehicle]:
        """Return the vehicles of the server."""
        return list(self._vehicles)

    def get(self, vehicle_id: str | None) -> Vehicle | None:
        """Return a vehicle; None for a guest and for one that was removed."""
        return next((one for one in self._vehicles if one.id == vehicle_id), None)

    def name_of(self, vehicle_id: str | None) -> str | None:
        """Return the name of a vehicle; None for a guest and for one that was removed."""
        vehicle = self.get(vehicle_id)
        return None if vehicle is None else vehicle.name

    def labels(self) -> dict[str, str]:
        """Return a name for each vehicle and for `GUEST`, by its id; no two are alike."""
        labels: dict[str, str] = {}
        for one in self._vehicles:
            label, count = one.name, 1
            while label == GUEST or label in labels.values():
                count += 1
                label = f"{one.name} ({count})"
            labels[one.id] = label
        return labels | {GUEST: GUEST}

    def offers(self, charger: Charger, connector: Connector) -> bool:
        """Return whether there are vehicles to choose, or were before a restart."""
        return bool(self._vehicles) or charger.was_registered(
            "vehicle", connector.number
        )

    def at(self, connector: Connector) -> str | None:
        """Return the id of the vehicle at a connector, or `GUEST`.

        It is None while nothing is plugged in, and as long as no vehicle was added.
        """
        spot = self._spots.get(_key(connector))
        return None if spot is None else spot.place.vehicle

    def source(self, connector: Connector) -> Source:
        """Return what the vehicle at a connector was recognised by."""
        spot = self._spots.get(_key(connector))
        return Source.NONE if spot is None else spot.place.source

    def plugged_since(self, connector: Connector) -> datetime | None:
        """Return since when something is plugged in: the same time is the same plug."""
        spot = self._spots.get(_key(connector))
        return None if spot is None else spot.place.since

    def car(self, charger: Charger, connector: Connector) -> Car:
        """Return what is known of the car at a connector, or of the one expected there.

        What its vehicle does not tell is taken from the form of the charger, except for
        a guest, and for what belongs to another vehicle.
        """
        spot = self._spots.get(_key(connector))
        place = Place(key="") if spot is None else spot.place
        form = _form_of(charger)
        vehicle_id = place.vehicle or (
            self._expected(place) if self._vehicles else None
        )
        vehicle = self.get(vehicle_id)
        if self._vehicles and vehicle is None:
            form = {}
        soc_entity, target_entity = self._entities_of(vehicle, form)
        needs = connector.needs or _NO_NEEDS
        capacity = positive(form.get(CONF_CAPACITY)) or told_capacity_kwh(connector)
        if vehicle is not None and vehicle.capacity_kwh is not None:
            capacity = vehicle.capacity_kwh
        return Car(
            id=place.vehicle,
            capacity_kwh=capacity,
            # What its user has said goes before what it has told itself.
            phases=(None if vehicle is None else vehicle.phases) or needs.phases,
            max_a=(None if vehicle is None else vehicle.max_a) or needs.max_a,
            # Who chose an entity does not trust what the charger tells.
            soc=told_soc(connector)
            if soc_entity is None
            else percent_of(self._hass, soc_entity),
            target=min(
                (
                    one
                    for one in (
                        percent_of(self._hass, target_entity),
                        None if vehicle is None else vehicle.limit_soc,
                        told_full_soc(connector),
                    )
                    if one is not None
                ),
                default=None,
            ),
            tells_soc=capacity is not None
            and (soc_entity is not None or _tells_soc(charger, connector)),
        )

    def connected(self) -> list[ConnectedVehicle]:
        """Return the cars that are plugged in and tell their id."""
        known = {one for vehicle in self._vehicles for one in vehicle.identities}
        return [
            ConnectedVehicle(
                evccid=car.evccid,
                label=f"{car.evccid} ({spot.charger.connector_place(number)})",
                capacity_kwh=told_capacity_kwh(spot.connector),
                vehicle_id=spot.place.vehicle,
                is_known=car.evccid in known,
            )
            for spot in self._spots.values()
            if (number := spot.connector.number)
            and (car := spot.connector.car) is not None
            and car.evccid is not None
        ]

    def soc(self, charger: Charger, connector: Connector) -> float | None:
        """Return the state of charge in % of the car at a connector.

        It is None without a car.
        """
        if connector.plugged_in is False:
            return None
        if connector.plugged_in is None and self.plugged_since(connector) is None:
            return told_soc(connector)
        return self.car(charger, connector).soc

    def may_tell_soc(self, charger: Charger) -> bool:
        """Return whether an entity tells the state of charge of a car at a charger."""
        form = _form_of(charger)
        return bool(form.get(CONF_VEHICLE_SOC)) or any(
            one.soc_entity for one in self._vehicles
        )

    def may_target_soc(self, charger: Charger, connector: Connector) -> bool:
        """Return whether a state of charge may be the target at a connector."""
        form = _form_of(charger)
        told = _tells_soc(charger, connector)
        return (
            bool(form.get(CONF_CAPACITY)) and (told or bool(form.get(CONF_VEHICLE_SOC)))
        ) or any(
            one.capacity_kwh and (told or one.soc_entity) for one in self._vehicles
        )

    @callback
    def async_choose(
        self, charger: Charger, connector: Connector, vehicle_id: str
    ) -> None:
        """Correct which vehicle is at a connector, which also moves the running session.

        Args:
            charger: The charger.
            connector: The connector.
            vehicle_id: The id of a vehicle, or `GUEST`.

        Raises:
            ServiceValidationError: Nothing is plugged in, or there is no such vehicle.
        """
        if vehicle_id != GUEST and self.get(vehicle_id) is None:
            raise invalid("vehicle_unknown", name=charger.name)
        place = self._follow(charger, connector).place
        if place.since is None:
            raise invalid("no_vehicle_plugged_in", name=charger.name)
        # It is in one place only: that it was chosen here corrects the others.
        for spot in self._spots.values():
            if spot.place.chosen == vehicle_id != GUEST:
                spot.place.chosen = None
        place.chosen = vehicle_id
        self._recognise()

    def diagnostics(self) -> dict[str, Any]:
        """Return vehicles, without what is private, and where they are."""
        return {
            "known": [
                asdict(replace(one, name="", picture=None, id_tags=(), identities=()))
                | {"tags": len(one.id_tags), "addresses": len(one.identities)}
                for one in self._vehicles
            ],
            "connectors": [
                {
                    "charger": spot.charger.charge_point.id,
                    "connector": spot.connector.number,
                    "vehicle": spot.place.vehicle,
                    "source": spot.place.source.name.lower(),
                    "since": spot.place.since,
                    "last": spot.place.last,
                    "car": asdict(self.car(spot.charger, spot.connector)),
                }
                for spot in self._spots.values()
            ],
        }

    # Adding and removing chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore what was plugged in, and follow the connectors of a charger."""
        charge_point = charger.charge_point
        records = self._memory.get(charge_point.id, _RECORD)
        for text, record in (records if isinstance(records, Mapping) else {}).items():
            if text.isdecimal() and int(text) and isinstance(record, Mapping):
                spot = self._follow(charger, charge_point.connector(int(text)))
                _load(spot.place, record)

        @callback
        def connectors() -> None:
            for number in charge_point.connector_numbers:
                self._follow(charger, charge_point.connectors[number])

        @callback
        def heard(kind: str, data: dict[str, Any]) -> None:
            if kind == "data_transfer" and data.get("direction") == "received":
                self._take_identity(charger, data)

        @callback
        def connected() -> None:
            if not charge_point.connected:
                self._lose_sight(charger)

        self._subscriptions.add(
            charger,
            charge_point.watch(("connectors",), connectors),
            charge_point.watch(("connected",), connected),
            charge_point.listen(heard),
        )
        connectors()
        self._listen()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following the connectors of a charger."""
        super().async_detach(charger)
        for key, spot in list(self._spots.items()):
            if spot.charger is charger:
                self._end(spot)
                del self._spots[key]
        self._recognise()

    @override
    @callback
    def async_update(self) -> None:
        """Apply changes of the vehicles in the config entry."""
        vehicles = vehicles_of(self._entry)
        if vehicles != self._vehicles:
            before = {one.id: one for one in self._vehicles}
            self._vehicles = vehicles
            for one in before.values():
                after = self.get(one.id)
                if after is None or after.plugged_entity != one.plugged_entity:
                    self._plugged.pop(one.id, None)
                    self._heard.pop(one.id, None)
            for spot in self._spots.values():
                place = spot.place
                if place.source > Source.GUESS and place.vehicle in before.keys() - {
                    one.id for one in vehicles
                }:
                    # It was known which one it is: none of the others.
                    place.chosen = GUEST
                self._take_session(spot)
                spot.connector.mark("vehicle", "soc")
            for charger in {spot.charger for spot in self._spots.values()}:
                self._grown(charger)
        self._listen()
        self._recognise()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Look again at vehicles that have not told anything in time, or have to leave."""
        now = dt_util.utcnow()
        for spot in self._spots.values():
            one = spot.connector
            if "departure" in one.told_of_car and told_departure(one, now) is None:
                # The time that was told is over.
                one.mark("car")
        if any(spot.place.source is Source.GUESS for spot in self._spots.values()):
            self._recognise()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop following; what is plugged in is stored."""
        super().async_stop()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten, self._entities = None, ()
        for spot in self._spots.values():
            self._end(spot)
        self._spots.clear()

    @staticmethod
    def _end(spot: _Spot) -> None:
        while spot.unwatch:
            spot.unwatch.pop()()

    def _follow(self, charger: Charger, connector: Connector) -> _Spot:
        key = _key(connector)
        if (spot := self._spots.get(key)) is None:
            spot = _Spot(charger=charger, connector=connector, place=Place(key=key))
            self._spots[key] = spot
            latest = connector.latest_transaction
            spot.session = None if latest is None else latest.key
            spot.unwatch.append(
                connector.watch(("status", "transaction"), lambda: self._changed(spot))
            )
            spot.unwatch.append(connector.watch(("car",), lambda: self._met(spot)))
        return spot

    # What tells of vehicles.

    def _listen(self) -> None:
        """Follow the entities of the vehicles, and those in the forms of the chargers."""
        entities = {
            entity_id
            for one in self._vehicles
            for entity_id in (one.soc_entity, one.target_entity, one.plugged_entity)
            if entity_id is not None
        } | {
            str(spot.form[CONF_VEHICLE_SOC])
            for spot in self._spots.values()
            if spot.form.get(CONF_VEHICLE_SOC)
        }
        wanted = tuple(sorted(entities))
        if wanted == self._entities:
            return
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        self._entities = wanted
        if wanted:
            self._unlisten = async_track_state_change_event(
                self._hass, wanted, self._told
            )
        for one in self._vehicles:
            if one.plugged_entity is not None and one.id not in self._plugged:
                self._take_plugged(one, self._hass.states.get(one.plugged_entity))

    @callback
    def _told(self, event: Event[EventStateChangedData]) -> None:
        """Handle an entity of a vehicle that has changed."""
        entity_id, state = event.data["entity_id"], event.data["new_state"]
        turned = False
        for one in self._vehicles:
            if one.plugged_entity == entity_id:
                turned |= self._take_plugged(one, state)
        if turned:
            self._recognise()
        for spot in self._spots.values():
            soc_entity, _ = self._entities_of(self.get(spot.place.vehicle), spot.form)
            if soc_entity == entity_id:
                spot.connector.mark("soc")

    def _take_plugged(self, vehicle: Vehicle, state: State | None) -> bool:
        """Note whether a vehicle is plugged in; return whether that has changed."""
        before = self._plugged.get(vehicle.id, Plugged())
        value = (
            None
            if state is None
            else {STATE_ON: True, STATE_OFF: False}.get(state.state)
        )
        since = before.since
        if value is not None:
            if value and self._heard.get(vehicle.id) is False:
                since = dt_util.utcnow()
            elif not value:
                since = None
            self._heard[vehicle.id] = value
        after = Plugged(is_on=value, since=since)
        self._plugged[vehicle.id] = after
        return after != before

    def _take_identity(self, charger: Charger, data: Mapping[str, Any]) -> None:
        """Note the identity of a vehicle that a charger told in a message of its own."""
        told = _identity_in(data.get("data"))
        spots = [spot for spot in self._spots.values() if spot.charger is charger]
        if told is None or not spots:
            return
        identity, number = told
        if number is None and len(spots) > 1:
            spots = [spot for spot in spots if spot.place.since is not None]
        elif number is not None:
            spots = [spot for spot in spots if spot.connector.number == number]
        if len(spots) == 1:
            spots[0].place.tell(identity)
            self._recognise()

    def _met(self, spot: _Spot) -> None:
        """Note the id that the vehicle at a connector tells."""
        car, place = spot.connector.car, spot.place
        told = None if car is None else car.evccid
        if told is not None and told != place.evccid and place.since is not None:
            place.tell_evccid(told)
            self._recognise()
            self._remember(spot.charger)

    def _changed(self, spot: _Spot) -> None:
        """Handle a change of a connector: something was plugged in or out, or charges."""
        place, connector = spot.place, spot.connector
        plugged = connector.plugged_in
        latest = connector.latest_transaction
        is_new = latest is not None and latest.key != spot.session
        if plugged is False:
            self._leave(spot)
        elif plugged and (place.since is None or (is_new and spot.left)):
            # A status of before tells that it was plugged in just now.
            exact = place.is_exact or place.since is not None
            self._leave(spot)
            place.since, place.is_exact = dt_util.utcnow(), exact
        if is_new and latest is not None:
            spot.session = latest.key
        spot.left = latest is not None and latest.reason == StopReason.EV_DISCONNECTED
        self._take_session(spot)
        self._met(spot)
        self._recognise()
        # The session may have begun just now.
        self._note(spot)

    def _lose_sight(self, charger: Charger) -> None:
        """Note that a charger has gone: when something is plugged in will not be seen."""
        for spot in self._spots.values():
            if spot.charger is charger and spot.place.since is None:
                spot.place.is_exact = False

    @staticmethod
    def _leave(spot: _Spot) -> None:
        place = spot.place
        place.since = place.tag = place.chosen = None
        # From now on the moment of a plug is seen.
        place.is_exact = True
        place.source = Source.NONE
        place.identities.clear()
        place.evccid = None

    def _take_session(self, spot: _Spot) -> None:
        """Note the tag of the session of what is plugged in."""
        place, latest = spot.place, spot.connector.latest_transaction
        if (
            place.since is None
            or latest is None
            or not latest.id_tag
            # One that was over before belongs to another vehicle.
            or (latest.end is not None and latest.end < place.since)
        ):
            return
        tag = tag_key(latest.id_tag)
        if tag == tag_key(spot.charger.charge_point.settings.id_tag):
            return
        identity = told_identity(latest.id_tag)
        if identity is None and any(
            identity_key(tag) in one.identities for one in self._vehicles
        ):
            identity = identity_key(tag)
        if identity is None:
            place.tag = tag
        else:
            place.tell(identity)

    # Which vehicle is where.

    def _recognise(self) -> None:
        """Find out which vehicle is where, and note what has changed."""
        spots = list(self._spots.values())
        if not self._vehicles and not any(spot.place.vehicle for spot in spots):
            return
        found = recognise(
            (spot.place for spot in spots),
            self._vehicles,
            self._plugged,
            dt_util.utcnow(),
        )
        for spot in spots:
            place = spot.place
            vehicle, source = found[place.key]
            is_other, is_surer = vehicle != place.vehicle, source is not place.source
            place.vehicle, place.source = vehicle, source
            if vehicle not in {None, GUEST} and source is not Source.GUESS:
                is_surer |= place.last != vehicle
                place.last = vehicle
            if is_other:
                self._note(spot)
                spot.connector.mark("vehicle", "soc")
            if is_other or is_surer:
                self._remember(spot.charger)

    def _note(self, spot: _Spot) -> None:
        """Note the vehicle in the books: in the sessions since it was plugged in."""
        place, connector = spot.place, spot.connector
        if place.vehicle is None or place.since is None:
            return
        noted = False
        for session in self._ledger.at_hand(connector.charge_point.id):
            if (
                session.connector_id == connector.number
                and (session.end is None or session.end > place.since)
                and session.vehicle != place.vehicle
                and not session.refused
                # A user has corrected it there.
                and not session.corrected_by_user
            ):
                self._ledger.annotate(session, vehicle=place.vehicle)
                noted = True
        if noted:
            # The connector has the session as it was before.
            connector.transaction_corrected()

    def _expected(self, place: Place) -> str | None:
        if place.last is not None and self.get(place.last) is not None:
            return place.last
        return self._vehicles[0].id if len(self._vehicles) == 1 else None

    def _entities_of(
        self, vehicle: Vehicle | None, form: Mapping[str, Any]
    ) -> tuple[str | None, str | None]:
        """Return the entities with the state of charge and with its target."""
        if vehicle is not None and vehicle.soc_entity is not None:
            return vehicle.soc_entity, vehicle.target_entity
        soc, target = form.get(CONF_VEHICLE_SOC), form.get(CONF_VEHICLE_TARGET)
        others = {one.soc_entity for one in self._vehicles if one is not vehicle}
        if soc in others:
            # The car in the form of the charger is another vehicle.
            soc = target = None
        if vehicle is not None and vehicle.target_entity is not None:
            target = vehicle.target_entity
        return soc, target

    def _remember(self, charger: Charger) -> None:
        self._memory.async_set(
            charger.charge_point.id,
            _RECORD,
            {
                str(spot.connector.number): record
                for spot in self._spots.values()
                if spot.charger is charger and (record := _record(spot.place))
            }
            or None,
        )


def _form_of(charger: Charger) -> Mapping[str, Any]:
    form: Mapping[str, Any] = charger.subentry.data.get(CONF_SOLAR) or {}
    return form


def _key(connector: Connector) -> str:
    return identifier(connector.charge_point.id, connector.number)


def _tells_soc(charger: Charger, connector: Connector) -> bool:
    """Return whether a charger gets the state of charge from the vehicle."""
    return (
        "soc" in connector.measurements
        or connector.soc_told
        or "soc" in connector.told_of_car
        or charger.was_registered("soc_target", connector.number)
    )


def _record(place: Place) -> dict[str, Any]:
    """Return what is stored of a place; empty if there is nothing to store."""
    if place.since is None:
        return {} if place.last is None else {"last": place.last}
    return {
        "last": place.last,
        "vehicle": place.vehicle,
        "source": place.source.name.lower(),
        "since": place.since.isoformat(),
        "exact": place.is_exact,
        "tag": place.tag,
        "chosen": place.chosen,
        "identities": list(place.identities),
        "evccid": place.evccid,
    }


def _load(place: Place, record: Mapping[str, Any]) -> None:
    """Restore a place; what is invalid is left out."""
    place.last = _text(record.get("last"))
    since = dt_util.parse_datetime(str(record.get("since")))
    if since is None or since.tzinfo is None:
        return
    place.since, place.is_exact = since, record.get("exact") is True
    place.vehicle, place.tag = _text(record.get("vehicle")), _text(record.get("tag"))
    place.chosen = _text(record.get("chosen"))
    place.source = next(
        (one for one in Source if one.name.lower() == record.get("source")), Source.NONE
    )
    identities = record.get("identities")
    for one in identities if isinstance(identities, list) else ():
        if isinstance(one, str):
            place.tell(one)
    if (told := _text(record.get("evccid"))) is not None:
        place.tell_evccid(told)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _identity_in(data: object) -> tuple[str, int | None] | None:
    """Return the identity of a vehicle in a message of a charger, and its connector."""
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return None
    if not isinstance(data, Mapping):
        return None
    named = {identity_key(str(key)).lower(): value for key, value in data.items()}
    number = named.get("connectorid")
    for name in sorted(_IDENTITIES & named.keys()):
        value = named[name]
        if isinstance(value, str) and (identity := identity_key(value)):
            return identity, number if isinstance(number, int) else None
    return None
