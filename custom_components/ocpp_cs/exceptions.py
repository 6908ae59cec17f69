"""What the central system cannot do, told to the user in the user's language.

The one place where the errors of `csms` become those of Home Assistant.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .csms.model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
    CsmsError,
    InvalidAnswerError,
    InvalidRequestError,
    KnownUnsupportedError,
    LocalListTooLongError,
    NoLocalListError,
    NoReservationError,
    NotConnectedError,
    NotKnownError,
    NoTransactionError,
    NotSupportedError,
    Problem,
    RefusedError,
    SessionRunsError,
    TooManyPeriodsError,
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
        case NotKnownError(is_another=True):
            return _failure("another_device", name=charger, action=err.action)
        case NotKnownError():
            return _failure(
                "address_unknown", name=charger, action=err.action, address=err.remote
            )
        case CallTimeoutError(undeclared=str() as profile):
            return _failure(
                "call_timeout_undeclared",
                name=charger,
                action=err.action,
                seconds=f"{err.seconds:g}",
                profile=profile,
            )
        case CallTimeoutError():
            return _failure(
                "call_timeout",
                name=charger,
                action=err.action,
                seconds=f"{err.seconds:g}",
            )
        case TooManyPeriodsError():
            return _failure(
                "too_many_periods",
                name=charger,
                count=str(err.count),
                most=str(err.most),
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
            )
        case NotSupportedError(undeclared=str() as profile):
            return _failure(
                "not_supported_undeclared",
                name=charger,
                action=err.action,
                error=_words(err),
                profile=profile,
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
        case SessionRunsError():
            return _failure("session_runs", name=charger, action=err.action)
        case RefusedError(undeclared=str() as profile):
            return _failure(
                "refused_undeclared",
                name=charger,
                action=err.action,
                status=_ocpp_spelling(err.status),
                profile=profile,
            )
        case RefusedError():
            return _refusal(err, charger)
        case NoLocalListError():
            return _failure("no_local_list", name=charger)
        case LocalListTooLongError():
            return _failure(
                "local_list_too_long",
                name=charger,
                length=str(err.length),
                maximum=str(err.maximum),
            )
        case InvalidAnswerError():
            return _failure("invalid_answer", name=charger, action=err.action)
        case InvalidRequestError(problem=Problem.READ_ONLY):
            return invalid("invalid_read_only", action=err.action, field=err.field)
        case InvalidRequestError(problem=Problem.NOT_INTEGER):
            return invalid("invalid_integer", action=err.action, field=err.field)
        case InvalidRequestError(problem=Problem.NOT_BOOLEAN):
            return invalid("invalid_boolean", action=err.action, field=err.field)
        case InvalidRequestError(problem=Problem.NOT_URI):
            return invalid("invalid_uri", action=err.action, field=err.field)
        case InvalidRequestError():
            return invalid(
                "invalid_request",
                action=err.action,
                field=err.field,
                problem=err.problem,
            )
        case NoTransactionError() | NoReservationError():
            return _none_or_several(err, charger)
        case _:
            return _failure("command_failed", name=charger, error=str(err))


def _none_or_several(
    err: NoTransactionError | NoReservationError, charger: str
) -> HomeAssistantError:
    """Return that there is nothing to end, or that it has to be said which."""
    count = str(err.count)
    match err:
        case NoTransactionError(count=0):
            return invalid("no_transaction", name=charger)
        case NoTransactionError():
            return invalid("several_transactions", name=charger, count=count)
        case NoReservationError(count=0):
            return invalid("no_reservation", name=charger)
        case _:
            return invalid("several_reservations", name=charger, count=count)


def _refusal(err: RefusedError, charger: str) -> HomeAssistantError:
    """Return the charger's no: its own word, and where it has one, what that means."""
    words = {
        "name": charger,
        "action": err.action,
        "status": _ocpp_spelling(err.status),
    }
    match err.action, err.status:
        case "ReserveNow", "faulted":
            return _failure("reserve_now_faulted", **words)
        case "ReserveNow", "occupied":
            return _failure("reserve_now_occupied", **words)
        case "ReserveNow", "rejected":
            return _failure("reserve_now_rejected", **words)
        case "ReserveNow", "unavailable":
            return _failure("reserve_now_unavailable", **words)
        case "CancelReservation", "rejected":
            return _failure("cancel_reservation_rejected", **words)
        case "SendLocalList", "failed":
            return _failure("send_local_list_failed", **words)
        case "SendLocalList", "not_supported":
            return _failure("send_local_list_not_supported", **words)
        case "SendLocalList", "version_mismatch":
            return _failure("send_local_list_version_mismatch", **words)
        case _:
            return _failure("refused", **words)


async def async_text(hass: HomeAssistant, err: HomeAssistantError) -> str:
    """Return what an error says, in the language of Home Assistant.

    Where nobody called an action there is no browser that would translate it.
    """
    texts = await async_get_translations(
        hass, hass.config.language, "exceptions", [DOMAIN]
    )
    text = texts.get(f"component.{DOMAIN}.exceptions.{err.translation_key}.message")
    if text is None:
        return str(err)
    return text.format(**(err.translation_placeholders or {}))


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
