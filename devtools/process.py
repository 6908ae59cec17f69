"""A real Home Assistant in a process of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
import contextlib
import fcntl
import os
from pathlib import Path
import random
import signal
import socket
import sys
import time

import aiohttp

from . import COMPONENT
from .client import Client
from .config_dir import write_config_dir

USER, PASSWORD = "demo", "demo"  # no secret: it is printed

RESTART_EXIT_CODE = 100
"""What Home Assistant exits with when the user asked it to restart."""

_STOP_LIMIT = 120.0
_START_LIMIT = 180.0


class StartError(Exception):
    """Home Assistant did not come up; the message ends with its last words."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that nothing listens on, and that no connection is given.

    The system takes the ports of outgoing connections from 32768 on, or higher ones.
    While a server is away, its port must not be one of those: any connection could
    take it, even that of a charger which tries to reach the server.
    """
    while not is_free(host, port := random.randrange(15_000, 32_000)):
        pass
    return port


def is_free(host: str, port: int) -> bool:
    """Tell whether `port` could be listened on."""
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False


class HomeAssistant:
    """One Home Assistant: its configuration folder, and its process while it runs.

    After `start` it is onboarded, running and logged in to: `client` speaks with it.
    All that it prints goes to `log_file`.
    """

    client: Client

    def __init__(
        self,
        config_dir: Path,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        name: str = "Home",
        language: str = "en",
        log_level: str = "info",
        extra: str = "",
        components: Iterable[Path] = (COMPONENT,),
    ) -> None:
        """Prepare; nothing is written before `start`. Without a port, a free one.

        `extra` is YAML for configuration.yaml, `components` are the folders of
        custom integrations.
        """
        self.config_dir = config_dir
        self.host = host
        self.port = port or free_port(host)
        self.name = name
        self.language = language
        self.log_level = log_level
        self.extra = extra
        self.components = tuple(components)
        self.log_file = config_dir / "hass.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address to visit, without a slash at its end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        return f"http://{host}:{self.port}"

    @property
    def pid(self) -> int:
        """The process's id. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("Home Assistant is not running")
        return self._process.pid

    def is_in_use(self) -> bool:
        """Tell whether a Home Assistant runs on this configuration folder."""
        try:
            with (self.config_dir / ".ha_run.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    async def start(self) -> None:
        """Start, wait until everything is set up, and log in.

        Raises StartError when that does not come to pass.
        """
        await self.spawn()
        await self.ready()

    async def spawn(self) -> None:
        """Start, and return while it has only begun to; `ready` waits for the rest."""
        write_config_dir(
            self.config_dir,
            host=self.host,
            port=self.port,
            name=self.name,
            language=self.language,
            log_level=self.log_level,
            extra=self.extra,
            components=self.components,
        )
        self.client = Client(self.url, USER, PASSWORD)
        # Its own session: Ctrl-C in the terminal is for the program that started
        # it, which then stops it in order.
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "homeassistant", "--skip-pip", "--log-no-color"),
                *("--config", str(self.config_dir)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                # Python looks for modules here first; in the checkout it would find
                # the package custom_components, with the one integration in it.
                cwd=self.config_dir,
                env=os.environ
                # Were its port taken, it would fall back to this one.
                | {"SETUP_PORT": str(self.port), "HA_DISABLE_LOG_FILE": "1"},
            )

    async def ready(self) -> None:
        """Wait until everything is set up, and log in.

        Raises StartError when that does not come to pass.
        """
        try:
            await self._wait_until(self._answers)
            await self.client.log_in()
            await self._wait_until(self._is_running)
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """Stop in order, or, after two minutes, by force."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop as a power cut would."""
        await self._end(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        assert self._process is not None
        code = await self._process.wait()
        await self._end(signal.SIGKILL)
        return code

    def log(self) -> str:
        """Return all that it has printed so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        await self.client.close()
        for sign in (how, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(sign)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_LIMIT)
                return

    async def _wait_until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + _START_LIMIT
        while not await condition():
            assert self._process is not None
            if self._process.returncode is not None:
                raise StartError(
                    f"Home Assistant ended with {self._process.returncode}"
                    f"{self._last_words()}"
                )
            if time.monotonic() > deadline:
                raise StartError(f"Home Assistant does not answer{self._last_words()}")
            await asyncio.sleep(0.1)

    async def _answers(self) -> bool:
        try:
            return await self.client.answers()
        except aiohttp.ClientError, TimeoutError:
            return False

    async def _is_running(self) -> bool:
        config = await self.client.get("/api/config")
        return bool(config["state"] == "RUNNING")

    def _last_words(self) -> str:
        lines = self.log().splitlines()[-20:]
        return "\n".join([f"; the end of {self.log_file}:", *lines])
