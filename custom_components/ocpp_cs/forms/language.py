"""The language of whoever fills in a form.

The frontend translates the texts of a form, but neither tables nor sentences that code
makes for it: they are a placeholder's value, which it shows as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aiohttp.web import Request
from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.core import HomeAssistant
from homeassistant.generated.languages import LANGUAGES
from homeassistant.helpers.http import current_request
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN

_FRONTEND: Final = "frontend"


async def async_language(hass: HomeAssistant) -> str:
    """Return the language of the user whose request is answered now.

    That is what their profile says, else the first one that their browser asks for, as
    the frontend does. Without a request it is that of Home Assistant.
    """
    request = current_request.get()
    if request is None:
        return hass.config.language
    for wanted in (await _chosen(hass, request), *_accepted(request)):
        for language in (wanted, wanted.partition("-")[0]):
            if language in LANGUAGES:
                return language
    return hass.config.language


async def async_texts(hass: HomeAssistant, category: str) -> dict[str, str]:
    """Return the translations of a category in that language."""
    return await async_get_translations(
        hass, await async_language(hass), category, [DOMAIN]
    )


async def _chosen(hass: HomeAssistant, request: Request) -> str:
    """Return the language in the profile of a request's user; empty without one."""
    user = request.get(KEY_HASS_USER)
    if user is None or _FRONTEND not in hass.config.components:
        return ""
    # Home Assistant is used without its frontend, too, which may not be installed.
    from homeassistant.components.frontend.storage import async_user_store

    choice = (await async_user_store(hass, user.id)).data.get("language")
    return str(choice.get("language")) if isinstance(choice, Mapping) else ""


def _accepted(request: Request) -> Iterator[str]:
    """Yield the languages that a browser asks for, in the order of its user."""
    for part in request.headers.get("Accept-Language", "").split(","):
        if language := part.partition(";")[0].strip():
            yield language
