"""Charge control in Home Assistant: reads meters, sets the limits of connectors."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..const import CONF_SOLAR, DOMAIN
from ..csms.connector import Connector
from ..csms.limits.intent import Intent, LimitState, Phases
from ..csms.model.changes import Changes
from ..smart_charging.control import ChargeControl
from ..smart_charging.discharge.again import recharge_price
from ..smart_charging.model import (
    ChargeMode,
    Charger as ChargerModel,
    ChargerReading,
    Decision,
    Discharge,
    Holding,
    HouseDecision,
    HouseReading,
    Reason,
    Settings,
    Split,
)
from ..smart_charging.planning.prices import PriceSlot
from ..vehicles.model import Car
from .boost import Boosts
from .grid import GridInputs
from .memory import ControlMemory
from .meter_watch import MeterWatch
from .outside import OutsideInputs
from .points import (
    ControlPoint,
    PlanFacts,
    ceiled,
    key_of,
    model_of,
    reading_of,
    rounded,
    shown,
    steady,
)
from .supply.facts import discharge_of
from .supply.reserve import Reserves

CHARGE_MODES: Final = [mode.value for mode in ChargeMode]
SPLITS: Final = [split.value for split in Split]
REASONS: Final = [reason.value for reason in Reason]

_TICK: Final = timedelta(seconds=5)
_LEAST_S: Final = 1.0
"""The minimum time between two ticks that a meter value triggers."""
_TOGETHER_S: Final = 0.2
"""Seconds to wait for the other entities of a meter, which update almost together.

