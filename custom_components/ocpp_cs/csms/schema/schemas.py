"""Validators made from the JSON schemas that the `ocpp` package ships.

`load` reads them (blocking: call it in an executor). `Schema.valid` is compiled and
fast; `Schema.problems` takes its time and names everything that is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
import json
import re
from typing import Any, Literal

from ..model.errors import ErrorCode
from ..model.timestamps import is_rfc3339
from .schema_code import Definition, compile_validator, is_multiple

_FOLDERS = {"1.6": "v16"}
_RESPONSE = "Response"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+", re.ASCII)
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_NAMES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


class ProblemKind(StrEnum):
    """In what way a field breaks the schema."""

    MISSING = "missing"
    TYPE = "type"
    ENUM = "enum"
    TOO_LONG = "too_long"
    EXTRA = "extra"
    RANGE = "range"
    FORMAT = "format"


# OCPP-J 1.6, table 7.
_CODES = {
    ProblemKind.MISSING: ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    ProblemKind.TYPE: ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    ProblemKind.ENUM: ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    ProblemKind.TOO_LONG: ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    ProblemKind.EXTRA: ErrorCode.FORMATION_VIOLATION,
    ProblemKind.RANGE: ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    ProblemKind.FORMAT: ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One violation: `path` as in `meterValue.0.sampledValue.3.unit`.

    `code` is what a CALLERROR about it has to say; `message` is for people and
    reads on from the path. A list that is shorter than it may be misses the item
    that would come next.
    """

    path: str
    kind: ProblemKind
    code: ErrorCode
    message: str


class Schema:
    """What the payload of one request or response has to look like."""

    __slots__ = ("definition", "name", "valid")

    valid: Callable[[Any], bool]
    """Whether a parsed payload satisfies the schema; formats are not looked at."""

    def __init__(self, name: str, definition: Definition) -> None:
        """Compile a definition without references."""
        self.name = name
        self.definition = definition
        self.valid = compile_validator(definition)

    def problems(self, payload: Any, *, formats: bool = False) -> list[Problem]:
        """Name every violation, in the schema's order; empty if and only if valid.

        With `formats`, as for what we send, timestamps must also be RFC 3339 and
        URIs must have a scheme, which `valid` does not look at.
        """
        return list(_problems(self.definition, payload, "", formats))


@dataclass(frozen=True, kw_only=True, slots=True)
class Schemas:
    """The schemas of one version of OCPP."""

    version: str
    requests: dict[str, Schema]
    responses: dict[str, Schema]
    actions: frozenset[str]

    def request(self, action: str) -> Schema | None:
        """Give the schema of what asks; None if the version has no such action."""
        return self.requests.get(action)

    def response(self, action: str) -> Schema | None:
        """Give the schema of what answers; None if there is no such action."""
        return self.responses.get(action)


@cache
def load(version: Literal["1.6"] = "1.6") -> Schemas:
    """Read the schemas of a version of OCPP, once; later calls get the same object.

    Blocking. Does not import ocpp.v16, which costs a tenth of a second.
    """
    requests: dict[str, Schema] = {}
    responses: dict[str, Schema] = {}
    for file in (files("ocpp") / _FOLDERS[version] / "schemas").iterdir():
        name = file.name.removesuffix(".json")
        definition = json.loads(file.read_text(encoding="utf-8"))
        schema = Schema(name, _resolve(definition, definition.get("definitions", {})))
        if name.endswith(_RESPONSE):
            responses[name.removesuffix(_RESPONSE)] = schema
        else:
            requests[name] = schema
    return Schemas(
        version=version,
        requests=requests,
        responses=responses,
        actions=frozenset(requests),
    )


def _resolve(definition: Definition, shared: dict[str, Definition]) -> Definition:
    """Put what references name in their places."""
    if reference := definition.get("$ref"):
        name = reference.removeprefix("#/definitions/")
        return _resolve(shared[name], shared)
    result = dict(definition)
    result.pop("definitions", None)
    if "properties" in result:
        result["properties"] = {
            key: _resolve(inner, shared) for key, inner in result["properties"].items()
        }
    if "items" in result:
        result["items"] = _resolve(result["items"], shared)
    return result


def _problem(path: str, kind: ProblemKind, message: str) -> Problem:
    return Problem(path=path, kind=kind, code=_CODES[kind], message=message)


def _has_type(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _problems(
    definition: Definition, value: Any, path: str, formats: bool
) -> Iterator[Problem]:
    kind = definition["type"]
    if not _has_type(kind, value):
        yield Problem(
            path=path,
            kind=ProblemKind.TYPE,
            # What is no object as a whole does not even have the form of a payload.
            code=_CODES[ProblemKind.TYPE] if path else ErrorCode.FORMATION_VIOLATION,
            message=f"must be {_NAMES[kind]}",
        )
    elif kind == "object":
        yield from _object_problems(definition, value, path, formats)
    elif kind == "array":
        if items := definition.get("items"):
            for index, item in enumerate(value):
                inner = f"{path}.{index}" if path else str(index)
                yield from _problems(items, item, inner, formats)
        if len(value) < definition.get("minItems", 0):
            yield _problem(
                f"{path}.{len(value)}", ProblemKind.MISSING, "must not be missing"
            )
    elif kind == "string":
        yield from _string_problems(definition, value, path, formats)
    elif kind in {"integer", "number"}:
        yield from _number_problems(definition, value, path)


def _object_problems(
    definition: Definition, value: dict[str, Any], path: str, formats: bool
) -> Iterator[Problem]:
    properties: dict[str, Definition] = definition.get("properties", {})
    prefix = f"{path}." if path else ""
    for key, inner in properties.items():
        if key in value:
            yield from _problems(inner, value[key], f"{prefix}{key}", formats)
    for key in definition.get("required", ()):
        if key not in value:
            yield _problem(f"{prefix}{key}", ProblemKind.MISSING, "must not be missing")
    if definition.get("additionalProperties") is False:
        for key in value:
            if key not in properties:
                yield _problem(f"{prefix}{key}", ProblemKind.EXTRA, "does not exist")


def _string_problems(
    definition: Definition, value: str, path: str, formats: bool
) -> Iterator[Problem]:
    allowed: list[str] | None = definition.get("enum")
    if allowed is not None and value not in allowed:
        yield _problem(path, ProblemKind.ENUM, f"must be one of {', '.join(allowed)}")
    length: int | None = definition.get("maxLength")
    if length is not None and len(value) > length:
        yield _problem(
            path, ProblemKind.TOO_LONG, f"must not have more than {length} characters"
        )
    if formats:
        if definition.get("format") == "date-time" and not is_rfc3339(value):
            yield _problem(path, ProblemKind.FORMAT, "must be an RFC 3339 timestamp")
        if definition.get("format") == "uri" and not _URI.fullmatch(value):
            yield _problem(path, ProblemKind.FORMAT, "must be a URI")


def _number_problems(
    definition: Definition, value: float, path: str
) -> Iterator[Problem]:
    if "minimum" in definition and not value >= definition["minimum"]:
        yield _problem(
            path, ProblemKind.RANGE, f"must not be below {definition['minimum']}"
        )
    if "maximum" in definition and not value <= definition["maximum"]:
        yield _problem(
            path, ProblemKind.RANGE, f"must not be above {definition['maximum']}"
        )
    if "multipleOf" in definition and not is_multiple(value, definition["multipleOf"]):
        yield _problem(
            path,
            ProblemKind.RANGE,
            f"must be a multiple of {definition['multipleOf']}",
        )
