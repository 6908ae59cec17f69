"""Hold the charge points that wait for adoption, and count refused ids per address.

The number of waiting charge points is limited per address and in total, so that one
address cannot block the others.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
import time
from typing import Protocol

from ..link import Link
from ..model.model import utcnow

MOST = 150
"""Charge points that may wait at a time.

This is less than the limit of connections, so that further charge points can still
complete the handshake that contains their id.
"""
MOST_OF_ADDRESS = 8
BOOT_PATIENCE = 60.0
"""Seconds in which a charge point has to send its BootNotification."""

_SILENCE = 90.0
"""Seconds of silence after which another charge point may take the place.

A waiting charge point is asked to send a BootNotification every 30 seconds.
"""

MOST_IDS = 10
"""Refused ids of an address within `_WITHIN`, above which it counts as guessing."""
_WITHIN = 600.0
_MOST_FOLLOWED = 1000


@lru_cache(maxsize=1000)
def address_of(remote: str) -> str:
    """Return an address in normalized form."""
    try:
        address = ip_address(remote)
    except ValueError:
        return remote
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def network_of(remote: str) -> str:
    """Return the addresses that one device can use: of IPv6 a /64 network."""
    address = address_of(remote)
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


class Waiting(Protocol):
    """The part of a charge point that the waiting room uses."""

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def last_seen(self) -> datetime | None:
        """The time of its last message."""

    def closed(self, link: Link) -> bool:
        """Handle the end of a connection."""


class WaitingRoom[Guest: Waiting]:
    """The charge points that wait for adoption, by id."""

    def __init__(self, is_awaited: Callable[[str], bool]) -> None:
        """Create an empty waiting room.

        Args:
            is_awaited: Returns whether a charge point of that id is always let in.
        """
        self.pending: dict[str, Guest] = {}
        self._is_awaited = is_awaited

    def has_room(self, charge_point_id: str, remote: str, *, awaited: bool) -> bool:
        """Return whether a new charge point may wait.

        Args:
            charge_point_id: Its id.
            remote: Its address.
            awaited: Whether it is expected for another reason than its id.
        """
        return (
            awaited or self._is_awaited(charge_point_id) or self._is_place_for(remote)
        )

    def make_room(self, charge_point_id: str, remote: str, *, awaited: bool) -> bool:
        """Drop another charge point if necessary; return False if there is no room."""
        if not self.has_room(charge_point_id, remote, awaited=awaited):
            return False
        neighbours = self._neighbours(remote)
        if len(neighbours) >= MOST_OF_ADDRESS:
            _send_away(min(neighbours, key=_heard))
        elif len(self.pending) >= MOST:
            _send_away(min(self.pending.values(), key=_heard))
        return True

    def _is_place_for(self, remote: str) -> bool:
        """Return whether a place is free, or its charge point has been silent."""
        neighbours = self._neighbours(remote)
        silent_since = utcnow().timestamp() - _SILENCE
        return (
            len(neighbours) < MOST_OF_ADDRESS
            or min(map(_heard, neighbours)) < silent_since
        )

    def _neighbours(self, remote: str) -> list[Guest]:
        """Return the waiting charge points of the same address."""
        address = address_of(remote)
        return [
            one
            for one in self.pending.values()
            if address_of(one.remote or "") == address
        ]


def _send_away(charge_point: Waiting) -> None:
    """Drop a connection at once to free its place."""
    if (link := charge_point.link) is not None:
        link.replaced()
        charge_point.closed(link)


def _heard(charge_point: Waiting) -> float:
    """Return the Unix time of a charge point's last message; 0 if there is none."""
    seen = charge_point.last_seen
    return seen.timestamp() if seen is not None else 0.0


class Guesses:
    """Count the refused ids of each address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Create an empty count; `clock` returns seconds."""
        self._clock = clock
        self._tried: dict[str, dict[str, float]] = {}

    def note(self, charge_point_id: str, remote: str) -> None:
        """Record a refused id. Repeating the same id does not count."""
        place = network_of(remote)
        # The latest address is the last.
        tried = self._tried.pop(place, {})
        self._tried[place] = tried
        tried.pop(charge_point_id, None)
        tried[charge_point_id] = self._clock()
        if len(tried) > MOST_IDS + 1:
            del tried[next(iter(tried))]
        if len(self._tried) > _MOST_FOLLOWED:
            del self._tried[next(iter(self._tried))]

    def too_many(self, remote: str) -> bool:
        """Return whether an address was refused with too many ids."""
        tried = self._tried.get(network_of(remote))
        if tried is None or len(tried) <= MOST_IDS:
            return False
        long_ago = self._clock() - _WITHIN
        return sum(when > long_ago for when in tried.values()) > MOST_IDS
