"""The actions for users that are about variables: they are read, written, reported."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ...schema.spelling import snake
from .inventory import Mutability, Variable
from .names import ACTUAL, Aspect, VariableName, attribute_of, name_of
from .settings import find_aspect
from .variables import Result, is_secret

if TYPE_CHECKING:
    from ..commands import Fields, Handler, V2Commands

_MOST_LISTED = 1000
"""The number of variables in the answer of an action."""

_UNKNOWN = frozenset(
    {"unknown_component", "unknown_variable", "not_supported_attribute_type"}
)


async def get_variables(commands: V2Commands, fields: Fields) -> Answer:
    """Read variables (B06).

    Fields: `variables`, a list of names; or `get_variable_data`, as in OCPP.
    """
    action = "GetVariables"
    told = fields.get("variables") or fields.get("get_variable_data")
    aspects = [_aspect(commands, one, action) for one in _listed(action, told)]
    results = await commands.variables.get(aspects)
    return {"get_variable_result": [_told(one) for one in results]}


async def set_variables(commands: V2Commands, fields: Fields) -> Answer:
    """Write variables (B05); each one has its own status in the answer.

    Fields: `variables`, name -> value; or `set_variable_data`, as in OCPP.
    """
    action = "SetVariables"
    told = fields.get("variables") or fields.get("set_variable_data")
    values: dict[Aspect, str] = {}
    if isinstance(told, Mapping):
        for name, value in told.items():
            values[_aspect(commands, name, action)] = text_of(value)
    else:
        for one in _listed(action, told):
            given = _snaked(one) if isinstance(one, Mapping) else {}
            if given.get("attribute_value") is None:
                raise InvalidRequestError(action, "attribute_value", "is missing")
            values[_aspect(commands, one, action)] = text_of(given["attribute_value"])
    results = await commands.write_variables(values)
    return {"set_variable_result": [_told(one) for one in results]}


async def get_base_report(commands: V2Commands, fields: Fields) -> Answer:
    """Ask for a report of all variables, of settings, or a summary (B07)."""
    base = fields.get("report_base") or "full_inventory"
    answer, names = await commands.reading.base_report(base)
    return answer | _reported(commands, names)


async def get_report(commands: V2Commands, fields: Fields) -> Answer:
    """Ask for a report of some variables (B08).

    Fields: `component_criteria`; `component_variable`, names of variables or of whole
    components, or objects as in OCPP.
    """
    told = fields.get("component_variable") or ()
    answer, names = await commands.reading.custom_report(
        fields.get("component_criteria") or (),
        [_component_variable(commands, one) for one in told],
    )
    return answer | _reported(commands, names)


def _reported(commands: V2Commands, names: Sequence[VariableName]) -> Answer:
    """Return the variables of a report as they are answered, and their number."""
    inventory = commands.station.inventory
    found = [known for name in names if (known := inventory.find(name)) is not None]
    listed = [_listing(one) for one in found[:_MOST_LISTED]]
    return {"variables": len(names), "report_data": listed}


async def get_configuration(commands: V2Commands, fields: Fields) -> Answer:
    """Read variables as if they were configuration keys."""
    inventory = commands.station.inventory
    keys: list[str] = list(fields.get("key") or ())
    if not keys:
        await commands.reading.all()
        return {
            "configuration_key": [
                _key(str(one.name), one, one.actual) for one in inventory
            ],
            "unknown_key": [],
        }
    asked: dict[str, Aspect] = {}
    unknown: list[str] = []
    for key in keys:
        try:
            asked[key] = find_aspect(inventory, key, action="GetVariables")
        except InvalidRequestError:
            # A key of OCPP 1.6 that no variable has taken the place of.
            unknown.append(key)
    results = await commands.variables.get(asked.values()) if asked else []
    status = {one.aspect: one for one in results}
    found = []
    for key, aspect in asked.items():
        one = status[aspect]
        if one.status in _UNKNOWN:
            unknown.append(key)
        else:
            known = inventory.find(aspect.name)
            found.append(_key(key, known, one.value, aspect.attribute))
    return {"configuration_key": found, "unknown_key": unknown}


async def change_configuration(commands: V2Commands, fields: Fields) -> Answer:
    """Write a variable as if it were a configuration key."""
    return await commands.write_setting(
        name=fields["key"], value=text_of(fields["value"])
    )


VARIABLE_ACTIONS: Final[Mapping[str, str | Handler]] = {
    "change_configuration": change_configuration,
    "get_base_report": get_base_report,
    "get_configuration": get_configuration,
    "get_report": get_report,
    "get_variables": get_variables,
    "set_variables": set_variables,
}
"""Action -> its handler."""


def text_of(value: object) -> str:
    """Return a value as OCPP writes it; YAML makes booleans and numbers of texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _listed(action: str, told: object) -> list[Any]:
    if isinstance(told, str | Mapping):
        return [told]
    if not told or not isinstance(told, list | tuple):
        raise InvalidRequestError(action, "variables", "must name a variable")
    return list(told)


