"""Meter values of an upstream in OCPP 1.6 (7.33, 7.43)."""

from collections.abc import Iterable, Mapping
import json
from typing import Any

from ...model.sample import SignedValue
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
        sample = {"value": _signed(signature), "format": "SignedData"}
        if signature.context is not None:
            sample["context"] = signature.context
        if signature.measurand is not None:
            sample["measurand"] = signature.measurand
        result.append(sample)
    return result


def _signed(one: SignedValue) -> str:
    """Return signed data as OCPP 1.6 has it.

    What comes from OCPP 2 is spelled as its SignedMeterValueType in JSON, as the Open
    Charge Alliance's application note on signed meter values has it (3.2.1).
    """
    if not (one.encoding or one.method or one.public_key):
        return one.data
    return json.dumps(
        {
            "signedMeterData": one.data,
            "signingMethod": one.method,
            "encodingMethod": one.encoding,
            "publicKey": one.public_key,
        },
        separators=(",", ":"),
    )


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
