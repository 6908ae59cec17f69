"""What others than the owner have claimed at a charge point: starts and reservations.

An upstream may start sessions, and reserve connectors, if the owner has given it that
role. The charge point is not told of its reservations, so they are kept by the answers
to the id tags.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..model.model import ConnectorStatus, utcnow
from ..model.tags import Tag, tag_key
from .authorization import Authorization, AuthorizationStatus

if TYPE_CHECKING:
    from ..connector import Connector
    from ..transactions.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A start that was asked for, or a reservation."""

    by: str
    """The id of the upstream."""
    id_tag: str
    connector_id: int
    """The connector; 0 is any."""
    expires: datetime
    parent_id_tag: str | None = None
    is_reservation: bool = False
    """Whether other id tags are refused meanwhile."""

    def is_for(self, id_tag: str, parent_id_tag: str | None = None) -> bool:
        """Return whether an id tag, or its parent id tag, may use it."""
        return tag_key(id_tag) == tag_key(self.id_tag) or (
            self.parent_id_tag is not None
            and parent_id_tag is not None
            and tag_key(parent_id_tag) == tag_key(self.parent_id_tag)
        )

    def covers(self, connector_id: int) -> bool:
        """Return whether it is about a connector; 0 is not known which."""
        return not connector_id or self.connector_id in (0, connector_id)


class Claims:
    """The claims at one charge point."""

    def __init__(self, connectors: Mapping[int, Connector]) -> None:
        """Start without claims.

        Args:
            connectors: The connectors of the charge point.
        """
        self._connectors = connectors
        self._claims: list[Claim] = []

    def __iter__(self) -> Iterator[Claim]:
        """Yield those that have not expired."""
        now = utcnow()
        return (one for one in self._claims if one.expires > now)

    def add(self, claim: Claim) -> None:
        """Add a claim; whoever adds it removes it, too."""
        self._claims.append(claim)

    def remove(self, claim: Claim) -> None:
        """Remove this very claim, if it is there; another one may look the same."""
        self._claims = [one for one in self._claims if one is not claim]

    def has_start(self, tag: Tag) -> bool:
        """Return whether a start with an id tag was asked for."""
        return any(not one.is_reservation and one.is_for(tag.id) for one in self)

    def decide(
        self, decision: Authorization, tag: Tag, starting: Transaction | None
    ) -> Authorization:
        """Return the decision on an id tag with the claims taken into account.

        The owner's rules for an id tag that he knows stand.

        Args:
            decision: The decision without claims.
            tag: The id tag.
            starting: The transaction that begins with it; None for a card that is
                presented, or that ends a transaction.
        """
        if not self._claims:
            return decision
        number = 0 if starting is None else starting.connector_id
        parent = decision.parent_id_tag
        for one in self:
            if one.covers(number) and one.is_for(tag.id, parent):
                if (
                    decision.status is AuthorizationStatus.INVALID
                    and decision.tag is None
                ):
                    return Authorization(
                        status=AuthorizationStatus.ACCEPTED,
                        parent_id_tag=one.parent_id_tag,
                    )
                return decision
        if (
            decision.own
            or decision.status is not AuthorizationStatus.ACCEPTED
            or (starting is None and self._ends_session(tag))
            or self._has_room(number, tag.id, parent)
        ):
            return decision
        return replace(decision, status=AuthorizationStatus.INVALID)

    def is_reserved(
        self, number: int, id_tag: str = "", parent_id_tag: str | None = None
    ) -> bool:
        """Return whether a connector is kept free for another id tag.

        A reservation of any connector keeps the last free one.
        """
        others = [
            one
            for one in self
            if one.is_reservation and not one.is_for(id_tag, parent_id_tag)
        ]
        if any(one.connector_id == number for one in others):
            return True
        kept = sum(one.connector_id == 0 for one in others)
        if not kept:
            return False
        taken = {one.connector_id for one in others}
        free = [
            one
            for one in self._connectors.values()
            if one.number != number
            and one.number not in taken
            and one.transaction is None
            and one.status not in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)
        ]
        return len(free) < kept

    def _has_room(self, number: int, id_tag: str, parent: str | None) -> bool:
        numbers = (
            [number]
            if number
            else [
                one.number
                for one in self._connectors.values()
                if one.transaction is None
            ]
        )
        return not numbers or any(
            not self.is_reserved(one, id_tag, parent) for one in numbers
        )

    def _ends_session(self, tag: Tag) -> bool:
        """Return whether a card is that of a running session."""
        return any(
            (running := one.transaction) is not None
            and tag_key(running.id_tag) in (tag.key, tag_key(tag.shown))
            for one in self._connectors.values()
        )
