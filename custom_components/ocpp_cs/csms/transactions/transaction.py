"""A transaction, which users call a session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .parts.course import NO_COURSE, Course

NOTHING_WH = 10.0
"""Wh below which the energy may be the charge point's own consumption."""


AWAITED = "awaited"
"""The answer of a transaction that began before anybody was authorized.

In OCPP 2, it may begin when the vehicle is parked or plugged in (TxStartPoint, E01).
"""

_LONGEST_NUMBER = len(str(-(2**63)))
"""Digits of a 64-bit integer; other programs cannot read longer ids as numbers."""

_STARTS_AGAIN = timedelta(minutes=1)
"""The time after its beginning from which a start is that of another transaction."""


class Origin(StrEnum):
    """The message from which a transaction became known."""

    STARTED = "started"
    """Its StartTransaction."""
    ADOPTED = "adopted"
    """Its meter values: it began without this central system."""
    STOPPED = "stopped"
    """Its StopTransaction; no other message is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A change of a transaction after its end."""

    time: datetime
    by: str
    """The name of the user, or the address of the charge point."""
    by_user: bool
    before: tuple[tuple[str, str | float | bool | None], ...]
    """The changed fields and their former values; times as ISO 8601."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """The details that only some transactions have; the others have None.

    They are a separate object because each meter value creates a new `Transaction`; and
    it has no slots, for the same reason (see `Transaction`).
    """

    evse: int | None = None
    """The evseId of OCPP 2."""
    plug: int | None = None
    """The connectorId of OCPP 2 at that EVSE, if it was reported."""
    offline: bool | None = None
    """True if the charge point reported that it ran without a connection."""
    remote_start_id: int | None = None
    """The id of the request that started it, if the charge point repeats the id."""
    payer: str | None = None
    """The person who pays for the session, if it is not the owner."""
    price: float | None = None
    """The average price of a kWh, in the user's currency."""
    currency: str | None = None
    """The currency of `cost` and `price`, as in ISO 4217."""
    sun_share: float | None = None
    """The share of solar energy, from 0 to 1."""
    sun_wh: float | None = None
    grid_wh: float | None = None
    vehicle: str | None = None
    """The id of the vehicle that was charged: that of its subentry, or `guest`."""
    soc_start: float | None = None
    """The vehicle's state of charge at the beginning, in percent."""
    soc_end: float | None = None
    """The vehicle's state of charge at the end, in percent."""
    export_start_wh: float | None = None
    """The register of what vehicles give back, at its beginning (2.1: Q)."""
    export_wh: float | None = None
    """The energy that the vehicle has given back; None if it never could."""
    export_value: float | None = None
    """What that energy is worth, in the currency of `cost`."""

    def with_(self, changes: Mapping[str, float | str | None]) -> Details:
        """Return a copy with changes, faster than `replace`."""
        changed = object.__new__(Details)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


