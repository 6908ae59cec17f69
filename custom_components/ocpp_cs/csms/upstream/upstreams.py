"""All upstreams of a central system."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ..charge_point import ChargePoint
from ..session import Version
from ..transactions.ledger import Ledger
from ..transactions.storage import SessionFilter, TransactionStore
from ..transactions.transaction import Transaction, TransactionKey
from .model import UpstreamSettings
from .station import VirtualStation
from .told.books import UpstreamBooks
from .told.routing import Routing, by_settings
from .told.sessions import SessionTeller


class Upstreams:
    """Plays each charge point for each of its upstreams."""

    def __init__(
        self,
        ledger: Ledger,
        storage: TransactionStore,
        books: UpstreamBooks,
        version: Callable[[str], Version[Any]],
        *,
        routing: Routing = by_settings,
    ) -> None:
        """Begin without upstreams and charge points.

        Args:
            ledger: The ledger of all charge points.
            storage: Where the old sessions are.
            books: What waits for upstreams.
            version: Returns the version with that subprotocol.
            routing: Decides whom a session is told to.
        """
        self._ledger = ledger
        self._storage = storage
        self._books = books
        self._version = version
        self._settings: dict[str, UpstreamSettings] = {}
        self._charge_points: dict[str, ChargePoint] = {}
        self.stations: dict[tuple[str, str], VirtualStation] = {}
        """Upstream and charge point -> what plays it."""
        self._by_charge_point: dict[str, tuple[VirtualStation, ...]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.changed: Callable[[], None] = lambda: None
        """Called when there are other stations."""
        self.teller = SessionTeller(
            ledger, books, self.of_charge_point, self._charge_points.get, routing
        )

    def of_charge_point(self, charge_point_id: str) -> tuple[VirtualStation, ...]:
        """Return the stations that play a charge point."""
        return self._by_charge_point.get(charge_point_id, ())

    def attach(self, charge_point: ChargePoint) -> None:
        """Play a charge point for the upstreams that are told of it."""
        self._charge_points[charge_point.id] = charge_point
        self._renew()

    def detach(self, charge_point_id: str) -> None:
        """Play a charge point no more."""
        self._charge_points.pop(charge_point_id, None)
        self._renew()

    def apply(self, settings: Iterable[UpstreamSettings]) -> None:
        """Take the settings of all upstreams; those that are not among them are gone."""
        before, self._settings = self._settings, {one.id: one for one in settings}
        if before == self._settings:
            return
        self._renew()
        for charge_point_id in self._charge_points:
            self.teller.look(charge_point_id)

    def forget(self, upstream: str) -> None:
        """Forget what waits for an upstream that was removed."""
        self._books.forget(upstream)

    def _renew(self) -> None:
        """Start and stop stations, so that they are those of the settings."""
        wanted = {
            (upstream.id, charge_point_id): upstream
            for upstream in self._settings.values()
            for charge_point_id in upstream.charge_points
            if charge_point_id in self._charge_points
        }
        for place, station in list(self.stations.items()):
            if (
                wanted.get(place) != station.settings
                or self._charge_points.get(place[1]) is not station.charge_point
            ):
                del self.stations[place]
                # Its limits stay at a shutdown; here they end, or are put again.
                station.requests.limits.detach()
                self._end(station)
        for place, settings in wanted.items():
            if place not in self.stations:
                station = self.stations[place] = VirtualStation(
                    settings,
                    self._charge_points[place[1]],
                    self._version(settings.subprotocol),
                    self._books,
                    find_session=self._find_session,
                )
                station.start()
        self._by_charge_point = {}
        for (_, charge_point_id), station in self.stations.items():
            others = self._by_charge_point.get(charge_point_id, ())
            self._by_charge_point[charge_point_id] = (*others, station)
        self.changed()

    def _end(self, station: VirtualStation) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(station.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def stop(self) -> None:
        """Disconnect from all upstreams."""
        for station in self.stations.values():
            self._end(station)
        self.stations.clear()
        self._by_charge_point.clear()
        if self._ending:
            await asyncio.wait(self._ending)

    async def _find_session(self, key: TransactionKey) -> Transaction | None:
        """Return a session of the ledger by its key."""
        charge_point_id, transaction_id, _ = key
        for one in self._ledger.at_hand(charge_point_id):
            if one.key == key:
                return one
        found = await self._storage.sessions(
            SessionFilter(
                charge_point_id=charge_point_id,
                transaction_id=transaction_id,
                refused=True,
                struck_out=True,
            )
        )
        return next((one for one in found if one.key == key), None)
