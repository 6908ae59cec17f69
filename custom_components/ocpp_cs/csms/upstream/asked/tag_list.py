"""What an upstream has decided on id tags; it is kept here, not in the charge point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ...access.authorization import AuthorizationStatus
from ...model.model import utcnow
from ...model.tags import Tag, TagKind, tag_key
from ...model.timestamps import parse_time
from ..memory import StationMemory
from ..model import Role, UpstreamSettings
from ..speech import Decision

MOST_ENTRIES: Final = 1000
"""The id tags that a local list may have."""

_MOST_DECISIONS: Final = 200
"""The decisions that are remembered; the oldest ones are forgotten first."""

_FRESH: Final = timedelta(minutes=5)
"""The time in which a consent counts without another question: the charge point asks
when the card is presented, and again when the session starts."""

_FRESH_REFUSAL: Final = timedelta(seconds=10)
"""As above for a refusal: the driver may have called, and tries once more."""

_LIST: Final = "tag_list"
_DECISIONS: Final = "tag_decisions"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """An entry of a local list (1.6: 7.1; 2.0.1: 2.5)."""

    id_tag: str
    decision: Decision | None
    """None removes the id tag from the list, in a differential update."""


class TagList:
    """The local list that one upstream has sent for one charge point, and its decisions.

    They count while the upstream cannot be asked.
    """

    def __init__(self, settings: UpstreamSettings, memory: StationMemory) -> None:
        """Begin with the list of before."""
        self._settings = settings
        self._memory = memory
        self._recent: dict[str, tuple[Decision, datetime]] = {}
        """Key of an id tag -> the last decision, and when it was made.

        Those of key codes are here only, as they must not be stored (2.0.1: C04).
        """

    @property
    def version(self) -> int:
        """The version of the list; 0 is none."""
        version = self._stored(_LIST).get("version")
        return version if isinstance(version, int) else 0

    def send(self, *, version: int, full: bool, entries: Sequence[ListEntry]) -> str:
        """Replace or change the list (1.6: 5.15; 2.0.1: D01).

        Returns:
            `accepted`, `failed` or `version_mismatch`.
        """
        if not self._settings.has(Role.AUTHORIZE) or version <= 0:
            return "failed"
        if not full and version <= self.version:
            return "version_mismatch"
        keys = [tag_key(one.id_tag) for one in entries]
        if len(set(keys)) < len(keys) or "" in keys:
            return "failed"
        tags = {} if full else dict(self._entries)
        for key, entry in zip(keys, entries, strict=True):
            if entry.decision is not None:
                tags[key] = _record(entry.decision)
            elif full:
                return "failed"
            else:
                tags.pop(key, None)
        if len(tags) > MOST_ENTRIES:
            return "failed"
        self._memory.promise(_LIST, {"version": version, "tags": tags})
        return "accepted"

    def clear_cache(self) -> bool:
        """Forget what the upstream has decided before (1.6: 5.4; 2.0.1: C11)."""
        if not self._settings.has(Role.AUTHORIZE):
            return False
        self._recent.clear()
        self._memory.put(_DECISIONS, None)
        return True

    # What is known of an id tag.

    def note(self, tag: Tag, decision: Decision) -> None:
        """Remember what the upstream has decided on an id tag."""
        recent, key = self._recent, tag.key
        recent.pop(key, None)
        recent[key] = (decision, utcnow())
        if len(recent) > _MOST_DECISIONS:
            del recent[next(iter(recent))]
        if (
            tag.kind is TagKind.KEY_CODE
            or decision.status is AuthorizationStatus.CONCURRENT_TX
        ):
            return
        known = dict(self._stored(_DECISIONS))
        known.pop(key, None)
        known[key] = _record(decision)
        while len(known) > _MOST_DECISIONS:
            del known[next(iter(known))]
        self._memory.put(_DECISIONS, known)

    def fresh(self, tag_key: str) -> Decision | None:
        """Return a decision that was made just now; None if there is none."""
        decision, made = self._recent.get(tag_key, (None, utcnow()))
        if decision is None or _is_over(decision):
            return None
        limit = (
            _FRESH
            if decision.status is AuthorizationStatus.ACCEPTED
            else _FRESH_REFUSAL
        )
        return decision if utcnow() - made <= limit else None

    def decided(self, tag_key: str) -> Decision | None:
        """Return the last decision on an id tag; None if there is none that counts."""
        if (fresh := self.fresh(tag_key)) is not None:
            return fresh
        recent, _ = self._recent.get(tag_key, (None, None))
        decision = (
            recent
            if recent is not None
            and recent.status is not AuthorizationStatus.CONCURRENT_TX
            else _decision(self._stored(_DECISIONS).get(tag_key))
        )
        return None if decision is None or _is_over(decision) else decision

    def listed(self, tag_key: str) -> Decision | None:
        """Return what the local list says of an id tag; None if it is not in it."""
        decision = _decision(self._entries.get(tag_key))
        if decision is not None and _is_over(decision):
            return Decision(
                status=AuthorizationStatus.EXPIRED,
                expires=decision.expires,
                parent_id_tag=decision.parent_id_tag,
            )
        return decision

    @property
    def keys(self) -> frozenset[str]:
        """The keys (see `tag_key`) of the id tags in the local list."""
        return frozenset(self._entries)

    @property
    def _entries(self) -> Mapping[str, Any]:
        entries = self._stored(_LIST).get("tags")
        return entries if isinstance(entries, dict) else {}

    def _stored(self, name: str) -> Mapping[str, Any]:
        stored = self._memory.get(name)
        return stored if isinstance(stored, dict) else {}


def _is_over(decision: Decision) -> bool:
    """Return whether a consent has expired."""
    return (
        decision.status is AuthorizationStatus.ACCEPTED
        and decision.expires is not None
        and decision.expires <= utcnow()
    )


def _record(decision: Decision) -> list[str | None]:
    expires = decision.expires
    return [
        decision.status.value,
        None if expires is None else expires.isoformat(),
        decision.parent_id_tag,
    ]


def _decision(record: Any) -> Decision | None:
    """Return a decision from its record; None if it makes no sense."""
    if not isinstance(record, list) or len(record) != 3:
        return None
    status, expires, parent = record
    if status not in AuthorizationStatus:
        return None
    return Decision(
        status=AuthorizationStatus(status),
        expires=parse_time(expires) if isinstance(expires, str) else None,
        parent_id_tag=parent if isinstance(parent, str) else None,
    )
