"""The variables of the local list: it is enabled, and its limits are read (D01)."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ...model.errors import (
    CallErrorReceivedError,
    CommandError,
    ConnectionLostError,
    RefusedError,
)
from .model import DeviceModel
from .names import Aspect, VariableName
from .values import truth
from .variables import Variables

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_CONTROLLER: Final = "LocalAuthListCtrlr"


async def enable_local_list(charge_point: ChargePoint, variables: Variables) -> None:
    """Enable the local list, if there is a variable for it that is off.

    A refusal is remembered, and other errors are ignored; see `Commands`.
    """
    name = VariableName(_CONTROLLER, "Enabled")
    known = charge_point.part(DeviceModel).inventory.find(name)
    if known is None or not known.writable or truth(known.actual) is not False:
        return
    setting = f"{known.name}=true".lower()
    if setting in charge_point.refused_settings:
        return
    try:
        await variables.write(Aspect(known.name), "true")
    except ConnectionLostError:
        raise
    except CommandError as err:
        charge_point.deviations.note(f"setting_refused:{known.name}", str(err))
        if not isinstance(err, CallErrorReceivedError):
            charge_point.refused_settings[setting] = str(err)


async def read_local_list_limits(
    charge_point: ChargePoint, variables: Variables
) -> None:
    """Read the number of records in a SendLocalList, if it is not known.

    The number of records in total is a characteristic, which only reports tell.
    """
    inventory = charge_point.part(DeviceModel).inventory
    name = VariableName(_CONTROLLER, "ItemsPerMessage")
    if inventory.find(name) is None:
        with suppress(CallErrorReceivedError, RefusedError):
            await variables.get([Aspect(name)])
