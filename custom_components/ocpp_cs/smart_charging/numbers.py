"""Small tools for values that may be missing or wrong."""

from math import isfinite


def number(value: object) -> float | None:
    """Return a finite number, None for all else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = float(value)
    except ValueError, OverflowError:
        return None
    return result if isfinite(result) else None


def within(value: float | None, low: float, high: float) -> float:
    """Return the value clamped to the limits; their middle without a value."""
    return (low + high) / 2 if value is None else min(max(value, low), high)
