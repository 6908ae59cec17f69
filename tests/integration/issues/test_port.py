"""A port that another program has."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.naming import server_title
from tests.integration.conftest import HOST, AddCharger, wait_for
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)
from tests.integration.test_init import taken

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_a_click_chooses_another_port(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    unused_tcp_port_factory: Callable[[], int],
    charger: AddCharger,
    mend: Callable[[], Mending],
) -> None:
    """One that is free, whatever is tried before."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, title=server_title(port))
    with taken(port):
        await hass.config_entries.async_setup(entry.entry_id)
        issue = await raised(hass, "port_busy")
        assert issue.severity is ir.IssueSeverity.ERROR
        assert said(issue) == {"server": server_title(port), "port": str(port)}
        flow = mend()
        step = await flow.start(issue)
        assert step["step_id"] == "port"
        assert step["data_schema"][0]["default"] == port + 1
        step = await flow.go(port=port)
        assert step["errors"] == {"port": "port_in_use"}
        free = unused_tcp_port_factory()
        assert (await flow.go(port=free))["type"] == "create_entry"
        await wait_for(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert shown(hass) == []
    assert dict(entry.data) == {CONF_HOST: HOST, CONF_PORT: free}
    assert entry.title == server_title(free)
    await charger("CP1", f"ws://{HOST}:{free}/", accepted=False)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_it_goes_when_the_port_is_free(
    hass: HomeAssistant, entry: MockConfigEntry, port: int
) -> None:
    entry.add_to_hass(hass)
    with taken(port):
        await hass.config_entries.async_setup(entry.entry_id)
        await raised(hass, "port_busy")
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert shown(hass) == []
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_it_goes_with_the_server(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    mend: Callable[[], Mending],
) -> None:
    entry.add_to_hass(hass)
    with taken(port):
        await hass.config_entries.async_setup(entry.entry_id)
        issue = await raised(hass, "port_busy")
        flow = mend()
        await flow.start(issue)
        await hass.config_entries.async_remove(entry.entry_id)
    assert shown(hass) == []
    assert (await flow.go(port=port))["reason"] == "not_running"


async def test_an_address_that_is_none_of_ours_is_no_busy_port(
    hass: HomeAssistant, entry: MockConfigEntry, port: int
) -> None:
    """Another port would not help."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={CONF_HOST: "192.0.2.1", CONF_PORT: port}
    )
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert shown(hass) == []
