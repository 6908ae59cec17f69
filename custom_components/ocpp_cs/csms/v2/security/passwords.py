"""The password of a charging station (A01), the variable BasicAuthPassword."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ...caller import Caller
from ...commands import Answer
from ...model.errors import InvalidRequestError
from ..device_model.inventory import Inventory
from .variables import PASSWORD, write

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_LEAST = 16
_MOST = 64
"""Characters of a password, if the station reports no limit (A00.FR.205, errata)."""


def password_in(data: list[dict[str, Any]]) -> str | None:
    """Return the new password in a list of SetVariableDataType, in either spelling."""
    for one in data:
        component, variable = one.get("component"), one.get("variable")
        value = one.get("attribute_value", one.get("attributeValue"))
        if (
            isinstance(component, dict)
            and isinstance(variable, dict)
            and str(component.get("name")).casefold() == PASSWORD.component.casefold()
            and str(variable.get("name")).casefold() == PASSWORD.variable.casefold()
            and isinstance(value, str)
        ):
            return value
    return None


@asynccontextmanager
async def password_guard(
    charge_point: ChargePoint, data: list[dict[str, Any]]
) -> AsyncGenerator[None]:
    """Keep a new password before it is sent, and what the station made of it.

    To be entered around a SetVariables with that `data`; the error of a refusal has to
    be raised within. Does nothing for other variables.
    """
    password = password_in(data)
    if password is None:
        yield
        return
    async with charge_point.password_change(password):
        yield


async def set_password(
    charge_point: ChargePoint, caller: Caller, inventory: Inventory, password: str
) -> Answer:
    """Write a new password.

    Raises:
        InvalidRequestError: It is too short or too long for the station.
        CommandError: As for all commands.
    """
    known = inventory.find(PASSWORD)
    most = _MOST
    if known is not None and known.max_limit is not None:
        most = int(known.max_limit)
    if not _LEAST <= len(password) <= max(most, _LEAST):
        raise InvalidRequestError(
            "SetVariables", "password", f"must have {_LEAST} to {most} characters"
        )
    async with charge_point.password_change(password):
        return {"status": await write(caller, PASSWORD, password)}
