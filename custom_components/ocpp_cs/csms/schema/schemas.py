"""Validators from the JSON schemas of a version of OCPP.

`read_schemas` reads the files (blocking: call it in an executor). A schema is compiled
when it is first used. `Schema.valid` is fast; `Schema.problems` is slow and lists all
violations.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable
import re
from typing import Any

import orjson

from ..model.errors import Violation
from ..model.timestamps import is_rfc3339
from .schema_code import Definition, compile_validator, is_multiple
from .wording import NO_WORDING, Wording

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
    """The kind of violation of a field."""

    MISSING = "missing"
    TYPE = "type"
    ENUM = "enum"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    EXTRA = "extra"
    RANGE = "range"
    FORMAT = "format"


# OCPP-J 1.6, table 7.
_VIOLATIONS = {
    ProblemKind.MISSING: Violation.OCCURRENCE_CONSTRAINT,
    ProblemKind.TYPE: Violation.TYPE_CONSTRAINT,
    ProblemKind.ENUM: Violation.PROPERTY_CONSTRAINT,
    ProblemKind.TOO_LONG: Violation.PROPERTY_CONSTRAINT,
    ProblemKind.TOO_MANY: Violation.OCCURRENCE_CONSTRAINT,
    ProblemKind.EXTRA: Violation.FORMAT,
    ProblemKind.RANGE: Violation.PROPERTY_CONSTRAINT,
    ProblemKind.FORMAT: Violation.PROPERTY_CONSTRAINT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A field that violates the schema.

    `path` is as in `meterValue.0.sampledValue.3.unit`, `violation` determines the error
    code of a CALLERROR; `message` is a text for users that continues the path. For a
    list that is too short the path is that of the next item, for one that is too long
    that of the first surplus item.
    """

    path: str
    kind: ProblemKind
    violation: Violation
    message: str


class Schema:
    """The schema of the payload of one request or response."""

    __slots__ = ("definition", "name", "valid")

    valid: Callable[[Any], bool]
    """Returns whether a parsed payload satisfies the schema, without its formats."""

    def __init__(self, name: str, definition: Definition) -> None:
        """Compile a definition whose references are resolved."""
        self.name = name
        self.definition = definition
        self.valid = compile_validator(definition)

    def problems(self, payload: Any, *, formats: bool = False) -> list[Problem]:
        """Return every violation, in the schema's order; empty if the payload is valid.

        Args:
            payload: The parsed payload.
            formats: Whether to check formats too, as for messages that we send:
                timestamps must be RFC 3339, and URIs must have a scheme.
        """
        return list(_problems(self.definition, payload, "", formats))


class Schemas:
    """The schemas of one version of OCPP, each compiled when it is first used.

    A request has the name of its action, a response `{action}Response`, regardless of
    the file names.
    """

    def __init__(
        self,
        requests: Mapping[str, bytes],
        responses: Mapping[str, bytes],
        *,
        wording: Wording = NO_WORDING,
    ) -> None:
        """Create the schemas of a version.

        Args:
            requests: Action -> JSON schema of its request, or of a message without an
                answer.
            responses: Action -> JSON schema of its response.
            wording: The aliases and defaults of the version.
        """
        self.wording = wording
        self.actions = frozenset(requests)
        self._files = {
            **requests,
            **{f"{action}{_RESPONSE}": data for action, data in responses.items()},
        }
        self._compiled: dict[str, Schema] = {}

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all schemas."""
        return iter(self._files)

    def request(self, action: str) -> Schema | None:
        """Return the schema of a request; None if the version has no such action."""
        compiled = self._compiled.get(action)
        if compiled is None and action in self.actions:
            return self.named(action)
        return compiled

    def response(self, action: str) -> Schema | None:
        """Return the schema of a response; None if there is none."""
        name = f"{action}{_RESPONSE}"
        return self.named(name) if name in self._files else None

    def named(self, name: str) -> Schema:
        """Return the schema of that name; raise KeyError if there is none."""
        if (schema := self._compiled.get(name)) is None:
            definition = orjson.loads(self._files[name])
            shared = definition.get("definitions", {})
            _name_words(definition, shared, self.wording.words)
            schema = Schema(name, _resolve(definition, shared, {}))
            self._compiled[name] = schema
        return schema


def read_schemas(
    folder: Traversable, *, request: str, wording: Wording = NO_WORDING
) -> Schemas:
    """Read the files of a version's JSON schemas, without compiling anything.

    Blocking.

    Args:
        folder: The folder with one JSON file for each request and response.
        request: The optional suffix after the action in the file name of a request;
            that of a response is `Response`.
        wording: See `Schemas`.
    """
    requests: dict[str, bytes] = {}
    responses: dict[str, bytes] = {}
    for file in folder.iterdir():
        name, dot, suffix = file.name.rpartition(".")
        if not dot or suffix != "json":
            continue
        data = file.read_bytes()
        if name.endswith(_RESPONSE):
            responses[name.removesuffix(_RESPONSE)] = data
        else:
            requests[name.removesuffix(request)] = data
    return Schemas(requests, responses, wording=wording)


def _name_words(
    definition: Definition,
    shared: Mapping[str, Definition],
    words: Mapping[str, tuple[str, ...]],
) -> None:
    """Add the words of texts that are not enumerated, for the spelling alone."""
    for place, known in words.items():
        owner, _, field = place.rpartition(".")
        owners = [shared.get(owner)] if owner else [definition, *shared.values()]
        for one in owners:
            inner = (one or {}).get("properties", {}).get(field)
            if inner is None:
                continue
            inner = inner.get("items", inner)
            if inner.get("type") == "string" and "enum" not in inner:
                inner["words"] = known


def _resolve(
    definition: Definition,
    shared: dict[str, Definition],
    resolved: dict[str, Definition],
) -> Definition:
    """Replace references by their definitions.

    Args:
        definition: The definition to resolve.
        shared: Name -> definition, as in the file.
        resolved: Name -> definition already resolved. Each is resolved once, and the
            same object is used wherever it occurs.
    """
    if reference := definition.get("$ref"):
        name = reference.removeprefix("#/definitions/")
        if name not in resolved:
            resolved[name] = _resolve(shared[name], shared, resolved)
        return resolved[name]
    result = dict(definition)
    result.pop("definitions", None)
    if "properties" in result:
        result["properties"] = {
            key: _resolve(inner, shared, resolved)
            for key, inner in result["properties"].items()
        }
    if "items" in result:
        result["items"] = _resolve(result["items"], shared, resolved)
    return result


def _problem(path: str, kind: ProblemKind, message: str) -> Problem:
    return Problem(path=path, kind=kind, violation=_VIOLATIONS[kind], message=message)


def _has_type(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _problems(
    definition: Definition, value: Any, path: str, formats: bool
) -> Iterator[Problem]:
    kind = definition.get("type")
    if kind is None:
        # Any value is valid.
        return
    if not _has_type(kind, value):
        yield Problem(
            path=path,
            kind=ProblemKind.TYPE,
            # A payload that is not an object is a format violation.
            violation=_VIOLATIONS[ProblemKind.TYPE] if path else Violation.FORMAT,
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
        most: int | None = definition.get("maxItems")
        if most is not None and len(value) > most:
            yield _problem(
                f"{path}.{most}",
                ProblemKind.TOO_MANY,
                f"is one more than the {most} allowed",
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
