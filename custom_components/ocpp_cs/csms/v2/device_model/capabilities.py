"""Read the capabilities of a charging station from its device model."""

from ...metering.measurands import listed
from ...model.capabilities import Capabilities
from ..charging.facts import SmartChargingFacts
from .inventory import Inventory


def capabilities_of(inventory: Inventory) -> Capabilities:
    """Return the capabilities that a charging station reports."""
    value = inventory.value
    charging = SmartChargingFacts(inventory)
    evses = {
        one.name.evse
        for one in inventory
        if one.name.component.casefold() == "evse" and one.name.evse
    }
    return Capabilities(
        connectors=max(evses, default=0),
        measurements=frozenset(
            listed(value("SampledDataCtrlr", "TxUpdatedMeasurands") or "")
        ),
        sample_interval=_number(value("SampledDataCtrlr", "TxUpdatedInterval")),
        connection_timeout=_number(value("TxCtrlr", "EVConnectionTimeOut")),
        units=charging.units(),
        evse_units=charging.units_by_evse,
        switches_phases=charging.switches_phases,
        max_stack_level=_number(value("SmartChargingCtrlr", "ProfileStackLevel")),
        max_periods=_number(value("SmartChargingCtrlr", "PeriodsPerSchedule")),
    )


def _number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if number >= 0 else None
