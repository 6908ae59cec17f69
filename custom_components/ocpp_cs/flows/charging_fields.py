"""The forms for solar charging, one for each subject: what is rarely needed is in sections.

The options keep the fields of all forms in one flat mapping.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    CONF_CAR_FIRST,
    CONF_CHANGES,
    CONF_CHARGE_TIME,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_FORECAST,
    CONF_FUSE,
    CONF_GAP,
    CONF_GRID_POWER,
    CONF_HOLD_PRICE,
    CONF_HOLD_SOC,
    CONF_HOLDING,
    CONF_PAUSE_TIME,
    CONF_PEAK,
    CONF_PHASE_DOWN_DELAY,
    CONF_PHASE_POWERS,
    CONF_PHASE_UP_DELAY,
    CONF_PRIORITY_SOC,
    CONF_PV_POWER,
    CONF_RESERVE,
    CONF_START_DELAY,
    CONF_START_POWER,
    CONF_STOP_DELAY,
    CONF_STOP_POWER,
    CONF_SWITCHING,
    SIGN_CHARGING,
    SIGN_DISCHARGING,
)
from ..forms.numbers import Number

SECTION_INVERTERS: Final = "inverters"
SECTION_CURRENTS: Final = "phase_currents"
SECTION_POWERS: Final = "phase_powers"
SECTION_LEVELS: Final = "levels"
SECTION_DELAYS: Final = "delays"
SECTION_BOUNDS: Final = "bounds"

NO_HOLD: Final = "off"
"""The home battery may be emptied into a car."""
NO_WORDS: Final = dict.fromkeys(("entity", "dashboard"), "")
"""The placeholders of errors, while there is none."""


def measured(device_class: SensorDeviceClass, *, several: bool = False) -> Any:
    """Return a field for a sensor, or for several of them."""
    return EntitySelector(
        EntitySelectorConfig(
            domain=Platform.SENSOR, device_class=device_class, multiple=several
        )
    )


def _section(fields: dict[vol.Marker, Any]) -> section:
    return section(vol.Schema(fields), {"collapsed": True})


METER: Final = vol.Schema(
    {
        vol.Optional(CONF_GRID_POWER): measured(SensorDeviceClass.POWER, several=True),
        vol.Optional(CONF_EXPORT_POWER): measured(
            SensorDeviceClass.POWER, several=True
        ),
        vol.Optional(CONF_RESERVE): Number(-10_000, 10_000, "W"),
        # Open: the dashboard needs it to show the house.
        vol.Optional(SECTION_INVERTERS): section(
            vol.Schema(
                {
                    vol.Optional(CONF_PV_POWER): measured(
                        SensorDeviceClass.POWER, several=True
                    )
                }
            ),
            {"collapsed": False},
        ),
    }
)

FUSE: Final = vol.Schema(
    {
        vol.Optional(CONF_FUSE): Number(6, 250, "A"),
        vol.Optional(CONF_PEAK): Number(100, 100_000, "W"),
        vol.Optional(SECTION_CURRENTS): _section(
            {
                vol.Optional(key): measured(SensorDeviceClass.CURRENT)
                for key in CONF_CURRENTS
            }
        ),
        vol.Optional(SECTION_POWERS): _section(
            {
                vol.Optional(key): measured(SensorDeviceClass.POWER)
                for key in CONF_PHASE_POWERS
            }
        ),
    }
)

BATTERY: Final = vol.Schema(
    {
        vol.Optional(CONF_BATTERY_POWER): measured(
            SensorDeviceClass.POWER, several=True
        ),
        vol.Required(CONF_BATTERY_SIGN, default=SIGN_DISCHARGING): SelectSelector(
            SelectSelectorConfig(
                options=[SIGN_DISCHARGING, SIGN_CHARGING],
                mode=SelectSelectorMode.LIST,
                translation_key="battery_sign",
            )
        ),
        vol.Optional(CONF_BATTERY_SOC): measured(
            SensorDeviceClass.BATTERY, several=True
        ),
        vol.Required(CONF_HOLDING, default=NO_HOLD): SelectSelector(
            SelectSelectorConfig(
                options=[NO_HOLD, "always", "below_soc", "above_price"],
                mode=SelectSelectorMode.LIST,
                translation_key="hold_battery",
            )
        ),
        vol.Optional(CONF_HOLD_SOC): Number(1, 100, "%"),
        vol.Optional(CONF_HOLD_PRICE): Number(-100, 100_000),
        vol.Optional(SECTION_LEVELS): _section(
            {
                vol.Optional(CONF_PRIORITY_SOC): Number(0, 100, "%"),
                vol.Optional(CONF_BUFFER_SOC): Number(0, 100, "%"),
                vol.Optional(CONF_BUFFER_START_SOC): Number(0, 100, "%"),
                vol.Optional(CONF_CAR_FIRST): BooleanSelector(),
            }
        ),
    }
)

SWITCHING: Final = vol.Schema(
    {
        vol.Required(CONF_SWITCHING, default="balanced"): SelectSelector(
            SelectSelectorConfig(
                options=["gentle", "balanced", "eager", "fixed"],
                mode=SelectSelectorMode.LIST,
                translation_key="switching",
            )
        ),
        vol.Optional(SECTION_DELAYS): _section(
            {
                vol.Optional(CONF_START_DELAY): Number(10, 3600, "s"),
                vol.Optional(CONF_PAUSE_TIME): Number(10, 3600, "s"),
                vol.Optional(CONF_STOP_DELAY): Number(10, 3600, "s"),
                vol.Optional(CONF_CHARGE_TIME): Number(10, 3600, "s"),
                vol.Optional(CONF_PHASE_UP_DELAY): Number(30, 3600, "s"),
                vol.Optional(CONF_PHASE_DOWN_DELAY): Number(30, 3600, "s"),
                vol.Optional(CONF_START_POWER): Number(-10_000, 50_000, "W"),
                vol.Optional(CONF_STOP_POWER): Number(-10_000, 50_000, "W"),
            }
        ),
        vol.Optional(SECTION_BOUNDS): _section(
            {
                vol.Optional(CONF_CHANGES): Number(6, 360, whole=True),
                vol.Optional(CONF_GAP): Number(0, 3600, "s"),
            }
        ),
    }
)

PLANS: Final = vol.Schema(
    {
        vol.Required(CONF_FORECAST, default=False): BooleanSelector(),
        vol.Optional(CONF_BASE_LOAD): Number(0, 50_000, "W"),
    }
)

_ONE_OR_SEVERAL: Final = (
    CONF_GRID_POWER,
    CONF_EXPORT_POWER,
    CONF_PV_POWER,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
)
"""Options that are one entity or a list; the form always has a list."""


def fields_of(schema: vol.Schema) -> Iterator[str]:
    """Yield the fields of a form, those in sections included."""
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            yield from fields_of(value.schema)
        else:
            yield str(marker)


def entities_of(value: object) -> list[str]:
    """Return the entities of an option that is one or a list of them."""
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, Iterable) else []


def in_sections(schema: vol.Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as the form shows them."""
    result: dict[str, Any] = {}
    for marker, value in schema.schema.items():
        key = str(marker)
        if isinstance(value, section):
            result[key] = in_sections(value.schema, values)
        elif key in values:
            several = key in _ONE_OR_SEVERAL
            result[key] = entities_of(values[key]) if several else values[key]
    return result


def entered(
    schema: vol.Schema,
    user_input: Mapping[str, Any],
    known: Mapping[str, Any],
    usual: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the entered values as options.

    Args:
        schema: The form.
        user_input: What was entered.
        known: The options before.
        usual: What the form proposes for options that there were not yet. Nobody has
            chosen that, so it does not become one of the options.

    Returns:
        The values without their sections, a single entity as itself, and no list that
        is empty.
    """
    result: dict[str, Any] = {}
    for marker, value in schema.schema.items():
        key = str(marker)
        if isinstance(value, section):
            result |= entered(value.schema, user_input.get(key) or {}, known, usual)
        elif key in user_input:
            given = user_input[key]
            if key in _ONE_OR_SEVERAL and len(given) == 1:
                (given,) = given
            if given != [] and (key in known or given != usual.get(key)):
                result[key] = given
    return result


def replaced(
    schema: vol.Schema, known: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options with those of one form replaced."""
    own = set(fields_of(schema))
    return {key: value for key, value in known.items() if key not in own} | dict(values)
