"""Estimate whether a connection really comes from the charge point of its id.

Any device that reaches the server can use the id of a charge point. The secret in the
URL, a password that was checked, and a certificate with the name of the charge point
are proofs. The usual remote address is evidence, and so is the serial number unless it
is the id. A connection without any of these is served, if its owner demands no proof,
but receives no id tags and passwords, and the identity that it reports is kept only
until it ends. After `PATIENCE` the connection counts as known, as routers assign new
addresses.

Being known is not enough for what would keep the charge point itself out: whoever has
read its serial number, or has waited, is known. See `Acquaintance.is_own`.
"""

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from ..link import Link
from ..model.changes import Changes
from ..model.model import Admission, Identity
from ..security.own_names import plain

PATIENCE = 600.0
"""Seconds after which a connection from a new address counts as known.

No other address may try to connect in that time: a charge point that lost its
connection is back within a few minutes.
"""

_SHORTEST_SERIAL = 4


def _differ(one: str | None, other: str | None) -> bool:
    """Return whether both texts were reported and differ."""
    return bool(plain(one) and plain(other)) and plain(one) != plain(other)


def is_another(known: Identity, told: Identity) -> bool:
    """Return whether two identities are of different devices.

    The serial number decides if both have one, as firmware may change the rest.

    Args:
        known: The identity of the charge point.
        told: The reported identity.
    """
    if plain(known.serial) and plain(told.serial):
        return _differ(known.serial, told.serial)
    return _differ(known.vendor, told.vendor) or _differ(known.model, told.model)


class Visitor(Protocol):
    """The part of a charge point that the estimate uses."""

    id: str
    changes: Changes

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def came_with_proof(self) -> bool:
        """Return whether its open connection has a secret, password or certificate."""

    @property
    def admission(self) -> Admission:
        """Return whether its id is adopted, pending or refused."""

    @property
    def identity(self) -> Identity:
        """The identity that it reported and that is trusted."""

    def set_identity(self, identity: Identity) -> None:
        """Set its identity."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to the listeners."""


