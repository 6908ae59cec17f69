"""The coming hours in slots, each with what is known or expected of it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import floor, isfinite
from typing import Final

from .model import LoadSlot, Site

QUARTER_S: Final = 900.0
_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0
_FINE_S: Final = 48 * _HOUR_S
"""Later slots are full hours: nothing so far away is decided now."""
_DAYS_BACK: Final = 7
_VOLTAGE: Final = 230.0

type _Spans[T] = tuple[list[float], list[float], list[T]]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Slots from now on; all lists have one item for each. Times are in s since 1970."""

    starts: list[float]
    ends: list[float]
    hours: list[float]
    """The length of each slot."""
    prices: list[float | None]
    """The known prices."""
    costs: list[float]
    """The known or expected prices; 1 for all if no price is known."""
    feed_in: list[float]
    """What a kWh of sun earns."""
    sun_w: list[float]
    loads_a: list[tuple[float, float, float] | None]
    """The expected load of the house; None where nobody knows."""
    loads_w: list[float | None]

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self.starts)

    def count_until(self, when: float) -> int:
        """Return the number of slots that end at `when` or before."""
        return bisect_right(self.ends, when + 1e-3)


def timeline(now: float, end: float, edges: Iterable[float], site: Site) -> Timeline:
    """Return the slots from `now` to `end`: quarter hours, split at each edge.

    Args:
        now: The present time, in s since 1970.
        end: The end of the last slot.
        edges: Further times at which a slot begins, such as deadlines.
        site: What is known of the coming hours.

    Returns:
        The slots; unknown prices are those of the days before at the same time, or
        else the mean of the known ones.
    """
    prices = _spans((slot.start, slot.end, slot.price) for slot in site.prices)
    feed_in = _spans((slot.start, slot.end, slot.price) for slot in site.feed_in)
    sun = _spans((slot.start, slot.end, slot.power_w) for slot in site.sun)
    loads = _spans((slot.start, slot.end, slot.currents_a) for slot in site.loads)
    powers = _spans((slot.start, slot.end, _power_w(slot)) for slot in site.loads)
    cuts = {now, end}
    for spans in (prices, feed_in, sun, loads):
        cuts.update(spans[0], spans[1])
    cuts.update(edges)
    cuts = {cut for cut in cuts if now <= cut <= end and isfinite(cut)}
    at = floor(now / QUARTER_S) * QUARTER_S + QUARTER_S
    while at < end:
        cuts.add(at)
        at += QUARTER_S if at < now + _FINE_S else _HOUR_S
    # A difference of milliseconds between two edges makes no slot.
    ordered = [now]
    for cut in sorted(cuts):
        if cut - ordered[-1] > 1e-3:
            ordered.append(cut)
    starts, ends = ordered[:-1], ordered[1:]
    known = [_at(prices, start) for start in starts]
    lengths = [after - before for before, after in pairwise(ordered)]
    return Timeline(
        starts=starts,
        ends=ends,
        hours=[length / _HOUR_S for length in lengths],
        prices=known,
        costs=_expected(starts, lengths, known, prices),
        feed_in=[_at(feed_in, start) or 0.0 for start in starts]
        if prices[0]
        else [0.0] * len(starts),
        sun_w=[max(_at(sun, start) or 0.0, 0.0) for start in starts],
        loads_a=[_at(loads, start) for start in starts],
        loads_w=[_at(powers, start) for start in starts],
    )


def _power_w(slot: LoadSlot) -> float:
    """Return the power of the house in W."""
    return sum(slot.currents_a) * _VOLTAGE if slot.power_w is None else slot.power_w


def moment(seconds: float) -> datetime:
    """Return a time in s since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _expected(
    starts: Sequence[float],
    lengths: Sequence[float],
    known: Sequence[float | None],
    prices: _Spans[float],
) -> list[float]:
    """Return the prices, unknown ones as on the days before."""
    if not prices[0]:
        return [1.0] * len(starts)
    if None not in known:
        return [price for price in known if price is not None]
    coming = [
        (price, length)
        for price, length in zip(known, lengths, strict=True)
        if price is not None
    ]
    if coming:
        mean = sum(price * length for price, length in coming) / sum(
            length for _, length in coming
        )
    else:
        mean = sum(prices[2]) / len(prices[2])
    result = []
    for start, price in zip(starts, known, strict=True):
        back = 1
        while price is None and back <= _DAYS_BACK:
            price = _at(prices, start - back * _DAY_S)
            back += 1
        result.append(mean if price is None else price)
    return result


def _spans[T: (float, tuple[float, float, float])](
    slots: Iterable[tuple[datetime, datetime, T]],
) -> _Spans[T]:
    """Return starts, ends and values in chronological order, without invalid ones."""
    found = sorted(
        (
            (start.timestamp(), end.timestamp(), value)
            for start, end, value in slots
            if start < end
            and (
                all(isfinite(each) for each in value)
                if isinstance(value, tuple)
                else isfinite(value)
            )
        ),
        key=lambda each: each[0],
    )
    return (
        [start for start, _, _ in found],
        [end for _, end, _ in found],
        [value for _, _, value in found],
    )


def _at[T](spans: _Spans[T], when: float) -> T | None:
    index = bisect_right(spans[0], when + 1e-3) - 1
    if index < 0 or when >= spans[1][index] - 1e-3:
        return None
    return spans[2][index]
