"""Chargers that are removed and added again: what was right before is proposed."""

from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.store import SERVER
from custom_components.ocpp_cs.former.chargers import MOST_REMOVED, former_of
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import (
    AddCharger,
    cards,
    charger_subentry,
    settled,
    wait_for,
)
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    Flow,
    add_charger,
    choices,
    fixture_goe,
    found,
    host_of,
    quick,
)
from tests.integration.helpers.repairs import shown

SECRET = "the-secret-of-before-1"
BEFORE = {
    "path_secret": SECRET,
    "heartbeat_interval": 77,
    "overrides": {"maximum_current": 10.0, "stack_level": 3},
}


def kinds(hass: HomeAssistant) -> set[str | None]:
    """Return what repairs there are."""
    return {issue.translation_key for issue in shown(hass)}


async def card_of(hass: HomeAssistant, charge_point_id: str = "CP1") -> Flow:
    """Click on the card of a charger."""
    card = await wait_for(
        hass,
        lambda: next(
            (c for c in cards(hass) if c["context"]["unique_id"] == charge_point_id),
            None,
        ),
    )
    manager = hass.config_entries.flow
    flow = Flow(hass, manager, "config")
    await flow.take(await manager.async_configure(card["flow_id"]))
    return flow


def only_subentry(entry: MockConfigEntry) -> ConfigSubentry:
    """Return the only charger of a server."""
    (subentry,) = entry.subentries.values()
    return subentry


