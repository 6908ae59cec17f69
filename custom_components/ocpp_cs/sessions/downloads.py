"""Files for the user in a folder of their own, and their download."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
import re

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL

from ..const import DOMAIN

_URL = f"/api/{DOMAIN}/files"
_VALID = timedelta(days=1)
_NAME = re.compile(r"[^\W.][\w .()-]{0,99}")


def is_file_name(name: str) -> bool:
    """Return whether a name is a plain file name that cannot leave the folder."""
    return _NAME.fullmatch(name) is not None


def file_path(hass: HomeAssistant, name: str) -> Path:
    """Return the path of a file, in a folder of the configuration directory."""
    return Path(hass.config.path(DOMAIN, name))


@callback
def async_setup_downloads(hass: HomeAssistant) -> None:
    """Register the view, for administrators and users with a signed URL."""
    hass.http.register_view(_DownloadView)


@callback
def async_file_url(hass: HomeAssistant, name: str) -> str:
    """Return the URL of a file, which is valid for a day without login."""
    # The signed path is returned unquoted, with spaces.
    url = URL(async_sign_path(hass, f"{_URL}/{name}", _VALID, use_content_user=True))
    try:
        return str(URL(get_url(hass)).join(url))
    except NoURLAvailableError:
        return str(url)


class _DownloadView(HomeAssistantView):
    url = f"{_URL}/{{name}}"
    name = f"api:{DOMAIN}:files"

    async def get(self, request: web.Request, name: str) -> web.StreamResponse:
        """Send a file as a download.

        It may contain all id tags and sessions: it is only sent to administrators and
        for a signed URL, which belongs to a system user.
        """
        hass = request.app[KEY_HASS]
        user = request["hass_user"]
        if not user.is_admin and not user.system_generated:
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        path = file_path(hass, name)
        if not is_file_name(name) or not await hass.async_add_executor_job(
            path.is_file
        ):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.FileResponse(
            path, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
