"""Charge plans: the goals of connectors, and the plans that reach them in time.

The control calls `facts` for each decision, which looks at plans that are ready made.
All plans of a server are made together: once a minute, and when an input changes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..charging.control import ModeControl
from ..charging.points import PlanFacts, key_of
from ..const import CONF_SOLAR, DOMAIN
from ..csms.connector import Connector
from ..prices.prices import Prices
from ..smart_charging.model import ChargeMode
from ..smart_charging.planning.joint import plan_all
from ..smart_charging.planning.model import Plan, SunSlot
from ..vehicles.vehicles import Vehicles
from ..weekly.following import WeeklyGoals
from ..weekly.model import WeeklyPlans
from .goals import changed
from .model import PlanState, Shown, Wanted, shown_of
from .needs import ENOUGH_KWH, SUNNY, Needs, Outline, idle
from .outlook import Outlook
from .plug_session import PlugIn
from .point import Missing, PlanPoint
from .preview import Preview, trial_of

_MINUTE: Final = timedelta(minutes=1)
_PAUSE: Final = timedelta(seconds=1)
"""The time after the plans were made for which changes wait."""
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
        prices: Prices,
        vehicles: Vehicles,
    ) -> None:
        """Start without plans."""
        super().__init__()
        self._vehicles = vehicles
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._control = control
        self._chargers: dict[str, Charger] = {}
        """The attached chargers by the id of their charge point."""
        self._points: dict[str, PlanPoint] = {}
        self._options: Mapping[str, Any] = entry.options.get(CONF_SOLAR) or {}
        self._prices = prices
        self._end_prices = prices.listen(self._prices_changed)
        self._outlook = Outlook(
            hass, entry, memory, control, prices, self._now, self._replan_soon
        )
        self._cancel: Callable[[], None] | None = None
        self._pause: Callable[[], None] | None = None
        """Ends the pause after the plans were made."""
        self._asked = False
        """True if they are to be made after the pause."""
        self._weekly = WeeklyGoals(
            entry, lambda point: vehicles.at(point.connector), self._want
        )
        self._needs = Needs(control, self._weekly, self._want)
        self.chosen: Callable[[Charger, Connector], None] = lambda charger, connector: (
            None
        )
        """Called before a goal is changed."""
        control.plan_facts = self.facts

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
        return self.offers(charger, connector) and self._vehicles.may_target_soc(
            charger, connector
        )

    def wanted(self, connector: Connector) -> Wanted:
        """Return the goal of a connector."""
        point = self._points.get(key_of(connector))
        return Wanted() if point is None else point.wanted

    def missing(self, connector: Connector) -> Missing | None:
        """Return what is missing to the target that a plan pursues now; None without one.

        A plan that also charges at a low price wants more than its target.
        """
        point = self._points.get(key_of(connector))
        if (
            point is None
            or not point.wanted.armed
            or point.wanted.below_price is not None
            or self._control.mode(connector) not in SUNNY
        ):
            return None
        missing = point.missing(_now())
        return missing if (missing.target_kwh or 0.0) >= ENOUGH_KWH else None

    def shown(self, connector: Connector) -> Shown:
        """Return the shown data of a connector's plan."""
        point = self._points.get(key_of(connector))
        return Shown() if point is None else point.shown

    def diagnostics(self) -> dict[str, Any]:
        """Return goals, plans and what the house offers for diagnostics."""
        return {
            "outlook": self._outlook.diagnostics(_now()),
            "connectors": [
                {
                    "charger": point.charger.charge_point.id,
                    "connector": point.connector.number,
                    "car": point.car,
                    "wanted": asdict(point.wanted),
                    "vehicle": point.vehicle.record(),
                    "plan": asdict(point.plan),
                    "shown": asdict(point.shown),
                }
                for point in self._points.values()
            ],
        }

    @property
    def has_prices(self) -> bool:
        """Whether there are entities with the prices of the coming hours."""
        return self._prices.tells_coming

    @callback
    def async_want(
        self, charger: Charger, connector: Connector, **changes: Any
    ) -> None:
        """Change the goal of a connector: fields of `Wanted`.

        `ready_by` may also be a local time of the day. While the plan is enabled, a
        ready time in the past is moved to its next time of day.
        """
        self.chosen(charger, connector)
        point = self._point(charger, connector)
        now = _now()
        if point.wanted.armed and changes.get("armed") is False:
            # Off is off: neither does the next weekly plan turn it on again.
            self._weekly.skip(point, now)
        elif changes.get("weekdays"):
            # It repeats by itself now.
            point.weekly = None
        if (
            changes.get("armed")
            and "ready_by" not in changes
            and point.wanted.ready_by is None
            and (when := point.ready_by(now)) is not None
        ):
            # Its user never said when, but the vehicle has.
            changes["ready_by"] = when
        self._want(point, changed(point.wanted, changes, now))
        self._replan()
        self._run_if_needed()

    @callback
    def async_set_goal(
        self, charger: Charger, connector: Connector, wanted: Wanted
    ) -> None:
        """Set the whole goal of a connector, without a user who chose it."""
        self._want(self._point(charger, connector), wanted)
        self._replan()
        self._run_if_needed()

    def _want(self, point: PlanPoint, wanted: Wanted) -> None:
        if wanted == point.wanted:
            return
        point.wanted = wanted
        if point.is_trial:
            return
        point.connector.mark("charge_plan_wanted")
        self._remember(point.charger)

    async def async_preview(
        self, charger: Charger, connector: Connector, **changes: Any
    ) -> Preview:
        """Return the plan that a changed goal would make; nothing is changed by that.

        In a charge mode that uses no plans it is that of the mode for sun only.

        Args:
            charger: The charger.
            connector: The connector.
            changes: Fields of `Wanted`, as for `async_want`.
        """
        now = _now()
        await self._outlook.async_ready(now)
        own = self._points.get(key_of(connector)) or PlanPoint(
            charger=charger,
            connector=connector,
            plug=PlugIn(connector),
            known_fn=self._vehicles.car,
        )
        point = trial_of(own)
        point.wanted = changed(point.wanted, {**changes, "armed": True}, now)
        point.weekly = None
        # In the same order, which decides between equal ones.
        before = (
            self._points
            if key_of(connector) in self._points
            else (self._points | {point.key: own})
        )
        points = [point if one is own else trial_of(one) for one in before.values()]
        mode = self._control.mode(connector)
        tried = mode if mode in SUNNY else ChargeMode.SOLAR
        outlines = {
            one.key: self._needs.outline(one, now, tried if one is point else None)
            for one in points
        }
        if isinstance(outline := outlines[point.key], Shown):
            return Preview(wanted=point.wanted, shown=outline, plan=Plan())
        # In a thread, as with many vehicles it takes long.
        made = await self._hass.async_add_executor_job(
            plan_all,
            now,
            self._needs.all(points, outlines, now),
            self._outlook.site(now),
            {one.key: one.plan for one in points},
        )
        plan = made.get(point.key, Plan())
        state = (
            self._needs.state(point, plan, now)
            if mode in SUNNY
            else PlanState.OTHER_MODE
        )
        shown = shown_of(plan, state, outline[1].wanted_kwh, point.wanted)
        return Preview(wanted=point.wanted, shown=shown, plan=plan)

    async def async_roof(self) -> tuple[datetime, list[SunSlot]]:
        """Return the time, and what the roof will give from then on."""
        now = _now()
        await self._outlook.async_ready(now)
        return now, self._outlook.roof(now)

    def made(self, charger: Charger, connector: Connector) -> Preview:
        """Return the goal of a connector, and the plan that was made for it."""
        point = self._point(charger, connector)
        return Preview(
            wanted=point.wanted,
            shown=point.shown,
            plan=point.plan,
        )

    def weekly(self, charger: Charger, connector: Connector) -> WeeklyPlans:
        """Return the weekly plan that a connector's goal is of, and those to come."""
        if not self._weekly:
            return WeeklyPlans()
        return self._weekly.of(self._point(charger, connector), _now())

    def facts(self, connector: Connector) -> PlanFacts:
        """Return what the control needs to know of a plan and its vehicle now."""
        point = self._points.get(key_of(connector))
        if point is None:
            charger = self._chargers.get(connector.charge_point.id)
            if charger is None:
                return PlanFacts()
            point = self._point(charger, connector)
            point.plug.update()
        planned, due = point.wanted.armed, 0.0
        if planned:
            due = point.plan.due_w(_now())
            if (due > 0) is (point.since is None):
                # A slot begins or ends.
                self._replan_soon()
                due = point.plan.due_w(_now())
        return PlanFacts(
            due_w=due,
            urgent=planned and point.plan.urgent,
            slack_s=point.plan.slack_s if planned else None,
            planned=planned,
            soc=point.soc,
            car=point.car,
            goal_soc=(point.wanted.soc or None) if planned else None,
            ready_by=point.ready_by(_now()) if planned else None,
        )

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
        self._replan_soon()
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
        options = self._entry.options.get(CONF_SOLAR) or {}
        weekly_changed = self._weekly.update()
        if options == self._options and not weekly_changed:
            return
        if options != self._options:
            self._options = options
            self._outlook.async_update()
        self._follow_all()
        self._run_if_needed()
        self._replan_soon()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop; the goals and what was learned are stored."""
        self._end_prices()
        self._halt()
        if self._pause is not None:
            self._pause()
            self._pause = None
        self._outlook.async_stop()
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
                charger=charger,
                connector=connector,
                plug=PlugIn(connector),
                known_fn=self._vehicles.car,
            )
            self._points[key] = point
            point.unwatch = _both(
                connector.watch(
                    ("status", "transaction", "charge_mode", "vehicle"),
                    lambda: self._changed(point),
                ),
                connector.watch(("session", "power"), lambda: self._metered(point)),
                connector.watch(("vehicle",), lambda: self._other_vehicle(point)),
            )
        return point

    def _armed(self) -> Iterator[PlanPoint]:
        return (point for point in self._points.values() if point.wanted.armed)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Learn what the house takes, and look at the weekly plans."""
        self._outlook.async_learn(self._points.values(), _now())
        if self._follow_all():
            self._replan_soon()
            self._run_if_needed()

    def _follow_all(self) -> bool:
        """Take goals from weekly plans; return whether one was taken."""
        for charger in self._chargers.values() if self._weekly else ():
            for number in charger.connector_numbers:
                connector = charger.charge_point.connector(number)
                if self.offers(charger, connector):
                    self._point(charger, connector)
        now, taken = _now(), False
        for point in self._points.values():
            before = point.wanted
            self._weekly.follow(point, now)
            taken = taken or point.wanted != before
        return taken

    def _run_if_needed(self) -> None:
        """Update the plans once a minute, while there are any."""
        if not any(self._armed()):
            self._halt()
            return
        if self._cancel is None:
            self._cancel = async_track_time_interval(
                self._hass, self._tick, _MINUTE, name=f"{DOMAIN} charge plans"
            )
        self._outlook.async_look(_now())

    def _halt(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _tick(self, _at: datetime) -> None:
        self.async_tick()

    @callback
    def async_tick(self) -> None:
        """Update prices, forecast and plans."""
        self._outlook.async_look(_now())
        for point in self._armed():
            self._observe(point)
        self._replan()
        self._run_if_needed()

    # The plans.

    def _prices_changed(self) -> None:
        if any(self._armed()):
            self._replan_soon()

    def _replan_soon(self) -> None:
        """Make the plans at once, but after the last ones not before the pause is over.

        Many changes come together, for example when chargers connect, and the plans of
        many vehicles take long to make.
        """
        if self._pause is not None and any(self._armed()):
            self._asked = True
        else:
            self._replan()

    @callback
    def _pause_over(self, _at: datetime) -> None:
        self._pause = None
        if self._asked:
            self._replan()

    def _rest(self) -> None:
        """Begin the pause."""
        if self._pause is not None:
            self._pause()
        self._pause = async_call_later(self._hass, _PAUSE, self._pause_over)

    def _changed(self, point: PlanPoint) -> None:
        if point.plug.update() | point.meet():
            self._remember(point.charger)
        if point.connector.plugged_in is False:
            point.vehicle.left()
        if any(self._armed()):
            self._replan_soon()

    def _other_vehicle(self, point: PlanPoint) -> None:
        """Take the goal from a plan of the vehicle that is here now."""
        before = point.wanted
        if self._weekly.follow(point, _now()) or point.wanted != before:
            self._replan_soon()
            self._run_if_needed()

    def _metered(self, point: PlanPoint) -> None:
        """Handle a meter value of the charger."""
        if not point.wanted.armed:
            return
        self._observe(point)
        now = _now()
        if point.plan.due_w(now) > 0:
            missing = point.missing(now)
            if (missing.wanted_kwh or 0.0) < ENOUGH_KWH:
                self._replan_soon()

    def _observe(self, point: PlanPoint) -> None:
        """Take over the data that the control has learned about the vehicle."""
        lines, cap_a = self._control.learned(point.connector)
        power = point.connector.measurements.get("power")
        if point.vehicle.observe(lines=lines, cap_a=cap_a, power_w=power):
            self._remember(point.charger)

    def _replan(self) -> None:
        """Make the plans of all connectors."""
        now, points = _now(), list(self._points.values())
        self._asked = False
        for point in points:
            self._weekly.follow(point, now)
        if not any(self._armed()):
            for point in points:
                self._take(point, Plan(), idle(point, PlanState.OFF), now)
            return
        outlines: dict[str, Outline] = {
            point.key: self._needs.outline(point, now) for point in points
        }
        needs = self._needs.all(points, outlines, now)
        made: Mapping[str, Plan] = {}
        if any(not need.fast for need in needs):
            self._rest()
            made = plan_all(
                now,
                needs,
                self._outlook.site(now),
                {point.key: point.plan for point in points},
            )
        for point in points:
            outline, before = outlines[point.key], point.plan
            if isinstance(outline, Shown):
                self._take(point, Plan(), outline, now)
                continue
            _, missing = outline
            plan = made.get(point.key, Plan())
            shown = shown_of(
                plan,
                self._needs.state(point, plan, now),
                missing.wanted_kwh,
                point.wanted,
                since=point.since if before.due_w(now) > 0 else None,
            )
            self._take(point, plan, shown, now)

    def _take(self, point: PlanPoint, plan: Plan, shown: Shown, now: datetime) -> None:
        point.plan = plan
        if plan.due_w(now) <= 0:
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


def _both(*ends: Callable[[], None]) -> Callable[[], None]:
    def end() -> None:
        for each in ends:
            each()

    return end


def _now() -> datetime:
    return dt_util.utcnow()
