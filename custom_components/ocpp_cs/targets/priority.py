"""Priority charging of chargers that know it: a boost that the charger knows of, too."""

from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..charging.control import ModeControl
from ..charging.points import key_of
from ..const import DOMAIN, LOGGER
from ..csms.connector import Connector
from ..csms.model.errors import CsmsError
from ..csms.targets.priority import Priority


class PriorityCharging(Component):
    """Keeps boosts and the priority of sessions in step.

    A session that gets priority, by us or by a button of its charger, is boosted, so that
    charge control does not throttle it. When that boost ends, its priority does.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], control: ModeControl
    ) -> None:
        """Start without chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._control = control
        self._followed: set[str] = set()
        self._boosted: set[str] = set()
        """The connectors whose boost has begun with the priority of their session."""

    @staticmethod
    def offers(charger: Charger, connector: Connector) -> bool:
        """Return whether a charger knows priority charging, or did so before."""
        return (
            charger.charge_point.capabilities.priority_profiles
            or charger.was_registered("priority_charging", connector.number)
        )

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow a charger, as soon as it says that it knows priority charging."""
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(
                ("capabilities", "connectors"), lambda: self._follow(charger)
            ),
        )
        self._follow(charger)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        for connector in charger.charge_point.connectors.values():
            self._followed.discard(key_of(connector))
            self._boosted.discard(key_of(connector))

    def _follow(self, charger: Charger) -> None:
        if not charger.charge_point.capabilities.priority_profiles:
            return
        for connector in charger.charge_point.connectors.values():
            if (key := key_of(connector)) in self._followed:
                continue
            self._followed.add(key)
            self._subscriptions.add(
                charger,
                connector.watch(("priority",), partial(self._told, connector)),
                connector.watch(
                    ("boost", "charge_mode"),
                    partial(self._boost_changed, charger, connector),
                ),
            )

    @callback
    def _told(self, connector: Connector) -> None:
        """Begin a boost with the priority of a session, and end it with that."""
        key, control = key_of(connector), self._control
        if connector.has_priority:
            if control.controls(connector) and not control.boosted(connector):
                control.boost(connector, None)
                self._boosted.add(key)
        elif key in self._boosted:
            self._boosted.discard(key)
            control.end_boost(connector)

    @callback
    def _boost_changed(self, charger: Charger, connector: Connector) -> None:
        """End the priority of a session whose boost has ended."""
        key = key_of(connector)
        if key in self._boosted and not self._control.boosted(connector):
            self._boosted.discard(key)
            if connector.has_priority:
                self._entry.async_create_task(
                    self._hass,
                    self._end(charger, connector),
                    f"{DOMAIN} end of priority charging",
                )

    async def _end(self, charger: Charger, connector: Connector) -> None:
        try:
            await charger.charge_point.part(Priority).use(
                connector.number, activate=False
            )
        except CsmsError as err:
            LOGGER.debug("The priority of a session did not end: %s", err)
