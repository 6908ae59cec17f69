"""The names of backends, kept after they are removed: their sessions stay in the books."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..chargers.component import Component
from ..chargers.store import SERVER, Memory
from .subentries import CONF_PAYS, upstreams_of

_RECORD: Final = "backend_names"
_MOST: Final = 50
"""The names that are kept; those of the backends that were removed first go first."""


class BackendNames(Component):
    """Knows the names of all backends, also of removed ones."""

    def __init__(self, entry: ConfigEntry[Any], memory: Memory) -> None:
        """Recall the names from before the restart."""
        super().__init__()
        self._entry = entry
        self._memory = memory
        self._names: dict[str, str] = {}
        self.present: Mapping[str, bool] = {}
        """The id of each backend that there is -> whether it pays."""
        memory.async_recall(SERVER, _RECORD, self._load)

    @property
    def names(self) -> Mapping[str, str]:
        """The names, by the id of the subentry."""
        return self._names

    @override
    @callback
    def async_start(self) -> None:
        """Note the present names."""
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Note the present names."""
        subentries = upstreams_of(self._entry)
        self.present = {
            one.subentry_id: bool(one.data.get(CONF_PAYS)) for one in subentries
        }
        present = {one.subentry_id: one.title for one in subentries}
        removed = {key: name for key, name in self._names.items() if key not in present}
        # A backend that there is stands behind the removed ones.
        names = {**removed, **present}
        self._names = dict(list(names.items())[-_MOST:])
        if self._names or self._memory.get(SERVER, _RECORD):
            # A copy, as the memory compares what it has with what it gets.
            self._memory.async_set(SERVER, _RECORD, dict(self._names))

    def _load(self, record: Any) -> None:
        self._names = {str(key): str(name) for key, name in record.items()}
