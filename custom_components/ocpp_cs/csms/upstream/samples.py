"""Which values of a connector are told for a list of measurands."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ..metering.measurands import MEASURANDS, PHASE_NAMES

_UNITS: Final = {
    "energy": "Wh",
    "power": "W",
    "current": "A",
    "voltage": "V",
    "temperature": "Celsius",
    "soc": "Percent",
}
"""Beginning of a key -> its unit in OCPP; others have none, or the default one."""

_WITHOUT_UNIT: Final = frozenset({"power_factor", "frequency", "rpm"})


class Value(NamedTuple):
    """A value as it is told."""

    measurand: str
    value: float
    phase: str | None
    unit: str | None
    location: str


def unit_of(key: str) -> str | None:
    """Return the unit of a measurement, None if it has none."""
    if "reactive" in key:
        return "varh" if key.startswith("energy") else "var"
    if key in _WITHOUT_UNIT:
        return None
    return _UNITS.get(key.partition("_")[0])


def told_values(
    values: Mapping[str, float], measurands: Iterable[str]
) -> Iterator[Value]:
    """Yield the values of the measurands that are wanted and known.

    A current and a voltage are told by phase, if they are known by phase.

    Args:
        values: Key of a measurement -> value in its native unit.
        measurands: The measurands that are wanted, in OCPP's spelling.
    """
    for measurand in measurands:
        if measurand not in MEASURANDS:
            continue
        key, quantity = MEASURANDS[measurand]
        places: list[tuple[str | None, str]] = []
        if quantity.phases and key in ("current", "voltage"):
            places = [
                (phase.upper(), f"{key}_{phase}")
                for phase in PHASE_NAMES
                if f"{key}_{phase}" in values
            ]
        if not places and key in values:
            places = [(None, key)]
        for phase, place in places:
            yield Value(
                measurand=measurand,
                value=values[place],
                phase=phase,
                unit=unit_of(key),
                location="EV" if key == "soc" else "Outlet",
            )
