"""Convert the meter values of OCPP 1.6 (7.33, 7.43) to samples."""

from math import nan

from ..metering.measurands import unit_factor
from ..metering.samples import clip, describe
from ..model.deviations import Deviations
from ..model.sample import MeterValue, Sample, SignedReading, SignedValue
from ..model.timestamps import parse_time
from ..schema.coerce import read_number
from ..wire.rpc import Json

_UNREADABLE = (OverflowError, TypeError, ValueError)

_SIGNED = "SignedData"


def read_meter_values(
    meter_value: list[Json],
    deviations: Deviations,
    signed: list[SignedReading] | None = None,
) -> list[MeterValue]:
    """Read the `meterValue` of a MeterValues, or the `transactionData` of a stop.

    A value with a unit (`16 A`) or a decimal comma is accepted. Signed data is for
    others, as `Meter` cannot use it.

    Args:
        meter_value: Entries that are valid by the schema, or the result of `salvage`.
        deviations: The record of deviations.
        signed: Gets the signed data, untouched.

    Returns:
        One meter value for each entry, in the same order.
    """
    result = []
    # As calling the class, at a third of the cost: it runs for each value.
    new, cls = tuple.__new__, Sample
    for entry in meter_value:
        text = entry["timestamp"]
        if (time := parse_time(text)) is None:
            deviations.note("meter_value_timestamp", clip(text))
        samples = []
        for sampled in entry["sampledValue"]:
            get = sampled.get
            text = sampled["value"]
            unit = get("unit")
            if get("format") == _SIGNED:
                deviations.note("signed_data", clip(get("measurand")))
                if signed is not None:
                    signed.append(SignedReading(time, _signed(sampled)))
                continue
            try:
                value = float(text)
            except _UNREADABLE:
                value, unit = _read_odd(sampled, deviations)
            samples.append(
                new(
                    cls,
                    (
                        value,
                        get("measurand"),
                        get("phase"),
                        unit,
                        get("location"),
                        get("context"),
                        text,
                    ),
                )
            )
        result.append(MeterValue(time, samples))
    return result


def _signed(sampled: Json) -> SignedValue:
    """Return signed data; in OCPP 1.6 the value has all of it."""
    return SignedValue(
        context=sampled.get("context"),
        measurand=sampled.get("measurand"),
        data=str(sampled["value"]),
    )


def _read_odd(sampled: Json, deviations: Deviations) -> tuple[float, str | None]:
    """Return number and unit of a value that is not a plain number, or NaN.

    {"value": "16,5 A", "measurand": "Current.Import"}  ->  (16.5, "A")
    """
    get, text = sampled.get, sampled["value"]
    unit: str | None = get("unit")
    try:
        number, own_unit = read_number(text)
    except ValueError:
        return nan, unit
    if own_unit is None:
        return number, unit
    # Without a known measurand the unit cannot be checked.
    detail = describe((get("measurand"), get("phase"), unit, get("location")))
    if detail.quantity is None or unit_factor(detail.quantity, own_unit) is None:
        return nan, unit
    deviations.note(f"unit_in_value:{detail.base}", clip(text))
    return number, own_unit
