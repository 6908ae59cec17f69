"""Messages on a station's display (O01 to O06)."""

from ...commands import Answer
from ...model.model import new_id
from ..commands import Fields, V2Commands
from ..spelling import told
from .fields import as_list, send_and_collect

_UTF8 = "UTF8"


async def set_display_message(commands: V2Commands, fields: Fields) -> Answer:
    """Show a message (O01, O02, O06).

    Without an id a new one is used and added to the answer.
    """
    fields = {**fields}
    content = told(
        format=fields.pop("format", _UTF8),
        language=fields.pop("language", None),
        content=fields.pop("message"),
    )
    new = {} if fields.get("id") is not None else {"id": new_id()}
    answer = await commands.caller.send(
        "SetDisplayMessage", message=fields | new | {"message": content}
    )
    return answer | new


async def get_display_messages(commands: V2Commands, fields: Fields) -> Answer:
    """Return the messages that are set (O03, O04)."""
    wanted = {**fields, "id": as_list(fields.get("id")) or None}
    return await send_and_collect(
        commands,
        "GetDisplayMessages",
        wanted,
        pieces="NotifyDisplayMessages",
        member="message_info",
    )
