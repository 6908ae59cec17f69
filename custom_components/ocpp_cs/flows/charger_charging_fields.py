"""The fields for solar charging in the form of a charger."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..charging.house_settings import MAIN_CIRCUIT
from ..charging.limits import Alone
from ..const import (
    CONF_CAPACITY,
    CONF_CIRCUIT,
    CONF_CONNECTED_PHASES,
    CONF_DISCHARGE_LEVEL,
    CONF_DISCHARGE_WEAR,
    CONF_FALLBACK,
    CONF_OVERRIDES,
    CONF_PRIORITY,
    CONF_ROTATION,
    CONF_SOLAR,
    CONF_VEHICLE_SOC,
    CONF_VEHICLE_TARGET,
    FALLBACK_ALWAYS,
    FALLBACK_AUTOMATIC,
    FALLBACK_LEAST,
    FALLBACK_NEVER,
    FALLBACK_STOP,
    PHASES_AUTOMATIC,
)
from ..forms.numbers import Number
from .charging_circuits import circuit_select

SECTION_SOLAR = "solar"

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_PRIORITY, default=0): Number(0, 10, whole=True),
        vol.Required(CONF_CONNECTED_PHASES, default=PHASES_AUTOMATIC): SelectSelector(
            SelectSelectorConfig(
                options=[PHASES_AUTOMATIC, "1", "3"],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="connected_phases",
            )
        ),
        vol.Required(CONF_ROTATION, default="l1_l2_l3"): SelectSelector(
            SelectSelectorConfig(
                options=[
                    "l1_l2_l3",
                    "l2_l3_l1",
                    "l3_l1_l2",
                    "l1_l3_l2",
                    "l2_l1_l3",
                    "l3_l2_l1",
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="rotation",
            )
        ),
        # Which choices there are depends on the charger.
        vol.Required(CONF_FALLBACK, default=FALLBACK_AUTOMATIC): str,
        vol.Optional(CONF_VEHICLE_SOC): EntitySelector(
            EntitySelectorConfig(domain=["sensor", "number", "input_number"])
        ),
        vol.Optional(CONF_VEHICLE_TARGET): EntitySelector(
            EntitySelectorConfig(domain=["number", "input_number", "sensor"])
        ),
        vol.Optional(CONF_CAPACITY): Number(1, 300, UnitOfEnergy.KILO_WATT_HOUR),
    }
)


_DISCHARGE: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_DISCHARGE_LEVEL): Number(0, 10_000, UnitOfPower.WATT),
    vol.Optional(CONF_DISCHARGE_WEAR): Number(0, 100_000),
}


_RENEWED = SelectSelectorConfig(
    options=[
        FALLBACK_AUTOMATIC,
        FALLBACK_ALWAYS,
        FALLBACK_LEAST,
        FALLBACK_STOP,
        FALLBACK_NEVER,
    ],
    mode=SelectSelectorMode.DROPDOWN,
    translation_key="fallback",
)
_COUNTS = SelectSelectorConfig(
    options=[FALLBACK_AUTOMATIC, FALLBACK_LEAST, FALLBACK_STOP, FALLBACK_NEVER],
    mode=SelectSelectorMode.DROPDOWN,
    translation_key="fallback_offline",
)
_ONLY_IF_KEPT = (FALLBACK_LEAST, FALLBACK_STOP)
"""What a charger that keeps nothing by itself cannot do."""


def _fallback_select(alone: Alone, chosen: str) -> SelectSelector:
    """Return the choice for the time without Home Assistant, in words for a charger."""
    config = _COUNTS if alone is Alone.COUNTS else _RENEWED
    if alone is Alone.CANNOT:
        left = [
            one
            for one in (
                FALLBACK_AUTOMATIC,
                FALLBACK_ALWAYS,
                *_ONLY_IF_KEPT,
                FALLBACK_NEVER,
            )
            # It may have been chosen when another version of OCPP was spoken.
            if one not in _ONLY_IF_KEPT or one == chosen
        ]
        config = SelectSelectorConfig(**{**config, "options": left})
    return SelectSelector(config)


def solar_field(
    circuits: Mapping[str, str],
    alone: Alone = Alone.RENEWED,
    chosen: str = FALLBACK_AUTOMATIC,
    *,
    discharges: bool,
) -> dict[vol.Marker, Any]:
    """Return the section of a charger's form.

    Args:
        circuits: The names of the circuits of the house, by their key.
        alone: What the charger can do by itself without Home Assistant.
        chosen: What is chosen for that time.
        discharges: Whether vehicles can discharge there.
    """
    fields = dict(_SCHEMA.schema)
    fields[vol.Required(CONF_FALLBACK, default=FALLBACK_AUTOMATIC)] = _fallback_select(
        alone, chosen
    )
    if discharges:
        fields |= _DISCHARGE
    if circuits:
        fields[vol.Required(CONF_CIRCUIT, default=MAIN_CIRCUIT)] = circuit_select(
            circuits
        )
    return {
        vol.Optional(SECTION_SOLAR): section(vol.Schema(fields), {"collapsed": True})
    }


def solar_input(
    data: Mapping[str, Any],
    circuits: Mapping[str, str],
    alone: Alone = Alone.RENEWED,
) -> dict[str, Any]:
    """Return the data of a charger as its form shows them.

    A charger whose circuit is gone is shown at the main fuse, as the control has it.
    """
    chosen = dict(data.get(CONF_SOLAR) or {})
    if chosen.get(CONF_CIRCUIT) not in circuits:
        chosen.pop(CONF_CIRCUIT, None)
    if alone is Alone.COUNTS and chosen.get(CONF_FALLBACK) == FALLBACK_ALWAYS:
        # Nothing is written for it, so that it is the same.
        chosen[CONF_FALLBACK] = FALLBACK_AUTOMATIC
    return chosen


def solar_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data for the subentry; empty if the section was left out."""
    if SECTION_SOLAR not in user_input:
        return {}
    return {CONF_SOLAR: dict(user_input[SECTION_SOLAR])}


def solar_problem(
    user_input: Mapping[str, Any], data: Mapping[str, Any]
) -> dict[str, str]:
    """Return the error for contradicting fields; `data` is that of the new subentry."""
    given: Mapping[str, Any] = user_input.get(SECTION_SOLAR) or {}
    soc, target = given.get(CONF_VEHICLE_SOC), given.get(CONF_VEHICLE_TARGET)
    if target is not None and soc is None and CONF_CAPACITY not in given:
        return {SECTION_SOLAR: "vehicle_soc_missing"}
    if target is not None and target == soc:
        return {SECTION_SOLAR: "vehicle_same_entity"}
    one_phase = given.get(CONF_CONNECTED_PHASES) == "1"
    if one_phase and data.get(CONF_OVERRIDES, {}).get("switches_phases"):
        return {SECTION_SOLAR: "one_phase_switched"}
    return {}
