"""The actions of OCPP 1.6 that a user can call.

These are the 17 messages of OCPP 1.6 and those of the security extension (security
whitepaper, edition 3).
"""

from collections.abc import Mapping
import json
import re

from ..access.reservations import Reservation
from ..commands import Answer
from ..model.errors import (
    FieldProblem,
    InvalidRequestError,
    NoReservationError,
    RefusedError,
)
from ..model.model import new_id, utcnow
from ..schema.spelling import snake
from .commands import Fields, Handler, V16Commands

_LOCATION = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]\S*", re.ASCII | re.IGNORECASE)


def _check_location(action: str, field: str, location: object) -> None:
    """Raise InvalidRequestError unless a location, if given, is a full URI.

    The schemas do not mark all locations as URIs, and do not require an authority.
    """
    if isinstance(location, str) and not _LOCATION.fullmatch(location):
        raise InvalidRequestError(action, field, FieldProblem.NOT_URI)


def _merge(action: str, fields: Fields, name: str, *members: str) -> Fields:
    """Return the object `name` with the members that were given as separate fields.

    The separate fields are removed from `fields`.

    Raises:
        InvalidRequestError: A member is given twice.
    """
    whole = fields.pop(name, None) or {}
    merged = {snake(str(key)): value for key, value in whole.items()}
    for member in members:
        if (value := fields.pop(member, None)) is None:
            continue
        if merged.get(member) is not None:
            raise InvalidRequestError(action, member, f"is in {name} already")
        merged[member] = value
    return merged


async def _send_request(commands: V16Commands, action: str, fields: Fields) -> Answer:
    """Send `action`; add the request id to the answer if it was generated."""
    new = {} if fields.get("request_id") is not None else {"request_id": new_id()}
    return await commands.caller.send(action, **(fields | new)) | new


def _with_profile(commands: V16Commands, fields: Fields, *, of_start: bool) -> Fields:
    """Return `fields` with the user's charging profile converted to the model."""
    profile = fields.get("charging_profile")
    if not isinstance(profile, Mapping):
        return fields
    read = commands.read_charging_profile(profile, of_start=of_start)
    return fields | {"charging_profile": read}


async def _remote_start_transaction(commands: V16Commands, fields: Fields) -> Answer:
    """Start a transaction (5.11), with a charging profile if one is given."""
    return await commands.start_transaction(
        **_with_profile(commands, fields, of_start=True)
    )


async def _set_charging_profile(commands: V16Commands, fields: Fields) -> Answer:
    """Install a charging profile (5.16)."""
    return await commands.set_charging_profile(
        **_with_profile(commands, fields, of_start=False)
    )


async def _change_configuration(commands: V16Commands, fields: Fields) -> Answer:
    """Write a configuration key (5.3)."""
    return await commands.write_setting(name=fields["key"], value=fields["value"])


async def _data_transfer(commands: V16Commands, fields: Fields) -> Answer:
    """Send a vendor-specific message (5.6), and report it to listeners."""
    if not isinstance(data := fields.get("data"), str | None):
        # 1.6 has texts only.
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        fields = fields | {"data": text}
    answer = await commands.caller.exchange("DataTransfer", **fields)
    commands.charge_point.emit(
        "data_transfer",
        {
            "direction": "sent",
            "vendor_id": fields["vendor_id"],
            "message_id": fields.get("message_id"),
            "data": fields.get("data"),
            "status": answer.get("status"),
            "answer": answer.get("data"),
        },
    )
    return commands.caller.agreed("DataTransfer", answer)


async def _send_local_list(commands: V16Commands, fields: Fields) -> Answer:
    """Replace (`full`) or change (`differential`) the local list (5.15).

    Without a list the known id tags are sent: see `LocalList.send`. Without a version
    the next one is used and added to the answer.
    """
    version, update_type = fields.get("list_version"), fields.get("update_type")
    # Errata 3.52: version 0 means that there is no list.
    if version is not None and version < 1:
        raise InvalidRequestError(
            "SendLocalList", "list_version", "must not be below 1"
        )
    local_list = commands.charge_point.local_list
    if (entries := fields.get("local_authorization_list")) is None:
        return await local_list.send(update_type=update_type, list_version=version)
    if update_type is None:
        raise InvalidRequestError(
            "SendLocalList", "update_type", "must be given with a list"
        )
    new = {}
    if version is None:
        version = await local_list.next_version()
        new = {"list_version": version}
    answer = await commands.caller.send(
        "SendLocalList",
        list_version=version,
        update_type=update_type,
        local_authorization_list=entries,
    )
    local_list.replaced(version)
    return answer | new


async def _reserve_now(commands: V16Commands, fields: Fields) -> Answer:
    """Reserve a connector, or any connector with 0 (5.13).

    Without a reservation id a new one is used and added to the answer.
    """
    reservations = commands.charge_point.reservations
    new = {}
    if fields.get("reservation_id") is None:
        new = {"reservation_id": reservations.new_id()}
    fields = fields | new
    reservations.asked(
        Reservation(
            id=fields["reservation_id"],
            connector_id=fields["connector_id"],
            id_tag=fields["id_tag"],
            parent_id_tag=fields.get("parent_id_tag"),
            expires=fields["expiry_date"],
            made=utcnow(),
        )
    )
    accepted = False
    try:
        answer = await commands.caller.send("ReserveNow", **fields)
        accepted = True
    finally:
        reservations.answered(fields["reservation_id"], accepted=accepted)
    return answer | new


