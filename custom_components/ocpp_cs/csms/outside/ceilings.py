"""What others allow at most: ceilings above everything that is wanted here."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ..model.model import utcnow
from ..transactions.transaction import Transaction
from .allowance import Allowance

_LONGEST_TIMER: Final = timedelta(minutes=1)
"""The time after which it is looked whether the clock was set meanwhile."""

_SET: Final = timedelta(seconds=2)
"""The difference from which the clock counts as set."""
_PHASES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """The most that is allowed at a connector."""

    amps: float
    """In A per phase; what is too little to charge with is a pause."""
    one_phase: bool
    """Whether only one phase may be used, where the charge point can choose that."""
    by: str
    """The name of who has set it."""


class CeilingSource(Protocol):
    """Somebody who may limit a charge point."""

    @property
    def name(self) -> str:
        """The name that users know."""

    @property
    def may_override(self) -> bool:
        """Return whether the owner may charge although the limit is 0 A."""

    def allowed(self, connector_id: int, at: datetime, phases: int) -> Allowance | None:
        """Return what is allowed at a connector; None is everything."""

    def allowed_in_all(self, at: datetime, phases: int) -> Allowance | None:
        """Return what is allowed at all connectors together; None is everything."""

    def next_change(self, at: datetime) -> datetime | None:
        """Return when any of that may change by itself; None is never."""

    def keep_overridden(self, connectors: Iterable[int]) -> None:
        """Keep over a restart where the owner charges nevertheless."""


class CeiledLimiter(Protocol):
    """The limiter of a connector."""

    @property
    def minimum(self) -> float:
        """The lowest limit in A; any lower limit pauses charging."""

    def ceiling_changed(self) -> None:
        """Handle a change of what is allowed at most."""


class CeiledConnector(Protocol):
    """A connector with a ceiling."""

    @property
    def number(self) -> int:
        """The connector id, from 1; 0 is the charge point."""

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""

    @property
    def limiter(self) -> CeiledLimiter:
        """Its limiter."""

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""


class CeiledChargePoint(Protocol):
    """A charge point whose connectors have ceilings."""

    @property
    def connectors(self) -> Mapping[int, CeiledConnector]:
        """The known connectors by number."""

    @property
    def whole(self) -> CeiledConnector:
        """The charge point itself."""


class Ceilings:
    """What others allow at most at the connectors of a charge point.

    The lowest one applies. Nothing here can allow more than what is wanted without it.
    """

    def __init__(self, charge_point: CeiledChargePoint) -> None:
        """Begin without a ceiling."""
        self._charge_point = charge_point
        self._sources: dict[str, CeilingSource] = {}
        self._overridden: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due: datetime | None = None
        """When a ceiling changes by itself."""
        self._looked = utcnow(), 0.0
        """When it was looked for that: by the clock, and by the event loop."""

    @property
    def any(self) -> bool:
        """Return whether anybody may limit the charge point."""
        return bool(self._sources)

    @property
    def may_override(self) -> bool:
        """Return whether somebody's limit of 0 A may be overridden by the owner."""
        return any(one.may_override for one in self._sources.values())

    def put(self, id: str, source: CeilingSource, overridden: Iterable[int]) -> None:
        """Obey a source, instead of the one before with that id.

        Args:
            id: The id of the source.
            source: The source, which calls `changed` later.
            overridden: The connectors where the owner charges nevertheless.
        """
        self._sources[id] = source
        self._overridden |= set(overridden)
        self.changed()

    def remove(self, id: str) -> None:
        """Obey a source no more."""
        if self._sources.pop(id, None) is not None:
            if not self.may_override:
                self._overridden.clear()
            self._tell()

    def changed(self) -> None:
        """Obey what the sources allow now, which may differ from before."""
        if self._sources:
            self._tell()

    def _tell(self) -> None:
        self._start_timer()
        for connector in list(self._charge_point.connectors.values()):
            connector.mark("ceiling")
            connector.limiter.ceiling_changed()
        self._charge_point.whole.mark("ceiling")

    # What is allowed.

    def at(self, connector_id: int, at: datetime, phases: int) -> Ceiling | None:
        """Return the lowest ceiling of a connector; None without one.

        Args:
            connector_id: The connector, from 1.
            at: The time.
            phases: The number of phases in use, which a power is divided by.
        """
        found: list[Ceiling] = []
        for source in self._sources.values():
            lifted = source.may_override and connector_id in self._overridden
            told = (
                source.allowed(connector_id, at, phases),
                self._share(source, connector_id, at, phases, lifted=lifted),
            )
            found += [
                Ceiling(amps=one.amps, one_phase=one.one_phase, by=source.name)
                for one in told
                if one is not None and not (lifted and not one.amps)
            ]
        if not found:
            return None
        least = min(found, key=lambda one: one.amps)
        return Ceiling(
            amps=least.amps,
            one_phase=any(one.one_phase for one in found),
            by=least.by,
        )

    def in_all(self, at: datetime) -> float | None:
        """Return what is allowed at all connectors together in A; None is everything."""
        told = [
            one.amps
            for source in self._sources.values()
            if (one := source.allowed_in_all(at, _PHASES)) is not None
        ]
        return min(told, default=None)

    def _share(
        self,
        source: CeilingSource,
        connector_id: int,
        at: datetime,
        phases: int,
        *,
        lifted: bool,
    ) -> Allowance | None:
        """Return the connector's part of what is allowed at all together.

        As many sessions as can charge with it share it, the oldest ones first. A
        connector without one has what would be its part if it had one.
        """
        whole = source.allowed_in_all(at, phases)
        if whole is None or (lifted and not whole.amps):
            return None
        connectors = self._charge_point.connectors
        running = sorted(
            (session.start, number)
            for number, one in connectors.items()
            if (session := one.transaction) is not None
        )
        order = [number for _, number in running]
        if connector_id not in order:
            order.append(connector_id)
        # With a power it depends on the phases; this is the same for all connectors.
        least = source.allowed_in_all(at, _PHASES) or whole
        minimum = max(
            (connectors[one].limiter.minimum for one in order if one in connectors),
            default=1.0,
        )
        fitting = max(min(len(order), int(least.amps / max(minimum, 0.1) + 1e-6)), 1)
        if order.index(connector_id) >= fitting:
            return Allowance(amps=0.0, one_phase=whole.one_phase)
        return Allowance(amps=whole.amps / fitting, one_phase=whole.one_phase)

    def next_change(self, at: datetime) -> datetime | None:
        """Return when a ceiling may change by itself; None is never."""
        times = [
            time
            for source in self._sources.values()
            if (time := source.next_change(at)) is not None
        ]
        return min(times, default=None)

    # The owner's override.

    def overrides(self, connector_id: int) -> bool:
        """Return whether the owner charges at a connector although others say 0 A."""
        return connector_id in self._overridden

    def override(self, connector_id: int, on: bool) -> None:
        """Charge at a connector although others say 0 A, or obey them again.

        It ends when the vehicle leaves.
        """
        if on is self.overrides(connector_id) or (on and not self.may_override):
            return
        if on:
            self._overridden.add(connector_id)
        else:
            self._overridden.discard(connector_id)
        for source in self._sources.values():
            source.keep_overridden(sorted(self._overridden))
        self._tell()

    # Time.

    def _start_timer(self) -> None:
        self._due = self.next_change(utcnow())
        self._wait()

    def _wait(self) -> None:
        self.close()
        if self._due is None:
            return
        loop, now = asyncio.get_running_loop(), utcnow()
        self._looked = now, loop.time()
        delay = min(max(self._due - now, timedelta()), _LONGEST_TIMER)
        self._timer = loop.call_later(delay.total_seconds() + 0.05, self._time_came)

    def _time_came(self) -> None:
        self._timer = None
        now, (before, looked) = utcnow(), self._looked
        passed = timedelta(seconds=asyncio.get_running_loop().time() - looked)
        if self._due is None or now >= self._due or abs(now - before - passed) > _SET:
            self.changed()
        else:
            self._wait()

    def close(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
