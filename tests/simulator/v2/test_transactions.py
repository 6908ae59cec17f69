"""Transactions of the simulated station: where they begin and end, what is told."""

from typing import Any

import pytest

from simulator import Car
from tests.simulator.v2.csms import Csms, charging, make


async def test_a_session_by_card(csms: Csms) -> None:
    async with make(csms, sample_interval=60) as station:
        await station.wait_idle()
        await charging(station)
        started = csms.events("Started")[0]
        assert started["triggerReason"] == "Authorized"
        assert started["seqNo"] == 0
        assert started["evse"] == {"id": 1, "connectorId": 1}
        assert started["idToken"] == {"idToken": "CARD", "type": "ISO14443"}
        (begin,) = started["meterValue"]
        assert begin["sampledValue"][0]["context"] == "Transaction.Begin"
        assert "offline" not in started
        await csms.wait(lambda: csms.triggers().count("MeterValuePeriodic") >= 2)
        updated = next(
            one for one in csms.events() if one["triggerReason"] == "MeterValuePeriodic"
        )
        assert "evse" not in updated
        assert "idToken" not in updated
        power = [
            one["value"]
            for one in updated["meterValue"][0]["sampledValue"]
            if one["measurand"] == "Power.Active.Import"
        ]
        assert power == [16 * 230 * 3]
        assert await station.present_card("CARD") == "Accepted"
        await station.wait_idle()
        (ended,) = csms.events("Ended")
        assert ended["triggerReason"] == "StopAuthorized"
        assert ended["transactionInfo"]["stoppedReason"] == "Local"
        contexts = [one["sampledValue"][0]["context"] for one in ended["meterValue"]]
        assert contexts == ["Transaction.Begin", "Transaction.End"]
        numbers = [one["seqNo"] for one in csms.events()]
        assert numbers == list(range(len(numbers)))
        ids = {one["transactionInfo"]["transactionId"] for one in csms.events()}
        assert len(ids) == 1
        assert station.connector(1).status == "Finishing"
        await station.unplug(1)
        await station.wait_idle()
        assert [one["connectorStatus"] for one in csms.of("StatusNotification")] == [
            "Available",
            "Occupied",
            "Available",
        ]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("EVConnected", "EVConnected", ["plug", "unplug"]),
        ("ParkingBayOccupancy", "ParkingBayOccupancy", ["plug", "unplug"]),
        ("Authorized", "Authorized", ["card", "stop"]),
        ("PowerPathClosed", "PowerPathClosed", ["card", "stop"]),
        ("DataSigned", "DataSigned", ["card", "stop"]),
        ("EnergyTransfer", "EnergyTransfer", ["card", "full"]),
        ("EVConnected,Authorized", "EVConnected", ["plug", "unplug"]),
    ],
)
async def test_start_and_stop_points(
    csms: Csms, start: str, stop: str, expected: list[str]
) -> None:
    values = {"TxCtrlr.TxStartPoint": start, "TxCtrlr.TxStopPoint": stop}
    seen: list[str] = []
    async with make(csms, sample_interval=0, values=values) as station:
        await station.wait_idle()

        async def note(what: str) -> None:
            await station.wait_idle()
            kinds = [one["eventType"] for one in csms.events()]
            for number, kind in enumerate(("Started", "Ended")):
                if kind in kinds and len(seen) == number:
                    seen.append(what)

        await station.plug(1, Car(soc=98, target_soc=100, capacity_kwh=1))
        await note("plug")
        await station.present_card("CARD")
        await note("card")
        await station.wait_for(
            lambda: station.connector(1).status in ("SuspendedEV", "Finishing")
        )
        await note("full")
        if station.connector(1).authorized is not None:
            await station.present_card("CARD")
        await note("stop")
        await station.unplug(1)
        await note("unplug")
    assert seen == expected


