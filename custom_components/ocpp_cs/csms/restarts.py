"""The restarts of a charge point, each told once, with the reason where it is known."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .charge_point import ChargePoint
    from .model import Identity


class BootReason(StrEnum):
    """Why a charge point booted, as far as it was our doing."""

    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    FIRMWARE_UPDATE = "firmware_update"


class Restarts:
    """Tells of restarts, by `ChargePoint.emit` as `boot`.

    The data: `vendor`, `model`, `firmware` and `reason` (a BootReason), each None
    where it is not known. A BootNotification that was asked for is no restart, and
    neither is one that is sent again for want of an answer.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Tell of the restarts of `charge_point`."""
        self._charge_point = charge_point
        self._reason: BootReason | None = None
        # The connections, by number, in which it was asked for, and told.
        self._asked = 0
        self._told = 0

    def asked_for_boot_notification(self) -> None:
        """Note that one is due in this connection that tells of no restart."""
        self._asked = self._charge_point.connections

    def expect(self, reason: BootReason | None) -> None:
        """Note why the next restart will be; None if it will not be for that."""
        self._reason = reason

    def booted(self, before: Identity) -> None:
        """Take a BootNotification; `before` is what the charge point was until then."""
        charge_point = self._charge_point
        number = charge_point.connections
        if number in (self._asked, self._told):
            self._asked = 0
            return
        self._told = number
        reason, self._reason = self._reason, None
        identity = charge_point.identity
        if before.firmware and identity.firmware not in (None, before.firmware):
            reason = BootReason.FIRMWARE_UPDATE
        data: dict[str, Any] = {
            "vendor": identity.vendor,
            "model": identity.model,
            "firmware": identity.firmware,
            "reason": reason,
        }
        charge_point.emit("boot", data)
