"""The local list: what is on it, how it is sent, and what charge points say to that."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.authorization import (
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagRules,
)
from custom_components.ocpp_cs.csms.access.local_list import (
    Entries,
    SentList,
    UpdateType,
    changes,
    listed_tags,
    pieces,
)
from custom_components.ocpp_cs.csms.model.errors import (
    CallTimeoutError,
    InvalidRequestError,
    LocalListTooLongError,
    NoLocalListError,
    NotConnectedError,
    NotSupportedError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointSettings,
    ConfigurationKey,
)
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.commands import V16Commands
from tests.csms.client import Client, Json
from tests.csms.test_central_system import World, until
from tests.csms.test_commands import settled

LATER = datetime(2099, 1, 2, 3, 4, 5, 600000, UTC)
OK = {"status": "accepted"}
BAD = {"status": "blocked"}


class ListKeeper:
    """What a charge point does with its list; `refuse` is asked first."""

    def __init__(self) -> None:
        """Have no list."""
        self.version = 0
        self.entries: dict[str, Any] = {}
        self.refusals: list[str | None] = []
        self.sent: list[tuple[str, int, list[str]]] = []
        """The kinds, versions and tags of what came; `-` before those to remove."""

    def tell_version(self, _: Json) -> Json:
        """Answer GetLocalListVersion."""
        return {"listVersion": self.version}

    def take(self, payload: Json) -> Json:
        """Answer SendLocalList."""
        version, kind = payload["listVersion"], payload["updateType"]
        entries = payload.get("localAuthorizationList", [])
        self.sent.append(
            (
                kind,
                version,
                [
                    entry["idTag"] if "idTagInfo" in entry else f"-{entry['idTag']}"
                    for entry in entries
                ],
            )
        )
        if self.refusals and (refusal := self.refusals.pop(0)) is not None:
            return {"status": refusal}
        if kind == "Full":
            self.entries.clear()
        elif version <= self.version:
            return {"status": "VersionMismatch"}
        for entry in entries:
            self.entries.pop(entry["idTag"], None)
            if "idTagInfo" in entry:
                self.entries[entry["idTag"]] = entry["idTagInfo"]["status"]
        self.version = version
        return {"status": "Accepted"}


class Listed:
    """A connected charge point with a list, and what should be on it."""

    def __init__(self, world: World, client: Client, keeper: ListKeeper) -> None:
        """Want nothing on it."""
        self.world = world
        self.client = client
        self.keeper = keeper
        self.charge_point = world.central_system.charge_points["CP1"]
        self.list = self.charge_point.local_list
        self.tags: Entries = {}
        self.list.wanted = lambda: dict(self.tags)

    def want(self, *tags: str, info: dict[str, str] | None = None) -> None:
        """Want these tags on it."""
        self.tags = dict.fromkeys(tags, info or OK)

    def configure(self, readonly: bool = True, **values: str) -> None:
        """Let keys be known."""
        commands = self.charge_point.commands
        assert isinstance(commands, V16Commands)
        commands.note_configuration(
            ConfigurationKey(key=key, value=value, readonly=readonly)
            for key, value in values.items()
        )

    @property
    def sent(self) -> list[tuple[str, int, list[str]]]:
        """Return what came since the last look."""
        sent, self.keeper.sent = self.keeper.sent, []
        return sent


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture(name="box")
async def fixture_box(world: World) -> AsyncIterator[Listed]:
    """Return a charge point whose limits are known, and without a list."""
    keeper = ListKeeper()
    async with world.client(
        GetLocalListVersion=keeper.tell_version, SendLocalList=keeper.take
    ) as client:
        await settled(world, client)
        box = Listed(world, client, keeper)
        box.configure(LocalAuthListMaxLength="100", SendLocalListMaxLength="50")
        yield box


# What is on it.


def test_the_tags_that_mean_something_are_listed() -> None:
    authorizer = TagAuthorizer(lambda: ())
    past = datetime.now(UTC) - timedelta(days=1)
    authorizer.rules = TagRules(
        tags=[
            KnownTag(id="Plain", name="A"),
            KnownTag(id="Until", name="B", valid_until=LATER, parent="Family"),
            KnownTag(id="Over", name="C", valid_until=past),
            KnownTag(id="Bad", name="D", blocked=True),
            KnownTag(id="Here", name="E", charge_points=frozenset({"CP1"})),
            KnownTag(id="There", name="F", charge_points=frozenset({"CP2"})),
            KnownTag(id="plain", name="G", parent="Once"),
            KnownTag(id="Own", name="H", blocked=True),
        ],
        charge_points={"CP1": ChargePointRules(own_tag="OWN")},
    )
    assert listed_tags(authorizer, "CP1") == {
        "plain": {"status": "accepted", "parent_id_tag": "Once"},
        "Until": {
            "status": "accepted",
            "expiry_date": "2099-01-02T03:04:05Z",
            "parent_id_tag": "Family",
        },
        "Over": {
            "status": "expired",
            "expiry_date": past.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "Bad": {"status": "blocked"},
        "Here": {"status": "accepted"},
        "Own": {"status": "accepted"},
    }
    assert "There" in listed_tags(authorizer, "CP2")


def test_changes_turn_one_list_into_the_other() -> None:
    have = {"A": OK, "B": OK, "C": OK}
    want = {"B": BAD, "C": OK, "D": OK}
    assert changes(have, want) == [
        {"id_tag": "A"},
        {"id_tag": "B", "id_tag_info": BAD},
        {"id_tag": "D", "id_tag_info": OK},
    ]
    assert changes(have, have) == []
    assert changes(have, {"a": OK}) is None


def test_an_update_is_cut_into_pieces() -> None:
    entries = [{"id_tag": tag, "id_tag_info": OK} for tag in "ABCDE"]
    cut = list(pieces(UpdateType.FULL, entries, version=7, most=2))
    assert [(one.version, one.update_type, len(one.entries)) for one in cut] == [
        (7, "full", 2),
        (8, "differential", 2),
        (9, "differential", 1),
    ]
    assert [entry for one in cut for entry in one.entries] == entries
    (whole,) = pieces(UpdateType.FULL, entries, version=7, most=0)
    assert whole.entries == entries
    (empty,) = pieces(UpdateType.DIFFERENTIAL, [], version=7, most=2)
    assert (empty.version, empty.entries) == (7, [])
    have = SentList(version=6, entries={"X": OK})
    for one in cut:
        have = have.after(one)
    assert have == SentList(version=9, entries=dict.fromkeys("ABCDE", OK))


def test_what_was_sent_outlives_a_restart() -> None:
    for sent in (SentList(), SentList(version=4, entries={"A": BAD})):
        assert SentList.from_record(sent.as_record()) == sent


# How it is sent.


async def test_it_is_whole_at_first_and_changes_later(box: Listed) -> None:
    box.keeper.version = 6
    box.want("A", "B")
    assert await box.charge_point.commands.call("send_local_list") == {
        "status": "accepted",
        "list_version": 7,
        "update_type": "full",
    }
    assert box.sent == [("Full", 7, ["A", "B"])]
    box.want("B", "C")
    answer = await box.charge_point.commands.call("send_local_list")
    assert answer["update_type"] == "differential"
    assert box.sent == [("Differential", 8, ["-A", "C"])]
    assert sorted(box.keeper.entries) == ["B", "C"]
    # Nothing to say is said when somebody asks for it.
    await box.charge_point.commands.call("send_local_list", update_type="Differential")
    assert box.sent == [("Differential", 9, [])]
    await box.charge_point.commands.call("send_local_list", update_type="Full")
    assert box.sent == [("Full", 10, ["B", "C"])]


async def test_a_version_that_is_not_ours_needs_the_whole_list(box: Listed) -> None:
    box.want("A")
    await box.list.send()
    box.keeper.version = 20
    await box.list.send(update_type="differential")
    assert box.sent == [("Full", 1, ["A"]), ("Full", 21, ["A"])]
    # It lost its list: the version goes on growing.
    box.keeper.version = 0
    await box.list.send()
    assert box.sent == [("Full", 22, ["A"])]


async def test_another_spelling_needs_the_whole_list(box: Listed) -> None:
    box.want("Ab")
    await box.list.send()
    box.want("AB")
    await box.list.send()
    assert [kind for kind, *_ in box.sent] == ["Full", "Full"]


@pytest.mark.parametrize("refusal", ["Failed", "VersionMismatch"])
async def test_changes_that_are_refused_are_followed_by_everything(
    box: Listed, refusal: str
) -> None:
    box.want("A")
    await box.list.send()
    box.want("B")
    box.keeper.refusals = [refusal]
    answer = await box.list.send()
    assert (answer["update_type"], answer["list_version"]) == ("full", 3)
    assert box.sent[1:] == [("Differential", 2, ["-A", "B"]), ("Full", 3, ["B"])]
    assert box.list.sent == SentList(version=3, entries={"B": OK}, protocol="ocpp1.6")


async def test_a_whole_list_that_is_refused_is_told(box: Listed) -> None:
    box.want("A")
    box.keeper.refusals = ["Failed"]
    with pytest.raises(RefusedError) as err:
        await box.list.send()
    assert err.value.status == "failed"
    assert len(box.sent) == 1
    box.keeper.refusals = ["NotSupported", None]
    with pytest.raises(RefusedError):
        await box.list.keep()
    assert len(box.sent) == 1


async def test_pieces_are_as_long_as_the_charge_point_takes(box: Listed) -> None:
    box.configure(SendLocalListMaxLength="2")
    box.want(*"ABCDE")
    answer = await box.list.send()
    assert answer == {"status": "accepted", "list_version": 3, "update_type": "full"}
    assert box.sent == [
        ("Full", 1, ["A", "B"]),
        ("Differential", 2, ["C", "D"]),
        ("Differential", 3, ["E"]),
    ]
    box.want(*"EFGH")
    await box.list.send()
    assert [entries for _, _, entries in box.sent] == [
        ["-A", "-B"],
        ["-C", "-D"],
        ["F", "G"],
        ["H"],
    ]
    assert sorted(box.keeper.entries) == list("EFGH")


async def test_what_came_of_the_first_pieces_is_not_built_upon(box: Listed) -> None:
    box.configure(SendLocalListMaxLength="1")
    box.want("A", "B")
    box.keeper.refusals = [None, "Failed"]
    with pytest.raises(RefusedError):
        await box.list.send()
    await box.list.send()
    assert box.sent == [
        ("Full", 1, ["A"]),
        ("Differential", 2, ["B"]),
        ("Full", 3, ["A"]),
        ("Differential", 4, ["B"]),
    ]


async def test_limits_that_are_not_known_are_asked_for(box: Listed) -> None:
    box.charge_point.configuration.clear()
    box.configure()
    box.client.answers["GetConfiguration"] = {
        "configurationKey": [
            {"key": "SendLocalListMaxLength", "readonly": True, "value": "1"},
            {"key": "LocalAuthListMaxLength", "readonly": True, "value": "many"},
        ]
    }
    box.want("A", "B")
    await box.list.send()
    assert len(box.sent) == 2
    assert (
        "GetConfiguration",
        {"key": ["LocalAuthListMaxLength", "SendLocalListMaxLength"]},
    ) in box.client.received


async def test_a_charge_point_that_cannot_tell_its_limits_gets_all(
    box: Listed,
) -> None:
    box.charge_point.configuration.clear()
    box.configure()
    box.client.answers["GetConfiguration"] = "NotSupported"
    box.want("A", "B")
    await box.list.send()
    assert box.sent == [("Full", 1, ["A", "B"])]


async def test_a_list_that_is_too_long_is_not_sent(box: Listed) -> None:
    box.configure(LocalAuthListMaxLength="2")
    box.want("A", "B", "C")
    with pytest.raises(LocalListTooLongError) as err:
        await box.list.send()
    assert (err.value.length, err.value.maximum) == (3, 2)
    assert box.sent == []


async def test_a_version_may_be_chosen_if_it_is_greater(box: Listed) -> None:
    box.keeper.version = 6
    commands = box.charge_point.commands
    for version, words in ((0, "below 1"), (6, "below 7")):
        with pytest.raises(InvalidRequestError) as err:
            await commands.call("send_local_list", list_version=version)
        assert err.value.field == "list_version"
        assert words in err.value.problem
    answer = await commands.call("send_local_list", list_version=12)
    assert answer["list_version"] == 12
    assert box.sent == [("Full", 12, [])]


async def test_a_list_of_ones_own_is_sent_as_it_is(box: Listed) -> None:
    commands = box.charge_point.commands
    mine: list[dict[str, Any]] = [{"id_tag": "M", "id_tag_info": OK}]
    box.want("A")
    await box.list.send()
    assert await commands.call(
        "send_local_list",
        list_version=1,
        update_type="full",
        local_authorization_list=mine,
    ) == {"status": "accepted"}
    # It is not ours any more, though the version is the same.
    await box.list.send()
    answer = await commands.call(
        "send_local_list", update_type="full", local_authorization_list=[]
    )
    assert answer == {"status": "accepted", "list_version": 3}
    with pytest.raises(InvalidRequestError) as err:
        await commands.call("send_local_list", local_authorization_list=mine)
    assert err.value.field == "update_type"
    assert box.sent[1:] == [
        ("Full", 1, ["M"]),
        ("Full", 2, ["A"]),
        ("Full", 3, []),
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"listVersion": -1}, NoLocalListError), ("NotImplemented", NotSupportedError)],
)
async def test_who_keeps_no_list_is_told(box: Listed, answer: Any, error: Any) -> None:
    box.client.answers["GetLocalListVersion"] = answer
    for attempt in (box.list.send, box.list.keep):
        with pytest.raises(error):
            await attempt()
    assert box.sent == []


# Keeping it so.


async def test_what_is_as_it_should_be_is_not_sent_again(box: Listed) -> None:
    await box.list.keep()
    assert box.sent == []
    assert box.list.is_as_wanted
    box.want("A")
    for _ in range(2):
        await box.list.keep()
    assert box.sent == [("Full", 1, ["A"])]
    await box.list.keep(whole=True)
    assert box.sent == [("Full", 2, ["A"])]
    box.want()
    await box.list.keep()
    assert box.sent == [("Differential", 3, ["-A"])]
    box.keeper.version = 9
    await box.list.keep()
    assert box.sent == [("Full", 10, [])]


async def test_what_is_refused_is_sent_once_more(box: Listed) -> None:
    box.want("A")
    box.keeper.refusals = ["Failed"]
    await box.list.keep()
    assert box.sent == [("Full", 1, ["A"]), ("Full", 2, ["A"])]
    box.want("B")
    box.keeper.refusals = ["VersionMismatch", "Failed"]
    with pytest.raises(RefusedError):
        await box.list.keep()
    assert [kind for kind, *_ in box.sent] == ["Differential", "Full"]


async def test_one_goes_after_the_other(box: Listed) -> None:
    box.want("A")
    await asyncio.gather(box.list.keep(), box.list.keep(), box.list.send())
    assert [kind for kind, *_ in box.sent] == ["Full", "Differential"]


async def test_an_answer_that_never_comes_is_not_built_upon(box: Listed) -> None:
    box.want("A")
    await box.list.send()
    box.client.answers["SendLocalList"] = lambda payload: None
    box.want("B")
    box.world.central_system.adopt("CP1", ChargePointSettings(call_timeout=0.05))
    with pytest.raises(CallTimeoutError):
        await box.list.send()
    assert box.list.sent.entries is None


async def test_without_a_connection_nothing_changes(world: World) -> None:
    charge_point = world.adopt()
    with pytest.raises(NotConnectedError):
        await charge_point.local_list.keep()
    assert charge_point.local_list.sent == SentList()


@pytest.mark.parametrize(
    ("value", "readonly", "sent"),
    [
        ("false", False, "true"),
        ("0", False, "1"),
        ("True", False, None),
        ("1", False, None),
        ("false", True, None),
        (None, False, None),
    ],
)
async def test_it_is_switched_on_where_that_can_be_done(
    box: Listed, value: str, readonly: bool, sent: str | None
) -> None:
    box.configure(readonly=readonly, LocalAuthListEnabled=value)
    for _ in range(2):
        await box.list.keep()
    assert [
        payload["value"]
        for action, payload in box.client.received
        if action == "ChangeConfiguration"
    ] == ([] if sent is None else [sent])


async def test_what_cannot_be_switched_on_is_tried_once(box: Listed) -> None:
    box.configure(readonly=False, LocalAuthListEnabled="false")
    box.client.answers["ChangeConfiguration"] = {"status": "Rejected"}
    box.want("A")
    for _ in range(2):
        await box.list.keep()
    assert [action for action, _ in box.client.received].count(
        "ChangeConfiguration"
    ) == 1
    assert box.sent == [("Full", 1, ["A"])]
    await until(lambda: box.list.is_as_wanted)
