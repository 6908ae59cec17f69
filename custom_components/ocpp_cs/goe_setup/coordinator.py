"""Polls the HTTP API of adopted go-eChargers slowly, and never writes.

It provides sensor values that OCPP does not have, and raises repair issues when a
charger is no longer set up for this server.
"""

from collections.abc import Callable
from datetime import timedelta
from math import inf
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from ..chargers.charger import Charger
from ..chargers.component import Component, guarded
from ..const import CONF_ADDRESS_CHOSEN, CONF_PATH_SECRET, CONF_SERIAL, DOMAIN, LOGGER
from ..foreign_text import shown
from ..goe.address import charge_url, host_of, is_encrypted, with_secret
from ..goe.client import GoEClient
from ..goe.drift import Drift, Expected, Finding, findings
from ..goe.errors import GoEError
from ..goe.model import GoEStatus
from ..hub import Hub, OcppConfigEntry
from ..issues import async_clear_issue, async_raise_issue
from ..security.path_secrets import without_secrets
from .client import make_client
from .setup import async_own_url, backup_of, server_port, server_tls_port

INTERVAL = timedelta(seconds=60)

DRIFT_ISSUES = {
    Drift.OCPP_OFF: "goe_ocpp_off",
    Drift.ELSEWHERE: "goe_elsewhere",
    Drift.ADDRESS_CHANGED: "goe_address_changed",
    Drift.API_OFF: "goe_api_off",
    Drift.TOKEN: "goe_token",
    Drift.OTHER_DEVICE: "goe_other_device",
    Drift.HOST_GONE: "goe_host_gone",
}


class GoELink(DataUpdateCoordinator[GoEStatus]):
    """Polls one charger, and compares it with its set-up."""

    config_entry: OcppConfigEntry
    client: GoEClient
    """The shared client: a charger handles one request at a time."""

    def __init__(
        self, hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger
    ) -> None:
        """Initialize. Raises ValueError for an invalid host or token."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{charger.name} (HTTP)",
            update_interval=INTERVAL,
            always_update=False,
        )
        self._charger = charger
        self._where: tuple[str, str | None] = ("", None)
        self._ended = False
        self.raised: set[str] = set()
        """The kinds of the open repair issues."""
        self.own_url: str | None = None
        """The URL of this server for the charger, as last determined."""
        self.take_address()

    @callback
    def take_address(self) -> bool:
        """Use the address of the subentry; return whether it has changed."""
        data = self._charger.subentry.data
        where = (str(data[CONF_HOST]), data.get(CONF_TOKEN))
        if where == self._where:
            return False
        self.client = make_client(self.hass, *where)
        self._where = where
        return True

    async def async_own_url(self, *, tls: bool | None = None) -> str | None:
        """Return the URL of this server for the charger; None if there is no route.

        If the user has chosen the address, it is the URL that was written, with the
        present secret of the charger.

        Args:
            tls: Whether it is for encrypted connections; None for those that the
                charger was set up for.
        """
        entry, subentry = self.config_entry, self._charger.subentry
        backup = backup_of(subentry.data)
        secret = subentry.data.get(CONF_PATH_SECRET)
        charge_point_id = self._charger.charge_point.id
        if tls is None:
            tls = backup is not None and is_encrypted(backup.url)
        port = server_tls_port(entry) if tls else server_port(entry)
        if subentry.data.get(CONF_ADDRESS_CHOSEN) and backup is not None:
            written = backup.url if is_encrypted(backup.url) is tls else None
            if not tls:
                written = written or backup.plain_url
            if written is None:
                host = host_of(backup.url)
                return charge_url(host, port, charge_point_id, secret, tls=tls)
            return with_secret(written, secret) if secret else written
        return await async_own_url(
            entry, self.client.host, charge_point_id, port, secret, tls=tls
        )

    @property
    def fallback_a(self) -> float:
        """The current in A that the charger keeps while no server is there.

        Infinite if it keeps none; 0 while nothing has been read.
        """
        seen: GoEStatus | None = self.data
        if seen is None:
            return 0.0
        kept = seen.ocpp.fallback_current
        return inf if kept is None else float(kept)

    @override
    async def _async_update_data(self) -> GoEStatus:
        seen: GoEStatus | GoEError
        try:
            seen = await self.client.status()
        except GoEError as err:
            await self._judge(err)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="goe_read_failed",
                translation_placeholders={
                    "name": self._charger.name,
                    "error": str(err),
                },
            ) from err
        await self._judge(seen)
        return seen

    async def _judge(self, seen: GoEStatus | GoEError) -> None:
        data = self._charger.subentry.data
        serial = data.get(CONF_SERIAL, self._charger.charge_point.id)
        if isinstance(seen, GoEStatus) and seen.identity.serial == serial:
            # The device that was reported at another address is not this charger.
            async_clear_issue(self.hass, "goe_moved", self._charger.subentry_id)
        # The expected settings of a manually configured charger are unknown.
        if (backup := backup_of(data)) is None:
            return
        chosen = data.get(CONF_ADDRESS_CHOSEN, False)
        self.own_url = own_url = await self.async_own_url()
        other = await self.async_own_url(tls=not is_encrypted(backup.url))
        expected = Expected(
            serial=serial,
            url=backup.url,
            own_url=None if chosen else own_url,
            other_urls=() if other is None else (other,),
            connected=self._charger.charge_point.connected,
        )
        found = findings(expected, seen)
        if self._ended:
            return
        # Include issues that an earlier instance has raised.
        kinds = {DRIFT_ISSUES[finding.drift] for finding in found}
        for kind in set(DRIFT_ISSUES.values()) - kinds:
            async_clear_issue(self.hass, kind, self._charger.subentry_id)
        self.raised = kinds
        for finding in found:
            self._raise(finding)

    def _raise(self, finding: Finding) -> None:
        charger = self._charger
        async_raise_issue(
            self.hass,
            DRIFT_ISSUES[finding.drift],
            charger.subentry_id,
            fix_data={
                "entry_id": self.config_entry.entry_id,
                "subentry_id": charger.subentry_id,
            },
            charger=charger.name,
            host=self.client.host,
            expected=shown(without_secrets(finding.expected or "")),
            found=shown(without_secrets(finding.found or "")),
        )

    @callback
    def async_end(self) -> None:
        """Raise no more issues: the charger was removed, or the server stops."""
        self._ended = True

    @callback
    def async_clear(self) -> None:
        """Clear the repair issues, as the server stops."""
        for kind in self.raised:
            async_clear_issue(self.hass, kind, self._charger.subentry_id)
        self.raised.clear()


def client_of(entry: ConfigEntry[Any], subentry: ConfigSubentry) -> GoEClient | None:
    """Return the shared client of a charger, while its server polls it."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    hub: Hub = entry.runtime_data
    charger = hub.chargers.get(subentry.subentry_id)
    link = None if charger is None else hub.part(GoELinks).of(charger)
    return None if link is None else link.client


