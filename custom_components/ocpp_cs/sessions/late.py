"""What becomes known of sessions after their end: prices and sun of their time."""

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ..chargers.component import Component
from ..const import DOMAIN, LOGGER
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.parts.course import LITTLE_WH, QUARTER_S, Part
from ..csms.transactions.transaction import Transaction, TransactionKey
from ..prices.rate import Rate

_SOON_S: Final = 2.0
"""The time in s to wait for what else is told of a session."""
_STEP_S: Final = 30
"""The time in s between two values of a meter that are looked up."""
_MOST: Final = 1000
"""Sessions of which it is remembered that nothing more is known."""
_OLDEST: Final = timedelta(days=10)
"""How long the recorder keeps states, as it is set up at first."""

type Meters = list[tuple[str | None, str | None, bool]]
"""Import and export of each meter; the third says that the first one is inverted."""

type _Track = tuple[list[float], list[float | None]]
"""The times of the states of an entity, and its power from each on."""

type RateThen = Callable[[str, str | None, datetime], Awaitable[Rate]]
"""Returns the prices of a tag and a vehicle at a time."""

type PowerOf = Callable[[State | None], float | None]
"""Returns the power of a state in W."""


class LateFacts(Component):
    """Finds the price and the sun of sessions that chargers told of late.

    A charger that was offline tells of a session when it is over. Each part of it costs
    what its own time did, as far as that is known; else what the present costs. What of
    it was sun is in the recorder, where the house has a meter.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        *,
        rate_then: RateThen,
        meters: Callable[[], Meters],
        power_of: PowerOf,
        corrected: Callable[[str], None],
    ) -> None:
        """Watch the ledger.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            ledger: The ledger.
            rate_then: Returns the prices at a time.
            meters: Returns the meters of the grid.
            power_of: Returns the power of a state in W.
            corrected: Called with the id of a charge point whose session was corrected.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._rate_then = rate_then
        self._meters = meters
        self._power_of = power_of
        self._corrected = corrected
        self._due: dict[TransactionKey, Transaction] = {}
        self._tried: dict[TransactionKey, frozenset[Part]] = {}
        """The parts of which nothing more became known."""
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_running = False
        ledger.watch(self._note)

    @override
    @callback
    def async_start(self) -> None:
        """Start to look things up."""
        self._is_running = True

    @override
    @callback
    def async_stop(self) -> None:
        """Stop looking things up."""
        super().async_stop()
        self._is_running = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()

    @callback
    def _note(self, key: TransactionKey, transaction: Transaction | None) -> None:
        """Note a session that is over, of which something is not known."""
        if transaction is None or transaction.end is None or not self._is_running:
            return
        missing = frozenset(filter(_misses, transaction.course.parts))
        if missing and self._tried.get(key) != missing:
            self._due[key] = transaction
            if self._timer is None and self._task is None:
                self._timer = self._hass.loop.call_later(_SOON_S, self._begin)

    @callback
    def _begin(self) -> None:
        self._timer = None
        # Not eagerly: work that never waits would be over before it is noted here.
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_work(), f"{DOMAIN} late facts", eager_start=False
        )

    async def _async_work(self) -> None:
        try:
            while self._due:
                key = next(iter(self._due))
                transaction = self._due.pop(key)
                self._tried[key] = frozenset(filter(_misses, transaction.course.parts))
                while len(self._tried) > _MOST:
                    del self._tried[next(iter(self._tried))]
                try:
                    await self._async_look_up(transaction)
                # One session must not keep the others from theirs.
                except Exception:  # noqa: BLE001
                    LOGGER.exception(
                        "What transaction %s cost cannot be found out", transaction.id
                    )
        finally:
            self._task = None

    async def _async_look_up(self, transaction: Transaction) -> None:
        parts = [part for part in transaction.course.parts if _misses(part)]
        shares = await self._async_sun(parts)
        rates: dict[int, Rate] = {}
        now: Rate | None = None
        for part in parts:
            if part.quarter not in shares and part.unpriced_wh <= LITTLE_WH:
                continue
            at = dt_util.utc_from_timestamp(part.middle)
            rate = await self._rate_then(transaction.id_tag, transaction.vehicle, at)
            if rate.grid is None and part.unpriced_wh > LITTLE_WH:
                if now is None:
                    now = await self._rate_then(
                        transaction.id_tag, transaction.vehicle, dt_util.utcnow()
                    )
                rate = now
            if rate.grid is not None:
                rates[part.quarter] = rate
        if not rates and not shares:
            return
        revised = self._ledger.revise(transaction, rates, shares)
        self._tried[revised.key] = frozenset(filter(_misses, revised.course.parts))
        self._due.pop(revised.key, None)
        self._corrected(revised.charge_point_id)

    # The sun of a time that is over.

    async def _async_sun(self, parts: list[Part]) -> dict[int, float]:
        """Return the share of sun in quarters, as far as the recorder knows it."""
        meters = self._meters()
        unknown = [part for part in parts if part.unknown_wh > LITTLE_WH]
        oldest = (dt_util.utcnow() - _OLDEST).timestamp()
        unknown = [part for part in unknown if part.middle > oldest]
        if not meters or not unknown or "recorder" not in self._hass.config.components:
            return {}
        return await get_instance(self._hass).async_add_executor_job(
            _shares, self._hass, meters, self._power_of, unknown
        )


