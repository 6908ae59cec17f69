"""What the fields of actions may hold, how a form asks for it, and what is said of a bad one."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
import json
import math
import re
from typing import Any

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..csms.schema.spelling import snake

_LONGEST_URI = 512
"""The longest that OCPP has for logs and signed firmware."""

_LARGEST_ID = 2**63 - 1
"""Chargers may use all of 64 bits for numbers of their own, and their sign."""


class FieldError(vol.Invalid):
    """A value that a field cannot take; `key` names the translated text."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Take what the text needs besides the name of the field."""
        super().__init__(key)
        self.key = key
        self.text_placeholders = placeholders


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of field.

    Args:
        schema: What a value must be, and becomes.
        error: What is said of one that `schema` does not take. Validators may raise
            a FieldError of their own.
        selector: How a form asks for it.
        options: The options, where there are some.
    """

    schema: vol.Schema
    error: FieldError
    selector: Mapping[str, Any]
    options: tuple[str, ...] = ()

    def __call__(self, value: object) -> Any:
        """Return the value as the action's handler wants it; raise FieldError."""
        try:
            return self.schema(value)
        except vol.Invalid as err:
            known = _known(err) or self.error
            raise FieldError(known.key, **known.text_placeholders) from err


def _known(err: vol.Invalid) -> FieldError | None:
    """Return the first error within `err` that has a text."""
    errors = err.errors if isinstance(err, vol.MultipleInvalid) else [err]
    return next((one for one in errors if isinstance(one, FieldError)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of an action.

    Args:
        kind: What it may hold.
        required: Whether it has to be there.
        default: What a form begins with.
        example: What the documentation of Home Assistant shows.
        note: What docs/actions.md says besides its name and its options.
    """

    kind: Kind
    required: bool = False
    default: Any = None
    example: Any = None
    note: str = ""


def _whole(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | str) and not isinstance(value, bool):
        return int(value)
    raise ValueError


def _number(value: object) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
            if math.isfinite(number):
                return number
    raise ValueError


def _box(unit: str | None = None, **limits: float | str) -> dict[str, Any]:
    """Return the selector of a number that is typed."""
    shown: dict[str, Any] = {**limits, "mode": "box"}
    if unit is not None:
        shown["unit_of_measurement"] = unit
    return {"number": shown}


def whole_number(minimum: int, *, unit: str | None = None) -> Kind:
    """Return the kind of whole numbers from `minimum`; a template's text counts."""
    return Kind(
        schema=vol.Schema(vol.All(_whole, vol.Range(min=minimum))),
        error=FieldError("field_not_number", minimum=str(minimum)),
        selector=_box(unit, min=minimum) if minimum > -(2**31) else _box(unit),
    )


ANY_NUMBER = whole_number(-(2**31))


def transaction_id(minimum: int) -> Kind:
    """Return the kind of the number of a transaction; its id is a text."""
    return Kind(
        schema=vol.Schema(vol.All(_whole, vol.Range(min=minimum), vol.Coerce(str))),
        error=FieldError("field_not_number", minimum=str(minimum)),
        selector=_box(min=minimum),
    )


SESSION_ID = Kind(
    schema=vol.Schema(
        vol.All(_whole, vol.Range(min=-_LARGEST_ID, max=_LARGEST_ID), vol.Coerce(str))
    ),
    error=FieldError("field_not_number", minimum=str(-_LARGEST_ID)),
    # A form would round such a number.
    selector={"text": None},
)


def decimal(
    minimum: float,
    *,
    maximum: float | None = None,
    selector: Mapping[str, Any] | None = None,
) -> Kind:
    """Return the kind of numbers in these limits; a template's text counts."""
    within: list[Any] = [_number, vol.Range(min=minimum)]
    if maximum is not None:
        within.append(_not_above(maximum))
    return Kind(
        schema=vol.Schema(vol.All(*within)),
        error=FieldError("field_not_decimal", minimum=f"{minimum:g}"),
        selector=selector or _box(min=minimum, step="any"),
    )


def _not_above(maximum: float) -> Callable[[float], float]:
    def read(value: float) -> float:
        if value > maximum:
            raise FieldError("field_too_large", maximum=f"{maximum:g}")
        return value

    return read


def amount(unit: str, **limits: Any) -> dict[str, Any]:
    """Return the selector of an amount that is typed."""
    return _box(unit, **limits)


def _as_text(value: object) -> object:
    """Write what YAML takes for a number or a truth value as OCPP does."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def text(
    maximum: int, *, minimum: int = 1, selector: Mapping[str, Any] | None = None
) -> Kind:
    """Return the kind of texts of that length."""
    return Kind(
        schema=vol.Schema(vol.All(_as_text, str, vol.Length(min=minimum, max=maximum))),
        error=FieldError("field_not_text", minimum=str(minimum), maximum=str(maximum)),
        selector={"text": selector},
    )


def texts(maximum: int) -> Kind:
    """Return the kind of one text, or a list of them, none longer than `maximum`."""
    one = text(maximum)
    return Kind(
        schema=vol.Schema(vol.All(cv.ensure_list, [one])),
        error=one.error,
        selector={"text": {"multiple": True}},
    )


def _option(value: object) -> object:
    """Spell an option as we do; YAML takes the text 1 for a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return snake(value) if isinstance(value, str) else value


def choice(translation_key: str, *options: str) -> Kind:
    """Return the kind of options in snake case, understood in OCPP's spelling, too.

    Args:
        translation_key: What names the texts of the options.
        *options: The options.
    """
    return Kind(
        schema=vol.Schema(vol.All(_option, str, vol.In(options))),
        error=FieldError("field_not_option", options=", ".join(options)),
        selector={
            "select": {"translation_key": translation_key, "options": list(options)}
        },
        options=options,
    )


def choices(translation_key: str, *options: str) -> Kind:
    """Return the kind of one option, or a list of them; see `choice`."""
    one = choice(translation_key, *options)
    return Kind(
        schema=vol.Schema(vol.All(cv.ensure_list, [one], vol.Coerce(frozenset))),
        error=one.error,
        selector={"select": {"multiple": True, **one.selector["select"]}},
        options=options,
    )


def _truth(value: object) -> bool:
    """Read a truth value; a template's text counts."""
    told = value.strip().lower() if isinstance(value, str) else value
    if told is True or told in ("true", "on", "yes"):
        return True
    if told is False or told in ("false", "off", "no"):
        return False
    raise ValueError


TRUTH = Kind(
    schema=vol.Schema(_truth),
    error=FieldError("field_not_option", options="true, false"),
    selector={"boolean": None},
)


def member(value: Mapping[str, Any], name: str) -> str | None:
    """Return an enumerated member of an object, both of them in either spelling."""
    for key, found in value.items():
        if snake(str(key)) == name and isinstance(found, str):
            return snake(found)
    return None


OBJECT = Kind(
    # The schemas of OCPP know what may be in it.
    schema=vol.Schema(dict),
    error=FieldError("field_not_object"),
    selector={"object": None},
)

OBJECTS = Kind(
    schema=vol.Schema(vol.All(cv.ensure_list, [OBJECT])),
    error=FieldError("field_not_object"),
    selector={"object": None},
)

_URI = re.compile(
    # 7.4: the protocols that FileTransferProtocols of OCPP and its kin know.
    r"(?:https?|ftps?|sftp|tftp|scp)://(?:[^\s/?#@]*@)?"
    r"(?:\[[0-9a-f:.%]+\]|[^\s/?#@:\[\]]+)(?::\d{1,5})?(?:[/?#]\S*)?\Z",
    re.ASCII | re.IGNORECASE,
)

URI = Kind(
    # The address of a file or folder, with its protocol and host.
    schema=vol.Schema(vol.All(str, vol.Length(max=_LONGEST_URI), vol.Match(_URI))),
    error=FieldError("field_not_uri", maximum=str(_LONGEST_URI)),
    selector={"text": {"type": "url"}},
)


def object_with_uri(path: str) -> Kind:
    """Return the kind of objects one member of which is such an address.

    `path` is the field and the member, as in `log.remote_location`.
    """
    name = path.rpartition(".")[2]

    def check(whole: dict[str, Any]) -> dict[str, Any]:
        for key, found in whole.items():
            if snake(str(key)) == name and found is not None:
                try:
                    URI(found)
                except FieldError as err:
                    raise FieldError(
                        err.key, field=path, **err.text_placeholders
                    ) from err
        return whole

    return Kind(
        schema=vol.Schema(vol.All(OBJECT, check)),
        error=OBJECT.error,
        selector=OBJECT.selector,
    )


def _json_text(value: object) -> str:
    """Return a text; what is structured becomes JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError as err:
        raise ValueError(str(err)) from err


JSON_TEXT = Kind(
    schema=vol.Schema(_json_text),
    error=FieldError("field_not_json"),
    selector={"text": {"multiline": True}},
)


def _timestamp(value: object) -> datetime:
    """Read a time, or a text of one; without an offset it is Home Assistant's."""
    # The first and the last days that there are do not exist everywhere, and some
    # not at all.
    with suppress(OverflowError, ValueError):
        when = dt_util.parse_datetime(value) if isinstance(value, str) else value
        if isinstance(when, datetime):
            return dt_util.as_utc(when)
    raise ValueError


TIMESTAMP = Kind(
    schema=vol.Schema(_timestamp),
    error=FieldError("field_not_time"),
    selector={"datetime": None},
)


def _moment(value: object) -> datetime | time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and len(value) <= len("00:00:00"):
        with suppress(ValueError):
            if (clock := dt_util.parse_time(value)) is not None:
                return clock
    return _timestamp(value)


MOMENT = Kind(
    # A time of the day, or a time with its date.
    schema=vol.Schema(_moment),
    error=FieldError("field_not_moment"),
    selector={"time": None},
)

DEVICE = Kind(
    # The id of a device, or a list of one, as targets are given.
    schema=vol.Schema(
        vol.Any(
            vol.All(str, vol.Length(min=1)),
            vol.All(
                [vol.All(str, vol.Length(min=1))],
                vol.Length(min=1, max=1),
                lambda ids: ids[0],
            ),
        )
    ),
    error=FieldError("field_not_device"),
    selector={
        "device": {
            "filter": [{"integration": DOMAIN}],
            # Chargers and connectors have some, the devices of ID tags have none.
            "entity": [{"integration": DOMAIN, "domain": "binary_sensor"}],
        }
    },
)
