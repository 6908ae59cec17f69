"""What is wrong with what was entered for solar charging: contradictions."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..charging.grid import power_of
from ..charging.house_settings import listed
from ..const import (
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_BUFFER_SOC,
    CONF_BUFFER_START_SOC,
    CONF_CEILING_ENTITY,
    CONF_CEILINGS,
    CONF_CIRCUIT_POWER,
    CONF_CIRCUITS,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_GRID_POWER,
    CONF_HOLD_PRICE,
    CONF_HOLD_SOC,
    CONF_HOLDING,
    CONF_PHASE_POWERS,
    CONF_PRIORITY_SOC,
    CONF_PV_POWER,
    CONF_START_POWER,
    CONF_STOP_POWER,
)
from .charging_fields import (
    SECTION_CURRENTS,
    SECTION_DELAYS,
    SECTION_LEVELS,
    SECTION_POWERS,
    entities_of,
)

_METERS: Final = (
    CONF_GRID_POWER,
    CONF_EXPORT_POWER,
    CONF_PV_POWER,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    *CONF_CURRENTS,
    *CONF_PHASE_POWERS,
)


def _chosen(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield each entity that measures something, as often as it is chosen."""
    for key in _METERS:
        yield from entities_of(options.get(key))
    for circuit in listed(options, CONF_CIRCUITS):
        for key in (CONF_CIRCUIT_POWER, *CONF_CURRENTS):
            yield from entities_of(circuit.get(key))
    # The same limit may be meant for several circuits.
    yield from {
        one[CONF_CEILING_ENTITY]
        for one in listed(options, CONF_CEILINGS)
        if CONF_CEILING_ENTITY in one
    }


def named_twice(options: Mapping[str, Any]) -> str | None:
    """Return an entity that is chosen for two things."""
    chosen = list(_chosen(options))
    return next((one for one in chosen if chosen.count(one) > 1), None)


def no_power(hass: HomeAssistant, entity_ids: object) -> str | None:
    """Return the name of an entity that tells no power; one that is silent may."""
    for entity_id in entities_of(entity_ids):
        state = hass.states.get(entity_id)
        if state is None or state.state in ("unknown", "unavailable"):
            continue
        if power_of(state) is None:
            return str(state.name)
    return None


def meter_problem(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the error for meters that do not go together."""
    exports = entities_of(values.get(CONF_EXPORT_POWER))
    if len(exports) > len(entities_of(values.get(CONF_GRID_POWER))):
        return {CONF_GRID_POWER: "import_missing"}
    return {}


def fuse_problem(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the error for what measures the phases."""
    currents = [key for key in CONF_CURRENTS if key in values]
    powers = [key for key in CONF_PHASE_POWERS if key in values]
    if currents and powers:
        return {SECTION_POWERS: "currents_and_powers"}
    if currents and len(currents) < len(CONF_CURRENTS):
        return {SECTION_CURRENTS: "phase_missing"}
    if powers and len(powers) < len(CONF_PHASE_POWERS):
        return {SECTION_POWERS: "phase_missing"}
    return {}


def battery_problem(values: Mapping[str, Any], *, has_price: bool) -> dict[str, str]:
    """Return the error for contradicting levels, or a hold that lacks something.

    Args:
        values: The entered values.
        has_price: Whether the present price of energy is known.

    Returns:
        The error.
    """
    levels = [CONF_PRIORITY_SOC, CONF_BUFFER_SOC, CONF_BUFFER_START_SOC]
    first, going, begin = (values.get(key) for key in levels)
    measured = CONF_BATTERY_SOC in values
    if not measured and (first, going, begin) != (None, None, None):
        return {SECTION_LEVELS: "battery_soc_missing"}
    if begin is not None and going is None:
        return {SECTION_LEVELS: "buffer_missing"}
    if going is not None and (first or 0) > going:
        return {SECTION_LEVELS: "battery_first_above"}
    if begin is not None and going is not None and begin < going:
        return {SECTION_LEVELS: "begin_below"}
    match values.get(CONF_HOLDING):
        case "below_soc" if CONF_HOLD_SOC not in values:
            return {CONF_HOLD_SOC: "hold_soc_missing"}
        case "below_soc" if not measured:
            return {CONF_BATTERY_SOC: "hold_level_missing"}
        case "above_price" if CONF_HOLD_PRICE not in values:
            return {CONF_HOLD_PRICE: "hold_price_missing"}
        case "above_price" if not has_price:
            return {CONF_HOLDING: "no_price_known"}
    return {}


def switching_problem(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the error for powers that contradict each other."""
    start, stop = values.get(CONF_START_POWER), values.get(CONF_STOP_POWER)
    if start is not None and stop is not None and stop > start:
        return {SECTION_DELAYS: "stop_above_start"}
    return {}
