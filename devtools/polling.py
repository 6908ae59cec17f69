"""Waiting for what Home Assistant does not tell by itself."""

import asyncio
from collections.abc import Awaitable, Callable

_INTERVAL = 0.1


async def poll[T](look: Callable[[], Awaitable[T]], *, patience: float = 30.0) -> T:
    """Return what `look` returns as soon as that is true in a boolean sense.

    Raises TimeoutError after `patience` seconds.
    """
    async with asyncio.timeout(patience):
        while True:
            if seen := await look():
                return seen
            await asyncio.sleep(_INTERVAL)
