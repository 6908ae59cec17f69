"""go-e's HTTP API v2: /api/status and /api/set on a port of its own."""

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .structures import dumps

if TYPE_CHECKING:
    from .vendors.goe import GoE

GONE = "This URI does not exist"


class GoEHttp:
    """The HTTP server of one charger; `url` once started.

    For tests: `requests` holds path and query of every request, `strict_filter`
    answers 400 when a key is not known (as PRO and CORE do; on by itself for them),
    and `busy` refuses as a charger does whose API is locked.
    """

    def __init__(self, charger: GoE, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.charger = charger
        self.requests: list[str] = []
        self.strict_filter = charger.model in ("go-eCharger_Pro", "go-eCharger_Phoenix")
        self.busy = False
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """Where it can be reached."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.charger.log(f"HTTP API at {self.url}")

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.Response:
        self.requests.append(request.raw_path)
        if not self.charger.api.values["hai"]:
            return web.Response(status=404, text=GONE)
        if self.busy:
            text = "couldn't take api lock in 3s, please try again later"
            return web.Response(status=500, text=text)
        if request.method != "GET":
            return web.Response(status=404, text=GONE)
        if request.path == "/api/status":
            return self._status(request)
        if request.path == "/api/set":
            return self._set(request)
        return web.Response(status=404, text=GONE)

    def _status(self, request: web.Request) -> web.Response:
        text = request.query.get("filter")
        names = None if text is None else self._names(text)
        values, complete = self.charger.api.status(names)
        # PRO and CORE: the unfiltered answer is a 400, too, body and all.
        refused = self.strict_filter and (names is None or not complete)
        return _json(values, 400 if refused else 200)

    def _set(self, request: web.Request) -> web.Response:
        answer, complete = self.charger.api.set(dict(request.query))
        return _json(answer, 200 if complete else 500)

    def _names(self, text: str) -> list[str]:
        # Before 051.4 a filter was a JSON array; newer ones still take it.
        try:
            names = json.loads(text)
        except ValueError:
            names = text.split(",")
        if not isinstance(names, list):
            names = [text]
        return [str(name) for name in names if name]


def _json(value: dict[str, Any], status: int) -> web.Response:
    return web.Response(
        status=status, body=dumps(value).encode(), content_type="application/json"
    )
