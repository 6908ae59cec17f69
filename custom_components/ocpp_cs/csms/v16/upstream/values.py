"""Meter values of an upstream in OCPP 1.6 (7.33, 7.43)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...metering.measurands import MEASURANDS, PHASE_NAMES
from ...upstream.model import SignedValue

_UNITS: Final = {
    "energy": "Wh",
    "power": "W",
    "current": "A",
    "voltage": "V",
    "temperature": "Celsius",
    "soc": "Percent",
}
"""Beginning of a key -> its unit in OCPP; others have none, or the default one."""


def unit_of(key: str) -> str | None:
    """Return the unit of a measurement, None if it has none."""
    if "reactive" in key:
        return "varh" if key.startswith("energy") else "var"
    if key in ("power_factor", "frequency", "rpm"):
        return None
    return _UNITS.get(key.partition("_")[0])


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
    for measurand in measurands:
        if measurand not in MEASURANDS:
            continue
        key, quantity = MEASURANDS[measurand]
        phases = [
            (phase.upper(), f"{key}_{phase}")
            for phase in PHASE_NAMES
            if quantity.phases and f"{key}_{phase}" in values
        ]
        # A current and a voltage are told by phase, if they are known by phase.
        places: list[tuple[str | None, str]] = [*phases]
        if not phases or key not in ("current", "voltage"):
            places = [(None, key)] if key in values else []
        for phase, place in places:
            sample: dict[str, Any] = {
                "value": _text(values[place]),
                "context": context,
                "measurand": measurand,
                "location": "EV" if key == "soc" else "Outlet",
            }
            if phase is not None:
                sample["phase"] = phase
            if (unit := unit_of(key)) is not None:
                sample["unit"] = unit
            result.append(sample)
    for one in signed:
        sample = {"value": one.data, "format": "SignedData"}
        if one.context is not None:
            sample["context"] = one.context
        if one.measurand is not None:
            sample["measurand"] = one.measurand
        result.append(sample)
    return result


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
