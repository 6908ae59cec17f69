"""The device model of a station: its variables, read from a table (2.0.1, 2.50)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
import csv
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from simulator.measurands import STANDARD
from simulator.structures import Payload

from .metering import KNOWN

TABLE = Path(__file__).with_name("standard.csv")
TABLE_2_1 = Path(__file__).with_name("standard_2_1.csv")
"""What a station has beside that if it speaks 2.1."""
"""The table of a station by the book.

A row is a variable. `place` is empty for the station, `evse` for each EVSE, `plug` for
each connector, or names one as in `2` and `2/1`. `values` is the list of allowed
values, or `measurands` for all that the meter knows. `minimum` and `maximum` of a
string are its shortest and longest length. `reboot` is `yes` where a new value counts
after a restart.
"""

type Key = tuple[str, str, int | None, int | None, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; in lower case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable with its attribute Actual, the only one that the station has."""

    component: str
    name: str
    component_instance: str = ""
    instance: str = ""
    evse: int | None = None
    plug: int | None = None
    kind: str = "string"
    unit: str = ""
    mutability: str = "ReadOnly"
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    value: str = ""
    target: str = ""
    """Its attribute Target, which few have."""
    reboot: bool = False

    @property
    def key(self) -> Key:
        """Its name for comparisons: upper and lower case are the same."""
        return (
            self.component.casefold(),
            self.component_instance.casefold(),
            self.evse,
            self.plug,
            self.name.casefold(),
            self.instance.casefold(),
        )

    def problem_of(self, text: str) -> str | None:
        """Return what is wrong with a new value, None for one that fits."""
        match self.kind:
            case "integer" | "decimal":
                try:
                    number = int(text) if self.kind == "integer" else float(text)
                except ValueError:
                    return f"no {self.kind}"
                return self._beyond(number)
            case "boolean":
                return None if text in ("true", "false") else "neither true nor false"
            case "dateTime":
                try:
                    datetime.fromisoformat(text)
                except ValueError:
                    return "no time"
                return None
            case "OptionList":
                return None if text in self.values else "not among the options"
            case "MemberList" | "SequenceList":
                members = [one.strip() for one in text.split(",")] if text else []
                odd = [one for one in members if self.values and one not in self.values]
                return f"{odd[0]} is none of its members" if odd else None
            case _:
                return self._beyond(len(text))

    def _beyond(self, number: float) -> str | None:
        if self.minimum is not None and number < self.minimum:
            return f"below {self.minimum:g}"
        if self.maximum is not None and number > self.maximum:
            return f"above {self.maximum:g}"
        return None

    def component_told(self) -> Payload:
        """Return its ComponentType."""
        told: Payload = {"name": self.component}
        if self.component_instance:
            told["instance"] = self.component_instance
        if self.evse is not None:
            told["evse"] = {"id": self.evse}
            if self.plug is not None:
                told["evse"]["connectorId"] = self.plug
        return told

    def variable_told(self) -> Payload:
        """Return its VariableType."""
        told: Payload = {"name": self.name}
        if self.instance:
            told["instance"] = self.instance
        return told

    def reported(self) -> Payload:
        """Return its ReportDataType."""
        attribute: Payload = {"type": "Actual", "mutability": self.mutability}
        if self.mutability != "WriteOnly":
            attribute["value"] = self.value
        traits: Payload = {"dataType": self.kind, "supportsMonitoring": True}
        if self.unit:
            traits["unit"] = self.unit
        if self.minimum is not None:
            traits["minLimit"] = self.minimum
        if self.maximum is not None:
            traits["maxLimit"] = self.maximum
        if self.values:
            traits["valuesList"] = ",".join(self.values)
        return {
            "component": self.component_told(),
            "variable": self.variable_told(),
            "variableAttribute": [
                attribute,
                *(
                    [{"type": "Target", "mutability": "ReadOnly", "value": self.target}]
                    if self.target
                    else ()
                ),
            ],
            "variableCharacteristics": traits,
        }


def key_of(component: Payload, variable: Payload) -> Key:
    """Return the key that a ComponentType and a VariableType name."""
    evse = component.get("evse") or {}
    return (
        component["name"].casefold(),
        (component.get("instance") or "").casefold(),
        evse.get("id"),
        evse.get("connectorId"),
        variable["name"].casefold(),
        (variable.get("instance") or "").casefold(),
    )