class Acquaintance:
    """Track the address and identity of a charge point.

    On a change the field `known` of the charge point is marked. Events sent by
    `ChargePoint.emit`: `another_device` (with its `identity`), and `same_device` when
    the charge point reports its own identity for the first time after that.
    """

    def __init__(self, charge_point: Visitor) -> None:
        """Create the record of a charge point; its first address becomes its own."""
        self._charge_point = charge_point
        self.address: str | None = None
        """The address that its connections come from."""
        self.home: str | None = None
        """The address that is certainly its own.

        It is that of its first connection, of the last one with a proof, or the one
        that its owner confirmed; neither a serial number nor patience changes it.
        """
        self.claim: Identity | None = None
        """The identity that the open connection reports, if that is another device."""
        self._former_address: str | None = None
        """The previous address, if the current one became known by `PATIENCE`."""
        self._former_identity: Identity | None = None
        """The identity before an unknown connection reported another one."""
        self._vouched = False
        self._disputed = False
        """True if another device has connected since the last identity was reported."""
        self._to_be_asked = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_known(self) -> bool:
        """Return whether the open connection, if any, counts as its own."""
        charge_point = self._charge_point
        return charge_point.link is None or (
            self.claim is None
            and (
                self._vouched
                or charge_point.came_with_proof
                or self.address in (None, charge_point.remote)
            )
        )

    @property
    def is_own(self) -> bool:
        """Return whether there is an open connection that is certainly its own.

        It is known, and has a proof or comes from the address that was its own before.
        """
        charge_point = self._charge_point
        return (
            charge_point.link is not None
            and self.is_known
            and (charge_point.came_with_proof or charge_point.remote == self.home)
        )

    def rank(self, remote: str | None, *, with_proof: bool) -> int:
        """Rate a connection by address and proof, from 0 (unknown) to 3 (proof)."""
        if with_proof:
            return 3
        if self._former_address is not None:
            return {self._former_address: 2, self.address: 1}.get(remote, 0)
        return 2 if remote is not None and remote == self.address else 0

    def may_come_from(self, remote: str, *, with_proof: bool) -> bool:
        """Return whether it has connected from that address before, or never at all."""
        return self.address is None or self.rank(remote, with_proof=with_proof) > 0

    @property
    def serial(self) -> str | None:
        """The serial number, without what an unknown connection reports."""
        return (self._former_identity or self._charge_point.identity).serial

    @property
    def open_rank(self) -> int:
        """The rank of the open connection: see `rank`."""
        charge_point = self._charge_point
        if self.claim is not None:
            return 0
        return self.rank(charge_point.remote, with_proof=charge_point.came_with_proof)

    def recall(self, address: str | None, home: str | None = None) -> None:
        """Restore the addresses after a restart, or take that of the open connection.

        Args:
            address: The address that its connections come from.
            home: The address that is certainly its own; by default it is the same.
        """
        if self.address is None:
            self.address = address
            self.home = self.home or home or address
            self._judge()

    def opened(self) -> None:
        """Handle a new connection from `ChargePoint.remote`."""
        if self._charge_point.remote == self._former_address:
            # The connection in between was not its own.
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
            if self.home is None or charge_point.came_with_proof:
                self.home = charge_point.remote
        elif self.claim is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._waited)
        charge_point.changes.mark(0, "known")

    def _waited(self) -> None:
        self._timer = None
        former = self.address
        self._vouch()
        self._former_address = former
        self._charge_point.changes.flush()

    def contested(self) -> None:
        """Restart the wait, as another device tried to connect with the same id."""
        if self._timer is not None:
            self._judge()

    def vouch(self) -> None:
        """Treat the open connection as its own, as the owner has confirmed it."""
        if self._charge_point.link is not None:
            self.home = self._charge_point.remote
        self._vouch()

    def _vouch(self) -> None:
        """Treat the open connection as known until it ends."""
        self._vouched = True
        self._former_identity = self._former_address = None
        self._judge()
        self._charge_point.changes.mark(0, "identity")

    def closed(self) -> None:
        """Handle the end of a connection; drop an identity from an unknown one."""
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
        """Return once whether a BootNotification has to be requested."""
        asked, self._to_be_asked = self._to_be_asked, False
        return asked

    def told(self, identity: Identity, *serials: str | None) -> None:
        """Handle the identity that a BootNotification reports.

        Another device does not become the charge point by it: see `accept`.

        Args:
            identity: The reported identity.
            *serials: All serial numbers of the BootNotification.
        """
        charge_point = self._charge_point
        self._to_be_asked = False
        if charge_point.admission is not Admission.ADOPTED:
            charge_point.set_identity(identity)
            return
        known = self._former_identity or charge_point.identity
        if known.serial and plain(known.serial) in map(plain, serials):
            identity = replace(identity, serial=known.serial)
        if is_another(known, identity):
            self._stop_timer()
            self.claim, self._vouched, self._disputed = identity, False, True
            charge_point.emit("another_device", {"identity": identity})
            charge_point.changes.mark(0, "known")
            return
        if known.serial and not plain(identity.serial):
            identity = replace(identity, serial=known.serial)
        if self.claim is not None:
            self.claim = None
            self._judge()
        if not self.is_known:
            if self._is_proof(identity.serial, known.serial, serials):
                self._vouch()
            elif self._former_identity is None and identity != known:
                self._former_identity = known
        charge_point.set_identity(identity)
        if self._disputed:
            self._disputed = False
            charge_point.emit("same_device", {})

    def _is_proof(
        self, told: str | None, known: str | None, serials: tuple[str | None, ...]
    ) -> bool:
        """Return whether the known serial number was reported and is not in the id."""
        serial = plain(told)
        return (
            serial == plain(known)
            and serial in map(plain, serials)
            and len(serial) >= _SHORTEST_SERIAL
            and serial not in plain(self._charge_point.id)
        )

    def accept(self, identity: Identity) -> None:
        """Accept another device as the charge point, as the owner has confirmed it."""
        self.claim = None
        self._former_identity = None
        self._disputed = False
        self._charge_point.set_identity(identity)
        if (link := self._charge_point.link) is not None:
            self.vouch()
            link.admission_changed()

    def close(self) -> None:
        """Cancel the timer."""
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
