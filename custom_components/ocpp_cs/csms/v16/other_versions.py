"""Tells messages of OCPP 2 from those of 1.6, where no subprotocol said which it is."""

from typing import Any

_ACTIONS = frozenset(
    {
        "BatterySwap",
        "ClearedChargingLimit",
        "ClosePeriodicEventStream",
        "Get15118EVCertificate",
        "GetCertificateChainStatus",
        "GetCertificateStatus",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyDisplayMessages",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyPeriodicEventStream",
        "NotifyPriorityCharging",
        "NotifyReport",
        "NotifySettlement",
        "NotifyWebPaymentStarted",
        "OpenPeriodicEventStream",
        "PublishFirmwareStatusNotification",
        "PullDynamicScheduleUpdate",
        "ReportChargingProfiles",
        "ReportDERControl",
        "ReservationStatusUpdate",
        "TransactionEvent",
        "VatNumberValidation",
    }
)
"""What charge points call in OCPP 2.0.1 or 2.1, and not in 1.6 with its extensions."""

_FIELDS = {
    "Authorize": ("idToken", "idTag"),
    "BootNotification": ("chargingStation", "chargePointVendor"),
    "MeterValues": ("evseId", "connectorId"),
    "StatusNotification": ("connectorStatus", "status"),
}
"""Action -> what it must have in OCPP 2, and what it must have in 1.6."""


def is_of_ocpp_2(action: str, payload: dict[str, Any]) -> bool:
    """Tell whether a call makes sense in OCPP 2 only."""
    if action in _ACTIONS:
        return True
    theirs, ours = _FIELDS.get(action, ("", ""))
    return theirs in payload and ours not in payload
