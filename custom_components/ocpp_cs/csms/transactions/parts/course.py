"""When the energy of a session was charged, by quarters of an hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
import json
from math import ceil, inf, isfinite
from typing import Final, NamedTuple

QUARTER_S: Final = 900
"""The length of a part in s: prices change every quarter of an hour at most."""

LITTLE_WH: Final = 0.1
"""Wh below which a difference is one of rounding."""

_LONGEST_S: Final = 31 * 86_400
"""The time in s over which energy is spread at most: clocks may be wrong by years."""

_MOST_PARTS: Final = 2 * _LONGEST_S // QUARTER_S
"""The parts of a session at most: two months, whatever its clock does."""

_LEAST_WH: Final = 50.0
"""The Wh of a part at least, of energy that is spread over several: a vehicle that
charges takes more in each quarter of an hour."""


class Part(NamedTuple):
    """The energy of one quarter of an hour; what is neither sun nor grid is unknown.

    Energies are rounded to 1 mWh, costs to a millionth, so that they are short in the
    books, and the same when they are read.
    """

    quarter: int
    """The number of the quarter of an hour since 1970."""
    wh: float
    sun_wh: float = 0.0
    grid_wh: float = 0.0
    cost: float = 0.0
    """The cost of `priced_wh`, in the currency of the session."""
    priced_wh: float = 0.0
    spread: bool = False
    """True if nobody knows in which quarter of a longer time it was charged."""

    @property
    def unknown_wh(self) -> float:
        """The energy of which nobody knows whether it was sun."""
        return self.wh - self.sun_wh - self.grid_wh

    @property
    def unpriced_wh(self) -> float:
        """The energy without a price."""
        return self.wh - self.priced_wh

    @property
    def middle(self) -> float:
        """The middle of the quarter, in s since 1970."""
        return (self.quarter + 0.5) * QUARTER_S

    def of_sun(self, share: float) -> Part:
        """Return it with a share of sun, from 0 to 1, and the rest from the grid."""
        quarter, wh, _, _, cost, priced_wh, vague = self
        sun_wh = round(wh * share, 3)
        grid_wh = round(wh - sun_wh, 3)
        return Part(quarter, wh, sun_wh, grid_wh, cost, priced_wh, vague)

    def costing(self, cost: float) -> Part:
        """Return it with a cost for all of it."""
        quarter, wh, sun_wh, grid_wh, _, _, vague = self
        return Part(quarter, wh, sun_wh, grid_wh, round(cost, 6), wh, vague)

    def scaled(self, factor: float) -> Part:
        """Return it with so many times the energy, and the cost of that."""
        return Part(
            self.quarter,
            round(self.wh * factor, 3),
            round(self.sun_wh * factor, 3),
            round(self.grid_wh * factor, 3),
            round(self.cost * factor, 6),
            round(self.priced_wh * factor, 3),
            self.spread,
        )

    def plus(self, other: Part) -> Part:
        """Return the sum of two parts of the same quarter."""
        quarter, wh, sun_wh, grid_wh, cost, priced_wh, vague = self
        (
            _,
            more_wh,
            more_sun_wh,
            more_grid_wh,
            more_cost,
            more_priced_wh,
            other_vague,
        ) = other
        return Part(
            quarter,
            round(wh + more_wh, 3),
            round(sun_wh + more_sun_wh, 3),
            round(grid_wh + more_grid_wh, 3),
            round(cost + more_cost, 6),
            round(priced_wh + more_priced_wh, 3),
            vague or other_vague,
        )


@dataclass(frozen=True, slots=True)
class Course:
    """The parts of a session in order of time, and until when they are known."""

    until: float = 0.0
    """The time of the last reading in s since 1970; 0 before the first one."""
    wh: float = 0.0
    """The energy of all parts."""
    parts: tuple[Part, ...] = ()
    is_settled: bool = False
    """True if the user set the cost: no price changes it any more."""

    @property
    def is_vague(self) -> bool:
        """Return whether nobody knows when some of its energy was charged."""
        return any(part.spread for part in self.parts)

    def added(self, new: Sequence[Part], until: float) -> Course:
        """Return it with more parts, which may be of the same quarters."""
        parts = self.parts
        if len(new) == 1 and parts:
            # As with each meter value.
            (part,) = new
            last = parts[-1]
            if last.quarter == part.quarter:
                parts = (*parts[:-1], last.plus(part))
            elif last.quarter < part.quarter:
                parts = _oldest_joined((*parts, part))
            if parts is not self.parts:
                return Course(
                    until, round(self.wh + part.wh, 3), parts, self.is_settled
                )
        merged = {part.quarter: part for part in self.parts}
        wh = self.wh
        for part in new:
            wh += part.wh
            known = merged.get(part.quarter)
            merged[part.quarter] = part if known is None else known.plus(part)
        return Course(
            until, round(wh, 3), _oldest_joined(in_order(merged)), self.is_settled
        )

    def quiet(self, until: float) -> Course:
        """Return it with no new energy until a time in s since 1970."""
        return Course(until, self.wh, self.parts, self.is_settled)

    def with_parts(self, changed: Mapping[int, Part]) -> Course:
        """Return it with some parts replaced or added, by their quarters.

        Its energy stays.
        """
        merged = {part.quarter: part for part in self.parts} | dict(changed)
        return replace(self, parts=in_order(merged))

    def scaled(self, wh: float) -> Course:
        """Return it with another energy in all, divided as before."""
        if wh <= 0:
            return replace(NO_COURSE, is_settled=self.is_settled)
        if self.wh <= 0:
            return self
        factor = wh / self.wh
        return replace(
            self,
            wh=wh,
            parts=tuple(part.scaled(factor) for part in self.parts),
        )

    def costing(self, cost: float | None) -> Course:
        """Return it with another cost in all, which the user set; None is no cost."""
        return replace(
            self,
            is_settled=True,
            parts=tuple(
                part._replace(cost=0.0, priced_wh=0.0)
                if cost is None
                else part.costing(cost * part.wh / self.wh)
                for part in self.parts
            ),
        )

    def shifted(self, seconds: float) -> Course:
        """Return it as charged so much later."""
        quarters = round(seconds / QUARTER_S)
        return replace(
            self,
            until=self.until + seconds,
            parts=tuple(
                part._replace(quarter=part.quarter + quarters) for part in self.parts
            ),
        )

    def within(self, start: float, end: float) -> Course:
        """Return it within a time in s since 1970: spread anew, if it was not.

        Only the sums of what was sun, and of the cost, are kept then.
        """
        if not self.parts or (
            self.parts[0].quarter >= start // QUARTER_S
            and self.parts[-1].quarter <= end // QUARTER_S
        ):
            return self
        whole = _sum(self.parts, 0)
        return replace(
            self,
            until=end,
            parts=tuple(
                whole.scaled(share)._replace(quarter=quarter, spread=True)
                for quarter, share in shares(start, end, whole.wh)
            ),
        )


NO_COURSE: Final = Course()


def _oldest_joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return parts without those that are too many: the oldest become one.

    Only a clock that jumps makes so many, and a running session is kept in memory.
    """
    excess = len(parts) - _MOST_PARTS
    if excess <= 0:
        return parts
    joined = _sum(parts[: excess + 1], parts[excess].quarter)
    return (joined._replace(spread=True), *parts[excess + 1 :])


