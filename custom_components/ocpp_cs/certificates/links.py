"""The addresses from which people download the certificate for their chargers."""

from typing import NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url

from ..const import DOMAIN


class Links(NamedTuple):
    """The URLs of the certificate in both formats; without a host if that is unknown."""

    pem: str
    der: str


@callback
def async_links(hass: HomeAssistant) -> Links:
    """Return the URLs: of the host that the user's browser uses, or of the own network."""
    try:
        base = get_url(hass, require_current_request=True)
    except NoURLAvailableError:
        try:
            base = get_url(hass, prefer_external=False)
        except NoURLAvailableError:
            base = ""
    return Links(f"{base}/api/{DOMAIN}/ca.pem", f"{base}/api/{DOMAIN}/ca.der")
