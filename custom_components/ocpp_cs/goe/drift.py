"""Whether a charger is still ours: seen from what it tells, or from how it does not."""

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
    """What is not as it was set up."""

    OCPP_OFF = "ocpp_off"
    ELSEWHERE = "elsewhere"
    """`ocppu` points at another central system."""
    ADDRESS_CHANGED = "address_changed"
    """`ocppu` points at us, but we are not there any more."""
    API_OFF = "api_off"
    """The local HTTP API was switched off."""
    TOKEN = "token"
    """The HTTP API wants a token, or another one."""
    OTHER_DEVICE = "other_device"
    """Another charger, or another thing altogether, has the address."""
    HOST_GONE = "host_gone"
    """Nothing is at the address, although the charger is connected: it has another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it was set up."""

    drift: Drift
    expected: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How a charger was set up."""

    serial: str
    url: str
    """What was written to `ocppu`."""
    own_url: str | None = None
    """What would be written today; None where the user has chosen the address himself."""
    connected: bool = False
    """Whether the charger is connected to us, by whatever way."""


def findings(expected: Expected, seen: GoEStatus | GoEError) -> tuple[Finding, ...]:
    """Return what is wrong, the cause before the effect; nothing where nothing can be said.

    `seen` is what `GoEClient.status()` returned or raised. A charger that is off, or away for a
    moment, is no finding.
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
    # A charger that is with us is so by a way that works, such as a proxy.
    if expected.connected:
        return ()
    found = []
    url = seen.ocpp.url
    if url is not None and not (
        same_place(url, expected.url) or same_place(url, expected.own_url)
    ):
        found.append(
            Finding(
                drift=Drift.ELSEWHERE,
                expected=expected.own_url or expected.url,
                found=url,
            )
        )
    elif (
        expected.own_url is not None
        and url is not None
        and not same_place(url, expected.own_url)
    ):
        found.append(
            Finding(drift=Drift.ADDRESS_CHANGED, expected=expected.own_url, found=url)
        )
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
