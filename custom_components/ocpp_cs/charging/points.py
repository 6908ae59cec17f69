"""The connectors under charge control: their model and their readings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.naming import identifier
from ..const import (
    CONF_CIRCUIT,
    CONF_CONNECTED_PHASES,
    CONF_PRIORITY,
    CONF_ROTATION,
    CONF_SOLAR,
    PHASES_AUTOMATIC,
    ROTATIONS,
)
from ..csms.connector import Connector
from ..csms.discharging.bidirectional import net_power
from ..smart_charging.model import (
    MAIN,
    PHASES,
    ChargeMode,
    Charger as ChargerModel,
    ChargerReading,
    Decision,
    Discharge,
    HouseDecision,
    Reason,
)
from ..vehicles.model import Car

_WAITING: Final = frozenset(
    {
        Reason.WAITING_FOR_SUN,
        Reason.OTHER_FIRST,
        Reason.BATTERY_FIRST,
        Reason.FUSE_LIMIT,
        Reason.CIRCUIT_LIMIT,
        Reason.CEILING,
        Reason.PEAK_LIMIT,
    }
)
_WAITING_S: Final = 120.0
"""The least time for which a reason to wait is shown."""
_GIVEN: Final = frozenset({Reason.FOLLOWING_SUN, Reason.MINIMUM_CURRENT})
_GIVEN_S: Final = 300.0
"""The least time for which it is shown whether the sun is enough for a vehicle."""
_CEILED: Final = frozenset(
    {
        Reason.FAST,
        Reason.BOOST,
        Reason.FOLLOWING_SUN,
        Reason.MINIMUM_CURRENT,
        Reason.BATTERY_SUPPORT,
        Reason.PLAN,
    }
)
"""The reasons to charge, which a limit of others may cut."""
_AT_TARGET: Final = frozenset({Reason.CAR_FULL, Reason.WAITING_FOR_CAR})
"""The reasons in whose place it is shown that the target is reached."""
_FLOWS_W: Final = 100.0
_LEAST_STEP_A: Final = 1.0
"""The minimum step: finer steps would cause too many commands."""


@dataclass(eq=False)
class ControlPoint:
    """A connector with its mode and its last decision."""

    charger: Charger
    connector: Connector
    mode: ChargeMode = ChargeMode.MANUAL
    decision: Decision | None = None
    reason_since: float = 0.0
    """The time since which the decision has its reason, in s."""
    tried: float = 0.0
    """The time when a limit was last sent, in s."""
    ceiled: bool = False
    """True while a ceiling from outside governs it in manual mode."""

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The user's settings of this charger for solar charging."""
        return self.charger.subentry.data.get(CONF_SOLAR) or {}

    @property
    def key(self) -> str:
        """The key of the connector in the control."""
        return key_of(self.connector)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanFacts:
    """What the control needs to know of a connector's plan, and of its car."""

    due_w: float = 0.0
    """The power in W that the plan demands now, whatever the surplus."""
    urgent: bool = False
    """True if the plan is late: it goes before everything but the fuse."""
    slack_s: float | None = None
    """The time in s that the plan could still wait; None without a plan."""
    planned: bool = False
    """True if a plan is armed."""
    soc: float | None = None
    """The state of charge of the car in %."""
    car: str | None = None
    """An opaque id of the car."""
    goal_soc: float | None = None
    """The state of charge in % that the plan is for; None without one."""
    ready_by: datetime | None = None
    """When the plan wants it to be ready; None without a time."""


def key_of(connector: Connector) -> str:
    """Return the key of a connector in the control."""
    return identifier(connector.charge_point.id, connector.number)


