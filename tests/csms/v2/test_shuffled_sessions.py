"""Random sessions whose events are shuffled, lost and repeated, are booked once each."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import inspect
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.csms.access.authorization import AcceptEveryTag
from custom_components.ocpp_cs.csms.access.card_reads import CardReads
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.session import Session
from custom_components.ocpp_cs.csms.transaction_events import TransactionEvents
from custom_components.ocpp_cs.csms.transaction_reports import TransactionReports
from custom_components.ocpp_cs.csms.transactions.ledger import (
    Ledger,
    MemoryStore,
    Transaction,
)
from custom_components.ocpp_cs.csms.v2.inbound.transactions import Transactions
from tests.sampling import examples

type Json = dict[str, Any]


@dataclass
class Told:
    """A session as it was, and its events as they are sent."""

    id: str
    evse: int
    events: list[Json] = field(default_factory=list)


def _reading(wh: float, context: str, time: datetime) -> Json:
    sampled = {"value": float(wh), "context": context}
    return {"timestamp": time.isoformat(), "sampledValue": [sampled]}


@st.composite
def sessions(draw: st.DrawFn) -> list[Told]:
    """Return sessions at two EVSEs, all of them in the past."""
    result = []
    for evse in (1, 2):
        time = datetime(2026, 1, 5, tzinfo=UTC)
        register = draw(st.integers(0, 50_000_000))
        for number in range(draw(st.integers(0, 4))):
            told = Told(id=f"{evse}-{number}", evse=evse)
            knows_evse = draw(st.booleans())
            late_token = draw(st.booleans())
            values = draw(st.lists(st.booleans(), min_size=2, max_size=7))
            for seq, has_values in enumerate(values):
                time += timedelta(minutes=draw(st.integers(1, 60)))
                last = seq == len(values) - 1
                if seq:
                    register += draw(st.integers(100, 2000))
                event: Json = {
                    "eventType": "Ended" if last else "Updated" if seq else "Started",
                    "timestamp": time.isoformat(),
                    "triggerReason": "Trigger",
                    "seqNo": seq,
                    "offline": True,
                    "transactionInfo": {"transactionId": told.id},
                }
                if knows_evse or not seq:
                    event["evse"] = {"id": evse, "connectorId": 1}
                if not last:
                    event["transactionInfo"]["chargingState"] = "Charging"
                if seq == (1 if late_token else 0):
                    event["idToken"] = {"idToken": told.id, "type": "ISO14443"}
                if has_values:
                    context = "Transaction.End" if last else "Sample.Periodic"
                    if not seq:
                        context = "Transaction.Begin"
                    event["meterValue"] = [_reading(register, context, time)]
                told.events.append(event)
            result.append(told)
    return result


async def _booked(delivered: list[Json]) -> list[Transaction]:
    store = MemoryStore()
    ledger = Ledger(store)
    await ledger.load()
    charge_point = ChargePoint("CP1", ledger)
    ledger.ids_tell("CP1", always=True)
    charge_point.connector(1)
    charge_point.connector(2)
    authorizer, reads = AcceptEveryTag(), CardReads(charge_point.emit)

    def authorize(tag: Any, *, starting: Transaction | None = None) -> Any:
        return authorizer.authorize("CP1", tag, starting=starting)

    def ask_others(tag: Any, connector_id: int | None = None) -> None:
        return None

    reports = TransactionReports(
        charge_point, authorize=authorize, ask_others=ask_others, card_reads=reads
    )
    session = SimpleNamespace(
        charge_point=charge_point,
        schemas=SimpleNamespace(actions=frozenset()),
        events=TransactionEvents(
            charge_point,
            reports,
            authorize=authorize,
            ask_others=ask_others,
            card_reads=reads,
        ),
    )
    transactions = Transactions(cast("Session", session))
    for event in delivered:
        answer = transactions.transaction_event(event)
        if inspect.isawaitable(answer):
            answer = await answer
        assert ("idTokenInfo" in answer) == ("idToken" in event)
    await ledger.save()
    charge_point.close()
    return list(store.transactions.values())


@settings(max_examples=examples(400))
@given(st.data(), sessions())
def test_each_session_is_booked_once(data: st.DataObject, truth: list[Told]) -> None:
    """Each has the energy that its events tell, in whatever order they come."""
    everything = [event for told in truth for event in told.events]
    kept = [event for event in everything if data.draw(st.integers(0, 4))]
    again = [event for event in kept if not data.draw(st.integers(0, 3))]
    order = data.draw(st.permutations(kept + again))
    booked = asyncio.run(_booked(order))
    arrived = Counter(event["transactionInfo"]["transactionId"] for event in kept)
    assert sorted(one.id for one in booked) == sorted(arrived)
    for told in truth:
        mine = [event for event in told.events if event in kept]
        if not mine:
            continue
        (one,) = (one for one in booked if one.id == told.id)
        readings = [
            value["sampledValue"][0]["value"]
            for event in mine
            for value in event.get("meterValue", ())
        ]
        ended = mine[-1]["eventType"] == "Ended"
        if any("evse" in event for event in mine):
            assert one.connector_id == told.evse
        if any("idToken" in event for event in mine):
            assert one.id_tag == told.id
        if mine[0]["eventType"] == "Started":
            assert one.start == datetime.fromisoformat(mine[0]["timestamp"])
        if ended:
            assert one.end == datetime.fromisoformat(mine[-1]["timestamp"])
        if len(readings) < 2:
            assert not one.energy_wh or not ended
        elif ended:
            assert one.energy_wh == readings[-1] - readings[0]
        else:
            assert one.energy_wh is not None
            assert one.energy_wh >= readings[-1] - readings[0]
