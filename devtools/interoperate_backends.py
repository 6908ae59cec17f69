"""Let public backends of OCPP 1.6 and 2.0.1 be told of sessions of a simulated charger.

They are fetched at a fixed commit, or installed in a fixed version, never changed, and
never part of this repository; what is seen is printed as tables for
docs/interoperability.md.
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
from typing import Any, Final

from custom_components.ocpp_cs.csms.central_system import (
    CentralSystem,
    CentralSystemSettings,
    load_versions,
)
from custom_components.ocpp_cs.csms.model.model import Admission, ChargePointSettings
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from custom_components.ocpp_cs.csms.upstream.model import UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.pace import Pace
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.upstream.upstreams import Upstreams
from simulator import Car, Generic

from . import DEV
from .polling import poll
from .process import free_port

HOME: Final = DEV / "interoperate" / "backends"
CHARGER: Final = "PUBLIC-1"
_PATIENCE: Final = 30.0

type Step = Callable[[], Awaitable[str]]


class BackendError(Exception):
    """What keeps it from running, or what was not seen, in a sentence for the user."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A backend that anybody can fetch or install."""

    name: str
    packages: tuple[str, ...]
    """What is installed of PyPI, with versions."""
    command: tuple[str, ...]
    """How it is run by Python; `{port}` is its port."""
    port: int | None = None
    """The port, where it cannot be chosen."""
    repository: str | None = None
    commit: str = ""
    paths: tuple[str, ...] = ()
    """What is needed of the repository."""
    folder: str = "."
    """Where it is run."""
    versions: tuple[str, ...] = ("ocpp1.6",)
    sessions: bool = True
    """Whether it takes sessions at all."""


# Its part for ISO 15118 needs another repository, and nothing of it is used here.
_WITHOUT_PLUG_AND_CHARGE: Final = (
    "import runpy, sys, types; part = types.ModuleType('exi_generator'); "
    "part.EXIGenerator = None; sys.modules['exi_generator'] = part; "
    "sys.path.insert(0, ''); runpy.run_path('central_system.py', run_name='__main__')"
)
# The examples go with the library at the same commit.
_WITH_ITS_LIBRARY: Final = (
    "import runpy, sys; sys.path.insert(0, '../..'); "
    "runpy.run_path('central_system.py', run_name='__main__')"
)

PROJECTS: Final = (
    Project(
        name="EVerest/ocpp-csms",
        repository="EVerest/ocpp-csms",
        commit="3f3240c505df906867833ba63fd0fb28fba9ade8",
        paths=("central_system.py", "central_systems"),
        packages=("ocpp==2.0.0", "websockets==13.1"),
        command=(
            *("-c", _WITHOUT_PLUG_AND_CHARGE),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        versions=("ocpp1.6", "ocpp2.0.1"),
    ),
    Project(
        name="ocpp-csms",
        packages=("ocpp-csms==0.1.0",),
        command=("-m", "ocpp_csms", "--host", "127.0.0.1", "--port", "{port}"),
    ),
    Project(
        name="mobilityhouse/ocpp, examples/v16",
        repository="mobilityhouse/ocpp",
        commit="b0e0b07fd77652a586b0b6aba1bac77b6683573a",
        paths=("examples", "ocpp"),
        packages=("ocpp==2.1.0", "websockets==15.0.1"),
        command=("-c", _WITH_ITS_LIBRARY),
        port=9000,
        folder="examples/v16",
        sessions=False,
    ),
    Project(
        name="mobilityhouse/ocpp, examples/v201",
        repository="mobilityhouse/ocpp",
        commit="b0e0b07fd77652a586b0b6aba1bac77b6683573a",
        paths=("examples", "ocpp"),
        packages=("ocpp==2.1.0", "websockets==15.0.1"),
        command=("-c", _WITH_ITS_LIBRARY),
        port=9000,
        folder="examples/v201",
        versions=("ocpp2.0.1",),
        sessions=False,
    ),
)


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
        raise BackendError(f"{command[0]} {command[1]} failed: {words}")


async def prepare(project: Project, mirror: Path | None) -> tuple[Path, Path]:
    """Return the Python that runs a backend, and the folder to run it in."""
    home = HOME / "".join(one if one.isalnum() else "-" for one in project.name)
    home.mkdir(parents=True, exist_ok=True)
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        say(f"installing {' '.join(project.packages)}")
        # uv comes with Home Assistant.
        uv = (sys.executable, "-m", "uv")
        await _run(*uv, "venv", "-q", "venv", folder=home)
        await _run(
            *(*uv, "pip", "install", "-q", "--python", python),
            *project.packages,
            folder=home,
        )
    if project.repository is None:
        return python, home
    checkout = home / "checkout"
    if not checkout.exists():
        source = f"https://github.com/{project.repository}"
        if mirror is not None:
            folder = mirror / project.repository.replace("/", "+")
            source = str(next(folder.glob("*"), folder))
        say(f"fetching {project.repository} at {project.commit[:7]}")
        await _run("git", "clone", "-qn", source, "checkout", folder=home)
    await _run(
        *("git", "checkout", "-q", project.commit, "--", *project.paths),
        folder=checkout,
    )
    return python, checkout / project.folder


class Backend:
    """A backend as a process."""

    def __init__(self, project: Project, python: Path, folder: Path) -> None:
        """Prepare; `start` runs it."""
        self.port = project.port or free_port()
        self._command = [
            str(python),
            *(one.format(port=self.port) for one in project.command),
        ]
        self._folder = folder
        self._log = HOME / "backend.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Run it."""
        with self._log.open("a", encoding="utf-8") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, stdout=log, stderr=log
            )

    async def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    @property
    def url(self) -> str:
        """Its address."""
        return f"ws://127.0.0.1:{self.port}"


