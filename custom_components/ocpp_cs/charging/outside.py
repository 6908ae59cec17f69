"""Limits from outside and meters of circuits, from their entities."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State

from ..const import (
    CONF_CEILING_ENTITY,
    CONF_CEILING_ID,
    CONF_CEILING_POWER,
    CONF_CEILINGS,
    CONF_CIRCUIT_ID,
    CONF_CIRCUIT_POWER,
    CONF_CIRCUITS,
    CONF_CURRENTS,
)
from ..smart_charging.model import CircuitReading, Measured, Settings
from ..smart_charging.numbers import number
from .grid import current_of, power_of
from .house_settings import listed

_FACTORS: Final = {"w": 1.0, "kw": 1000.0}
_UNLIMITED_W: Final = 100_000.0
"""No house has so much power: boxes tell such numbers while there is no limit."""


def limit_of(state: State | None, power_w: float | None, now: float) -> Measured | None:
    """Return the limit that an entity imposes; None while it imposes none.

    Args:
        state: The state of the entity: a power in W or kW, or on or off.
        power_w: The limit in W while the state is on; without one, nothing may charge.
        now: The time of a state that does not exist, in s.

    Returns:
        The limit in W; its value is None while the entity tells nothing that is valid.
    """
    if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
        return Measured(None, now)
    at = state.last_reported_timestamp
    if state.state == STATE_OFF:
        return None
    if state.state == STATE_ON:
        return Measured(power_w or 0.0, at)
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    factor = _FACTORS.get(unit.strip().lower()) if isinstance(unit, str) else None
    value = number(state.state)
    if factor is None or value is None:
        return Measured(None, at)
    value *= factor
    return None if value >= _UNLIMITED_W else Measured(max(value, 0.0), at)


class OutsideInputs:
    """Reads the entities of ceilings and of circuits' own meters."""

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Create the reader; nothing is read yet.

        Args:
            hass: Home Assistant.
            options: The options of charging from the sun. Parts of them that make no
                sense count as not there.
        """
        self._hass = hass
        self._ceilings = {
            str(one[CONF_CEILING_ID]): (
                _entity(one.get(CONF_CEILING_ENTITY)),
                number(one.get(CONF_CEILING_POWER)),
            )
            for one in listed(options, CONF_CEILINGS)
            if isinstance(one.get(CONF_CEILING_ID), str)
        }
        self._meters: dict[str, dict[str, str]] = {}
        for one in listed(options, CONF_CIRCUITS):
            if not isinstance(key := one.get(CONF_CIRCUIT_ID), str):
                continue
            self._meters[key] = {
                name: entity_id
                for name in (CONF_CIRCUIT_POWER, *CONF_CURRENTS)
                if (entity_id := _entity(one.get(name))) is not None
            }

    # Limits from outside.

    @property
    def ceiling_ids(self) -> list[str]:
        """The entities that impose limits; a change of one must be obeyed at once."""
        return [entity_id for entity_id, _ in self._ceilings.values() if entity_id]

    def ceilings(self, now: float) -> dict[str, Measured | None]:
        """Return the limit of each ceiling by its key; None where there is none."""
        return {
            key: limit_of(self._state(entity_id), power_w, now)
            for key, (entity_id, power_w) in self._ceilings.items()
        }

    def imposes_other(self, old: State | None, new: State | None) -> bool:
        """Return whether a limit differs between two states of its entity."""
        entity_id = None if new is None else new.entity_id
        for one, power_w in self._ceilings.values():
            if entity_id is None or one == entity_id:
                before, after = (limit_of(state, power_w, 0.0) for state in (old, new))
                if (before is None) is not (after is None):
                    return True
                if before and after and before.value != after.value:
                    return True
        return False

    def silent_ceilings(self, now: float) -> list[str]:
        """Return the entities of limits that tell nothing valid."""
        return [
            entity_id or key
            for key, (entity_id, power_w) in self._ceilings.items()
            if (limit := limit_of(self._state(entity_id), power_w, now)) is not None
            and limit.value is None
        ]

    # Meters of circuits.

    @property
    def meter_ids(self) -> list[str]:
        """The entities of the circuits' meters."""
        return [one for meter in self._meters.values() for one in meter.values()]

    def circuits(self) -> dict[str, CircuitReading]:
        """Return the readings of the circuits that have a meter of their own."""
        return {
            key: self._circuit(meter) for key, meter in self._meters.items() if meter
        }

    def _circuit(self, meter: Mapping[str, str]) -> CircuitReading:
        amps = [
            Measured(current_of(state), _reported(state))
            for name in CONF_CURRENTS
            if name in meter
            for state in (self._state(meter[name]),)
        ]
        power = None
        if (entity_id := meter.get(CONF_CIRCUIT_POWER)) is not None:
            state = self._state(entity_id)
            power = Measured(power_of(state), _reported(state))
        return CircuitReading(
            currents_a=(amps[0], amps[1], amps[2]) if len(amps) == 3 else None,
            power_w=power,
        )

    def silent_meters(self, now: float) -> dict[str, float]:
        """Return the time of the last value of each silent entity of a circuit's meter.

        An entity without a valid value has `now`, as the time of its last value is
        unknown.
        """
        patience = Settings().stale_s
        result: dict[str, float] = {}
        for name, entity_id in self._named_meters():
            state = self._state(entity_id)
            read = power_of if name == CONF_CIRCUIT_POWER else current_of
            if read(state) is None:
                result[entity_id] = now
            elif now - (heard := _reported(state)) > patience:
                result[entity_id] = heard
        return result

    def _named_meters(self) -> Iterator[tuple[str, str]]:
        for meter in self._meters.values():
            yield from meter.items()

    def diagnostics(self) -> dict[str, Any]:
        """Return the states of all entities for diagnostics."""
        return {
            entity_id: None if state is None else state.state
            for entity_id in (*self.ceiling_ids, *self.meter_ids)
            for state in (self._state(entity_id),)
        }

    def _state(self, entity_id: str | None) -> State | None:
        return None if entity_id is None else self._hass.states.get(entity_id)


def _entity(chosen: object) -> str | None:
    return chosen if isinstance(chosen, str) and chosen else None


def _reported(state: State | None) -> float:
    return 0.0 if state is None else state.last_reported_timestamp
