"""Chargers among the devices of the Energy dashboard."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        DeviceConsumption,
        EnergyManager,
        EnergyPreferencesUpdate,
    )

_ENERGY: Final = ("energy", "session_energy")
"""The sensors whose statistics count what is charged: the first one is added."""
_POWER: Final = "power"


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A connector as a device of the Energy dashboard."""

    name: str
    """That of its device."""
    energy: str
    """The entity whose statistics are added."""
    power: str | None
    others: frozenset[str]
    """Further entities that count the same energy."""


def consumers_of(hass: HomeAssistant, entry: ConfigEntry) -> list[Consumer]:
    """Return the connectors of a server that measure energy, by name.

    Entities that are disabled have no statistics.
    """
    devices = dr.async_get(hass)
    by_place: dict[str, dict[str, er.RegistryEntry]] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        place, _, key = entity.unique_id.rpartition("/")
        if (
            entity.domain == Platform.SENSOR
            and key in (*_ENERGY, _POWER)
            and entity.disabled_by is None
        ):
            by_place.setdefault(place, {})[key] = entity
    found = []
    for entities in by_place.values():
        known = [entities[key] for key in _ENERGY if key in entities]
        if not known:
            continue
        first, *others = known
        device = devices.async_get(first.device_id) if first.device_id else None
        power = entities.get(_POWER)
        found.append(
            Consumer(
                name=(device and (device.name_by_user or device.name))
                or first.entity_id,
                energy=first.entity_id,
                power=None if power is None else power.entity_id,
                others=frozenset(other.entity_id for other in others),
            )
        )
    return sorted(found, key=lambda one: (one.name.casefold(), one.energy))


async def async_manager(hass: HomeAssistant) -> EnergyManager | None:
    """Return what has the settings of the Energy dashboard; None without it."""
    if "energy" not in hass.config.components:
        return None
    # Only imported if the energy integration is loaded, as it requires the recorder.
    from homeassistant.components.energy.data import async_get_manager

    return await async_get_manager(hass)


def is_counted(consumer: Consumer, devices: Iterable[DeviceConsumption]) -> bool:
    """Return whether the energy of a connector is among the devices already."""
    own = {consumer.energy, *consumer.others}
    return any(device["stat_consumption"] in own for device in devices)


async def async_add(
    manager: EnergyManager, consumers: Iterable[Consumer], chosen: Collection[str]
) -> list[str]:
    """Add connectors to the devices of the Energy dashboard.

    Args:
        manager: Has the settings of the dashboard.
        consumers: The connectors of a server.
        chosen: The energy entities of those to be added. Who is there already is left
            as it is.

    Returns:
        The names of those that were added.
    """
    devices = list(manager.data["device_consumption"]) if manager.data else []
    names = []
    for consumer in consumers:
        if consumer.energy in chosen and not is_counted(consumer, devices):
            added: DeviceConsumption = {"stat_consumption": consumer.energy}
            if consumer.power is not None:
                added["stat_rate"] = consumer.power
            devices.append(added)
            names.append(consumer.name)
    if names:
        # All fields are optional; its class inherits that some are not.
        await manager.async_update(
            cast("EnergyPreferencesUpdate", {"device_consumption": devices})
        )
    return names
