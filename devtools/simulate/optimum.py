"""The best that one charger could do if it knew the whole day in advance."""

from dataclasses import dataclass
from itertools import pairwise

from .traces import Trace
from .world import VOLTAGE

_BLOCK_S = 10
_SWITCH_BLOCKS = 3
"""How long a start or a change of phases takes."""
_WEAR_WH = 15.0
"""What a start or a switch must bring, so that it does not switch for nothing."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """What came of it."""

    used_wh: float
    import_wh: float
    starts: int
    switches: int
    power_w: list[float]


def _outcome(surplus: list[float], power: float) -> tuple[float, float]:
    used = sum(min(each, power) for each in surplus) / 3600
    return used, power * len(surplus) / 3600 - used


def optimum(
    trace: Trace,
    first_s: int,
    last_s: int,
    *,
    lines: tuple[int, ...],
    max_a: float = 16.0,
    ratio: float = 1.0,
    voltage_v: float = VOLTAGE,
) -> Optimum:
    """Return the course that has most of the sun used, less what is imported.

    `ratio` is the part of the offer that the car takes, `max_a` the most of it. Found backwards over blocks of 10 s (dynamic programming): paused, or charging on a
    number of phases, with the best whole ampere in each block.
    """
    states = (0, *lines)
    surplus = [
        max(pv - sum(load), 0.0)
        for pv, load in zip(trace.pv_w, trace.load_w, strict=True)
    ]
    first, last = first_s - trace.start_s, min(last_s - trace.start_s, len(surplus))
    blocks = [
        surplus[at : at + _BLOCK_S]
        for at in range(first, last - _BLOCK_S + 1, _BLOCK_S)
    ]
    best: list[dict[int, tuple[float, float, float]]] = []
    for block in blocks:
        mean = sum(block) / len(block)
        row = {0: (0.0, 0.0, 0.0)}
        for state in lines:
            watts = state * voltage_v * ratio
            near = int(mean / watts)
            choices = {
                min(min(max(near + step, 6), 32) * ratio, max_a) / ratio
                for step in (-1, 0, 1, 2)
            }
            row[state] = max(
                ((*_outcome(block, amps * watts), amps * watts) for amps in choices),
                key=lambda outcome: outcome[0] - outcome[1],
            )
        best.append(row)
    count = len(blocks)
    worth = [dict.fromkeys(states, 0.0) for _ in range(count + _SWITCH_BLOCKS + 1)]
    choice: list[dict[int, int]] = [{} for _ in range(count)]
    for at in range(count - 1, -1, -1):
        # The pause comes first, as the others may go there in the same block.
        for state in states:
            used, imported, _ = best[at][state]
            top, to = used - imported + worth[at + 1][state], state
            for other in reversed(states):
                if other == state:
                    continue
                value = (
                    worth[at + _SWITCH_BLOCKS][other] - _WEAR_WH
                    if other
                    else worth[at][0]
                )
                if value > top + 1e-9:
                    top, to = value, other
            worth[at][state] = top
            choice[at][state] = to
    at, state = 0, 0
    used_wh = import_wh = 0.0
    power: list[float] = [0.0] * (first + count * _BLOCK_S)
    path = [0]
    while at < count:
        to = choice[at][state]
        if to != state:
            path.append(to)
            state = to
            at += _SWITCH_BLOCKS if to else 0
            continue
        used, imported, watts = best[at][state]
        used_wh += used
        import_wh += imported
        begin = first + at * _BLOCK_S
        power[begin : begin + _BLOCK_S] = [watts] * _BLOCK_S
        at += 1
    steps = list(pairwise(path))
    return Optimum(
        used_wh,
        import_wh,
        sum(1 for before, after in steps if before == 0 and after),
        sum(1 for before, after in steps if before and after),
        power + [0.0] * (len(surplus) - len(power)),
    )
