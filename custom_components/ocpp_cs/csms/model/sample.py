"""What a meter measured, as every version of OCPP can tell it.

The words are OCPP's own (measurands, phases, units, locations and contexts), which are
the same in 1.6, 2.0.1 and 2.1. A version makes these of its messages: 1.6 of texts, 2.x
of numbers with a multiplier, which is part of `value` here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Sample(NamedTuple):
    """One sampled value. What a charge point left out is None, and has OCPP's default.

    The default is not filled in, as it may tell two registers apart that are sent by
    the same name.

    A NamedTuple, because it is made some ten times per message, and its fields from
    `measurand` to `location` are looked up at once. A frozen dataclass takes twice as
    long, and six times as long as `tuple.__new__`.
    """

    value: float
    """The number in `unit`; not a number (NaN) where what was written is none."""
    measurand: str | None = None
    """`Energy.Active.Import.Register` where it is None."""
    phase: str | None = None
    """The whole where it is None."""
    unit: str | None = None
    """The usual one of the measurand where it is None: Wh, W, A, V ..."""
    location: str | None = None
    """`Outlet` where it is None."""
    context: str | None = None
    """`Sample.Periodic` where it is None."""
    text: str | None = None
    """What was written, for notes that quote it; None where it was a number."""


class MeterValue(NamedTuple):
    """What a meter measured at one point in time."""

    time: datetime | None
    """By the charge point's clock; None where it told no time that can be."""
    samples: Sequence[Sample]
