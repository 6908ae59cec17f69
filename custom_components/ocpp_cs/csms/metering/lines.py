"""Determine from meter values how many phases are in use and connected.

Charge points differ in what they report: some only the current of one phase, some no
phases at all, and a phase that is not connected may show some voltage.
"""

from collections.abc import Mapping
from typing import Final

from .measurands import PHASE_NAMES

ACTIVE_CURRENT: Final = 1.0
"""Amperes from which a phase counts as used."""

CONNECTED_SHARE: Final = 0.85
"""The least voltage of a phase that is connected, as a share of the highest one."""

_PLAUSIBLE_VOLTAGE: Final = range(100, 300)
"""V between a phase and neutral; a phase with less is not connected."""

_TELLING_CURRENT: Final = 2.0
"""Amperes from which power and current allow to compute the number of phases."""

type Values = Mapping[str, float]


def voltages(values: Values) -> list[float]:
    """Return the voltages of the connected phases; empty if not reported.

    A phase that carries current is connected, whatever its voltage.
    """
    found = {
        phase: voltage
        for phase in PHASE_NAMES
        if round(voltage := values.get(f"voltage_{phase}", 0.0)) in _PLAUSIBLE_VOLTAGE
    }
    if not found:
        return []
    least = CONNECTED_SHARE * max(found.values())
    return [
        voltage
        for phase, voltage in found.items()
        if voltage >= least or values.get(f"current_{phase}", 0.0) >= ACTIVE_CURRENT
    ]


def voltage_of(values: Values) -> float | None:
    """Return the voltage between a phase and neutral; None if not reported."""
    if found := voltages(values):
        return sum(found) / len(found)
    voltage = values.get("voltage", 0.0)
    return voltage if round(voltage) in _PLAUSIBLE_VOLTAGE else None


def _by_power(values: Values, nominal: float) -> int:
    """Return the number of phases by power and current; 0 if unknown."""
    current, power = values.get("current", 0.0), values.get("power", 0.0)
    if current < _TELLING_CURRENT or power <= 0:
        return 0
    return min(
        round(power / (current * (voltage_of(values) or nominal))), len(PHASE_NAMES)
    )


def phases_in_use(values: Values, nominal: float = 230.0) -> int | None:
    """Return how many phases carry current; None if phases are not reported."""
    get = values.get
    told = [
        current
        for current in (get("current_l1"), get("current_l2"), get("current_l3"))
        if current is not None
    ]
    used = 0
    for current in told:
        if current >= ACTIVE_CURRENT:
            used += 1
    if len(told) > 1:
        return used
    # Some report the current of only one of three phases.
    return max(used, used and _by_power(values, nominal)) if told else None


def lines_of(values: Values, nominal: float = 230.0) -> tuple[int | None, bool]:
    """Return how many phases are connected, and whether that is certain.

    Voltages of all three phases are certain; current and power show only the phases in
    use.

    Args:
        values: Key -> value of the connector's meter.
        nominal: Voltage in V between a phase and neutral if it is not measured.

    Returns:
        The number of phases, None if unknown, and whether it is certain.
    """
    found = len(voltages(values))
    if found and all(f"voltage_{phase}" in values for phase in PHASE_NAMES):
        return found, True
    used = max(phases_in_use(values, nominal) or 0, _by_power(values, nominal))
    return max(found, used) or None, False
