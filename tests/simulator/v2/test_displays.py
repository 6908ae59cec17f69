"""Messages on the display of the station (O01 to O06)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from simulator.console import Console
from simulator.v2 import ChargingStation
from tests.simulator.v2.csms import Csms, charging, make


@pytest.fixture
async def csms() -> AsyncIterator[Csms]:
    """Return a CSMS that speaks 2.1; all that came must be valid in the end."""
    async with Csms(version="2.1") as running:
        yield running
    assert running.wrong == []


async def show(csms: Csms, number: int, text: str = "Welcome", **more: Any) -> str:
    """Set a message; return the status."""
    content = {"format": "UTF8", "content": text} | more.pop("content", {})
    answer = await csms.ask(
        "SetDisplayMessage",
        {
            "message": {
                "id": number,
                "priority": "NormalCycle",
                "message": content,
                **more,
            }
        },
    )
    return str(answer["status"])


def shown(station: ChargingStation) -> list[str]:
    return station.displays.shown()


async def test_what_is_shown(csms: Csms) -> None:
    async with make(csms, version="2.1") as station:
        await station.wait_idle()
        later = station.timestamp(station.clock.now() + timedelta(days=1))
        past = station.timestamp(station.clock.now() - timedelta(days=1))
        assert shown(station) == []
        assert await show(csms, 1, "One") == "Accepted"
        assert await show(csms, 2, "Two", startDateTime=later) == "Accepted"
        assert await show(csms, 3, "Three", endDateTime=past) == "Accepted"
        assert await show(csms, 4, "Four", state="Charging") == "Accepted"
        assert [one["id"] for one in station.displays.messages] == [1, 2, 4]
        assert shown(station) == ["One"]
        assert await show(csms, 5, "Five", priority="InFront") == "Accepted"
        assert await show(csms, 6, "Six", priority="InFront") == "Accepted"
        assert shown(station) == ["Five", "Six"]
        # Five at most; the same one again is none more, and so is the front of all.
        assert await show(csms, 7, "Seven") == "Rejected"
        assert await show(csms, 6, "Six!", priority="AlwaysFront") == "Accepted"
        assert shown(station) == ["Six!"]
        for number in (5, 6):
            answer = await csms.ask("ClearDisplayMessage", {"id": number})
            assert answer == {"status": "Accepted"}
        assert (await csms.ask("ClearDisplayMessage", {"id": 6}))["status"] == "Unknown"
        await show(csms, 8, "A", priority="AlwaysFront")
        await show(csms, 9, "B", priority="AlwaysFront")
        assert shown(station) == ["B"]
        await csms.ask("ClearDisplayMessage", {"id": 9})
        # They are kept over a restart, and belong to what the station does.
        assert await show(csms, 9, "?", transactionId="x") == "UnknownTransaction"
        await station.reboot()
        await station.wait_idle()
        await charging(station)
        running = station.connector(1).transaction_id
        assert await show(csms, 9, "Mine", transactionId=running) == "Accepted"
        assert set(shown(station)) == {"One", "Four", "Mine"}
        await station.unplug(1)
        await station.wait_idle()
        assert shown(station) == ["One"]
        console = Console([station])
        assert await console.execute("display") == (
            "1 NormalCycle always: One\n2 NormalCycle always: Two\n"
            "4 NormalCycle Charging: Four\nnow: One"
        )


async def test_languages_and_what_is_refused(csms: Csms) -> None:
    german = {"format": "UTF8", "language": "de", "content": "Willkommen"}
    html, odd = {"format": "HTML"}, {"language": "xx"}
    async with make(csms, version="2.1") as station:
        await station.wait_idle()
        assert await show(csms, 1, messageExtra=[german]) == "Accepted"
        assert station.displays.shown("de") == ["Willkommen"]
        assert station.displays.shown("fr") == ["Welcome"]
        assert await show(csms, 2, content=html) == "NotSupportedMessageFormat"
        assert await show(csms, 2, content=odd) == "LanguageNotSupported"
        station.model.put("DisplayMessageCtrlr", "SupportedPriorities", "InFront")
        station.model.put("DisplayMessageCtrlr", "SupportedStates", "Idle")
        assert await show(csms, 2) == "NotSupportedPriority"
        front = {"priority": "InFront", "state": "Suspended"}
        assert await show(csms, 2, **front) == "NotSupportedState"


async def test_they_are_listed(csms: Csms) -> None:
    async with make(csms, version="2.1") as station:
        await station.wait_idle()
        for number in (1, 2, 3):
            await show(csms, number, state="Idle" if number == 2 else "Faulted")

        async def listed(**wanted: Any) -> list[int]:
            before = len(csms.of("NotifyDisplayMessages"))
            answer = await csms.ask("GetDisplayMessages", {"requestId": 4, **wanted})
            if answer["status"] == "Unknown":
                return []
            await csms.wait(
                lambda: any(
                    not one["tbc"] for one in csms.of("NotifyDisplayMessages")[before:]
                )
            )
            pieces = csms.of("NotifyDisplayMessages")[before:]
            return [one["id"] for piece in pieces for one in piece["messageInfo"]]

        assert await listed() == [1, 2, 3]
        assert await listed(id=[1, 3]) == [1, 3]
        assert await listed(state="Idle") == [2]
        assert await listed(priority="InFront") == []
