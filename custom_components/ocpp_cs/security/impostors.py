"""Repair issues for devices that connect with the id of a known charger.

The central system detects them in `csms.acquaintance` and `csms.takeovers`.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import REMOTE, Memory
from ..const import DOMAIN
from ..csms.admission.takeovers import SUSPICIOUS
from ..csms.model.model import Identity
from ..issues import async_clear_issue, async_raise_issue, issue_id

_HOME = "home"
"""The kind of record with the address that is certainly the charger's own."""

_QUIET = timedelta(minutes=10)
"""No new issue for this time after the user has closed it, to leave time for a fix."""


class Impostors(Component):
    """Watches for other devices that use the ids of a server's chargers."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Initialize; `memory` has the last addresses of chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._others: dict[str, str] = {}
        """Subentry of a charger -> address of another device with its id."""
        self._told: dict[str, datetime] = {}
        """Subentry of a charger -> time of the last issue about two devices."""

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch a charger."""
        charge_point = charger.charge_point
        charge_point.acquaintance.recall(
            self._memory.get(charge_point.id, REMOTE)
            or (charge_point.remote if charge_point.connected else None),
            self._memory.get(charge_point.id, _HOME),
        )
        known = partial(self._known_changed, charger)
        self._subscriptions.add(
            charger,
            charge_point.watch(("known",), known),
            charge_point.listen(partial(self._heard, charger)),
        )
        known()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a removed charger; its issues are cleared elsewhere."""
        super().async_detach(charger)
        self._others.pop(charger.subentry_id, None)
        self._told.pop(charger.subentry_id, None)

    @override
    @callback
    def async_stop(self) -> None:
        """Stop watching, and clear the issues about open connections."""
        for charger in self._subscriptions:
            async_clear_issue(self._hass, "new_address", charger.subentry_id)
        super().async_stop()

    def _known_changed(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        acquaintance = charge_point.acquaintance
        if not charge_point.connected or acquaintance.is_known:
            async_clear_issue(self._hass, "new_address", charger.subentry_id)
        if acquaintance.is_known and acquaintance.address is not None:
            self._memory.async_set(charge_point.id, REMOTE, acquaintance.address)
            self._memory.async_set(charge_point.id, _HOME, acquaintance.home)

    @callback
    def _heard(self, charger: Charger, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "kept":
                self._raise_used_twice(charger, data["old"], data["new"])
            case "taken_over" if data["count"] >= SUSPICIOUS:
                self._raise_used_twice(charger, data["old"], data["new"])
            case "another_device":
                self._raise_another(charger, data["identity"])
            case "same_device":
                async_clear_issue(self._hass, "another_device", charger.subentry_id)
                other = self._others.pop(charger.subentry_id, None)
                if other is not None:
                    self._raise_used_twice(
                        charger, charger.charge_point.remote or "", other
                    )
            case "withheld" if charger.charge_point.acquaintance.claim is None:
                self._raise_new_address(charger, data["action"])

    def _fix_data(self, charger: Charger) -> dict[str, str | int | float | None]:
        return {
            "entry_id": self._entry.entry_id,
            "subentry_id": charger.subentry_id,
        }

    def _raise_used_twice(self, charger: Charger, old: str, new: str) -> None:
        about, now = charger.subentry_id, dt_util.utcnow()
        issue = ir.async_get(self._hass).async_get_issue(
            DOMAIN, issue_id("id_used_twice", about)
        )
        told = self._told.get(about)
        if issue is None and told is not None and now - told < _QUIET:
            # The user has closed the issue.
            return
        self._told[about] = now
        async_raise_issue(
            self._hass,
            "id_used_twice",
            about,
            fix_data=self._fix_data(charger),
            charger=charger.name,
            id=charger.charge_point.id,
            first=old,
            second=new,
        )

    def _raise_another(self, charger: Charger, told: Identity) -> None:
        charge_point = charger.charge_point
        self._others[charger.subentry_id] = charge_point.remote or ""
        async_raise_issue(
            self._hass,
            "another_device",
            charger.subentry_id,
            fix_data={
                **self._fix_data(charger),
                "vendor": told.vendor,
                "model": told.model,
                "serial": told.serial,
                "firmware": told.firmware,
            },
            charger=charger.name,
            id=charge_point.id,
            remote=charge_point.remote or "",
            known=_described(charge_point.identity),
            told=_described(told),
        )

    def _raise_new_address(self, charger: Charger, action: str) -> None:
        charge_point = charger.charge_point
        async_raise_issue(
            self._hass,
            "new_address",
            charger.subentry_id,
            fix_data=self._fix_data(charger),
            charger=charger.name,
            remote=charge_point.remote or "",
            known=charge_point.acquaintance.address or "",
            action=action,
        )


def _described(identity: Identity) -> str:
    """Return vendor, model and serial number of a device in one line."""
    return ", ".join(filter(None, (identity.vendor, identity.model, identity.serial)))
