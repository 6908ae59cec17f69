"""A connector with all that the card shows of it."""

from typing import Any

from homeassistant.util import dt as dt_util

from ..charging.control import CHARGE_MODES
from ..charging.limits import allowed_amps
from ..charging.points import limited_by
from ..csms.discharging.bidirectional import net_power
from ..csms.model.model import ConnectorStatus
from ..csms.transactions.transaction import Transaction
from ..plans.goals import clock_of_goal
from ..plans.model import Shown, Wanted
from ..plans.records import in_order
from ..sensor.charging_state import charging_state
from ..sensor.control import reason_of
from ..sensor.session import time_remaining
from ..sessions.figures import average_price_of, currency_of, solar_share_of
from ..smart_charging.model import Reason
from ..upstream.shown import Backed
from ..weekly.model import Coming, WeeklyPlans
from .places import Place
from .values import backends_data, iso, kwh, rounded

WATCHED = (
    "active_phases",
    "available",
    "charge_control",
    "charge_mode",
    "charge_plan",
    "charge_plan_wanted",
    "current",
    "ceiling",
    "duration",
    "intent",
    "limiter",
    "power",
    "power_export",
    "session",
    "soc",
    "start",
    "status",
    "transaction",
    "vehicle",
)
"""The fields of a connector that its data depends on."""

_UNUSABLE = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})


def connector_data(place: Place) -> dict[str, Any]:
    """Return the state of a connector."""
    hub, charger, connector = place.hub, place.charger, place.connector
    control, plans = hub.charge_control, hub.charge_plans
    offers = control.offers(charger, connector)
    mode = control.mode(connector)
    decision = control.decision(connector)
    state = charging_state(connector, mode, decision)
    online = charger.charge_point.connected
    running, session = connector.transaction, hub.session_at(connector)
    who = hub.who_at(connector)
    intent = connector.limiter.intent
    reason, until = reason_of(connector, decision)
    if reason == Reason.MANUAL:
        reason = until = None
    device = place.device
    return {
        "entry_id": place.entry.entry_id,
        "device_id": device.id,
        "charger_device_id": charger.device_id,
        "charge_point_id": charger.charge_point.id,
        "connector_id": connector.number,
        "name": device.name_by_user or device.name or charger.name,
        "charger_name": charger.name,
        "place_name": charger.connector_place(connector.number),
        "area_id": place.area_id,
        "entities": place.entities.ids,
        "hidden": place.entities.hidden,
        "online": online,
        "state": None if state is None else state.value,
        "reason": reason,
        "limited_by": limited_by(connector),
        "until": None if until is None else iso(dt_util.utc_from_timestamp(until)),
        "power_w": rounded(net_power(connector.measurements)) if online else None,
        "current_a": rounded(connector.measurements.get("current"), 1)
        if online
        else None,
        "current_limit_a": None
        if intent.limit_a is None
        and not intent.paused
        and connector.limiter.below_ceiling is None
        else rounded(allowed_amps(connector.limiter, intent), 1),
        "phases": connector.active_phases,
        "mode": mode.value if offers else None,
        "modes": CHARGE_MODES if offers else [],
        "boosted": control.boosted(connector),
        "can_start": online
        and running is None
        and connector.plugged_in is not False
        and connector.status not in _UNUSABLE,
        "can_stop": online and running is not None,
        "who": {"name": who.name, "tag": who.tag, "vehicle": who.vehicle},
        "vehicle_id": hub.vehicles.at(connector),
        "soc": rounded(hub.vehicles.soc(charger, connector)),
        "session": None
        if session is None
        else session_data(
            session,
            hub.prices.currency,
            time_remaining(
                connector,
                plans.shown(connector),
                lambda one: hub.vehicles.car(charger, one).missing_kwh,
                dt_util.utcnow(),
            ),
            hub.backed(),
        ),
        "plan": plan_summary(
            plans.wanted(connector),
            plans.shown(connector),
            tells_soc=plans.offers_soc(charger, connector),
            weekly=plans.weekly(charger, connector),
        )
        if plans.offers(charger, connector)
        else None,
    }


def session_data(
    session: Transaction, currency: str, remaining_s: int | None, backed: Backed
) -> dict[str, Any]:
    """Return the running session, or the last one, in short."""
    return {
        "transaction_id": session.public_id,
        "start": iso(session.start) if session.start_known else None,
        "end": iso(session.end),
        "energy_kwh": kwh(session.energy_wh),
        "discharged_kwh": kwh(session.details.export_wh),
        "cost": rounded(session.cost, 4),
        "currency": None if session.cost is None else currency_of(session, currency),
        "solar_share": solar_share_of(session),
        "average_price": average_price_of(session),
        "time_remaining_s": remaining_s,
        "backends": backends_data(backed, session),
    }


def plan_summary(
    wanted: Wanted, shown: Shown, *, tells_soc: bool, weekly: WeeklyPlans
) -> dict[str, Any]:
    """Return the goal of a connector and the state of its plan.

    Args:
        wanted: The goal.
        shown: What is shown of its plan.
        tells_soc: Whether a state of charge can be the target.
        weekly: The weekly plans for the connector.
    """
    clock = clock_of_goal(wanted)
    return {
        "armed": wanted.armed,
        "state": shown.state.value,
        "target_soc": wanted.soc or None,
        "target_kwh": wanted.energy_kwh or None,
        "ready_by": iso(wanted.ready_by),
        "ready_at": None if clock is None else clock.isoformat(timespec="seconds"),
        "weekdays": in_order(wanted.weekdays),
        "least_soc": wanted.least_soc or None,
        "least_kwh": wanted.least_kwh or None,
        "below_price": wanted.below_price,
        "tells_soc": tells_soc,
        "weekly": None
        if weekly.used is None
        else {"id": weekly.used.id, "name": weekly.used.name},
        "coming": [_coming(one) for one in weekly.coming],
    }


def _coming(one: Coming) -> dict[str, Any]:
    """Return the next time of a weekly plan."""
    plan = one.plan
    return {
        "id": plan.id,
        "name": plan.name,
        "when": iso(one.when),
        "ready_at": plan.clock.isoformat(timespec="seconds"),
        "weekdays": in_order(plan.weekdays),
        "target_soc": plan.soc or None,
        "target_kwh": plan.energy_kwh or None,
    }
