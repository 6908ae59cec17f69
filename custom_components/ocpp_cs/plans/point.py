"""A connector with its goal and the inputs of its plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ..chargers.charger import Charger
from ..charging.points import ControlPoint, key_of, model_of
from ..csms.connector import Connector
from ..csms.model.tags import tag_key
from ..csms.outside.connected_car import told_departure, told_missing_kwh
from ..smart_charging.planning.model import Need, Plan
from ..vehicles.model import GUEST, Car
from ..weekly.goals import Loaded
from .model import MOST_KWH, Shown, Wanted
from .plug_session import PlugIn, Vehicle
from .records import moment_of, plan_of, plan_record, wanted_of, wanted_record

_USUAL_KWH: Final = 60.0
"""The capacity of a vehicle of which none is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """The energy that a vehicle still needs, in kWh at the charger."""

    wanted_kwh: float | None = None
    """By all rules together; None if nothing is wanted."""

    target_kwh: float | None = None
    """Up to the target; None without a target."""
    least_kwh: float = 0.0
    """What is charged at once, whatever the price."""
    room_kwh: float = 0.0
    """Until it is full, as far as that is known."""
    unsure_kwh: float = 0.0
    """What the target may need besides."""


@dataclass
class PlanPoint:
    """A connector with its goal and its plan."""

    charger: Charger
    connector: Connector
    plug: PlugIn
    known_fn: Callable[[Charger, Connector], Car]
    """Returns what is known of the car at the connector."""
    vehicle: Vehicle = field(default_factory=Vehicle)
    """What was learned of the car."""
    met: str | None = None
    """The id of the car that this was learned of."""
    wanted: Wanted = field(default_factory=Wanted)
    plan: Plan = field(default_factory=Plan)
    since: datetime | None = None
    """The time since which it charges as planned."""
    shown: Shown = field(default_factory=Shown)
    weekly: Loaded | None = None
    """The weekly plan that the goal was taken from; None if its user set the goal."""
    skipped: datetime | None = None
    """Times of weekly plans up to this one are over, or not wanted."""
    is_trial: bool = False
    """True for a copy that is tried out, and of which nothing is kept."""
    unwatch: Callable[[], None] = lambda: None

    @property
    def key(self) -> str:
        """The key of the connector in the control."""
        return key_of(self.connector)

    @property
    def known(self) -> Car:
        """What is known of the car at the connector, or of the one expected there."""
        return self.known_fn(self.charger, self.connector)

    @property
    def tells_soc(self) -> bool:
        """Return whether a state of charge can be the target."""
        return self.known.tells_soc

    @property
    def soc(self) -> float | None:
        """The state of charge of the vehicle in %; None if it is unknown."""
        return self.known.soc

    @property
    def lines(self) -> int | None:
        """The number of phases that the vehicle takes, as learned or as told."""
        return self.known.phases if self.vehicle.lines is None else self.vehicle.lines

    def meet(self) -> bool:
        """Forget what was learned of another car; return whether `record` has changed."""
        if (car := self.known.id) is None or car == self.met:
            return False
        if self.met is not None:
            self.vehicle = Vehicle()
        self.met = car
        return True

    @property
    def car(self) -> str:
        """An opaque id of the vehicle at the connector.

        It is that of a vehicle that was recognised, else that of the tag that the
        session was started with. The charger's own tag tells nothing, nor does a vehicle
        without a session: then it is the usual vehicle of the connector.
        """
        if (known := self.known.id) not in {None, GUEST}:
            return str(known)
        settings, running = self.charger.charge_point.settings, self.plug.transaction
        if running is None or not running.id_tag:
            return self.key
        tag = tag_key(running.id_tag)
        if tag == tag_key(settings.id_tag):
            return self.key
        # So short that the tag cannot be found out from it.
        return f"tag_{sha256(tag.encode()).hexdigest()[:6]}"

    def missing(self, now: datetime, wanted: Wanted | None = None) -> Missing:
        """Return the energy that is missing.

        The energies of the goal count as long as no state of charge was reported.

        Args:
            now: The present time.
            wanted: Another goal than that of the connector.
        """
        wanted, plug, car = wanted or self.wanted, self.plug, self.known
        plug.update()
        self.vehicle.take_soc(car.soc, plug.kwh, now)
        # The vehicle stops charging at its own target.
        full = 100.0 if car.target is None else car.target
        capacity = car.capacity_kwh or _USUAL_KWH
        room = self._up_to(full, car)
        if room is None:
            room = max(capacity - plug.kwh, 0.0)
        target = least = None
        unsure = 0.0
        if wanted.soc > 0:
            target = self._up_to(min(wanted.soc, full), car)
            if target is not None:
                unsure = self.vehicle.unsure_kwh(capacity, plug.kwh)
        if target is None and wanted.energy_kwh > 0:
            target = max(wanted.energy_kwh - plug.kwh, 0.0)
        if target is None and not wanted.energy_kwh and not wanted.soc:
            target = self._asked_kwh
        if wanted.least_soc > 0:
            least = self._up_to(min(wanted.least_soc, full), car)
        if least is None:
            least = max(wanted.least_kwh - plug.kwh, 0.0)
        needed = target
        if target is None and wanted.is_standing:
            needed = room if wanted.below_price is not None else 0.0
        return Missing(
            wanted_kwh=None if needed is None else max(needed, least),
            target_kwh=target,
            least_kwh=least,
            room_kwh=room,
            unsure_kwh=unsure,
        )

    @property
    def _asked_kwh(self) -> float | None:
        """The energy that the vehicle itself still asks for; None if it told none.

        It counts where the user has set no target.
        """
        return told_missing_kwh(self.connector)

    def ready_by(self, now: datetime) -> datetime | None:
        """Return when it is to be ready: as the user said, or as the vehicle did."""
        if self.wanted.ready_by is not None:
            return self.wanted.ready_by
        return told_departure(self.connector, now)

    def _up_to(self, target: float, car: Car) -> float | None:
        """Return the missing energy up to a state of charge; None if it is unknown."""
        if not car.capacity_kwh or not car.tells_soc:
            return None
        return self.vehicle.missing_kwh(target, car.capacity_kwh, self.plug.kwh)

    def need(self, energy_kwh: float, **goal: Any) -> Need:
        """Return the need of an energy, by charger and vehicle; `goal` has the rest."""
        model = model_of(
            ControlPoint(charger=self.charger, connector=self.connector), self.known
        )
        allowed, vehicle = self.connector.limiter.user_intent, self.vehicle
        phases = model.phase_options
        if (lines := self.lines) is not None:
            phases = tuple(sorted({min(each, lines) for each in phases}))
        ceiling = self.connector.limiter.below_ceiling
        amps = (
            model.max_a,
            allowed.limit_a,
            vehicle.cap_a,
            None if ceiling is None else ceiling[0],
        )
        return Need(
            key=self.key,
            energy_kwh=min(energy_kwh, MOST_KWH),
            phases=phases,
            min_a=model.min_a,
            max_a=max(min(value for value in amps if value is not None), model.min_a),
            rotation=model.rotation,
            circuit=model.circuit,
            priority=model.priority,
            **goal,
        )

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore a stored state."""
        self.wanted = wanted_of(record)
        self.weekly = Loaded.of(record.get("weekly"))
        self.skipped = moment_of(record.get("skipped"))
        self.plug.load(record.get("plug"))
        self.vehicle.load(record.get("vehicle"))
        met = record.get("met")
        self.met = met if isinstance(met, str) and met else None
        self.plan = plan_of(record.get("plan"))

    def record(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            **wanted_record(self.wanted),
            "plug": self.plug.record(),
            "vehicle": self.vehicle.record(),
            "met": self.met,
            "plan": plan_record(self.plan),
            "weekly": None if self.weekly is None else self.weekly.as_record(),
            "skipped": None if self.skipped is None else self.skipped.isoformat(),
        }
