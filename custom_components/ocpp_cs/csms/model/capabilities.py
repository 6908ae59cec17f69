"""What a charge point can do, as it says itself, in the words of no version of OCPP."""

from dataclasses import dataclass
from enum import StrEnum

from .profile import Unit


class Feature(StrEnum):
    """The feature profiles of OCPP 1.6 (3.3), the functional blocks of 2.x."""

    FIRMWARE_MANAGEMENT = "firmware_management"
    LOCAL_LIST = "local_list"
    REMOTE_TRIGGER = "remote_trigger"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart_charging"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a charge point says of itself; None is nothing, unless it is said otherwise.

    Each version of OCPP fills it: 1.6 from configuration keys, 2.x from the device
    model. It is replaced as a whole whenever the charge point was asked again.
    """

    connectors: int = 0
    """How many it has; 0 if it does not say."""
    features: frozenset[Feature] | None = None
    """Those that it declares, which decide nothing: some declare less than they do."""

    measurements: frozenset[str] = frozenset()
    """Keys of `Connector.measurements` that it sends within transactions."""
    sample_interval: int | None = None
    """Seconds between the meter values of a transaction."""
    connection_timeout: float | None = None
    """Seconds from an authorization until it does not wait for a vehicle any more."""
    phase_rotation: str | None = None
    """The order of the phases at its connectors, as it writes it: `0.RST,1.RTS`."""

    units: frozenset[Unit] = frozenset()
    """In which limits may be; empty if it does not say."""
    max_stack_level: int | None = None
    max_profiles: int | None = None
    """Charging profiles that may be installed at a time."""
    max_periods: int | None = None
    """Periods of a schedule."""
    switches_phases: bool = False
    """True if it says that it can change from three phases to one."""

    local_list_enabled: bool | None = None
    local_list_entries: int | None = None
    """Tags on the local list, at most."""
    local_list_entries_at_once: int | None = None
    """Tags of one message that changes the list, at most."""
    reserves_any_connector: bool = False
    """True if a reservation need not name a connector."""

    def declares(self, feature: Feature) -> bool:
        """Return whether it declares a feature; False where it declares nothing."""
        return self.features is not None and feature in self.features

    def lacks(self, feature: Feature) -> bool:
        """Return whether it declares features, and this is not among them."""
        return self.features is not None and feature not in self.features