class House:
    """A central system with one simulated charger, which is played for a backend."""

    def __init__(self) -> None:
        """Make it; nothing listens yet."""
        storage = MemoryStore()
        self.ledger = Ledger(storage)
        versions = load_versions()
        self._central_system = CentralSystem(
            CentralSystemSettings(host="127.0.0.1", port=0),
            ledger=self.ledger,
            versions=versions,
            authorizer=None,
            admit_unknown=lambda _: Admission.PENDING,
            on_pending=lambda _: None,
        )
        self.books = UpstreamBooks()
        self.upstreams = Upstreams(
            self.ledger,
            storage,
            self.books,
            versions.agreed,
            pace=Pace(back_off=(1.0,), heartbeat=10.0),
        )
        self.charger: Generic

    async def start(self, url: str, subprotocol: str) -> VirtualStation:
        """Listen, let the charger connect, and be played for a backend."""
        await self.ledger.load()
        await self._central_system.start()
        charge_point = self._central_system.adopt(
            CHARGER, ChargePointSettings(call_timeout=5)
        )
        address = f"ws://127.0.0.1:{self._central_system.port}/ocpp/{CHARGER}"
        self.charger = Generic(address, CHARGER, noise=0.0)
        await self.charger.start()
        await self.charger.wait_idle()
        self.upstreams.attach(charge_point)
        self.upstreams.apply(
            [
                UpstreamSettings(
                    id="backend",
                    name="Backend",
                    url=url,
                    subprotocol=subprotocol,
                    charge_points=frozenset({CHARGER}),
                )
            ]
        )
        (station,) = self.upstreams.stations.values()
        return station

    async def stop(self) -> None:
        """End all of it."""
        await self.upstreams.stop()
        await self.charger.stop()
        await self._central_system.stop()


@dataclass(slots=True)
class Steps:
    """What was tried and seen."""

    title: str
    seen: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False

    async def take(self, name: str, step: Step) -> None:
        """Take a step and note what came of it."""
        say(f"{self.title}: {name}")
        try:
            words = await step()
        except (BackendError, TimeoutError) as err:
            self.failed = True
            words = f"**Failed**: {err or type(err).__name__}"
        say(f"  {words}")
        self.seen.append((name, words))

    def table(self) -> str:
        """Return it as Markdown."""
        rows = (f"| {name} | {words} |" for name, words in self.seen)
        return "\n".join(
            (f"**{self.title}**", "", "| Step | What happened |", "|---|---|", *rows)
        )


