"""What an action is, and how what it is called with is checked."""

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
    """An action: what its schema, its form, its icon and its documentation are made of.

    scripts/action_files.py makes services.yaml, the icons and docs/actions.md of it.

    Args:
        name: Its name within the domain.
        icon: Its icon.
        fields: Its fields, in the order of the form.
        handler: What runs it.
        ordered: Two fields that are times, the second of which is not before the first.
        response: Whether it returns something.
        admin: Whether a user who stands behind it has to be an administrator, as it
            changes a charger for good, or brings out what that keeps.
        remark: What docs/actions.md says besides the fields.
    """

    name: str
    icon: str
    fields: Mapping[str, Field]
    handler: Handler
    ordered: tuple[str, str] | None = None
    response: SupportsResponse = SupportsResponse.OPTIONAL
    admin: bool = False
    remark: str = ""


class ActionSchema(vol.Schema):
    """The schema of an action, with errors in the user's language.

    Home Assistant looks at the data of a call before the action's handler sees them,
    and says what voluptuous finds in English only. So this raises what it would.
    """

    def __init__(self, action: Action) -> None:
        """Be the schema of an action."""
        super().__init__(
            {
                (vol.Required if one.required else vol.Optional)(name): one.kind
                for name, one in action.fields.items()
            }
        )
        self._action = action

    @override
    def __call__(self, data: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Return the data of a call as the handler wants them.

        A field without a value counts as left out. Raises ServiceValidationError,
        which names the field that is wrong.
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
        """Return the first thing that is wrong: what is unknown, then by field."""
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
    """Raise ServiceValidationError if two times are the wrong way round."""
    if names is None:
        return
    earlier, later = names
    if earlier in values and later in values and values[later] < values[earlier]:
        raise invalid("field_order", earlier=earlier, later=later)
