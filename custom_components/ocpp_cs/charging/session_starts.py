"""Automatic session starts, and the repair issues about them."""

from collections.abc import Callable
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..const import CONF_START_SESSIONS, START_ALWAYS, START_AUTOMATIC, START_NEVER
from ..csms.access.authorization import AuthorizationStatus, TagAuthorizer
from ..csms.connector import Connector
from ..csms.model.tags import Tag
from ..issues import async_clear_issue, async_raise_issue
from ..issues.watcher import ConnectorWatcher


class SessionStarts(ConnectorWatcher):
    """Allows session starts at the chargers of a server, as the owner chose.

    The automatic setting allows them where any card may charge. Elsewhere anyone could
    charge without a card: nothing is started there until the owner has decided.
    """

    fields = ("start", "charge_mode")

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        authorizer: TagAuthorizer,
        in_use: Callable[[Connector], bool],
    ) -> None:
        """Start without chargers; `in_use` returns if a connector wants sessions."""
        super().__init__(hass)
        self._entry = entry
        self._authorizer = authorizer
        self._in_use = in_use

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        starts = charger.charge_point.starts
        starts.allowed = lambda: self._allowed(charger)
        starts.permitted = lambda id_tag: self._permitted(charger, id_tag)
        super().async_attach(charger)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        super().async_detach(charger)
        charger.charge_point.starts.allowed = lambda: False
        charger.charge_point.starts.permitted = lambda _: False

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the id tags, the tag policy or a charger."""
        for charger in self._subscriptions:
            charger.charge_point.starts.look()
            self.show(charger)

    def _allowed(self, charger: Charger) -> bool:
        chosen = _chosen(charger)
        if chosen == START_AUTOMATIC:
            return self._authorizer.accepts_unknown(charger.charge_point.id)
        return chosen == START_ALWAYS

    def _permitted(self, charger: Charger, id_tag: str) -> bool:
        decision = self._authorizer.authorize(charger.charge_point.id, Tag(id_tag))
        return (
            _chosen(charger) != START_NEVER
            and decision.status is AuthorizationStatus.ACCEPTED
        )

    @override
    def show(self, charger: Charger) -> None:
        self._ask(charger)
        refusing = [
            connector.number
            for _, connector in sorted(charger.charge_point.connectors.items())
            if connector.starter.refused
        ]
        if not refusing:
            async_clear_issue(self._hass, "start_refused", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "start_refused",
            charger.subentry_id,
            charger=charger.name,
            connector=str(refusing[0]),
        )

    def _ask(self, charger: Charger) -> None:
        """Raise a repair issue if the owner has not decided, and it matters."""
        charge_point = charger.charge_point
        if (
            _chosen(charger) != START_AUTOMATIC
            or self._authorizer.accepts_unknown(charge_point.id)
            or not any(
                self._in_use(charge_point.connectors[number])
                for number in charge_point.connector_numbers
            )
        ):
            async_clear_issue(self._hass, "start_sessions", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "start_sessions",
            charger.subentry_id,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": charger.subentry_id,
            },
            charger=charger.name,
        )


def _chosen(charger: Charger) -> str:
    """Return the owner's choice: automatic, always or never."""
    return str(charger.subentry.data.get(CONF_START_SESSIONS, START_AUTOMATIC))
