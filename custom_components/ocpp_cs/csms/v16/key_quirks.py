"""The configuration keys of makes that have others than the specification.

In all else they differ by `csms/quirks/rules.py`, whose rules have the same names: a key
is a word of OCPP 1.6, and of no other version.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

_GO_E_KEYS: Final = (
    "NumberOfConnectors",
    "SupportedFeatureProfiles",
    "MeterValueSampleInterval",
    "MeterValuesSampledData",
    "WebSocketPingInterval",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ConnectorSwitch3to1PhaseSupported",
    "AllowOfflineTxForUnknownId",
    "AuthorizeRemoteTxRequests",
    "ChargingScheduleMaxPeriods",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "ConnectorPhaseRotationMaxLength",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LightIntensity",
    "LocalAuthListEnabled",
    "LocalAuthListMaxLength",
    "LocalAuthorizeOffline",
    "MaxChargingProfilesInstalled",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledDataMaxLength",
    "MinChargingCurrent",
    "RequestedCurrent",
    "SendLocalListMaxLength",
    "StopChargingOnReboot",
    "SupportedFeatureProfilesMaxLength",
    "UnlockConnectorOnEVSideDisconnect",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyQuirks:
    """How configuration keys differ; the defaults are the specification's."""

    configuration_keys: tuple[str, ...] = ()
    """The keys that it has, if all are to be asked for by name."""
    spellings: tuple[str, ...] = ()
    """Keys that it writes in another way than the specification."""
    phase_switch_key: str = "ConnectorSwitch3to1PhaseSupported"
    """What tells whether phases are switched, which 1.6 has no key for."""


DIFFERS: Final[dict[str, dict[str, Any]]] = {
    "go-e before 60.5": {"configuration_keys": _GO_E_KEYS},
    "Fronius Wattpilot": {"configuration_keys": _GO_E_KEYS},
    "Ecotap EVC5": {"spellings": ("WebsocketPingInterval",)},
    "Charge Amps": {"phase_switch_key": "ACPhaseSwitchingSupported"},
}
"""The name of a rule -> fields of `KeyQuirks`."""


@lru_cache(maxsize=128)
def key_quirks(rules: tuple[str, ...]) -> KeyQuirks:
    """Return how keys differ for a charge point that these rules are about."""
    quirks = KeyQuirks()
    for name in rules:
        quirks = replace(quirks, **DIFFERS.get(name, {}))
    return quirks
