"""The share of the own sun in what cars are charged with."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, NamedTuple, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..const import DOMAIN
from ..csms.connector import Connector
from ..csms.transactions.transaction import Transaction
from ..issues.watcher import ConnectorWatcher

_SAMPLE: Final = timedelta(seconds=10)
_LONGEST_S: Final = 30.0
"""The time in s that one sample stands for at most; more is a gap."""
_KEPT_S: Final = 7200.0
"""How long samples are kept: chargers send meter values more often."""
_LIVE_S: Final = 120.0
"""The age in s up to which a reading is one of the present."""
_LEAST_W: Final = 50.0
"""The power in W below which nothing charges."""
_GAP: Final = 0.2
"""The part of a time that may be unknown, ..."""
_GAP_S: Final = 20.0
"""... or the seconds of it, as samples and readings are not taken together."""


class _Sums(NamedTuple):
    """What has flowed since the beginning, in W times s."""

    at: float = 0.0
    """The time in s."""
    known_s: float = 0.0
    """The time in which all was known."""
    took: float = 0.0
    """The power of all cars."""
    sun: float = 0.0
    """The part of it that did not come from the grid."""


class SunShares(ConnectorWatcher):
    """Measures how much of what the cars of a house take is not bought.

    The house and its battery come first: cars take from the grid what is imported, as
    far as they take so much, and all of them the same share. What the home battery gives
    counts as sun. A sample is taken every few seconds while a session runs; a meter
    value of a charger only compares two sums.
    """

    fields = ("transaction",)

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without chargers and without a meter."""
        super().__init__(hass)
        self._sums = [_Sums()]
        """Those of the last samples, from the oldest to the newest."""
        self._sampling: Callable[[], None] | None = None
        self.grid_w: Callable[[], float | None] = lambda: None
        """Returns the power from the grid in W, negative for export, or None."""

    def share(
        self, transaction: Transaction, since: float, until: float, wh: float
    ) -> float | None:
        """Return the share of sun in new energy of a session, from 0 to 1.

        Args:
            transaction: The session.
            since: The time of its reading before, in s since 1970.
            until: The time of its new reading.
            wh: The energy between them.

        Returns:
            The share; None if it was not measured, as for what is told late.
        """
        if abs(dt_util.utcnow().timestamp() - until) > _LIVE_S:
            return None
        length = until - since
        last, first = self._sums[-1], self._sums_at(since)
        known_s = last.known_s - first.known_s
        if length - known_s > max(_GAP * length, _GAP_S):
            return None
        if (took := last.took - first.took) > 0:
            return min(1.0, max(0.0, (last.sun - first.sun) / took))
        return self._present(transaction, wh, length)

    def _sums_at(self, moment: float) -> _Sums:
        """Return the last sums before a time in s, or the oldest ones."""
        index = bisect_right(self._sums, moment, key=itemgetter(0))
        return self._sums[max(0, index - 1)]

    def _present(
        self, transaction: Transaction, wh: float, length: float
    ) -> float | None:
        """Return the share at present, as no sample was taken between two readings."""
        grid = self.grid_w()
        if grid is None:
            return None
        power = self._power()
        if not self._power_of(transaction) and length > 0:
            # Its charger measures no power, but energy. This is rough: a register that
            # counts in large steps seems to jump.
            power += wh * 3600.0 / length
        if power <= 0:
            return None
        return min(1.0, max(0.0, 1.0 - max(0.0, grid) / power))

    # Samples.

    @override
    @callback
    def show(self, charger: Charger) -> None:
        """Sample while a session runs."""
        self._run_if_needed()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        self._run_if_needed()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop sampling."""
        super().async_stop()
        self._run_if_needed()

    def _connectors(self) -> list[Connector]:
        return [
            connector
            for charger in self._subscriptions
            for connector in charger.charge_point.connectors.values()
        ]

    @callback
    def _run_if_needed(self) -> None:
        needed = any(
            connector.latest_transaction is not None
            and connector.latest_transaction.end is None
            for connector in self._connectors()
        )
        if needed and self._sampling is None:
            self._sample(begins=True)
            self._sampling = async_track_time_interval(
                self._hass, self._take, _SAMPLE, name=f"{DOMAIN} share of sun"
            )
        elif not needed and self._sampling is not None:
            self._sampling()
            self._sampling = None

    @callback
    def _take(self, _now: datetime) -> None:
        self._sample()

    def _sample(self, *, begins: bool = False) -> None:
        """Add what has flowed since the last sample; nothing, if this one `begins`."""
        now, sums = dt_util.utcnow().timestamp(), self._sums
        if now < sums[-1].at:
            # The clock was set back.
            del sums[:-1]
        last, grid, power = sums[-1], self.grid_w(), self._power()
        length = 0.0 if begins else min(max(now - last.at, 0.0), _LONGEST_S)
        if grid is None:
            length = 0.0
        took = power if power >= _LEAST_W else 0.0
        sums.append(
            _Sums(
                now,
                last.known_s + length,
                last.took + took * length,
                last.sun + max(0.0, took - max(0.0, grid or 0.0)) * length,
            )
        )
        if sums[0].at < now - 2 * _KEPT_S:
            del sums[: bisect_right(sums, now - _KEPT_S, key=itemgetter(0))]

    def _power_of(self, transaction: Transaction) -> float:
        """Return the measured power in W at the connector of a session."""
        return next(
            (
                max(0.0, connector.measurements.get("power") or 0.0)
                for connector in self._connectors()
                if connector.number == transaction.connector_id
                and connector.charge_point.id == transaction.charge_point_id
            ),
            0.0,
        )

    def _power(self) -> float:
        """Return the power of all cars in W, as far as it is measured."""
        return sum(
            max(0.0, connector.measurements.get("power") or 0.0)
            for connector in self._connectors()
        )
