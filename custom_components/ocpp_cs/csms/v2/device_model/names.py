"""The names of variables: as types of OCPP, and as text for people.

The text is `Component[instance]/evse.plug.Variable[instance]#Attribute`. Whatever a
variable has not is left out: `SampledDataCtrlr.TxUpdatedInterval`,
`Connector/1.2.AvailabilityState`, `DeviceDataCtrlr.ItemsPerMessage[GetVariables]`.
"""

from dataclasses import dataclass
import re
import sys
from typing import Any, Final, override

from ..spelling import told

ACTUAL: Final = "Actual"
ATTRIBUTES: Final = (ACTUAL, "Target", "MinSet", "MaxSet")
"""AttributeEnumType (3.2), as in OCPP."""


@dataclass(frozen=True, slots=True, eq=False)
class VariableName:
    """The full name of a variable (2.0.1: 2.16 Component, 2.50 Variable).

    Names and instances are compared without case. There is no key beside the name, as
    stations have thousands of variables.
    """

    component: str
    variable: str
    component_instance: str | None = None
    evse: int | None = None
    plug: int | None = None
    variable_instance: str | None = None

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, VariableName) and self._key() == other._key()

    @override
    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return (
            self.component.casefold(),
            self.variable.casefold(),
            (self.component_instance or "").casefold(),
            self.evse,
            self.plug,
            (self.variable_instance or "").casefold(),
        )

    @override
    def __str__(self) -> str:
        """Return the name as text; see the module."""
        place = ""
        if self.evse is not None:
            place = (
                f"/{self.evse}" if self.plug is None else f"/{self.evse}.{self.plug}"
            )
        return (
            f"{self.component}{_bracketed(self.component_instance)}{place}"
            f".{self.variable}{_bracketed(self.variable_instance)}"
        )

    def is_about(self, component: str, variable: str) -> bool:
        """Return whether it is this variable of this component, in any instance."""
        return (
            self.component.casefold() == component.casefold()
            and self.variable.casefold() == variable.casefold()
        )


def _bracketed(instance: str | None) -> str:
    return f"[{instance}]" if instance else ""


def _word(text: str | None) -> str | None:
    """Return the one object for a word that thousands of variables share."""
    return None if text is None else sys.intern(text)


def name_of(component: dict[str, Any], variable: dict[str, Any]) -> VariableName:
    """Return the name of a variable, from a ComponentType and a VariableType."""
    evse = component.get("evse") or {}
    return VariableName(
        component=sys.intern(component["name"]),
        # An empty instance is none (B06.FR.15).
        component_instance=_word(component.get("instance") or None),
        evse=evse.get("id"),
        plug=evse.get("connectorId"),
        variable=sys.intern(variable["name"]),
        variable_instance=_word(variable.get("instance") or None),
    )


def component_of(name: VariableName) -> dict[str, Any]:
    """Return the ComponentType of a variable."""
    return told(
        name=name.component,
        instance=name.component_instance,
        evse=None if name.evse is None else told(id=name.evse, connectorId=name.plug),
    )


def variable_of(name: VariableName) -> dict[str, Any]:
    """Return the VariableType of a variable."""
    return told(name=name.variable, instance=name.variable_instance)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One attribute of a variable: what is read and written."""

    name: VariableName
    attribute: str = ACTUAL

    @override
    def __str__(self) -> str:
        if self.attribute == ACTUAL:
            return str(self.name)
        return f"{self.name}#{self.attribute}"


_PART = r"(?P<{0}>[^\[\]/#]+?)\s*(?:\[(?P<{0}_instance>[^\]]*)\])?"
_TEXT = re.compile(
    _PART.format("component")
    # The place, in which some would write slashes; or an instance, as a segment.
    + r"(?:\s*/\s*(?P<segment>[^/\[\]#]*[^\d/\[\]#.\s][^/\[\]#]*?)(?=\s*/))?"
    + r"(?:\s*/\s*(?P<evse>\d{1,9})(?:\s*[./]\s*(?P<plug>\d{1,9}))?)?"
    + r"\s*[./]\s*"
    + _PART.format("variable")
    + r"(?:\s*#\s*(?P<attribute>\w+))?",
)


def parse_aspect(text: str) -> Aspect | None:
    """Return the variable that a text names; None if it names none.

    `Component/instance/evse.Variable` is understood, too, and so are slashes for dots.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None or match["variable"].isdecimal():
        return None
    attribute = attribute_of(match["attribute"] or ACTUAL)
    if attribute is None:
        return None
    evse, plug = match["evse"], match["plug"]
    return Aspect(
        VariableName(
            component=match["component"].strip(),
            component_instance=match["component_instance"] or match["segment"] or None,
            evse=None if evse is None else int(evse),
            plug=None if plug is None else int(plug),
            variable=match["variable"].strip(),
            variable_instance=match["variable_instance"] or None,
        ),
        attribute,
    )


def attribute_of(text: str) -> str | None:
    """Return an attribute in OCPP's spelling; None if there is no such attribute."""
    squashed = text.replace("_", "").casefold()
    return next((one for one in ATTRIBUTES if one.casefold() == squashed), None)
