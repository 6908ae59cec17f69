"""The configuration keys that an upstream sees, and may change for itself (chapter 9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final

from ...charge_point import ChargePoint
from ...metering.measurands import MEASURANDS
from ...upstream.asked.calls import Json, UpstreamHandler
from ...upstream.asked.limits import MAX_PERIODS, MAX_PROFILES, MAX_STACK_LEVEL
from ...upstream.asked.requests import Requests
from ...upstream.asked.tag_list import MOST_ENTRIES
from ...upstream.asked.wishes import WishKind
from ...upstream.model import Role
from ...upstream.speech import Sampling
from ..configuration_keys import PASSWORDS

_REGISTER: Final = "Energy.Active.Import.Register"
_MOST_KEYS: Final = 100
_MOST_MEASURANDS: Final = len(MEASURANDS)
_LONGEST_VALUE: Final = 500
_LONGEST_INTERVAL: Final = 7 * 86400
_DEFAULT_HEARTBEAT: Final = 300
_MEMORY: Final = "settings"
_PING: Final = "ping_interval"
_DEFAULT_PING: Final = 60
_LEAST_PING: Final = 5
"""Seconds between websocket pings, for which nobody needs more of them."""

_never_written: Callable[[str], object] = re.compile(
    "url|uri|host|server|backend|central|endpoint|address|passw|secret|authori[sz]ation"
    "key|authkey|security|certificate|token|apn|wifi|wlan|ssid|network|cponame|identity"
    "|chargepointid|chargeboxid",
    re.IGNORECASE,
).search
"""Parts of the names of keys that nobody else than the owner is to write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    """A key that the upstream sees."""

    read: Callable[[VirtualKeys], str | None]
    """Returns its value; None if the key is not there."""
    write: Callable[[VirtualKeys, str], bool] | None = None
    """Keeps a value for the upstream alone; returns whether it can be met."""


def _fixed(value: str) -> _Key:
    return _Key(read=lambda keys: value)


def _of_charge_point(name: str, otherwise: str | None = None) -> _Key:
    """Return a key whose value is that of the charge point, if it has one."""

    def read(keys: VirtualKeys) -> str | None:
        known = keys.charge_point.configuration.get(name.lower())
        return otherwise if known is None or known.value is None else known.value

    return _Key(read=read)


def _of_role(role: Role, value: str) -> _Key:
    """Return a key that is there if the upstream has a role."""
    return _Key(read=lambda keys: value if keys.requests.settings.has(role) else None)


def _interval(name: str) -> _Key:
    """Return a key for the seconds between two values, which the upstream may write."""

    def write(keys: VirtualKeys, value: str) -> bool:
        number = _integer(value)
        if number is None or number > _LONGEST_INTERVAL:
            return False
        keys.keep(name, number)
        return True

    return _Key(read=lambda keys: str(keys.number(name)), write=write)


def _measurands(name: str, allowed: frozenset[str]) -> _Key:
    """Return a key for measurands, which the upstream may write."""

    def write(keys: VirtualKeys, value: str) -> bool:
        wanted = [one for part in value.split(",") if (one := part.strip())]
        if any(one not in allowed for one in wanted):
            return False
        keys.keep(name, list(dict.fromkeys(wanted)))
        return True

    return _Key(read=lambda keys: ",".join(keys.words(name)), write=write)


def _integer(value: str) -> int | None:
    text = value.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _heartbeat(keys: VirtualKeys) -> str:
    known = keys.requests.memory.get("booted")
    is_known = isinstance(known, int) and known > 0
    return str(known if is_known else _DEFAULT_HEARTBEAT)


def _write_heartbeat(keys: VirtualKeys, value: str) -> bool:
    number = _integer(value)
    if number is None or number > _LONGEST_INTERVAL:
        return False
    if isinstance(keys.requests.memory.get("booted"), int):
        keys.requests.memory.put("booted", number)
        keys.requests.wake()
    return True


def _ping(keys: VirtualKeys) -> str:
    known = keys.requests.memory.get(_PING)
    return str(known if isinstance(known, int) else _DEFAULT_PING)


def _write_ping(keys: VirtualKeys, value: str) -> bool:
    number = _integer(value)
    if number is None or not (
        number == 0 or _LEAST_PING <= number <= _LONGEST_INTERVAL
    ):
        return False
    keys.requests.memory.put(_PING, number)
    keys.requests.wake()
    return True


def _connectors(keys: VirtualKeys) -> str:
    charge_point = keys.charge_point
    return str(
        len(charge_point.connectors) or charge_point.capabilities.connectors or 1
    )


