"""Typed values of a go-eCharger. Missing and invalid values are None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re
from types import MappingProxyType
from typing import Any, Self

from .enums import (
    AccessControl,
    CarState,
    ConnectorStatus,
    Fault,
    ForceState,
    Generation,
    LogicMode,
    ModelStatus,
    PhaseMode,
    Suitability,
)
from .settings import SETTINGS, TLS
from .values import Json, Reader, Values

IDENTITY_KEYS = ("sse", "typ", "fwv", "var", "fna", "oem", "rev")
OCPP_KEYS = (
    "ocppe",
    "ocppu",
    "ocpps",
    "ocppc",
    "ocppca",
    "ocppa",
    "ocppaa",
    "ocppcs",
    "ocppti",
    "ocpph",
    "ocppi",
    "ocppai",
    "ocppcm",
    "ocppd",
    "ocppf",
    "ocppio",
    "ocpple",
    "ocpplea",
    "ocppdp",
    "ocppmp",
    "ocpptp",
    "rbt",
)
CONTROL_KEYS = (
    "frc",
    "lmo",
    "fup",
    "awe",
    "psm",
    "acs",
    "acp",
    "amp",
    "ama",
    "mca",
    "trx",
    "loe",
    "dwo",
    "sua",
    "sch_week",
    "sch_satur",
    "sch_sund",
)
STATE_KEYS = (*IDENTITY_KEYS, *OCPP_KEYS, *CONTROL_KEYS, *sorted(TLS))
STATUS_KEYS = (
    *IDENTITY_KEYS,
    *OCPP_KEYS,
    "modelStatus",
    "car",
    "err",
    "wst",
    "rssi",
    "rbc",
)

_SERIAL = re.compile(r"\w{1,32}", re.ASCII)
_GENERATIONS = {
    "go-echarger": Generation.V3,
    "go-echarger_v4": Generation.V4,
    "go-echarger_v5": Generation.V5,
    "go-echarger_pro": Generation.PRO,
    "go-echarger_phoenix": Generation.PHOENIX,
}
_WIFI_CONNECTED = 3
_MOST_CURRENT = {11: 16, 22: 32}


_VERSION = re.compile(r"[vV]?(\d{1,6})(?:\.(\d{1,6}))?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Firmware:
    """A version as the charger spells it: "055.5", "59.4", "59.3-rc2"."""

    text: str
    number: tuple[int, int] | None
    """(55, 5), (59, 4), (59, 3); None if there is no number in it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the version in a text; never fails."""
        match = _VERSION.match(text)
        number = (int(match[1]), int(match[2] or 0)) if match else None
        return cls(text, number)

    def at_least(self, major: int, minor: int = 0) -> bool:
        """Return whether it is at least that version; False if it has no number."""
        return self.number is not None and self.number >= (major, minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The identity of a charger."""

    serial: str
    """`sse`: digits, with their leading zeros."""
    model: str
    """`typ`, which is also the chargePointModel of its BootNotification."""
    generation: Generation
    firmware: Firmware
    name: str | None
    """The name that the user has given (`fna`)."""
    manufacturer: str | None
    hardware: str | None
    max_current: int | None
    """The rated current in A (`var`: 11 or 22 kW)."""

    @classmethod
    def read(cls, values: Values) -> Self | None:
        """Return the identity; None if the device is not a go-eCharger."""
        reader = Reader(values)
        serial, model = reader.text("sse"), reader.text("typ")
        if not serial or not model or not _SERIAL.fullmatch(serial):
            return None
        # The go-e Controller has the same API, but is not a charger.
        if "controller" in model.lower():
            return None
        manufacturer = reader.text("oem") or None
        return cls(
            serial=serial,
            model=model,
            generation=generation(model, manufacturer),
            firmware=Firmware.parse(reader.text("fwv") or ""),
            name=reader.text("fna") or None,
            manufacturer=manufacturer,
            hardware=reader.text("rev") or None,
            max_current=_MOST_CURRENT.get(reader.number("var") or 0),
        )