def reading_of(
    point: ControlPoint,
    facts: PlanFacts,
    car: Car,
    *,
    boost: bool = False,
    discharge: Discharge | None = None,
) -> ChargerReading:
    """Return the reading of a connector, with its car, and the facts of its plan."""
    connector, values = point.connector, point.connector.measurements
    currents = [values.get(f"current_l{line}") for line in (1, 2, 3)]
    volts = [values.get(f"voltage_l{line}") or 0.0 for line in (1, 2, 3)]
    return ChargerReading(
        mode=point.mode,
        plugged_in=connector.plugged_in is True,
        charging=connector.charging is True,
        power_w=net_power(values),
        currents_a=None
        if None in currents
        else (currents[0] or 0.0, currents[1] or 0.0, currents[2] or 0.0),
        measured_at=connector.measured_at.timestamp()
        if connector.measured_at is not None
        else 0.0,
        online=point.charger.charge_point.ready,
        due_w=facts.due_w,
        urgent=facts.urgent,
        slack_s=facts.slack_s,
        planned=facts.planned,
        soc=facts.soc,
        boost=boost,
        car=facts.car,
        limit_a=allowed_a(connector),
        full=connector.target_reached is not None
        or (car.soc is not None and car.target is not None and car.soc >= car.target),
        session=in_session(connector),
        startable=connector.starter.is_open,
        voltages_v=(volts[0], volts[1], volts[2]) if any(volts) else None,
        restartable=connector.starter.can_restart,
        discharge=discharge,
    )


def allowed_a(connector: Connector) -> float | None:
    """Return the limit in A of a connector's user, or of others if that is lower."""
    intent, outside = connector.limiter.user_intent, connector.outside_limit
    users = 0.0 if intent.paused else intent.limit_a
    ceiling = connector.limiter.below_ceiling
    told = (
        users,
        None if outside is None else outside[0],
        None if ceiling is None else ceiling[0],
    )
    return min((one for one in told if one is not None), default=None)


def limited_by(connector: Connector) -> str | None:
    """Return the name of the backend that allows less than the user; None without one."""
    limiter, ceiling = connector.limiter, connector.ceiling()
    if ceiling is None or (most := limiter.below_ceiling) is None:
        return None
    intent = limiter.user_intent
    users = limiter.maximum if intent.limit_a is None else intent.limit_a
    return None if intent.paused or most[0] >= users else ceiling.by


def backend_pauses(connector: Connector) -> bool:
    """Return whether a backend allows less than what is enough to charge."""
    most = connector.limiter.below_ceiling
    return most is not None and most[0] < connector.limiter.minimum


def ceiled(point: ControlPoint, decision: Decision) -> Decision:
    """Return a decision with its reason, if a limit that others have set cuts it.

    The charger has that limit from an energy manager or the grid operator, not from
    here (OCPP 2.0.1: K11): more could not be had.
    """
    if point.connector.target_reached is not None and decision.reason in _AT_TARGET:
        # The charger has stopped by itself: nothing is wrong.
        return replace(decision, reason=Reason.TARGET_REACHED, until=None)
    decision = _below_backend(point, decision)
    limiter, outside = point.connector.limiter, point.connector.outside_limit
    if outside is None or decision.current_a is None or decision.reason not in _CEILED:
        return decision
    users = limiter.user_intent.limit_a
    step = max(limiter.step, _LEAST_STEP_A)
    if (
        outside[0] >= (limiter.maximum if users is None else users)
        # It wants less than that anyway.
        or 0 < decision.current_a <= outside[0] - step
    ):
        return decision
    return replace(decision, reason=Reason.CEILING, until=None)


def _below_backend(point: ControlPoint, decision: Decision) -> Decision:
    """Return a decision with its reason, if the limit of a backend cuts it."""
    connector = point.connector
    most = connector.limiter.below_ceiling
    if most is None or limited_by(connector) is None:
        return decision
    if backend_pauses(connector):
        # The control takes a limit that is too low for one of the user.
        if point.mode is ChargeMode.OFF or decision.reason is not Reason.OFF:
            return decision
    elif (
        decision.current_a is None
        or decision.reason not in _CEILED
        # It wants less than that anyway.
        or 0 < decision.current_a <= most[0] - max(connector.limiter.step, 1.0)
    ):
        return decision
    return replace(decision, reason=Reason.BACKEND_LIMIT, until=None)


