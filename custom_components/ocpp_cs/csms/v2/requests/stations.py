"""Restarts, availability, plugs, messages on demand, and the vendor's own messages."""

from collections.abc import Mapping

from ...commands import Answer
from ...schema.spelling import snake
from ..commands import Fields, V2Commands
from .fields import as_list, kind_of

_OTHER_WORDS = {
    "diagnostics_status_notification": "log_status_notification",
    "sign_charge_point_certificate": "sign_charging_station_certificate",
}
"""The messages that OCPP 1.6 calls otherwise."""


async def start_transaction(commands: V2Commands, fields: Fields) -> Answer:
    """Start a transaction (F01, F02), with a charging profile if one is given."""
    profile = fields.get("charging_profile")
    if isinstance(profile, Mapping):
        read = commands.profiles.read(profile, of_start=True)
        fields = fields | {"charging_profile": read}
    fields = {**fields}
    if (kind := fields.pop("id_token_type", None)) is not None:
        fields["tag_kind"] = kind_of(kind)
    return await commands.start_transaction(**fields)


async def reset(commands: V2Commands, fields: Fields) -> Answer:
    """Restart the station, or one EVSE (B11, B12)."""
    return await commands.reset(**fields)


async def change_availability(commands: V2Commands, fields: Fields) -> Answer:
    """Change the availability of the station, an EVSE or a plug (G03, G04)."""
    return await commands.change_availability(**fields)


async def unlock_connector(commands: V2Commands, fields: Fields) -> Answer:
    """Unlock a plug (F05)."""
    return await commands.unlock_connector(**fields)


async def trigger_message(commands: V2Commands, fields: Fields) -> Answer:
    """Ask for a message (F06).

    A StatusNotification is that of one plug (F06.FR.12), so all are asked for in turn
    if none is named.
    """
    message = snake(fields["requested_message"])
    message = _OTHER_WORDS.get(message, message)
    number: int | None = fields.get("connector_id")
    if (custom := fields.get("custom_trigger")) is not None:
        # 2.1: a message that the vendor has made.
        return await commands.caller.send(
            "TriggerMessage",
            requested_message="CustomTrigger",
            custom_trigger=custom,
            evse={"id": number} if number else None,
        )
    if message != "status_notification":
        return await commands.trigger_message(
            requested_message=message, connector_id=number
        )
    answer: Answer = {}
    numbers = [number] if number else commands.charge_point.connector_numbers or [1]
    for one in numbers:
        answer = await commands.trigger_message(
            requested_message=message, connector_id=one
        )
    return answer


async def data_transfer(commands: V2Commands, fields: Fields) -> Answer:
    """Send a vendor-specific message (P01), and report it to listeners."""
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


async def allowed_energy_transfer(commands: V2Commands, fields: Fields) -> Answer:
    """Change in which ways a vehicle may charge and discharge (2.1: Q01, E20)."""
    ways = sorted(as_list(fields.get("allowed_energy_transfer")))
    return await commands.caller.send(
        "NotifyAllowedEnergyTransfer", **(fields | {"allowed_energy_transfer": ways})
    )
