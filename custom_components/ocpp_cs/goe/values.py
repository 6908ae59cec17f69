"""Untrusted JSON: each value is checked before it is used."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import orjson

type Json = bool | int | float | str | list[Any] | dict[str, Any] | None
type Values = Mapping[str, Json]
"""API keys and their values. The charger lacks a missing key; None is a value."""


def parse_object(body: bytes) -> dict[str, Json] | None:
    """Return the JSON object in a body; None if it is not an object."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def literal(value: Json) -> str:
    """Return a value for `/api/set`: JSON without spaces, strings in quotes."""
    return orjson.dumps(value).decode()


def same(one: Json, other: Json) -> bool:
    """Return whether two values are equal for the charger: 16 is 16.0; true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


class Reader:
    """Reads typed values; a value of another type is None."""

    def __init__(self, values: Values) -> None:
        """Initialize with `values`."""
        self._values = values

    def flag(self, key: str) -> bool | None:
        """Return a bool."""
        value = self._values.get(key)
        return value if isinstance(value, bool) else None

    def number(self, key: str, low: int = 0, high: int = 2**63 - 1) -> int | None:
        """Return a whole number within the bounds."""
        value = self._values.get(key)
        if isinstance(value, float) and isfinite(value) and value.is_integer():
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            return None
        return value

    def text(self, key: str, longest: int = 100) -> str | None:
        """Return a text without surrounding spaces, cut at `longest` characters."""
        value = self._values.get(key)
        return value.strip()[:longest] if isinstance(value, str) else None

    def items(self, key: str) -> tuple[dict[str, Any], ...]:
        """Return the objects in a list; a single object counts as a list."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return (value,) if value else ()
        if not isinstance(value, list):
            return ()
        return tuple(item for item in value if isinstance(item, dict))
