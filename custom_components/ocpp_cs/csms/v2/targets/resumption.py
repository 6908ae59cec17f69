"""Transactions that go on after an interruption (2.1: E17)."""

import asyncio
from typing import TYPE_CHECKING

from ...model.errors import CsmsError
from ...model.profile import Purpose

if TYPE_CHECKING:
    from ...charge_point import ChargePoint


class Resumption:
    """Gives a transaction that was resumed its charging profiles again."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Serve a charge point."""
        self._charge_point = charge_point
        self._tasks: set[asyncio.Task[None]] = set()

    def resumed(self, number: int, transaction_id: str) -> None:
        """Send the profiles of a transaction again, unless they are kept (E17.FR.15)."""
        if self._charge_point.capabilities.keeps_session_profiles:
            return
        self._charge_point.connector(number).limiter.session_profile_lost()
        task = asyncio.get_running_loop().create_task(
            self._send_again(number, transaction_id)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_again(self, number: int, transaction_id: str) -> None:
        charge_point = self._charge_point
        try:
            for one in charge_point.profile_methods.user_profiles.in_force(number):
                if one.purpose is not Purpose.TX or one.profile is None:
                    continue
                await charge_point.commands.set_charging_profile(
                    connector_id=number,
                    charging_profile=one.profile.of_transaction(transaction_id),
                    own=True,
                )
        except CsmsError as err:
            charge_point.deviations.note("profile_not_sent_again", str(err))