NO_DETAILS = Details()


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """A transaction; energies in Wh, times aware.

    `meter_start_wh` is None while it is unknown, as for a transaction that began before
    the central system was started. `end` is None while it runs.

    It has no slots: each meter value creates a new transaction, and an object with a
    dict is copied in a thirtieth of the time (see `_with`).
    """

    id: str
    """The id that the charge point uses; in OCPP 1.6 a decimal number."""
    seq: int
    """The number of booking, which gives the order; ids give none."""
    charge_point_id: str
    connector_id: int
    """The connector from 1; 0 if only a stop without a connector is known."""
    id_tag: str
    start: datetime
    reported_start: datetime
    """The start by the charge point's clock, which may be wrong."""
    meter_start_wh: float | None
    reported_meter_start_wh: float | None = None
    """The reading in its StartTransaction, which may be wrong."""
    register_wh: float | None = None
    """The newest reading of the meter that belongs to this transaction."""
    end: datetime | None = None
    reported_end: datetime | None = None
    """The end in its StopTransaction; None until that arrives."""
    meter_stop_wh: float | None = None
    reason: str | None = None
    origin: Origin = Origin.STARTED
    start_known: bool = True
    """False if `start` is unknown, and therefore equal to the end."""
    cost: float | None = None
    """The cost in the user's currency; None until a price is known."""
    priced_wh: float = 0.0
    """The energy that `cost` covers."""
    reported_meter_stop_wh: float | None = None
    """The reading in its StopTransaction, which may be wrong."""
    answer: str | None = None
    """The AuthorizationStatus in the answer to its start, if known, or `AWAITED`."""
    begun_from: str | None = None
    """The address that its StartTransaction came from."""
    ended_from: str | None = None
    """The address that its StopTransaction came from."""
    struck_out: bool = False
    """True if the user struck it out, so that it does not count."""
    edits: tuple[Edit, ...] = ()
    """The changes, from the oldest to the newest."""
    continues: str | None = None
    """The id of the transaction that it continues after a pause."""
    details: Details = NO_DETAILS
    course: Course = NO_COURSE
    """When its energy was charged, and what each part of it cost."""

    @property
    def has_number(self) -> bool:
        """Return whether its id is a number, as OCPP 1.6 needs.

        Later versions have texts, which the charge points choose.
        """
        return self.id.removeprefix("-").isdecimal()

    @property
    def public_id(self) -> int | str:
        """The id as users see it; see `public_id`."""
        return public_id(self.id)

    @property
    def vehicle(self) -> str | None:
        """The id of the vehicle that was charged: see `Details`."""
        return self.details.vehicle

    @property
    def key(self) -> TransactionKey:
        """The unique key of the transaction, as a charge point may reuse an id."""
        return (self.charge_point_id, self.id, self.reported_start)

    def precedes_start(self, start: datetime) -> bool:
        """Return whether a start is that of a later transaction with the same id.

        A start comes before all else of its transaction, and some repeat it with a
        time that is a little later.

        Args:
            start: The start by the charge point's clock.
        """
        return start - self.reported_start > _STARTS_AGAIN

    @property
    def accepted(self) -> bool:
        """Return whether its start was accepted; True if the answer is unknown."""
        return self.answer in {None, "accepted"}

    @property
    def refused(self) -> bool:
        """Return whether its start was refused and nothing was charged.

        It is no session then. Some charge points charge in spite of a refusal. A
        transaction for which nobody is authorized yet counts as refused, too.
        """
        return not self.accepted and (self.energy_wh or 0.0) < NOTHING_WH

    @property
    def corrected_by_user(self) -> bool:
        """Return whether a user has corrected it."""
        return any(edit.by_user for edit in self.edits)

    def as_told(self, field: str) -> Any:
        """Return the value of a field before corrections by users."""
        for edit in self.edits:
            if not edit.by_user:
                continue
            for name, value in edit.before:
                if name == field:
                    return value
        return getattr(self, field)

    @property
    def told_stop_wh(self) -> float | None:
        """The reading in its StopTransaction, if it was stored."""
        told = self.reported_meter_stop_wh
        return self.as_told("meter_stop_wh") if told is None else told

    @property
    def energy_wh(self) -> float | None:
        """The energy so far in Wh; None if the reading of the start is unknown."""
        if (start := self.meter_start_wh) is None:
            return None
        if (stop := self.meter_stop_wh) is not None and stop >= start:
            return stop - start
        if (register := self.register_wh) is not None and register >= start:
            return register - start
        return 0.0

    @property
    def newest_wh(self) -> float | None:
        """The newest reading of the meter before its end, in Wh."""
        return self.meter_start_wh if self.register_wh is None else self.register_wh

    @property
    def total_cost(self) -> float | None:
        """The cost less what the vehicle has given back is worth; None if unknown."""
        if self.details.export_value is None:
            return self.cost
        return (self.cost or 0.0) - self.details.export_value

    def duration(self, now: datetime) -> timedelta:
        """Return its duration, until `now` if it is running."""
        return max(timedelta(), (self.end or now) - self.start)

    def edited(
        self, fields: Iterable[str], *, by: str, by_user: bool, time: datetime
    ) -> Transaction:
        """Return it with an `Edit` that has the present values of fields.

        Args:
            fields: The fields that are about to change.
            by: The name of the user, or the address of the charge point.
            by_user: Whether a user changes them.
            time: The time of the change.
        """
        before = tuple(
            (name, value.isoformat() if isinstance(value, datetime) else value)
            for name in fields
            for value in (getattr(self, name),)
        )
        edit = Edit(time=time, by=by, by_user=by_user, before=before)
        return replace(self, edits=(*self.edits, edit))

    def scaled(self, energy_wh: float) -> Transaction:
        """Return it with another energy that costs, and is divided, in proportion.

        Args:
            energy_wh: The energy, which its readings have already.
        """
        before_wh = self.course.wh
        if before_wh <= 0:
            return self
        factor = energy_wh / before_wh
        details = self.details
        return self.with_(
            course=self.course.scaled(energy_wh),
            cost=None if self.cost is None else self.cost * factor,
            priced_wh=self.priced_wh * factor,
            details=details
            if details.sun_wh is None
            else details.with_(
                {
                    "sun_wh": details.sun_wh * factor,
                    "grid_wh": (details.grid_wh or 0.0) * factor,
                }
            ),
        )

    def costing(self, cost: float | None) -> Transaction:
        """Return it with the cost that its user set; with None it has no cost."""
        energy_wh = self.energy_wh or 0.0
        each = None if cost is None or not energy_wh else cost * 1000.0 / energy_wh
        return self.with_(
            cost=cost,
            priced_wh=energy_wh,
            course=self.course.costing(cost),
            details=self.details.with_({"price": each}),
        )

    def with_cost_as(self, before: Transaction) -> Transaction:
        """Return it with the cost of `before` in proportion to the energy."""
        energy_wh, energy_before = self.energy_wh, before.energy_wh
        if energy_wh is None:
            return self
        if self.course.parts:
            return self.scaled(energy_wh)
        if before.cost is None:
            return self
        if not energy_before:
            if self.course.is_settled:
                # The cost that the user set comes back as its energy does.
                each = self.details.price
                return self.costing(
                    before.cost if each is None else each * energy_wh / 1000.0
                )
            # Without priced energy the price is unknown.
            return replace(self, cost=before.cost if not energy_wh else None)
        return replace(
            self,
            cost=before.cost * energy_wh / energy_before,
            priced_wh=energy_wh,
        )

    def metered(self, start_wh: float | None, register_wh: float) -> Transaction:
        """Return it with another reading of the meter."""
        return self.with_(meter_start_wh=start_wh, register_wh=register_wh)

    def with_(self, **changes: Any) -> Transaction:
        """Return a copy with changes, faster than `replace`, for each meter value."""
        changed = object.__new__(Transaction)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


def public_id(transaction_id: str) -> int | str:
    """Return an id as users and automations see it.

    That is a number if the id is a decimal number, as in OCPP 1.6.
    """
    if len(transaction_id) <= _LONGEST_NUMBER:
        try:
            number = int(transaction_id)
        except ValueError:
            return transaction_id
        if str(number) == transaction_id:
            return number
    return transaction_id


type TransactionKey = tuple[str, str, datetime]
