"""Where smart_charging meets Home Assistant: meters in, limits of connectors out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .charger import Charger
from .const import (
    CONF_PRIORITY,
    CONF_ROTATION,
    CONF_SOLAR,
    CONF_VEHICLE_SOC,
    CONF_VEHICLE_TARGET,
    DOMAIN,
    ROTATIONS,
)
from .csms.connector import Connector
from .csms.errors import CsmsError
from .csms.limit_sender import ControlState
from .csms.profiles import Intent, Phases
from .grid_inputs import GridInputs, percent_of
from .memory import Memory
from .smart_charging.control import ChargeControl
from .smart_charging.meter import number as finite
from .smart_charging.model import (
    PHASES,
    ChargeMode,
    Charger as ChargerModel,
    ChargerReading,
    Decision,
    Reason,
)

CHARGE_MODES: Final = [mode.value for mode in ChargeMode]
REASONS: Final = [reason.value for reason in Reason]

_TICK: Final = timedelta(seconds=5)
_RETRY: Final = 60.0
"""Seconds from a refused limit to the next attempt."""
_LEAST_STEP_A: Final = 1.0
"""Finer steps would be commands without end."""

_MODES: Final = "charge_modes"
_STATE: Final = "charge_control"


@dataclass
class _Point:
    """A connector, its mode, and what was decided for it."""

    charger: Charger
    connector: Connector
    mode: ChargeMode = ChargeMode.MANUAL
    decision: Decision | None = None
    tried: float = 0.0
    """When a limit was told last, in s."""

    @property
    def chosen(self) -> Mapping[str, Any]:
        """What the user chose for this charger."""
        return self.charger.subentry.data.get(CONF_SOLAR) or {}

    @property
    def key(self) -> str:
        return f"{self.charger.charge_point.id}_{self.connector.number}"


class ModeControl:
    """Runs the chargers of a server that are not in manual.

    Watchable fields of a connector: `charge_mode`, and `charge_control` (what was
    decided). A charger in manual is never told anything by it.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Follow none yet."""
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._points: dict[str, _Point] = {}
        self._inputs = GridInputs(hass, entry.options.get(CONF_SOLAR) or {})
        self._control: ChargeControl | None = None
        self._made_of: object = None
        self._kept: dict[str, Any] = {}
        """By key what was known before a restart."""
        self._kept_at: float | None = None
        self._saved: dict[str, Any] = {}
        self._cancel: Callable[[], None] | None = None
        self._unwatch: dict[str, Callable[[], None]] = {}
        self.due_w: Callable[[Connector], float] = lambda connector: 0.0
        """What a plan wants a connector to take now: see `charge_plans`."""

    # What entities ask and tell.

    def offers(self, charger: Charger, connector: Connector) -> bool:
        """Return whether a connector has modes, or had before a restart."""
        return self._inputs.any or charger.was_registered(
            f"{connector.number}_charge_mode"
        )

    def mode(self, connector: Connector) -> ChargeMode:
        """Return what a connector follows."""
        point = self._points.get(_key(connector))
        return ChargeMode.MANUAL if point is None else point.mode

    def decision(self, connector: Connector) -> Decision | None:
        """Return what was decided last; None in manual, and before the first time."""
        point = self._points.get(_key(connector))
        return None if point is None else point.decision

    def learned(self, connector: Connector) -> tuple[int | None, float | None]:
        """Return on how many phases its car charges, and what it takes, in A."""
        control = self._control
        return (None, None) if control is None else control.learned(_key(connector))

    @callback
    def async_set_mode(
        self, charger: Charger, connector: Connector, option: str
    ) -> None:
        """Let a connector follow something else from now on: one of `CHARGE_MODES`."""
        mode = ChargeMode(option)
        point = self._point(charger, connector)
        if point.mode is mode:
            return
        before, point.mode = point.mode, mode
        point.decision = None
        control = connector.control
        if mode is ChargeMode.MANUAL:
            control.governed = False
            # From here on it is what its user set.
            control.keep(control.lasting)
        else:
            control.governed = True
        if before is not ChargeMode.MANUAL or mode is not ChargeMode.MANUAL:
            connector.mark("charge_mode", "charge_control")
        self._remember_modes(charger)
        if mode is not ChargeMode.MANUAL or self._cancel is not None:
            # Also one that goes to manual has to be taken note of.
            self.async_tick()
        self._run_if_needed()
        self._remember_state()

    # Chargers come and go.

    @callback
    def async_follow(self, charger: Charger) -> None:
        """Take over the modes of a charger from before; it has not connected yet."""
        charge_point = charger.charge_point
        kept = self._memory.get(charge_point.id, _STATE)
        if isinstance(kept, Mapping) and isinstance(kept.get("chargers"), Mapping):
            self._kept |= kept["chargers"]
            if (at := finite(kept.get("at"))) is not None:
                self._kept_at = min(at, self._kept_at or at)
        modes = self._memory.get(charge_point.id, _MODES)
        for text, value in (modes if isinstance(modes, Mapping) else {}).items():
            if value in CHARGE_MODES and value != ChargeMode.MANUAL:
                connector = charge_point.connector(int(text))
                point = self._point(charger, connector)
                point.mode = ChargeMode(value)
                connector.control.governed = True
                self._be_careful(point)
        self._unwatch[charger.subentry_id] = charge_point.watch(
            ("ready", "connected"), self._run_if_needed
        )
        self._run_if_needed()

    def _be_careful(self, point: _Point) -> None:
        """Want what it was told last, or else the least, until more is known."""
        control = point.connector.control
        kept = self._kept.get(point.key)
        car = kept.get("car") if isinstance(kept, Mapping) else None
        told = finite(car.get("told_a")) if isinstance(car, Mapping) else None
        if point.mode is ChargeMode.FAST and told is None:
            intent = control.lasting
        elif point.mode is ChargeMode.MIN_SOLAR and told is None:
            intent = Intent(limit_a=control.minimum)
        elif not told or point.mode is ChargeMode.OFF:
            intent = Intent(paused=True)
        else:
            limit = control.lasting.limit_a
            intent = Intent(limit_a=told if limit is None else min(told, limit))
        if control.lasting.paused:
            intent = Intent(paused=True)
        control.keep(intent, lasting=False)

    @callback
    def async_forget(self, charger: Charger) -> None:
        """Forget a charger that was removed."""
        self._unwatch.pop(charger.subentry_id)()
        for key in [
            key for key, point in self._points.items() if point.charger is charger
        ]:
            del self._points[key]
        self._run_if_needed()

    @callback
    def async_update(self) -> None:
        """Take over what the user changed in the options."""
        self._inputs = GridInputs(self._hass, self._entry.options.get(CONF_SOLAR) or {})
        self._run_if_needed()

    @callback
    def async_stop(self) -> None:
        """Stop; chargers keep what they were told last."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        while self._unwatch:
            self._unwatch.popitem()[1]()
        self._remember_state(always=True)
        self._points.clear()

    def _point(self, charger: Charger, connector: Connector) -> _Point:
        return self._points.setdefault(
            _key(connector), _Point(charger=charger, connector=connector)
        )

    # The control.

    def _run_if_needed(self) -> None:
        """Tick while any charger that is there follows something."""
        needed = any(
            point.mode is not ChargeMode.MANUAL and point.charger.charge_point.connected
            for point in self._points.values()
        )
        if needed and self._cancel is None:
            self._cancel = async_track_time_interval(
                self._hass, self._tick, _TICK, name=f"{DOMAIN} charge control"
            )
        elif not needed and self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _tick(self, _now: datetime) -> None:
        self.async_tick()

    @callback
    def async_tick(self) -> None:
        """Decide anew, and tell those chargers what changed."""
        now = _now()
        points = {
            key: point
            for key, point in self._points.items()
            # Before it has told its status, nothing is known of it.
            if point.connector.status is not None
        }
        control = self._current(now)
        decisions = control.tick(
            now,
            self._inputs.reading(),
            {key: self._reading(point) for key, point in points.items()},
        )
        for key, decision in decisions.items():
            point = points[key]
            if point.mode is ChargeMode.MANUAL:
                continue
            self._tell(point, decision, now)
            if _shown(point.decision) != _shown(decision):
                point.connector.mark("charge_control")
            point.decision = decision
        self._remember_state()

    def _reading(self, point: _Point) -> ChargerReading:
        """Return what is known of a charger now."""
        connector, values = point.connector, point.connector.measurements
        currents = [values.get(f"current_l{line}") for line in (1, 2, 3)]
        soc = percent_of(self._hass, point.chosen.get(CONF_VEHICLE_SOC))
        target = percent_of(self._hass, point.chosen.get(CONF_VEHICLE_TARGET))
        allowed = connector.control.lasting
        return ChargerReading(
            mode=point.mode,
            plugged_in=connector.plugged_in is True,
            charging=connector.charging is True,
            power_w=values.get("power"),
            currents_a=None
            if None in currents
            else (currents[0] or 0.0, currents[1] or 0.0, currents[2] or 0.0),
            measured_at=connector.measured_at.timestamp()
            if connector.measured_at is not None
            else 0.0,
            online=point.charger.charge_point.ready,
            due_w=self.due_w(connector),
            limit_a=0.0 if allowed.paused else allowed.limit_a,
            full=soc is not None and target is not None and soc >= target,
        )

    def _current(self, now: float) -> ChargeControl:
        """Return the control; another one, that goes on, where something changed."""
        guard = max(
            (
                point.charger.charge_point.quirks.phase_switch_seconds
                for point in self._points.values()
            ),
            default=0.0,
        )
        settings = self._inputs.settings(phase_guard_s=guard)
        chargers = [_model(key, point) for key, point in self._points.items()]
        made_of = settings, chargers
        if self._control is None or made_of != self._made_of:
            control = ChargeControl(settings, chargers)
            if self._control is not None:
                kept = self._control.as_dict()
                self._kept |= kept["chargers"]
                self._kept_at = kept["at"]
            if self._kept_at is not None:
                control.restore(
                    {"version": 1, "at": self._kept_at, "chargers": self._kept}, now
                )
            self._control, self._made_of = control, made_of
        return self._control

    def _tell(self, point: _Point, decision: Decision, now: float) -> None:
        if decision.current_a is None:
            return
        control = point.connector.control
        phases: Phases | None = None
        if control.switches_phases:
            phases = 1 if decision.phases == 1 else 3
        if decision.current_a:
            intent = Intent(limit_a=decision.current_a, phases=phases)
        else:
            intent = Intent(paused=True, phases=phases)
        if intent != control.intent:
            point.tried = now
            control.keep(intent, lasting=False)
        elif (
            control.state is ControlState.REFUSED
            and point.charger.charge_point.ready
            and now - point.tried >= _RETRY
        ):
            point.tried = now
            self._entry.async_create_background_task(
                self._hass,
                self._again(point, intent),
                f"{DOMAIN} limit {point.key} again",
            )

    async def _again(self, point: _Point, intent: Intent) -> None:
        """Try once more what was refused."""
        try:
            await point.connector.control.set(intent, lasting=False)
        except CsmsError:
            # It stays refused, which the next tick sees.
            return

    # Over a restart.

    def _remember_modes(self, charger: Charger) -> None:
        modes = {
            str(point.connector.number): point.mode.value
            for point in self._points.values()
            if point.charger is charger and point.mode is not ChargeMode.MANUAL
        }
        self._memory.async_set(charger.charge_point.id, _MODES, modes)

    def _remember_state(self, *, always: bool = False) -> None:
        """Keep what matters: seldom, as a control changes something all the time."""
        if self._control is None:
            return
        kept = self._control.as_dict()
        for charger in {
            point.charger.charge_point.id: point.charger
            for point in self._points.values()
        }.values():
            prefix = f"{charger.charge_point.id}_"
            own = {
                key: each
                for key, each in kept["chargers"].items()
                if key in self._points and self._points[key].charger is charger
            }
            gist = {
                key: (bool(each["car"]["told_a"]), each["sun"]["on"])
                for key, each in own.items()
            }
            if always or self._saved.get(prefix) != gist:
                self._saved[prefix] = gist
                self._memory.async_set(
                    charger.charge_point.id, _STATE, {"at": kept["at"], "chargers": own}
                )


