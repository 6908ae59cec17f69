"""The action that limits the current of a connector."""

from dataclasses import replace

from homeassistant.core import ServiceResponse

from ..charging.limits import PHASE_OPTIONS, allowed_amps
from ..csms.limits.profiles import allowed
from ..exceptions import invalid, translate_errors
from .targets import Target


async def set_charge_limit(target: Target) -> ServiceResponse:
    """Set the charge limit; a limit below the minimum current pauses charging.

    Raises HomeAssistantError, or ServiceValidationError if the limit is not possible.
    """
    charger, values, number = target.charger, target.values, target.connector_id
    assert number is not None  # as one is demanded
    limiter = charger.charge_point.connector(number).limiter
    intent = limiter.user_intent
    amps: float | None = values.get("limit_amps")
    watts: float | None = values.get("limit_watts")
    if (amps is None) is (watts is None) and (
        amps is not None or "phases" not in values
    ):
        raise invalid("limit_not_one", action=target.action)
    if "phases" in values:
        phases = PHASE_OPTIONS[values["phases"]]
        if phases is not None and not limiter.switches_phases:
            raise invalid("phases_not_switched", name=charger.name)
        intent = replace(intent, phases=phases)
    if watts is not None:
        amps = limiter.amps_of(watts, intent.phases)
    if amps is not None:
        # The tolerance is for watts: their division may result in 5.999999 A.
        if amps + 1e-6 < limiter.minimum:
            intent = replace(intent, paused=True)
        else:
            intent = replace(
                intent, paused=False, limit_a=round(min(amps, limiter.maximum), 3)
            )
    with translate_errors(charger.name):
        answer = await limiter.request(intent)
    # Report the resulting limit: capped at the maximum, rounded to steps, or a pause.
    asked, quirks = allowed_amps(limiter, intent), charger.charge_point.quirks
    return {**answer, "limit_amps": allowed(asked, quirks, limiter.maximum)}
