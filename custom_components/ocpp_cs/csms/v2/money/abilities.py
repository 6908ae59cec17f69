"""What a station says of tariffs and costs (TariffCostCtrlr)."""

from dataclasses import dataclass
from typing import Final

from ..device_model.inventory import Inventory
from ..device_model.values import number, truth

CONTROLLER: Final = "TariffCostCtrlr"
TARIFF: Final = "Tariff"
COST: Final = "Cost"

_MOST: Final = 96
"""The elements of a tariff where a station does not say how many it takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TariffAbilities:
    """How a station takes tariffs (2.1)."""

    enabled: bool
    conditions: bool
    most_elements: int


def takes_tariffs(inventory: Inventory) -> bool:
    """Return whether a station can calculate costs by tariffs.

    2.0.1 has `Available[Tariff]` too, for texts; the other two are of 2.1 alone, which
    demands them.
    """
    return truth(inventory.value(CONTROLLER, "Available", TARIFF)) is True and (
        inventory.value(CONTROLLER, "MaxElements", TARIFF) is not None
        or inventory.value(CONTROLLER, "ConditionsSupported", TARIFF) is not None
    )


def shows_costs(inventory: Inventory) -> bool:
    """Return whether a station shows costs, those that it is told or its own."""
    return any(
        truth(inventory.value(CONTROLLER, name, COST)) is True
        for name in ("Available", "Enabled")
    )


def abilities_of(inventory: Inventory) -> TariffAbilities:
    """Return how a station takes tariffs at present."""
    enabled = truth(inventory.value(CONTROLLER, "Enabled", TARIFF))
    conditions = truth(inventory.value(CONTROLLER, "ConditionsSupported", TARIFF))
    most = number(inventory.value(CONTROLLER, "MaxElements", TARIFF))
    return TariffAbilities(
        enabled=enabled is not False,
        conditions=conditions is True,
        most_elements=most if most is not None and most > 0 else _MOST,
    )
