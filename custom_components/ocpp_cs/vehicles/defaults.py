"""What a vehicle brings along: its charge mode and plan, which are set when it is plugged in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, override

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.naming import identifier
from ..chargers.store import Memory
from ..charging.control import CHARGE_MODES, ModeControl
from ..csms.connector import Connector
from ..plans.goals import changed
from ..plans.model import Wanted
from ..plans.plans import ChargePlans
from ..plans.records import wanted_of, wanted_record
from .model import Vehicle
from .vehicles import Vehicles

_RECORD: Final = "vehicle_defaults"


@dataclass
class _Plug:
    """What was set since a vehicle was plugged in."""

    since: datetime
    """Tells one plug from another."""
    applied: str | None = None
    """The vehicle whose defaults are set."""
    mode_by_hand: bool = False
    plan_by_hand: bool = False
    """True if the user chose something else since then."""
    mode_before: str | None = None
    """The charge mode before a default was set; None if none is set."""
    plan_before: Wanted | None = None

    def record(self) -> dict[str, Any]:
        """Return the state to store."""
        plan = self.plan_before
        return {
            "since": self.since.isoformat(),
            "applied": self.applied,
            "mode_by_hand": self.mode_by_hand,
            "plan_by_hand": self.plan_by_hand,
            "mode_before": self.mode_before,
            "plan_before": None if plan is None else wanted_record(plan),
        }


class VehicleDefaults(Component):
    """Sets charge mode and plan of a vehicle once it is recognised.

    What a hand chooses while it is plugged in stays. What was set goes back to what it
    was before when the vehicle leaves, or turns out to be another one.
    """

    def __init__(
        self,
        memory: Memory,
        vehicles: Vehicles,
        control: ModeControl,
        plans: ChargePlans,
    ) -> None:
        """Start without connectors."""
        super().__init__()
        self._memory = memory
        self._vehicles = vehicles
        self._control = control
        self._plans = plans
        self._plugs: dict[str, _Plug] = {}
        self._applying = False
        control.chosen = self._mode_chosen
        plans.chosen = self._plan_chosen

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore what was set, and follow the vehicles at a charger."""
        charge_point = charger.charge_point
        records = self._memory.get(charge_point.id, _RECORD)
        for text, record in (records if isinstance(records, Mapping) else {}).items():
            if text.isdecimal() and (plug := _plug_of(record)) is not None:
                self._plugs[identifier(charge_point.id, int(text))] = plug
        watched: dict[int, Callable[[], None]] = {}

        @callback
        def connectors() -> None:
            for number in charge_point.connector_numbers:
                if number not in watched:
                    connector = charge_point.connectors[number]
                    watched[number] = connector.watch(
                        ("vehicle",), partial(self._changed, charger, connector)
                    )

        def unwatch() -> None:
            for end in watched.values():
                end()

        self._subscriptions.add(
            charger, charge_point.watch(("connectors",), connectors), unwatch
        )
        connectors()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        for number in charger.charge_point.connectors:
            self._plugs.pop(identifier(charger.charge_point.id, number), None)

    def _changed(self, charger: Charger, connector: Connector) -> None:
        """Handle that another vehicle is at a connector, or none."""
        key = _key(connector)
        since, vehicle_id = (
            self._vehicles.plugged_since(connector),
            self._vehicles.at(connector),
        )
        plug = self._plugs.get(key)
        if plug is not None and plug.since != since:
            self._apply(charger, connector, plug, None)
            del self._plugs[key]
            plug = None
        if since is not None and vehicle_id is not None:
            if plug is None:
                plug = self._plugs[key] = _Plug(since=since)
            if plug.applied != vehicle_id:
                plug.applied = vehicle_id
                self._apply(charger, connector, plug, self._vehicles.get(vehicle_id))
        self._remember(charger)

    def _apply(
        self,
        charger: Charger,
        connector: Connector,
        plug: _Plug,
        vehicle: Vehicle | None,
    ) -> None:
        """Set the defaults of a vehicle; without any, what was there before."""
        if not plug.mode_by_hand:
            self._apply_mode(charger, connector, plug, vehicle)
        if not plug.plan_by_hand:
            self._apply_plan(charger, connector, plug, vehicle)

    def _apply_mode(
        self,
        charger: Charger,
        connector: Connector,
        plug: _Plug,
        vehicle: Vehicle | None,
    ) -> None:
        mode = None if vehicle is None else vehicle.mode
        if mode in CHARGE_MODES and self._control.offers(charger, connector):
            if plug.mode_before is None:
                plug.mode_before = self._control.mode(connector).value
        elif plug.mode_before is not None:
            mode, plug.mode_before = plug.mode_before, None
        else:
            return
        if mode is not None:
            self._applying = True
            try:
                self._control.async_set_mode(charger, connector, mode)
            finally:
                self._applying = False

    def _apply_plan(
        self,
        charger: Charger,
        connector: Connector,
        plug: _Plug,
        vehicle: Vehicle | None,
    ) -> None:
        goal = {} if vehicle is None else _goal_of(vehicle)
        before = plug.plan_before or self._plans.wanted(connector)
        if goal and self._plans.offers(charger, connector):
            plug.plan_before = before
            before = changed(before, goal, dt_util.utcnow())
        elif plug.plan_before is None:
            return
        else:
            plug.plan_before = None
        self._plans.async_set_goal(charger, connector, before)

    def _mode_chosen(self, charger: Charger, connector: Connector) -> None:
        """Note that a hand chose the mode."""
        plug = self._plugs.get(_key(connector))
        if plug is not None and not self._applying:
            plug.mode_by_hand = True
            self._remember(charger)

    def _plan_chosen(self, charger: Charger, connector: Connector) -> None:
        """Note that a hand changed the plan."""
        plug = self._plugs.get(_key(connector))
        if plug is not None:
            plug.plan_by_hand = True
            self._remember(charger)

    def _remember(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        self._memory.async_set(
            charge_point.id,
            _RECORD,
            {
                str(number): plug.record()
                for number in charge_point.connectors
                if (plug := self._plugs.get(identifier(charge_point.id, number)))
                is not None
            }
            or None,
        )


def _key(connector: Connector) -> str:
    return identifier(connector.charge_point.id, connector.number)


def _goal_of(vehicle: Vehicle) -> dict[str, Any]:
    """Return what the plan of a vehicle sets; empty if it has none."""
    goal: dict[str, Any] = {}
    if vehicle.target_soc is not None:
        goal["soc"] = min(vehicle.target_soc, 100.0)
    if vehicle.energy_kwh is not None:
        goal["energy_kwh"] = vehicle.energy_kwh
    if not vehicle.plan.keys() - {"weekdays"}:
        # Targets alone turn no plan on.
        return goal
    nothing: dict[str, Any] = {
        "energy_kwh": 0.0,
        "soc": 0.0,
        "ready_by": None,
        "least_kwh": 0.0,
        "least_soc": 0.0,
        "below_price": None,
        "weekdays": frozenset(),
    }
    return {"armed": True} | nothing | goal | dict(vehicle.plan)


def _plug_of(record: object) -> _Plug | None:
    """Return what was stored; None if it is invalid."""
    if not isinstance(record, Mapping):
        return None
    since = dt_util.parse_datetime(str(record.get("since")))
    if since is None or since.tzinfo is None:
        return None
    applied, mode, plan = (
        record.get(key) for key in ("applied", "mode_before", "plan_before")
    )
    return _Plug(
        since=since,
        applied=applied if isinstance(applied, str) else None,
        mode_by_hand=record.get("mode_by_hand") is True,
        plan_by_hand=record.get("plan_by_hand") is True,
        mode_before=mode if mode in CHARGE_MODES else None,
        plan_before=wanted_of(plan) if isinstance(plan, Mapping) else None,
    )
