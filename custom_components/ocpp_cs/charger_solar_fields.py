"""What the form of a charger asks for charging from the sun."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import UnitOfEnergy
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .const import (
    CONF_CAPACITY,
    CONF_CONNECTED_PHASES,
    CONF_PRIORITY,
    CONF_ROTATION,
    CONF_SOLAR,
    CONF_VEHICLE_SOC,
    CONF_VEHICLE_TARGET,
    PHASES_AUTOMATIC,
)

SECTION_SOLAR = "solar"

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_PRIORITY, default=0): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=0, max=10, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_CONNECTED_PHASES, default=PHASES_AUTOMATIC): SelectSelector(
            SelectSelectorConfig(
                options=[PHASES_AUTOMATIC, "1", "3"],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="connected_phases",
            )
        ),
        vol.Required(CONF_ROTATION, default="l1_l2_l3"): SelectSelector(
            SelectSelectorConfig(
                options=[
                    "l1_l2_l3",
                    "l2_l3_l1",
                    "l3_l1_l2",
                    "l1_l3_l2",
                    "l2_l1_l3",
                    "l3_l2_l1",
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="rotation",
            )
        ),
        vol.Optional(CONF_VEHICLE_SOC): EntitySelector(
            EntitySelectorConfig(domain=["sensor", "number", "input_number"])
        ),
        vol.Optional(CONF_VEHICLE_TARGET): EntitySelector(
            EntitySelectorConfig(domain=["number", "input_number", "sensor"])
        ),
        vol.Optional(CONF_CAPACITY): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=300,
                step="any",
                unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
                mode=NumberSelectorMode.BOX,
            )
        ),
    }
)

SOLAR_FIELD = {vol.Optional(SECTION_SOLAR): section(_SCHEMA, {"collapsed": True})}


def solar_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a subentry keeps; nothing where the section was left out."""
    if SECTION_SOLAR not in user_input:
        return {}
    return {CONF_SOLAR: dict(user_input[SECTION_SOLAR])}
