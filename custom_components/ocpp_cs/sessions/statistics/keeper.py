"""Keeps the long-term statistics in step with the books."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ...chargers.charger import Charger
from ...chargers.component import Component
from ...chargers.store import SERVER, Memory
from ...const import (
    CONF_CHARGE_POINT_ID,
    CONF_ID_TAG,
    DOMAIN,
    LOGGER,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
)
from ...csms.transactions.ledger import Ledger
from ...csms.transactions.storage import SessionFilter
from ...csms.transactions.transaction import Transaction, TransactionKey
from .due import Due, DueHours
from .hours import HOUR_S, Hours, Row, Span, changed_rows, hour_of, span_of, within
from .series import (
    ENERGY,
    Series,
    former_keys,
    keys_of,
    series_of_connector,
    series_of_tag,
    series_of_vehicle,
)

_RECORD: Final = "statistics"
_IDS: Final = "ids"
_HOURLY: Final = "recorder_hourly_statistics_generated"
"""The event of the recorder; its constant cannot be imported without one."""
_RUNNING_S: Final = 300.0
"""The time in s between two reports of a running session."""
_ENDED_S: Final = 5.0
"""The time in s from the end or a correction of a session to its report."""
_OVERLAP: Final = timedelta(days=2)
"""How far a start looks back beyond what was in step: a power failure loses some."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PAUSE: Final = 200
"""Sessions that are added before others have their turn."""

type Sessions = Callable[[SessionFilter], Awaitable[list[Transaction] | None]]


@dataclass(frozen=True, slots=True)
class _Footprint:
    """Where a session is counted."""

    keys: frozenset[str]
    span: Span


