"""Priority charging: a session charges as fast as it may, whatever is set (2.1: K21, K22)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..limits.profiles import (
    Target,
    charging_profile,
    first_variant,
    priority_profile_id,
)
from ..model.errors import (
    CallErrorReceivedError,
    CsmsError,
    NoTransactionError,
    RefusedError,
)
from ..model.model import utcnow
from ..model.profile import ChargingProfile, Kind, Purpose

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..connector import Connector

_BELOW = 1000
"""Added to the id of a profile for priority: that of the one beneath it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """The limits in A of the profiles for priority of a connector."""

    amps: float
    """With a connection to us."""
    safe: float
    """Without one."""


class Priority:
    """The priority of the sessions of a charge point.

    Its profile goes before our limit, which may be low: it has to have what charge control
    allows while the session has priority, so that fuse and backends keep their word. It
    is installed before anybody asks, as the charge point may have a button for it. Without
    us it never allows more than what is safe for a shared fuse.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Follow the connectors of a charge point."""
        self._charge_point = charge_point
        self._installed: dict[int, _Wanted] = {}
        self._refused: dict[int, _Wanted] = {}
        """What was not taken on this connection, and is not sent again."""
        self._watched: dict[int, Callable[[], None]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        charge_point.watch(("connectors",), self._follow)
        charge_point.watch(("capabilities", "ready"), self._look_at_all)
        charge_point.listen(self._heard)
        self._follow()

    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "boot":
            # It may have forgotten its profiles.
            self._installed.clear()
            self._refused.clear()

    def _follow(self) -> None:
        connectors = self._charge_point.connectors
        for number in list(self._watched):
            if number not in connectors:
                self._watched.pop(number)()
        for number, connector in connectors.items():
            if number not in self._watched:
                self._watched[number] = connector.watch(
                    ("sent_limit", "ceiling", "priority", "transaction"),
                    partial(self._look, number),
                )

    def _look_at_all(self) -> None:
        if not self._charge_point.ready:
            self._refused.clear()
        for number in self._charge_point.connectors:
            self._look(number)

    def _look(self, number: int) -> None:
        """Forget the priority of a session that has ended, and renew its profile."""
        charge_point = self._charge_point
        connector = charge_point.connector(number)
        if connector.transaction is None:
            connector.set_priority(False)
        if (
            charge_point.ready
            and charge_point.capabilities.priority_profiles
            and number not in self._tasks
            and self._wanted(connector)
            not in (self._installed.get(number), self._refused.get(number))
        ):
            self._tasks[number] = asyncio.get_running_loop().create_task(
                self._renew(connector)
            )

    async def _renew(self, connector: Connector) -> None:
        number, wanted = connector.number, self._wanted(connector)
        deviations = self._charge_point.deviations
        try:
            await self.install(connector)
        except (RefusedError, CallErrorReceivedError) as err:
            deviations.note("priority_profile_refused", str(err))
            self._refused[number] = wanted
            await self._remove(number)
        except CsmsError as err:
            deviations.note("priority_profile_refused", str(err))
        finally:
            self._tasks.pop(number, None)
        if self._wanted(connector) != wanted:
            self._look(number)

    async def _remove(self, number: int) -> None:
        """Remove an older profile: it may allow more than what was refused."""
        if self._installed.pop(number, None) is None:
            return
        first = priority_profile_id(self._charge_point.profile_methods.declared, number)
        for profile_id in (first, first + _BELOW):
            with suppress(CsmsError):
                await self._charge_point.commands.clear_charging_profile(
                    id=profile_id, own=True
                )

    # The profile.

    def _wanted(self, connector: Connector) -> _Wanted:
        """Return what a session with priority may take."""
        limiter = connector.limiter
        most, ceiling = limiter.maximum, limiter.below_ceiling
        if ceiling is not None:
            most = min(most, ceiling[0])
        fallback = limiter.fallback
        safe = most if fallback is None else min(most, fallback.limit_a)
        amps = safe
        if connector.has_priority:
            amps = most
            if limiter.automatic and limiter.sent_a is not None:
                # It knows what the fuse leaves.
                amps = min(most, limiter.sent_a)
            if not self._charge_point.capabilities.offline_limits:
                # It would keep it without us.
                amps = min(amps, safe)
        return _Wanted(amps=round(amps, 1), safe=round(safe, 1))

    async def install(self, connector: Connector) -> None:
        """Install the profile for priority of a connector, or change it.

        Raises:
            CommandError: As for all commands.
        """
        number, wanted = connector.number, self._wanted(connector)
        for profile in self._profiles(connector, wanted):
            await self._charge_point.commands.set_charging_profile(
                connector_id=number, charging_profile=profile, own=True
            )
        self._installed[number] = wanted

    def _profiles(
        self, connector: Connector, wanted: _Wanted
    ) -> tuple[ChargingProfile, ...]:
        charge_point, number = self._charge_point, connector.number
        methods = charge_point.profile_methods
        variant = replace(
            first_variant(charge_point.quirks, methods.declared),
            purpose=Purpose.PRIORITY,
            kind=Kind.ABSOLUTE,
        )

        def of(amps: float, level: int, add: int) -> ChargingProfile:
            return charging_profile(
                Target(amps=amps, phases=None),
                replace(variant, level=level),
                profile_id=priority_profile_id(methods.declared, number) + add,
                now=utcnow() - charge_point.clock.offset,
                measurements=connector.measurements,
                connected=connector.lines,
            )

        fallback = connector.limiter.fallback
        if not charge_point.capabilities.offline_limits or fallback is None:
            return (of(wanted.amps, variant.level, 0),)
        # Two of them, as the specification advises: without us the lower one counts.
        safe = of(wanted.safe, max(variant.level - 1, 0), _BELOW)
        if not variant.level:
            return (replace(safe, id=safe.id - _BELOW),)
        online = replace(
            of(wanted.amps, variant.level, 0), most_offline_s=max(fallback.after_s, 1)
        )
        return (safe, online)

    # What is asked for, and told.

    async def use(self, number: int, *, activate: bool) -> None:
        """Give the running session of a connector priority, or take it away (K21).

        Raises:
            CsmsError: There is no session, or the charge point does not do it.
        """
        connector = self._charge_point.connector(number)
        running, commands = connector.transaction, self._charge_point.commands
        if running is None:
            raise NoTransactionError("use_priority_charging", 0)
        if activate and number not in self._installed:
            await self.install(connector)
        try:
            await commands.use_priority(transaction_id=running.id, activate=activate)
        except RefusedError as err:
            if err.status != "no_profile" or not activate:
                raise
            # It has lost it.
            await self.install(connector)
            await commands.use_priority(transaction_id=running.id, activate=True)

    def told(self, transaction_id: str, *, active: bool) -> None:
        """Note that the priority of a session begins or ends (K21.FR.05, K22.FR.03)."""
        for connector in self._charge_point.connectors.values():
            running = connector.transaction
            if running is not None and running.id == transaction_id:
                connector.set_priority(active)
                return
        self._charge_point.deviations.note("priority_of_no_session", transaction_id)
