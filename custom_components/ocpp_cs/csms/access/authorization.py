"""Authorization of id tags (OCPP 1.6, 4.1)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, override

from ..model.model import utcnow
from ..model.tags import Tag, TagKind, masked_code, tag_key

if TYPE_CHECKING:
    from ..transactions.transaction import Transaction


class AuthorizationStatus(StrEnum):
    """AuthorizationStatus, 7.2."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    INVALID = "invalid"
    CONCURRENT_TX = "concurrent_tx"


class TagPolicy(StrEnum):
    """The policy for unknown id tags."""

    EVERY = "every"
    """Unknown id tags are accepted."""
    KNOWN = "known"
    """Unknown id tags are invalid."""
    AUTOMATIC = "automatic"
    """Unknown id tags are accepted as long as no id tag is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTag:
    """An id tag that the owner has entered."""

    id: str
    """The id tag, at most `MAX_TAG_LENGTH_21` characters; compared by `tag_key`."""
    name: str
    valid_until: datetime | None = None
    """The aware time from which it is expired."""
    parent: str | None = None
    """The parent id tag; its id tags may stop each other's transactions (4.8)."""
    charge_points: frozenset[str] = frozenset()
    """The ids of the charge points where it is known; empty for all."""
    blocked: bool = False
    max_sessions: int = 1
    """The maximum of simultaneous transactions at all charge points; 0 for no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    """The decision on an id tag (IdTagInfo, 7.27)."""

    status: AuthorizationStatus
    expires: datetime | None = None
    parent_id_tag: str | None = None
    tag: KnownTag | None = None
    """The known id tag, if it is one."""
    own: bool = False
    """True if it is the id tag of the central system's remote starts."""
    message: str | None = None
    """Why it is refused, for the display of a charge point."""
    language: str | None = None
    """The language of `message`, as in RFC 5646."""

    @property
    def elsewhere(self) -> bool:
        """Return whether the id tag is known, but not for this charge point."""
        return self.tag is not None and self.status is AuthorizationStatus.INVALID


type Explain = Callable[[Authorization], tuple[str, str] | None]
"""Returns why an id tag is refused, and the language of that text."""


class Authorizer(Protocol):
    """Decides on id tags."""

    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Decide on an id tag at a charge point.

        Args:
            starting: The transaction that begins with it. Only then the number of
                running transactions counts; otherwise a card is presented, or a
                transaction ends.
        """

    def has_group(self, parent_id_tag: str) -> bool:
        """Return whether it is the parent id tag of known id tags."""
        return False


class Others(Protocol):
    """Further systems, which decide on the id tags that are theirs."""

    def decide_at(self, charge_point_id: str) -> bool:
        """Return whether any of them may decide at a charge point."""

    def ask(
        self,
        charge_point_id: str,
        tag: Tag,
        ours: Authorization,
        *,
        connector_id: int | None = None,
    ) -> Awaitable[object] | None:
        """Ask for an id tag, if it is theirs, and they have not just decided on it.

        Args:
            charge_point_id: The charge point where it is presented.
            tag: The id tag.
            ours: What is decided without them.
            connector_id: The connector where a transaction begins with it; None if
                none does.

        Returns:
            What to wait for before `decide`: some seconds at most. None if there is
            nothing to wait for.
        """

    def decide(
        self,
        charge_point_id: str,
        tag: Tag,
        ours: Authorization,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Return their decision on an id tag, or `ours` if there is none."""


class AcceptEveryTag(Authorizer):
    """Accepts every id tag."""

    @override
    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Accept the id tag."""
        return Authorization(status=AuthorizationStatus.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargePointRules:
    """The rules for id tags at a charge point."""

    policy: TagPolicy | None = None
    """The policy; None is that of `TagRules`."""
    own_tag: str | None = None
    """The id tag of remote starts, which is always accepted there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagRules:
    """The rules for id tags."""

    tags: Iterable[KnownTag] = ()
    """The known id tags; of two with the same id, the last one counts."""
    policy: TagPolicy = TagPolicy.AUTOMATIC
    charge_points: Mapping[str, ChargePointRules] = field(default_factory=dict)
    """Charge point id -> its own rules."""


