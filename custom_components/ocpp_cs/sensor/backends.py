"""Sensors of a charger at a backend."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory

from ..upstream.seen.entities import PLACEHOLDERS, BackendDescription, BackendEntity
from ..upstream.state import ERRORS, State


@dataclass(frozen=True, kw_only=True)
class BackendSensorDescription(BackendDescription, SensorEntityDescription):
    """Describes a sensor of a charger at a backend."""


def _error(state: State) -> dict[str, Any]:
    """Return what is known of the last error."""
    error = state.last_error
    return {
        "words": error.words or None,
        "at": None if error.at is None else error.at.isoformat(timespec="seconds"),
    }


BACKEND_SENSORS = (
    BackendSensorDescription(
        key="waiting",
        translation_key="backend_waiting",
        translation_placeholders=PLACEHOLDERS,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda state: state.waiting,
    ),
    BackendSensorDescription(
        key="last_confirmed",
        translation_key="backend_last_confirmed",
        translation_placeholders=PLACEHOLDERS,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda state: state.last_confirmed,
    ),
    BackendSensorDescription(
        key="last_error",
        translation_key="backend_last_error",
        translation_placeholders=PLACEHOLDERS,
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(ERRORS),
        value_fn=lambda state: state.last_error.kind,
        attributes_fn=_error,
    ),
)


class BackendSensor(BackendEntity, SensorEntity):
    """A sensor of a charger at a backend."""

    entity_description: BackendSensorDescription

    @property
    @override
    def native_value(self) -> int | str | datetime | None:
        """Return the value."""
        value: int | str | datetime | None = self._value
        return value
