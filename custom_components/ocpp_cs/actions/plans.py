"""The action that sets all values of a charge plan in one call, for automations."""

from typing import Any, Final

from homeassistant.core import ServiceResponse

from ..exceptions import invalid
from ..sensor.plan import iso_time, plan_data
from .targets import Target

_FIELDS: Final = {
    "energy_target": "energy_kwh",
    "soc_target": "soc",
    "ready_by": "ready_by",
    "least_energy": "least_kwh",
    "least_soc": "least_soc",
    "below_price": "below_price",
    "weekdays": "weekdays",
}
"""The field of `Wanted` for each field of the action."""
_CLEARED: Final[dict[str, Any]] = {
    "energy_target": 0.0,
    "soc_target": 0.0,
    "ready_by": None,
    "least_energy": 0.0,
    "least_soc": 0.0,
    "below_price": None,
    "weekdays": frozenset(),
}
CLEARABLE: Final = tuple(_CLEARED)
"""The fields that can be cleared."""


async def set_charge_plan(target: Target) -> ServiceResponse:
    """Set the charge plan of a connector; it is armed unless the call says otherwise.

    Returns the plan. Raises ServiceValidationError if the connector has no plans, or
    not all that the plan needs.
    """
    charger, values, number = target.charger, target.values, target.connector_id
    assert number is not None  # as one is demanded
    plans = target.hub.charge_plans
    connector = charger.charge_point.connector(number)
    if not plans.offers(charger, connector):
        raise invalid("no_charge_modes", name=charger.name)
    if (values.get("soc_target") or values.get("least_soc")) and not plans.offers_soc(
        charger, connector
    ):
        raise invalid("soc_unknown", name=charger.name)
    if values.get("below_price") is not None and not plans.has_prices:
        raise invalid("prices_unknown", name=charger.name)
    cleared: frozenset[str] = values.get("clear") or frozenset()
    if both := sorted(field for field in cleared if values.get(field) is not None):
        raise invalid("field_set_and_cleared", field=both[0])
    changes: dict[str, Any] = {"armed": values.get("armed", True)}
    for field, key in _FIELDS.items():
        if field in cleared:
            changes[key] = _CLEARED[field]
        elif (value := values.get(field)) is not None:
            changes[key] = value
    plans.async_want(charger, connector, **changes)
    wanted, shown = plans.wanted(connector), plans.shown(connector)
    return {
        "state": shown.state.value,
        "ready_by": None if wanted.ready_by is None else iso_time(wanted.ready_by),
        "start": None if shown.start is None else iso_time(shown.start),
        "end": None if shown.end is None else iso_time(shown.end),
        **plan_data(shown),
    }
