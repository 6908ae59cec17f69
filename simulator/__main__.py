"""Simulated charge points on the command line: python -m simulator --help."""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
import os
from pathlib import Path
import signal
import sys
from typing import Any

from . import Bender, ChargingStation, Evc5, Faults, Generic, GoE
from .console import CarOptions, Charger, Console, Quit, percent
from .security.settings import SecuritySettings
from .structures import Options
from .v2 import StationOptions

DEFAULT_IDS = {
    "goe": "237512",
    "bender": "BENDER-1",
    "evc5": "11752628",
    "generic": "CP-1",
}

V2X_ENABLED = "V2XChargingCtrlr.Enabled"

SECURED = ("bender", "generic")


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    result = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Charge points that behave like real ones, for any central system.",
    )
    result.add_argument(
        "make",
        nargs="?",
        default="generic",
        choices=sorted(DEFAULT_IDS),
        help="what to simulate (generic)",
    )
    add = result.add_argument
    add(
        "--protocol",
        choices=("1.6", "2.0.1", "2.1"),
        default="1.6",
        help="the version of OCPP; 2.0.1 and 2.1 for generic only",
    )
    add("--url", default="ws://127.0.0.1:9000", help="the central system, without id")
    add("--id", help="charge point id; with --count the first of several")
    add("--count", type=int, default=1, help="how many chargers")
    add("--connectors", type=int, help="connectors of each (not goe)")
    add("--interval", type=int, help="seconds between meter values")
    add("--measurands", help="MeterValuesSampledData")
    add("--speed", type=float, default=1.0, help="how much faster time passes")
    add("--noise", type=float, default=1.0, help="noise of the meter; 0 is none")
    add("--seed", type=int, help="the same noise every time")
    add("--register", type=float, default=0.0, help="meter reading at first, in Wh")
    add("--firmware", help="firmware version to report")
    add("--password", help="for HTTP Basic; the user is the id")
    _add_station(result.add_argument_group("OCPP 2.0.1 and 2.1"))
    _add_security(result.add_argument_group("security (generic and bender)"))
    add(
        "--plug",
        action="append",
        default=[],
        metavar="[N:]SOC%",
        help="start with a car; for another connector as in 2:40%%",
    )
    add("--capacity", type=float, default=60.0, help="kWh of each car's battery")
    add("--car-phases", type=int, default=3, choices=(1, 2, 3))
    add("--car-current", type=float, default=16.0, help="what each car can take, in A")
    add(
        "--evccid",
        help="the id that each car tells, as 01:23:45:67:89:AB (2.0.1, 2.1)",
    )
    add(
        "--discharges",
        type=float,
        metavar="W",
        help="what each car can give back at most; the station lets it (2.1)",
    )
    add("--auto-start", metavar="TAG", help="charge with this tag without being asked")
    add("--acs", type=int, default=0, choices=(0, 1), help="go-e: 1 needs a card")
    add("--http-port", type=int, help="go-e: port of its HTTP API v2")
    add("--fault", action="append", default=[], metavar="NAME[=VALUE]")
    add("--frames", action="store_true", help="print every frame, too")
    add("--console", action="store_true", help="read commands even without a terminal")
    return result


