"""Whether the connection of a charge point is its own, as far as that can be told.

Anybody who reaches the server can say the id of a charge point. Without encryption
only the secret in its address is a proof; the address that it always had speaks for
it, and so does its serial number, unless that is its id. Who has nothing of that is
served all the same, but is not told tags and passwords, and what it says of itself
counts as long as its connection lasts. After `PATIENCE` it is known: routers give out
new addresses.
"""

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from ..link import Link
from ..model.changes import Changes
from ..model.model import Admission, Identity

PATIENCE = 600.0
"""Seconds after which a connection from a new address is known.

So long nobody may have come from elsewhere; a charge point that lost its connection
is back within a few minutes.
"""

_SHORTEST_SERIAL = 4


def _text(told: str | None) -> str:
    """Return what was told as it is compared."""
    return (told or "").strip(" \t\r\n\0").casefold()


def _differ(one: str | None, other: str | None) -> bool:
    """Tell whether both are told, and not the same."""
    return bool(_text(one) and _text(other)) and _text(one) != _text(other)


def is_another(known: Identity, told: Identity) -> bool:
    """Tell whether `told` is of another device than `known`.

    The serial number decides where both have one: firmware may change all else.
    """
    if _text(known.serial) and _text(told.serial):
        return _differ(known.serial, told.serial)
    return _differ(known.vendor, told.vendor) or _differ(known.model, told.model)


class Visitor(Protocol):
    """What of a charge point tells whether its connection is its own."""

    id: str
    changes: Changes

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def came_with_secret(self) -> bool:
        """Whether its open connection was made to the address with its secret."""

    @property
    def admission(self) -> Admission:
        """What the owner thinks of its id."""

    @property
    def identity(self) -> Identity:
        """What it says of itself, as far as it is believed."""

    def set_identity(self, identity: Identity) -> None:
        """Believe what it says of itself."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the listeners of something that happened."""


class Acquaintance:
    """What is known of where a charge point comes from.

    When it changes, the field `known` of the charge point is marked. Tells by
    `ChargePoint.emit`: `another_device` (its `identity`), and `same_device` when the
    charge point says what it is for the first time after that.
    """

    def __init__(self, charge_point: Visitor) -> None:
        """Know nothing of `charge_point`: its first address will be its own."""
        self._charge_point = charge_point
        self.address: str | None = None
        """The address that its connections came from so far."""
        self.claim: Identity | None = None
        """What the open connection says to be, where that is another device."""
        self._former_address: str | None = None
        """The address before the one that became known for its patience."""
        self._former_identity: Identity | None = None
        """What the charge point was before somebody unknown said something else."""
        self._vouched = False
        self._disputed = False
        """Whether another device was here since this one said what it is."""
        self._to_be_asked = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_known(self) -> bool:
        """Whether the open connection is its own; so is none at all."""
        charge_point = self._charge_point
        return charge_point.link is None or (
            self.claim is None
            and (
                self._vouched
                or charge_point.came_with_secret
                or self.address in (None, charge_point.remote)
            )
        )

    def rank(self, remote: str | None, *, with_secret: bool) -> int:
        """Return how much speaks for a connection from that address; 0 is nothing."""
        if with_secret:
            return 3
        if self._former_address is not None:
            return {self._former_address: 2, self.address: 1}.get(remote, 0)
        return 2 if remote is not None and remote == self.address else 0

    def may_come_from(self, remote: str, *, with_secret: bool) -> bool:
        """Tell whether it came from that address before, or has never come at all."""
        return self.address is None or self.rank(remote, with_secret=with_secret) > 0

    @property
    def open_rank(self) -> int:
        """How much speaks for the open connection."""
        charge_point = self._charge_point
        if self.claim is not None:
            return 0
        return self.rank(charge_point.remote, with_secret=charge_point.came_with_secret)

    def recall(self, address: str | None) -> None:
        """Take the address from before a restart, or that of the open connection."""
        if self.address is None:
            self.address = address
            self._judge()

    def opened(self) -> None:
        """Take in that a connection began, from `ChargePoint.remote`."""
        if self._charge_point.remote == self._former_address:
            # The one in between was none of its own.
            self.address = self._former_address
            self._former_address = None
        self._judge()

    def _judge(self) -> None:
        charge_point = self._charge_point
        if charge_point.link is None or charge_point.admission is not Admission.ADOPTED:
            return
        self._stop_timer()
        if self.is_known:
            self.address = charge_point.remote
        elif self.claim is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._waited)
        charge_point.changes.mark(0, "known")

    def _waited(self) -> None:
        self._timer = None
        former = self.address
        self.vouch()
        self._former_address = former
        self._charge_point.changes.flush()

    def contested(self) -> None:
        """Take in that somebody else wanted to be the charge point as well."""
        if self._timer is not None:
            self._judge()

    def vouch(self) -> None:
        """Take the open connection for the charge point's own."""
        self._vouched = True
        self._former_identity = self._former_address = None
        self._judge()
        self._charge_point.changes.mark(0, "identity")

    def closed(self) -> None:
        """Take in that a connection ended: what somebody unknown said goes with it."""
        self._stop_timer()
        self._to_be_asked = (
            self.claim is not None or self._former_identity is not None
        ) or self._to_be_asked
        self.claim, self._vouched = None, False
        former, self._former_identity = self._former_identity, None
        if former is not None:
            self._charge_point.set_identity(former)
        self._charge_point.changes.mark(0, "known")

    def take_question(self) -> bool:
        """Return, once, whether it has to be asked what it is."""
        asked, self._to_be_asked = self._to_be_asked, False
        return asked

    def told(self, identity: Identity, *serials: str | None) -> None:
        """Take what a BootNotification says, with all of its serial numbers.

        Another device does not become the charge point by saying so: see `accept`.
        """
        charge_point = self._charge_point
        self._to_be_asked = False
        if charge_point.admission is not Admission.ADOPTED:
            charge_point.set_identity(identity)
            return
        known = self._former_identity or charge_point.identity
        if known.serial and _text(known.serial) in map(_text, serials):
            identity = replace(identity, serial=known.serial)
        if is_another(known, identity):
            self._stop_timer()
            self.claim, self._vouched, self._disputed = identity, False, True
            charge_point.emit("another_device", {"identity": identity})
            charge_point.changes.mark(0, "known")
            return
        if known.serial and not _text(identity.serial):
            identity = replace(identity, serial=known.serial)
        if self.claim is not None:
            self.claim = None
            self._judge()
        if not self.is_known:
            if self._is_proof(identity.serial, known.serial, serials):
                self.vouch()
            elif self._former_identity is None and identity != known:
                self._former_identity = known
        charge_point.set_identity(identity)
        if self._disputed:
            self._disputed = False
            charge_point.emit("same_device", {})

    def _is_proof(
        self, told: str | None, known: str | None, serials: tuple[str | None, ...]
    ) -> bool:
        """Tell whether a serial number was said that does not stand in the id."""
        serial = _text(told)
        return (
            serial == _text(known)
            and serial in map(_text, serials)
            and len(serial) >= _SHORTEST_SERIAL
            and serial not in _text(self._charge_point.id)
        )

    def accept(self, identity: Identity) -> None:
        """Take another device for the charge point from now on: the owner says so."""
        self.claim = None
        self._former_identity = None
        self._disputed = False
        self._charge_point.set_identity(identity)
        if (link := self._charge_point.link) is not None:
            self.vouch()
            link.admission_changed()

    def close(self) -> None:
        """Let go of the timer."""
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
