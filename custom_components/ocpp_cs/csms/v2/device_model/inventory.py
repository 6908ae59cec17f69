"""The variables that a charging station has reported.

Stations have up to thousands of them: words that repeat are one object each, and
characteristics that are equal, too. What is kept is limited in number and in text.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from ..security.secrets import is_secret_variable, names_secret
from .names import ACTUAL, Aspect, VariableName, name_of
from .values import members

_MOST = 5000
"""The number of variables that are kept; no station has as many."""
_MOST_TEXT = 4_000_000
"""The number of characters of all values that are kept."""
_MOST_CHARACTERISTICS = 2000
_SHORT = 24
"""The length of values that are likely to repeat, such as `true` and `0`."""


class Mutability(StrEnum):
    """Whether an attribute can be read and written (3.58), as in OCPP."""

    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"
    READ_WRITE = "ReadWrite"


class Attribute(NamedTuple):
    """An attribute of a variable (2.51 VariableAttributeType)."""

    kind: str = ACTUAL
    """AttributeEnumType (3.2), as in OCPP."""
    value: str | None = None
    """None if it was not told, as for what can only be written."""
    mutability: Mutability = Mutability.READ_WRITE
    constant: bool = False


class Characteristics(NamedTuple):
    """What values a variable can have (2.52 VariableCharacteristicsType)."""

    data_type: str | None = None
    """DataEnumType (3.25), as in OCPP."""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    """The highest number, or the most characters."""
    values: str | None = None
    """The values that are allowed, separated by commas."""


_UNKNOWN = Characteristics()


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A variable as it was reported last."""

    name: VariableName
    attributes: tuple[Attribute, ...] = ()
    characteristics: Characteristics = _UNKNOWN

    def attribute(self, kind: str = ACTUAL) -> Attribute | None:
        """Return one of its attributes; None if it was not reported."""
        return next((one for one in self.attributes if one.kind == kind), None)

    @property
    def actual(self) -> str | None:
        """Return its actual value, if that was told."""
        known = self.attribute()
        return None if known is None else known.value

    @property
    def writable(self) -> bool:
        """Return whether its actual value can be written."""
        known = self.attribute()
        return known is not None and known.mutability is not Mutability.READ_ONLY

    @property
    def values(self) -> tuple[str, ...]:
        """Return the values that are allowed; empty if any is, or none was told."""
        return tuple(members(self.characteristics.values))

    @property
    def max_limit(self) -> float | None:
        """Return the highest number, or the most characters."""
        return self.characteristics.maximum


class Inventory:
    """The variables of a charging station."""

    def __init__(self) -> None:
        """Start empty."""
        self._variables: dict[VariableName, Variable] = {}
        self._characteristics: dict[Characteristics, Characteristics] = {}
        self._values: dict[str, str] = {}
        self._text = 0
        self.changes = 0
        """How many times something new was told."""

    def __len__(self) -> int:
        return len(self._variables)

    def __iter__(self) -> Iterator[Variable]:
        """Yield the variables in the order of the report."""
        return iter(self._variables.values())

    def report(self, entry: dict[str, Any]) -> VariableName:
        """Keep what a ReportDataType, valid by the schema, tells of a variable."""
        name = name_of(entry["component"], entry["variable"])
        is_secret = is_secret_variable(name.variable)
        attributes = tuple(
            Attribute(
                one.get("type", ACTUAL),
                # Passwords are write-only, but some tell them.
                None if is_secret else self._one_of(one.get("value")),
                Mutability(one.get("mutability", Mutability.READ_WRITE)),
                one.get("constant", False),
            )
            for one in entry["variableAttribute"]
        )
        known = self._variables.get(name)
        self._put(
            Variable(
                name=name if known is None else known.name,
                attributes=attributes,
                characteristics=self._characteristics_of(
                    entry.get("variableCharacteristics"), known
                ),
            )
        )
        return name

    def note(self, aspect: Aspect, value: str | None) -> None:
        """Keep the value of an attribute that was read, written or told by an event."""
        known = self._variables.get(aspect.name) or Variable(name=aspect.name)
        attribute = known.attribute(aspect.attribute) or Attribute(aspect.attribute)
        self._put(
            replace(
                known,
                attributes=(
                    *(one for one in known.attributes if one.kind != aspect.attribute),
                    attribute._replace(
                        value=None
                        if is_secret_variable(aspect.name.variable)
                        else self._one_of(value)
                    ),
                ),
            )
        )

    def keep_only(self, names: Collection[VariableName]) -> None:
        """Forget the variables that are not among those of a whole report."""
        for name in [one for one in self._variables if one not in names]:
            self._text -= _length(self._variables.pop(name))

    def _put(self, variable: Variable) -> None:
        known = self._variables.get(variable.name)
        if known is None and len(self._variables) >= _MOST:
            return
        if known == variable:
            return
        more = _length(variable) - (0 if known is None else _length(known))
        if more > 0 and self._text + more > _MOST_TEXT:
            return
        self._text += more
        self.changes += 1
        self._variables[variable.name] = variable

    def _one_of(self, value: str | None) -> str | None:
        """Return the one object for a short value; None for one with passwords."""
        if value is not None and names_secret(value):
            return None
        if value is None or len(value) > _SHORT:
            return value
        if len(self._values) >= _MOST:
            self._values.clear()
        return self._values.setdefault(value, value)

    def _characteristics_of(
        self, told: dict[str, Any] | None, known: Variable | None
    ) -> Characteristics:
        if told is None:
            return _UNKNOWN if known is None else known.characteristics
        read = Characteristics(
            told.get("dataType"),
            told.get("unit") or None,
            told.get("minLimit"),
            told.get("maxLimit"),
            told.get("valuesList") or None,
        )
        if len(self._characteristics) >= _MOST_CHARACTERISTICS:
            self._characteristics.clear()
        return self._characteristics.setdefault(read, read)

    def find(self, name: VariableName) -> Variable | None:
        """Return what is known of a variable."""
        return self._variables.get(name)

    def value(
        self, component: str, variable: str, instance: str | None = None
    ) -> str | None:
        """Return the actual value of a variable of the station itself."""
        known = self.find(VariableName(component, variable, variable_instance=instance))
        return None if known is None else known.actual

    def index(self) -> Index:
        """Return what finds variables by their component, as they are now."""
        return Index(self)

    def plugs(self) -> dict[int, set[int]]:
        """Return EVSE -> its plugs, as far as components are reported for them."""
        found: dict[int, set[int]] = {}
        for name in self._variables:
            if name.evse:
                plugs = found.setdefault(name.evse, set())
                if name.plug:
                    plugs.add(name.plug)
        return found


class Index:
    """Finds variables in all of their instances and places, after one look at all."""

    def __init__(self, variables: Iterable[Variable]) -> None:
        """Sort variables."""
        self._of: dict[tuple[str, str], list[Variable]] = {}
        for one in variables:
            key = one.name.component.casefold(), one.name.variable.casefold()
            self._of.setdefault(key, []).append(one)

    def of(self, component: str, variable: str) -> Sequence[Variable]:
        """Return a variable of a component in all of its instances and places."""
        return self._of.get((component.casefold(), variable.casefold()), ())

    def value(self, component: str, variable: str) -> str | None:
        """Return the actual value of a variable: that of the station, or the first."""
        found = self.of(component, variable)
        whole = (one for one in found if one.name.evse is None)
        known = next(whole, None) or next(iter(found), None)
        return None if known is None else known.actual


def _length(variable: Variable) -> int:
    return sum(len(one.value or "") for one in variable.attributes)
