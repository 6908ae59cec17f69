"""Who decides on an id tag: the house, or the upstream whose card it is."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Final, override

from ..access.authorization import (
    AcceptEveryTag,
    Authorization,
    AuthorizationStatus,
    Authorizer,
    Others,
)
from ..charge_point import ChargePoint
from ..model.errors import CsmsError
from ..model.tags import Tag, TagKind, is_masked, tag_key
from ..transactions.ledger import Ledger
from ..transactions.transaction import Transaction
from .model import Role
from .speech import Decision
from .station import VirtualStation

_SILENCE_S: Final = 30.0
"""Seconds in which an upstream that has not decided is not asked again for that tag."""

_MOST_SILENCES: Final = 100

_FINAL: Final = frozenset(
    {
        AuthorizationStatus.BLOCKED,
        AuthorizationStatus.EXPIRED,
        AuthorizationStatus.INVALID,
    }
)
"""The decisions of an upstream for which a session of its card is stopped."""


class UpstreamCards(Others):
    """Asks the upstreams that have the role `authorize` for their cards.

    The house decides on the cards that its owner has entered. All that the owner has
    listed as an upstream's, what is in its local list, and, if the owner wants it, what
    nobody knows, is asked there. Where the owner has entered a card in both places, it
    is asked there, unless the house refuses it.

    While an upstream cannot be asked, its last decision counts, then its local list,
    then what the house would decide.
    """

    def __init__(
        self, stations: Callable[[str], Collection[VirtualStation]], ledger: Ledger
    ) -> None:
        """Ask the stations of a charge point.

        Args:
            stations: Returns the virtual stations of a charge point.
            ledger: The ledger of all charge points.
        """
        self._stations = stations
        self._ledger = ledger
        self.house: Authorizer = AcceptEveryTag()
        """Decides for the owner."""
        self._stopping: set[asyncio.Task[None]] = set()
        self._asking: dict[tuple[str, str, str], asyncio.Task[None]] = {}
        """Upstream, charge point and key of a tag -> the question under way."""
        self._silent: dict[tuple[str, str, str], float] = {}
        """The same -> the loop's time until which it is not asked again."""

    def holds(self, upstream: str, charge_point_id: str, id_tag: str) -> bool:
        """Return whether an upstream has a card by what it has told: see `Holds`.

        Those of the house are not among them.
        """
        key = tag_key(id_tag)
        return not self._is_of_house(charge_point_id, id_tag) and any(
            (known := _known(one, key)) is not None
            and known.status is AuthorizationStatus.ACCEPTED
            for one in self._stations(charge_point_id)
            if one.settings.id == upstream and one.settings.has(Role.AUTHORIZE)
        )

    def is_others(self, charge_point_id: str, id_tag: str) -> bool:
        """Return whether the owner has entered an id tag as that of an upstream.

        That is one that decides on it.
        """
        return any(
            one.settings.has(Role.AUTHORIZE) and one.settings.owns_tag(id_tag)
            for one in self._stations(charge_point_id)
        )

    def listed(self, upstream: str, charge_point_id: str) -> frozenset[str]:
        """Return the keys of the id tags that an upstream has listed, and may decide on."""
        for one in self._stations(charge_point_id):
            if one.settings.id == upstream and one.settings.has(Role.AUTHORIZE):
                return frozenset(
                    key
                    for key in one.requests.tags.keys
                    if not self._is_of_house(charge_point_id, key)
                )
        return frozenset()

    def _is_of_house(self, charge_point_id: str, id_tag: str) -> bool:
        return self.house.authorize(charge_point_id, Tag(id_tag)).tag is not None

    @override
    def decide_at(self, charge_point_id: str) -> bool:
        return any(
            one.settings.has(Role.AUTHORIZE) for one in self._stations(charge_point_id)
        )

    def _responsible(
        self, charge_point_id: str, tag: Tag, ours: Authorization
    ) -> list[VirtualStation]:
        """Return the stations whose upstream decides on an id tag; mostly none or one."""
        key = tag.key
        if not key or ours.own or tag.kind is TagKind.NO_AUTHORIZATION:
            return []
        stations = [
            one
            for one in self._stations(charge_point_id)
            if one.settings.has(Role.AUTHORIZE)
        ]
        for one in stations:
            if one.settings.owns_tag(tag.id):
                is_refused = (
                    ours.tag is not None
                    and ours.status is not AuthorizationStatus.ACCEPTED
                )
                return [] if is_refused else [one]
        if ours.tag is not None:
            return []
        for one in stations:
            if one.requests.tags.listed(key) is not None:
                return [one]
        return [one for one in stations if one.settings.takes_unknown_tags]

    @override
    def ask(
        self,
        charge_point_id: str,
        tag: Tag,
        ours: Authorization,
        *,
        connector_id: int | None = None,
    ) -> Awaitable[object] | None:
        if self._is_running(charge_point_id, tag, connector_id):
            # It has been decided. Asked again, some answer with ConcurrentTx.
            return None
        stations = self._responsible(charge_point_id, tag, ours)
        if _accepts(stations, tag.key):
            return None
        tasks = [
            task
            for one in stations
            if one.requests.tags.fresh(tag.key) is None
            and (task := self._task(one, tag)) is not None
        ]
        return self._first_consent(stations, tag.key, tasks) if tasks else None

    @staticmethod
    async def _first_consent(
        stations: list[VirtualStation], key: str, tasks: list[asyncio.Task[None]]
    ) -> None:
        """Wait until an upstream accepts an id tag, or all have answered."""
        waiting: set[asyncio.Task[None]] = set(tasks)
        while waiting and not _accepts(stations, key):
            _, waiting = await asyncio.wait(
                waiting, return_when=asyncio.FIRST_COMPLETED
            )

    def _task(self, station: VirtualStation, tag: Tag) -> asyncio.Task[None] | None:
        """Return the question to an upstream; None if it cannot be asked."""
        place = station.settings.id, station.charge_point.id, tag.key
        if (task := self._asking.get(place)) is not None:
            return task
        loop = asyncio.get_running_loop()
        if not station.connected or self._silent.get(place, 0.0) > loop.time():
            return None
        # A task of its own: its answer is remembered even if the charge point goes.
        task = self._asking[place] = loop.create_task(self._ask(station, tag, place))
        task.add_done_callback(lambda done: self._asking.pop(place, None))
        return task

    async def _ask(
        self, station: VirtualStation, tag: Tag, place: tuple[str, str, str]
    ) -> None:
        decision = await station.authorize(tag)
        if decision is not None:
            station.requests.tags.note(tag, decision)
            return
        self._silent.pop(place, None)
        self._silent[place] = asyncio.get_running_loop().time() + _SILENCE_S
        if len(self._silent) > _MOST_SILENCES:
            del self._silent[next(iter(self._silent))]

    @override
    def decide(
        self,
        charge_point_id: str,
        tag: Tag,
        ours: Authorization,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        stations = self._responsible(charge_point_id, tag, ours)
        if not stations:
            return ours
        decisions = [
            known for one in stations if (known := _known(one, tag.key)) is not None
        ]
        if starting is None and self._is_running(charge_point_id, tag, None):
            # Its driver may always end it.
            decisions.insert(0, Decision(status=AuthorizationStatus.ACCEPTED))
        if not decisions:
            return ours
        decision = next(
            (one for one in decisions if one.status is AuthorizationStatus.ACCEPTED),
            decisions[0],
        )
        is_ours = decision.status is ours.status
        return replace(
            ours,
            status=decision.status,
            expires=decision.expires,
            parent_id_tag=decision.parent_id_tag or ours.parent_id_tag,
            message=ours.message if is_ours else None,
            language=ours.language if is_ours else None,
        )

    # What an upstream decides on the card of a session when it is told of it.

    def decided(
        self, station: VirtualStation, session: Transaction, decision: Decision
    ) -> None:
        """Note a decision that came with the answer to the start of a session.

        If the upstream refuses its own card, and the house would not accept it either,
        the session is stopped. In all other cases it goes on: what an upstream thinks of
        the cards of the house is noted, no more. ConcurrentTx is no reason to stop, as
        the other session may be one whose end the upstream has not been told yet.
        """
        place, tag = session.charge_point_id, Tag(session.id_tag)
        if station.settings.told_tag(tag.id, without_card=False) != tag.id or is_masked(
            tag.id
        ):
            return
        ours = self.house.authorize(place, tag)
        if station not in self._responsible(place, tag, ours):
            return
        station.requests.tags.note(tag, decision)
        if (
            decision.status not in _FINAL
            or ours.status is AuthorizationStatus.ACCEPTED
            or self.decide(place, tag, ours, starting=session).status
            is AuthorizationStatus.ACCEPTED
        ):
            return
        task = asyncio.get_running_loop().create_task(
            _stop(station.charge_point, session)
        )
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    def _is_running(
        self, charge_point_id: str, tag: Tag, connector_id: int | None
    ) -> bool:
        """Return whether an accepted session with an id tag is running."""
        return any(
            one.accepted
            and connector_id in {None, one.connector_id}
            and tag_key(one.id_tag) == tag_key(tag.shown)
            for one in self._ledger.running(charge_point_id)
        )


async def _stop(charge_point: ChargePoint, session: Transaction) -> None:
    """Stop a session, if it runs and the charge point is there."""
    connector = charge_point.connectors.get(session.connector_id)
    running = None if connector is None else connector.transaction
    if running is None or running.id != session.id:
        return
    # It is noted that the upstream has refused it, whatever happens to the stop.
    with suppress(CsmsError):
        await charge_point.commands.stop_transaction(
            connector_id=session.connector_id, transaction_id=session.id
        )


def _accepts(stations: list[VirtualStation], key: str) -> bool:
    """Return whether an upstream has just accepted an id tag."""
    return any(
        (fresh := one.requests.tags.fresh(key)) is not None
        and fresh.status is AuthorizationStatus.ACCEPTED
        for one in stations
    )


def _known(station: VirtualStation, key: str) -> Decision | None:
    """Return what an upstream has decided on an id tag, or its local list says."""
    tags = station.requests.tags
    return tags.decided(key) or tags.listed(key)
