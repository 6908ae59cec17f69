"""The inputs and outputs of the control laws."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

PHASES = (0, 1, 2)
"""The phases of the house, L1 to L3."""

MAIN: Final = "main"
"""The key of the connection of the house, which is the root of all circuits."""


class ChargeMode(StrEnum):
    """The charge mode of a charger."""

    MANUAL = "manual"
    """No control."""
    OFF = "off"
    FAST = "fast"
    MIN_SOLAR = "min_solar"
    """At least the minimum current, more with surplus."""
    SOLAR = "solar"


class Reason(StrEnum):
    """The reason for a decision."""

    MANUAL = "manual"
    OFF = "off"
    NOT_CONNECTED = "not_connected"
    FAST = "fast"
    BOOST = "boost"
    """It charges fast once, whatever the mode."""
    PLAN = "plan"
    WAITING_FOR_SUN = "waiting_for_sun"
    START_DELAY = "start_delay"
    FOLLOWING_SUN = "following_sun"
    MINIMUM_CURRENT = "minimum_current"
    STOP_DELAY = "stop_delay"
    PHASE_DELAY = "phase_delay"
    PAUSE_TIME = "pause_time"
    """It has just stopped, and does not start again at once."""
    BATTERY_SUPPORT = "battery_support"
    """The home battery is full enough to support charging."""
    BATTERY_FIRST = "battery_first"
    OTHER_FIRST = "other_first"
    """Another charger gets the surplus."""
    FUSE_LIMIT = "fuse_limit"
    CIRCUIT_LIMIT = "circuit_limit"
    """A circuit below the main fuse limits it."""
    CEILING = "ceiling"
    """A ceiling from outside limits it, for example the grid operator's."""
    BACKEND_LIMIT = "backend_limit"
    """A backend allows no more."""
    PEAK_LIMIT = "peak_limit"
    """The mean of the running quarter of an hour would exceed the peak."""
    HOUSE_BATTERY = "house_battery"
    """It would empty the home battery into the car."""
    WAITING_FOR_CAR = "waiting_for_car"
    WAKING_CAR = "waking_car"
    """The car took no power after a pause, and is being woken."""
    PROBING_CAR = "probing_car"
    """It charges shortly, to learn on how many phases the car does."""
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """It could charge, but no session is active."""
    CAR_FULL = "car_full"
    TARGET_REACHED = "target_reached"
    """The charger has stopped by itself, as the session has what was wanted."""
    METER_STALE = "meter_stale"
    DISCHARGING = "discharging"
    """The car supplies the house."""
    CAR_RESERVE = "car_reserve"
    """The car keeps what is left for its next trip."""


class Switching(StrEnum):
    """How readily charging starts, stops and switches phases with the surplus."""

    FIXED = "fixed"
    """With the delays of the settings."""
    GENTLE = "gentle"
    BALANCED = "balanced"
    EAGER = "eager"


class Split(StrEnum):
    """What decides which charger comes first for surplus and fuse."""

    PRIORITY = "priority"
    """The fixed priorities; equal ones share."""
    URGENCY = "urgency"
    """The plan with the least slack; without plans as `PRIORITY`."""
    SOC = "soc"
    """The lowest state of charge; chargers without one come last."""


class Holding(StrEnum):
    """When the home battery must not be discharged into a car."""

    OFF = "off"
    """It may always be."""
    ALWAYS = "always"
    BELOW_SOC = "below_soc"
    """At and below a state of charge."""
    ABOVE_PRICE = "above_price"
    """Only above a price of energy is its energy kept for the house."""