def _features(keys: VirtualKeys) -> str:
    """Return what the upstream can use, by its roles."""
    has = keys.requests.settings.has
    names = {
        "Core": True,
        "FirmwareManagement": has(Role.CONFIGURE),
        "LocalAuthListManagement": has(Role.AUTHORIZE),
        "Reservation": has(Role.START_STOP),
        "SmartCharging": has(Role.LIMIT),
        "RemoteTrigger": True,
    }
    return ",".join(name for name, there in names.items() if there)


def _switches_phases(keys: VirtualKeys) -> str | None:
    if not keys.requests.settings.has(Role.LIMIT):
        return None
    return "true" if keys.charge_point.capabilities.switches_phases else "false"


def _connection_time_out(keys: VirtualKeys) -> str:
    return str(round(keys.charge_point.capabilities.connection_timeout or 60))


def _phase_rotation(keys: VirtualKeys) -> str:
    return keys.charge_point.capabilities.phase_rotation or ",".join(
        f"{number}.Unknown" for number in (0, *keys.charge_point.connector_numbers)
    )


def _security_profile(keys: VirtualKeys) -> str:
    settings = keys.requests.settings
    if settings.url.strip().lower().startswith("wss:"):
        return "2"
    return "0" if settings.password is None else "1"


_EVERY_MEASURAND: Final = frozenset(MEASURANDS)

_KEYS: Final[Mapping[str, _Key]] = {
    # Core (9.1).
    "AllowOfflineTxForUnknownId": _of_charge_point("AllowOfflineTxForUnknownId"),
    "AuthorizationCacheEnabled": _of_role(Role.AUTHORIZE, "true"),
    "AuthorizeRemoteTxRequests": _fixed("false"),
    "ClockAlignedDataInterval": _interval("ClockAlignedDataInterval"),
    "ConnectionTimeOut": _Key(read=_connection_time_out),
    "ConnectorPhaseRotation": _Key(read=_phase_rotation),
    "GetConfigurationMaxKeys": _fixed(str(_MOST_KEYS)),
    "HeartbeatInterval": _Key(read=_heartbeat, write=_write_heartbeat),
    "LightIntensity": _of_charge_point("LightIntensity"),
    "LocalAuthorizeOffline": _fixed("true"),
    "LocalPreAuthorize": _fixed("false"),
    "MeterValuesAlignedData": _measurands("MeterValuesAlignedData", _EVERY_MEASURAND),
    "MeterValuesAlignedDataMaxLength": _fixed(str(_MOST_MEASURANDS)),
    "MeterValuesSampledData": _measurands("MeterValuesSampledData", _EVERY_MEASURAND),
    "MeterValuesSampledDataMaxLength": _fixed(str(_MOST_MEASURANDS)),
    "MeterValueSampleInterval": _interval("MeterValueSampleInterval"),
    "NumberOfConnectors": _Key(read=_connectors),
    "ResetRetries": _fixed("0"),
    "StopTransactionOnEVSideDisconnect": _of_charge_point(
        "StopTransactionOnEVSideDisconnect", "true"
    ),
    "StopTransactionOnInvalidId": _of_charge_point(
        "StopTransactionOnInvalidId", "false"
    ),
    # Values that were taken by the clock are not collected for the end.
    "StopTxnAlignedData": _measurands("StopTxnAlignedData", frozenset()),
    "StopTxnAlignedDataMaxLength": _fixed("0"),
    "StopTxnSampledData": _measurands("StopTxnSampledData", frozenset({_REGISTER})),
    "StopTxnSampledDataMaxLength": _fixed("1"),
    "SupportedFeatureProfiles": _Key(read=_features),
    # It is sent until it is confirmed.
    "TransactionMessageAttempts": _fixed("1000000"),
    "TransactionMessageRetryInterval": _fixed("0"),
    "UnlockConnectorOnEVSideDisconnect": _of_charge_point(
        "UnlockConnectorOnEVSideDisconnect", "true"
    ),
    "WebSocketPingInterval": _Key(read=_ping, write=_write_ping),
    # Local lists (9.2), which are kept for the upstream alone.
    "LocalAuthListEnabled": _of_role(Role.AUTHORIZE, "true"),
    "LocalAuthListMaxLength": _of_role(Role.AUTHORIZE, str(MOST_ENTRIES)),
    "SendLocalListMaxLength": _of_role(Role.AUTHORIZE, str(MOST_ENTRIES)),
    # Reservation (9.3).
    "ReserveConnectorZeroSupported": _of_role(Role.START_STOP, "true"),
    # Smart charging (9.4).
    "ChargeProfileMaxStackLevel": _of_role(Role.LIMIT, str(MAX_STACK_LEVEL)),
    "ChargingScheduleAllowedChargingRateUnit": _of_role(Role.LIMIT, "Current,Power"),
    "ChargingScheduleMaxPeriods": _of_role(Role.LIMIT, str(MAX_PERIODS)),
    "ConnectorSwitch3to1PhaseSupported": _Key(read=_switches_phases),
    "MaxChargingProfilesInstalled": _of_role(Role.LIMIT, str(MAX_PROFILES)),
    # The security extension.
    "SecurityProfile": _Key(read=_security_profile),
}
_BY_LOWER: Final = {name.lower(): name for name in _KEYS}