class Trial:
    """The steps with one backend in one version."""

    def __init__(self, project: Project, backend: Backend, subprotocol: str) -> None:
        """Prepare them."""
        self._project = project
        self._backend = backend
        self._subprotocol = subprotocol
        self._house = House()
        self._station: VirtualStation

    async def run(self) -> Steps:
        """Take all steps."""
        steps = Steps(f"`{self._project.name}`, {self._subprotocol}")
        await self._backend.start()
        self._station = await self._house.start(self._backend.url, self._subprotocol)
        try:
            await steps.take("Connects and boots", self._connect)
            await steps.take("States, heartbeat", self._states)
            if self._project.sessions:
                await steps.take("A session", self._session)
                await steps.take("It is away while a session ends", self._away)
                await steps.take("Another session", self._session)
            else:
                await steps.take("A session that it does not take", self._refused)
            await steps.take("Errors in its answers", self._errors)
        finally:
            await self._house.stop()
            await self._backend.stop()
        return steps

    async def _until(self, condition: Callable[[], Any], what: str) -> None:
        async def look() -> bool | None:
            return True if condition() else None

        try:
            await poll(look, patience=_PATIENCE)
        except TimeoutError:
            raise BackendError(
                f"{what} (last error: {self._station.last_error}, "
                f"trouble: {self._station.trouble})"
            ) from None

    def _said(self, *actions: str) -> list[tuple[str, Any, Any]]:
        """Return our calls of some actions: action, payload, answer."""
        calls: dict[str, tuple[str, Any]] = {}
        found = []
        for _, direction, text in self._station.frames:
            with contextlib.suppress(ValueError):
                frame = json.loads(text)
                if direction == "out" and frame[0] == 2 and frame[2] in actions:
                    calls[frame[1]] = frame[2], frame[3]
                elif direction == "in" and frame[1] in calls:
                    found.append((*calls.pop(frame[1]), frame[2]))
        return found

    async def _connect(self) -> str:
        await self._until(lambda: self._station.connected, "it does not connect")
        ((_, payload, answer), *_) = self._said("BootNotification")
        return f"Answer to `{json.dumps(payload)}`: `{json.dumps(answer)}`"

    async def _states(self) -> str:
        await self._until(lambda: self._said("StatusNotification"), "no state is told")
        # As if it had asked for one: its interval may be long.
        self._station.requests.trigger("heartbeat", None)
        await self._until(lambda: self._said("Heartbeat"), "no heartbeat")
        told = [payload for _, payload, _ in self._said("StatusNotification")]
        ((_, _, answer), *_) = self._said("Heartbeat")
        return f"{len(told)} states are told; a heartbeat: `{json.dumps(answer)}`"

    async def _begin(self) -> None:
        charger = self._house.charger
        connector = charger.connector(1)
        if connector.car is None:
            await charger.plug(1, Car(capacity_kwh=100.0))
        charger.start_transaction(connector, "TAG1")
        await charger.wait_idle()
        for _ in range(3):
            connector.meter.register_wh += 20
            # As if the minute between two values was over.
            for told in self._house.books.told_sessions("backend", CHARGER):
                told.sampled_at = 0.0
            await charger.send_meter_values()

    async def _end(self) -> None:
        charger = self._house.charger
        charger.stop_transaction(charger.connector(1), "Local")
        await charger.wait_idle()

    async def _told(self) -> str:
        station = self._station
        await self._until(lambda: not len(station.outbox), "the queue is not empty")
        session = max(self._house.ledger.at_hand(CHARGER), key=lambda one: one.start)
        told = self._house.books.told("backend", session.key)
        if told is None or told.confirmed is None:
            raise BackendError(f"the end is not confirmed: {told}")
        return (
            f"{session.energy_wh:.0f} Wh from {session.meter_start_wh:.0f} to "
            f"{session.meter_stop_wh:.0f}, confirmed under the id `{told.told_id}`"
        )

    async def _session(self) -> str:
        await self._begin()
        await self._end()
        words = await self._told()
        starts = [
            answer
            for _, payload, answer in self._said("StartTransaction", "TransactionEvent")
            if payload.get("eventType", "Started") == "Started"
        ]
        ends = [
            answer
            for _, payload, answer in self._said("StopTransaction", "TransactionEvent")
            if payload.get("eventType", "Ended") == "Ended"
        ]
        return (
            f"{words}; answers to start and end: `{json.dumps(starts[-1])}`, "
            f"`{json.dumps(ends[-1])}`"
        )

    async def _away(self) -> str:
        await self._begin()
        await self._backend.stop()
        await self._until(lambda: not self._station.connected, "it is still connected")
        await self._end()
        waiting = len(self._station.outbox)
        boots = len(self._said("BootNotification"))
        await self._backend.start()
        words = await self._told()
        more = len(self._said("BootNotification")) - boots
        return f"{waiting} messages wait, then {words}; {more} further boots"

    async def _refused(self) -> str:
        await self._begin()
        await self._end()
        await self._until(lambda: self._station.last_error, "nothing is refused")
        await asyncio.sleep(3)
        if not self._station.connected:
            raise BackendError(f"the connection is lost: {self._station.trouble}")
        return (
            f"Refused ({self._station.last_error}); {len(self._station.outbox)} "
            "messages are kept, the connection stays"
        )

    async def _errors(self) -> str:
        counts = self._station.deviations.counts
        return f"last: {self._station.last_error}; deviations: {counts or 'none'}"


async def run(projects: list[Project], mirror: Path | None) -> list[Steps]:
    """Take the steps with each of them."""
    HOME.mkdir(parents=True, exist_ok=True)
    found = []
    for project in projects:
        python, folder = await prepare(project, mirror)
        for subprotocol in project.versions:
            backend = Backend(project, python, folder)
            found.append(await Trial(project, backend, subprotocol).run())
    return found


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/interoperate --backends", description=__doc__
    )
    parser.add_argument(
        "--mirror", type=Path, help="where repositories are cloned from"
    )
    parser.add_argument("--anew", action="store_true", help="forget what was fetched")
    parser.add_argument("name", nargs="?", help="part of the name of a backend")
    arguments = parser.parse_args()
    if arguments.anew:
        shutil.rmtree(HOME, ignore_errors=True)
    projects = [one for one in PROJECTS if (arguments.name or "") in one.name]
    try:
        found = asyncio.run(run(projects, arguments.mirror))
    except BackendError as err:
        parser.exit(1, f"{err}\n")
    for steps in found:
        sys.stdout.write(f"\n{steps.table()}\n")
    if any(steps.failed for steps in found):
        parser.exit(1)


if __name__ == "__main__":
    main()
