"""Read what a station says of discharging vehicles (2.1: V2XChargingCtrlr)."""

from dataclasses import replace
from math import isfinite

from ...model.capabilities import V2xAbilities
from ...model.profile import OperationMode
from ...schema.spelling import snake
from ..device_model.inventory import Index, Variable
from ..device_model.values import members, truth

_CONTROLLER = "V2XChargingCtrlr"
_MAX_SET = "MaxSet"


def v2x_of(index: Index) -> V2xAbilities | None:
    """Return what a station says of discharging; None if it says nothing.

    The component is one of each EVSE (Q01.FR.30 to 32), or of the station.
    """
    modes = index.of(_CONTROLLER, "SupportedOperationModes")
    if not modes:
        return None
    whole = _abilities(index, None)
    numbers = {
        number
        for one in (*modes, *index.of(_CONTROLLER, "Enabled"), *_powers(index))
        if (number := one.name.evse)
    }
    return replace(whole, of_connector={n: _abilities(index, n) for n in numbers})


def _powers(index: Index) -> tuple[Variable, ...]:
    return (*index.of("EVSE", "DischargePower"), *index.of("EVSE", "Power"))


def _abilities(index: Index, evse: int | None) -> V2xAbilities:
    """Return the abilities of an EVSE; None is the station."""
    modes = _told(index, "SupportedOperationModes", evse)
    ways = _told(index, "SupportedEnergyTransferModes", evse)
    return V2xAbilities(
        enabled=bool(modes) and truth(_told(index, "Enabled", evse)) is not False,
        modes=frozenset(
            mode for word in members(modes) if (mode := _mode(word)) is not None
        ),
        transfer_modes=frozenset(snake(word) for word in members(ways)),
        charge_w=_rating(index, "Power", evse),
        discharge_w=_rating(index, "DischargePower", evse),
    )


def _mode(word: str) -> OperationMode | None:
    try:
        return OperationMode(snake(word))
    except ValueError:
        return None


def _told(index: Index, variable: str, evse: int | None) -> str | None:
    """Return the value of an EVSE, or that of the station."""
    found = {
        one.name.evse or None: one.actual
        for one in index.of(_CONTROLLER, variable)
        if one.actual is not None
    }
    return found.get(evse, found.get(None))


def _rating(index: Index, variable: str, evse: int | None) -> float | None:
    """Return the power of an EVSE in W: as it is configured, but at most its rating."""
    found: list[float] = []
    for one in index.of("EVSE", variable):
        if one.name.evse != evse:
            continue
        factor = 1000.0 if (one.characteristics.unit or "").casefold() == "kw" else 1.0
        told = [one.characteristics.maximum]
        if (configured := one.attribute(_MAX_SET)) is not None:
            told.append(_number(configured.value))
        found += [abs(each) * factor for each in told if each is not None]
    return min(found, default=None)


def _number(text: str | None) -> float | None:
    try:
        read = float(text or "")
    except ValueError:
        return None
    return read if isfinite(read) else None
