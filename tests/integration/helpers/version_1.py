"""Installations as version 1 left them: rows of the registries that its code wrote."""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN

GOLDEN = Path(__file__).parents[2] / "golden" / "version_1_installations.json"

INSTALLATIONS = (
    "prefix_first",
    "longer_first",
    "one_connector_each",
    "one_connector_each_other_order",
    "odd_ids",
)

type Row = dict[str, Any]


def installation(name: str) -> dict[str, Any]:
    """Return an installation: `entry`, `entities`, `devices`, `child_devices`, `versions`.

    A row of the file has only what is not as in most of them.
    """
    everything = json.loads(GOLDEN.read_text(encoding="utf-8"))
    told = everything[name]

    def whole(kind: str) -> list[Row]:
        return [deepcopy(told[kind]["usual"]) | row for row in told[kind]["rows"]]

    return {
        "entry": told["entry"],
        "versions": everything["versions"],
        **{kind: whole(kind) for kind in ("entities", "devices", "child_devices")},
    }


def stored(what: dict[str, Any], hass_storage: dict[str, Any]) -> None:
    """Have the registries of an installation on the disk."""
    for key, kind, data in (
        (
            "core.entity_registry",
            "entities",
            {
                "entities": what["entities"],
                "deleted_entities": [],
                "settings": {"entity_id_parts": None},
            },
        ),
        (
            "core.device_registry",
            "devices",
            {
                "devices": what["devices"],
                "child_devices": what["child_devices"],
                "deleted_devices": [],
            },
        ),
    ):
        major, minor = what["versions"][kind]
        hass_storage[key] = {
            "version": major,
            "minor_version": minor,
            "key": key,
            "data": data,
        }


async def loaded(
    hass: HomeAssistant, what: dict[str, Any], port: int, hass_storage: dict[str, Any]
) -> MockConfigEntry:
    """Have Home Assistant read the registries; return the entry, not set up yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=what["entry"]["title"],
        entry_id=what["entry"]["entry_id"],
        data=what["entry"]["data"] | {"port": port},
        options=what["entry"]["options"],
        version=what["entry"]["version"],
        subentries_data=what["entry"]["subentries"],
    )
    entry.add_to_hass(hass)
    stored(what, hass_storage)
    dr.async_get(hass)._loaded_event.clear()
    await dr.async_get(hass).async_load()
    await er.async_get(hass).async_load()
    return entry
