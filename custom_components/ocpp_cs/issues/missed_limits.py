"""Sessions without the limit that they were started with, shown as repairs."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.store import Memory
from ..const import DOMAIN
from ..csms.connector import Connector
from ..csms.model.errors import CsmsError
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, shown
from . import async_clear_issue, async_raise_issue
from .watcher import ConnectorWatcher

_RECORD = "missed_limit"
"""The kind of record under which the memory has what is shown."""


class MissedLimits(ConnectorWatcher):
    """Raises a repair for each charger with such a session.

    Whoever asked for the limit had an answer long before the charger refused it.
    """

    fields = ("missed_limit",)

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Follow none of `entry` yet."""
        super().__init__(hass)
        self._entry = entry
        self._memory = memory

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        charge_point = charger.charge_point

        def missed(record: Mapping[str, Any]) -> None:
            # It is none if that session has ended. What the error was is known in
            # words only.
            charge_point.connector(int(record["connector"])).limit_missed(
                # It was a number in what earlier versions remembered.
                str(record["transaction"]),
                CsmsError(str(record["error"])),
            )

        self._memory.async_recall(charge_point.id, _RECORD, missed)
        super().async_attach(charger)

    @override
    def show(self, charger: Charger) -> None:
        if (connector := _unlimited(charger)) is None:
            async_clear_issue(self._hass, "limit_of_start_missed", charger.subentry_id)
            if self._memory.get(charger.charge_point.id, _RECORD) is not None:
                self._memory.async_set(charger.charge_point.id, _RECORD, None)
            return
        self._entry.async_create_background_task(
            self._hass,
            self._raise(charger, connector),
            f"{DOMAIN} missed limit of {charger.charge_point.id}",
        )

    async def _raise(self, charger: Charger, connector: Connector) -> None:
        error, running = connector.missed_limit, connector.transaction
        if type(error) is CsmsError:
            text = str(error)
        elif error is not None:
            text = await async_text(self._hass, translated(error, charger.name))
        # It may be over by now.
        if (
            error is None
            or running is None
            or connector.missed_limit is not error
            or charger not in self._subscriptions
        ):
            return
        self._memory.async_set(
            charger.charge_point.id,
            _RECORD,
            {
                "connector": connector.number,
                "transaction": running.id,
                "error": text,
            },
        )
        async_raise_issue(
            self._hass,
            "limit_of_start_missed",
            charger.subentry_id,
            charger=charger.name,
            connector=str(connector.number),
            error=shown(text, SENTENCE),
        )


def _unlimited(charger: Charger) -> Connector | None:
    """Return the first connector with such a session."""
    return next(
        (
            connector
            for _, connector in sorted(charger.charge_point.connectors.items())
            if connector.missed_limit is not None
        ),
        None,
    )