def generation(model: str, manufacturer: str | None = None) -> Generation:
    """Return the hardware generation for a `typ` and an `oem`."""
    model = model.lower()
    if model.startswith("wattpilot") or (manufacturer or "").lower() == "fronius":
        return Generation.WATTPILOT
    return _GENERATIONS.get(model, Generation.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcppState:
    """The state of OCPP on the charger. Times are in ms since its last boot."""

    enabled: bool | None
    url: str | None
    started: bool | None
    connected: bool | None
    connected_at: int | None
    accepted: bool | None
    """Connected, and its BootNotification was accepted."""
    accepted_at: int | None
    connector_status: ConnectorStatus | None
    transaction_id: int | None
    heartbeat_interval: int | None
    sample_interval: int | None
    clock_aligned_interval: int | None
    sample_condition: int | None
    """0 samples within transactions only, 1 whenever it charges."""
    id_tag: str | None
    """The id tag for charging without a card (`ocppd`)."""
    fallback_current: int | None
    """In A, while the central system is away; None for no change, or unknown."""
    inoperative: bool | None
    last_error: str | None
    last_error_at: int | None
    default_profiles: tuple[dict[str, Any], ...]
    """TxDefaultProfiles as they were installed."""
    max_profiles: tuple[dict[str, Any], ...]
    tx_profiles: tuple[dict[str, Any], ...]
    uptime: int | None

    @classmethod
    def read(cls, values: Values) -> Self:
        """Return the state from the values that were read."""
        reader = Reader(values)
        return cls(
            enabled=reader.flag("ocppe"),
            url=reader.text("ocppu", 1000),
            started=reader.flag("ocpps"),
            connected=reader.flag("ocppc"),
            connected_at=reader.number("ocppca"),
            accepted=reader.flag("ocppa"),
            accepted_at=reader.number("ocppaa"),
            connector_status=ConnectorStatus.read(values.get("ocppcs")),
            transaction_id=reader.number("ocppti", -(2**31), 2**31 - 1),
            heartbeat_interval=reader.number("ocpph", 0, 2**31 - 1),
            sample_interval=reader.number("ocppi", 0, 2**31 - 1),
            clock_aligned_interval=reader.number("ocppai", 0, 2**31 - 1),
            sample_condition=reader.number("ocppcm", 0, 255),
            id_tag=reader.text("ocppd"),
            fallback_current=reader.number("ocppf", 0, 255),
            inoperative=reader.flag("ocppio"),
            last_error=reader.text("ocpple", 1000) or None,
            last_error_at=reader.number("ocpplea"),
            default_profiles=reader.items("ocppdp"),
            max_profiles=reader.items("ocppmp"),
            tx_profiles=reader.items("ocpptp"),
            uptime=reader.number("rbt"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The settings that decide who controls the charger."""

    force_state: ForceState | None
    logic_mode: LogicMode | None
    surplus: bool | None
    tariff: bool | None
    phase_mode: PhaseMode | None
    access: AccessControl | None
    pause_allowed: bool | None
    requested_current: int | None
    """The limit in A for everything, including OCPP's charging profiles."""
    maximum_current: int | None
    """The maximum current of the installation in A (`ama`)."""
    minimum_current: int | None
    transaction: int | None
    """0 is without a card, 1 to 10 the number of the card; None is no transaction."""
    load_balancing: bool | None
    energy_limited: bool
    unplug_simulated: bool | None
    scheduled: bool
    """True if a schedule allows or blocks charging by the time of day."""

    @classmethod
    def read(cls, values: Values) -> Self:
        """Return the settings from the values that were read."""
        reader = Reader(values)
        return cls(
            force_state=ForceState.read(values.get("frc")),
            logic_mode=LogicMode.read(values.get("lmo")),
            surplus=reader.flag("fup"),
            tariff=reader.flag("awe"),
            phase_mode=PhaseMode.read(values.get("psm")),
            access=AccessControl.read(values.get("acs")),
            pause_allowed=reader.flag("acp"),
            requested_current=reader.number("amp", 0, 255),
            maximum_current=reader.number("ama", 0, 255),
            minimum_current=reader.number("mca", 0, 255),
            transaction=reader.number("trx", 0, 255),
            load_balancing=reader.flag("loe"),
            energy_limited=isinstance(values.get("dwo"), int | float),
            unplug_simulated=reader.flag("sua"),
            scheduled=any(
                Reader(day).number("control")
                for key in ("sch_week", "sch_satur", "sch_sund")
                for day in reader.items(key)
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoEState:
    """The state that a plan is made from."""

    identity: Identity
    ocpp: OcppState
    controls: Controls
    settings: Mapping[str, Json] = field(hash=False)
    """The present values of the keys of `SETTINGS`, without invalid values."""

    @classmethod
    def read(cls, values: Values) -> Self | None:
        """Return the state; None if the device is not a go-eCharger."""
        if (identity := Identity.read(values)) is None:
            return None
        settings = {
            key: values[key]
            for key, setting in SETTINGS.items()
            if key in values and setting.fits(values[key])
        }
        return cls(
            identity=identity,
            ocpp=OcppState.read(values),
            controls=Controls.read(values),
            settings=MappingProxyType(settings),
        )

    @property
    def suitability(self) -> Suitability:
        """The suitability of this charger for OCPP."""
        firmware = self.identity.firmware
        # A Wattpilot has its own version numbers: 40.7 supports OCPP.
        own_numbers = self.identity.generation is Generation.WATTPILOT
        if firmware.number and not own_numbers and not firmware.at_least(54):
            return Suitability.TOO_OLD
        if not self.settings.keys() >= {"ocppe", "ocppu"}:
            return Suitability.NO_OCPP
        if own_numbers or firmware.at_least(55, 7):
            return Suitability.GOOD
        return Suitability.OLD if firmware.number else Suitability.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class GoEStatus:
    """The values that are polled, for sensors and for the check of the set-up."""

    identity: Identity
    ocpp: OcppState
    model_status: ModelStatus | None
    car: CarState | None
    fault: Fault | None
    wifi_connected: bool | None
    rssi: int | None
    """The signal strength in dBm; None without Wi-Fi."""
    reboot_count: int | None

    @classmethod
    def read(cls, values: Values) -> Self | None:
        """Return the status; None if the device is not a go-eCharger."""
        if (identity := Identity.read(values)) is None:
            return None
        reader = Reader(values)
        wifi = reader.number("wst", 0, 255)
        return cls(
            identity=identity,
            ocpp=OcppState.read(values),
            model_status=ModelStatus.read(values.get("modelStatus")),
            car=CarState.read(values.get("car")),
            fault=Fault.read(values.get("err")),
            wifi_connected=None if wifi is None else wifi == _WIFI_CONNECTED,
            rssi=reader.number("rssi", -128, 0),
            reboot_count=reader.number("rbc"),
        )
