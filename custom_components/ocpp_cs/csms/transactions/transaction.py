"""A transaction, which is what the user calls a session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

NOTHING_WH = 10.0
"""What is less than this may have been used by the charge point itself."""


_LONGEST_NUMBER = len(str(-(2**63)))
"""Longer ids are no numbers to any program that may read them."""


class Origin(StrEnum):
    """How a transaction became known."""

    STARTED = "started"
    """By its StartTransaction."""
    ADOPTED = "adopted"
    """By its meter values: it began without this central system."""
    STOPPED = "stopped"
    """By its StopTransaction, which is all that is known of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What was changed of a transaction after its end, by whom, when."""

    time: datetime
    by: str
    """The name of the user, or which charge point it was."""
    by_user: bool
    before: tuple[tuple[str, str | float | bool | None], ...]
    """The fields that were changed, and what they were; times as ISO 8601."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What is known of some transactions only; each is None where it is not.

    Apart from the rest, which is made anew with every reading of the meter.
    """

    evse: int | None = None
    """The EVSE, as a charge point with OCPP 2 numbers it."""
    plug: int | None = None
    """The connector below that EVSE, where a charge point names it."""
    offline: bool | None = None
    """True if it ran without a connection, where the charge point says so."""
    remote_start_id: int | None = None
    """The id of the request that started it, where the charge point repeats that."""
    payer: str | None = None
    """Who the session is billed to, where that is not the owner."""
    price: float | None = None
    """What a kWh cost on average, in the user's currency."""
    sun_share: float | None = None
    """The share of the energy that came from the sun, from 0 to 1."""
    sun_wh: float | None = None
    grid_wh: float | None = None
    vehicle: str | None = None
    """The id of the vehicle that was charged."""
    soc_start: float | None = None
    """The vehicle's state of charge at the beginning, in percent."""
    soc_end: float | None = None
    """The vehicle's state of charge at the end, in percent."""


