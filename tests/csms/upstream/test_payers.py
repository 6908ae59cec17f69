"""Whom a session is told to, with which card, and who of them pays for it."""

from collections.abc import Callable
from dataclasses import replace
import random
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.authorization import AcceptEveryTag
from custom_components.ocpp_cs.csms.model.errors import PayerKnowsError
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.tags import tag_key
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.upstream.model import (
    Role,
    SessionChoice,
    UpstreamSettings,
)
from custom_components.ocpp_cs.csms.upstream.told.routing import (
    PRIVATE,
    SessionRouting,
    two_payers,
)
from tests.csms.client import Client
from tests.csms.test_central_system import meter_values, sample, until

from .backend import Backend
from .test_cards import Home, decides, owner, start

OWN, ALL = SessionChoice.OWN, SessionChoice.ALL


def upstream(name: str, tags: str = "", **more: Any) -> UpstreamSettings:
    """Return an upstream with cards, which pays."""
    settings: dict[str, Any] = {
        "id": name,
        "name": name,
        "url": "ws://x",
        "charge_points": frozenset({"CP1"}),
        "pays": True,
        "tags": frozenset(map(tag_key, tags.split())),
        **more,
    }
    return UpstreamSettings(**settings)


def session(id_tag: str = "", **more: Any) -> Transaction:
    """Return a session."""
    now = utcnow()
    fields: dict[str, Any] = {
        "id": "1",
        "seq": 1,
        "charge_point_id": "CP1",
        "connector_id": 1,
        "id_tag": id_tag,
        "start": now,
        "reported_start": now,
        "meter_start_wh": 0.0,
        **more,
    }
    return Transaction(**fields)


def names(
    routing: SessionRouting, one: Transaction, *upstreams: UpstreamSettings, **more: Any
) -> str:
    """Return whom a session is told to."""
    return " ".join(told.id for told in routing(one, upstreams, **more))


def test_a_card_goes_before_one_that_wants_all_sessions() -> None:
    routing = SessionRouting()
    both = upstream("all"), upstream("fleet", "COMPANY", sessions=OWN)
    assert names(routing, session("HOME"), *both) == "all"
    assert names(routing, session("company"), *both) == "fleet"
    assert names(routing, session(""), *both) == "all"
    assert routing.payer(session("HOME"), both[1:]) == PRIVATE
    assert routing.payer(session("HOME"), []) is None


def test_what_is_rewritten_or_was_accepted_is_a_card_too() -> None:
    routing = SessionRouting(lambda *told: told == ("a", "CP1", "ROAMING"))
    a = upstream("a", sessions=OWN, rewritten={"home": "FLEET7"})
    assert names(routing, session("HOME"), a) == "a"
    assert names(routing, session("ROAMING"), a) == "a"
    assert names(routing, session("OTHER"), a) == ""
    assert names(routing, session(""), a) == ""


def test_those_that_do_not_pay_are_told_beside_the_payer() -> None:
    routing = SessionRouting()
    listeners = (
        upstream("ere", pays=False),
        upstream("own", "X", pays=False, sessions=OWN),
    )
    payers = upstream("a"), upstream("b")
    assert names(routing, session("X"), *listeners, *payers) == "ere own a"
    routing.choose("CP1", 1, PRIVATE)
    assert names(routing, session("X"), *listeners, *payers) == "ere own"
    routing.choose("CP1", 1, "b")
    assert names(routing, session("Y"), *listeners, *payers) == "ere b"
    assert names(routing, session("Y", connector_id=2), *payers) == "a"
    routing.choose("CP1", 1, "gone")
    assert names(routing, session("Y"), *payers) == "a"
    routing.choose("CP1", 1, None)
    assert routing.choice("CP1", 1) is None


def test_who_has_started_a_session_has_it() -> None:
    routing = SessionRouting()
    both = upstream("a", "X"), upstream("b", sessions=OWN)
    routing.choose("CP1", 1, PRIVATE)
    assert names(routing, session("X"), *both, started_by="b") == "b"
    listener = upstream("c", pays=False, sessions=OWN)
    assert names(routing, session("X"), listener, started_by="c") == "c"


def test_what_was_decided_once_stays() -> None:
    routing = SessionRouting()
    both = upstream("a"), upstream("b")
    one = session("X")
    decided = replace(one, details=replace(one.details, payer="b"))
    assert names(routing, decided, *both) == "b"
    routing.choose("CP1", 1, PRIVATE)
    assert names(routing, decided, *both) == "b"
    gone = replace(one, details=replace(one.details, payer="gone"))
    assert names(routing, gone, *both) == ""


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        (upstream("a"), upstream("b"), True),
        (upstream("a"), upstream("b", pays=False), False),
        (upstream("a"), upstream("b", "X", sessions=OWN), False),
        (upstream("a", "X", sessions=OWN), upstream("b", "Y", sessions=OWN), False),
        (upstream("a", "X", sessions=OWN), upstream("b", "x", sessions=OWN), True),
        (upstream("a", "X"), upstream("b", "X Y", sessions=OWN), True),
        (
            upstream("a", "X", sessions=OWN),
            upstream("b", rewritten={"x": "Z"}, sessions=OWN),
            True,
        ),
        (
            upstream("a", "X", sessions=OWN),
            upstream("b", "LISTED", sessions=OWN),
            True,
        ),
        (upstream("a"), upstream("b", charge_points=frozenset({"CP2"})), False),
    ],
)
def test_two_that_would_bill_the_same_session(
    first: UpstreamSettings, second: UpstreamSettings, meet: bool
) -> None:
    def listed(name: str, charge_point_id: str) -> frozenset[str]:
        return frozenset({"listed"} if name == "a" else ())

    found = list(two_payers([first, second], listed))
    assert [(one.first.id, one.second.id, one.charge_point_id) for one in found] == (
        [("a", "b", "CP1")] if meet else []
    )


