"""The client of the HTTP API v2: reads and writes keys, one request at a time."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import re
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from .address import parse_host
from .errors import (
    ApiLockedError,
    ApiOffError,
    KeysRefusedError,
    NotGoEError,
    TooLongError,
    UnauthorizedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from .model import IDENTITY_KEYS, STATE_KEYS, STATUS_KEYS, GoEState, GoEStatus, Identity
from .settings import WRITE_ONLY
from .values import Json, Values, literal, parse_object, same

SETTLE = 1.2
"""Seconds until a written value can be read: the charger updates once a second."""

_LONGEST_ANSWER = 256 * 1024
_LONGEST_QUERY = 400
"""The limit of small web servers, whose lines have 512 bytes."""
_ATTEMPTS = 3
"""The number of attempts while the charger's API is locked."""
_LOCK = "api lock"
_SOME_FAILED = re.compile(r"\d+ succeeded and \d+ failed")
_TOO_LONG = (
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
_QUOTED = re.compile(r"\s*(?:\(|\"|-----|%2D).*", re.DOTALL)
"""The value that a charger repeats when it refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The result of a write."""

    before: Mapping[str, Json]
    """The previous values of the keys that could be read."""
    keys: tuple[str, ...]
    """The keys that were written, because their values differed."""


class GoEClient:
    """The client of one charger. Requests are sent one at a time.

    Every method raises one of: UnreachableError, NotGoEError, ApiOffError,
    ApiLockedError, UnauthorizedError, UnexpectedAnswerError.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        *,
        token: str | None = None,
        request_timeout: float = 15.0,
        settle: float = SETTLE,
        lock_pause: float = 1.0,
    ) -> None:
        """Initialize the client. Raises ValueError for an invalid host or token.

        `token` is the token of the local API, if the user has set one. Times are in
        seconds.
        """
        self.host = parse_host(host)
        URL(f"http://{self.host}/")
        token = (token or "").strip()
        if not token.isascii() or not token.isprintable():
            raise ValueError("no token")
        self._session = session
        self._headers = {"Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._token_sent = bool(token)
        self._timeout = aiohttp.ClientTimeout(total=request_timeout)
        self._settle = settle
        self._lock_pause = lock_pause
        self._lock = asyncio.Lock()
        self._settled_at = 0.0

    async def identify(self) -> Identity:
        """Return the identity of the charger."""
        values = await self.read(IDENTITY_KEYS)
        if "sse" not in values:
            # Before 051.4 a filter was a JSON array, of ten keys at most.
            async with self._lock:
                values = await self._ask("status", f"filter={_old_filter()}")
        return self._made(Identity.read(values))

    async def state(self) -> GoEState:
        """Return the state that a plan is made from."""
        return self._made(GoEState.read(await self.read(STATE_KEYS)))

    async def status(self) -> GoEStatus:
        """Return the values for the sensors and for the check of the set-up."""
        return self._made(GoEStatus.read(await self.read(STATUS_KEYS)))

    async def read(self, keys: Iterable[str]) -> Values:
        """Return the values of keys; unknown keys are missing."""
        async with self._lock:
            return await self._read(keys)

    async def write(self, wanted: Values, *, present: Values | None = None) -> Written:
        """Write values in the given order, except to keys that have their value already.

        Args:
            wanted: The values to write.
            present: The present values, if they have just been read.

        Returns:
            The previous values, and the keys that were written.

        Raises:
            KeysRefusedError: Keys were refused; the other keys may have been set.
            GoEError: Any other error; all, some or none of the keys may have been set.
        """
        async with self._lock:
            if present is None:
                present = await self._read(wanted)
            differing = {
                key: value
                for key, value in wanted.items()
                if key not in present or not same(present[key], value)
            }
            if differing:
                await self._write(differing)
            return Written(
                before={key: present[key] for key in wanted if key in present},
                keys=tuple(differing),
            )

    async def _read(self, keys: Iterable[str]) -> dict[str, Json]:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._settled_at - loop.time())
        wanted = tuple(dict.fromkeys(keys))
        values: dict[str, Json] = {}
        for names in _chunks(wanted, ","):
            values |= await self._ask("status", f"filter={names}")
        return {key: values[key] for key in wanted if key in values}

    async def _write(self, wanted: Values) -> None:
        refusals: dict[str, str] = {}
        queries = {key: quote(literal(wanted[key]), safe="") for key in wanted}
        texts = (f"{quote(key)}={text}" for key, text in queries.items())
        loop = asyncio.get_running_loop()
        for query in _chunks(texts, "&"):
            try:
                answer: Mapping[str, Any] = await self._ask("set", query)
            except _SomeFailedError as err:
                answer = dict.fromkeys(wanted, str(err))
            finally:
                self._settled_at = loop.time() + self._settle
            for pair in query.split("&"):
                key = pair.partition("=")[0]
                if (told := answer.get(key)) is not True:
                    refusals[key] = _words(key, told)
        if refusals:
            raise KeysRefusedError(refusals)

    async def _ask(self, what: str, query: str) -> dict[str, Json]:
        """Return the JSON object of the answer, whatever its HTTP status."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._understand(what, *await self._get(what, query))
            except ApiLockedError:
                await asyncio.sleep(self._lock_pause)
        return self._understand(what, *await self._get(what, query))

    async def _get(self, what: str, query: str) -> tuple[int, bytes]:
        url = URL(f"http://{self.host}/api/{what}?{query}", encoded=True)
        try:
            async with self._session.get(
                url,
                headers=self._headers,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > _LONGEST_ANSWER:
                        raise UnexpectedAnswerError(
                            f"more than {_LONGEST_ANSWER} bytes"
                        )
                return response.status, bytes(body)
        except TimeoutError as err:
            raise UnreachableError(self.host, "no answer in time") from err
        except aiohttp.ClientResponseError as err:
            raise NotGoEError(self.host, f"no HTTP: {err.message}") from err
        # A malformed name raises UnicodeError.
        except (aiohttp.ClientError, OSError, UnicodeError) as err:
            detail = str(err) or type(err).__name__
            raise UnreachableError(self.host, detail) from err

    def _understand(self, what: str, status: int, body: bytes) -> dict[str, Json]:
        page = body.lstrip()[:1] == b"<"
        text = body[:200].decode("utf-8", "replace").strip()
        if status in _TOO_LONG:
            # Without the text: it may repeat what was sent.
            raise TooLongError(str(status))
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise UnauthorizedError(token_sent=self._token_sent)
        if 300 <= status < 400:
            raise NotGoEError(self.host, f"redirects ({status})")
        if status == HTTPStatus.NOT_FOUND and not page:
            raise ApiOffError(text)
        if page:
            raise NotGoEError(self.host, f"a web page ({status})")
        value = parse_object(body)
        if value is not None and status in (200, 400, 500):
            return value
        if _LOCK in text:
            raise ApiLockedError(text)
        if status == HTTPStatus.OK:
            raise NotGoEError(self.host, f"no JSON object: {text}")
        if _SOME_FAILED.search(text):
            raise _SomeFailedError(text)
        if what == "set":
            text = _without_value(text)
        raise UnexpectedAnswerError(f"{status}: {text}")

    def _made[T](self, what: T | None) -> T:
        if what is None:
            raise NotGoEError(self.host, "no go-eCharger")
        return what


class _SomeFailedError(UnexpectedAnswerError):
    """A write failed; an old firmware does not report the refused keys."""


def _words(key: str, told: object) -> str:
    if isinstance(told, str) and told:
        return (_without_value(told) if key in WRITE_ONLY else told)[:300]
    return f"{key}: no answer" if told is None else f"{key}: {told}"[:300]


def _without_value(text: str) -> str:
    """Return a message of the charger without the value that it is about."""
    return _QUOTED.sub("", text) or "?"


def _old_filter() -> str:
    return quote(literal(list(IDENTITY_KEYS)), safe="")


def _chunks(parts: Iterable[str], separator: str) -> Iterator[str]:
    """Join parts to queries that fit into a line of a small web server."""
    text = ""
    for part in parts:
        if text and len(text) + len(separator) + len(part) > _LONGEST_QUERY:
            yield text
            text = ""
        text = f"{text}{separator}{part}" if text else part
    if text:
        yield text
