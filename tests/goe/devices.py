"""Simulated chargers whose second takes milliseconds, and servers that are none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from simulator import GoE
from simulator.goe_http import GoEHttp

SERIAL = "237512"
SPEED = 100.0
FAST_CLIENT: dict[str, Any] = {"settle": 0.03, "lock_pause": 0.01}
"""A charger's second takes 10 ms at that speed."""
POLL = 0.02


def device(**options: Any) -> GoE:
    """A charger with its HTTP API on and OCPP off."""
    return GoE(
        "",
        options.pop("serial", SERIAL),
        http_port=0,
        **(
            {
                "time_factor": SPEED,
                "noise": 0.0,
                "seed": 1,
                "backoff": (1.0, 2.0),
                "reboot_seconds": 0.01,
            }
            | options
        ),
    )


def http(charger: GoE) -> GoEHttp:
    assert charger.http is not None
    return charger.http


def sets(charger: GoE) -> list[str]:
    """What was asked to be set so far."""
    return [
        path.partition("?")[2]
        for path in http(charger).requests
        if path.startswith("/api/set")
    ]


@asynccontextmanager
async def answering(
    body: bytes | str = "", status: int = 200, **more: Any
) -> AsyncIterator[str]:
    """Serve the same answer to whatever is asked; yield host and port."""

    async def handle(_request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=data, **more)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
