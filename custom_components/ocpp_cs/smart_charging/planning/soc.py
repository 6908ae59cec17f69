"""The energy for a state of charge."""

from math import isfinite
from typing import Final

EFFICIENCY: Final = 0.9
"""The ratio of the energy in the battery to the energy at the charger."""


def energy_for_soc(
    soc: float, target_soc: float, capacity_kwh: float, efficiency: float = EFFICIENCY
) -> float:
    """Return the energy for a state of charge in kWh, at the charger."""
    if not all(isfinite(each) for each in (soc, target_soc, capacity_kwh)):
        return 0.0
    missing = min(max(target_soc, 0.0), 100.0) - min(max(soc, 0.0), 100.0)
    return max(missing, 0.0) / 100.0 * max(capacity_kwh, 0.0) / efficiency
