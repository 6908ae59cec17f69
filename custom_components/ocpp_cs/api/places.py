"""The chargers and connectors of a server, with their devices and entities."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..actions.targets import find_charger
from ..chargers.charger import Charger
from ..chargers.naming import device_identifier, identifier
from ..const import DOMAIN
from ..csms.connector import Connector
from ..exceptions import invalid
from ..hub import Hub, OcppConfigEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Entities:
    """The enabled entities of a charger or connector."""

    ids: Mapping[str, str]
    """Domain and key, such as `sensor.power` -> the id of the entity."""
    hidden: tuple[str, ...] = ()
    """The keys of `ids` whose entities are hidden."""

    def readable_by(self, user: User) -> bool:
        """Return whether a user may read all of them."""
        if user.is_admin or user.permissions.access_all_entities(POLICY_READ):
            return True
        check = user.permissions.check_entity
        return bool(self.ids) and all(
            check(entity_id, POLICY_READ) for entity_id in self.ids.values()
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A connector, with its device and its entities."""

    entry: OcppConfigEntry
    charger: Charger
    connector: Connector
    device: dr.AnyDeviceEntry
    """The device of the connector; that of the charger if it has one connector."""
    area_id: str | None
    entities: Entities

    @property
    def hub(self) -> Hub:
        """The hub of its server."""
        return self.entry.runtime_data

    @property
    def key(self) -> tuple[str, str, int]:
        """The server, the charge point and the number."""
        connector = self.connector
        return self.entry.entry_id, connector.charge_point.id, connector.number


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargerPlace:
    """A charger, with its device, its own entities and its connectors."""

    charger: Charger
    device: dr.AnyDeviceEntry
    entities: Entities
    places: tuple[Place, ...]

    def readable_by(self, user: User) -> bool:
        """Return whether a user may read it with all of its connectors."""
        return (not self.entities.ids or self.entities.readable_by(user)) and all(
            place.entities.readable_by(user) for place in self.places
        )


def loaded(hass: HomeAssistant, entry_id: str | None = None) -> list[OcppConfigEntry]:
    """Return the servers that run; only that with the id `entry_id`, if it is given."""
    return [
        entry
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry_id in {None, entry.entry_id}
    ]


def chargers_of(hass: HomeAssistant, entry: OcppConfigEntry) -> list[ChargerPlace]:
    """Return the chargers of a server; not those whose device is disabled."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    by_prefix: dict[str, list[er.RegistryEntry]] = {}
    for one in registered:
        by_prefix.setdefault(one.unique_id.rpartition("/")[0], []).append(one)
    return [
        place
        for charger in entry.runtime_data.chargers.values()
        if (place := _charger(hass, entry, charger, by_prefix)) is not None
    ]


def places_of(hass: HomeAssistant, entry: OcppConfigEntry) -> list[Place]:
    """Return the connectors of a server; not those whose device is disabled."""
    return [place for one in chargers_of(hass, entry) for place in one.places]


def place_of(hass: HomeAssistant, user: User, device_id: str) -> Place:
    """Return the connector of a device that a user may read.

    Raises:
        ServiceValidationError: It is none, or the charger has several.
        Unauthorized: The user may not read all of its entities.
    """
    hub, charger, number = find_charger(hass, device_id)
    found = [
        place
        for entry in loaded(hass)
        if entry.runtime_data is hub
        for place in places_of(hass, entry)
        if place.charger is charger and number in {None, place.connector.number}
    ]
    if len(found) != 1:
        raise invalid("connector_missing", name=charger.name, field=ATTR_DEVICE_ID)
    if not found[0].entities.readable_by(user):
        raise Unauthorized
    return found[0]


def _charger(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    charger: Charger,
    by_prefix: Mapping[str, Iterable[er.RegistryEntry]],
) -> ChargerPlace | None:
    device = dr.async_get(hass).async_get(charger.device_id)
    if device is None or device.disabled_by is not None:
        return None
    charge_point = charger.charge_point
    return ChargerPlace(
        charger=charger,
        device=device,
        entities=_entities(by_prefix.get(identifier(charge_point.id), ())),
        places=tuple(_places(hass, entry, charger, device, by_prefix)),
    )


def _places(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    charger: Charger,
    device: dr.AnyDeviceEntry,
    by_prefix: Mapping[str, Iterable[er.RegistryEntry]],
) -> Iterator[Place]:
    charge_point = charger.charge_point
    registry = dr.async_get(hass)
    for number in charger.connector_numbers:
        own: dr.AnyDeviceEntry | None = device
        if charger.has_several_connectors:
            own = registry.async_get_child_device_by_identifier(
                device_identifier(charge_point.id, number), entry.entry_id
            )
        if own is None or own.disabled_by is not None:
            continue
        yield Place(
            entry=entry,
            charger=charger,
            connector=charge_point.connector(number),
            device=own,
            area_id=dr.async_get_effective_area_id(hass, own),
            entities=_entities(by_prefix.get(identifier(charge_point.id, number), ())),
        )


def _entities(registered: Iterable[er.RegistryEntry]) -> Entities:
    ids, hidden = {}, []
    for one in registered:
        if one.disabled_by is not None:
            continue
        key = f"{one.domain}.{one.unique_id.rpartition('/')[2]}"
        ids[key] = one.entity_id
        if one.hidden_by is not None:
            hidden.append(key)
    return Entities(ids=ids, hidden=tuple(hidden))
