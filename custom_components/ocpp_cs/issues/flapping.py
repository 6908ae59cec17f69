"""A repair for chargers that come and go all the time."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

from . import async_clear_issue, async_raise_issue

if TYPE_CHECKING:
    from ..chargers.charger import Charger


class Flapping:
    """Follows the connections of the chargers of one server."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow none yet."""
        self._hass = hass
        self._unwatch: dict[str, tuple[Charger, Callable[[], None]]] = {}

    @callback
    def async_follow(self, charger: Charger) -> None:
        """Tell when a charger reconnects again and again, and when that is over."""
        restarts = charger.charge_point.restarts

        @callback
        def changed() -> None:
            if restarts.flapping:
                async_raise_issue(
                    self._hass, "flapping", charger.subentry_id, name=charger.name
                )
            else:
                async_clear_issue(self._hass, "flapping", charger.subentry_id)

        self._unwatch[charger.subentry_id] = (
            charger,
            charger.charge_point.watch(("flapping",), changed),
        )
        changed()

    @callback
    def async_tick(self) -> None:
        """Let time pass; once a minute."""
        for charger, _ in self._unwatch.values():
            charger.charge_point.restarts.look()

    @callback
    def async_forget(self, charger: Charger) -> None:
        """Forget a charger that was removed."""
        self._unwatch.pop(charger.subentry_id)[1]()

    @callback
    def async_stop(self) -> None:
        """Stop watching; the repair is about what went on until now."""
        for charger, unwatch in self._unwatch.values():
            unwatch()
            async_clear_issue(self._hass, "flapping", charger.subentry_id)
        self._unwatch.clear()
