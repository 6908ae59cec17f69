"""The vocabulary of the central system, independent of the protocol's version.

The values are the terms of OCPP 1.6, chapter 7, in snake case. A connector is an EVSE of
OCPP 2, and its number, from 1, the evseId; 0 is the charge point itself. What OCPP 2
calls a connector, a plug of the EVSE, has no name here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
import time
from typing import Final

from .quirks import Overrides, VersionChoice
from .security import TlsProblem


class ConnectorStatus(StrEnum):
    """ChargePointStatus, 7.7."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"


VEHICLE_CONNECTED = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)
"""The states in which a cable connects the connector to a vehicle (4.9)."""

VEHICLE_ABSENT = frozenset({ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED})
"""The states in which no vehicle is plugged in (4.9)."""

IN_TRANSACTION = frozenset(
    {
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
    }
)
"""The states that occur within a transaction only (4.9)."""


class ChargePointError(StrEnum):
    """ChargePointErrorCode, 7.6."""

    NO_ERROR = "no_error"
    CONNECTOR_LOCK_FAILURE = "connector_lock_failure"
    EV_COMMUNICATION_ERROR = "ev_communication_error"
    GROUND_FAILURE = "ground_failure"
    HIGH_TEMPERATURE = "high_temperature"
    INTERNAL_ERROR = "internal_error"
    LOCAL_LIST_CONFLICT = "local_list_conflict"
    OTHER_ERROR = "other_error"
    OVER_CURRENT_FAILURE = "over_current_failure"
    OVER_VOLTAGE = "over_voltage"
    POWER_METER_FAILURE = "power_meter_failure"
    POWER_SWITCH_FAILURE = "power_switch_failure"
    READER_FAILURE = "reader_failure"
    RESET_FAILURE = "reset_failure"
    UNDER_VOLTAGE = "under_voltage"
    WEAK_SIGNAL = "weak_signal"


class StopReason(StrEnum):
    """Reason, 7.36."""

    DE_AUTHORIZED = "de_authorized"
    EMERGENCY_STOP = "emergency_stop"
    EV_DISCONNECTED = "ev_disconnected"
    HARD_RESET = "hard_reset"
    LOCAL = "local"
    OTHER = "other"
    POWER_LOSS = "power_loss"
    REBOOT = "reboot"
    REMOTE = "remote"
    SOFT_RESET = "soft_reset"
    UNLOCK_COMMAND = "unlock_command"


class FirmwareStatus(StrEnum):
    """FirmwareStatus, 7.25; then those of the security extension for signed firmware."""

    IDLE = "idle"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    DOWNLOAD_FAILED = "download_failed"
    INSTALLING = "installing"
    INSTALLED = "installed"
    INSTALLATION_FAILED = "installation_failed"
    DOWNLOAD_PAUSED = "download_paused"
    DOWNLOAD_SCHEDULED = "download_scheduled"
    INSTALL_REBOOTING = "install_rebooting"
    INSTALL_SCHEDULED = "install_scheduled"
    INSTALL_VERIFICATION_FAILED = "install_verification_failed"
    INVALID_SIGNATURE = "invalid_signature"
    SIGNATURE_VERIFIED = "signature_verified"


UPDATE_FAILED = frozenset(
    {
        FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareStatus.INSTALLATION_FAILED,
        FirmwareStatus.INSTALL_VERIFICATION_FAILED,
        FirmwareStatus.INVALID_SIGNATURE,
    }
)
"""The states in which an update has ended without new firmware."""


class DiagnosticsStatus(StrEnum):
    """DiagnosticsStatus, 7.24; then the states of the security extension for logs."""

    IDLE = "idle"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    UPLOAD_FAILED = "upload_failed"
    BAD_MESSAGE = "bad_message"
    NOT_SUPPORTED_OPERATION = "not_supported_operation"
    PERMISSION_DENIED = "permission_denied"


