"""The JavaScript of dashboard and card: serves it, and has Home Assistant's pages load it.

It is a resource of the dashboards, not an "extra module" of the page: those run beside
Home Assistant's own start, which replaces the registry of custom elements, so that now
and then an element would be missing.
"""

import asyncio
from dataclasses import dataclass
import gzip
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.const import CONF_ID, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..foreign_text import Markdown
from ..issues import async_clear_issue, async_raise_issue

URL = f"/{DOMAIN}/ocpp-cs.js"
"""The path of the file. In the resource it is followed by `?v=` and the version."""
FILE = Path(__file__).with_name("ocpp-cs.js")

_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.frontend_lock")
"""Makes several entries that are set up at the same time add one resource."""

_SCRIPT: HassKey[_Script] = HassKey(f"{DOMAIN}.frontend_script")


@callback
def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the JavaScript."""
    hass.data[_LOCK] = asyncio.Lock()
    hass.http.register_view(_ScriptView)


class _ScriptView(HomeAssistantView):
    """Sends the JavaScript. The browser loads modules without a login."""

    url = URL
    name = f"{DOMAIN}:script"
    requires_auth = False

    async def get(self, request: web.Request) -> web.Response:
        """Return the file.

        An address with a version never changes its content. Without a version, as in a
        YAML configuration, the browser asks each time whether there is a new one.
        """
        hass = request.app[KEY_HASS]
        try:
            script = await _async_script(hass)
        except OSError:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        lasting = "public, max-age=31536000, immutable"
        response = web.Response(
            headers={
                hdrs.CACHE_CONTROL: lasting if "v" in request.query else "no-cache",
                "X-Content-Type-Options": "nosniff",
            }
        )
        response.etag = script.digest
        if any(tag.value == script.digest for tag in request.if_none_match or ()):
            response.set_status(HTTPStatus.NOT_MODIFIED)
            return response
        response.content_type = "text/javascript"
        response.charset = "utf-8"
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            response.headers[hdrs.CONTENT_ENCODING] = "gzip"
            response.body = script.packed
        else:
            response.body = gzip.decompress(script.packed)
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        return response


@dataclass(frozen=True, kw_only=True)
class _Script:
    """The file as it is sent."""

    digest: str
    packed: bytes
    """The content, compressed by gzip."""


async def _async_script(hass: HomeAssistant) -> _Script:
    """Return the file, which is read once per start. Raises OSError."""
    if (script := hass.data.get(_SCRIPT)) is None:
        script = hass.data[_SCRIPT] = await hass.async_add_executor_job(_read)
    return script


def _read() -> _Script:
    content = FILE.read_bytes()
    return _Script(
        digest=sha256(content).hexdigest()[:8],
        packed=gzip.compress(content, mtime=0),
    )


async def async_add_resource(hass: HomeAssistant) -> None:
    """Add the resource, or update its version. Where only YAML can do it, raise an issue.

    What goes wrong is logged: it concerns the dashboard alone.
    """
    try:
        await _async_add(hass)
    # Home Assistant's store may fail by anything, as its file may be damaged.
    except Exception:  # noqa: BLE001
        LOGGER.exception("The resource of the dashboard cannot be added")


async def _async_add(hass: HomeAssistant) -> None:
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    async with hass.data[_LOCK]:
        resources = lovelace.resources
        if not isinstance(resources, ResourceStorageCollection):
            async_check_yaml(hass)
            return
        try:
            url = await _async_url(hass)
        except OSError as err:
            LOGGER.error("The JavaScript of the dashboard cannot be read: %s", err)
            return
        # Loads the collection, whose items are empty before.
        await resources.async_get_info()
        own = _own(resources.async_items())
        if not own:
            await resources.async_create_item({"res_type": "module", CONF_URL: url})
        elif own[0][CONF_URL] != url:
            await resources.async_update_item(own[0][CONF_ID], {CONF_URL: url})
        for item in own[1:]:
            await resources.async_delete_item(item[CONF_ID])


async def async_remove_resource(hass: HomeAssistant) -> None:
    """Remove the resource, with the last entry."""
    async_clear_issue(hass, "dashboard_resource", DOMAIN)
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    if not isinstance(resources := lovelace.resources, ResourceStorageCollection):
        return
    async with hass.data[_LOCK]:
        await resources.async_get_info()
        for item in _own(resources.async_items()):
            await resources.async_delete_item(item[CONF_ID])


@callback
def async_check_yaml(hass: HomeAssistant) -> bool:
    """Return whether the resource is there; raise or clear the issue accordingly."""
    lovelace = hass.data.get(LOVELACE_DATA)
    if lovelace is None or _own(lovelace.resources.async_items()):
        async_clear_issue(hass, "dashboard_resource", DOMAIN)
        return True
    async_raise_issue(
        hass, "dashboard_resource", DOMAIN, fix_data={}, url=Markdown(URL)
    )
    return False


async def _async_url(hass: HomeAssistant) -> str:
    """Return the address with the version, and with a digest for those who develop it."""
    integration = await async_get_integration(hass, DOMAIN)
    script = await _async_script(hass)
    return f"{URL}?v={integration.version}-{script.digest}"


def _own(items: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the resources that load our file, whatever their version."""
    return [item for item in items if item.get(CONF_URL, "").partition("?")[0] == URL]
