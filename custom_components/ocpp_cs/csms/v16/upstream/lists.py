"""The local list and the cache of a charge point, as an upstream in OCPP 1.6 sees them."""

from typing import Final

from ...access.authorization import AuthorizationStatus
from ...schema.spelling import snake
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.requests import Requests
from ...upstream.asked.tag_list import ListEntry
from ...upstream.model import Role
from ...upstream.speech import Decision
from .answers import answer

_UPDATE_STATUSES: Final = {
    "accepted": "Accepted",
    "failed": "Failed",
    "version_mismatch": "VersionMismatch",
}
_NO_LIST: Final = -1
"""The version of a charge point without a local list (5.10)."""


def handlers(requests: Requests) -> dict[str, UpstreamHandler]:
    """Return the handlers of local list and cache, by action."""
    tags = requests.tags

    def clear_cache(payload: Json) -> Json:
        """Forget what the upstream has decided (5.4)."""
        return answer(accepted=tags.clear_cache())

    def get_local_list_version(payload: Json) -> Json:
        """Return the version of its list (5.10)."""
        has_list = requests.settings.has(Role.AUTHORIZE)
        return {"listVersion": tags.version if has_list else _NO_LIST}

    def send_local_list(payload: Json) -> Json:
        """Keep its list (5.15)."""
        if not requests.settings.has(Role.AUTHORIZE):
            return {"status": "NotSupported"}
        status = tags.send(
            version=payload["listVersion"],
            full=payload["updateType"] == "Full",
            entries=[
                _entry(one) for one in payload.get("localAuthorizationList") or ()
            ],
        )
        return {"status": _UPDATE_STATUSES[status]}

    return {
        "ClearCache": clear_cache,
        "GetLocalListVersion": get_local_list_version,
        "SendLocalList": send_local_list,
    }


def _entry(data: Json) -> ListEntry:
    """Read an AuthorizationData (7.1)."""
    info = data.get("idTagInfo")
    if info is None:
        return ListEntry(id_tag=data["idTag"], decision=None)
    return ListEntry(
        id_tag=data["idTag"],
        decision=Decision(
            status=AuthorizationStatus(snake(info["status"])),
            expires=time_of(info, "expiryDate"),
            parent_id_tag=info.get("parentIdTag"),
        ),
    )
