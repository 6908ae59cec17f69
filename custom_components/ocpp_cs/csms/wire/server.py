"""Listen for charge points and perform the handshake (OCPP-J 1.6, 3)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
import contextlib
from dataclasses import replace
import errno
from http import HTTPStatus
import logging
from ssl import SSLContext
from typing import Any, override

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from ..admission.connection_budget import ConnectionBudget
from ..admission.remote_addresses import EVERY_ADDRESS, AddressRules, ForwardedError
from ..model.errors import OtherVersionError
from ..model.model import Refusal, RefusalReason
from ..model.security import TlsProblem
from . import handshake as handshakes
from .entrance import Entrance
from .files import Files
from .handshake import Handshake
from .websocket import LONGEST_READ_OF_STRANGERS, WebSocket

__all__ = ["Handshake", "Server", "Verdict", "probe_port"]

_LOGGER = logging.getLogger(__name__)

_BACKLOG = 512
"""Connections that may wait to be accepted: after a power cut all come at once."""
_ACCEPTED_AT_A_TIME = 16
"""Connections that asyncio accepts in a row, before they can be counted."""
_LAST_WORDS = 0.25
"""Seconds for `serve` to return after its connection was closed."""
_COMPRESSION = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True,
    server_max_window_bits=10,
    client_max_window_bits=12,
    compress_settings={"memLevel": 3},
)
"""Small windows, as messages are small and each connection needs its own memory.

