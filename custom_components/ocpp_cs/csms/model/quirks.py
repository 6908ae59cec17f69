"""The possible deviations of a charge point from the specification.

The models that have them are in quirks/rules.py. The code that communicates with
charge points reads `ChargePoint.quirks`, and acts on the deviations.
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from .profile import Kind, Unit


class Quirk(StrEnum):
    """A deviation that is tolerated from every charge point, but expected of some."""

    DIGIT_BOOLEANS = "digit_booleans"
    """Boolean configuration keys are 0 and 1."""
    IDS_REPEAT = "ids_repeat"
    """Message ids start again with every boot."""
    INFORMATIVE_STATUS = "informative_status"
    """A StatusNotification may only contain a text, such as a login."""
    LIMITS_LOST = "limits_lost"
    """Charging profiles may be lost with the connection."""
    LONG_VALUES = "long_values"
    """Values of configuration keys may be longer than 500 characters."""
    OCCUPIED = "occupied"
    """The status Occupied of OCPP 1.5, for Preparing."""
    REBOOTS_WITHOUT_SERVER = "reboots_without_server"
    """It restarts after a long time without the central system."""
    REMOTE_TAG_UNCHECKED = "remote_tag_unchecked"
    """It never sends Authorize for the id tag of a remote start."""
    STOP_MINUS_ONE = "stop_minus_one"
    """A StopTransaction may have the transaction id -1."""


class VersionChoice(StrEnum):
    """The owner's choice of the version of OCPP for a charge point."""

    AUTOMATIC = "automatic"
    V1_6 = "v1_6"
    V2_0_1 = "v2_0_1"
    V2_1 = "v2_1"

    @property
    def number(self) -> str:
        """The number of the version, such as `1.6`; empty if none is chosen."""
        if self is VersionChoice.AUTOMATIC:
            return ""
        return self.value.removeprefix("v").replace("_", ".")

    @property
    def subprotocol(self) -> str | None:
        """The name of the chosen version in the handshake; None if none is chosen."""
        return f"ocpp{self.number}" if self.number else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quirks:
    """The deviations of a charge point; the defaults are those of the specification.

    Actions and triggers are spelled as in `Commands`. If several rules apply, their
    sets are united; of other values, the last one counts. For configuration keys see
    `v16/configuration_keys.py`.
    """

    rules: tuple[str, ...] = ()
    """The names of the rules that apply, in their order."""
    expected: frozenset[Quirk] = frozenset()

    # Connecting
    appends_id: bool = True
    """True if it adds its id to the URL; otherwise the URL has to contain the id."""
    version: VersionChoice = VersionChoice.AUTOMATIC
    """The version of OCPP that it speaks best, if that is not 1.6: it is chosen where
    the charge point offers several, and the owner has chosen none."""
    connect_seconds: float = 0.0
    """The seconds until it connects after the URL was written; 0 if unknown."""
    answer_seconds: float = 0.0
    """The minimum of the call timeout in seconds, above the owner's setting."""

    # Reading and writing the configuration
    configuration_in_pieces: bool = False
    """True if all configuration keys must not be read at once."""
    most_keys: int = 0
    """The number of keys that may be read at once; 0 is the reported maximum."""
    light_intensity_from: int = 0
    """The lowest setting of its light; it treats lower settings as this."""
    sample_interval_from: int = 0
    """The shortest interval of meter values, in seconds."""
    writes_measurands: bool = True
    """True if the measurands have to be configured."""
    measurands_left_out: frozenset[str] = frozenset()
    """Measurands that must not be configured."""
    temperature_in_thousandths: bool = False
    """True if temperatures may be a thousand times too high."""

    # Commands
    unsupported_actions: frozenset[str] = frozenset()
    unsupported_triggers: frozenset[str] = frozenset()
    """Messages that cannot be requested by a trigger."""
    remote_start_takes_profile: bool = True
    """True if a remote start may contain a charging profile."""
    remote_start_needed: bool = False
    """True if nothing charges without a remote start or a card."""
    diagnostics_are_deleted: bool = False
    """True if the diagnostics that it uploads are deleted."""

    # Limits
    charging_rate_unit: Unit | None = None
    """The unit of limits; None is the unit that the charge point reports."""
    minimum_current: float = 6.0
    """The lowest limit above 0, in A per phase."""
    maximum_current: float | None = None
    """The highest limit, in A per phase; None is what the charge point reports."""
    current_step: float = 0.1
    """The step of limits, in A."""
    currents: tuple[float, ...] = ()
    """The only limits above 0 that it accepts, in A; empty for any."""
    stack_level: int | None = None
    """The stack level of our profiles; None is the highest that it accepts."""
    profile_kind: Kind = Kind.ABSOLUTE
    most_periods: int = 0
    """The maximum number of periods in a schedule; 0 if unknown."""
    switches_phases: bool | None = None
    """True if it obeys the number of phases; None is what the charge point reports."""
    phase_switch_seconds: int = 60
    """The least number of seconds between two changes of the phases."""
    phases_only_with_limit: bool = False
    """True if a change of the phases during a pause ends the pause."""
    phase_rotation: str | None = None
    """The only phase rotation with which the phases are measured correctly."""
    profiles_wear: bool = False
    """True if each profile is written to memory that wears out."""
    resend_after_pause: bool = False
    """True if the first limit after a pause has to be sent twice."""

    def differences(self) -> dict[str, Any]:
        """Return the fields that differ from the specification, as JSON values."""
        standard = Quirks()
        return {
            one.name: sorted(value) if isinstance(value, frozenset) else value
            for one in fields(self)
            if (value := getattr(self, one.name)) != getattr(standard, one.name)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """The owner's values in place of those of the quirks; None changes nothing."""

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
    """True to send messages that the quirks rules declare as unsupported, too."""

    def apply(self, quirks: Quirks) -> Quirks:
        """Return `quirks` with the owner's values."""
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
