"""Read the opening request of a charge point (OCPP-J 1.6, 3.1)."""

import base64
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
import re
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request

from ..admission.path_secret import SECRET_LENGTH
from ..model.security import TlsFacts

_MAX_ID_LENGTH = 255
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_SECRET = re.compile(rf"[\w-]{{{SECRET_LENGTH}}}", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_QUERY_KEYS = frozenset(
    {
        "id",
        "cp",
        "cpid",
        "cbid",
        "chargepoint",
        "chargepointid",
        "chargepointidentity",
        "chargebox",
        "chargeboxid",
        "chargeboxidentity",
        "charger",
        "chargerid",
        "chargingstation",
        "chargingstationid",
        "identity",
        "serial",
        "serialnumber",
        "station",
        "stationid",
    }
)
"""Names of the id in a query, in lower case and without separators."""
_ENDPOINTS = frozenset({"ocpp", "ocppj", "ocpp16", "ocpp1.6", "ocpp16j", "ws"})
"""Last path segments that are no id if the query has one, unless adopted."""


class IdSource(StrEnum):
    """The part of the handshake that contains the charge point id."""

    PATH = "path"
    """The last segment of the path, as specified (OCPP-J 1.6, 3.1.1)."""
    QUERY = "query"
    USER = "user"
    """The user name of Basic authentication, which is the id (A00.FR.204)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Handshake:
    """The opening request of a charge point."""

    charge_point_id: str
    """Decoded; at most 255 printable characters."""
    prefix: tuple[str, ...] = field(default=(), repr=False)
    """The path segments before the id, decoded; one of them may be a secret."""
    path: str = field(repr=False)
    """The path as it was received, without the query."""
    remote: str
    """The remote address, which may be that of an unknown proxy."""
    subprotocols_offered: tuple[str, ...]
    subprotocol: str | None
    """The selected subprotocol, spelt as it was offered."""
    user: str | None
    password: str | None = field(repr=False)
    """Bytes that are not UTF-8 are surrogates (`surrogateescape`)."""
    user_agent: str | None
    id_source: IdSource = IdSource.PATH
    tls: TlsFacts | None = None
    """What was agreed in the TLS handshake; None if there was none."""
    host: str | None = None
    """The name or address that it connects to, without the port, if it says so."""


def is_handshake(request: Request) -> bool:
    """Return whether a request opens a websocket."""
    return "Sec-WebSocket-Key" in request.headers


def is_from_browser(request: Request) -> bool:
    """Return whether a handshake comes from a web page in a browser.

    Any page can open a websocket to any address that the browser reaches. Some
    libraries of charge points send an Origin, and one (of Node.js) a Sec-Fetch-Mode
    without an Origin; browsers send more than that.
    """
    headers = request.headers
    fetch = {name.lower() for name in headers if name.lower().startswith("sec-fetch-")}
    origin = "Origin" in headers
    if fetch and (origin or fetch != {"sec-fetch-mode"}):
        return True
    agents = headers.get_all("User-Agent")
    return any(agent.lstrip().lower().startswith("mozilla/") for agent in agents) and (
        origin or bool(fetch)
    )


def origin_of(request: Request) -> str:
    """Return the Origin of a handshake; empty if there is none."""
    return ", ".join(request.headers.get_all("Origin"))


def repair(request: Request) -> tuple[str, ...]:
    """Repair headers that the library would refuse.

    Proxies and small websocket stacks drop or rewrite the headers of an upgrade; the
    Sec-WebSocket-Key alone identifies the handshake.

    Returns:
        The subprotocols that were offered; see `agree`.
    """
    headers = request.headers
    request.protocol = "HTTP/1.1"
    _replace(headers, "Connection", "Upgrade")
    _replace(headers, "Upgrade", "websocket")
    versions = _items(headers, "Sec-WebSocket-Version")
    if not versions or "13" in versions:
        _replace(headers, "Sec-WebSocket-Version", "13")
    _replace(headers, "Origin", None)
    return _items(headers, "Sec-WebSocket-Protocol")


def agree(request: Request, subprotocol: str | None) -> None:
    """Leave only the selected subprotocol in the headers; None leaves none."""
    _replace(request.headers, "Sec-WebSocket-Protocol", subprotocol)


def select(offered: Sequence[str], served: Sequence[str]) -> str | None:
    """Return the subprotocol to use, spelt as it was offered; None if none is served.

    Args:
        offered: The offered subprotocols. Their order is ignored, as it does not show
            which one works best.
        served: The supported subprotocols in lower case; the first match is used.
    """
    spelt = {name.lower(): name for name in reversed(offered)}
    return next((spelt[name] for name in served if name in spelt), None)


def path_of(request: Request) -> str:
    """Return the requested path without query and fragment, which may hold a secret."""
    return re.split(r"[?#]", request.path, maxsplit=1)[0]


def shown_path(path: str) -> str:
    """Return a path for logs and forms, with segments that may be the secret masked."""
    end = path.rstrip("/").rfind("/")
    masked = (
        # It may be percent-encoded without need.
        "***" if _SECRET.fullmatch(unquote(one)) else one
        for one in path[:end].split("/")
    )
    return "/".join(masked) + path[end:] if end > 0 else path


def read(
    request: Request,
    remote: str,
    subprotocols_offered: tuple[str, ...],
    served: Sequence[str],
    adopted: Container[str] = (),
    tls: TlsFacts | None = None,
) -> Handshake | None:
    """Read an opening request.

    Args:
        request: The request.
        remote: The remote address.
        subprotocols_offered: The offered subprotocols.
        served: The supported subprotocols: see `select`.
        adopted: The ids of adopted charge points, which always count as ids.
        tls: What was agreed in the TLS handshake, if there was one.

    Returns:
        None if the request has no usable id.
    """
    path = path_of(request)
    user, password = _credentials(request.headers)
    *prefix, last = _segments(path)
    charge_point_id, id_source = _charge_point_id(last), IdSource.PATH
    endpoint = (
        charge_point_id is not None
        and charge_point_id.lower() in _ENDPOINTS
        and charge_point_id not in adopted
    )
    if endpoint or last in ("", "*"):
        found = _id_elsewhere(request, user, endpoint=endpoint)
        if found is not None:
            charge_point_id, id_source = found
            prefix.append(last)
    if charge_point_id is None:
        return None
    agents = request.headers.get_all("User-Agent")
    return Handshake(
        charge_point_id=charge_point_id,
        prefix=tuple(
            unquote_to_bytes(segment.encode("ascii", "surrogateescape")).decode(
                errors="replace"
            )
            for segment in prefix
            if segment
        ),
        path=path,
        host=_host_of(request),
        remote=remote,
        subprotocols_offered=subprotocols_offered,
        subprotocol=select(subprotocols_offered, served),
        user=user,
        password=password,
        user_agent=agents[0] if agents else None,
        id_source=id_source,
        tls=tls,
    )


def _host_of(request: Request) -> str | None:
    """Return the host of the Host header; None if there is none that can be read."""
    for told in request.headers.get_all("Host"):
        try:
            return urlsplit(f"//{told.strip()}").hostname
        except ValueError:
            return None
    return None


def _id_elsewhere(
    request: Request, user: str | None, *, endpoint: bool
) -> tuple[str, IdSource] | None:
    """Return the id of the query or the user name, and its source.

    Args:
        request: The request.
        user: The user name of Basic authentication.
        endpoint: Whether the path ends with a segment that could be an id. Then only
            the query is searched.

    Returns:
        None if there is no id, or several.
    """
    query = request.path.partition("#")[0].partition("?")[2]
    try:
        fields = parse_qsl(query[:2000], errors="strict")
    except ValueError:
        return None
    found = {
        _usable(value): IdSource.QUERY
        for key, value in fields
        if re.sub(r"[^a-z0-9]", "", key.lower()) in _QUERY_KEYS
    }
    if user is not None and not endpoint:
        found.setdefault(_usable(user), IdSource.USER)
    found.pop(None, None)
    if len(found) != 1:
        return None
    ((charge_point_id, source),) = found.items()
    assert charge_point_id is not None
    return charge_point_id, source


def _segments(path: str) -> list[str]:
    """Return the segments of a path, not decoded; trailing slashes are ignored."""
    if not path.startswith("/"):
        # Some send the whole configured URL (RFC 9112, 3.2.2).
        path = _AUTHORITY.sub("", path, count=1)
    return path.rstrip("/").split("/")


def _charge_point_id(segment: str) -> str | None:
    """Return the last segment of a path, decoded (OCPP-J 1.6, 3.1.1)."""
    if _BROKEN_ESCAPE.search(segment):
        return None
    try:
        # Older versions of the library let bytes beyond ASCII through.
        raw = segment.encode("ascii", "surrogateescape")
        name = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return None
    return _usable(name)


def _usable(name: str) -> str | None:
    """Return a name if it is usable as an id, else None."""
    if len(name) > _MAX_ID_LENGTH or not name.isprintable() or not name.strip():
        return None
    return name


def _credentials(headers: Headers) -> tuple[str | None, str | None]:
    """Return user and password of Basic authentication; None if they are not valid."""
    values = headers.get_all("Authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "basic":
        return None, None
    try:
        raw = base64.b64decode(token.strip(), validate=True)
    except ValueError:
        return None, None
    user, colon, password = raw.decode("utf-8", "surrogateescape").partition(":")
    # A user name must be text; a password may be any bytes.
    return (user, password) if colon and user.isprintable() else (None, None)


def _items(headers: Headers, name: str) -> tuple[str, ...]:
    """Return the items of a list header, which may occur several times."""
    items = (item.strip() for line in headers.get_all(name) for item in line.split(","))
    return tuple(item for item in items if item)


def _replace(headers: Headers, name: str, value: str | None) -> None:
    if name in headers:
        del headers[name]
    if value is not None:
        headers[name] = value
