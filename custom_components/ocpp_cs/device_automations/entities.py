"""The entities of a charger's or a connector's device, by their keys."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_DEVICE_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN


@callback
def find_entity(
    hass: HomeAssistant, device_id: str, domain: str, key: str
) -> er.RegistryEntry | None:
    """Return the enabled entity of a device with that key, if there is one."""
    return next(
        (
            entity
            for entity in er.async_entries_for_device(er.async_get(hass), device_id)
            if entity.platform == DOMAIN
            and entity.domain == domain
            and entity.unique_id.endswith(f"/{key}")
        ),
        None,
    )


@callback
def require_entity(
    hass: HomeAssistant, config: Mapping[str, Any], domain: str, key: str
) -> str:
    """Return the id of the entity with that key, of the device in `config`.

    Raises HomeAssistantError if there is none.
    """
    device_id: str = config[CONF_DEVICE_ID]
    if (entity := find_entity(hass, device_id, domain, key)) is not None:
        return entity.entity_id
    device = dr.async_get(hass).async_get(device_id)
    name = device_id if device is None else device.name_by_user or device.name
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="automation_entity_missing",
        translation_placeholders={
            "device": name or device_id,
            "entity": _text(hass, f"entity.{domain}.{key}.name") or key,
        },
    )


@callback
def family(hass: HomeAssistant, device_id: str) -> list[str]:
    """Return a device and those of its connectors."""
    children = dr.async_entries_for_parent_device(dr.async_get(hass), device_id)
    return [device_id, *(child.id for child in children)]


@callback
def state_names(
    hass: HomeAssistant, domain: str, key: str, states: list[str]
) -> dict[str, str]:
    """Return the names of states in the language of Home Assistant."""
    return {
        state: _text(hass, f"entity.{domain}.{key}.state.{state}") or state
        for state in states
    }


def _text(hass: HomeAssistant, place: str) -> str | None:
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    return texts.get(f"component.{DOMAIN}.{place}")
