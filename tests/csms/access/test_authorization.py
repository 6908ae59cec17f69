"""Who may charge, decided without any charge point."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.access import authorization, card_reads
from custom_components.ocpp_cs.csms.access.authorization import (
    AcceptEveryTag,
    Authorization,
    AuthorizationStatus as Status,
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.access.card_reads import CardReads
from custom_components.ocpp_cs.csms.model.tags import Tag, tag_key
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
ANNA = KnownTag(id="04A2B3", name="Anna", parent="FAMILY")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let it be noon until a test moves `now`."""
    clock = SimpleNamespace(now=NOON)
    monkeypatch.setattr(authorization, "utcnow", lambda: clock.now)
    monkeypatch.setattr(card_reads, "utcnow", lambda: clock.now)
    return clock


def running(number: int, charge_point_id: str, connector_id: int, id_tag: str) -> Any:
    """Return as much of a transaction as is looked at."""
    return SimpleNamespace(
        seq=number,
        charge_point_id=charge_point_id,
        connector_id=connector_id,
        id_tag=id_tag,
        accepted=True,
    )


def authorizer(*tags: KnownTag, transactions: Any = (), **rules: Any) -> TagAuthorizer:
    """Return one with these rules."""
    made = TagAuthorizer(lambda: transactions)
    made.rules = TagRules(tags=tags, **rules)
    return made


def test_without_any_rule_every_tag_is_accepted() -> None:
    for one in (AcceptEveryTag(), TagAuthorizer(list), authorizer()):
        for id_tag in ("ANY", "", "x" * 300):
            assert one.authorize("CP1", Tag(id_tag)) == Authorization(
                status=Status.ACCEPTED
            )


@pytest.mark.parametrize(
    ("policy", "tags", "status"),
    [
        (TagPolicy.AUTOMATIC, (), Status.ACCEPTED),
        (TagPolicy.AUTOMATIC, (ANNA,), Status.INVALID),
        # One of an id that no card has is no tag.
        (TagPolicy.AUTOMATIC, (KnownTag(id=" ", name="None"),), Status.ACCEPTED),
        (TagPolicy.KNOWN, (), Status.INVALID),
        (TagPolicy.KNOWN, (ANNA,), Status.INVALID),
        (TagPolicy.EVERY, (), Status.ACCEPTED),
        (TagPolicy.EVERY, (ANNA,), Status.ACCEPTED),
    ],
)
@pytest.mark.parametrize("id_tag", ["OTHER", "", " ", "04A2B", "x" * 21, "04A2B3" * 50])
def test_the_policy_decides_over_unknown_tags(
    policy: TagPolicy, tags: tuple[KnownTag, ...], status: Status, id_tag: str
) -> None:
    """Whatever a charge point sends, there is an answer."""
    answer = Authorization(status=status)
    assert authorizer(*tags, policy=policy).authorize("CP1", Tag(id_tag)) == answer
    # A charge point's own policy goes before that of all.
    for other in TagPolicy:
        rules = {"CP1": ChargePointRules(policy=policy)}
        special = authorizer(*tags, policy=other, charge_points=rules)
        assert special.authorize("CP1", Tag(id_tag)) == answer
        assert (
            special.authorize("CP2", Tag(id_tag)).status
            is authorizer(*tags, policy=other).authorize("CP2", Tag(id_tag)).status
        )


@pytest.mark.parametrize("policy", TagPolicy)
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.ACCEPTED),
        ({"blocked": True}, Status.BLOCKED),
        ({"valid_until": NOON + timedelta(seconds=1)}, Status.ACCEPTED),
        ({"valid_until": NOON}, Status.EXPIRED),
        ({"valid_until": NOON, "blocked": True}, Status.BLOCKED),
        ({"charge_points": frozenset({"CP1", "CP2"})}, Status.ACCEPTED),
        ({"charge_points": frozenset({"CP2"})}, Status.INVALID),
        ({"charge_points": frozenset({"CP2"}), "blocked": True}, Status.INVALID),
        ({"max_sessions": 0}, Status.ACCEPTED),
    ],
)
def test_what_is_known_of_a_tag_holds_under_every_policy(
    policy: TagPolicy, changes: dict[str, Any], status: Status
) -> None:
    tag = replace(ANNA, **changes)
    known_here = status is not Status.INVALID
    for id_tag in ("04A2B3", "04a2b3", " 04A2b3\0"):
        assert authorizer(tag, policy=policy).authorize(
            "CP1", Tag(id_tag)
        ) == Authorization(
            status=status,
            # What is unknown here has no group and no end.
            expires=tag.valid_until if known_here else None,
            parent_id_tag="FAMILY" if known_here else None,
            tag=tag,
        )