UPLOAD_FAILED = frozenset(
    {
        DiagnosticsStatus.UPLOAD_FAILED,
        DiagnosticsStatus.BAD_MESSAGE,
        DiagnosticsStatus.NOT_SUPPORTED_OPERATION,
        DiagnosticsStatus.PERMISSION_DENIED,
    }
)
"""The states in which an upload has ended without a file."""


MAX_CONNECTORS: Final = 64
"""The highest number of a connector; reports of higher numbers are dropped."""

MAX_DECLARED_CONNECTORS: Final = 16
"""The highest number of connectors that a charge point's mere declaration creates."""


class Admission(StrEnum):
    """The decision on a charge point id."""

    ADOPTED = "adopted"
    PENDING = "pending"
    REFUSED = "refused"


class RefusalReason(StrEnum):
    """The reason why a connection was refused."""

    NO_ID = "no_id"
    """Its path ends with no charge point id, or with one that cannot be read."""
    PROTOCOL_UNKNOWN = "protocol_unknown"
    """It offers subprotocols, none of which is supported."""
    PROTOCOL_MISSING = "protocol_missing"
    """It offers no subprotocol, although one is required."""
    ADDRESS = "address"
    """Its address is not allowed to connect."""
    NO_SECRET = "no_secret"
    """It connected without its secret, although it is required."""
    OTHER_VERSION = "other_version"
    """Its messages are those of another version than the one that it agreed on."""
    NO_PASSWORD = "no_password"
    """It sent no password, although one is required."""
    WRONG_PASSWORD = "wrong_password"
    """It sent a wrong password, or another user name than its id."""
    NOT_ENCRYPTED = "not_encrypted"
    """It came without TLS, although its level requires that."""
    NO_CERTIFICATE = "no_certificate"
    """It came without a certificate, although its level requires one."""
    CERTIFICATE_OF_ANOTHER = "certificate_of_another"
    """Its certificate has neither its id nor its serial number as common name."""
    TLS_FAILED = "tls_failed"
    """The TLS handshake failed, for the `tls_problem`; only its address is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A refused websocket."""

    reason: RefusalReason
    remote: str
    """The address of the other side, maybe a proxy; empty if it has disconnected."""
    path: str
    """The requested path, without query and without possible secrets."""
    charge_point_id: str | None
    subprotocols_offered: tuple[str, ...]
    version: str = ""
    """The version of OCPP of its messages, as users call it."""
    tls_problem: TlsProblem | None = None
    common_name: str | None = None
    """The common name of its certificate, if that is the reason."""

    @property
    def versions(self) -> str:
        """The versions of its messages or, if it sent none, of its subprotocols."""
        return self.version or ", ".join(self.subprotocols_offered)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The identity that a charge point sends in its BootNotification (6.3)."""

    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    meter_type: str | None = None
    meter_serial: str | None = None
    iccid: str | None = None
    imsi: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationKey:
    """A configuration key as the charge point reported it (7.29)."""

    key: str
    value: str | None
    readonly: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargePointSettings:
    """The owner's settings for a charge point."""

    version: VersionChoice = VersionChoice.AUTOMATIC
    """The version of OCPP that is spoken if the charge point offers it."""

    call_timeout: float = 30.0
    """Seconds that the charge point has for an answer."""
    heartbeat_interval: int = 60
    """Seconds, sent in the answer to BootNotification."""
    sample_interval: int = 10
    """Seconds between meter values within a transaction."""
    ping_interval: int = 30
    """Seconds between the charge point's websocket pings; 0 does not change them."""
    id_tag: str = "HomeAssistant"
    """The tag of remote starts, at most 20 characters."""
    path_secret: str | None = field(default=None, repr=False)
    """The secret before its id in the address that it has to connect to."""
    overrides: Overrides = field(default_factory=Overrides)
    """The owner's values, which take precedence over those of quirks.py."""


def utcnow() -> datetime:
    """Return the time by the clock of the central system."""
    return datetime.now(UTC)


_new_ids = count(int(time.time()))
"""Start at the clock, so that ids from before a restart are not repeated."""


def new_id() -> int:
    """Return a new id for a reservation or request."""
    return next(_new_ids)
