"""Convert the meter values of OCPP 2 (2.33, 2.45) to samples."""

from typing import Any

from ..metering.samples import clip
from ..model.deviations import Deviations
from ..model.sample import MeterValue, Sample
from ..model.timestamps import parse_time


def read_meter_values(
    meter_value: list[dict[str, Any]], deviations: Deviations
) -> list[MeterValue]:
    """Read the `meterValue` of a MeterValues or a TransactionEvent.

    Args:
        meter_value: Entries that are valid by the schema, or the result of `salvage`.
        deviations: The record of deviations.

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
            value, unit = sampled["value"], None
            if (measure := get("unitOfMeasure")) is not None:
                unit = measure.get("unit")
                if power := measure.get("multiplier"):
                    value *= 10.0**power
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
                        None,
                    ),
                )
            )
        result.append(MeterValue(time, samples))
    return result
