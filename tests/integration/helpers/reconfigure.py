"""The form of a charger, behind the menu that its gear wheel opens."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType


async def open_settings(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> Any:
    """Open the form with name and settings of a charger."""
    manager = hass.config_entries.subentries
    result = await manager.async_init(
        (entry.entry_id, subentry.subentry_type),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    if result["type"] is FlowResultType.MENU:
        result = await manager.async_configure(
            result["flow_id"], {"next_step_id": "change"}
        )
    assert result["step_id"] == "reconfigure"
    return result
