"""The select with the vehicle at a connector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription

from ..csms.connector import Connector
from ..entity import OcppEntity, OcppEntityDescription
from .model import GUEST
from .vehicles import Vehicles

if TYPE_CHECKING:
    from ..chargers.charger import Charger


@dataclass(frozen=True, kw_only=True)
class VehicleSelectDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes the select of the vehicle."""


VEHICLE = VehicleSelectDescription(
    key="vehicle",
    translation_key="vehicle",
    options=[GUEST],
    fields=("vehicle",),
    always_available=True,
)


class VehicleSelect(OcppEntity, SelectEntity):
    """The vehicle that is plugged in, which its user can correct.

    It is unknown while nothing is plugged in. The options are the names of the vehicles,
    and `guest`.
    """

    entity_description: VehicleSelectDescription

    def __init__(
        self,
        charger: Charger,
        description: VehicleSelectDescription,
        connector: Connector,
        vehicles: Vehicles,
    ) -> None:
        """Create the select of a connector."""
        super().__init__(charger, description, connector)
        self._vehicles = vehicles
        # Other options are a change, too.
        self._value_fn = lambda connector: (
            vehicles.at(connector),
            vehicles.labels(),
        )

    @property
    def _labels(self) -> dict[str, str]:
        labels: dict[str, str] = (self._value or self._value_fn(self.connector))[1]
        return labels

    @property
    @override
    def options(self) -> list[str]:
        """Return the names of the vehicles, and `guest`."""
        return list(self._labels.values())

    @property
    @override
    def current_option(self) -> str | None:
        """Return the vehicle that is plugged in."""
        vehicle: str | None = (self._value or self._value_fn(self.connector))[0]
        return self._labels.get(vehicle or "")

    @override
    async def async_select_option(self, option: str) -> None:
        """Correct the vehicle. Raises ServiceValidationError if none is plugged in."""
        for vehicle, label in self._labels.items():
            if label == option:
                self._vehicles.async_choose(self.charger, self.connector, vehicle)
