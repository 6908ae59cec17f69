"""The page *Energy dashboard* of the options: adds chargers to it by one click."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..foreign_text import for_markdown
from .devices import async_add, async_consumers, async_manager, is_counted

_CHOSEN: Final = "consumers"


class EnergyForms:
    """The form of an options flow for chargers in the Energy dashboard."""

    def __init__(self, flow: OptionsFlow) -> None:
        """Show the form within `flow`."""
        self._flow = flow

    async def async_step_energy_dashboard(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show which chargers will be added, and add them."""
        hass = self._flow.hass
        if (manager := await async_manager(hass)) is None:
            return self._flow.async_abort(reason="no_energy_dashboard")
        entry = self._flow.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return self._flow.async_abort(reason="not_running")
        consumers = await async_consumers(hass, entry.runtime_data)
        if not consumers:
            return self._flow.async_abort(reason="nothing_measured")
        if user_input is not None:
            names = await async_add(manager, consumers, user_input[_CHOSEN])
            return self._flow.async_abort(
                reason="added_to_dashboard" if names else "nothing_added",
                description_placeholders=for_markdown(names=", ".join(names)),
            )
        devices = manager.data["device_consumption"] if manager.data else []
        missing = [one for one in consumers if not is_counted(one, devices)]
        if not missing:
            return self._flow.async_abort(reason="all_in_dashboard")
        options = [
            SelectOptionDict(value=one.energy, label=one.name) for one in missing
        ]
        return self._flow.async_show_form(
            step_id="energy_dashboard",
            data_schema=vol.Schema(
                {
                    vol.Required(
                        _CHOSEN, default=[one.energy for one in missing]
                    ): SelectSelector(
                        SelectSelectorConfig(
                            options=options,
                            multiple=True,
                            mode=SelectSelectorMode.LIST,
                        )
                    )
                }
            ),
            last_step=True,
        )
