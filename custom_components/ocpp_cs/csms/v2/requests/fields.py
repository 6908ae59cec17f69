"""The fields of requests: of OCPP 1.6 where it has the request, else of OCPP 2."""

from collections.abc import Mapping
import re
from typing import Any

from ...commands import Answer
from ...model.errors import FieldProblem, InvalidRequestError
from ...model.model import new_id
from ...model.tags import Tag, TagKind
from ...schema.spelling import from_ocpp, snake
from ..commands import Fields, V2Commands
from ..spelling import token_of

_LOCATION = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]\S*", re.ASCII | re.IGNORECASE)


def check_location(action: str, field: str, location: object) -> None:
    """Raise InvalidRequestError unless a location, if given, is a full URI."""
    if isinstance(location, str) and not _LOCATION.fullmatch(location):
        raise InvalidRequestError(action, field, FieldProblem.NOT_URI)


def token_given(
    commands: V2Commands, fields: Fields, name: str = "id_tag"
) -> dict[str, Any] | None:
    """Take the tag, and its type, from `fields`; return them as an IdTokenType."""
    tag, kind = fields.pop(name, None), fields.pop("id_token_type", None)
    if tag is None:
        return None
    return token_of(Tag(tag, None if kind is None else kind_of(kind)), commands.version)


def kind_of(told: str) -> TagKind:
    """Return the type of a tag, in either spelling.

    Raises:
        InvalidRequestError: There is no such type.
    """
    name = snake(told).replace("e_maid", "emaid")
    if name not in TagKind:
        raise InvalidRequestError("IdToken", "id_token_type", "is not a type of tags")
    return TagKind(name)


async def send_request(commands: V2Commands, action: str, fields: Fields) -> Answer:
    """Send `action`; add the request id to the answer if it was generated."""
    new = {} if fields.get("request_id") is not None else {"request_id": new_id()}
    return await commands.caller.send(action, **(fields | new)) | new


async def send_and_collect(
    commands: V2Commands,
    action: str,
    fields: Fields,
    *,
    pieces: str,
    member: str,
    is_text: bool = False,
) -> Answer:
    """Send `action`, and add what comes in pieces to the answer.

    Args:
        commands: The commands of the connection.
        action: The action.
        fields: Its fields; `request_id` is added without one.
        pieces: The action of the pieces.
        member: Their member that is collected.
        is_text: Whether that is a text, and not a list.

    Returns:
        The answer with `request_id`, the member, and `complete`: False if the last
        pieces did not come.
    """
    request_id = fields.get("request_id") or new_id()
    with commands.awaited.pieces.expecting(pieces, request_id) as collected:
        answer = await commands.caller.send(
            action, **(fields | {"request_id": request_id})
        )
        comes = answer.get("status") == "accepted"
        if comes:
            await collected.wait(commands.charge_point.call_timeout)
    definition = commands.schemas.request(pieces)
    assert definition is not None  # as the station sends it
    told_so_far = [from_ocpp(one, definition.definition) for one in collected.pieces]
    found = [item for one in told_so_far for item in as_list(one.get(member))]
    return answer | {
        "request_id": request_id,
        member: "".join(found) if is_text else found,
        "complete": collected.is_complete or not comes,
    }


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty list, and any other value as one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | frozenset | set) else [value]


def spelled(fields: Mapping[str, Any]) -> Fields:
    """Return the members of an object with their names in snake case."""
    return {snake(str(name)): value for name, value in fields.items()}
