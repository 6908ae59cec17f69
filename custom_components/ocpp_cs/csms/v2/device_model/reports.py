"""Collect the reports that a charging station sends in pieces (B07, B08)."""

import asyncio
from typing import Any

from ..security.secrets import is_secret_variable
from ..spelling import told
from .inventory import Inventory, Variable, VariableName


def name_of(component: dict[str, Any], variable: dict[str, Any]) -> VariableName:
    """Return the name of a variable, from a ComponentType and a VariableType."""
    evse = component.get("evse") or {}
    return VariableName(
        component=component["name"],
        component_instance=component.get("instance"),
        evse=evse.get("id"),
        plug=evse.get("connectorId"),
        variable=variable["name"],
        variable_instance=variable.get("instance"),
    )


def component_of(name: VariableName) -> dict[str, Any]:
    """Return the ComponentType of a variable."""
    return told(
        name=name.component,
        instance=name.component_instance,
        evse=None if name.evse is None else told(id=name.evse, connectorId=name.plug),
    )


def variable_of(name: VariableName) -> dict[str, Any]:
    """Return the VariableType of a variable."""
    return told(name=name.variable, instance=name.variable_instance)


class Reports:
    """The reports that were asked for on one connection."""

    def __init__(self, inventory: Inventory) -> None:
        """Collect variables in `inventory`."""
        self._inventory = inventory
        self._awaited: dict[int, asyncio.Future[None]] = {}

    def is_asked(self, request_id: int) -> bool:
        """Return whether a report was asked for."""
        return request_id in self._awaited

    def expect(self, request_id: int) -> asyncio.Future[None]:
        """Return what is done once the last piece of a report has come."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited[request_id] = future
        future.add_done_callback(lambda _: self._awaited.pop(request_id, None))
        return future

    def piece(self, payload: dict[str, Any]) -> None:
        """Take a NotifyReport, valid by the schema."""
        for entry in payload.get("reportData") or ():
            attribute: dict[str, Any] = next(
                (
                    one
                    for one in entry["variableAttribute"]
                    if one.get("type", "Actual") == "Actual"
                ),
                {},
            )
            name = name_of(entry["component"], entry["variable"])
            characteristics = entry.get("variableCharacteristics") or {}
            self._inventory.put(
                Variable(
                    name=name,
                    # Passwords are write-only, but some tell them.
                    actual=None
                    if is_secret_variable(name.variable)
                    else attribute.get("value"),
                    writable=attribute.get("mutability", "ReadWrite") != "ReadOnly",
                    data_type=characteristics.get("dataType"),
                    values=tuple(
                        value.strip()
                        for value in (characteristics.get("valuesList") or "").split(
                            ","
                        )
                        if value.strip()
                    ),
                    max_limit=characteristics.get("maxLimit"),
                )
            )
        if not payload.get("tbc"):
            future = self._awaited.get(payload["requestId"])
            if future is not None and not future.done():
                future.set_result(None)
