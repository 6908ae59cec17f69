"""The action that installs a charging profile, given as such or as a schedule."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from homeassistant.core import ServiceResponse
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..charging.schedules import Entry, draw, keeps_local_time
from ..csms.limits.profiles import schedule_id
from ..csms.model.profile import ChargingProfile, Recurrency, Unit
from ..exceptions import invalid, translate_errors
from .fields import TIMESTAMP, FieldError, Kind, decimal, whole_number
from .targets import ATTR_CONNECTOR_ID, Target

_OF_SCHEDULE = (
    "schedule",
    "charging_rate_unit",
    "valid_from",
    "valid_to",
    "recurrence",
)


def _clock(value: object) -> time:
    """Read a time of the day."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (clock := dt_util.parse_time(value)) is not None:
        return clock
    raise ValueError


def _entry(fields: Mapping[str, Any]) -> Entry:
    return Entry(
        start=fields["start"],
        limit=round(fields["limit"], 1),
        phases=fields.get("phases"),
    )


def _of_one_kind(entries: list[Entry]) -> list[Entry]:
    """Return the entries; raise ValueError if their starts are of different types."""
    if len({type(one.start) for one in entries}) > 1:
        raise ValueError
    return entries


_ENTRY = vol.Schema(
    {
        # A time of the day, seconds from now on, or a certain time.
        vol.Required("start"): vol.Any(
            _clock, whole_number(0).schema, TIMESTAMP.schema
        ),
        vol.Required("limit"): decimal(0).schema,
        vol.Optional("phases"): vol.Maybe(
            vol.All(whole_number(1).schema, vol.Range(max=3))
        ),
    }
)

SCHEDULE = Kind(
    schema=vol.Schema(
        vol.All([vol.All(_ENTRY, _entry)], vol.Length(min=1), _of_one_kind)
    ),
    error=FieldError("field_not_schedule"),
    selector={"object": None},
)


async def set_charging_profile(target: Target) -> ServiceResponse:
    """Install the given profile, or a profile that is made from the given schedule.

    Raises ServiceValidationError unless there is exactly one of the two.
    """
    values = target.values
    if (wanted := values.get("schedule")) is not None:
        return await _draw_and_install(target, wanted)
    if "charging_profile" not in values:
        raise invalid("field_missing", action=target.action, field="charging_profile")
    if surplus := [name for name in _OF_SCHEDULE if name in values]:
        raise invalid("field_of_schedule", field=surplus[0])
    return await _install(target, values["charging_profile"])


async def _install(
    target: Target, profile: ChargingProfile | Mapping[str, Any]
) -> dict[str, Any]:
    with translate_errors(target.charger.name):
        return await target.charger.charge_point.commands.call(
            target.action,
            **{ATTR_CONNECTOR_ID: target.connector_id, "charging_profile": profile},
        )


async def _draw_and_install(target: Target, wanted: list[Entry]) -> dict[str, Any]:
    values, charge_point = target.values, target.charger.charge_point
    if "charging_profile" in values:
        raise invalid("field_of_schedule", field="schedule")
    number = target.connector_id or 0
    methods = charge_point.profile_methods
    variant = methods.variants()[0]
    recurrence = values.get("recurrence")
    profile = draw(
        wanted,
        now=dt_util.utcnow(),
        profile_id=schedule_id(
            methods.declared, number, len(charge_point.connector_numbers)
        ),
        stack_level=variant.level,
        unit=Unit(values.get("charging_rate_unit", variant.unit)),
        valid_from=values.get("valid_from"),
        valid_to=values.get("valid_to"),
        recurrence=None if recurrence is None else Recurrency(recurrence),
        local=keeps_local_time(charge_point.capabilities),
    )
    answer = await _install(target, profile)
    target.hub.schedules.async_drawn(target.charger, number, values, profile)
    # The caller needs the id to clear the profile.
    return answer | {"charging_profile_id": profile.id}