async def _cancel_reservation(commands: V16Commands, fields: Fields) -> Answer:
    """Cancel a reservation (5.1).

    Without an id the only reservation, or that of the connector, is cancelled and its
    id added to the answer.

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
        # 5.1: the charge point has no such reservation.
        reservations.cancelled(number)
        raise
    reservations.cancelled(number)
    return answer | new


async def _update_firmware(commands: V16Commands, fields: Fields) -> Answer:
    """Make the charge point download and install firmware, now or later (5.19)."""
    _check_location("UpdateFirmware", "location", fields["location"])
    when = {"retrieve_date": fields.get("retrieve_date") or utcnow()}
    return await commands.caller.send("UpdateFirmware", **(fields | when))


async def _get_diagnostics(commands: V16Commands, fields: Fields) -> Answer:
    """Make the charge point upload diagnostics to a directory (5.9).

    Without a `file_name` in the answer there are no diagnostics.
    """
    _check_location("GetDiagnostics", "location", fields["location"])
    answer = await commands.caller.send("GetDiagnostics", **fields)
    quirks = commands.charge_point.quirks
    if quirks.diagnostics_are_deleted and answer.get("file_name"):
        # The same diagnostics cannot be requested again.
        answer["deleted_by_reading"] = True
    return answer


async def _get_log(commands: V16Commands, fields: Fields) -> Answer:
    """Make the charge point upload a log.

    `log` is OCPP's LogParameters; its members may also be given as separate fields.
    """
    log = _merge(
        "GetLog",
        fields,
        "log",
        "remote_location",
        "oldest_timestamp",
        "latest_timestamp",
    )
    _check_location("GetLog", "log.remote_location", log.get("remote_location"))
    return await _send_request(commands, "GetLog", fields | {"log": log})


async def _signed_update_firmware(commands: V16Commands, fields: Fields) -> Answer:
    """Make the charge point download and install signed firmware, now or later.

    `firmware` is OCPP's Firmware; its members may also be given as separate fields.
    """
    firmware = _merge(
        "SignedUpdateFirmware",
        fields,
        "firmware",
        "location",
        "retrieve_date_time",
        "install_date_time",
        "signing_certificate",
        "signature",
    )
    _check_location(
        "SignedUpdateFirmware", "firmware.location", firmware.get("location")
    )
    if firmware.get("retrieve_date_time") is None:
        firmware["retrieve_date_time"] = utcnow()
    return await _send_request(
        commands, "SignedUpdateFirmware", fields | {"firmware": firmware}
    )


async def _delete_certificate(commands: V16Commands, fields: Fields) -> Answer:
    """Delete a root certificate.

    `certificate_hash_data` is as returned by GetInstalledCertificateIds; its members
    may also be given as separate fields.
    """
    data = _merge(
        "DeleteCertificate",
        fields,
        "certificate_hash_data",
        "hash_algorithm",
        "issuer_name_hash",
        "issuer_key_hash",
        "serial_number",
    )
    return await commands.caller.send("DeleteCertificate", certificate_hash_data=data)


ACTIONS: Mapping[str, str | Handler] = {
    "cancel_reservation": _cancel_reservation,
    "certificate_signed": "CertificateSigned",
    "change_availability": lambda commands, fields: commands.change_availability(
        **fields
    ),
    "change_configuration": _change_configuration,
    "clear_cache": "ClearCache",
    "clear_charging_profile": lambda commands, fields: commands.clear_charging_profile(
        **fields
    ),
    "data_transfer": _data_transfer,
    "delete_certificate": _delete_certificate,
    "extended_trigger_message": "ExtendedTriggerMessage",
    "get_composite_schedule": "GetCompositeSchedule",
    "get_configuration": lambda commands, fields: commands.get_configuration(**fields),
    "get_diagnostics": _get_diagnostics,
    "get_installed_certificate_ids": "GetInstalledCertificateIds",
    "get_local_list_version": "GetLocalListVersion",
    "get_log": _get_log,
    "install_certificate": "InstallCertificate",
    "remote_start_transaction": _remote_start_transaction,
    "remote_stop_transaction": lambda commands, fields: commands.stop_transaction(
        **fields
    ),
    "reserve_now": _reserve_now,
    "reset": lambda commands, fields: commands.reset(**fields),
    "send_local_list": _send_local_list,
    "set_charging_profile": _set_charging_profile,
    "signed_update_firmware": _signed_update_firmware,
    "trigger_message": lambda commands, fields: commands.trigger_message(**fields),
    "unlock_connector": "UnlockConnector",
    "update_firmware": _update_firmware,
}
"""Action -> the message to send, or the handler that sends it."""
