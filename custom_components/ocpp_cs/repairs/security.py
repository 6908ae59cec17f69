"""What a click can mend about who may connect, and about who says to be a charger."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult

from ..const import ALLOWED_ANY, CONF_ALLOWED, CONF_ALLOWED_ADDRESSES, CONF_SECRET_ONLY
from ..csms.model.model import Identity
from ..security.access import OPENED_SECONDS
from ..security.path_secrets import async_own_address
from .flows import OcppRepairsFlow, ReadFlow
from .goe import MendFlow

_MINUTES = str(int(OPENED_SECONDS // 60))


class AllowAddressFlow(ReadFlow):
    """Adds an address to those that may connect."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        network = self._placeholders["network"]
        listed = list(entry.options.get(CONF_ALLOWED_ADDRESSES, ()))
        if (
            entry.options.get(CONF_ALLOWED, ALLOWED_ANY) != ALLOWED_ANY
            and network not in listed
        ):
            self.hass.config_entries.async_update_entry(
                entry,
                options={**entry.options, CONF_ALLOWED_ADDRESSES: [*listed, network]},
            )
        return self.async_create_entry(data={})


class SecretFlow(MendFlow):
    """Gives a charger the address with its secret: by itself, or by the user."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self._begin()

    async def _begin(self) -> RepairsFlowResult:
        return self._menu([self._way, "ignore"])

    @property
    def _way(self) -> str:
        """The step that gets the address into the charger."""
        return "enter" if self._link is None else "confirm"

    async def _own_address(self) -> str | None:
        charger, entry = self._charger, self._entry
        if charger is None or entry is None:
            return None
        return await async_own_address(self.hass, entry, charger.subentry)

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say what is written, and do it."""
        if user_input is not None:
            return await self.async_step_mending()
        if (url := await self._own_address()) is None:
            return self._leave("not_running")
        return self._show("confirm", url=url)

    async def async_step_enter(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show what is to be entered."""
        url, charger = await self._own_address(), self._charger
        if url is None or charger is None:
            return self._leave("not_running")
        if user_input is None:
            return self._show("enter", url=url)
        if charger.charge_point.came_with_secret:
            return self.async_create_entry(data={})
        # It goes by itself once the charger comes with it.
        return self._leave("waiting")


class SecretRefusedFlow(SecretFlow):
    """Helps a charger in that comes without its secret, which is needed."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        if self._charger is None:
            return await self.async_step_let_in()
        return self._menu([self._way, "let_in"])

    async def async_step_let_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Open its id for a while."""
        if user_input is None:
            return self._show("let_in", minutes=_MINUTES)
        if (hub := self._hub) is None:
            return self._leave("not_running")
        hub.async_open(str(self._fix_data["charge_point_id"]))
        return self.async_create_entry(data={})


class SecretOnlyFlow(ReadFlow):
    """Lets in only who comes with the secret."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask whether that is wanted."""
        return self._menu(["confirm", "ignore"])

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_SECRET_ONLY: True}
        )
        return self.async_create_entry(data={})


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
