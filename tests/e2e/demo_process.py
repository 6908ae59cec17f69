"""The demo in a process of its own."""

import asyncio
import contextlib
from pathlib import Path
import signal
import sys

from devtools import ROOT
from devtools.process import free_port


class DemoProcess:
    """scripts/demo without its set-up, on ports of its own."""

    def __init__(self, state: Path) -> None:
        """Prepare; `state` is the folder that it keeps everything in."""
        self.state = state
        self.port, self.ocpp_port = free_port(), free_port()
        self.lines: list[str] = []

    async def start(self, *options: str) -> None:
        """Start it and wait until it says that it is ready."""
        self.lines.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devtools.demo", "--state", str(self.state)),
            *("--port", str(self.port), "--ocpp-port", str(self.ocpp_port)),
            *options,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        async with asyncio.timeout(300):
            while "[demo] ready" not in self.lines:
                assert self._process.returncode is None, self.lines
                await asyncio.sleep(0.1)

    async def stop(self) -> int:
        """Press Ctrl-C; return the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(self._process.wait(), 180)
        await self._reader
        return code

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.lines.append(line.decode().rstrip())

    def told(self, name: str) -> str:
        """Return what it printed behind a name."""
        (value,) = (
            line.split()[-1] for line in self.lines if line.startswith(f"  {name}  ")
        )
        return value
