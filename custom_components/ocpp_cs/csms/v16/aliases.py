"""The error codes of OCPP 1.6, and aliases that charge points use for its values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..model.errors import Violation
from ..model.timestamps import format_time
from ..schema.wording import Default, Leave, Wording

# OCPP-J 1.6, table 7, misspelling included.
ERROR_CODES: Final = {
    Violation.NOT_IMPLEMENTED: "NotImplemented",
    Violation.NOT_SUPPORTED: "NotSupported",
    Violation.INTERNAL_ERROR: "InternalError",
    Violation.PROTOCOL_ERROR: "ProtocolError",
    Violation.SECURITY_ERROR: "SecurityError",
    Violation.RPC_FRAMEWORK: "FormationViolation",
    Violation.MESSAGE_TYPE: "NotSupported",
    Violation.FORMAT: "FormationViolation",
    Violation.PROPERTY_CONSTRAINT: "PropertyConstraintViolation",
    Violation.OCCURRENCE_CONSTRAINT: "OccurenceConstraintViolation",
    Violation.TYPE_CONSTRAINT: "TypeConstraintViolation",
    Violation.GENERIC_ERROR: "GenericError",
}


def _always(value: Any) -> Default:
    return lambda _: value


def _empty(_: dict[str, Any]) -> list[Any]:
    return []


def _now(_: dict[str, Any]) -> str:
    return format_time(datetime.now(UTC))


# Only these statuses exist for a charge point as a whole (OCPP 1.6, 7.7) ...
_WHOLE_STATUSES = {"Available", "Unavailable", "Faulted"}
# ... and these errors concern parts that exist once per charge point.
_WHOLE_ERRORS = {"LocalListConflict", "ReaderFailure", "ResetFailure", "WeakSignal"}


def _status_connector(status: dict[str, Any]) -> int:
    """Guess the connector of a status without a connector id.

    Mostly a charge point with one connector omits the id. If such a status were taken
    for connector 0, the connector would never become available again; the opposite
    error does little harm.
    """
    whole = (
        status.get("status") in _WHOLE_STATUSES
        and status.get("errorCode") in _WHOLE_ERRORS
    )
    return 0 if whole else 1


# Defaults of required fields that are missing or invalid. A required field that is not
# listed here is essential.
_DEFAULTS: Final[dict[str, Default]] = {
    "BootNotification.chargePointModel": _always("unknown"),
    "BootNotification.chargePointVendor": _always("unknown"),
    "DataTransfer.vendorId": _always(""),
    "DiagnosticsStatusNotification.status": _always(Leave.ABSENT),
    "FirmwareStatusNotification.status": _always(Leave.ABSENT),
    "GetConfigurationResponse.configurationKey.readonly": _always(False),
    "LogStatusNotification.status": _always(Leave.ABSENT),
    "MeterValues.connectorId": _always(1),
    "MeterValues.meterValue": _empty,
    "MeterValues.meterValue.sampledValue": _empty,
    "MeterValues.meterValue.timestamp": _now,
    "SecurityEventNotification.timestamp": _now,
    "SignedFirmwareStatusNotification.status": _always(Leave.ABSENT),
    "StartTransaction.connectorId": _always(1),
    "StartTransaction.idTag": _always(""),
    "StartTransaction.meterStart": _always(Leave.ABSENT),
    "StartTransaction.timestamp": _now,
    "StatusNotification.connectorId": _status_connector,
    "StatusNotification.errorCode": _always("NoError"),
    "StopTransaction.meterStop": _always(Leave.ABSENT),
    "StopTransaction.timestamp": _now,
    # Charge points that never received an id send -1 (errata 3.18).
    "StopTransaction.transactionId": _always(-1),
    "StopTransaction.transactionData.sampledValue": _empty,
    "StopTransaction.transactionData.timestamp": _now,
}

# Field -> the value that replaces an unknown enumerated value.
_FALLBACKS: Final = {
    "StatusNotification.errorCode": "OtherError",
    "StopTransaction.reason": "Other",
}

_SAMPLES = ("MeterValues.meterValue", "StopTransaction.transactionData")


def _of_samples(field: str) -> frozenset[str]:
    return frozenset(f"{sample}.sampledValue.{field}" for sample in _SAMPLES)


# Unknown values that are kept: the meter supports units that OCPP does not have, and
# records unknown ones. If they were dropped, the default would apply.
_KEPT: Final = (
    _of_samples("measurand")
    | _of_samples("unit")
    | {
        # An unknown step of an update or an upload is noted, and changes nothing.
        "DiagnosticsStatusNotification.status",
        "FirmwareStatusNotification.status",
        "LogStatusNotification.status",
        "SignedFirmwareStatusNotification.status",
    }
)
# A value of an unknown phase must not become the value of all phases.
_DECISIVE: Final = _of_samples("phase")
# An empty measurand differs from a missing one, which means the energy register.
_MEANT_WHEN_EMPTY: Final = _of_samples("measurand")
# Texts for which some charge points send structures: these are kept as JSON.
_JSON_TEXTS: Final = frozenset({"DataTransfer.data", "DataTransferResponse.data"})
# Integers that may be sent with decimals, which are rounded.
_ROUNDED: Final = frozenset(
    {
        "GetCompositeScheduleResponse.chargingSchedule.duration",
        "StartTransaction.meterStart",
        "StopTransaction.meterStop",
    }
)

_PHASE = {
    "1": "L1",
    "2": "L2",
    "3": "L3",
    "r": "L1",
    "s": "L2",
    "t": "L3",
    "phase1": "L1",
    "phase2": "L2",
    "phase3": "L3",
    "neutral": "N",
}
_UNIT = {
    "%": "Percent",
    "hz": "Hertz",
    "percentage": "Percent",
    "pct": "Percent",
    "c": "Celsius",
    "degc": "Celsius",
    "f": "Fahrenheit",
    "degf": "Fahrenheit",
    "kelvin": "K",
    "amp": "A",
    "amps": "A",
    "ampere": "A",
    "amperes": "A",
    "volt": "V",
    "volts": "V",
    "watt": "W",
    "watts": "W",
}
_CONTEXT = {
    "periodic": "Sample.Periodic",
    "clock": "Sample.Clock",
    "triggered": "Trigger",
}
_MEASURAND = {"stateofcharge": "SoC", "batterylevel": "SoC"}

# Other words for enumerated values, beyond other spellings of the right ones.
_ALIASES: Final[dict[str, Mapping[str, str]]] = {
    # OCPP 1.5 has Occupied for a connector in use: a vehicle is plugged in.
    "StatusNotification.status": {
        "occupied": "Preparing",
        "connected": "Preparing",
        "evconnected": "Preparing",
        "plugged": "Preparing",
        "pluggedin": "Preparing",
        "waiting": "Preparing",
        "idle": "Available",
        "free": "Available",
        "ready": "Available",
        "operative": "Available",
        "suspended": "SuspendedEV",
        "suspendedbyev": "SuspendedEV",
        "suspendedbyevse": "SuspendedEVSE",
        "paused": "SuspendedEVSE",
        "finished": "Finishing",
        "complete": "Finishing",
        "completed": "Finishing",
        "booked": "Reserved",
        "inoperative": "Unavailable",
        "outofservice": "Unavailable",
        "disabled": "Unavailable",
        "error": "Faulted",
        "fault": "Faulted",
        "failure": "Faulted",
    },
    "StatusNotification.errorCode": {
        "0": "NoError",
        "none": "NoError",
        "ok": "NoError",
        "mode3error": "EVCommunicationError",
        "groundfault": "GroundFailure",
        "overcurrent": "OverCurrentFailure",
        "overtemperature": "HighTemperature",
    },
    "StopTransaction.reason": {
        "evdisconnect": "EVDisconnected",
        "unplugged": "EVDisconnected",
        "deauthorised": "DeAuthorized",
        "remotestop": "Remote",
        "powerfailure": "PowerLoss",
    },
    "DiagnosticsStatusNotification.status": {"uploadfailure": "UploadFailed"},
    "LogStatusNotification.status": {"uploadfailed": "UploadFailure"},
    "FirmwareStatusNotification.status": {
        "downloadfailure": "DownloadFailed",
        "installationfailure": "InstallationFailed",
        "installfailed": "InstallationFailed",
    },
    # OCPP 1.5 has only Accepted and Rejected.
    "UnlockConnectorResponse.status": {
        "accepted": "Unlocked",
        "rejected": "UnlockFailed",
        "failed": "UnlockFailed",
    },
}
for _field, _words in (
    ("phase", _PHASE),
    ("unit", _UNIT),
    ("context", _CONTEXT),
    ("measurand", _MEASURAND),
):
    _ALIASES.update(dict.fromkeys(_of_samples(_field), _words))

WORDING: Final = Wording(
    defaults=_DEFAULTS,
    fallbacks=_FALLBACKS,
    originals={"StatusNotification.errorCode": "vendorErrorCode"},
    aliases=_ALIASES,
    kept=_KEPT,
    decisive=_DECISIVE,
    meant_when_empty=_MEANT_WHEN_EMPTY,
    json_texts=_JSON_TEXTS,
    rounded=_ROUNDED,
)
