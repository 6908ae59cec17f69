"""URLs of Home Assistant to which chargers can upload a file, once each.

The token in the URL is the only credential, as chargers cannot log in.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
import socket

from aiohttp import BodyPartReader, ClientError, hdrs, web
from aiohttp.http import HttpProcessingError
from aiohttp.multipart import parse_content_disposition
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.network import is_local
from yarl import URL

from ..const import DOMAIN, LOGGER
from .files import Incoming, safe_name, uploads_folder

MAX_SIZE = 50 * 1024 * 1024
"""The maximum size of a file in bytes."""
PATIENCE = 60.0
"""Seconds that a charger may pause in the middle of a file."""
LIFETIME = timedelta(hours=1)
"""The validity of a URL, in addition to the time for the charger's retries."""

_LONGEST = timedelta(days=1)
_CHUNK = 1024 * 1024
"""Bytes to collect per write, so that not each packet is an executor job."""
UPLOAD = f"/api/{DOMAIN}/upload/"
_DOWNLOAD = f"/api/{DOMAIN}/uploads/"

_BROKEN_OFF = (
    ClientError,
    ConnectionError,
    HttpProcessingError,
    TimeoutError,
    ValueError,
    web.RequestPayloadError,
)
"""Exceptions of an upload that breaks off or is malformed."""


@dataclass(kw_only=True, slots=True, eq=False)
class Offer:
    """A URL that was given to a charger."""

    token: str
    entry_id: str
    subentry_id: str
    action: str
    """The action that the URL was sent with."""
    url: str
    expires: datetime
    file_name: str | None = None
    """The file name that the charger announced."""
    busy: bool = False
    """True while a file is being received."""


type Receiver = Callable[[str, Path, int, str], None]
"""Takes the action that requested the file, its path, size and download path."""


class _RefusedError(Exception):
    """An upload that ends with an error; `status` is the HTTP status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _DiskError(Exception):
    """The file cannot be written to the disk."""


class Uploads:
    """The valid upload URLs of all chargers."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without URLs."""
        self._hass = hass
        self._offers: list[Offer] = []
        self._receivers: dict[str, Receiver] = {}

    @callback
    def receive(self, subentry_id: str, receiver: Receiver) -> Callable[[], None]:
        """Pass the files of a charger to `receiver`; return a function to stop it."""
        self._receivers[subentry_id] = receiver

        def stop() -> None:
            if self._receivers.get(subentry_id) is receiver:
                del self._receivers[subentry_id]

        return stop

    @callback
    def receiver(self, offer: Offer) -> Receiver | None:
        """Return the receiver of a file; None if the URL is void, or there is none."""
        return self._receivers.get(offer.subentry_id) if offer in self._offers else None

    @callback
    def offer(
        self,
        entry_id: str,
        subentry_id: str,
        remote: str | None,
        action: str,
        more_time: timedelta,
        base: str | None = None,
    ) -> Offer | None:
        """Create a URL for a charger; a previous one for the same action becomes void.

        Args:
            entry_id: The config entry of the server.
            subentry_id: The subentry of the charger.
            remote: The IP address of the charger, if it is known.
            action: The action that requests the file.
            more_time: Additional validity for the charger's retries.
            base: The base URL; None is that of Home Assistant.

        Returns:
            The offer, or None if no URL can be reached by the charger.
        """
        if base is None and (base := _base_url(self._hass, remote)) is None:
            return None
        token = token_urlsafe(32)
        # With a trailing slash, as some chargers append the file name without one.
        url = str(URL(base).origin().with_path(f"{UPLOAD}{token}/"))
        offer = Offer(
            token=token,
            entry_id=entry_id,
            subentry_id=subentry_id,
            action=action,
            url=url,
            expires=dt_util.utcnow() + min(LIFETIME + more_time, _LONGEST),
        )
        self._forget(
            lambda one: one.subentry_id == subentry_id and one.action == action
        )
        self._offers.append(offer)
        return offer

    @callback
    def withdraw(self, offer: Offer) -> None:
        """Make a URL void."""
        self._forget(lambda one: one is offer)

    @callback
    def withdraw_all(self, subentry_id: str) -> None:
        """Make all URLs of a charger void."""
        self._forget(lambda one: one.subentry_id == subentry_id)

    @callback
    def find(self, token: str) -> Offer | None:
        """Return the offer with that token, if it is valid."""
        now = dt_util.utcnow()
        self._forget(lambda one: one.expires <= now and not one.busy)
        told = token.encode(errors="replace")
        found = None
        for offer in self._offers:
            if compare_digest(offer.token.encode(), told):
                found = offer
        return found

    def _forget(self, void: Callable[[Offer], bool]) -> None:
        self._offers = [one for one in self._offers if not void(one)]