def _sum(parts: Iterable[Part], quarter: int) -> Part:
    """Return all parts as one, of that quarter."""
    whole = Part(quarter, 0.0)
    for part in parts:
        whole = whole.plus(part)
    return whole


def in_order(parts: Mapping[int, Part]) -> tuple[Part, ...]:
    """Return parts in the order of time."""
    return tuple(parts[quarter] for quarter in sorted(parts))


def shares(since: float, until: float, wh: float = inf) -> Iterator[tuple[int, float]]:
    """Yield the quarters of a time, and the share of its energy in each.

    Args:
        since: The begin of the time in s since 1970.
        until: Its end.
        wh: Its energy. Of little energy only some quarters have a share, the last one
            among them.
    """
    since = max(since, until - _LONGEST_S)
    length, first, last = (
        until - since,
        int(since // QUARTER_S),
        int(until // QUARTER_S),
    )
    if first == last or length <= 0:
        yield last, 1.0
        return
    if wh < _LEAST_WH * (last - first + 1):
        last = ceil(until / QUARTER_S) - 1
        count = min(last - first + 1, max(1, int(wh / _LEAST_WH)))
        for number in range(count):
            before = (count - 1 - number) * (last - first) // max(1, count - 1)
            yield last - before, 1.0 / count
        return
    for quarter in range(first, last + 1):
        overlap = min(until, (quarter + 1) * QUARTER_S) - max(
            since, quarter * QUARTER_S
        )
        if overlap > 0:
            yield quarter, overlap / length


def spread(since: float, until: float, wh: float) -> Iterator[Part]:
    """Yield the parts of energy that was charged evenly within a time."""
    quarter = int(until // QUARTER_S)
    if int(since // QUARTER_S) == quarter:
        yield Part(quarter, round(wh, 3))
        return
    long = until - since > QUARTER_S
    for quarter, share in shares(since, until, wh):
        yield Part(quarter, round(wh * share, 3), spread=long)


def written(course: Course) -> str | None:
    """Return a course as text for the books; None if nothing is known."""
    if course == NO_COURSE:
        return None
    rows = [
        [
            part.quarter,
            part.wh,
            part.sun_wh,
            part.grid_wh,
            part.cost,
            part.priced_wh,
            int(part.spread),
        ]
        for part in course.parts
    ]
    return json.dumps(
        [course.until, course.wh, int(course.is_settled), rows], separators=(",", ":")
    )


def read(text: object) -> Course:
    """Return the course of a text of the books; without parts if it is damaged."""
    if not isinstance(text, str):
        return NO_COURSE
    try:
        until, wh, settled, rows = json.loads(text)
        parts = tuple(
            Part(
                int(quarter),
                float(wh),
                float(sun_wh),
                float(grid_wh),
                float(cost),
                float(priced_wh),
                bool(vague),
            )
            for quarter, wh, sun_wh, grid_wh, cost, priced_wh, vague in rows
        )
        numbers = [float(until), float(wh), *(sum(part[1:6]) for part in parts)]
        if not all(map(isfinite, numbers)):
            return NO_COURSE
        return Course(numbers[0], numbers[1], parts, bool(settled))
    except IndexError, OverflowError, TypeError, ValueError:
        return NO_COURSE
