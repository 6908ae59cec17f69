"""What limits use of a charge point and of its connectors, and nothing else of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ..commands import Commands
from ..model.capabilities import Capabilities
from ..model.clock import ChargerClock
from ..model.deviations import Deviations
from ..model.model import ConnectorStatus, Identity
from ..model.quirks import Quirks
from ..transactions.transaction import Transaction


class LimitedConnector(Protocol):
    """The connector that is limited."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def status(self) -> ConnectorStatus | None:
        """The last one that was reported."""

    @property
    def status_is_current(self) -> bool:
        """Whether one was reported since the charge point connected."""

    @property
    def transaction(self) -> Transaction | None:
        """The transaction that runs."""

    @property
    def measurements(self) -> Mapping[str, float]:
        """Key -> value in W, Wh, A, V, Hz, °C or %."""

    @property
    def lines(self) -> int | None:
        """How many phases are connected, as far as is known."""

    @property
    def active_phases(self) -> int | None:
        """How many phases carry current, as far as is known."""

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed; return the way to stop."""

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""


class Declares(Protocol):
    """A charge point that says what it can do."""

    @property
    def identity(self) -> Identity:
        """What it says of itself."""

    @property
    def quirks(self) -> Quirks:
        """In what it differs from the specification."""

    @property
    def capabilities(self) -> Capabilities:
        """What it says that it can do."""


class LimitedChargePoint(Protocol):
    """The charge point that is sent limits."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""

    @property
    def ready(self) -> bool:
        """Whether it has been asked what it is, since it connected."""

    @property
    def quirks(self) -> Quirks:
        """In what it differs from the specification."""

    @property
    def commands(self) -> Commands:
        """Its commands; raises NotConnectedError while there is no connection."""

    @property
    def deviations(self) -> Deviations:
        """In what it was seen to differ from the specification."""

    @property
    def clock(self) -> ChargerClock:
        """How far its clock is off."""