UPLOADS: HassKey[Uploads] = HassKey(f"{DOMAIN}_uploads")


@callback
def async_setup_uploads(hass: HomeAssistant) -> None:
    """Set up the uploads, and register their views."""
    hass.data[UPLOADS] = Uploads(hass)
    hass.http.register_view(UploadView)
    hass.http.register_view(DownloadView)


def _base_url(hass: HomeAssistant, remote: str | None) -> str | None:
    """Return the base URL of Home Assistant for a charger at the address `remote`.

    Plain HTTP is preferred: few chargers know the certificate authorities.
    """
    local: str | None = None
    with suppress(NoURLAvailableError):
        local = get_url(hass, allow_external=False, allow_cloud=False)
    with suppress(NoURLAvailableError, ValueError):
        if remote is not None and not is_local(ip_address(remote.partition("%")[0])):
            return get_url(hass, allow_internal=False)
    if local is not None and hass.config.internal_url and URL(local).scheme == "http":
        return local
    if not hass.http.ssl_certificate and (ours := _address_towards(remote)):
        port = hass.http.server_port
        return str(URL.build(scheme="http", host=ours, port=port))
    return local


def _address_towards(remote: str | None) -> str | None:
    """Return our IP address as a charger at `remote` sees it; nothing is sent."""
    family = socket.AF_INET6 if ":" in (remote or "") else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        probe.connect((remote, 9))
        return str(probe.getsockname()[0])
    return None


class UploadView(HomeAssistantView):
    """Takes a file from a charger."""

    url = f"{UPLOAD}{{token}}"
    # Chargers append a file name to the location, or use it as it is.
    extra_urls = [f"{UPLOAD}{{token}}/{{name:.*}}"]
    name = f"api:{DOMAIN}:upload"
    requires_auth = False

    async def put(
        self, request: web.Request, token: str, name: str = ""
    ) -> web.Response:
        """Receive the body of a request, or the first file in its form."""
        hass = request.app[KEY_HASS]
        uploads = hass.data[UPLOADS]
        offer = uploads.find(token)
        if offer is None or uploads.receiver(offer) is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if offer.busy:
            return web.Response(status=HTTPStatus.CONFLICT)
        offer.busy = True
        try:
            incoming, file_name = await _receive(request, offer, name)
        except _RefusedError as err:
            offer.busy = False
            return web.Response(status=err.status)
        except BaseException:
            offer.busy = False
            raise
        # The client may disconnect after the last byte, which would cancel this.
        status = await asyncio.shield(
            hass.async_create_task(
                _finish(hass, offer, incoming, file_name), f"{DOMAIN} upload"
            )
        )
        return web.Response(status=status)

    post = put


async def _receive(
    request: web.Request, offer: Offer, name: str
) -> tuple[Incoming, str]:
    """Receive the file of a request completely; return it with its name.

    Raises _RefusedError, after the file was deleted.
    """
    hass = request.app[KEY_HASS]
    if (request.content_length or 0) > MAX_SIZE:
        raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        file_name, chunks = await _file_of(request)
        folder = uploads_folder(hass, offer.entry_id, offer.subentry_id)
        incoming = Incoming(folder)
        try:
            await _disk(hass, incoming.begin)
            await _write(hass, incoming, chunks)
        except BaseException:
            await hass.async_add_executor_job(incoming.discard)
            raise
    except _DiskError as err:
        raise _refused(err) from err
    except _BROKEN_OFF as err:
        LOGGER.debug("An upload broke off: %r", err)
        raise _RefusedError(HTTPStatus.BAD_REQUEST) from err
    told = (file_name, name, offer.file_name, f"{offer.action}.bin")
    return incoming, next(filter(None, map(safe_name, told)))


