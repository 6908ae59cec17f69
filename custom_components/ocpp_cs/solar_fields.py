"""The form of charging from the sun: what matters first, the rest in sections.

The options keep all of it in one flat mapping.
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
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .const import (
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


def _entity(device_class: SensorDeviceClass) -> EntitySelector:
    return EntitySelector(
        EntitySelectorConfig(domain=Platform.SENSOR, device_class=device_class)
    )


def _number(low: float, high: float, unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=high,
            step="any",
            unit_of_measurement=unit,
            mode=NumberSelectorMode.BOX,
        )
    )


_MAIN: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_GRID_POWER): _entity(SensorDeviceClass.POWER),
    vol.Optional(CONF_EXPORT_POWER): _entity(SensorDeviceClass.POWER),
    vol.Optional(CONF_RESERVE): _number(-10_000, 10_000, "W"),
}
_MAIN_FUSE: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_FUSE): _number(6, 250, "A"),
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
    vol.Optional(CONF_PRIORITY_SOC): _number(0, 100, "%"),
    vol.Optional(CONF_BUFFER_SOC): _number(0, 100, "%"),
    vol.Optional(CONF_BUFFER_START_SOC): _number(0, 100, "%"),
}
_PLANS: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_PRICE_ENTITIES): EntitySelector(
        EntitySelectorConfig(domain=[Platform.SENSOR, Platform.EVENT], multiple=True)
    ),
    vol.Required(CONF_FORECAST, default=False): BooleanSelector(),
    vol.Optional(CONF_BASE_LOAD): _number(0, 50_000, "W"),
}
_DELAYS: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_START_DELAY): _number(10, 3600, "s"),
    vol.Optional(CONF_STOP_DELAY): _number(10, 3600, "s"),
}
_SECTIONS: Final = {
    "main_fuse": _MAIN_FUSE,
    "battery": _BATTERY,
    "plans": _PLANS,
    "delays": _DELAYS,
}

SOLAR_SCHEMA: Final = vol.Schema(
    _MAIN
    | {
        vol.Optional("main_fuse"): section(vol.Schema(_MAIN_FUSE), {"collapsed": True}),
        vol.Optional("battery"): section(vol.Schema(_BATTERY), {"collapsed": True}),
        vol.Optional("plans"): section(vol.Schema(_PLANS), {"collapsed": True}),
        vol.Optional("delays"): section(vol.Schema(_DELAYS), {"collapsed": True}),
    }
)


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered without its sections."""
    values = {key: value for key, value in user_input.items() if key not in _SECTIONS}
    for name in _SECTIONS:
        values |= user_input.get(name) or {}
    return values


def in_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the form has them."""
    return dict(values) | {
        name: {key: values[key] for key in map(str, fields) if key in values}
        for name, fields in _SECTIONS.items()
    }
