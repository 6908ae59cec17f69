"""Finds the transaction that a start or a stop tells of: known already, or guessed."""

from collections.abc import Callable
from datetime import datetime

from .cache import TransactionCache
from .reconciliation import Reconciliation
from .storage import ReportedStart, ReportedStop, TransactionStore
from .transaction import Origin, Transaction


class Lookup:
    """Finds the transactions that starts and stops are about, in memory and on disk."""

    def __init__(
        self,
        storage: TransactionStore,
        cache: TransactionCache,
        reconciliation_of: Callable[[str], Reconciliation],
    ) -> None:
        """Look in `storage` for what is not in `cache`.

        Args:
            storage: The storage of the transactions.
            cache: Those in memory.
            reconciliation_of: Returns what guesses for a charge point.
        """
        self._storage = storage
        self._cache = cache
        self._reconciliation_of = reconciliation_of

    async def find_start(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        start: datetime,
        meter_start_wh: float | None,
        dated: bool = True,
    ) -> Transaction | None:
        """Return the transaction that the same StartTransaction opened before.

        A charge point that got no answer sends it again (OCPP 1.6, 3.7). Message ids
        do not show this: some charge points repeat them after each boot.

        Args:
            connector_id: The connector, from 1.
            id_tag: The id tag, as it was sent.
            start: The start by the charge point's clock.
            meter_start_wh: The reading of the start, if any.
            dated: Whether it contained a valid time. Otherwise it is compared with the
                running transaction.
        """
        known = self._cache.of_connector(charge_point_id, connector_id)
        if not dated:
            return _same_undated(known[-1], id_tag, meter_start_wh) if known else None
        told = ReportedStart(
            charge_point_id, connector_id, id_tag, start, meter_start_wh
        )
        for one in known:
            if ReportedStart.of(one) == told:
                return one
        # A start that is newer than all in memory is no repetition.
        if known and all(one.reported_start < start for one in known):
            return None
        return await self._storage.find_start(told)

    async def find_stop(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        *,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        id_tag: str | None = None,
        dated: bool = True,
    ) -> Transaction | None:
        """Return the transaction that a StopTransaction ends, or has ended before.

        Args:
            transaction_id: The id in it; None if the charge point never got an id.
            end: The end by the charge point's clock.
            corrected_end: The end by our clock.
            meter_stop_wh: The reading of the stop, if any.
            id_tag: The id tag, if any.
            dated: Whether it contained a valid time.
        """
        if transaction_id is not None and (
            one := await self._stopped_by_id(
                charge_point_id, transaction_id, end, meter_stop_wh
            )
        ):
            return one
        # The answer with the id got lost, or the charge point uses an id of its own. It
        # may be a repetition ...
        if dated and (
            one := await self._stopped_before(
                charge_point_id, transaction_id, end, meter_stop_wh
            )
        ):
            return one
        # ... or it has to be guessed.
        reconciliation = self._reconciliation_of(charge_point_id)
        stopped = reconciliation.meant(
            charge_point_id,
            transaction_id,
            end=end,
            corrected_end=corrected_end,
            meter_stop_wh=meter_stop_wh,
            id_tag=id_tag,
        )
        if stopped is None and not dated:
            return reconciliation.meant_undated(
                charge_point_id, transaction_id, meter_stop_wh
            )
        return stopped

    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction with an id that is not in memory any more."""
        if (one := self._cache.unsaved(charge_point_id, transaction_id)) is not None:
            return one
        return await self._storage.find(charge_point_id, transaction_id)

    async def _stopped_by_id(
        self,
        charge_point_id: str,
        transaction_id: str,
        end: datetime,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        """Return the transaction with the id in a StopTransaction."""
        if (one := self._cache.find(charge_point_id, transaction_id)) is not None:
            one = self._reconciliation_of(charge_point_id).reconsider_stop(
                one, end, meter_stop_wh
            )
        else:
            one = next(
                (
                    stop
                    for stop in reversed(self._cache.stops_of(charge_point_id))
                    if stop.id == transaction_id
                ),
                None,
            ) or await self._storage.find(charge_point_id, transaction_id)
        # A charge point may use the same id of its own for each session.
        if (
            one is not None
            and one.origin is not Origin.STARTED
            and one.reported_end not in {None, end}
            and one.told_stop_wh != meter_stop_wh
        ):
            return None
        return one

    async def _stopped_before(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        end: datetime,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        """Return the transaction that the same StopTransaction ended."""

        def same_id(one: Transaction) -> bool:
            # Several stops at the same time may have the same reading, or none.
            return (
                transaction_id is None
                or one.id == transaction_id
                or one.origin is Origin.STARTED
            )

        told = ReportedStop(charge_point_id, end, meter_stop_wh)
        for one in self._cache.at_hand(charge_point_id):
            if ReportedStop.of(one) == told and same_id(one):
                return one
        known = await self._storage.find_stop(told)
        return known if known is not None and same_id(known) else None


def _same_undated(
    latest: Transaction, id_tag: str, meter_start_wh: float | None
) -> Transaction | None:
    """Return the newest transaction if a start without a time is its repetition.

    A meter that counts sessions separately has the same reading at every start.
    """
    same = (
        latest.end is None
        and latest.origin is Origin.STARTED
        and latest.as_told("id_tag") == id_tag
        and latest.reported_meter_start_wh == meter_start_wh
        and (meter_start_wh or not latest.energy_wh)
    )
    return latest if same else None
