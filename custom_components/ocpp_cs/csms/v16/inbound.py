"""What a charge point says in OCPP 1.6, taken into the model and answered."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Any

from ..access.authorization import Authorization, AuthorizationStatus
from ..access.card_reads import CardReads
from ..metering.metering import Meter
from ..model.errors import CallError, Violation
from ..model.model import (
    Admission,
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    StopReason,
    utcnow,
)
from ..model.tags import Tag
from ..model.timestamps import format_time, parse_time
from ..schema.coerce import salvage
from ..schema.spelling import snake
from ..transactions.registers import usable
from ..transactions.transaction import Transaction
from .inbound_data_transfer import answer_data_transfer
from .inbound_security import InboundSecurity
from .long_messages import LONG, cut
from .other_versions import is_of_ocpp_2
from .types import transaction_id_of

if TYPE_CHECKING:
    from ..connector import Connector
    from ..session import Session

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Any]

PENDING_INTERVAL = 30
"""Seconds after which a charge point that is not adopted may boot again."""

_MAX_CONNECTORS = 64
"""No charge point has more; what claims to be beyond is answered and dropped."""

_EMPTY: Json = {}

_STATUSES = {
    AuthorizationStatus.ACCEPTED: "Accepted",
    AuthorizationStatus.BLOCKED: "Blocked",
    AuthorizationStatus.EXPIRED: "Expired",
    AuthorizationStatus.INVALID: "Invalid",
    AuthorizationStatus.CONCURRENT_TX: "ConcurrentTx",
}


def _id_tag_info(authorization: Authorization) -> Json:
    """Return an IdTagInfo (7.27)."""
    info: Json = {"status": _STATUSES[authorization.status]}
    if authorization.expires is not None:
        info["expiryDate"] = format_time(authorization.expires)
    if authorization.parent_id_tag is not None:
        info["parentIdTag"] = authorization.parent_id_tag
    return info


class Inbound:
    """The handlers of one connection, by action (chapters 4 and 6)."""

    def __init__(self, session: Session) -> None:
        """Speak for `session`."""
        self._session = session
        self._charge_point = session.charge_point
        self._schemas = session.schemas
        self._card_reads = CardReads(session.charge_point)
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
            **InboundSecurity(session.charge_point).handlers,
        }

    def __call__(self, action: str, payload: Any) -> Json | Awaitable[Json]:
        """Handle a CALL; raises CallError, which is answered with CALLERROR."""
        charge_point = self._charge_point
        charge_point.seen()
        if self._session.version_is_a_guess and is_of_ocpp_2(action, payload):
            self._session.speaks_other_version("OCPP 2")
            raise CallError(
                Violation.NOT_SUPPORTED, "only OCPP 1.6 is spoken here, not 2"
            )
        if (handler := self._handlers.get(action)) is None:
            if action in self._schemas.actions:
                raise CallError(
                    Violation.NOT_SUPPORTED, f"{action} is not served in this direction"
                )
            charge_point.deviations.note("unknown_action", action[:50])
            raise CallError(Violation.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
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
                Violation.SECURITY_ERROR, "the charge point is not accepted yet"
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
        if self._session.connection.received_bytes > LONG:
            checked = cut(checked, self._charge_point.deviations)
        return checked

    def _connector(self, number: int) -> Connector | None:
        """Return the connector of that number, or None if it cannot exist."""
        if 0 <= number <= _MAX_CONNECTORS:
            return self._charge_point.connector(number)
        self._charge_point.deviations.note("connector_id_out_of_range", str(number))
        return None

    def _connector_of_start(self, number: int) -> Connector:
        """Return the connector of a transaction; 0 where it cannot be known.

        What is refused is sent again and again, and then dropped (4.8).
        """
        # None of them is 0, which stays one that is out of range.
        if (connector := self._connector(number or -1)) is not None:
            return connector
        numbers = self._charge_point.connector_numbers
        return self._charge_point.connector(numbers[0] if len(numbers) == 1 else 0)

    def _boot_notification(self, payload: Json) -> Json:
        charge_point = self._charge_point
        charge_point.boots += 1
        charge_point.clock.begin_anew()
        before = charge_point.identity
        charge_point.acquaintance.told(
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
            ),
            payload.get("chargePointSerialNumber"),
            payload.get("chargeBoxSerialNumber"),
        )
        adopted = charge_point.admission is Admission.ADOPTED
        charge_point.restarts.booted(before)
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
                payload["meterValue"],
                transaction_id=transaction_id_of(payload.get("transactionId")),
            )
        return _EMPTY

    def _authorize(self, payload: Json) -> Json:
        id_tag = payload["idTag"]
        authorization = self._session.authorize(Tag(id_tag))
        if not self._charge_point.starts.is_continuing(id_tag):
            self._card_reads.asked(id_tag, authorization)
        return {"idTagInfo": _id_tag_info(authorization)}

    async def _start_transaction(self, payload: Json) -> Json:
        charge_point = self._charge_point
        connector = self._connector_of_start(payload["connectorId"])
        id_tag = payload["idTag"]
        ledger = charge_point.ledger
        without_card = connector.starter.is_continuing(id_tag)
        told_start = self._time(payload["timestamp"])
        start = told_start or charge_point.clock.at(utcnow())
        told: Json = {
            "charge_point_id": charge_point.id,
            "connector_id": connector.number,
            "id_tag": id_tag,
            "start": start,
            "meter_start_wh": payload.get("meterStart"),
        }
        known = await ledger.find_start(**told, dated=told_start is not None)
        transaction = known or ledger.start(
            **told,
            corrected_start=charge_point.clock.correct(start),
            address=charge_point.remote,
            continues=connector.starter.continues(id_tag),
        )
        # Before anything is waited for, so that of two that begin at once only the
        # second one is too many.
        authorization = self._session.authorize(Tag(id_tag), starting=transaction)
        if transaction.answer is not None and not transaction.accepted:
            # It has acted upon that, or will: asked again, it is told the same.
            authorization = replace(
                authorization, status=AuthorizationStatus(transaction.answer)
            )
        transaction = ledger.answered(transaction, authorization.status)
        connector.refresh_transaction()
        charge_point.reservations.used(
            connector.number,
            id_tag=id_tag,
            parent_id_tag=authorization.parent_id_tag,
            reservation_id=payload.get("reservationId"),
            start=transaction.start,
            repeated=known is not None,
        )
        # The charge point forgets the message once it is answered; we must not.
        await ledger.save()
        if known is None and not without_card:
            self._card_reads.used(
                id_tag,
                authorization,
                when=transaction.start,
                connector_id=connector.number,
            )
        if transaction.accepted:
            charge_point.emit(
                "transaction_started",
                {
                    "connector_id": connector.number,
                    "id": transaction.id,
                    "id_tag": id_tag,
                },
            )
        return {
            "transactionId": int(transaction.id),
            "idTagInfo": _id_tag_info(authorization),
        }

    async def _stop_transaction(self, payload: Json) -> Json:
        charge_point = self._charge_point
        ledger = charge_point.ledger
        number: int = payload["transactionId"]
        transaction_id = transaction_id_of(number)
        told_end = self._time(payload["timestamp"])
        end = told_end or charge_point.clock.at(utcnow())
        # Errata 2.6: without a reason it was stopped locally.
        reason = snake(payload.get("reason") or "Local")
        told: Json = {
            "end": end,
            "corrected_end": charge_point.clock.correct(end),
            "meter_stop_wh": payload.get("meterStop"),
        }
        data = payload.get("transactionData") or []
        transaction = await ledger.find_stop(
            charge_point.id,
            transaction_id,
            **told,
            id_tag=payload.get("idTag"),
            dated=told_end is not None,
        )
        told |= {"reason": reason, "address": charge_point.remote}
        if (
            transaction is not None
            and transaction.reported_end is not None
            and ledger.restop(transaction, **told) is not None
        ):
            charge_point.deviations.note("stop_corrected", str(number))
            charge_point.connector(transaction.connector_id).transaction_corrected()
        told |= {"id_tag": payload.get("idTag"), "begin": self._begin(data)}
        if transaction is None:
            self._book_stop(number, told)
        elif transaction.reported_end is None:
            guessed = transaction_id != transaction.id
            if guessed and transaction_id is not None:
                charge_point.deviations.note("unknown_transaction_stopped", str(number))
            stopped = ledger.stop(
                transaction,
                guessed=guessed,
                told_id=transaction_id,
                **told,
            )
            self._note_absurd_stop(stopped, told["meter_stop_wh"])
            connector = charge_point.connector(transaction.connector_id)
            connector.starter.stopping(
                StopReason(reason) if payload.get("reason") else None,
                payload.get("idTag"),
            )
            connector.refresh_transaction()
            if data:
                connector.update_meter(data, transaction_id=stopped.id)
        # A repetition says that the first answer got lost, and what if that one's
        # transaction is not on the disk yet?
        await ledger.save()
        if (id_tag := payload.get("idTag")) is None:
            return _EMPTY
        authorization = self._session.authorize(Tag(id_tag))
        # Ended in another way, it just tells the tag that the transaction began with.
        if reason == StopReason.LOCAL and (
            transaction is None or transaction.reported_end is None
        ):
            self._card_reads.used(
                id_tag,
                authorization,
                when=told["corrected_end"],
                connector_id=transaction.connector_id if transaction else None,
            )
        return {"idTagInfo": _id_tag_info(authorization)}

    def _time(self, text: str) -> datetime | None:
        """Return a time of the charge point; None where it tells none that can be."""
        time = parse_time(text)
        if time is None:
            self._charge_point.deviations.note("timestamp_unusable", text[:50])
        return time

    def _note_absurd_stop(
        self, stopped: Transaction, meter_stop_wh: float | None
    ) -> None:
        """Keep what was told of a meter that cannot have gone there."""
        if meter_stop_wh is None or stopped.meter_stop_wh == meter_stop_wh:
            return
        self._charge_point.deviations.note("meter_stop_absurd", str(meter_stop_wh))
        _LOGGER.warning(
            "%s says that transaction %s ended at %s Wh, which cannot be after %s Wh."
            " It is booked with %s Wh",
            self._charge_point.id,
            stopped.id,
            meter_stop_wh,
            stopped.newest_wh,
            stopped.meter_stop_wh,
        )

    def _begin(self, data: list[Json]) -> tuple[datetime, float] | None:
        """Return what TransactionData tells of the beginning: our time, and Wh."""
        if not data:
            return None
        charge_point = self._charge_point
        reading = Meter(charge_point.deviations).update(data, now=utcnow())
        return next(
            (
                (charge_point.clock.correct(register.time), register.wh)
                for register in reading.registers
                if register.context == "Transaction.Begin"
            ),
            None,
        )

    def _book_stop(self, number: int, told: Json) -> None:
        """Book a StopTransaction that fits nothing that is known."""
        charge_point = self._charge_point
        charge_point.deviations.note("unknown_transaction_stopped", str(number))
        if not charge_point.ledger.admits_unexplained(charge_point.id):
            charge_point.deviations.note("too_many_unknown_transactions")
            return
        meter_stop_wh = told["meter_stop_wh"]
        if meter_stop_wh is not None and usable(meter_stop_wh) is None:
            charge_point.deviations.note("meter_stop_absurd", str(meter_stop_wh))
            told |= {"meter_stop_wh": None, "reported_meter_stop_wh": meter_stop_wh}
        connectors = charge_point.connector_numbers
        charge_point.ledger.book_stop(
            charge_point_id=charge_point.id,
            connector_id=connectors[0] if len(connectors) == 1 else 0,
            transaction_id=transaction_id_of(number),
            **told,
        )

    def _data_transfer(self, payload: Json) -> Json:
        return answer_data_transfer(self._charge_point, payload)

    def _firmware_status(self, payload: Json) -> Json:
        self._charge_point.set_firmware_status(FirmwareStatus(snake(payload["status"])))
        return _EMPTY

    def _diagnostics_status(self, payload: Json) -> Json:
        self._charge_point.set_diagnostics_status(
            DiagnosticsStatus(snake(payload["status"]))
        )
        return _EMPTY
