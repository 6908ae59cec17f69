"""What a charge point says in OCPP 1.6, taken into the model and answered."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import CallError, ErrorCode
from ..model import (
    Admission,
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    utcnow,
)
from ..salvage import salvage
from ..timestamps import format_time, parse_time
from .spelling import snake

if TYPE_CHECKING:
    from ..connector import Connector
    from ..transactions import Transaction
    from .session import Session

type Json = dict[str, Any]

PENDING_INTERVAL = 30
"""Seconds after which a charge point that is not adopted may boot again."""

_MAX_CONNECTORS = 64
"""No charge point has more; what claims to be beyond is answered and dropped."""

_UNSET_TRANSACTION_IDS = (-1, 0)
"""What charge points send that never got an id (errata 3.18, 3.54)."""

_EMPTY: Json = {}


class Inbound:
    """The handlers of one connection, by action (chapters 4 and 6)."""

    def __init__(self, session: Session) -> None:
        """Speak for `session`."""
        self._session = session
        self._charge_point = session.charge_point
        self._schemas = session.schemas
        self._handlers: dict[str, Callable[[Json], Json | Awaitable[Json]]] = {
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "DataTransfer": self._data_transfer,
            "DiagnosticsStatusNotification": self._diagnostics_status,
            "FirmwareStatusNotification": self._firmware_status,
            "Heartbeat": self._heartbeat,
            "MeterValues": self._meter_values,
            "StartTransaction": self._start_transaction,
            "StatusNotification": self._status_notification,
            "StopTransaction": self._stop_transaction,
        }

    def __call__(self, action: str, payload: Any) -> Json | Awaitable[Json]:
        """Handle a CALL; raises CallError, which is answered with CALLERROR."""
        charge_point = self._charge_point
        charge_point.seen()
        if (handler := self._handlers.get(action)) is None:
            if action in self._schemas.actions:
                raise CallError(
                    ErrorCode.NOT_SUPPORTED, f"{action} is not served in this direction"
                )
            charge_point.deviations.note("unknown_action", action[:50])
            raise CallError(ErrorCode.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
        if (
            charge_point.admission is not Admission.ADOPTED
            and action != "BootNotification"
        ):
            if action == "StatusNotification":
                # Some do not wait, and tell their status once; it is wanted later.
                with suppress(CallError):
                    handler(self._checked(action, payload))
            # J errata 3.10. The charge point keeps what matters and sends it again.
            raise CallError(
                ErrorCode.SECURITY_ERROR, "the charge point is not accepted yet"
            )
        return handler(self._checked(action, payload))

    def _checked(self, action: str, payload: Any) -> Json:
        """Return a payload that is right by the schema; raises CallError."""
        schema = self._schemas.request(action)
        if schema is not None and not schema.valid(payload):
            payload = salvage(
                action,
                "request",
                payload,
                self._charge_point.deviations,
                self._schemas,
            )
        checked: Json = payload
        return checked

    def _connector(self, number: int) -> Connector | None:
        """Return the connector of that number, or None if it cannot exist."""
        if 0 <= number <= _MAX_CONNECTORS:
            return self._charge_point.connector(number)
        self._charge_point.deviations.note("connector_id_out_of_range", str(number))
        return None

    def _boot_notification(self, payload: Json) -> Json:
        charge_point = self._charge_point
        charge_point.boots += 1
        charge_point.set_identity(
            Identity(
                vendor=payload.get("chargePointVendor"),
                model=payload.get("chargePointModel"),
                serial=(
                    payload.get("chargePointSerialNumber")
                    or payload.get("chargeBoxSerialNumber")
                ),
                firmware=payload.get("firmwareVersion"),
                meter_type=payload.get("meterType"),
                meter_serial=payload.get("meterSerialNumber"),
                iccid=payload.get("iccid"),
                imsi=payload.get("imsi"),
            )
        )
        adopted = charge_point.admission is Admission.ADOPTED
        self._session.booted()
        return {
            "currentTime": format_time(utcnow()),
            "interval": (
                charge_point.settings.heartbeat_interval
                if adopted
                else PENDING_INTERVAL
            ),
            "status": "Accepted" if adopted else "Pending",
        }

    def _heartbeat(self, payload: Json) -> Json:
        return {"currentTime": format_time(utcnow())}

    def _status_notification(self, payload: Json) -> Json:
        if (connector := self._connector(payload["connectorId"])) is not None:
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
        if (connector := self._connector(payload["connectorId"])) is not None:
            connector.update_meter(
                payload["meterValue"], transaction_id=payload.get("transactionId")
            )
        return _EMPTY

    def _authorize(self, payload: Json) -> Json:
        return {"idTagInfo": self._session.authorize(payload["idTag"])}

    async def _start_transaction(self, payload: Json) -> Json:
        charge_point = self._charge_point
        connector = self._connector(payload["connectorId"])
        if connector is None or not connector.number:
            raise CallError(
                ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
                "connectorId: no such connector",
            )
        transaction = charge_point.ledger.start(
            charge_point_id=charge_point.id,
            connector_id=connector.number,
            id_tag=payload["idTag"],
            start=parse_time(payload["timestamp"]) or utcnow(),
            meter_start_wh=payload.get("meterStart"),
        )
        latest = connector.latest_transaction
        if latest is None or latest.id <= transaction.id:
            connector.set_transaction(transaction)
        # The charge point forgets the message once it is answered; we must not.
        await charge_point.ledger.save()
        return {
            "transactionId": transaction.id,
            "idTagInfo": self._session.authorize(payload["idTag"]),
        }

    async def _stop_transaction(self, payload: Json) -> Json:
        charge_point = self._charge_point
        ledger = charge_point.ledger
        end = parse_time(payload["timestamp"]) or utcnow()
        transaction = self._find_transaction(payload["transactionId"], end)
        if transaction is None:
            charge_point.deviations.note(
                "unknown_transaction_stopped", str(payload["transactionId"])
            )
        else:
            connector = charge_point.connector(transaction.connector_id)
            stopped = ledger.stop(
                transaction,
                end=end,
                meter_stop_wh=payload.get("meterStop"),
                # Errata 2.6: without a reason it was stopped locally.
                reason=snake(payload.get("reason") or "Local"),
                id_tag=payload.get("idTag"),
            )
            latest = connector.latest_transaction
            if latest is None or latest.id == stopped.id:
                connector.set_transaction(stopped)
            if data := payload.get("transactionData"):
                connector.update_meter(data)
                # Its last values are from before the end.
                if connector.transaction is None:
                    connector.end_flow()
            await ledger.save()
        if (id_tag := payload.get("idTag")) is not None:
            return {"idTagInfo": self._session.authorize(id_tag)}
        return _EMPTY

    def _find_transaction(self, number: int, end: datetime) -> Transaction | None:
        ledger, charge_point_id = self._charge_point.ledger, self._charge_point.id
        if number not in _UNSET_TRANSACTION_IDS:
            return ledger.find(charge_point_id, number)
        # The answer with the id got lost. If just one can be meant, it is meant.
        running = [
            transaction
            for transaction in ledger.running(charge_point_id)
            if transaction.start <= end
        ]
        return running[0] if len(running) == 1 else None

    def _data_transfer(self, payload: Json) -> Json:
        return {"status": "UnknownVendorId"}

    def _firmware_status(self, payload: Json) -> Json:
        self._charge_point.set_firmware_status(FirmwareStatus(snake(payload["status"])))
        return _EMPTY

    def _diagnostics_status(self, payload: Json) -> Json:
        self._charge_point.set_diagnostics_status(
            DiagnosticsStatus(snake(payload["status"]))
        )
        return _EMPTY
