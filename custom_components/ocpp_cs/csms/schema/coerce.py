"""Salvage a payload that violates the schema, in any version of OCPP.

Called only if `Schema.valid` returns False. It is lenient: a charge point that is
refused for the unit of a frequency repeats the message endlessly, and the owner gets no
data.
"""

from collections.abc import Callable
from functools import lru_cache
import json
from math import inf
import re
from typing import Any, Literal

from ..model.deviations import Deviations
from ..model.errors import CallError, Violation
from ..model.timestamps import parse_time
from .schema_code import LARGEST, Definition, compile_validator, is_multiple
from .schemas import Schemas
from .wording import BOOLEANS, Leave, Wording, squash

_LONG = 1000
"""Characters that are kept of any text, even if `maxLength` is lower."""
_MOST_WORK = 4000
"""Values of one payload that are examined; beyond that, lists are truncated.

The event loop is blocked meanwhile. The limit is enough for some hundred invalid
samples; valid list items cost next to nothing.
"""
_WORK_OF_LOSS = 4
_NUMBER = re.compile(r"([+-]?[\d.,]*\d[.,]?(?:[eE][+-]?\d+)?)\s*([^\d\s.,+-]\S*)?")
_NOT_WRITABLE = (RecursionError, TypeError, ValueError)
_VALIDATORS: dict[int, tuple[Definition, Callable[[Any], bool]]] = {}


class _LostError(Exception):
    """A value that cannot be salvaged."""

    def __init__(self, violation: Violation, where: str, reason: str) -> None:
        super().__init__(f"{where} {reason}")
        self.violation = violation
        self.where = where
        self.reason = reason


def salvage(
    action: str,
    kind: Literal["request", "response"],
    payload: Any,
    deviations: Deviations,
    schemas: Schemas,
) -> dict[str, Any]:
    """Make a usable payload from one that violates the schema.

    Every deviation is recorded by kind and field.

    Args:
        action: The action.
        kind: Whether the payload is a request or a response.
        payload: The payload, which is not changed.
        deviations: The record of deviations.
        schemas: The schemas of the version.

    Returns:
        A payload with valid types and all required fields. It may still have texts
        that are too long, lists of invalid length, numbers out of range, the values of
        `Wording.kept`, and no field whose default is `Leave.ABSENT`.

    Raises:
        CallError: An essential field, which it names, is missing or invalid.
    """
    schema = schemas.request(action) if kind == "request" else schemas.response(action)
    if schema is None:
        raise CallError(Violation.NOT_IMPLEMENTED, action)
    if payload is None or payload == []:
        deviations.note(f"type:{schema.name}", "no object")
        payload = {}
    try:
        work = _Salvage(deviations, schemas.wording)
        return work.object(schema.definition, payload, schema.name)
    except _LostError as lost:
        # Name the field as in the message, without the schema's name.
        _, _, field = lost.where.partition(".")
        if not field:
            raise CallError(Violation.FORMAT, lost.reason) from None
        raise CallError(lost.violation, f"{field} {lost.reason}") from None


