"""Read the capabilities of a charging station from its device model."""

from ...metering.measurands import listed
from ...model.capabilities import Capabilities
from ...model.profile import Unit
from .inventory import Inventory


def capabilities_of(inventory: Inventory) -> Capabilities:
    """Return the capabilities that a charging station reports."""
    value = inventory.value
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
        units=_units(value("SmartChargingCtrlr", "RateUnit")),
        max_stack_level=_number(value("SmartChargingCtrlr", "ProfileStackLevel")),
        max_periods=_number(value("SmartChargingCtrlr", "PeriodsPerSchedule")),
    )


def _number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if number >= 0 else None


def _units(text: str | None) -> frozenset[Unit]:
    words = {word.strip().casefold() for word in (text or "").split(",")}
    return frozenset(unit for unit in Unit if unit.value in words)
