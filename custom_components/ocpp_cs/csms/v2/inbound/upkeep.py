"""Logs, firmware, reservations and the vendor's messages (H04, L01, N01, P02)."""

from collections.abc import Awaitable
import json
from typing import Any

from ...model.model import DiagnosticsStatus, FirmwareStatus
from ...outside.transfers import TransferAnswer
from ...schema.spelling import pascal, snake
from ...session import Session
from ..connection import Awaited
from ..streams.monitors import Monitors

_MOST_ITEMS = 10 * 1024
"""Characters of JSON that are kept as an object; more becomes a text, and is cut."""

_LONGEST_STATUS = 60
_MOST_LOCATIONS, _LONGEST_URI = 10, 512


def _word(payload: dict[str, Any]) -> str:
    """Return the status in snake case; an unknown one may have any length."""
    return snake((payload.get("status") or "")[:_LONGEST_STATUS])


class Upkeep:
    """Takes what a station reports of its upkeep."""

    def __init__(self, session: Session, awaited: Awaited) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point
        self._awaited = awaited

    def firmware_status(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the status of an update (L01.FR.01)."""
        status = _word(payload)
        # An unknown one is a deviation already, and no step that is known.
        if status in FirmwareStatus:
            self._charge_point.set_firmware_status(
                FirmwareStatus(status), payload.get("requestId")
            )
        return {}

    def log_status(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the status of an upload (N01.FR.07).

        After AcceptedCanceled comes the status of the upload that replaced it
        (N01.FR.12), so that it changes nothing.
        """
        status = _word(payload)
        if status == "upload_failure":
            status = DiagnosticsStatus.UPLOAD_FAILED
        if status in DiagnosticsStatus:
            self._charge_point.set_diagnostics_status(
                DiagnosticsStatus(status), payload.get("requestId")
            )
        return {}

    def publish_firmware_status(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report what becomes of firmware for other stations (L03)."""
        self._charge_point.emit(
            "publish_firmware",
            {
                "status": _word(payload),
                "request_id": payload.get("requestId"),
                "location": [
                    one[:_LONGEST_URI]
                    for one in (payload.get("location") or [])[:_MOST_LOCATIONS]
                ],
            },
        )
        return {}

    def reservation_update(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note that a reservation has expired, or was removed (H01.FR.16, H04)."""
        self._charge_point.reservations.cancelled(payload["reservationId"])
        return {}

    def data_transfer(
        self, payload: dict[str, Any]
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Pass a vendor-specific message on to an upstream, or answer it (P02)."""
        passed = self._charge_point.pass_on(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        )
        return (
            self._answered(payload) if passed is None else self._pass(payload, passed)
        )

    async def _pass(
        self, payload: dict[str, Any], passed: Awaitable[TransferAnswer | None]
    ) -> dict[str, Any]:
        return self._answered(payload, await passed)

    def _answered(
        self, payload: dict[str, Any], answer: TransferAnswer | None = None
    ) -> dict[str, Any]:
        """Report a vendor-specific message to listeners, and return the answer."""
        answer = answer or TransferAnswer(status="unknown_vendor_id")
        data = payload.get("data")
        if not isinstance(data, str | None):
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            data = data if len(text) <= _MOST_ITEMS else text
        self._charge_point.emit(
            "data_transfer",
            {
                "direction": "received",
                "vendor_id": payload["vendorId"],
                "message_id": payload.get("messageId"),
                "data": data,
                "status": answer.status,
                "answer": answer.data,
            },
        )
        told = {} if answer.data is None else {"data": answer.data}
        return {"status": pascal(answer.status), **told}

    def customer_information(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece of what is stored about a customer (N09)."""
        self._awaited.pieces.take("NotifyCustomerInformation", payload)
        return {}

    def display_messages(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece of the list of messages (O03)."""
        self._awaited.pieces.take("NotifyDisplayMessages", payload)
        return {}

    def monitoring_report(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece of the list of monitors (N02)."""
        self._charge_point.part(Monitors).reported(payload)
        self._awaited.pieces.take("NotifyMonitoringReport", payload)
        return {}
