"""The exceptions of the HTTP API of a go-eCharger."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from .enums import OcppFailure


class ErrorKey(StrEnum):
    """The reason why a charger cannot be read; a translation key."""

    API_OFF = "api_off"
    BUSY = "busy"
    CANNOT_CONNECT = "cannot_connect"
    NOT_GOE = "not_goe"
    TOKEN_NEEDED = "token_needed"
    TOKEN_WRONG = "token_wrong"
    UNEXPECTED = "unexpected"


class GoEError(Exception):
    """The base class: a request to the charger failed."""

    key: ErrorKey = ErrorKey.UNEXPECTED


class UnreachableError(GoEError):
    """Nothing answers at `host`, or not in time."""

    key = ErrorKey.CANNOT_CONNECT

    def __init__(self, host: str, detail: str) -> None:
        """Initialize with the host and the network's error."""
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.detail = detail


class NotGoEError(GoEError):
    """A device answers, but it is not a go-eCharger."""

    key = ErrorKey.NOT_GOE

    def __init__(self, host: str, detail: str) -> None:
        """Initialize with the host and the evidence."""
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.detail = detail


class OtherChargerError(GoEError):
    """A go-eCharger answers at `host`, but not the expected charger."""

    def __init__(self, host: str, serial: str) -> None:
        """Initialize with the host and the serial number of the other charger."""
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
    """The charger requires a token, or another token if `token_sent` is set."""

    def __init__(self, *, token_sent: bool) -> None:
        """Initialize; `token_sent` is whether a token was sent."""
        super().__init__("the token is wrong" if token_sent else "a token is needed")
        self.token_sent = token_sent
        self.key = ErrorKey.TOKEN_WRONG if token_sent else ErrorKey.TOKEN_NEEDED


class UnexpectedAnswerError(GoEError):
    """The answer cannot be understood."""

    def __init__(self, detail: str) -> None:
        """Initialize with the content of the answer."""
        super().__init__(detail)
        self.detail = detail


class TooLongError(UnexpectedAnswerError):
    """The charger does not take a value of this length over HTTP."""


class KeysRefusedError(GoEError):
    """Some keys were not set; other keys of the same request may have been set."""

    def __init__(self, refusals: Mapping[str, str]) -> None:
        """Initialize with the charger's message for each key."""
        super().__init__("; ".join(refusals.values()))
        self.refusals = dict(refusals)


class NotKeptError(GoEError):
    """The charger confirmed the keys, but they have other values when read back."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """Initialize with the values found; a missing key has the value None."""
        # Only the keys: values may be secret, and the text is logged.
        super().__init__(f"not kept: {', '.join(found)}")
        self.found = dict(found)


class OcppNotConnectedError(GoEError):
    """The charger was set up, but does not connect to the central system at `url`."""

    def __init__(self, failure: OcppFailure, url: str, text: str | None) -> None:
        """Initialize with the reason, and the charger's own message (`ocpple`)."""
        # Without the URL, which has a secret.
        super().__init__(text or str(failure))
        self.failure = failure
        self.url = url
        self.text = text


class SetUpFailedError(GoEError):
    """A set-up failed and was undone; `left` has the keys that are not restored."""

    def __init__(self, cause: GoEError, left: tuple[str, ...]) -> None:
        """Initialize with the cause, and the keys that are not restored."""
        super().__init__(str(cause))
        self.cause = cause
        self.left = left
