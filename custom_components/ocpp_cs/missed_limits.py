"""Sessions without the limit that they were started with, shown as repairs."""

from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .connector_troubles import ConnectorTroubles
from .const import DOMAIN
from .exceptions import async_text, translated
from .issues import async_clear_issue, async_raise_issue

if TYPE_CHECKING:
    from typing import Any

    from .charger import Charger
    from .csms.connector import Connector


class MissedLimits(ConnectorTroubles):
    """Raises a repair for each charger with such a session.

    Whoever asked for the limit had an answer long before the charger refused it.
    """

    fields = ("missed_limit",)

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Follow none of `entry` yet."""
        super().__init__(hass)
        self._entry = entry

    @override
    def show(self, charger: Charger) -> None:
        if (connector := _unlimited(charger)) is None:
            async_clear_issue(self._hass, "limit_of_start_missed", charger.subentry_id)
            return
        self._entry.async_create_background_task(
            self._hass,
            self._raise(charger, connector),
            f"{DOMAIN} missed limit of {charger.charge_point.id}",
        )

    async def _raise(self, charger: Charger, connector: Connector) -> None:
        error = connector.missed_limit
        assert error is not None
        text = await async_text(self._hass, translated(error, charger.name))
        # It may be over by now.
        if connector.missed_limit is error and charger.subentry_id in self._unwatch:
            async_raise_issue(
                self._hass,
                "limit_of_start_missed",
                charger.subentry_id,
                charger=charger.name,
                connector=str(connector.number),
                error=text,
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
