"""The settings of the house for the control, from the options of a server.

Options may have been edited by hand: what makes no sense counts as not set.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from ..const import (
    CONF_BUFFER_SOC,
    CONF_BUFFER_START_SOC,
    CONF_CAR_FIRST,
    CONF_CEILING_CIRCUIT,
    CONF_CEILING_ID,
    CONF_CEILING_PV,
    CONF_CEILING_SCOPE,
    CONF_CEILINGS,
    CONF_CHANGES,
    CONF_CHARGE_TIME,
    CONF_CIRCUIT_ID,
    CONF_CIRCUIT_LIMIT,
    CONF_CIRCUIT_PARENT,
    CONF_CIRCUITS,
    CONF_CURRENTS,
    CONF_FUSE,
    CONF_GAP,
    CONF_GRID_POWER,
    CONF_HOLD_PRICE,
    CONF_HOLD_SOC,
    CONF_HOLDING,
    CONF_PAUSE_TIME,
    CONF_PEAK,
    CONF_PHASE_DOWN_DELAY,
    CONF_PHASE_POWERS,
    CONF_PHASE_UP_DELAY,
    CONF_PRIORITY_SOC,
    CONF_RESERVE,
    CONF_START_DELAY,
    CONF_START_POWER,
    CONF_STOP_DELAY,
    CONF_STOP_POWER,
    CONF_SWITCHING,
)
from ..smart_charging.model import (
    MAIN,
    Ceiling,
    CeilingScope,
    Circuit,
    Holding,
    Settings,
    Split,
    Switching,
)
from ..smart_charging.numbers import number

MAIN_CIRCUIT: Final = MAIN
"""The key of the main fuse, of which all circuits are a part."""

_NUMBERS: Final = {
    CONF_FUSE: "fuse_a",
    CONF_RESERVE: "reserve_w",
    CONF_START_DELAY: "start_delay_s",
    CONF_STOP_DELAY: "stop_delay_s",
    CONF_PAUSE_TIME: "min_off_s",
    CONF_CHARGE_TIME: "min_on_s",
    CONF_PHASE_UP_DELAY: "phase_up_delay_s",
    CONF_PHASE_DOWN_DELAY: "phase_down_delay_s",
    CONF_START_POWER: "start_w",
    CONF_STOP_POWER: "stop_w",
    CONF_GAP: "gap_s",
    CONF_PEAK: "peak_w",
    CONF_HOLD_SOC: "hold_soc",
    CONF_HOLD_PRICE: "hold_price",
    CONF_PRIORITY_SOC: "priority_soc",
    CONF_BUFFER_SOC: "buffer_soc",
    CONF_BUFFER_START_SOC: "buffer_start_soc",
}
"""By option: the field of `Settings` that has it."""
_ANY_SIGN: Final = (CONF_RESERVE, CONF_START_POWER, CONF_STOP_POWER, CONF_HOLD_PRICE)
"""The options that may be negative; all others are 0 at least."""


def settings_of(
    options: Mapping[str, Any],
    *,
    phase_guard_s: float = 0.0,
    split: Split = Split.PRIORITY,
) -> Settings:
    """Return the settings of the house.

    Args:
        options: The options of charging from the sun.
        phase_guard_s: The time that the chargers need between two switches of phases,
            in s, if that is more than the usual.
        split: What decides which charger comes first.

    Returns:
        The settings; what is not among the options has its default.
    """
    fields: dict[str, Any] = {
        field: value if key in _ANY_SIGN else max(value, 0.0)
        for key, field in _NUMBERS.items()
        if (value := number(options.get(key))) is not None
    }
    if (changes := number(options.get(CONF_CHANGES))) is not None:
        fields["most_changes_per_hour"] = max(round(changes), 1)
    return Settings(
        **fields,
        phase_guard_s=max(phase_guard_s, Settings().phase_guard_s),
        switching=switching_of(options),
        split=split,
        circuits=circuits_of(options),
        ceilings=ceilings_of(options),
        car_before_battery=options.get(CONF_CAR_FIRST) is True,
        holding=_one_of(Holding, options.get(CONF_HOLDING), Holding.OFF),
    )


def is_controlled(options: Mapping[str, Any]) -> bool:
    """Return whether there is anything that charging is controlled by."""
    return any(
        options.get(key)
        for key in (CONF_GRID_POWER, CONF_FUSE, CONF_CIRCUITS, CONF_CEILINGS)
    )


def unmeasured_fuse(options: Mapping[str, Any]) -> float | None:
    """Return the main fuse in A if nothing measures its phases; otherwise None."""
    measured = any(
        all(options.get(key) for key in keys)
        for keys in (CONF_CURRENTS, CONF_PHASE_POWERS)
    )
    return None if measured else number(options.get(CONF_FUSE))


def switching_of(options: Mapping[str, Any]) -> Switching:
    """Return how readily charging starts and stops.

    Options from before this could be chosen mean fixed delays if they have one.
    """
    delayed = CONF_START_DELAY in options or CONF_STOP_DELAY in options
    return _one_of(
        Switching,
        options.get(CONF_SWITCHING),
        Switching.FIXED if delayed else Switching.BALANCED,
    )


def circuits_of(options: Mapping[str, Any]) -> tuple[Circuit, ...]:
    """Return the circuits below the main fuse; each has its way up to `MAIN`."""
    limits: dict[str, float] = {}
    parents: dict[str, str] = {}
    for one in listed(options, CONF_CIRCUITS):
        key, limit = one.get(CONF_CIRCUIT_ID), number(one.get(CONF_CIRCUIT_LIMIT))
        if isinstance(key, str) and limit is not None and key not in {MAIN, *limits}:
            limits[key] = max(limit, 0.0)
            parents[key] = str(one.get(CONF_CIRCUIT_PARENT, MAIN))
    return tuple(
        Circuit(
            key=key,
            limit_a=limit,
            parent=MAIN
            if parents[key] not in limits or _in_a_circle(key, parents)
            else parents[key],
        )
        for key, limit in limits.items()
    )


def ceilings_of(options: Mapping[str, Any]) -> tuple[Ceiling, ...]:
    """Return the limits that somebody outside may impose."""
    circuits = {MAIN, *(circuit.key for circuit in circuits_of(options))}
    ceilings: dict[str, Ceiling] = {}
    for one in listed(options, CONF_CEILINGS):
        key, circuit = one.get(CONF_CEILING_ID), one.get(CONF_CEILING_CIRCUIT)
        if isinstance(key, str):
            ceilings[key] = Ceiling(
                key=key,
                circuit=circuit
                if isinstance(circuit, str) and circuit in circuits
                else MAIN,
                scope=_one_of(
                    CeilingScope, one.get(CONF_CEILING_SCOPE), CeilingScope.EACH
                ),
                counts_pv=bool(one.get(CONF_CEILING_PV, True)),
            )
    return tuple(ceilings.values())


def number_in(one: Mapping[str, Any], key: str) -> float | None:
    """Return the number that an option has; None if it is none."""
    return number(one.get(key))


def listed(options: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings in a list of the options."""
    found = options.get(key)
    if isinstance(found, Sequence) and not isinstance(found, str):
        for one in found:
            if isinstance(one, Mapping):
                yield one


def _in_a_circle(key: str, parents: Mapping[str, str]) -> bool:
    """Return whether the circuits above a circuit lead back to it."""
    passed: set[str] = set()
    above = parents.get(key)
    while above is not None and above != key and above not in passed:
        passed.add(above)
        above = parents.get(above)
    return above == key


def _one_of[E: StrEnum](kind: type[E], value: object, default: E) -> E:
    return kind(value) if isinstance(value, str) and value in kind else default
