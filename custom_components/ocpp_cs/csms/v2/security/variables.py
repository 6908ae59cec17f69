"""Read and write the few variables that security needs."""

from typing import Any, Final

from ...caller import Caller
from ...model.errors import CommandError, ConnectionLostError, RefusedError
from ..device_model.names import VariableName, component_of, variable_of

PASSWORD: Final = VariableName("SecurityCtrlr", "BasicAuthPassword")
ORGANIZATION_NAME: Final = VariableName("SecurityCtrlr", "OrganizationName")
PRIORITY: Final = VariableName("OCPPCommCtrlr", "NetworkConfigurationPriority")
ACTIVE_PROFILE: Final = VariableName("OCPPCommCtrlr", "ActiveNetworkProfile")

_ACCEPTED = frozenset({"accepted", "reboot_required"})


async def write(caller: Caller, name: VariableName, value: str) -> str:
    """Write a variable (B05), and return the status of the answer.

    Raises:
        RefusedError: It was not accepted; the status tells why.
        CommandError: As for all commands.
    """
    answer = await caller.send(
        "SetVariables",
        set_variable_data=[
            {
                "attribute_value": value,
                "component": component_of(name),
                "variable": variable_of(name),
            }
        ],
    )
    status: str = answer["set_variable_result"][0]["attribute_status"]
    if status not in _ACCEPTED:
        raise RefusedError("SetVariables", status)
    return status


async def read(caller: Caller, *names: VariableName) -> dict[VariableName, str]:
    """Return the values of variables (B06), without those that cannot be read.

    Raises:
        ConnectionLostError: The connection ended before the answer.
    """
    try:
        answer = await caller.send(
            "GetVariables",
            get_variable_data=[
                {"component": component_of(name), "variable": variable_of(name)}
                for name in names
            ],
        )
    except ConnectionLostError:
        raise
    except CommandError:
        return {}
    found: dict[VariableName, str] = {}
    results: list[dict[str, Any]] = answer["get_variable_result"]
    for result in results:
        told = VariableName(result["component"]["name"], result["variable"]["name"])
        for name in names:
            if name == told and result["attribute_status"] == "accepted":
                found[name] = result.get("attribute_value", "")
    return found
