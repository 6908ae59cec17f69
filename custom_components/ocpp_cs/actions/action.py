"""An action, and the validation of the data of a call."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
import voluptuous as vol

from ..exceptions import invalid
from .fields import Field, FieldError

type Handler = Callable[[Action, ServiceCall], Coroutine[Any, Any, ServiceResponse]]
"""Runs an action with the data of a call, which its schema has checked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """The definition of an action: fields, icon, handler and documentation.

    scripts/action_files.py writes services.yaml, the icons and docs/actions.md from it.

    Args:
        name: The name within the domain.
        icon: The icon.
        fields: The fields, in the order of the form.
        handler: The coroutine function that handles a call.
        ordered: Two fields that hold times; the second must not be before the first.
        response: Whether the action returns a response.
        admin: Whether a user who calls the action must be an administrator, because the
            action changes a charger permanently, or exposes data that it stores.
        remark: Text of docs/actions.md in addition to the fields.
        since: The first version of OCPP that has the action, if that is not 1.6.
    """

    name: str
    icon: str
    fields: Mapping[str, Field]
    handler: Handler
    ordered: tuple[str, str] | None = None
    response: SupportsResponse = SupportsResponse.OPTIONAL
    admin: bool = False
    remark: str = ""
    since: str = ""


class ActionSchema(vol.Schema):
    """The schema of an action, with errors in the user's language.

    Home Assistant validates the data of a call before it calls the handler, and reports
    errors of voluptuous in English only. So this schema raises translated errors
    itself.
    """

    def __init__(self, action: Action) -> None:
        """Make the schema from the fields of `action`."""
        super().__init__(
            {
                (vol.Required if one.required else vol.Optional)(name): one.kind
                for name, one in action.fields.items()
            }
        )
        self._action = action

    @override
    def __call__(self, data: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Return the validated data of a call, in the types that the handler takes.

        A field with the value None counts as left out.

        Raises:
            ServiceValidationError: A field is invalid; the text names it.

        """
        given = {name: value for name, value in data.items() if value is not None}
        try:
            values: dict[str, Any] = super().__call__(given, **kwargs)
        except vol.Invalid as err:
            raise self._translated(err, given) from err
        check_order(values, self._action.ordered)
        return values

    def _translated(
        self, err: vol.Invalid, given: Mapping[str, Any]
    ) -> ServiceValidationError:
        """Return the first error: unknown fields first, then in the order of fields."""
        errors = err.errors if isinstance(err, vol.MultipleInvalid) else [err]
        wrong = {one.path[0] if one.path else "": one for one in errors}
        action = self._action
        for name in given:
            if name not in action.fields:
                return invalid("field_unknown", action=action.name, field=str(name))
        name = next(name for name in action.fields if name in wrong)
        found = wrong[name]
        if isinstance(found, FieldError):
            return invalid(found.key, **{"field": name, **found.text_placeholders})
        return invalid("field_missing", action=action.name, field=name)


def check_order(values: Mapping[str, Any], names: tuple[str, str] | None) -> None:
    """Raise ServiceValidationError if the second time is before the first."""
    if names is None:
        return
    earlier, later = names
    if earlier in values and later in values and values[later] < values[earlier]:
        raise invalid("field_order", earlier=earlier, later=later)