def _add_station(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--plugs", metavar="N,…", help="how many connectors each EVSE has, as in 1,2")
    add("--model", metavar="FILE", help="CSV with its device model")
    add(
        "--set",
        action="append",
        default=[],
        metavar="COMPONENT.VARIABLE=VALUE",
        help="what a variable is at first, as in TxCtrlr.TxStartPoint=EVConnected",
    )
    add(
        "--events",
        action="store_true",
        help="tell the state of connectors with NotifyEvent",
    )


def _add_security(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--profile", type=int, choices=range(4), help="security profile at first")
    add("--password-form", choices=("raw", "hex", "text"), help="of AuthorizationKey")
    add("--tls-port", type=int, help="for wss after a raise; without, the same port")
    add(
        "--root",
        action="append",
        metavar="FILE",
        help="PEM of a CA that it trusts for the central system",
    )
    add("--certificate", metavar="FILE", help="PEM of its own certificate and chain")
    add("--key", metavar="FILE", help="PEM of that certificate's key")
    add("--key-kind", choices=("ec", "rsa"), help="of the keys that it makes")
    add("--common-name", help="in its certificate; its serial number without")
    add(
        "--no-extension",
        action="store_true",
        default=None,
        help="it does not know the security extension",
    )


def security(args: argparse.Namespace) -> SecuritySettings | None:
    """Return what the arguments say; None for nothing. Raise ValueError, OSError."""

    def text(path: str) -> str:
        return Path(path).read_text(encoding="utf-8")

    given: dict[str, Any] = {
        "profile": args.profile,
        "password_form": args.password_form,
        "tls_port": args.tls_port,
        "roots": args.root and tuple(text(path) for path in args.root),
        "chain": args.certificate and text(args.certificate),
        "key": args.key and text(args.key),
        "key_kind": args.key_kind,
        "common_name": args.common_name,
        "extension": args.no_extension and False,
    }
    given = {name: value for name, value in given.items() if value is not None}
    if given and args.make not in SECURED:
        raise ValueError(f"{args.make} has no such security; {SECURED} have")
    return SecuritySettings(**given) if given else None


def identities(first: str, count: int) -> list[str]:
    """Return ids that count up: "7" gives 7, 8; "CP" gives CP, CP-2."""
    digits = first[len(first.rstrip("0123456789")) :]
    if not digits:
        return [first, *(f"{first}-{number}" for number in range(2, count + 1))]
    stem = first[: len(first) - len(digits)]
    return [f"{stem}{int(digits) + n:0{len(digits)}d}" for n in range(count)]


def station(url: str, name: str, args: argparse.Namespace, more: Options) -> Charger:
    """Return a station of OCPP 2. Raise ValueError, OSError."""
    pairs = [text.partition("=") for text in args.set]
    options: StationOptions = {}
    options.update(more)  # type: ignore[typeddict-item]
    options["version"] = args.protocol
    options["notify_events"] = args.events
    options["values"] = {variable: value for variable, _, value in pairs}
    if args.discharges is not None:
        options["values"] = {V2X_ENABLED: "true"} | options["values"]
    if args.plugs is not None:
        options["plugs"] = [int(count) for count in args.plugs.split(",")]
        if min(options["plugs"]) < 1:
            raise ValueError(f"--plugs {args.plugs}: each EVSE has one at least")
    if args.model is not None:
        options["table"] = args.model
    return ChargingStation(url, name, **options)


def build(args: argparse.Namespace) -> list[Charger]:
    """Return the chargers that the arguments ask for. Raise ValueError."""
    chargers: list[Charger] = []
    if args.protocol != "1.6" and args.make != "generic":
        raise ValueError(f"{args.make} does not speak OCPP {args.protocol}")
    if args.discharges is not None:
        if args.protocol != "2.1":
            raise ValueError("--discharges: cars give energy back with OCPP 2.1 only")
        if args.discharges <= 0:
            raise ValueError(f"--discharges {args.discharges:g}: it is above 0")
    names = identities(args.id or DEFAULT_IDS[args.make], args.count)
    for index, name in enumerate(names):
        faults = Faults()
        for text in args.fault:
            faults.set(text)
        options: Options = {
            "time_factor": args.speed,
            "noise": args.noise,
            "seed": None if args.seed is None else args.seed + index,
            "register_wh": args.register,
            "password": args.password,
            "faults": faults,
        }
        if (settings := security(args)) is not None:
            options["security"] = settings
        if args.interval is not None:
            options["sample_interval"] = args.interval
        if args.measurands is not None:
            options["measurands"] = args.measurands
        if args.firmware is not None:
            options["firmware"] = args.firmware
        if args.auto_start is not None:
            options["auto_start_tag"] = args.auto_start
        if args.connectors is not None and args.make != "goe":
            options["connectors"] = args.connectors
        if args.protocol != "1.6":
            chargers.append(station(args.url, name, args, options))
        elif args.make == "goe":
            # 0 is any free port, for each of them.
            port = args.http_port + index if args.http_port else args.http_port
            chargers.append(
                GoE(args.url, name, acs=args.acs, http_port=port, **options)
            )
        else:
            make: type[Bender | Evc5 | Generic] = {
                "bender": Bender,
                "evc5": Evc5,
                "generic": Generic,
            }[args.make]
            chargers.append(make(args.url, name, **options))
    return chargers


def parse_plug(text: str) -> tuple[int, float]:
    """Return connector and state of charge. Raise ValueError."""
    number, colon, soc = text.rpartition(":")
    return (int(number) if colon else 1), percent(soc)


def say(name: str, text: str) -> None:
    """Print one line about one charger."""
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    sys.stdout.write(f"{now} {name} {text}\n")
    sys.stdout.flush()


def _say_frame(name: str, direction: str, text: str) -> None:
    say(name, f"{'>' if direction == 'out' else '<'} {text}")


def _watch_stdin(
    console: Console, stop: Callable[[], None], tasks: set[asyncio.Task[None]]
) -> None:
    loop = asyncio.get_running_loop()

    async def execute(line: str) -> None:
        try:
            text = await console.execute(line)
        except Quit:
            stop()
            return
        if text:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    descriptor = sys.stdin.fileno()
    rest = b""

    def readable() -> None:
        nonlocal rest
        data = os.read(descriptor, 65536)
        if not data:
            loop.remove_reader(descriptor)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            task = loop.create_task(execute(line.decode(errors="replace")))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    loop.add_reader(descriptor, readable)


async def run(args: argparse.Namespace) -> None:
    """Run until interrupted or told to quit. Raise ValueError for bad arguments."""
    cars = CarOptions(
        capacity_kwh=args.capacity,
        phases=args.car_phases,
        max_current=args.car_current,
        evccid=args.evccid,
        discharge_w=args.discharges,
    )
    plugs = [parse_plug(text) for text in args.plug]
    chargers = build(args)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    tasks: set[asyncio.Task[None]] = set()
    try:
        for charger in chargers:
            charger.on_event = partial(say, charger.charge_point_id)
            if args.frames:
                charger.on_frame = partial(_say_frame, charger.charge_point_id)
            await charger.start()
            for number, soc in plugs:
                await charger.plug(number, cars.car(soc))
        if args.console or sys.stdin.isatty():
            _watch_stdin(Console(chargers, cars), stop.set, tasks)
        await stop.wait()
    finally:
        await asyncio.gather(*(charger.stop() for charger in chargers))


def main() -> None:
    """Parse the command line and run."""
    options = parser()
    args = options.parse_args()
    try:
        asyncio.run(run(args))
    except (ValueError, IndexError, OSError) as err:
        options.error(str(err))


if __name__ == "__main__":
    main()