def test_a_tag_expires_by_itself(clock: Any) -> None:
    one = authorizer(replace(ANNA, valid_until=NOON + timedelta(hours=1)))
    assert one.authorize("CP1", Tag(ANNA.id)).status is Status.ACCEPTED
    clock.now += timedelta(hours=1)
    assert one.authorize("CP1", Tag(ANNA.id)).status is Status.EXPIRED


@pytest.mark.parametrize(
    ("most", "others", "status"),
    [
        (1, (), Status.ACCEPTED),
        (1, (running(4, "CP2", 1, "04a2b3"),), Status.CONCURRENT_TX),
        (1, (running(4, "CP1", 2, "04A2B3"),), Status.CONCURRENT_TX),
        (1, (running(4, "CP2", 1, "OTHER"),), Status.ACCEPTED),
        # It began later, so it is the one that is too many.
        (1, (running(6, "CP2", 1, "04A2B3"),), Status.ACCEPTED),
        # The very same transaction, told again; one that the new one ends.
        (1, (running(5, "CP1", 1, "04A2B3"),), Status.ACCEPTED),
        (1, (running(4, "CP1", 1, "04A2B3"),), Status.ACCEPTED),
        (2, (running(4, "CP2", 1, "04A2B3"),), Status.ACCEPTED),
        (
            2,
            (running(3, "CP2", 1, "04A2B3"), running(4, "CP2", 2, "04A2B3")),
            Status.CONCURRENT_TX,
        ),
        (
            0,
            tuple(running(number, f"CP{number}", 1, "04A2B3") for number in range(5)),
            Status.ACCEPTED,
        ),
    ],
)
def test_concurrent_use_is_noticed_when_a_transaction_starts(
    most: int, others: tuple[Any, ...], status: Status
) -> None:
    """7.2: ConcurrentTx only for the start of a transaction."""
    one = authorizer(replace(ANNA, max_sessions=most), transactions=others)
    starting = running(5, "CP1", 1, "04A2B3")
    answer = one.authorize("CP1", Tag("04A2B3"), starting=starting)
    assert answer.status is status
    assert answer.parent_id_tag == "FAMILY"
    assert one.authorize("CP1", Tag("04A2B3")).status is Status.ACCEPTED


@pytest.mark.parametrize("foreign", ["7", "2100000000", "9d1c-x"])
def test_concurrent_use_is_counted_whatever_the_ids_are(foreign: str) -> None:
    """An id that a charge point brought along says nothing of when it was booked."""
    first = Transaction(
        id=foreign,
        seq=1_795_000_000,
        charge_point_id="CP1",
        connector_id=1,
        id_tag=ANNA.id,
        start=NOON,
        reported_start=NOON,
        meter_start_wh=0,
    )
    second = replace(first, id="1795000001", seq=1_795_000_001, charge_point_id="CP2")
    one = authorizer(ANNA, transactions=(first, second))
    answers = [
        one.authorize(each.charge_point_id, Tag(ANNA.id), starting=each).status
        for each in (first, second)
    ]
    assert answers == [Status.ACCEPTED, Status.CONCURRENT_TX]


def test_unknown_tags_may_be_used_anywhere_at_once() -> None:
    """There is nobody to whom the limit belongs."""
    others = [running(4, "CP2", 1, "X")]
    one = authorizer(ANNA, policy=TagPolicy.EVERY, transactions=others)
    starting = running(5, "CP1", 1, "X")
    assert one.authorize("CP1", Tag("X"), starting=starting).status is Status.ACCEPTED


def test_the_tag_of_remote_starts_is_always_accepted() -> None:
    tag = replace(ANNA, blocked=True, charge_points=frozenset({"CP3"}))
    one = authorizer(
        tag,
        policy=TagPolicy.KNOWN,
        charge_points={
            "CP1": ChargePointRules(own_tag="HomeAssistant"),
            "CP2": ChargePointRules(own_tag=tag.id),
            "CP3": ChargePointRules(own_tag=""),
        },
        transactions=[running(4, "CP3", 1, "HomeAssistant")],
    )
    own = Authorization(status=Status.ACCEPTED, own=True)
    starting = running(5, "CP1", 1, "HOMEASSISTANT")
    assert one.authorize("CP1", Tag("HOMEASSISTANT"), starting=starting) == own
    assert one.authorize("CP2", Tag("04a2b3")) == replace(
        own, tag=tag, parent_id_tag="FAMILY"
    )
    assert one.authorize("CP2", Tag("HomeAssistant")).status is Status.INVALID
    # Without one, a charge point that tells no tag is not ours.
    assert one.authorize("CP3", Tag("")).status is Status.INVALID


