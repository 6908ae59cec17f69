"""What the control laws are told, and what they answer."""

from dataclasses import dataclass
from enum import StrEnum

PHASES = (0, 1, 2)
"""The phases of the house, L1 to L3."""


class ChargeMode(StrEnum):
    """What a charger follows."""

    MANUAL = "manual"
    """Nobody interferes."""
    OFF = "off"
    FAST = "fast"
    MIN_SOLAR = "min_solar"
    """The least current always, more with the sun."""
    SOLAR = "solar"


class Reason(StrEnum):
    """Why a charger does what it does."""

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
    """The house's battery is full enough to help out."""
    BATTERY_FIRST = "battery_first"
    OTHER_FIRST = "other_first"
    """Another charger gets what there is."""
    FUSE_LIMIT = "fuse_limit"
    WAITING_FOR_CAR = "waiting_for_car"
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """It would charge, but no session runs."""
    CAR_FULL = "car_full"
    METER_STALE = "meter_stale"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What holds for the house. Delays are in seconds."""

    voltage_v: float = 230.0
    fuse_a: float | None = None
    """What the connection of the house carries per phase."""
    fuse_margin_a: float = 0.5
    """What stays free of it."""
    fuse_recovery_s: float = 60.0
    """How long what the house took once is reckoned with, before cars get it."""
    reserve_w: float = 0.0
    """Surplus that is left to the grid; negative: what may be imported."""
    start_w: float | None = None
    """Surplus to start at; None: what the least current takes."""
    stop_w: float | None = None
    """Surplus to stop below; None: what the least current takes."""
    start_delay_s: float = 90.0
    stop_delay_s: float = 150.0
    """Holds for a surplus of nothing at all; with a smaller lack it takes longer."""
    phase_up_delay_s: float = 120.0
    """Holds for 1.4 kW more than one phase can take; with a larger gain it is quicker."""
    phase_down_delay_s: float = 240.0
    """Holds for a lack of 1.4 kW."""
    min_on_s: float = 120.0
    min_off_s: float = 120.0
    phase_guard_s: float = 120.0
    rise_s: float = 5.0
    """How slowly a rising surplus is believed; a falling one is at once."""
    stale_s: float = 120.0
    """How long the grid meter may be silent."""
    priority_soc: float = 0.0
    """Below it, what charges the house's battery is no surplus."""
    buffer_soc: float = 100.0
    """Above it, the battery keeps charging going."""
    buffer_start_soc: float = 100.0
    """Above it, the battery lets charging begin."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Charger:
    """What a charger is."""

    key: str
    min_a: float = 6.0
    max_a: float = 16.0
    step_a: float = 1.0
    phase_options: tuple[int, ...] = (3,)
    """How many phases it can charge on, ascending: (1,), (3,) or (1, 3)."""
    remembers_phases: bool = False
    """Whether a new car is thought to charge on as many as the one before it."""
    rotation: tuple[int, ...] = PHASES
    """The phase of the house behind each of its own: (1, 2, 0) is L1 on the house's L2."""
    priority: int = 0
    """The larger one comes first; equal ones share."""
    guard_s: float = 10.0
    """The least time between two commands, but for the fuse."""
    settle_s: float = 8.0
    """How long a car takes to follow a change of the current."""
    start_s: float = 40.0
    """How long a car takes to begin, also after a change of phases."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseReading:
    """What is measured at the house; None, NaN and infinite are unknown.

    `at` is when the value was last told, also if it was the same as before.
    """

    grid_w: float | None
    grid_at: float
    currents_a: tuple[float, float, float] | None = None
    """From the grid on L1 to L3, negative into it; without a sign it works as well."""
    currents_at: float = 0.0
    battery_w: float | None = None
    battery_soc: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargerReading:
    """What is known of a charger now."""

    mode: ChargeMode
    plugged_in: bool
    charging: bool
    """Whether the car takes power by the charger's status."""
    power_w: float | None = None
    currents_a: tuple[float, float, float] | None = None
    """On its own L1 to L3."""
    measured_at: float = 0.0
    """When power and currents were last told."""
    online: bool = True
    due_w: float = 0.0
    """What a plan wants now, sun or not (planner.py)."""
    limit_a: float | None = None
    """What the user allows."""
    full: bool = False
    """The car says that it is, or has reached what it should."""
    session: bool = True
    """Whether a session runs, without which nothing flows."""
    startable: bool = False
    """Whether one can be started now, and is if the decision says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a charger is to do from now on."""

    current_a: float | None
    """0 is pause; None: leave it alone."""
    phases: int | None
    """None: leave them alone."""
    reason: Reason
    until: float | None = None
    """When what `reason` tells ends, as things are now."""
    surplus_w: float | None = None
    """What this charger could have of the sun; None while nobody knows."""
    target_w: float | None = None
    """What it is to take."""
    start: bool = False
    """Whether a session is to be started, as it has none."""
