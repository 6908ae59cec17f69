"""Meter values of an upstream in OCPP 2.0.1 (2.33, 2.45)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from ...model.sample import SignedValue
from ...model.timestamps import exact
from ...upstream.samples import told_values
from ...upstream.speech import Call
from ..spelling import told

REGISTER: Final = "Energy.Active.Import.Register"

MEASURANDS: Final = (
    REGISTER,
    "Energy.Active.Export.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "SoC",
)
"""The measurands that OCPP 2.0.1 (MeasurandEnumType, 3.49) and the model know."""

_KNOWN: Final = frozenset(MEASURANDS)

BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"

_CONTEXTS: Final = frozenset(
    {
        "Interruption.Begin",
        "Interruption.End",
        "Other",
        "Sample.Clock",
        "Sample.Periodic",
        BEGIN,
        END,
        "Trigger",
    }
)
"""ReadingContextEnumType (3.64)."""


def meter_value(
    time: datetime,
    values: Mapping[str, float],
    measurands: Iterable[str],
    context: str,
    signed: Iterable[SignedValue] = (),
) -> dict[str, Any] | None:
    """Return a MeterValueType; None if nothing that is wanted is known.

    Args:
        time: The time of the values.
        values: Key of a measurement -> value in its native unit.
        measurands: The measurands that are wanted, in OCPP's spelling.
        context: The context of the values.
        signed: What the charge point has signed, which is passed on as it is.
    """
    samples = [
        told(
            value=round(one.value, 3),
            context=context,
            measurand=one.measurand,
            phase=one.phase,
            location=one.location,
            unitOfMeasure=one.unit and {"unit": one.unit},
        )
        for one in told_values(values, measurands)
        if one.measurand in _KNOWN
    ]
    for signature in signed:
        _attach(samples, signature, context, values.get("energy", 0.0))
    if not samples:
        return None
    return {"timestamp": exact(time), "sampledValue": samples}


def meter_values(
    number: int,
    time: datetime,
    values: Mapping[str, float],
    measurands: Iterable[str],
    context: str,
) -> Call | None:
    """Return a MeterValues of an EVSE (J01); None if nothing that is wanted is known."""
    value = meter_value(time, values, measurands, context)
    if value is None:
        return None
    return "MeterValues", {"evseId": number, "meterValue": [value]}


def _attach(
    samples: list[dict[str, Any]], signature: SignedValue, context: str, wh: float
) -> None:
    """Add a signature to the value that it is about, or a value of its own for it."""
    block = {
        "signedMeterData": signature.data,
        "signingMethod": signature.method,
        "encodingMethod": signature.encoding,
        "publicKey": signature.public_key,
    }
    measurand = signature.measurand if signature.measurand in _KNOWN else REGISTER
    own = signature.context if signature.context in _CONTEXTS else context
    for one in samples:
        if (
            one["measurand"] == measurand
            and one["context"] == own
            and "signedMeterValue" not in one
        ):
            one["signedMeterValue"] = block
            return
    samples.append(
        {
            # The value counts for nothing beside the signed one, but is required.
            "value": round(wh, 3) if measurand == REGISTER else 0,
            "context": own,
            "measurand": measurand,
            "signedMeterValue": block,
        }
    )
