"""Waits for the charger's connection to the central system, and explains failures."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import re

from .client import GoEClient
from .enums import OcppFailure
from .errors import (
    ApiLockedError,
    OcppNotConnectedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from .model import OCPP_KEYS, OcppState

WAIT = 45.0
"""Seconds; a connection takes about 4 s, a time-out of the charger 10 s."""

_NEEDED_ATTEMPTS = 2

_STATUS = re.compile(r"esp_ws_handshake_status_code\s*=\s*(\d+)")
_ERRNO = re.compile(r"errno\s*=\s*(\d+)")
_TLS_FLAGS = re.compile(r"tls_flags\s*=\s*(0x[0-9a-fA-F]{1,8}|\d{1,10})")
_TLS_CODES = re.compile(r"tls_(?:error_code|flags)\s*=\s*(?!0x0\b|0\b)-?\w+")

# The number in newlib, which the ESP32 uses.
_ECONNRESET = 104
_ECONNREFUSED = 111
_ECONNABORTED = 113
_ETIMEDOUT = 116
_EINPROGRESS = 119
_ERRNOS = {
    _ECONNRESET: OcppFailure.LOST,
    _ECONNREFUSED: OcppFailure.REFUSED,
    _ECONNABORTED: OcppFailure.LOST,
    114: OcppFailure.HOST_UNREACHABLE,  # ENETUNREACH
    115: OcppFailure.HOST_UNREACHABLE,  # ENETDOWN
    _ETIMEDOUT: OcppFailure.TIMEOUT,
    117: OcppFailure.HOST_UNREACHABLE,  # EHOSTDOWN
    118: OcppFailure.HOST_UNREACHABLE,  # EHOSTUNREACH
    _EINPROGRESS: OcppFailure.TIMEOUT,
}
_STATUSES = {
    401: OcppFailure.UNAUTHORIZED,
    403: OcppFailure.UNAUTHORIZED,
    404: OcppFailure.NOT_FOUND,
    426: OcppFailure.NOT_ENCRYPTED,
}
_FLAWS = (
    # MBEDTLS_X509_BADCERT_NOT_TRUSTED, CN_MISMATCH, EXPIRED or FUTURE: the cause of
    # all others first.
    (0x08, OcppFailure.TLS_TRUST),
    (0x04, OcppFailure.TLS_NAME),
    (0x01 | 0x0200, OcppFailure.TLS_DATE),
)
_WORDS = (
    ("CANNOT_RESOLVE_HOSTNAME", OcppFailure.DNS),
    ("CONNECTION_TIMEOUT", OcppFailure.TIMEOUT),
    ("MBEDTLS", OcppFailure.TLS),
    ("CERT", OcppFailure.TLS),
    ("INVALID_URI", OcppFailure.INVALID_URL),
    ("INVALID URI", OcppFailure.INVALID_URL),
    ("INVALID URL", OcppFailure.INVALID_URL),
)


def classify(text: str) -> OcppFailure:
    """Return the failure that the text of `ocpple` stands for."""
    if (match := _STATUS.search(text)) and (status := int(match[1][:6])):
        return _STATUSES.get(status, OcppFailure.HTTP_STATUS)
    if match := _TLS_FLAGS.search(text):
        flags = int(match[1], 16 if match[1].startswith("0x") else 10)
        for flag, flaw in _FLAWS:
            if flags & flag:
                return flaw
    upper = text.upper()
    for word, failure in _WORDS:
        if word in upper:
            return failure
    if _TLS_CODES.search(text):
        return OcppFailure.TLS
    errno = int(match[1][:6]) if (match := _ERRNO.search(text)) else 0
    return _ERRNOS.get(errno, OcppFailure.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The time of a change, in the charger's own time; earlier events are ignored."""

    uptime: int | None = None
    """ms since the charger's boot; None to ignore no event."""

    def is_over(self, moment: int | None, now: int | None) -> bool:
        """Return whether `moment`, read at `now`, is before the mark."""
        if self.uptime is None or moment is None:
            return False
        # The charger has booted since, so all its values are new.
        if now is not None and now < self.uptime:
            return False
        return moment < self.uptime


def arrived(state: OcppState, mark: Mark, *, accepted: bool) -> bool:
    """Return whether the charger has connected since the mark."""
    if not (state.accepted if accepted else state.connected):
        return False
    return not mark.is_over(state.connected_at, state.uptime)


def failure(state: OcppState, mark: Mark) -> OcppFailure:
    """Return the reason why the charger has not connected."""
    if state.enabled is False:
        return OcppFailure.OFF
    if arrived(state, mark, accepted=False):
        return OcppFailure.NOT_ACCEPTED
    if state.last_error is None or mark.is_over(state.last_error_at, state.uptime):
        return OcppFailure.NO_ATTEMPT
    return classify(state.last_error)


async def wait_for_ocpp(
    client: GoEClient,
    url: str,
    *,
    mark: Mark,
    accepted: bool = True,
    wait: float = WAIT,
    poll: float = 1.0,
    on_state: Callable[[OcppState], None] | None = None,
) -> OcppState:
    """Wait until the charger is connected, and accepted if `accepted` is set.

    Ends early after two failures for a reason that will not go away. Temporary failures
    to read are ignored. Times are in seconds.

    Returns:
        The OCPP state of the charger.

    Raises:
        OcppNotConnectedError: The charger did not connect.
        GoEError: The charger could not be read at the end of the time.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + wait
    attempts: set[int] = set()
    while True:
        lost: Exception | None = None
        state: OcppState | None = None
        try:
            state = OcppState.read(await client.read(OCPP_KEYS))
        except (UnreachableError, ApiLockedError, UnexpectedAnswerError) as err:
            lost = err
        else:
            if on_state is not None:
                on_state(state)
            if arrived(state, mark, accepted=accepted):
                return state
            why = failure(state, mark)
            if why.final and state.last_error_at is not None:
                attempts.add(state.last_error_at)
        over = loop.time() >= end
        if over and lost is not None:
            raise lost
        if state is not None and (over or len(attempts) >= _NEEDED_ATTEMPTS):
            raise OcppNotConnectedError(why, url, state.last_error)
        await asyncio.sleep(poll)
