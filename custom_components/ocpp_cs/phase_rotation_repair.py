"""Mends a phase rotation with which a charger measures its phases wrong: writes it."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError

from .exceptions import translate_errors
from .phase_rotations import KEY, right_rotation
from .repair_flows import ConfirmFlow


class PhaseRotationFlow(ConfirmFlow):
    """Asks whether to write the right one, and tells why that failed."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Write it once the user agrees."""
        if user_input is None:
            return self._show("confirm")
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        if (right := right_rotation(charger.charge_point)) is not None:
            try:
                with translate_errors(charger.name):
                    await charger.charge_point.commands.change_configuration(
                        key=KEY, value=right
                    )
            except HomeAssistantError as err:
                return await self._failed(err)
        return self.async_create_entry(data={})
