"""A repair issue for each charger that reports a fault."""

from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from ..chargers.charger import Charger
from ..const import DOMAIN
from ..csms.model.model import ChargePointError, ConnectorStatus
from ..foreign_text import SENTENCE, shown
from . import async_clear_issue, async_raise_issue
from .watcher import ConnectorWatcher

_ERROR = f"component.{DOMAIN}.entity.sensor.error_code.state."


class Faults(ConnectorWatcher):
    """Raises an issue while a connector of a charger is faulted."""

    fields = ("status", "error_code")

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch a charger, as a whole and its connectors."""
        super().async_attach(charger)
        self._subscriptions.add(
            charger,
            charger.charge_point.whole.watch(self.fields, lambda: self.show(charger)),
        )

    @override
    def show(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        faulted = [
            connector
            for connector in (charge_point.whole, *charge_point.connectors.values())
            if connector.status is ConnectorStatus.FAULTED
        ]
        if not faulted:
            async_clear_issue(self._hass, "charger_fault", charger.subentry_id)
            return
        first = faulted[0]
        async_raise_issue(
            self._hass,
            "charger_fault",
            charger.subentry_id,
            name=charger.connector_name(first.number) if first.number else charger.name,
            error=shown(
                _words_of(self._hass, first.error_code, first.vendor_error_code),
                SENTENCE,
            ),
        )


def _words_of(
    hass: HomeAssistant, code: ChargePointError | None, vendor: str | None
) -> str:
    """Return an error in words, with the code of the vendor."""
    error = "" if code is None else str(code.value)
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    said = texts.get(_ERROR + error, error)
    return f"{said} ({vendor})" if vendor else said
