"""What is long: all of it by `scripts/test --long`, a seeded sample of it otherwise."""

from collections.abc import Sequence
import os
import random

LONG = bool(os.environ.get("TEST_LONG"))
"""Whether all of it is wanted."""


def sample[T](cases: Sequence[T], size: int, *, always: Sequence[T] = ()) -> list[T]:
    """Return `size` of the cases in their order, the same in every run, or all of them.

    `always` are among them: those that failed once.
    """
    if LONG or size >= len(cases):
        return list(cases)
    # One seed for all: a run must not differ from the one before it.
    chosen = set(random.Random(16).sample(range(len(cases)), size))
    return [case for i, case in enumerate(cases) if i in chosen or case in always]


def examples(count: int) -> int:
    """Return how many examples a property is tried with."""
    return count * 20 if LONG else count
