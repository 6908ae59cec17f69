"""TransactionEvent (E01 to E15)."""

from datetime import datetime
from typing import Any

from ...access.authorization import Authorization
from ...metering.metering import Meter
from ...model.model import utcnow
from ...model.sample import MeterValue
from ...model.timestamps import parse_time
from ...schema.spelling import snake
from ...session import Session
from ...transaction_reports import Start, Stop
from ..meter_values import read_meter_values
from ..spelling import id_token_info, tag_of
from ..station import Station


class Transactions:
    """Takes the events of transactions."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._session = session
        self._charge_point = session.charge_point
        self._station = session.charge_point.part(Station)

    async def transaction_event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take an event of a transaction."""
        charge_point, info = self._charge_point, payload["transactionInfo"]
        transaction_id = info["transactionId"]
        values = read_meter_values(
            payload.get("meterValue") or [], charge_point.deviations
        )
        time = parse_time(payload["timestamp"])
        number = self._evse_of(payload, transaction_id)
        token = payload.get("idToken")
        tag = None if token is None else tag_of(token)
        authorization: Authorization | None = None
        match payload["eventType"]:
            case "Started":
                _, authorization = await self._session.transactions.started(
                    Start(
                        connector_id=number,
                        id_tag="" if tag is None else tag.id,
                        time=time,
                        meter_wh=self._register(values),
                        transaction_id=transaction_id,
                        reservation_id=payload.get("reservationId"),
                    )
                )
                self._measure(number, values, transaction_id)
            case "Updated":
                self._measure(number, values, transaction_id)
                if tag is not None:
                    authorization = self._session.authorize(tag)
            case "Ended":
                authorization = await self._session.transactions.stopped(
                    Stop(
                        transaction_id=transaction_id,
                        connector_id=number,
                        time=time,
                        meter_wh=self._register(values, last=True),
                        reason=snake(info.get("stoppedReason") or "Local"),
                        reason_told=info.get("stoppedReason") is not None,
                        id_tag=None if tag is None else tag.id,
                    )
                )
        self._show(payload, number, time)
        if authorization is None or tag is None:
            return {}
        return {"idTokenInfo": id_token_info(authorization)}

    def _show(
        self, payload: dict[str, Any], number: int, time: datetime | None
    ) -> None:
        self._station.transaction_told(
            number,
            payload["transactionInfo"].get("chargingState"),
            ended=payload["eventType"] == "Ended",
            time=time,
        )

    def _evse_of(self, payload: dict[str, Any], transaction_id: str) -> int:
        if (evse := payload.get("evse")) is not None:
            return int(evse["id"])
        charge_point = self._charge_point
        known = charge_point.ledger.find(charge_point.id, transaction_id)
        if known is not None and known.connector_id:
            return known.connector_id
        numbers = charge_point.connector_numbers
        return numbers[0] if len(numbers) == 1 else 0

    def _measure(
        self, number: int, values: list[MeterValue], transaction_id: str
    ) -> None:
        if (
            values
            and (connector := self._charge_point.connector_told(number)) is not None
        ):
            connector.update_meter(values, transaction_id=transaction_id)

    def _register(
        self, values: list[MeterValue], *, last: bool = False
    ) -> float | None:
        """Return the first or the last reading of the energy register, in Wh."""
        if not values:
            return None
        registers = (
            Meter(self._charge_point.deviations).update(values, now=utcnow()).registers
        )
        if not registers:
            return None
        return registers[-1 if last else 0].wh
