"""The house of a server: what flows now, and what it costs."""

from collections.abc import Iterable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry

from ..charging.control import ModeControl
from ..const import CONF_BATTERY_POWER, CONF_PV_POWER, CONF_SOLAR
from ..csms.connector import Connector
from ..csms.discharging.bidirectional import net_power
from ..prices.rate import Rate
from ..smart_charging.model import Holding, HouseReading, Measured
from .values import rounded

_LEAST_W: Final = 50.0
"""No house takes less."""


def house_data(
    entry: ConfigEntry[Any],
    control: ModeControl,
    connectors: Iterable[Connector],
    rate: Rate,
) -> dict[str, Any]:
    """Return the powers of a house in W, to 10 W as they change all the time.

    Args:
        entry: The config entry of the server.
        control: Reads the meters.
        connectors: All connectors of the server.
        rate: What a kWh costs now.
    """
    options = entry.options.get(CONF_SOLAR) or {}
    reading = control.reading()
    grid_w = _grid_w(reading)
    solar_w = _sum(reading.pv)
    battery_w = _sum(
        [one.power for one in reading.batteries]
        if options.get(CONF_BATTERY_POWER)
        else ()
    )
    powers = [net_power(one.measurements) for one in connectors]
    known = [power for power in powers if power is not None]
    chargers_w = sum(known) if known else None
    home_w = None
    if grid_w is not None:
        missing = (solar_w is None and bool(options.get(CONF_PV_POWER))) or (
            battery_w is None and bool(options.get(CONF_BATTERY_POWER))
        )
        home_w = grid_w + (solar_w or 0.0) + (battery_w or 0.0) - (chargers_w or 0.0)
        if missing or (home_w < _LEAST_W and solar_w is None):
            # A source that nobody measures feeds it.
            home_w = None
    levels = [
        one.soc.value
        for one in reading.batteries
        if one.soc is not None and one.soc.value is not None
    ]
    return {
        "entry_id": entry.entry_id,
        "grid_w": rounded(grid_w, -1),
        "solar_w": rounded(solar_w, -1),
        "battery_w": rounded(battery_w, -1),
        "battery_soc": rounded(sum(levels) / len(levels)) if levels else None,
        "home_w": rounded(None if home_w is None else max(home_w, 0.0), -1),
        "chargers_w": rounded(chargers_w, -1),
        "price": rounded(rate.grid, 5),
        "sun_price": rounded(rate.sun, 5),
        "hold_battery": control.house.hold_battery
        if control.settings.holding is not Holding.OFF
        else None,
    }


def _grid_w(reading: HouseReading) -> float | None:
    """Return the power from the grid; None where it is not measured."""
    if reading.powers_w is not None and (total := _sum(reading.powers_w)) is not None:
        return total
    return _sum(reading.grid)


def _sum(measured: Iterable[Measured]) -> float | None:
    """Return the sum; None if there is nothing, or one of them is unknown."""
    total, any_ = 0.0, False
    for one in measured:
        if one.value is None:
            return None
        total, any_ = total + one.value, True
    return total if any_ else None