def _now() -> float:
    """Return the time in s, which goes on over a restart."""
    return dt_util.utcnow().timestamp()


def _key(connector: Connector) -> str:
    return f"{connector.charge_point.id}_{connector.number}"


def _model(key: str, point: _Point) -> ChargerModel:
    """Return what a charger is to the control."""
    control = point.connector.control
    chosen = point.chosen
    options: tuple[int, ...] = (3,)
    if control.switches_phases:
        wanted = control.lasting.phases
        options = (1, 3) if wanted is None else (wanted,)
    return ChargerModel(
        key=key,
        min_a=control.minimum,
        max_a=control.maximum,
        step_a=max(control.step, _LEAST_STEP_A),
        phase_options=options,
        rotation=ROTATIONS.get(str(chosen.get(CONF_ROTATION)), PHASES),
        priority=chosen.get(CONF_PRIORITY, 0),
    )


def until_of(decision: Decision | None) -> datetime | None:
    """Return when what a decision's reason tells ends, to ten seconds."""
    if decision is None or decision.until is None:
        return None
    return dt_util.utc_from_timestamp(round(decision.until, -1))


def watts_of(value: float | None) -> float | None:
    """Return a power without its noise."""
    return None if value is None else round(value, -1) + 0.0


def _shown(decision: Decision | None) -> Iterable[Any]:
    if decision is None:
        return ()
    return (
        decision.reason,
        until_of(decision),
        watts_of(decision.surplus_w),
        watts_of(decision.target_w),
    )
