"""Conversion of dataclasses into records for JSON, and of untrusted ones back."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
import math
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, get_args, get_origin, get_type_hints

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""The exceptions that a record of the wrong shape causes."""


def from_record[T](cls: type[T], record: object) -> T:
    """Return an instance of a dataclass from a record.

    Args:
        cls: The dataclass.
        record: A mapping from its fields' names to their values; times are ISO 8601
            with an offset.

    Raises:
        ValueError: A field is missing or has a wrong value.
    """
    if not isinstance(record, Mapping) or not is_dataclass(cls):
        raise ValueError(f"{cls.__name__} cannot be made of {record!r:.100}")
    hints = _hints(cls)
    values: dict[str, Any] = {}
    for field in fields(cls):
        if field.name in record:
            value = _value(hints[field.name], record[field.name])
            if value is MISSING:
                raise ValueError(
                    f"{cls.__name__}.{field.name} cannot be {record[field.name]!r:.100}"
                )
            values[field.name] = value
        elif field.default is MISSING:
            raise ValueError(f"{cls.__name__} has no {field.name}")
    return cls(**values)


def to_record(value: Any) -> Any:
    """Return a dataclass, or what its fields hold, as JSON can keep it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_record(one)
            for field in fields(value)
            if (one := getattr(value, field.name)) is not None
            or field.default is MISSING
        }
    if isinstance(value, tuple | list):
        return [to_record(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(hint: Any, value: Any) -> Any:
    """Return a value of the type, or MISSING."""
    if isinstance(hint, TypeAliasType):
        return _value(hint.__value__, value)
    if get_origin(hint) is UnionType:
        found = (_value(one, value) for one in get_args(hint))
        return next((one for one in found if one is not MISSING), MISSING)
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        fits = any(type(value) is type(one) and value == one for one in choices)
        return value if fits else MISSING
    if hint in (None, NoneType):
        return None if value is None else MISSING
    if isinstance(hint, type) and issubclass(hint, datetime):
        return _time(value)
    if get_origin(hint) is tuple:
        return _all(get_args(hint), value)
    if isinstance(hint, type) and is_dataclass(hint) and not isinstance(value, hint):
        return from_record(hint, value) if isinstance(value, Mapping) else MISSING
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _word(hint, value)
    if hint is float and type(value) in (int, float):
        return float(value) if abs(value) < 1e15 and math.isfinite(value) else MISSING
    return value if type(value) is hint else MISSING


def _all(hints: tuple[Any, ...], value: Any) -> Any:
    """Return a list as a tuple of any length whose items are all of one type."""
    if not isinstance(value, list | tuple) or len(hints) != 2 or hints[1] is not ...:
        return value if isinstance(value, tuple) else MISSING
    found = tuple(_value(hints[0], one) for one in value)
    return MISSING if MISSING in found else found


def _word(hint: type[StrEnum], value: Any) -> Any:
    try:
        return hint(value) if isinstance(value, str) else MISSING
    except ValueError:
        return MISSING


def _time(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return MISSING
    return value if isinstance(value, datetime) and value.tzinfo else MISSING
