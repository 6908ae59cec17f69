"""Numbers for what has none yet: reservations, requests."""

from itertools import count
import time

_new_ids = count(int(time.time()))
"""From the clock, so that they are not those from before a restart."""


def new_id() -> int:
    """Return an id for a reservation or request that had none before."""
    return next(_new_ids)
