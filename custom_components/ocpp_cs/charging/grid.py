"""Meter readings of the house, from the entities that the user chose."""

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State

from ..const import (
    CONF_BATTERY_POWER,
    CONF_BATTERY_SIGN,
    CONF_BATTERY_SOC,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    CONF_PHASE_POWERS,
    CONF_PV_POWER,
    SIGN_CHARGING,
    SIGN_EXPORT,
)
from ..smart_charging.house.meter import RESTING_W, grid_w, power_w
from ..smart_charging.model import (
    BatteryReading,
    HouseReading,
    Measured,
    Settings,
    Split,
)
from ..smart_charging.numbers import number
from .house_settings import is_controlled, settings_of

_AMPERES: Final = {"A": 1.0, "mA": 0.001}


def power_of(state: State | None) -> float | None:
    """Return the power of a state in W; None without a valid value."""
    if state is None:
        return None
    return power_w(state.state, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))


def current_of(state: State | None) -> float | None:
    """Return the current of a state in A; None without a valid value."""
    if state is None or (value := number(state.state)) is None:
        return None
    factor = _AMPERES.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, ""))
    return None if factor is None else value * factor


def _level_of(state: State | None) -> float | None:
    """Return the percentage of a state; None without a valid value."""
    value = None if state is None else number(state.state)
    return value if value is not None and 0 <= value <= 100 else None


def percent_of(hass: HomeAssistant, entity_id: str | None) -> float | None:
    """Return the percentage of an entity; None without a valid value."""
    return None if entity_id is None else _level_of(hass.states.get(entity_id))


_READ: Final[Mapping[str, Callable[[State | None], float | None]]] = {
    CONF_GRID_POWER: power_of,
    CONF_EXPORT_POWER: power_of,
    **dict.fromkeys(CONF_CURRENTS, current_of),
    **dict.fromkeys(CONF_PHASE_POWERS, power_of),
    CONF_BATTERY_POWER: power_of,
    CONF_BATTERY_SOC: _level_of,
    CONF_PV_POWER: power_of,
}
"""How the entities of each option are read."""
_METERS: Final = (
    CONF_GRID_POWER,
    CONF_EXPORT_POWER,
    *CONF_CURRENTS,
    *CONF_PHASE_POWERS,
)
_NEEDED: Final = (*_METERS, CONF_BATTERY_POWER)
"""The options whose entities are missed when they are silent."""


