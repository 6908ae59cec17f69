"""Config flow: servers, their reconfiguration, and discovered chargers."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import voluptuous as vol

from .chargers.discovery import Offer
from .chargers.naming import name_taken, server_title
from .chargers.subentries import adopted_elsewhere
from .const import (
    CONF_CHARGE_POINT_ID,
    CONF_ENTRY_ID,
    CONF_ID_TAG,
    CONF_MODEL,
    CONF_SERIAL,
    CONF_VENDOR,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
    SUBENTRY_UPSTREAM,
    SUBENTRY_VEHICLE,
    SUBENTRY_WEEKLY,
)
from .flows.charger import ChargerFlow
from .flows.options import OcppOptionsFlow
from .flows.tag import IdTagFlow
from .foreign_text import Markdown, for_markdown
from .former.chargers import Former, former_of, name_of_new, proposed_current
from .forms.charger import CONF_MAXIMUM_CURRENT, circuit_field
from .forms.numbers import Problem, number_problem
from .forms.server import PORT, address_problem
from .goe_setup.discovery import ChargerOfChoice, GoECard
from .goe_setup.flow import GoESteps
from .goe_setup.store import Record, async_records
from .hub import Hub, OcppConfigEntry
from .migration.migration import MINOR_VERSION, VERSION
from .security.access import NEW_SERVER_OPTIONS
from .security.path_secrets import async_address_for, async_charger_url, new_path_secret
from .tags.registry import new_own_tag
from .upstream.form.flow import BackendFlow
from .vehicles.flow import VehicleFlow
from .weekly.flow import WeeklyFlow

_SERVER_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_HOST, default=DEFAULT_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): PORT,
    }
)


class OcppConfigFlow(ConfigFlow, domain=DOMAIN):
    """Handles the setup of servers, and the adoption of discovered chargers."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    _charge_point_id: str
    _entry: OcppConfigEntry
    _hub: Hub
    _offer: Offer | None = None
    _secret = ""
    """The path secret in the address that the flow shows for the charger."""
    _former: Former | None = None
    """What was set when the charger was here before."""
    _goe_record: Record | None = None
    """The record of a go-eCharger that was set up over HTTP, and then removed."""

    def __init__(self) -> None:
        """Initialize the flow; a step sets its charger or server."""
        super().__init__()
        self._goe_destination = ChargerOfChoice(self)
        self._goe = GoESteps(self, self._goe_destination)
        self._goe_card = GoECard(
            self,
            self._goe_destination,
            abort_if_configured=self._abort_if_unique_id_configured,
            begin=lambda host: self._goe.address({CONF_HOST: host}),
        )

    @override
    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> OcppOptionsFlow:
        """Return the flow for the options of a server."""
        return OcppOptionsFlow()

    @override
    @classmethod
    @callback
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flows for what belongs to a server."""
        return {
            SUBENTRY_CHARGER: ChargerFlow,
            SUBENTRY_ID_TAG: IdTagFlow,
            SUBENTRY_VEHICLE: VehicleFlow,
            SUBENTRY_WEEKLY: WeeklyFlow,
            SUBENTRY_UPSTREAM: BackendFlow,
        }

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of a new server, and check it."""
        problem: Problem = {}, {}
        if user_input is not None:
            address = self._address(user_input)
            self._async_abort_entries_match(address)
            problem = number_problem(_SERVER_SCHEMA, user_input)
            if not problem[0]:
                problem = await address_problem(self.hass, **address)
            if not problem[0]:
                return self.async_create_entry(
                    title=server_title(address[CONF_PORT]),
                    data={**address, CONF_ID_TAG: new_own_tag()},
                    options=NEW_SERVER_OPTIONS,
                    description="server",
                    description_placeholders={
                        "url": await async_charger_url(self.hass, **address)
                    },
                )
        address = self._address({CONF_PORT: DEFAULT_PORT, **(user_input or {})})
        return await self._show_address_form("user", user_input or {}, problem, address)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address, and check it unless the server uses it."""
        entry = self._get_reconfigure_entry()
        problem: Problem = {}, {}
        if user_input is not None:
            address = self._address(user_input)
            self._async_abort_entries_match(address)
            listening = entry.state is ConfigEntryState.LOADED
            problem = number_problem(_SERVER_SCHEMA, user_input)
            if problem[0]:
                pass
            elif not (listening and address[CONF_PORT] == entry.data[CONF_PORT]):
                problem = await address_problem(self.hass, **address)
            elif address[CONF_HOST] != entry.data[CONF_HOST]:
                # Our own server occupies the port, so the host is checked with any free
                # port.
                problem = await address_problem(self.hass, address[CONF_HOST], 0)
            if not problem[0]:
                title = entry.title
                if title == server_title(entry.data[CONF_PORT]):
                    title = server_title(address[CONF_PORT])
                result = self.async_update_and_abort(
                    entry, data={**entry.data, **address}, title=title
                )
                if entry.state is ConfigEntryState.SETUP_RETRY:
                    # A loaded entry reloads on the change of its address.
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return result
        return await self._show_address_form(
            "reconfigure",
            user_input or entry.data,
            problem,
            # The current address, regardless of the input.
            self._address(entry.data),
        )

    @staticmethod
    def _address(user_input: Mapping[str, Any]) -> dict[str, Any]:
        host = user_input.get(CONF_HOST, "").strip().strip("[]")
        return {CONF_HOST: host or DEFAULT_HOST, CONF_PORT: user_input[CONF_PORT]}

    async def _show_address_form(
        self,
        step_id: str,
        values: Mapping[str, Any],
        problem: Problem,
        address: Mapping[str, Any],
    ) -> ConfigFlowResult:
        errors, words = problem
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(_SERVER_SCHEMA, values),
            errors=errors,
            description_placeholders={
                "url": await async_charger_url(self.hass, **address),
                **words,
            },
        )

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Create a server for a discovered go-eCharger."""
        self._async_abort_entries_match(import_data)
        return self.async_create_entry(
            title=server_title(import_data[CONF_PORT]),
            data={**import_data, CONF_ID_TAG: new_own_tag()},
            options=NEW_SERVER_OPTIONS,
        )

    # go-eChargers, over HTTP.

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Check whether the device is a go-eCharger that can be offered."""
        return await self._goe_card.zeroconf(discovery_info)

    async def async_step_goe_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to add the charger, and to which of several servers."""
        return await self._goe_card.offer(user_input)

    async def async_step_goe_server(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the port of the new server, as the default port is in use."""
        return await self._goe_card.server(user_input)

    async def async_step_goe_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of a go-eCharger, and read the charger."""
        return await self._goe.address(user_input)

    async def async_step_goe_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the charger that was found, and ask for the options."""
        return await self._goe.found(user_input)

    async def async_step_goe_changes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the planned changes and their reasons before they are made."""
        return await self._goe.changes(user_input)

    async def async_step_goe_apply(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the settings of the charger, and wait for its connection."""
        return await self._goe.apply(user_input)

    async def async_step_goe_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show why the setup failed, and offer alternatives."""
        return await self._goe.failed(user_input)

    async def async_step_goe_again(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read the charger again, and show the planned changes."""
        return await self._goe.again()

    async def async_step_goe_done(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Finish the flow of a charger that is already adopted."""
        return await self._goe.done()

    # Chargers that connect.

    @override
    async def async_step_integration_discovery(
        self, discovery_info: dict[str, Any]
    ) -> ConfigFlowResult:
        """Offer a charger that is not adopted, or a go-eCharger again."""
        if CONF_HOST in discovery_info:
            return await self._goe_card.again(discovery_info)
        self._charge_point_id = discovery_info[CONF_CHARGE_POINT_ID]
        entry = self.hass.config_entries.async_get_entry(discovery_info[CONF_ENTRY_ID])
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="charger_gone")
        self._entry, self._hub = entry, entry.runtime_data
        self._offer = self._hub.discovery.async_open(self, self._charge_point_id)
        if self._offer is None:
            return self.async_abort(reason="charger_gone")
        await self.async_set_unique_id(self._charge_point_id)
        # The user may have chosen to ignore the charger.
        self._abort_if_unique_id_configured()
        self._former = former_of(entry, self._charge_point_id)
        # The charger has the address from before.
        self._secret = (self._former and self._former.secret) or new_path_secret()
        self.context["title_placeholders"] = {"name": self._offer.title}
        self._goe_record = (await async_records(self.hass)).left(
            self._charge_point_id, self._offer.told.get(CONF_SERIAL)
        )
        if self._goe_record is not None:
            return await self.async_step_goe_back()
        return await self.async_step_confirm()

    async def async_step_goe_back(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether a go-eCharger that was removed is set up over HTTP again."""
        record = self._goe_record
        assert record is not None
        return self.async_show_menu(
            step_id="goe_back",
            menu_options=["goe_back_http", "confirm"],
            description_placeholders=for_markdown(name=record.name, host=record.host),
        )

    async def async_step_goe_back_http(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read a go-eCharger that was removed at the address from before."""
        offer, record = self._offer, self._goe_record
        assert offer is not None and record is not None
        # The charger connects anew during the set-up, which ends the offer.
        self._hub.discovery.async_answered(offer)
        self._goe_destination.chosen = self._entry.entry_id
        return await self._goe.address(
            {CONF_HOST: record.host, CONF_TOKEN: record.token or ""}
        )

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a name, and adopt the charger on its open connection."""
        offer, charge_point_id = self._offer, self._charge_point_id
        assert offer is not None
        former = self._former
        default = name_of_new(self._entry, charge_point_id, offer.told, former)
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME, default=default): TextSelector(),
                **circuit_field(proposed_current(offer.told, former)),
            }
        )
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None:
            if other := adopted_elsewhere(self.hass, self._entry, charge_point_id):
                return self.async_abort(
                    reason="adopted_elsewhere",
                    description_placeholders=for_markdown(
                        id=charge_point_id, server=other
                    ),
                )
            name = user_input[CONF_NAME].strip() or default
            if name_taken(self._entry, name):
                errors[CONF_NAME] = "name_taken"
            if not errors:
                self._hub.discovery.async_answered(offer)
                self._hub.async_adopt(
                    charge_point_id,
                    offer.told,
                    name,
                    self._secret,
                    user_input[CONF_MAXIMUM_CURRENT],
                )
                return self.async_abort(
                    reason="charger_added",
                    description_placeholders=for_markdown(name=name),
                )
        return self.async_show_form(
            step_id="confirm",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders=words
            | for_markdown(
                id=charge_point_id,
                vendor=offer.told.get(CONF_VENDOR, "–"),
                model=offer.told.get(CONF_MODEL, "–"),
                server=self._entry.title,
                url=Markdown(
                    await async_address_for(
                        self.hass,
                        self._entry,
                        self._secret,
                        charge_point_id,
                        tls=self._came_encrypted,
                    )
                ),
            ),
        )

    @property
    def _came_encrypted(self) -> bool:
        """Return whether the charger has connected with encryption."""
        pending = self._hub.central_system.pending.get(self._charge_point_id)
        return pending is not None and pending.security.tls is not None

    @override
    @callback
    def async_remove(self) -> None:
        """Clean up when the flow ends, and release the card of the offer."""
        super().async_remove()
        self._goe.async_close()
        self._goe_destination.async_close()
        if self._offer is not None:
            self._hub.discovery.async_closed(self._offer)
