"""The reported capabilities and settings of a charge point, in any version of OCPP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from .profile import OperationMode, Unit
from .security import SecurityLevel

MOST_TOLD: Final = 1_000_000
"""The highest number of anything that a charge point is believed.

It is sent back as a stack level, and ids are counted from it, which have 32 bits.
"""


class Feature(StrEnum):
    """The feature profiles of OCPP 1.6 (3.3), or functional blocks of 2.x."""

    FIRMWARE_MANAGEMENT = "firmware_management"
    LOCAL_LIST = "local_list"
    REMOTE_TRIGGER = "remote_trigger"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart_charging"


class SessionLimit(StrEnum):
    """What a charge point can end or suspend a session at by itself (2.1: E16)."""

    COST = "cost"
    ENERGY = "energy"
    SOC = "soc"
    TIME = "time"


DISCHARGING_MODES: Final = frozenset(
    {OperationMode.CENTRAL_SETPOINT, OperationMode.LOCAL_LOAD_BALANCING}
)
"""The operation modes in which we let a vehicle discharge."""


@dataclass(frozen=True, kw_only=True, slots=True)
class V2xAbilities:
    """What a charge point says of discharging vehicles (2.1: V2XChargingCtrlr)."""

    enabled: bool = False
    modes: frozenset[OperationMode] = frozenset()
    """The operation modes that it offers; each one that does V2X has some."""
    transfer_modes: frozenset[str] = frozenset()
    """The ways of energy transfer, as in OCPP in snake case: `ac_bpt`, `dc_bpt`."""
    charge_w: float | None = None
    """The highest power to a vehicle; None if it does not tell."""
    discharge_w: float | None = None
    """The highest power from a vehicle, as a positive value; None if it does not tell."""
    of_connector: Mapping[int, Self] = field(default_factory=dict)
    """Connector -> its own abilities, where they are told by connector."""

    def at(self, connector: int) -> Self:
        """Return the abilities at a connector."""
        return self.of_connector.get(connector, self)

    @property
    def anywhere(self) -> bool:
        """Return whether vehicles can discharge at any connector."""
        return self.discharges or any(
            one.discharges for one in self.of_connector.values()
        )

    @property
    def discharges(self) -> bool:
        """Return whether vehicles can discharge here, as far as this is told."""
        return self.enabled and bool(self.modes & DISCHARGING_MODES)


@dataclass(frozen=True, kw_only=True, slots=True)
class DisplayAbilities:
    """What a display for messages can show; what is empty is not known.

    The words are those of OCPP without case: `utf8`, `infront`, `charging`.
    """

    formats: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    most: int | None = None
    """The highest number of messages at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """The capabilities that a charge point reports; None if it does not report them.

    Each version of OCPP fills it: 1.6 from configuration keys, 2.x from the device
    model. It is replaced as a whole whenever the charge point has been queried.
    """

    connectors: int = 0
    """The number of connectors; 0 if it is not reported."""
    features: frozenset[Feature] | None = None
    """The declared features. They are no proof: some charge points declare too few."""

    measurements: frozenset[str] = frozenset()
    """Keys of `Connector.measurements` that it sends within transactions."""
    sample_interval: int | None = None
    """Seconds between the meter values of a transaction."""
    connection_timeout: float | None = None
    """Seconds that it waits for a vehicle after an authorization."""
    phase_rotation: str | None = None
    """The order of the phases at its connectors, in its spelling: `0.RST,1.RTS`."""

    units: frozenset[Unit] = frozenset()
    """The units in which limits may be; empty if they are not reported."""
    evse_units: Mapping[int, frozenset[Unit]] = field(default_factory=dict)
    """Connector -> its units, where it reports them by connector."""
    max_stack_level: int | None = None
    max_profiles: int | None = None
    """The maximum number of installed charging profiles."""
    max_periods: int | None = None
    """The maximum number of periods in a schedule."""
    switches_phases: bool = False
    """True if it reports that it can switch from three phases to one."""

    dynamic_profiles: bool = False
    """True if limits may be changed by small messages (2.1: K28)."""
    offline_limits: bool = False
    """True if a profile may end some time after the connection was lost (2.1)."""
    local_time: bool = False
    """True if a schedule may be in local time (2.1)."""
    time_zone: str | None = None
    """The time zone that local time is in, as in the IANA database."""
    limit_at_soc: bool = False
    """True if a schedule may have a lower limit from a state of charge on (2.1)."""
    random_delay: bool = False
    """True if changes of a limit may be put off by chance (2.1)."""
    session_limits: frozenset[SessionLimit] = frozenset()
    """The limits of a transaction that it keeps by itself (2.1: E16)."""
    keeps_session_profiles: bool = False
    """True if the profile of a session outlasts an interruption (2.1: E17.FR.15)."""
    priority_profiles: bool = False
    """True if it knows profiles of the purpose priority charging (2.1: K21, K22)."""
    v2x: V2xAbilities | None = None
    """What it says of discharging vehicles; None if it says nothing."""
    tariffs: bool = False
    """True if it takes tariffs, and calculates costs by them (2.1: I07 to I12)."""
    shows_costs: bool = False
    """True if it shows the cost that it is told."""
    display: DisplayAbilities | None = None
    """What its display for messages can do (O); None if it has none."""
    monitors: bool = False
    """True if it watches variables, and tells of them (N)."""

    local_list_enabled: bool | None = None
    local_list_entries: int | None = None
    """The maximum number of id tags in the local list."""
    local_list_entries_at_once: int | None = None
    """The maximum number of id tags in a SendLocalList."""
    reserves_any_connector: bool = False
    """True if a reservation need not name a connector."""

    security_level: SecurityLevel | None = None
    """The level that it is set to; it may connect at another, and change it later."""
    lists_password: bool = False
    """True if it lists the setting for its password; some leave it out."""

    def declares(self, feature: Feature) -> bool:
        """Return whether it declares a feature; False without any declaration."""
        return self.features is not None and feature in self.features

    def lacks(self, feature: Feature) -> bool:
        """Return whether it declares features, but not this feature."""
        return self.features is not None and feature not in self.features


class SettingKind(StrEnum):
    """The type of a setting's value (2.0.1: DataEnumType)."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIME = "time"
    OPTION = "option"
    """One of the options."""
    LIST = "list"
    """Some of the options, or any words, separated by commas; the order matters."""
    SET = "set"
    """Like LIST, but the order does not matter."""
    PASSWORD = "password"
    """A text that can be written only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A setting that a charge point has reported."""

    name: str
    """Its name in the charge point's version, as `Commands.write_setting` takes it."""
    value: str | None
    """Its present value as text; None if it cannot be read."""
    kind: SettingKind = SettingKind.TEXT
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    """The highest number, or the most characters of a text."""
    unit: str | None = None
    writable: bool = True
    required: bool = False
    """True if it must not be empty."""
    of_connection: bool = False
    """True if a wrong value can cut the charge point off."""
