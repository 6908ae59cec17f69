"""Runs the benchmark and prints its table; see docs/performance.md."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
import importlib.metadata
import os
from pathlib import Path
import statistics
import sys
import time

from . import books, encryption, reaction, versions
from .page import PAGE, kept_dashboard, page, summary
from .report import table
from .resources import processor
from .rig import FLOOR, OURS, STEADY_RATE, Haste, Rig, Steady

SIZES = (1, 10, 100)

_said: list[str] = []
"""The result so far."""


def say(text: str = "") -> None:
    """Print a line of the result."""
    _said.append(text)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """Print what is being done, apart from the result."""
    sys.stderr.write(f"[bench] {text}\n")
    sys.stderr.flush()


def medians[T: (Haste, Steady)](results: list[T]) -> T:
    """Return the median of each figure."""
    kind = type(results[0])
    columns = zip(*(astuple(result) for result in results), strict=True)
    figures = [statistics.median(column) for column in columns]
    names = [field.name for field in fields(kind)]
    return kind(**dict(zip(names, figures, strict=True)))


async def repeat[T: (Haste, Steady)](
    rounds: int,
    what: str,
    measure_one: Callable[[str, int], Awaitable[T]],
    sizes: Sequence[int] = SIZES,
) -> dict[tuple[int, str], T]:
    """Return the medians by number of chargers and server."""
    results: dict[tuple[int, str], list[T]] = {}
    for number in range(rounds):
        for chargers in sizes:
            # One right after the other: what else this machine does hits both.
            for target in (FLOOR, OURS):
                progress(
                    f"{what}, round {number + 1} of {rounds}: "
                    f"{chargers} chargers, {target}"
                )
                result = await measure_one(target, chargers)
                results.setdefault((chargers, target), []).append(result)
    return {key: medians(several) for key, several in results.items()}


async def measure_haste(
    rig: Rig, rounds: int, messages: int
) -> dict[tuple[int, str], Haste]:
    """Print throughput and answer times, ours beside the floor."""
    results = await repeat(
        rounds,
        "as fast as it goes",
        lambda target, chargers: rig.hurry(target, chargers, messages),
    )
    rows = [
        [
            str(chargers),
            target,
            f"{run.messages_per_second:.0f}",
            f"{run.median_ms:.2f}",
            f"{run.p99_ms:.2f}",
            f"{run.cpu_ms:.3f}",
            f"{run.cpu_ms / results[chargers, FLOOR].cpu_ms:.2f}",
        ]
        for (chargers, target), run in results.items()
    ]
    say("**As fast as it goes: each charger sends as soon as it has its answer**")
    say()
    head = "chargers, server, messages/s, median ms, p99 ms, CPU ms/message, of floor"
    say(table(head.split(", "), rows))
    say()
    return results


async def measure_steady(
    rig: Rig, rounds: int, seconds: float, sizes: Sequence[int]
) -> dict[tuple[int, str], Steady]:
    """Print the CPU time per message of a load that goes on, with the recorder's."""
    results = await repeat(
        rounds,
        "steady load",
        lambda target, chargers: rig.steady(target, chargers, seconds),
        sizes,
    )
    rows = [
        [
            str(chargers),
            target,
            f"{run.loop_ms:.3f}",
            f"{run.loop_ms / results[chargers, FLOOR].loop_ms:.2f}",
            f"{run.garbage_ms:.3f}",
            f"{run.cpu_ms:.3f}",
            f"{run.cpu_ms / results[chargers, FLOOR].cpu_ms:.2f}",
        ]
        for (chargers, target), run in results.items()
    ]
    say(
        f"**A steady load of {STEADY_RATE:.0f} messages/s in all, "
        "the recorder included**"
    )
    say()
    head = (
        "chargers, server, event loop ms/message, of floor, garbage ms/message, "
        "process ms/message, of floor"
    )
    say(table(head.split(", "), rows))
    say()
    return results


async def measure_answers(rig: Rig, seconds: int) -> None:
    """Print the answer times when chargers send as often as real ones do."""
    rows = []
    for target in (FLOOR, OURS):
        progress(f"answer times without haste: {target}")
        got = await rig.send(target, SIZES[-1], SIZES[-1] * seconds, rate=SIZES[-1])
        rows.append([target, f"{got['median_ms']:.2f}", f"{got['p99_ms']:.2f}"])
    say(f"**Answer times when {SIZES[-1]} chargers send once a second each**")
    say()
    say(table(["server", "median ms", "p99 ms"], rows))
    say()


async def measure_writes(rig: Rig) -> None:
    """Print how many states a message writes."""
    rows = [
        [target, f"{await rig.writes_per_message(target):.2f}"]
        for target in (FLOOR, OURS)
    ]
    say("**State writes**")
    say()
    say(table(["server", "state writes per message"], rows))
    say()


