"""The inputs and outputs of the control laws."""

from dataclasses import dataclass
from enum import StrEnum

PHASES = (0, 1, 2)
"""The phases of the house, L1 to L3."""


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
    WAITING_FOR_CAR = "waiting_for_car"
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """It could charge, but no session is active."""
    CAR_FULL = "car_full"
    METER_STALE = "meter_stale"


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
    start_delay_s: float = 90.0
    stop_delay_s: float = 150.0
    """For a surplus of 0; longer for a smaller deficit."""
    phase_up_delay_s: float = 120.0
    """For 1.4 kW above the maximum of one phase; shorter for a larger gain."""
    phase_down_delay_s: float = 240.0
    """For a deficit of 1.4 kW."""
    min_on_s: float = 120.0
    min_off_s: float = 120.0
    phase_guard_s: float = 120.0
    rise_s: float = 5.0
    """The time constant for a rising surplus; a falling surplus counts at once."""
    stale_s: float = 120.0
    """The maximum age of a value of the grid meter."""
    priority_soc: float = 0.0
    """Below it, the power that charges the home battery is not surplus."""
    buffer_soc: float = 100.0
    """Above it, charging continues without surplus."""
    buffer_start_soc: float = 100.0
    """Above it, charging also starts without surplus."""


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
    """The measurements of the house; None, NaN and infinite values are unknown.

    The `at` times are those of the last report, even if the value was unchanged.
    """

    grid_w: float | None
    grid_at: float
    currents_a: tuple[float, float, float] | None = None
    """Import on L1 to L3, negative for export; unsigned values are possible, too."""
    currents_at: float = 0.0
    battery_w: float | None = None
    battery_soc: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargerReading:
    """The present state of a charger."""

    mode: ChargeMode
    plugged_in: bool
    charging: bool
    """True if the car charges according to the charger's status."""
    power_w: float | None = None
    currents_a: tuple[float, float, float] | None = None
    """On its own L1 to L3."""
    measured_at: float = 0.0
    """The time of the last report of power and currents."""
    online: bool = True
    due_w: float = 0.0
    """The power that a plan requires now, whatever the surplus (planner.py)."""
    limit_a: float | None = None
    """The limit of the user."""
    full: bool = False
    """True if the car reports that it is full, or has reached its target."""
    session: bool = True
    """True if a session is active; without a session no current flows."""
    startable: bool = False
    """True if a session can be started now; it is started if the decision says so."""


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
