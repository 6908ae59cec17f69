"""Sensors of the charge plan of a connector."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.util import dt as dt_util

from ..entity import OcppEntity
from ..plans.model import PLAN_STATES, Shown
from ..plans.plans import ChargePlans
from ..plans.records import in_order
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector


@dataclass(frozen=True, kw_only=True)
class PlanSensorDescription(OcppSensorDescription):
    """Describes a sensor of a charge plan; `shown_fn` returns its value."""

    fields: tuple[str, ...] = ("charge_plan",)
    shown_fn: Callable[[Shown], Any] = lambda shown: shown


CHARGE_PLAN = PlanSensorDescription(
    key="charge_plan",
    translation_key="charge_plan",
    device_class=SensorDeviceClass.ENUM,
    options=PLAN_STATES,
)

PLAN_TIMES = (
    PlanSensorDescription(
        key="charge_plan_start",
        translation_key="charge_plan_start",
        # Each change of a plan would be two more lines in the activity of the device;
        # the dashboard and the attributes of the plan have them.
        entity_registry_enabled_default=False,
        device_class=SensorDeviceClass.TIMESTAMP,
        shown_fn=lambda shown: shown.start,
    ),
    PlanSensorDescription(
        key="charge_plan_end",
        translation_key="charge_plan_end",
        entity_registry_enabled_default=False,
        device_class=SensorDeviceClass.TIMESTAMP,
        shown_fn=lambda shown: shown.end,
    ),
)


class PlanTimeSensor(OcppEntity, SensorEntity):
    """A time of a charge plan."""

    entity_description: PlanSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: PlanSensorDescription,
        connector: Connector,
        plans: ChargePlans,
    ) -> None:
        """Create the sensor of a connector."""
        super().__init__(charger, description, connector)
        self._value_fn = lambda connector: description.shown_fn(plans.shown(connector))

    @property
    @override
    def native_value(self) -> Any:
        """Return the value."""
        return self._value


class ChargePlanSensor(PlanTimeSensor):
    """The state of the charge plan, with the plan as attributes."""

    # The schedule changes often, and its history is of no use, nor that of the rules.
    _unrecorded_attributes = frozenset(
        {"schedule", "least_soc", "least_energy", "below_price", "weekdays"}
    )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the state."""
        shown: Shown | None = self._value
        return None if shown is None else shown.state.value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the plan: energies, cost and schedule."""
        return plan_data(self._value or Shown())


def iso_time(time: datetime) -> str:
    """Return a local time in ISO format, with its offset."""
    return dt_util.as_local(time).isoformat()


def plan_data(shown: Shown) -> dict[str, Any]:
    """Return a plan as attributes: energies in kWh, powers in W."""
    return {
        "energy": shown.energy_kwh,
        "solar_energy": shown.sun_kwh,
        "missing_energy": shown.missing_kwh,
        "shortage": None if shown.shortage is None else shown.shortage.value,
        "cost": shown.cost,
        "least_soc": shown.least_soc or None,
        "least_energy": shown.least_kwh or None,
        "below_price": shown.below_price,
        "weekdays": in_order(shown.weekdays),
        "schedule": [
            {
                "start": iso_time(slot.start),
                "end": iso_time(slot.end),
                "power_w": slot.power_w,
                "price": slot.price,
            }
            for slot in shown.slots
        ],
    }
