"""What a click can do about devices that say that they are a charger."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult

from ..csms.model.model import Identity
from ..repairs.flows import OcppRepairsFlow, ReadFlow


class NewAddressFlow(ReadFlow):
    """Takes the connection of a charger for its own: its address is a new one."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        charger.charge_point.acquaintance.vouch()
        return self.async_create_entry(data={})


class AnotherDeviceFlow(OcppRepairsFlow):
    """Takes a device in the place of the one before, or leaves it out."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
        return self._menu(["replaced", "not_mine"])

    async def async_step_replaced(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let it be the charger from now on."""
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        told = self._fix_data
        charger.charge_point.acquaintance.accept(
            charger.charge_point.acquaintance.claim
            or Identity(
                vendor=_text(told["vendor"]),
                model=_text(told["model"]),
                serial=_text(told["serial"]),
                firmware=_text(told["firmware"]),
            )
        )
        return self.async_create_entry(data={})

    async def async_step_not_mine(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave it as it is."""
        return self.async_create_entry(data={})


def _text(value: str | float | None) -> str | None:
    return None if value is None else str(value)
