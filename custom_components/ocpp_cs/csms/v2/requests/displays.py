"""Messages on a station's display (O01 to O06)."""

import unicodedata

from ...commands import Answer
from ...model.capabilities import DisplayAbilities
from ...model.model import new_id
from ..commands import Fields, V2Commands
from ..spelling import told
from .fields import as_list, send_and_collect, spelled

_UTF8, _ASCII = "UTF8", "ASCII"

_PRIORITIES = ("InFront", "NormalCycle", "AlwaysFront")
"""The best one is first: in front of the station's own messages, without hiding them."""

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "€": "EUR",
        "–": "-",
        "—": "-",
        "·": "-",
        "ø": "o",
        "æ": "ae",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
    }
)


async def set_display_message(commands: V2Commands, fields: Fields) -> Answer:
    """Show a message (O01, O02, O06).

    Without an id a new one is used and added to the answer. Without format and priority
    those are taken that the display has.
    """
    fields = {**fields}
    abilities = commands.charge_point.capabilities.display or DisplayAbilities()
    text = fields.pop("message")
    if (form := fields.pop("format", None)) is None:
        form = _UTF8
        if abilities.formats and "utf8" not in abilities.formats:
            form, text = _ASCII, _ascii(text)
    content = told(format=form, language=fields.pop("language", None), content=text)
    if extra := as_list(fields.pop("message_extra", None)):
        fields["message_extra"] = [_content(one) for one in extra]
    if fields.get("priority") is None:
        fields["priority"] = _priority(abilities)
    new = {} if fields.get("id") is not None else {"id": new_id()}
    answer = await commands.caller.send(
        "SetDisplayMessage", message=fields | new | {"message": content}
    )
    return answer | new


def _content(given: Fields) -> Fields:
    """Return the same message in another language (2.1: O01); UTF-8 by default."""
    return {"format": _UTF8} | spelled(given)


def _priority(abilities: DisplayAbilities) -> str:
    return next(
        (one for one in _PRIORITIES if one.casefold() in abilities.priorities),
        "NormalCycle",
    )


def _ascii(text: str) -> str:
    """Return a text without letters that not every display has."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return plain.encode("ascii", "ignore").decode()


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
