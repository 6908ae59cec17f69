"""The kinds of fields of actions: validation, error text and selector."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
import json
import math
import re
from types import MappingProxyType
from typing import Any

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..csms.schema.spelling import snake

_LONGEST_URI = 512
"""The maximum length in OCPP for the locations of logs and signed firmware."""

_LONGEST_TRANSACTION_ID = 36

_LARGEST_ID = 2**63 - 1
"""The largest transaction id of OCPP 1.6: some use signed integers of 64 bits."""


class FieldError(vol.Invalid):
    """An invalid value of a field; `key` is the translation key of the error."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Keep the placeholders of the text, except the name of the field."""
        super().__init__(key)
        self.key = key
        self.text_placeholders = placeholders


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of field: how a value is validated and entered.

    Args:
        schema: Validates a value and converts it.
        error: The error for a value that `schema` does not accept. Validators may raise
            a FieldError of their own.
        selector: The selector of the form.
        options: The options, if the field is a choice.
    """

    schema: vol.Schema
    error: FieldError
    selector: Mapping[str, Any]
    options: tuple[str, ...] = ()

    def __call__(self, value: object) -> Any:
        """Return the value as the handler takes it. Raises FieldError."""
        try:
            return self.schema(value)
        except vol.Invalid as err:
            known = _known(err) or self.error
            raise FieldError(known.key, **known.text_placeholders) from err


def _known(err: vol.Invalid) -> FieldError | None:
    """Return the first FieldError within `err`."""
    errors = err.errors if isinstance(err, vol.MultipleInvalid) else [err]
    return next((one for one in errors if isinstance(one, FieldError)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of an action.

    Args:
        kind: The kind of the values.
        required: Whether the field is required.
        default: The value that the form shows first.
        example: The example in Home Assistant's documentation of the action.
        note: Text of docs/actions.md in addition to the name and the options.
        since: The first version of OCPP in which the action has the field, if that is
            not 1.6.
        later: Value -> the first version of OCPP that has it, if that is not 1.6.
    """

    kind: Kind
    required: bool = False
    default: Any = None
    example: Any = None
    note: str = ""
    since: str = ""
    later: Mapping[str, str] = MappingProxyType({})


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
    """Return the selector of a number with an input box."""
    shown: dict[str, Any] = {**limits, "mode": "box"}
    if unit is not None:
        shown["unit_of_measurement"] = unit
    return {"number": shown}


def whole_number(minimum: int, *, unit: str | None = None) -> Kind:
    """Return the kind of integers from `minimum`; a template's text is accepted."""
    return Kind(
        schema=vol.Schema(vol.All(_whole, vol.Range(min=minimum))),
        error=FieldError("field_not_number", minimum=str(minimum)),
        selector=_box(unit, min=minimum) if minimum > -(2**31) else _box(unit),
    )


ANY_NUMBER = whole_number(-(2**31))


def _transaction_id(value: object) -> str:
    """Return a number of OCPP 1.6, or a text of OCPP 2, as text."""
    with suppress(ValueError):
        if not isinstance(value, str) and abs(number := _whole(value)) <= _LARGEST_ID:
            return str(number)
    if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_TRANSACTION_ID:
        return value.strip()
    raise ValueError


TRANSACTION_ID = Kind(
    schema=vol.Schema(_transaction_id),
    error=FieldError(
        "field_not_text", minimum="1", maximum=str(_LONGEST_TRANSACTION_ID)
    ),
    # The frontend would round a number of 64 bits.
    selector={"text": None},
)


NUMBERS = Kind(
    # One id, or several.
    schema=vol.Schema(vol.All(cv.ensure_list, [ANY_NUMBER])),
    error=ANY_NUMBER.error,
    selector={"object": None},
)


def decimal(
    minimum: float,
    *,
    maximum: float | None = None,
    selector: Mapping[str, Any] | None = None,
) -> Kind:
    """Return the kind of numbers within limits; the text of a template is accepted."""
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
    """Return the selector of a number with a unit and an input box."""
    return _box(unit, **limits)