What comes in repeats itself, so that its window is kept: 10 KB for a connection. Of
what goes out, most is as short as an empty answer, for which nothing is kept.
"""
_MAX_COMPLAINTS = 100
"""Refusals that are remembered, to log each only once."""

_NOT_PLAIN = "Encryption is needed here: the address begins with wss://\n"
_NO_WEB_PAGES = "This is for charge points. Web pages may not connect to it.\n"
_NO_HANDSHAKE = (
    "This is an OCPP central system. It is for charge points, not for browsers:\n"
    "their address of it is ws://HOST:PORT/CHARGE_POINT_ID\n"
)

type Verdict = HTTPStatus | None
"""The status to refuse a charge point with; None to accept it."""


class Server:
    """Accept the websockets of charge points."""

    def __init__(
        self,
        host: str | None,
        port: int,
        *,
        subprotocols: Sequence[str],
        accept: Callable[[Handshake], Verdict | Awaitable[Verdict]],
        serve: Callable[[WebSocket, Handshake], Awaitable[None]],
        on_refused: Callable[[Refusal], None] = lambda refusal: None,
        strict_subprotocol: bool = False,
        addresses: AddressRules = EVERY_ADDRESS,
        adopted: Collection[str] = (),
        identify: Callable[[Handshake], Handshake | None] = lambda opening: opening,
        shown: Callable[[str], str] = handshakes.shown_path,
        tls: SSLContext | None = None,
        compress: Callable[[Handshake], bool] = lambda opening: False,
        prefer: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        """Create a server; `start` makes it listen.

        Args:
            host: The address to listen on; None is all addresses.
            port: The TCP port; 0 is any free port.
            subprotocols: The supported subprotocols in lower case, in the order of
                preference if several are offered.
            accept: Returns None to accept a valid handshake, or a status to refuse it;
                or an awaitable of either, which is cancelled if the charge point goes,
                and while which the handshake's time-out goes on. It is called before the subprotocol is checked, so an accepted charge
                point may still be refused without `serve`.
            serve: Serves a connection until it ends. Exceptions are logged.
            on_refused: Called if a connection is refused for its path, subprotocols or
                address.
            strict_subprotocol: Whether a charge point must offer a subprotocol.
            addresses: The addresses that may connect, and the known proxies.
            adopted: The ids of adopted charge points, for which there is always room;
                it may change.
            identify: Returns the handshake with its final id, or None if it has none.
            shown: Returns a path without secrets, for logs and forms.
            tls: The TLS context: see `tls`.
            compress: Returns whether messages may be compressed (RFC 7692), if the
                charge point offers it.
            prefer: Returns the supported subprotocols in the order of preference for a
                charge point id; None is `subprotocols` for all.
        """
        self.port = port
        self._host = host
        self._subprotocols = tuple(subprotocols)
        *others, last = self._subprotocols
        self._only = (
            f"only {', '.join(others)} and {last} are spoken here"
            if others
            else f"only {last} is spoken here"
        )
        self._accept = accept
        self._serve = serve
        self._on_refused = on_refused
        self.strict_subprotocol = strict_subprotocol
        """May be changed at any time; applies to later connections."""
        self.addresses = addresses
        """Likewise."""
        self.tls = tls
        """The context for TLS on both ports; None is no encryption on either.

        May be changed at any time, also in itself; applies to later handshakes.
        """
        self._compress = compress
        self._prefer = prefer
        self._logger = _QuietLogger(logging.getLogger("websockets.server"))
        self._server: asyncio.Server | None = None
        self._tls_server: asyncio.Server | None = None
        self._servers: list[asyncio.Server] = []
        """Both, and those that do not listen any more: they have connections still."""
        self._is_over = False
        self._files = Files()
        self._verdicts: set[asyncio.Task[Response]] = set()
        """The handshakes that wait for an answer of `accept`."""
        self._websockets: dict[WebSocket, asyncio.Task[None]] = {}
        self._complaints: set[tuple[str, ...]] = set()
        self._adopted = adopted
        self._identify = identify
        self._shown = shown
        self.budget = ConnectionBudget(lambda: len(adopted))

    async def start(self) -> None:
        """Start to listen.

        Raises:
            OSError: The address is not available.
        """
        self._is_over = False
        self._server = await self._listen(self.port, tls_needed=False)
        self.port = _port_of(self._server)

    async def listen_tls(self, port: int) -> None:
        """Listen on a second port, on which TLS is needed.

        A port of before is given up once the new one is open.

        Args:
            port: The TCP port; 0 is any free port.

        Raises:
            OSError: The address is not available, where a port of before stays open; or
                the server has ended.
        """
        if port == self.tls_port:
            return
        before, self._tls_server = (
            self._tls_server,
            await self._listen(port, tls_needed=True),
        )
        if before is not None:
            before.close()

    async def close_tls(self) -> None:
        """Stop to listen on the second port; its open connections stay."""
        server, self._tls_server = self._tls_server, None
        if server is not None:
            server.close()

    @property
    def tls_port(self) -> int | None:
        """The port on which TLS is needed; None if there is none."""
        return None if self._tls_server is None else _port_of(self._tls_server)

    @property
    def files(self) -> Callable[[], asyncio.Protocol] | None:
        """Return what makes a protocol for HTTP over TLS that is no websocket.

        Can be set, also to None: then it is refused as it is without TLS.
        """
        return self._files.new_protocol

    @files.setter
    def files(self, new_protocol: Callable[[], asyncio.Protocol] | None) -> None:
        self._files.new_protocol = new_protocol

    @property
    def files_under(self) -> str:
        """Return the beginning of the paths of `files`; may be set at any time."""
        return self._files.under

    @files_under.setter
    def files_under(self, path: str) -> None:
        self._files.under = path

    async def _listen(self, port: int, *, tls_needed: bool) -> asyncio.Server:
        # asyncio's default on POSIX reuses the address, so connections of a previous
        # server do not block the port.
        with _as_os_error():
            server = await asyncio.get_running_loop().create_server(
                lambda: self._new_connection(tls_needed),
                self._host,
                port,
                backlog=_ACCEPTED_AT_A_TIME,
                start_serving=False,
            )
        # From here on `stop` closes it, also if this is cancelled.
        self._servers.append(server)
        try:
            if not self._is_over:
                await server.start_serving()
        except BaseException:
            server.close()
            raise
        if self._is_over:
            server.close()
            raise OSError(errno.ESHUTDOWN, "The server has ended")
        for listening in server.sockets:
            # The kernel may queue more connections than asyncio accepts in a row.
            with listening.dup() as same:
                same.listen(_BACKLOG)
        return server

    async def stop(self) -> None:
        """Close all connections with 1001 and free the port.

        This takes less than a second, regardless of the charge points. It may be
        called twice, and without `start`.
        """
        self._is_over = True
        servers, self._servers = self._servers, []
        self._server = self._tls_server = None
        for server in servers:
            server.close()
        me = asyncio.current_task()
        open_now = self._websockets.copy()
        await asyncio.gather(
            *(websocket.hang_up(CloseCode.GOING_AWAY) for websocket in open_now)
        )
        # Connections in the middle of the handshake.
        for server in servers:
            server.abort_clients()
        tasks = {task for task in self._websockets.values() if task is not me}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_LAST_WORDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=_LAST_WORDS / 2)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS / 2):
                for server in servers:
                    await server.wait_closed()
        if self._verdicts:
            # Their connections are lost, so that they are cancelled.
            await asyncio.wait(self._verdicts, timeout=_LAST_WORDS / 2)

    def _new_connection(self, tls_needed: bool) -> Entrance:
        websocket = WebSocket(
            ServerProtocol(
                select_subprotocol=_the_only_one,
                max_size=LONGEST_READ_OF_STRANGERS,
                logger=self._logger,
            ),
            budget=self.budget,
            respond=self._respond_encrypted if tls_needed else self._respond,
            on_open=self._begin_to_serve,
        )
        return Entrance(
            websocket,
            context=lambda: self.tls,
            files=self._files_for,
            on_failed=self._tls_failed,
        )

    def _files_for(self, websocket: WebSocket) -> Files | None:
        """Return what serves files; None if there is nothing, or not for this address."""
        files = self._files
        if files.new_protocol is None or not self.addresses.allows(_remote(websocket)):
            return None
        return files

    def _tls_failed(self, websocket: WebSocket, problem: TlsProblem) -> None:
        """Tell of a TLS handshake that has failed."""
        remote = _remote(websocket)
        _LOGGER.debug("The TLS handshake of %s failed: %s", remote, problem)
        if self._is_over or not self.addresses.allows(remote):
            return
        self._tell_refused(
            Refusal(
                reason=RefusalReason.TLS_FAILED,
                remote=remote,
                path="",
                charge_point_id=None,
                subprotocols_offered=(),
                tls_problem=problem,
            )
        )

    def _respond_encrypted(
        self, websocket: WebSocket, request: Request
    ) -> Response | asyncio.Task[Response]:
        """Answer an opening request on the port on which TLS is needed."""
        if websocket.tls is not None:
            return self._respond(websocket, request)
        try:
            refusal = self._address_refusal(websocket, request)
            if refusal is None:
                refusal = self._refuse_plain(websocket, request)
        # The other side gets an error status.
        except Exception:
            _LOGGER.exception("An opening request was not understood")
            return websocket.protocol.reject(
                HTTPStatus.INTERNAL_SERVER_ERROR, "That failed here.\n"
            )
        return refusal

    def _refuse_plain(self, websocket: WebSocket, request: Request) -> Response:
        """Refuse a request without TLS on the port on which TLS is needed."""
        if handshakes.is_handshake(request) and not handshakes.is_from_browser(request):
            self._tell_request_refused(
                websocket, request, RefusalReason.TLS_FAILED, TlsProblem.PLAIN
            )
        refusal = websocket.protocol.reject(HTTPStatus.UPGRADE_REQUIRED, _NOT_PLAIN)
        _ask_for_tls(refusal)
        return refusal

    def _respond(
        self, websocket: WebSocket, request: Request
    ) -> Response | asyncio.Task[Response]:
        """Answer an opening request."""
        try:
            return self._refusal(websocket, request) or self._judge(
                websocket, request, websocket.protocol.accept(request)
            )
        # The charge point gets an error status and may try again.
        except Exception:
            _LOGGER.exception("An opening request was not understood")
            return websocket.protocol.reject(
                HTTPStatus.INTERNAL_SERVER_ERROR, "That failed here.\n"
            )

    def _refusal(self, websocket: WebSocket, request: Request) -> Response | None:
        """Refuse a request, or repair it before the library checks it."""
        if (refusal := self._address_refusal(websocket, request)) is not None:
            return refusal
        reject = websocket.protocol.reject
        if not handshakes.is_handshake(request):
            response = reject(HTTPStatus.UPGRADE_REQUIRED, _NO_HANDSHAKE)
            response.headers["Upgrade"] = "websocket"
            response.headers["Sec-WebSocket-Version"] = "13"
            return response
        if handshakes.is_from_browser(request):
            # Otherwise any web page could act as a charge point.
            self._warn_once(
                ("web page", handshakes.origin_of(request)[:100]),
                "A web page (%r, in a browser at %s) tried to connect as a charge "
                "point, and may not",
                handshakes.origin_of(request)[:100],
                _remote(websocket),
            )
            return reject(HTTPStatus.FORBIDDEN, _NO_WEB_PAGES)
        offered = websocket.offered = handshakes.repair(request)
        opening = websocket.opening = self._read(websocket, request, offered)
        handshakes.agree(
            request,
            handshakes.select(offered, self._subprotocols)
            if opening is None
            else opening.subprotocol,
        )
        if opening is not None and self._compress(opening):
            websocket.protocol.available_extensions = [_COMPRESSION]
        return None

    def _read(
        self, websocket: WebSocket, request: Request, offered: tuple[str, ...]
    ) -> Handshake | None:
        """Read an opening request; return None if it has no usable id."""
        opening = handshakes.read(
            request,
            _remote(websocket),
            offered,
            self._subprotocols,
            self._adopted,
            websocket.tls,
        )
        opening = None if opening is None else self._identify(opening)
        if opening is None or self._prefer is None:
            return opening
        served = self._prefer(opening.charge_point_id)
        return replace(opening, subprotocol=handshakes.select(offered, served))

    def _address_refusal(
        self, websocket: WebSocket, request: Request
    ) -> Response | None:
        """Find the remote address, and refuse it if it may not connect."""
        reject = websocket.protocol.reject
        try:
            websocket.remote = self.addresses.remote(
                _remote(websocket), request.headers
            )
        except ForwardedError as err:
            _LOGGER.debug("The proxy %s is not understood: %s", _remote(websocket), err)
            return reject(
                HTTPStatus.BAD_REQUEST, "It is not clear whose connection that is.\n"
            )
        if self.addresses.allows(websocket.remote):
            return None
        if handshakes.is_handshake(request) and not handshakes.is_from_browser(request):
            self._tell_request_refused(websocket, request, RefusalReason.ADDRESS)
        return reject(HTTPStatus.FORBIDDEN, "This address may not connect.\n")

    def _tell_request_refused(
        self,
        websocket: WebSocket,
        request: Request,
        reason: RefusalReason,
        tls_problem: TlsProblem | None = None,
    ) -> None:
        """Tell of an opening request that is refused before it was read."""
        offered = handshakes.repair(request)
        opening = self._read(websocket, request, offered)
        self._tell_refused(
            Refusal(
                reason=reason,
                remote=_remote(websocket),
                path=self._shown(handshakes.path_of(request)),
                charge_point_id=None if opening is None else opening.charge_point_id,
                subprotocols_offered=offered,
                tls_problem=tls_problem,
            )
        )

    def _judge(
        self, websocket: WebSocket, request: Request, response: Response
    ) -> Response | asyncio.Task[Response]:
        """Accept or refuse a handshake that the library has checked (3.2)."""
        refusal = self._mistake(websocket, request, response)
        if refusal is None:
            assert websocket.opening is not None
            verdict = self._decide(websocket.opening)
            if isinstance(verdict, Awaitable):
                task = asyncio.ensure_future(
                    self._judge_later(websocket, request, response, verdict)
                )
                self._verdicts.add(task)
                task.add_done_callback(self._verdicts.discard)
                return task
            refusal = self._refused(websocket, websocket.opening, verdict)
        return self._answer(websocket, request, refusal or response)

    async def _judge_later(
        self,
        websocket: WebSocket,
        request: Request,
        response: Response,
        verdict: Awaitable[Verdict],
    ) -> Response:
        """Accept or refuse a handshake once that is decided."""
        opening = websocket.opening
        assert opening is not None
        try:
            refusal = self._refused(websocket, opening, await verdict)
        # The charge point gets an error status and may try again.
        except Exception:
            _LOGGER.exception("Deciding over %s failed", opening.charge_point_id)
            refusal = websocket.protocol.reject(
                HTTPStatus.INTERNAL_SERVER_ERROR, "That failed here.\n"
            )
        return self._answer(websocket, request, refusal or response)

    def _answer(
        self, websocket: WebSocket, request: Request, response: Response
    ) -> Response:
        """Log an answer at DEBUG, and return it."""
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug(
                "%s asked for %.100r: %s",
                _remote(websocket),
                self._shown(handshakes.path_of(request)),
                response.status_code,
            )
        return response

    def _mistake(
        self, websocket: WebSocket, request: Request, response: Response
    ) -> Response | None:
        """Refuse a handshake that is wrong, whoever sent it."""
        reject = websocket.protocol.reject
        refusal = None
        if self._is_over:
            refusal = reject(HTTPStatus.SERVICE_UNAVAILABLE, "This server ends.\n")
        elif response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            # Required with 426, harmless with any other status (RFC 6455, 4.4).
            response.headers["Sec-WebSocket-Version"] = "13"
            refusal = response
        elif websocket.opening is None:
            refusal = reject(
                HTTPStatus.NOT_FOUND, "The path has no usable charge point id.\n"
            )
            self._warn_once(
                ("no id", _remote(websocket)),
                # The path may hold a secret.
                "%s is refused: the path that it asks for does not end with a charge "
                "point id",
                _remote(websocket),
            )
            self._tell_refused(
                Refusal(
                    reason=RefusalReason.NO_ID,
                    remote=_remote(websocket),
                    path=self._shown(handshakes.path_of(request)),
                    charge_point_id=None,
                    subprotocols_offered=websocket.offered,
                )
            )
        return refusal

    def _refused(
        self, websocket: WebSocket, opening: Handshake, verdict: Verdict
    ) -> Response | None:
        """Refuse a handshake as it was decided, or if there is no room."""
        reject = websocket.protocol.reject
        if self._is_over:
            return reject(HTTPStatus.SERVICE_UNAVAILABLE, "This server ends.\n")
        if verdict is None:
            if websocket.come_in(opening.remote):
                return None
            return reject(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.\n")
        if verdict is HTTPStatus.UPGRADE_REQUIRED:
            refusal = reject(verdict, _NOT_PLAIN)
            _ask_for_tls(refusal)
            return refusal
        refusal = reject(verdict, f"{verdict.phrase}\n")
        if verdict is HTTPStatus.UNAUTHORIZED:
            refusal.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return refusal

    def _decide(self, opening: Handshake) -> Verdict | Awaitable[Verdict]:
        """Return the status to refuse a charge point with; None to accept it."""
        try:
            return self._accept(opening)
        # The charge point gets an error status and may try again.
        except Exception:
            _LOGGER.exception("Deciding over %s failed", opening.charge_point_id)
            return HTTPStatus.INTERNAL_SERVER_ERROR

    def _tell_refused(self, refusal: Refusal) -> None:
        try:
            self._on_refused(refusal)
        # The exception must not change the answer.
        except Exception:
            _LOGGER.exception("Telling of %s failed", refusal)

    def _begin_to_serve(self, websocket: WebSocket) -> None:
        assert websocket.opening is not None
        self._websockets[websocket] = asyncio.get_running_loop().create_task(
            self._handle(websocket, websocket.opening),
            name=f"charge point {websocket.opening.charge_point_id}",
        )

    async def _handle(self, websocket: WebSocket, opening: Handshake) -> None:
        """Serve a connection until it is closed."""
        code, reason = CloseCode.NORMAL_CLOSURE, ""
        try:
            if opening.subprotocol is None and (
                opening.subprotocols_offered or self.strict_subprotocol
            ):
                self._complain(
                    opening,
                    RefusalReason.PROTOCOL_UNKNOWN
                    if opening.subprotocols_offered
                    else RefusalReason.PROTOCOL_MISSING,
                )
                code, reason = CloseCode.PROTOCOL_ERROR, self._only
            else:
                await self._serve(websocket, opening)
        except OtherVersionError as err:
            code, reason = CloseCode.SERVICE_RESTART, f"{err.subprotocol} is next"
        # The failure of one connection must not affect the others.
        except Exception:
            _LOGGER.exception("Serving %s failed", opening.charge_point_id)
            code = CloseCode.INTERNAL_ERROR
        finally:
            await websocket.hang_up(code, reason)
            del self._websockets[websocket]

    def _complain(self, opening: Handshake, reason: RefusalReason) -> None:
        """Report and log once why a charge point is refused."""
        self._tell_refused(
            Refusal(
                reason=reason,
                remote=opening.remote,
                path=self._shown(opening.path),
                charge_point_id=opening.charge_point_id,
                subprotocols_offered=opening.subprotocols_offered,
            )
        )
        self._warn_once(
            (opening.charge_point_id, *opening.subprotocols_offered),
            "%s (%s) was sent away: of %s %s",
            opening.charge_point_id,
            opening.remote,
            [name[:40] for name in opening.subprotocols_offered[:10]]
            or "no subprotocol",
            self._only,
        )

    def _warn_once(self, complaint: tuple[str, ...], text: str, *args: object) -> None:
        """Log a warning once, as the same refusal may occur often."""
        if complaint in self._complaints or len(self._complaints) >= _MAX_COMPLAINTS:
            return
        self._complaints.add(complaint)
        _LOGGER.warning(text, *args)


async def probe_port(host: str | None, port: int) -> None:
    """Check whether a server can listen on an address.

    Raises:
        OSError: The address is not available.
    """
    loop = asyncio.get_running_loop()
    with _as_os_error():
        server = await loop.create_server(
            asyncio.Protocol, host, port, start_serving=False
        )
    server.close()
    await server.wait_closed()


def _port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


def _ask_for_tls(refusal: Response) -> None:
    """Add what tells that TLS is needed (RFC 2817, 4.2)."""
    del refusal.headers["Connection"]
    refusal.headers["Connection"] = "Upgrade"
    refusal.headers["Upgrade"] = "TLS/1.2"


def _remote(websocket: WebSocket) -> str:
    """Return the remote address of a connection; empty if it has already ended."""
    if websocket.remote is not None:
        return websocket.remote
    address = websocket.remote_address
    return str(address[0]) if address else ""


@contextlib.contextmanager
def _as_os_error() -> Iterator[None]:
    """Convert the other exceptions of asyncio for an invalid address to OSError."""
    try:
        yield
    except (ValueError, OverflowError) as err:
        raise OSError(errno.EINVAL, str(err)) from None


def _the_only_one(
    protocol: ServerProtocol, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """Select the subprotocol that `handshake.repair` has left."""
    return offered[0] if offered else None


class _QuietLogger(logging.LoggerAdapter[logging.Logger]):
    """Log only errors of the library itself.

    The library logs each connection at INFO, and older versions log a stack trace for
    a port scanner, a browser or a TLS hello. At DEBUG it logs headers and messages,
    which contain passwords.
    """

    def __init__(self, logger: logging.Logger) -> None:
        """Wrap the library's own logger."""
        super().__init__(logger, merge_extra=True)

    @override
    def isEnabledFor(self, level: int) -> bool:
        return level > logging.INFO and super().isEnabledFor(level)

    @override
    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        if msg != "opening handshake failed":
            super().log(level, msg, *args, **kwargs)
