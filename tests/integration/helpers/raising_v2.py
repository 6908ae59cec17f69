"""Stations of OCPP 2.0.1 that are raised by network profiles."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from custom_components.ocpp_cs.security.raises import Raise, Raises
from custom_components.ocpp_cs.security.raising import OcppRaiser
from tests.integration.conftest import HOST, wait_for

from .raising import charger_of

type Raised = Callable[[SecurityLevel], Any]


@pytest.fixture(name="raised")
def fixture_raised(
    hass: HomeAssistant, hub: Hub, server_url: str, tls_port: int
) -> Raised:
    """Return a function that raises the only charger, and tells how that went."""

    async def raised(target: SecurityLevel) -> tuple[str | None, list[str]]:
        raiser = OcppRaiser(
            charger_of(hub),
            trust=hub.part(Encryption),
            levels=hub.part(Levels),
            signer=hub.part(Signer),
            refusals=hub.arrivals.async_listen,
            url=f"wss://{HOST}:{tls_port}/CP1",
            plain_url=f"{server_url}CP1",
        )
        steps: list[str] = []
        one: Raise = hub.part(Raises).async_begin(charger_of(hub), raiser, target)
        one.listen(lambda: steps.append(one.step))
        await wait_for(hass, lambda: not one.is_running)
        return None if one.failure is None else one.failure.key, steps

    return raised


async def ready(hass: HomeAssistant, hub: Hub) -> None:
    """Return when the charger is set up."""
    charge_point = charger_of(hub).charge_point
    await wait_for(hass, lambda: charge_point.connected and charge_point.ready)
