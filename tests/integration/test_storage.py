"""The ledger on the disk."""

from datetime import timedelta
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.ocpp_cs.storage import LedgerStorage

KEY = "ocpp_cs.entry"


async def test_what_is_saved_is_on_the_disk(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    storage = LedgerStorage(hass, "entry")
    assert await storage.load() is None
    await storage.save({"last_id": 1})
    assert hass_storage[KEY]["data"] == {"last_id": 1}
    assert await LedgerStorage(hass, "entry").load() == {"last_id": 1}
    await storage.remove()
    assert KEY not in hass_storage


async def test_what_is_saved_later_is_saved_within_a_minute_however_often(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    storage = LedgerStorage(hass, "entry")
    start = dt_util.utcnow()
    for second in range(0, 60, 10):
        storage.save_later(lambda second=second: {"last_id": second})
        async_fire_time_changed(hass, start + timedelta(seconds=second))
        await hass.async_block_till_done()
        assert KEY not in hass_storage
    async_fire_time_changed(hass, start + timedelta(seconds=61))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass_storage[KEY]["data"] == {"last_id": 50}
    storage.save_later(lambda: {"last_id": 99})
    await storage.flush()
    await storage.flush()
    assert hass_storage[KEY]["data"] == {"last_id": 99}


async def test_what_is_saved_at_once_replaces_what_was_to_be_saved_later(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    storage = LedgerStorage(hass, "entry")
    storage.save_later(lambda: {"last_id": 1})
    await storage.save({"last_id": 2})
    await storage.flush()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"last_id": 2}


async def test_what_is_to_be_saved_later_is_saved_when_home_assistant_stops(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    storage = LedgerStorage(hass, "entry")
    storage.save_later(lambda: {"last_id": 1})
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"last_id": 1}
