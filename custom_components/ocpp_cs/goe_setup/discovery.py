"""The card of a go-eCharger that was found in the network, and what follows a click on it."""

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


class ChargerOfChoice:
    """The server that the user chooses gets the charger, or one that is made for it."""

    def __init__(self, flow: ConfigFlow) -> None:
        """Belong to a flow; a server is made as long as none is chosen."""
        self._flow = flow
        self.chosen: str | None = None
        """The entry id of the server."""
        self.new_port = DEFAULT_PORT
        """Of the server that is made."""
        self.made = False
        """The server was made for this charger, which is not there yet."""

    @property
    def entry(self) -> OcppConfigEntry | None:
        """The server; None if there is to be a new one."""
        if self.chosen is None:
            return None
        return self._flow.hass.config_entries.async_get_entry(self.chosen)

    @property
    def port(self) -> int:
        """The port of the server, be it a new one."""
        entry = self.entry
        return self.new_port if entry is None else server_port(entry)

    async def async_server(self) -> OcppConfigEntry | None:
        """Return the server, made if need be; None if it does not run."""
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
        """End the flow with the charger added."""
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
        """Remove the server that was made, if the charger did not come to it."""
        entry, hass = self.entry, self._flow.hass
        if self.made and entry is not None and not entry.subentries:
            self.made = False
            hass.async_create_task(
                hass.config_entries.async_remove(entry.entry_id),
                f"{DOMAIN} remove {entry.title}",
            )


class GoECard:
    """Offers a charger that mDNS shows, and asks where to add it.

    `abort_if_configured` ends the flow if it is that of a charger which the user has
    chosen to ignore; `begin` is the first step of the set-up.
    """

    def __init__(
        self,
        flow: ConfigFlow,
        destination: ChargerOfChoice,
        *,
        abort_if_configured: Callable[[], None],
        begin: Callable[[str], Awaitable[ConfigFlowResult]],
    ) -> None:
        """Belong to a flow."""
        self._flow = flow
        self._destination = destination
        self._abort_if_configured = abort_if_configured
        self._begin = begin
        self._host = self._serial = self._model = ""

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    async def zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Look whether it is a charger, and which one."""
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
        """Offer a charger that was ours: mDNS would not tell of it before it restarts."""
        return await self._look(known[CONF_HOST], known[CONF_SERIAL], None)

    async def _look(
        self, host: str, told_serial: str | None, told_model: str | None
    ) -> ConfigFlowResult:
        """Offer what answers there, if it is a charger; `told_…` is what it is said to be."""
        self._host = host
        if told_serial is not None:
            await self._identify(told_serial)
        try:
            identity = await make_client(self._hass, host).identify()
        except ApiOffError, UnauthorizedError:
            # There is no doubt that it is one, and the user can let us in.
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
        """Be the flow of that charger, which is its only card. Raises AbortFlow."""
        # The same as that of a charger that connects, whose id is its serial number.
        await self._flow.async_set_unique_id(serial)
        # The user may have chosen to ignore it.
        self._abort_if_configured()
        known = adopted_charger(self._hass, serial)
        if known is not None and known[1].data.get(CONF_HOST) == self._host:
            raise AbortFlow("already_configured")

    async def _follow(self, serial: str) -> None:
        """End if the charger is adopted, wherever it is. Raises AbortFlow."""
        if (known := adopted_charger(self._hass, serial)) is not None:
            await async_consider_move(
                self._hass, *known, serial, self._host, client_of(*known)
            )
            raise AbortFlow("already_configured")

    async def offer(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add it, and where if there are several servers."""
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
        """Ask for a port of the new server, as the usual one is taken."""
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
