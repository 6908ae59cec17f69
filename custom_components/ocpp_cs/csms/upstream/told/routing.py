"""Whom a session is told to, and who pays for it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Protocol, override

from ...model.tags import tag_key
from ...transactions.transaction import Transaction
from ..model import SessionChoice, UpstreamSettings

PRIVATE: Final = "private"
"""The payer (`Details.payer`) of a session that no upstream pays, although one could."""

type Holds = Callable[[str, str, str], bool]
"""Returns whether an upstream (its id) has a card, at a charge point (its id), by what it
has told: the card is in its local list, or it has accepted it. The last argument is the
id tag."""


class Routing(Protocol):
    """Decides whom a session is told to."""

    def __call__(
        self,
        session: Transaction,
        upstreams: Iterable[UpstreamSettings],
        *,
        started_by: str | None = None,
    ) -> list[UpstreamSettings]:
        """Return those of the upstreams of its charge point that are told of it.

        Args:
            session: The session.
            upstreams: The upstreams of its charge point.
            started_by: The id of the upstream whose remote start began it.
        """


class SessionRouting(Routing):
    """Decides by the settings, the card, and the choice of the owner.

    A session has one payer. It is, in this order: the one that was decided before, the
    upstream that has started it, the choice of the owner, the first paying upstream
    whose card it is, and the first paying one that wants all sessions.
    """

    def __init__(
        self, holds: Holds = lambda upstream, charge_point_id, id_tag: False
    ) -> None:
        """Begin without choices."""
        self._holds = holds
        self._choices: dict[tuple[str, int], str] = {}

    def choice(self, charge_point_id: str, connector_id: int) -> str | None:
        """Return who pays at a connector by the owner's choice; None is by the card.

        Returns:
            `PRIVATE`, or the id of an upstream, which may be gone.
        """
        return self._choices.get((charge_point_id, connector_id))

    def choose(
        self, charge_point_id: str, connector_id: int, choice: str | None
    ) -> None:
        """Set the owner's choice for the next sessions."""
        if choice is None:
            self._choices.pop((charge_point_id, connector_id), None)
        else:
            self._choices[charge_point_id, connector_id] = choice

    def forget(self, charge_point_id: str) -> None:
        """Forget the choices for a charge point."""
        for place in [one for one in self._choices if one[0] == charge_point_id]:
            del self._choices[place]

    @override
    def __call__(
        self,
        session: Transaction,
        upstreams: Iterable[UpstreamSettings],
        *,
        started_by: str | None = None,
    ) -> list[UpstreamSettings]:
        known = list(upstreams)
        payer = session.details.payer or self.payer(
            session, known, started_by=started_by
        )
        return [
            one
            for one in known
            if (
                one.id == payer
                if one.pays
                else one.sessions is SessionChoice.ALL
                or one.id == started_by
                or self._is_own(one, session)
            )
        ]

    def payer(
        self,
        session: Transaction,
        upstreams: Iterable[UpstreamSettings],
        *,
        started_by: str | None = None,
    ) -> str | None:
        """Return who is to pay for a session, whatever was decided before.

        Returns:
            The id of an upstream, or `PRIVATE`; None where no upstream pays at all.
        """
        paying = [one for one in upstreams if one.pays]
        if not paying:
            return None
        choice = self.choice(session.charge_point_id, session.connector_id)
        if choice == PRIVATE and started_by is None:
            return PRIVATE
        ways: tuple[Callable[[UpstreamSettings], bool], ...] = (
            lambda one: one.id == started_by,
            lambda one: one.id == choice,
            lambda one: self._is_own(one, session),
            lambda one: one.sessions is SessionChoice.ALL,
        )
        return next((one.id for way in ways for one in paying if way(one)), PRIVATE)

    def _is_own(self, upstream: UpstreamSettings, session: Transaction) -> bool:
        """Return whether the card of a session is that of an upstream."""
        id_tag = session.id_tag
        return bool(id_tag) and (
            upstream.owns_tag(id_tag)
            or tag_key(id_tag) in upstream.rewritten
            or self._holds(upstream.id, session.charge_point_id, id_tag)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoPayers:
    """Two upstreams that could both be told of the same session, and would bill it."""

    charge_point_id: str
    first: UpstreamSettings
    """The one that is told."""
    second: UpstreamSettings


def two_payers(
    upstreams: Iterable[UpstreamSettings],
    listed: Callable[[str, str], frozenset[str]] = lambda upstream, charge_point_id: (
        frozenset()
    ),
) -> Iterator[TwoPayers]:
    """Yield what would be billed twice, if more than the first were told.

    That is: both want all sessions of a charge point, or both have the same card there.
    One that wants all of them and one with cards of its own do not meet, as cards go
    first.

    Args:
        upstreams: All upstreams, in order.
        listed: Returns the keys of the id tags in the local list of an upstream for a
            charge point, by their ids.
    """
    for first, second in combinations([one for one in upstreams if one.pays], 2):
        for charge_point_id in sorted(first.charge_points & second.charge_points):
            want_all = first.sessions is second.sessions is SessionChoice.ALL
            if want_all or any(
                key in _cards(second, charge_point_id, listed)
                for key in _cards(first, charge_point_id, listed)
            ):
                yield TwoPayers(
                    charge_point_id=charge_point_id, first=first, second=second
                )


def _cards(
    upstream: UpstreamSettings,
    charge_point_id: str,
    listed: Callable[[str, str], frozenset[str]],
) -> frozenset[str]:
    """Return the keys of the cards of an upstream."""
    return (
        upstream.tags
        | frozenset(upstream.rewritten)
        | listed(upstream.id, charge_point_id)
    )
