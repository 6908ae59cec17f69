"""The card of a go-eCharger that was found in the network, and what follows a click on it."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import (
    SOURCE_IMPORT,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.selector import (
    ConfigEntrySelector,
    ConfigEntrySelectorConfig,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import voluptuous as vol

from ..chargers.naming import server_title
from ..const import (
    CONF_ENTRY_ID,
    CONF_ID_TAG,
    CONF_SERIAL,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from ..foreign_text import for_markdown, plain
from ..forms.numbers import number_problem
from ..forms.server import PORT, address_problem
from ..goe.discovery import discovered
from ..goe.errors import ApiOffError, GoEError, NotGoEError, UnauthorizedError
from ..security.access import NEW_SERVER_OPTIONS
from ..tags.registry import new_own_tag
from .coordinator import client_of
from .flow import GoESteps
from .moves import async_consider_move
from .rollback import async_goe_seen
from .setup import adopted_charger, make_client

if TYPE_CHECKING:
    from ..hub import OcppConfigEntry

_HTTP_PORT = 80


@callback
def async_offer_again(hass: HomeAssistant, serial: str, host: str) -> None:
    """Have a charger offered that is no longer ours.

    The card that it has as long as it is still connected goes with the connection.
    """
    flow = hass.config_entries.flow
    for card in flow.async_progress_by_handler(
        DOMAIN, include_uninitialized=True, match_context={"unique_id": serial}
    ):
        flow.async_abort(card["flow_id"])
    discovery_flow.async_create_flow(
        hass,
        DOMAIN,
        ConfigFlowContext(source=SOURCE_INTEGRATION_DISCOVERY, unique_id=serial),
        {CONF_SERIAL: serial, CONF_HOST: host},
    )


class GoEDiscoverySteps(GoESteps[ConfigFlowContext, ConfigFlowResult, str], ConfigFlow):
    """Offers a charger that mDNS shows, and adds it to a server that may be a new one."""

    _goe_entry_id: str | None = None
    _goe_new_port = DEFAULT_PORT

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Look whether it is a charger, and which one."""
        shown = discovered(
            discovery_info.name, discovery_info.properties, discovery_info.hostname
        )
        if shown is None:
            return self.async_abort(reason="not_goe")
        host = discovery_info.host
        if ":" in host:
            host = f"[{host}]"
        if (port := discovery_info.port or _HTTP_PORT) != _HTTP_PORT:
            host = f"{host}:{port}"
        return await self._goe_look(host, shown.serial, shown.model)

    async def _goe_look(
        self, host: str, told_serial: str | None, told_model: str | None
    ) -> ConfigFlowResult:
        """Offer what answers there, if it is a charger; `told_…` is what it is said to be."""
        self._goe_host = host
        if told_serial is not None:
            await self._goe_identify(told_serial)
        try:
            identity = await make_client(self.hass, host).identify()
        except ApiOffError, UnauthorizedError:
            # There is no doubt that it is one, and the user can let us in.
            if told_serial is None:
                return self.async_abort(reason="not_goe")
            serial, model = told_serial, told_model
            await async_goe_seen(self.hass, serial, host)
            await self._goe_follow(serial)
        except NotGoEError, ValueError:
            return self.async_abort(reason="not_goe")
        except GoEError:
            return self.async_abort(reason="cannot_connect")
        else:
            serial, model = identity.serial, identity.model
            await async_goe_seen(self.hass, serial, host)
            await self._goe_identify(serial)
            await self._goe_follow(serial)
        self.context["title_placeholders"] = {
            "name": plain(f"{model or 'go-eCharger'} {serial}")
        }
        self._goe_model, self._goe_serial = model or "go-eCharger", serial
        return await self.async_step_goe_discovered()

    async def _goe_offer_again(self, known: dict[str, Any]) -> ConfigFlowResult:
        """Offer a charger that was ours: mDNS would not tell of it before it restarts."""
        return await self._goe_look(known[CONF_HOST], known[CONF_SERIAL], None)

    async def _goe_identify(self, serial: str) -> None:
        """Be the flow of that charger, which is its only card. Raises AbortFlow."""
        # The same as that of a charger that connects, whose id is its serial number.
        await self.async_set_unique_id(serial)
        # The user may have chosen to ignore it.
        self._abort_if_unique_id_configured()
        known = adopted_charger(self.hass, serial)
        if known is not None and known[1].data.get(CONF_HOST) == self._goe_host:
            raise AbortFlow("already_configured")

    async def _goe_follow(self, serial: str) -> None:
        """End if the charger is adopted, wherever it is. Raises AbortFlow."""
        if (known := adopted_charger(self.hass, serial)) is not None:
            await async_consider_move(
                self.hass, *known, serial, self._goe_host, client_of(*known)
            )
            raise AbortFlow("already_configured")

    async def async_step_goe_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to add it, and where if there are several servers."""
        entries = self.hass.config_entries.async_loaded_entries(DOMAIN)
        if user_input is not None:
            if entries:
                chosen = user_input.get(CONF_ENTRY_ID, entries[0].entry_id)
                self._goe_entry_id = chosen
            elif self.hass.config_entries.async_entries(DOMAIN, include_ignore=False):
                return self.async_abort(reason="not_running")
            else:
                errors, _ = await address_problem(
                    self.hass, DEFAULT_HOST, self._goe_new_port
                )
                if errors:
                    return await self.async_step_goe_server()
            return await self._goe_begin()
        fields: dict[vol.Marker, Any] = {}
        if len(entries) > 1:
            fields[vol.Required(CONF_ENTRY_ID, default=entries[0].entry_id)] = (
                ConfigEntrySelector(ConfigEntrySelectorConfig(integration=DOMAIN))
            )
        self._set_confirm_only()
        return self.async_show_form(
            step_id="goe_discovered",
            data_schema=vol.Schema(fields),
            description_placeholders=for_markdown(
                model=self._goe_model, serial=self._goe_serial, host=self._goe_host
            ),
        )

    async def async_step_goe_server(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a port of the new server, as the usual one is taken."""
        port = min(self._goe_new_port + 1, 65535)
        if user_input is not None:
            port = user_input[CONF_PORT]
        schema = vol.Schema({vol.Required(CONF_PORT, default=port): PORT})
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None and not errors:
            errors, words = await address_problem(self.hass, DEFAULT_HOST, port)
            if not errors:
                self._goe_new_port = port
                return await self._goe_begin()
        return self.async_show_form(
            step_id="goe_server",
            data_schema=schema,
            errors=errors,
            description_placeholders={"port": str(self._goe_new_port), **words},
        )

    async def _goe_begin(self) -> ConfigFlowResult:
        return await self.async_step_goe_address({CONF_HOST: self._goe_host})

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Make a server for a charger that was discovered."""
        self._async_abort_entries_match(import_data)
        return self.async_create_entry(
            title=server_title(import_data[CONF_PORT]),
            data={**import_data, CONF_ID_TAG: new_own_tag()},
            options=NEW_SERVER_OPTIONS,
        )

    @property
    @override
    def _goe_entry(self) -> OcppConfigEntry | None:
        if self._goe_entry_id is None:
            return None
        return self.hass.config_entries.async_get_entry(self._goe_entry_id)

    @property
    @override
    def _goe_port(self) -> int:
        return super()._goe_port if self._goe_entry else self._goe_new_port

    @override
    async def _goe_server(self) -> OcppConfigEntry | None:
        if self._goe_entry_id is None:
            result = await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context={"source": SOURCE_IMPORT},
                data={CONF_HOST: DEFAULT_HOST, CONF_PORT: self._goe_new_port},
            )
            if (entry := result.get("result")) is None:
                return None
            self._goe_entry_id = self._goe_made = entry.entry_id
        return self._goe_entry

    @override
    def _goe_finish(
        self, title: str, data: dict[str, Any], unique_id: str
    ) -> ConfigFlowResult:
        entry = self._goe_entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_running")
        self._goe_made = None
        self.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_type=SUBENTRY_CHARGER,
                title=title,
                unique_id=unique_id,
            ),
        )
        return self.async_abort(
            reason="charger_added", description_placeholders=for_markdown(name=title)
        )

    @override
    @callback
    def async_remove(self) -> None:
        """Leave nothing behind that was not wanted."""
        super().async_remove()
        entry = self._goe_entry
        if self._goe_made is not None and entry is not None and not entry.subentries:
            self._goe_made = None
            self.hass.async_create_task(
                self.hass.config_entries.async_remove(entry.entry_id),
                f"{DOMAIN} remove {entry.title}",
            )
