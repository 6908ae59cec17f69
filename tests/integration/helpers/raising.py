"""A server with encryption, and chargers that are raised in it."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs import hub as hub_module
from custom_components.ocpp_cs.certificates.credentials import Credential
from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.const import CONF_ENCRYPTION, CONF_TLS_ON, CONF_TLS_PORT
from custom_components.ocpp_cs.csms.central_system import CentralSystemSettings
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import raising
from custom_components.ocpp_cs.security.levels import Levels
from custom_components.ocpp_cs.security.raises import Raise, Raises
from custom_components.ocpp_cs.security.raising import OcppRaiser, RaiseTiming
from tests.integration.conftest import HOST, wait_for

QUICK = RaiseTiming(
    reaction=0.6,
    listed=0.2,
    poll=0.05,
    arrival=3.0,
    entering=3.0,
    ready=10.0,
)
"""A charger that obeys is never late by these; one that does not costs seconds only."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the waits of a raise be short, and chargers be asked soon."""
    monkeypatch.setattr(raising, "TIMING", QUICK)
    monkeypatch.setattr(
        hub_module,
        "CentralSystemSettings",
        partial(CentralSystemSettings, boot_wait=0.3),
    )


@pytest.fixture(name="tls_port")
def fixture_tls_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    """Return the port for encrypted connections."""
    return unused_tcp_port_factory()


@pytest.fixture(name="options")
def fixture_options(tls_port: int) -> dict[str, Any]:
    """Return the options of a server with encryption."""
    return {CONF_ENCRYPTION: {CONF_TLS_ON: True, CONF_TLS_PORT: tls_port}}


async def encrypted(hass: HomeAssistant, hub: Hub) -> Encryption:
    """Return the encryption of a server once it works."""
    encryption = hub.part(Encryption)
    await wait_for(hass, lambda: encryption.is_working)
    return encryption


def charger_of(hub: Hub) -> Charger:
    """Return the only charger."""
    (charger,) = hub.chargers.values()
    return charger


def credential_of(hub: Hub) -> Credential:
    """Return what is stored of the only charger."""
    return hub.part(Levels).credentials.get(charger_of(hub).charge_point.id)


def raiser_of(hub: Hub) -> OcppRaiser:
    """Return what raises the only charger."""
    return OcppRaiser(
        charger_of(hub),
        trust=hub.part(Encryption),
        levels=hub.part(Levels),
        signer=hub.part(Signer),
        refusals=hub.arrivals.async_listen,
        url=f"wss://{HOST}/",
        plain_url=f"ws://{HOST}/",
    )


class Raising:
    """A raise, with the steps that it has taken."""

    def __init__(self, hass: HomeAssistant, hub: Hub, target: SecurityLevel) -> None:
        """Begin it."""
        self._hass = hass
        self.raiser = raiser_of(hub)
        self.it: Raise = hub.part(Raises).async_begin(
            charger_of(hub), self.raiser, target
        )
        self.steps: list[str] = []
        self.it.listen(lambda: self.steps.append(self.it.step))

    async def step(self, step: str) -> None:
        """Return as soon as it has come to a step."""
        async with asyncio.timeout(60):
            while step not in self.steps:
                assert self.it.is_running, (self.steps, self.it.failure)
                await asyncio.sleep(0.01)

    async def end(self) -> str | None:
        """Return why it failed; None if it did not."""
        assert self.it.task is not None
        async with asyncio.timeout(60):
            await asyncio.wait([self.it.task])
        await self._hass.async_block_till_done()
        return None if self.it.failure is None else self.it.failure.key


async def raised(
    hass: HomeAssistant, hub: Hub, target: SecurityLevel
) -> tuple[str | None, list[str]]:
    """Raise the only charger; return why that failed, and the steps."""
    one = Raising(hass, hub, target)
    return await one.end(), one.steps
