"""What is known of an upstream, a further backend, and of what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from ssl import SSLContext
from types import MappingProxyType
from typing import Any, Self

from ..model.model import ConnectorStatus
from ..model.sample import SignedValue
from ..model.tags import TagKind, tag_key
from ..transactions.transaction import TransactionKey


class Role(StrEnum):
    """What an upstream may do, beside being told of sessions, values and status."""

    AUTHORIZE = "authorize"
    """Decide on its cards."""
    START_STOP = "start_stop"
    """Start and stop sessions, and reserve connectors."""
    LIMIT = "limit"
    """Limit the current."""
    CONFIGURE = "configure"
    """Ask for restarts, firmware, settings ...; the owner is asked each time."""


class SessionChoice(StrEnum):
    """Which sessions an upstream is told of."""

    ALL = "all"
    OWN = "own"
    """Those of its cards, those that it has started, and those that the owner gives it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UpstreamSettings:
    """The owner's settings for an upstream."""

    id: str
    """The id of its subentry."""
    name: str
    url: str = field(repr=False)
    """`ws://` or `wss://`; the id of the charge point is added to its path.

    It may have a password, or a token.
    """
    subprotocol: str = "ocpp1.6"
    identity: str | None = None
    """The id of the charge point there, if it is not its own; for one charge point."""
    password: str | None = field(default=None, repr=False)
    tls: SSLContext | None = field(default=None, repr=False)
    """The context for `wss://`; None is the usual one."""
    charge_points: frozenset[str] = frozenset()
    """The ids of the charge points that it is told of."""
    removed: frozenset[str] = frozenset()
    """Those of charge points that were removed: it is still told what it missed."""
    roles: frozenset[Role] = frozenset()
    pays: bool = False
    """Whether it bills or refunds the sessions that it is told of."""
    sessions: SessionChoice = SessionChoice.ALL
    tags: frozenset[str] = frozenset()
    """The keys (see `tag_key`) of the id tags that are its own."""
    takes_unknown_tags: bool = False
    """Whether it is asked for id tags that nobody knows."""
    rewritten: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Key of an id tag -> the id tag that it is told instead."""
    default_tag: str | None = None
    """The id tag that it is told for sessions without a card."""
    vendor_ids: frozenset[str] = frozenset()
    """The vendor ids, in lower case, of DataTransfers that are passed on."""
    owner_may_override: bool = False
    """Whether the owner may charge although its limit is 0 A."""

    def has(self, role: Role) -> bool:
        """Return whether it has a role."""
        return role in self.roles

    def owns_tag(self, id_tag: str) -> bool:
        """Return whether an id tag is one of its own."""
        return tag_key(id_tag) in self.tags

    def told_tag(self, id_tag: str, *, without_card: bool) -> str:
        """Return the id tag that it is told for one of ours; empty if there is none.

        Args:
            id_tag: The id tag of the session, maybe empty.
            without_card: Whether the session was started without a card.
        """
        if (other := self.rewritten.get(tag_key(id_tag))) is not None:
            return other
        if without_card or not id_tag:
            # The id tag of our own starts is a secret: it may charge here always.
            return self.default_tag or ""
        return id_tag


class Kind(StrEnum):
    """The kinds of messages of a session."""

    START = "start"
    METER = "meter"
    STOP = "stop"


class Cause(StrEnum):
    """Why values are told, if it is not because they are due."""

    STATE = "state"
    """The status of the connector has changed."""
    ASKED = "asked"
    """The upstream has asked for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A message of a session, which waits until the upstream has confirmed it.

    Start and stop have no values here: they are those of the session in the ledger when
    they are sent.
    """

    number: int
    """The order of all messages of all upstreams."""
    kind: Kind
    key: TransactionKey
    seq: int
    """The number within the session, from 0; -1 until it is sent for the first time."""
    time: datetime
    """The time of the event, by our clock."""
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Key of a measurement -> value in its native unit."""
    signed: tuple[SignedValue, ...] = ()
    aligned: bool = False
    """Whether it was taken by the clock, and not at an interval from the start."""
    offline: bool = False
    """Whether there was no connection when it happened."""
    state: ConnectorStatus | None = None
    """The status of the connector then, if it is known (2.x: the charging state)."""
    cause: Cause | None = None
    attempts: int = 0
    """The answers that were an error."""
    error: str | None = None
    """The last of them."""

    def failed(self, error: str) -> Report:
        """Return it after an answer that was an error."""
        return replace(self, attempts=self.attempts + 1, error=error)


