"""DataTransfers between an upstream and a charge point, by a list of vendor ids."""

import asyncio
from typing import Any, Final

from ...charge_point import ChargePoint
from ...model.errors import CsmsError, RefusedError
from ...outside.transfers import TRANSFER_STATUSES, TransferAnswer
from ..model import UpstreamSettings

_ANSWER_S: Final = 25.0
"""Seconds for the answer of the charge point: the upstream waits, too."""


class DataTransfers:
    """Passes DataTransfers on to the charge point, if their vendor id is allowed."""

    def __init__(self, settings: UpstreamSettings, charge_point: ChargePoint) -> None:
        """Pass on to a charge point by these settings."""
        self._settings = settings
        self._charge_point = charge_point
        self._under_way = False

    def allows(self, vendor_id: str) -> bool:
        """Return whether messages of a vendor are passed on, in both directions."""
        return vendor_id.lower() in self._settings.vendor_ids

    async def to_charge_point(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> TransferAnswer:
        """Pass one on, and return the answer of the charge point.

        One at a time, so that an upstream cannot fill the queue of the charge point.
        """
        if not self.allows(vendor_id):
            return TransferAnswer(status="unknown_vendor_id")
        if self._under_way:
            return TransferAnswer(status="rejected")
        self._under_way = True
        try:
            async with asyncio.timeout(_ANSWER_S):
                answer = await self._charge_point.commands.call(
                    "data_transfer",
                    vendor_id=vendor_id,
                    message_id=message_id,
                    data=data,
                )
        except RefusedError as err:
            is_known = err.status in TRANSFER_STATUSES - {"accepted"}
            status = err.status if is_known else "rejected"
            return TransferAnswer(status=status)
        except CsmsError, TimeoutError:
            return TransferAnswer(status="rejected")
        finally:
            self._under_way = False
        return TransferAnswer(status="accepted", data=answer.get("data"))
