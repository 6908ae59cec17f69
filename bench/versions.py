"""What OCPP 2.0.1 costs: its TransactionEvent beside 1.6's MeterValues.

It is part of `scripts/bench`; `python -m bench.versions` measures nothing else.
"""

import asyncio
from collections.abc import Callable
import statistics
import sys

from .encryption import Cost, Result
from .report import table
from .rig import OURS, SECOND, Rig

_SIZES = (1, 100)
_WANTED = 1.15
"""How many times the CPU time per message of 1.6 it may cost."""


async def measure(rig: Rig, progress: Callable[[str], None], *, quick: bool) -> Result:
    """Measure both by turns; chargers that speak 1.6 are connected already."""
    size = _SIZES[-1]
    progress("connecting chargers that speak OCPP 2.0.1")
    await rig.speak_second_version()
    await rig.connect(SECOND, size)
    await rig.send(SECOND, size, 3000)
    await rig.measure_idle()
    rows: list[list[str]] = []
    ratios: list[float] = []
    rounds = 3 if quick else 9
    for chargers in _SIZES:
        pairs: list[tuple[Cost, Cost]] = []
        for number in range(rounds):
            progress(
                f"OCPP 1.6 and 2.0.1, round {number + 1} of {rounds}: "
                f"{chargers} chargers"
            )
            # Each is the first as often as the other.
            order = (OURS, SECOND) if number % 2 else (SECOND, OURS)
            costs = {}
            for target in order:
                run = await rig.hurry(target, chargers, 2000)
                costs[target] = Cost(loop=run.loop_ms, process=run.cpu_ms)
            pairs.append((costs[OURS], costs[SECOND]))
        for name, figures in (
            ("event loop", [(one.loop, two.loop) for one, two in pairs]),
            ("process", [(one.process, two.process) for one, two in pairs]),
        ):
            ratio = statistics.median(two / one for one, two in figures)
            ratios.append(ratio)
            rows.append(
                [
                    str(chargers),
                    name,
                    *(
                        f"{statistics.median(column):.3f}"
                        for column in zip(*figures, strict=True)
                    ),
                    f"{ratio:.2f}",
                ]
            )
    head = "chargers, CPU time of, MeterValues ms, TransactionEvent ms, ratio"
    return Result(
        text="\n".join(
            [
                "**What OCPP 2.0.1 costs: the same eight values, by turns**",
                "",
                table(head.split(", "), rows),
            ]
        ),
        in_short=(
            f"A TransactionEvent of OCPP 2.0.1 costs {min(ratios):.2f} to "
            f"{max(ratios):.2f} times the CPU time of a MeterValues of 1.6 "
            f"(wanted: {_WANTED})."
        ),
    )


async def main() -> None:
    """Measure and print this comparison alone."""

    def progress(text: str) -> None:
        sys.stderr.write(f"[bench] {text}\n")

    async with Rig(_SIZES[-1]) as rig:
        await rig.connect(OURS, _SIZES[-1])
        await rig.send(OURS, _SIZES[-1], 3000)
        result = await measure(rig, progress, quick="--quick" in sys.argv)
    sys.stdout.write(f"{result.text}\n\n{result.in_short}\n")


if __name__ == "__main__":
    asyncio.run(main())
