"""The fix flows for access to a server, and for devices with a charger's id."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult

from ..const import (
    ALLOWED_ANY,
    CONF_ALLOWED,
    CONF_ALLOWED_ADDRESSES,
    CONF_ENCRYPTION,
    CONF_SECRET_ONLY,
    CONF_TLS_OLD,
)
from ..csms.model.model import Identity
from ..security.access import OPENED_SECONDS
from ..security.path_secrets import async_own_address
from .flows import OcppRepairsFlow, ReadFlow
from .goe import MendFlow

_MINUTES = str(int(OPENED_SECONDS // 60))


class AllowAddressFlow(ReadFlow):
    """Add an address to the allowed addresses."""

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
    """Set the URL with the secret on a charger: over HTTP, or by the user."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the menu."""
        return await self._begin()

    async def _begin(self) -> RepairsFlowResult:
        return self._menu([self._way, "ignore"])

    @property
    def _way(self) -> str:
        """The step that sets the URL on the charger."""
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
        """Show the URL that will be written, and write it."""
        if user_input is not None:
            return await self.async_step_mending()
        if (url := await self._own_address()) is None:
            return self._leave("not_running")
        return self._show("confirm", url=url)

    async def async_step_enter(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the URL to enter on the charger."""
        url, charger = await self._own_address(), self._charger
        if url is None or charger is None:
            return self._leave("not_running")
        if user_input is None:
            return self._show("enter", url=url)
        if charger.charge_point.came_with_secret:
            return self.async_create_entry(data={})
        # The issue is cleared when the charger connects with its secret.
        return self._leave("waiting")


class SecretRefusedFlow(SecretFlow):
    """Admit a charger that connects without the required secret."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        if self._charger is None:
            return await self.async_step_let_in()
        return self._menu([self._way, "let_in"])

    async def async_step_let_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Allow its id without the secret for a while."""
        if user_input is None:
            return self._show("let_in", minutes=_MINUTES)
        if (hub := self._hub) is None:
            return self._leave("not_running")
        hub.async_open(str(self._fix_data["charge_point_id"]))
        return self.async_create_entry(data={})


class SecretOnlyFlow(ReadFlow):
    """Require the secret from all chargers."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["confirm", "ignore"])

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_SECRET_ONLY: True}
        )
        return self.async_create_entry(data={})


class OldEncryptionFlow(ReadFlow):
    """Allow old versions of TLS."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        encryption = entry.options.get(CONF_ENCRYPTION, {})
        self.hass.config_entries.async_update_entry(
            entry,
            options={
                **entry.options,
                CONF_ENCRYPTION: {**encryption, CONF_TLS_OLD: True},
            },
        )
        return self.async_create_entry(data={})


class NewAddressFlow(ReadFlow):
    """Accept a connection from a new address as the charger's own."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        charger.charge_point.acquaintance.vouch()
        return self.async_create_entry(data={})


class AnotherDeviceFlow(OcppRepairsFlow):
    """Accept a device as the replacement of a charger, or keep refusing it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["replaced", "not_mine"])

    async def async_step_replaced(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Accept the device as the charger from now on."""
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
        """Keep refusing the device."""
        return self.async_create_entry(data={})


def _text(value: str | float | None) -> str | None:
    return None if value is None else str(value)
