"""The rig: a real Home Assistant with both servers, and the load beside it."""

import asyncio
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import sys
import time
from typing import Any, Self

from devtools import COMPONENT, DEV, ROOT
from devtools.client import ClientError
from devtools.integration import add_by_hand, add_server, encrypt
from devtools.process import HomeAssistant, free_port

from .charger import id_of
from .resources import Cpu, cpu_of, rss_mib
from .station import Station

type Json = dict[str, Any]

FLOOR, OURS = "floor", "ours"
SECOND = "second"
"""Ours with OCPP 2.0.1, which chargers of their own speak."""
ENCRYPTED = "encrypted"
"""Ours with TLS, to which chargers of their own connect."""

OTHER = "other"
"""A second server of ours in the same Home Assistant, with a load of its own."""

_FLOOR_COMPONENT = ROOT / "bench" / "floor" / "custom_components" / "ocpp_floor"

STEADY_RATE = 50.0
"""Messages per second of the steady load."""

_COMMIT_INTERVAL = 5.5
"""Seconds; the recorder writes every 5."""
_DRAIN_LIMIT = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Haste:
    """The result of messages that follow each other as fast as they are answered."""

    messages_per_second: float
    median_ms: float
    p99_ms: float
    cpu_ms: float
    """CPU time of the Home Assistant process per message, while they came."""
    loop_ms: float
    """That of the event loop's thread, but for garbage collections."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Steady:
    """The result of a load that goes on: per message, in milliseconds."""

    loop_ms: float
    """CPU time of the event loop's thread, but for garbage collections."""
    garbage_ms: float
    """CPU time of garbage collections in the event loop's thread.

    One of the whole heap takes as much as some hundred messages. Whichever thread asks
    for memory at the moment does it, so that this is a matter of luck.
    """
    cpu_ms: float
    """CPU time of the whole process, with what the recorder does."""


