"""What is asked of the sessions, and what is found."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..transactions.transaction import Transaction


class Order(StrEnum):
    """The order of the sessions on a page."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ENERGY = "energy"
    """The most energy first."""
    COST = "cost"
    """The most expensive first, whatever the currency."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """Ids of which one has to fit: for a search in names."""

    text: str | None = None
    """A part of the id tag, in lower case; None if it is not searched in."""
    id_tags: Collection[str] = ()
    vehicles: Collection[str] = ()
    charge_point_ids: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which sessions are wanted; None does not filter.

    A session belongs to the time at which it began.
    """

    start: datetime | None = None
    """Sessions that began at this time or later."""
    end: datetime | None = None
    """Sessions that began before this time."""
    charge_point_id: str | None = None
    connector_id: int | None = None
    id_tag: str | None = None
    """The id tag, compared without case; empty for sessions without a tag."""
    vehicle: str | None = None
    """The id of the vehicle; empty for sessions without a vehicle."""
    payer: str | None = None
    """The id of the backend that pays; empty for sessions that none pays."""
    matching: Matching | None = None
    charge_point_ids: Collection[str] | None = None
    """The charge points that may be told of; None for all."""
    struck_out: bool = False
    """Include sessions that were struck out; they count in no sum."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A stretch of time that sessions are summed up for."""

    key: str
    start: datetime
    """It ends where the next one begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summed:
    """The sums of the sessions that have all of the ids here in common."""

    bucket: str
    id_tag: str
    vehicle: str
    charge_point_id: str
    payer: str
    """Empty if no backend pays."""
    currency: str
    """Empty if it is not known, or there is no cost."""
    sessions: int
    energy_wh: float
    sun_wh: float
    grid_wh: float
    unknown_wh: float
    """The energy of which nobody knows whether it came from sun or grid."""
    duration_s: float
    cost: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The ended sessions that are wanted: one page, and the sums of all."""

    page: list[Transaction]
    """In the wanted order."""
    total: int
    sums: list[Summed]
    id_tags: list[str]
    """All id tags of the charge points that may be told of, each in one spelling."""
    vehicles: list[str]
    """Likewise all ids of vehicles."""
    payers: list[str]
    """Likewise all ids of backends that pay."""
