"""Detects differences between a charger and its set-up, from its values or errors."""

from dataclasses import dataclass
from enum import StrEnum

from .address import same_place
from .errors import (
    ApiOffError,
    GoEError,
    NotGoEError,
    UnauthorizedError,
    UnreachableError,
)
from .model import GoEStatus


class Drift(StrEnum):
    """The kinds of differences."""

    OCPP_OFF = "ocpp_off"
    ELSEWHERE = "elsewhere"
    """`ocppu` points at another central system."""
    ADDRESS_CHANGED = "address_changed"
    """`ocppu` points at this server, but at an address that it no longer has."""
    API_OFF = "api_off"
    """The local HTTP API was switched off."""
    TOKEN = "token"
    """The HTTP API requires a token, or another token."""
    OTHER_DEVICE = "other_device"
    """Another charger, or another kind of device, has the address."""
    HOST_GONE = "host_gone"
    """Nothing answers at the address, but the charger is connected: it has moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference from the set-up."""

    drift: Drift
    expected: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The set-up of a charger."""

    serial: str
    url: str
    """The URL that was written to `ocppu`."""
    own_url: str | None = None
    """The present URL of the server; None if the user has chosen the address."""
    other_urls: tuple[str, ...] = ()
    """Further URLs of the server: without encryption, if `own_url` has it, or with."""
    connected: bool = False
    """True if the charger is connected to this server, by any route."""


def findings(expected: Expected, seen: GoEStatus | GoEError) -> tuple[Finding, ...]:
    """Return the differences, causes before effects; empty if nothing is certain.

    `seen` is the result or the exception of `GoEClient.status()`. A charger that is
    off, or temporarily not reachable, is no finding.
    """
    if isinstance(seen, GoEError):
        finding = _unseen(expected, seen)
        return (finding,) if finding else ()
    if seen.identity.serial != expected.serial:
        return (
            Finding(
                drift=Drift.OTHER_DEVICE,
                expected=expected.serial,
                found=seen.identity.serial,
            ),
        )
    # A connected charger may use another route, such as a proxy.
    if expected.connected:
        return ()
    found = []
    url = seen.ocpp.url
    known = (expected.url, expected.own_url, *expected.other_urls)
    if url is not None and not any(same_place(url, one) for one in known):
        found.append(
            Finding(
                drift=Drift.ELSEWHERE,
                expected=expected.own_url or expected.url,
                found=url,
            )
        )
    elif (
        (own_url := expected.own_url or (expected.other_urls and expected.url))
        and url is not None
        and not same_place(url, own_url)
    ):
        found.append(Finding(drift=Drift.ADDRESS_CHANGED, expected=own_url, found=url))
    if seen.ocpp.enabled is False:
        found.append(Finding(drift=Drift.OCPP_OFF))
    return tuple(found)


def _unseen(expected: Expected, error: GoEError) -> Finding | None:
    match error:
        case ApiOffError():
            return Finding(drift=Drift.API_OFF)
        case UnauthorizedError():
            return Finding(drift=Drift.TOKEN)
        case NotGoEError():
            return Finding(drift=Drift.OTHER_DEVICE, expected=expected.serial)
        case UnreachableError(host=host) if expected.connected:
            return Finding(drift=Drift.HOST_GONE, found=host)
    return None
