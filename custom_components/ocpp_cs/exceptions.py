"""What the central system cannot do, told to the user in the user's language.

The one place where the errors of `csms` become those of Home Assistant.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, Protocol

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .csms.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
    CsmsError,
    InvalidAnswerError,
    InvalidRequestError,
    KnownUnsupportedError,
    NotConnectedError,
    NoTransactionError,
    NotSupportedError,
    RefusedError,
)


class _Named(Protocol):
    """A charger, as far as it matters here."""

    @property
    def name(self) -> str:
        """The user's name for it."""


class _OfCharger(Protocol):
    """Whatever belongs to a charger, such as an entity."""

    @property
    def charger(self) -> _Named:
        """The charger."""


@contextmanager
def translate_errors(charger: str) -> Generator[None]:
    """Raise the errors of a command to `charger`, its name, as translated ones.

    Raises ServiceValidationError where the caller asked for something that cannot
    be, HomeAssistantError where the charger did not do it.
    """
    try:
        yield
    except CsmsError as err:
        raise translated(err, charger) from err


def translates_errors[T: _OfCharger, **P, R](
    method: Callable[Concatenate[T, P], Awaitable[R]],
) -> Callable[Concatenate[T, P], Coroutine[Any, Any, R]]:
    """Decorate a method that commands the object's `charger`: see above."""

    @wraps(method)
    async def wrapper(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with translate_errors(self.charger.name):
            return await method(self, *args, **kwargs)

    return wrapper


def translated(err: CsmsError, charger: str) -> HomeAssistantError:
    """Return `err` of the charger of that name as Home Assistant wants it."""
    match err:
        case NotConnectedError():
            return _failure("not_connected", name=charger)
        case ConnectionLostError():
            return _failure("connection_lost", name=charger, action=err.action)
        case CallTimeoutError():
            return _failure(
                "call_timeout",
                name=charger,
                action=err.action,
                seconds=f"{err.seconds:g}",
            )
        case KnownUnsupportedError():
            return _failure(
                "known_unsupported",
                name=charger,
                what=(
                    err.action
                    if err.what == err.action
                    else f"{err.action} ({_ocpp_spelling(err.what)})"
                ),
                rules=", ".join(err.rules),
            )
        case NotSupportedError():
            return _failure(
                "not_supported",
                name=charger,
                action=err.action,
                error=_words(err),
            )
        case CallErrorReceivedError():
            return _failure(
                "call_error",
                name=charger,
                action=err.action,
                error=_words(err),
            )
        case RefusedError():
            return _failure(
                "refused",
                name=charger,
                action=err.action,
                status=_ocpp_spelling(err.status),
            )
        case InvalidAnswerError():
            return _failure("invalid_answer", name=charger, action=err.action)
        case InvalidRequestError():
            return invalid(
                "invalid_request",
                action=err.action,
                field=err.field,
                problem=err.problem,
            )
        case NoTransactionError():
            return invalid("no_transaction", name=charger)
        case _:
            return _failure("command_failed", name=charger, error=str(err))


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the translated error for what the caller did wrong."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _failure(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _words(err: CallErrorReceivedError) -> str:
    """Return what the charger said."""
    return ": ".join(filter(None, (err.code, err.description)))


def _ocpp_spelling(status: str) -> str:
    """Return a status as the charger's manual has it: `UnlockFailed`."""
    return "".join(part.capitalize() for part in status.split("_"))