If all of them have told something within this time, nothing is waited for.
"""
_RETRY: Final = 60.0
"""Seconds from a refused limit to the next attempt."""


class ModeControl(Component):
    """Controls the chargers of a server that are not in manual mode.

    Watchable fields of a connector: `charge_mode`, which changes with a boost, too, and
    `charge_control` (the decision). What is decided for the house itself has `house`
    and `watch_house`.
    Chargers in manual mode never receive a command from it, but for ceilings from
    outside.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        price: Callable[[], float | None],
        car: Callable[[Charger, Connector], Car],
    ) -> None:
        """Start without connectors.

        Args:
            price: Returns what a kWh costs now.
            car: Returns what is known of the car at a connector.
        """
        super().__init__()
        self._car = car
        self._price = price
        self._hass = hass
        self._entry = entry
        self._points: dict[str, ControlPoint] = {}
        self._inputs = GridInputs(hass, entry.options.get(CONF_SOLAR) or {})
        self._control: ChargeControl | None = None
        self._made_of: object = None
        self._memory = ControlMemory(memory)
        self.boosts = Boosts(memory)
        self.reserves = Reserves(memory)
        self._outside = OutsideInputs(hass, self._inputs.options)
        self._meter_watch = MeterWatch(hass, entry)
        self._circuit_watch = MeterWatch(hass, entry, "circuit")
        self._ceiling_watch = MeterWatch(hass, entry, "ceiling")
        self._changes = Changes()
        self._house = HouseDecision()
        self._split = self._memory.split()
        self._ticked = float("-inf")
        """The time of the last tick, by the loop's clock."""
        self._soon: asyncio.TimerHandle | None = None
        self._running: list[Callable[[], None]] = []
        """Functions that end the ticking; empty while it does not tick."""
        self.plan_facts: Callable[[Connector], PlanFacts] = lambda connector: (
            PlanFacts()
        )
        """Returns what a plan demands now: see `ChargePlans`."""
        self.coming_prices: Callable[[datetime], Iterable[PriceSlot]] = lambda now: ()
        """Returns the prices of the coming hours."""
        self.chosen: Callable[[Charger, Connector], None] = lambda charger, connector: (
            None
        )
        """Called before a mode is set."""

    # The interface for entities.

    def offers(self, charger: Charger, connector: Connector) -> bool:
        """Return whether a connector has charge modes, or had them before a restart."""
        return self._inputs.any or charger.was_registered(
            "charge_mode", connector.number
        )

    def mode(self, connector: Connector) -> ChargeMode:
        """Return the charge mode of a connector."""
        point = self._points.get(key_of(connector))
        return ChargeMode.MANUAL if point is None else point.mode

    def starts_sessions(self, connector: Connector) -> bool:
        """Return whether the mode of a connector may start sessions."""
        mode = self.mode(connector)
        if mode is ChargeMode.OFF:
            return self.boosted(connector)
        return mode is not ChargeMode.MANUAL

    def decision(self, connector: Connector) -> Decision | None:
        """Return the last decision; None in manual mode, and before the first tick."""
        point = self._points.get(key_of(connector))
        return None if point is None else point.decision

    @property
    def settings(self) -> Settings:
        """The settings of the house."""
        return self._settings()

    def reading(self) -> HouseReading:
        """Return the meters of the house at present."""
        return self._inputs.reading()

    def grid_w(self) -> float | None:
        """Return the power from the grid in W, negative for export, or None."""
        return self._inputs.grid_w(_now())

    @property
    def meter_ids(self) -> list[str]:
        """The entities of the meters of the house."""
        return self._inputs.entity_ids

    def grid_meters(self) -> list[tuple[str | None, str | None, bool]]:
        """Return the entities of import and export of each meter of the grid.

        The third value says whether the first one is positive for export.
        """
        return self._inputs.grid_meters()

    @property
    def house(self) -> HouseDecision:
        """What the last tick decided for the house; all of it is off while none is made."""
        return self._house

    def watch_house(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after `house` changed; return a function that ends that."""
        return self._changes.watch(0, ("house",), watcher)

    @property
    def split(self) -> str:
        """What decides which charger comes first: one of `SPLITS`."""
        return self._split.value

    @callback
    def async_set_split(self, option: str) -> None:
        """Set what decides which charger comes first; it applies at once."""
        self._split = Split(option)
        self._memory.remember_split(self._split)
        self._changes.mark(0, "house")
        if self._running:
            self.async_tick()

    def _decide_house(self, decision: HouseDecision) -> None:
        if rounded(decision) != rounded(self._house):
            self._changes.mark(0, "house")
        self._house = decision

    def learned(self, connector: Connector) -> tuple[int | None, float | None]:
        """Return the learned phases and current (A) of the connector's vehicle."""
        control = self._control
        return (None, None) if control is None else control.learned(key_of(connector))

    @property
    def house_settings(self) -> Settings:
        """The settings of the house, with its fuse and circuits."""
        return self._settings()

    def largest_load_a(self) -> tuple[float, float, float]:
        """Return the largest remembered load of the house on L1 to L3, in A.

        As long as nothing is remembered, half of the main fuse counts as used.
        """
        now = _now()
        known = self._current(now).largest_load_a(now)
        half = (self._settings().fuse_a or 0.0) / 2
        return (half, half, half) if known is None else known

    @callback
    def async_set_mode(
        self, charger: Charger, connector: Connector, option: str
    ) -> None:
        """Set the charge mode of a connector: one of `CHARGE_MODES`."""
        mode = ChargeMode(option)
        self.chosen(charger, connector)
        point = self._point(charger, connector)
        if point.mode is mode:
            return
        before, point.mode = point.mode, mode
        point.decision, point.ceiled = None, False
        # Who chooses a mode wants it now.
        self.boosts.end(connector)
        limiter = connector.limiter
        if mode is ChargeMode.MANUAL:
            limiter.automatic = False
            connector.starter.want(False)
            # In manual mode the user's limit applies again.
            limiter.set_intent(limiter.user_intent)
        else:
            limiter.automatic = True
        if before is not ChargeMode.MANUAL or mode is not ChargeMode.MANUAL:
            connector.mark("charge_mode", "charge_control")
        self._memory.remember_modes(charger, self._points.values())
        if mode is not ChargeMode.MANUAL or self._running:
            # Also tick for a connector that changes to manual mode.
            self.async_tick()
        self._run_if_needed()
        self._remember()

    def boosted(self, connector: Connector) -> bool:
        """Return whether a connector charges fast once, whatever its mode."""
        return (
            self.boosts.runs(connector)
            and self.mode(connector) is not ChargeMode.MANUAL
        )

    def controls(self, connector: Connector) -> bool:
        """Return whether a connector is not in manual mode."""
        return self.mode(connector) is not ChargeMode.MANUAL

    @callback
    def boost(self, connector: Connector, kwh: float | None) -> None:
        """Charge fast once, from now on; it does nothing in manual mode.

        Args:
            connector: The connector.
            kwh: The energy after which the boost ends; None or 0 if it ends only when
                the vehicle is unplugged.
        """
        if self.mode(connector) is not ChargeMode.MANUAL:
            self.boosts.begin(connector, kwh)
            connector.mark("charge_mode")
            self.async_tick()

    @callback
    def end_boost(self, connector: Connector) -> None:
        """End the boost of a connector; its mode applies again."""
        if self.boosts.end(connector):
            connector.mark("charge_mode")
            self.async_tick()

    def diagnostics(self) -> dict[str, Any]:
        """Return inputs, settings and decisions for diagnostics."""
        return {
            "inputs": self._inputs.diagnostics(_now()),
            "outside": self._outside.diagnostics(),
            "reading": asdict(self._house_reading(_now())),
            "balance": None if self._control is None else asdict(self._control.balance),
            "settings": asdict(self._settings()),
            "connectors": [
                {
                    "charger": point.charger.charge_point.id,
                    "connector": point.connector.number,
                    "mode": point.mode.value,
                    "model": asdict(self._model(point)),
                    "reading": asdict(self._reading(point)),
                    "start": point.connector.starter.record(),
                    "decision": None
                    if point.decision is None
                    else asdict(point.decision),
                }
                for point in self._points.values()
            ],
            "control": None if self._control is None else self._control.as_dict(),
        }

    # Adding and removing chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore the modes of a charger, which has not connected yet."""
        charge_point = charger.charge_point
        for number, mode in self._memory.load(charger).items():
            point = self._point(charger, charge_point.connector(number))
            point.mode = mode
            limiter = point.connector.limiter
            limiter.automatic = True
            limiter.set_intent(self._memory.careful(point), persistent=False)
        for number in self._memory.ceiled(charger):
            point = self._point(charger, charge_point.connector(number))
            if point.mode is ChargeMode.MANUAL and self._outside.ceiling_ids:
                # The limit was in force before the restart, and may be so still.
                point.ceiled = True
                point.connector.limiter.automatic = True
                point.connector.limiter.set_intent(
                    self._memory.careful(point), persistent=False
                )
        self.boosts.load(charge_point)
        self._subscriptions.add(
            charger,
            charge_point.watch(("ready", "connected"), self._run_if_needed),
            charge_point.watch(("outside", "ceiling"), self._limited_by_others),
        )
        self._run_if_needed()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Remove the connectors of a charger."""
        super().async_detach(charger)
        for key in [
            key for key, point in self._points.items() if point.charger is charger
        ]:
            self.boosts.forget(self._points.pop(key).connector)
        self._run_if_needed()

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options."""
        options = self._entry.options.get(CONF_SOLAR) or {}
        if options != self._inputs.options:
            self._inputs = GridInputs(self._hass, options)
            self._outside = OutsideInputs(self._hass, options)
            self._halt()
            self._forget_silence()
            self._run_if_needed()
            if self._running:
                self.async_tick()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop the control; chargers keep their last limits."""
        self._halt()
        self._forget_silence()
        super().async_stop()
        self._remember(always=True)
        self._points.clear()

    def _remember(self, *, always: bool = False) -> None:
        if self._control is not None:
            self._memory.remember_state(
                self._control, self._points.values(), always=always
            )

    def _point(self, charger: Charger, connector: Connector) -> ControlPoint:
        key = key_of(connector)
        if (point := self._points.get(key)) is None:
            point = ControlPoint(charger=charger, connector=connector)
            self._points[key] = point
            self._subscriptions.add(
                charger,
                # What may no longer be discharged ends at once.
                connector.watch(
                    ("bidirectional", "discharge_reserve"), self._limited_by_others
                ),
            )
        return point

    # The control.

    def _run_if_needed(self) -> None:
        """Tick while any connected charger is not in manual mode, or may be limited in it.

        It ticks with each value of a meter, to react early, and every few seconds, as
        delays also end without a new value.
        """
        needed = any(
            point.mode is not ChargeMode.MANUAL and point.charger.charge_point.connected
            for point in self._points.values()
        ) or (
            self._concerns_manual
            and any(charger.charge_point.connected for charger in self._subscriptions)
        )
        if needed and not self._running:
            self._running = [
                async_track_time_interval(
                    self._hass, self._tick, _TICK, name=f"{DOMAIN} charge control"
                ),
                async_track_state_change_event(
                    self._hass,
                    [*self._inputs.entity_ids, *self._outside.meter_ids],
                    self._metered,
                ),
                async_track_state_change_event(
                    self._hass, self._outside.ceiling_ids, self._imposed
                ),
            ]
        elif not needed:
            self._halt()
            if all(point.mode is ChargeMode.MANUAL for point in self._points.values()):
                # No charger needs the meter any more.
                self._forget_silence()
        if not self._outside.ceiling_ids:
            for point in self._points.values():
                self._let_go(point)

    def _halt(self) -> None:
        while self._running:
            self._running.pop()()
        self._cancel_soon()
        self._decide_house(HouseDecision())

    @callback
    def _tick(self, _now: datetime) -> None:
        self.async_tick()

    @callback
    def _metered(self, _event: Event[EventStateChangedData]) -> None:
        """Tick once all entities of the meter have told theirs, or soon."""
        complete = self._inputs.is_complete(_TOGETHER_S)
        if self._soon is not None and not complete:
            return
        self._cancel_soon()
        loop = self._hass.loop
        rest = self._ticked + _LEAST_S - loop.time()
        wait = 0.0 if complete else _TOGETHER_S
        self._soon = loop.call_later(max(rest, wait), self.async_tick)

    @callback
    def _imposed(self, event: Event[EventStateChangedData]) -> None:
        """Obey a limit from outside at once."""
        if self._outside.imposes_other(
            event.data["old_state"], event.data["new_state"]
        ):
            self.async_tick()

    @callback
    def _limited_by_others(self) -> None:
        """Obey at once what others have set at a charger, or its owner for discharging."""
        if self._running:
            self.async_tick()

    def _cancel_soon(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    @callback
    def async_tick(self) -> None:
        """Decide again, and send the changed limits to the chargers."""
        self._cancel_soon()
        self._ticked = self._hass.loop.time()
        now = _now()
        self._add_manual()
        points = {
            key: point
            for key, point in self._points.items()
            # Nothing is known of a connector before its first status.
            if point.connector.status is not None
        }
        for point in points.values():
            if self.boosts.look(point.connector):
                point.connector.mark("charge_mode")
        control = self._current(now)
        decisions = control.tick(
            now,
            self._house_reading(now),
            {key: self._reading(point) for key, point in points.items()},
        )
        for key, decision in decisions.items():
            point = points[key]
            if point.mode is ChargeMode.MANUAL:
                self._limit_manual(point, decision, now)
                continue
            self._tell(point, decision, now)
            point.connector.starter.want(
                decision.start, unlimited=self._is_unlimited(point)
            )
            if decision.restart:
                point.connector.starter.restart()
            decision_shown = steady(point, ceiled(point, decision), now)
            if shown(point.decision) != shown(decision_shown):
                point.connector.mark("charge_control")
            point.decision = decision_shown
        self._decide_house(control.house)
        self._look_for_silence(now)
        self._remember()

    def _house_reading(self, now: float) -> HouseReading:
        return replace(
            self._inputs.reading(),
            circuits=self._outside.circuits(),
            ceilings=self._outside.ceilings(now),
            price=self._price(),
            month=f"{dt_util.as_local(dt_util.utc_from_timestamp(now)):%Y-%m}",
        )

    def _look_for_silence(self, now: float) -> None:
        if any(point.mode is not ChargeMode.MANUAL for point in self._points.values()):
            self._meter_watch.async_look(self._inputs.unheard(now), now)
        self._circuit_watch.async_look(self._outside.silent_meters(now), now)
        silent = self._outside.silent_ceilings(now)
        self._ceiling_watch.async_look(dict.fromkeys(silent, now), now)

    def _forget_silence(self) -> None:
        for watch in (self._meter_watch, self._circuit_watch, self._ceiling_watch):
            watch.async_clear()

    def _reading(self, point: ControlPoint) -> ChargerReading:
        connector = point.connector
        facts = self.plan_facts(connector)
        car = self._car(point.charger, connector)
        discharge: Discharge | None = None
        if connector.bidirectional.follows:
            now = dt_util.utcnow()
            discharge = discharge_of(
                connector,
                point.chosen,
                reserve_soc=self.reserves.of(connector),
                plan_soc=facts.goal_soc,
                recharge_price=recharge_price(
                    self.coming_prices(now), now, facts.ready_by
                ),
                capacity_kwh=car.capacity_kwh,
            )
        return reading_of(
            point,
            facts,
            car,
            boost=self.boosts.runs(connector),
            discharge=discharge,
        )

    def _model(self, point: ControlPoint) -> ChargerModel:
        return model_of(point, self._car(point.charger, point.connector))

    def _settings(self) -> Settings:
        guard = max(
            (
                point.charger.charge_point.quirks.phase_switch_seconds
                for point in self._points.values()
            ),
            default=0.0,
        )
        return self._inputs.settings(phase_guard_s=guard, split=self._split)

    def _current(self, now: float) -> ChargeControl:
        """Return the control; if something changed, a new one with the same state."""
        settings = self._settings()
        chargers = [self._model(point) for point in self._points.values()]
        made_of = settings, chargers
        if self._control is None or made_of != self._made_of:
            control = ChargeControl(settings, chargers)
            if self._control is not None:
                self._memory.note(self._control)
            self._memory.restore(control, now)
            self._control, self._made_of = control, made_of
        return self._control

    def _is_unlimited(self, point: ControlPoint) -> bool:
        """Return whether it may charge without a limit, if the charger accepts none."""
        if point.connector.ceiling() is not None:
            return False
        fast = point.mode is ChargeMode.FAST or self.boosted(point.connector)
        settings = self._settings()
        return fast and not (
            settings.fuse_a is not None
            or settings.circuits
            or settings.ceilings
            or settings.peak_w is not None
        )

    # Chargers in manual mode.

    @property
    def _concerns_manual(self) -> bool:
        """Whether chargers in manual mode matter: to limit them, or to reckon with them."""
        settings = self._settings()
        return (
            bool(settings.ceilings or settings.circuits)
            or settings.holding is not Holding.OFF
            # No vehicle is to be emptied into one that charges in manual mode.
            or any(
                point.connector.bidirectional.follows for point in self._points.values()
            )
        )

    def _add_manual(self) -> None:
        """Include the connectors whose mode was never chosen, if they matter."""
        if self._concerns_manual:
            for charger in self._subscriptions:
                for connector in charger.charge_point.connectors.values():
                    self._point(charger, connector)

    def _limit_manual(
        self, point: ControlPoint, decision: Decision, now: float
    ) -> None:
        """Limit a charger in manual mode while a ceiling from outside is in force."""
        if decision.current_a is None:
            self._let_go(point)
            return
        if not point.ceiled:
            point.ceiled = True
            # Its user can change the limit meanwhile, and gets it when the ceiling ends.
            point.connector.limiter.automatic = True
        self._tell(point, decision, now)
        told = decision if decision.reason is Reason.CEILING else None
        if shown(point.decision) != shown(told):
            point.connector.mark("charge_control")
        point.decision = told

    def _let_go(self, point: ControlPoint) -> None:
        """Let the limit of a charger's user apply again, after a ceiling in manual mode."""
        if not point.ceiled:
            return
        point.ceiled = False
        if point.mode is ChargeMode.MANUAL:
            limiter = point.connector.limiter
            limiter.automatic = False
            limiter.set_intent(limiter.user_intent)
            point.decision = None
            point.connector.mark("charge_control")

    def _tell(self, point: ControlPoint, decision: Decision, now: float) -> None:
        if decision.current_a is None:
            return
        limiter = point.connector.limiter
        phases: Phases | None = None
        if point.mode is ChargeMode.MANUAL:
            phases = limiter.user_intent.phases
        elif limiter.switches_phases:
            phases = 1 if decision.phases == 1 else 3
        if decision.setpoint_w is not None and not decision.current_a:
            # Nothing is charged either if the setpoint ends by itself.
            intent = Intent(limit_a=0.0, phases=phases, setpoint_w=decision.setpoint_w)
        elif decision.current_a:
            intent = Intent(limit_a=decision.current_a, phases=phases)
        else:
            intent = Intent(paused=True, phases=phases)
        if intent != limiter.intent:
            point.tried = now
            limiter.set_intent(intent, persistent=False)
        elif (
            limiter.state is LimitState.REFUSED
            and point.charger.charge_point.ready
            and now - point.tried >= _RETRY
        ):
            point.tried = now
            limiter.apply_again()


def _now() -> float:
    """Return the time in s, by a clock that continues over a restart."""
    return dt_util.utcnow().timestamp()
