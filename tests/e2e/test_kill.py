"""Home Assistant is killed at twenty moments of sessions, and loses nothing of them.

The whole process, by SIGKILL. The chargers are simulated here, in the test: they go
on, keep what they could not tell, connect again and tell it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import astuple, dataclass, field
import json
import os
from pathlib import Path
import shutil
import signal
import sqlite3
from typing import Any

import pytest

from devtools import DEV, DOMAIN
from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import HomeAssistant, free_port
from simulator import Car, Connector, Generic

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

CONFIG = DEV / "e2e" / "kill"

_PATIENCE = 180.0
"""Seconds for what needs a Home Assistant that has just been started."""

FACTOR = 20.0
"""How much quicker the chargers' time passes: a car takes 61 Wh in a second of ours."""


@dataclass
class Session:
    """What the charger itself knows of one session."""

    charge_point_id: str
    connector_id: int
    id_tag: str
    meter_start_wh: int
    meter_stop_wh: int


@dataclass
class Box:
    """A charger that writes down what its sessions were."""

    charger: Generic
    sessions: list[Session] = field(default_factory=list)

    def begin(self, number: int = 1) -> None:
        """Start a session, whether or not anybody can be told."""
        connector = self.charger.connector(number)
        tag = f"TAG{len(self.sessions)}"
        # Not read again: the meter goes on meanwhile, quicker than a busy machine.
        register = self.charger.start_transaction(connector, tag).meter_start
        self.sessions.append(
            Session(self.charger.charge_point_id, number, tag, register, register)
        )

    def end(self, number: int = 1) -> None:
        """End a session."""
        connector = self.charger.connector(number)
        assert connector.transaction is not None
        # So that the meter stands still, whoever looks at it when.
        connector.transaction.suspended = True
        connector.update()
        self.charger.stop_transaction(connector, "Local")
        running = [one for one in self.sessions if one.connector_id == number][-1]
        running.meter_stop_wh = round(connector.register_wh)

    def toggle(self, number: int) -> None:
        """Do one or the other."""
        if self.charger.connector(number).transaction is None:
            self.begin(number)
        else:
            self.end(number)

    async def charged(self, wh: float = 40.0) -> None:
        """Wait until so much more has flowed than when the session began."""
        connector: Connector = self.charger.connector()
        until = self.sessions[-1].meter_start_wh + wh
        await self.charger.wait_for(lambda: connector.register_wh >= until)

    async def charged_unheard(self) -> None:
        """Have a session while nobody listens, with meter values to be told later."""

        def values() -> int:
            return self.charger.outbox.kept().count("MeterValues")

        self.begin()
        before = values()
        await self.charged()
        await self.charger.wait_for(lambda: values() > before)
        self.end()


class Reaper:
    """Kills Home Assistant when something happens between it and a charger."""

    def __init__(self, hass: HomeAssistant, box: Box, others: Box) -> None:
        """Look at the wire of `box`; sessions of `others` begin and end meanwhile."""
        self.hass = hass
        self.moments: list[str] = []
        self._charger = box.charger
        self._others = others
        self._actions: dict[str, str] = {}
        self._on: Callable[[str], None] = lambda event: None
        box.charger.on_frame = self._frame
        box.charger.on_event = lambda text: self._on(text.partition(" ")[0])

    def _frame(self, direction: str, text: str) -> None:
        kind, number, *rest = json.loads(text)
        if direction == "out" and kind == 2:
            self._actions[number] = rest[0]
            self._on(f"sending {rest[0]}")
            # By then it is in the socket.
            asyncio.get_running_loop().call_soon(lambda: self._on(f"sent {rest[0]}"))
        elif direction == "in" and kind == 3:
            self._on(f"answered {self._actions.pop(number)}")

    async def _happens(self, wanted: str, act: Callable[[], None]) -> None:
        happened = asyncio.get_running_loop().create_future()

        def look(event: str) -> None:
            if event == wanted and not happened.done():
                act()
                happened.set_result(None)

        self._on = look
        try:
            async with asyncio.timeout(_PATIENCE):
                await happened
        except TimeoutError:
            raise TimeoutError(
                f"no {wanted!r}: {self._charger.summary()}; {self.hass.log()[-2000:]}"
            ) from None

    def _strike(self) -> None:
        os.kill(self.hass.pid, signal.SIGKILL)

    async def kill(self, moment: str) -> None:
        """Kill when it happens, on the spot; return when the process is gone."""
        await self._happens(moment, self._strike)
        await self._bury(moment)

    async def kill_unanswered(self, action: str, saved: Callable[[], bool]) -> None:
        """Kill when what was sent is on the disk, and its answer has not been read."""
        link = self._charger.link
        await self._happens(f"sent {action}", lambda: link.freeze(True))

        async def look() -> bool:
            return saved()

        await poll(look)
        self._strike()
        link.abort()
        await self._bury(f"{action} on the disk and unanswered")

    async def kill_now(self, moment: str) -> None:
        """Kill."""
        self._strike()
        await self._bury(moment)

    async def _bury(self, moment: str) -> None:
        await self.hass.kill()
        await self._charger.wait_for(lambda: not self._charger.connected)
        self.moments.append(moment)
        # The others are in another phase each time.
        self._others.toggle(1)
        if len(self.moments) % 3 == 0:
            self._others.toggle(2)


def booked(path: Path) -> list[tuple[str, bool]]:
    """Return of each session on the disk whose it is, and whether it has ended."""
    uri = f"{path.as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(uri, uri=True)) as books:
        rows = books.execute('SELECT charge_point_id, "end" IS NOT NULL FROM session')
        return [(owner, bool(ended)) for owner, ended in rows]
    return []


