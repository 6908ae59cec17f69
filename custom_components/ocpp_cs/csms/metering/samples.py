"""Kinds of samples; the meaning of each kind is determined once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final, NamedTuple

from ..model.deviations import Deviations
from ..model.sample import MeterValue, Sample
from .measurands import (
    DEFAULT_LOCATION,
    DEFAULT_MEASURAND,
    LOCATIONS,
    MEASURANDS,
    Quantity,
    phase_key,
    unit_factor,
)
from .phases import REGISTER, bits_of

type Kind = tuple[str | None, ...]
"""The measurand, phase, unit and location of a sample."""


class Slot(NamedTuple):
    """The key and conversion of an ordinary kind of sample; limits are in steps."""

    key: str
    scale: float
    shift: float
    resolution: int
    low: float
    high: float
    fine: bool
    bits: int
    register: int
    """2 for the total of the energy register, 1 for any other register, else 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """The meaning of a kind of sample; `ignored` is the reason why it is not used."""

    base: str = ""
    key: str = ""
    quantity: Quantity | None = None
    factor: float = 1.0
    offset: float = 0.0
    bits: int = 0
    rank: int = 0
    hidden: bool = False
    neutral: bool = False
    """True if it is of the neutral conductor, and counts only if there is no phase."""
    ignored: str = ""
    example: str = ""


BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"

_MEANINGS: Final = {BEGIN: 0, "Interruption.Begin": 1, "Interruption.End": 2}
"""Context -> rank, oldest first; all other contexts are current."""


def meaning(sample: Sample) -> int:
    """Return the rank of a sample's context; in one entry the highest counts."""
    return _MEANINGS.get(sample.context or "", 3)


def kind_of(sample: Sample) -> Kind:
    """Return the kind of a sample."""
    return sample[1:5]


def slot_of(detail: Detail, quantity: Quantity) -> Slot:
    """Return the slot of an ordinary kind of sample."""
    resolution = quantity.resolution
    return Slot(
        key=detail.key,
        scale=detail.factor * resolution,
        shift=detail.offset * resolution,
        resolution=resolution,
        low=quantity.low * resolution,
        high=quantity.high * resolution,
        fine=quantity.fine,
        bits=detail.bits,
        register=quantity.register + (detail.bits == REGISTER),
    )


def describe(kind: Kind) -> Detail:
    """Determine the meaning of a kind of sample."""
    measurand, phase, unit, location = kind
    name = DEFAULT_MEASURAND if measurand is None else measurand
    if name not in MEASURANDS:
        return Detail(ignored="measurand_unknown", example=clip(name))
    base, quantity = MEASURANDS[name]
    try:
        key = phase_key(quantity, base, phase)
    except KeyError:
        return Detail(ignored=f"phase_unusable:{base}", example=clip(phase))
    neutral = key is None
    key = key or base
    if (factor := unit_factor(quantity, unit)) is None:
        if neutral:
            return Detail()
        return Detail(ignored=f"unit_unusable:{base}", example=clip(unit))
    return Detail(
        base=base,
        key=key,
        quantity=quantity,
        factor=factor[0],
        offset=factor[1],
        bits=0 if neutral else bits_of(base, key),
        neutral=neutral,
        rank=LOCATIONS.get(location or DEFAULT_LOCATION, len(LOCATIONS)),
        hidden=not quantity.phases and key != base,
    )


def read_steps(
    detail: Detail,
    sample: Sample,
    deviations: Deviations,
    *,
    thousandths: bool = False,
) -> float | None:
    """Return a value in steps of its resolution; None if it is not usable.

    Args:
        detail: The meaning of its kind.
        sample: The sample.
        deviations: The record of unusable values.
        thousandths: Whether implausible temperatures are in thousandths of a degree.
    """
    if (quantity := detail.quantity) is None:
        if detail.ignored:
            deviations.note(detail.ignored, detail.example)
        return None
    number = sample.value
    if not isfinite(number):
        deviations.note(f"value_unreadable:{detail.base}", _quoted(sample))
        return None
    resolution = quantity.resolution
    # In this order, so that the result is the same as with a slot.
    steps = number * (detail.factor * resolution) + detail.offset * resolution
    low, high = quantity.low * resolution, quantity.high * resolution
    if quantity.per_cent and not low <= steps <= high:
        steps /= 100
    if thousandths and detail.base == "temperature" and not low <= steps <= high:
        steps = number / 1000 * detail.factor * resolution
        steps += detail.offset * resolution
    if not low <= steps <= high:
        deviations.note(f"value_absurd:{detail.base}", _quoted(sample))
        return None
    return steps


def _quoted(sample: Sample) -> str:
    return repr(sample.value) if sample.text is None else clip(sample.text)


def clip(text: object) -> str:
    """Return the beginning of a charge point's text for a log line."""
    return repr(text[:40]) if isinstance(text, str) else type(text).__name__


def energy_readings(
    meter_values: Sequence[MeterValue],
    deviations: Deviations,
    measurand: str = DEFAULT_MEASURAND,
) -> list[tuple[datetime | None, str | None, float]]:
    """Return the readings of the energy register: time, context and Wh.

    They are those of the outlet, or else of the best place that is named. Without a
    total of the phases it is their sum.
    """
    found: list[tuple[int, datetime | None, str | None, float]] = []
    for time, samples in meter_values:
        phases: dict[tuple[int, str | None], dict[str, float]] = {}
        totals: set[tuple[int, str | None]] = set()
        for sample in samples:
            if (sample.measurand or DEFAULT_MEASURAND) != measurand:
                continue
            detail = describe(kind_of(sample))
            wh = read_steps(detail, sample, deviations)
            if wh is None or detail.neutral:
                continue
            place = detail.rank, sample.context
            if detail.key == detail.base:
                totals.add(place)
                found.append((detail.rank, time, sample.context, round(wh, 3)))
            else:
                phases.setdefault(place, {})[detail.key] = wh
        found += [
            (place[0], time, place[1], round(sum(each.values()), 3))
            for place, each in phases.items()
            if place not in totals
        ]
    best = min((one[0] for one in found), default=0)
    return [one[1:] for one in found if one[0] == best]
