"""Events for the cards that are presented at a charge point."""

from datetime import datetime, timedelta

from ..model.changes import Emit
from ..model.model import utcnow
from ..model.tags import tag_key
from .authorization import Authorization

_FRESH = timedelta(minutes=5)
"""The maximum age of an event; older reports are from an offline period."""


class CardReads:
    """Emits each presented card once, by `ChargePoint.emit` as `authorization`.

    The data: `id_tag` (in the owner's spelling, or that of the charge point for an
    unknown id tag), `name` (None if it is unknown), `status`, `connector_id` (None if
    it is not reported), `own` (it is the id tag of remote starts, so that there may be
    no card).

    A card causes several messages: Authorize (OCPP 1.6, 4.1), unless the charge point
    has authorized it locally, and then StartTransaction or StopTransaction with the
    same id tag.
    """

    def __init__(self, emit: Emit) -> None:
        """Emit events by `emit`."""
        self._emit = emit
        self._asked: tuple[str, str, datetime] | None = None

    def asked(self, id_tag: str, authorization: Authorization) -> None:
        """Emit the id tag of an Authorize."""
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
        """Emit the id tag of a StartTransaction or StopTransaction.

        Nothing is emitted if its Authorize was, or if it is old.

        Args:
            authorization: The decision on it.
            when: The time of the start or stop by our clock.
            connector_id: The connector, if it is known.
        """
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
        # That of a key code is masked, and differs from the known one.
        is_legible = tag is not None and tag_key(tag.id) == tag_key(id_tag)
        self._emit(
            "authorization",
            {
                "id_tag": tag.id if tag is not None and is_legible else id_tag,
                "name": None if tag is None else tag.name,
                "status": authorization.status,
                "connector_id": connector_id,
                "own": authorization.own,
            },
        )
