"""When a tag was last used, and where, as its device says."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for
from tests.integration.helpers.entities import Wallbox, settle, value_of, writes

LONG_AGO = datetime(2025, 3, 1, 12, tzinfo=UTC)
ENERGY = "Energy.Active.Import.Register"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        charger_subentry("CP2", "Yard"),
        id_tag_subentry("04AB", "Anna"),
        id_tag_subentry("BEN", "Ben"),
    ]


def key(entry: MockConfigEntry, title: str = "Anna") -> str:
    """Return the unique id of the sensor of a tag."""
    subentry = next(one for one in entry.subentries.values() if one.title == title)
    return f"{subentry.subentry_id}/last_used"


def used(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[str, str | None]:
    """Return when Anna's tag was used, and where."""
    entity = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, key(entry))
    state = hass.states.get(entity or "")
    assert state is not None
    return state.state, state.attributes["charger"]


async def session(
    box: Wallbox, id_tag: str, start: datetime, hours: float = 1.0
) -> int:
    """Tell of a session that was charged at a time; return its id."""
    number = await box.start(meter=1000, id_tag=id_tag, timestamp=start.isoformat())
    end = start + timedelta(hours=hours)
    await box.stop(number, meter=2000, timestamp=end.isoformat())
    return number


async def test_it_is_kept_over_a_restart(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    assert used(hass, entry) == ("unknown", None)
    async with Wallbox(server_url) as one, Wallbox(server_url, "CP2") as two:
        await one.begin(hass, hub)
        await two.begin(hass, hub)
        await session(one, "04ab", LONG_AGO)
        await settle(hass)
        assert used(hass, entry) == (LONG_AGO.isoformat(), "Garage")
        # One that is told late is no later use, and neither is another's.
        later = LONG_AGO + timedelta(days=2)
        await session(two, "04AB", later)
        await session(one, "04AB", LONG_AGO + timedelta(days=1))
        await session(one, "BEN", later + timedelta(days=1))
        await settle(hass)
        assert used(hass, entry) == (later.isoformat(), "Yard")
        # Other months are not read for the totals.
        assert await hass.config_entries.async_reload(entry.entry_id)
        await settle(hass)
        assert used(hass, entry) == (later.isoformat(), "Yard")
        assert value_of(hass, key(entry, "Ben")) == (
            (later + timedelta(days=1)).isoformat()
        )


async def test_a_session_that_runs_is_written_once(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        with writes(hass) as written:
            number = await box.start(meter=1000, id_tag="04AB")
            await settle(hass)
            when = value_of(hass, key(setup_integration))
            began = dt_util.parse_datetime(when)
            assert began is not None
            assert abs(dt_util.utcnow() - began) < timedelta(minutes=5)
            for wh in (1250.0, 1500.0):
                await box.values({ENERGY: wh}, transaction_id=number)
                await settle(hass)
            await box.stop(number, meter=1750)
            await settle(hass)
        assert written.count("sensor.anna_last_used") == 1
        assert value_of(hass, key(setup_integration)) == when


async def test_a_session_of_somebody_else_is_no_use(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    day = timedelta(days=1)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await session(box, "04AB", LONG_AGO)
        second = await session(box, "04AB", LONG_AGO + day)
        third = await session(box, "04AB", LONG_AGO + 2 * day)
        await settle(hass)
        assert used(hass, entry)[0] == (LONG_AGO + 2 * day).isoformat()

        async def correct(action: str, number: int, **data: Any) -> None:
            await hass.services.async_call(
                DOMAIN,
                action,
                {"transaction_id": number, **data},
                blocking=True,
                return_response=True,
            )

        await correct("correct_session", third, id_tag="BEN")
        await wait_for(
            hass, lambda: used(hass, entry)[0] == (LONG_AGO + day).isoformat()
        )
        assert value_of(hass, key(entry, "Ben")) == (LONG_AGO + 2 * day).isoformat()
        await correct("strike_out_session", second)
        await wait_for(hass, lambda: used(hass, entry)[0] == LONG_AGO.isoformat())
