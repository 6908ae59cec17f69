"""Controls of the grid at a station that supplies it (2.1: R04); sent as they are given."""

from typing import Any, Final
from uuid import uuid4

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ...model.model import new_id, utcnow
from ...schema.spelling import from_ocpp
from ..commands import Fields, V2Commands
from .fields import as_list, spelled

_SET: Final = "SetDERControl"
_REPORT: Final = "ReportDERControl"


async def set_der_control(commands: V2Commands, fields: Fields) -> Answer:
    """Set a control; without an id a new one is used and added to the answer.

    Raises:
        InvalidRequestError: A setting is one of the other fields.
    """
    fields = {**fields}
    settings = spelled(fields.pop("settings", None) or {})
    if twice := settings.keys() & {"is_default", "control_id", "control_type"}:
        raise InvalidRequestError(_SET, min(twice), "is no setting")
    new = {} if fields.get("control_id") else {"control_id": str(uuid4())}
    return await commands.caller.send(_SET, **(fields | settings | new)) | new


async def get_der_control(commands: V2Commands, fields: Fields) -> Answer:
    """Return the controls that are set (R04.FR.30 to 36), by their types."""
    request_id = new_id()
    with commands.awaited.pieces.expecting(_REPORT, request_id) as collected:
        answer = await commands.caller.send(
            "GetDERControl", **fields, request_id=request_id
        )
        comes = answer.get("status") == "accepted"
        if comes:
            await collected.wait(commands.charge_point.call_timeout)
    definition = commands.schemas.request(_REPORT)
    assert definition is not None  # as the station sends it
    controls: dict[str, list[Any]] = {}
    for piece in collected.pieces:
        for name, found in from_ocpp(piece, definition.definition).items():
            if isinstance(found, list):
                controls.setdefault(name, []).extend(as_list(found))
    return answer | {
        "controls": controls,
        "complete": collected.is_complete or not comes,
    }


async def clear_der_control(commands: V2Commands, fields: Fields) -> Answer:
    """Delete controls (R04.FR.41 to 45)."""
    return await commands.caller.send("ClearDERControl", **fields)


async def afrr_signal(commands: V2Commands, fields: Fields) -> Answer:
    """Send a signal of the grid operator (Q07, Q08); its time is now without one."""
    return await commands.caller.send(
        "AFRRSignal", **({"timestamp": utcnow()} | fields)
    )
