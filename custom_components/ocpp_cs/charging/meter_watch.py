"""A repair for a grid meter that has told nothing for long, while it is needed."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, callback

from ..foreign_text import Markdown, shown as as_code
from ..issues import async_clear_issue, async_raise_issue
from .grid import GridInputs

_PATIENCE_S: Final = 300.0
"""Restarts of a meter, or of what reads it, are nobody's concern."""


class MeterWatch:
    """Looks at the entities of a server's grid meter whenever it is told to."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Know of no trouble."""
        self._hass = hass
        self._entry = entry
        self._since: dict[str, float] = {}
        """By entity since when it has told nothing sensible."""
        self._shown: dict[str, str] = {}

    @callback
    def async_look(self, inputs: GridInputs, now: float) -> None:
        """Raise the repair, or take it away."""
        unheard = inputs.unheard(now)
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
            async_clear_issue(self._hass, "meter_silent", self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            "meter_silent",
            self._entry.entry_id,
            server=self._entry.title,
            entities=Markdown("\n".join(f"- {text}" for text in shown.values())),
        )

    def _said(self, entity_id: str) -> str:
        """Return what an entity is called and tells, as far as there is one."""
        if (state := self._hass.states.get(entity_id)) is None:
            return f"`{entity_id}`: –"
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")
        return (
            f"{as_code(state.name)} (`{entity_id}`): {as_code(f'{state.state} {unit}')}"
        )

    @callback
    def async_clear(self) -> None:
        """Take the repair away: nobody needs the meter, or it is another one."""
        self._since = {}
        if self._shown:
            self._shown = {}
            async_clear_issue(self._hass, "meter_silent", self._entry.entry_id)
