"""The parts of a charge point and its connectors that limits use."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ..commands import Commands
from ..discharging.bidirectional import Bidirectional
from ..model.capabilities import Capabilities, SessionLimit
from ..model.clock import ChargerClock
from ..model.deviations import Deviations
from ..model.model import ConnectorStatus, Identity
from ..model.quirks import Quirks
from ..outside.car_needs import CarNeeds
from ..outside.ceilings import Ceiling
from ..transactions.transaction import Transaction


class LimitedConnector(Protocol):
    """The connector that is limited."""

    @property
    def number(self) -> int:
        """The connector id, from 1."""

    @property
    def status(self) -> ConnectorStatus | None:
        """The last status that was reported."""

    @property
    def status_is_current(self) -> bool:
        """Return whether the status was reported since the charge point connected."""

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""

    @property
    def measurements(self) -> Mapping[str, float]:
        """Key -> value in W, Wh, A, V, Hz, °C or %."""

    @property
    def lines(self) -> int | None:
        """The number of connected phases; None if unknown."""

    @property
    def needs(self) -> CarNeeds | None:
        """What the vehicle has told of its needs; None if it told nothing."""

    @property
    def target_reached(self) -> SessionLimit | None:
        """The limit at which the charge point has stopped to charge by itself."""

    @property
    def has_priority(self) -> bool:
        """Return whether its session has priority: a profile of its own counts."""

    @property
    def bidirectional(self) -> Bidirectional:
        """What may be discharged here, and what is possible."""

    @property
    def active_phases(self) -> int | None:
        """The number of phases that carry current; None if unknown."""

    def ceiling(self, phases: int | None = None) -> Ceiling | None:
        """Return what others allow here at most at present; None is everything.

        Args:
            phases: The number of phases that will be in use; None are those that are.
        """

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after a change of `fields`; return a function to stop it."""

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""


class Declares(Protocol):
    """A charge point that reports its capabilities."""

    @property
    def identity(self) -> Identity:
        """Vendor, model, firmware and serial numbers that it reports."""

    @property
    def quirks(self) -> Quirks:
        """The configured differences from the specification."""

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities that it reports."""

    @property
    def deviations(self) -> Deviations:
        """The observed differences from the specification."""


class LimitedChargePoint(Protocol):
    """The charge point that receives limits."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def connected(self) -> bool:
        """Return whether there is a connection."""

    @property
    def ready(self) -> bool:
        """Return whether the set-up after the connection is done."""

    @property
    def boots(self) -> int:
        """The number of its boots so far."""

    @property
    def quirks(self) -> Quirks:
        """The configured differences from the specification."""

    @property
    def commands(self) -> Commands:
        """Its commands; raises NotConnectedError while there is no connection."""

    @property
    def deviations(self) -> Deviations:
        """The observed differences from the specification."""

    @property
    def clock(self) -> ChargerClock:
        """Its clock, with the offset from ours."""
