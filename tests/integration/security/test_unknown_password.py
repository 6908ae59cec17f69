"""The password of chargers that are not added: its option, and that it is shown once."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import setup
from tests.integration.helpers.goe import Flow
from tests.integration.helpers.security import Box, refused

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def options_flow(hass: HomeAssistant, entry: Any) -> Flow:
    """Open the form of who may connect."""
    manager = hass.config_entries.options
    flow = Flow(hass, manager, "options")
    await flow.take(await manager.async_init(entry.entry_id))
    assert await flow.choose("access") == "access"
    return flow


async def switch(
    hass: HomeAssistant, entry: Any, **fields: Any
) -> tuple[str, str | None]:
    """Fill the form in; return its last step, and the password that it showed."""
    flow = await options_flow(hass, entry)
    step = await flow.go(allowed="any", secret_only=False, **fields)
    if step != "unknown_password":
        return step, None
    password = flow.said["password"]
    return await flow.go(), password


async def test_new_chargers_need_it(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    entry = setup_integration
    key = f"{DOMAIN}.{entry.entry_id}.security"
    async with Box(server_url, "NEW") as box:
        await box.boot()
    flow = await options_flow(hass, entry)
    assert "another_password" not in flow.result["data_schema"]({})
    # Whoever leaves before it was shown has changed nothing.
    await flow.go(allowed="any", secret_only=False, unknown_password=True)
    assert flow.step == "unknown_password"
    hass.config_entries.options.async_abort(flow.result["flow_id"])
    async with Box(server_url, "NEW") as box:
        await box.boot()

    step, password = await switch(hass, entry, unknown_password=True)
    assert step == "created"
    assert password is not None
    assert len(bytes.fromhex(password)) == 20
    assert entry.options["unknown_password"] is True
    assert "another_password" not in entry.options
    await hass.async_block_till_done()
    assert password not in str(hass_storage)
    assert password not in str(entry.as_dict())
    assert await refused(Box(server_url, "NEW")) == 401
    assert await refused(Box(server_url, "NEW", password="wrong")) == 401
    for spelling in (password, bytes.fromhex(password)):
        async with Box(server_url, "NEW", password=spelling) as box:
            await box.boot()

    # It outlives a restart.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert await refused(Box(server_url, "NEW")) == 401
    async with Box(server_url, "NEW", password=password) as box:
        await box.boot()

    # Saved once more, it stays.
    assert await switch(hass, entry, unknown_password=True, another_password=False) == (
        "created",
        None,
    )
    async with Box(server_url, "NEW", password=password) as box:
        await box.boot()

    step, another = await switch(
        hass, entry, unknown_password=True, another_password=True
    )
    assert another not in (None, password)
    assert "another_password" not in entry.options
    assert await refused(Box(server_url, "NEW", password=password)) == 401
    async with Box(server_url, "NEW", password=another) as box:
        await box.boot()

    # Switched off, it is forgotten.
    assert await switch(
        hass, entry, unknown_password=False, another_password=False
    ) == ("created", None)
    async with Box(server_url, "NEW") as box:
        await box.boot()
    await hass.async_block_till_done()
    assert hass_storage[key]["data"]["server"]["unknown_password"] is None


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_added_chargers_need_none(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    await switch(hass, setup_integration, unknown_password=True)
    async with Box(server_url, "CP1") as box:
        await box.boot()
    # Nor does one that its owner lets in.
    assert await refused(Box(server_url, "NEW")) == 401
    hub.async_open("NEW")
    async with Box(server_url, "NEW") as box:
        await box.boot()


@pytest.mark.parametrize("options", [{"unknown_password": True}])
async def test_a_lost_password_lets_nobody_in(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    assert await refused(Box(server_url, "NEW", password="")) == 401
    step, password = await switch(
        hass, setup_integration, unknown_password=True, another_password=False
    )
    assert step == "created"
    async with Box(server_url, "NEW", password=password) as box:
        await box.boot()


async def test_it_can_be_set_while_the_server_does_not_run(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str
) -> None:
    await setup(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    step, password = await switch(hass, entry, unknown_password=True)
    assert step == "created"
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert await refused(Box(server_url, "NEW")) == 401
    async with Box(server_url, "NEW", password=password) as box:
        await box.boot()
    await hass.config_entries.async_unload(entry.entry_id)
