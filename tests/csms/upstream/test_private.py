"""What an upstream does not learn of a session that it is not told of."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import CallErrorReceivedError
from custom_components.ocpp_cs.csms.model.tags import tag_key
from custom_components.ocpp_cs.csms.upstream.model import SessionChoice
from simulator import Car
from tests.csms.test_central_system import until

from .asked import Asked, asked


async def begin(one: Asked, id_tag: str) -> None:
    """Let a car charge with an id tag."""
    await one.charger.plug(1, Car(capacity_kwh=100.0))
    one.charger.start_transaction(one.charger.connector(1), id_tag)
    await until(lambda: one.ours.connectors[1].transaction)
    await one.charger.send_meter_values()
    await until(lambda: "power" in one.ours.connectors[1].measurements)


def told(one: Asked) -> dict[str, Any]:
    """Return the meter values that the employer knows."""
    return one.theirs.connectors[1].measurements


@pytest.fixture(name="settings", params=["ocpp1.6", "ocpp2.0.1"])
def fixture_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the settings of an upstream of each version, which wants its cards only."""
    return {
        "subprotocol": request.param,
        "sessions": SessionChoice.OWN,
        "tags": frozenset({tag_key("COMPANY")}),
        "pays": True,
    }


async def test_values_of_a_private_session_are_told_to_nobody_who_asks(
    settings: dict[str, Any],
) -> None:
    async with asked(**settings) as one:
        await begin(one, "PRIVATE")
        answer = await one.ask("TriggerMessage", requestedMessage="MeterValues")
        assert answer == {"status": "Rejected"}
        one.station._tell_by_clock()
        # What is sent after the values has arrived: so would have been they.
        one.station._send_once(("DataTransfer", {"vendorId": "last"}))
        await until(lambda: not one.station._due)
        with pytest.raises(CallErrorReceivedError):
            await one.station.ask(("Joke", {}))
        assert not told(one).get("power")
        assert one.pair.told == []


async def test_values_of_its_own_session_are_told(settings: dict[str, Any]) -> None:
    async with asked(**settings) as one:
        await begin(one, "COMPANY")
        await until(lambda: one.pair.told)
        answer = await one.ask("TriggerMessage", requestedMessage="MeterValues")
        assert answer == {"status": "Accepted"}
        await until(lambda: "power" in told(one))


async def test_words_beside_the_status_are_told_with_a_problem_only(
    settings: dict[str, Any],
) -> None:
    """Some charge points tell the card or the driver there."""

    def words() -> list[str]:
        frames = [text for _, direction, text in one.station.frames]
        return [text for text in frames if "WORDS" in text]

    async def says(error: str, info: str) -> None:
        await one.charger.link.call(
            "StatusNotification",
            {"connectorId": 1, "status": "Charging", "errorCode": error, "info": info},
        )
        await until(lambda: one.ours.connectors[1].info == info)
        one.station._send_once(("DataTransfer", {"vendorId": info}))
        await until(lambda: any(info in text for _, _, text in one.station.frames))
        await until(lambda: one.station._states.next() is None)

    async with asked(**settings) as one:
        await begin(one, "COMPANY")
        await until(lambda: one.pair.told)
        await says("NoError", "WORDS1")
        await says("OverVoltage", "WORDS2")
        one.charger.stop_transaction(one.charger.connector(1), "Local")
        await until(lambda: one.pair.told[0].end)
        one.charger.start_transaction(one.charger.connector(1), "PRIVATE")
        await until(lambda: one.ours.connectors[1].transaction)
        await says("NoError", "WORDS3")
        await says("OverVoltage", "WORDS4")
        told = [text for text in words() if "DataTransfer" not in text]
        assert told
        assert [text for text in told if "WORDS2" not in text] == []
