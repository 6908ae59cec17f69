"""Let a public charge point of OCPP 2.0.1 or 2.1 charge at a real Home Assistant.

It is fetched at a fixed commit, never changed, and never part of this repository; what
is seen is printed as a table for docs/interoperability.md.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
import json
from pathlib import Path
import shutil
import sys
from typing import Any

from devtools import COMPONENT, DEV
from devtools.client import Client, ClientError
from devtools.integration import add_server, adopt, entity_ids
from devtools.polling import poll
from devtools.process import HomeAssistant, StartError, free_port

type Json = dict[str, Any]

CHARGE_POINT_ID = "PUBLIC-1"
NAME = "Public"
PATIENCE = 40.0
"""Seconds in which a step has to show in Home Assistant."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A charge point that anybody can fetch."""

    repository: str
    commit: str
    runtime: str
    """The npm package that runs it."""
    not_needed: tuple[str, ...] = ()
    """Its dependencies that nothing of this needs."""

    @property
    def folder(self) -> str:
        """Its name in a folder of mirrors."""
        return self.repository.replace("/", "+")


PROJECTS = {
    "ocpp-cp-simulator": Project(
        repository="shiv3/ocpp-cp-simulator",
        commit="37d4586",
        runtime="bun@1.3.14",
        not_needed=("@ocpp-debugkit/toolkit",),
    )
}


class InteropError(Exception):
    """What keeps it from running, in a sentence for the user."""


def say(text: str) -> None:
    """Tell the user what is being done."""
    sys.stdout.write(f"[interoperate] {text}\n")
    sys.stdout.flush()


async def _run(*command: str | Path, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        words = output.decode(errors="replace")[-600:]
        raise InteropError(f"{command[0]} {command[1]} failed: {words}")


async def fetch(project: Project, mirror: Path | None, home: Path) -> Path:
    """Return the folder with the charge point at its commit, ready to run."""
    checkout = home / "checkout"
    if not (checkout / ".git").exists():
        source = f"https://github.com/{project.repository}"
        if mirror is not None:
            source = str(next((mirror / project.folder).glob("*"), mirror))
        say(f"fetching {project.repository} at {project.commit}")
        await _run("git", "clone", "--quiet", source, "checkout", folder=home)
    await _run("git", "checkout", "--quiet", "--force", project.commit, folder=checkout)
    if not (home / "node_modules").exists():
        say(f"installing {project.runtime}")
        await _run(
            *("npm", "install", "--no-audit", "--no-fund", "--prefix", "."),
            project.runtime,
            folder=home,
        )
    # What is left out may not be in the registry, and the lock names it.
    package = checkout / "package.json"
    about = json.loads(package.read_text(encoding="utf-8"))
    for name in project.not_needed:
        about["dependencies"].pop(name, None)
    about.pop("devDependencies", None)
    package.write_text(json.dumps(about, indent=2), encoding="utf-8")
    for lock in ("bun.lock", "package-lock.json"):
        (checkout / lock).unlink(missing_ok=True)
    if not (checkout / "node_modules").exists():
        say("installing what it needs")
        bun = home / "node_modules" / ".bin" / "bun"
        await _run(bun, "install", "--production", "--ignore-scripts", folder=checkout)
    return checkout


class Station:
    """The charge point as a process that is told what to do, a line of JSON each."""

    def __init__(self, home: Path, checkout: Path, url: str, protocol: str) -> None:
        """Prepare.

        Args:
            home: Where its runtime is.
            checkout: Its code.
            url: The server's address without a slash at its end.
            protocol: The version of OCPP, `2.0.1` or `2.1`.
        """
        self._command = (
            str(home / "node_modules" / ".bin" / "bun"),
            "src/cli/main.ts",
            *("--ws-url", url, "--cp-id", CHARGE_POINT_ID),
            *("--ocpp-version", f"OCPP-{protocol}", "--json"),
        )
        self._checkout = checkout
        self._answers: dict[str, Json] = {}
        self._log = (home / "station.log").open("w", encoding="utf-8")
        self._number = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Switch it on; it does not connect by itself."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._checkout,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**22,
        )
        self._reader = asyncio.create_task(self._read(self._process))

    def has_dropped(self) -> bool:
        """Return whether it threw a message away because it was offline."""
        return "dropping TransactionEvent" in Path(self._log.name).read_text("utf-8")

    async def stop(self) -> None:
        """Switch it off."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        self._log.close()

    async def tell(self, command: str, **params: Any) -> Json:
        """Let it do something; return its answer. Raise InteropError."""
        assert self._process is not None and self._process.stdin is not None
        self._number += 1
        number = str(self._number)
        line: Json = {"id": number, "command": command}
        if params:
            line["params"] = params
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        await self._process.stdin.drain()

        async def answered() -> Json | None:
            return self._answers.pop(number, None)

        try:
            answer = await poll(answered, patience=PATIENCE)
        except TimeoutError:
            raise InteropError(f"{command}: no answer") from None
        assert answer is not None
        if not answer.get("ok"):
            raise InteropError(f"{command}: {answer.get('error')}")
        return answer

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            text = line.decode(errors="replace")
            self._log.write(text)
            self._log.flush()
            with contextlib.suppress(ValueError):
                told = json.loads(text)
                if isinstance(told, dict) and "id" in told:
                    self._answers[str(told["id"])] = told


@dataclass(slots=True)
class Steps:
    """What was tried and seen."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False

    async def take(self, name: str, step: Callable[[], Awaitable[str]]) -> None:
        """Take a step and note what came of it."""
        say(name)
        try:
            words = await step()
        except (InteropError, ClientError, TimeoutError) as err:
            self.failed = True
            words = f"**Failed**: {err or type(err).__name__}"
        say(f"  {words}")
        self.seen.append((name, words))

    def table(self) -> str:
        """Return it as Markdown."""
        rows = (f"| {name} | {words} |" for name, words in self.seen)
        return "\n".join(("| Step | What happened |", "|---|---|", *rows))


