"""The house asks the employer for its cards, and answers the charge point."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.access.authorization import (
    Authorization,
    AuthorizationStatus,
    Authorizer,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.tags import Tag, TagKind, tag_key
from custom_components.ocpp_cs.csms.schema.spelling import snake
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.asked.tag_list import (
    MOST_ENTRIES,
    ListEntry,
    TagList,
)
from custom_components.ocpp_cs.csms.upstream.memory import StationMemory
from custom_components.ocpp_cs.csms.upstream.model import Role, UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.pace import Pace
from custom_components.ocpp_cs.csms.upstream.speech import Decision
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from simulator import Generic
from tests.csms.client import Client
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, url
from tests.csms.test_central_system import until
from tests.csms.v2.station import V2Station, at, wh

from .backend import QUICK, Backend, House
from .pair import Pair

ACCEPTED = AuthorizationStatus.ACCEPTED
AUTHORIZE = frozenset({Role.AUTHORIZE})
COMPANY = frozenset({tag_key("COMPANY")})
PATIENT = replace(QUICK, answer=60.0, decision=60.0)


class Employer(Authorizer):
    """Decides by a dictionary, and remembers what it was asked for."""

    def __init__(self, **statuses: AuthorizationStatus) -> None:
        """Decide by `statuses`; other id tags are invalid."""
        self.statuses = statuses
        self.asked: list[str] = []

    @override
    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        if starting is None:
            self.asked.append(tag.id)
        return Authorization(
            status=self.statuses.get(tag.id, AuthorizationStatus.INVALID)
        )


def owner(*tags: KnownTag, policy: TagPolicy = TagPolicy.KNOWN) -> TagAuthorizer:
    """Return what decides for an owner who has entered some cards."""
    authorizer = TagAuthorizer(lambda: ())
    authorizer.rules = TagRules(tags=tags, policy=policy)
    return authorizer


HOME = KnownTag(id="HOME", name="Home")


def decides(**statuses: str) -> Any:
    """Return an answer to Authorize."""
    return lambda payload: {
        "idTagInfo": {"status": statuses.get(payload["idTag"].upper(), "Invalid")}
    }


class Home(House):
    """A house with a charge point, and backends that are scripted."""

    def __init__(self, authorizer: Authorizer) -> None:
        """Make it."""
        super().__init__(PATIENT, authorizer=authorizer)

    def backends(self, *backends: Backend, **more: Any) -> None:
        """Play the charge point for them."""
        if "CP1" not in self.world.central_system.charge_points:
            self.upstreams.attach(self.world.adopt("CP1"))
        self.upstreams.apply(
            UpstreamSettings(
                **{
                    "id": f"backend{number}",
                    "name": f"Backend {number}",
                    "url": one.url,
                    "charge_points": frozenset({"CP1"}),
                    "roles": AUTHORIZE,
                    **more,
                }
            )
            for number, one in enumerate(backends)
        )

    async def connected(self) -> None:
        """Wait until all backends have accepted the charge point."""
        await until(
            lambda: all(one.connected for one in self.upstreams.stations.values())
        )

    def memory(self, backend: int = 0) -> TagList:
        """Return what a backend has decided."""
        return self.upstreams.stations[f"backend{backend}", "CP1"].requests.tags


@asynccontextmanager
async def home(
    *backends: Backend, authorizer: Authorizer | None = None, **more: Any
) -> AsyncIterator[tuple[Home, Client]]:
    """Have a charge point connected, and its backends."""
    async with Home(authorizer or owner(HOME)) as house:
        house.backends(*backends, **more)
        await house.connected()
        async with house.world.client() as charger:
            await charger.boot()
            yield house, charger


async def present(charger: Client, id_tag: str) -> str:
    """Present a card; return the status in the answer."""
    answer = await charger.call("Authorize", {"idTag": id_tag})
    return str(answer["idTagInfo"]["status"])


async def start(charger: Client, id_tag: str, seconds: float = 0) -> dict[str, Any]:
    """Start a transaction; the meter shows more with each second."""
    answer: dict[str, Any] = await charger.call(
        "StartTransaction",
        {
            "connectorId": 1,
            "idTag": id_tag,
            "meterStart": 2000 + round(seconds),
            "timestamp": at(seconds),
        },
    )
    return answer


def asked(backend: Backend) -> list[str]:
    """Return for which cards a backend was asked."""
    return [one["idTag"] for one in backend.told("Authorize")]


async def test_a_card_of_the_employer_is_asked_there_and_answered_here() -> None:
    employer = Employer(COMPANY=ACCEPTED)
    async with Pair(house=owner(HOME), employer=employer) as pair:
        pair.attach(roles=AUTHORIZE, tags=COMPANY)
        (station,) = pair.upstreams.stations.values()
        async with Generic(url(pair.house), "CP1", **TIMES) as charger:
            await until(lambda: station.connected)
            assert await charger.authorize("COMPANY") == "Accepted"
            assert employer.asked == ["COMPANY"]
            # The cards of the house are nobody else's business.
            assert await charger.authorize("HOME") == "Accepted"
            assert await charger.authorize("OTHER") == "Invalid"
            assert employer.asked == ["COMPANY"]
            # The session that starts right after it needs no second question.
            await charger.plug(1)
            charger.start_transaction(charger.connector(1), "COMPANY")
            await until(lambda: pair.told)
            assert pair.ours[0].accepted
            assert employer.asked == ["COMPANY"]


@pytest.mark.parametrize(
    "status", ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
)
async def test_the_decision_is_passed_on_with_its_details(status: str) -> None:
    async with Backend() as backend:
        info = {
            "status": status,
            "expiryDate": "2040-01-02T00:00:00Z",
            "parentIdTag": "FLEET",
        }
        backend.answers["Authorize"] = {"idTagInfo": info}
        async with home(backend, tags=COMPANY) as (_, charger):
            answer = await charger.call("Authorize", {"idTag": "COMPANY"})
            assert answer == {"idTagInfo": info}


async def test_a_start_without_authorize_is_asked_too_but_one_of_the_past_is_not() -> (
    None
):
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        async with home(backend, tags=COMPANY) as (house, charger):
            # It began offline: it is answered at once, by the house.
            answer = await start(charger, "COMPANY", -600)
            assert answer["idTagInfo"]["status"] == "Invalid"
            assert not asked(backend)
            answer = await start(charger, "company")
            assert answer["idTagInfo"]["status"] == "Accepted"
            assert asked(backend) == ["company"]
            assert house.charge_point.connector(1).transaction is not None
            # What was decided then counts for the past as well.
            answer = await start(charger, "COMPANY", -900)
            assert answer["idTagInfo"]["status"] == "Accepted"
            assert asked(backend) == ["company"]


async def test_its_driver_may_end_a_session_without_another_question() -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        async with home(backend, tags=COMPANY) as (house, charger):
            await start(charger, "COMPANY")
            backend.answers["Authorize"] = decides(COMPANY="ConcurrentTx")
            house.memory().clear_cache()
            assert await present(charger, "COMPANY") == "Accepted"
            house.memory().note(
                Tag("COMPANY"), Decision(status=AuthorizationStatus.CONCURRENT_TX)
            )
            assert await present(charger, "COMPANY") == "Accepted"
            assert asked(backend) == ["COMPANY"]


async def test_while_it_cannot_be_asked_its_last_decision_counts_then_its_list() -> (
    None
):
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted", BAD="Blocked")
        async with home(backend, takes_unknown_tags=True) as (house, charger):
            assert await present(charger, "COMPANY") == "Accepted"
            assert await present(charger, "BAD") == "Blocked"
            tags = house.memory()
            listed = {"COMPANY": AuthorizationStatus.BLOCKED, "LISTED": ACCEPTED}
            assert (
                tags.send(
                    version=1,
                    full=True,
                    entries=[
                        ListEntry(id_tag=one, decision=Decision(status=status))
                        for one, status in listed.items()
                    ],
                )
                == "accepted"
            )
            await backend.stop()
            await until(lambda: not house.station.connected)
            assert await present(charger, "COMPANY") == "Accepted"
            assert await present(charger, "LISTED") == "Accepted"
            assert await present(charger, "BAD") == "Blocked"
            assert await present(charger, "NOBODY") == "Invalid"
            # What has expired counts no more.
            tags.note(Tag("LATE"), Decision(status=ACCEPTED, expires=utcnow()))
            assert await present(charger, "LATE") == "Invalid"
            tags.clear_cache()
            assert await present(charger, "COMPANY") == "Blocked"


@pytest.mark.parametrize(
    "pace",
    [replace(PATIENT, decision=0.05), replace(PATIENT, answer=0.05)],
    ids=["decision", "answer"],
)
async def test_one_that_says_nothing_costs_its_time_once(pace: Pace) -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = None
        async with Home(owner(HOME, policy=TagPolicy.EVERY)) as house:
            house.upstreams._pace = pace
            house.backends(backend, tags=COMPANY)
            await house.connected()
            async with house.world.client() as charger, asyncio.timeout(30):
                await charger.boot()
                assert await present(charger, "COMPANY") == "Accepted"
                assert asked(backend) == ["COMPANY"]
                answer = await start(charger, "COMPANY")
                assert answer["idTagInfo"]["status"] == "Accepted"
                assert asked(backend) == ["COMPANY"]


@pytest.mark.parametrize("answer", ["InternalError", {}, {"idTagInfo": 7}, {"a": 1}])
async def test_an_answer_that_makes_no_sense_is_none(answer: Any) -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = answer
        async with home(backend, tags=COMPANY) as (house, charger):
            assert await present(charger, "COMPANY") == "Invalid"
            assert house.station.connected


async def test_it_closes_the_connection_instead_of_an_answer() -> None:
    async with Backend() as backend:

        async def close(payload: Any) -> None:
            for one in list(backend.connections):
                await one.close()

        backend.answers["Authorize"] = close
        async with home(backend, tags=COMPANY) as (_, charger):
            assert await present(charger, "COMPANY") == "Invalid"


async def test_of_several_the_one_that_accepts_an_unknown_card_has_it() -> None:
    async with Backend() as first, Backend() as second, Backend() as silent:
        first.answers["Authorize"] = decides()
        second.answers["Authorize"] = decides(ROAMING="Accepted")
        silent.answers["Authorize"] = None
        async with home(first, second, silent, takes_unknown_tags=True) as (
            house,
            charger,
        ):
            # Nobody waits for the one that does not answer.
            assert await present(charger, "ROAMING") == "Accepted"
            assert asked(first) == asked(second) == ["ROAMING"]
            holds = house.upstreams.cards.holds
            assert [holds(f"backend{one}", "CP1", "roaming") for one in range(3)] == [
                False,
                True,
                False,
            ]
            assert await present(charger, "HOME") == "Accepted"
            assert asked(second) == ["ROAMING"]


async def test_what_the_owner_refuses_is_not_asked() -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        blocked = KnownTag(id="COMPANY", name="Company", blocked=True)
        async with home(backend, tags=COMPANY, authorizer=owner(blocked)) as (
            _,
            charger,
        ):
            assert await present(charger, "COMPANY") == "Blocked"
            assert not asked(backend)


async def test_without_the_role_nobody_is_asked() -> None:
    async with (
        Backend() as backend,
        home(backend, tags=COMPANY, takes_unknown_tags=True, roles=frozenset()) as (
            _,
            charger,
        ),
    ):
        assert await present(charger, "COMPANY") == "Invalid"
        assert not asked(backend)


async def test_a_card_at_a_2_0_1_station_is_asked_at_a_1_6_employer() -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted", BAD="Expired")
        async with Home(owner(HOME)) as house:
            house.backends(backend, tags=COMPANY | {"bad", "fleet"})
            await house.connected()
            async with V2Station.of(house.world) as station:
                await station.booted(house.world)
                answer = await station.call(
                    "Authorize", {"idToken": {"idToken": "BAD", "type": "ISO14443"}}
                )
                assert answer["idTokenInfo"]["status"] == "Expired"
                answer = await station.call("TransactionEvent", event("T1", "COMPANY"))
                assert answer["idTokenInfo"]["status"] == "Accepted"
                assert asked(backend) == ["BAD", "COMPANY"]
                # What happened offline is answered at once.
                answer = await station.call(
                    "TransactionEvent",
                    event("T0", "fleet", seconds=-5) | {"offline": True},
                )
                assert answer["idTokenInfo"]["status"] == "Invalid"
                assert asked(backend) == ["BAD", "COMPANY"]


def event(transaction_id: str, token: str, seconds: float = 0) -> dict[str, Any]:
    """Return the event with which a transaction begins."""
    return {
        "eventType": "Started",
        "timestamp": at(seconds),
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {
            "transactionId": transaction_id,
            "chargingState": "Charging",
        },
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": token, "type": "ISO14443"},
        "meterValue": [wh(100, context="Transaction.Begin", seconds=seconds)],
    }


# A start that the upstream refuses.


@pytest.mark.parametrize(
    ("policy", "status", "stops"),
    [
        (TagPolicy.KNOWN, "Blocked", True),
        (TagPolicy.EVERY, "Blocked", False),
        (TagPolicy.KNOWN, "ConcurrentTx", False),
    ],
)
async def test_a_refused_session_is_stopped_if_the_house_refuses_it_too(
    policy: TagPolicy, status: str, stops: bool
) -> None:
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        backend.answers["StartTransaction"] = {
            "transactionId": 7,
            "idTagInfo": {"status": status},
        }
        async with home(backend, tags=COMPANY, authorizer=owner(policy=policy)) as (
            house,
            charger,
        ):
            number = (await start(charger, "COMPANY"))["transactionId"]
            (session,) = house.world.ledger.at_hand("CP1")
            await until(
                lambda: (
                    (told := house.books.told("backend0", session.key)) is not None
                    and told.refused
                )
            )
            if stops:
                stops_told = await charger.wait_for("RemoteStopTransaction")
                assert stops_told == [{"transactionId": number}]
            else:
                await present(charger, "HOME")
                assert "RemoteStopTransaction" not in dict(charger.received)
            assert snake(status) in str(house.station.last_error)


# Its local list.


def entries(tags: Iterable[str]) -> list[ListEntry]:
    """Return entries that accept id tags."""
    return [ListEntry(id_tag=one, decision=Decision(status=ACCEPTED)) for one in tags]


async def test_the_employer_sends_a_local_list_and_clears_the_cache() -> None:
    async with Pair(house=owner(HOME), employer=Employer(COMPANY=ACCEPTED)) as pair:
        pair.attach(roles=AUTHORIZE, tags=COMPANY)
        (station,) = pair.upstreams.stations.values()
        await until(lambda: station.connected)
        commands = pair.employer.central_system.charge_points["CP1"].commands
        assert (await commands.get_local_list_version())["list_version"] == 0
        await commands.send_local_list(
            list_version=3,
            update_type="full",
            local_authorization_list=[
                {"id_tag": "A", "id_tag_info": {"status": "accepted"}},
                {"id_tag": "B", "id_tag_info": {"status": "blocked"}},
            ],
        )
        await commands.send_local_list(
            list_version=4,
            update_type="differential",
            local_authorization_list=[
                {"id_tag": "C", "id_tag_info": {"status": "expired"}},
                {"id_tag": "a"},
            ],
        )
        assert (await commands.get_local_list_version())["list_version"] == 4
        tags = station.requests.tags
        assert tags.keys == {"b", "c"}
        tags.note(Tag("COMPANY"), Decision(status=ACCEPTED))
        await commands.call("clear_cache")
        assert tags.decided("company") is None
        assert tags.keys == {"b", "c"}


async def test_without_the_role_there_is_no_local_list() -> None:
    async with Pair() as pair:
        pair.attach()
        (station,) = pair.upstreams.stations.values()
        await until(lambda: station.connected)
        commands = pair.employer.central_system.charge_points["CP1"].commands
        assert (await commands.get_local_list_version())["list_version"] == -1
        assert station.requests.tags.send(version=1, full=True, entries=[]) == "failed"
        assert not station.requests.tags.clear_cache()


def tag_list(books: UpstreamBooks) -> TagList:
    """Return the list of an upstream with the role."""
    settings = UpstreamSettings(id="up", name="Up", url="ws://x", roles=AUTHORIZE)
    return TagList(settings, StationMemory(books, "up", "CP1"))


def test_what_can_be_wrong_with_a_list_is_refused_and_changes_nothing() -> None:
    tags = tag_list(UpstreamBooks())
    assert tags.send(version=5, full=True, entries=entries("AB")) == "accepted"
    assert tags.send(version=5, full=False, entries=entries("C")) == "version_mismatch"
    assert tags.send(version=0, full=True, entries=entries("C")) == "failed"
    assert tags.send(version=-1, full=True, entries=entries("C")) == "failed"
    assert tags.send(version=6, full=False, entries=entries(["C", "c"])) == "failed"
    removal = [ListEntry(id_tag="A", decision=None)]
    assert tags.send(version=6, full=True, entries=removal) == "failed"
    many = entries(f"T{number}" for number in range(MOST_ENTRIES - 1))
    assert tags.send(version=6, full=False, entries=many) == "failed"
    assert tags.keys == {"a", "b"}
    assert tags.version == 5
    assert tags.send(version=6, full=False, entries=removal) == "accepted"
    assert tags.send(version=2, full=True, entries=many) == "accepted"
    assert tags.version == 2
    assert len(tags.keys) == MOST_ENTRIES - 1


async def test_decisions_are_kept_over_a_restart_but_never_those_of_key_codes(
    tmp_path: Path,
) -> None:
    writer = StoreWriter(tmp_path / "books.db")
    books = UpstreamBooks(writer)
    await writer.load()
    tags = tag_list(books)
    for number in range(300):
        tags.note(Tag(f"T{number}"), Decision(status=ACCEPTED))
    soon = utcnow() + timedelta(hours=1)
    tags.note(
        Tag("COMPANY"), Decision(status=ACCEPTED, expires=soon, parent_id_tag="FLEET")
    )
    tags.note(Tag("1234", TagKind.KEY_CODE), Decision(status=ACCEPTED))
    tags.send(version=1, full=True, entries=entries(["LISTED"]))
    assert tags.fresh("1234") is not None
    await books.save()
    await writer.close()
    assert b"1234" not in (tmp_path / "books.db").read_bytes()
    writer = StoreWriter(tmp_path / "books.db")
    books = UpstreamBooks(writer)
    await writer.load()
    tags = tag_list(books)
    assert tags.decided("company") == Decision(
        status=ACCEPTED, expires=soon, parent_id_tag="FLEET"
    )
    # They are asked for again, if possible.
    assert tags.fresh("company") is None
    assert tags.decided("1234") is None
    assert tags.listed("listed") == Decision(status=ACCEPTED)
    assert tags.decided("t0") is None
    assert tags.decided("t299") is not None
    await writer.close()


@pytest.mark.parametrize("stored", [7, [], {"tags": 3}, {"tags": {"a": [1, 2, 3]}}])
def test_a_memory_that_makes_no_sense_is_none(stored: Any) -> None:
    books = UpstreamBooks()
    memory = StationMemory(books, "up", "CP1")
    memory.put("tag_list", stored)
    memory.put("tag_decisions", stored)
    tags = tag_list(books)
    assert tags.version == 0
    assert tags.listed("a") is None
    assert tags.decided("a") is None


async def test_the_card_that_comes_after_the_cable_is_asked_too() -> None:
    """2.0.1: E02, the transaction begins when the vehicle is plugged in."""
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        async with Home(owner(HOME)) as house:
            house.backends(backend, tags=COMPANY)
            await house.connected()
            async with V2Station.of(house.world) as station:
                await station.booted(house.world)
                begun = event("T1", "COMPANY")
                del begun["idToken"]
                begun |= {"triggerReason": "CablePluggedIn"}
                begun["transactionInfo"] = {
                    "transactionId": "T1",
                    "chargingState": "EVConnected",
                }
                await station.call("TransactionEvent", begun)
                assert not asked(backend)
                more = event("T1", "COMPANY") | {"eventType": "Updated", "seqNo": 1}
                answer = await station.call("TransactionEvent", more)
                assert answer["idTokenInfo"]["status"] == "Accepted"
                assert asked(backend) == ["COMPANY"]
                await until(lambda: backend.told("StartTransaction"))
                assert backend.told("StartTransaction")[0]["idTag"] == "COMPANY"
                # Some repeat their token in each event.
                backend.answers["Authorize"] = decides()
                answer = await station.call(
                    "TransactionEvent", more | {"seqNo": 2, "timestamp": at()}
                )
                assert answer["idTokenInfo"]["status"] == "Accepted"
                assert asked(backend) == ["COMPANY"]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_an_employer_of_each_version_decides(version: str) -> None:
    employer = Employer(COMPANY=ACCEPTED, BAD=AuthorizationStatus.BLOCKED)
    async with Pair(house=owner(HOME), employer=employer) as pair:
        pair.attach(roles=AUTHORIZE, takes_unknown_tags=True, subprotocol=version)
        await until(lambda: pair.station.connected)
        async with pair.house.client() as charger:
            await charger.boot()
            assert await present(charger, "COMPANY") == "Accepted"
            assert await present(charger, "BAD") == "Blocked"
            assert await present(charger, "NOBODY") == "Invalid"
            assert await present(charger, "HOME") == "Accepted"
            assert employer.asked == ["COMPANY", "BAD", "NOBODY"]


async def test_a_card_that_is_entered_twice_is_asked_and_counts_without_an_answer() -> (
    None
):
    company = KnownTag(id="COMPANY", name="Company car")
    async with Backend() as backend:
        backend.answers["Authorize"] = decides()
        async with home(backend, tags=COMPANY, authorizer=owner(company)) as (
            house,
            charger,
        ):
            assert await present(charger, "COMPANY") == "Invalid"
            house.memory().clear_cache()
            await backend.stop()
            await until(lambda: not house.station.connected)
            assert await present(charger, "COMPANY") == "Accepted"


async def test_the_house_ends_too_many_sessions_with_a_card_of_the_employer() -> None:
    company = KnownTag(id="COMPANY", name="Company car", max_sessions=1)
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(COMPANY="Accepted")
        authorizer = owner(company)
        async with Home(authorizer) as house:
            authorizer._running = house.world.ledger.all_running
            house.backends(backend, tags=COMPANY)
            house.world.adopt("CP2")
            await house.connected()
            async with (
                house.world.client() as charger,
                house.world.client("CP2") as other,
            ):
                await charger.boot()
                await other.boot()
                await start(other, "COMPANY")
                answer = await start(charger, "COMPANY")
                assert answer["idTagInfo"]["status"] == "ConcurrentTx"


async def test_a_shortened_card_is_not_asked_as_it_may_be_that_of_another() -> None:
    card = "A" * 20
    long = KnownTag(id=card + "B", name="Long")
    async with Backend() as backend:
        backend.answers["Authorize"] = decides(**{card: "Accepted"})
        backend.answers["StartTransaction"] = {
            "transactionId": 1,
            "idTagInfo": {"status": "Accepted"},
        }
        async with home(
            backend, authorizer=owner(HOME, long), takes_unknown_tags=True
        ) as (_, charger):
            assert await present(charger, card) == "Accepted"
            assert await present(charger, card + "C") == "Invalid"
            assert asked(backend) == [card]
            await start(charger, card + "B")
            await until(lambda: backend.told("StartTransaction"))
            (told,) = backend.told("StartTransaction")
            assert told["idTag"] == "unknown"


@pytest.mark.parametrize("group", ["FAMILY", "family", "G" * 21, "G" * 500])
async def test_no_card_of_the_employer_is_in_a_group_of_the_house(group: str) -> None:
    """With its group, the charge point would let it end the sessions of the house."""
    house = owner(KnownTag(id="HOME", name="Home", parent="Family"))
    async with Backend() as backend:
        backend.answers["Authorize"] = {
            "idTagInfo": {"status": "Accepted", "parentIdTag": group}
        }
        async with home(backend, authorizer=house, takes_unknown_tags=True) as (
            _,
            charger,
        ):
            answer = await charger.call("Authorize", {"idTag": "THEIRS"})
            assert answer["idTagInfo"] == {"status": "Accepted"}
            answer = await charger.call("Authorize", {"idTag": "HOME"})
            assert answer["idTagInfo"]["parentIdTag"] == "Family"
            backend.answers["Authorize"] = {
                "idTagInfo": {"status": "Accepted", "parentIdTag": "THEIRGROUP"}
            }
            answer = await charger.call("Authorize", {"idTag": "OTHER"})
            assert answer["idTagInfo"]["parentIdTag"] == "THEIRGROUP"
