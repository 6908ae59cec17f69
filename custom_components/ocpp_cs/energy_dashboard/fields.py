"""The field *Take over from the Energy dashboard* of forms."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

TAKE_OVER: Final = "take_over"

_FIELD: Final = {vol.Required(TAKE_OVER, default=False): BooleanSelector()}


def with_take_over(
    schema: vol.Schema, proposal: Mapping[str, Any], shown: Mapping[str, Any]
) -> vol.Schema:
    """Return a form that offers a proposal, unless it shows that already.

    Args:
        schema: The form.
        proposal: The proposed options, without sections.
        shown: What the form shows, in its sections.

    Returns:
        The form.
    """
    values = dict(shown)
    for part in shown.values():
        if isinstance(part, Mapping):
            values |= part
    if all(values.get(key) == value for key, value in proposal.items()):
        return schema
    return vol.Schema({**_FIELD, **schema.schema})


def is_taken_over(user_input: dict[str, Any] | None) -> bool:
    """Return whether the proposal is wanted; removes the field from what was entered."""
    return bool(user_input and user_input.pop(TAKE_OVER, False))


def told_by(hass: HomeAssistant, proposal: Mapping[str, Any]) -> str:
    """Return the names of what is proposed, for the description of the field."""
    names: list[str] = []
    for value in proposal.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                if "." in one:
                    state = hass.states.get(one)
                    names.append(one if state is None else str(state.name))
            else:
                names.append(f"{one:g}")
    return ", ".join(dict.fromkeys(names))
