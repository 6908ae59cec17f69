"""Creates clients for the HTTP API of chargers."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..goe.client import SETTLE, GoEClient
from ..goe.connection import WAIT


@dataclass(frozen=True, kw_only=True, slots=True)
class SetUpTiming:
    """Times in seconds; tests use shorter ones."""

    settle: float = SETTLE
    poll: float = 1.0
    wait: float = WAIT
    raise_wait: float = 180.0
    """Until a charger connects with encryption; then it is put back."""
    arrival: float = 30.0
    """Until a connection that the charger reports is seen here."""


TIMING = SetUpTiming()


def make_client(hass: HomeAssistant, host: str, token: str | None = None) -> GoEClient:
    """Return a client for one charger. Raises ValueError for an invalid host or token.

    Use the existing client where there is one: it waits until its last write has
    settled.
    """
    session = async_get_clientsession(hass)
    return GoEClient(session, host, token=token, settle=TIMING.settle)
