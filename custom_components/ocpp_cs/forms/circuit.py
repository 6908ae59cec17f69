"""What the circuit of a charger carries: asked when one is added, and in its settings."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import UnitOfElectricCurrent
import voluptuous as vol

from ..chargers.overrides import known_current
from ..const import CONF_OVERRIDES
from .numbers import Number

CONF_MAXIMUM_CURRENT: Final = "maximum_current"

CIRCUIT = Number(6, 80, UnitOfElectricCurrent.AMPERE)


def circuit_field(suggested: float) -> dict[vol.Marker, Any]:
    """Return the field for the form of a new charger."""
    return {vol.Required(CONF_MAXIMUM_CURRENT, default=suggested): CIRCUIT}


def circuit_data(told: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new subentry keeps; nothing where it is as known anyway."""
    given = values.get(CONF_MAXIMUM_CURRENT)
    if given is None or given == known_current(told):
        return {}
    return {CONF_OVERRIDES: {CONF_MAXIMUM_CURRENT: given}}
