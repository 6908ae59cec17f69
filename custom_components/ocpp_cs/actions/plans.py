"""The action that sets a plan in one go, for automations."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from homeassistant.util import dt as dt_util

from ..exceptions import invalid
from ..plans.model import MOST_KWH
from ..sensor.plan import iso_time, plan_data
from .fields import Field, FieldError, decimal, timestamp

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..hub import Hub

SET_CHARGE_PLAN = "set_charge_plan"

type _Moment = datetime | time


def _moment(value: object) -> _Moment:
    """Read a time of the day, or a time with its date."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and len(value) <= len("00:00:00"):
        with suppress(ValueError):
            if (clock := dt_util.parse_time(value)) is not None:
                return clock
    try:
        return timestamp(value)
    except FieldError as err:
        raise FieldError("field_not_moment") from err


def _yes_or_no(value: object) -> bool:
    """Read a truth value; a template's text counts."""
    if isinstance(value, str) and value.lower() in ("true", "on", "yes"):
        return True
    if isinstance(value, str) and value.lower() in ("false", "off", "no"):
        return False
    if isinstance(value, bool):
        return value
    raise FieldError("field_not_option", options="true, false")


def _up_to(most: float, value: object) -> float:
    number = decimal(0)(value)
    if number > most:
        raise FieldError("field_too_large", maximum=f"{most:g}")
    return number


FIELDS: Mapping[str, Field] = {
    "energy_target": Field(lambda value: _up_to(MOST_KWH, value)),
    "soc_target": Field(lambda value: _up_to(100, value)),
    "ready_by": Field(_moment),
    "armed": Field(_yes_or_no),
}


def set_charge_plan(
    hub: Hub, charger: Charger, number: int, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Set what is wanted of a connector, armed if nothing else is said.

    Returns the plan. Raises ServiceValidationError where there can be none.
    """
    plans, connector = hub.charge_plans, charger.charge_point.connector(number)
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
