"""Logs and firmware (L01 to L04, N01)."""

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ...model.model import utcnow
from ..commands import Fields, V2Commands
from ..spelling import merged
from .fields import check_location, send_request


async def get_log(commands: V2Commands, fields: Fields) -> Answer:
    """Make the station upload a log.

    `log` is OCPP's LogParameters; its members may also be given as separate fields.
    """
    fields = {**fields}
    log = merged(
        "GetLog",
        fields,
        "log",
        ("remote_location", "oldest_timestamp", "latest_timestamp"),
    )
    check_location("GetLog", "log.remote_location", log.get("remote_location"))
    return await send_request(commands, "GetLog", fields | {"log": log})


async def get_diagnostics(commands: V2Commands, fields: Fields) -> Answer:
    """Make the station upload its diagnostics, with the fields of OCPP 1.6."""
    fields = {**fields}
    log = {
        "remote_location": fields.pop("location"),
        "oldest_timestamp": fields.pop("start_time", None),
        "latest_timestamp": fields.pop("stop_time", None),
    }
    answer = await get_log(
        commands, fields | {"log_type": "diagnostics_log", "log": log}
    )
    if (name := answer.pop("filename", None)) is not None:
        answer["file_name"] = name
    return answer


async def update_firmware(commands: V2Commands, fields: Fields) -> Answer:
    """Make the station install firmware without a signature (L02)."""
    fields = {**fields}
    firmware = {
        "location": fields.pop("location"),
        "retrieve_date_time": fields.pop("retrieve_date", None),
    }
    return await _update(commands, fields, firmware)


async def signed_update_firmware(commands: V2Commands, fields: Fields) -> Answer:
    """Make the station install signed firmware (L01).

    `firmware` is OCPP's FirmwareType; its members may also be given as separate fields.

    Raises:
        InvalidRequestError: The signature or its certificate is missing (L01.FR.11).
    """
    fields = {**fields}
    firmware = merged(
        "UpdateFirmware",
        fields,
        "firmware",
        (
            "location",
            "retrieve_date_time",
            "install_date_time",
            "signing_certificate",
            "signature",
        ),
    )
    for name in ("signing_certificate", "signature"):
        if firmware.get(name) is None:
            raise InvalidRequestError("UpdateFirmware", f"firmware.{name}", "is needed")
    return await _update(commands, fields, firmware)


async def _update(commands: V2Commands, fields: Fields, firmware: Fields) -> Answer:
    check_location("UpdateFirmware", "firmware.location", firmware.get("location"))
    if firmware.get("retrieve_date_time") is None:
        firmware["retrieve_date_time"] = utcnow()
    return await send_request(
        commands, "UpdateFirmware", fields | {"firmware": firmware}
    )


async def publish_firmware(commands: V2Commands, fields: Fields) -> Answer:
    """Make a local controller offer firmware to its stations (L03)."""
    check_location("PublishFirmware", "location", fields.get("location"))
    return await send_request(commands, "PublishFirmware", fields)
