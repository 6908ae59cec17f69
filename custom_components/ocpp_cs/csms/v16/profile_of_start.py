"""Start with a limit on charge points that accept no charging profile with a start."""

import asyncio
from collections.abc import Callable
import logging
from typing import TYPE_CHECKING, Any

from ..model.errors import CsmsError
from .spelling import profile_to_ocpp

if TYPE_CHECKING:
    from ..caller import Caller
    from ..charge_point import ChargePoint
    from ..commands import Answer
    from ..model.profile import ChargingProfile

_LOGGER = logging.getLogger(__name__)

_CONNECTION_TIME_OUT = 120.0
"""Seconds for the driver to plug in if ConnectionTimeOut is not reported."""
_GRACE = 30.0

_tasks: set[asyncio.Task[None]] = set()


async def start_and_limit(
    caller: Caller,
    charge_point: ChargePoint,
    connector_id: int | None,
    id_tag: str,
    charging_profile: ChargingProfile,
) -> Answer:
    """Send RemoteStartTransaction, and the profile once the transaction has started.

    A TxProfile cannot be installed earlier (5.16.2), and a TxDefaultProfile would also
    apply to later transactions.

    Args:
        caller: Sends the messages.
        charge_point: The charge point.
        connector_id: The connector; None is any.
        id_tag: The id tag of the transaction.
        charging_profile: The TxProfile.

    Returns:
        The answer to RemoteStartTransaction; its `charging_profile` is "follows".
    """
    # An invalid profile must be refused before the vehicle charges.
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
    """Wait for the transaction of a start, until it can no longer begin."""

    def __init__(
        self,
        charge_point: ChargePoint,
        connector_id: int | None,
        id_tag: str,
        charging_profile: ChargingProfile,
    ) -> None:
        """Start to wait; a lost connection does not end it."""
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
        """Replace an earlier start of the connector that still waits."""
        awaited = self._charge_point.awaited_starts
        if (earlier := awaited.get(self._connector_id)) is not None:
            earlier()
        if self._unlisten is not None:
            awaited[self._connector_id] = self.stop

    def stop(self) -> None:
        """Stop waiting."""
        self._timer.cancel()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        awaited = self._charge_point.awaited_starts
        # Bound methods of the same object are equal.
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
            # A transaction that was reported late may have ended since.
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
