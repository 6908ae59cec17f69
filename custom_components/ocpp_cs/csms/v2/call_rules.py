"""The rules of OCPP 2 for the calls of the central system."""

from typing import TYPE_CHECKING, Any, Final

from ..caller import CallRules
from ..commands import Answer
from ..model.errors import ErrorKey
from ..restarts import BootReason
from .wording import ERROR_CODES

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

_CONSENT = frozenset({"accepted", "reboot_required", "scheduled", "unlocked"})

_RESETS = {"Immediate": BootReason.HARD_RESET, "OnIdle": BootReason.SOFT_RESET}


def _foresee(charge_point: ChargePoint, action: str, payload: dict[str, Any]) -> None:
    """Record what a call will cause: a BootNotification."""
    if action == "Reset" and "evseId" not in payload:
        charge_point.restarts.expect(_RESETS[payload["type"]])
    elif payload.get("requestedMessage") == "BootNotification":
        charge_point.restarts.asked_for_boot_notification()


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
        "GetReport": _CONSENT | {"empty_result_set"},
        "GetLog": _CONSENT | {"accepted_canceled"},
        "UpdateFirmware": _CONSENT | {"accepted_canceled"},
        "GetInstalledCertificateIds": _CONSENT | {"not_found"},
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
    },
    confidential=frozenset(
        {
            "CertificateSigned",
            "GetLog",
            "RequestStartTransaction",
            "ReserveNow",
            "SendLocalList",
            "SetNetworkProfile",
            "UpdateFirmware",
        }
    ),
    foresee=_foresee,
    unforeseen=_unforeseen,
    periods=_periods,
)
