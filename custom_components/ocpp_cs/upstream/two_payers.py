"""A repair issue for two backends that would bill the same sessions."""

from collections.abc import Callable, Iterable
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import DOMAIN
from ..csms.upstream.model import UpstreamSettings
from ..csms.upstream.upstreams import Upstreams
from ..issues import async_clear_issue, async_raise_issue


class TwoPayersWatch(Component):
    """Raises the issue before a session is billed twice, and clears it.

    Until the owner has mended it, only the first of the two is told of a session.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        upstreams: Upstreams,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Start without issues.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            upstreams: The backends.
            chargers: Returns all chargers.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._upstreams = upstreams
        self._chargers = chargers

    @override
    @callback
    def async_update(self) -> None:
        """Look at the settings of the backends."""
        self._look()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Look again: a backend can send a list of cards at any time."""
        self._look()

    def _look(self) -> None:
        names = {one.charge_point.id: one.name for one in self._chargers()}
        # One issue for each pair, with all chargers that it is about.
        found: dict[str, tuple[UpstreamSettings, UpstreamSettings, list[str]]] = {}
        for one in self._upstreams.two_payers():
            about = f"{one.first.id}_{one.second.id}_{self._entry.entry_id}"
            pair = found.setdefault(about, (one.first, one.second, []))
            pair[2].append(names.get(one.charge_point_id, one.charge_point_id))
        for about, (first, second, chargers) in found.items():
            async_raise_issue(
                self._hass,
                "two_payers",
                about,
                first=first.name,
                second=second.name,
                chargers=", ".join(sorted(chargers)),
            )
        for about in self._shown() - found.keys():
            async_clear_issue(self._hass, "two_payers", about)

    def _shown(self) -> set[str]:
        """Return what the issues of this server are about."""
        return {
            issue.issue_id.removeprefix("two_payers_")
            for issue in ir.async_get(self._hass).issues.values()
            if issue.domain == DOMAIN
            and issue.active
            and issue.translation_key == "two_payers"
            and issue.issue_id.endswith(self._entry.entry_id)
        }
