"""Tariffs that a station keeps, and payments that begin elsewhere (2.1: I07 to I12, C25).

They are sent as they are given.
"""

from ...commands import Answer
from ..commands import Fields, V2Commands
from .fields import as_list


def _of_evse(fields: Fields) -> Fields:
    """Return the fields with the name that OCPP 2 has for a connector."""
    fields = {**fields}
    number = fields.pop("connector_id", None)
    return fields if number is None else fields | {"evse_id": number}


async def set_default_tariff(commands: V2Commands, fields: Fields) -> Answer:
    """Set the tariff of an EVSE, or of all with 0 (I07)."""
    return await commands.caller.send("SetDefaultTariff", **_of_evse(fields))


async def get_tariffs(commands: V2Commands, fields: Fields) -> Answer:
    """Return which tariffs there are at an EVSE, or at all with 0 (I09)."""
    answer = await commands.caller.send("GetTariffs", **_of_evse(fields))
    return answer | {"tariff_assignments": as_list(answer.get("tariff_assignments"))}


async def clear_tariffs(commands: V2Commands, fields: Fields) -> Answer:
    """Remove tariffs: those that are named, or all (I10)."""
    return await commands.caller.send("ClearTariffs", **_of_evse(fields))


async def web_payment_started(commands: V2Commands, fields: Fields) -> Answer:
    """Tell that somebody pays for an EVSE in the web (C25.FR.21)."""
    return await commands.caller.send("NotifyWebPaymentStarted", **_of_evse(fields))
