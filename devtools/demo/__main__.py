"""Runs the demo until Ctrl-C."""

import argparse
import asyncio
from collections.abc import Mapping
import contextlib
from pathlib import Path
import shutil
import signal
import sys

from devtools import COMPONENT, DEMO_HOUSE, DEV, DOMAIN, MDNS_STAND_IN
from devtools.client import ClientError
from devtools.integration import (
    add_server,
    adopt,
    adopted,
    announce,
    ignore_repair,
    move_server,
    wait_for_entities,
)
from devtools.process import (
    PASSWORD,
    RESTART_EXIT_CODE,
    USER,
    HomeAssistant,
    StartError,
    free_port,
    is_free,
)
from simulator import GoE

from .dashboard import URL_PATH, save_dashboard, wanted_entities
from .energy import feed_energy_dashboard
from .life import Life
from .meters import HouseMeters
from .past import import_past
from .people import introduce
from .places import NAMES, YARD_ID
from .sun import charge_from_sun, house_entities


class DemoError(Exception):
    """What keeps the demo from running, in a sentence for the user."""


def say(text: str) -> None:
    """Tell the user what is being done."""
    sys.stdout.write(f"[demo] {text}\n")
    sys.stdout.flush()


class Demo:
    """Home Assistant and the chargers, from their start to their end."""

    def __init__(
        self,
        hass: HomeAssistant,
        meters: HouseMeters,
        state: Path,
        *,
        ocpp_host: str,
        ocpp_port: int,
        speed: float,
    ) -> None:
        """Prepare; nothing runs yet. `state` is the folder with all that is kept."""
        self._hass = hass
        self._meters = meters
        self._state = state
        self._host, self._port = ocpp_host, ocpp_port
        self._speed = speed

    async def run(self) -> None:
        """Run until cancelled. Raises DemoError, StartError and ClientError."""
        first = not (self._hass.config_dir / ".storage" / "auth").exists()
        say("starting Home Assistant" + (" for the first time" if first else ""))
        await self._meters.start()
        try:
            await self._hass.start()
            try:
                await self._run_with_hass()
            finally:
                say("stopping Home Assistant")
                await self._hass.stop()
        finally:
            await self._meters.stop()

    async def _run_with_hass(self) -> None:
        await self._set_up_server()
        await self._introduce()
        url = f"ws://127.0.0.1:{self._port}"
        life = Life(url, self._state, self._speed, say)
        say("switching on the chargers")
        await life.start()
        # An offer, once all chargers come with their secret. Whoever tries this out
        # connects more of them, at best without a word.
        # And the go-e of the garage has no HTTP API, by which its own fall-back is known.
        offers = [
            asyncio.create_task(ignore_repair(self._hass.client, kind))
            for kind in ("secret_only", "fuse_unprotected")
        ]
        try:
            await self._adopt_chargers(life)
            house = await house_entities(self._hass.client)
            await self._set_up_sun(house, life)
            await self._set_up_dashboards(house)
            self._meters.begin(life.cars_w)
            await life.let_cars_come()
            known = await adopted(self._hass.client)
            yard = await life.switch_on_yard(set_up=YARD_ID in known)
            await announce(self._hass.client, yard)
            self._tell()
            await self._watch(yard)
        finally:
            for offer in offers:
                offer.cancel()
            await asyncio.gather(*offers, return_exceptions=True)
            say("unplugging the cars")
            await life.stop()

    async def _set_up_server(self) -> None:
        """Add the integration, or see to it that it listens where it should."""
        client, address = self._hass.client, f"{self._host}:{self._port}"
        kept = self._state / "server"
        if not (entries := await client.entries(DOMAIN)):
            say(f"adding the integration, its server on {address}")
            await add_server(client, self._port, host=self._host)
        elif not kept.exists() or kept.read_text() != address:
            say(f"moving the server to {address}")
            await move_server(client, entries[0], self._port, host=self._host)
        kept.write_text(address)
        (entry,) = await client.entries(DOMAIN)
        if entry["state"] != "loaded":
            raise DemoError(f"The integration does not run: {entry['reason']}")

    async def _introduce(self) -> None:
        done = self._state / "people"
        if not done.exists():
            say("filling two months of the past: three drivers, two cars")
            await introduce(self._hass.client, self._hass.config_dir)
            done.touch()

    async def _adopt_chargers(self, life: Life) -> None:
        known = await adopted(self._hass.client)
        for charge_point_id, name in NAMES.items():
            if charge_point_id not in known:
                say(f"adopting {charge_point_id}, which was discovered, as {name}")
                url = await adopt(self._hass.client, charge_point_id, name)
                await life.enter_address(charge_point_id, url)
            await life.chargers[charge_point_id].wait_accepted(60)

    async def _set_up_sun(self, house: Mapping[str, str], life: Life) -> None:
        done = self._state / "sun"
        if not done.exists():
            say("choosing the house's meters to charge from the sun")
            await charge_from_sun(self._hass.client, house)
            await life.wait_for_control()
            done.touch()

    async def _set_up_dashboards(self, house: Mapping[str, str]) -> None:
        done = self._state / "dashboards"
        if done.exists():
            # Whatever the user made of them since is the user's.
            return
        say("making the dashboards")
        client = self._hass.client
        entities = await wait_for_entities(client, wanted_entities())
        await save_dashboard(client)
        await feed_energy_dashboard(client, entities, house)
        await import_past(client, entities, house, self._meters.house.registers_kwh())
        done.touch()

    def _tell(self) -> None:
        say("ready")
        sys.stdout.write(
            f"\n"
            f"  Dashboard      {self._hass.url}/{URL_PATH}\n"
            f"  User name      {USER}\n"
            f"  Password       {PASSWORD}\n"
            f"\n"
            f"  Chargers connect to ws://127.0.0.1:{self._port}/<charge point id>\n"
            f"  A go-eCharger that is not set up waits among the discovered devices.\n"
            f"  Encryption is in the options of the server; once it is on, that go-eCharger\n"
            f"  can be encrypted in its own form, under Security.\n"
            f"  Time passes {self._speed:g} times as fast for the simulated cars,\n"
            f"  and a day of the house's sun takes 35 minutes.\n"
            f"  Log: {self._hass.log_file}\n"
            f"\n"
            f"  Ctrl-C stops it; the next start goes on from there.\n"
            f"\n"
        )
        sys.stdout.flush()

    async def _watch(self, yard: GoE) -> None:
        """Start Home Assistant again whenever the user lets it restart."""
        while (code := await self._hass.wait()) == RESTART_EXIT_CODE:
            say("Home Assistant restarts")
            await self._hass.start()
            await announce(self._hass.client, yard)
        raise DemoError(f"Home Assistant ended with {code}; see {self._hass.log_file}")


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A real Home Assistant with the integration and simulated "
        "chargers, until Ctrl-C.",
    )
    parser.add_argument("--port", type=int, help="of Home Assistant's pages (8123)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="where to listen (127.0.0.1); 0.0.0.0 lets other machines in",
    )
    parser.add_argument("--ocpp-port", type=int, help="of the OCPP server (9000)")
    parser.add_argument(
        "--speed", type=float, default=10.0, help="of the simulated time (10)"
    )
    parser.add_argument(
        "--reset", action="store_true", help="begin anew: forget everything"
    )
    parser.add_argument(
        "--state", type=Path, default=DEV / "demo", help="folder for what it keeps"
    )
    return parser.parse_args()


