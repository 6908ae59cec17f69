"""All upstreams of a central system."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final

from ..charge_point import ChargePoint
from ..metering.signed import pass_no_signed
from ..model.errors import CommandError, PayerKnowsError
from ..model.records import UNREADABLE
from ..outside.transfers import TransferAnswer, pass_to_nobody
from ..session import Version
from ..transactions.ledger import Ledger
from ..transactions.storage import SessionFilter, TransactionStore
from ..transactions.transaction import Transaction, TransactionKey
from .asked.wishes import Wish
from .cards import UpstreamCards
from .model import UpstreamSettings
from .pace import USUAL, Pace
from .station import VirtualStation
from .told.books import UpstreamBooks
from .told.routing import SessionRouting, TwoPayers, two_payers
from .told.sessions import SessionTeller

_TRANSFER_S: Final = 10.0
"""Seconds that upstreams have to answer a DataTransfer of a charge point."""

type _Place = tuple[str, str]
"""The id of an upstream, and that of a charge point."""

_AT_ONCE: Final = 10
"""Charge points that connect to an upstream at the same time, after a restart."""


class Upstreams:
    """Plays each charge point for each of its upstreams."""

    def __init__(
        self,
        ledger: Ledger,
        storage: TransactionStore,
        books: UpstreamBooks,
        version: Callable[[str], Version[Any]],
        *,
        pace: Pace = USUAL,
    ) -> None:
        """Begin without upstreams and charge points.

        Args:
            ledger: The ledger of all charge points.
            storage: Where the old sessions are.
            books: What waits for upstreams.
            version: Returns the version with that subprotocol.
            pace: The times of the virtual charge points.
        """
        self._ledger = ledger
        self._storage = storage
        self._books = books
        self._version = version
        self._settings: dict[str, UpstreamSettings] = {}
        self._charge_points: dict[str, ChargePoint] = {}
        self.stations: dict[_Place, VirtualStation] = {}
        """Upstream and charge point -> what plays it."""
        self._leaving: dict[_Place, VirtualStation] = {}
        """Those of charge points that were removed, as long as they have more to tell."""
        self._by_charge_point: dict[str, tuple[VirtualStation, ...]] = {}
        self._pace = pace
        self._queues: dict[str, asyncio.Semaphore] = {}
        self._ending: dict[_Place, asyncio.Task[None]] = {}
        """The last end of a station of each place, as long as it goes on."""
        self.changed: Callable[[], None] = lambda: None
        """Called when there are other stations."""
        self.cards = UpstreamCards(self.of_charge_point, ledger)
        self.routing = SessionRouting(self.cards.holds)
        self.ask_owner: Callable[[Wish], None] = lambda wish: None
        """Asks the owner for what only he decides."""
        self.teller = SessionTeller(
            ledger, books, self.of_charge_point, self._charge_points.get, self.routing
        )
        books.sync = ledger.save
        books.on_stopped = self.teller.stopped
        books.on_loaded = self._loaded

    def of_charge_point(self, charge_point_id: str) -> tuple[VirtualStation, ...]:
        """Return the stations that play a charge point."""
        return self._by_charge_point.get(charge_point_id, ())

    def attach(self, charge_point: ChargePoint) -> None:
        """Play a charge point for the upstreams that are told of it."""
        for place in [one for one in self._leaving if one[1] == charge_point.id]:
            self._leave(place)
        self._charge_points[charge_point.id] = charge_point
        self.teller.begin()
        charge_point.pass_on = partial(self._pass_on, charge_point.id)
        charge_point.pass_signed = partial(self.teller.signed, charge_point.id)
        self._renew(charge_point.id)
        self.teller.look(charge_point.id)

    def detach(self, charge_point_id: str) -> None:
        """Play a charge point no more, once its upstreams know all of its sessions."""
        if (gone := self._charge_points.pop(charge_point_id, None)) is not None:
            gone.pass_on = pass_to_nobody
            gone.pass_signed = pass_no_signed
        leaving = tuple(
            station
            for station in self.of_charge_point(charge_point_id)
            if self._has_missed(station.settings.id, charge_point_id)
        )
        for station in leaving:
            place = (station.settings.id, charge_point_id)
            self._leaving[place] = self.stations.pop(place)
        self._by_charge_point[charge_point_id] = tuple(
            one for one in self.of_charge_point(charge_point_id) if one not in leaving
        )
        self._renew(charge_point_id)
        if leaving:
            # So that the ends of its sessions are queued.
            self._by_charge_point[charge_point_id] = leaving
        for station in leaving:
            station.changed = partial(self._tells, station)

    def _has_missed(self, upstream: str, charge_point_id: str) -> bool:
        """Return whether an upstream does not know all sessions of a charge point."""
        return bool(self._books.waiting(upstream, charge_point_id)) or any(
            not one.ended
            for one in self._books.told_sessions(upstream, charge_point_id)
        )

    def _tells(self, station: VirtualStation) -> None:
        """End a station of a removed charge point when it has told everything."""
        place = (station.settings.id, station.charge_point.id)
        if place in self._leaving and not self._has_missed(*place):
            self._leave(place)
            self._books.forget(*place)

    def _leave(self, place: _Place) -> None:
        station = self._leaving.pop(place)
        # There is nothing to be limited any more, and no timer that waits for it.
        station.requests.limits.detach()
        rest = [one for one in self.of_charge_point(place[1]) if one is not station]
        self._by_charge_point[place[1]] = tuple(rest)
        self._end(place, station)

    def apply(self, settings: Iterable[UpstreamSettings]) -> None:
        """Take the settings of all upstreams; those that are not among them are gone."""
        before, self._settings = self._settings, {one.id: one for one in settings}
        if before == self._settings:
            return
        for upstream, charge_point_id in list(self._leaving):
            known = self._settings.get(upstream)
            if known is None or charge_point_id not in (
                known.charge_points | known.removed
            ):
                self._leave((upstream, charge_point_id))
        self._renew()
        self._look()

    def _loaded(self) -> None:
        """Begin anew with what the upstreams have told before, such as their limits."""
        for place, station in list(self.stations.items()):
            del self.stations[place]
            station.requests.limits.detach()
            self._end(place, station)
        self._renew()
        self._look()

    def _look(self) -> None:
        for charge_point_id in self._charge_points:
            self.teller.look(charge_point_id)
        for settings in self._settings.values():
            for charge_point_id in settings.removed:
                self._finish(settings, charge_point_id)

    def _finish(self, settings: UpstreamSettings, charge_point_id: str) -> None:
        """Tell what an upstream has missed of a charge point, after a restart."""
        place = (settings.id, charge_point_id)
        if (
            place in self._leaving
            or charge_point_id in self._charge_points
            or not self._has_missed(*place)
        ):
            return
        station = self._leaving[place] = self._station(
            settings, ChargePoint(charge_point_id, self._ledger)
        )
        self._by_charge_point[charge_point_id] = (
            *self.of_charge_point(charge_point_id),
            station,
        )
        station.changed = partial(self._tells, station)
        station.start(after=self._ending.get(place))
        self.teller.look(charge_point_id)

    def waiting_since(self, upstream: str) -> dict[str, datetime]:
        """Return by charge point since when something waits for an upstream.

        Those of charge points that were removed are among them.
        """
        return {
            charge_point_id: since
            for (one, charge_point_id), station in (
                self.stations | self._leaving
            ).items()
            if one == upstream and (since := station.waiting_since) is not None
        }

    # Who pays.

    def payers(self, charge_point_id: str) -> list[UpstreamSettings]:
        """Return the upstreams of a charge point that pay, in order."""
        return [
            one.settings
            for one in self.of_charge_point(charge_point_id)
            if one.settings.pays
        ]

    def two_payers(self) -> list[TwoPayers]:
        """Return who would bill the same sessions, if both were told of them."""
        return list(two_payers(self._settings.values(), self.cards.listed))

    def choose_payer(
        self, charge_point_id: str, connector_id: int, choice: str | None
    ) -> None:
        """Set who pays for the sessions at a connector, from the running one on.

        Args:
            charge_point_id: The charge point.
            connector_id: The connector.
            choice: The id of an upstream, or `PRIVATE`; None is by the card.

        Raises:
            PayerKnowsError: The payer of the running session knows of it already.
        """
        before = self.routing.choice(charge_point_id, connector_id)
        self.routing.choose(charge_point_id, connector_id, choice)
        for session in self._ledger.running(charge_point_id):
            if session.connector_id != connector_id:
                continue
            payer = self.routing.payer(session, self.payers(charge_point_id))
            try:
                self.teller.change_payer(session, payer)
            except PayerKnowsError:
                if choice is None:
                    # It goes on as it is; the next one is by its card.
                    continue
                self.routing.choose(charge_point_id, connector_id, before)
                raise

    def forget(self, upstream: str) -> None:
        """Forget what waits for an upstream that was removed."""
        self._books.forget(upstream)

    def _renew(self, *charge_point_ids: str) -> None:
        """Start and stop stations, so that they are those of the settings.

        Args:
            *charge_point_ids: Of which charge points; all if there is none.
        """
        wanted = {
            (upstream.id, charge_point_id): upstream
            for upstream in self._settings.values()
            for charge_point_id in charge_point_ids or upstream.charge_points
            if charge_point_id in self._charge_points
            and charge_point_id in upstream.charge_points
        }
        affected = set(charge_point_ids) or {
            *(charge_point_id for _, charge_point_id in self.stations),
            *(charge_point_id for _, charge_point_id in wanted),
        }
        present = [
            place
            for charge_point_id in affected
            for station in self.of_charge_point(charge_point_id)
            if (place := (station.settings.id, charge_point_id)) in self.stations
        ]
        for place in present:
            station = self.stations[place]
            if (
                wanted.get(place) != station.settings
                or self._charge_points.get(place[1]) is not station.charge_point
            ):
                del self.stations[place]
                # Its limits stay at a shutdown; here they end, or are put again.
                station.requests.limits.detach()
                self._end(place, station)
        for place, settings in wanted.items():
            if place not in self.stations:
                self._begin(place, settings)
        for charge_point_id in affected:
            # In the order of the settings.
            stations = tuple(
                self.stations[place]
                for upstream in self._settings
                if (place := (upstream, charge_point_id)) in self.stations
            )
            if stations:
                self._by_charge_point[charge_point_id] = stations
            else:
                self._by_charge_point.pop(charge_point_id, None)
        self.changed()

    def _station(
        self, settings: UpstreamSettings, charge_point: ChargePoint
    ) -> VirtualStation:
        return VirtualStation(
            settings,
            charge_point,
            self._version(settings.subprotocol),
            self._books,
            find_session=self._find_session,
            pace=self._pace,
            queue=self._queues.setdefault(settings.id, asyncio.Semaphore(_AT_ONCE)),
        )

    def _begin(self, place: _Place, settings: UpstreamSettings) -> None:
        station = self._station(settings, self._charge_points[place[1]])
        self.stations[place] = station
        station.decided = partial(self.cards.decided, station)
        station.requests.wishes.ask = self._ask_owner
        # Two with one id at the upstream would throw each other out.
        station.start(after=self._ending.get(place))

    def _end(self, place: _Place, station: VirtualStation) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            if self._ending.get(place) is task:
                del self._ending[place]

        before = self._ending.get(place)

        async def end() -> None:
            await station.stop()
            if before is not None:
                await asyncio.wait((before,))

        task = asyncio.get_running_loop().create_task(end())
        self._ending[place] = task
        task.add_done_callback(ended)

    async def stop(self) -> None:
        """Disconnect from all upstreams."""
        for place in list(self._leaving):
            self._leave(place)
        for place, station in self.stations.items():
            self._end(place, station)
        self.stations.clear()
        self._by_charge_point.clear()
        if self._ending:
            await asyncio.wait(self._ending.values())

    def _ask_owner(self, wish: Wish) -> None:
        self.ask_owner(wish)

    def _pass_on(
        self, charge_point_id: str, vendor_id: str, message_id: str | None, data: Any
    ) -> Coroutine[Any, Any, TransferAnswer | None] | None:
        """Pass a DataTransfer on to the upstreams that get those of its vendor."""
        stations = [
            one
            for one in self.of_charge_point(charge_point_id)
            if one.connected and one.requests.data_transfers.allows(vendor_id)
        ]
        if not stations:
            return None
        return _first_answer(stations, vendor_id, message_id, data)

    async def _find_session(self, key: TransactionKey) -> Transaction | None:
        """Return a session of the ledger by its key.

        Raises:
            LookupError: The books cannot be read at present.
        """
        charge_point_id, transaction_id, _ = key
        for one in self._ledger.at_hand(charge_point_id):
            if one.key == key:
                return one
        found = await self._storage.all_sessions(
            SessionFilter(
                charge_point_id=charge_point_id,
                transaction_id=transaction_id,
                refused=True,
                struck_out=True,
            )
        )
        if found is None:
            raise LookupError(transaction_id)
        return next((one for one in found if one.key == key), None)


async def _first_answer(
    stations: list[VirtualStation], vendor_id: str, message_id: str | None, data: Any
) -> TransferAnswer | None:
    """Pass a DataTransfer on to all; return the answer of the first that has one."""

    async def ask(station: VirtualStation) -> TransferAnswer | None:
        call = station.speech.data_transfer(vendor_id, message_id, data)
        if call is None:
            return None
        try:
            return station.speech.data_transfer_answer(await station.ask(call))
        except (CommandError, *UNREADABLE):
            return None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(one)) for one in stations]
        # The charge point waits for its answer.
        await asyncio.wait(tasks, timeout=_TRANSFER_S)
        for task in tasks:
            task.cancel()
    answers = [one.result() for one in tasks if not one.cancelled()]
    return next((one for one in answers if one is not None), None)
