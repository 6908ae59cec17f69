"""An electric car: a battery, an on-board charger, and its moods."""

from dataclasses import dataclass, field
from datetime import datetime

MINIMUM_CURRENT = 6.0  # A; IEC 61851 has no offer below it
type Currents = tuple[float, float, float]
NO_CURRENT: Currents = (0.0, 0.0, 0.0)


@dataclass(slots=True, kw_only=True)
class Car:
    """What hangs on the cable. Energies in kWh, currents in A per phase, SoC in %."""

    capacity_kwh: float = 60.0
    soc: float = 50.0
    target_soc: float = 100.0
    """The car stops charging by itself here."""
    phases: int = 3
    """How many phases its on-board charger uses: 1, 2 or 3."""
    max_current: float = 16.0
    taper_from: float = 90.0
    """Above this SoC the current falls, down to a fifth at 100 %."""
    efficiency: float = 0.9
    """The part of the energy from the grid that ends in the battery."""
    ignore_offers: int = 0
    """So many offers in a row are ignored; 1 is a car that ignores the first."""
    evccid: str | None = None
    """The id that it tells the charger (ISO 15118); None if it does not speak that."""
    protocol: str = "urn:iso:15118:2:2013:MsgDef,2,0"
    departure: datetime | None = None
    """When its driver wants to leave, as it tells the charger."""
    least_kwh: float | None = None
    """The energy that it tells to need at least."""
    sleeps_after: float | None = None
    """After a pause of so many seconds the next offer is ignored, too."""

    _offered: bool = field(default=False, init=False, repr=False)
    _ignoring: bool = field(default=False, init=False, repr=False)
    _paused_at: float | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for a car that cannot be."""
        if self.phases not in (1, 2, 3):
            raise ValueError(f"a car uses 1, 2 or 3 phases, not {self.phases}")
        if self.capacity_kwh <= 0 or self.max_current <= 0:
            raise ValueError("capacity and current of a car are above 0")

    @property
    def full(self) -> bool:
        """Whether it wants nothing more."""
        return self.soc >= self.target_soc

    def draw(self, offered: float, phases: int, now: float) -> Currents:
        """Return the current on L1, L2 and L3 in A that it takes.

        `offered` is what the pilot signal offers per phase in A, `phases` how many
        phases carry voltage, `now` the time in seconds.
        """
        self._notice(offered >= MINIMUM_CURRENT, now)
        if not self._offered or self._ignoring or self.full:
            return NO_CURRENT
        amps = min(offered, self.max_current) * self._taper()
        used = min(self.phases, phases)
        return (amps, amps if used > 1 else 0.0, amps if used > 2 else 0.0)

    def charge(self, wh: float) -> None:
        """Put `wh` from the grid into the battery."""
        gained = wh * self.efficiency / (self.capacity_kwh * 10.0)
        self.soc = min(self.soc + gained, max(self.target_soc, self.soc))

    def wake(self) -> None:
        """End every mood: the next offer, and a present one, is taken."""
        self._ignoring = False
        self.ignore_offers = 0

    def _notice(self, offered: bool, now: float) -> None:
        if offered == self._offered:
            return
        self._offered = offered
        if not offered:
            self._paused_at = now
            return
        slept = (
            self.sleeps_after is not None
            and self._paused_at is not None
            and now - self._paused_at >= self.sleeps_after
        )
        self._ignoring = slept or self.ignore_offers > 0
        if self.ignore_offers > 0:
            self.ignore_offers -= 1

    def _taper(self) -> float:
        if self.soc <= self.taper_from or self.taper_from >= 100.0:
            return 1.0
        return 1.0 - 0.8 * (self.soc - self.taper_from) / (100.0 - self.taper_from)
