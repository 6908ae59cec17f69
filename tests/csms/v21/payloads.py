"""Payloads by the schemas of 2.1: with all that they may have, and each thing in which 2.0.1 differs."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from custom_components.ocpp_cs.csms.schema.schemas import Schemas
from custom_components.ocpp_cs.csms.v2.version import load_schemas

type Json = dict[str, Any]

INBOUND_OF_2_1 = frozenset(
    {
        "BatterySwap",
        "ClosePeriodicEventStream",
        "GetCertificateChainStatus",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyPeriodicEventStream",
        "NotifyPriorityCharging",
        "NotifySettlement",
        "OpenPeriodicEventStream",
        "PullDynamicScheduleUpdate",
        "ReportDERControl",
        "VatNumberValidation",
    }
)
"""What a station sends that 2.0.1 has not; a central system sends the other new ones."""


@cache
def schemas() -> tuple[Schemas, Schemas]:
    """Return the schemas of 2.0.1 and of 2.1."""
    return load_schemas("2.0.1"), load_schemas("2.1")


def full(definition: Json, name: str = "", *, required: bool = False) -> Any:
    """Return a value that a schema allows, with all members, or the required ones."""
    match definition.get("type"):
        case "object":
            needed = definition.get("required", ())
            return {
                key: full(inner, key, required=required)
                for key, inner in definition.get("properties", {}).items()
                if key != "customData" and (key in needed or not required)
            }
        case "array":
            count = max(definition.get("minItems", 1), 1)
            return [full(definition["items"], name, required=required)] * count
        case "string" if "enum" in definition:
            return definition["enum"][-1]
        case "string" if definition.get("format") == "date-time":
            return "2026-11-30T10:00:00Z"
        case "string":
            return name[: definition.get("maxLength", 100)]
        case "integer":
            return int(max(definition.get("minimum", 1), 1))
        case "number":
            return min(
                max(definition.get("minimum", 1.5), 1.5), definition.get("maximum", 2)
            )
        case "boolean":
            return True
    return {"any": [1]}


def differences(action: str, kind: str) -> Iterator[tuple[str, Any]]:
    """Yield what is right in 2.1, and wrong or unknown in 2.0.1.

    Args:
        action: The action.
        kind: `request` or `response`.

    Yields:
        The field, and a whole payload.
    """
    before, now = (
        one.request(action) if kind == "request" else one.response(action)
        for one in schemas()
    )
    assert before is not None
    assert now is not None
    base = full(now.definition)
    yield "all", base
    yield "required", full(now.definition, required=True)
    for path, value in _differing(before.definition, now.definition):
        changed = deepcopy(base)
        place: Any = changed
        for one in path[:-1]:
            place = place[one]
        if value is _MISSING:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        yield f"{'.'.join(map(str, path))}={str(value)[:30]}", changed


_MISSING = object()


def _differing(
    before: Json, now: Json, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    match now.get("type"):
        case "object":
            for key, inner in now.get("properties", {}).items():
                if (old := before.get("properties", {}).get(key)) is None:
                    continue
                yield from _differing(old, inner, (*path, key))
                if key in before.get("required", ()) and key not in now.get(
                    "required", ()
                ):
                    yield (*path, key), _MISSING
        case "array":
            yield from _differing(before["items"], now["items"], (*path, 0))
        case "string":
            old = before.get("enum")
            if old is not None and "enum" not in now:
                yield path, "a word of its own"[: now["maxLength"]]
            for word in sorted({*now.get("enum", ())} - {*(old or ())}):
                yield path, word
            length = now.get("maxLength", 0)
            if length > before.get("maxLength", length):
                yield path, "x" * length
        case "number" if before["type"] == "integer":
            yield path, 1.25


def enumerations_that_ended(
    action: str, kind: str
) -> Iterator[tuple[list[str], list[str | int]]]:
    """Yield the words of each enumeration of 2.0.1 that is a text in 2.1, and its place."""
    before, now = (
        one.request(action) if kind == "request" else one.response(action)
        for one in schemas()
    )
    if before is not None and now is not None:
        yield from _ended(before.definition, now.definition, [])


def _ended(
    before: Json, now: Json, path: list[str | int]
) -> Iterator[tuple[list[str], list[str | int]]]:
    for key, inner in now.get("properties", {}).items():
        if (old := before.get("properties", {}).get(key)) is not None:
            yield from _ended(old, inner, [*path, key])
    if "items" in now:
        yield from _ended(before["items"], now["items"], [*path, 0])
    if "enum" in before and "enum" not in now:
        yield before["enum"], path


def value_at(payload: Any, path: list[str | int]) -> Any:
    """Return what stands in a place of a payload."""
    for one in path:
        payload = payload[one]
    return payload


def placed(payload: Any, path: list[str | int], value: Any) -> Any:
    """Return a payload with another value in one place."""
    payload = deepcopy(payload)
    value_at(payload, path[:-1])[path[-1]] = value
    return payload