@pytest.mark.parametrize(
    ("id_tag", "without_card", "told"),
    [
        ("HOME", False, "FLEET7"),
        ("home", True, "FLEET7"),
        ("OTHER", False, "OTHER"),
        ("HASECRET", True, "SUN"),
        ("", False, "SUN"),
    ],
)
def test_the_card_that_it_is_told(id_tag: str, without_card: bool, told: str) -> None:
    settings = upstream("a", rewritten={"home": "FLEET7"}, default_tag="SUN")
    assert settings.told_tag(id_tag, without_card=without_card) == told


def test_the_id_tag_of_our_own_starts_is_told_to_nobody() -> None:
    assert upstream("a").told_tag("HASECRET", without_card=True) == ""


# Over sockets.


class Payers(Home):
    """A house with backends that pay."""

    def __init__(self) -> None:
        super().__init__(AcceptEveryTag())

    @property
    def session(self) -> Transaction:
        """The session."""
        (session,) = self.world.ledger.at_hand("CP1")
        return session

    def choose(self, choice: str | None) -> None:
        """Choose who pays at the connector."""
        self.upstreams.choose_payer("CP1", 1, choice)


def starts(backend: Backend) -> list[dict[str, Any]]:
    """Return the starts that a backend was told."""
    return backend.told("StartTransaction")


def take(number: int) -> Callable[[Any], dict[str, Any]]:
    """Return an answer that takes a start."""
    return lambda payload: {
        "transactionId": number,
        "idTagInfo": {"status": "Accepted"},
    }


async def stop(charger: Client, number: int) -> None:
    """End a session."""
    await charger.call(
        "StopTransaction",
        {
            "transactionId": number,
            "meterStop": 2003,
            "timestamp": utcnow().isoformat(),
        },
    )


async def test_from_private_to_the_company_in_the_middle_of_a_session() -> None:
    async with Backend() as fleet, Backend() as other, Payers() as house:
        fleet.answers["StartTransaction"] = take(7)
        house.backends(other, fleet, pays=True)
        await house.connected()
        house.choose(PRIVATE)
        async with house.world.client() as charger:
            await charger.boot()
            number = (await start(charger, "X"))["transactionId"]
            await until(lambda: house.session.details.payer == PRIVATE)
            await charger.call("MeterValues", meter_values(sample("2001")))
            assert not starts(fleet)
            # What was to be noted a moment ago does not undo a choice.
            house.upstreams.teller._note_payer(house.session.key, "backend0")
            assert house.session.details.payer == PRIVATE
            house.choose("backend1")
            assert house.session.details.payer == "backend1"
            await until(lambda: starts(fleet))
            (told,) = starts(fleet)
            # The start has its own time and its own meter reading.
            assert told["meterStart"] == 2000
            assert told["timestamp"][:23] == house.session.start.isoformat()[:23]
            await until(
                lambda: house.books.told("backend1", house.session.key).told_id  # type: ignore[union-attr]
            )
            await charger.call("MeterValues", meter_values(sample("2002")))
            assert house.session.register_wh == 2002
            assert house.session.details.payer == "backend1"
            with pytest.raises(PayerKnowsError):
                house.choose(PRIVATE)
            assert house.upstreams.routing.choice("CP1", 1) == "backend1"
            # By the card, it stays with who knows of it.
            house.choose(None)
            assert house.session.details.payer == "backend1"
            await stop(charger, number)
            await until(lambda: fleet.told("StopTransaction"))
        assert not starts(other)


async def test_what_was_not_sent_yet_is_taken_back() -> None:
    async with Backend() as fleet, Backend() as other, Payers() as house:
        fleet.refuse = lambda request: 503
        other.answers["StartTransaction"] = take(8)
        house.backends(fleet, other, pays=True)
        async with house.world.client() as charger:
            await charger.boot()
            await start(charger, "X")
            await until(lambda: house.session.details.payer == "backend0")
            house.choose("backend1")
            assert house.books.told("backend0", house.session.key) is None
            assert house.session.details.payer == "backend1"
            await until(lambda: starts(other))
            fleet.refuse = lambda request: None
            await house.connected()
            # It was told nothing of the session.
            await until(lambda: fleet.told("StatusNotification"))
            assert not starts(fleet)


