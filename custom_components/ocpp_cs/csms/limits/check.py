"""Whether a connector obeys its limit, by what the charge point tells of it."""

import asyncio
from contextlib import suppress
from typing import Protocol

from ..model.errors import CsmsError
from ..model.model import IN_TRANSACTION, ConnectorStatus
from .methods import ProfileMethods
from .profiles import NOMINAL_VOLTAGE, Target
from .surroundings import LimitedChargePoint, LimitedConnector

_NO_CURRENT = 1.0
"""A below which nothing is charged; some meters never show 0."""

_TOLERANCE = 1.0
"""A above a limit that meters and cars may show."""

_RELATIVE_TOLERANCE = 0.1

_MOST_LOOKS = 4
"""How often to wait for something that tells."""


def current_of(connector: LimitedConnector) -> float | None:
    """Return the highest A of a phase; None if nothing tells it."""
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
    """Tell whether the connector charges, as far as anything tells it."""
    if (
        connector.status is not None
        and connector.status is not ConnectorStatus.CHARGING
    ):
        return False
    return connector.transaction is not None or connector.status in IN_TRANSACTION


def exceeds(
    connector: LimitedConnector, target: Target, *, measured: bool
) -> bool | None:
    """Tell whether it charges with more than `target`; None if nothing tells.

    `measured` is whether its meter was heard since the limit came into effect.
    """
    current = current_of(connector) if measured else None
    if not target.amps:
        if current is not None:
            return current > _NO_CURRENT and flows(connector)
        return flows(connector) if connector.status_is_current else None
    if current is None:
        offered = connector.measurements.get("current_offered") if measured else None
        return None if offered is None else offered > target.amps + _TOLERANCE
    if target.phases == 1 and (connector.active_phases or 0) > 1:
        return True
    # What it offers counts for less: some tell what they could at most.
    return current > target.amps + max(_TOLERANCE, _RELATIVE_TOLERANCE * target.amps)


class Judged(Protocol):
    """The limiter whose limit is checked."""

    def resend(self) -> None:
        """Send the limit once more, as it is not obeyed."""

    def judged(self, obeyed: bool) -> None:
        """Note whether the limit is obeyed, perhaps after it was sent once more."""


class LimitCheck:
    """Looks some time after a limit, has it sent again once, and then gives up."""

    def __init__(
        self,
        connector: LimitedConnector,
        charge_point: LimitedChargePoint,
        methods: ProfileMethods,
        limiter: Judged,
    ) -> None:
        """Check nothing yet.

        Args:
            connector: What tells whether it is obeyed.
            charge_point: What can be asked to tell.
            methods: How long things take.
            limiter: Who hears of it.
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
        """Whether it is still to be found out."""
        return self._timer is not None

    def start(self, target: Target) -> None:
        """Begin: the limit has just been sent, perhaps again."""
        timing = self._methods.timing
        if target != self._target:
            self._resent = self._ignored = False
        self._target = target
        self._looks = 0
        self._effective = asyncio.get_running_loop().time() + timing.reaction
        self._wait(timing.check)

    def stop(self) -> None:
        """Look no more: something else is wanted, or nothing can be said."""
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
        """Note that the meter was read, or the status reported."""
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
        if connector.transaction is None and connector.status not in IN_TRANSACTION:
            return
        verdict = self._exceeds()
        assert self._target is not None
        if (
            verdict is not True
            and self._target.amps
            and connector.status is ConnectorStatus.SUSPENDED_EVSE
            and not self._resent
        ):
            # It may not have noticed that the pause is over.
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
        else:
            self._ignored = True
            self._limiter.judged(False)

    async def _ask(self) -> None:
        """Ask for what the meter says, where samples are rare."""
        with suppress(CsmsError):
            await self._charge_point.commands.trigger_message(
                requested_message="meter_values", connector_id=self._connector.number
            )