class GridInputs:
    """Reads the entities in `options`, which come from the form of solar charging.

    An option is one entity or a list of them.
    """

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Create the reader; nothing is read yet."""
        self._hass = hass
        self._options = options
        self._entities = {
            key: entity_ids
            for key in _READ
            if (entity_ids := _listed(options.get(key)))
        }

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of solar charging."""
        return self._options

    @property
    def entity_ids(self) -> list[str]:
        """The entities that are read."""
        return [
            entity_id
            for entity_ids in self._entities.values()
            for entity_id in entity_ids
        ]

    def is_complete(self, within_s: float) -> bool:
        """Return whether all entities of the grid meters have told something together.

        Args:
            within_s: The seconds between the first and the last report.
        """
        times = [
            _reported(self._hass.states.get(entity_id))
            for key in _METERS
            for entity_id in self._entities.get(key, ())
        ]
        return bool(times) and max(times) - min(times) <= within_s

    def unheard(self, now: float) -> dict[str, float]:
        """Return the time of the last value of each silent entity of the meters.

        An entity without a valid value has `now`, as the time of its last value is
        unknown.
        """
        patience = Settings().stale_s
        result: dict[str, float] = {}
        for key in _NEEDED:
            for entity_id in self._entities.get(key, ()):
                state = self._hass.states.get(entity_id)
                if (value := _READ[key](state)) is None:
                    result[entity_id] = now
                elif (
                    now - (heard := _reported(state)) > patience
                    # A battery at rest may repeat nothing.
                    and not (key == CONF_BATTERY_POWER and abs(value) <= RESTING_W)
                ):
                    result[entity_id] = heard
        return result

    def diagnostics(self, now: float) -> dict[str, Any]:
        """Return the state of each entity for diagnostics.

        An option with one entity has one record, one with several a list of them.
        """
        result: dict[str, Any] = {}
        for key, entity_ids in self._entities.items():
            records = [self._record(entity_id, now) for entity_id in entity_ids]
            result[key] = records[0] if len(records) == 1 else records
        return result

    def _record(self, entity_id: str, now: float) -> dict[str, Any]:
        state = self._hass.states.get(entity_id)
        return {
            "entity_id": entity_id,
            "state": None if state is None else state.state,
            "unit": None
            if state is None
            else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
            "age_seconds": None if state is None else round(now - _reported(state), 1),
        }

    @property
    def any(self) -> bool:
        """Return whether there is a grid meter, a fuse, a circuit or an outside limit."""
        return is_controlled(self._options)

    def _states(self, key: str) -> list[State | None]:
        get = self._hass.states.get
        return [get(entity_id) for entity_id in self._entities.get(key, ())]

    def reading(self) -> HouseReading:
        """Return the current readings."""
        return HouseReading(
            grid=tuple(self._grid()),
            currents_a=self._phases(CONF_CURRENTS),
            powers_w=self._phases(CONF_PHASE_POWERS),
            batteries=tuple(self._batteries()),
            pv=tuple(
                Measured(power_of(state), _reported(state))
                for state in self._states(CONF_PV_POWER)
            ),
        )

    def grid_w(self, now: float) -> float | None:
        """Return the power of all grid meters in W; None if one is silent or unknown."""
        meters = [*self._grid()]
        if not meters:
            meters = [*(self._phases(CONF_PHASE_POWERS) or ())]
        values = [
            meter.value
            for meter in meters
            if meter.value is not None and now - meter.at <= Settings().stale_s
        ]
        return sum(values) if values and len(values) == len(meters) else None

    def grid_meters(self) -> list[tuple[str | None, str | None, bool]]:
        """Return the entities of import and export of each meter.

        The third value says whether the first one is positive for export.
        """
        imports, exports = (
            self._entities.get(key, ()) for key in (CONF_GRID_POWER, CONF_EXPORT_POWER)
        )
        inverted = not exports and self._options.get(CONF_GRID_SIGN) == SIGN_EXPORT
        return [
            (first, second, inverted) for first, second in zip_longest(imports, exports)
        ]

    def _grid(self) -> Iterator[Measured]:
        """Return the power of each grid meter.

        The n-th meter of the export belongs to the n-th one of the import.
        """
        imports, exports = (
            self._states(key) for key in (CONF_GRID_POWER, CONF_EXPORT_POWER)
        )
        inverted = not exports and self._options.get(CONF_GRID_SIGN) == SIGN_EXPORT
        for first, second in zip_longest(imports, exports, fillvalue=_NO_METER):
            imported = 0.0 if first is _NO_METER else power_of(_state(first))
            exported = 0.0 if second is _NO_METER else power_of(_state(second))
            # Without the export, the power of a meter is unknown.
            known = imported is not None and exported is not None
            yield Measured(
                grid_w(imported, exported, inverted=inverted) if known else None,
                _reported(_state(first), _state(second)),
            )

    def _phases(
        self, keys: tuple[str, str, str]
    ) -> tuple[Measured, Measured, Measured] | None:
        """Return the values on L1 to L3; None if they are not measured."""
        if not all(key in self._entities for key in keys):
            return None
        one, two, three = (
            Measured(_READ[key](state), _reported(state))
            for key in keys
            for state in self._states(key)[:1]
        )
        return one, two, three

    def _batteries(self) -> Iterator[BatteryReading]:
        """Return the batteries; the n-th level belongs to the n-th power."""
        sign = -1.0 if self._options.get(CONF_BATTERY_SIGN) == SIGN_CHARGING else 1.0
        powers, levels = (
            self._states(key) for key in (CONF_BATTERY_POWER, CONF_BATTERY_SOC)
        )
        for power, level in zip_longest(powers, levels, fillvalue=_NO_METER):
            watts = None if power is _NO_METER else power_of(_state(power))
            yield BatteryReading(
                power=Measured(
                    None if watts is None else watts * sign, _reported(_state(power))
                ),
                soc=None
                if level is _NO_METER
                else Measured(_level_of(_state(level)), _reported(_state(level))),
            )

    def settings(
        self, *, phase_guard_s: float, split: Split = Split.PRIORITY
    ) -> Settings:
        """Return the settings of the house."""
        return settings_of(self._options, phase_guard_s=phase_guard_s, split=split)


class _NoMeter:
    """Stands for an entity that was not chosen, which differs from one that is away."""


_NO_METER: Final = _NoMeter()


def _state(found: State | _NoMeter | None) -> State | None:
    return None if isinstance(found, _NoMeter) else found


def _listed(chosen: object) -> tuple[str, ...]:
    """Return the entities of an option, which is one or a list of them."""
    if isinstance(chosen, str):
        return (chosen,) if chosen else ()
    if isinstance(chosen, (list, tuple)):
        return tuple(one for one in chosen if isinstance(one, str) and one)
    return ()


def _reported(*states: State | None) -> float:
    """Return when the last of the states was reported, with a new value or the same."""
    return max(
        (state.last_reported_timestamp for state in states if state is not None),
        default=0.0,
    )
