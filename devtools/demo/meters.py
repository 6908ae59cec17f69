"""The house runs, and its meters can be read."""

import asyncio
from collections.abc import Callable
import contextlib
import json
from pathlib import Path
import time
from typing import Any

from aiohttp import web

from devtools.process import free_port

from .house import House, PerPhase

_EVERY = 1.0


class HouseMeters:
    """Lets the house live, and tells at `port` what its meters show.

    The registers of energies are kept in a file: one that falls back would be taken
    for a new meter.
    """

    def __init__(self, file: Path, speed: float) -> None:
        """Prepare; energies pass `speed` times as fast."""
        self.house = House(speed=speed)
        self.port = free_port()
        self._file = file
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(file.read_text(encoding="utf-8"))
            self.house.registers_wh |= known["registers_wh"]

    async def start(self) -> None:
        """Let the meters be read; the time of the house stands still yet."""
        app = web.Application()
        app.router.add_get("/", self._show)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    def begin(self, cars_w: Callable[[], PerPhase]) -> None:
        """Let the time of the house run; `cars_w` is what its cars take now."""
        self._task = asyncio.create_task(self._live(cars_w))

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self._keep()

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(self.house.meters())

    async def _live(self, cars_w: Callable[[], PerPhase]) -> None:
        now = time.monotonic()
        while True:
            await asyncio.sleep(_EVERY)
            before, now = now, time.monotonic()
            # A machine that slept has not let the house's battery run empty.
            self.house.step(min(now - before, 10 * _EVERY), cars_w())
            self._keep()

    def _keep(self) -> None:
        kept: dict[str, Any] = {"registers_wh": self.house.registers_wh}
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(kept), encoding="utf-8")
        new.replace(self._file)
