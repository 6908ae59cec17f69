"""Which vehicle is where, from what connectors and vehicles tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.vehicles.model import GUEST, Vehicle
from custom_components.ocpp_cs.vehicles.recognition import (
    Place,
    Plugged,
    Source,
    recognise,
)
from custom_components.ocpp_cs.vehicles.subentries import identity_key, told_identity

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

ZOE = Vehicle(id="zoe", name="Zoe", id_tags=("anna",))
IONIQ = Vehicle(id="ioniq", name="Ioniq", identities=("0123",))
VAN = Vehicle(id="van", name="Van")
ALL = (ZOE, IONIQ, VAN)


def place(key: str = "a", ago: float = 300, **more: Any) -> Place:
    """Return a place where something was plugged in some seconds ago, as was seen."""
    place = Place(key=key, since=NOW - ago * SECOND, is_exact=True)
    for name, value in more.items():
        setattr(place, name, value)
    if "identities" in more:
        place.identities = dict.fromkeys(more["identities"])
    return place


def found(
    *places: Place, vehicles: tuple[Vehicle, ...] = ALL, **ago: float | None
) -> list[tuple[str | None, Source]]:
    """Return what is at the places; `ago` tells since when a vehicle is plugged in.

    None is a vehicle that says that it is not.
    """
    plugged = {
        name: Plugged(is_on=False)
        if seconds is None
        else Plugged(is_on=True, since=NOW - seconds * SECOND)
        for name, seconds in ago.items()
    }
    answers = recognise(places, vehicles, plugged, NOW)
    return [answers[place.key] for place in places]


def test_nothing_is_nowhere() -> None:
    assert found(Place(key="a", last="zoe")) == [(None, Source.NONE)]
    assert found(place(last="zoe"), vehicles=()) == [(None, Source.NONE)]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, (GUEST, Source.GUESS)),
        ({"last": "van"}, ("van", Source.GUESS)),
        ({"last": "gone"}, (GUEST, Source.GUESS)),
        ({"tag": "anna"}, ("zoe", Source.TAG)),
        ({"tag": "anna", "last": "van"}, ("zoe", Source.TAG)),
        ({"identities": ["0123"], "last": "van"}, ("ioniq", Source.TAG)),
        # What means two vehicles means none.
        ({"tag": "anna", "identities": ["0123"]}, (GUEST, Source.GUESS)),
        # The car itself knows better than a card, which may be lent.
        (
            {"tag": "anna", "identities": ["0123"], "evccid": "0123"},
            ("ioniq", Source.IDENTITY),
        ),
        ({"tag": "anna", "identities": ["99"], "evccid": "99"}, ("zoe", Source.TAG)),
        ({"chosen": "van", "evccid": "0123"}, ("van", Source.HAND)),
        # A strange card is not that of a vehicle that has its own.
        ({"tag": "ben", "last": "zoe"}, (GUEST, Source.GUESS)),
        ({"tag": "ben", "last": "van"}, ("van", Source.GUESS)),
        ({"identities": ["99"], "last": "ioniq"}, (GUEST, Source.GUESS)),
        ({"identities": ["99"], "last": "zoe"}, ("zoe", Source.GUESS)),
        ({"chosen": "van", "tag": "anna"}, ("van", Source.HAND)),
        ({"chosen": GUEST, "tag": "anna"}, (GUEST, Source.HAND)),
        ({"chosen": "gone", "tag": "anna"}, ("zoe", Source.TAG)),
        # What its entity told stays when that says something else.
        ({"vehicle": "van", "source": Source.ENTITY}, ("van", Source.ENTITY)),
        (
            {"vehicle": "zoe", "source": Source.ENTITY, "tag": "ben"},
            (GUEST, Source.GUESS),
        ),
    ],
)
def test_the_strongest_evidence_decides(
    evidence: dict[str, Any], expected: tuple[str, Source]
) -> None:
    assert found(place(**evidence)) == [expected]


def test_the_only_one_is_expected() -> None:
    assert found(place(), vehicles=(VAN,)) == [("van", Source.GUESS)]
    assert found(place(tag="ben"), vehicles=(ZOE,)) == [(GUEST, Source.GUESS)]


@pytest.mark.parametrize(
    ("zoe", "expected"),
    [
        (300, ("zoe", Source.ENTITY)),
        (300 + 120, ("zoe", Source.ENTITY)),
        (300 + 121, (GUEST, Source.GUESS)),
        (300 - 120, ("zoe", Source.ENTITY)),
        # It tells late what can be at no other place.
        (5, ("zoe", Source.ENTITY)),
        (None, (GUEST, Source.GUESS)),
    ],
)
def test_what_is_plugged_in_together_belongs_together(
    zoe: float | None, expected: tuple[str, Source]
) -> None:
    assert found(place(), zoe=zoe) == [expected]


def test_two_in_question_are_none() -> None:
    assert found(place(last="van"), zoe=290, ioniq=310) == [("van", Source.GUESS)]


def test_of_two_places_it_is_the_nearer_one() -> None:
    here, there = place("a", ago=300), place("b", ago=240)
    assert found(here, there, zoe=250) == [
        (GUEST, Source.GUESS),
        ("zoe", Source.ENTITY),
    ]
    assert found(here, there, zoe=250, ioniq=305) == [
        ("ioniq", Source.ENTITY),
        ("zoe", Source.ENTITY),
    ]
    # Told late, it may be at either.
    assert found(here, there, zoe=5) == [(GUEST, Source.GUESS), (GUEST, Source.GUESS)]
    there.chosen = "van"
    assert found(here, there, zoe=5)[0] == ("zoe", Source.ENTITY)


def test_it_is_at_one_place_only() -> None:
    first, second = place("a", ago=300), place("b", ago=200)
    for each in (first, second):
        each.tag = "anna"
        each.last = "van"
    assert found(second, first) == [("van", Source.GUESS), ("zoe", Source.TAG)]
    second.chosen = "zoe"
    assert found(second, first) == [("zoe", Source.HAND), ("van", Source.GUESS)]
    first.tag = second.chosen = second.tag = None
    assert found(second, first) == [(GUEST, Source.GUESS), ("van", Source.GUESS)]


def test_who_says_that_it_is_away_is_believed_after_a_while() -> None:
    assert found(place(ago=120, last="zoe"), zoe=None) == [("zoe", Source.GUESS)]
    assert found(place(ago=121, last="zoe"), zoe=None) == [(GUEST, Source.GUESS)]


def test_after_a_restart_no_moment_was_seen() -> None:
    """Then it is enough that one vehicle, and one place, come into question."""
    here = place(ago=5)
    here.is_exact = False
    plugged = {"zoe": Plugged(is_on=True)}
    assert recognise([here], ALL, plugged, NOW) == {"a": ("zoe", Source.ENTITY)}
    plugged["van"] = Plugged(is_on=True)
    assert recognise([here], ALL, plugged, NOW) == {"a": (GUEST, Source.GUESS)}
    del plugged["van"]
    there = place("b", ago=3)
    there.is_exact = False
    assert recognise([here, there], ALL, plugged, NOW)["a"] == (GUEST, Source.GUESS)
    # It was plugged in while its charger was away, who knows when.
    assert found(here, zoe=4000) == [("zoe", Source.ENTITY)]


def test_only_the_last_identities_count() -> None:
    here = place()
    for number in range(10):
        here.tell(f"{number}")
    assert list(here.identities) == ["6", "7", "8", "9"]


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("01:23:45:67:89:ab", "0123456789AB", None),
        (" vid:0123-4567.89ab ", "0123456789AB", "0123456789AB"),
        ("EVCCID=0123 4567", "01234567", "01234567"),
        ("VIDEO", "VIDEO", None),
        ("", "", None),
    ],
)
def test_how_identities_are_spelt(text: str, key: str, told: str | None) -> None:
    assert identity_key(text) == key
    assert told_identity(text) == told