def in_session(connector: Connector) -> bool:
    """Return whether a session runs, or current flows without one."""
    if connector.starter.in_session:
        return True
    power, latest = connector.measurements.get("power"), connector.latest_transaction
    return (
        power is not None
        and power >= _FLOWS_W
        and connector.measured_at is not None
        and (latest is None or latest.end is None or connector.measured_at > latest.end)
    )


def phase_options_of(
    chosen: Mapping[str, Any], connector: Connector, car: Car
) -> tuple[int, ...]:
    """Return the numbers of phases that a car can charge with, ascending."""
    limiter = connector.limiter
    if chosen.get(CONF_CONNECTED_PHASES) == "1":
        return (1,)
    if not limiter.switches_phases:
        # A car that is not the expected one may still load all of them.
        return (3,)
    wanted = limiter.user_intent.phases
    if (ceiling := limiter.below_ceiling) is not None and ceiling[1]:
        return (1,)
    if wanted is None and car.phases == 1:
        return (1,)
    return (1, 3) if wanted is None else (wanted,)


def model_of(point: ControlPoint, car: Car) -> ChargerModel:
    """Return the model of a connector, with its car, for the control."""
    limiter = point.connector.limiter
    chosen = point.chosen
    options = phase_options_of(chosen, point.connector, car)
    most = limiter.maximum if car.max_a is None else min(limiter.maximum, car.max_a)
    connected = chosen.get(CONF_CONNECTED_PHASES, PHASES_AUTOMATIC)
    return ChargerModel(
        key=point.key,
        min_a=limiter.minimum,
        max_a=max(most, limiter.minimum),
        step_a=max(limiter.step, _LEAST_STEP_A),
        phase_options=options,
        remembers_phases=connected == PHASES_AUTOMATIC and options == (3,),
        rotation=ROTATIONS.get(str(chosen.get(CONF_ROTATION)), PHASES),
        circuit=str(chosen.get(CONF_CIRCUIT) or MAIN),
        priority=chosen.get(CONF_PRIORITY, 0),
    )


def steady(point: ControlPoint, decision: Decision, now: float) -> Decision:
    """Return a decision as it is shown after the previous one of `point`.

    While a vehicle gets nothing, the reason that it waits for may change with every
    value of the meter, and while it charges, each cloud changes whether the sun is
    enough: such a reason is shown for a while, however things are.
    """
    before = point.decision
    if before is not None and before.reason is decision.reason:
        return decision
    if before is not None:
        reasons, lasted_s = {before.reason, decision.reason}, now - point.reason_since
        waits = not before.current_a and not decision.current_a
        charges = bool(before.current_a and decision.current_a)
        if (waits and reasons <= _WAITING and 0 <= lasted_s < _WAITING_S) or (
            charges and reasons <= _GIVEN and 0 <= lasted_s < _GIVEN_S
        ):
            return replace(decision, reason=before.reason, until=before.until)
    point.reason_since = now
    return decision


def until_of(until: float | None) -> datetime | None:
    """Return the end of a reason, rounded to ten seconds."""
    return None if until is None else dt_util.utc_from_timestamp(round(until, -1))


def watts_of(value: float | None) -> float | None:
    """Return a power rounded to 10 W."""
    return None if value is None else round(value, -1) + 0.0


def surplus_of(surplus_w: float | None) -> float | None:
    """Return a surplus in W as it is shown; what is missing is no surplus."""
    return None if surplus_w is None else watts_of(max(0.0, surplus_w))


def rounded(decision: HouseDecision) -> HouseDecision:
    """Return a decision for the house with what entities show, rounded as there."""
    return replace(
        decision,
        ceiling_w=watts_of(decision.ceiling_w),
        imposed=(),
        peak_mean_w=watts_of(decision.peak_mean_w),
        peak_month_w=watts_of(decision.peak_month_w),
        surplus_w=surplus_of(decision.surplus_w),
    )


def shown(decision: Decision | None) -> Iterable[Any]:
    """Return the values of a decision that entities show."""
    if decision is None:
        return ()
    return (
        decision.reason,
        until_of(decision.until),
        surplus_of(decision.surplus_w),
        watts_of(decision.target_w),
    )
