"""What is remembered of chargers, from one start of Home Assistant to the next."""

from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.ocpp_cs.chargers.store import Memory, async_remove_memory
from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import wait_for


async def loaded(hass: HomeAssistant) -> Memory:
    """Return the memory of a server as it is on the disk."""
    memory = Memory(hass, "entry")
    await memory.async_load()
    return memory


async def test_it_is_on_the_disk_when_it_is_closed(hass: HomeAssistant) -> None:
    memory = await loaded(hass)
    assert memory.get("CP1", "kind") is None
    memory.async_set("CP1", "kind", {"a": 1})
    memory.async_set("CP2", "kind", [2])
    await memory.async_close()
    memory = await loaded(hass)
    assert memory.get("CP1", "kind") == {"a": 1}
    memory.async_forget("CP1")
    memory.async_forget("CP3")
    await memory.async_close()
    memory = await loaded(hass)
    assert memory.get("CP1", "kind") is None
    assert memory.get("CP2", "kind") == [2]


async def test_it_is_written_when_it_changes(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    key = f"{DOMAIN}.entry.chargers"
    memory = await loaded(hass)
    await memory.async_close()
    assert key not in hass_storage
    memory.async_set("CP1", "kind", 1)
    # It needs nobody to ask for it.
    await wait_for(hass, lambda: key in hass_storage)
    assert hass_storage[key]["data"] == {"CP1": {"kind": 1}}
    del hass_storage[key]
    memory.async_set("CP1", "kind", 1)
    assert memory._store._data is None
    await memory.async_close()
    assert key in hass_storage
    await async_remove_memory(hass, "entry")
    assert key not in hass_storage
