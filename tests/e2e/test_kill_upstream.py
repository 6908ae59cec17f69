"""Home Assistant is killed while it tells a backend, which gets each session once.

The whole process, by SIGKILL, at moments of the connection to the backend. Chargers and
backend are here, in the test: the chargers go on meanwhile.
"""

import asyncio
from collections import Counter
from datetime import datetime
import json
import os
from pathlib import Path
import random
import shutil
import signal

import pytest

from devtools import DEV, DOMAIN
from devtools.polling import poll
from devtools.process import HomeAssistant, free_port
from tests.csms.upstream.payer import Payer
from tests.sampling import LONG

from .test_kill import Box, plugged, set_up

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

CONFIG = DEV / "e2e" / "kill_upstream"

_PATIENCE = 180.0

MOMENTS = [
    "taken StartTransaction",
    "answered StartTransaction",
    "taken MeterValues",
    "taken StopTransaction",
    "answered StopTransaction",
]


def moments() -> list[str]:
    """Return when it is killed: five times, or twenty in an order by chance."""
    if not LONG:
        return MOMENTS
    more = [*MOMENTS, "answered MeterValues"] * 3
    random.Random(16).shuffle(more)
    return [*MOMENTS, *more[:15]]


def add_backend(config_dir: Path, port: int, charger: str) -> None:
    """Add a backend to the config entry of the server, while nobody uses it."""
    path = config_dir / ".storage" / "core.config_entries"
    stored = json.loads(path.read_text("utf-8"))
    (entry,) = [one for one in stored["data"]["entries"] if one["domain"] == DOMAIN]
    entry["subentries"].append(
        {
            "data": {
                "url": f"ws://127.0.0.1:{port}/ocpp",
                "version": "1.6",
                "chargers": [charger],
                "roles": [],
                "pays": True,
                "sessions": "all",
            },
            "subentry_id": "01JBACKEND0000000000000000",
            "subentry_type": "upstream",
            "title": "Employer",
            "unique_id": None,
        }
    )
    path.write_text(json.dumps(stored), "utf-8")


class Life:
    """Sessions, one after another, until it is over."""

    def __init__(self, box: Box) -> None:
        """Begin."""
        self._box = box
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def _live(self) -> None:
        while not self._over.is_set():
            self._box.begin()
            await self._box.charged(150.0)
            self._box.end()
            await asyncio.sleep(1.5)

    async def end(self) -> None:
        """Return when the last session has ended."""
        self._over.set()
        await self._task


async def kill(hass: HomeAssistant, payer: Payer, moment: str) -> None:
    """Kill when it happens, on the spot; return when the process is gone."""
    happened = asyncio.Event()

    def look(event: str) -> None:
        if event == moment and not happened.is_set():
            os.kill(hass.pid, signal.SIGKILL)
            happened.set()

    payer.on_event = look
    try:
        async with asyncio.timeout(_PATIENCE):
            await happened.wait()
    except TimeoutError:
        raise TimeoutError(f"no {moment!r}: {hass.log()[-2000:]}") from None
    finally:
        payer.on_event = lambda event: None
    await hass.kill()


# Half a minute, and much more on a machine that is busy.
@pytest.mark.timeout(1800)
async def test_killed_while_a_backend_is_told() -> None:
    shutil.rmtree(CONFIG, ignore_errors=True)
    hass, port, payer = HomeAssistant(CONFIG), free_port(), Payer()
    payer.port = free_port()
    payer.asks = [
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "1"})
    ]
    await payer.start()
    await hass.start()
    try:
        async with plugged(port, "VICTIM", sample_interval=20) as box:
            await set_up(hass, port, [box])
            await hass.stop()
            add_backend(CONFIG, payer.port, "VICTIM")
            await hass.start()
            life = Life(box)
            for moment in moments():
                await kill(hass, payer, moment)
                await hass.spawn()
            await life.end()
            await hass.ready()
            await box.charger.wait_idle(_PATIENCE)
            assert box.charger.violations == []

            async def told() -> bool:
                return len(payer.booked) >= len(box.sessions) and all(
                    one.end for one in payer.booked
                )

            await poll(told, patience=_PATIENCE)
            answer = await hass.client.post(
                f"/api/services/{DOMAIN}/get_sessions?return_response"
            )
    finally:
        await hass.stop()
        await payer.stop()
    ours = answer["service_response"]["sessions"]
    assert len(ours) == len(box.sessions)
    assert Counter(
        (one.id_tag, one.connector_id, one.meter_start, one.meter_stop, one.reason)
        for one in payer.booked
    ) == Counter(
        (one.id_tag, one.connector_id, one.meter_start_wh, one.meter_stop_wh, "Local")
        for one in box.sessions
    )
    for one, other in zip(
        sorted(ours, key=lambda one: str(one["start"])),
        sorted(payer.booked, key=lambda one: one.start),
        strict=True,
    ):
        # The action leaves out the fractions of a second.
        assert 0.0 <= (other.start - time_of(one["start"])).total_seconds() < 1.0
        assert other.end is not None
        assert 0.0 <= (other.end - time_of(one["end"])).total_seconds() < 1.0
    assert any(one.values for one in payer.booked)
    lines = hass.log().splitlines()
    assert not [
        line
        for line in lines
        if "Traceback" in line or (f".{DOMAIN}" in line and " ERROR " in line)
    ]


def time_of(time: str) -> datetime:
    """Return a time of an action's answer."""
    return datetime.fromisoformat(time)
