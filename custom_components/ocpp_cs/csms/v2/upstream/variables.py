"""The device model that an upstream sees: made of what we know, with its own settings.

Nothing of it is written to the charge point. What an upstream may change is how often it
is told of what; that is kept for it alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re
from typing import Any, Final

from ...model.model import ConnectorStatus, utcnow
from ...model.timestamps import format_time
from ...upstream.asked.limits import MAX_PERIODS, MAX_PROFILES, MAX_STACK_LEVEL
from ...upstream.asked.requests import Requests
from ...upstream.asked.tag_list import MOST_ENTRIES
from ...upstream.asked.wishes import WishKind
from ...upstream.model import Role
from ...upstream.speech import Sampling
from ..device_model.names import VariableName, component_of, variable_of
from ..spelling import told
from .values import MEASURANDS, REGISTER
from .words import PLUG_STATUSES

_MEMORY: Final = "variables"
"""Where the values are kept that the upstream has written: name as text -> value."""

MOST_ITEMS: Final = 100
"""The entries of a GetVariables, a SetVariables or a GetReport, at most."""

_DAY: Final = 86_400
_STATES: Final = "Available,Occupied,Reserved,Unavailable,Faulted"
_HEARTBEAT: Final = "HeartbeatInterval"
_PING: Final = "WebSocketPingInterval"
_DEFAULT_HEARTBEAT: Final = 300
_SUMMARY: Final = frozenset({"available", "availabilitystate", "enabled", "problem"})
"""The variables of a summary (B07.FR.09)."""

_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)

RO, RW, WO = "ReadOnly", "ReadWrite", "WriteOnly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Virtual:
    """A variable as an upstream sees it."""

    name: VariableName
    value: str | None
    kind: str = "string"
    """DataEnumType (3.26)."""
    mutability: str = RO
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    values: str | None = None
    kept: bool = False
    """Whether the upstream may write it for itself. What is writable otherwise is a
    setting of the charge point, which the owner is asked for."""

    def problem_of(self, text: str) -> str | None:
        """Return what is wrong with a value for it; None if nothing is."""
        match self.kind:
            case "integer":
                if not _NUMBER.fullmatch(text):
                    return "must be a whole number"
                number = int(text)
                if self.least is not None and number < self.least:
                    return f"must not be below {self.least:g}"
                if self.most is not None and number > self.most:
                    return f"must not be above {self.most:g}"
            case "boolean":
                if text.lower() not in {"true", "false"}:
                    return "must be true or false"
            case "MemberList":
                known = (self.values or "").split(",")
                if unknown := [one for one in listed(text) if one not in known]:
                    return f"{unknown[0][:50]} is not known"
        return None

    def reported(self) -> dict[str, Any]:
        """Return it as a ReportDataType (2.39)."""
        attribute: dict[str, Any] = {"type": "Actual", "mutability": self.mutability}
        if self.value is not None and self.mutability != WO:
            attribute["value"] = self.value
        return {
            "component": component_of(self.name),
            "variable": variable_of(self.name),
            "variableAttribute": [attribute],
            "variableCharacteristics": told(
                dataType=self.kind,
                supportsMonitoring=False,
                unit=self.unit,
                minLimit=self.least,
                maxLimit=self.most,
                valuesList=self.values,
            ),
        }


def listed(text: str) -> list[str]:
    """Return the members of a list."""
    return [one for part in text.split(",") if (one := part.strip())]


class VirtualVariables:
    """The variables of a charge point, as one upstream sees them."""

    def __init__(self, requests: Requests) -> None:
        """Begin with what the upstream has written before."""
        self._requests = requests
        self._memory = requests.memory
        self.sampling = self._sampling()
        """The values that the upstream wants; it is asked for with each meter value."""

    # What is kept for the upstream.

    def _kept(self) -> dict[str, str]:
        kept = self._memory.get(_MEMORY)
        return kept if isinstance(kept, dict) else {}

    def _own(self, name: str, default: object) -> str:
        value = self._kept().get(name)
        return value if isinstance(value, str) else str(default)

    def _sampling(self) -> Sampling:
        usual = Sampling()
        sampled, aligned = "SampledDataCtrlr", "AlignedDataCtrlr"

        def measurands(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(listed(self._own(name, ",".join(default))))

        return Sampling(
            interval=_integer(
                self._own(f"{sampled}.TxUpdatedInterval", ""), usual.interval
            ),
            aligned_interval=_integer(
                self._own(f"{aligned}.Interval", ""), usual.aligned_interval
            ),
            measurands=measurands(f"{sampled}.TxUpdatedMeasurands", usual.measurands),
            aligned_measurands=measurands(
                f"{aligned}.Measurands", usual.aligned_measurands
            ),
        )

    def write(self, known: Virtual, text: str) -> str | None:
        """Write a variable; return why not, or None if it is written."""
        if known.mutability == RO:
            return "is read-only"
        if known.mutability == WO:
            return "is not for the backend"
        if (problem := known.problem_of(text)) is not None:
            return problem
        if not known.kept:
            if text != known.value:
                self._requests.wishes.wish(
                    WishKind.SETTING, name=str(known.name), value=text
                )
                return "is a setting of the owner"
            return None
        if known.kind == "MemberList":
            text = ",".join(dict.fromkeys(listed(text)))
        self._memory.promise(_MEMORY, {**self._kept(), str(known.name): text})
        if known.name.variable == _HEARTBEAT and isinstance(
            self._memory.get("booted"), int
        ):
            # It is the interval that the answer to the boot had (G02).
            self._memory.put("booted", int(text))
        elif known.name.variable == _PING:
            self._memory.put("ping_interval", int(text))
        self.sampling = self._sampling()
        self._requests.wake()
        return None

    # All that there is.

    def all(self) -> dict[VariableName, Virtual]:
        """Return all variables by their names."""
        return {one.name: one for one in self._all()}

    def summary(self) -> list[Virtual]:
        """Return those about availability and problems."""
        return [one for one in self._all() if one.name.variable.casefold() in _SUMMARY]

    def _all(self) -> Iterator[Virtual]:
        yield from self._station()
        yield from self._connectors()
        yield from self._data()
        yield from self._communication()
        yield from self._controllers()

    def _station(self) -> Iterator[Virtual]:
        charge_point = self._requests.charge_point
        identity = charge_point.identity
        whole = charge_point.whole
        place = ("ChargingStation",)
        yield _text(place, "VendorName", identity.vendor or "unknown")
        yield _text(place, "Model", identity.model or "unknown")
        yield _text(place, "SerialNumber", identity.serial)
        yield _text(place, "FirmwareVersion", identity.firmware)
        away = not charge_point.connected or whole.available is False
        status = (
            ConnectorStatus.UNAVAILABLE
            if away
            else ConnectorStatus.FAULTED
            if whole.status is ConnectorStatus.FAULTED
            else ConnectorStatus.AVAILABLE
        )
        yield from self._availability(place, status)
        yield _integer_of(place, "SupplyPhases", None, least=0, most=3)

    def _connectors(self) -> Iterator[Virtual]:
        charge_point = self._requests.charge_point
        for number in charge_point.connector_numbers:
            one = charge_point.connectors[number]
            status = one.status or ConnectorStatus.UNAVAILABLE
            if not charge_point.connected and one.transaction is None:
                status = ConnectorStatus.UNAVAILABLE
            power = None
            if self._requests.may_measure(number):
                power = one.measurements.get("power")
            yield from self._availability(("EVSE", number), status)
            yield _integer_of(("EVSE", number), "SupplyPhases", None, least=0, most=3)
            yield Virtual(
                name=_name(("EVSE", number), "Power"),
                value=None if power is None else f"{power:.0f}",
                kind="decimal",
                unit="W",
            )
            yield from self._availability(("Connector", number, 1), status)
            yield _text(("Connector", number, 1), "ConnectorType", "Unknown")

    def _availability(
        self, place: tuple[Any, ...], status: ConnectorStatus
    ) -> Iterator[Virtual]:
        yield Virtual(
            name=_name(place, "AvailabilityState"),
            value=PLUG_STATUSES[status],
            kind="OptionList",
            values=_STATES,
        )
        yield _boolean(place, "Available", value=True)
        yield _boolean(place, "Problem", value=status is ConnectorStatus.FAULTED)

    def _data(self) -> Iterator[Virtual]:
        """Yield what the upstream may choose: which values it is told, and how often."""
        sampling, register = self.sampling, (REGISTER,)
        place: tuple[Any, ...] = ("SampledDataCtrlr",)
        yield _boolean(place, "Available", value=True)
        yield _boolean(place, "Enabled", value=True)
        yield _boolean(place, "SignReadings", value=False)
        yield _interval(place, "TxUpdatedInterval", sampling.interval)
        yield _measurands(place, "TxUpdatedMeasurands", sampling.measurands, kept=True)
        yield _measurands(place, "TxStartedMeasurands", register)
        yield _measurands(place, "TxEndedMeasurands", register)
        yield _integer_of(place, "TxEndedInterval", 0, unit="s")
        place = ("AlignedDataCtrlr",)
        yield _boolean(place, "Available", value=True)
        yield _boolean(place, "Enabled", value=True)
        yield _boolean(place, "SendDuringIdle", value=False)
        yield _boolean(place, "SignReadings", value=False)
        yield _interval(place, "Interval", sampling.aligned_interval)
        yield _measurands(place, "Measurands", sampling.aligned_measurands, kept=True)
        yield _measurands(place, "TxEndedMeasurands", ())
        yield _integer_of(place, "TxEndedInterval", 0, unit="s")

    def _communication(self) -> Iterator[Virtual]:
        place: tuple[Any, ...] = ("OCPPCommCtrlr",)
        booted = self._memory.get("booted")
        heartbeat = _integer(self._own(f"{place[0]}.{_HEARTBEAT}", ""), 0)
        if isinstance(booted, int) and booted > 0:
            heartbeat = booted
        yield _interval(place, _HEARTBEAT, heartbeat or _DEFAULT_HEARTBEAT, least=1)
        pings = self._memory.get("ping_interval")
        yield _interval(place, _PING, pings if isinstance(pings, int) else 60)
        yield _integer_of(place, "OfflineThreshold", 60, unit="s")
        yield _integer_of(place, "NetworkProfileConnectionAttempts", 1)
        yield _integer_of(place, "ResetRetries", 0)
        yield _integer_of(place, "MessageAttempts", 5, instance="TransactionEvent")
        yield _integer_of(
            place, "MessageAttemptInterval", 3600, instance="TransactionEvent", unit="s"
        )
        yield _integer_of(place, "MessageTimeout", 30, instance="Default", unit="s")
        yield _boolean(place, "UnlockOnEVSideDisconnect", value=True)
        yield _text(place, "ActiveNetworkProfile", "1")
        yield _list(place, "NetworkConfigurationPriority", "1", "SequenceList")
        yield _list(place, "FileTransferProtocols", "", "MemberList")
        place = ("DeviceDataCtrlr",)
        for instance in ("GetReport", "GetVariables", "SetVariables"):
            yield _integer_of(place, "ItemsPerMessage", MOST_ITEMS, instance=instance)
            yield _integer_of(
                place, "BytesPerMessage", 262_144, instance=instance, unit="B"
            )
        place = ("SecurityCtrlr",)
        settings = self._requests.settings
        secure = settings.url.lower().startswith("wss")
        level = 2 if secure else 1 if settings.password else 0
        yield _integer_of(place, "SecurityProfile", level)
        yield _integer_of(place, "CertificateEntries", 0)
        yield _text(
            place,
            "Identity",
            settings.identity or self._requests.charge_point.id,
        )
        yield Virtual(
            name=_name(place, "BasicAuthPassword"), value=None, mutability=WO, most=40
        )
        place = ("ClockCtrlr",)
        yield Virtual(
            name=_name(place, "DateTime"),
            value=format_time(utcnow()),
            kind="dateTime",
        )
        yield _list(place, "TimeSource", "NTP", "SequenceList")

    def _controllers(self) -> Iterator[Virtual]:
        """Yield what it may do here, by its roles, and what the owner would decide."""
        settings = self._requests.settings
        decides = settings.has(Role.AUTHORIZE)
        place: tuple[Any, ...] = ("AuthCtrlr",)
        yield _boolean(place, "Enabled", value=True)
        yield _boolean(place, "AuthorizeRemoteStart", value=False)
        yield _boolean(place, "LocalAuthorizeOffline", value=True, writable=True)
        yield _boolean(place, "LocalPreAuthorize", value=False, writable=True)
        place = ("AuthCacheCtrlr",)
        yield _boolean(place, "Available", value=decides)
        yield _boolean(place, "Enabled", value=decides)
        place = ("LocalAuthListCtrlr",)
        yield _boolean(place, "Available", value=decides)
        yield _boolean(place, "Enabled", value=decides)
        entries = len(self._requests.tags.keys)
        yield _integer_of(place, "Entries", entries, most=MOST_ENTRIES)
        yield _integer_of(place, "ItemsPerMessage", MOST_ITEMS)
        yield _integer_of(place, "BytesPerMessage", 262_144, unit="B")
        place = ("TxCtrlr",)
        yield _integer_of(
            place, "EVConnectionTimeOut", None, unit="s", writable=True, most=_DAY
        )
        yield _boolean(place, "StopTxOnEVSideDisconnect", value=True, writable=True)
        yield _boolean(place, "StopTxOnInvalidId", value=decides, writable=True)
        yield _list(place, "TxStartPoint", "PowerPathClosed", "MemberList")
        yield _list(place, "TxStopPoint", "PowerPathClosed", "MemberList")
        limits = settings.has(Role.LIMIT)
        place = ("SmartChargingCtrlr",)
        yield _boolean(place, "Available", value=limits)
        yield _boolean(place, "Enabled", value=limits)
        yield _integer_of(place, "ProfileStackLevel", MAX_STACK_LEVEL)
        yield _list(place, "RateUnit", "A,W", "MemberList")
        yield _integer_of(place, "PeriodsPerSchedule", MAX_PERIODS)
        yield _integer_of(
            place,
            "Entries",
            len(self._requests.limits.installed()),
            instance="ChargingProfiles",
            most=MAX_PROFILES,
        )
        yield Virtual(
            name=_name(place, "LimitChangeSignificance"), value="1", kind="decimal"
        )
        place = ("ReservationCtrlr",)
        yield _boolean(place, "Available", value=settings.has(Role.START_STOP))
        yield _boolean(place, "Enabled", value=settings.has(Role.START_STOP))
        yield _boolean(place, "NonEvseSpecific", value=True)
        for component in ("MonitoringCtrlr", "DisplayMessageCtrlr", "TariffCostCtrlr"):
            yield _boolean((component,), "Available", value=False)


def _name(
    place: tuple[Any, ...], variable: str, instance: str | None = None
) -> VariableName:
    """Return the name of a variable.

    Args:
        place: The component, and the numbers of its EVSE and its plug, if it has them.
        variable: The variable.
        instance: Its instance, if it has several.
    """
    component, evse, plug = (*place, None, None)[:3]
    return VariableName(
        component=component,
        evse=evse,
        plug=plug,
        variable=variable,
        variable_instance=instance,
    )


def _text(place: tuple[Any, ...], variable: str, value: str | None) -> Virtual:
    return Virtual(name=_name(place, variable), value=value)


def _list(place: tuple[Any, ...], variable: str, value: str, kind: str) -> Virtual:
    return Virtual(name=_name(place, variable), value=value, kind=kind)


def _boolean(
    place: tuple[Any, ...], variable: str, *, value: bool, writable: bool = False
) -> Virtual:
    return Virtual(
        name=_name(place, variable),
        value="true" if value else "false",
        kind="boolean",
        mutability=RW if writable else RO,
    )


def _integer_of(
    place: tuple[Any, ...],
    variable: str,
    value: int | None,
    *,
    instance: str | None = None,
    unit: str | None = None,
    least: float | None = None,
    most: float | None = None,
    writable: bool = False,
) -> Virtual:
    return Virtual(
        name=_name(place, variable, instance),
        value=None if value is None else str(value),
        kind="integer",
        mutability=RW if writable else RO,
        unit=unit,
        least=least,
        most=most,
    )


def _interval(
    place: tuple[Any, ...], variable: str, value: int, *, least: int = 0
) -> Virtual:
    """Return a number of seconds that the upstream may choose."""
    return Virtual(
        name=_name(place, variable),
        value=str(value),
        kind="integer",
        mutability=RW,
        unit="s",
        least=least,
        most=_DAY,
        kept=True,
    )


def _measurands(
    place: tuple[Any, ...],
    variable: str,
    value: Iterable[str],
    *,
    kept: bool = False,
) -> Virtual:
    return Virtual(
        name=_name(place, variable),
        value=",".join(value),
        kind="MemberList",
        mutability=RW if kept else RO,
        values=",".join(MEASURANDS),
        kept=kept,
    )


def _integer(text: str, default: int) -> int:
    """Return a whole number that is not negative, or the default."""
    return int(text) if text.isdecimal() else default
