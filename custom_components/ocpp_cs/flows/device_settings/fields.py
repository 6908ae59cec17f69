"""The field for a setting of a charger, by its type, and the text that is written."""

from collections.abc import Sequence
from typing import Any, Final

from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ...csms.model.capabilities import Setting, SettingKind
from ...foreign_text import plain
from ...forms.numbers import Number, Problem, number_problem

CONF_SETTING: Final = "setting"
CONF_VALUE: Final = "value"

_NUMBERS: Final = frozenset({SettingKind.INTEGER, SettingKind.DECIMAL})
_LISTS: Final = frozenset({SettingKind.LIST, SettingKind.SET})
_TRUE: Final = {"true": True, "1": True, "false": False, "0": False}
_FARTHEST: Final = -1e12
_MOST_SHOWN: Final = 60


def list_schema(settings: Sequence[Setting]) -> vol.Schema:
    """Return the form that asks which setting is to be changed."""
    return vol.Schema(
        {
            vol.Required(CONF_SETTING): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=one.name, label=_label(one))
                        for one in settings
                    ],
                    # Only a dropdown that takes other texts can be searched.
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        }
    )


def _label(setting: Setting) -> str:
    name = plain(setting.name)
    if setting.kind is SettingKind.PASSWORD:
        return f"{name} = ***"
    value = plain(setting.value or "", _MOST_SHOWN)
    unit = f" {plain(setting.unit)}" if setting.unit and value else ""
    return f"{name} = {value}{unit}"


def value_schema(setting: Setting) -> vol.Schema:
    """Return the form that asks for the value of a setting."""
    field = vol.Required(CONF_VALUE) if setting.required else vol.Optional(CONF_VALUE)
    return vol.Schema({field: _field(setting)})


def _field(setting: Setting) -> Selector[Any]:
    match setting.kind:
        case SettingKind.INTEGER | SettingKind.DECIMAL if _number(setting) is not None:
            return Number(
                _FARTHEST if setting.minimum is None else setting.minimum,
                setting.maximum,
                None if setting.unit is None else plain(setting.unit),
                whole=setting.kind is SettingKind.INTEGER,
            )
        case SettingKind.BOOLEAN if _is_boolean(setting):
            return BooleanSelector()
        case SettingKind.OPTION | SettingKind.LIST | SettingKind.SET if setting.options:
            return SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=one, label=plain(one))
                        for one in _options(setting)
                    ],
                    multiple=setting.kind in _LISTS,
                    # Some chargers take more than they tell.
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        case SettingKind.PASSWORD:
            return TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
    return TextSelector()


def _options(setting: Setting) -> list[str]:
    """Return the options with the present ones, each once."""
    present = _members(setting) if setting.kind in _LISTS else [setting.value or ""]
    return list(dict.fromkeys((*setting.options, *filter(None, present))))


def _members(setting: Setting) -> list[str]:
    return [one.strip() for one in (setting.value or "").split(",") if one.strip()]


def _number(setting: Setting) -> float | None:
    """Return the present number, 0 without one; None if it is no number."""
    try:
        return float(setting.value or 0)
    except ValueError:
        return None


def _is_boolean(setting: Setting) -> bool:
    return setting.value is None or setting.value.strip().lower() in {"", *_TRUE}


def present_input(setting: Setting) -> dict[str, Any]:
    """Return the present value as the form shows it."""
    value = setting.value
    if value is None or setting.kind is SettingKind.PASSWORD:
        return {}
    shown: Any = value
    if setting.kind in _NUMBERS and (number := _number(setting)) is not None:
        if not value.strip():
            return {}
        shown = int(number) if number.is_integer() else number
    elif setting.kind is SettingKind.BOOLEAN and _is_boolean(setting):
        shown = _TRUE.get(value.strip().lower(), False)
    elif setting.kind in _LISTS and setting.options:
        shown = _members(setting)
    return {CONF_VALUE: shown}


def value_text(setting: Setting, entered: Any) -> str:
    """Return what was entered as the text that the charger gets."""
    match entered:
        case None:
            return ""
        case bool():
            # Some write booleans as digits.
            digits = (setting.value or "").strip().isdecimal()
            words = ("0", "1") if digits else ("false", "true")
            return words[entered]
        case float():
            # Without an exponent, which not every charger reads.
            return f"{entered:.9f}".rstrip("0").rstrip(".")
        case list():
            return ",".join(entered)
    return str(entered)


def value_problem(
    setting: Setting, schema: vol.Schema, user_input: dict[str, Any]
) -> Problem:
    """Return what is wrong with what was entered, as far as the charger tells it."""
    errors, words = number_problem(schema, user_input)
    if errors:
        if setting.minimum is None:
            return {CONF_VALUE: "setting_too_high"}, words
        return errors, words
    text = value_text(setting, user_input.get(CONF_VALUE))
    if setting.required and not text:
        return {CONF_VALUE: "setting_empty"}, {}
    most = setting.maximum
    if setting.kind in _NUMBERS or not most:
        return {}, {}
    if len(text) > most:
        return {CONF_VALUE: "setting_too_long"}, {"maximum": f"{most:g}"}
    return {}, {}
