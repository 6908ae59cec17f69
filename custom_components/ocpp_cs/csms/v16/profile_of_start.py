"""Limits of a start, for charge points that take no charging profile with it."""

import asyncio
from collections.abc import Callable
import logging
from typing import TYPE_CHECKING, Any

from ..model.errors import CsmsError
from .spelling import profile_to_ocpp

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..commands import Answer
    from ..model.profile import ChargingProfile
    from .caller import Caller

_LOGGER = logging.getLogger(__name__)

_CONNECTION_TIME_OUT = 120.0
"""Seconds that a driver has for plugging in, where ConnectionTimeOut is not told."""
_GRACE = 30.0

_tasks: set[asyncio.Task[None]] = set()


async def start_and_limit(
    caller: Caller,
    charge_point: ChargePoint,
    connector_id: int | None,
    id_tag: str,
    charging_profile: ChargingProfile,
) -> Answer:
    """Send RemoteStartTransaction, and the profile once its transaction runs.

    A TxProfile cannot be installed before (5.16.2), and a TxDefaultProfile would stay
    for those that come after.
    """
    # Whether it can be sent at all should not turn out when the car charges.
    start: dict[str, Any] = {"connector_id": connector_id, "id_tag": id_tag}
    caller.check_periods(
        "RemoteStartTransaction",
        caller.payload(
            "RemoteStartTransaction",
            **start,
            charging_profile=profile_to_ocpp(
                "RemoteStartTransaction", charging_profile
            ),
        ),
    )
    follow = _Follow(charge_point, connector_id, id_tag, charging_profile)
    try:
        answer = await caller.send("RemoteStartTransaction", **start)
    except BaseException:
        follow.stop()
        raise
    follow.replace_earlier()
    return answer | {"charging_profile": "follows"}


class _Follow:
    """Waits for the transaction of a start, for as long as it can come."""

    def __init__(
        self,
        charge_point: ChargePoint,
        connector_id: int | None,
        id_tag: str,
        charging_profile: ChargingProfile,
    ) -> None:
        """Wait from now on, whatever becomes of the connection."""
        self._charge_point = charge_point
        self._id_tag = id_tag
        self._profile = charging_profile
        self._connector_id = connector_id
        self._unlisten: Callable[[], None] | None = charge_point.listen(self._heard)
        self._timer = asyncio.get_running_loop().call_later(
            self._patience, self._give_up
        )

    @property
    def _patience(self) -> float:
        told = self._charge_point.capabilities.connection_timeout
        return (_CONNECTION_TIME_OUT if told is None else told) + _GRACE

    def replace_earlier(self) -> None:
        """Be what the connector waits for, if the transaction is not there yet."""
        awaited = self._charge_point.awaited_starts
        if (earlier := awaited.get(self._connector_id)) is not None:
            earlier()
        if self._unlisten is not None:
            awaited[self._connector_id] = self.stop

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.cancel()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        awaited = self._charge_point.awaited_starts
        # Comparing bound methods compares what they are bound to.
        if awaited.get(self._connector_id) == self.stop:
            del awaited[self._connector_id]

    def _give_up(self) -> None:
        self.stop()
        self._charge_point.deviations.note("remote_start_without_transaction")

    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind != "transaction_started" or data["id_tag"] != self._id_tag:
            return
        number: int = data["connector_id"]
        running = self._charge_point.connector(number).transaction
        if self._connector_id not in (None, number) or (
            # One that is told late has ended since.
            running is None or running.id != data["id"]
        ):
            return
        self.stop()
        task = asyncio.get_running_loop().create_task(self._limit(number, running.id))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    async def _limit(self, number: int, transaction_id: str) -> None:
        try:
            await self._charge_point.commands.set_charging_profile(
                connector_id=number,
                charging_profile=self._profile.of_transaction(transaction_id),
            )
        except CsmsError as err:
            self._charge_point.deviations.note("profile_of_start_failed", str(err))
            _LOGGER.warning(
                "%s charges without the limit that it was started with: %s",
                self._charge_point.id,
                err,
            )
            self._charge_point.connector(number).limit_missed(transaction_id, err)
