"""What must not be shown of the messages of OCPP 2, and not be kept (A01.FR.09)."""

from typing import Any, Final

from ...security.masking import Mask
from ..device_model.names import Aspect, VariableName

PASSWORD: Final = Aspect(VariableName("SecurityCtrlr", "BasicAuthPassword"))
"""The password of the station (A01)."""

MASK: Final = Mask(("KeyCode",), beside=("password", "simPin"))
"""Finds passwords in frames, and the numbers that are typed in place of a card.

The name of a variable stands in an object of its own, beside the value
(SetVariableDataType).
"""

_PASSWORDS: Final = Mask(("password",))


def is_secret_variable(name: str) -> bool:
    """Return whether a variable holds a password, such as BasicAuthPassword."""
    return _PASSWORDS.is_secret(name)


def names_secret(value: str) -> bool:
    """Return whether a value has a password in it, beside its name.

    Some stations have a variable with all network profiles as JSON.
    """
    return "assword" in value and ":" in value and _PASSWORDS.is_secret(value)


def secrets_in(action: str, payload: dict[str, Any]) -> tuple[str, ...]:
    """Return the secrets in a request, valid by the schema.

    The address in a network profile is one of them, as it may hold the secret of the
    station.
    """
    match action:
        case "SetVariables":
            found = [
                one["attributeValue"]
                for one in payload["setVariableData"]
                if is_secret_variable(one["variable"]["name"])
            ]
        case "SetNetworkProfile":
            data = payload["connectionData"]
            apn, vpn = data.get("apn") or {}, data.get("vpn") or {}
            pin = apn.get("simPin")
            found = [
                data["ocppCsmsUrl"],
                data.get("basicAuthPassword"),
                apn.get("apnPassword"),
                None if pin is None else str(pin),
                vpn.get("password"),
                vpn.get("key"),
            ]
        case _:
            return ()
    return tuple(one for one in found if one)


def cleaned(action: str, answer: Any) -> Any:
    """Return an answer without passwords: they are write-only, but some tell them."""
    if action != "GetVariables" or not isinstance(answer, dict):
        return answer
    results = answer.get("getVariableResult")
    if not isinstance(results, list):
        return answer
    return {**answer, "getVariableResult": [_without_password(one) for one in results]}


def _without_password(result: Any) -> Any:
    match result:
        case {"variable": {"name": str(name)}} if is_secret_variable(name):
            return {
                key: value for key, value in result.items() if key != "attributeValue"
            }
    return result
