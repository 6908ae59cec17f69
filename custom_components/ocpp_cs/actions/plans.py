"""The action that sets all values of a charge plan in one call, for automations."""

from datetime import datetime
from typing import Any

from homeassistant.core import ServiceResponse

from ..exceptions import invalid
from ..sensor.plan import iso_time, plan_data
from .targets import Target


async def set_charge_plan(target: Target) -> ServiceResponse:
    """Set the charge plan of a connector; it is armed unless the call says otherwise.

    Returns the plan. Raises ServiceValidationError if the connector has no plans.
    """
    charger, values, number = target.charger, target.values, target.connector_id
    assert number is not None  # as one is demanded
    plans = target.hub.charge_plans
    connector = charger.charge_point.connector(number)
    if not plans.offers(charger, connector):
        raise invalid("no_charge_modes", name=charger.name)
    if "soc_target" in values and not plans.offers_soc(charger, connector):
        raise invalid("soc_unknown", name=charger.name)
    changes: dict[str, Any] = {"armed": values.get("armed", True)}
    if "energy_target" in values:
        changes["energy_kwh"] = values["energy_target"]
    if "soc_target" in values:
        changes["soc"] = values["soc_target"]
    if (moment := values.get("ready_by")) is not None:
        changes["ready_by"] = (
            moment if isinstance(moment, datetime) else plans.next_at(moment)
        )
    plans.async_want(charger, connector, **changes)
    wanted, shown = plans.wanted(connector), plans.shown(connector)
    return {
        "state": shown.state.value,
        "ready_by": None if wanted.ready_by is None else iso_time(wanted.ready_by),
        "start": None if shown.start is None else iso_time(shown.start),
        "end": None if shown.end is None else iso_time(shown.end),
        **plan_data(shown),
    }
