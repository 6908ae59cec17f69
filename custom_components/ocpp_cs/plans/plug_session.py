"""What happened since a vehicle was plugged in, and what is known of the vehicle."""

from collections.abc import Mapping
from typing import Any, Final

from ..csms.connector import Connector
from ..csms.limits.profiles import NOMINAL_VOLTAGE
from ..csms.model.model import StopReason
from ..csms.transactions.transaction import Transaction
from ..smart_charging.meter import number
from ..smart_charging.planner import energy_for_soc

_STEP_A: Final = 0.5


class PlugIn:
    """The energy since a vehicle was plugged in, in however many transactions."""

    def __init__(self, connector: Connector) -> None:
        """Count from the transaction that runs, if one does."""
        self._connector = connector
        latest = connector.latest_transaction
        ended = latest is not None and latest.end is not None
        self._old = _name(latest) if ended else None
        """The last transaction of the vehicle before."""
        self._current: str | None = None
        self._base_wh = 0.0
        """What the transactions before the current one had."""
        self._wh = 0.0
        self._left = False
        """Whether it is known that the vehicle has left."""

    @property
    def kwh(self) -> float:
        """What was charged so far."""
        return (self._base_wh + self._wh) / 1000.0

    def update(self) -> bool:
        """Take in what the connector knows; return whether `record` has changed."""
        connector, latest = self._connector, self._connector.latest_transaction
        before = self._old, self._current, self._base_wh
        name = _name(latest)
        if connector.plugged_in is False:
            if self._current is not None or name != self._old:
                self._old, self._current = name, None
            self._base_wh = self._wh = 0.0
        elif latest is not None and name != self._old:
            if name != self._current:
                if self._left:
                    self._base_wh = 0.0
                else:
                    self._base_wh += self._wh
                self._current = name
            self._wh = latest.energy_wh or 0.0
            self._left = latest.reason == StopReason.EV_DISCONNECTED
        return before != (self._old, self._current, self._base_wh)

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered."""
        return {
            "old": self._old,
            "current": self._current,
            "base": self._base_wh,
            "wh": self._wh,
        }

    def load(self, record: object) -> None:
        """Take over what was remembered."""
        if not isinstance(record, Mapping):
            return
        self._old, self._current = record.get("old"), record.get("current")
        self._base_wh = max(number(record.get("base")) or 0.0, 0.0)
        self._wh = max(number(record.get("wh")) or 0.0, 0.0)


def _name(transaction: Transaction | None) -> str | None:
    """Tell a transaction from any other of the connector."""
    if transaction is None:
        return None
    return f"{transaction.id} {transaction.reported_start.isoformat()}"


class Vehicle:
    """What vehicles at a connector could take, and how full the one there is.

    How it charges becomes known when it charges, which is too late for a plan: so
    it is taken to be the one from the last time until it shows something else.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self.lines: int | None = None
        self.cap_a: float | None = None
        self._peak_a = 0.0
        self._soc: float | None = None
        self._soc_at_kwh = 0.0
        """What had been charged when that state of charge was told."""

    def observe(
        self, *, lines: int | None, cap_a: float | None, power_w: float | None
    ) -> bool:
        """Take what it shows; return whether `record` has changed.

        `lines` and `cap_a` are what the control has learned, None for nothing.
        """
        before = self.lines, self.cap_a
        if lines is not None:
            self.lines = lines
        if power_w and self.lines is not None:
            self._peak_a = max(self._peak_a, power_w / NOMINAL_VOLTAGE / self.lines)
        if cap_a is not None:
            # Towards the end it takes less than it could.
            most = max(cap_a, self._peak_a)
            self.cap_a = round(most / _STEP_A) * _STEP_A
        elif self.cap_a is not None and self._peak_a > self.cap_a + 1.0:
            self.cap_a = None
        return before != (self.lines, self.cap_a)

    def left(self) -> None:
        """Take note that it was unplugged."""
        self._peak_a = 0.0

    def missing_kwh(
        self, soc: float | None, target: float, capacity_kwh: float, charged_kwh: float
    ) -> float | None:
        """Return what a charger must give up to `target`, a state of charge in %.

        `soc` is what the vehicle says, which may be old: what was charged since is
        reckoned with. None if it has never said anything.
        """
        self._soc_at_kwh = min(self._soc_at_kwh, charged_kwh)
        if soc is not None and soc != self._soc:
            self._soc, self._soc_at_kwh = soc, charged_kwh
        if self._soc is None:
            return None
        missing = energy_for_soc(self._soc, target, capacity_kwh)
        return max(missing - (charged_kwh - self._soc_at_kwh), 0.0)

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered."""
        return {
            "lines": self.lines,
            "cap_a": self.cap_a,
            "soc": self._soc,
            "soc_at": self._soc_at_kwh,
        }

    def load(self, record: object) -> None:
        """Take over what was remembered."""
        if not isinstance(record, Mapping):
            return
        if (lines := record.get("lines")) in (1, 2, 3):
            self.lines = lines
        cap = number(record.get("cap_a"))
        self.cap_a = cap if cap is not None and cap >= 6.0 else None
        self._soc = number(record.get("soc"))
        self._soc_at_kwh = number(record.get("soc_at")) or 0.0