def _as_text(value: object) -> object:
    """Return a number or boolean of YAML as the text that OCPP has for it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def text(
    maximum: int, *, minimum: int = 1, selector: Mapping[str, Any] | None = None
) -> Kind:
    """Return the kind of texts from `minimum` to `maximum` characters."""
    return Kind(
        schema=vol.Schema(vol.All(_as_text, str, vol.Length(min=minimum, max=maximum))),
        error=FieldError("field_not_text", minimum=str(minimum), maximum=str(maximum)),
        selector={"text": selector},
    )


def texts(maximum: int) -> Kind:
    """Return the kind of a text or a list of texts of at most `maximum` characters."""
    one = text(maximum)
    return Kind(
        schema=vol.Schema(vol.All(cv.ensure_list, [one])),
        error=one.error,
        selector={"text": {"multiple": True}},
    )


def _option(value: object) -> object:
    """Return an option in snake case; YAML reads the text 1 as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return snake(value) if isinstance(value, str) else value


def choice(translation_key: str, *options: str) -> Kind:
    """Return the kind of one option in snake case; OCPP's spelling is accepted, too.

    Args:
        translation_key: The key of the options' translations.
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
    """Return a boolean; the text of a template is accepted."""
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
    """Return the enumerated member `name` of an object, in snake case.

    The spelling of OCPP is accepted for the name and for the value.
    """
    for key, found in value.items():
        if snake(str(key)) == name and isinstance(found, str):
            return snake(found)
    return None


OBJECT = Kind(
    # The schemas of OCPP validate the members later.
    schema=vol.Schema(dict),
    error=FieldError("field_not_object"),
    selector={"object": None},
)

OBJECTS = Kind(
    schema=vol.Schema(vol.All(cv.ensure_list, [OBJECT])),
    error=FieldError("field_not_object"),
    selector={"object": None},
)

_NAME = text(250)

NAMES_OR_OBJECTS = Kind(
    schema=vol.Schema(vol.All(cv.ensure_list, [vol.Any(OBJECT, _NAME)])),
    error=_NAME.error,
    selector={"object": None},
)

_URI = re.compile(
    # OCPP 1.6, 7.4: the protocols of FileTransferProtocols, and similar ones.
    r"(?:https?|ftps?|sftp|tftp|scp)://(?:[^\s/?#@]*@)?"
    r"(?:\[[0-9a-f:.%]+\]|[^\s/?#@:\[\]]+)(?::\d{1,5})?(?:[/?#]\S*)?\Z",
    re.ASCII | re.IGNORECASE,
)

URI = Kind(
    # The URI of a file or folder, with its scheme and host.
    schema=vol.Schema(vol.All(str, vol.Length(max=_LONGEST_URI), vol.Match(_URI))),
    error=FieldError("field_not_uri", maximum=str(_LONGEST_URI)),
    selector={"text": {"type": "url"}},
)


def object_with_uri(path: str) -> Kind:
    """Return the kind of objects with a member that is a URI.

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


def _json(value: object) -> object:
    """Return a value as it is, if it can be written as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except TypeError as err:
        raise ValueError(str(err)) from err
    return value


JSON = Kind(
    # A version of OCPP that knows only texts makes one of it.
    schema=vol.Schema(_json),
    error=FieldError("field_not_json"),
    selector={"text": {"multiline": True}},
)


def _timestamp(value: object) -> datetime:
    """Return a time in UTC; a time without an offset is in Home Assistant's zone."""
    # The first and the last day of the calendar overflow in some time zones, and an
    # invalid date raises ValueError.
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
    # The id of a device, or a list with a single id, which is the form of a target.
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
            # Chargers and connectors have binary sensors, id tags have none.
            "entity": [{"integration": DOMAIN, "domain": "binary_sensor"}],
        }
    },
)
