"""Translation of the errors of `csms` into those of Home Assistant.

This is the only module that does so.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .csms.model.errors import CsmsError, RequestError


class _Named(Protocol):
    """An object with the name of a charger."""

    @property
    def name(self) -> str:
        """The name that the user gave the charger."""


class _OfCharger(Protocol):
    """An object that belongs to a charger, such as an entity."""

    @property
    def charger(self) -> _Named:
        """The charger."""


@contextmanager
def translate_errors(charger: str) -> Generator[None]:
    """Translate the errors of commands to the charger with the name `charger`.

    Raises ServiceValidationError for an invalid request, and HomeAssistantError if the
    charger did not carry out the command.
    """
    try:
        yield
    except CsmsError as err:
        raise translated(err, charger) from err


def translates_errors[T: _OfCharger, **P, R](
    method: Callable[Concatenate[T, P], Awaitable[R]],
) -> Callable[Concatenate[T, P], Coroutine[Any, Any, R]]:
    """Decorate a method that sends commands to `charger`; see `translate_errors`."""

    @wraps(method)
    async def wrapper(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with translate_errors(self.charger.name):
            return await method(self, *args, **kwargs)

    return wrapper


def translated(err: CsmsError, charger: str) -> HomeAssistantError:
    """Return the error of a charger as a translated error of Home Assistant."""
    kind = (
        ServiceValidationError if isinstance(err, RequestError) else HomeAssistantError
    )
    return kind(
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders={"name": charger, **err.placeholders},
    )


async def async_text(
    hass: HomeAssistant, err: HomeAssistantError, language: str | None = None
) -> str:
    """Return the message of an error.

    Needed where no browser translates it, as no action was called.

    Args:
        hass: Home Assistant.
        err: The error.
        language: The language; None for that of Home Assistant.
    """
    texts = await async_get_translations(
        hass, language or hass.config.language, "exceptions", [DOMAIN]
    )
    text = texts.get(f"component.{DOMAIN}.exceptions.{err.translation_key}.message")
    if text is None:
        return str(err)
    return text.format(**(err.translation_placeholders or {}))


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the translated error for an invalid request."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
