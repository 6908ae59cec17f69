"""The local list and reservations (D01, D02, H01, H02)."""

from typing import Any

from ...access.reservations import Reservation
from ...commands import Answer
from ...model.errors import InvalidRequestError, NoReservationError, RefusedError
from ...model.model import utcnow
from ...model.tags import tag_key
from ..commands import Fields, V2Commands
from ..spelling import group_token, list_entry
from .fields import kind_of, spelled, token_given

_LIST = "SendLocalList"


async def send_local_list(commands: V2Commands, fields: Fields) -> Answer:
    """Replace (`full`) or change (`differential`) the local list (D01).

    Without a list the known id tags are sent: see `LocalList.send`. Without a version
    the next one is used and added to the answer.

    Raises:
        InvalidRequestError: A version is 0 (D01.FR.18), or a tag is listed twice
            (D01.FR.06).
    """
    version, update_type = fields.get("list_version"), fields.get("update_type")
    if version is not None and version < 1:
        raise InvalidRequestError(_LIST, "list_version", "must not be below 1")
    local_list = commands.charge_point.local_list
    if (entries := fields.get("local_authorization_list")) is None:
        return await local_list.send(update_type=update_type, list_version=version)
    if update_type is None:
        raise InvalidRequestError(_LIST, "update_type", "must be given with a list")
    read = [_entry(spelled(entry), commands.version) for entry in entries]
    _check_unique(read)
    new = {}
    if version is None:
        version = await local_list.next_version()
        new = {"list_version": version}
    answer = await commands.caller.send(
        _LIST,
        version_number=version,
        update_type=update_type,
        local_authorization_list=read or None,
    )
    local_list.replaced(version)
    return answer | new


def _entry(entry: Fields, version: str) -> dict[str, Any]:
    """Return an AuthorizationData (2.2) of an entry of OCPP 1.6, or of OCPP 2."""
    if (tag := entry.get("id_tag")) is None:
        return entry
    info, kind = entry.get("id_tag_info"), entry.get("id_token_type")
    return list_entry(
        str(tag),
        None if info is None else spelled(info),
        None if kind is None else kind_of(kind),
        version=version,
    )


def _check_unique(entries: list[dict[str, Any]]) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        token = spelled(entry.get("id_token") or {})
        key = (tag_key(str(token.get("id_token"))), str(token.get("type")))
        if key in seen:
            raise InvalidRequestError(
                _LIST, "local_authorization_list", f"has {token['id_token']} twice"
            )
        seen.add(key)


async def reserve_now(commands: V2Commands, fields: Fields) -> Answer:
    """Reserve an EVSE, or any with 0 (H01).

    Without a reservation id a new one is used and added to the answer.
    """
    reservations = commands.charge_point.reservations
    new = {}
    if (number := fields.get("reservation_id")) is None:
        number = reservations.new_id()
        new = {"reservation_id": number}
    evse, expires = fields["connector_id"], fields["expiry_date"]
    tag, group = fields["id_tag"], fields.get("parent_id_tag")
    reservations.asked(
        Reservation(
            id=number,
            connector_id=evse,
            id_tag=tag,
            parent_id_tag=group,
            expires=expires,
            made=utcnow(),
        )
    )
    accepted = False
    try:
        answer = await commands.caller.send(
            "ReserveNow",
            id=number,
            expiry_date_time=expires,
            connector_type=fields.get("connector_type"),
            id_token=token_given(commands, {**fields}),
            evse_id=evse or None,
            group_id_token=None if group is None else group_token(group),
        )
        accepted = True
    finally:
        reservations.answered(number, accepted=accepted)
    return answer | new


async def cancel_reservation(commands: V2Commands, fields: Fields) -> Answer:
    """Cancel a reservation (H02).

    Without an id the only reservation, or that of the EVSE, is cancelled and its id
    added to the answer.

    Raises:
        NoReservationError: There is not exactly one such reservation.
    """
    reservations = commands.charge_point.reservations
    number, new = fields.get("reservation_id"), {}
    if number is None:
        meant = reservations.meant(fields.get("connector_id"))
        if len(meant) != 1:
            raise NoReservationError("CancelReservation", len(meant))
        number = meant[0].id
        new = {"reservation_id": number}
    try:
        answer = await commands.caller.send("CancelReservation", reservation_id=number)
    except RefusedError:
        # H02.FR.01: the station has no such reservation.
        reservations.cancelled(number)
        raise
    reservations.cancelled(number)
    return answer | new
