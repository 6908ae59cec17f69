"""What the settings of the Energy dashboard say of the house, as options of a server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import entity_registry as er

from ..const import (
    CONF_BATTERY_POWER,
    CONF_BATTERY_SIGN,
    CONF_BATTERY_SOC,
    CONF_EXPORT_POWER,
    CONF_FEED_IN,
    CONF_FEED_IN_ENTITY,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_PV_POWER,
    DOMAIN,
    SIGN_CHARGING,
    SIGN_DISCHARGING,
    SIGN_EXPORT,
    SIGN_IMPORT,
)
from ..smart_charging.numbers import number
from .devices import async_manager

_PRICES: Final = {
    "entity_energy_price": CONF_PRICE_ENTITY,
    "number_energy_price": CONF_PRICE,
    "entity_energy_price_export": CONF_FEED_IN_ENTITY,
    "number_energy_price_export": CONF_FEED_IN,
}
"""The options by the fields of a grid connection."""


@dataclass(frozen=True, kw_only=True)
class Proposals:
    """Options that the settings of the Energy dashboard propose; empty without any."""

    meter: Mapping[str, Any] = field(default_factory=dict)
    battery: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[str, Any] = field(default_factory=dict)


async def async_proposals(hass: HomeAssistant) -> Proposals:
    """Return what the settings of the Energy dashboard propose."""
    manager = await async_manager(hass)
    sources = manager.data["energy_sources"] if manager and manager.data else []
    return proposals_of(hass, sources)


def proposals_of(
    hass: HomeAssistant, sources: Iterable[Mapping[str, Any]]
) -> Proposals:
    """Return what the sources of the Energy dashboard propose."""
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for source in sources:
        by_type.setdefault(str(source.get("type")), []).append(source)
    grids = by_type.get("grid", [])
    return Proposals(
        meter=_meter(hass, grids, by_type.get("solar", [])),
        battery=_battery(hass, by_type.get("battery", [])),
        prices=_prices(hass, grids),
    )


def _meter(
    hass: HomeAssistant,
    grids: list[Mapping[str, Any]],
    roofs: list[Mapping[str, Any]],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    powers = [_power(grid) for grid in grids]
    pairs = {
        one.get("stat_rate_from"): one.get("stat_rate_to")
        for one in powers
        if _usable(hass, one.get("stat_rate_from"))
        and _usable(hass, one.get("stat_rate_to"))
    }
    if pairs:
        found |= {
            CONF_GRID_POWER: list(pairs),
            CONF_EXPORT_POWER: list(pairs.values()),
        }
    elif signed := _entities(hass, powers, "stat_rate"):
        found |= {CONF_GRID_POWER: signed, CONF_GRID_SIGN: SIGN_IMPORT}
    elif inverted := _entities(hass, powers, "stat_rate_inverted"):
        found |= {CONF_GRID_POWER: inverted, CONF_GRID_SIGN: SIGN_EXPORT}
    if suns := _entities(hass, roofs, "stat_rate"):
        found[CONF_PV_POWER] = suns
    return found


def _battery(hass: HomeAssistant, batteries: list[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    inverted = _entities(
        hass, [_power(battery) for battery in batteries], "stat_rate_inverted"
    )
    if inverted and len(inverted) == len(batteries):
        found |= {CONF_BATTERY_POWER: inverted, CONF_BATTERY_SIGN: SIGN_CHARGING}
    # With two sensors, the dashboard makes a third one of them.
    elif signed := _entities(hass, batteries, "stat_rate"):
        found |= {CONF_BATTERY_POWER: signed, CONF_BATTERY_SIGN: SIGN_DISCHARGING}
    if levels := _entities(hass, batteries, "stat_soc"):
        found[CONF_BATTERY_SOC] = levels
    return found


def _prices(hass: HomeAssistant, grids: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first price of each kind: there is one tariff in most houses."""
    found: dict[str, Any] = {}
    for grid in grids:
        for key, option in _PRICES.items():
            value = grid.get(key)
            if key.startswith("number"):
                value = number(value)
            elif not _usable(hass, value):
                continue
            if value is not None:
                found.setdefault(option, value)
    return found


def _power(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how the power of a source is measured: as its user chose it, if known."""
    chosen = source.get("power_config")
    if isinstance(chosen, Mapping) and chosen:
        return chosen
    return {"stat_rate": source.get("stat_rate")}


def _entities(
    hass: HomeAssistant, sources: Iterable[Mapping[str, Any]], key: str
) -> list[str]:
    return list(
        dict.fromkeys(
            source[key] for source in sources if _usable(hass, source.get(key))
        )
    )


def _usable(hass: HomeAssistant, chosen: object) -> bool:
    """Return whether it is an entity that exists, and none of a charger's own."""
    if not isinstance(chosen, str) or not valid_entity_id(chosen):
        return False
    registered = er.async_get(hass).async_get(chosen)
    if registered is not None:
        return registered.platform != DOMAIN
    return hass.states.get(chosen) is not None
