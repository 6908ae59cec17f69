"""The configuration keys of the specification (chapter 9), and vendors' deviations.

Only integers, all of them not negative, and booleans are checked; other values are left
to the charge point. Rules have the same names as in csms/quirks/rules.py, which has all
other deviations: configuration keys exist in OCPP 1.6 only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
import re
from typing import Any, Final

from ..metering.measurands import MEASURANDS
from ..model.capabilities import Setting, SettingKind
from ..model.errors import FieldProblem
from ..model.model import ConfigurationKey
from ..model.quirks import Quirks
from ..security.masking import Mask

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
"""The keys that can be written, in lower case."""

PASSWORDS: Final = Mask(("AuthorizationKey", "AuthorisationKey", "AuthKey"))
"""The keys that cannot be read, as they are passwords, in any spelling."""

_MEASURAND_LISTS = frozenset(
    {
        "metervaluesaligneddata",
        "metervaluessampleddata",
        "stoptxnaligneddata",
        "stoptxnsampleddata",
    }
)
_LISTS = frozenset({"connectorphaserotation", "supportedfeatureprofiles"})
_SECONDS = frozenset(
    {
        "clockaligneddatainterval",
        "connectiontimeout",
        "heartbeatinterval",
        "metervaluesampleinterval",
        "minimumstatusduration",
        "transactionmessageretryinterval",
        "websocketpinginterval",
    }
)
_UNITS = dict.fromkeys(_SECONDS, "s") | {
    "lightintensity": "%",
    "maxenergyoninvalidid": "Wh",
}

_is_integer: Callable[[str], object] = re.compile(r"\d+", re.ASCII).fullmatch
_is_boolean: Callable[[str], object] = re.compile("true|false", re.IGNORECASE).fullmatch
_is_switch: Callable[[str], object] = re.compile(
    "true|false|0|1", re.IGNORECASE
).fullmatch
"""Some write booleans as digits."""


def problem(
    key: str, value: str, known: ConfigurationKey | None
) -> FieldProblem | None:
    """Return what is wrong with a value for a key; None if it may be written.

    Args:
        key: The configuration key.
        value: The value to write.
        known: The key as reported by the charge point. If its value violates the
            specification, such as 1 for true, other values are not checked.
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


def settings_of(configuration: Iterable[ConfigurationKey]) -> tuple[Setting, ...]:
    """Return configuration keys as settings, with the types that chapter 9 gives."""
    return tuple(map(_setting, configuration))


def _setting(known: ConfigurationKey) -> Setting:
    key, value = known.key.lower(), known.value
    kind = SettingKind.TEXT
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    if PASSWORDS.is_secret(known.key):
        kind, value = SettingKind.PASSWORD, None
    elif key in _MEASURAND_LISTS:
        kind, options = SettingKind.LIST, tuple(MEASURANDS)
    elif key in _LISTS:
        kind = SettingKind.LIST
    # A value that violates the specification shows that the type is another one.
    elif key in _INTEGERS and (value is None or _is_integer(value)):
        kind, minimum = SettingKind.INTEGER, 0
        if key == "lightintensity":
            maximum = 100
    elif (key in _BOOLEANS and (value is None or _is_switch(value))) or (
        key not in _INTEGERS and value is not None and _is_boolean(value)
    ):
        kind = SettingKind.BOOLEAN
    return Setting(
        name=known.key,
        value=value,
        kind=kind,
        options=options,
        minimum=minimum,
        maximum=maximum,
        unit=_UNITS.get(key),
        writable=not known.readonly,
        of_connection=kind is SettingKind.PASSWORD or key == "securityprofile",
        required=kind
        in {SettingKind.INTEGER, SettingKind.BOOLEAN, SettingKind.PASSWORD},
    )


def value_kept(key: str, value: str, quirks: Quirks) -> str:
    """Return the value that the charge point has stored after accepting `value`."""
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
    """Deviating configuration keys; the defaults are those of the specification."""

    configuration_keys: tuple[str, ...] = ()
    """All keys of the charge point, if they have to be requested by name."""
    spellings: tuple[str, ...] = ()
    """Keys that it spells differently from the specification."""
    phase_switch_key: str = "ConnectorSwitch3to1PhaseSupported"
    """The key that shows whether phases can be switched; OCPP 1.6 has none."""


DIFFERS: Final[dict[str, dict[str, Any]]] = {
    "go-e before 60.5": {"configuration_keys": _GO_E_KEYS},
    "Fronius Wattpilot": {"configuration_keys": _GO_E_KEYS},
    "Ecotap EVC5": {"spellings": ("WebsocketPingInterval",)},
    "Charge Amps": {"phase_switch_key": "ACPhaseSwitchingSupported"},
}
"""Name of a rule -> fields of `KeyQuirks`."""


@lru_cache(maxsize=128)
def key_quirks(rules: tuple[str, ...]) -> KeyQuirks:
    """Return the key quirks of a charge point to which these rules apply."""
    quirks = KeyQuirks()
    for name in rules:
        quirks = replace(quirks, **DIFFERS.get(name, {}))
    return quirks