class GoELinks(Component):
    """The chargers of one server whose HTTP address is known."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: OcppConfigEntry,
        grown: Callable[[Charger], None],
    ) -> None:
        """Initialize; `grown` is called for chargers that can have more entities."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._grown = grown
        self._links: dict[Charger, GoELink | None] = {}
        """The coordinator per charger; None while the address is unknown."""

    def of(self, charger: Charger) -> GoELink | None:
        """Return the coordinator of a charger; None if its address is unknown."""
        return self._links.get(charger)

    def fallback_a(self, charger: Charger) -> float | None:
        """Return `GoELink.fallback_a` of a charger; None if its address is unknown."""
        link = self.of(charger)
        return None if link is None else link.fallback_a

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Start to poll a charger, if its address is known."""
        self._links[charger] = None
        self._read(charger)

    def _read(self, charger: Charger) -> None:
        if CONF_HOST not in charger.subentry.data:
            return
        try:
            link = GoELink(self._hass, self._entry, charger)
        except ValueError:
            LOGGER.warning("%s has no address that could be one", charger.name)
            return
        self._links[charger] = link
        # The set-up is checked even if no entity listens.
        self._subscriptions.add(charger, link.async_add_listener(lambda: None))
        self._refresh(link)
        self._grown(charger)

    def _refresh(self, link: GoELink) -> None:
        self._entry.async_create_background_task(
            self._hass, link.async_refresh(), f"{DOMAIN} read {link.client.host}"
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop polling a charger."""
        super().async_detach(charger)
        if (link := self._links.pop(charger, None)) is not None:
            link.async_end()
            self._entry.async_create_background_task(
                self._hass, link.async_shutdown(), f"{DOMAIN} stop reading"
            )

    @override
    @callback
    def async_update(self) -> None:
        """Act on addresses that were changed."""
        for charger, link in list(self._links.items()):
            with guarded("Reading over HTTP", charger.name):
                if link is None:
                    self._read(charger)
                elif CONF_HOST in charger.subentry.data and link.take_address():
                    self._refresh(link)

    @override
    @callback
    def async_stop(self) -> None:
        """Stop polling all chargers, and clear their repair issues."""
        for charger, link in list(self._links.items()):
            if link is not None:
                link.async_clear()
            self.async_detach(charger)
