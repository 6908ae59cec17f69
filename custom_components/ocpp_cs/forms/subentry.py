"""Forms of subentries that others may change or delete while they are open."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryFlow,
    UnknownEntry,
    UnknownSubEntry,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow


class SubentryForm(ConfigSubentryFlow):
    """A flow that ends with a message when what it is about was deleted meanwhile."""

    _seen: tuple[str, Mapping[str, Any]] | None = None
    """The name and the data of the subentry when its form was shown."""

    @override
    @callback
    def _get_entry(self) -> ConfigEntry[Any]:
        """Return the config entry."""
        try:
            return super()._get_entry()
        except UnknownEntry as err:
            raise AbortFlow("deleted_meanwhile") from err

    @override
    @callback
    def _get_reconfigure_subentry(self) -> ConfigSubentry:
        """Return the subentry that is changed."""
        try:
            return super()._get_reconfigure_subentry()
        except (UnknownEntry, UnknownSubEntry) as err:
            raise AbortFlow("deleted_meanwhile") from err

    def _changed_by_others(self, subentry: ConfigSubentry) -> dict[str, str]:
        """Return the error if others changed the subentry since its form was shown.

        To be called whenever the form is shown or sent. Whoever sends the form again
        has read it, and is obeyed.
        """
        before, self._seen = self._seen, (subentry.title, dict(subentry.data))
        if before is None or before == self._seen:
            return {}
        return {"base": "changed_meanwhile"}
