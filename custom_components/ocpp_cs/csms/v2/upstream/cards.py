"""The local list and the cache of an upstream (C11, D01, D02)."""

from collections.abc import Mapping

from ...model.errors import CallError, Violation
from ...schema.spelling import pascal
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.requests import Requests
from ...upstream.asked.tag_list import ListEntry
from .answers import accepted, limited
from .variables import MOST_ITEMS
from .words import decision_of


class Cards:
    """Answers what an upstream asks about id tokens."""

    def __init__(self, requests: Requests) -> None:
        """Answer by `requests`."""
        self._tags = requests.tags

    def send_local_list(self, payload: Json) -> Json:
        """Take a list, or its changes."""
        entries = payload.get("localAuthorizationList") or []
        limited(entries, MOST_ITEMS)
        full = payload["updateType"] == "Full"
        version = payload["versionNumber"]
        if version <= 0:
            # D01.FR.18: 0 is no list.
            return {"status": "Failed"}
        if not full and version <= self._tags.version:
            # D01.FR.19.
            return {"status": "VersionMismatch"}
        found: dict[tuple[str, str], ListEntry] = {}
        for entry in entries:
            token, info = entry["idToken"], entry.get("idTokenInfo")
            # A time that cannot be read must not become "never".
            time_of(info or {}, "cacheExpiryDateTime")
            try:
                decision = None if info is None else decision_of(info)
            except ValueError as err:
                raise CallError(Violation.PROPERTY_CONSTRAINT, str(err)) from err
            found[token["type"], token["idToken"].casefold()] = ListEntry(
                id_tag=token["idToken"], decision=decision
            )
        if len(found) < len(entries) or (
            full and any(one.decision is None for one in found.values())
        ):
            # D01.FR.06: a token is there once; a full list has nothing to remove.
            return {"status": "Failed"}
        word = self._tags.send(version=version, full=full, entries=list(found.values()))
        return {"status": pascal(word)}

    def get_local_list_version(self, payload: Json) -> Json:
        """Tell the version of the list; 0 is none."""
        return {"versionNumber": self._tags.version}

    def clear_cache(self, payload: Json) -> Json:
        """Forget what was decided before."""
        return accepted(self._tags.clear_cache())


def handlers(requests: Requests) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    part = Cards(requests)
    return {
        "ClearCache": part.clear_cache,
        "GetLocalListVersion": part.get_local_list_version,
        "SendLocalList": part.send_local_list,
    }
