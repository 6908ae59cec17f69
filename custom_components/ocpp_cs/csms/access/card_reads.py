"""The cards that are presented at a charge point, each of them told once."""

from datetime import datetime, timedelta

from ..model.changes import Emit
from ..model.model import utcnow
from ..model.tags import tag_key
from .authorization import Authorization

_FRESH = timedelta(minutes=5)
"""What happened longer ago was while the charge point was offline: it is no news."""


class CardReads:
    """Tells of cards, by `ChargePoint.emit` as `authorization`.

    The data: `id_tag` (as it is known, or else as the charge point spelled it),
    `name` (None if it is not known), `status`, `connector_id` (None where it is not
    told), `own` (it is the tag of remote starts: there may be no card at all).

    One card sends several messages: Authorize first (4.1), unless the charge point
    knows it already, and then StartTransaction or StopTransaction with the same tag.
    """

    def __init__(self, emit: Emit) -> None:
        """Tell of cards by `emit`."""
        self._emit = emit
        self._asked: tuple[str, str, datetime] | None = None

    def asked(self, id_tag: str, authorization: Authorization) -> None:
        """Tell of an Authorize."""
        self._asked = (tag_key(id_tag), authorization.status, utcnow())
        self._tell(id_tag, authorization, None)

    def used(
        self,
        id_tag: str,
        authorization: Authorization,
        *,
        when: datetime,
        connector_id: int | None,
    ) -> None:
        """Tell of a transaction that began or ended with a tag at `when`."""
        now = utcnow()
        if now - when > _FRESH:
            return
        asked, self._asked = self._asked, None
        if (
            asked is not None
            and asked[:2] == (tag_key(id_tag), authorization.status)
            and now - asked[2] <= _FRESH
        ):
            return
        self._tell(id_tag, authorization, connector_id)

    def _tell(
        self, id_tag: str, authorization: Authorization, connector_id: int | None
    ) -> None:
        tag = authorization.tag
        self._emit(
            "authorization",
            {
                "id_tag": id_tag if tag is None else tag.id,
                "name": None if tag is None else tag.name,
                "status": authorization.status,
                "connector_id": connector_id,
                "own": authorization.own,
            },
        )