async def test_who_is_told_stays_the_payer_although_that_was_not_noted() -> None:
    """As if we were killed before it was."""
    async with Backend() as fleet, Backend() as other, Payers() as house:
        fleet.answers["StartTransaction"] = take(7)
        house.backends(fleet, other, pays=True)
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            await start(charger, "X")
            await until(lambda: starts(fleet))
            house.world.ledger.annotate(house.session, payer=None)
            house.upstreams.routing.choose("CP1", 1, "backend1")
            house.upstreams.teller.look("CP1")
            await until(lambda: house.session.details.payer)
            assert house.session.details.payer == "backend0"
            assert house.books.told("backend1", house.session.key) is None


async def test_what_was_sent_is_not_taken_back_although_it_was_not_answered() -> None:
    async with Backend() as fleet, Payers() as house:
        fleet.answers["StartTransaction"] = None
        house.backends(fleet, pays=True)
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            await start(charger, "X")
            await until(lambda: starts(fleet))
            with pytest.raises(PayerKnowsError) as caught:
                house.choose(PRIVATE)
            assert caught.value.placeholders["backend"] == "Backend 0"


async def test_the_choice_is_for_the_next_sessions_and_of_one_connector() -> None:
    async with Backend() as fleet, Payers() as house:
        house.backends(fleet, pays=True, roles=frozenset({Role.AUTHORIZE}))
        await house.connected()
        house.choose(PRIVATE)
        async with house.world.client() as charger:
            await charger.boot()
            number = (await start(charger, "X"))["transactionId"]
            await until(lambda: house.session.details.payer == PRIVATE)
            await stop(charger, number)
            await until(lambda: house.session.end is not None)
            # A session that is over is not given to anybody any more.
            house.choose("backend0")
            assert house.session.details.payer == PRIVATE
        assert not starts(fleet)


async def test_without_a_payer_nothing_is_noted() -> None:
    async with Backend() as listener, Payers() as house:
        listener.answers["StartTransaction"] = take(9)
        house.backends(listener)
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            await start(charger, "X")
            await until(lambda: starts(listener))
            assert house.session.details.payer is None
            # One that begins to pay has the session that runs.
            house.backends(listener, pays=True)
            await until(lambda: house.session.details.payer == "backend0")
            assert len(starts(listener)) == 1


async def test_an_unknown_card_gives_the_session_to_who_has_accepted_it() -> None:
    async with Backend() as first, Backend() as second, Home(owner()) as house:
        first.answers["Authorize"] = decides()
        second.answers["Authorize"] = decides(ROAMING="Accepted")
        second.answers["StartTransaction"] = take(3)
        house.backends(first, second, pays=True, sessions=OWN, takes_unknown_tags=True)
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            answer = await start(charger, "ROAMING")
            assert answer["idTagInfo"]["status"] == "Accepted"
            await until(lambda: starts(second))
            (one,) = house.world.ledger.at_hand("CP1")
            await until(
                lambda: house.world.ledger.at_hand("CP1")[0].details.payer == "backend1"
            )
            assert house.books.told("backend0", one.key) is None


async def test_a_start_of_ours_is_told_with_the_default_tag_or_none() -> None:
    async with Backend() as fleet, Backend() as other, Payers() as house:
        house.backends(fleet, other)
        first, second = (
            station.settings for station in house.upstreams.stations.values()
        )
        house.upstreams.apply([replace(first, default_tag="SUN"), second])
        house.world.adopt("CP1", id_tag="HASECRET")
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            await start(charger, "hasecret ")
            await until(lambda: starts(fleet) and starts(other))
            assert starts(fleet)[0]["idTag"] == "SUN"
            assert starts(other)[0]["idTag"] == "unknown"


@pytest.mark.parametrize("seed", range(30))
def test_never_more_than_one_payer_is_told(seed: int) -> None:
    """Try random settings, cards, choices and starts."""
    chance = random.Random(seed)
    routing = SessionRouting(lambda *told: chance.random() < 0.3)
    for _ in range(100):
        upstreams = [
            upstream(
                f"u{number}",
                " ".join(chance.sample("ABCD", chance.randrange(4))),
                pays=chance.random() < 0.6,
                sessions=chance.choice((OWN, ALL)),
                rewritten={
                    tag_key(one): "Z" for one in "ABCD" if chance.random() < 0.2
                },
            )
            for number in range(chance.randrange(1, 5))
        ]
        payers = {one.id for one in upstreams if one.pays}
        routing.choose("CP1", 1, chance.choice((None, PRIVATE, "u0", "u1", "gone")))
        one = session(chance.choice(("", "A", "b", "E")))
        told = routing(
            one, upstreams, started_by=chance.choice((None, None, "u0", "u2"))
        )
        paid = payers & {known.id for known in told}
        assert len(paid) <= 1
        if len(paid) and routing.choice("CP1", 1) in payers:
            assert paid <= {routing.choice("CP1", 1), "u0", "u2"}
