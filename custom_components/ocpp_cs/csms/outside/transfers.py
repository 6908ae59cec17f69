"""DataTransfers that somebody else than this central system answers."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final, Protocol

TRANSFER_STATUSES: Final = frozenset(
    {"accepted", "rejected", "unknown_message_id", "unknown_vendor_id"}
)
"""DataTransferStatus (1.6: 7.22; 2.0.1: 3.22), as it is spelled here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferAnswer:
    """The answer to a DataTransfer (1.6: 4.3, 5.6; 2.0.1: P01, P02)."""

    status: str
    """One of `TRANSFER_STATUSES`."""
    data: Any = None


class PassOn(Protocol):
    """Passes a DataTransfer of a charge point on."""

    def __call__(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> Awaitable[TransferAnswer | None] | None:
        """Return what will be the answer; None if nobody wants it, or answers it."""


def pass_to_nobody(vendor_id: str, message_id: str | None, data: Any) -> None:
    """Pass a DataTransfer on to nobody."""
