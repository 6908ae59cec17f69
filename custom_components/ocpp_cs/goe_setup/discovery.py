"""The discovery flow of a go-eCharger in the network."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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

from ..const import (
    CONF_ENTRY_ID,
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
from .client import make_client
from .coordinator import client_of
from .moves import async_consider_move
from .rollback import async_goe_seen
from .setup import adopted_charger, server_port

if TYPE_CHECKING:
    from ..hub import OcppConfigEntry

_HTTP_PORT = 80


@callback
def async_offer_again(hass: HomeAssistant, serial: str, host: str) -> None:
    """Start a discovery flow for a charger that is no longer adopted.

    It replaces the flow that the charger has while it is still connected.
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


class ChargerOfChoice:
    """Adds the charger to the server that the user selects, or to a new one."""

    def __init__(self, flow: ConfigFlow) -> None:
        """Initialize; a server is created unless `chosen` is set."""
        self._flow = flow
        self.chosen: str | None = None
        """The entry id of the server."""
        self.new_port = DEFAULT_PORT
        """The port of the new server."""
        self.made = False
        """True if the server was created for this charger, which is not added yet."""

    @property
    def entry(self) -> OcppConfigEntry | None:
        """The server; None if it has yet to be created."""
        if self.chosen is None:
            return None
        return self._flow.hass.config_entries.async_get_entry(self.chosen)

    @property
    def port(self) -> int:
        """The port of the server, also of a new one."""
        entry = self.entry
        return self.new_port if entry is None else server_port(entry)

    async def async_server(self) -> OcppConfigEntry | None:
        """Return the server, created if necessary; None if it does not run."""
        if self.chosen is None:
            result = await self._flow.hass.config_entries.flow.async_init(
                DOMAIN,
                context={"source": SOURCE_IMPORT},
                data={CONF_HOST: DEFAULT_HOST, CONF_PORT: self.new_port},
            )
            if (entry := result.get("result")) is None:
                return None
            self.chosen, self.made = entry.entry_id, True
        return self.entry

    def finish(
        self, title: str, data: dict[str, Any], unique_id: str
    ) -> ConfigFlowResult:
        """Add the charger to its server, and end the flow."""
        entry = self.entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_running")
        self.made = False
        self._flow.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_type=SUBENTRY_CHARGER,
                title=title,
                unique_id=unique_id,
            ),
        )
        return self._flow.async_abort(
            reason="charger_added", description_placeholders=for_markdown(name=title)
        )

    @callback
    def async_close(self) -> None:
        """Remove the server that was created, if the charger was not added to it."""
        entry, hass = self.entry, self._flow.hass
        if self.made and entry is not None and not entry.subentries:
            self.made = False
            hass.async_create_task(
                hass.config_entries.async_remove(entry.entry_id),
                f"{DOMAIN} remove {entry.title}",
            )


