"""What TLS costs: messages and reconnections with it beside the same without."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
import statistics

from .report import table
from .rig import ENCRYPTED, OURS, Rig

_SIZES = (1, 100)
_WANTED = 1.1
"""How many times the plain CPU time per message it may cost."""
_RECONNECTED_WITHIN = 3.0
"""Seconds in which all are to be accepted again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """CPU time per message in milliseconds."""

    loop: float
    process: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The figures as Markdown, and in a sentence or two."""

    text: str
    in_short: str


async def measure(rig: Rig, progress: Callable[[str], None], *, quick: bool) -> Result:
    """Measure both by turns; plain chargers are connected already."""
    size = _SIZES[-1]
    progress("turning encryption on")
    await rig.encrypt()
    await rig.connect(ENCRYPTED, size)
    await rig.send(ENCRYPTED, size, 3000)
    await rig.measure_idle()

    async def haste(target: str, chargers: int) -> Cost:
        run = await rig.hurry(target, chargers, 1000)
        return Cost(loop=run.loop_ms, process=run.cpu_ms)

    async def steady(target: str, chargers: int) -> Cost:
        run = await rig.steady(target, chargers, 10 if quick else 20)
        return Cost(loop=run.loop_ms, process=run.cpu_ms)

    rows: list[list[str]] = []
    ratios: list[float] = []
    for what, measure_one, rounds in (
        ("as fast as it goes", haste, 3 if quick else 9),
        ("steady", steady, 1 if quick else 5),
    ):
        for chargers in _SIZES:
            progress(f"with TLS and without, {what}: {chargers} chargers")
            pairs = await _pairs(measure_one, chargers, rounds)
            for name, figures in (
                ("event loop", [(plain.loop, tls.loop) for plain, tls in pairs]),
                ("process", [(plain.process, tls.process) for plain, tls in pairs]),
            ):
                ratio = statistics.median(tls / plain for plain, tls in figures)
                ratios.append(ratio)
                rows.append(
                    [
                        str(chargers),
                        what,
                        name,
                        *(
                            f"{statistics.median(column):.3f}"
                            for column in zip(*figures, strict=True)
                        ),
                        f"{ratio:.2f}",
                    ]
                )
    head = ["chargers", "load", "CPU time of", "plain ms/message", "TLS ms/message"]
    lines = [
        "**What TLS costs: the same messages with it, by turns**",
        "",
        table([*head, "ratio"], rows),
        "",
    ]
    back, worst = await _reconnections(rig, progress, 1 if quick else 5)
    lines += [
        f"**{size} chargers that reconnect and boot in the same moment, with TLS**",
        "",
        back,
    ]
    low, high = min(ratios), max(ratios)
    return Result(
        text="\n".join(lines),
        in_short=(
            f"With TLS a message costs {low:.2f} to {high:.2f} times the CPU time of one "
            f"without (wanted: {_WANTED}), and {size} chargers that come back at once "
            f"are accepted within {worst:.2f} seconds (wanted: {_RECONNECTED_WITHIN:g})."
        ),
    )


async def _pairs(
    measure_one: Callable[[str, int], Awaitable[Cost]], chargers: int, rounds: int
) -> Sequence[tuple[Cost, Cost]]:
    """Return what each round has cost without TLS and with it."""
    pairs = []
    for number in range(rounds):
        # Each is the first as often as the other.
        order = (OURS, ENCRYPTED) if number % 2 else (ENCRYPTED, OURS)
        cost = {target: await measure_one(target, chargers) for target in order}
        pairs.append((cost[OURS], cost[ENCRYPTED]))
    return pairs


async def _reconnections(
    rig: Rig, progress: Callable[[str], None], rounds: int
) -> tuple[str, float]:
    """Return a table, and the worst seconds with TLS."""
    results: dict[str, list[dict[str, float]]] = {OURS: [], ENCRYPTED: []}
    for number in range(rounds):
        progress(f"reconnection with TLS and without, round {number + 1} of {rounds}")
        for target, those in results.items():
            those.append(await rig.reconnect(target))
    rows = [
        [
            name,
            f"{statistics.median(run['seconds'] for run in results[target]):.2f}",
            f"{max(run['seconds'] for run in results[target]):.2f}",
            f"{statistics.median(run['cpu'] for run in results[target]):.2f}",
        ]
        for name, target in (("plain", OURS), ("TLS", ENCRYPTED))
    ]
    worst = max(run["seconds"] for run in results[ENCRYPTED])
    head = ["connection", "all accepted after s", "worst s", "CPU s of the process"]
    return table(head, rows), worst
