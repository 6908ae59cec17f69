"""Check by meter values and status whether a connector obeys its limit."""

import asyncio
from contextlib import suppress
from typing import Protocol

from ..discharging.bidirectional import net_power
from ..model.errors import CsmsError
from ..model.model import IN_TRANSACTION, ConnectorStatus
from .methods import ProfileMethods
from .profiles import NOMINAL_VOLTAGE, Target
from .surroundings import LimitedChargePoint, LimitedConnector

_NO_CURRENT = 1.0
"""Below this current in A nothing is charged; some meters never report 0."""

_TOLERANCE = 1.0
"""The current in A by which meters and vehicles may exceed a limit."""

_RELATIVE_TOLERANCE = 0.1

_NO_POWER_W = 300.0
"""Below this power in W nothing is discharged."""

_MOST_LOOKS = 4
"""The number of waits for a meter value that allows a verdict."""


def current_of(connector: LimitedConnector) -> float | None:
    """Return the current of the highest phase in A; None if it is not measured."""
    values = connector.measurements
    phases = [
        values[key]
        for key in ("current_l1", "current_l2", "current_l3")
        if key in values
    ]
    if phases:
        return max(phases)
    if "current" in values:
        return values["current"]
    if (power := values.get("power")) is not None:
        return power / (3 * NOMINAL_VOLTAGE)
    return None


def flows(connector: LimitedConnector) -> bool:
    """Return whether the connector charges, by its status and transaction."""
    if (
        connector.status is not None
        and connector.status is not ConnectorStatus.CHARGING
    ):
        return False
    return connector.transaction is not None or connector.status in IN_TRANSACTION


def exceeds(
    connector: LimitedConnector, target: Target, *, measured: bool
) -> bool | None:
    """Return whether the connector charges with more than `target`.

    Args:
        connector: The connector with its latest meter values.
        target: The limit that was sent.
        measured: Whether a meter value arrived since the limit came into effect.

    Returns:
        None if neither the meter nor the status allows a verdict.
    """
    if not target.only_limits:
        return _leaves(connector, target) if measured else None
    current = current_of(connector) if measured else None
    if (
        measured
        and connector.bidirectional.modes
        and (net_power(connector.measurements) or 0.0) < -_NO_POWER_W
    ):
        # It discharges, and was told to charge only.
        return True
    if not target.amps:
        if current is not None:
            return current > _NO_CURRENT and flows(connector)
        return flows(connector) if connector.status_is_current else None
    if current is None:
        offered = connector.measurements.get("current_offered") if measured else None
        return None if offered is None else offered > target.amps + _TOLERANCE
    if target.phases == 1 and (connector.active_phases or 0) > 1:
        return True
    # Current.Offered counts for less: some charge points report their maximum.
    return current > target.amps + max(_TOLERANCE, _RELATIVE_TOLERANCE * target.amps)


def _leaves(connector: LimitedConnector, target: Target) -> bool | None:
    """Return whether the power is beyond what a vehicle was told to follow.

    A vehicle that does less than that may be full, empty or warm. None if the power is
    not measured.
    """
    net = net_power(connector.measurements)
    if net is None:
        return None
    wanted = target.setpoint_w
    if wanted is None:
        return net < -(target.balances_w or 0.0) - _tolerance_w(
            target.balances_w or 0.0
        )
    tolerance = _tolerance_w(wanted)
    return net < min(wanted, 0.0) - tolerance or net > max(wanted, 0.0) + tolerance


def _tolerance_w(watts: float) -> float:
    return max(_TOLERANCE * 3 * NOMINAL_VOLTAGE, _RELATIVE_TOLERANCE * abs(watts))


class Judged(Protocol):
    """The limiter whose limit is checked."""

    def resend(self) -> None:
        """Send the limit once more, as the charge point does not obey it."""

    def try_other_way(self) -> bool:
        """Send an ignored limit in another way; return whether there is one."""

    def judged(self, obeyed: bool) -> None:
        """Record whether the charge point obeys the limit."""


class LimitCheck:
    """Check a limit some time after it was sent; send it again once, then give up."""

    def __init__(
        self,
        connector: LimitedConnector,
        charge_point: LimitedChargePoint,
        methods: ProfileMethods,
        limiter: Judged,
    ) -> None:
        """Create an idle check.

        Args:
            connector: The connector whose meter values and status are checked.
            charge_point: The charge point that can be asked for meter values.
            methods: The source of the timing.
            limiter: The limiter that receives the verdict.
        """
        self._connector = connector
        self._charge_point = charge_point
        self._methods = methods
        self._limiter = limiter
        self._target: Target | None = None
        self._resent = False
        self._ignored = False
        self._looks = 0
        self._effective = 0.0
        self._heard = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Return whether the verdict is still open."""
        return self._timer is not None

    def start(self, target: Target) -> None:
        """Start the check of a limit that has just been sent, perhaps again."""
        timing = self._methods.timing
        if target != self._target:
            self._resent = self._ignored = False
        self._target = target
        self._looks = 0
        self._effective = asyncio.get_running_loop().time() + timing.reaction
        self._wait(timing.check)

    def stop(self) -> None:
        """Stop the check."""
        self._stop_timer()
        self._ignored = False
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def observed(self) -> None:
        """Handle a new meter value or status."""
        if self._timer is None and not self._ignored:
            return
        self._heard = asyncio.get_running_loop().time()
        if self._ignored and self._exceeds() is False:
            self._ignored = False
            self._limiter.judged(True)

    def _exceeds(self) -> bool | None:
        assert self._target is not None
        return exceeds(
            self._connector, self._target, measured=self._heard >= self._effective
        )

    def _look(self) -> None:
        self._timer = None
        connector = self._connector
        if connector.has_priority or (
            connector.transaction is None and connector.status not in IN_TRANSACTION
        ):
            return
        verdict = self._exceeds()
        assert self._target is not None
        if (
            verdict is not True
            and self._target.amps
            and connector.status is ConnectorStatus.SUSPENDED_EVSE
            and connector.target_reached is None
            and not self._resent
        ):
            # The charge point may not have noticed that the pause is over.
            self._resent = True
            self._limiter.resend()
            return
        if verdict is None:
            self._looks += 1
            if self._looks < _MOST_LOOKS:
                self._wait(self._methods.timing.reaction)
                self._asking = asyncio.get_running_loop().create_task(self._ask())
            return
        if not verdict:
            self._ignored = False
            self._limiter.judged(True)
        elif not self._resent:
            self._resent = True
            self._limiter.resend()
        elif not self._limiter.try_other_way():
            self._ignored = True
            self._limiter.judged(False)

    async def _ask(self) -> None:
        """Request meter values, as some charge points send them rarely."""
        with suppress(CsmsError):
            await self._charge_point.commands.trigger_message(
                requested_message="meter_values", connector_id=self._connector.number
            )
