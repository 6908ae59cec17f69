"""DataTransfers between an upstream and a charge point, by a list of vendor ids."""

from dataclasses import dataclass
from typing import Any

from ...charge_point import ChargePoint
from ..model import UpstreamSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferAnswer:
    """The answer to a DataTransfer (1.6: 4.3, 5.6; 2.0.1: P01, P02)."""

    status: str
    """`accepted`, `rejected`, `unknown_message_id` or `unknown_vendor_id`."""
    data: Any = None


class DataTransfers:
    """Passes DataTransfers on to the charge point, if their vendor id is allowed."""

    def __init__(self, settings: UpstreamSettings, charge_point: ChargePoint) -> None:
        """Pass on to a charge point by these settings."""
        self._settings = settings
        self._charge_point = charge_point

    async def to_charge_point(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> TransferAnswer:
        """Pass one on, and return the answer of the charge point."""
        return TransferAnswer(status="unknown_vendor_id")
