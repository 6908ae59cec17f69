"""The password of a charging station (A01), the variable BasicAuthPassword."""

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ..device_model.inventory import Inventory
from ..device_model.variables import Variables
from .secrets import PASSWORD

_LEAST = 16
_MOST = 64
"""Characters of a password, if the station reports no limit (A00.FR.205, errata)."""


async def set_password(
    variables: Variables, inventory: Inventory, password: str
) -> Answer:
    """Write a new password.

    Raises:
        InvalidRequestError: It is too short or too long for the station.
        CommandError: As for all commands.
    """
    known = inventory.find(PASSWORD.name)
    most = _MOST
    if known is not None and known.max_limit is not None:
        most = max(int(known.max_limit), _LEAST)
    if not _LEAST <= len(password) <= most:
        raise InvalidRequestError(
            "SetVariables", "password", f"must have {_LEAST} to {most} characters"
        )
    return await variables.write(PASSWORD, password)
