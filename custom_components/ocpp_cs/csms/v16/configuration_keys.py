"""What the specification says of configuration keys (chapter 9), and who has others.

Of values it knows numbers, all of which are sizes, and truth values: what else a charge
point takes is its own affair. Makes differ in all else by csms/quirks/rules.py, whose
rules have the same names: a key is a word of OCPP 1.6, and of no other version.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
import re
from typing import Any, Final

from ..model.errors import FieldProblem
from ..model.model import ConfigurationKey
from ..model.quirks import Quirks

_INTEGERS = frozenset(
    {
        "blinkrepeat",
        "clockaligneddatainterval",
        "connectiontimeout",
        "heartbeatinterval",
        "lightintensity",
        "maxenergyoninvalidid",
        "metervaluesampleinterval",
        "minimumstatusduration",
        "resetretries",
        "securityprofile",
        "transactionmessageattempts",
        "transactionmessageretryinterval",
        "websocketpinginterval",
    }
)
_BOOLEANS = frozenset(
    {
        "allowofflinetxforunknownid",
        "authorizationcacheenabled",
        "authorizeremotetxrequests",
        "localauthlistenabled",
        "localauthorizeoffline",
        "localpreauthorize",
        "stoptransactiononevsidedisconnect",
        "stoptransactiononinvalidid",
        "unlockconnectoronevsidedisconnect",
    }
)
"""Those that can be written, in lower case."""

WRITE_ONLY = frozenset({"authorizationkey"})
"""Nobody may read these, as they are passwords."""

_is_integer: Callable[[str], object] = re.compile(r"\d+", re.ASCII).fullmatch
_is_boolean: Callable[[str], object] = re.compile("true|false", re.IGNORECASE).fullmatch


def problem(
    key: str, value: str, known: ConfigurationKey | None
) -> FieldProblem | None:
    """Say what is wrong with a value for a key; None if nothing is known to be.

    `known` is what the charge point said of the key. Where that breaks the
    specification, such as 1 for true, the charge point knows better than we do.
    """
    for keys, is_right, words in (
        (_INTEGERS, _is_integer, FieldProblem.NOT_INTEGER),
        (_BOOLEANS, _is_boolean, FieldProblem.NOT_BOOLEAN),
    ):
        if key.lower() not in keys or is_right(value):
            continue
        if known is None or known.value is None or is_right(known.value):
            return words
    return None


def value_kept(key: str, value: str, quirks: Quirks) -> str:
    """Return what the charge point has made of a value that it accepted."""
    lowest = quirks.light_intensity_from
    if key.lower() == "lightintensity" and _is_integer(value) and int(value) < lowest:
        return str(lowest)
    return value


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