def remove(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Remove the only charger of a server."""
    hass.config_entries.async_remove_subentry(entry, only_subentry(entry).subentry_id)


def highest(hass: HomeAssistant, name: str = "yard") -> Any:
    """Return the highest limit that can be set."""
    state = hass.states.get(f"number.{name}_current_limit")
    return state and state.attributes["max"]


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
@pytest.mark.parametrize("away", [False, True])
async def test_a_discovered_one_is_as_it_was(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    server_url: str,
    away: bool,
) -> None:
    entry = setup_integration
    one = await charger("CP1", f"{server_url}{SECRET}/")
    if away:
        # While the server does not run.
        assert await hass.config_entries.async_unload(entry.entry_id)
        remove(hass, entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
    else:
        remove(hass, entry)
    flow = await card_of(hass)
    assert flow.step == "confirm"
    assert flow.said["url"] == f"{server_url}{SECRET}/CP1"
    assert flow.result["data_schema"]({}) == {"name": "Yard", "maximum_current": 10.0}
    assert await flow.go() == "abort:charger_added"
    await settled(hass, one)
    subentry = only_subentry(entry)
    assert subentry.title == "Yard"
    assert {key: subentry.data[key] for key in BEFORE} == BEFORE
    await wait_for(hass, lambda: highest(hass) == 10.0)
    # It has come to the address that it always had.
    for component in entry.runtime_data._components:
        component.async_minute_passed()
    assert "secret_missing" not in kinds(hass)


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
async def test_what_the_user_enters_goes_before_it(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1")
    remove(hass, setup_integration)
    flow = await card_of(hass)
    await flow.go(name="Carport", maximum_current=20)
    subentry = only_subentry(setup_integration)
    assert subentry.title == "Carport"
    assert subentry.data["overrides"] == {"maximum_current": 20, "stack_level": 3}
    remove(hass, setup_integration)
    # As much as its make can take anyway.
    flow = await card_of(hass)
    await flow.go(maximum_current=32)
    assert only_subentry(setup_integration).data["overrides"] == {"stack_level": 3}
    remove(hass, setup_integration)
    flow = await card_of(hass)
    assert flow.result["data_schema"]({}) == {
        "name": "Carport",
        "maximum_current": 32.0,
    }


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
async def test_one_that_is_waited_for_is_as_it_was(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    server_url: str,
) -> None:
    remove(hass, setup_integration)
    flow = await add_charger(hass, setup_integration)
    await flow.choose("vendor")
    await flow.go(vendor="other")
    one = await charger("CP1", f"{server_url}{SECRET}/", accepted=False)
    assert await flow.wait() == "connected"
    assert flow.result["data_schema"]({}) == {"name": "Yard", "maximum_current": 10.0}
    assert await flow.go() == "created"
    await settled(hass, one)
    data = only_subentry(setup_integration).data
    assert {key: data[key] for key in BEFORE} == BEFORE


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
async def test_one_that_is_entered_by_hand_is_shown_as_it_was(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    server_url: str,
) -> None:
    remove(hass, setup_integration)
    flow = await add_charger(hass, setup_integration)
    assert await flow.choose("manual") == "manual"
    assert flow.result["data_schema"]({"charge_point_id": "CP1"}) == {
        "charge_point_id": "CP1",
        "maximum_current": 16.0,
    }
    assert await flow.go(charge_point_id="CP1", maximum_current=16.0) == "manual"
    assert flow.result["errors"] == {"charge_point_id": "was_here_before"}
    assert flow.said["url"] == f"{server_url}{SECRET}/"
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in flow.result["data_schema"].schema
    }
    assert suggested["name"] == "Yard"
    assert suggested["maximum_current"] == 10.0
    assert not setup_integration.subentries
    await flow.go(charge_point_id="CP1", name="Yard", maximum_current=10.0)
    one = await charger("CP1", f"{server_url}{SECRET}/")
    assert await flow.wait() == "abort:added_connected"
    assert one.accepted
    data = only_subentry(setup_integration).data
    assert data["overrides"] == BEFORE["overrides"]
    assert data["path_secret"] == SECRET


@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
async def test_one_that_is_added_unasked_is_as_it_was(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    one = await charger("CP1")
    remove(hass, setup_integration)
    await wait_for(hass, lambda: setup_integration.subentries)
    await settled(hass, one)
    subentry = only_subentry(setup_integration)
    assert subentry.title == "Yard"
    assert {key: subentry.data[key] for key in BEFORE} == BEFORE


async def test_a_goe_is_set_up_over_http_again(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE, hub: Hub
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow, name="Yard", maximum_current=10))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    await settled(hass, one)
    hass.config_entries.async_update_subentry(
        setup_integration,
        only_subentry(setup_integration),
        data={**only_subentry(setup_integration).data, "heartbeat_interval": 77},
    )
    await hass.async_block_till_done()
    url = one.api.get("ocppu")
    remove(hass, setup_integration)
    await wait_for(hass, lambda: "goe_removed" in kinds(hass))

    flow = await card_of(hass, SERIAL)
    assert flow.step == "goe_back"
    assert flow.said == {"name": "Yard", "host": f"`{host_of(one)}`"[1:-1]}
    assert await flow.choose("goe_back_http") == "goe_found"
    assert choices(flow)["name"] == "Yard"
    assert choices(flow)["maximum_current"] == 10.0
    assert await flow.go(**choices(flow)) == "goe_changes"
    await flow.choose("goe_apply")
    assert await flow.wait() == "abort:charger_added"
    await settled(hass, one)
    subentry = only_subentry(setup_integration)
    assert subentry.title == "Yard"
    assert subentry.data["overrides"] == {"maximum_current": 10}
    assert subentry.data["heartbeat_interval"] == 77
    assert subentry.data["host"] == host_of(one)
    assert subentry.data["id_tag"] == one.api.get("ocppd")
    assert one.api.get("ocppu") != url
    assert hub.part(GoELinks).of(hub.chargers[subentry.subentry_id]) is not None
    assert not cards(hass)
    await wait_for(hass, lambda: highest(hass) == 10.0)
    hub._tick(dt_util.utcnow())
    assert not kinds(hass) & {"secret_missing", "goe_removed"}


async def test_a_goe_is_added_as_it_is(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE, hub: Hub
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    assert choices(flow)["maximum_current"] == 16.0
    await flow.go(**choices(flow, name="Yard"))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    await settled(hass, one)
    remove(hass, setup_integration)
    flow = await card_of(hass, SERIAL)
    assert await flow.choose("confirm") == "confirm"
    assert flow.result["data_schema"]({}) == {"name": "Yard", "maximum_current": 16.0}
    assert await flow.go() == "abort:charger_added"
    await settled(hass, one)
    await wait_for(hass, lambda: highest(hass) == 16.0)
    hub._tick(dt_util.utcnow())
    assert not kinds(hass) & {"secret_missing", "goe_removed"}
    assert only_subentry(setup_integration).data["host"] == host_of(one)


@pytest.mark.parametrize("subentries", [["CP0"]])
async def test_so_many_are_kept(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    for number in range(MOST_REMOVED + 5):
        remove(hass, setup_integration)
        hub.async_adopt(f"CP{number + 1}", {}, f"Charger {number + 1}")
    remove(hass, setup_integration)
    await hass.async_block_till_done()
    kept = hub._memory.get(SERVER, "former_chargers")
    assert list(kept) == [f"CP{number}" for number in range(6, MOST_REMOVED + 6)]
    assert former_of(setup_integration, "CP5") is None
    former = former_of(setup_integration, "CP6")
    assert former is not None and former.name == "Charger 6"


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Yard", **BEFORE)]])
@pytest.mark.parametrize(
    "damaged",
    [
        "text",
        {"CP2": None},
        {"CP2": {"name": "", "current": 1, "settings": {}}},
        {"CP2": {"name": "A", "current": "16", "settings": {}}},
        {"CP2": {"name": "A", "current": -1, "settings": {}}},
        {"CP2": {"name": "A", "current": 16, "settings": []}},
    ],
)
async def test_what_cannot_be_read_is_not_known(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, damaged: Any
) -> None:
    hub._memory.async_set(SERVER, "former_chargers", damaged)
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    assert former_of(setup_integration, "CP2") is None
    former = former_of(setup_integration, "CP1")
    assert former is not None and former.current == 10.0