class Trial:
    """The steps, in Home Assistant and at the charge point."""

    def __init__(self, client: Client, station: Station) -> None:
        self._client = client
        self._station = station
        self._ids: dict[str, str] = {}
        self._meter_wh = 0

    async def run(self) -> Steps:
        """Take all steps."""
        steps = Steps()
        for name, step in (
            ("Connects, is adopted", self._adopt),
            ("Started by Home Assistant", self._start),
            ("Meter values", self._measure),
            ("Limited to 10 A", self._limit),
            ("Stopped by Home Assistant", self._stop),
            ("Started at the charge point", self._start_there),
            ("Ends while it is offline, and tells it later", self._offline),
            ("Another session there", self._again),
            ("Restarted by Home Assistant", self._restart),
        ):
            await steps.take(name, step)
        return steps

    async def _state(self, key: str) -> Json:
        if key not in self._ids:
            self._ids = await entity_ids(self._client)
        try:
            entity_id = self._ids[key]
        except KeyError:
            raise InteropError(f"no entity {key}") from None
        state = await self._client.state(entity_id)
        if state is None:
            raise InteropError(f"{entity_id} has no state")
        return state

    async def _until(
        self, key: str, fits: Callable[[str], bool], patience: float = PATIENCE
    ) -> str:
        last = "nothing"

        async def look() -> str | None:
            nonlocal last
            with contextlib.suppress(InteropError):
                last = str((await self._state(key))["state"])
                return last if fits(last) else None
            return None

        try:
            found = await poll(look, patience=patience)
        except TimeoutError:
            raise InteropError(f"{key} is {last}") from None
        return str(found)

    def _key(self, platform: str, key: str, connector: int | None = 1) -> str:
        place = "" if connector is None else f"{connector}/"
        return f"{platform}.{CHARGE_POINT_ID}/{place}{key}"

    async def _act(self, action: str, platform: str, key: str, **data: Any) -> None:
        state = await self._state(self._key(platform, key))
        await self._client.call(action, {"entity_id": state["entity_id"], **data})

    async def _adopt(self) -> str:
        connecting = asyncio.create_task(self._station.tell("connect"))
        try:
            await adopt(self._client, CHARGE_POINT_ID, NAME)
        finally:
            with contextlib.suppress(InteropError):
                await connecting
        status = await self._until(
            self._key("sensor", "status"), lambda text: text == "available"
        )
        return f"Pending, then Accepted; its status is `{status}`"

    async def _start(self) -> str:
        await self._station.tell(
            "update_connector_status", connector=1, status="Preparing"
        )
        await self._act("switch.turn_on", "switch", "charging")
        await self._until(self._key("switch", "charging"), lambda text: text == "on")
        status = await self._until(
            self._key("sensor", "status"), lambda text: text == "charging"
        )
        return f"A session runs; the status is `{status}`"

    async def _measure(self) -> str:
        # No faster than a car can take it: what is beyond that is not believed.
        for _ in range(3):
            await asyncio.sleep(6)
            self._meter_wh += 20
            await self._station.tell(
                "set_meter_value", connector=1, value=self._meter_wh
            )
            await self._station.tell("send_meter_value", connector=1)
        energy = await self._until(
            self._key("sensor", "session_energy"), lambda text: _number(text) > 0.05
        )
        return f"{energy} kWh in the session, as at the charge point"

    async def _limit(self) -> str:
        await self._act("number.set_value", "number", "current_limit", value=10)
        answer = await self._station.tell("get_charging_profiles", connector=1)
        limits = sorted(set(_limits(answer.get("data"))))
        if 10 not in limits:
            raise InteropError(f"it has the limits {limits}")
        return f"The profile is installed at the charge point: {limits} A"

    async def _stop(self) -> str:
        await self._act("switch.turn_off", "switch", "charging")
        await self._until(self._key("switch", "charging"), lambda text: text == "off")
        energy = (await self._state(self._key("sensor", "last_session")))["state"]
        return f"The session is booked with {energy} kWh"

    async def _start_there(self) -> str:
        await self._station.tell("start_transaction", connector=1, tagId="04AABBCC")
        await self._until(self._key("switch", "charging"), lambda text: text == "on")
        return "A session runs"

    async def _offline(self) -> str:
        await self._station.tell("disconnect")
        await self._until(
            self._key("binary_sensor", "connected", None), lambda text: text == "off"
        )
        await asyncio.sleep(6)
        self._meter_wh += 20
        await self._station.tell("set_meter_value", connector=1, value=self._meter_wh)
        await self._station.tell("stop_transaction", connector=1)
        await self._station.tell("connect")
        await self._until(
            self._key("binary_sensor", "connected", None), lambda text: text == "on"
        )
        charging = self._key("switch", "charging")
        try:
            # One that says nothing of it for a minute has nothing to say.
            await self._until(charging, lambda text: text == "off", patience=90.0)
        except InteropError:
            if not self._station.has_dropped():
                raise
            return (
                "The charge point threw its event away and told nothing later: "
                "the session stays open"
            )
        energy = (await self._state(self._key("sensor", "last_session")))["state"]
        words = f"The session is booked with {energy} kWh"
        if self._station.has_dropped():
            words = f"The charge point threw its event away and told nothing. {words}"
        return words

    async def _again(self) -> str:
        before = (await self._state(self._key("sensor", "last_session")))[
            "last_changed"
        ]
        await self._station.tell("start_transaction", connector=1, tagId="04AABBCC")
        await asyncio.sleep(6)
        self._meter_wh += 20
        await self._station.tell("set_meter_value", connector=1, value=self._meter_wh)
        await self._station.tell("stop_transaction", connector=1)
        await self._until(self._key("switch", "charging"), lambda text: text == "off")
        last = await self._state(self._key("sensor", "last_session"))
        if last["last_changed"] == before:
            raise InteropError("it is not booked")
        return f"It ends, and is booked with {last['state']} kWh; no session is open"

    async def _restart(self) -> str:
        await self._act_charger("button.press", "button", "soft_reset")
        await asyncio.sleep(5)
        connected = await self._until(
            self._key("binary_sensor", "connected", None), lambda text: text == "on"
        )
        return f"It is connected again: `{connected}`"

    async def _act_charger(self, action: str, platform: str, key: str) -> None:
        state = await self._state(self._key(platform, key, None))
        await self._client.call(action, {"entity_id": state["entity_id"]})


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _limits(found: Any) -> list[float]:
    """Return all limits in whatever way the charge point tells its profiles."""
    if isinstance(found, dict):
        own = [float(found["limit"])] if "limit" in found else []
        return own + [one for value in found.values() for one in _limits(value)]
    if isinstance(found, list):
        return [one for value in found for one in _limits(value)]
    return []


