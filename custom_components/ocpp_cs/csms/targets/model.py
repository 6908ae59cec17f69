"""Limits of a session, and how far a charge point keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ..model.capabilities import SessionLimit

type Limits = Mapping[SessionLimit, float]
"""What a session may reach: Wh since its start, % of charge, s since its start, money."""

LIFTED: Final[Limits] = {
    SessionLimit.ENERGY: 1_000_000.0,
    SessionLimit.SOC: 100.0,
    SessionLimit.TIME: 31_536_000.0,
    SessionLimit.COST: 1_000_000.0,
}
"""What lifts a limit: once set it can be changed, but not removed (2.1: E16.FR.17)."""

_DIGITS: Final = {
    SessionLimit.ENERGY: 0,
    SessionLimit.SOC: 0,
    SessionLimit.TIME: 0,
    SessionLimit.COST: 2,
}


def rounded(limits: Limits) -> dict[SessionLimit, float]:
    """Return limits as they are told."""
    return {
        kind: min(max(round(limits[kind], _DIGITS[kind]), 0.0), LIFTED[kind])
        for kind in SessionLimit
        if kind in limits
    }


def is_same(kind: SessionLimit, one: float | None, other: float | None) -> bool:
    """Return whether two values of a kind are the same when they are told."""
    if one is None or other is None:
        return one is other
    return round(one, _DIGITS[kind]) == round(other, _DIGITS[kind])


class Keeping(StrEnum):
    """How far a charge point keeps the limits of its session."""

    NONE = "none"
    """There is no limit."""
    TOLD = "told"
    """It was told a limit, or will be, and has not confirmed it."""
    KEPT = "kept"
    """It keeps the limit by itself, also without us."""
    OF_DRIVER = "of_driver"
    """It keeps a limit that was set at the charge point."""
    REACHED = "reached"
    """A limit is reached, and no energy flows any more."""


@dataclass(kw_only=True, slots=True)
class KeptSession:
    """What a charge point was told, and has said, of the limits of a session."""

    transaction_id: str
    told: dict[SessionLimit, float] = field(default_factory=dict)
    """What was told last, in the answer to an event."""
    kept: dict[SessionLimit, float] = field(default_factory=dict)
    """What it says that it keeps."""
    of_driver: set[SessionLimit] = field(default_factory=set)
    """Those of `kept` that were set at the charge point, not by us."""
    asked: dict[SessionLimit, float] = field(default_factory=dict)
    """What an event was asked for last, so that it could be told."""
    insisted: dict[SessionLimit, tuple[float, int]] = field(default_factory=dict)
    """Since when, and how often, a limit was told again to one that keeps a higher one."""

    @property
    def in_force(self) -> dict[SessionLimit, float]:
        """What it keeps, without what was lifted."""
        return {
            kind: value
            for kind, value in self.kept.items()
            if not is_same(kind, value, LIFTED[kind])
        }
