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
from .csms.model.errors import CsmsError, RequestError


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
    kind = (
        ServiceValidationError if isinstance(err, RequestError) else HomeAssistantError
    )
    return kind(
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders={"name": charger, **err.placeholders},
    )


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
