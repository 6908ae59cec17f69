"""Meter values of an upstream in OCPP 1.6 (7.33, 7.43)."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...upstream.model import SignedValue
from ...upstream.samples import told_values


def sampled_values(
    values: Mapping[str, float],
    measurands: Iterable[str],
    context: str,
    signed: Iterable[SignedValue] = (),
) -> list[dict[str, Any]]:
    """Return the sampledValue of the measurands that are wanted and known.

    Args:
        values: Key of a measurement -> value in its native unit.
        measurands: The measurands that are wanted, in OCPP's spelling.
        context: The context of the values.
        signed: What the charge point has signed, which is passed on as it is.
    """
    result: list[dict[str, Any]] = []
    for one in told_values(values, measurands):
        sample: dict[str, Any] = {
            "value": _text(one.value),
            "context": context,
            "measurand": one.measurand,
            "location": one.location,
        }
        if one.phase is not None:
            sample["phase"] = one.phase
        if one.unit is not None:
            sample["unit"] = one.unit
        result.append(sample)
    for signature in signed:
        sample = {"value": signature.data, "format": "SignedData"}
        if signature.context is not None:
            sample["context"] = signature.context
        if signature.measurand is not None:
            sample["measurand"] = signature.measurand
        result.append(sample)
    return result


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