class CeilingScope(StrEnum):
    """What a ceiling from outside limits."""

    EACH = "each"
    """Each charger."""
    ALL = "all"
    """All chargers together."""
    GRID = "grid"
    """The import at the meter of its circuit, the house included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Circuit:
    """A circuit with a fuse; the circuits of a house are a tree below `MAIN`."""

    key: str
    limit_a: float
    """The maximum current per phase."""
    parent: str = MAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """A limit that somebody outside may impose; `HouseReading.ceilings` has its value."""

    key: str
    circuit: str = MAIN
    scope: CeilingScope = CeilingScope.EACH
    counts_pv: bool = True
    """True if own solar power may be charged beyond it (not for scope `GRID`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imposed:
    """A ceiling that is in force."""

    ceiling: Ceiling
    power_w: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with the time of its last report, even if that was unchanged."""

    value: float | None
    """None, NaN and infinite values are unknown."""
    at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryReading:
    """The measurements of a home battery."""

    power: Measured
    """In W, positive while it discharges."""
    soc: Measured | None = None
    """In %."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CircuitReading:
    """The measurements of a circuit's own meter; None without one."""

    currents_a: tuple[Measured, Measured, Measured] | None = None
    power_w: Measured | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The settings of a house. Delays are in seconds."""

    voltage_v: float = 230.0
    fuse_a: float | None = None
    """The maximum current of the connection per phase."""
    fuse_margin_a: float = 0.5
    """The part of it that stays unused."""
    fuse_recovery_s: float = 60.0
    """The time constant with which a peak of the house's consumption decays."""
    reserve_w: float = 0.0
    """The surplus that is exported; a negative value allows import."""
    start_w: float | None = None
    """The surplus for a start; None for the power of the minimum current."""
    stop_w: float | None = None
    """The surplus below which to stop; None for the power of the minimum current."""
    start_delay_s: float = 20.0
    stop_delay_s: float = 240.0
    """For a surplus of 0; longer for a smaller deficit."""
    phase_up_delay_s: float = 120.0
    """For 1.4 kW above the maximum of one phase; shorter for a larger gain."""
    phase_down_delay_s: float = 240.0
    """For a deficit of 1.4 kW."""
    min_on_s: float = 120.0
    min_off_s: float = 20.0
    phase_guard_s: float = 120.0
    rise_s: float = 5.0
    """The time constant for a rising surplus; a falling surplus counts at once."""
    stale_s: float = 120.0
    """The maximum age of a value of the grid meter."""
    switching: Switching = Switching.FIXED
    most_changes_per_hour: int = 60
    """The cap on changes of a charger for sun and price."""
    gap_s: float = 300.0
    """The time to continue with the least current after the meter became silent."""
    split: Split = Split.PRIORITY
    circuits: tuple[Circuit, ...] = ()
    """Below the main fuse, which is `fuse_a`."""
    ceilings: tuple[Ceiling, ...] = ()
    peak_w: float | None = None
    """The maximum mean import of a quarter of an hour, from its full start on."""
    holding: Holding = Holding.OFF
    hold_soc: float = 0.0
    hold_price: float = 0.0
    priority_soc: float = 0.0
    """Below it, the power that charges the home battery is not surplus."""
    buffer_soc: float = 100.0
    """Above it, charging continues without surplus."""
    buffer_start_soc: float = 100.0
    """Above it, charging also starts without surplus."""
    car_before_battery: bool = False
    """True if a car that supplies the house does so before the home battery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Charger:
    """The properties of a charger."""

    key: str
    min_a: float = 6.0
    max_a: float = 16.0
    step_a: float = 1.0
    phase_options: tuple[int, ...] = (3,)
    """The possible numbers of phases, ascending: (1,), (3,) or (1, 3)."""
    remembers_phases: bool = False
    """True to assume the number of phases of the previous car for a new car."""
    rotation: tuple[int, ...] = PHASES
    """The phase of the house behind each of its own: (1, 2, 0) is L1 on the house's L2."""
    circuit: str = MAIN
    """The key of the circuit that it is on."""
    priority: int = 0
    """The larger one comes first; equal ones share."""
    guard_s: float = 10.0
    """The minimum time between two commands, except for the fuse."""
    settle_s: float = 8.0
    """The time in which a car follows a change of the current."""
    start_s: float = 40.0
    """The time in which a car starts, also after a change of phases."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseReading:
    """The measurements of the house. The empty reading is one without any meter."""

    grid: tuple[Measured, ...] = ()
    """The power of each grid meter in W; their sum is that of the house."""
    currents_a: tuple[Measured, Measured, Measured] | None = None
    """Import on L1 to L3, negative for export; unsigned values are possible, too."""
    powers_w: tuple[Measured, Measured, Measured] | None = None
    """The signed power on L1 to L3 in W; takes precedence over `currents_a`."""
    batteries: tuple[BatteryReading, ...] = ()
    pv: tuple[Measured, ...] = ()
    """The power of each inverter in W."""
    circuits: Mapping[str, CircuitReading] = field(default_factory=dict)
    """By the key of the circuit."""
    ceilings: Mapping[str, Measured | None] = field(default_factory=dict)
    """By the key of the ceiling: its value in W; None while there is no limit."""
    price: float | None = None
    """The present price of a kWh from the grid."""
    month: str | None = None
    """The running month of the place, as any name; None while nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discharge:
    """What may be discharged from a car; without it, nothing is."""

    most_w: float
    """The highest power that charger, car and user allow, as a positive value."""
    least_w: float = 0.0
    """The lowest power above 0 that it can discharge with."""
    reserve_soc: float = 100.0
    """The state of charge in % that is kept, whatever the house needs."""
    grid_w: float = 0.0
    """The import at the grid meter that it leaves; it never aims for export."""
    plan_soc: float | None = None
    """The state of charge in % that a plan is for; None counts as a full car."""
    recharge_price: float | None = None
    """The price of a kWh with which it would be charged again; None if unknown."""
    wear_price: float = 0.0
    """What a discharged kWh costs in wear of the battery."""
    efficiency: float = 0.81
    """The part that comes back of a kWh that was charged."""
    capacity_kwh: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargerReading:
    """The present state of a charger."""

    mode: ChargeMode
    plugged_in: bool
    charging: bool
    """True if the car charges according to the charger's status."""
    power_w: float | None = None
    """Negative while the car discharges."""
    currents_a: tuple[float, float, float] | None = None
    """On its own L1 to L3."""
    measured_at: float = 0.0
    """The time of the last report of power and currents."""
    online: bool = True
    due_w: float = 0.0
    """The power that a plan requires now, whatever the surplus (planning/joint.py)."""
    urgent: bool = False
    """True if its plan is late: it goes before everything but the fuse."""
    slack_s: float | None = None
    """The time that its plan could still wait; None without a plan."""
    planned: bool = False
    """True if a plan is armed, so that the car's phases matter."""
    boost: bool = False
    """True to charge fast, whatever the mode except `MANUAL`."""
    car: str | None = None
    """An opaque id of the car, by which what was learned of it is found again."""
    soc: float | None = None
    """The state of charge of the car in %."""
    voltages_v: tuple[float, float, float] | None = None
    """On its own L1 to L3."""
    restartable: bool = False
    """True if a session can be ended and started again to wake the car."""
    limit_a: float | None = None
    """The limit of the user."""
    full: bool = False
    """True if the car reports that it is full, or has reached its target."""
    session: bool = True
    """True if a session is active; without a session no current flows."""
    startable: bool = False
    """True if a session can be started now; it is started if the decision says so."""
    discharge: Discharge | None = None
    """What may be discharged; None while the user's switch is off, or it cannot be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The decision for a charger, valid until the next decision."""

    current_a: float | None
    """0 to pause; None to leave the charger alone."""
    phases: int | None
    """None to leave the phases alone."""
    reason: Reason
    until: float | None = None
    """The time at which the delay of `reason` ends, under present conditions."""
    surplus_w: float | None = None
    """The surplus for this charger; None while it is unknown."""
    target_w: float | None = None
    """The expected power."""
    start: bool = False
    """True to start a session, as none is active."""
    setpoint_w: float | None = None
    """The power that the car has to follow, below 0 to discharge; None only limits."""
    restart: bool = False
    """True to end the session and start it again, as the car sleeps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseDecision:
    """What the control wants of the house itself, and what limits all of it."""

    hold_battery: bool = False
    """True to keep the home battery from discharging."""
    ceiling_w: float | None = None
    """The lowest ceiling from outside that is in force; None without one."""
    imposed: tuple[Imposed, ...] = ()
    """All ceilings from outside that are in force."""
    peak_mean_w: float | None = None
    """The mean import of the running quarter of an hour so far; None if unknown."""
    peak_month_w: float | None = None
    """The largest mean of a quarter of an hour in the running month."""
    surplus_w: float | None = None
    """The surplus for all cars, their present power included; None if unknown."""