async def test_remote_start_and_stop(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        start: dict[str, Any] = {
            "idToken": {"idToken": "HA", "type": "Central"},
            "remoteStartId": 42,
            "evseId": 1,
        }
        assert await csms.ask("RequestStartTransaction", start) == {
            "status": "Accepted"
        }
        await station.wait_for(lambda: station.connector(1).status == "Preparing")
        assert csms.events() == []
        await station.plug(1)
        await csms.wait(lambda: bool(csms.events("Started")))
        started = csms.events("Started")[0]
        assert started["transactionInfo"]["remoteStartId"] == 42
        assert started["idToken"]["type"] == "Central"
        number = started["transactionInfo"]["transactionId"]
        await station.wait_idle()
        assert await csms.ask("GetTransactionStatus", {"transactionId": number}) == {
            "ongoingIndicator": True,
            "messagesInQueue": False,
        }
        wrong = await csms.ask("RequestStopTransaction", {"transactionId": "no"})
        assert wrong == {"status": "Rejected"}
        stop = await csms.ask("RequestStopTransaction", {"transactionId": number})
        assert stop == {"status": "Accepted"}
        await csms.wait(lambda: bool(csms.events("Ended")))
        (ended,) = csms.events("Ended")
        assert ended["triggerReason"] == "RemoteStop"
        assert ended["transactionInfo"]["stoppedReason"] == "Remote"


async def test_a_start_during_a_transaction_for_the_cable(csms: Csms) -> None:
    values = {"TxCtrlr.TxStartPoint": "EVConnected"}
    async with make(csms, values=values) as station:
        await station.wait_idle()
        await station.plug(1)
        await csms.wait(lambda: bool(csms.events("Started")))
        started = csms.events("Started")[0]
        assert "idToken" not in started
        assert started["triggerReason"] == "CablePluggedIn"
        answer = await csms.ask(
            "RequestStartTransaction",
            {
                "idToken": {"idToken": "HA", "type": "Central"},
                "remoteStartId": 5,
                "evseId": 1,
            },
        )
        number = started["transactionInfo"]["transactionId"]
        assert answer == {"status": "Accepted", "transactionId": number}
        await station.wait_for(lambda: station.connector(1).status == "Charging")
        await station.wait_idle()
        told = next(one for one in csms.events() if "idToken" in one)
        assert (told["eventType"], told["triggerReason"]) == ("Updated", "RemoteStart")
        assert told["transactionInfo"]["remoteStartId"] == 5


async def test_no_car_comes(csms: Csms) -> None:
    values = {"TxCtrlr.TxStartPoint": "Authorized"}
    async with make(csms, values=values) as station:
        await station.wait_idle()
        await station.present_card("CARD", 1)
        await csms.wait(lambda: bool(csms.events("Ended")))
        (ended,) = csms.events("Ended")
        assert ended["triggerReason"] == "EVConnectTimeout"
        assert ended["transactionInfo"]["stoppedReason"] == "Timeout"


async def test_offline_events_are_told_later(csms: Csms) -> None:
    async with make(csms, sample_interval=60) as station:
        await station.wait_idle()
        await charging(station)
        await station.drop()
        before = len(csms.events())
        await station.wait_for(lambda: len(station.outbox) >= 2)
        await station.unplug(1)
        await station.reconnect()
        await station.wait_idle()
        late = csms.events()[before:]
        assert all(one["offline"] for one in late)
        assert late[-1]["eventType"] == "Ended"
        numbers = [one["seqNo"] for one in csms.events()]
        assert numbers == list(range(len(numbers)))


async def test_intermediate_events_may_be_dropped_offline(csms: Csms) -> None:
    async with make(csms, sample_interval=60) as station:
        station.transactions.drops_updates = True
        await station.wait_idle()
        await charging(station)
        await station.drop()
        transaction = station.connector(1).transaction
        assert transaction is not None
        number = transaction.seq_no
        await station.wait_for(lambda: transaction.seq_no >= number + 2)
        await station.unplug(1)
        await station.reconnect()
        await station.wait_idle()
        numbers = [one["seqNo"] for one in csms.events()]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] >= len(numbers) + 1


@pytest.mark.parametrize("stops", ["true", "false"])
async def test_a_token_that_is_refused_late(csms: Csms, stops: str) -> None:
    refused = {"idTokenInfo": {"status": "Blocked"}}
    csms.rules["TransactionEvent"] = lambda payload: (
        refused if "idToken" in payload else {}
    )
    values = {"TxCtrlr.StopTxOnInvalidId": stops}
    async with make(csms, values=values) as station:
        await station.wait_idle()
        await station.plug(1)
        await station.present_card("CARD")
        if stops == "true":
            await csms.wait(lambda: bool(csms.events("Ended")))
            (ended,) = csms.events("Ended")
            assert ended["triggerReason"] == "Deauthorized"
            assert ended["transactionInfo"]["stoppedReason"] == "DeAuthorized"
        else:
            await station.wait_for(
                lambda: station.connector(1).status == "SuspendedEVSE"
            )
            assert csms.events("Ended") == []


async def test_costs_and_messages_are_shown(csms: Csms) -> None:
    csms.rules["TransactionEvent"] = {
        "totalCost": 1.5,
        "updatedPersonalMessage": {"format": "UTF8", "content": "Moin"},
    }
    async with make(csms) as station:
        await station.wait_idle()
        await charging(station)
        assert station.shown[:2] == ["1.5 EUR", "Moin"]
        number = station.connector(1).transaction_id
        cost = {"totalCost": 2.25, "transactionId": number}
        assert await csms.ask("CostUpdated", cost) == {}
        assert station.shown[-1] == "2.25 EUR"


async def test_aligned_values_in_and_outside_of_transactions(csms: Csms) -> None:
    values = {"AlignedDataCtrlr.Interval": "60"}
    async with make(csms, sample_interval=0, values=values, plugs=(1, 1)) as station:
        await station.wait_idle()
        await charging(station)
        await csms.wait(lambda: "MeterValueClock" in csms.triggers())
        idle = await csms.expect("MeterValues")
        contexts = {one["context"] for one in idle["meterValue"][0]["sampledValue"]}
        assert contexts == {"Sample.Clock"}


async def test_two_plugs_of_one_evse(csms: Csms) -> None:
    async with make(csms, plugs=(2,)) as station:
        await station.wait_idle()
        csms.clear()
        await station.plug(1, Car(), plug=2)
        await station.present_card("CARD", 1)
        await csms.wait(lambda: bool(csms.events("Started")))
        await station.wait_idle()
        assert csms.events("Started")[0]["evse"] == {"id": 1, "connectorId": 2}
        assert [
            (one["connectorId"], one["connectorStatus"])
            for one in csms.of("StatusNotification")
        ] == [(2, "Occupied")]
