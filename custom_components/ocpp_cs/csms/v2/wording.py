"""The error codes of OCPP 2, and what is made of values that break its schemas."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..model.errors import Violation
from ..model.timestamps import format_time
from ..schema.wording import Default, Leave, Wording

ERROR_CODES: Final = {
    Violation.NOT_IMPLEMENTED: "NotImplemented",
    Violation.NOT_SUPPORTED: "NotSupported",
    Violation.INTERNAL_ERROR: "InternalError",
    Violation.PROTOCOL_ERROR: "ProtocolError",
    Violation.SECURITY_ERROR: "SecurityError",
    Violation.RPC_FRAMEWORK: "RpcFrameworkError",
    Violation.MESSAGE_TYPE: "MessageTypeNotSupported",
    Violation.FORMAT: "FormatViolation",
    Violation.PROPERTY_CONSTRAINT: "PropertyConstraintViolation",
    Violation.OCCURRENCE_CONSTRAINT: "OccurrenceConstraintViolation",
    Violation.TYPE_CONSTRAINT: "TypeConstraintViolation",
    Violation.GENERIC_ERROR: "GenericError",
}
"""OCPP 2.0.1 part 4, table 8."""


def _always(value: Any) -> Default:
    return lambda _: value


def _empty(_: dict[str, Any]) -> list[Any]:
    return []


def _now(_: dict[str, Any]) -> str:
    return format_time(datetime.now(UTC))


_DEFAULTS: dict[str, Default] = {
    "Authorize.idToken.type": _always("ISO14443"),
    "BootNotification.reason": _always("Unknown"),
    "BootNotification.chargingStation": lambda _: {},
    "BootNotification.chargingStation.model": _always("unknown"),
    "BootNotification.chargingStation.vendorName": _always("unknown"),
    "ClearedChargingLimit.chargingLimitSource": _always("Other"),
    "DataTransfer.vendorId": _always(""),
    "FirmwareStatusNotification.status": _always(Leave.ABSENT),
    "LogStatusNotification.status": _always(Leave.ABSENT),
    "MeterValues.evseId": _always(1),
    "MeterValues.meterValue": _empty,
    "MeterValues.meterValue.sampledValue": _empty,
    "MeterValues.meterValue.timestamp": _now,
    "NotifyChargingLimit.chargingLimit": lambda _: {"chargingLimitSource": "Other"},
    "NotifyChargingLimit.chargingLimit.chargingLimitSource": _always("Other"),
    "NotifyChargingLimit.chargingSchedule.id": _always(0),
    "NotifyCustomerInformation.data": _always(""),
    "NotifyCustomerInformation.generatedAt": _now,
    "NotifyCustomerInformation.seqNo": _always(0),
    "NotifyEVChargingNeeds.chargingNeeds.requestedEnergyTransfer": _always("DC"),
    "NotifyEVChargingSchedule.chargingSchedule.id": _always(0),
    "NotifyEVChargingSchedule.timeBase": _now,
    "NotifyEvent.eventData.actualValue": _always(""),
    "NotifyEvent.eventData.eventId": _always(0),
    "NotifyEvent.eventData.eventNotificationType": _always("HardWiredNotification"),
    "NotifyEvent.eventData.timestamp": _now,
    "NotifyEvent.eventData.trigger": _always("Delta"),
    "NotifyEvent.generatedAt": _now,
    "NotifyEvent.seqNo": _always(Leave.ABSENT),
    "NotifyMonitoringReport.generatedAt": _now,
    "NotifyMonitoringReport.seqNo": _always(0),
    "NotifyReport.generatedAt": _now,
    "NotifyReport.reportData.variableCharacteristics.dataType": _always("string"),
    "NotifyReport.reportData.variableCharacteristics.supportsMonitoring": _always(
        False
    ),
    "NotifyReport.requestId": _always(0),
    "NotifyReport.seqNo": _always(Leave.ABSENT),
    "PublishFirmwareStatusNotification.status": _always(Leave.ABSENT),
    "ReportChargingProfiles.chargingLimitSource": _always("Other"),
    "ReportChargingProfiles.chargingProfile.chargingSchedule.id": _always(0),
    "ReservationStatusUpdate.reservationUpdateStatus": _always("Removed"),
    "SecurityEventNotification.timestamp": _now,
    "StatusNotification.connectorId": _always(1),
    "StatusNotification.evseId": _always(1),
    "StatusNotification.timestamp": _now,
    # A token without it would be lost, and with it who charges; most are cards.
    "TransactionEvent.idToken.type": _always("ISO14443"),
    "TransactionEvent.meterValue.sampledValue": _empty,
    "TransactionEvent.meterValue.timestamp": _now,
    "TransactionEvent.seqNo": _always(Leave.ABSENT),
    "TransactionEvent.timestamp": _now,
    "TransactionEvent.triggerReason": _always("AbnormalCondition"),
}
"""Required fields -> what is taken where they are missing or wrong."""

_DEFAULTS |= {
    "BatterySwap.batteryData": _empty,
    "BatterySwap.batteryData.evseId": _always(0),
    "BatterySwap.batteryData.serialNumber": _always(""),
    "BatterySwap.batteryData.soC": _always(Leave.ABSENT),
    "BatterySwap.batteryData.soH": _always(Leave.ABSENT),
    "BatterySwap.idToken.type": _always("ISO14443"),
    "BatterySwap.requestId": _always(0),
    "NotifyDERAlarm.controlType": _always(Leave.ABSENT),
    "NotifyDERAlarm.timestamp": _now,
    "NotifyDERStartStop.timestamp": _now,
    "NotifyMonitoringReport.monitor.variableMonitoring.eventNotificationType": _always(
        "CustomMonitor"
    ),
    "NotifyPeriodicEventStream.basetime": _now,
    "NotifyPeriodicEventStream.data.t": _always(0),
    "NotifyPeriodicEventStream.pending": _always(0),
    "NotifySettlement.pspRef": _always(""),
    "NotifySettlement.settlementAmount": _always(Leave.ABSENT),
    "NotifySettlement.settlementTime": _now,
    "NotifySettlement.status": _always(Leave.ABSENT),
    "OpenPeriodicEventStream.constantStreamData.params": lambda _: {},
    "ReportDERControl.requestId": _always(0),
    "VatNumberValidation.vatNumber": _always(""),
}
"""The same of what only 2.1 has."""

_FALLBACKS: Final = {
    "Authorize.idToken.type": "ISO14443",
    "BootNotification.reason": "Unknown",
    # A limit counts, whoever has set it.
    "ClearedChargingLimit.chargingLimitSource": "Other",
    "NotifyChargingLimit.chargingLimit.chargingLimitSource": "Other",
    # Of later versions; what matters here is the number of phases of AC.
    "NotifyEVChargingNeeds.chargingNeeds.requestedEnergyTransfer": "DC",
    "ReportChargingProfiles.chargingLimitSource": "Other",
    "TransactionEvent.idToken.type": "ISO14443",
    "TransactionEvent.transactionInfo.stoppedReason": "Other",
    "TransactionEvent.triggerReason": "AbnormalCondition",
}

_SAMPLES = ("MeterValues.meterValue", "TransactionEvent.meterValue")


def _of_samples(field: str) -> frozenset[str]:
    return frozenset(f"{sample}.sampledValue.{field}" for sample in _SAMPLES)


_PHASE: Final = {
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
_CONTEXT: Final = {
    "periodic": "Sample.Periodic",
    "clock": "Sample.Clock",
    "triggered": "Trigger",
}
_MEASURAND: Final = {
    "stateofcharge": "SoC",
    "batterylevel": "SoC",
}
_TOKEN_TYPE: Final = {
    "iso15118": "eMAID",
    "nfc": "ISO14443",
    "pin": "KeyCode",
    "remote": "Central",
    "rfid": "ISO14443",
    "none": "NoAuthorization",
}
_STOP_REASON: Final = {
    "evdisconnect": "EVDisconnected",
    # Of OCPP 1.6.
    "hardreset": "ImmediateReset",
    "softreset": "Reboot",
    "unlockcommand": "Other",
}

_ALIASES: Final[dict[str, Mapping[str, str]]] = {
    "Authorize.idToken.type": _TOKEN_TYPE,
    # Of OCPP 1.6.
    "LogStatusNotification.status": {"uploadfailed": "UploadFailure"},
    "StatusNotification.connectorStatus": {
        # Of OCPP 1.6, which some send on in the new message.
        "preparing": "Occupied",
        "charging": "Occupied",
        "suspendedev": "Occupied",
        "suspendedevse": "Occupied",
        "finishing": "Occupied",
        "inoperative": "Unavailable",
        "operative": "Available",
        "error": "Faulted",
        "fault": "Faulted",
    },
    "TransactionEvent.idToken.type": _TOKEN_TYPE,
    "TransactionEvent.transactionInfo.chargingState": {
        # The statuses of OCPP 1.6.
        "available": "Idle",
        "finishing": "Idle",
        "preparing": "EVConnected",
        "suspended": "SuspendedEV",
    },
    "TransactionEvent.transactionInfo.stoppedReason": _STOP_REASON,
}
"""Other words for enumerated values, beyond other spellings of the right ones."""

for _field, _words in (
    ("phase", _PHASE),
    ("context", _CONTEXT),
    ("measurand", _MEASURAND),
):
    _ALIASES.update(dict.fromkeys(_of_samples(_field), _words))

WORDING: Final = Wording(
    defaults=_DEFAULTS,
    fallbacks=_FALLBACKS,
    aliases=_ALIASES,
    kept=_of_samples("measurand")
    | {
        "FirmwareStatusNotification.status",
        "LogStatusNotification.status",
        "NotifyDERAlarm.controlType",
        "NotifyDERAlarm.gridEventFault",
        "NotifySettlement.status",
        "PublishFirmwareStatusNotification.status",
    },
    decisive=_of_samples("phase"),
    meant_when_empty=_of_samples("measurand"),
    # Enumerations of 2.0.1 that are texts in 2.1.
    words={
        "IdTokenType.type": (
            "Central",
            "DirectPayment",
            "eMAID",
            "EVCCID",
            "ISO14443",
            "ISO15693",
            "KeyCode",
            "Local",
            "MacAddress",
            "NoAuthorization",
            "VIN",
        ),
        "chargingLimitSource": ("EMS", "Other", "SO", "CSO"),
        "connectorType": (
            "cCCS1",
            "cCCS2",
            "cG105",
            "cTesla",
            "cType1",
            "cType2",
            "s309-1P-16A",
            "s309-1P-32A",
            "s309-3P-16A",
            "s309-3P-32A",
            "sBS1361",
            "sCEE-7-7",
            "sType2",
            "sType3",
            "Other1PhMax16A",
            "Other1PhOver16A",
            "Other3Ph",
            "Pan",
            "wInductive",
            "wResonant",
            "Undetermined",
            "Unknown",
        ),
    },
    # It may be a key code (C04.FR.04).
    unlogged=(".idToken.idToken",),
)
