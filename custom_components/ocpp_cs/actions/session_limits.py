"""The action that limits a session in the charger itself."""

from typing import Final

from homeassistant.core import ServiceResponse

from ..csms.targets.targets import Targets
from ..exceptions import invalid
from ..targets.limits import FIELDS, SessionLimits, as_fields
from .targets import Target

CLEARABLE: Final = tuple(FIELDS)
"""The fields that can be cleared."""


async def set_session_limit(target: Target) -> ServiceResponse:
    """Set what the session of a connector, or else the next one, may reach at most.

    Returns the limits, and whether the charger keeps them. Raises
    ServiceValidationError for a limit that it does not know.
    """
    charger, values, number = target.charger, target.values, target.connector_id
    assert number is not None  # as one is demanded
    charge_point = charger.charge_point
    connector, supported = (
        charge_point.connector(number),
        charge_point.capabilities.session_limits,
    )
    limits_of = target.hub.part(SessionLimits)
    limits = dict(limits_of.limits(connector))
    cleared: frozenset[str] = values.get("clear") or frozenset()
    for name, (kind, factor) in FIELDS.items():
        value = values.get(name)
        if name in cleared:
            if value is not None:
                raise invalid("field_set_and_cleared", field=name)
            limits.pop(kind, None)
        elif value is not None:
            if kind not in supported:
                raise invalid("session_limit_unknown", name=charger.name, field=name)
            limits[kind] = value * factor
    limits_of.async_set(connector, limits)
    targets = charge_point.part(Targets)
    return {"state": targets.keeping(number).value, **as_fields(limits)}
