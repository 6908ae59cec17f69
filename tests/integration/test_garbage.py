"""Thousands of wrong frames, and Home Assistant is as it was."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
import logging
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.metering.measurands import MEASURANDS
from custom_components.ocpp_cs.csms.wire import rpc
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import CallFailed
from tests.csms.garbage import batches
from tests.csms.wire.test_garbage import Mad

from .conftest import charger_subentry, wait_for
from .helpers.entities import Wallbox, settle, value_of


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[object]:
    return [charger_subentry("CP1", "Garage", connectors=1)]


@pytest.fixture
async def only_errors(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[None]:
    """Let nothing be logged but errors, of which there must be none."""
    hass.loop.set_debug(False)
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
    assert not caplog.get_records("call")


def sizes(hass: HomeAssistant, hub: Hub) -> dict[str, int]:
    """Return how much there is of what Home Assistant keeps."""
    return {
        "entities": len(er.async_get(hass).entities),
        "devices": len(dr.async_get(hass).devices),
        "states": len(hass.states.async_all()),
        "tags": len(hass.states.async_all("tag")),
        "flows": len(hass.config_entries.flow.async_progress()),
        "pending": len(hub.central_system.pending),
        "subentries": len(hub._entry.subentries),
        "tasks": len(hass._tasks) + len(hass._background_tasks),
        "entry tasks": len(hub._entry._tasks) + len(hub._entry._background_tasks),
    }


@pytest.mark.slow
async def test_thousands_of_wrong_frames(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    port: int,
    server_url: str,
    only_errors: None,
) -> None:
    charger = next(iter(hub.chargers.values()))
    mad = Mad(port)
    seen: list[dict[str, int]] = []
    for number, batch in enumerate(batches(200, 1000)):
        await mad.send(batch)
        await mad.check(str(number))
        await mad.hang_up()
        await wait_for(hass, lambda: not (charger.charge_point.connected or rpc._TASKS))
        seen.append(sizes(hass, hub))
    # It has also answered how many connectors it has, with any number.
    assert len(charger.connector_numbers) <= 16
    for one in seen:
        assert one["devices"] <= 17
        assert one["subentries"] == 1
        assert not one["flows"] + one["pending"] + one["tasks"] + one["entry tasks"]
    # And it goes on as if nothing had been.
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000)
        await box.values({"Voltage": 231.5}, transaction_id=number)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/voltage") == "231.5")
        await box.stop(number, meter=1500)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/session_energy") == "0.5")


async def everything(box: Wallbox, connector: int, id_tag: str) -> None:
    """Say all that there is to say of a connector, and that somebody came."""
    with suppress(CallFailed):
        await box.call("Authorize", {"idTag": id_tag})
    with suppress(CallFailed):
        await box.status("Available", connector)
    await box.values(
        dict.fromkeys(
            f"{measurand}{phase}"
            for measurand in (*MEASURANDS, "Power.ActiveX", "Voltage.X")
            for phase in ("", " L1", " L2-N", " L9")
        ),
        connector,
    )


async def test_what_is_made_up_gets_no_entities(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    only_errors: None,
) -> None:
    """Connectors that cannot be, measurands that nobody knows, cards without end."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        for connector in (64, 17, 3, 7):
            await everything(box, connector, "TAG")
        charger = next(iter(hub.chargers.values()))
        assert charger.connector_numbers == [1]
        for connector in range(65):
            for turn in range(5):
                await everything(box, connector, f"TAG{connector}-{turn}")
        await settle(hass)
        # One more than it has said is believed.
        assert charger.connector_numbers == [1, 2]
        first = sizes(hass, hub)
        for number in range(300):
            await everything(box, number % 65, f"NEW{number}")
        await settle(hass)
        assert sizes(hass, hub) == first
        assert first["tags"] == 200
        assert first["entities"] < 500
        assert first["devices"] <= 3


@pytest.fixture
def all_enabled() -> Iterator[None]:
    """Let every entity be enabled."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield


async def test_a_tag_that_is_too_long_for_a_state(
    hass: HomeAssistant,
    all_enabled: None,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    only_errors: None,
) -> None:
    """Home Assistant knows no state beyond 255 characters, and logs an error."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.start(meter=1000, id_tag="x" * 5000)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/id_tag") == "x" * 255)
