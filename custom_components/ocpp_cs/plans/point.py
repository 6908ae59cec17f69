"""A connector with its goal and the inputs of its plan."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

from homeassistant.core import HomeAssistant

from ..chargers.charger import Charger
from ..charging.grid import percent_of
from ..charging.points import key_of, phase_options_of
from ..const import CONF_CAPACITY, CONF_SOLAR, CONF_VEHICLE_SOC, CONF_VEHICLE_TARGET
from ..csms.connector import Connector
from ..csms.limits.profiles import NOMINAL_VOLTAGE
from ..csms.model.tags import tag_key
from ..smart_charging.planning.model import Plan, SunSlot
from .model import Shown, Wanted, plan_of, plan_record, wanted_of, wanted_record
from .plug_session import PlugIn, Vehicle


@dataclass
class PlanPoint:
    """A connector with its goal and its plan."""

    charger: Charger
    connector: Connector
    plug: PlugIn
    vehicle: Vehicle = field(default_factory=Vehicle)
    wanted: Wanted = field(default_factory=Wanted)
    plan: Plan = field(default_factory=Plan)
    since: datetime | None = None
    """The time since which it charges as planned."""
    shown: Shown = field(default_factory=Shown)
    unwatch: Callable[[], None] = lambda: None

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The user's settings of this charger for solar charging."""
        return self.charger.subentry.data.get(CONF_SOLAR) or {}

    @property
    def tells_soc(self) -> bool:
        """Return whether a state of charge can be the target."""
        return tells_soc(self.charger, self.connector)

    def soc(self, hass: HomeAssistant) -> float | None:
        """Return the state of charge of the vehicle in %; None if it is unknown."""
        if (entity_id := self.chosen.get(CONF_VEHICLE_SOC)) is not None:
            return percent_of(hass, entity_id)
        return self.connector.soc

    @property
    def car(self) -> str:
        """An opaque id of the vehicle at the connector.

        It is that of the tag that the session was started with. The charger's own tag
        tells nothing, nor does a vehicle without a session: then it is the usual vehicle
        of the connector.
        """
        settings, running = self.charger.charge_point.settings, self.plug.transaction
        if running is None or not running.id_tag:
            return key_of(self.connector)
        tag = tag_key(running.id_tag)
        if tag == tag_key(settings.id_tag):
            return key_of(self.connector)
        # So short that the tag cannot be found out from it.
        return f"tag_{sha256(tag.encode()).hexdigest()[:6]}"

    def missing_kwh(self, hass: HomeAssistant) -> float | None:
        """Return the energy that is missing, in kWh; None if there is no target.

        The energy is the target as long as no state of charge was reported.
        """
        wanted, chosen, plug = self.wanted, self.chosen, self.plug
        plug.update()
        if wanted.soc > 0 and self.tells_soc:
            # The vehicle stops charging at its own target.
            own = percent_of(hass, chosen.get(CONF_VEHICLE_TARGET))
            missing = self.vehicle.missing_kwh(
                self.soc(hass),
                wanted.soc if own is None else min(wanted.soc, own),
                chosen[CONF_CAPACITY],
                plug.kwh,
            )
            if missing is not None:
                return missing
        if wanted.energy_kwh <= 0:
            return None
        return max(wanted.energy_kwh - plug.kwh, 0.0)

    def power_w(self, fuse_a: float | None) -> tuple[float, float]:
        """Return the maximum and minimum power in W, by charger, vehicle and fuse."""
        limiter, vehicle = self.connector.limiter, self.vehicle
        allowed = limiter.user_intent
        options = phase_options_of(self.chosen, self.connector)
        if vehicle.lines is not None:
            options = tuple(min(phases, vehicle.lines) for phases in options)
        amps = (limiter.maximum, allowed.limit_a, vehicle.cap_a, fuse_a)
        most = max(min(value for value in amps if value is not None), limiter.minimum)
        least = limiter.minimum * NOMINAL_VOLTAGE * options[0]
        return max(most * NOMINAL_VOLTAGE * options[-1], least), least

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore a stored state."""
        self.wanted = wanted_of(record)
        self.plug.load(record.get("plug"))
        self.vehicle.load(record.get("vehicle"))
        self.plan = plan_of(record.get("plan"))

    def record(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            **wanted_record(self.wanted),
            "plug": self.plug.record(),
            "vehicle": self.vehicle.record(),
            "plan": plan_record(self.plan),
        }


def tells_soc(charger: Charger, connector: Connector) -> bool:
    """Return whether a state of charge can be converted to energy.

    Some chargers get it from the vehicle; otherwise it is an entity.
    """
    chosen = charger.subentry.data.get(CONF_SOLAR) or {}
    return bool(chosen.get(CONF_CAPACITY)) and (
        bool(chosen.get(CONF_VEHICLE_SOC))
        or "soc" in connector.measurements
        or connector.soc_told
        or charger.was_registered("soc_target", connector.number)
    )


def at_least(
    slots: Iterable[SunSlot], least_w: float, now: datetime, end: datetime
) -> list[SunSlot]:
    """Return the slots of a vehicle that takes the minimum, or more solar power."""
    slots = [slot for slot in slots if slot.power_w > least_w]
    edges = {now, end}
    for slot in slots:
        edges |= {edge for edge in (slot.start, slot.end) if now < edge < end}
    return [
        SunSlot(
            start=start,
            end=stop,
            power_w=max(
                (slot.power_w for slot in slots if slot.start <= start < slot.end),
                default=least_w,
            ),
        )
        for start, stop in pairwise(sorted(edges))
    ]
