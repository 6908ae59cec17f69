"""What may be discharged from the vehicle at a connector, and what is possible."""

from collections.abc import Callable
from dataclasses import dataclass

from ..model.profile import OperationMode


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The powers that are possible now, of charge point and vehicle together, in W.

    Both are positive; 0 means that it is not possible.
    """

    charge_w: float = 0.0
    discharge_w: float = 0.0


class Bidirectional:
    """The discharging of one connector.

    Nothing is ever discharged while `allowed` is False, whatever an intent wants: the
    limiter asks here before it sends anything (`LimitSender.target`).
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        """Begin without any permission.

        Args:
            changed: Called after each change of what is shown of it.
        """
        self._changed = changed
        self.allowed = False
        """True if the owner allows to discharge."""
        self.most_discharge_w: float | None = None
        """The owner's limit in W, as a positive value; None sets none."""
        self.mode = OperationMode.CHARGING_ONLY
        """The operation mode that the owner has chosen."""
        self.modes: frozenset[OperationMode] = frozenset()
        """The modes that the charge point offers with this vehicle; empty without V2X."""
        self.reach = Reach()

    @property
    def available(self) -> bool:
        """Return whether the charge point and the vehicle can discharge at all."""
        return self.reach.discharge_w > 0

    def set_allowed(self, allowed: bool) -> None:
        """Allow to discharge, or forbid it at once."""
        if allowed != self.allowed:
            self.allowed = allowed
            self._changed()

    def bounded(self, setpoint_w: float) -> float:
        """Return the setpoint that may be sent instead of a wanted one, in W."""
        if setpoint_w >= 0:
            return min(setpoint_w, self.reach.charge_w)
        if not self.allowed:
            return 0.0
        most = self.reach.discharge_w
        if self.most_discharge_w is not None:
            most = min(most, self.most_discharge_w)
        return max(setpoint_w, -most) + 0.0
