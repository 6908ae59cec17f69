"""JSON that is not trusted: each value is looked at before it is believed."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import orjson

type Json = bool | int | float | str | list[Any] | dict[str, Any] | None
type Values = Mapping[str, Json]
"""API keys and their values. A key that is missing is unknown to the charger; None is a value."""


def parse_object(body: bytes) -> dict[str, Json] | None:
    """Return the JSON object that a body is; None if it is none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def literal(value: Json) -> str:
    """Return a value as `/api/set` wants it: JSON without blanks, strings in quotes."""
    return orjson.dumps(value).decode()


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same to the charger: 16 is 16.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


class Reader:
    """Takes values of the type that is wanted; what is of another is None."""

    def __init__(self, values: Values) -> None:
        """Read from `values`."""
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
        """Return a text without blanks around it, cut where it is too long."""
        value = self._values.get(key)
        return value.strip()[:longest] if isinstance(value, str) else None

    def items(self, key: str) -> tuple[dict[str, Any], ...]:
        """Return the objects of a list; a lone one counts as a list of one."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return (value,) if value else ()
        if not isinstance(value, list):
            return ()
        return tuple(item for item in value if isinstance(item, dict))
