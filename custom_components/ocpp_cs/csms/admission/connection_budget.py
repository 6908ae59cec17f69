"""How many connections there may be, from one address and in all.

Whoever reaches the port can open connections, and each is a file descriptor: when
those run out, Home Assistant ends, with all that it does. So they are counted as soon
as they are there, before anything is done for them.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
import logging

_LOGGER = logging.getLogger(__name__)

HALF_PER_ADDRESS = 4
"""Handshakes that may be under way from one address; more wait for their turn."""
HALF_IN_ALL = 32
PER_ADDRESS = 16
"""Connections from one address, beside those of adopted charge points."""
IN_ALL = 200
"""Connections of all that are no adopted charge points."""
_MAX_COMPLAINTS = 50
"""Addresses that are remembered, so that each is logged once."""


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
    """What one connection takes."""

    arrival: Arrival
    peer: str
    """The network of the other end of the socket, which may be a proxy."""
    source: str
    """The network that it is counted at: behind a proxy, the one that was named."""
    half: bool = False
    """Whether its handshake is under way."""
    adopted: bool = False


class ConnectionBudget:
    """Counts connections and decides which of them go on.

    Connections of adopted charge points never count. The others may be 16 per address,
    and as many more as adopted charge points came from there, or are not here at all:
    after a power cut all of them come at once, with old connections still open. The
    same goes for the 200 in all.
    """

    def __init__(self, adopted: Callable[[], int]) -> None:
        """Begin with none; `adopted` tells how many charge points are adopted."""
        self._adopted = adopted
        self._others: Counter[str] = Counter()
        """By source, those that are not of adopted charge points."""
        self._others_in_all = 0
        self._carried: Counter[str] = Counter()
        """By source and by peer, those of adopted charge points."""
        self._adopted_here = 0
        self._half: Counter[str] = Counter()
        self._half_in_all = 0
        self._waiting: dict[Place, None] = {}
        self._complaints: set[str] = set()
        self.turned_away = 0
        """How many connections were dropped for being too many."""

    @property
    def waiting(self) -> int:
        """How many connections wait for their handshake."""
        return len(self._waiting)

    @property
    def handshakes(self) -> int:
        """How many handshakes are under way."""
        return self._half_in_all

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return self._others_in_all + self._adopted_here

    def arrive(self, arrival: Arrival, address: str) -> Place | None:
        """Have a new connection begin, wait or go; return the place that it has."""
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
        """Note that a handshake succeeded; False if it is one too many after all.

        `remote` is where the charge point is, as far as that is known by now.
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
        """Note whether a connection is that of an adopted charge point."""
        if place.adopted is adopted:
            return
        place.adopted = adopted
        self._count_other(place.source, -1 if adopted else 1)
        self._count_adopted(place, 1 if adopted else -1)

    def leave(self, place: Place) -> None:
        """Note that a connection is gone."""
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
        # Where adopted ones are known to be, strangers elsewhere take no place.
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
    """Count without keeping what is 0: there are many addresses."""
    if value := counter[key] + change:
        counter[key] = value
    else:
        del counter[key]


def _network(address: str) -> str:
    """Return what counts as one address: of IPv6, everybody has 2^64 of them."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    if (mapped := ip.ipv4_mapped) is not None:
        return str(mapped)
    return str(ip_network((ip, 64), strict=False))
