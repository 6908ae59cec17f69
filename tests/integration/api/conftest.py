"""A browser's connection to Home Assistant, of whatever user."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.auth.permissions.types import PolicyType
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ocpp_cs.const import CONF_CONNECTORS
from tests.integration.conftest import charger_subentry, id_tag_subentry

ALL: PolicyType = {"entities": {"all": {"read": True, "control": True}}}


class Browser:
    """A connection, which keeps the events that it was sent."""

    def __init__(self, client: Any) -> None:
        """Begin with an authenticated connection."""
        self._client = client

    async def ask(self, kind: str, **data: Any) -> Any:
        """Return the result of a command."""
        answer = await self.answer(kind, **data)
        assert answer["success"], answer
        return answer["result"]

    async def answer(self, kind: str, **data: Any) -> dict[str, Any]:
        """Return the whole answer to a command."""
        await self._client.send_json_auto_id({"type": f"ocpp_cs/{kind}", **data})
        async with asyncio.timeout(60):
            answer: dict[str, Any] = await self._client.receive_json()
        return answer

    async def event(self) -> dict[str, Any]:
        """Return the next event."""
        async with asyncio.timeout(60):
            told = await self._client.receive_json()
        assert told["type"] == "event", told
        event: dict[str, Any] = told["event"]
        return event

    async def until(self, condition: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Return the first connector that fulfils a condition, of the next events."""
        while True:
            event = await self.event()
            told = event.get("connectors", [])
            for server in event.get("servers", []):
                told = [*told, *server["connectors"]]
            for one in told:
                if condition(one):
                    found: dict[str, Any] = one
                    return found

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


type Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    """Return two chargers, of one and of two connectors, and a tag."""
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: 1}),
        charger_subentry("CP2", "Yard", **{CONF_CONNECTORS: 2}),
        id_tag_subentry("card", "Anna"),
    ]


@pytest.fixture(name="options")
def fixture_options() -> dict[str, Any]:
    """Return the options of a server with a price, at which every card may charge."""
    return {"price": 0.30, "tag_policy": "every"}


@pytest.fixture(name="browse")
async def fixture_browse(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, socket_enabled: None
) -> Browse:
    """Return a function that connects as an administrator, or with a policy."""

    async def connect(policy: PolicyType | None = None) -> Browser:
        if policy is None:
            return Browser(await hass_ws_client(hass))
        user = MockUser(groups=[Group(id="some", name="Some", policy=policy)])
        user.add_to_hass(hass)
        user.perm_lookup = PermissionLookup(er.async_get(hass), dr.async_get(hass))
        token = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
        return Browser(
            await hass_ws_client(hass, hass.auth.async_create_access_token(token))
        )

    return connect
