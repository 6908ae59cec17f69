"""Compile JSON schemas to Python source, for validation at the lowest cost.

Supported is the subset of JSON Schema that OCPP's files use in 1.6, 2.0.1 and 2.1: type
(or none, for anything), properties, required, additionalProperties, enum, maxLength,
items, minItems, maxItems, minimum, maximum and multipleOf, with references already
resolved. Any other restricting keyword is refused, not skipped.
"""

from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

type Definition = dict[str, Any]

LARGEST = 2**63
"""The bound of integers: no counter needs more, and Python itself has no limit."""

# Keywords that restrict nothing, or nothing where OCPP's files use them
# (`additionalProperties` of a string, `additionalItems` with a single item schema).
_SILENT = frozenset(
    {
        "$schema",
        "$id",
        "additionalItems",
        "comment",
        "default",
        "definitions",
        "description",
        "format",
        "id",
        "javaType",
        "title",
        # Of ours: see `Wording.words`.
        "words",
    }
)
_KNOWN = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"enum", "maxLength", "additionalProperties"}),
    "integer": frozenset({"minimum", "maximum", "multipleOf"}),
    "number": frozenset({"minimum", "maximum", "multipleOf"}),
    "boolean": frozenset(),
}


def is_multiple(value: float, step: float) -> bool:
    """Return whether a number, in decimal notation, is a multiple of `step`.

    6.3 is a multiple of 0.1, although the floats are not: the shortest decimal text of
    the number counts, as that is what was sent.
    """
    if isinstance(value, float) and not isfinite(value):
        return False
    written = Decimal(value if isinstance(value, int) else repr(value))
    ratio = written / Decimal(repr(step))
    return ratio == ratio.to_integral_value()


def compile_validator(definition: Definition) -> Callable[[Any], bool]:
    """Return a function that checks whether a payload satisfies the schema.

    An object that occurs several times, as the same `dict`, becomes a function of its
    own, as repeated code would take long to compile.

    Raises:
        NotImplementedError: The schema has a keyword that OCPP's schemas do not use.
    """
    code = _Code(_repeated(definition))
    code.check(definition, "payload", "        ")
    source = "\n".join(
        (
            *code.functions,
            "def valid(payload):",
            "    try:",
            *code.lines,
            # The subscript raises for a missing required field, and the set for an
            # object in place of an enumerated string.
            "    except _NO:",
            "        return False",
            "    return True",
        )
    )
    # The source has only names generated here and literals from the ocpp package's
    # files, each by repr().
    exec(compile(source, "<schema>", "exec"), code.names)  # noqa: S102
    validator: Callable[[Any], bool] = code.names["valid"]
    return validator


def _repeated(definition: Definition) -> set[int]:
    """Return the ids of the objects that occur several times in a definition."""
    seen: set[int] = set()
    repeated: set[int] = set()

    def look(inner: Definition) -> None:
        if inner.get("type") == "object":
            if id(inner) in seen:
                repeated.add(id(inner))
                return
            seen.add(id(inner))
        for member in inner.get("properties", {}).values():
            look(member)
        if "items" in inner:
            look(inner["items"])

    look(definition)
    return repeated