def _misses(part: Part) -> bool:
    """Return whether something of a part is not known, but may be found out."""
    return part.unpriced_wh > LITTLE_WH or (part.spread and part.unknown_wh > LITTLE_WH)


def _shares(
    hass: HomeAssistant, meters: Meters, power_of: PowerOf, parts: list[Part]
) -> dict[int, float]:
    """Return the share of sun in each quarter that the recorder knows enough of."""
    from homeassistant.components.recorder.history import state_changes_during_period

    start = datetime.fromtimestamp(parts[0].quarter * QUARTER_S, UTC)
    end = datetime.fromtimestamp((parts[-1].quarter + 1) * QUARTER_S, UTC)
    tracks: dict[str, _Track] = {}
    for entity_id in {one for meter in meters for one in meter[:2] if one is not None}:
        states = state_changes_during_period(
            hass, start, end, entity_id, include_start_time_state=True
        ).get(entity_id, [])
        tracks[entity_id] = (
            [state.last_updated_timestamp for state in states],
            [power_of(state) for state in states],
        )
    found: dict[int, float] = {}
    for part in parts:
        bought = _mean_import(meters, tracks, part.quarter)
        if bought is not None:
            took = part.wh * 3600 / QUARTER_S
            found[part.quarter] = min(1.0, max(0.0, 1.0 - bought / took))
    return found


def _mean_import(
    meters: Meters, tracks: Mapping[str, _Track], quarter: int
) -> float | None:
    """Return the mean power in W that was imported in a quarter; None if unknown."""
    first = quarter * QUARTER_S + _STEP_S // 2
    moments = range(first, first + QUARTER_S, _STEP_S)
    bought = [
        max(0.0, net) for at in moments if (net := _net(meters, tracks, at)) is not None
    ]
    if len(bought) < len(moments) // 2:
        return None
    return sum(bought) / len(bought)


def _net(meters: Meters, tracks: Mapping[str, _Track], at: float) -> float | None:
    """Return the power of all meters at a time; None if one is unknown."""
    net = 0.0
    for imports, exports, inverted in meters:
        one, other = _power(imports, tracks, at), _power(exports, tracks, at)
        if one is None or other is None:
            return None
        net += (-one if inverted else one) - other
    return net


def _power(
    entity_id: str | None, tracks: Mapping[str, _Track], at: float
) -> float | None:
    """Return the power of an entity at a time; 0 without an entity."""
    if entity_id is None:
        return 0.0
    times, values = tracks[entity_id]
    index = bisect_right(times, at) - 1
    return values[index] if index >= 0 else None
