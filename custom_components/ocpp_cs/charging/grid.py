"""Meter readings of the house, from the entities that the user chose."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State

from ..const import (
    CONF_BATTERY_POWER,
    CONF_BATTERY_SIGN,
    CONF_BATTERY_SOC,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_FUSE,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    SIGN_CHARGING,
    SIGN_EXPORT,
)
from ..smart_charging.house.meter import grid_w, power_w
from ..smart_charging.model import BatteryReading, HouseReading, Measured, Settings
from ..smart_charging.numbers import number
from .house_settings import settings_of


def power_of(state: State | None) -> float | None:
    """Return the power of a state in W; None without a valid value."""
    if state is None:
        return None
    return power_w(state.state, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))


def _current_of(state: State | None) -> float | None:
    """Return the current of a state in A; None without a valid value."""
    if state is None or (value := number(state.state)) is None:
        return None
    factor = {"A": 1.0, "mA": 0.001}.get(
        state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")
    )
    return None if factor is None else value * factor


def percent_of(hass: HomeAssistant, entity_id: str | None) -> float | None:
    """Return the percentage of an entity; None without a valid value."""
    state = None if entity_id is None else hass.states.get(entity_id)
    value = None if state is None else number(state.state)
    return value if value is not None and 0 <= value <= 100 else None


_METER: Final = (CONF_GRID_POWER, CONF_EXPORT_POWER, *CONF_CURRENTS)
_ENTITIES: Final = (*_METER, CONF_BATTERY_POWER, CONF_BATTERY_SOC)


class GridInputs:
    """Reads the entities in `options`, which come from the form of solar charging."""

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Create the reader; nothing is read yet."""
        self._hass = hass
        self._options = options

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of solar charging."""
        return self._options

    @property
    def entity_ids(self) -> list[str]:
        """The entities that are read."""
        return [self._options[key] for key in _ENTITIES if key in self._options]

    def unheard(self, now: float) -> dict[str, float]:
        """Return the time of the last value of each silent entity of the grid meter.

        An entity without a valid value has `now`, as the time of its last value is
        unknown.
        """
        patience = Settings().stale_s
        result: dict[str, float] = {}
        for key in _METER:
            if key not in self._options:
                continue
            state = self._state(key)
            read = _current_of if key in CONF_CURRENTS else power_of
            if read(state) is None:
                result[self._options[key]] = now
            elif now - (heard := _reported(state)) > patience:
                result[self._options[key]] = heard
        return result

    def diagnostics(self, now: float) -> dict[str, Any]:
        """Return the state of each entity for diagnostics."""
        result: dict[str, Any] = {}
        for key in _ENTITIES:
            if key not in self._options:
                continue
            state = self._state(key)
            result[key] = {
                "entity_id": self._options[key],
                "state": None if state is None else state.state,
                "unit": None
                if state is None
                else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
                "age_seconds": None
                if state is None
                else round(now - _reported(state), 1),
            }
        return result

    @property
    def any(self) -> bool:
        """Return whether a grid meter or a fuse is configured."""
        return bool(self._options.get(CONF_GRID_POWER) or self._options.get(CONF_FUSE))

    def _state(self, key: str) -> State | None:
        entity_id: str | None = self._options.get(key)
        return None if entity_id is None else self._hass.states.get(entity_id)

    def reading(self) -> HouseReading:
        """Return the current readings."""
        options = self._options
        first, second = self._state(CONF_GRID_POWER), self._state(CONF_EXPORT_POWER)
        grid = power_of(first)
        if CONF_EXPORT_POWER in options:
            exported = power_of(second)
            # Without the export, the grid power is unknown.
            grid = None if exported is None else grid_w(grid, exported)
        else:
            grid = grid_w(
                grid, None, inverted=options.get(CONF_GRID_SIGN) == SIGN_EXPORT
            )
        battery = power_of(self._state(CONF_BATTERY_POWER))
        if battery is not None and options.get(CONF_BATTERY_SIGN) == SIGN_CHARGING:
            battery = -battery
        soc = self._state(CONF_BATTERY_SOC)
        currents = [self._state(key) for key in CONF_CURRENTS]
        amps = [_current_of(state) for state in currents]
        at = _reported(first, second)
        known = Measured(battery, _reported(self._state(CONF_BATTERY_POWER)))
        level = None if soc is None else Measured(number(soc.state), _reported(soc))
        return HouseReading(
            grid=(Measured(grid, at),),
            currents_a=None
            if None in currents
            else (
                Measured(amps[0], _reported(currents[0])),
                Measured(amps[1], _reported(currents[1])),
                Measured(amps[2], _reported(currents[2])),
            ),
            batteries=(BatteryReading(power=known, soc=level),)
            if CONF_BATTERY_POWER in options or CONF_BATTERY_SOC in options
            else (),
        )

    def settings(self, *, phase_guard_s: float) -> Settings:
        """Return the settings of the house."""
        return settings_of(self._options, phase_guard_s=phase_guard_s)


def _reported(*states: State | None) -> float:
    """Return when the last of the states was reported, with a new value or the same."""
    return max(
        (state.last_reported.timestamp() for state in states if state is not None),
        default=0.0,
    )
