"""How chargers are reached over HTTP from here."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..goe.client import SETTLE, GoEClient
from ..goe.connection import WAIT


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Seconds; tests have less time than chargers."""

    settle: float = SETTLE
    poll: float = 1.0
    wait: float = WAIT


TIMING = Timing()


def make_client(hass: HomeAssistant, host: str, token: str | None = None) -> GoEClient:
    """Return a client for one charger. Raises ValueError for what is no host or token.

    Where there is one already it is to be used: it knows when it has written last.
    """
    session = async_get_clientsession(hass)
    return GoEClient(session, host, token=token, settle=TIMING.settle)
