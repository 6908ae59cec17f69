"""Read the capabilities of a charge point from its configuration keys (chapter 9)."""

from collections.abc import Mapping
import re
from typing import Final

from ..metering.measurands import listed
from ..model.capabilities import MOST_TOLD, Capabilities, Feature
from ..model.model import ConfigurationKey
from ..model.profile import Unit
from ..model.security import SecurityLevel
from .configuration_keys import KeyQuirks

SAMPLED_DATA: Final = "MeterValuesSampledData"
FEATURE_PROFILES: Final = "SupportedFeatureProfiles"
LOCAL_LIST_ENABLED: Final = "LocalAuthListEnabled"
LOCAL_LIST_LIMITS: Final = ("LocalAuthListMaxLength", "SendLocalListMaxLength")
PHASE_ROTATION: Final = "ConnectorPhaseRotation"
PASSWORD: Final = "AuthorizationKey"
SECURITY_PROFILE: Final = "SecurityProfile"

_FEATURES = {
    "firmwaremanagement": Feature.FIRMWARE_MANAGEMENT,
    "localauthlistmanagement": Feature.LOCAL_LIST,
    "remotetrigger": Feature.REMOTE_TRIGGER,
    "reservation": Feature.RESERVATION,
    "smartcharging": Feature.SMART_CHARGING,
}


def capabilities_of(
    configuration: Mapping[str, ConfigurationKey], quirks: KeyQuirks
) -> Capabilities:
    """Return the capabilities that a charge point declares.

    Args:
        configuration: Key in lower case -> the configuration key as reported.
        quirks: The keys that differ for this charge point.
    """

    def value(key: str) -> str | None:
        known = configuration.get(key.lower())
        return known.value if known is not None else None

    entries, entries_at_once = LOCAL_LIST_LIMITS
    return Capabilities(
        connectors=_number(value("NumberOfConnectors")) or 0,
        features=_features(value(FEATURE_PROFILES)),
        measurements=frozenset(listed(value(SAMPLED_DATA) or "")),
        sample_interval=_number(value("MeterValueSampleInterval")),
        connection_timeout=_seconds(value("ConnectionTimeOut")),
        phase_rotation=value(PHASE_ROTATION),
        units=_units(value("ChargingScheduleAllowedChargingRateUnit")),
        max_stack_level=_number(value("ChargeProfileMaxStackLevel")),
        max_profiles=_number(value("MaxChargingProfilesInstalled")),
        max_periods=_number(value("ChargingScheduleMaxPeriods")),
        switches_phases=bool(truth(value(quirks.phase_switch_key))),
        local_list_enabled=truth(value(LOCAL_LIST_ENABLED)),
        local_list_entries=_number(value(entries)),
        local_list_entries_at_once=_number(value(entries_at_once)),
        reserves_any_connector=bool(truth(value("ReserveConnectorZeroSupported"))),
        security_level=_level(value(SECURITY_PROFILE)),
        lists_password=PASSWORD.lower() in configuration,
    )


def truth(text: str | None) -> bool | None:
    """Parse a boolean, which some write as a digit; return None if it is none."""
    match (text or "").strip().lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    return None


def _number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if 0 <= number <= MOST_TOLD else None


def _level(text: str | None) -> SecurityLevel | None:
    try:
        return SecurityLevel(int(text or ""))
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if abs(seconds) <= MOST_TOLD else None


def _features(profiles: str | None) -> frozenset[Feature] | None:
    if profiles is None:
        return None
    told = profiles.lower()
    return frozenset(one for name, one in _FEATURES.items() if name in told)


def _units(text: str | None) -> frozenset[Unit]:
    units: set[Unit] = set()
    for word in re.split(r"[\s,;\"]+", text or ""):
        # Errata 3.88 has Current and Power; some write the unit instead.
        match word.lower():
            case "current" | "a":
                units.add(Unit.AMPERE)
            case "power" | "w":
                units.add(Unit.WATT)
    return frozenset(units)
