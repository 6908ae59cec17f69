"""Repair issues for meters, and other inputs, that tell nothing while they are needed."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, callback

from ..foreign_text import Markdown, shown as as_code
from ..issues import async_clear_issue, async_raise_issue

_PATIENCE_S: Final = 300.0
"""Seconds without values before the issue is raised; covers restarts of a meter."""

ISSUES: Final = {
    "meter": "meter_silent",
    "circuit": "circuit_silent",
    "ceiling": "ceiling_silent",
}
"""The kind of the repair issue of each kind of input."""


class MeterWatch:
    """Checks the entities of one kind of input of a server."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], kind: str = "meter"
    ) -> None:
        """Start without silent entities; `kind` is a key of `ISSUES`."""
        self._kind = kind
        self._hass = hass
        self._entry = entry
        self._since: dict[str, float] = {}
        """By entity: the time since which it has reported no valid value."""
        self._shown: dict[str, str] = {}

    @callback
    def async_look(self, unheard: Mapping[str, float], now: float) -> None:
        """Raise the repair issue, update or clear it.

        Args:
            unheard: By silent entity: the time of its last value, in s.
            now: The time in s.
        """
        self._since = {
            entity_id: self._since.get(entity_id, since)
            for entity_id, since in unheard.items()
        }
        shown = {
            entity_id: self._said(entity_id)
            for entity_id, since in self._since.items()
            if now - since >= _PATIENCE_S
        }
        if shown == self._shown:
            return
        self._shown = shown
        if not shown:
            async_clear_issue(self._hass, ISSUES[self._kind], self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            ISSUES[self._kind],
            self._entry.entry_id,
            server=self._entry.title,
            entities=Markdown("\n".join(f"- {text}" for text in shown.values())),
        )

    def _said(self, entity_id: str) -> str:
        """Return the name and state of an entity, if there is any."""
        if (state := self._hass.states.get(entity_id)) is None:
            return f"`{entity_id}`: –"
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")
        return (
            f"{as_code(state.name)} (`{entity_id}`): {as_code(f'{state.state} {unit}')}"
        )

    @callback
    def async_clear(self) -> None:
        """Clear the repair issue: the meter is not needed, or it was replaced."""
        self._since = {}
        if self._shown:
            self._shown = {}
            async_clear_issue(self._hass, ISSUES[self._kind], self._entry.entry_id)
