"""Which vehicle is at which connector: pure, from what each of them tells.

The strongest evidence decides: what the user chose, then the identity that the charger
told of the vehicle itself, then the tag of the session, which may be lent, then the
vehicle's own entity. Without any evidence it is a guess, which later evidence replaces.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from .model import GUEST, Vehicle

TOGETHER: Final = timedelta(minutes=2)
"""The time between a connector and its vehicle, which tell both of one plug."""
_MOST_IDENTITIES: Final = 4
"""The maximum number of identities that count during one plug."""


class Source(IntEnum):
    """What a vehicle was recognised by; the higher one is the stronger."""

    NONE = 0
    GUESS = 1
    ENTITY = 2
    TAG = 3
    """The tag of the session, or an identity that the charger sent as one."""
    IDENTITY = 4
    """The EVCCID that the vehicle told the charger (2.x: ConnectedEV)."""
    HAND = 5


@dataclass
class Place:
    """A connector, and what is plugged in there."""

    key: str
    vehicle: str | None = None
    """The id of the vehicle or `GUEST`; None while nothing is plugged in."""
    source: Source = Source.NONE
    since: datetime | None = None
    """When something was plugged in, as far as that is known."""
    is_exact: bool = False
    """True if that moment was seen."""
    chosen: str | None = None
    """The vehicle that the user chose for what is plugged in."""
    last: str | None = None
    """The last known vehicle that was here."""
    tag: str | None = None
    """The key of the tag of its session, unless it is the charger's own."""
    identities: dict[str, None] = field(default_factory=dict)
    """What the charger told of the vehicle: keys of EVCCID or MAC address."""
    evccid: str | None = None
    """The id that the vehicle at it tells at present; it is among the identities."""

    def tell(self, identity: str) -> None:
        """Note an identity that the charger told; of many the last ones count."""
        self.identities.pop(identity, None)
        self.identities[identity] = None
        if len(self.identities) > _MOST_IDENTITIES:
            del self.identities[next(iter(self.identities))]

    def tell_evccid(self, evccid: str) -> None:
        """Note the id of the vehicle that is there now, in place of another one."""
        if self.evccid not in {None, evccid}:
            # What was told of a vehicle that left unseen.
            self.identities.clear()
        self.evccid = evccid
        self.tell(evccid)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugged:
    """What the own entity of a vehicle tells."""

    is_on: bool | None = None
    """Whether it is plugged in, at whatever charger; None if that is unknown."""
    since: datetime | None = None
    """When it was plugged in, if that was seen."""


def recognise(
    places: Iterable[Place],
    vehicles: Collection[Vehicle],
    plugged: Mapping[str, Plugged],
    now: datetime,
) -> dict[str, tuple[str | None, Source]]:
    """Return for each place the vehicle there and what it was recognised by.

    Args:
        places: The connectors; nothing is plugged in where `since` is None.
        vehicles: The vehicles of the server.
        plugged: What their own entities tell, by the id of the vehicle.
        now: The present time.
    """
    every = list(places)
    found: dict[str, tuple[str | None, Source]] = {
        place.key: (None, Source.NONE) for place in every
    }
    if not vehicles:
        return found
    here = sorted(
        (place for place in every if place.since is not None),
        key=lambda place: place.since or now,
    )
    known = {vehicle.id: vehicle for vehicle in vehicles}
    taken: set[str] = set()

    def settle(place: Place, vehicle: str, source: Source) -> None:
        found[place.key] = vehicle, source
        taken.add(vehicle)
        here.remove(place)

    for place in list(here):
        if place.chosen is not None and place.chosen in {*known, GUEST}:
            settle(place, place.chosen, Source.HAND)
    for place in list(here):
        meant = [one.id for one in vehicles if place.evccid in one.identities]
        if len(meant) == 1 and meant[0] not in taken:
            settle(place, meant[0], Source.IDENTITY)
    for place in list(here):
        meant = [one.id for one in vehicles if _is_meant(one, place)]
        if len(meant) == 1 and meant[0] not in taken:
            settle(place, meant[0], Source.TAG)
    for place in list(here):
        if (
            place.source is Source.ENTITY
            and place.vehicle in known
            and place.vehicle not in taken
            and not _contradicts(known[place.vehicle], place)
        ):
            settle(place, place.vehicle, Source.ENTITY)
    for place, vehicle in _by_entity(here, vehicles, plugged, taken, now):
        settle(place, vehicle, Source.ENTITY)
    for place in list(here):
        guessed = _guess(place, known, plugged, taken, now)
        found[place.key] = guessed or GUEST, Source.GUESS
        if guessed is not None:
            taken.add(guessed)
    return found


def _is_meant(vehicle: Vehicle, place: Place) -> bool:
    """Return whether the tag or an identity at a place means a vehicle."""
    return place.tag in vehicle.id_tags or not place.identities.keys().isdisjoint(
        vehicle.identities
    )


def _contradicts(vehicle: Vehicle, place: Place) -> bool:
    """Return whether the tag or an identity at a place speaks against a vehicle."""
    return not _is_meant(vehicle, place) and (
        (place.tag is not None and bool(vehicle.id_tags))
        or (bool(place.identities) and bool(vehicle.identities))
    )


def _by_entity(
    here: Iterable[Place],
    vehicles: Iterable[Vehicle],
    plugged: Mapping[str, Plugged],
    taken: Collection[str],
    now: datetime,
) -> list[tuple[Place, str]]:
    """Return the places whose vehicle is known by its own entity.

    Where two vehicles come into question for one place, it is none of them.
    """
    places = list(here)
    coming: dict[str, list[str]] = {}
    for vehicle in vehicles:
        told = plugged.get(vehicle.id, Plugged())
        if not told.is_on or vehicle.id in taken:
            continue
        possible = [place for place in places if not _contradicts(vehicle, place)]
        if (place := _place_of(told, possible, now)) is not None:
            coming.setdefault(place.key, []).append(vehicle.id)
    return [
        (place, coming[place.key][0])
        for place in places
        if len(coming.get(place.key, ())) == 1
    ]


def _place_of(told: Plugged, places: Collection[Place], now: datetime) -> Place | None:
    """Return the place at which a vehicle is that says that it is plugged in."""
    exact = [place for place in places if place.is_exact]
    if told.since is not None:
        at = told.since
        near = [place for place in exact if abs(at - (place.since or now)) <= TOGETHER]
        if near:
            return min(near, key=lambda place: abs(at - (place.since or now)))
        # Some tell it late: it may be at any place where something was before.
        possible = [
            place for place in places if not place.is_exact or (place.since or now) < at
        ]
    else:
        # Neither moment was seen, as after a restart.
        possible = [place for place in places if not place.is_exact]
    return possible[0] if len(possible) == 1 else None


def _guess(
    place: Place,
    known: Mapping[str, Vehicle],
    plugged: Mapping[str, Plugged],
    taken: Collection[str],
    now: datetime,
) -> str | None:
    """Return the vehicle that is usually at a place; None if that is not here."""
    usual = place.last if place.last in known else None
    if usual is None and len(known) == 1:
        (usual,) = known
    if usual is None or usual in taken or _contradicts(known[usual], place):
        return None
    away = plugged.get(usual, Plugged()).is_on is False
    if away and now - (place.since or now) > TOGETHER:
        return None
    return usual
