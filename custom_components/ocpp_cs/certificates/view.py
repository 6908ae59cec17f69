"""The download of the CA certificate, which people and chargers need without a login.

It is public by its nature: every handshake is checked against it.
"""

from http import HTTPStatus

from aiohttp import hdrs, web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView

from ..const import DOMAIN
from .store import async_certificates


@callback
def async_setup_authority_views(hass: HomeAssistant) -> None:
    """Register the downloads of the CA certificate."""
    hass.http.register_view(PemView)
    hass.http.register_view(DerView)


class PemView(HomeAssistantView):
    """Sends the CA certificate as PEM, and the next one while chargers learn of it."""

    url = f"/api/{DOMAIN}/ca.pem"
    name = f"api:{DOMAIN}:ca_pem"
    requires_auth = False

    async def get(self, request: web.Request) -> web.Response:
        """Return the file."""
        certificates = await async_certificates(request.app[KEY_HASS])
        roots = [
            root.strip()
            for root in (certificates.root, certificates.next_root)
            if root is not None
        ]
        content = "".join(f"{root}\n" for root in roots)
        return _file(content.encode(), "application/x-pem-file", "ocpp-ca.pem")


class DerView(HomeAssistantView):
    """Sends the CA certificate as DER, which some chargers want."""

    url = f"/api/{DOMAIN}/ca.der"
    name = f"api:{DOMAIN}:ca_der"
    requires_auth = False

    async def get(self, request: web.Request) -> web.Response:
        """Return the file."""
        root = (await async_certificates(request.app[KEY_HASS])).root
        content = b""
        if root is not None:
            certificate = x509.load_pem_x509_certificate(root.encode())
            content = certificate.public_bytes(Encoding.DER)
        return _file(content, "application/x-x509-ca-cert", "ocpp-ca.der")


def _file(content: bytes, content_type: str, name: str) -> web.Response:
    """Return the response; 404 as long as there is no content."""
    if not content:
        return web.Response(status=HTTPStatus.NOT_FOUND)
    return web.Response(
        body=content,
        headers={
            hdrs.CONTENT_TYPE: content_type,
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
            # It is another one after it was replaced.
            hdrs.CACHE_CONTROL: "no-cache",
            "X-Content-Type-Options": "nosniff",
        },
    )