class GoECard:
    """The steps of the discovery flow: identify a charger, and ask where to add it.

    `abort_if_configured` ends the flow if the user has chosen to ignore the charger;
    `begin` is the first step of the set-up.
    """

    def __init__(
        self,
        flow: ConfigFlow,
        destination: ChargerOfChoice,
        *,
        abort_if_configured: Callable[[], None],
        begin: Callable[[str], Awaitable[ConfigFlowResult]],
    ) -> None:
        """Initialize the steps for `flow`."""
        self._flow = flow
        self._destination = destination
        self._abort_if_configured = abort_if_configured
        self._begin = begin
        self._host = self._serial = self._model = ""

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    async def zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Handle a discovery by zeroconf: identify the charger."""
        shown = discovered(
            discovery_info.name, discovery_info.properties, discovery_info.hostname
        )
        if shown is None:
            return self._flow.async_abort(reason="not_goe")
        host = discovery_info.host
        if ":" in host:
            host = f"[{host}]"
        if (port := discovery_info.port or _HTTP_PORT) != _HTTP_PORT:
            host = f"{host}:{port}"
        return await self._look(host, shown.serial, shown.model)

    async def again(self, known: Mapping[str, Any]) -> ConfigFlowResult:
        """Offer a removed charger again; mDNS reports it only after its restart."""
        return await self._look(known[CONF_HOST], known[CONF_SERIAL], None)

    async def _look(
        self, host: str, told_serial: str | None, told_model: str | None
    ) -> ConfigFlowResult:
        """Identify and offer the device at `host`; `told_…` is its reported identity."""
        self._host = host
        if told_serial is not None:
            await self._identify(told_serial)
        try:
            identity = await make_client(self._hass, host).identify()
        except ApiOffError, UnauthorizedError:
            # Only a go-eCharger answers like this, and the user can allow the access.
            if told_serial is None:
                return self._flow.async_abort(reason="not_goe")
            serial, model = told_serial, told_model
            await async_goe_seen(self._hass, serial, host)
            await self._follow(serial)
        except NotGoEError, ValueError:
            return self._flow.async_abort(reason="not_goe")
        except GoEError:
            return self._flow.async_abort(reason="cannot_connect")
        else:
            serial, model = identity.serial, identity.model
            await async_goe_seen(self._hass, serial, host)
            await self._identify(serial)
            await self._follow(serial)
        self._flow.context["title_placeholders"] = {
            "name": plain(f"{model or 'go-eCharger'} {serial}")
        }
        self._model, self._serial = model or "go-eCharger", serial
        return await self.offer()

    async def _identify(self, serial: str) -> None:
        """Set the unique id: one flow per charger. Raises AbortFlow."""
        # A charger that connects uses the same: its charge point id is its serial
        # number.
        await self._flow.async_set_unique_id(serial)
        # Abort if the user has chosen to ignore the charger.
        self._abort_if_configured()
        known = adopted_charger(self._hass, serial)
        if known is not None and known[1].data.get(CONF_HOST) == self._host:
            raise AbortFlow("already_configured")

    async def _follow(self, serial: str) -> None:
        """Abort if the charger is adopted; note its new address. Raises AbortFlow."""
        if (known := adopted_charger(self._hass, serial)) is not None:
            await async_consider_move(
                self._hass, *known, serial, self._host, client_of(*known)
            )
            raise AbortFlow("already_configured")

    async def offer(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add the charger, and to which server if there are several."""
        entries = self._hass.config_entries.async_loaded_entries(DOMAIN)
        if user_input is not None:
            if entries:
                chosen = user_input.get(CONF_ENTRY_ID, entries[0].entry_id)
                self._destination.chosen = chosen
            elif self._hass.config_entries.async_entries(DOMAIN, include_ignore=False):
                return self._flow.async_abort(reason="not_running")
            else:
                errors, _ = await address_problem(
                    self._hass, DEFAULT_HOST, self._destination.new_port
                )
                if errors:
                    return await self.server()
            return await self._begin(self._host)
        fields: dict[vol.Marker, Any] = {}
        if len(entries) > 1:
            fields[vol.Required(CONF_ENTRY_ID, default=entries[0].entry_id)] = (
                ConfigEntrySelector(ConfigEntrySelectorConfig(integration=DOMAIN))
            )
        self._flow.context["confirm_only"] = True
        return self._flow.async_show_form(
            step_id="goe_discovered",
            data_schema=vol.Schema(fields),
            description_placeholders=for_markdown(
                model=self._model, serial=self._serial, host=self._host
            ),
        )

    async def server(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the port of the new server, as the default port is in use."""
        port = min(self._destination.new_port + 1, 65535)
        if user_input is not None:
            port = user_input[CONF_PORT]
        schema = vol.Schema({vol.Required(CONF_PORT, default=port): PORT})
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None and not errors:
            errors, words = await address_problem(self._hass, DEFAULT_HOST, port)
            if not errors:
                self._destination.new_port = port
                return await self._begin(self._host)
        return self._flow.async_show_form(
            step_id="goe_server",
            data_schema=schema,
            errors=errors,
            description_placeholders={"port": str(self._destination.new_port), **words},
        )