def _snaked(value: Any) -> Any:
    """Return an object with its members in snake case, whichever way they came."""
    if isinstance(value, Mapping):
        return {snake(str(name)): _snaked(one) for name, one in value.items()}
    return value


def _aspect(commands: V2Commands, told: object, action: str) -> Aspect:
    """Return the attribute that a user names, by a text or an object of OCPP."""
    if isinstance(told, str):
        return find_aspect(commands.station.inventory, told, action=action)
    given = _snaked(told)
    try:
        name = _name(given)
        attribute = attribute_of(given.get("attribute_type") or ACTUAL)
    except AttributeError, KeyError, TypeError, ValueError:
        name, attribute = None, None
    if name is None:
        raise InvalidRequestError(action, "variables", "must name a variable")
    if attribute is None:
        raise InvalidRequestError(
            action, "attribute_type", "must be actual, target, min_set or max_set"
        )
    return Aspect(name, attribute)


def _name(given: Mapping[str, Any]) -> VariableName:
    component = given["component"]
    variable = given.get("variable") or {"name": ""}
    if isinstance(component, str):
        component = {"name": component}
    if isinstance(variable, str):
        variable = {"name": variable}
    evse = component.get("evse")
    if isinstance(evse, int):
        evse = {"id": evse}
    spelled = evse and {"id": evse["id"], "connectorId": evse.get("connector_id")}
    return name_of({**component, "evse": spelled}, variable)


def _component_variable(
    commands: V2Commands, told: object
) -> tuple[VariableName, bool]:
    """Return a name, and whether it is that of a variable, not of a component."""
    if isinstance(told, str) and "." not in told and "/" not in told:
        return VariableName(told.strip(), ""), False
    name = _aspect(commands, told, "GetReport").name
    return name, bool(name.variable)


def _told(result: Result) -> dict[str, Any]:
    """Return a result of an answer, with the name as one text."""
    name = result.aspect.name
    told: dict[str, Any] = {
        "name": str(result.aspect),
        "component": {"name": name.component},
        "variable": {"name": name.variable},
        "attribute_type": snake(result.aspect.attribute),
        "attribute_status": result.status,
    }
    if name.component_instance:
        told["component"]["instance"] = name.component_instance
    if name.evse is not None:
        evse = {"id": name.evse}
        if name.plug is not None:
            evse["connector_id"] = name.plug
        told["component"]["evse"] = evse
    if name.variable_instance:
        told["variable"]["instance"] = name.variable_instance
    if result.value is not None:
        told["attribute_value"] = result.value
    if result.reason:
        told["reason"] = result.reason
    return told


def _listing(variable: Variable) -> dict[str, Any]:
    return {
        "name": str(variable.name),
        "value": variable.actual,
        "readonly": not variable.writable,
    }


def _key(
    key: str, variable: Variable | None, value: str | None, attribute: str = ACTUAL
) -> dict[str, Any]:
    known = None if variable is None else variable.attribute(attribute)
    readonly = known is not None and (
        known.constant or known.mutability is Mutability.READ_ONLY
    )
    told: dict[str, Any] = {"key": key, "readonly": readonly}
    hidden = variable is not None and is_secret(Aspect(variable.name))
    if value is not None and not hidden:
        told["value"] = value
    return told