class _Code:
    """The source of one validator: its lines, functions and constants."""

    def __init__(self, repeated: set[int]) -> None:
        self.lines: list[str] = []
        self.functions: list[str] = []
        self._repeated = repeated
        self._function_names: dict[int, str] = {}
        self.names: dict[str, Any] = {
            "_NO": (KeyError, TypeError),
            "is_multiple": is_multiple,
        }
        self._sets: dict[frozenset[str], str] = {}
        self._count = 0

    def check(self, definition: Definition, value: str, indent: str) -> None:
        """Generate code that returns False unless the variable `value` is valid."""
        kind = definition.get("type")
        if kind is None and definition.keys() <= _SILENT:
            return
        if not isinstance(kind, str) or kind not in _KNOWN:
            raise NotImplementedError(f"type {kind!r}")
        if unknown := definition.keys() - _KNOWN[kind] - _SILENT - {"type"}:
            raise NotImplementedError(f"{kind} with {sorted(unknown)}")
        getattr(self, f"_{kind}")(definition, value, indent)

    def _unless(self, condition: str, indent: str) -> None:
        self.lines.append(f"{indent}if {condition}: return False")

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _set(self, values: frozenset[str]) -> str:
        name = self._sets.setdefault(values, f"S{len(self._sets)}")
        self.names[name] = values
        return name

    def _object(self, definition: Definition, value: str, indent: str) -> None:
        if id(definition) in self._repeated:
            self._unless(f"not {self._function(definition)}({value})", indent)
        else:
            self._fields(definition, value, indent)

    def _function(self, definition: Definition) -> str:
        """Return the name of the function that checks a repeated object."""
        if (name := self._function_names.get(id(definition))) is None:
            name = self._function_names[id(definition)] = (
                f"f{len(self._function_names)}"
            )
            outer, self.lines = self.lines, [f"def {name}(value):"]
            self._fields(definition, "value", "    ")
            self.functions += [*self.lines, "    return True"]
            self.lines = outer
        return name

    def _fields(self, definition: Definition, value: str, indent: str) -> None:
        properties: dict[str, Definition] = definition.get("properties", {})
        required = definition.get("required", [])
        self._unless(f"not isinstance({value}, dict)", indent)
        closed = definition.get("additionalProperties", True) is False
        # Known fields are subtracted from the number of fields; the rest is unknown.
        left = self._name() if closed and len(properties) > len(required) else ""
        if left:
            self.lines.append(f"{indent}{left} = len({value}) - {len(required)}")
        for key in required:
            if key in properties:
                self._field(properties[key], f"{value}[{key!r}]", indent)
            else:
                self._unless(f"{key!r} not in {value}", indent)
        for key, inner in properties.items():
            if key in required:
                continue
            self.lines.append(f"{indent}if {key!r} in {value}:")
            if left:
                self.lines.append(f"{indent} {left} -= 1")
            self._field(inner, f"{value}[{key!r}]", f"{indent} ")
        if left:
            self._unless(left, indent)
        elif closed:
            self._unless(f"len({value}) != {len(required)}", indent)

    def _field(self, definition: Definition, place: str, indent: str) -> None:
        if definition.get("type") == "string" and "maxLength" not in definition:
            self.check(definition, place, indent)
            return
        if "type" not in definition:
            # It must be present, and may have any value.
            self.check(definition, place, indent)
            self.lines.append(f"{indent}{place}")
            return
        name = self._name()
        self.lines.append(f"{indent}{name} = {place}")
        self.check(definition, name, indent)

    def _array(self, definition: Definition, value: str, indent: str) -> None:
        self._unless(f"not isinstance({value}, list)", indent)
        if minimum := definition.get("minItems"):
            short = f"not {value}" if minimum == 1 else f"len({value}) < {minimum}"
            self._unless(short, indent)
        if (maximum := definition.get("maxItems")) is not None:
            self._unless(f"len({value}) > {maximum}", indent)
        if definition.get("items", {}).keys() - _SILENT:
            name = self._name()
            self.lines.append(f"{indent}for {name} in {value}:")
            self.check(definition["items"], name, f"{indent} ")

    def _string(self, definition: Definition, value: str, indent: str) -> None:
        if "enum" in definition:
            # The set has only strings, so this checks the type as well.
            name = self._set(frozenset(definition["enum"]))
            self._unless(f"{value} not in {name}", indent)
            return
        condition = f"not isinstance({value}, str)"
        if "maxLength" in definition:
            condition += f" or len({value}) > {definition['maxLength']}"
        self._unless(condition, indent)

    def _integer(self, definition: Definition, value: str, indent: str) -> None:
        # A bool's type is not int, and 1.0 is no integer in draft 4.
        # The database stores integers of 64 bits.
        self._unless(
            f"type({value}) is not int or not {-LARGEST} < {value} < {LARGEST}", indent
        )
        self._range(definition, value, indent)

    def _number(self, definition: Definition, value: str, indent: str) -> None:
        self._unless(f"type({value}) is not float and type({value}) is not int", indent)
        self._range(definition, value, indent)

    def _range(self, definition: Definition, value: str, indent: str) -> None:
        if "minimum" in definition:
            self._unless(f"not {value} >= {definition['minimum']!r}", indent)
        if "maximum" in definition:
            self._unless(f"not {value} <= {definition['maximum']!r}", indent)
        if "multipleOf" in definition:
            step = definition["multipleOf"]
            self._unless(f"not is_multiple({value}, {step!r})", indent)

    def _boolean(self, definition: Definition, value: str, indent: str) -> None:
        self._unless(f"{value} is not True and {value} is not False", indent)
