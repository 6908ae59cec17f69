"""Tries the connection to a backend: the handshake only, nothing is told."""

import asyncio
from collections.abc import Iterable
from ssl import SSLContext
from typing import Final

from ...csms.upstream.client import (
    NoConnectionError,
    Trouble,
    TroubleKind,
    address,
    open_channel,
)

_MOST: Final = 10
"""The chargers that are tried, of many."""
_AT_ONCE: Final = 5


async def async_try(
    url: str,
    identities: Iterable[str],
    *,
    subprotocol: str,
    password: str | None,
    tls: SSLContext,
) -> dict[str, Trouble]:
    """Connect with each of the ids, and hang up; return what was wrong with which.

    Args:
        url: The address of the backend.
        identities: The ids of the chargers there. Of many, the first ones are tried.
        subprotocol: The version of OCPP.
        password: The password, if there is one.
        tls: The context for `wss://`.
    """
    turn = asyncio.Semaphore(_AT_ONCE)
    found: dict[str, Trouble] = {}

    async def attempt(identity: str) -> None:
        async with turn:
            trouble = None
            # Some backends know their addresses with a slash at the end only.
            for slash in (False, True):
                try:
                    channel = await open_channel(
                        address(url, identity, slash=slash),
                        subprotocol=subprotocol,
                        identity=identity,
                        password=password,
                        tls=tls,
                    )
                except NoConnectionError as err:
                    trouble = trouble or err.trouble
                    if err.trouble.kind is not TroubleKind.UNKNOWN_ID:
                        break
                else:
                    await channel.hang_up(1000)
                    return
            assert trouble is not None
            found[identity] = trouble

    await asyncio.gather(*(attempt(one) for one in list(identities)[:_MOST]))
    return found