class DeviceModel:
    """All variables of a station."""

    def __init__(
        self,
        plugs: Sequence[int],
        table: Path | str | None = None,
        *,
        version: str = "2.0.1",
    ) -> None:
        """Read a table. Raise ValueError for one that is wrong, OSError without one.

        `plugs` says for each EVSE how many connectors it has.
        """
        self._variables: dict[Key, Variable] = {}
        self.listener: Callable[[Variable], None] | None = None
        """Called with each variable that has got a new value."""
        tables = [Path(table or TABLE)]
        if table is None and version == "2.1":
            tables.append(TABLE_2_1)
        self._measurands = tuple(KNOWN if version == "2.1" else STANDARD)
        for path in tables:
            self._read(path, plugs)

    def _read(self, table: Path, plugs: Sequence[int]) -> None:
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for variable in _variables(row, plugs, self._measurands):
                    if variable.value and (
                        problem := variable.problem_of(variable.value)
                    ):
                        raise ValueError(
                            f"{variable.component}.{variable.name}: {problem}"
                        )
                    self._variables[variable.key] = variable

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._variables.values())

    def __len__(self) -> int:
        return len(self._variables)

    def find(self, key: Key) -> Variable | None:
        """Return a variable; None if there is none of that name."""
        return self._variables.get(key)

    def components(self) -> set[tuple[str, str, int | None, int | None]]:
        """Return which components there are."""
        return {key[:4] for key in self._variables}

    def set(self, variable: Variable, value: str) -> None:
        """Give a variable a new value, unseen."""
        new = replace(variable, value=value)
        self._variables[variable.key] = new
        if self.listener is not None:
            self.listener(new)

    def aim(self, key: Key, target: str) -> None:
        """Give a variable a target, if the station has that variable."""
        if (known := self.find(key)) is not None:
            self._variables[key] = replace(known, target=target)

    def put(
        self,
        component: str,
        name: str,
        value: object,
        *,
        instance: str = "",
        evse: int | None = None,
        plug: int | None = None,
    ) -> None:
        """Give a variable a value, if the station has that variable."""
        key = (component.casefold(), "", evse, plug, name.casefold())
        if (known := self.find((*key, instance.casefold()))) is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self.set(known, text)

    def text(self, component: str, name: str, instance: str = "") -> str | None:
        """Return the value of a variable of the station; None without it."""
        key = (component.casefold(), "", None, None, name.casefold())
        known = self.find((*key, instance.casefold()))
        return None if known is None else known.value

    def integer(
        self, component: str, name: str, instance: str = "", default: int = 0
    ) -> int:
        """Return a value as a number."""
        text = self.text(component, name, instance)
        return int(text) if text else default

    def boolean(self, component: str, name: str, *, default: bool = False) -> bool:
        """Return a value as a yes or no."""
        text = self.text(component, name)
        return text == "true" if text else default

    def names(self, component: str, name: str, instance: str = "") -> list[str]:
        """Return a value as a list."""
        text = self.text(component, name, instance) or ""
        return [part.strip() for part in text.split(",") if part.strip()]


def _variables(
    row: dict[str, str], plugs: Sequence[int], measurands: Iterable[str]
) -> Iterator[Variable]:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    values = row["values"]
    if values == "measurands":
        members: tuple[str, ...] = tuple(measurands)
    else:
        members = tuple(one.strip() for one in values.split(",") if one.strip())
    pattern = Variable(
        component=row["component"],
        component_instance=row["component_instance"],
        name=row["variable"],
        instance=row["variable_instance"],
        kind=row["type"],
        unit=row["unit"],
        mutability=row["mutability"],
        minimum=number("minimum"),
        maximum=number("maximum"),
        values=members,
        value=row["value"],
        reboot=row["reboot"] == "yes",
    )
    match row["place"]:
        case "":
            yield pattern
        case "evse":
            for evse in range(1, len(plugs) + 1):
                yield replace(pattern, evse=evse)
        case "plug":
            for evse, count in enumerate(plugs, 1):
                for plug in range(1, count + 1):
                    yield replace(pattern, evse=evse, plug=plug)
        case place:
            one, _, other = place.partition("/")
            yield replace(pattern, evse=int(one), plug=int(other) if other else None)
