"""Migration of the ids of entities and devices from version 1.

Version 1 joined the parts with `_`, so that `BOX`, connector 1, and a charger `BOX_1`
could have the same id. Entity ids, names, areas, disabled states and so the history
stay as they are.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store
from homeassistant.util.json import json_loads_object

from ..chargers.naming import device_identifier, identifier, unique_id
from ..const import CONF_CHARGE_POINT_ID, DOMAIN, LOGGER, SUBENTRY_CHARGER

VERSION: Final = 2
"""The version of config entries. Code of version 1 must not run with the new ids."""

MINOR_VERSION: Final = 2
"""The minor version of config entries, compatible within the version."""


def kept_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the store of the old registry rows, which `go_back.py` reads."""
    return Store(
        hass,
        1,
        f"{DOMAIN}.{entry_id}.version_1",
        private=True,
        atomic_writes=True,
    )


async def async_migrate_ids(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Migrate the ids of entities and devices from version 1.

    To be called at every start, as it is cheap if nothing is left to do: registries and
    config entries are saved at different times, and the process may be killed in
    between.
    """
    devices = _old_devices(hass, entry)
    entities = _old_entities(hass, entry)
    if not devices and not entities:
        return
    await _keep(hass, entry, [old for old, _ in devices], [old for old, _ in entities])
    device_registry, entity_registry = dr.async_get(hass), er.async_get(hass)

    def rename_device(device: dr.AnyDeviceEntry, new: tuple[str, str]) -> None:
        if isinstance(device, dr.ChildDeviceEntry):
            device_registry.async_update_child_device(device.id, new_identifiers={new})
        else:
            device_registry.async_update_device(device.id, new_identifiers={new})

    def rename_entity(entity: er.RegistryEntry, new: str) -> None:
        entity_registry.async_update_entity(entity.entity_id, new_unique_id=new)

    _rename(devices, rename_device)
    _rename(entities, rename_entity)


def control_key(charge_point_id: str, key: str) -> str:
    """Return the present key for the stored state of a connector's charge control."""
    number = key.removeprefix(f"{charge_point_id}_")
    if number != key and _is_number(number):
        return identifier(charge_point_id, int(number))
    return key


def _rename[OldT, NewT](
    changes: list[tuple[OldT, NewT]], rename: Callable[[OldT, NewT], None]
) -> None:
    """Rename all; a new id may be the old id of another item, which must go first."""
    left: list[tuple[OldT, NewT]] = changes
    errors: list[Exception] = []
    while left:
        waiting: list[tuple[OldT, NewT]] = []
        errors = []
        for old, new in left:
            try:
                rename(old, new)
            except (ValueError, HomeAssistantError) as err:
                waiting.append((old, new))
                errors.append(err)
        if len(waiting) == len(left):
            break
        left = waiting
    for error in errors:
        # The id is in use: the existing item stays as it is.
        LOGGER.warning("An id of version 1 could not be changed: %s", error)


# Items with ids of version 1.


def _charge_points(entry: ConfigEntry[Any]) -> dict[str | None, str]:
    return {
        subentry.subentry_id: subentry.data[CONF_CHARGE_POINT_ID]
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
    }


def _devices(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> list[tuple[dr.AnyDeviceEntry, str | None]]:
    """Return the devices, each with its subentry id."""
    registry = dr.async_get(hass)
    found: list[tuple[dr.AnyDeviceEntry, str | None]] = []
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        found.append((device, device.config_subentry_id))
        found += [
            (child, child.config_subentry_id or device.config_subentry_id)
            for child in dr.async_entries_for_parent_device(registry, device.id)
        ]
    return found


def _old_devices(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> list[tuple[dr.AnyDeviceEntry, tuple[str, str]]]:
    charge_points = _charge_points(entry)
    changes: list[tuple[dr.AnyDeviceEntry, tuple[str, str]]] = []
    for device, subentry_id in _devices(hass, entry):
        if (charge_point_id := charge_points.get(subentry_id)) is None:
            continue
        own = next(
            (text for domain, text in device.identifiers if domain == DOMAIN), ""
        )
        new: tuple[str, str] | None = None
        if isinstance(device, dr.ChildDeviceEntry):
            number = own.removeprefix(f"{charge_point_id}_")
            if number != own and _is_number(number):
                new = device_identifier(charge_point_id, int(number))
        elif own == charge_point_id:
            new = device_identifier(charge_point_id)
        if new is not None and new not in device.identifiers:
            changes.append((device, new))
    return changes


def _old_entities(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> list[tuple[er.RegistryEntry, str]]:
    charge_points = _charge_points(entry)
    owners = {device.id: subentry_id for device, subentry_id in _devices(hass, entry)}
    changes: list[tuple[er.RegistryEntry, str]] = []
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        # Two chargers can have the same id in version 1: the subentry decides.
        for subentry_id in (
            entity.config_subentry_id,
            owners.get(entity.device_id or ""),
        ):
            charge_point_id = charge_points.get(subentry_id)
            if charge_point_id is not None and (
                new := _new_unique_id(entity.unique_id, charge_point_id)
            ):
                changes.append((entity, new))
                break
    return changes


def _new_unique_id(old: str, charge_point_id: str) -> str | None:
    """Return the new id; None if it is not an id of version 1 of that charger."""
    rest = old.removeprefix(f"{charge_point_id}_")
    if rest == old:
        return None
    number, _, key = rest.partition("_")
    # No key begins with a number.
    if key and _is_number(number):
        return unique_id(charge_point_id, key, int(number))
    return unique_id(charge_point_id, rest)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


# Copies of the old rows.


async def _keep(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    devices: list[dr.AnyDeviceEntry],
    entities: list[er.RegistryEntry],
) -> None:
    """Store the rows before they change.

    Rows that were stored earlier stay, but are replaced if they are old again: the user
    has gone back to version 1 and has updated again.
    """
    store = kept_store(hass, entry.entry_id)
    kept = await store.async_load()
    if not isinstance(kept, dict):
        kept = {}

    def added(
        kind: str, rows: list[dr.AnyDeviceEntry] | list[er.RegistryEntry]
    ) -> list[Any]:
        known = kept.get(kind)
        by_id = {
            row["id"]: row
            for row in (known if isinstance(known, list) else [])
            if isinstance(row, dict) and "id" in row
        }
        by_id |= {row.id: _plain(row.as_storage_fragment) for row in rows}
        return list(by_id.values())

    await store.async_save(
        {
            "version": 1,
            "entry": kept.get("entry") or _plain(entry.as_dict()),
            "devices": added("devices", devices),
            "entities": added("entities", entities),
        }
    )


def _plain(value: Any) -> Any:
    return json_loads_object(json_bytes(value))
