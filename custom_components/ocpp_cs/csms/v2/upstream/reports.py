"""The device model that an upstream reads and writes (B05 to B08)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...model.model import utcnow
from ...model.timestamps import exact
from ...upstream.asked.calls import Json, UpstreamHandler
from ...upstream.asked.requests import Requests
from ..device_model.names import VariableName, name_of
from .answers import limited, status_info
from .variables import MOST_ITEMS, RW, WO, Virtual, VirtualVariables

_AT_ONCE: Final = 25
"""The variables in one NotifyReport."""

_ACTUAL: Final = "Actual"


class Reports:
    """Answers what an upstream asks about variables."""

    def __init__(self, requests: Requests, variables: VirtualVariables) -> None:
        """Answer by the variables that it sees."""
        self._requests = requests
        self._variables = variables

    # Reading and writing.

    def get_variables(self, payload: Json) -> Json:
        """Read variables, one by one (B06)."""
        asked = payload["getVariableData"]
        limited(asked, MOST_ITEMS)
        known = self._variables.all()
        return {"getVariableResult": [_read(one, known) for one in asked]}

    def set_variables(self, payload: Json) -> Json:
        """Write variables, one by one (B05)."""
        asked = payload["setVariableData"]
        limited(asked, MOST_ITEMS)
        known = self._variables.all()
        return {"setVariableResult": [self._write(one, known) for one in asked]}

    def _write(self, one: Json, known: Mapping[VariableName, Virtual]) -> Json:
        result = _echo(one)
        problem = _unknown(one, known)
        if problem is not None:
            return {"attributeStatus": problem, **result}
        variable = known[name_of(one["component"], one["variable"])]
        refused = self._variables.write(variable, one["attributeValue"])
        if refused is None:
            return {"attributeStatus": "Accepted", **result}
        return {
            "attributeStatus": "Rejected",
            "attributeStatusInfo": status_info(
                "ReadOnly" if variable.mutability != RW else "InvalidValue", refused
            ),
            **result,
        }

    # Reports.

    def get_base_report(self, payload: Json) -> Json:
        """Report all variables, those that can be written, or a summary (B07)."""
        match payload["reportBase"]:
            case "FullInventory":
                found = list(self._variables.all().values())
            case "ConfigurationInventory":
                found = [
                    one
                    for one in self._variables.all().values()
                    if one.mutability in (RW, WO)
                ]
            case _:
                found = self._variables.summary()
        return self._report(payload["requestId"], found)

    def get_report(self, payload: Json) -> Json:
        """Report some components, or some variables (B08)."""
        asked = payload.get("componentVariable")
        limited(asked or (), MOST_ITEMS)
        found = list(self._variables.all().values())
        if asked is not None:
            found = [
                one for one in found if any(_is_asked(one.name, item) for item in asked)
            ]
        if criteria := payload.get("componentCriteria"):
            fit = _fitting(self._variables.all().values(), criteria)
            found = [one for one in found if _component(one.name) in fit]
        if not found:
            return {"status": "EmptyResultSet"}
        return self._report(payload["requestId"], found)

    def _report(self, request_id: int, found: list[Virtual]) -> Json:
        """Send the pieces of a report, after the answer."""
        pieces = [
            (
                "NotifyReport",
                {
                    "requestId": request_id,
                    "generatedAt": exact(utcnow()),
                    "seqNo": number,
                    "tbc": at + _AT_ONCE < len(found),
                    "reportData": [one.reported() for one in found[at : at + _AT_ONCE]],
                },
            )
            for number, at in enumerate(range(0, len(found), _AT_ONCE))
        ]
        # B07.FR.13: too many others wait.
        done = self._requests.send(pieces)
        return {"status": "Accepted" if done else "Rejected"}


def _echo(one: Json) -> Json:
    """Return what a result repeats of its request (B05.FR.02, FR.03, FR.12)."""
    return {
        "attributeType": one.get("attributeType", _ACTUAL),
        "component": one["component"],
        "variable": one["variable"],
    }


def _unknown(one: Json, known: Mapping[VariableName, Virtual]) -> str | None:
    """Return the status if a variable, or its attribute, does not exist."""
    name = name_of(one["component"], one["variable"])
    if name not in known:
        place = _component(name)
        if any(_component(other) == place for other in known):
            return "UnknownVariable"
        return "UnknownComponent"
    if one.get("attributeType", _ACTUAL) != _ACTUAL:
        return "NotSupportedAttributeType"
    return None


def _read(one: Json, known: Mapping[VariableName, Virtual]) -> Json:
    result = _echo(one)
    if (problem := _unknown(one, known)) is not None:
        return {"attributeStatus": problem, **result}
    variable = known[name_of(one["component"], one["variable"])]
    if variable.mutability == WO:
        # B06.FR.09.
        return {"attributeStatus": "Rejected", **result}
    # B06.FR.13: one without a value is empty.
    return {
        "attributeStatus": "Accepted",
        "attributeValue": variable.value or "",
        **result,
    }


def _component(name: VariableName) -> tuple[Any, ...]:
    return (
        name.component.casefold(),
        (name.component_instance or "").casefold(),
        name.evse,
        name.plug,
    )


def _is_asked(name: VariableName, item: Json) -> bool:
    """Return whether a variable is meant by a ComponentVariableType (B08.FR.20 to 25)."""
    component, variable = item["component"], item.get("variable")
    evse = component.get("evse") or {}
    wanted: list[tuple[object, object]] = [
        (component["name"].casefold(), name.component.casefold()),
        (evse.get("id"), name.evse),
        (evse.get("connectorId"), name.plug),
        (component.get("instance"), name.component_instance),
    ]
    if variable is not None:
        wanted += [
            (variable["name"].casefold(), name.variable.casefold()),
            (variable.get("instance"), name.variable_instance),
        ]
    return all(given in {None, "", found} for given, found in wanted)


def _fitting(known: Iterable[Virtual], criteria: list[str]) -> set[tuple[Any, ...]]:
    """Return the components that meet at least one of the criteria (B08.FR.07 to 13)."""
    values: dict[tuple[Any, ...], dict[str, str | None]] = {}
    for one in known:
        values.setdefault(_component(one.name), {})[one.name.variable] = one.value
    return {
        place
        for place, have in values.items()
        if any(
            # What has no such variable counts as active, available and enabled.
            have.get(word, "false" if word == "Problem" else "true") == "true"
            for word in criteria
        )
    }


def handlers(
    requests: Requests, variables: VirtualVariables
) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    part = Reports(requests, variables)
    return {
        "GetBaseReport": part.get_base_report,
        "GetReport": part.get_report,
        "GetVariables": part.get_variables,
        "SetVariables": part.set_variables,
    }
