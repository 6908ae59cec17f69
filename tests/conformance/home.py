"""What a user has of the charge point in Home Assistant."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import wait_for

type Json = dict[str, Any]


class Home:
    """Acts on the charge point CP1, and looks at its entities."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Look at the server of `entry`."""
        self.hass = hass
        self._entry = entry

    @property
    def device_id(self) -> str:
        """The device of the charger."""
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, "CP1"), self._entry.entry_id
        )
        assert device is not None
        return device.id

    async def act(self, action: str, **data: Any) -> Json:
        """Run an action; return the charge point's answer."""
        answer: Json = await self.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": self.device_id, **data},
            blocking=True,
            return_response=True,
        )
        return answer

    @contextmanager
    def told(self, words: str) -> Generator[None]:
        """Expect that the user is told of a failure in these words."""
        with pytest.raises(HomeAssistantError) as err:
            yield
        assert words in str(err.value)

    def _entity_id(self, domain: str, key: str) -> str:
        registry = er.async_get(self.hass)
        found = registry.async_get_entity_id(domain, DOMAIN, f"CP1/{key}")
        assert found is not None, f"no {domain} {key}"
        return found

    async def use(self, domain: str, key: str, service: str) -> None:
        """Press a button, turn a switch."""
        await self.hass.services.async_call(
            domain, service, {"entity_id": self._entity_id(domain, key)}, blocking=True
        )

    async def set_number(self, key: str, value: float) -> None:
        """Set a number, as a limit."""
        await self.hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": self._entity_id("number", key), "value": value},
            blocking=True,
        )

    async def shows(self, domain: str, key: str, value: str) -> Json:
        """Fail unless an entity shows this value soon; return its attributes."""
        entity_id = self._entity_id(domain, key)

        def state() -> str | None:
            found = self.hass.states.get(entity_id)
            return found.state if found is not None else None

        try:
            await wait_for(self.hass, lambda: state() == value)
        except TimeoutError:
            assert state() == value, entity_id
        found = self.hass.states.get(entity_id)
        assert found is not None
        return dict(found.attributes)

    async def shows_status(self, status: str, connector: int = 1) -> None:
        """Fail unless a connector's status is this one."""
        await self.shows("sensor", f"{connector}/status", status)

    async def shows_charging(self, value: str) -> None:
        """Fail unless a transaction runs (on) or none does (off)."""
        await self.shows("switch", "1/charging", value)

    async def shows_event(self, key: str, event_type: str) -> Json:
        """Fail unless this is the last event of an event entity; return it."""
        entity_id = self._entity_id("event", key)

        def last() -> Any:
            state = self.hass.states.get(entity_id)
            return state.attributes.get("event_type") if state is not None else None

        try:
            await wait_for(self.hass, lambda: last() == event_type)
        except TimeoutError:
            assert last() == event_type, entity_id
        state = self.hass.states.get(entity_id)
        assert state is not None
        return dict(state.attributes)

    @property
    def connected(self) -> bool:
        """Whether the charge point is connected."""
        state = self.hass.states.get(self._entity_id("binary_sensor", "connected"))
        return state is not None and state.state == STATE_ON

    async def is_connected(self, connected: bool = True) -> None:
        """Fail unless the charge point is connected, or is not, soon."""
        await self.shows("binary_sensor", "connected", "on" if connected else "off")

    async def sessions(self) -> list[Json]:
        """Return the sessions of the charge point, the oldest first."""
        answer = await self.act("get_sessions")
        sessions: list[Json] = answer["sessions"]
        return sessions

    async def session(self) -> Json:
        """Return the only session there is."""
        (session,) = await self.sessions()
        return session