class _Salvage:
    """Salvage one payload, following the schema."""

    def __init__(self, deviations: Deviations, wording: Wording) -> None:
        self._deviations = deviations
        self._wording = wording
        self._work = _MOST_WORK
        # Path of a field -> the unknown enumerated value to store in it.
        self._originals: dict[str, str] = {}

    def _note(self, kind: str, detail: str = "") -> None:
        """Count a deviation; `kind` ends with the field."""
        if kind.endswith(self._wording.unlogged):
            detail = ""
        self._deviations.note(kind, detail)

    def _any(self, definition: Definition, value: Any, where: str) -> Any:
        self._work -= 1
        match definition.get("type"):
            case None:
                return value
            case "object":
                return self.object(definition, value, where)
            case "array":
                return self._array(definition, value, where)
            case "string":
                return self._string(definition, value, where)
            case "boolean":
                return self._boolean(value, where)
            case "integer":
                return self._integer(definition, value, where)
        return self._number(definition, value, where)

    def object(self, definition: Definition, value: Any, where: str) -> dict[str, Any]:
        """Salvage an object; raise _LostError if an essential field is lost."""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            self._note(f"type:{where}", "a list")
            value = value[0]
        if not isinstance(value, dict):
            raise _wrong_type(where, "an object", value)
        properties: dict[str, Definition] = definition.get("properties", {})
        extras: dict[str, Any] = {}
        if not value.keys() <= properties.keys():
            is_open = definition.get("additionalProperties", True) is not False
            known = self._known_fields(properties, value, where, is_open=is_open)
            if is_open:
                extras = {
                    key: item for key, item in known.items() if key not in properties
                }
            value = known
        required = definition.get("required", ())
        result: dict[str, Any] = {}
        lost: list[_LostError] = []
        for key, inner in properties.items():
            field = f"{where}.{key}"
            item = value.get(key)
            if item is None:
                if key in required:
                    lost.append(
                        _LostError(
                            Violation.OCCURRENCE_CONSTRAINT,
                            field,
                            "is missing",
                        )
                    )
                elif key in value:
                    self._note(f"null:{field}")
                continue
            if key not in required and self._is_nothing(inner, item, field):
                self._note(f"empty:{field}")
                continue
            try:
                result[key] = self._any(inner, item, field)
            except _LostError as error:
                if key in required:
                    lost.append(error)
                elif field in self._wording.decisive:
                    raise
                else:
                    self._note(f"dropped:{field}", error.reason)
        for missed in lost:
            self._stand_in(missed, result, where)
        if self._originals:
            self._put_originals(result, where)
        result.update(extras)
        return result

    def _put_originals(self, result: dict[str, Any], where: str) -> None:
        """Store unknown enumerated values in the fields meant for them."""
        for path in list(self._originals):
            parent, _, key = path.rpartition(".")
            if parent == where:
                word = self._originals.pop(path)
                result[key] = result.get(key) or word

    def _stand_in(self, error: _LostError, result: dict[str, Any], where: str) -> None:
        """Set the default of a required field; raise the error if it has none."""
        field = error.where
        default = self._wording.defaults.get(field)
        if field.rpartition(".")[0] != where or default is None:
            raise error
        value = default(result)
        kind = "missing" if error.reason == "is missing" else "replaced"
        self._note(f"{kind}:{field}", error.reason)
        if value is not Leave.ABSENT:
            result[field.rpartition(".")[2]] = value

    def _known_fields(
        self,
        properties: dict[str, Definition],
        value: dict[str, Any],
        where: str,
        *,
        is_open: bool,
    ) -> dict[str, Any]:
        """Drop unknown fields and correct the spelling of field names.

        An object that `is_open` may have fields of any name.
        """
        spellings = {squash(key): key for key in properties}
        result = {key: item for key, item in value.items() if key in properties}
        for key, item in value.items():
            if key in properties:
                continue
            self._work -= 1
            if self._work <= 0:
                break
            name = spellings.get(squash(str(key)[:60]))
            if name is None and is_open:
                result[key] = item
            elif name is None or name in result:
                self._note(f"extra_field:{where}", str(key)[:60])
            else:
                self._note(f"field_spelling:{where}.{name}", str(key)[:60])
                result[name] = item
        return result

    def _array(self, definition: Definition, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            self._note(f"not_a_list:{where}", _shown(value))
            value = [value]
        result = []
        too_much = False
        items: Definition = definition["items"]
        is_right = _validator(items)
        for item in value:
            if is_right(item):
                result.append(item)
                continue
            if self._work <= 0:
                too_much = True
                continue
            try:
                result.append(self._any(items, item, where))
            except _LostError as lost:
                self._work -= _WORK_OF_LOSS
                self._note(f"dropped:{where}", f"{lost.where} {lost.reason}")
        if too_much:
            self._note(f"too_much_wrong:{where}", f"{len(value)} items")
        if len(result) < definition.get("minItems", 0):
            self._note(f"empty:{where}")
        if len(result) > definition.get("maxItems", len(result)):
            self._note(f"too_many:{where}", f"{len(result)} items")
        return result

    def _string(self, definition: Definition, item: Any, where: str) -> str:
        if isinstance(item, str):
            value = item
        else:
            value = self._as_text(item, where)
            self._note(f"type:{where}", _shown(item))
        allowed: list[str] | None = definition.get("enum")
        if allowed is not None:
            if value not in allowed:
                return self._word(allowed, value, where)
            return value
        if definition.get("format") == "date-time" and parse_time(value) is None:
            raise _LostError(
                Violation.PROPERTY_CONSTRAINT,
                where,
                f"is no timestamp: {_shown(value)}",
            )
        if len(value) > definition.get("maxLength", len(value)):
            self._note(f"too_long:{where}", _shown(value))
            # Slightly too long is harmless, but a megabyte would be stored many times.
            value = value[: max(_LONG, 4 * definition["maxLength"])]
        return value

    def _word(self, allowed: list[str], value: str, where: str) -> str:
        """Return the enumerated value that a text stands for."""
        wording, word = self._wording, None
        if len(value) < 60:
            word = _meant(wording, tuple(allowed), value, where)
        if word:
            self._note(f"enum_spelling:{where}", _shown(value))
            return word
        fallback = wording.fallbacks.get(where)
        if fallback is not None and value.strip():
            self._note(f"enum_unknown:{where}", _shown(value))
            if (field := wording.originals.get(where)) is not None:
                parent = where.rpartition(".")[0]
                self._originals[f"{parent}.{field}"] = value.strip()[:50]
            return fallback
        # A known alias, such as of Hertz, may not be in the schema of this version.
        if where in wording.kept and squash(value) not in wording.aliases.get(
            where, ()
        ):
            self._note(f"enum_unknown:{where}", _shown(value))
            return value
        raise _LostError(
            Violation.PROPERTY_CONSTRAINT,
            where,
            f"is not known: {_shown(value)}",
        )

    def _boolean(self, value: Any, where: str) -> bool:
        if isinstance(value, bool):
            return value
        result = None
        if isinstance(value, str):
            result = BOOLEANS.get(squash(value[:10]))
        elif isinstance(value, (int, float)) and value in {0, 1}:
            result = bool(value)
        if result is not None:
            self._note(f"type:{where}", _shown(value))
            return result
        raise _wrong_type(where, "true or false", value)

    def _integer(self, definition: Definition, value: Any, where: str) -> int:
        if type(value) is int and abs(value) < LARGEST:
            self._note_range(definition, value, where)
            return value
        number = _as_number(value, where)
        if not number.is_integer() and where not in self._wording.rounded:
            raise _wrong_type(where, "a whole number", value)
        if abs(number) >= LARGEST:
            raise _wrong_type(where, "a number of this world", value)
        self._note(f"type:{where}", _shown(value))
        self._note_range(definition, number, where)
        return round(number)

    def _number(self, definition: Definition, value: Any, where: str) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number = value
        else:
            number = _as_number(value, where)
            self._note(f"type:{where}", _shown(value))
        step = definition.get("multipleOf")
        if step is not None and not is_multiple(number, step):
            number = _as_number(number, where)
            self._note(f"range:{where}", _shown(value))
            number = round(round(number / step) * step, 6)
        self._note_range(definition, number, where)
        return number

    def _note_range(self, definition: Definition, value: float, where: str) -> None:
        """Record a number that is out of range; it is kept."""
        lowest = definition.get("minimum", value)
        highest = definition.get("maximum", value)
        if not lowest <= value <= highest:
            self._note(f"range:{where}", _shown(value))

    def _is_nothing(self, definition: Definition, value: Any, where: str) -> bool:
        """Return whether this is an empty text in a field where it means no value."""
        if not isinstance(value, str) or value.strip():
            return False
        if where in self._wording.meant_when_empty or "type" not in definition:
            return False
        return (
            definition["type"] != "string"
            or "enum" in definition
            or "format" in definition
        )

    def _as_text(self, value: Any, where: str) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        try:
            if isinstance(value, (int, float)):
                return str(value)
            if where in self._wording.json_texts:
                return json.dumps(value)
        except _NOT_WRITABLE:
            pass
        raise _wrong_type(where, "a text", value)


def read_number(text: object) -> tuple[float, str | None]:
    """Parse a number that may have blanks, a decimal comma and a unit.

        "16,5 A"  ->  (16.5, "A")

    Returns:
        The number, and the unit if there was one.

    Raises:
        ValueError: It is not a finite number.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = repr(text)
    if not isinstance(text, str) or not (found := _NUMBER.fullmatch(text.strip())):
        raise ValueError("not a number")
    digits = found[1]
    # The last separator is the decimal one. A single comma is one as well.
    if "," in digits:
        if digits.rfind(".") > digits.rfind(","):
            digits = digits.replace(",", "")
        else:
            digits = digits.replace(".", "").replace(",", ".")
    number = float(digits)
    if not -inf < number < inf:
        raise ValueError("not finite")
    return number, found[2]


def _validator(definition: Definition) -> Callable[[Any], bool]:
    """Return a validator of list items, as mostly only one of many is invalid."""
    # The definition is stored as well, so that its id cannot be reused.
    found = _VALIDATORS.get(id(definition))
    if found is None:
        properties = definition.get("properties", {}).values()
        # Validators do not check formats, so these items have to be examined.
        dated = any("format" in inner for inner in properties)
        validator = _never if dated else compile_validator(definition)
        found = _VALIDATORS[id(definition)] = (definition, validator)
    return found[1]


def _never(_: Any) -> bool:
    return False


def _as_number(value: Any, where: str) -> float:
    """Convert a text such as "1", "1.0", "1,5" or " 12 " to a number."""
    try:
        number, unit = read_number(value)
    except ValueError:
        raise _wrong_type(where, "a number", value) from None
    if unit is not None:
        raise _wrong_type(where, "a number", value)
    return number


def _wrong_type(where: str, wanted: str, value: Any) -> _LostError:
    return _LostError(
        Violation.TYPE_CONSTRAINT,
        where,
        f"must be {wanted}, is {_shown(value)}",
    )


def _shown(value: Any) -> str:
    """Return a value for a message, or its type if it is large."""
    if isinstance(value, str):
        return repr(value[:60])
    if isinstance(value, (bool, float)) or value is None:
        return repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) < LARGEST else "a very large number"
    return "a list" if isinstance(value, list) else "an object"


@lru_cache(maxsize=512)
def _meant(
    wording: Wording, allowed: tuple[str, ...], value: str, where: str
) -> str | None:
    # `squash` removes signs such as %.
    word = squash(value) or value.strip()
    if (alias := wording.aliases.get(where, {}).get(word)) in allowed:
        return alias
    return _squashed(allowed).get(word)


@lru_cache(maxsize=64)
def _squashed(allowed: tuple[str, ...]) -> dict[str, str]:
    return {squash(right): right for right in allowed}
