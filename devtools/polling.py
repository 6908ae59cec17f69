"""Waiting for what Home Assistant does not tell by itself."""

import asyncio
from collections.abc import Awaitable, Callable

_INTERVAL = 0.1


async def poll[T](look: Callable[[], Awaitable[T]], *, patience: float = 60.0) -> T:
    """Return what `look` returns as soon as that is true in a boolean sense.

    Raises TimeoutError, with what was seen last, after `patience` seconds.
    """
    seen: T | None = None
    try:
        async with asyncio.timeout(patience):
            while True:
                if seen := await look():
                    return seen
                await asyncio.sleep(_INTERVAL)
    except TimeoutError:
        raise TimeoutError(f"after {patience} s: {seen!r}") from None


async def poll_until[T](
    look: Callable[[], Awaitable[T]],
    condition: Callable[[T], bool],
    *,
    patience: float = 60.0,
) -> T:
    """Return what `look` returns as soon as it fulfils a condition.

    Raises TimeoutError, with what was seen last, after `patience` seconds.
    """
    last: list[T] = []

    async def fits() -> bool:
        last[:] = [await look()]
        return condition(last[0])

    try:
        await poll(fits, patience=patience)
    except TimeoutError:
        raise TimeoutError(f"after {patience} s: {last!r}") from None
    return last[0]
