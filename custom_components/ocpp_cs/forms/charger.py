"""Fields that several forms of a charger share: its id, its circuit, and its overrides."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from homeassistant.const import UnitOfElectricCurrent
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..chargers.overrides import has_steps, known_current, maximum_of, overrides_of
from ..const import CONF_CHARGE_POINT_ID, CONF_OVERRIDES
from .numbers import Number, Problem

_LONGEST_ID = 255


def entered_id(text: str) -> tuple[str, dict[str, str]]:
    """Return the last part of an address, which is the id, and the errors of the form."""
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if separator and scheme.isalpha():
        path = rest.partition("?")[0].partition("#")[0].partition("/")[2]
        text = unquote(path.strip("/").rpartition("/")[2])
        if not text:
            return "", {CONF_CHARGE_POINT_ID: "address_without_id"}
    elif "/" in (text := text.strip("/")):
        return text, {CONF_CHARGE_POINT_ID: "id_with_slash"}
    if not text.isprintable() or not 0 < len(text) <= _LONGEST_ID:
        return text, {CONF_CHARGE_POINT_ID: "invalid_id"}
    return text, {}


CONF_MAXIMUM_CURRENT: Final = "maximum_current"

CIRCUIT = Number(6, 80, UnitOfElectricCurrent.AMPERE)


def circuit_field(suggested: float) -> dict[vol.Marker, Any]:
    """Return the field for the maximum current of the circuit."""
    return {vol.Required(CONF_MAXIMUM_CURRENT, default=suggested): CIRCUIT}


def circuit_data(told: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data for a new subentry; empty if the current is the known one."""
    given = values.get(CONF_MAXIMUM_CURRENT)
    if given is None or given == known_current(told):
        return {}
    return {CONF_OVERRIDES: {CONF_MAXIMUM_CURRENT: given}}


SECTION_OVERRIDES = "advanced"

_AS_KNOWN = "automatic"

_CHOICES: dict[str, dict[str, Any]] = {
    "charging_rate_unit": {"amperes": "A", "watts": "W"},
    "profile_kind": {"absolute": "Absolute", "relative": "Relative"},
    "switches_phases": {"yes": True, "no": False},
    "configuration_in_pieces": {"yes": True, "no": False},
    "remote_start_takes_profile": {"yes": True, "no": False},
}
"""The options for each field of `Overrides`, besides automatic."""

_NUMBERS = ("minimum_current", "current_step", "stack_level")
_TRY_EVERYTHING = "try_everything"


_MODE = SelectSelectorMode.DROPDOWN
_ANSWER = SelectSelector(
    SelectSelectorConfig(
        options=[_AS_KNOWN, "yes", "no"],
        mode=_MODE,
        translation_key="override_answer",
    )
)
_UNIT = SelectSelector(
    SelectSelectorConfig(
        options=[_AS_KNOWN, "amperes", "watts"],
        mode=_MODE,
        translation_key="override_unit",
    )
)
_KIND = SelectSelector(
    SelectSelectorConfig(
        options=[_AS_KNOWN, "absolute", "relative"],
        mode=_MODE,
        translation_key="override_kind",
    )
)


def _choice(key: str) -> vol.Required:
    return vol.Required(key, default=_AS_KNOWN)


def _amperes(minimum: float, maximum: float) -> Number:
    return Number(minimum, maximum, UnitOfElectricCurrent.AMPERE)


OVERRIDES_FIELD = {
    vol.Optional(SECTION_OVERRIDES): section(
        vol.Schema(
            {
                _choice("charging_rate_unit"): _UNIT,
                vol.Optional("minimum_current"): _amperes(1, 32),
                vol.Optional("current_step"): _amperes(0.1, 16),
                _choice("switches_phases"): _ANSWER,
                vol.Optional("stack_level"): Number(0, 1000, whole=True),
                _choice("profile_kind"): _KIND,
                _choice("remote_start_takes_profile"): _ANSWER,
                _choice("configuration_in_pieces"): _ANSWER,
                vol.Required(_TRY_EVERYTHING, default=False): BooleanSelector(),
            }
        ),
        {"collapsed": True},
    )
}


def overrides_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides to keep; empty if the section was left out."""
    if (given := user_input.get(SECTION_OVERRIDES)) is None:
        return {}
    kept = {key: given[key] for key in _NUMBERS if given.get(key) is not None} | {
        key: choices[chosen]
        for key, choices in _CHOICES.items()
        if (chosen := given.get(key)) in choices
    }
    if given.get(_TRY_EVERYTHING):
        kept[_TRY_EVERYTHING] = True
    return {CONF_OVERRIDES: kept}


def overrides_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the section for the form."""
    kept = data.get(CONF_OVERRIDES, {})
    return dict(kept) | {
        key: next(
            (name for name, value in choices.items() if kept.get(key) == value),
            _AS_KNOWN,
        )
        for key, choices in _CHOICES.items()
    }


def current_problem(data: Mapping[str, Any]) -> Problem:
    """Return the error of a form for currents that contradict each other.

    `data` is that of the new subentry.
    """
    wanted, maximum = overrides_of(data), maximum_of(data)
    if wanted.minimum_current is not None and wanted.minimum_current > maximum:
        return {SECTION_OVERRIDES: "minimum_above_maximum"}, {
            "minimum": f"{wanted.minimum_current:g}",
            "maximum": f"{maximum:g}",
        }
    if wanted.current_step is not None and not has_steps(data):
        return {SECTION_OVERRIDES: "step_too_large"}, {
            "step": f"{wanted.current_step:g}",
            "maximum": f"{maximum:g}",
        }
    return {}, {}