class TagAuthorizer(Authorizer):
    """Decides by the known id tags, and by a policy for unknown id tags.

    The properties of a known id tag (blocked, expired, not for this charge point) apply
    under every policy. ConcurrentTx is an answer to the start of a transaction only
    (7.2). Transactions are counted in the order of booking, so that a repetition gets
    the same answer. Transactions on the same connector do not count, as the new one
    ends them, and neither do refused transactions.
    """

    def __init__(self, running: Callable[[], Iterable[Transaction]]) -> None:
        """Start without rules.

        Args:
            running: Returns the running transactions of all charge points.
        """
        self._running = running
        self.explain: Explain = lambda refused: None
        """Says why an id tag is refused."""
        self._masked: dict[str, KnownTag | None] = {}
        """Masked key code -> the known id tag; None if there are several."""
        self._rules = TagRules()
        self._tags: dict[str, KnownTag] = {}
        self._groups: set[str] = set()
        """The keys of the parent id tags."""

    @property
    def rules(self) -> TagRules:
        """The rules; can be set at any time."""
        return self._rules

    @rules.setter
    def rules(self, rules: TagRules) -> None:
        self._rules = rules
        self._tags = {tag_key(tag.id): tag for tag in rules.tags}
        # No card has an empty id.
        self._tags.pop("", None)
        self._masked.clear()
        self._groups = {tag_key(tag.parent) for tag in rules.tags if tag.parent}
        for tag in self._tags.values():
            key = tag_key(masked_code(tag.id))
            self._masked[key] = None if key in self._masked else tag

    @property
    def tags(self) -> list[KnownTag]:
        """The known id tags, without duplicates."""
        return list(self._tags.values())

    def known(self, id_tag: str) -> KnownTag | None:
        """Return the known id tag with that id, if there is one.

        A session that began with a key code has it masked; that finds the id tag, too,
        if it can be no other.
        """
        key = tag_key(id_tag)
        return self._tags.get(key) or self._masked.get(key)

    @override
    def has_group(self, parent_id_tag: str) -> bool:
        """Return whether known id tags have that parent id tag."""
        return tag_key(parent_id_tag) in self._groups

    def accepts_unknown(self, charge_point_id: str) -> bool:
        """Return whether unknown id tags are accepted at a charge point."""
        rules = self._rules.charge_points.get(charge_point_id, ChargePointRules())
        return self._accepts_unknown(rules.policy)

    @override
    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Decide on an id tag; an invalid id (empty, too long) counts as unknown."""
        if tag.kind is TagKind.NO_AUTHORIZATION:
            # There is no card, as the charge point lets everybody charge (C02.FR.02).
            return Authorization(status=AuthorizationStatus.ACCEPTED)
        decision = self._decide(charge_point_id, tag, starting)
        if decision.status is AuthorizationStatus.ACCEPTED:
            return decision
        message, language = self.explain(decision) or (None, None)
        return replace(decision, message=message, language=language)

    def _decide(
        self, charge_point_id: str, tag: Tag, starting: Transaction | None
    ) -> Authorization:
        rules = self._rules.charge_points.get(charge_point_id, ChargePointRules())
        known = self._tags.get(tag.key)
        if rules.own_tag and tag_key(rules.own_tag) == tag.key:
            return Authorization(
                status=AuthorizationStatus.ACCEPTED,
                parent_id_tag=known.parent if known is not None else None,
                tag=known,
                own=True,
            )
        if known is None:
            return Authorization(
                status=AuthorizationStatus.ACCEPTED
                if self._accepts_unknown(rules.policy)
                else AuthorizationStatus.INVALID
            )
        if known.charge_points and charge_point_id not in known.charge_points:
            # It counts as unknown there (7.2), so its other details are not sent.
            return Authorization(status=AuthorizationStatus.INVALID, tag=known)
        return Authorization(
            status=self._status(known, starting),
            expires=known.valid_until,
            parent_id_tag=known.parent,
            tag=known,
        )

    def _accepts_unknown(self, policy: TagPolicy | None) -> bool:
        policy = policy or self._rules.policy
        return policy is TagPolicy.EVERY or (
            policy is TagPolicy.AUTOMATIC and not self._tags
        )

    def _status(
        self, tag: KnownTag, starting: Transaction | None
    ) -> AuthorizationStatus:
        if tag.blocked:
            return AuthorizationStatus.BLOCKED
        if tag.valid_until is not None and tag.valid_until <= utcnow():
            return AuthorizationStatus.EXPIRED
        if (
            starting is not None
            and tag.max_sessions
            and self._running_beside(tag, starting) >= tag.max_sessions
        ):
            return AuthorizationStatus.CONCURRENT_TX
        return AuthorizationStatus.ACCEPTED

    def _running_beside(self, tag: KnownTag, starting: Transaction) -> int:
        # A session that began with a key code has it masked.
        keys = {tag_key(tag.id), tag_key(masked_code(tag.id))}
        place = (starting.charge_point_id, starting.connector_id)
        return sum(
            tag_key(other.id_tag) in keys
            and (other.charge_point_id, other.connector_id) != place
            and other.seq < starting.seq
            and other.accepted
            for other in self._running()
        )
