"""The variables that a charging station has reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class VariableName:
    """The full name of a variable (2.0.1: 2.16 Component, 2.50 Variable)."""

    component: str
    variable: str
    component_instance: str | None = None
    evse: int | None = None
    plug: int | None = None
    variable_instance: str | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """The key for comparisons: names and instances are compared without case."""
        return (
            self.component.casefold(),
            (self.component_instance or "").casefold(),
            self.evse,
            self.plug,
            self.variable.casefold(),
            (self.variable_instance or "").casefold(),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A variable as it was reported last."""

    name: VariableName
    actual: str | None = None
    writable: bool = False
    data_type: str | None = None
    """DataEnumType (3.25), as in OCPP."""


_MOST = 5000
"""The number of variables that are kept; no station has as many."""


class Inventory:
    """The variables of a charging station."""

    def __init__(self) -> None:
        """Start empty."""
        self._variables: dict[tuple[Any, ...], Variable] = {}

    def __len__(self) -> int:
        return len(self._variables)

    def __iter__(self) -> Iterator[Variable]:
        """Yield the variables in the order of the report."""
        return iter(self._variables.values())

    def clear(self) -> None:
        """Forget all variables."""
        self._variables.clear()

    def put(self, variable: Variable) -> None:
        """Keep a variable in place of what was known of it."""
        key = variable.name.key
        if key in self._variables or len(self._variables) < _MOST:
            self._variables[key] = variable

    def find(self, name: VariableName) -> Variable | None:
        """Return what is known of a variable."""
        return self._variables.get(name.key)

    def value(self, component: str, variable: str) -> str | None:
        """Return the actual value of a variable without instances and EVSE."""
        known = self.find(VariableName(component, variable))
        return None if known is None else known.actual
