"""From a reading of the meter to the MeterValueType of 2.0.1 (J)."""

from collections.abc import Iterable

from simulator.measurands import STANDARD, Quantity
from simulator.meter import Reading
from simulator.structures import Payload

KNOWN = STANDARD | {
    "Energy.Active.Export.Register": [
        Quantity("Energy.Active.Export.Register", lambda r: r.export_wh, "Wh")
    ],
    "Power.Active.Export": [Quantity("Power.Active.Export", lambda r: r.export_w, "W")],
}
"""What a station measures, also of cars that discharge."""

UNITS = {"Frequency": "Hz"}
"""Units that 1.6 has no word for."""


def sampled(quantity: Quantity, reading: Reading, context: str) -> Payload:
    """Return one SampledValueType."""
    value: Payload = {
        "value": round(quantity.get(reading), quantity.decimals),
        "context": context,
        "measurand": quantity.measurand,
        "location": "EV" if quantity.measurand == "SoC" else "Outlet",
    }
    if quantity.phase is not None:
        value["phase"] = quantity.phase
    unit = quantity.unit or UNITS.get(quantity.measurand)
    if unit is not None:
        value["unitOfMeasure"] = {"unit": unit}
    return value


def meter_value(
    reading: Reading, measurands: Iterable[str], context: str, timestamp: str
) -> Payload | None:
    """Return a MeterValueType; None without any value."""
    values = [
        sampled(quantity, reading, context)
        for name in measurands
        for quantity in KNOWN.get(name, ())
    ]
    return {"timestamp": timestamp, "sampledValue": values} if values else None
