"""Limit the number of connections, from one address and in total.

Any device that reaches the port can open connections, and each takes a file descriptor:
without free ones Home Assistant stops working. So connections are counted as soon as
they are accepted, before anything else is done for them.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
import logging

_LOGGER = logging.getLogger(__name__)

HALF_PER_ADDRESS = 4
"""Handshakes in progress from one address; more connections wait."""
HALF_IN_ALL = 32
PER_ADDRESS = 16
"""Connections from one address, without those of adopted charge points."""
IN_ALL = 200
"""Connections in total, without those of adopted charge points."""
_MAX_COMPLAINTS = 50
"""Addresses that are remembered, to log each only once."""


class Arrival(ABC):
    """A connection that wants to be served."""

    @abstractmethod
    def begin(self) -> None:
        """Start with the handshake."""

    @abstractmethod
    def wait(self) -> None:
        """Read nothing until `begin`."""

    @abstractmethod
    def turn_away(self) -> None:
        """Drop the connection."""


@dataclass(kw_only=True, slots=True, eq=False)
class Place:
    """The entry of one connection in the budget."""

    arrival: Arrival
    peer: str
    """The network of the other end of the socket, which may be a proxy."""
    source: str
    """The network that it counts for: behind a proxy, the forwarded address."""
    half: bool = False
    """True if its handshake is in progress."""
    adopted: bool = False


class ConnectionBudget:
    """Count connections and decide which of them may proceed.

    Connections of adopted charge points do not count. Others are limited to 16 per
    address, plus one for each adopted charge point that is connected from there or not
    connected at all: after a power cut all of them connect at once, with old
    connections still open. The limit of 200 in total is extended likewise.
    """

    def __init__(self, adopted: Callable[[], int]) -> None:
        """Create an empty budget.

        Args:
            adopted: Returns the number of adopted charge points.
        """
        self._adopted = adopted
        self._others: Counter[str] = Counter()
        """Connections by source, without those of adopted charge points."""
        self._others_in_all = 0
        self._carried: Counter[str] = Counter()
        """Connections of adopted charge points, by source and by peer."""
        self._adopted_here = 0
        self._half: Counter[str] = Counter()
        self._half_in_all = 0
        self._waiting: dict[Place, None] = {}
        self._complaints: set[str] = set()
        self.turned_away = 0
        """The number of connections that were dropped because of a limit."""

    @property
    def waiting(self) -> int:
        """The number of connections that wait for their handshake."""
        return len(self._waiting)

    @property
    def handshakes(self) -> int:
        """The number of handshakes in progress."""
        return self._half_in_all

    @property
    def connections(self) -> int:
        """The number of connections."""
        return self._others_in_all + self._adopted_here

    def arrive(self, arrival: Arrival, address: str) -> Place | None:
        """Start, delay or drop a new connection.

        Args:
            arrival: The connection.
            address: The address of the socket's peer.

        Returns:
            Its entry; None if it was dropped.
        """
        network = _network(address)
        if not self._has_room(network):
            self._complain(network, address)
            arrival.turn_away()
            return None
        place = Place(arrival=arrival, peer=network, source=network)
        self._count_other(network, 1)
        if self._may_begin(place):
            self._begin(place)
        else:
            self._waiting[place] = None
            arrival.wait()
        return place

    def come_in(self, place: Place, remote: str) -> bool:
        """Record that a handshake succeeded.

        Args:
            place: The entry of the connection.
            remote: The address of the charge point, behind a known proxy.

        Returns:
            False if there are too many connections from that address.
        """
        source = _network(remote)
        if source != place.source:
            self._count_other(place.source, -1)
            room = self._has_room(source)
            place.source = source
            self._count_other(source, 1)
            if not room:
                self._complain(source, remote)
                return False
        self._end_half(place)
        return True

    def set_adopted(self, place: Place, adopted: bool) -> None:
        """Set whether a connection is that of an adopted charge point."""
        if place.adopted is adopted:
            return
        place.adopted = adopted
        self._count_other(place.source, -1 if adopted else 1)
        self._count_adopted(place, 1 if adopted else -1)

    def leave(self, place: Place) -> None:
        """Remove a connection that has ended."""
        if place.adopted:
            self._count_adopted(place, -1)
        else:
            self._count_other(place.source, -1)
        self._waiting.pop(place, None)
        self._end_half(place)

    def _has_room(self, network: str) -> bool:
        away = max(0, self._adopted() - self._adopted_here)
        carried, others = self._carried[network], self._others[network]
        if others >= PER_ADDRESS + carried + away:
            return False
        # Connections from elsewhere must not block addresses of adopted charge points.
        return self._others_in_all < IN_ALL + away or others < carried

    def _may_begin(self, place: Place) -> bool:
        return (
            self._half_in_all < HALF_IN_ALL
            and self._half[place.peer] < HALF_PER_ADDRESS
        )

    def _begin(self, place: Place) -> None:
        place.half = True
        _add(self._half, place.peer, 1)
        self._half_in_all += 1
        place.arrival.begin()

    def _end_half(self, place: Place) -> None:
        if not place.half:
            return
        place.half = False
        _add(self._half, place.peer, -1)
        self._half_in_all -= 1
        following = next((one for one in self._waiting if self._may_begin(one)), None)
        if following is not None:
            del self._waiting[following]
            self._begin(following)

    def _count_other(self, source: str, change: int) -> None:
        _add(self._others, source, change)
        self._others_in_all += change

    def _count_adopted(self, place: Place, change: int) -> None:
        for network in {place.source, place.peer}:
            _add(self._carried, network, change)
        self._adopted_here += change

    def _complain(self, network: str, address: str) -> None:
        self.turned_away += 1
        if network in self._complaints or len(self._complaints) >= _MAX_COMPLAINTS:
            return
        self._complaints.add(network)
        _LOGGER.warning(
            "Too many connections from %s, or in all: some are dropped (not logged "
            "again). %d from there are open, and %d in all",
            address or "an unknown address",
            self._others[network] + self._carried[network],
            self.connections,
        )


def _add(counter: Counter[str], key: str, change: int) -> None:
    """Add to a counter; remove zeros, as there are many addresses."""
    if value := counter[key] + change:
        counter[key] = value
    else:
        del counter[key]


def _network(address: str) -> str:
    """Return the network that counts as one address: of IPv6 a /64 network."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    if (mapped := ip.ipv4_mapped) is not None:
        return str(mapped)
    return str(ip_network((ip, 64), strict=False))
