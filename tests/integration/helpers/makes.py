"""Simulated chargers of any make, and actions for the only one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub

type Connect = Callable[[Any], Awaitable[Any]]

TIMES: Any = {"noise": 0.0, "seed": 1, "backoff": (0.05, 0.2)}
TEN_AMPERES: Any = {
    "charging_profile_id": 1,
    "stack_level": 0,
    "charging_profile_purpose": "tx_profile",
    "charging_profile_kind": "relative",
    "charging_schedule": {
        "charging_rate_unit": "a",
        "charging_schedule_period": [{"start_period": 0, "limit": 10}],
    },
}


@pytest.fixture(name="connect")
async def fixture_connect(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncIterator[Connect]:
    """Return the way to switch a charger on; it is switched off in the end."""
    async with AsyncExitStack() as stack:

        async def on(charger: Any) -> Any:
            await stack.enter_async_context(charger)
            return charger

        yield on


async def act(hass: HomeAssistant, hub: Hub, name: str, **fields: Any) -> Any:
    """Call an action for the only charger."""
    (one,) = hub.chargers.values()
    return await hass.services.async_call(
        DOMAIN,
        name,
        {"device_id": one.device_id, **fields},
        blocking=True,
        return_response=True,
    )
