"""The rules of OCPP 1.6 for the calls of the central system."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from ..caller import CallRules
from ..commands import Answer
from ..model.errors import ErrorKey
from ..restarts import BootReason
from .aliases import ERROR_CODES
from .capabilities import FEATURE_PROFILES
from .configuration_keys import PASSWORDS

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

_CONSENT = frozenset({"accepted", "reboot_required", "scheduled", "unlocked"})

_PROFILES = {
    "GetDiagnostics": "FirmwareManagement",
    "UpdateFirmware": "FirmwareManagement",
    "GetLocalListVersion": "LocalAuthListManagement",
    "SendLocalList": "LocalAuthListManagement",
    "CancelReservation": "Reservation",
    "ReserveNow": "Reservation",
    "ClearChargingProfile": "SmartCharging",
    "GetCompositeSchedule": "SmartCharging",
    "SetChargingProfile": "SmartCharging",
}
"""The feature profiles that charge points may omit (3.3).

RemoteTrigger is missing, as an error may concern the requested message instead.
"""


def configured(charge_point: ChargePoint, key: str) -> str | None:
    """Return the known value of a configuration key, compared without case."""
    known = charge_point.configuration.get(key.lower())
    return known.value if known is not None else None


def _secrets(action: str, payload: dict[str, Any]) -> tuple[str, ...]:
    if PASSWORDS.is_secret(str(payload.get("key", ""))) and payload.get("value"):
        return (payload["value"],)
    return ()


def _foresee(charge_point: ChargePoint, action: str, payload: dict[str, Any]) -> None:
    """Record what a call will cause: a BootNotification, or a certificate request."""
    if action == "Reset":
        charge_point.restarts.expect(BootReason(f"{payload['type'].lower()}_reset"))
    elif payload.get("requestedMessage") == "BootNotification":
        charge_point.restarts.asked_for_boot_notification()
    elif payload.get("requestedMessage") == "SignChargePointCertificate":
        charge_point.csr_asked = asyncio.get_running_loop().time()


def _unforeseen(charge_point: ChargePoint, action: str, answer: Answer) -> None:
    if action == "Reset":
        charge_point.restarts.expect(None)


def _periods(payload: dict[str, Any]) -> int:
    profile = payload.get("csChargingProfiles", payload.get("chargingProfile"))
    if profile is None:
        return 0
    return len(profile["chargingSchedule"]["chargingSchedulePeriod"])


def _cleaned(action: str, answer: Any) -> Any:
    # Passwords must not be told (A01), but some charge points do.
    return PASSWORDS.cleaned(answer) if action == "GetConfiguration" else answer


def _undeclared(charge_point: ChargePoint, action: str) -> str | None:
    profile = _PROFILES.get(action)
    declared = configured(charge_point, FEATURE_PROFILES)
    if profile is None or declared is None or profile.lower() in declared.lower():
        return None
    return profile


CALL_RULES: Final = CallRules(
    version="1.6",
    error_codes=ERROR_CODES,
    consent=_CONSENT,
    consent_to={
        # Accepted, and a previous request was cancelled.
        "GetLog": _CONSENT | {"accepted_canceled"},
        "SignedUpdateFirmware": _CONSENT | {"accepted_canceled"},
        # No certificate is a valid answer.
        "GetInstalledCertificateIds": _CONSENT | {"not_found"},
    },
    refusals={
        ("CancelReservation", "rejected"): ErrorKey.CANCEL_RESERVATION_REJECTED,
        ("ReserveNow", "faulted"): ErrorKey.RESERVE_NOW_FAULTED,
        ("ReserveNow", "occupied"): ErrorKey.RESERVE_NOW_OCCUPIED,
        ("ReserveNow", "rejected"): ErrorKey.RESERVE_NOW_REJECTED,
        ("ReserveNow", "unavailable"): ErrorKey.RESERVE_NOW_UNAVAILABLE,
        ("SendLocalList", "failed"): ErrorKey.SEND_LOCAL_LIST_FAILED,
        ("SendLocalList", "not_supported"): ErrorKey.SEND_LOCAL_LIST_NOT_SUPPORTED,
        (
            "SendLocalList",
            "version_mismatch",
        ): ErrorKey.SEND_LOCAL_LIST_VERSION_MISMATCH,
    },
    confidential=frozenset(
        {
            # It makes the other side the charge point, from then on for good.
            "CertificateSigned",
            "GetDiagnostics",
            "GetLog",
            "RemoteStartTransaction",
            "ReserveNow",
            "SendLocalList",
            "SignedUpdateFirmware",
            "UpdateFirmware",
        }
    ),
    secrets=_secrets,
    foresee=_foresee,
    unforeseen=_unforeseen,
    periods=_periods,
    cleaned=_cleaned,
    undeclared=_undeclared,
    # Those of the security extension.
    never_declared=frozenset(
        {
            "CertificateSigned",
            "DeleteCertificate",
            "ExtendedTriggerMessage",
            "GetInstalledCertificateIds",
            "GetLog",
            "InstallCertificate",
            "SignedUpdateFirmware",
        }
    ),
)
