"""TransactionEvent (E01 to E15)."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from ...access.authorization import Authorization
from ...metering.metering import DEFAULT_CONTEXT, RegisterSample
from ...metering.samples import BEGIN, energy_readings
from ...model.model import utcnow
from ...model.sample import MeterValue
from ...model.timestamps import parse_time
from ...schema.spelling import snake
from ...session import Session
from ...transaction_events import Kind, TransactionEvent
from ...transactions.transaction import Transaction
from ..meter_values import read_meter_values
from ..money.costs import Costs
from ..money.details import CostDetails
from ..money.tariffs import Tariffs
from ..spelling import id_token_info, tag_of
from ..station import Order, Station
from ..targets.limits import TransactionLimits
from ..targets.priority import NOTIFY_PRIORITY
from ..targets.resumption import Resumption

_KINDS = {"Started": Kind.STARTED, "Updated": Kind.UPDATED, "Ended": Kind.ENDED}

_PERMITTED = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})
"""The states in which energy is permitted to flow (3.16)."""

_STOPS = frozenset(
    {"StopAuthorized", "Deauthorized", "RemoteStop", "TariffNotAccepted"}
)
"""The reasons of events whose token is that of somebody who ends the transaction."""

_RESUMED = "TxResumed"
"""The reason of the first event after an interruption (2.1: E17.FR.14)."""

_RARE = frozenset({"idToken", "reservationId"})
"""What only few events have that are not the first or the last."""


def _begins(values: list[MeterValue]) -> bool:
    """Return whether there is a value of the beginning of the transaction."""
    return any(
        sample.context == BEGIN
        for meter_value in values
        for sample in meter_value.samples
    )


class Transactions:
    """Takes the events of transactions."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._session = session
        self._charge_point = session.charge_point
        self._station = session.charge_point.part(Station)
        self._costs = session.charge_point.part(Costs)
        self._tariffs = session.charge_point.part(Tariffs)
        self._cost_details = session.charge_point.part(CostDetails)
        self._limits = (
            TransactionLimits(session.charge_point)
            if NOTIFY_PRIORITY in session.schemas.actions
            else None
        )
        """None in 2.0.1, which has no limits of transactions."""

    def transaction_event(
        self, payload: dict[str, Any]
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Take an event of a transaction.

        That of a running session with new values is answered at once: they come every
        few seconds, and wait for nothing.
        """
        info = payload["transactionInfo"]
        transaction_id = info["transactionId"]
        time = parse_time(payload["timestamp"])
        number = self._charge_point_evse(payload.get("evse"), transaction_id)
        order = self._station.order(number, transaction_id, time, payload.get("seqNo"))
        values = (
            read_meter_values(
                entries, self._charge_point.deviations, self._charge_point.signed
            )
            if (entries := payload.get("meterValue"))
            else []
        )
        if "tariffId" in info:
            self._tariffs.told(transaction_id, info["tariffId"])
        if self._charge_point.signed:
            self._charge_point.signed_told(
                connector_id=number or None,
                transaction_id=transaction_id,
                edge=payload["eventType"] != "Updated",
            )
        if (
            payload["eventType"] == "Updated"
            and order is Order.NEXT
            and number
            and _RARE.isdisjoint(payload)
            and (connector := self._charge_point.connectors.get(number)) is not None
            and (running := connector.transaction) is not None
            and running.id == transaction_id
            and running.accepted
            and (
                running.reported_meter_start_wh is not None
                or (running.meter_start_wh is not None and not _begins(values))
            )
            and "remoteStartId" not in info
            and payload["triggerReason"] != _RESUMED
            and payload.get("offline") is not True
        ):
            if values:
                connector.update_meter(values, transaction_id=transaction_id)
            if "numberOfPhasesUsed" in payload:
                connector.phases_told(payload["numberOfPhasesUsed"])
            state = info.get("chargingState")
            known = self._station.evses.get(number)
            if (
                known is None
                or known.transaction_id != transaction_id
                or (state is not None and state != known.charging_state)
                or not connector.status_is_current
                or payload["triggerReason"] in _STOPS
            ):
                self._station.transaction_told(
                    number,
                    transaction_id,
                    state,
                    stopped=payload["triggerReason"] in _STOPS,
                    time=time,
                )
            else:
                known.time, known.offline = time or known.time, False
            running = connector.transaction
            if running is None:
                return {}
            answer = {} if running.cost is None else self._with_cost({}, running)
            if self._limits is not None:
                self._limits.hear(number, transaction_id, payload)
                self._limits.add_to(answer, number, transaction_id)
            return answer
        return self._told(payload, number, time, order, values)

    async def _told(
        self,
        payload: dict[str, Any],
        number: int,
        time: datetime | None,
        order: Order,
        values: list[MeterValue],
    ) -> dict[str, Any]:
        """Take an event that changes more than the values of a running session."""
        info, kind = payload["transactionInfo"], _KINDS[payload["eventType"]]
        late = order is Order.LATE
        transaction_id, state = info["transactionId"], info.get("chargingState")
        token, start_id = payload.get("idToken"), info.get("remoteStartId")
        tag = None if token is None else tag_of(token)
        if tag is None and kind is not Kind.ENDED:
            # Some do not repeat the token of a remote start.
            tag = self._station.tag_of_start(start_id, transaction_id)
        evse, offline = payload.get("evse") or {}, payload.get("offline") is True
        event = TransactionEvent(
            kind=kind,
            transaction_id=transaction_id,
            time=time,
            connector_id=number or None,
            plug=evse.get("connectorId"),
            tag=tag,
            values=values,
            registers=self._registers(values),
            offline=offline,
            is_late=late,
            counts_anew=order is Order.RESTARTED,
            permitted=state in _PERMITTED,
            reservation_id=payload.get("reservationId"),
            remote_start_id=start_id,
            stops=payload.get("triggerReason") in _STOPS,
            reason=snake(info.get("stoppedReason") or "Local"),
            reason_told=info.get("stoppedReason") is not None,
        )
        limits = self._limits if number else None
        if (
            kind is Kind.ENDED
            and limits is not None
            and (open_one := self._charge_point.connector(number).transaction)
            is not None
            and open_one.id == transaction_id
        ):
            # The end is judged by it.
            limits.hear(number, transaction_id, payload)
        transaction, authorization = await self._session.events.told(event)
        if transaction is not None:
            number = transaction.connector_id or number
        if kind is Kind.ENDED:
            self._tariffs.ended(transaction_id)
            details = payload.get("costDetails")
            if details is not None and transaction is not None:
                self._cost_details.ended(details, transaction)
        phases = payload.get("numberOfPhasesUsed")
        if number and phases is not None and not late and kind is not Kind.ENDED:
            self._charge_point.connector(number).phases_told(phases)
        if number and not (late and kind is not Kind.ENDED):
            self._station.transaction_told(
                number,
                transaction_id,
                state,
                plug=event.plug,
                ended=kind is Kind.ENDED
                or (transaction is not None and transaction.reported_end is not None),
                stopped=event.stops,
                offline=offline,
                time=time,
            )
        answer = self._answer(transaction, authorization, token)
        if (
            kind is not Kind.ENDED
            and not late
            and limits is not None
            and number
            and (running := self._charge_point.connector(number).transaction)
            is not None
            and running.id == transaction_id
        ):
            limits.hear(number, transaction_id, payload)
            limits.add_to(answer, number, transaction_id)
        if payload["triggerReason"] == _RESUMED and number and not late:
            self._charge_point.part(Resumption).resumed(number, transaction_id)
        return answer

    def _with_cost(
        self, answer: dict[str, Any], transaction: Transaction
    ) -> dict[str, Any]:
        """Add the cost so far, if it is known, to an answer.

        I03.FR.04: without it nothing is said, as 0.00 means that it is free.
        """
        if transaction.cost is not None and self._charge_point.price_board.tells_costs:
            cost = answer["totalCost"] = round(transaction.cost, 2)
            self._costs.answered(transaction.connector_id, transaction.id, cost)
        return answer

    def _answer(
        self,
        transaction: Transaction | None,
        authorization: Authorization | None,
        token: dict[str, Any] | None,
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        if transaction is not None:
            self._with_cost(answer, transaction)
        if authorization is not None and token is not None:
            answer["idTokenInfo"] = id_token_info(authorization)
        return answer

    def _charge_point_evse(
        self, evse: dict[str, Any] | None, transaction_id: str
    ) -> int:
        """Return the number of an event's EVSE; 0 if it is not known (E01.FR.16)."""
        if evse is not None and evse["id"]:
            number: int = evse["id"]
            return number if self._charge_point.connector_told(number) else 0
        charge_point = self._charge_point
        known = charge_point.ledger.find_told(charge_point.id, transaction_id, None)
        if known is not None and known.connector_id:
            return known.connector_id
        numbers = charge_point.connector_numbers
        return numbers[0] if len(numbers) == 1 else 0

    def _registers(self, values: list[MeterValue]) -> list[RegisterSample]:
        """Return the readings of the energy register, in the order of their times."""
        if not values:
            return []
        now = self._charge_point.clock.at(utcnow())
        found = [
            RegisterSample(time or now, context or DEFAULT_CONTEXT, wh)
            for time, context, wh in energy_readings(
                values, self._charge_point.deviations
            )
        ]
        return sorted(found, key=lambda one: one.time)
