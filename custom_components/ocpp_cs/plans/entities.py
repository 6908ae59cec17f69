"""The base classes of the entities with the goal of a charge plan.

All of them can be set while the charger is away.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..chargers.charger import Charger
from ..csms.connector import Connector
from ..entity import OcppEntity, OcppEntityDescription
from .model import Wanted
from .plans import ChargePlans


@dataclass(frozen=True, kw_only=True)
class PlanDescription(OcppEntityDescription):
    """Describes an entity with a part of the goal; `wanted_fn` returns its value."""

    fields: tuple[str, ...] = ("charge_plan_wanted",)
    always_available: bool = True
    wanted_fn: Callable[[Wanted], Any]
    needs_soc: bool = False
    """True if it needs the vehicle's state of charge."""
    needs_prices: bool = False
    """True if it needs the prices of the coming hours."""


class PlanEntity(OcppEntity):
    """An entity with a part of the goal of a connector."""

    def __init__(
        self,
        charger: Charger,
        description: PlanDescription,
        connector: Connector,
        plans: ChargePlans,
    ) -> None:
        """Create the entity of a connector."""
        super().__init__(charger, description, connector)
        self._plans = plans
        self._value_fn = lambda connector: description.wanted_fn(
            plans.wanted(connector)
        )

    def _want(self, **changes: Any) -> None:
        self._plans.async_want(self.charger, self.connector, **changes)


def plan_entities[T: PlanEntity, D: PlanDescription](
    make: Callable[[Charger, D, Connector, ChargePlans], T],
    descriptions: Iterable[D],
    plans: ChargePlans,
    charger: Charger,
    connector: Connector,
) -> Iterator[T]:
    """Create the entities that a connector has."""
    if plans.offers(charger, connector):
        for description in descriptions:
            if description.needs_soc and not plans.offers_soc(charger, connector):
                continue
            if plans.has_prices or not description.needs_prices:
                yield make(charger, description, connector, plans)