async def run(
    project: Project, mirror: Path | None, home: Path, protocol: str
) -> Steps:
    """Fetch it, start both, and take the steps. Raise InteropError, StartError."""
    home.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs yet
    checkout = await fetch(project, mirror, home)
    config = home / "config"
    shutil.rmtree(config, ignore_errors=True)
    hass = HomeAssistant(config, port=free_port(), name=NAME, components=(COMPONENT,))
    port = free_port()
    say("starting Home Assistant")
    await hass.start()
    station = Station(home, checkout, f"ws://127.0.0.1:{port}", protocol)
    try:
        await add_server(hass.client, port)
        await station.start()
        steps = await Trial(hass.client, station).run()
        wrong = [
            line
            for line in hass.log().splitlines()
            if "ocpp_cs" in line and (" ERROR " in line or "Traceback" in line)
        ]
        for line in wrong:
            say(f"log: {line}")
        steps.failed |= bool(wrong)
        return steps
    finally:
        await station.stop()
        await hass.stop()


def main() -> int:
    """Read the command line, run, and print what was seen."""
    parser = argparse.ArgumentParser(
        prog="scripts/interoperate",
        description="A public charge point of OCPP 2 at a real Home Assistant.",
    )
    parser.add_argument(
        "name", nargs="?", choices=PROJECTS, default=next(iter(PROJECTS))
    )
    parser.add_argument(
        "--mirror", type=Path, help="folder of git mirrors, to clone from these"
    )
    parser.add_argument("--protocol", choices=("2.0.1", "2.1"), default="2.0.1")
    options = parser.parse_args()
    project = PROJECTS[options.name]
    home = DEV / "interoperate" / options.name
    try:
        steps = asyncio.run(run(project, options.mirror, home, options.protocol))
    except (InteropError, StartError, ClientError) as err:
        sys.stderr.write(f"[interoperate] {err}\n")
        return 1
    sys.stdout.write(f"\n{project.repository} at {project.commit}\n\n{steps.table()}\n")
    return 1 if steps.failed else 0


if __name__ == "__main__":
    sys.exit(main())
