"""Chargers among the devices of the Energy dashboard."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance

from ..chargers.naming import unique_id
from ..const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        DeviceConsumption,
        EnergyManager,
        EnergyPreferencesUpdate,
    )

    from ..hub import Hub

_SENSORS: Final = ("energy", "session_energy")
"""The sensors of a connector that count the same energy, at the time when it was told."""
_POWER: Final = "power"


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A connector as a device of the Energy dashboard."""

    name: str
    """That of its device."""
    energy: str
    """The id of the statistic of what was charged, at the hour when it was charged."""
    power: str | None
    """The entity of its power."""
    others: frozenset[str]
    """Entities that count the same energy."""


async def async_manager(hass: HomeAssistant) -> EnergyManager | None:
    """Return what has the settings of the Energy dashboard; None without it."""
    if "energy" not in hass.config.components:
        return None
    # Only imported if the energy integration is loaded, as it requires the recorder.
    from homeassistant.components.energy.data import async_get_manager

    return await async_get_manager(hass)


async def async_consumers(hass: HomeAssistant, hub: Hub) -> list[Consumer]:
    """Return the connectors of a server that have charged, by name."""
    from homeassistant.components.recorder.statistics import get_metadata

    consumers = [
        _consumer(hass, charger.charge_point.id, number, series.name, series.energy_id)
        for charger in hub.chargers.values()
        for number in charger.charge_point.connector_numbers
        for series in (hub.statistics.of_connector(charger, number),)
    ]
    known = await get_instance(hass).async_add_executor_job(
        partial(get_metadata, hass, statistic_ids={one.energy for one in consumers})
    )
    return sorted(
        (one for one in consumers if one.energy in known),
        key=lambda one: (one.name.casefold(), one.energy),
    )


def _consumer(
    hass: HomeAssistant,
    charge_point_id: str,
    number: int,
    name: str,
    statistic_id: str,
) -> Consumer:
    registry = er.async_get(hass)

    def entity(key: str) -> er.RegistryEntry | None:
        found = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, unique_id(charge_point_id, key, number)
        )
        return None if found is None else registry.async_get(found)

    power = entity(_POWER)
    sensors = [one for key in _SENSORS if (one := entity(key)) is not None]
    device = next(
        (
            device
            for one in sensors
            if one.device_id
            and (device := dr.async_get(hass).async_get(one.device_id)) is not None
        ),
        None,
    )
    return Consumer(
        name=(device and (device.name_by_user or device.name)) or name,
        energy=statistic_id,
        # One that is disabled has no statistics.
        power=None if power is None or power.disabled_by else power.entity_id,
        others=frozenset(one.entity_id for one in sensors),
    )


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
        chosen: The statistics of those to be added. Who is there already is left as it
            is.

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
