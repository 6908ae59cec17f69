"""Charge plans: the goals of connectors, and the plans that reach them in time.

The control calls `facts` for each decision. Everything else happens once a minute, and
when an input of a plan changes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..charging.control import ModeControl
from ..charging.points import PlanFacts, in_session, key_of
from ..const import CONF_FUSE, CONF_PRICE_ENTITIES, CONF_SOLAR, DOMAIN
from ..csms.connector import Connector
from ..smart_charging.model import ChargeMode, Reason, Settings
from ..smart_charging.planning.model import Plan
from ..smart_charging.planning.planner import Goal, plan
from .forecast import SunForecast
from .model import PlanState, Shown, Wanted, next_at, next_time, shown_of
from .plug_session import PlugIn
from .point import PlanPoint, at_least, tells_soc
from .prices import PriceInputs

_MINUTE: Final = timedelta(minutes=1)
_OVERDUE: Final = timedelta(hours=12)
"""The time for which a late vehicle is still charged."""
_ENOUGH_KWH: Final = 0.05
_SUNNY: Final = (ChargeMode.SOLAR, ChargeMode.MIN_SOLAR)
_RECORD: Final = "charge_plans"


class ChargePlans(Component):
    """Makes the plans of a server's connectors, which the control follows.

    Watchable fields of a connector: `charge_plan_wanted`, and `charge_plan` (the data
    that is shown).
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        control: ModeControl,
    ) -> None:
        """Start without plans."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._control = control
        self._chargers: dict[str, Charger] = {}
        """The attached chargers by the id of their charge point."""
        self._points: dict[str, PlanPoint] = {}
        self._options: Mapping[str, Any] = {}
        self._take_options()
        self._cancel: Callable[[], None] | None = None
        control.plan_facts = self.facts

    def _take_options(self) -> None:
        self._options = options = self._entry.options.get(CONF_SOLAR) or {}
        self._prices = PriceInputs(
            self._hass,
            self._entry,
            options.get(CONF_PRICE_ENTITIES) or (),
            self._now,
            self._replan_all,
        )
        self._sun = SunForecast(self._hass, self._entry, options, self._replan_all)

    @staticmethod
    def _now() -> datetime:
        """Return the time of this module's clock, which tests patch."""
        return _now()

    # The interface for entities.

    def offers(self, charger: Charger, connector: Connector) -> bool:
        """Return whether a connector can have a plan."""
        return self._control.offers(charger, connector)

    def offers_soc(self, charger: Charger, connector: Connector) -> bool:
        """Return whether a state of charge can be the target."""
        return self.offers(charger, connector) and tells_soc(charger, connector)

    def wanted(self, connector: Connector) -> Wanted:
        """Return the goal of a connector."""
        point = self._points.get(key_of(connector))
        return Wanted() if point is None else point.wanted

    def shown(self, connector: Connector) -> Shown:
        """Return the shown data of a connector's plan."""
        point = self._points.get(key_of(connector))
        return Shown() if point is None else point.shown

    def next_at(self, clock: time) -> datetime:
        """Return the next time with that local time of day."""
        return next_at(clock, _now())

    @callback
    def async_want(
        self, charger: Charger, connector: Connector, **changes: Any
    ) -> None:
        """Change the goal of a connector: fields of `Wanted`.

        While the plan is enabled, a ready time in the past is moved to its next time of
        day.
        """
        point = self._point(charger, connector)
        self._want(point, **changes)
        self._replan(point)
        self._run_if_needed()

    def _want(self, point: PlanPoint, **changes: Any) -> None:
        wanted = replace(point.wanted, **changes)
        if wanted.ready_by is not None:
            # In UTC, as arithmetic with local times is wrong on days with a clock
            # change.
            wanted = replace(wanted, ready_by=dt_util.as_utc(wanted.ready_by))
        if wanted.armed and ("armed" in changes or "ready_by" in changes):
            wanted = replace(wanted, ready_by=next_time(wanted.ready_by, _now()))
        if wanted == point.wanted:
            return
        point.wanted = wanted
        point.connector.mark("charge_plan_wanted")
        self._remember(point.charger)

    def facts(self, connector: Connector) -> PlanFacts:
        """Return what the control needs to know of a plan and its vehicle now."""
        point = self._points.get(key_of(connector))
        if point is None:
            charger = self._chargers.get(connector.charge_point.id)
            if charger is None:
                return PlanFacts()
            point = self._point(charger, connector)
            point.plug.update()
        return PlanFacts(
            due_w=self._due_w(point),
            planned=point.wanted.armed,
            soc=point.soc(self._hass),
            car=point.car,
        )

    def _due_w(self, point: PlanPoint) -> float:
        """Return the power in W that a plan demands now, solar power or not."""
        if not point.wanted.armed:
            return 0.0
        self._observe(point)
        due = point.plan.due_w(_now())
        enough = due > 0 and (point.missing_kwh(self._hass) or 0.0) < _ENOUGH_KWH
        if enough or (due > 0) is (point.since is None):
            self._replan(point)
            due = point.plan.due_w(_now())
        return due

    # Adding and removing chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore the goals of a charger."""
        self._chargers[charger.charge_point.id] = charger
        records = self._memory.get(charger.charge_point.id, _RECORD)
        for text, record in (records if isinstance(records, Mapping) else {}).items():
            if not isinstance(record, Mapping) or not text.isdecimal():
                continue
            point = self._point(charger, charger.charge_point.connector(int(text)))
            point.load(record)
            self._replan(point)
        self._run_if_needed()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Remove the plans of a charger."""
        self._chargers.pop(charger.charge_point.id, None)
        for key, point in list(self._points.items()):
            if point.charger is charger:
                point.unwatch()
                del self._points[key]
        self._run_if_needed()

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options."""
        if (self._entry.options.get(CONF_SOLAR) or {}) != self._options:
            self._prices.async_stop()
            self._take_options()
            self._run_if_needed()
            self._replan_all()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop; the goals are stored."""
        self._halt()
        for charger in {
            point.charger.subentry_id: point.charger for point in self._points.values()
        }.values():
            self._remember(charger)
        for point in self._points.values():
            point.unwatch()
        self._points.clear()
        self._chargers.clear()

    def _point(self, charger: Charger, connector: Connector) -> PlanPoint:
        key = key_of(connector)
        if (point := self._points.get(key)) is None:
            point = PlanPoint(
                charger=charger, connector=connector, plug=PlugIn(connector)
            )
            self._points[key] = point
            point.unwatch = connector.watch(
                ("status", "transaction", "charge_mode"), lambda: self._changed(point)
            )
        return point

    def _armed(self) -> Iterator[PlanPoint]:
        return (point for point in self._points.values() if point.wanted.armed)

    def _run_if_needed(self) -> None:
        """Update the plans once a minute, while there are any."""
        if not any(self._armed()):
            self._halt()
            return
        if self._cancel is None:
            self._cancel = async_track_time_interval(
                self._hass, self._tick, _MINUTE, name=f"{DOMAIN} charge plans"
            )
        self._look()

    def _halt(self) -> None:
        self._prices.async_stop()
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _tick(self, _at: datetime) -> None:
        self.async_tick()

    @callback
    def async_tick(self) -> None:
        """Update prices, forecast and plans."""
        self._look()
        self._replan_all()
        self._run_if_needed()

    def _look(self) -> None:
        """Update prices and forecast if they are too old."""
        now = _now()
        self._prices.async_run(now)
        self._sun.async_run(now)

    # The plans.

    def _changed(self, point: PlanPoint) -> None:
        if point.plug.update():
            self._remember(point.charger)
        if point.connector.plugged_in is False:
            point.vehicle.left()
        if point.wanted.armed:
            self._replan(point)

    def _replan_all(self) -> None:
        for point in list(self._armed()):
            self._replan(point)

    def _observe(self, point: PlanPoint) -> None:
        """Take over the data that the control has learned about the vehicle."""
        lines, cap_a = self._control.learned(point.connector)
        power = point.connector.measurements.get("power")
        if point.vehicle.observe(lines=lines, cap_a=cap_a, power_w=power):
            self._remember(point.charger)

    def _replan(self, point: PlanPoint) -> None:
        now = _now()
        shown = self._think(point, now)
        if point.plan.due_w(now) <= 0:
            point.since = None
        elif point.since is None:
            point.since = now
        if shown == point.shown:
            return
        turned = shown.state is not point.shown.state
        point.shown = shown
        point.connector.mark("charge_plan")
        if turned:
            self._remember(point.charger)

    def _think(self, point: PlanPoint, now: datetime) -> Shown:
        """Make the plan of a connector; return the data to show."""
        # The plan continues a running period, also after a restart before prices are
        # known.
        before, point.plan = point.plan, Plan()
        wanted, connector = point.wanted, point.connector
        if not wanted.armed or wanted.ready_by is None:
            return Shown()
        decision = self._control.decision(connector)
        full = decision is not None and decision.reason is Reason.CAR_FULL
        mode = self._control.mode(connector)
        missing = point.missing_kwh(self._hass)
        if now >= wanted.ready_by and (
            now - wanted.ready_by > _OVERDUE
            or full
            or missing is None
            or missing < _ENOUGH_KWH
            or mode not in _SUNNY
            or connector.plugged_in is False
        ):
            self._want(point, armed=False)
            return Shown()
        if mode not in _SUNNY:
            return Shown(state=PlanState.OTHER_MODE)
        if missing is None:
            return Shown(state=PlanState.NO_TARGET)
        if missing < _ENOUGH_KWH:
            return Shown(state=PlanState.DONE, energy_kwh=0.0)
        # All plans may choose the same hours: each gets its share of fuse and solar
        # power.
        count = max(sum(1 for _ in self._armed()), 1)
        fuse_a = self._options.get(CONF_FUSE)
        if fuse_a is not None:
            fuse_a = (fuse_a - Settings().fuse_margin_a) / count
        most, least = point.power_w(fuse_a)
        sun = [
            replace(slot, power_w=slot.power_w / count) for slot in self._sun.slots(now)
        ]
        if mode is ChargeMode.MIN_SOLAR:
            sun = at_least(sun, least, now, max(wanted.ready_by, now))
        point.plan = plan(
            now,
            Goal(
                energy_kwh=missing,
                ready_by=wanted.ready_by,
                power_w=most,
                min_power_w=least,
            ),
            list(self._prices.slots(now)),
            sun,
            before,
        )
        return shown_of(
            point.plan,
            self._state_of(point, now, full=full),
            missing,
            since=point.since if before.due_w(now) > 0 else None,
        )

    @staticmethod
    def _state_of(point: PlanPoint, now: datetime, *, full: bool) -> PlanState:
        if point.connector.plugged_in is False:
            return PlanState.NO_VEHICLE
        if full:
            return PlanState.VEHICLE_FULL
        if point.plan.due_w(now) > 0 and not in_session(point.connector):
            return PlanState.WAITING_TO_BE_STARTED
        if point.plan.missing_kwh >= _ENOUGH_KWH:
            return PlanState.TOO_LATE
        if point.plan.due_w(now) > 0:
            return PlanState.CHARGING
        return PlanState.WAITING if point.plan.slots else PlanState.SUN

    # Persistence.

    def _remember(self, charger: Charger) -> None:
        self._memory.async_set(
            charger.charge_point.id,
            _RECORD,
            {
                str(point.connector.number): point.record()
                for point in self._points.values()
                if point.charger is charger
            },
        )


def _now() -> datetime:
    return dt_util.utcnow()
