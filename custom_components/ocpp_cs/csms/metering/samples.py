"""Kinds of samples: what each means is found out once."""

from dataclasses import dataclass
from math import isfinite
from typing import Final, NamedTuple

from ..model.deviations import Deviations
from ..model.sample import Sample
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
"""What the meaning of a sample depends on: its measurand, phase, unit and location."""


class Slot(NamedTuple):
    """Where an ordinary kind of sample goes; limits are in steps of the rounding."""

    key: str
    scale: float
    shift: float
    resolution: int
    low: float
    high: float
    fine: bool
    bits: int
    register: int
    """Whether it is a register (1), and the total of that of energy (2)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """All that is known of a kind of sample; `ignored` says why it goes nowhere."""

    base: str = ""
    key: str = ""
    quantity: Quantity | None = None
    factor: float = 1.0
    offset: float = 0.0
    bits: int = 0
    rank: int = 0
    hidden: bool = False
    neutral: bool = False
    """Whether it is of the neutral conductor, and counts where nothing else comes."""
    ignored: str = ""
    example: str = ""


BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"

_MEANINGS: Final = {BEGIN: 0, "Interruption.Begin": 1, "Interruption.End": 2}
"""What contexts are about, from the oldest; all others are of now."""


def meaning(sample: Sample) -> int:
    """Rank what a sample is about: of one entry, the newest in meaning counts."""
    return _MEANINGS.get(sample.context or "", 3)


def kind_of(sample: Sample) -> Kind:
    """Return what the meaning of a sample depends on."""
    return sample[1:5]


def slot_of(detail: Detail, quantity: Quantity) -> Slot:
    """Boil down what is needed to take an ordinary sample."""
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
    """Find out what a kind of sample means."""
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
    """Read a value in steps of its resolution; None, and counted, if of no use.

    With `thousandths` a temperature that cannot be is taken for one in thousandths.
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
    # In this order, so that the outcome is the same as with a slot.
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
    """Show what a charger wrote, in a log line."""
    return repr(text[:40]) if isinstance(text, str) else type(text).__name__
