"""The energy since a vehicle was plugged in, and data about the vehicle."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..csms.connector import Connector
from ..csms.limits.profiles import NOMINAL_VOLTAGE
from ..csms.model.model import StopReason
from ..csms.transactions.transaction import Transaction
from ..smart_charging.numbers import number
from ..smart_charging.planning.soc import energy_for_soc

_STEP_A: Final = 0.5
_ROUNDED: Final = 0.02
_OLD: Final = 0.1
"""The error of a state of charge as a part of the capacity: new, and maybe old."""
_LOST: Final = 0.05
"""The error of the efficiency."""
_ZERO_LASTS: Final = timedelta(minutes=5)


class PlugIn:
    """The energy since a vehicle was plugged in, over any number of transactions."""

    def __init__(self, connector: Connector) -> None:
        """Count from the running transaction, if there is one."""
        self._connector = connector
        latest = connector.latest_transaction
        ended = latest is not None and latest.end is not None
        self._old = _name(latest) if ended else None
        """The last transaction of the previous vehicle."""
        self._current: str | None = None
        """The last transaction of this vehicle."""
        self._base_wh = 0.0
        """The energy of the transactions before the current one."""
        self._wh = 0.0
        self._left = False
        """True if the vehicle is known to have left."""

    @property
    def kwh(self) -> float:
        """The energy charged so far."""
        return (self._base_wh + self._wh) / 1000.0

    @property
    def transaction(self) -> Transaction | None:
        """The running or the last transaction since the vehicle was plugged in."""
        latest = self._connector.latest_transaction
        return latest if latest and _name(latest) == self._current else None

    def update(self) -> bool:
        """Update from the connector; return whether `record` has changed."""
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
        """Return the state to store."""
        return {
            "old": self._old,
            "current": self._current,
            "base": self._base_wh,
            "wh": self._wh,
        }

    def load(self, record: object) -> None:
        """Restore a stored state."""
        if not isinstance(record, Mapping):
            return
        self._old, self._current = record.get("old"), record.get("current")
        self._base_wh = max(number(record.get("base")) or 0.0, 0.0)
        self._wh = max(number(record.get("wh")) or 0.0, 0.0)


def _name(transaction: Transaction | None) -> str | None:
    """Return a key of a transaction that is unique for its connector."""
    if transaction is None:
        return None
    return f"{transaction.id} {transaction.reported_start.isoformat()}"


class Vehicle:
    """The charging limits of the vehicle at a connector, and its state of charge.

    The limits become known while the vehicle charges, which is too late for a plan: so
    the vehicle is assumed to be the previous one until it behaves differently.
    """

    def __init__(self) -> None:
        """Start without data."""
        self.lines: int | None = None
        self.cap_a: float | None = None
        self._peak_a = 0.0
        self._soc: float | None = None
        self._soc_seen = False
        """True if it changed since the vehicle was plugged in, so that it is not old."""
        self._zero_since: datetime | None = None
        """The time since which a state of charge of 0 has been reported."""
        self._soc_at_kwh = 0.0
        """The charged energy when the state of charge was reported."""

    def observe(
        self, *, lines: int | None, cap_a: float | None, power_w: float | None
    ) -> bool:
        """Update the limits of the vehicle; return whether `record` has changed.

        Args:
            lines: The number of phases that the control has learned, if any.
            cap_a: The maximum current in A that the control has learned, if any.
            power_w: The measured power in W, if any.
        """
        before = self.lines, self.cap_a
        if lines is not None:
            self.lines = lines
        if power_w and self.lines is not None:
            self._peak_a = max(self._peak_a, power_w / NOMINAL_VOLTAGE / self.lines)
        if cap_a is not None:
            # Towards the end a vehicle takes less than it could.
            most = max(cap_a, self._peak_a)
            self.cap_a = round(most / _STEP_A) * _STEP_A
        elif self.cap_a is not None and self._peak_a > self.cap_a + 1.0:
            self.cap_a = None
        return before != (self.lines, self.cap_a)

    def left(self) -> None:
        """Handle that the vehicle was unplugged."""
        self._peak_a = 0.0
        self._soc, self._zero_since, self._soc_seen = None, None, False

    def take_soc(self, soc: float | None, charged_kwh: float, now: datetime) -> None:
        """Update the state of charge.

        Args:
            soc: The state of charge that the vehicle reports, in %. It may be old: the
                energy charged since is added. Many report 0 for a while when they are
                plugged in, so 0 is only believed if it lasts.
            charged_kwh: The energy charged since the vehicle was plugged in.
            now: The present time.
        """
        self._soc_at_kwh = min(self._soc_at_kwh, charged_kwh)
        if soc == 0:
            if self._zero_since is None or now < self._zero_since:
                self._zero_since = now
            if now - self._zero_since < _ZERO_LASTS:
                return
        elif soc is not None:
            self._zero_since = None
        if soc is not None and soc != self._soc:
            self._soc_seen = self._soc is not None
            self._soc, self._soc_at_kwh = soc, charged_kwh

    def missing_kwh(
        self, target: float, capacity_kwh: float, charged_kwh: float
    ) -> float | None:
        """Return the energy that a charger must supply up to `target`.

        Args:
            target: The target state of charge, in %.
            capacity_kwh: The capacity of the vehicle's battery.
            charged_kwh: The energy charged since the vehicle was plugged in.

        Returns:
            The missing energy in kWh; None if no state of charge was ever reported.
        """
        if self._soc is None:
            return None
        missing = energy_for_soc(self._soc, target, capacity_kwh)
        return max(missing - (charged_kwh - self._soc_at_kwh), 0.0)

    def unsure_kwh(self, capacity_kwh: float, charged_kwh: float) -> float:
        """Return the energy that may be missing besides, as `missing_kwh` is a guess.

        Args:
            capacity_kwh: The capacity of the vehicle's battery.
            charged_kwh: The energy charged since the vehicle was plugged in.
        """
        if self._soc is None:
            return 0.0
        share = _ROUNDED if self._soc_seen else _OLD
        since = max(charged_kwh - self._soc_at_kwh, 0.0)
        return share * capacity_kwh + _LOST * since

    def record(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "lines": self.lines,
            "cap_a": self.cap_a,
            "soc": self._soc,
            "soc_at": self._soc_at_kwh,
            "soc_seen": self._soc_seen,
        }

    def load(self, record: object) -> None:
        """Restore a stored state."""
        if not isinstance(record, Mapping):
            return
        if (lines := record.get("lines")) in (1, 2, 3):
            self.lines = lines
        cap = number(record.get("cap_a"))
        self.cap_a = cap if cap is not None and cap >= 6.0 else None
        soc = number(record.get("soc"))
        self._soc = soc if soc is not None and 0 <= soc <= 100 else None
        self._soc_at_kwh = max(number(record.get("soc_at")) or 0.0, 0.0)
        self._soc_seen = record.get("soc_seen") is True
