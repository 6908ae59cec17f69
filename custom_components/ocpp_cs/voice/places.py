"""Connectors and vehicles, as people speak of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar

from ..api.places import Place, loaded, places_of
from ..chargers.charger import Charger
from ..csms.connector import Connector
from ..hub import Hub
from ..vehicles.model import Vehicle
from .sentences import plain
from .speech import Speech

_CONVERSATION: Final = "conversation"
CHARGING: Final = "switch.charging"
_CONNECTOR: Final = ("connector", "ladepunkt", "anschluss")
"""What the part of a charger is called that has a number."""
_ARTICLES: Final = frozenset(
    {
        *("the", "my", "our", "this", "der", "die", "das", "den", "dem", "des"),
        *("mein", "meine", "meinen", "meinem", "unser", "unsere", "unseren"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """A connector, as people speak of it."""

    place: Place
    name: str
    names: frozenset[str]
    """All names of the connector and its charger, as `plain` spells them."""
    areas: frozenset[str]
    vehicle: str | None
    """The name of the vehicle that is plugged in, if it is known."""
    by_vehicle: bool = True
    """Whether it is spoken of by its vehicle, where that is known."""

    @property
    def connector(self) -> Connector:
        """The connector."""
        return self.place.connector

    @property
    def charger(self) -> Charger:
        """Its charger."""
        return self.place.charger

    @property
    def hub(self) -> Hub:
        """The hub of its server."""
        return self.place.hub

    @property
    def entities(self) -> Mapping[str, str]:
        """Domain and key, such as `sensor.power` -> the id of the entity."""
        return self.place.entities.ids

    @property
    def label(self) -> str:
        """What it is called in a list, and in what can be said."""
        return (self.vehicle if self.by_vehicle else None) or self.name

    def car(self, speech: Speech) -> str:
        """Return what its car is called."""
        if self.by_vehicle and self.vehicle is not None:
            return self.vehicle
        return speech.car_at(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """What a sentence speaks of."""

    places: tuple[Spoken, ...]
    is_named: bool
    """False if it named nothing, and all places may be meant."""
    vehicle: Vehicle | None = None
    """The vehicle that was named."""


def all_places(hass: HomeAssistant, speech: Speech) -> list[Spoken]:
    """Return the connectors of all servers."""
    return [
        _spoken(hass, place, speech)
        for entry in loaded(hass)
        for place in places_of(hass, entry)
    ]


def is_exposed(hass: HomeAssistant, one: Spoken) -> bool:
    """Return whether the assistant may know a connector."""
    # Other entities, such as the charge mode, are not exposed unless the user does it.
    entity_id = one.entities.get(CHARGING)
    return entity_id is not None and async_should_expose(hass, _CONVERSATION, entity_id)


def all_names(hass: HomeAssistant) -> set[str]:
    """Return all names that a sentence may have, as their users spell them."""
    names: set[str] = set()
    for entry in loaded(hass):
        names.update(one.name for one in entry.runtime_data.vehicles.all())
        for place in places_of(hass, entry):
            names.update(_own_names(place), _area_names(hass, place))
    return {name for name in names if plain(name)}


def meant(
    hass: HomeAssistant, places: Iterable[Spoken], words: str | None, *, whole: bool
) -> Meant | None:
    """Return what a sentence speaks of.

    Args:
        hass: Home Assistant.
        places: The connectors that come into question.
        words: The words in which a name may be; None or empty without.
        whole: Whether they are all a name, and not a sentence with one.

    Returns:
        It, or None if the words are the name of nothing.
    """
    places = tuple(places)
    text = plain(words or "")
    if not text:
        return Meant(places=places, is_named=False)
    vehicles = _vehicles(hass)
    maps: tuple[Iterable[str], ...] = (
        vehicles,
        {name for one in places for name in one.names},
        {name for one in places for name in one.areas},
    )
    found = max(
        (name for each in maps for name in each if f" {name} " in f" {text} "),
        key=len,
        default=None,
    )
    if found is None and whole:
        # The beginning of a name is enough where nothing else has it.
        text = " ".join(one for one in text.split() if one not in _ARTICLES)
        found = next(
            (name for each in maps for name in sorted(each) if text and text in name),
            None,
        )
    if found is None:
        return None if whole else Meant(places=places, is_named=False)
    if (vehicle := vehicles.get(found)) is not None:
        return Meant(
            places=tuple(one for one in places if _has(one, vehicle)),
            is_named=True,
            vehicle=vehicle,
        )
    fitting = [one for one in places if found in one.names] or [
        one for one in places if found in one.areas
    ]
    return Meant(
        places=tuple(replace(one, by_vehicle=False) for one in fitting), is_named=True
    )


def _vehicles(hass: HomeAssistant) -> dict[str, Vehicle]:
    return {
        name: one
        for entry in loaded(hass)
        for one in entry.runtime_data.vehicles.all()
        if (name := plain(one.name))
    }


def _has(one: Spoken, vehicle: Vehicle) -> bool:
    return one.hub.vehicles.at(one.connector) == vehicle.id


def _spoken(hass: HomeAssistant, place: Place, speech: Speech) -> Spoken:
    vehicles = place.hub.vehicles
    return Spoken(
        place=place,
        name=_name(place, speech),
        names=_plain_all(_own_names(place)),
        areas=_plain_all(_area_names(hass, place)),
        vehicle=vehicles.name_of(vehicles.at(place.connector)),
    )


def _plain_all(names: Iterable[str]) -> frozenset[str]:
    return frozenset(text for name in names if (text := plain(name)))


def _name(place: Place, speech: Speech) -> str:
    charger, device, number = place.charger, place.device, place.connector.number
    if charger.has_several_connectors and device.name_by_user is None:
        return speech.say("connector", charger=charger.name, number=str(number))
    return charger.connector_place(number).replace(" · ", " ")


def _own_names(place: Place) -> Iterator[str]:
    charger, device, number = place.charger, place.device, place.connector.number
    yield charger.name
    yield charger.connector_name(number)
    yield charger.connector_place(number).replace(" · ", " ")
    yield from filter(None, (device.name_by_user, device.name))
    if charger.has_several_connectors:
        yield f"{charger.name} {number}"
        for word in _CONNECTOR:
            yield f"{charger.name} {word} {number}"


def _area_names(hass: HomeAssistant, place: Place) -> Iterator[str]:
    if place.area_id is not None and (
        area := ar.async_get(hass).async_get_area(place.area_id)
    ):
        yield area.name
        yield from area.aliases
