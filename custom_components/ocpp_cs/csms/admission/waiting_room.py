"""Where charge points wait that are not adopted, and who may try which ids.

There are places for some of each address, and for some in all, so that nobody takes
those of the others.
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

That is less than there may be connections: whoever does not wait has to be able to come
in as far as saying its id.
"""
MOST_OF_ADDRESS = 8
BOOT_PATIENCE = 60.0
"""Seconds in which a charge point has to say what it is."""

_SILENCE = 90.0
"""Seconds after which another one of the same address may have the place.

Whoever waits is told to boot again every 30 seconds.
"""

_MOST_IDS = 10
"""Ids that an address may try, and be refused, within `_WITHIN`: it guesses."""
_WITHIN = 600.0
_MOST_FOLLOWED = 1000


@lru_cache(maxsize=1000)
def address_of(remote: str) -> str:
    """Return an address in the one way that it is written here."""
    try:
        address = ip_address(remote)
    except ValueError:
        return remote
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _network_of(remote: str) -> str:
    """Return what one device can have: of IPv6, that is a network of addresses."""
    address = address_of(remote)
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


class Waiting(Protocol):
    """What of a charge point decides whether its place is free."""

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def last_seen(self) -> datetime | None:
        """When its last message came."""

    def closed(self, link: Link) -> bool:
        """Take in that a connection ended."""


class WaitingRoom[Guest: Waiting]:
    """The charge points that wait for adoption, by id."""

    def __init__(self, is_awaited: Callable[[str], bool]) -> None:
        """Begin empty. Who `is_awaited` always gets in."""
        self.pending: dict[str, Guest] = {}
        self._is_awaited = is_awaited

    def has_room(self, charge_point_id: str, remote: str, *, awaited: bool) -> bool:
        """Tell whether a charge point that is new here could wait.

        `awaited` is one that shows otherwise than by its id that it is waited for.
        """
        return (
            awaited or self._is_awaited(charge_point_id) or self._is_place_for(remote)
        )

    def make_room(self, charge_point_id: str, remote: str, *, awaited: bool) -> bool:
        """Have another one give way where that is needed; False if none does."""
        if not self.has_room(charge_point_id, remote, awaited=awaited):
            return False
        neighbours = self._neighbours(remote)
        if len(neighbours) >= MOST_OF_ADDRESS:
            _send_away(min(neighbours, key=_heard))
        elif len(self.pending) >= MOST:
            _send_away(min(self.pending.values(), key=_heard))
        return True

    def _is_place_for(self, remote: str) -> bool:
        """Tell whether there is a place, or one whose owner may have to give way."""
        neighbours = self._neighbours(remote)
        silent_since = utcnow().timestamp() - _SILENCE
        return (
            len(neighbours) < MOST_OF_ADDRESS
            or min(map(_heard, neighbours)) < silent_since
        )

    def _neighbours(self, remote: str) -> list[Guest]:
        """Return those who wait and came from the same address."""
        address = address_of(remote)
        return [
            one
            for one in self.pending.values()
            if address_of(one.remote or "") == address
        ]


def _send_away(charge_point: Waiting) -> None:
    """Drop a connection at once, so that its place is free."""
    if (link := charge_point.link) is not None:
        link.replaced()
        charge_point.closed(link)


def _heard(charge_point: Waiting) -> float:
    """Return when the last message of a charge point came."""
    seen = charge_point.last_seen
    return seen.timestamp() if seen is not None else 0.0


class Guesses:
    """Who was refused with how many ids."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody."""
        self._clock = clock
        self._tried: dict[str, dict[str, float]] = {}

    def note(self, charge_point_id: str, remote: str) -> None:
        """Take in that an id was refused. To try the same again is no guess."""
        place = _network_of(remote)
        # The latest one is the last.
        tried = self._tried.pop(place, {})
        self._tried[place] = tried
        tried.pop(charge_point_id, None)
        tried[charge_point_id] = self._clock()
        if len(tried) > _MOST_IDS + 1:
            del tried[next(iter(tried))]
        if len(self._tried) > _MOST_FOLLOWED:
            del self._tried[next(iter(self._tried))]

    def too_many(self, remote: str) -> bool:
        """Tell whether an address has tried so many ids that it seems to guess."""
        tried = self._tried.get(_network_of(remote))
        if tried is None or len(tried) <= _MOST_IDS:
            return False
        long_ago = self._clock() - _WITHIN
        return sum(when > long_ago for when in tried.values()) > _MOST_IDS
