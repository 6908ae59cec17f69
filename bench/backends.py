"""What a MeterValues costs more if its charger is told to a backend.

`python -m bench.backends [--quick]`, side by side in one Home Assistant: the chargers of
one half are told to a backend, those of the other are not. Both send a value every two
seconds, and the backend wants one of six, as with 10 seconds and a minute in a house.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import statistics
import sys
from typing import Any

from devtools import ROOT

from .report import table
from .rig import OURS, STEADY_RATE, Rig

TOLD = "told"
"""Chargers of ours that are told to a backend."""

_CHARGERS = 100
_INTERVAL = round(_CHARGERS / STEADY_RATE * 6)
"""The seconds between two values that the backend wants: one of six."""
_WANTED = 0.3
"""How much more than a MeterValues it may cost."""


@asynccontextmanager
async def backend(interval: float) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a backend; its first line is its port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.backend", str(round(interval))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def counts(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """Return how often the backend was told of what."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    await process.stdin.drain()
    return dict(json.loads(await process.stdout.readline()))


async def main(*, quick: bool) -> None:
    """Measure and print."""

    def progress(text: str) -> None:
        sys.stderr.write(f"[bench] {text}\n")

    rounds, seconds = (3, 10) if quick else (9, 20)
    async with backend(_INTERVAL) as process, Rig(_CHARGERS) as rig:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        progress("connecting chargers")
        await rig.tell(TOLD, f"ws://127.0.0.1:{port}/ocpp")
        for target in (OURS, TOLD):
            await rig.connect(target, _CHARGERS)
            await rig.send(target, _CHARGERS, 3000)
        await rig.measure_idle()
        pairs: list[tuple[float, float]] = []
        told = sent = 0
        for number in range(rounds):
            progress(f"without and with a backend, round {number + 1} of {rounds}")
            order = (OURS, TOLD) if number % 2 else (TOLD, OURS)
            costs = {}
            for target in order:
                before = await counts(process)
                run = await rig.steady(target, _CHARGERS, seconds)
                costs[target] = run.loop_ms
                after = await counts(process)
                if target == TOLD:
                    told += after["MeterValues"] - before.get("MeterValues", 0)
                    sent += round((seconds + 6) * STEADY_RATE)
            pairs.append((costs[OURS], costs[TOLD]))
    ratio = statistics.median(two / one for one, two in pairs)
    without, with_one = (
        statistics.median(column) for column in zip(*pairs, strict=True)
    )
    sys.stdout.write(
        table(
            [
                "chargers",
                "MeterValues ms",
                "with a backend ms",
                "ratio",
                "told of those sent",
            ],
            [
                [
                    str(_CHARGERS),
                    f"{without:.3f}",
                    f"{with_one:.3f}",
                    f"{ratio:.2f}",
                    f"{told / sent:.2f}",
                ]
            ],
        )
        + f"\n\nWanted: at most {1 + _WANTED:.1f}. Each round: "
        + ", ".join(f"{two / one:.2f}" for one, two in pairs)
        + "\n"
    )


if __name__ == "__main__":
    asyncio.run(main(quick="--quick" in sys.argv))
