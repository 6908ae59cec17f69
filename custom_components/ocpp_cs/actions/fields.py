"""What the fields of actions may hold, and how a bad one is told to the user.

Home Assistant's own way, a voluptuous schema, tells of a bad field in English only.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
import json
import math
import re
from typing import Any, override

from homeassistant.util import dt as dt_util

from ..csms.schema.spelling import snake
from ..exceptions import invalid

type Reader[T] = Callable[[object], T]
"""Returns a value as the command wants it, or raises FieldError."""

_LONGEST_URI = 512
"""The longest that OCPP has for logs and signed firmware."""


class FieldError(Exception):
    """A value that a field cannot take; `key` names the translated text."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Take what the text needs besides the name of the field."""
        super().__init__(key)
        self.key = key
        self.placeholders = placeholders


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an action."""

    read: Reader[object]
    required: bool = False


def read_fields(
    action: str, fields: Mapping[str, Field], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data of a call to `action`, which has these fields.

    A field without a value counts as left out. Raises ServiceValidationError,
    which names the field that is wrong.
    """
    for name in data:
        if name not in fields:
            raise invalid("field_unknown", action=action, field=name)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if (value := data.get(name)) is None:
            if field.required:
                raise invalid("field_missing", action=action, field=name)
            continue
        try:
            values[name] = field.read(value)
        except FieldError as err:
            raise invalid(err.key, **{"field": name, **err.placeholders}) from err
    return values


def check_order(values: Mapping[str, Any], earlier: str, later: str) -> None:
    """Raise ServiceValidationError if two times are the wrong way round."""
    if earlier in values and later in values and values[later] < values[earlier]:
        raise invalid("field_order", earlier=earlier, later=later)


def whole_number(minimum: int) -> Reader[int]:
    """Return a reader of whole numbers from `minimum`; a template's text counts."""

    def read(value: object) -> int:
        number = None
        if (isinstance(value, float) and value.is_integer()) or (
            isinstance(value, int | str) and not isinstance(value, bool)
        ):
            with suppress(ValueError):
                number = int(value)
        if number is None or number < minimum:
            raise FieldError("field_not_number", minimum=str(minimum))
        return number

    return read


def transaction_id(minimum: int) -> Reader[str]:
    """Return a reader of the number of a transaction; its id is a text."""
    read_number = whole_number(minimum)

    def read(value: object) -> str:
        return str(read_number(value))

    return read


def decimal(minimum: float) -> Reader[float]:
    """Return a reader of numbers from `minimum`; a template's text counts."""

    def read(value: object) -> float:
        number = None
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            with suppress(ValueError, OverflowError):
                number = float(value)
        if number is None or not math.isfinite(number) or number < minimum:
            raise FieldError("field_not_decimal", minimum=f"{minimum:g}")
        return number

    return read


def text(maximum: int, *, minimum: int = 1) -> Reader[str]:
    """Return a reader of texts of that length.

    What YAML takes for a number or a truth value is written as OCPP does.
    """

    def read(value: object) -> str:
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, int | float):
            value = str(value)
        if not isinstance(value, str) or not minimum <= len(value) <= maximum:
            raise FieldError(
                "field_not_text", minimum=str(minimum), maximum=str(maximum)
            )
        return value

    return read


def texts(maximum: int) -> Reader[list[str]]:
    """Return a reader of one text, or a list of them, none longer than `maximum`."""
    read_one = text(maximum)

    def read(value: object) -> list[str]:
        return [
            read_one(item) for item in (value if isinstance(value, list) else [value])
        ]

    return read


class Choice:
    """Reads options in snake case; OCPP's own spelling of them is understood."""

    def __init__(self, *options: str) -> None:
        """Take the options in snake case."""
        self.options = options

    def __call__(self, value: object) -> Any:
        """Return the option that is meant."""
        # YAML takes the text 1 for a number.
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (option := snake(value)) in self.options:
            return option
        raise FieldError("field_not_option", options=", ".join(self.options))


class Choices(Choice):
    """Reads one option, or a list of them; see `Choice`."""

    @override
    def __call__(self, value: object) -> Any:
        """Return the options that are meant."""
        items = value if isinstance(value, list) else [value]
        return frozenset(super(Choices, self).__call__(item) for item in items)


def an_object(value: object) -> dict[str, Any]:
    """Read an object; the schemas of OCPP know what may be in it."""
    if not isinstance(value, dict):
        raise FieldError("field_not_object")
    return value


def member(value: Mapping[str, Any], name: str) -> str | None:
    """Return an enumerated member of an object, both of them in either spelling."""
    for key, found in value.items():
        if snake(str(key)) == name and isinstance(found, str):
            return snake(found)
    return None


_URI = re.compile(
    # 7.4: the protocols that FileTransferProtocols of OCPP and its kin know.
    r"(?:https?|ftps?|sftp|tftp|scp)://(?:[^\s/?#@]*@)?"
    r"(?:\[[0-9a-f:.%]+\]|[^\s/?#@:\[\]]+)(?::\d{1,5})?(?:[/?#]\S*)?",
    re.ASCII | re.IGNORECASE,
)


def uri(value: object) -> str:
    """Read the address of a file or folder, with its protocol and host."""
    if (
        not isinstance(value, str)
        or len(value) > _LONGEST_URI
        or not _URI.fullmatch(value)
    ):
        raise FieldError("field_not_uri", maximum=str(_LONGEST_URI))
    return value


def an_object_with_uri(path: str) -> Reader[dict[str, Any]]:
    """Return a reader of objects one member of which is such an address.

    `path` is the field and the member, as in `log.remote_location`.
    """
    name = path.rpartition(".")[2]

    def read(value: object) -> dict[str, Any]:
        whole = an_object(value)
        for key, found in whole.items():
            if snake(str(key)) == name and found is not None:
                try:
                    uri(found)
                except FieldError as err:
                    raise FieldError(err.key, field=path, **err.placeholders) from err
        return whole

    return read


def objects(value: object) -> list[dict[str, Any]]:
    """Read a list of objects, or one."""
    return [an_object(item) for item in (value if isinstance(value, list) else [value])]


def json_text(value: object) -> str:
    """Read a text; what is structured becomes JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as err:
        raise FieldError("field_not_json") from err


def timestamp(value: object) -> datetime:
    """Read a time, or a text of one; without an offset it is Home Assistant's."""
    # The first and the last days that there are do not exist everywhere, and some
    # not at all.
    with suppress(OverflowError, ValueError):
        time = dt_util.parse_datetime(value) if isinstance(value, str) else value
        if isinstance(time, datetime):
            return dt_util.as_utc(time)
    raise FieldError("field_not_time")


def one_device(value: object) -> str:
    """Read the id of a device, or a list of one, as targets are given."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str) or not value:
        raise FieldError("field_not_device")
    return value
