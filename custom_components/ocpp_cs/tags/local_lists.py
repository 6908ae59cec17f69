"""Keeps the local lists of chargers in sync with the id tags, if enabled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..chargers.charger import Charger
from ..chargers.component import Component, guarded
from ..chargers.store import Memory
from ..const import CONF_KEEP_LOCAL_LIST, DOMAIN, LOGGER
from ..csms.access.authorization import TagAuthorizer
from ..csms.access.local_list import Entries, LocalList, SentList, listed_tags
from ..csms.model.errors import (
    ConnectionLostError,
    CsmsError,
    NotConnectedError,
    NotKnownError,
)
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, shown
from ..issues import async_clear_issue, async_raise_issue

_RECORD = "local_list"

_MERGE_SECONDS = 2.0
"""Seconds to wait for further changes of id tags after the first one."""


@dataclass(kw_only=True, slots=True, eq=False)
class _Followed:
    """A charger with the state of its synchronization."""

    charger: Charger
    keeps: bool = False
    """True if the user wants its local list in sync."""
    tried: Entries | None = None
    """The entries of the last attempt."""
    cancel_timer: Callable[[], None] | None = None

    @property
    def local_list(self) -> LocalList:
        """The local list of the charger."""
        return self.charger.charge_point.local_list

    def stop(self) -> None:
        """Stop the synchronization."""
        self.keeps = False
        self.stop_timer()

    def stop_timer(self) -> None:
        """Cancel the pending synchronization."""
        if self.cancel_timer is not None:
            self.cancel_timer()
            self.cancel_timer = None


def _nothing() -> None:
    """Do nothing."""


class LocalLists(Component):
    """The local lists of all chargers of a server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        authorizer: TagAuthorizer,
        memory: Memory,
    ) -> None:
        """Start without chargers.

        `authorizer` provides the id tags of the lists, `memory` stores the lists that
        were sent.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._authorizer = authorizer
        self._memory = memory
        self._followed: dict[str, _Followed] = {}

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Synchronize the list of a charger whenever it connects."""
        one = self._followed[charger.subentry_id] = _Followed(charger=charger)
        charge_point, local_list = charger.charge_point, one.local_list
        local_list.wanted = partial(listed_tags, self._authorizer, charge_point.id)

        def sent(record: dict[str, Any]) -> None:
            local_list.sent = SentList.from_record(record)

        self._memory.async_recall(charge_point.id, _RECORD, sent)
        local_list.changed = partial(self._sent, one)
        self._subscriptions.add(
            charger,
            charge_point.watch(("ready", "known"), partial(self._ready_changed, one)),
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger that was removed."""
        super().async_detach(charger)
        if (one := self._followed.pop(charger.subentry_id, None)) is not None:
            one.stop()
            one.local_list.changed = _nothing

    @override
    @callback
    def async_stop(self) -> None:
        """Stop all synchronizations."""
        super().async_stop()
        for one in self._followed.values():
            one.stop()

    @override
    @callback
    def async_update(self) -> None:
        """Apply changes of id tags, policies and chargers."""
        for one in self._followed.values():
            with guarded("The local list", one.charger.name):
                self._update(one)

    def _update(self, one: _Followed) -> None:
        kept = one.keeps
        one.keeps = bool(one.charger.subentry.data.get(CONF_KEEP_LOCAL_LIST))
        if not one.keeps:
            one.stop_timer()
            self._clear_issue(one)
        elif not kept or one.local_list.wanted() != one.tried:
            self._see_to_it_soon(one)

    def _see_to_it_soon(self, one: _Followed) -> None:
        if one.cancel_timer is None and one.charger.charge_point.ready:

            @callback
            def due(_now: datetime) -> None:
                one.cancel_timer = None
                self._see_to_it(one)

            one.cancel_timer = async_call_later(self._hass, _MERGE_SECONDS, due)

    def _ready_changed(self, one: _Followed) -> None:
        # Only after a connection, not with a repeated identity.
        if one.keeps and one.charger.charge_point.ready:
            one.stop_timer()
            self._see_to_it(one)

    def _see_to_it(self, one: _Followed) -> None:
        if not one.charger.charge_point.acquaintance.is_known:
            # Unverified chargers must not receive the id tags.
            return
        one.tried = one.local_list.wanted()
        self._entry.async_create_background_task(
            self._hass,
            self._keep(one),
            f"{DOMAIN} local list of {one.charger.charge_point.id}",
        )

    async def _keep(self, one: _Followed) -> None:
        charger = one.charger
        try:
            await one.local_list.keep()
        except NotConnectedError, ConnectionLostError, NotKnownError:
            # It is retried with the next connection, or once the charger is verified.
            return
        except CsmsError as err:
            text = await async_text(self._hass, translated(err, charger.name))
            if one.keeps:
                LOGGER.warning("The local list is out of step: %s", text)
                async_raise_issue(
                    self._hass,
                    "local_list_out_of_step",
                    charger.subentry_id,
                    fix_data={
                        "entry_id": self._entry.entry_id,
                        "subentry_id": charger.subentry_id,
                    },
                    charger=charger.name,
                    error=shown(text, SENTENCE),
                )
        else:
            self._clear_issue(one)

    def _sent(self, one: _Followed) -> None:
        """Store the list that the charger has now."""
        local_list = one.local_list
        self._memory.async_set(
            one.charger.charge_point.id, _RECORD, local_list.sent.as_record()
        )
        if local_list.is_as_wanted:
            self._clear_issue(one)

    def _clear_issue(self, one: _Followed) -> None:
        async_clear_issue(self._hass, "local_list_out_of_step", one.charger.subentry_id)


async def async_send_whole_list(charger: Charger) -> None:
    """Send the complete list to a charger. Raises HomeAssistantError."""
    try:
        await charger.charge_point.local_list.keep(whole=True)
    except CsmsError as err:
        raise translated(err, charger.name) from err
