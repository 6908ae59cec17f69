"""The device model of one charging station, kept over its connections."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...model.model import MAX_DECLARED_CONNECTORS, Identity
from .capabilities import capabilities_of
from .inventory import Inventory
from .names import Aspect

if TYPE_CHECKING:
    from ...charge_point import ChargePoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A value that the set-up wrote, and the station accepted."""

    before: str | None
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """When the whole device model was read."""

    boots: int
    identity: Identity


class DeviceModel:
    """What a charging station has reported, and what was written to it."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know nothing yet."""
        self._charge_point = charge_point
        self.inventory = Inventory()
        self._read: Reading | None = None
        self.written: dict[Aspect, Written] = {}
        """What the set-up wrote, so that it writes nothing a second time in vain."""

    @property
    def _now(self) -> Reading:
        charge_point = self._charge_point
        return Reading(boots=charge_point.boots, identity=charge_point.identity)

    @property
    def is_current(self) -> bool:
        """Return whether it was read since the station has booted (B07.FR.14)."""
        return bool(len(self.inventory)) and self._read == self._now

    def was_read(self) -> None:
        """Note that it was read, as a whole or as far as the station tells it."""
        self._read = self._now
        self.changed()

    def changed(self) -> None:
        """Update what follows from it: capabilities and connectors."""
        charge_point = self._charge_point
        charge_point.set_capabilities(capabilities_of(self.inventory))
        count = charge_point.capabilities.connectors
        for number in range(1, min(count, MAX_DECLARED_CONNECTORS) + 1):
            charge_point.connector(number)
