"""Messages and costs on a station's display (I, O)."""

from typing import Any

import pytest

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import VALID
from tests.conformance.v2.cases import case, cases
from tests.conformance.v2.station import ACCEPTED, Station, Visit, reading, sampled

START, END = "2030-01-02T03:00:00Z", "2030-01-03T03:00:00Z"
PRICE = 0.3


# Costs.


class TestCosts:
    """What a session costs, as the station is told."""

    @pytest.fixture
    def options(self) -> dict[str, Any]:
        """Return the options of a server with a price for each kWh."""
        return {"prices": {"price": PRICE}}

    @case("I_01")
    async def test_running_cost(self, home: Home, visit: Visit) -> None:
        for wh in (1500, 2000):
            answer = await visit.event(
                "Updated", "MeterValuePeriodic", values=[reading(sampled(wh))]
            )
        assert answer["totalCost"] == pytest.approx(PRICE, abs=0.01)
        # A user can say it, too.
        visit.station.answers["CostUpdated"] = {}
        await home.act("cost_updated", total_cost=4.2, transaction_id=visit.id)
        assert visit.station.asked("CostUpdated") == [
            {"totalCost": 4.2, "transactionId": visit.id}
        ]

    @case("I_02")
    async def test_total_cost(self, home: Home, station: Station) -> None:
        visit = station.visit()
        await visit.plug_in([reading(sampled(1000, "Transaction.Begin"))])
        await visit.authorize()
        await visit.charge()
        await visit.stop()
        await visit.rest()
        answer = await visit.leave()
        assert answer["totalCost"] == pytest.approx(7.2 * PRICE)
        session = await home.session()
        assert session["cost"] == pytest.approx(7.2 * PRICE)


# Messages.


async def _show(
    home: Home, station: Station, status: str = "Accepted", **fields: Any
) -> Json:
    """Show a message; return what the station was sent."""
    station.answers["SetDisplayMessage"] = {"status": status}
    wanted = {"message": "Welcome", "priority": "normal_cycle"} | fields
    if status == "Accepted":
        answer = await home.act("set_display_message", **wanted)
        assert answer["status"] == "accepted"
    else:
        with home.told(f"Garage refused SetDisplayMessage: {status}"):
            await home.act("set_display_message", **wanted)
    message: Json = station.asked("SetDisplayMessage")[-1]["message"]
    assert message.pop("id") >= 0
    return message


def _message(text: str = "Welcome", **more: Any) -> Json:
    return {
        "priority": "NormalCycle",
        "message": {"format": "UTF8", "content": text},
        **more,
    }


@cases(
    *("O_01", "O_13", "O_14", "O_17", "O_18", "O_19", "O_26"),
    fields=[
        {"state": "idle"},
        {"start_date_time": START},
        {"end_date_time": END},
        {"priority": "always_front"},
        {"state": "faulted"},
        {"format": "html"},
        {},
    ],
    told=[
        _message(state="Idle"),
        _message(startDateTime=START),
        _message(endDateTime=END),
        _message(priority="AlwaysFront"),
        _message(state="Faulted"),
        _message(message={"format": "HTML", "content": "Welcome"}),
        _message(),
    ],
    status=[
        "Accepted",
        "Accepted",
        "Accepted",
        "NotSupportedPriority",
        "NotSupportedState",
        "NotSupportedMessageFormat",
        "Rejected",
    ],
)
async def test_show(
    home: Home, station: Station, number: str, fields: Json, told: Json, status: str
) -> None:
    assert await _show(home, station, status, **fields) == told


@cases(
    *("O_06", "O_10", "O_27", "O_28"),
    fields=[
        {},
        {},
        {"start_date_time": START},
        {"end_date_time": END, "state": "charging"},
    ],
    told=[{}, {}, {"startDateTime": START}, {"endDateTime": END, "state": "Charging"}],
    status=["Accepted", "UnknownTransaction", "Accepted", "Accepted"],
)
async def test_show_in_transaction(
    home: Home, visit: Visit, number: str, fields: Json, told: Json, status: str
) -> None:
    of = visit.id if status == "Accepted" else "unknown"
    message = await _show(home, visit.station, status, transaction_id=of, **fields)
    assert message == _message(transactionId=of, **told)
    await visit.finish()
    assert (await home.session())["id_tag"] == VALID


@case("O_12")
async def test_replace(home: Home, station: Station) -> None:
    station.answers["SetDisplayMessage"] = ACCEPTED
    for text in ("Welcome", "Good-bye"):
        await home.act(
            "set_display_message", message=text, priority="normal_cycle", id=5
        )
    assert station.asked("SetDisplayMessage") == [
        {"message": _message(text, id=5)} for text in ("Welcome", "Good-bye")
    ]


def _listed(station: Station, *messages: Json) -> Any:
    """Answer GetDisplayMessages, and send each of these in a piece of its own."""

    def answer(request: Json) -> Json:
        async def notify() -> None:
            for number, message in enumerate(messages, 1):
                told = await station.call(
                    "NotifyDisplayMessages",
                    requestId=request["requestId"],
                    tbc=number < len(messages),
                    messageInfo=[message],
                )
                assert told == {}

        station.soon(notify)
        return ACCEPTED

    return answer


@cases(
    *("O_02", "O_07", "O_08", "O_09"),
    fields=[{}, {"id": [5]}, {"priority": "in_front"}, {"state": "charging"}],
    told=[{}, {"id": [5]}, {"priority": "InFront"}, {"state": "Charging"}],
)
async def test_list(
    home: Home, station: Station, number: str, fields: Json, told: Json
) -> None:
    there = [_message(id=5), _message("Good-bye", id=6)]
    station.answers["GetDisplayMessages"] = _listed(station, *there)
    answer = await home.act("get_display_messages", **fields)
    assert [one["id"] for one in answer["message_info"]] == [5, 6]
    assert answer["complete"] is True
    (asked,) = station.asked("GetDisplayMessages")
    assert asked.pop("requestId") >= 0
    assert asked == told


@case("O_03")
async def test_none_to_list(home: Home, station: Station) -> None:
    station.answers["GetDisplayMessages"] = {"status": "Unknown"}
    answer = await home.act("get_display_messages")
    assert (answer["status"], answer["message_info"]) == ("unknown", [])


@cases("O_04", "O_05", status=["Accepted", "Unknown"])
async def test_remove(home: Home, station: Station, number: str, status: str) -> None:
    station.answers["ClearDisplayMessage"] = {"status": status}
    if status == "Accepted":
        answer = await home.act("clear_display_message", id=5)
        assert answer["status"] == "accepted"
    else:
        with home.told("Garage refused ClearDisplayMessage: Unknown"):
            await home.act("clear_display_message", id=5)
    assert station.asked("ClearDisplayMessage") == [{"id": 5}]
