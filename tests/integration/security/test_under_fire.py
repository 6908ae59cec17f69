"""Servers and chargers go and come while messages stream in, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.wire import rpc
from simulator import Car, Generic
from tests.integration.conftest import charger_subentry, wait_for

IDS = ("CP1", "CP2", "CP3")


class Stream:
    """A charger that is never silent: sessions that begin and end, and their values."""

    def __init__(self, charger: Generic) -> None:
        """Stream from a charger that is connected."""
        self.charger = charger
        self.sessions: list[tuple[str, str, int, int]] = []
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        connector = self.charger.connector()
        await self.charger.plug(1, Car(capacity_kwh=1000.0))
        while True:
            tag = f"TAG{len(self.sessions)}"
            before = round(connector.register_wh)
            transaction = self.charger.start_transaction(connector, tag)
            try:
                for _ in range(3):
                    await asyncio.sleep(0.02)
                    self.charger.sample(connector)
            finally:
                # So that the meter stands still, whoever looks at it when.
                transaction.suspended = True
                connector.update()
                self.charger.stop_transaction(connector, "Local")
                after = round(connector.register_wh)
                self.sessions.append((self.charger.charge_point_id, tag, before, after))

    async def more(self, count: int = 3) -> None:
        """Wait until so many more sessions have ended."""
        count += len(self.sessions)
        async with asyncio.timeout(60):
            while len(self.sessions) < count:
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        """Fall silent."""
        self._task.cancel()
        await asyncio.wait((self._task,))


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry(name, connectors=1) for name in IDS]


@pytest.fixture
async def streams(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> AsyncIterator[dict[str, Stream]]:
    # A busy machine is not worth a warning.
    hass.loop.set_debug(False)
    async with AsyncExitStack() as stack:
        chargers = [
            await stack.enter_async_context(
                Generic(
                    server_url,
                    name,
                    seed=1,
                    noise=0.0,
                    time_factor=20.0,
                    backoff=(0.4, 2.0),
                    register_wh=1_000_000.0,
                )
            )
            for name in IDS
        ]
        for charger in chargers:
            await charger.wait_idle()
        streams = {one.charge_point_id: Stream(one) for one in chargers}
        yield streams
        for stream in streams.values():
            await stream.end()


async def assert_complete(
    hass: HomeAssistant, entry: MockConfigEntry, streams: dict[str, Stream]
) -> None:
    """Let all fall silent and tell the rest; compare the books with the chargers'."""
    told: Counter[Any] = Counter()
    for stream in streams.values():
        await stream.end()
        await stream.charger.wait_idle()
        assert stream.charger.violations == []
        told.update(stream.sessions)
    await hass.async_block_till_done()
    sessions = await entry.runtime_data.sessions.async_find(SessionFilter())
    assert told == Counter(
        (one.charge_point_id, one.id_tag, one.meter_start_wh, one.meter_stop_wh)
        for one in sessions
    )
    assert len(told) == len(sessions) > 20
    assert all(one.reported_end for one in sessions)


@pytest.fixture(autouse=True)
def no_errors(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing that happens here is worth an error, or a warning."""
    yield
    assert not [
        one
        for when in ("call", "teardown")
        for one in caplog.get_records(when)
        if one.levelno >= logging.WARNING
        and one.name != "homeassistant.loader"
        # A Home Assistant that has stopped unloads nothing.
        and not one.msg.startswith("Unable to remove unknown job listener")
    ]


async def test_reloads(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    streams: dict[str, Stream],
) -> None:
    entry = setup_integration
    for _ in range(5):
        await streams["CP1"].more(2)
        assert await hass.config_entries.async_reload(entry.entry_id)
    await streams["CP2"].more()
    await assert_complete(hass, entry, streams)


async def test_unloading_and_coming_back(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    streams: dict[str, Stream],
) -> None:
    entry = setup_integration
    for _ in range(3):
        await streams["CP1"].more(2)
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert not rpc._TASKS
        await streams["CP3"].more(2)
        assert await hass.config_entries.async_setup(entry.entry_id)
    await streams["CP2"].more()
    await assert_complete(hass, entry, streams)


async def test_a_charger_is_removed_and_adopted_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    streams: dict[str, Stream],
) -> None:
    """The others do not notice, and it loses nothing either: it keeps it."""
    entry = setup_integration
    for _ in range(3):
        await streams["CP1"].more(2)
        subentry = next(
            one for one in entry.subentries.values() if one.unique_id == "CP2"
        )
        connections = streams["CP1"].charger.boot_count
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        await streams["CP1"].more(2)
        hass.config_entries.async_add_subentry(entry, subentry)
        await streams["CP3"].more(2)
        assert streams["CP1"].charger.boot_count == connections
    await wait_for(hass, lambda: streams["CP2"].charger.accepted)
    await assert_complete(hass, entry, streams)


async def test_home_assistant_stops(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    streams: dict[str, Stream],
) -> None:
    entry = setup_integration
    await streams["CP1"].more()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert not rpc._TASKS
    await streams["CP1"].more()
    # As it would be after the start.
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await streams["CP1"].more()
    await assert_complete(hass, entry, streams)
