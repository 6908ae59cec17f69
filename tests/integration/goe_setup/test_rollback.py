"""A go-eCharger that leaves: what it had before is put back on request."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.goe_setup.coordinator import GoELink, GoELinks
from custom_components.ocpp_cs.hub import Hub
from simulator import GoE
from tests.goe.devices import http
from tests.integration.conftest import cards, make_entry, setup, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    Flow,
    add_charger,
    choices,
    fixture_goe,
    host_of,
    quick,
    set_up,
)
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

UNTOUCHED = ("ocppd", "ocppu", "ocppe", "ocppf", "acs", "acp", "psm", "lmo", "amp")


def values(charger: GoE) -> dict[str, Any]:
    """Return what is to be as before in the end."""
    return {key: charger.api.get(key) for key in UNTOUCHED}


def link_of(hub: Hub) -> GoELink:
    """Return the HTTP side of the only charger."""
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    return link


async def test_a_charger_that_is_removed_is_put_back_on_request(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    before = values(one)
    subentry_id = await set_up(hass, setup_integration, one)
    assert values(one) != before
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    issue = await raised(hass, "goe_removed")
    assert said(issue) == {"charger": "Garage", "host": host_of(one)}
    flow = mend()
    assert (await flow.start(issue))["menu_options"] == ["restore", "keep"]
    # It is off for the moment.
    address = http(one)
    await address.stop()
    result = await flow.go(next_step_id="restore")
    assert (result["type"], result["errors"]) == ("form", {"host": "cannot_connect"})
    assert shown(hass) == [issue]
    await address.start()
    assert (await flow.go(host=host_of(one)))["type"] == "create_entry"
    await cleared(hass)
    await wait_for(hass, lambda: values(one) == before)
    # It is offered again, without having to make itself known anew.
    (card,) = await wait_for(
        hass,
        lambda: [one for one in cards(hass) if one["step_id"] == "goe_discovered"],
    )
    assert card["context"]["unique_id"] == one.charge_point_id


async def test_what_someone_else_changed_is_left_alone(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    one.api.set({"ocppf": "10"})
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    issue = await raised(hass, "goe_removed")
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="restore")
    assert (result["type"], result["reason"]) == ("abort", "restored")
    assert result["description_placeholders"]["left"] == "`ocppf`"
    assert one.api.get("ocppf") == 10
    assert one.api.get("ocppe") is False
    await cleared(hass)


async def test_another_charger_at_that_address_is_left_alone(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    issue = await raised(hass, "goe_removed")
    # It got another charger's place, and the same settings.
    one.charge_point_id = "999999"
    after = values(one)
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="restore")
    assert (result["type"], result["errors"]) == ("form", {"host": "other_charger"})
    assert values(one) == after
    assert shown(hass) == [issue]


async def test_it_can_stay_as_it_is(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    after = values(one)
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    flow = mend()
    await flow.start(await raised(hass, "goe_removed"))
    assert (await flow.go(next_step_id="keep"))["type"] == "create_entry"
    await cleared(hass)
    assert values(one) == after


async def test_with_its_server_a_charger_is_removed_as_well(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
    unused_tcp_port_factory: Any,
) -> None:
    entry = make_entry(unused_tcp_port_factory())
    await setup(hass, entry)
    one = await goe()
    before = values(one)
    await set_up(hass, entry, one)
    await hass.config_entries.async_remove(entry.entry_id)
    flow = mend()
    await flow.start(await raised(hass, "goe_removed"))
    assert (await flow.go(next_step_id="restore"))["type"] == "create_entry"
    await wait_for(hass, lambda: values(one) == before)


@pytest.mark.parametrize("disabled", [False, True])
async def test_one_that_is_removed_while_its_server_does_not_run_is_offered_as_well(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
    disabled: bool,
) -> None:
    one = await goe()
    before = values(one)
    subentry_id = await set_up(hass, setup_integration, one)
    entry_id = setup_integration.entry_id
    if disabled:
        await hass.config_entries.async_set_disabled_by(
            entry_id, ConfigEntryDisabler.USER
        )
    else:
        await hass.config_entries.async_unload(entry_id)
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    flow = mend()
    await flow.start(await raised(hass, "goe_removed"))
    assert (await flow.go(next_step_id="restore"))["type"] == "create_entry"
    await wait_for(hass, lambda: values(one) == before)
    await cleared(hass)


def on_disk(entry: MockConfigEntry, charger: GoE, **record: Any) -> dict[str, Any]:
    """Return what is on the disk of a charger that was set up."""
    return {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.goe",
        "data": {
            SERIAL: {
                "stage": "ours",
                "name": "Garage",
                "host": host_of(charger),
                "token": None,
                "backup": {
                    "url": "ws://10.0.0.1:9000/237512",
                    "before": {"ocppf": 10},
                    "ours": {"ocppf": 6},
                },
                "earlier": None,
                "entry_id": entry.entry_id,
                "made": False,
                "since": 0.0,
            }
            | record
        },
    }


async def mending(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Mending:
    """Return the flow of a repair, without having set the integration up."""
    assert await async_setup_component(hass, "repairs", {})
    return Mending(hass, await hass_client())


async def test_one_that_was_removed_while_nobody_looked_is_noticed_at_the_next_start(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    hass_storage: dict[str, Any],
    hass_client: ClientSessionGenerator,
) -> None:
    one = await goe()
    one.api.values["ocppf"] = 6
    hass_storage[f"{DOMAIN}.goe"] = on_disk(entry, one)
    await setup(hass, entry)
    issue = await raised(hass, "goe_removed")
    flow = await mending(hass, hass_client)
    await flow.start(issue)
    assert (await flow.go(next_step_id="restore"))["type"] == "create_entry"
    assert one.api.get("ocppf") == 10
    await cleared(hass)


async def test_an_offer_outlives_a_restart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    hass_storage: dict[str, Any],
) -> None:
    hass_storage[f"{DOMAIN}.goe"] = on_disk(entry, await goe(), stage="left")
    await setup(hass, entry)
    await raised(hass, "goe_removed")


async def test_the_last_server_may_be_removed_while_it_is_disabled(
    hass: HomeAssistant,
    port: int,
    goe: AddGoE,
    hass_storage: dict[str, Any],
    hass_client: ClientSessionGenerator,
) -> None:
    """The integration is not loaded then, and yet a click does what it says."""
    one = await goe()
    one.api.values["ocppf"] = 6
    entry = MockConfigEntry(
        domain=DOMAIN, data={"port": port}, disabled_by=ConfigEntryDisabler.USER
    )
    entry.add_to_hass(hass)
    hass_storage[f"{DOMAIN}.goe"] = on_disk(entry, one)
    await hass.config_entries.async_remove(entry.entry_id)
    issue = await raised(hass, "goe_removed")
    flow = await mending(hass, hass_client)
    await flow.start(issue)
    assert (await flow.go(next_step_id="restore"))["type"] == "create_entry"
    assert one.api.get("ocppf") == 10


async def test_what_is_on_the_disk_may_make_no_sense(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    hass_storage: dict[str, Any],
) -> None:
    stored = on_disk(entry, await goe(), stage="left")
    stored["data"] |= {"1": {}, "2": None, "3": stored["data"][SERIAL] | {"stage": "?"}}
    hass_storage[f"{DOMAIN}.goe"] = stored
    await setup(hass, entry)
    await raised(hass, "goe_removed")


async def test_a_token_that_is_wanted_now_is_asked_for(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    before = values(one)
    subentry_id = await set_up(hass, setup_integration, one)
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    http(one).token = "secret"
    flow = mend()
    await flow.start(await raised(hass, "goe_removed"))
    step = await flow.go(next_step_id="restore")
    assert step["errors"] == {"token": "token_needed"}
    assert {field["name"] for field in step["data_schema"]} == {"host", "token"}
    result = await flow.go(host=host_of(one), token="secret")
    assert result["type"] == "create_entry"
    await wait_for(hass, lambda: values(one) == before)


async def test_one_that_comes_back_is_remembered_as_it_was_at_first(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    first = await set_up(hass, setup_integration, one)
    before = setup_integration.subentries[first].data["backup"]["before"]
    hass.config_entries.async_remove_subentry(setup_integration, first)
    await raised(hass, "goe_removed")
    again = await set_up(hass, setup_integration, one)
    assert not shown(hass)
    backup = setup_integration.subentries[again].data["backup"]
    assert {key: backup["before"][key] for key in before} == before


async def test_settings_are_put_back_from_the_menu_of_the_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    before = values(one)
    subentry_id = await set_up(hass, setup_integration, one)
    manager = hass.config_entries.subentries

    async def start() -> Flow:
        flow = Flow(hass, manager, "config_subentries.charger")
        result = await manager.async_init(
            (setup_integration.entry_id, "charger"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
        )
        assert await flow.take(result) == "menu"
        return flow

    flow = await start()
    assert await flow.choose("change") == "reconfigure"
    manager.async_abort(flow.result["flow_id"])
    flow = await start()
    assert await flow.choose("goe_restore") == "goe_restore"
    assert "(`ocppe`): off" in flow.said["before"]
    http(one).busy = True
    assert await flow.go() == "goe_restore"
    assert flow.result["errors"] == {"base": "busy"}
    http(one).busy = False
    assert await flow.go() == "abort:restored"
    assert flow.said["left"] == "–"
    await wait_for(hass, lambda: values(one) == before)
    # It is still there, and nothing is left to be put back, or to be missed.
    await link_of(hub).async_refresh()
    assert not shown(hass)
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await hass.async_block_till_done()
    assert not shown(hass)
    assert DOMAIN in hass.config.components
