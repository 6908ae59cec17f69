"""What a charge point says in DataTransfer (4.3)."""

from typing import TYPE_CHECKING, Any

from ..schema.spelling import snake

if TYPE_CHECKING:
    from ..charge_point import ChargePoint

_ISO15118_VENDOR = "org.openchargealliance.iso15118pnc"
_ISO15118_MESSAGES = frozenset(
    {
        "Authorize",
        "CertificateSigned",
        "DeleteCertificate",
        "Get15118EVCertificate",
        "GetCertificateStatus",
        "GetInstalledCertificateIds",
        "InstallCertificate",
        "SignCertificate",
        "TriggerMessage",
    }
)
"""The application note "Using ISO 15118 Plug & Charge with OCPP 1.6", version 1.0."""


def answer_data_transfer(
    charge_point: ChargePoint, payload: dict[str, Any]
) -> dict[str, Any]:
    """Pass on what came; return the answer.

    Plug & Charge is known but not served. Vendors are compared without case.
    """
    vendor_id, message_id = payload["vendorId"], payload.get("messageId")
    if vendor_id.lower() != _ISO15118_VENDOR:
        status = "UnknownVendorId"
    elif message_id in _ISO15118_MESSAGES:
        status = "Rejected"
    else:
        status = "UnknownMessageId"
    charge_point.emit(
        "data_transfer",
        {
            "direction": "received",
            "vendor_id": vendor_id,
            "message_id": message_id,
            "data": payload.get("data"),
            "status": snake(status),
            "answer": None,
        },
    )
    return {"status": status}