def test_rules_may_change_at_any_time() -> None:
    one = authorizer(ANNA)
    assert one.authorize("CP1", Tag("X")).status is Status.INVALID
    assert one.known("04a2b3") is ANNA
    one.rules = replace(one.rules, tags=(ANNA, KnownTag(id="x", name="Ben")))
    assert one.authorize("CP1", Tag("X")).status is Status.ACCEPTED
    one.rules = replace(one.rules, tags=())
    assert one.known("04a2b3") is None
    assert one.authorize("CP1", Tag("Y")).status is Status.ACCEPTED


IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@given(known=IDS, presented=IDS, data=st.data())
def test_ids_are_compared_without_case(
    known: str, presented: str, data: st.DataObject
) -> None:
    """7.28: a CiString. Nothing else of an id is overlooked."""
    one = authorizer(KnownTag(id=known, name="Anna"))
    spelled = "".join(
        data.draw(st.sampled_from((letter.lower(), letter.upper()))) for letter in known
    )
    assert one.authorize("CP1", Tag(spelled)).status is Status.ACCEPTED
    same = known.lower() == presented.lower()
    assert (one.authorize("CP1", Tag(presented)).status is Status.ACCEPTED) is same
    assert (tag_key(known) == tag_key(presented)) is same


@given(id_tag=st.text(), known=st.text())
def test_whatever_text_an_id_is_there_is_an_answer(id_tag: str, known: str) -> None:
    one = authorizer(KnownTag(id=known, name="Anna"), policy=TagPolicy.KNOWN)
    expected = tag_key(id_tag) == tag_key(known) != ""
    assert (one.authorize("CP1", Tag(id_tag)).status is Status.ACCEPTED) is expected


class Teller:
    """As much of a charge point as card reads need."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.told: list[tuple[str, dict[str, Any]]] = []

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Keep it."""
        self.told.append((kind, data))

    @property
    def connectors(self) -> list[int | None]:
        """Where cards were told of."""
        return [data["connector_id"] for _, data in self.told]


ACCEPTED = Authorization(status=Status.ACCEPTED)
TOO_MANY = Authorization(status=Status.CONCURRENT_TX)


def test_a_card_is_told_with_its_name() -> None:
    teller: Any = Teller()
    tell = CardReads(teller.emit)
    tell.asked("04a2b3", replace(ACCEPTED, tag=ANNA))
    tell.asked("x", replace(ACCEPTED, own=True))
    assert teller.told == [
        (
            "authorization",
            {
                "id_tag": "04A2B3",
                "name": "Anna",
                "status": "accepted",
                "connector_id": None,
                "own": False,
            },
        ),
        (
            "authorization",
            {
                "id_tag": "x",
                "name": None,
                "status": "accepted",
                "connector_id": None,
                "own": True,
            },
        ),
    ]


def test_one_card_is_told_once(clock: Any) -> None:
    """Authorize and StartTransaction come of the same card, and so on."""
    teller: Any = Teller()
    tell = CardReads(teller.emit)
    tell.asked("A", ACCEPTED)
    clock.now += timedelta(minutes=4)
    tell.used("a", ACCEPTED, when=clock.now, connector_id=1)
    assert teller.connectors == [None]
    # The card that ends it is known to the charge point, which does not ask again.
    clock.now += timedelta(minutes=1)
    tell.used("A", ACCEPTED, when=clock.now, connector_id=1)
    assert teller.connectors == [None, 1]
    # Another card, another answer, and one that is long ago.
    tell.asked("A", ACCEPTED)
    tell.used("B", ACCEPTED, when=clock.now, connector_id=2)
    tell.asked("A", ACCEPTED)
    tell.used("A", TOO_MANY, when=clock.now, connector_id=3)
    tell.asked("A", ACCEPTED)
    clock.now += timedelta(minutes=6)
    tell.used("A", ACCEPTED, when=clock.now, connector_id=4)
    assert teller.connectors == [None, 1, None, 2, None, 3, None, 4]


def test_what_happened_offline_is_no_news(clock: Any) -> None:
    teller: Any = Teller()
    tell = CardReads(teller.emit)
    tell.used("A", ACCEPTED, when=NOON - timedelta(minutes=6), connector_id=1)
    assert teller.connectors == []
    tell.used("A", ACCEPTED, when=NOON - timedelta(minutes=4), connector_id=1)
    assert teller.connectors == [1]
