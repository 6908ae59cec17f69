"""What a charge point says in the security extension of OCPP 1.6 (whitepaper, ed. 3)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..model.model import DiagnosticsStatus, FirmwareStatus
from ..model.timestamps import parse_time
from ..schema.spelling import snake

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

type Json = dict[str, Any]

_EMPTY: Json = {}


class InboundSecurity:
    """The handlers of the security extension; `handlers` has them by action."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Take what `charge_point` says."""
        self._charge_point = charge_point
        self.handlers: dict[str, Callable[[Json], Json]] = {
            "LogStatusNotification": self._log_status,
            "SecurityEventNotification": self._security_event,
            "SignCertificate": self._sign_certificate,
            "SignedFirmwareStatusNotification": self._firmware_status,
        }

    def _log_status(self, payload: Json) -> Json:
        status = snake(payload["status"])
        self._charge_point.set_diagnostics_status(
            # Diagnostics have another word for it (7.24).
            DiagnosticsStatus.UPLOAD_FAILED
            if status == "upload_failure"
            else DiagnosticsStatus(status),
            payload.get("requestId"),
        )
        return _EMPTY

    def _firmware_status(self, payload: Json) -> Json:
        self._charge_point.set_firmware_status(
            FirmwareStatus(snake(payload["status"])), payload.get("requestId")
        )
        return _EMPTY

    def _security_event(self, payload: Json) -> Json:
        """Tell of it (A04), but not of its repetition for want of an answer."""
        event = {
            "type": payload["type"],
            "timestamp": parse_time(payload["timestamp"]),
            "tech_info": payload.get("techInfo"),
        }
        told = self._charge_point.security_events
        if event not in told:
            told.append(event)
            self._charge_point.emit("security_event", event)
        return _EMPTY

    def _sign_certificate(self, payload: Json) -> Json:
        """Pass the request on (A02): who signs, answers with CertificateSigned."""
        if not (csr := payload["csr"].strip()):
            return {"status": "Rejected"}
        self._charge_point.emit("sign_certificate", {"csr": csr})
        return {"status": "Accepted"}
