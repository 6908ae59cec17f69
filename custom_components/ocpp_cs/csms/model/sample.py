"""Sampled values, independent of the version of OCPP.

Measurands, phases, units, locations and contexts are in OCPP's spelling, which is the
same in 1.6, 2.0.1 and 2.1. Each version creates samples from its messages: 1.6 from
texts, 2.x from numbers with a multiplier, which is part of `value` here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Sample(NamedTuple):
    """A sampled value. A field that was omitted is None, and means OCPP's default.

    The default is not filled in, as the omission may distinguish two registers with
    the same measurand.

    It is a NamedTuple, because some ten are created per message, and the fields from
    `measurand` to `location` are looked up as a slice. A frozen dataclass takes twice
    as long, and six times as long as `tuple.__new__`.
    """

    value: float
    """The number in `unit`; NaN if the text was not a number."""
    measurand: str | None = None
    """`Energy.Active.Import.Register` if it is None."""
    phase: str | None = None
    """All phases together if it is None."""
    unit: str | None = None
    """The measurand's default unit if it is None: Wh, W, A, V ..."""
    location: str | None = None
    """`Outlet` if it is None."""
    context: str | None = None
    """`Sample.Periodic` if it is None."""
    text: str | None = None
    """The text of the message, for log entries; None if it was a number."""


class MeterValue(NamedTuple):
    """The samples of a meter at a point in time."""

    time: datetime | None
    """The time by the charge point's clock; None if it sent no valid one."""
    samples: Sequence[Sample]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedValue:
    """A meter value that the charge point has signed; it is passed on as it is."""

    context: str | None
    """The context in OCPP's spelling."""
    measurand: str | None
    data: str
    """What is signed, with the signature."""
    encoding: str = ""
    method: str = ""
    public_key: str = ""


class SignedReading(NamedTuple):
    """A signed value, and the time of its meter value by the charge point's clock."""

    time: datetime | None
    value: SignedValue
