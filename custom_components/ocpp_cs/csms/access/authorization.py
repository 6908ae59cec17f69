"""Who may charge: what a charge point is answered when it asks for a tag (4.1)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, override

from ..model.model import utcnow
from ..model.tags import Tag, tag_key

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
    """What becomes of tags that nobody knows."""

    EVERY = "every"
    """They are accepted."""
    KNOWN = "known"
    """They are invalid."""
    AUTOMATIC = "automatic"
    """They are accepted as long as no tag is known at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTag:
    """A tag that the owner of the central system knows."""

    id: str
    """At most `MAX_TAG_LENGTH` characters; compared by `tag_key`."""
    name: str
    valid_until: datetime | None = None
    """Aware; from then on it is expired."""
    parent: str | None = None
    """The group it belongs to: members may stop each other's transactions (4.8)."""
    charge_points: frozenset[str] = frozenset()
    """Where it is known; empty is everywhere."""
    blocked: bool = False
    max_sessions: int = 1
    """Transactions that it may run at a time, of all charge points; 0 is any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    """The answer to the question whether a tag may charge (IdTagInfo, 7.27)."""

    status: AuthorizationStatus
    expires: datetime | None = None
    parent_id_tag: str | None = None
    tag: KnownTag | None = None
    """What is known of the tag."""
    own: bool = False
    """True if it is the one with which the central system starts transactions."""


class Authorizer(Protocol):
    """Decides over tags."""

    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Decide over a tag at a charge point.

        `starting` is the transaction that begins with it, for which it counts how
        many run already; else a card is presented, or a transaction ends.
        """


class AcceptEveryTag(Authorizer):
    """Lets everybody charge."""

    @override
    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        """Accept it."""
        return Authorization(status=AuthorizationStatus.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargePointRules:
    """What is special about tags at one charge point."""

    policy: TagPolicy | None = None
    """None is the policy of all."""
    own_tag: str | None = None
    """The tag of remote starts, which is always accepted there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagRules:
    """Everything that is decided by."""

    tags: Iterable[KnownTag] = ()
    """Of two with the same id, the last one counts."""
    policy: TagPolicy = TagPolicy.AUTOMATIC
    charge_points: Mapping[str, ChargePointRules] = field(default_factory=dict)
    """By the id of the charge point."""


class TagAuthorizer(Authorizer):
    """Decides by tags that are known, and a policy for those that are not.

    What is said of a known tag (blocked, expired, not for this charge point) holds
    under every policy. ConcurrentTx is an answer to the start of a transaction only
    (7.2). It is counted in the order in which transactions were booked, so that
    asking again gives the same answer; transactions of the same connector do not
    count, as the new one ends them, and those that were refused do not run.
    """

    def __init__(self, running: Callable[[], Iterable[Transaction]]) -> None:
        """Know of no tag; `running` returns the transactions of all charge points."""
        self._running = running
        self._rules = TagRules()
        self._tags: dict[str, KnownTag] = {}

    @property
    def rules(self) -> TagRules:
        """What is decided by; may be changed at any time."""
        return self._rules

    @rules.setter
    def rules(self, rules: TagRules) -> None:
        self._rules = rules
        self._tags = {tag_key(tag.id): tag for tag in rules.tags}
        # An empty id is that of no card.
        self._tags.pop("", None)

    @property
    def tags(self) -> list[KnownTag]:
        """The tags that are known, each once."""
        return list(self._tags.values())

    def known(self, id_tag: str) -> KnownTag | None:
        """Return what is known of a tag."""
        return self._tags.get(tag_key(id_tag))

    def accepts_unknown(self, charge_point_id: str) -> bool:
        """Return whether any card may charge at a charge point."""
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
        """Decide; an id that no tag can have (empty, too long) is an unknown one."""
        rules = self._rules.charge_points.get(charge_point_id, ChargePointRules())
        known = self.known(tag.id)
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
            # There it is unknown (7.2), and nothing else is told of it.
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
        key = tag_key(tag.id)
        place = (starting.charge_point_id, starting.connector_id)
        return sum(
            tag_key(other.id_tag) == key
            and (other.charge_point_id, other.connector_id) != place
            and other.seq < starting.seq
            and other.accepted
            for other in self._running()
        )
