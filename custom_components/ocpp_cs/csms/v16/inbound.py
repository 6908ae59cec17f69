"""Handle the calls of a charge point in OCPP 1.6."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
import json
from typing import TYPE_CHECKING, Any

from ..access.authorization import Authorization, AuthorizationStatus
from ..dispatch import MessageHandler
from ..metering.metering import Meter
from ..metering.samples import BEGIN
from ..model.deviations import Deviations
from ..model.model import (
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    utcnow,
)
from ..model.sample import MeterValue
from ..model.tags import MAX_TAG_LENGTH, Tag
from ..model.timestamps import format_time, parse_time
from ..outside.transfers import TransferAnswer
from ..schema.spelling import pascal, snake
from ..session import PENDING_INTERVAL, Session
from ..transaction_reports import Start, Stop
from ..wire.rpc import Json
from .meter_values import read_meter_values
from .spelling import transaction_id_of

if TYPE_CHECKING:
    from ..connector import Connector


_LONG = 64 * 1024
"""Messages above this length in bytes are checked for too many samples."""
_MOST_SAMPLES = 5000
"""Samples of a message; the event loop is blocked while they are processed."""

_LONGEST_STATUS = 60

_EMPTY: Json = {}

_STATUSES = {
    AuthorizationStatus.ACCEPTED: "Accepted",
    AuthorizationStatus.BLOCKED: "Blocked",
    AuthorizationStatus.EXPIRED: "Expired",
    AuthorizationStatus.INVALID: "Invalid",
    AuthorizationStatus.CONCURRENT_TX: "ConcurrentTx",
}

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


def _word(payload: Json) -> str:
    """Return the status in snake case; an unknown one may have any length."""
    return snake((payload.get("status") or "")[:_LONGEST_STATUS])


def _id_tag_info(authorization: Authorization) -> Json:
    """Return an IdTagInfo (7.27)."""
    info: Json = {"status": _STATUSES[authorization.status]}
    if authorization.expires is not None:
        info["expiryDate"] = format_time(authorization.expires)
    parent = authorization.parent_id_tag
    if parent is not None and len(parent) <= MAX_TAG_LENGTH:
        # What an upstream has told may be longer.
        info["parentIdTag"] = parent
    return info


class Inbound:
    """The handlers of one connection, by action (chapters 4 and 6)."""

    def __init__(self, session: Session) -> None:
        """Create the handlers of a session."""
        self._session = session
        self._charge_point = session.charge_point
        self.handlers: Mapping[str, MessageHandler] = {
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "DataTransfer": self._data_transfer,
            "DiagnosticsStatusNotification": self._diagnostics_status,
            "FirmwareStatusNotification": self._firmware_status,
            "Heartbeat": self._heartbeat,
            "LogStatusNotification": self._log_status,
            "MeterValues": self._meter_values,
            "SecurityEventNotification": self._security_event,
            "SignCertificate": self._sign_certificate,
            "SignedFirmwareStatusNotification": self._firmware_status,
            "StartTransaction": self._start_transaction,
            "StatusNotification": self._status_notification,
            "StopTransaction": self._stop_transaction,
        }

    def trim(self, payload: Json) -> Json:
        """Remove surplus samples from a long message."""
        if self._session.connection.received_bytes > _LONG:
            return cut(payload, self._charge_point.deviations)
        return payload

    def _boot_notification(self, payload: Json) -> Json:
        serials = (
            payload.get("chargePointSerialNumber"),
            payload.get("chargeBoxSerialNumber"),
        )
        interval = self._session.booted(
            Identity(
                vendor=payload.get("chargePointVendor"),
                model=payload.get("chargePointModel"),
                serial=serials[0] or serials[1],
                firmware=payload.get("firmwareVersion"),
                meter_type=payload.get("meterType"),
                meter_serial=payload.get("meterSerialNumber"),
                iccid=payload.get("iccid"),
                imsi=payload.get("imsi"),
            ),
            *serials,
        )
        return {
            "currentTime": format_time(utcnow()),
            "interval": PENDING_INTERVAL if interval is None else interval,
            "status": "Pending" if interval is None else "Accepted",
        }

    def _heartbeat(self, payload: Json) -> Json:
        return {"currentTime": format_time(utcnow())}

    def _status_notification(self, payload: Json) -> Json:
        if (
            connector := self._charge_point.connector_told(payload["connectorId"])
        ) is not None:
            timestamp = payload.get("timestamp")
            connector.update_status(
                ConnectorStatus(snake(payload["status"])),
                ChargePointError(snake(payload["errorCode"])),
                timestamp=parse_time(timestamp) if timestamp else None,
                info=payload.get("info") or None,
                vendor_error_code=payload.get("vendorErrorCode") or None,
            )
        return _EMPTY

    def _meter_values(self, payload: Json) -> Json:
        if (
            connector := self._charge_point.connector_told(payload["connectorId"])
        ) is not None:
            charge_point = self._charge_point
            transaction_id = transaction_id_of(payload.get("transactionId"))
            signed = charge_point.signed
            values = read_meter_values(
                payload["meterValue"], charge_point.deviations, signed
            )
            if signed:
                charge_point.signed_told(
                    connector_id=connector.number, transaction_id=transaction_id
                )
            connector.update_meter(values, transaction_id=transaction_id)
        return _EMPTY

    def _authorize(self, payload: Json) -> Json | Awaitable[Json]:
        tag = Tag(payload["idTag"])
        if (asked := self._session.ask_others(tag)) is not None:
            return self._authorize_then(tag, asked)
        return {"idTagInfo": _id_tag_info(self._session.card_read(tag))}

    async def _authorize_then(self, tag: Tag, asked: Awaitable[object]) -> Json:
        await asked
        return {"idTagInfo": _id_tag_info(self._session.card_read(tag))}

    async def _start_transaction(self, payload: Json) -> Json:
        transaction, authorization = await self._session.transactions.started(
            Start(
                connector_id=payload["connectorId"],
                id_tag=payload["idTag"],
                time=self._time(payload["timestamp"]),
                meter_wh=payload.get("meterStart"),
                reservation_id=payload.get("reservationId"),
            )
        )
        return {
            "transactionId": int(transaction.id),
            "idTagInfo": _id_tag_info(authorization),
        }

    async def _stop_transaction(self, payload: Json) -> Json:
        charge_point = self._charge_point
        data = read_meter_values(
            payload.get("transactionData") or [],
            charge_point.deviations,
            charge_point.signed,
        )
        if charge_point.signed:
            charge_point.signed_told(
                connector_id=None,
                transaction_id=transaction_id_of(payload["transactionId"]),
                edge=True,
            )
        reason = payload.get("reason")

        def take_data(connector: Connector, transaction_id: str) -> None:
            if data:
                connector.update_meter(data, transaction_id=transaction_id)

        authorization = await self._session.transactions.stopped(
            Stop(
                transaction_id=transaction_id_of(payload["transactionId"]),
                time=self._time(payload["timestamp"]),
                meter_wh=payload.get("meterStop"),
                # Errata 2.6: without a reason it was stopped locally.
                reason=snake(reason or "Local"),
                reason_told=bool(reason),
                id_tag=payload.get("idTag"),
                begin=self._begin(data),
            ),
            final_values=take_data,
        )
        if authorization is None:
            return _EMPTY
        return {"idTagInfo": _id_tag_info(authorization)}

    def _time(self, text: str) -> datetime | None:
        """Parse a timestamp; return None and record a deviation if it is not usable."""
        time = parse_time(text)
        if time is None:
            self._charge_point.deviations.note("timestamp_unusable", text[:50])
        return time

    def _begin(self, data: list[MeterValue]) -> tuple[datetime, float] | None:
        """Return the meter start of TransactionData: time by our clock, and Wh."""
        if not data:
            return None
        charge_point = self._charge_point
        reading = Meter(charge_point.deviations).update(data, now=utcnow())
        return next(
            (
                (charge_point.clock.correct(register.time), register.wh)
                for register in reading.registers
                if register.context == BEGIN
            ),
            None,
        )

    def _data_transfer(self, payload: Json) -> Json | Awaitable[Json]:
        """Pass a vendor-specific message on to an upstream, or answer it (4.3).

        Messages of Plug & Charge are rejected. Vendor ids are case-insensitive.
        """
        passed = self._charge_point.pass_on(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        )
        return (
            self._answered(payload) if passed is None else self._pass(payload, passed)
        )

    async def _pass(
        self, payload: Json, passed: Awaitable[TransferAnswer | None]
    ) -> Json:
        return self._answered(payload, await passed)

    def _answered(self, payload: Json, answer: TransferAnswer | None = None) -> Json:
        """Report a vendor-specific message to listeners, and return the answer."""
        vendor_id, message_id = payload["vendorId"], payload.get("messageId")
        if answer is not None:
            status = pascal(answer.status)
        elif vendor_id.lower() != _ISO15118_VENDOR:
            status = "UnknownVendorId"
        elif message_id in _ISO15118_MESSAGES:
            status = "Rejected"
        else:
            status = "UnknownMessageId"
        told = None if answer is None else answer.data
        if told is not None and not isinstance(told, str):
            told = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        self._charge_point.emit(
            "data_transfer",
            {
                "direction": "received",
                "vendor_id": vendor_id,
                "message_id": message_id,
                "data": payload.get("data"),
                "status": snake(status),
                "answer": told,
            },
        )
        return {"status": status} if told is None else {"status": status, "data": told}

    def _firmware_status(self, payload: Json) -> Json:
        """Store the status of an update of firmware, signed or not."""
        status = _word(payload)
        # An unknown one is a deviation already, and no step that is known.
        if status in FirmwareStatus:
            self._charge_point.set_firmware_status(
                FirmwareStatus(status), payload.get("requestId")
            )
        return _EMPTY

    def _diagnostics_status(self, payload: Json) -> Json:
        status = _word(payload)
        if status in DiagnosticsStatus:
            self._charge_point.set_diagnostics_status(DiagnosticsStatus(status))
        return _EMPTY

    # The security extension (whitepaper, edition 3).

    def _log_status(self, payload: Json) -> Json:
        status = _word(payload)
        if status == "upload_failure":
            # Diagnostics have another word for it (7.24).
            status = DiagnosticsStatus.UPLOAD_FAILED
        if status in DiagnosticsStatus:
            self._charge_point.set_diagnostics_status(
                DiagnosticsStatus(status), payload.get("requestId")
            )
        return _EMPTY

    def _security_event(self, payload: Json) -> Json:
        """Report a security event (A04) unless it is a repetition."""
        event = {
            "type": payload["type"],
            "timestamp": parse_time(payload["timestamp"]),
            "tech_info": payload.get("techInfo"),
        }
        told = self._charge_point.security_events
        if event not in told:
            told.append(event)
            self._charge_point.emit("security_event", event)
        return _EMPTY

    def _sign_certificate(self, payload: Json) -> Json:
        """Report a certificate request (A02); the signer sends CertificateSigned.

        It is rejected if the connection may be of another device, as CertificateSigned
        would be withheld.
        """
        charge_point, csr = self._charge_point, payload["csr"].strip()
        if not charge_point.acquaintance.is_known:
            charge_point.emit("withheld", {"action": "CertificateSigned"})
            return {"status": "Rejected"}
        if not csr or not charge_point.check_csr(csr):
            return {"status": "Rejected"}
        charge_point.emit("sign_certificate", {"csr": csr})
        return {"status": "Accepted"}


def cut(payload: dict[str, Any], deviations: Deviations) -> dict[str, Any]:
    """Return a payload, valid by the schema, without the samples beyond 5000."""
    for field in ("meterValue", "transactionData"):
        if values := payload.get(field):
            payload = {**payload, field: _first(values, deviations)}
    return payload


def _first(values: list[dict[str, Any]], deviations: Deviations) -> list[Any]:
    kept: list[dict[str, Any]] = []
    room = _MOST_SAMPLES
    for value in values:
        samples = value["sampledValue"]
        # Empty entries take time too.
        room -= len(samples) or 1
        if room < 0:
            deviations.note("too_many_samples", f"more than {_MOST_SAMPLES}")
            kept.append({**value, "sampledValue": samples[:room]})
            break
        kept.append(value)
    return kept
