"""The rules of OCPP 2 for the calls of the central system."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from ..caller import CallRules
from ..commands import Answer
from ..model.errors import ErrorKey
from ..restarts import BootReason
from .security.secrets import cleaned, secrets_in
from .wording import ERROR_CODES

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

_CONSENT = frozenset({"accepted", "reboot_required", "scheduled", "unlocked"})
_CONSENT_OR_EMPTY = _CONSENT | {"empty_result_set"}
"""An empty report is an answer as well (B08.FR.15)."""

_RESETS = {
    "Immediate": BootReason.HARD_RESET,
    # 2.1: as the former, and transactions go on after it.
    "ImmediateAndResume": BootReason.HARD_RESET,
    "OnIdle": BootReason.SOFT_RESET,
}

_CERTIFICATE_REQUESTS = frozenset(
    {"SignChargingStationCertificate", "SignCombinedCertificate"}
)


def _foresee(charge_point: ChargePoint, action: str, payload: dict[str, Any]) -> None:
    """Record what a call will cause: a BootNotification, or a certificate request."""
    if action == "Reset" and "evseId" not in payload:
        charge_point.restarts.expect(_RESETS[payload["type"]])
    elif payload.get("requestedMessage") == "BootNotification":
        charge_point.restarts.asked_for_boot_notification()
    elif payload.get("requestedMessage") in _CERTIFICATE_REQUESTS:
        charge_point.csr_asked = asyncio.get_running_loop().time()


def _unforeseen(charge_point: ChargePoint, action: str, answer: Answer) -> None:
    if action == "Reset":
        charge_point.restarts.expect(None)


def _periods(payload: dict[str, Any]) -> int:
    schedules = payload.get("chargingProfile", {}).get("chargingSchedule", ())
    return max((len(one["chargingSchedulePeriod"]) for one in schedules), default=0)


CALL_RULES: Final = CallRules(
    version="2.0.1",
    error_codes=ERROR_CODES,
    consent=_CONSENT,
    consent_to={
        "GetChargingProfiles": _CONSENT | {"no_profiles"},
        "GetReport": _CONSENT_OR_EMPTY,
        "GetLog": _CONSENT | {"accepted_canceled"},
        "UpdateFirmware": _CONSENT | {"accepted_canceled"},
        "GetDERControl": _CONSENT | {"not_found"},
        "GetDisplayMessages": _CONSENT | {"unknown"},
        "GetInstalledCertificateIds": _CONSENT | {"not_found"},
        "GetMonitoringReport": _CONSENT_OR_EMPTY,
        "GetTariffs": _CONSENT | {"no_tariff"},
        "UnpublishFirmware": _CONSENT | {"unpublished"},
    },
    refusals={
        ("CancelReservation", "rejected"): ErrorKey.CANCEL_RESERVATION_REJECTED,
        ("ReserveNow", "faulted"): ErrorKey.RESERVE_NOW_FAULTED,
        ("ReserveNow", "occupied"): ErrorKey.RESERVE_NOW_OCCUPIED,
        ("ReserveNow", "rejected"): ErrorKey.RESERVE_NOW_REJECTED,
        ("ReserveNow", "unavailable"): ErrorKey.RESERVE_NOW_UNAVAILABLE,
        ("SendLocalList", "failed"): ErrorKey.SEND_LOCAL_LIST_FAILED,
        (
            "SendLocalList",
            "version_mismatch",
        ): ErrorKey.SEND_LOCAL_LIST_VERSION_MISMATCH,
        (
            "UnlockConnector",
            "ongoing_authorized_transaction",
        ): ErrorKey.UNLOCK_SESSION_RUNS,
        ("UnlockConnector", "unknown_connector"): ErrorKey.UNLOCK_UNKNOWN_PLUG,
    },
    confidential=frozenset(
        {
            "CertificateSigned",
            "CustomerInformation",
            "GetLog",
            "PublishFirmware",
            "RequestBatterySwap",
            "RequestStartTransaction",
            "ReserveNow",
            "SendLocalList",
            "SetNetworkProfile",
            "UpdateFirmware",
        }
    ),
    secrets=secrets_in,
    foresee=_foresee,
    unforeseen=_unforeseen,
    periods=_periods,
    cleaned=cleaned,
)
