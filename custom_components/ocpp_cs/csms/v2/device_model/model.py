"""The device model of one charging station, kept over its connections."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from ...model.model import MAX_DECLARED_CONNECTORS, Identity
from ...security.masking import MASKED
from ..security.secrets import is_secret_variable, names_secret
from .capabilities import capabilities_of
from .inventory import Inventory, Mutability
from .names import Aspect, name_of

if TYPE_CHECKING:
    from ...charge_point import ChargePoint


_MOST_EVENTS: Final = 50
_MOST_SHOWN: Final = 1000
"""The number of variables in diagnostics."""
_LONGEST: Final = 200
"""Characters of a text in diagnostics."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A value that the set-up wrote, and the station accepted."""

    before: str | None
    value: str
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _WhenRead:
    """When the whole device model was read."""

    boots: int
    identity: Identity


class DeviceModel:
    """What a charging station has reported, and what was written to it."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know nothing yet."""
        self._charge_point = charge_point
        self.inventory = Inventory()
        self.events: deque[dict[str, Any]] = deque(maxlen=_MOST_EVENTS)
        """The last events that it told (N07), for diagnostics."""
        self._read: _WhenRead | None = None
        charge_point.reported["variables"] = self._told
        charge_point.reported["events"] = lambda: list(self.events)
        self.written: dict[Aspect, Written] = {}
        """What the set-up wrote, so that it writes nothing a second time in vain."""

    def note_event(self, event: dict[str, Any]) -> None:
        """Keep an EventDataType (2.24), valid by the schema, and the value in it."""
        name = name_of(event["component"], event["variable"])
        value = event["actualValue"]
        if is_secret_variable(name.variable) or names_secret(value):
            value = MASKED
        told = {
            "time": event["timestamp"],
            # A variable may be a password, so that its name stands beside its value.
            "key": str(name),
            "value": value[:_LONGEST],
            "trigger": event["trigger"],
            "type": event["eventNotificationType"],
            "cleared": event.get("cleared"),
            "severity": event.get("severity"),
            "tech_code": event.get("techCode"),
            "tech_info": (event.get("techInfo") or "")[:_LONGEST] or None,
        }
        self.events.append({key: one for key, one in told.items() if one is not None})
        before = self.inventory.changes
        if self.inventory.find(name) is not None and value != MASKED:
            self.inventory.note(Aspect(name), value)
        if before != self.inventory.changes and name.component.casefold().endswith(
            "ctrlr"
        ):
            self.changed()

    def _told(self) -> list[dict[str, Any]]:
        """Return the variables for diagnostics."""
        return [
            {
                "key": str(Aspect(variable.name, one.kind)),
                "value": None if one.value is None else one.value[:_LONGEST],
                "readonly": one.mutability is Mutability.READ_ONLY,
            }
            for variable in islice(self.inventory, _MOST_SHOWN)
            for one in variable.attributes
        ]

    @property
    def _now(self) -> _WhenRead:
        charge_point = self._charge_point
        return _WhenRead(boots=charge_point.boots, identity=charge_point.identity)

    @property
    def is_current(self) -> bool:
        """Return whether it was read since the station has booted (B07.FR.14)."""
        return bool(len(self.inventory)) and self._read == self._now

    def was_read(self) -> None:
        """Note that it was read, as a whole or as far as the station tells it."""
        before, self._read = self._read, self._now
        if before is not None and before.identity != self._read.identity:
            # Another firmware may keep what the old one did not.
            self.written.clear()
        self.changed()

    def changed(self) -> None:
        """Update what follows from it: capabilities and connectors."""
        charge_point = self._charge_point
        charge_point.set_capabilities(capabilities_of(self.inventory))
        count = charge_point.capabilities.connectors
        for number in range(1, min(count, MAX_DECLARED_CONNECTORS) + 1):
            charge_point.connector(number)
