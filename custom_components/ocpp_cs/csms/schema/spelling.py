"""Convert between OCPP's camel case and our snake case.

The schemas show which strings are enumerated, so free text is not changed.
"""

from datetime import datetime
from functools import lru_cache
import re
from typing import Any

from ..model.timestamps import format_time, is_rfc3339, read_time

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=1024)
def snake(name: str) -> str:
    """Return `SuspendedEVSE` as `suspended_evse`, `idTag` as `id_tag`."""
    # A digit ends a word, but not in V2G and V2X.
    name = name.replace("V2G", "V2g").replace("V2X", "V2x")
    return _BOUNDARY.sub("_", name).replace(".", "_").lower()


def pascal(word: str) -> str:
    """Return `ground_failure` as `GroundFailure`."""
    return "".join(part.capitalize() for part in word.split("_"))


def _find(name: str, spellings: Any) -> str | None:
    """Return the OCPP spelling of `name` among `spellings`."""
    for spelling in spellings:
        if name in (spelling, snake(spelling)):
            return str(spelling)
    return None


def to_ocpp(value: Any, spec: dict[str, Any]) -> Any:
    """Convert `value` to the spelling of the JSON schema `spec`; omit None members.

    Names and enumerated values may be in snake case or in OCPP's spelling. Times, as
    text or aware datetime, are formatted so that every charge point can read them.
    Values that the schema does not know stay unchanged, so that validation fails.
    """
    if isinstance(value, dict) and (properties := spec.get("properties")) is not None:
        return {
            (found := _find(str(name), properties) or str(name)): to_ocpp(
                member, properties.get(found, {})
            )
            for name, member in value.items()
            if member is not None
        }
    if isinstance(value, list | tuple) and "items" in spec:
        return [to_ocpp(item, spec["items"]) for item in value]
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, str):
        if (words := spec.get("enum") or spec.get("words")) is not None:
            return _find(value, words) or value
        if (
            spec.get("format") == "date-time"
            and is_rfc3339(value)
            and (time := read_time(value)) is not None
        ):
            return format_time(time)
    return value


def from_ocpp(value: Any, spec: dict[str, Any]) -> Any:
    """Convert `value`, valid by the JSON schema `spec`, to our spelling."""
    if isinstance(value, dict):
        properties = spec.get("properties", {})
        return {
            snake(name): from_ocpp(member, properties.get(name, {}))
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [from_ocpp(item, spec.get("items", {})) for item in value]
    if isinstance(value, str) and ("enum" in spec or value in spec.get("words", ())):
        return snake(value)
    return value
