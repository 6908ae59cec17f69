"""Whom a session is told to, and who pays for it."""

from collections.abc import Iterable
from typing import Protocol

from ...transactions.transaction import Transaction
from ..model import SessionChoice, UpstreamSettings


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
            started_by: The upstream that has started it: it is its own.
        """


def by_settings(
    session: Transaction,
    upstreams: Iterable[UpstreamSettings],
    *,
    started_by: str | None = None,
) -> list[UpstreamSettings]:
    """Return the upstreams that want all sessions, or whose card or start it is.

    Of those that pay, only the first is told: a session belongs to one payer.
    """
    chosen: list[UpstreamSettings] = []
    has_payer = False
    for one in sorted(upstreams, key=lambda one: one.id != started_by):
        if (
            one.sessions is SessionChoice.OWN
            and one.id != started_by
            and not one.owns_tag(session.id_tag)
        ):
            continue
        if one.pays:
            if has_payer:
                continue
            has_payer = True
        chosen.append(one)
    return chosen