async def measure_reconnection(rig: Rig, rounds: int) -> dict[str, tuple[float, float]]:
    """Print how long it takes until a hundred chargers are accepted again.

    Returns the worst seconds and the calls to each charger, by server.
    """
    rows, worst = [], {}
    for target in (FLOOR, OURS):
        progress(f"{SIZES[-1]} chargers reconnect at once: {target}")
        results = [await rig.reconnect(target) for _ in range(rounds)]
        seconds = [result["seconds"] for result in results]
        worst[target] = (max(seconds), results[-1]["calls"])
        rows.append(
            [
                target,
                f"{statistics.median(seconds):.2f}",
                f"{max(seconds):.2f}",
                f"{results[-1]['calls']:.1f}",
            ]
        )
    say(f"**{SIZES[-1]} chargers that reconnect and boot in the same moment**")
    say()
    say(
        table(
            ["server", "all accepted after s", "worst s", "calls to each charger"], rows
        )
    )
    say()
    return worst


async def measure_memory(rig: Rig, messages: int) -> dict[str, list[float]]:
    """Print how much memory so many messages leave behind; return it, in MiB."""
    rows, all_sizes = [], {}
    for target in (FLOOR, OURS):
        progress(f"memory over {messages} messages: {target}")
        # The first part is the warm-up. At a rate that the recorder keeps up with,
        # or it is its queue that is measured.
        sizes = []
        for _ in range(5):
            await rig.send(target, 10, messages // 4, rate=400)
            await rig.drain()
            sizes.append(rig.rss_mib())
        rows.append([target, *(f"{size:.1f}" for size in sizes)])
        all_sizes[target] = sizes
    say(
        f"**Memory of Home Assistant in MiB over {messages} messages, after a warm-up**"
    )
    say()
    quarters = [f"{messages // 4 * part}" for part in range(1, 5)]
    say(table(["server", "warm", *quarters], rows))
    say()
    return all_sizes


async def measure(*, quick: bool) -> str:
    """Do everything; return the page that tells of it."""
    started = time.monotonic()
    busy = os.getloadavg()[0]
    progress("starting Home Assistant")
    async with Rig(SIZES[-1]) as rig:
        version = importlib.metadata.version("homeassistant")
        say(
            f"Home Assistant {version} on {processor()}, "
            f"`scripts/bench{' --quick' if quick else ''}`, "
            f"{datetime.now(UTC):%d %B %Y}."
        )
        say(
            "What counts is the column that compares with the floor: another machine "
            "has other milliseconds, but much the same ratios."
        )
        say(
            f"Before it began, other programs made a load of {busy:.1f} on "
            f"{os.cpu_count()} processors."
        )
        if quick:
            say(
                "Each figure is of one round or two: single ratios scatter by a third, "
                "those of the process under a steady load by half."
            )
        say()
        for target in (FLOOR, OURS):
            progress(f"connecting {SIZES[-1]} chargers: {target}")
            await rig.connect(target, SIZES[-1])
            await rig.send(target, SIZES[-1], 3000)
        progress("measuring the idle process")
        await rig.measure_idle()
        haste = await measure_haste(rig, 1 if quick else 5, 1000)
        if quick:
            steady = await measure_steady(rig, 2, 10, SIZES[::2])
        else:
            steady = await measure_steady(rig, 3, 20, SIZES)
        await measure_answers(rig, 5 if quick else 30)
        await measure_writes(rig)
        reconnection = await measure_reconnection(rig, 1 if quick else 3)
        memory = {} if quick else await measure_memory(rig, 100_000)
        compared = await versions.measure(rig, progress, quick=quick)
        say(compared.text)
        say()
        encrypted = await encryption.measure(rig, progress, quick=quick)
        say(encrypted.text)
        say()
    reacts, median = await reaction.measure(progress)
    say("**From a new value of the meter to the limit at the charger**")
    say()
    say(reacts)
    say()
    figures = "\n".join(_said)
    in_short = f"{summary(haste, steady, reconnection, memory)}"
    in_short += f"\n{compared.in_short}\n{encrypted.in_short}"
    in_short += (
        f"\nA new value of the meter is a limit at the charger {median:.0f} ms later, "
        "in the median."
    )
    say(in_short)
    say()
    progress("books with a history beside books that begin")
    say("**What the history of the sessions costs, in milliseconds until it is done**")
    say()
    history = await books.compare(20_000, 31 if quick else 101)
    say(history)
    say()
    progress(f"done after {time.monotonic() - started:.0f} s")
    return page(figures, in_short, history)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="six minutes instead of three quarters of an hour",
    )
    parser.add_argument(
        "--write", action="store_true", help="write docs/performance.md anew"
    )
    arguments = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        parser.exit(1, "It needs Linux, which tells what a process uses in /proc.\n")
    text = asyncio.run(measure(quick=arguments.quick))
    if arguments.write:
        PAGE.write_text(f"{text}{kept_dashboard()}", encoding="utf-8")


if __name__ == "__main__":
    main()
