"""What may be discharged from the vehicle at a connector, and what is possible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..model.capabilities import Capabilities
from ..model.profile import OperationMode, Period
from ..outside.car_needs import CarNeeds
from ..outside.connected_car import ConnectedCar

_NOTHING_W = 150.0
"""Below this power a meter that tells export is only inaccurate."""

_CHARGE_ONLY = (None, OperationMode.CHARGING_ONLY, OperationMode.IDLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The powers that are possible now, of charge point and vehicle together, in W.

    Both are positive; 0 means that it is not possible.
    """

    charge_w: float = 0.0
    discharge_w: float = 0.0


class Place(Protocol):
    """The connector whose vehicle discharges."""

    @property
    def number(self) -> int:
        """The connector id, from 1."""

    @property
    def needs(self) -> CarNeeds | None:
        """What the vehicle has told of its needs; None if it told nothing."""

    @property
    def car(self) -> ConnectedCar | None:
        """What is known of the vehicle itself."""


class Bidirectional:
    """The discharging of one connector.

    Nothing is ever discharged while `allowed` is False, whatever an intent wants: the
    limiter asks here before it sends anything (`LimitSender.target`). Nor by a charge
    point that cannot end it by itself when it loses its connection (2.1: Q11).
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
        self.mode = OperationMode.CENTRAL_SETPOINT
        """The operation mode that the owner has chosen.

        With `CENTRAL_SETPOINT` it only charges for as long as there is no setpoint.
        """
        self.modes: frozenset[OperationMode] = frozenset()
        """The modes that the charge point offers; empty without V2X."""
        self.reach = Reach()
        self.rating_w: float | None = None
        """The power that the charge point can discharge; None if that is not known."""
        self.refused_in: str | None = None
        """The transaction in which the charge point has refused to discharge."""
        self.unasked_w: float | None = None
        """The power in W that is discharged although nobody may; None if it is not."""

    @property
    def available(self) -> bool:
        """Return whether the charge point and the vehicle can discharge at all."""
        return self.reach.discharge_w > 0

    @property
    def follows(self) -> bool:
        """Return whether a setpoint of ours is followed."""
        return (
            self.allowed
            and self.available
            and self.mode is OperationMode.CENTRAL_SETPOINT
            and self.mode in self.modes
        )

    @property
    def balances(self) -> bool:
        """Return whether the charge point balances the house by itself (2.1: Q09)."""
        return (
            self.allowed
            and self.available
            and self.mode is OperationMode.LOCAL_LOAD_BALANCING
            and self.mode in self.modes
        )

    @property
    def least_w(self) -> float:
        """The lowest setpoint that may be sent in W, 0 or below."""
        if not self.allowed:
            return 0.0
        most = self.reach.discharge_w
        if self.most_discharge_w is not None:
            most = min(most, self.most_discharge_w)
        return -max(most, 0.0) + 0.0

    def set_allowed(self, allowed: bool) -> None:
        """Allow to discharge, or forbid it at once."""
        if allowed != self.allowed:
            self.allowed = allowed
            self._changed()

    def set_most(self, watts: float | None) -> None:
        """Set the owner's limit in W, as a positive value; None sets none."""
        if watts != self.most_discharge_w:
            self.most_discharge_w = watts
            self._changed()

    def set_mode(self, mode: OperationMode) -> None:
        """Choose an operation mode."""
        if mode is not self.mode:
            self.mode = mode
            self._changed()

    def refused(self, transaction_id: str) -> None:
        """Note that the charge point does not discharge in a transaction."""
        self.refused_in = transaction_id
        self.reach = Reach(charge_w=self.reach.charge_w)
        self._changed()

    def update(
        self,
        place: Place,
        told: Capabilities,
        transaction_id: str | None,
        rating_w: float,
    ) -> None:
        """Find out what is possible now.

        Args:
            place: The connector with its vehicle.
            told: What the charge point says that it can do.
            transaction_id: The running transaction; None if there is none.
            rating_w: The power of the charge point and its circuit.
        """
        abilities = None if told.v2x is None else told.v2x.at(place.number)
        modes = frozenset[OperationMode]()
        reach = Reach()
        if abilities is not None and abilities.discharges and told.offline_limits:
            modes = abilities.modes
            self.rating_w = rating = _least(
                rating_w,
                abilities.charge_w
                if abilities.discharge_w is None
                else abilities.discharge_w,
            )
            charge, discharge = _of_car(place.needs, place.car)
            if transaction_id is None or transaction_id == self.refused_in:
                discharge = 0.0
            reach = Reach(
                charge_w=_least(rating_w, abilities.charge_w, charge),
                discharge_w=_least(rating, discharge),
            )
        if transaction_id != self.refused_in:
            self.refused_in = None
        if not modes:
            self.is_over()
        if (modes, reach) != (self.modes, self.reach):
            self.modes, self.reach = modes, reach
            self._changed()

    def measured(self, values: Mapping[str, float], *, expected: bool) -> bool:
        """Watch for a discharge that nobody has asked for.

        Args:
            values: The measured values.
            expected: Whether a discharge may be going on.

        Returns:
            True if there is one that was not there before.
        """
        net = net_power(values)
        unasked = None if expected or net is None or net > -_NOTHING_W else -net
        is_new = unasked is not None and self.unasked_w is None
        if (unasked is None) is not (self.unasked_w is None):
            self.unasked_w = unasked
            self._changed()
        return is_new

    def is_over(self) -> None:
        """Note that no power flows any more, or that nobody would notice it."""
        if self.unasked_w is not None:
            self.unasked_w = None
            self._changed()

    def bounded(self, setpoint_w: float) -> float:
        """Return the setpoint that may be sent instead of a wanted one, in W."""
        if setpoint_w >= 0:
            return min(setpoint_w, self.reach.charge_w)
        return max(setpoint_w, self.least_w) + 0.0


def net_power(values: Mapping[str, float]) -> float | None:
    """Return the power to the vehicle in W, below 0 from it; None if not measured."""
    exported = values.get("power_export")
    if exported is None:
        return values.get("power")
    return values.get("power", 0.0) - abs(exported)


def discharges(period: Period) -> bool:
    """Return whether a vehicle may discharge in a period of a charging profile."""
    if period.mode in _CHARGE_ONLY:
        # A negative limit was a discharge before there were modes.
        return (period.limit or 0.0) < 0 or (period.discharge_limit or 0.0) < 0
    if period.mode is OperationMode.CENTRAL_SETPOINT:
        return period.setpoint is None or period.setpoint < 0
    return True


def _of_car(
    needs: CarNeeds | None, car: ConnectedCar | None
) -> tuple[float | None, float | None]:
    """Return the powers of the vehicle; None where only the charge point limits them.

    It discharges only if it has agreed to (Q02.FR.01), or told how much it can.
    """
    charge = discharge = None
    if car is not None:
        charge, discharge = car.charge_w, car.discharge_w
    if needs is None:
        return charge, discharge or 0.0
    if not needs.discharges:
        return needs.charge_w or charge, 0.0
    told = [one for one in (needs.discharge_w, discharge) if one is not None]
    return needs.charge_w or charge, min(told, default=None)


def _least(power: float, *others: float | None) -> float:
    return min((power, *(one for one in others if one is not None)))