class VirtualKeys:
    """The configuration keys of a charge point, as one upstream sees them."""

    def __init__(self, requests: Requests) -> None:
        """Begin with what the upstream has set before."""
        self.requests = requests
        self._sampling: Sampling | None = None

    @property
    def charge_point(self) -> ChargePoint:
        """The charge point that they are of."""
        return self.requests.charge_point

    # What the upstream has set.

    @property
    def _kept(self) -> dict[str, Any]:
        known = self.requests.memory.get(_MEMORY)
        return known if isinstance(known, dict) else {}

    def keep(self, name: str, value: Any) -> None:
        """Keep the value of a key for the upstream."""
        self.requests.memory.promise(_MEMORY, {**self._kept, name: value})
        self._sampling = None
        self.requests.wake()

    def number(self, name: str) -> int:
        """Return the seconds that were set."""
        known = self._kept.get(name)
        if isinstance(known, int):
            return known
        return Sampling().interval if name == "MeterValueSampleInterval" else 0

    def words(self, name: str) -> tuple[str, ...]:
        """Return the measurands that were set."""
        known = self._kept.get(name)
        if isinstance(known, list):
            return tuple(one for one in known if one in _EVERY_MEASURAND)
        return () if name.startswith("StopTxn") else Sampling().measurands

    @property
    def sampling(self) -> Sampling:
        """The values that the upstream wants."""
        if self._sampling is None:
            self._sampling = Sampling(
                interval=self.number("MeterValueSampleInterval"),
                aligned_interval=self.number("ClockAlignedDataInterval"),
                measurands=self.words("MeterValuesSampledData"),
                aligned_measurands=self.words("MeterValuesAlignedData"),
            )
        return self._sampling

    @property
    def registers_at_stop(self) -> bool:
        """Return whether the end of a session has the registers of both ends, too."""
        return _REGISTER in self.words("StopTxnSampledData")

    # Its calls.

    def handlers(self) -> Mapping[str, UpstreamHandler]:
        """Return the handlers by action."""
        return {
            "ChangeConfiguration": self._change_configuration,
            "GetConfiguration": self._get_configuration,
        }

    def _get_configuration(self, payload: Json) -> Json:
        """Tell configuration keys, all of them unless some are named (5.8)."""
        asked: list[str] = payload.get("key") or []
        found: list[Json] = []
        unknown: list[str] = []
        for name in dict.fromkeys(asked[:_MOST_KEYS]) if asked else _KEYS:
            spelling = _BY_LOWER.get(name.lower())
            value = None if spelling is None else _KEYS[spelling].read(self)
            if spelling is not None and value is not None:
                found.append(
                    {
                        "key": spelling,
                        "readonly": _KEYS[spelling].write is None,
                        "value": value[:_LONGEST_VALUE],
                    }
                )
            elif asked:
                unknown.append(name)
        answer: Json = {"configurationKey": found}
        if unknown:
            answer["unknownKey"] = unknown
        return answer

    def _change_configuration(self, payload: Json) -> Json:
        """Keep a key for the upstream, or ask the owner, or refuse it (5.3)."""
        name, value = payload["key"], payload["value"]
        if PASSWORDS.is_secret(name):
            return {"status": "Rejected"}
        spelling = _BY_LOWER.get(name.lower())
        if spelling is not None and (write := _KEYS[spelling].write) is not None:
            return {"status": "Accepted" if write(self, value) else "Rejected"}
        known = self.charge_point.configuration.get(name.lower())
        if _never_written(name):
            seen = spelling is not None or known is not None
            return {"status": "Rejected" if seen else "NotSupported"}
        if known is not None and not known.readonly:
            # The owner may let it be written to the charge point.
            self.requests.wishes.wish(WishKind.SETTING, name=known.key, value=value)
            return {"status": "Rejected"}
        readable = spelling is not None and _KEYS[spelling].read(self) is not None
        return {"status": "Rejected" if readable else "NotSupported"}
