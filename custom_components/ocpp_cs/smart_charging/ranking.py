"""Which charger comes first: by a fixed priority, by urgency, or by state of charge.

Two cars must not take turns every minute. So one takes the place of another only if it
is ahead by a margin, and not soon after the last change.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Final

from .model import Charger, ChargerReading, Split
from .numbers import number

URGENT: Final = 2_000_000
"""The least rank of a charger whose plan is late: it goes before all others."""
_ORDERED: Final = 1_000_000
"""The least rank of a charger that has its place by urgency or state of charge."""
_SLACK_S: Final = 900.0
"""How much less slack the one that takes the place of another must have."""
_SOC: Final = 3.0
"""How much less state of charge it must have, in %."""
_CALM_S: Final = 600.0
"""The least time between two changes of the order."""
_LATE_S: Final = 300.0
"""How long a plan counts as late after it was."""


class Ranking:
    """The order of the chargers."""

    def __init__(self, split: Split) -> None:
        """Initialize without an order."""
        self._split = split
        self._urgent = _Order(_SLACK_S)
        self._others = _Order(_SOC if split is Split.SOC else _SLACK_S)
        self._late_at: dict[str, float] = {}

    def ranks(
        self,
        now: float,
        chargers: Iterable[Charger],
        readings: Mapping[str, ChargerReading],
    ) -> dict[str, int]:
        """Return the rank of each charger: the larger one comes first, equal ones share.

        Args:
            now: The time in s.
            chargers: All chargers.
            readings: The readings by the key of the charger.

        Returns:
            The ranks by the key of the charger.
        """
        result: dict[str, int] = {}
        urgent: dict[str, float] = {}
        others: dict[str, float] = {}
        for charger in chargers:
            key, reading = charger.key, readings.get(charger.key)
            # A fixed priority never reaches the ranks of the others.
            result[key] = max(min(charger.priority, _ORDERED - 1), 1 - _ORDERED)
            if reading is None or not reading.plugged_in:
                self._late_at.pop(key, None)
                continue
            slack = number(reading.slack_s)
            if self._late(key, reading, now):
                urgent[key] = -inf if slack is None else slack
            elif (score := self._score(reading, slack)) is not None:
                others[key] = score
        for least, order, scores in (
            (_ORDERED, self._others, others),
            (URGENT, self._urgent, urgent),
        ):
            for place, key in enumerate(reversed(order.of(now, scores))):
                result[key] = least + place
        return result

    def _late(self, key: str, reading: ChargerReading, now: float) -> bool:
        if reading.urgent:
            self._late_at[key] = now
        since = self._late_at.get(key)
        planned = reading.urgent or number(reading.slack_s) is not None
        if since is not None and planned and 0 <= now - since < _LATE_S:
            return True
        self._late_at.pop(key, None)
        return False

    def _score(self, reading: ChargerReading, slack: float | None) -> float | None:
        if self._split is Split.URGENCY:
            return slack
        if self._split is Split.SOC:
            return number(reading.soc)
        return None


class _Order:
    """An order by a score, the least first, that changes with hesitation."""

    def __init__(self, margin: float) -> None:
        self._margin = margin
        self._keys: list[str] = []
        self._changed_at = -inf

    def of(self, now: float, scores: Mapping[str, float]) -> list[str]:
        keys = [key for key in self._keys if key in scores]
        for key in sorted(
            scores.keys() - set(keys), key=lambda key: (scores[key], key)
        ):
            # A new one takes its place at once.
            at = next(
                (
                    place
                    for place, other in enumerate(keys)
                    if scores[key] < scores[other]
                ),
                len(keys),
            )
            keys.insert(at, key)
        if not 0 <= now - self._changed_at < _CALM_S:
            for place in range(len(keys) - 1):
                first, second = keys[place], keys[place + 1]
                if scores[second] < scores[first] - self._margin:
                    keys = sorted(scores, key=lambda key: (scores[key], key))
                    self._changed_at = now
                    break
        self._keys = keys
        return keys