class Rig:
    """Home Assistant, and the process with the chargers. An async context manager."""

    def __init__(
        self, adopted: int, config_dir: Path = DEV / "bench" / "config"
    ) -> None:
        """Prepare for so many chargers of ours; `config_dir` is emptied."""
        self._adopted = adopted
        self._ports = {FLOOR: free_port(), OURS: free_port()}
        self._config_dir = config_dir
        self.hass = HomeAssistant(
            config_dir,
            log_level="warning",
            components=[COMPONENT, _FLOOR_COMPONENT],
            extra=f"\nocpp_floor:\n  port: {self._ports[FLOOR]}\n",
        )
        self._loads: list[asyncio.subprocess.Process] = []
        """The first is for all targets but `OTHER`."""
        self.entry: Json = {}
        self._other_entry: Json = {}
        self._root: str | None = None
        self._idle = Cpu(0.0, 0.0)

    async def __aenter__(self) -> Self:
        shutil.rmtree(self._config_dir, ignore_errors=True)
        await self.hass.start()
        self.entry = await add_server(self.hass.client, self._ports[OURS])
        await self._adopt(OURS)
        await self._add_load()
        return self

    async def __aexit__(self, *_: object) -> None:
        for load in self._loads:
            assert load.stdin is not None
            load.stdin.close()
            await load.wait()
        await self.hass.stop()

    async def _add_load(self) -> None:
        self._loads.append(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.load"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
                start_new_session=True,
            )
        )

    async def add_server(self) -> None:
        """Add the server of `OTHER`, which has no chargers yet."""
        self._ports[OTHER] = free_port()
        self._other_entry = await add_server(self.hass.client, self._ports[OTHER])
        await self._add_load()

    async def encrypt(self) -> None:
        """Let ours speak TLS as well, and adopt chargers for that."""
        self._ports[ENCRYPTED] = free_port()
        self._root = await encrypt(self.hass.client, self.entry, self._ports[ENCRYPTED])
        await self._adopt(ENCRYPTED)

    async def speak_second_version(self) -> None:
        """Adopt chargers that speak OCPP 2.0.1."""
        self._ports[SECOND] = self._ports[OURS]
        await self._adopt(SECOND)

    async def tell(self, target: str, url: str) -> None:
        """Adopt chargers of ours that are told to a backend, of which nothing is known."""
        self._ports[target] = self._ports[OURS]
        await self._adopt(target)
        await self.tell_of(target, url, self._adopted)

    async def tell_of(self, target: str, url: str, chargers: int) -> None:
        """Let a backend be told of the first so many chargers."""
        await self.hass.client.command(
            "ocpp_floor/subentry",
            entry_id=self.entry["entry_id"],
            kind="upstream",
            title="Backend",
            data={
                "url": url,
                "version": "1.6",
                "chargers": [id_of(target, one) for one in range(chargers)],
            },
        )

    async def adopt_more(self, target: str, chargers: int) -> None:
        """Adopt further chargers, up to so many, by a restart: the forms are slower."""
        server = self._other_entry if target == OTHER else self.entry
        known = 0 if target == OTHER else self._adopted
        await self.hass.stop()
        path = self._config_dir / ".storage" / "core.config_entries"
        stored = json.loads(path.read_text(encoding="utf-8"))
        (entry,) = (
            one
            for one in stored["data"]["entries"]
            if one["entry_id"] == server["entry_id"]
        )
        for number in range(known, chargers):
            charge_point_id = id_of(target, number)
            entry["subentries"].append(
                {
                    "data": {"charge_point_id": charge_point_id},
                    "subentry_id": f"BENCH{target.upper():5.5}{number:016}",
                    "subentry_type": "charger",
                    "title": charge_point_id,
                    "unique_id": charge_point_id,
                }
            )
        path.write_text(json.dumps(stored), encoding="utf-8")
        if target != OTHER:
            self._adopted = chargers
        await self.hass.start()

    @property
    def port(self) -> int:
        """The port of ours."""
        return self._ports[OURS]

    async def _adopt(self, target: str) -> None:
        for number in range(self._adopted):
            await add_by_hand(self.hass.client, self.entry, id_of(target, number))

    async def connect(self, target: str, chargers: int) -> Json:
        """Connect the chargers and begin a session with each."""
        return await self._order(
            do="connect",
            target=target,
            port=self._ports[target],
            chargers=chargers,
            root=self._root if target == ENCRYPTED else None,
            **({"version": Station.subprotocol} if target == SECOND else {}),
        )

    async def measure_idle(self) -> None:
        """Find out what Home Assistant uses when no charger says anything."""
        await self.drain()
        before = cpu_of(self.hass.pid)
        await asyncio.sleep(5)
        self._idle = (cpu_of(self.hass.pid) - before) * 0.2

    async def drain(self) -> None:
        """Wait until the recorder has written all that there is."""
        begin = time.monotonic()
        await asyncio.sleep(_COMMIT_INTERVAL)
        quiet, before = 0, cpu_of(self.hass.pid).process
        while quiet < 2 and time.monotonic() - begin < _DRAIN_LIMIT:
            await asyncio.sleep(0.5)
            now = cpu_of(self.hass.pid).process
            quiet = quiet + 1 if now - before < 0.1 else 0
            before = now

    async def hurry(self, target: str, chargers: int, messages: int) -> Haste:
        """Let chargers send `messages` in all, as fast as they are answered."""
        await self.drain()
        garbage = await self._garbage_seconds()
        before = cpu_of(self.hass.pid)
        result = await self.send(target, chargers, messages)
        used = cpu_of(self.hass.pid) - before
        garbage = await self._garbage_seconds() - garbage
        return Haste(
            messages_per_second=result["messages"] / result["seconds"],
            median_ms=result["median_ms"],
            p99_ms=result["p99_ms"],
            cpu_ms=used.process / result["messages"] * 1000,
            loop_ms=(used.loop - garbage) / result["messages"] * 1000,
        )

    async def steady(self, target: str, chargers: int, seconds: float) -> Steady:
        """Let chargers send STEADY_RATE messages a second, for so long and longer.

        What is counted begins when the recorder's work of each second is as much as
        in the next. `seconds` is a multiple of its interval of 5.
        """
        lead = _COMMIT_INTERVAL
        messages = int((seconds + lead + 0.5) * STEADY_RATE)
        sending = asyncio.create_task(
            self.send(target, chargers, messages, rate=STEADY_RATE)
        )
        await asyncio.sleep(lead)
        garbage = await self._garbage_seconds()
        begin, before = time.monotonic(), cpu_of(self.hass.pid)
        await asyncio.sleep(seconds)
        passed = time.monotonic() - begin
        used = cpu_of(self.hass.pid) - before - self._idle * passed
        garbage = await self._garbage_seconds() - garbage
        await sending
        per_message = 1000 / (passed * STEADY_RATE)
        return Steady(
            loop_ms=(used.loop - garbage) * per_message,
            garbage_ms=garbage * per_message,
            cpu_ms=used.process * per_message,
        )

    async def _garbage_seconds(self) -> float:
        """Return what garbage collections have taken of the event loop's thread."""
        return float(await self.hass.client.command("ocpp_floor/collections"))

    async def send(
        self, target: str, chargers: int, messages: int, rate: float = 0.0
    ) -> Json:
        """Let the first so many chargers send, and measure nothing of it here.

        `rate` is how many messages go out in a second; 0 is each right after the
        answer to the one before.
        """
        return await self._order(
            do="send", target=target, chargers=chargers, messages=messages, rate=rate
        )

    async def reconnect(self, target: str) -> Json:
        """Let all chargers of a target lose their connection and come back at once.

        The result has, as `cpu`, the CPU time in seconds of all that follows from it.
        """
        before = cpu_of(self.hass.pid)
        result = await self._order(do="reconnect", target=target)
        used = cpu_of(self.hass.pid) - before
        return result | {"cpu": used.process}

    async def writes_per_message(self, target: str, messages: int = 200) -> float:
        """Return how many states change per message of one charger."""
        count = 0

        def listen(_: Any) -> None:
            nonlocal count
            count += 1

        unsubscribe = await self.hass.client.subscribe(
            listen, "subscribe_events", event_type="state_changed"
        )
        await self.send(target, 1, messages)
        await asyncio.sleep(1)
        await unsubscribe()
        return count / messages

    def rss_mib(self) -> float:
        """Return the memory of the Home Assistant process."""
        return rss_mib(self.hass.pid)

    async def _order(self, **order: Any) -> Json:
        load = self._loads[1 if order["target"] == OTHER else 0]
        assert load.stdin is not None
        assert load.stdout is not None
        load.stdin.write(json.dumps(order).encode() + b"\n")
        await load.stdin.drain()
        line = await load.stdout.readline()
        if not line:
            raise ClientError(f"the load ended in the middle of {order}")
        return dict(json.loads(line))
