"""What the entities of all platforms share that show what is wanted of a car.

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
    """Describes something of what is wanted; `wanted_fn` takes it out of that."""

    fields: tuple[str, ...] = ("charge_plan_wanted",)
    always_available: bool = True
    wanted_fn: Callable[[Wanted], Any]
    needs_soc: bool = False
    """Whether it is there only where the vehicle's state of charge is."""


class PlanEntity(OcppEntity):
    """Something of what is wanted of a connector."""

    def __init__(
        self,
        charger: Charger,
        description: PlanDescription,
        connector: Connector,
        plans: ChargePlans,
    ) -> None:
        """Belong to the connector."""
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
    """Make those entities that a connector has."""
    if plans.offers(charger, connector):
        for description in descriptions:
            if not description.needs_soc or plans.offers_soc(charger, connector):
                yield make(charger, description, connector, plans)