@dataclass(kw_only=True, slots=True)
class ToldSession:
    """A session as one upstream knows it."""

    upstream: str
    """The id of the upstream."""
    key: TransactionKey
    connector_id: int
    id_tag: str
    """The id tag that the upstream is told."""
    told_id: str | None = None
    """The id that the upstream knows it by; None while it does not.

    In 1.6 the upstream chooses it in its answer to the start; in 2.x it is made here,
    before the start is queued.
    """
    tag_kind: TagKind | None = None
    """The type of the id tag, if it is known (2.x)."""
    next_seq: int = 0
    ended: bool = False
    """Whether its stop is queued, or confirmed."""
    refused: str | None = None
    """The status of its answer to the start, if that was no consent."""
    remote_start_id: int | None = None
    """The id of the request of the upstream that it was started by (2.x)."""
    reservation_id: int | None = None
    """The reservation of the upstream that it has used."""
    confirmed: datetime | None = None
    """When the upstream confirmed the end."""
    sampled_at: float = 0.0
    """The time of the last value that was queued, in s since 1970."""
    start: datetime | None = None
    """The start that it was told; None as long as it was told nothing.

    It stays the same when the ledger corrects its own, as a repeated start must be the
    same one.
    """
    start_wh: float | None = None
    """The reading in that start."""
    end: datetime | None = None
    """The end that it was told last."""
    stop_wh: float | None = None
    """The reading in that end."""
    part: int = 0
    """How often it went on after an end that the upstream has confirmed."""
    base_wh: float = 0.0
    """The energy that was told before that."""
    void: bool = False
    """Whether the ledger has no such session any more."""

    @property
    def sent(self) -> bool:
        """Whether its start may have been sent, so that the upstream may know of it."""
        return self.start is not None

    @property
    def told_wh(self) -> float:
        """The energy that it was told altogether, if the last part has ended."""
        if self.start_wh is None or self.stop_wh is None:
            return self.base_wh
        return self.base_wh + self.stop_wh - self.start_wh

    def goes_on(self) -> None:
        """Begin another part where the last one has ended."""
        self.base_wh = self.told_wh
        self.start, self.start_wh = self.end, self.stop_wh
        self.end = self.stop_wh = self.told_id = self.confirmed = None
        self.ended = False
        self.next_seq = 0
        self.part += 1

    def record(self) -> dict[str, Any]:
        """Return what the books have of it in `data`."""
        return {
            "connector": self.connector_id,
            "tag": self.id_tag,
            "seq": self.next_seq,
            "ended": self.ended,
            "refused": self.refused,
            "remote": self.remote_start_id,
            "reservation": self.reservation_id,
            "kind": self.tag_kind,
            "sampled": self.sampled_at,
            "start": None if self.start is None else self.start.isoformat(),
            "start_wh": self.start_wh,
            "end": None if self.end is None else self.end.isoformat(),
            "stop_wh": self.stop_wh,
            "part": self.part,
            "base_wh": self.base_wh,
            "void": self.void,
        }

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        *,
        upstream: str,
        key: TransactionKey,
        told_id: str | None,
        confirmed: datetime | None,
    ) -> Self:
        """Return the session of a `record`, and what the books have beside that."""

        def moment(name: str) -> datetime | None:
            text = record.get(name)
            return None if text is None else datetime.fromisoformat(text)

        return cls(
            upstream=upstream,
            key=key,
            connector_id=int(record["connector"]),
            id_tag=str(record["tag"]),
            told_id=told_id,
            next_seq=int(record["seq"]),
            ended=bool(record["ended"]),
            refused=record.get("refused"),
            remote_start_id=record.get("remote"),
            reservation_id=record.get("reservation"),
            tag_kind=None if (kind := record.get("kind")) is None else TagKind(kind),
            confirmed=confirmed,
            sampled_at=float(record.get("sampled") or 0.0),
            start=moment("start"),
            start_wh=record.get("start_wh"),
            end=moment("end"),
            stop_wh=record.get("stop_wh"),
            part=int(record.get("part") or 0),
            base_wh=float(record.get("base_wh") or 0.0),
            void=bool(record.get("void")),
        )
