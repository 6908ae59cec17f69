"""In what a charge point can differ from the specification.

Who does is in quirks/rules.py. What the central system does about a difference is where
it talks to charge points, and asks `ChargePoint.quirks`.
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from .profile import Kind, Unit


class Quirk(StrEnum):
    """What is put up with from everybody, but expected of some."""

    DIGIT_BOOLEANS = "digit_booleans"
    """Truth values of the configuration are 0 and 1."""
    IDS_REPEAT = "ids_repeat"
    """Message ids begin anew with every boot."""
    INFORMATIVE_STATUS = "informative_status"
    """A StatusNotification may just carry a text, such as a login."""
    LIMITS_LOST = "limits_lost"
    """Charging profiles may be lost with the connection."""
    LONG_VALUES = "long_values"
    """Values of the configuration may be longer than 500 characters."""
    OCCUPIED = "occupied"
    """The status Occupied of OCPP 1.5, for Preparing."""
    REBOOTS_WITHOUT_SERVER = "reboots_without_server"
    """It restarts when the central system is away for long."""
    REMOTE_TAG_UNCHECKED = "remote_tag_unchecked"
    """No Authorize for the tag of a remote start, whatever is configured."""
    STOP_MINUS_ONE = "stop_minus_one"
    """A StopTransaction may have the transaction id -1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quirks:
    """How to deal with a charge point; the defaults are the specification's.

    Actions and triggers are spelled as in our commands. Sets of several rules are
    united, everything else is that of the last one. Configuration keys are none of
    it: see `v16/configuration_keys.py`.
    """

    rules: tuple[str, ...] = ()
    """The names of the rules that apply, in their order."""
    expected: frozenset[Quirk] = frozenset()

    # Connecting
    appends_id: bool = True
    """True if it adds its id to the URL that is entered; if not, the URL has it."""
    connect_seconds: float = 0.0
    """How long it may take to connect once it is told the URL; 0 is not known."""
    answer_seconds: float = 0.0
    """How long an answer may take, at least, whatever the owner's setting."""

    # Reading and writing the configuration
    configuration_in_pieces: bool = False
    """True if it must not be asked for all of its configuration at once."""
    most_keys: int = 0
    """How many keys may be asked for at once; 0 is what the charge point tells."""
    light_intensity_from: int = 0
    """Lower settings of its light are taken for this one."""
    sample_interval_from: int = 0
    """The shortest interval of meter values, in seconds."""
    writes_measurands: bool = True
    """True if it is to be told what to measure."""
    measurands_left_out: frozenset[str] = frozenset()
    """Measurands not to ask for."""
    temperature_in_thousandths: bool = False
    """True if temperatures may be a thousand times too high."""

    # Commands
    unsupported_actions: frozenset[str] = frozenset()
    unsupported_triggers: frozenset[str] = frozenset()
    """Messages that cannot be asked for."""
    remote_start_takes_profile: bool = True
    """True if a charging profile may be part of a remote start."""
    remote_start_needed: bool = False
    """True if nothing charges without a remote start or a card."""
    diagnostics_are_deleted: bool = False
    """True if the diagnostics that it uploads are deleted."""

    # Limits
    charging_rate_unit: Unit | None = None
    """The unit of limits; None is what the charge point tells."""
    minimum_current: float = 6.0
    """A per phase below which only 0 may be sent."""
    maximum_current: float | None = None
    """A per phase, at most; None is what the charge point tells."""
    current_step: float = 0.1
    """A of which limits are multiples."""
    currents: tuple[float, ...] = ()
    """The only limits above 0 that it takes, in A."""
    stack_level: int | None = None
    """The level of our profiles; None is the highest that it takes."""
    profile_kind: Kind = Kind.ABSOLUTE
    most_periods: int = 0
    """Periods of a schedule, at most; 0 is not known."""
    switches_phases: bool | None = None
    """True if the number of phases is obeyed; None is what the charge point tells."""
    phase_switch_seconds: int = 60
    """At least so long between two changes of the phases."""
    phases_only_with_limit: bool = False
    """True if changing the phases of a pause ends the pause."""
    phase_rotation: str | None = None
    """The only order of phases with which they are measured right."""
    resend_after_pause: bool = False
    """True if the first limit after a pause has to be sent twice."""

    def differences(self) -> dict[str, Any]:
        """Return what differs from the specification, as JSON could have it."""
        standard = Quirks()
        return {
            one.name: sorted(value) if isinstance(value, frozenset) else value
            for one in fields(self)
            if (value := getattr(self, one.name)) != getattr(standard, one.name)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What the owner knows better; None is what is known of the charge point."""

    charging_rate_unit: Unit | None = None
    minimum_current: float | None = None
    maximum_current: float | None = None
    current_step: float | None = None
    stack_level: int | None = None
    profile_kind: Kind | None = None
    switches_phases: bool | None = None
    configuration_in_pieces: bool | None = None
    remote_start_takes_profile: bool | None = None
    try_everything: bool | None = None
    """True if to send what the charge point is said not to know."""

    def apply(self, quirks: Quirks) -> Quirks:
        """Return `quirks` with what the owner wants."""
        wanted = {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) is not None
        }
        if wanted.pop("try_everything", False):
            wanted |= {
                "unsupported_actions": frozenset(),
                "unsupported_triggers": frozenset(),
                "most_periods": 0,
            }
        return replace(quirks, **wanted) if wanted else quirks
