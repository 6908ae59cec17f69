"""Plans: the one that was made, and one that is tried out."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..exceptions import invalid
from ..plans.model import MOST_KWH, MOST_PRICE, to_minute
from ..plans.plans import ChargePlans
from ..plans.preview import Preview
from ..prices.rate import Rate
from ..prices.tariffs import Tariff
from ..smart_charging.planning.model import Plan
from .connectors import plan_summary
from .places import Place
from .values import iso, moment, rounded


def _clock(value: Any) -> time:
    """Return a time of the day without a zone. Raises Invalid."""
    return cv.time(value).replace(tzinfo=None)


def _or_null(schema: Any) -> Any:
    return vol.Any(None, schema)


_ENERGY: Final = _or_null(vol.All(vol.Coerce(float), vol.Range(min=0, max=MOST_KWH)))
_SOC: Final = _or_null(vol.All(vol.Coerce(float), vol.Range(min=0, max=100)))

GOAL: Final[VolDictType] = {
    vol.Optional("energy_kwh"): _ENERGY,
    vol.Optional("soc"): _SOC,
    vol.Exclusive("ready_by", "ready"): _or_null(moment),
    vol.Exclusive("ready_at", "ready"): _or_null(_clock),
    vol.Optional("weekdays"): [vol.In(WEEKDAYS)],
    vol.Optional("below_price"): _or_null(
        vol.All(vol.Coerce(float), vol.Range(min=-MOST_PRICE, max=MOST_PRICE))
    ),
    vol.Optional("least_kwh"): _ENERGY,
    vol.Optional("least_soc"): _SOC,
}
"""The goal of a plan; null clears what is set, and what is left out stays."""


def _changes(place: Place, msg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `Wanted` that a command changes.

    Raises:
        ServiceValidationError: There is not all that the plan needs.
    """
    plans, name = place.hub.charge_plans, place.charger.name
    if (msg.get("soc") or msg.get("least_soc")) and not plans.offers_soc(
        place.charger, place.connector
    ):
        raise invalid("soc_unknown", name=name)
    if msg.get("below_price") is not None and not plans.has_prices:
        raise invalid("prices_unknown", name=name)
    changes: dict[str, Any] = {
        field: msg[field] or 0.0
        for field in ("energy_kwh", "soc", "least_kwh", "least_soc")
        if field in msg
    }
    if "below_price" in msg:
        changes["below_price"] = msg["below_price"]
    if "weekdays" in msg:
        changes["weekdays"] = frozenset(msg["weekdays"])
    for field in ("ready_by", "ready_at"):
        if field in msg:
            changes["ready_by"] = msg[field]
    return changes


async def async_plan(place: Place) -> dict[str, Any]:
    """Return the plan of a connector, with prices and forecast.

    Raises:
        ServiceValidationError: It has no plans.
    """
    plans = _offered(place)
    return await _view(place, plans.made(place.charger, place.connector))


async def async_preview(place: Place, msg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan that a goal would make, without arming it.

    Raises:
        ServiceValidationError: The connector has no plans, or not all that is needed.
    """
    plans = _offered(place)
    tried = await plans.async_preview(
        place.charger, place.connector, **_changes(place, msg)
    )
    return await _view(place, tried)


def _offered(place: Place) -> ChargePlans:
    plans = place.hub.charge_plans
    if not plans.offers(place.charger, place.connector):
        raise invalid("no_charge_modes", name=place.charger.name)
    return plans


async def _view(place: Place, made: Preview) -> dict[str, Any]:
    """Return a plan as the frontend is told it."""
    hub = place.hub
    plans, prices = hub.charge_plans, hub.prices
    now, roof = await plans.async_roof()
    plan, shown = made.plan, made.shown
    done = plan.done_at
    grid_kwh = plan.least_kwh + sum(slot.grid_kwh for slot in plan.slots)
    energy_kwh = grid_kwh + plan.sun_kwh
    return {
        **plan_summary(
            made.wanted,
            shown,
            tells_soc=plans.offers_soc(place.charger, place.connector),
            weekly=plans.weekly(place.charger, place.connector),
        ),
        "slots": [
            {
                "start": iso(slot.start),
                "end": iso(slot.end),
                "power_w": rounded(slot.power_w),
                "sun_w": rounded(min(max(slot.sun_w, 0.0), slot.power_w)),
                "price": rounded(slot.price, 5),
            }
            for slot in shown.slots
        ],
        "prices": [
            {
                "start": iso(slot.start),
                "end": iso(slot.end),
                "price": rounded(slot.price, 5),
            }
            for slot in prices.coming(now)
        ],
        "sun": [
            {
                "start": iso(slot.start),
                "end": iso(slot.end),
                "power_w": rounded(slot.power_w),
            }
            for slot in roof
        ],
        "cost": rounded(cost_of(plan, prices.rate("", None).sun, _tariff(place)), 2)
        if energy_kwh
        else None,
        "currency": prices.currency,
        "solar_share": rounded(plan.sun_kwh / energy_kwh, 3) if energy_kwh else None,
        "energy_kwh": rounded(shown.energy_kwh, 2),
        "ready_at_time": None if done is None else iso(to_minute(done)),
        "missing_kwh": rounded(shown.missing_kwh, 2),
        "shortage": None if shown.shortage is None else shown.shortage.value,
    }


def _tariff(place: Place) -> Tariff:
    """Return the tariff of whoever charges at a connector, or will."""
    connector, hub = place.connector, place.hub
    running = connector.transaction
    return hub.prices.tariff(
        "" if running is None else running.id_tag, hub.vehicles.at(connector)
    )


def cost_of(plan: Plan, sun_price: float | None, tariff: Tariff) -> float | None:
    """Return what a plan costs, as the session will; None if a price is unknown.

    Args:
        plan: The plan.
        sun_price: What a kWh of sun would have earned.
        tariff: The tariff of whoever pays.
    """
    cost = 0.0
    if plan.sun_kwh:
        price = tariff.applied(Rate(sun=sun_price)).sun
        if price is None:
            return None
        cost = plan.sun_kwh * price
    bought = [(slot.grid_kwh, slot.price) for slot in plan.slots]
    if plan.least_kwh:
        least = plan.least_cost
        bought.append(
            (plan.least_kwh, None if least is None else least / plan.least_kwh)
        )
    for kwh, known in bought:
        price = tariff.applied(Rate(grid=known)).grid
        if price is None:
            return None
        cost += kwh * price
    return cost