async def listens(port: int) -> bool:
    """Tell whether somebody accepts connections."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.transport.abort()
    return True


@asynccontextmanager
async def plugged(
    port: int, charge_point_id: str, connectors: int = 1, **options: Any
) -> AsyncIterator[Box]:
    """A charger with a car at each of its connectors."""
    charger = Generic(
        f"ws://127.0.0.1:{port}",
        charge_point_id,
        connectors=connectors,
        time_factor=FACTOR,
        noise=0.0,
        register_wh=1_234_567.0,
        backoff=(1.0, 4.0),
        **options,
    )
    async with charger:
        for number in range(1, connectors + 1):
            await charger.plug(number, Car(capacity_kwh=1000.0))
        yield Box(charger)


async def set_up(hass: HomeAssistant, port: int, boxes: list[Box]) -> Path:
    """Add the server, let it adopt the chargers; return where its books are."""
    entry = await add_server(hass.client, port, unknown="adopt")
    for box in boxes:
        await box.charger.wait_idle(_PATIENCE)
    stored = hass.config_dir / ".storage" / "core.config_entries"

    async def saved() -> bool:
        # Home Assistant takes its time to write down what a user has entered.
        content = stored.read_text(encoding="utf-8") if stored.exists() else ""
        return all(f'"{box.charger.charge_point_id}"' in content for box in boxes)

    await poll(saved)
    return stored.with_name(f"{DOMAIN}.{entry['entry_id']}.db")


async def story(reaper: Reaper, box: Box, books: Path, port: int) -> None:
    """Live through two sessions, two that nobody hears of, and one more."""
    hass = reaper.hass

    def of_box(ended: bool) -> int:
        return booked(books).count(("VICTIM", ended))

    box.begin()
    await reaper.kill("sending StartTransaction")
    await hass.spawn()
    await reaper.kill("sent StartTransaction")
    await hass.spawn()
    await reaper.kill_unanswered("StartTransaction", lambda: of_box(ended=False) == 1)
    await hass.spawn()
    await reaper.kill("answered StartTransaction")
    await hass.spawn()
    await reaper.kill("connected")
    await hass.spawn()
    await reaper.kill("sent MeterValues")
    await hass.spawn()
    await reaper.kill("answered MeterValues")
    await hass.spawn()
    await box.charger.wait_idle(_PATIENCE)
    box.end()
    await reaper.kill("sending StopTransaction")
    await hass.spawn()
    # It overtakes what is kept.
    await reaper.kill("sent StatusNotification")
    await hass.spawn()
    await reaper.kill("sent StopTransaction")
    await hass.spawn()
    await reaper.kill_unanswered("StopTransaction", lambda: of_box(ended=True) == 1)
    await hass.spawn()
    await reaper.kill("answered StopTransaction")

    # All of it happens while there is nobody to tell.
    await box.charged_unheard()
    await box.charged_unheard()
    await hass.spawn()
    await poll(lambda: listens(port), patience=_PATIENCE)
    await reaper.kill_now("the server has just begun to listen")
    await hass.spawn()
    await reaper.kill("sent StartTransaction")
    await hass.spawn()
    await reaper.kill("answered StartTransaction")
    await hass.spawn()
    await reaper.kill("answered MeterValues")
    await hass.spawn()
    await reaper.kill("sent StopTransaction")
    await hass.spawn()
    # Of the second one.
    await reaper.kill("answered StartTransaction")
    await hass.spawn()
    await reaper.kill("answered StopTransaction")
    await hass.spawn()
    await box.charger.wait_idle(_PATIENCE)

    # Killed while it is stopping, which it can when it has started.
    await hass.ready()
    box.begin()
    await box.charged()
    box.end()
    os.kill(hass.pid, signal.SIGTERM)
    await reaper.kill("disconnected")
    await hass.spawn()


# Twenty starts: a minute and a half, and much more on a machine that is busy.
@pytest.mark.timeout(1800)
async def test_killed_at_twenty_moments() -> None:
    shutil.rmtree(CONFIG, ignore_errors=True)
    hass = HomeAssistant(CONFIG)
    port = free_port()
    await hass.start()
    try:
        async with (
            plugged(port, "VICTIM") as box,
            plugged(port, "OTHERS", 2, boot_on_reconnect=True) as others,
            plugged(port, "LONG") as long,
        ):
            boxes = [box, others, long]
            books = await set_up(hass, port, boxes)
            reaper = Reaper(hass, box, others)
            long.begin()
            await story(reaper, box, books, port)
            assert len(reaper.moments) == 20
            await hass.ready()
            for one in boxes:
                await one.charger.wait_idle(_PATIENCE)
                for connector in one.charger.connectors[1:]:
                    if connector.transaction is not None:
                        one.end(connector.number)
                await one.charger.wait_idle(_PATIENCE)
                assert one.charger.violations == []
            answer = await hass.client.post(
                f"/api/services/{DOMAIN}/get_sessions?return_response"
            )
    finally:
        await hass.stop()
    told = [session for one in boxes for session in one.sessions]
    fields = (*Session.__dataclass_fields__, "energy_wh", "reason")
    found = answer["service_response"]["sessions"]
    assert Counter(tuple(one[name] for name in fields) for one in found) == Counter(
        (*astuple(one), one.meter_stop_wh - one.meter_start_wh, "local") for one in told
    )
    assert all(one["end"] for one in found)
    assert all(one.meter_stop_wh > one.meter_start_wh for one in told)
    lines = hass.log().splitlines()
    assert not [
        line
        for line in lines
        if "Traceback" in line or (f".{DOMAIN}" in line and " ERROR " in line)
    ]
