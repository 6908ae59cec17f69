"""What a charge point says in the security extension of OCPP 1.6 (whitepaper, ed. 3)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..model import DiagnosticsStatus, FirmwareStatus
from ..timestamps import parse_time

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

type Json = dict[str, Any]

_UPLOADS = {
    "BadMessage": DiagnosticsStatus.UPLOAD_FAILED,
    "Idle": DiagnosticsStatus.IDLE,
    "NotSupportedOperation": DiagnosticsStatus.UPLOAD_FAILED,
    "PermissionDenied": DiagnosticsStatus.UPLOAD_FAILED,
    "Uploaded": DiagnosticsStatus.UPLOADED,
    "UploadFailure": DiagnosticsStatus.UPLOAD_FAILED,
    "Uploading": DiagnosticsStatus.UPLOADING,
}
"""The states of the upload of a log, as those of diagnostics (7.24)."""

_UPDATES = {
    "Downloaded": FirmwareStatus.DOWNLOADED,
    "DownloadFailed": FirmwareStatus.DOWNLOAD_FAILED,
    "Downloading": FirmwareStatus.DOWNLOADING,
    "DownloadPaused": FirmwareStatus.DOWNLOADING,
    # Nothing happens until its time has come.
    "DownloadScheduled": FirmwareStatus.IDLE,
    "Idle": FirmwareStatus.IDLE,
    "InstallationFailed": FirmwareStatus.INSTALLATION_FAILED,
    "Installed": FirmwareStatus.INSTALLED,
    "Installing": FirmwareStatus.INSTALLING,
    "InstallRebooting": FirmwareStatus.INSTALLING,
    "InstallScheduled": FirmwareStatus.DOWNLOADED,
    "InstallVerificationFailed": FirmwareStatus.INSTALLATION_FAILED,
    # It will not be installed: the end of the update.
    "InvalidSignature": FirmwareStatus.INSTALLATION_FAILED,
    "SignatureVerified": FirmwareStatus.DOWNLOADED,
}
"""The states of a signed update, as those of a plain one (7.25)."""

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
        self._charge_point.set_diagnostics_status(_UPLOADS[payload["status"]])
        return _EMPTY

    def _firmware_status(self, payload: Json) -> Json:
        self._charge_point.set_firmware_status(_UPDATES[payload["status"]])
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