async def _write(
    hass: HomeAssistant, incoming: Incoming, chunks: AsyncIterator[bytes]
) -> None:
    async for data in _collected(chunks):
        if incoming.size + len(data) > MAX_SIZE:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await _disk(hass, incoming.write, data)
    if not incoming.size:
        raise _RefusedError(HTTPStatus.BAD_REQUEST)


async def _finish(
    hass: HomeAssistant, offer: Offer, incoming: Incoming, name: str
) -> HTTPStatus:
    """Keep and report a file, or discard it; return the HTTP status."""
    uploads = hass.data[UPLOADS]
    path: Path | None = None
    try:
        if uploads.receiver(offer) is not None:
            path = await _disk(hass, incoming.keep, name, dt_util.now())
        # The charger may have been removed, or got a new request, in the meantime.
        receive = uploads.receiver(offer)
        if receive is None or path is None:
            await hass.async_add_executor_job(incoming.discard, path)
            return HTTPStatus.NOT_FOUND
    except _DiskError as err:
        await hass.async_add_executor_job(incoming.discard)
        return _refused(err).status
    finally:
        offer.busy = False
    uploads.withdraw(offer)
    receive(
        offer.action,
        path,
        incoming.size,
        f"{_DOWNLOAD}{offer.entry_id}/{offer.subentry_id}/{path.name}",
    )
    return HTTPStatus.OK


def _refused(err: _DiskError) -> _RefusedError:
    LOGGER.error("A file that a charger uploads cannot be saved: %s", err)
    return _RefusedError(HTTPStatus.INSUFFICIENT_STORAGE)


async def _disk[*Ts, R](hass: HomeAssistant, job: Callable[[*Ts], R], *args: *Ts) -> R:
    """Run a job in the executor. Raises _DiskError instead of OSError.

    A client that disconnects is an OSError, too, but not one of the disk.
    """
    try:
        return await hass.async_add_executor_job(job, *args)
    except OSError as err:
        raise _DiskError(str(err)) from err


async def _file_of(request: web.Request) -> tuple[str | None, AsyncIterator[bytes]]:
    """Return the file name in a request, if there is one, and the content."""
    if not request.content_type.startswith("multipart/"):
        disposition = request.headers.get(hdrs.CONTENT_DISPOSITION)
        _, told = parse_content_disposition(disposition)
        return told.get("filename"), request.content.iter_any()
    async with asyncio.timeout(PATIENCE):
        skipped = 0
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                break
            if part.filename is not None:
                return part.filename, _chunks_of(part)
            async for data in _chunks_of(part):
                skipped += len(data)
                if skipped > MAX_SIZE:
                    raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    raise _RefusedError(HTTPStatus.BAD_REQUEST)


async def _chunks_of(part: BodyPartReader) -> AsyncIterator[bytes]:
    while data := await part.read_chunk(64 * 1024):
        yield data


async def _collected(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same data in chunks that are large enough to write."""
    collected = bytearray()
    while True:
        async with asyncio.timeout(PATIENCE):
            data = await anext(chunks, b"")
        if not data:
            break
        collected += data
        if len(collected) >= _CHUNK:
            yield bytes(collected)
            collected.clear()
    if collected:
        yield bytes(collected)


class DownloadView(HomeAssistantView):
    """Sends an uploaded file to administrators, and for a signed URL."""

    url = f"{_DOWNLOAD}{{entry_id}}/{{subentry_id}}/{{name}}"
    name = f"api:{DOMAIN}:uploads"

    async def get(
        self, request: web.Request, entry_id: str, subentry_id: str, name: str
    ) -> web.StreamResponse:
        """Return the file."""
        hass = request.app[KEY_HASS]
        user = request["hass_user"]
        # A system user means that we signed the URL.
        if not user.is_admin and not user.system_generated:
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        entry = hass.config_entries.async_get_entry(entry_id)
        if (
            entry is None
            or entry.domain != DOMAIN
            or subentry_id not in entry.subentries
            or safe_name(name) != name
        ):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.FileResponse(
            uploads_folder(hass, entry_id, subentry_id) / name,
            headers={
                # A browser must not execute the content.
                hdrs.CONTENT_TYPE: "application/octet-stream",
                hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
            },
        )
