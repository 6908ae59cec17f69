"""A Home Assistant is the backend of another one: two processes, and one charger.

The charger is at the first, and simulated here. What it charges has to be in the books
of the second as it is in those of the first, whichever of them was away meanwhile.
"""

from datetime import datetime
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from devtools import DEV, DOMAIN
from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import HomeAssistant, free_port
from simulator import Car, Generic

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

type Json = dict[str, Any]

CONFIG = DEV / "e2e" / "two_houses"
CHARGER = "HOME-1"
_PATIENCE = 180.0
"""Seconds for what needs a Home Assistant that has just been started."""

_SAME = (
    "connector_id",
    "id_tag",
    "meter_start_wh",
    "meter_stop_wh",
    "energy_wh",
    "reason",
)


async def sessions(hass: HomeAssistant) -> list[Json]:
    """Return the sessions in the books of a Home Assistant, the oldest first."""
    answer = await hass.client.post(
        f"/api/services/{DOMAIN}/get_sessions?return_response", {}
    )
    found: list[Json] = answer["service_response"]["sessions"]
    return sorted(found, key=lambda one: str(one["start"]))


def add_backend(hass: HomeAssistant, url: str) -> None:
    """Add a backend to the stored config entry, while Home Assistant is stopped."""
    path = hass.config_dir / ".storage" / "core.config_entries"
    stored = json.loads(path.read_text(encoding="utf-8"))
    (entry,) = (one for one in stored["data"]["entries"] if one["domain"] == DOMAIN)
    entry["subentries"].append(
        {
            "data": {"url": url, "version": "1.6", "chargers": [CHARGER]},
            "subentry_id": "01JEMPLOYER000000000000000",
            "subentry_type": "upstream",
            "title": "Employer",
            "unique_id": None,
        }
    )
    path.write_text(json.dumps(stored), encoding="utf-8")


class Story:
    """What the charger does."""

    def __init__(self, charger: Generic) -> None:
        """Drive this charger."""
        self._charger = charger
        self._count = 0

    async def begin(self) -> None:
        """Start a session."""
        self._count += 1
        self._charger.start_transaction(self._charger.connector(1), f"TAG{self._count}")
        await self._charged()

    async def end(self) -> None:
        """End it, with the meter standing still."""
        connector = self._charger.connector(1)
        await self._charged()
        assert connector.transaction is not None
        connector.transaction.suspended = True
        connector.update()
        self._charger.stop_transaction(connector, "Local")

    async def _charged(self, wh: float = 40.0) -> None:
        connector = self._charger.connector(1)
        until = connector.register_wh + wh
        await self._charger.wait_for(
            lambda: connector.register_wh >= until, timeout=_PATIENCE
        )


async def same(house: HomeAssistant, employer: HomeAssistant, count: int) -> None:
    """Wait until both have so many sessions that have ended; compare them."""

    async def ended(hass: HomeAssistant) -> list[Json] | None:
        found = await sessions(hass)
        if len(found) >= count and all(one["end"] for one in found):
            return found
        return None

    ours = await poll(lambda: ended(house), patience=_PATIENCE)
    theirs = await poll(lambda: ended(employer), patience=_PATIENCE)
    assert ours is not None and theirs is not None
    assert len(ours) == len(theirs) == count
    for our, their in zip(ours, theirs, strict=True):
        assert {key: our[key] for key in _SAME} == {key: their[key] for key in _SAME}
        for key in ("start", "end"):
            one, other = (
                datetime.fromisoformat(str(each[key])) for each in (our, their)
            )
            assert abs((one - other).total_seconds()) < 0.01, key


async def stored(hass: HomeAssistant, text: str) -> None:
    """Wait until Home Assistant has written down what it was told."""
    path: Path = hass.config_dir / ".storage" / "core.config_entries"

    async def look() -> bool:
        return path.exists() and text in path.read_text(encoding="utf-8")

    await poll(look, patience=_PATIENCE)


@pytest.mark.timeout(1800)
async def test_a_home_assistant_behind_a_home_assistant() -> None:
    shutil.rmtree(CONFIG, ignore_errors=True)
    house = HomeAssistant(CONFIG / "house", name="House")
    employer = HomeAssistant(CONFIG / "employer", name="Employer")
    port, port_there = free_port(), free_port()
    await house.start()
    try:
        await employer.start()
        await add_server(employer.client, port_there, unknown="adopt")
        await add_server(house.client, port, unknown="adopt")
        charger = Generic(
            f"ws://127.0.0.1:{port}",
            CHARGER,
            time_factor=20.0,
            noise=0.0,
            register_wh=1_234_567.0,
            backoff=(1.0, 4.0),
        )
        async with charger:
            await charger.plug(1, Car(capacity_kwh=1000.0))
            await charger.wait_idle(_PATIENCE)
            await stored(house, f'"{CHARGER}"')
            await house.stop()
            add_backend(house, f"ws://127.0.0.1:{port_there}/ocpp")
            await house.start()
            await charger.wait_idle(_PATIENCE)
            story = Story(charger)

            # Both are there.
            await story.begin()
            await story.end()
            await same(house, employer, 1)

            # The employer goes away in a session, and comes back after it.
            await story.begin()
            await employer.stop()
            await story.end()
            # One more that it hears nothing of.
            await story.begin()
            await story.end()
            await charger.wait_idle(_PATIENCE)
            await employer.start()
            await same(house, employer, 3)

            # The house is restarted in a session.
            await story.begin()
            await house.stop()
            await house.start()
            await charger.wait_idle(_PATIENCE)
            await story.end()
            await charger.wait_idle(_PATIENCE)
            await same(house, employer, 4)
            assert charger.violations == []
    finally:
        await house.stop()
        await employer.stop()
    for hass in (house, employer):
        assert "Traceback" not in hass.log(), f"stack traces in {hass.log_file}"
