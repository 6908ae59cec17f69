"""Everything that can go wrong between us and the HTTP API of a go-eCharger."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from .enums import OcppFailure


class ErrorKey(StrEnum):
    """Why a charger cannot be read, as the key of a text."""

    API_OFF = "api_off"
    BUSY = "busy"
    CANNOT_CONNECT = "cannot_connect"
    NOT_GOE = "not_goe"
    TOKEN_NEEDED = "token_needed"
    TOKEN_WRONG = "token_wrong"
    UNEXPECTED = "unexpected"


class GoEError(Exception):
    """The charger did not do, or tell, what it was asked."""

    key: ErrorKey = ErrorKey.UNEXPECTED


class UnreachableError(GoEError):
    """Nothing answers at `host`, or not in time."""

    key = ErrorKey.CANNOT_CONNECT

    def __init__(self, host: str, detail: str) -> None:
        """Name the host, and what the network says."""
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.detail = detail


class NotGoEError(GoEError):
    """Something answers, but it is no go-eCharger."""

    key = ErrorKey.NOT_GOE

    def __init__(self, host: str, detail: str) -> None:
        """Name the host, and what gives it away."""
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.detail = detail


class OtherChargerError(GoEError):
    """Another go-eCharger answers at `host` than was expected."""

    def __init__(self, host: str, serial: str) -> None:
        """Name the host, and who is there."""
        super().__init__(f"{host}: serial number {serial}")
        self.host = host
        self.serial = serial


class ApiOffError(GoEError):
    """The local HTTP API v2 is switched off (`hai`); only the go-e app can switch it on."""

    key = ErrorKey.API_OFF


class ApiLockedError(GoEError):
    """The charger was too busy to answer, several times."""

    key = ErrorKey.BUSY


class UnauthorizedError(GoEError):
    """The charger wants a token, or another one; `token_sent` tells which."""

    def __init__(self, *, token_sent: bool) -> None:
        """Say whether a token was sent."""
        super().__init__("the token is wrong" if token_sent else "a token is needed")
        self.token_sent = token_sent
        self.key = ErrorKey.TOKEN_WRONG if token_sent else ErrorKey.TOKEN_NEEDED


class UnexpectedAnswerError(GoEError):
    """The answer cannot be understood."""

    def __init__(self, detail: str) -> None:
        """Say what it is."""
        super().__init__(detail)
        self.detail = detail


class KeysRefusedError(GoEError):
    """Some keys were not set; those that were asked for with them may have been."""

    def __init__(self, refusals: Mapping[str, str]) -> None:
        """Take the charger's own words for each key."""
        super().__init__("; ".join(refusals.values()))
        self.refusals = dict(refusals)


class NotKeptError(GoEError):
    """The charger said that it set keys, but they read back otherwise."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """Take what is there instead; a key that is missing reads as None."""
        # The values may be secret, and this goes into the log.
        super().__init__(f"not kept: {', '.join(found)}")
        self.found = dict(found)


class OcppNotConnectedError(GoEError):
    """The charger was set up, but does not come to the central system at `url`."""

    def __init__(self, failure: OcppFailure, url: str, text: str | None) -> None:
        """Take the reason, and the charger's own words for it (`ocpple`)."""
        # Without the address, in which there is a secret.
        super().__init__(text or str(failure))
        self.failure = failure
        self.url = url
        self.text = text


class SetUpFailedError(GoEError):
    """A set-up failed and was undone; `cause` is why, `left` the keys that could not be put back."""

    def __init__(self, cause: GoEError, left: tuple[str, ...]) -> None:
        """Keep the reason."""
        super().__init__(str(cause))
        self.cause = cause
        self.left = left