def choose_port(host: str, wanted: int | None, usual: int, what: str) -> int:
    """Return the wanted port, or else the usual one, or else a free one.

    Raises DemoError when the wanted one is not free.
    """
    if wanted is None:
        return usual if is_free(host, usual) else free_port(host)
    if not is_free(host, wanted):
        raise DemoError(f"Another program uses port {wanted}, which {what} needs.")
    return wanted


def prepare(options: argparse.Namespace) -> Demo:
    """Return the demo that was asked for. Raises DemoError."""
    state: Path = options.state.resolve()
    config_dir = state / "config"
    if HomeAssistant(config_dir).is_in_use():
        raise DemoError("The demo is running already.")
    if options.reset:
        say("forgetting the last demo")
        shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True, exist_ok=True)
    port = choose_port(options.host, options.port, 8123, "Home Assistant")
    ocpp_port = choose_port(options.host, options.ocpp_port, 9000, "the OCPP server")
    meters = HouseMeters(state / "house.json", options.speed)
    return Demo(
        HomeAssistant(
            config_dir,
            host=options.host,
            port=port,
            name="Demo",
            extra=f"\nmdns_stand_in:\n\ndemo_house:\n  port: {meters.port}\n",
            components=(COMPONENT, MDNS_STAND_IN, DEMO_HOUSE),
        ),
        meters,
        state,
        ocpp_host=options.host,
        ocpp_port=ocpp_port,
        speed=options.speed,
    )


async def run(options: argparse.Namespace) -> None:
    """Run the demo until a signal ends it."""
    task = asyncio.create_task(prepare(options).run())
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Once: a second Ctrl-C must not keep Home Assistant from being stopped.
        loop.add_signal_handler(sign, lambda: task.cancelling() or task.cancel())
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> int:
    """Read the command line, run, and tell what went wrong."""
    options = arguments()
    try:
        asyncio.run(run(options))
    except (DemoError, StartError, ClientError) as err:
        sys.stderr.write(f"[demo] {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
