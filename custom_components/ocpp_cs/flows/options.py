"""The options of a server: a menu, and the forms of each subject."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlow,
    UnknownEntry,
)
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CONF_ENCRYPTION,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_PRICES,
    CONF_SCAN_TAGS,
    CONF_SOLAR,
    CONF_STRICT_SUBPROTOCOL,
    CONF_TAG_POLICY,
    CONF_UNKNOWN,
    TAGS_AUTOMATIC,
    TAGS_EVERY,
    TAGS_KNOWN,
    UNKNOWN_ADOPT,
    UNKNOWN_ASK,
    UNKNOWN_REFUSE,
)
from ..energy_dashboard.flow import EnergyForms
from ..prices.flow import PriceForms
from .access import ACCESS_OPTIONS, AccessForms
from .charging import SolarForms
from .charging_ceilings import CeilingForms
from .charging_circuits import CircuitForms
from .encryption import EncryptionForms

_OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_UNKNOWN, default=UNKNOWN_ASK): SelectSelector(
            SelectSelectorConfig(
                options=[UNKNOWN_ASK, UNKNOWN_ADOPT, UNKNOWN_REFUSE],
                mode=SelectSelectorMode.LIST,
                translation_key="unknown_chargers",
            )
        ),
        vol.Required(CONF_STRICT_SUBPROTOCOL, default=False): BooleanSelector(),
        vol.Required(CONF_TAG_POLICY, default=TAGS_AUTOMATIC): SelectSelector(
            SelectSelectorConfig(
                options=[TAGS_AUTOMATIC, TAGS_KNOWN, TAGS_EVERY],
                mode=SelectSelectorMode.LIST,
                translation_key="tag_policy",
            )
        ),
        vol.Required(CONF_SCAN_TAGS, default=True): BooleanSelector(),
    }
)

_FORMS = (
    frozenset({CONF_SOLAR}),
    frozenset({CONF_PRICES, CONF_PRICE, CONF_PRICE_ENTITY}),
    frozenset({CONF_ENCRYPTION}),
    ACCESS_OPTIONS,
    frozenset(str(marker) for marker in _OPTIONS_SCHEMA.schema),
)
"""The options that each form of a server is about."""


class OcppOptionsFlow(OptionsFlow):
    """The options flow of a server. Options apply at once, without a reload."""

    def __init__(self) -> None:
        """Create the forms; Home Assistant looks for steps in this class only."""
        self._solar = SolarForms(self, self._save)
        self._circuits = CircuitForms(self, self._save)
        self._ceilings = CeilingForms(self, self._save)
        self._prices = PriceForms(self, self._save)
        self._energy = EnergyForms(self)
        self._access = AccessForms(self, self._save)
        self._encryption = EncryptionForms(self, self._save)

    @property
    @override
    def config_entry(self) -> ConfigEntry[Any]:
        """The config entry; the flow ends if it was deleted while a form was open."""
        try:
            return super().config_entry
        except UnknownEntry as err:
            raise AbortFlow("deleted_meanwhile") from err

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the menu of subjects."""
        return self.async_show_menu(
            step_id="init",
            menu_options=[
                "general",
                "prices",
                "solar",
                "energy_dashboard",
                "access",
                "encryption",
            ],
        )

    async def async_step_general(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options of the server."""
        if user_input is not None:
            return self._save(user_input)
        return self.async_show_form(
            step_id="general",
            data_schema=self.add_suggested_values_to_schema(
                _OPTIONS_SCHEMA, self.config_entry.options
            ),
        )

    async def async_step_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what energy costs."""
        return await self._prices.async_step_prices(user_input)

    async def async_step_energy_dashboard(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add chargers to the Energy dashboard."""
        return await self._energy.async_step_energy_dashboard(user_input)

    async def async_step_solar(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the menu of solar charging."""
        return await self._solar.async_step_solar(user_input)

    async def async_step_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the grid meters and the inverters."""
        return await self._solar.async_step_meter(user_input)

    async def async_step_sign(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what the meter's sign means."""
        return await self._solar.async_step_sign(user_input)

    async def async_step_fuse(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the main fuse, what measures its phases, and the peak."""
        return await self._solar.async_step_fuse(user_input)

    async def async_step_unmeasured(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what a fuse without measured phases means."""
        return await self._solar.async_step_unmeasured(user_input)

    async def async_step_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the home battery."""
        return await self._solar.async_step_battery(user_input)

    async def async_step_switching(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how readily charging starts, stops and changes."""
        return await self._solar.async_step_switching(user_input)

    async def async_step_plans(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the forecast."""
        return await self._solar.async_step_plans(user_input)

    async def async_step_circuits(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the circuits below the main fuse."""
        return await self._circuits.async_step_circuits(user_input)

    async def async_step_circuit(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a circuit."""
        return await self._circuits.async_step_circuit(user_input)

    async def async_step_outside(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the limits from outside."""
        return await self._ceilings.async_step_outside(user_input)

    async def async_step_ceiling(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a limit from outside."""
        return await self._ceilings.async_step_ceiling(user_input)

    async def async_step_access(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options for access."""
        return await self._access.async_step_access(user_input)

    async def async_step_shut_out(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the connected chargers that the new options would refuse."""
        return await self._access.async_step_shut_out(user_input)

    async def async_step_encryption(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to encrypt, on which port, and with which certificate."""
        return await self._encryption.async_step_encryption(user_input)

    async def async_step_encryption_files(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the paths of the certificate and its key."""
        return await self._encryption.async_step_encryption_files(user_input)

    async def async_step_encryption_upload(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the files with the certificate and its key."""
        return await self._encryption.async_step_encryption_upload(user_input)

    async def async_step_encrypted(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address, and the certificate that chargers need."""
        return await self._encryption.async_step_encrypted(user_input)

    async def async_step_encrypted_own(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the same for a certificate of an issuer that only some know."""
        return await self._encryption.async_step_encrypted_own(user_input)

    async def async_step_encrypted_public(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address; the issuer is one that many chargers know."""
        return await self._encryption.async_step_encrypted_public(user_input)

    async def async_step_unknown_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the new password of chargers that are not added."""
        return await self._access.async_step_unknown_password(user_input)

    def _save(self, changed: Mapping[str, Any]) -> ConfigFlowResult:
        """Replace the options of one form, and keep those of the others."""
        replaced = next(form for form in _FORMS if form & changed.keys())
        kept = {
            key: value
            for key, value in self.config_entry.options.items()
            if key not in replaced
        }
        return self.async_create_entry(data={**kept, **changed})
