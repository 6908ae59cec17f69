"""go-e's HTTP API v2: /api/status and /api/set on a port of its own."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .structures import dumps

if TYPE_CHECKING:
    from .vendors.goe import GoE

GONE = "This URI does not exist"
LOCKED = "couldn't take api lock in 3s, please try again later"
FIRST_PLAIN_FILTER = (51, 4)
FIRST_WITH_REASONS = (54, 0)  # [inferred]: "old firmware", it was said


class GoEHttp:
    """The HTTP server of one charger; `url` once started.

    For tests: `requests` holds path and query of every request,
    `authorizations` what it brought to get in, `strict_filter`
    answers 400 when a key is not known (as PRO and CORE do; on by itself for them),
    and `busy` refuses as a charger does whose API is locked: for as long as it is true,
    or that many times. With a `token`, who does not bring it is refused [inferred].

    A request that is longer than `longest_request` is refused with a 414 [inferred].

    What was set is shown after `logic_seconds`: the charger thinks once a second.
    """

    def __init__(self, charger: GoE, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.charger = charger
        self.requests: list[str] = []
        self.authorizations: list[str | None] = []
        self.strict_filter = charger.model in ("go-eCharger_Pro", "go-eCharger_Phoenix")
        self.busy: bool | int = False
        self.token: str | None = None
        self.longest_request: int | None = None
        self.logic_seconds = 1.0
        self.most_at_once = 0
        """How many requests were under way at the same time."""
        self._at_once = 0
        self._shown_before: dict[str, tuple[float, Any]] = {}
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
        self.authorizations.append(request.headers.get("Authorization"))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        # Long enough for another request to come in.
        await asyncio.sleep(0.001)
        self._at_once -= 1
        return self._answer(request)

    def _answer(self, request: web.Request) -> web.Response:
        if not self.charger.api.values["hai"]:
            return web.Response(status=404, text=GONE)
        if self.token is not None:
            if (sent := request.headers.get("Authorization")) is None:
                return web.Response(status=401, text="token missing")
            if sent != f"Bearer {self.token}":
                return web.Response(status=403, text="token wrong")
        if self.busy:
            if self.busy is not True:
                self.busy -= 1
            return web.Response(status=500, text=LOCKED)
        longest = self.longest_request
        if longest is not None and len(request.raw_path) > longest:
            return web.Response(status=414, text="URI is too long")
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
        now = self.charger.clock.monotonic()
        for name, (until, value) in self._shown_before.items():
            if name in values and now < until:
                values[name] = value
        # PRO and CORE: the unfiltered answer is a 400, too, body and all.
        refused = self.strict_filter and (names is None or not complete)
        return _json(values, 400 if refused else 200)

    def _set(self, request: web.Request) -> web.Response:
        api, wanted = self.charger.api, dict(request.query)
        until = self.charger.clock.monotonic() + self.logic_seconds
        for name in wanted.keys() & api.values.keys():
            self._shown_before[name] = (until, api.get(name))
        answer, complete = api.set(wanted)
        if not complete and self.charger.version < FIRST_WITH_REASONS:
            failed = sum(told is not True for told in answer.values())
            text = f"{len(answer) - failed} succeeded and {failed} failed"
            return web.Response(status=500, text=text)
        return _json(answer, 200 if complete else 500)

    def _names(self, text: str) -> list[str]:
        # Before 051.4 a filter was a JSON array; newer ones still take it.
        try:
            names = json.loads(text)
        except ValueError:
            plain = self.charger.version >= FIRST_PLAIN_FILTER
            names = text.split(",") if plain else []
        if not isinstance(names, list):
            names = [text]
        return [str(name) for name in names if name]


def _json(value: dict[str, Any], status: int) -> web.Response:
    return web.Response(
        status=status, body=dumps(value).encode(), content_type="application/json"
    )