class SessionStatistics(Component):
    """Writes energy and cost of connectors, tags and vehicles as statistics.

    The truth is in the books: whatever changes there, the hours from the first one that
    it concerns are made anew and compared with those of the recorder, and the rows that
    differ are written. So nothing counts twice, however often it is done. Hours in which
    these books have, and had, no session are left alone.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        ledger: Ledger,
        *,
        sessions: Sessions,
        vehicles: Callable[[], Mapping[str, str]],
        currency: Callable[[], str],
    ) -> None:
        """Watch the ledger; nothing is written before the server has started.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            memory: The memory of the server.
            ledger: The ledger.
            sessions: Returns stored sessions; None if not all of them can be read now.
            vehicles: Returns the names of the vehicles by their ids.
            currency: Returns the currency of costs that were booked without one.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._ledger = ledger
        self._sessions = sessions
        self._vehicles = vehicles
        self._currency = currency
        self._changed: dict[TransactionKey, Transaction | None] = {}
        self._footprints: dict[TransactionKey, _Footprint] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancel_start: Callable[[], None] | None = None
        self._unlisten: Callable[[], None] | None = None
        self._has_begun = False
        self._is_running = False
        self._is_checked = False
        """Whether the recorder has what was written, as far as that is known."""
        record = memory.get(SERVER, _RECORD)
        self._record: dict[str, Any] = record if isinstance(record, dict) else {}
        # Versions before did not note what they wrote.
        self._since = self._first_in_doubt() if _IDS in self._record else 0
        self._ids = self._recorded(_IDS)
        """The ids of the statistics that have rows."""
        self._due = DueHours.read(self._record.get("due"))
        self._followed: dict[str, str] = {}
        """The keys of the series of this run, by the beginning of their ids."""
        ledger.watch(self._note)

    # What others ask for.

    def of_connector(self, charger: Charger, number: int) -> Series:
        """Return the series of a connector.

        If chargers of two servers have the same id, that of the later one has ids of
        its own, and keeps them.
        """
        several = len(charger.charge_point.connector_numbers) > 1
        name = f"{charger.name} {number}" if several else charger.name
        charge_point_id = charger.charge_point.id
        usual = series_of_connector(charge_point_id, number, name)
        own = series_of_connector(charge_point_id, number, name, self._entry.entry_id)
        is_own = own.base in self._written() or any(
            # These ids are in the order of time.
            one.subentry_id < charger.subentry.subentry_id
            and isinstance(other := one.data.get(CONF_CHARGE_POINT_ID), str)
            and series_of_connector(other, number, name).base == usual.base
            for entry in self._hass.config_entries.async_entries(DOMAIN)
            for one in entry.get_subentries_of_type(SUBENTRY_CHARGER)
        )
        return own if is_own else usual

    async def async_flush(self) -> None:
        """Write what has changed, and wait until it is written."""
        while self._task is not None:
            await asyncio.wait([self._task])
        if self._is_running:
            await asyncio.wait([self._begin()])
            await _async_written(self._hass)

    # What the server calls.

    @override
    @callback
    def async_start(self) -> None:
        """Bring the statistics in step once Home Assistant has started."""
        if "recorder" not in self._hass.config.components:
            return
        self._has_begun = self._is_running = True
        self._cancel_start = async_at_started(self._hass, self._started)
        # Home Assistant does not tell that statistics were cleared. This comes once an
        # hour, after its own have been made.
        self._unlisten = self._hass.bus.async_listen(_HOURLY, self._look_again)

    @callback
    def _look_again(self, _event: Event[Any]) -> None:
        """Look whether statistics were cleared."""
        self._is_checked = False
        self._flush_in(_ENDED_S)

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        for charger in self._subscriptions:
            # The vehicle of a session that runs may be chosen again.
            for one in self._ledger.at_hand(charger.charge_point.id):
                self._footprints.setdefault(one.key, self._footprint(one))
        self._follow_series()
        self._flush_in(_ENDED_S)

    def _first_in_doubt(self) -> int:
        until = self._record.get("until")
        if not isinstance(until, int | float):
            return 0
        return max(0, hour_of(until - _OVERLAP.total_seconds()))

    @override
    @callback
    def async_update(self) -> None:
        """Write the whole past of tags and vehicles that are new."""
        if self._is_running and self._follow_series():
            self._flush_in(_ENDED_S)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Write the whole past of a charger that is new; follow its connectors."""
        self._subscriptions.add(
            charger, charger.charge_point.watch(("connectors",), self.async_update)
        )
        self.async_update()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop; what has changed since the last report is written after the restart."""
        if self._has_begun:
            self._take_changes()
            self._keep_due()
        super().async_stop()
        self._is_running = False
        if self._cancel_start is not None:
            self._cancel_start()
            self._cancel_start = None
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()

    # The series.

    def _follow_series(self) -> bool:
        """Note what is to be made of series that are new here; return whether any are."""
        written = self._written()
        series = self._series().values()
        new = [one for one in series if self._followed.get(one.base) != one.key]
        for one in new:
            before = self._followed.get(one.base, written.get(one.base))
            self._followed[one.base] = one.key
            if before == one.key:
                self._due.want(one.key, self._since)
            elif before is None:
                self._due.want(one.key, 0)
            else:
                # The tag has another id: the sessions of the one before go, too.
                self._due.want_all(one.key)
        return bool(new)

    def _written(self) -> Mapping[str, str]:
        """Return the keys of series that were written, by the beginning of their ids."""
        found = self._record.get("series")
        return found if isinstance(found, dict) else {}

    def _series(self) -> dict[str, Series]:
        """Return all series by their keys."""
        found = [
            self.of_connector(charger, number)
            for charger in self._subscriptions
            for number in charger.charge_point.connector_numbers
        ]
        found += [
            series_of_tag(one.subentry_id, id_tag, one.title)
            for one in self._entry.get_subentries_of_type(SUBENTRY_ID_TAG)
            if isinstance(id_tag := one.data.get(CONF_ID_TAG), str) and id_tag
        ]
        found += [series_of_vehicle(*one) for one in self._vehicles().items()]
        return {one.key: one for one in found}

    # What has changed.

    @callback
    def _note(self, key: TransactionKey, transaction: Transaction | None) -> None:
        """Note a changed session: the work is done later, for all of them."""
        if not self._has_begun:
            return
        self._changed[key] = transaction
        if not self._is_running:
            # Chargers are still connected while the server stops.
            self._take_changes()
            self._keep_due()
            return
        is_over = transaction is None or transaction.end is not None
        if self._timer is None or is_over:
            self._flush_in(_ENDED_S if is_over else _RUNNING_S)

    def _flush_in(self, seconds: float) -> None:
        if not self._is_running:
            return
        loop = self._hass.loop
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._begin)

    @callback
    def _begin(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None:
            self._task = self._entry.async_create_background_task(
                self._hass, self._async_work(), f"{DOMAIN} statistics"
            )
            self._task.add_done_callback(self._done)
        return self._task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            LOGGER.error("Statistics of sessions cannot be written", exc_info=error)
            self._flush_in(_RUNNING_S)
        elif self._due or self._changed:
            self._flush_in(_RUNNING_S)

    def _keep_due(self) -> None:
        """Store what is still to be done, for the case that it cannot be done now."""
        record = {key: value for key, value in self._record.items() if key != "due"}
        if self._due:
            record["due"] = self._due.record()
        self._record = record
        self._memory.async_set(SERVER, _RECORD, record)

    def _only_connector(self, charge_point_id: str) -> int | None:
        for charger in self._subscriptions:
            if charger.charge_point.id == charge_point_id:
                numbers = charger.charge_point.connector_numbers
                return numbers[0] if len(numbers) == 1 else None
        return None

    def _footprint(self, transaction: Transaction) -> _Footprint:
        keys = [*keys_of(transaction, self._only_connector), *former_keys(transaction)]
        return _Footprint(frozenset(keys), span_of(transaction))

    def _take_changes(self) -> None:
        """Note which hours the changed sessions concern, and concerned before."""
        changed, self._changed = self._changed, {}
        for key, transaction in changed.items():
            before = self._footprints.pop(key, None)
            now = None if transaction is None else self._footprint(transaction)
            for one in (before, now):
                if one is not None:
                    for series in one.keys:
                        self._due.want(series, one.span[0], one.span)
            if now is not None:
                self._footprints[key] = now
        while len(self._footprints) > 1000:
            del self._footprints[next(iter(self._footprints))]

    # The work.

    async def _async_work(self) -> None:
        """Make the hours anew that may have changed, and write what differs."""
        self._take_changes()
        series = self._series()
        if not self._is_checked:
            await self._async_find_cleared(series.values())
        due = self._due.take(series)
        # Of tags that are not known, too.
        self._due = DueHours()
        if not due:
            return
        begun = dt_util.utcnow().timestamp()
        hours = None
        try:
            if (hours := await self._async_hours(due)) is not None:
                for key, one in due.items():
                    await self._async_write(series[key], hours[key], one.since)
        except BaseException:
            hours = None
            raise
        finally:
            if hours is None:
                self._due.add(due)
                self._keep_due()
        if hours is None:
            return
        self._record = {
            **self._record,
            "until": begun,
            "series": {**self._written(), **{series[key].base: key for key in due}},
            "currencies": sorted(self._currencies(hours.values())),
            _IDS: sorted(self._ids),
        }
        self._keep_due()

    async def _async_find_cleared(self, series: Iterable[Series]) -> None:
        """Note what is to be made again, as somebody cleared it in the recorder."""
        from homeassistant.components.recorder.statistics import get_metadata

        self._is_checked = True
        if not self._ids:
            return
        # What was written just now is known after that.
        await _async_written(self._hass)
        known = await get_instance(self._hass).async_add_executor_job(
            partial(get_metadata, self._hass, statistic_ids=set(self._ids))
        )
        cleared = self._ids - known.keys()
        self._ids -= cleared
        for one in series:
            if any(one.has(statistic_id) for statistic_id in cleared):
                self._due.want(one.key, 0)

    async def _async_hours(self, due: Mapping[str, Due]) -> dict[str, Hours] | None:
        """Return the hours of each series, from the first one that is due.

        None if the sessions cannot be read.
        """
        earliest = min(one.since for one in due.values())
        # Some readings are a little later than the end of their session.
        start = _EPOCH + timedelta(hours=earliest - 24) if earliest else None
        sessions = await self._sessions(SessionFilter(start=start, struck_out=True))
        if sessions is None:
            return None
        currency = self._currency()
        found = {key: Hours(spans=set(one.spans)) for key, one in due.items()}
        for index, one in enumerate(sessions):
            if index % _PAUSE == _PAUSE - 1:
                await asyncio.sleep(0)
            now = set(keys_of(one, self._only_connector)) & due.keys()
            if not one.struck_out:
                for key in now:
                    found[key].add(one, currency, due[key].since)
            if every := now | (set(former_keys(one)) & due.keys()):
                span = span_of(one)
                for key in every:
                    found[key].spans.add(span)
        return found

    async def _async_write(self, series: Series, hours: Hours, since: int) -> None:
        # Home Assistant can run without a recorder.
        from homeassistant.components.recorder.models import (
            StatisticMeanType,
            StatisticMetaData,
        )
        from homeassistant.components.recorder.statistics import (
            async_add_external_statistics,
        )

        recorder = get_instance(self._hass)
        await _async_written(self._hass)
        wanted: dict[str, Mapping[int, float]] = {series.energy_id: hours.kwh}
        kinds = {series.energy_id: ENERGY}
        for currency in self._currencies([hours]):
            statistic_id = series.cost_id(currency)
            wanted[statistic_id] = hours.costs.get(currency, {})
            kinds[statistic_id] = currency
        known = await recorder.async_add_executor_job(
            _rows, self._hass, list(wanted), since
        )
        rows, before = known[series.energy_id]
        if since and hours.kwh and not rows and not before:
            # The recorder has lost what was there, or never had it.
            self._due.want(series.key, 0)
            return
        is_ours = within(hours.spans)
        language = self._hass.config.language
        for statistic_id, values in wanted.items():
            rows, before = known[statistic_id]
            new = list(changed_rows(values, rows, before, is_ours))
            if rows or new:
                self._ids.add(statistic_id)
            if not new:
                continue
            kind = kinds[statistic_id]
            is_energy = kind == ENERGY
            async_add_external_statistics(
                self._hass,
                StatisticMetaData(
                    mean_type=StatisticMeanType.NONE,
                    has_sum=True,
                    name=series.title(kind, language),
                    source=DOMAIN,
                    statistic_id=statistic_id,
                    unit_class="energy" if is_energy else None,
                    unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR
                    if is_energy
                    else kind,
                ),
                [
                    {
                        "start": _EPOCH + timedelta(seconds=row.hour * HOUR_S),
                        "state": row.state,
                        "sum": row.sum,
                    }
                    for row in new
                ],
            )

    def _currencies(self, hours: Iterable[Hours]) -> set[str]:
        """Return the currencies in which there may be costs, now or before."""
        now = {currency for one in hours for currency in one.costs}
        return now | self._recorded("currencies")

    def _recorded(self, name: str) -> set[str]:
        """Return a list of the record as a set."""
        found = self._record.get(name)
        return set(found) if isinstance(found, list) else set()


async def _async_written(hass: HomeAssistant) -> None:
    """Wait until the recorder has written what it was given before."""
    from homeassistant.components.recorder.tasks import SynchronizeTask

    done = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


def _rows(
    hass: HomeAssistant, statistic_ids: list[str], since: int
) -> dict[str, tuple[list[Row], float | None]]:
    """Return the rows of statistics from an hour on, and the sum before them."""
    from homeassistant.components.recorder.statistics import (
        get_last_statistics,
        statistics_during_period,
    )

    start = _EPOCH + timedelta(seconds=since * HOUR_S)
    found = statistics_during_period(
        hass,
        start,
        None,
        set(statistic_ids),
        "hour",
        {"energy": "kWh"},
        {"state", "sum"},
    )
    result: dict[str, tuple[list[Row], float | None]] = {}
    for statistic_id in statistic_ids:
        rows = [
            Row(
                hour=hour_of(row["start"]),
                state=row.get("state") or 0.0,
                sum=row.get("sum") or 0.0,
            )
            for row in found.get(statistic_id, ())
        ]
        before: float | None = 0.0 if since == 0 else None
        if not rows and since:
            last = get_last_statistics(hass, 1, statistic_id, False, {"sum"})
            before = next(
                (row.get("sum") or 0.0 for row in last.get(statistic_id, ())), 0.0
            )
        result[statistic_id] = rows, before
    return result
