"""Batteries that are exchanged at a station (2.1: S02)."""

from ...commands import Answer
from ..commands import Fields, V2Commands
from .fields import send_request, token_given


async def request_battery_swap(commands: V2Commands, fields: Fields) -> Answer:
    """Let somebody exchange batteries (S02.FR.01).

    Without a request id a new one is used and added to the answer.
    """
    fields = {**fields}
    token = token_given(commands, fields)
    return await send_request(
        commands, "RequestBatterySwap", fields | {"id_token": token}
    )
