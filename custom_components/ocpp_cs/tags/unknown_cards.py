"""Repair issues for unknown cards that are refused repeatedly."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import DOMAIN
from ..csms.access.authorization import AuthorizationStatus, TagAuthorizer
from ..csms.model.tags import Tag, is_masked, tag_key
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .registry import is_id_tag

_TIMES = 3
_WITHIN = timedelta(hours=1)
_MAX_FOLLOWED = 50
_MAX_SHOWN = 3
"""The maximum number of issues, without those that the user ignores."""


class UnknownCards(Component):
    """Counts the cards that are refused at the chargers of a server.

    The shown issues are only in the issue registry, so that they can be cleared after a
    restart of the server, too.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        authorizer: TagAuthorizer,
        is_others: Callable[[str, str], bool] = lambda charge_point_id, id_tag: False,
    ) -> None:
        """Start without cards.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            authorizer: Decides whether a card is still refused.
            is_others: Returns whether a card is that of a backend, by the ids of the
                charge point and of the card: who refused it there cannot be mended here.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._authorizer = authorizer
        self._is_others = is_others
        self._refused: dict[str, deque[datetime]] = {}

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Listen to the authorizations of a charger."""

        @callback
        def heard(kind: str, data: dict[str, Any]) -> None:
            if (
                kind == "authorization"
                and data["name"] is None
                and data["status"] is AuthorizationStatus.INVALID
                and not is_masked(data["id_tag"])
                and is_id_tag(id_tag := data["id_tag"].strip(" \t\r\n\0"))
                and not self._is_others(charger.charge_point.id, id_tag)
            ):
                self._count(charger, id_tag)

        self._subscriptions.add(charger, charger.charge_point.listen(heard))

    def _count(self, charger: Charger, id_tag: str) -> None:
        now, key = dt_util.utcnow(), tag_key(id_tag)
        times = self._refused.pop(key, None) or deque(maxlen=_TIMES)
        times.append(now)
        # The dict is ordered by the last refusal.
        self._refused[key] = times
        if len(self._refused) > _MAX_FOLLOWED:
            del self._refused[next(iter(self._refused))]
        if len(times) == _TIMES and now - times[0] <= _WITHIN:
            self._show(charger, id_tag)

    def _about(self, id_tag: str) -> str:
        """Return the id of an issue: a digest, as id tags are private, and any text."""
        digest = sha256(tag_key(id_tag).encode()).hexdigest()[:16]
        return f"{digest}_{self._entry.entry_id}"

    def _shown(self) -> Iterator[ir.IssueEntry]:
        """Yield the issues of this server, from the oldest to the newest."""
        found = [
            issue
            for issue in ir.async_get(self._hass).issues.values()
            if issue.domain == DOMAIN
            and issue.active
            and issue.translation_key == "unknown_tag"
            and issue.data is not None
            and issue.data["entry_id"] == self._entry.entry_id
        ]
        yield from sorted(found, key=lambda issue: issue.created)

    def _show(self, charger: Charger, id_tag: str) -> None:
        about = self._about(id_tag)
        others = [
            issue
            for issue in self._shown()
            if issue.dismissed_version is None
            and issue.issue_id != issue_id("unknown_tag", about)
        ]
        for issue in others[: len(others) - _MAX_SHOWN + 1]:
            ir.async_delete_issue(self._hass, DOMAIN, issue.issue_id)
        async_raise_issue(
            self._hass,
            "unknown_tag",
            about,
            fix_data={
                "entry_id": self._entry.entry_id,
                "charge_point_id": charger.charge_point.id,
                "id_tag": id_tag,
            },
            tag=id_tag,
            charger=charger.name,
        )

    @override
    @callback
    def async_update(self) -> None:
        """Clear issues of cards that were added, or are accepted by now."""
        for issue in list(self._shown()):
            assert issue.data is not None  # or it would not be among them
            id_tag = str(issue.data["id_tag"])
            authorization = self._authorizer.authorize(
                str(issue.data["charge_point_id"]), Tag(id_tag)
            )
            if (
                authorization.tag is not None
                or authorization.status is AuthorizationStatus.ACCEPTED
            ):
                self._refused.pop(tag_key(id_tag), None)
                async_clear_issue(self._hass, "unknown_tag", self._about(id_tag))
