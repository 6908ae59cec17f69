"""Chargers whose clocks are wrong: shown, mended with a click, remembered."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.store import Memory
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.issues.clocks import OFFSET
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants to wait between the messages."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.model.clock._APART", timedelta(seconds=-1)
    )


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url) as box:
        await box.boot()
        yield box


def by_its_clock(off: timedelta) -> str:
    """Return what a clock says that is ahead by `off`."""
    return (datetime.now(UTC) + off).isoformat()


async def tell_the_time(
    hass: HomeAssistant, box: Wallbox, off: timedelta, times: int = 3
) -> None:
    """Send live messages of a clock that is ahead by `off`."""
    for _ in range(times):
        await box.call(
            "StatusNotification",
            {
                "connectorId": 1,
                "errorCode": "NoError",
                "status": "Preparing",
                "timestamp": by_its_clock(off),
            },
        )
    await settle(hass)


@pytest.mark.parametrize(
    ("off", "difference"),
    [
        (-HOUR - 2 * MINUTE, "-1:02"),
        (6 * MINUTE, "+0:06"),
        (-30 * HOUR, "-30:00"),
    ],
)
async def test_a_clock_that_is_off(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    box: Wallbox,
    off: timedelta,
    difference: str,
) -> None:
    """Once that is certain, and until it is right."""
    await tell_the_time(hass, box, off, times=2)
    assert shown(hass) == []
    await tell_the_time(hass, box, off, times=1)
    issue = await raised(hass, "clock_off")
    assert issue.issue_id == f"clock_off_{next(iter(setup_integration.subentries))}"
    assert said(issue) == {"charger": "Garage", "difference": difference}
    # By one odd message it is neither more right nor more wrong.
    await tell_the_time(hass, box, timedelta(), times=1)
    assert said(await raised(hass, "clock_off"))["difference"] == difference
    await tell_the_time(hass, box, 2 * MINUTE)
    await cleared(hass)


async def test_what_is_tolerable_is_not_shown(
    hass: HomeAssistant, box: Wallbox, hub: Hub
) -> None:
    await tell_the_time(hass, box, 4 * MINUTE)
    assert hub.central_system.charge_points["CP1"].clock.offset
    assert shown(hass) == []


@pytest.mark.parametrize("knows_boot", [True, False])
async def test_a_click_gives_it_the_time(
    hass: HomeAssistant,
    box: Wallbox,
    mend: Callable[[], Mending],
    knows_boot: bool,
) -> None:
    """The repair stays until that has helped."""
    box.answers["TriggerMessage"] = lambda payload: {
        "status": "Accepted"
        if knows_boot or payload["requestedMessage"] == "Heartbeat"
        else "NotImplemented"
    }
    await tell_the_time(hass, box, -HOUR)
    issue = await raised(hass, "clock_off")
    flow = mend()
    step = await flow.start(issue)
    assert step["menu_options"] == ["give_time", "restart"]
    assert step["description_placeholders"]["difference"] == "-1:00"
    done = await flow.go(next_step_id="give_time")
    assert (done["type"], done["reason"]) == ("abort", "time_given")
    asked = await box.wait_for("TriggerMessage", 1 if knows_boot else 2)
    assert asked[-1]["requestedMessage"] == (
        "BootNotification" if knows_boot else "Heartbeat"
    )
    assert shown(hass) == [issue]
    await tell_the_time(hass, box, timedelta())
    await cleared(hass)


async def test_a_click_restarts_it(
    hass: HomeAssistant, box: Wallbox, mend: Callable[[], Mending]
) -> None:
    """Not without asking."""
    await tell_the_time(hass, box, HOUR)
    issue = await raised(hass, "clock_off")
    flow = mend()
    await flow.start(issue)
    assert (await flow.go(next_step_id="restart"))["step_id"] == "restart"
    assert not [name for name, _ in box.received if name == "Reset"]
    done = await flow.go()
    assert (done["type"], done["reason"]) == ("abort", "restarting")
    assert await box.wait_for("Reset") == [{"type": "Soft"}]


@pytest.mark.parametrize("step", ["give_time", "restart"])
async def test_why_a_click_does_not_help(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    box: Wallbox,
    hub: Hub,
    mend: Callable[[], Mending],
    step: str,
) -> None:
    await tell_the_time(hass, box, HOUR)
    issue = await raised(hass, "clock_off")

    async def reason() -> str:
        flow = mend()
        await flow.start(issue)
        result = await flow.go(next_step_id=step)
        if step == "restart":
            result = await flow.go()
        assert result["type"] == "abort"
        assert shown(hass) == [issue]
        return str(result["reason"])

    box.answers |= {
        "TriggerMessage": {"status": "Rejected"},
        "Reset": {"status": "Rejected"},
    }
    assert await reason() == "refused"
    await box.websocket.close()
    charge_point = hub.central_system.charge_points["CP1"]
    while charge_point.connected:
        await settle(hass)
    assert await reason() == "not_connected"
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await reason() == "not_running"


async def test_a_wrong_clock_is_remembered(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    box: Wallbox,
) -> None:
    """So that what is replayed right after a restart is corrected at once."""
    entry = setup_integration
    await tell_the_time(hass, box, -HOUR)
    await raised(hass, "clock_off")
    assert await hass.config_entries.async_reload(entry.entry_id)
    hub: Hub = entry.runtime_data
    await raised(hass, "clock_off")
    async with Wallbox(server_url) as again:
        await again.boot()
        number = await again.start(timestamp=by_its_clock(-9 * HOUR))
        await again.stop(number, meter=2000, timestamp=by_its_clock(-8 * HOUR))
        (session,) = hub.central_system.ledger.at_hand("CP1")
        eight_hours_ago = datetime.now(UTC) - 8 * HOUR
        assert abs(session.start - eight_hours_ago) < MINUTE
        assert session.end is not None
        assert abs(session.end - eight_hours_ago - HOUR) < MINUTE
        await tell_the_time(hass, again, timedelta())
        await cleared(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    hub = entry.runtime_data
    assert not hub.central_system.charge_points["CP1"].clock.offset


async def test_only_what_matters_is_written(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    box: Wallbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        Memory,
        "async_set",
        lambda _self, _cp, kind, record: written.append((kind, record)),
    )
    await tell_the_time(hass, box, timedelta())
    assert written == []
    await tell_the_time(hass, box, HOUR)
    await tell_the_time(hass, box, HOUR)
    assert written == [(OFFSET, -3600)]


async def test_a_removed_charger_takes_its_clock_along(
    hass: HomeAssistant, setup_integration: MockConfigEntry, box: Wallbox
) -> None:
    await tell_the_time(hass, box, HOUR)
    await raised(hass, "clock_off")
    entry = setup_integration
    hass.config_entries.async_remove_subentry(entry, next(iter(entry.subentries)))
    await cleared(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    memory = Memory(hass, entry.entry_id)
    await memory.async_load()
    assert memory.get("CP1", OFFSET) is None