NO_DETAILS = Details()


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One transaction; energies in Wh, times aware.

    `meter_start_wh` is None as long as nobody knows it (a transaction that began
    before this central system was there). `end` is None while it runs.

    It has no slots: each meter value makes another one, and what has a dict is copied
    in a thirtieth of the time (see `_with`).
    """

    id: str
    """As the charge point knows it. In OCPP 1.6 it is the decimal of a number."""
    seq: int
    """The order in which transactions were booked; ids say nothing of it."""
    charge_point_id: str
    connector_id: int
    """From 1; 0 where only its stop is known, which does not tell."""
    id_tag: str
    start: datetime
    reported_start: datetime
    """The start by the charge point's clock, which may be wrong."""
    meter_start_wh: float | None
    reported_meter_start_wh: float | None = None
    """The reading that its StartTransaction told, which may be wrong."""
    register_wh: float | None = None
    """The newest reading of the meter that belongs to this transaction."""
    end: datetime | None = None
    reported_end: datetime | None = None
    """The end that its StopTransaction told; None until that came."""
    meter_stop_wh: float | None = None
    reason: str | None = None
    origin: Origin = Origin.STARTED
    start_known: bool = True
    """False where `start` is nothing but the end."""
    cost: float | None = None
    """In the user's currency; None as long as no price was known."""
    priced_wh: float = 0.0
    """How much of the energy `cost` is for."""
    reported_meter_stop_wh: float | None = None
    """The reading that its StopTransaction told, which may be wrong."""
    answer: str | None = None
    """What its StartTransaction was answered (AuthorizationStatus), if that is known."""
    begun_from: str | None = None
    """The address that its StartTransaction came from."""
    ended_from: str | None = None
    """The address that its StopTransaction came from."""
    struck_out: bool = False
    """True if the user wants it to count no more."""
    edits: tuple[Edit, ...] = ()
    """From the oldest to the newest."""
    continues: str | None = None
    """The id of the transaction that it goes on with, which a pause has ended."""
    details: Details = NO_DETAILS

    @property
    def public_id(self) -> int | str:
        """The id as users see it; see `public_id`."""
        return public_id(self.id)

    @property
    def key(self) -> TransactionKey:
        """What tells it from any other: a charge point may use an id again."""
        return (self.charge_point_id, self.id, self.reported_start)

    @property
    def accepted(self) -> bool:
        """Return whether its tag may charge with it, as far as is known."""
        return self.answer in {None, "accepted"}

    @property
    def refused(self) -> bool:
        """Return whether its start was refused and nothing was charged: it is no session.

        Some charge points charge all the same.
        """
        return not self.accepted and (self.energy_wh or 0.0) < NOTHING_WH

    @property
    def corrected_by_user(self) -> bool:
        """Return whether a user knew better than what the charge point told."""
        return any(edit.by_user for edit in self.edits)

    def as_told(self, field: str) -> Any:
        """Return what the charge point told, before a user corrected it."""
        for edit in self.edits:
            if not edit.by_user:
                continue
            for name, value in edit.before:
                if name == field:
                    return value
        return getattr(self, field)

    @property
    def told_stop_wh(self) -> float | None:
        """The reading that its StopTransaction told, as far as it was kept."""
        told = self.reported_meter_stop_wh
        return self.as_told("meter_stop_wh") if told is None else told

    @property
    def energy_wh(self) -> float | None:
        """What was charged so far, or None when the meter is not known."""
        if (start := self.meter_start_wh) is None:
            return None
        if (stop := self.meter_stop_wh) is not None and stop >= start:
            return stop - start
        if (register := self.register_wh) is not None and register >= start:
            return register - start
        return 0.0

    @property
    def newest_wh(self) -> float | None:
        """The newest reading of the meter, before its end."""
        return self.meter_start_wh if self.register_wh is None else self.register_wh

    def duration(self, now: datetime) -> timedelta:
        """Return how long it has run, or did run."""
        return max(timedelta(), (self.end or now) - self.start)

    def edited(
        self, fields: Iterable[str], *, by: str, by_user: bool, time: datetime
    ) -> Transaction:
        """Return it with a note of what fields are, for them to be changed."""
        before = tuple(
            (name, value.isoformat() if isinstance(value, datetime) else value)
            for name in fields
            for value in (getattr(self, name),)
        )
        edit = Edit(time=time, by=by, by_user=by_user, before=before)
        return replace(self, edits=(*self.edits, edit))

    def with_cost_as(self, before: Transaction) -> Transaction:
        """Return it with the cost of `before` in proportion to the energy."""
        energy_wh, energy_before = self.energy_wh, before.energy_wh
        if before.cost is None or energy_wh is None:
            return self
        if not energy_before:
            # What is priced is nothing, so there is no price to go by.
            return replace(self, cost=before.cost if not energy_wh else None)
        return replace(
            self,
            cost=before.cost * energy_wh / energy_before,
            priced_wh=energy_wh,
        )

    def priced(self, price: Callable[[], float | None]) -> Transaction:
        """Return it with what is new of its energy at the price of a kWh of now.

        Without a price that stays to be done with the next one.
        """
        energy_wh = self.energy_wh
        if (
            energy_wh is None
            or (energy_wh == self.priced_wh and self.cost is not None)
            or (each := price()) is None
        ):
            return self
        new_wh = energy_wh - self.priced_wh
        return self._with(
            cost=(self.cost or 0.0) + new_wh * each / 1000.0, priced_wh=energy_wh
        )

    def metered(self, start_wh: float | None, register_wh: float) -> Transaction:
        """Return it with another reading of the meter."""
        return self._with(meter_start_wh=start_wh, register_wh=register_wh)

    def _with(self, **changes: float | None) -> Transaction:
        """Return it with changes, as `replace` does, but for every meter value."""
        changed = object.__new__(Transaction)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


def public_id(transaction_id: str) -> int | str:
    """Return an id as users and automations know it.

    That is a number where it is the decimal of one, as in OCPP 1.6.
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
