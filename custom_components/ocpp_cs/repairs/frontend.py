"""The fix flow of the missing resource of the dashboard."""

from typing import Any

from homeassistant.components.repairs import RepairsFlowResult

from ..frontend.resource import async_check_yaml
from .flows import OcppRepairsFlow


class ResourceFlow(OcppRepairsFlow):
    """Show the lines for the YAML configuration, and check that they were loaded."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the lines."""
        return self._menu(["confirm", "ignore"])

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Check whether they are there."""
        if user_input is None:
            return self._show("confirm")
        if not async_check_yaml(self.hass):
            return self._show("confirm", errors={"base": "not_loaded"})
        return self.async_create_entry(data={})
