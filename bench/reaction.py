"""How long it takes from a new value of the meter to the frame at the charger."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import shutil
import statistics
import time
from typing import Any

from devtools import COMPONENT, DEV
from devtools.integration import add_by_hand, add_server, wait_for_entities
from devtools.process import HomeAssistant, free_port
from simulator import Car, Generic

from .report import table

type Json = dict[str, Any]

_CHARGERS = ("BOX1", "BOX2", "BOX3")
_FUSE_A = 63
_CURRENTS = tuple(f"sensor.grid_current_l{line}" for line in (1, 2, 3))
_GRID = "sensor.grid_power"
_STEPS = 9
_REST_S = 3.0
"""Between two values: no guard time is left, and no value waits for the one before."""
_LOST_S = 10.0


async def measure(progress: Callable[[str], None]) -> tuple[str, float]:
    """Return the figures as Markdown, and the median in milliseconds.

    Three cars charge fast on one fuse. The meter of the house tells of more and more
    load, so that each value lowers the limits of all three at once. The clock runs from
    before the last value of the meter is sent to Home Assistant (over its REST interface, which is in it)
    until the limit has come over the charger's socket.
    """
    progress("from a new value of the meter to the frame at the charger")
    config_dir = DEV / "bench" / "reaction"
    shutil.rmtree(config_dir, ignore_errors=True)
    hass = HomeAssistant(
        Path(config_dir), log_level="warning", components=[COMPONENT], extra=""
    )
    port = free_port()
    await hass.start()
    try:
        return await _measured(hass, port)
    finally:
        await hass.stop()


async def _measured(hass: HomeAssistant, port: int) -> tuple[str, float]:
    client = hass.client
    await _tell(client, 0.0)
    entry = await add_server(client, port)
    for one in _CHARGERS:
        await add_by_hand(client, entry, one)
    await client.options(
        entry["entry_id"], "solar", {"grid_power": [_GRID]}, {"grid_sign": "import"}
    )
    await client.options(
        entry["entry_id"],
        "solar",
        {"next_step_id": "fuse"},
        {
            "fuse": _FUSE_A,
            "phase_currents": {
                f"grid_current_l{line}": _CURRENTS[line - 1] for line in (1, 2, 3)
            },
        },
    )
    chargers = [
        Generic(f"ws://127.0.0.1:{port}/{one}", one, seed=number)
        for number, one in enumerate(_CHARGERS)
    ]
    arrived: dict[str, list[float]] = {one: [] for one in _CHARGERS}
    for charger, one in zip(chargers, _CHARGERS, strict=True):
        install = charger.install_profile

        def note(
            number: int,
            profile: Json,
            install: Callable[[int, Json], None] = install,
            times: list[float] = arrived[one],
        ) -> None:
            times.append(time.perf_counter())
            install(number, profile)

        charger.install_profile = note  # type: ignore[method-assign]
        await charger.start()
    try:
        for charger in chargers:
            await charger.plug(1, Car(soc=10, capacity_kwh=200))
            await charger.present_card("TAG", 1)
        modes = {f"select.{one}/1/charge_mode" for one in _CHARGERS}
        known = await wait_for_entities(client, modes)
        for one in modes:
            await client.call(
                "select.select_option", {"entity_id": known[one], "option": "fast"}
            )
        # Until all three charge with all that they can, as far as the fuse allows.
        for _ in range(30):
            await _tell(client, 0.0, chargers)
            await asyncio.sleep(2)
        delays = []
        for step in range(1, _STEPS + 1):
            before = {one: len(times) for one, times in arrived.items()}
            begun = await _tell(client, 3.0 * step + 15.0, chargers)
            await asyncio.sleep(_REST_S)
            for one, times in arrived.items():
                if len(times) > before[one]:
                    delays.append((times[before[one]] - begun) * 1000)
    finally:
        for charger in chargers:
            await charger.stop()
    if len(delays) < _STEPS:
        return f"Only {len(delays)} limits came.", float("inf")
    delays.sort()
    median = statistics.median(delays)
    rows = [
        [str(len(delays)), f"{median:.0f}", f"{delays[int(len(delays) * 0.95)]:.0f}"]
    ]
    return table(["limits", "median ms", "of 95 %, ms"], rows), median


async def _tell(
    client: Any, house_a: float, chargers: list[Generic] | None = None
) -> float:
    """Let the meter tell what the house and the cars take.

    Returns when the last of its values was sent: before, they are no balance.
    """
    cars = [
        sum(charger.connector(1).currents[line] for charger in chargers or ())
        for line in range(3)
    ]
    amps = [house_a + one for one in cars]
    for entity_id, value in zip(_CURRENTS, amps, strict=True):
        await client.post(
            f"/api/states/{entity_id}",
            {
                "state": f"{value:.1f}",
                "attributes": {
                    "unit_of_measurement": "A",
                    "device_class": "current",
                },
            },
        )
    begun = time.perf_counter()
    await client.post(
        f"/api/states/{_GRID}",
        {
            "state": f"{sum(amps) * 230:.0f}",
            "attributes": {"unit_of_measurement": "W", "device_class": "power"},
        },
    )
    return begun
