"""The form for solar charging: the main fields first, the others in sections.

The options keep all fields in one flat mapping.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import Platform
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CONF_BASE_LOAD,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SIGN,
    CONF_BATTERY_SOC,
    CONF_BUFFER_SOC,
    CONF_BUFFER_START_SOC,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_FORECAST,
    CONF_FUSE,
    CONF_GRID_POWER,
    CONF_PRICE_ENTITIES,
    CONF_PRIORITY_SOC,
    CONF_RESERVE,
    CONF_START_DELAY,
    CONF_STOP_DELAY,
    SIGN_CHARGING,
    SIGN_DISCHARGING,
)
from ..forms.numbers import Number


def _entity(device_class: SensorDeviceClass) -> EntitySelector:
    return EntitySelector(
        EntitySelectorConfig(domain=Platform.SENSOR, device_class=device_class)
    )


_MAIN: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_GRID_POWER): _entity(SensorDeviceClass.POWER),
    vol.Optional(CONF_EXPORT_POWER): _entity(SensorDeviceClass.POWER),
    vol.Optional(CONF_RESERVE): Number(-10_000, 10_000, "W"),
}
_MAIN_FUSE: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_FUSE): Number(6, 250, "A"),
    **{vol.Optional(key): _entity(SensorDeviceClass.CURRENT) for key in CONF_CURRENTS},
}
_BATTERY: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_BATTERY_POWER): _entity(SensorDeviceClass.POWER),
    vol.Required(CONF_BATTERY_SIGN, default=SIGN_DISCHARGING): SelectSelector(
        SelectSelectorConfig(
            options=[SIGN_DISCHARGING, SIGN_CHARGING],
            mode=SelectSelectorMode.LIST,
            translation_key="battery_sign",
        )
    ),
    vol.Optional(CONF_BATTERY_SOC): _entity(SensorDeviceClass.BATTERY),
    vol.Optional(CONF_PRIORITY_SOC): Number(0, 100, "%"),
    vol.Optional(CONF_BUFFER_SOC): Number(0, 100, "%"),
    vol.Optional(CONF_BUFFER_START_SOC): Number(0, 100, "%"),
}
_PLANS: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_PRICE_ENTITIES): EntitySelector(
        EntitySelectorConfig(domain=[Platform.SENSOR, Platform.EVENT], multiple=True)
    ),
    vol.Required(CONF_FORECAST, default=False): BooleanSelector(),
    vol.Optional(CONF_BASE_LOAD): Number(0, 50_000, "W"),
}
_DELAYS: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_START_DELAY): Number(10, 3600, "s"),
    vol.Optional(CONF_STOP_DELAY): Number(10, 3600, "s"),
}
SECTION_FUSE: Final = "main_fuse"
SECTION_BATTERY: Final = "battery"
SECTION_PLANS: Final = "plans"
SECTION_DELAYS: Final = "delays"

_SECTIONS: Final = {
    SECTION_FUSE: _MAIN_FUSE,
    SECTION_BATTERY: _BATTERY,
    SECTION_PLANS: _PLANS,
    SECTION_DELAYS: _DELAYS,
}

SOLAR_SCHEMA: Final = vol.Schema(
    _MAIN
    | {
        vol.Optional(name): section(vol.Schema(fields), {"collapsed": True})
        for name, fields in _SECTIONS.items()
    }
)


def level_problem(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the error for contradicting levels of the home battery."""
    levels = [CONF_PRIORITY_SOC, CONF_BUFFER_SOC, CONF_BUFFER_START_SOC]
    first, going, begin = (values.get(key) for key in levels)
    if CONF_BATTERY_SOC not in values and (first, going, begin) != (None, None, None):
        return {SECTION_BATTERY: "battery_soc_missing"}
    if begin is not None and going is None:
        return {SECTION_BATTERY: "buffer_missing"}
    if going is not None and (first or 0) > going:
        return {SECTION_BATTERY: "battery_first_above"}
    if begin is not None and going is not None and begin < going:
        return {SECTION_BATTERY: "begin_below"}
    return {}


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entered values without their sections."""
    values = {key: value for key, value in user_input.items() if key not in _SECTIONS}
    for name in _SECTIONS:
        values |= user_input.get(name) or {}
    return values


def in_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values in the sections of the form."""
    return dict(values) | {
        name: {key: values[key] for key in map(str, fields) if key in values}
        for name, fields in _SECTIONS.items()
    }
