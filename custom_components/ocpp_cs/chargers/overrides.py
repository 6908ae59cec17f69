"""The section of a charger's form in which the user knows better than its profile."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import UnitOfElectricCurrent
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import CONF_FIRMWARE, CONF_MODEL, CONF_OVERRIDES, CONF_SERIAL, CONF_VENDOR
from ..csms.limits.profiles import DEFAULT_MAXIMUM, allowed, rated_current
from ..csms.model.model import Identity
from ..csms.quirks.rules import quirks_for
from ..csms.quirks.types import Overrides
from ..forms.numbers import Number, Problem

SECTION_OVERRIDES = "advanced"

_AS_KNOWN = "automatic"

_CHOICES: dict[str, dict[str, Any]] = {
    "charging_rate_unit": {"amperes": "A", "watts": "W"},
    "profile_kind": {"absolute": "Absolute", "relative": "Relative"},
    "switches_phases": {"yes": True, "no": False},
    "configuration_in_pieces": {"yes": True, "no": False},
    "remote_start_takes_profile": {"yes": True, "no": False},
}
"""Field of `Overrides` -> what can be chosen besides leaving it alone."""

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
    """Return what a subentry keeps; nothing where the section was left out."""
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
    """Return the section as it was filled in."""
    kept = data.get(CONF_OVERRIDES, {})
    return dict(kept) | {
        key: next(
            (name for name, value in choices.items() if kept.get(key) == value),
            _AS_KNOWN,
        )
        for key, choices in _CHOICES.items()
    }


def overrides_of(data: Mapping[str, Any]) -> Overrides:
    """Return what the user of a charger wants in place of what is known of it."""
    return Overrides(**data.get(CONF_OVERRIDES, {}))


def identity_of(data: Mapping[str, Any]) -> Identity:
    """Return what a subentry remembers of what a charger says of itself."""
    return Identity(
        vendor=data.get(CONF_VENDOR),
        model=data.get(CONF_MODEL),
        serial=data.get(CONF_SERIAL),
        firmware=data.get(CONF_FIRMWARE),
    )


def profile_of(data: Mapping[str, Any]) -> str:
    """Return the names of the rules that are about a charger."""
    return ", ".join(quirks_for(identity_of(data), Overrides()).rules) or "–"


def known_current(told: Mapping[str, Any]) -> float:
    """Return the A per phase that a charger takes by what it says of itself."""
    quirks = quirks_for(identity_of(told), Overrides())
    return (
        quirks.maximum_current
        or rated_current(told.get(CONF_MODEL) or "")
        or DEFAULT_MAXIMUM
    )


def current_problem(data: Mapping[str, Any]) -> Problem:
    """Return what a form says of currents that contradict each other.

    `data` is that of the subentry as it would be.
    """
    wanted = overrides_of(data)
    quirks = quirks_for(identity_of(data), wanted)
    maximum = wanted.maximum_current or known_current(data)
    if wanted.minimum_current is not None and wanted.minimum_current > maximum:
        return {SECTION_OVERRIDES: "minimum_above_maximum"}, {
            "minimum": f"{wanted.minimum_current:g}",
            "maximum": f"{maximum:g}",
        }
    if wanted.current_step is not None and not allowed(maximum, quirks, maximum):
        return {SECTION_OVERRIDES: "step_too_large"}, {
            "step": f"{wanted.current_step:g}",
            "maximum": f"{maximum:g}",
        }
    return {}, {}
