"""Home Assistant ends while a go-eCharger is set up: the charger is as it was after all."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

from homeassistant import loader
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame, issue_registry as ir
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.goe.errors import UnreachableError
from custom_components.ocpp_cs.goe_setup import client as goe_client
from custom_components.ocpp_cs.goe_setup.rollback import RETRIES
from simulator import GoE
from tests.goe.devices import http, sets
from tests.integration.conftest import make_entry, settled, setup, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    Flow,
    add_charger,
    at,
    choices,
    fixture_goe,
    found,
    host_of,
    quick,
    seen,
    set_up,
    settings,
)
from tests.integration.helpers.repairs import Mending, cleared, raised, said, shown

from .test_discovery import discovered, new_server  # noqa: F401 - pytest looks for fixtures here

STORE = f"{DOMAIN}.goe"
MESSY: dict[str, Any] = {"frc": 1, "lmo": 4, "psm": 2, "acp": False, "ocppf": 10}
"""How a charger may be found, so that there is much to change."""


@asynccontextmanager
async def home_assistant(config_dir: str) -> AsyncIterator[HomeAssistant]:
    """Another Home Assistant, with the same storage, that ends."""
    async with async_test_home_assistant(config_dir=config_dir) as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        frame.async_setup(hass)
        await async_load_integrations(hass, {"homeassistant"})
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def cut_off(flow: Flow) -> None:
    """Let nothing that is done from now on reach the charger: that is what dying looks like."""

    async def dead(*_: Any) -> Any:
        raise UnreachableError("nowhere", "dead")

    setting_up = flow._manager._progress[flow.result["flow_id"]]._goe.set_up
    setting_up.client._get = dead


@pytest.fixture
async def one(goe: AddGoE, monkeypatch: pytest.MonkeyPatch) -> GoE:
    """Return a charger that is used otherwise so far, and is slow enough to be left."""
    monkeypatch.setattr(
        goe_client, "TIMING", goe_client.SetUpTiming(settle=0.08, poll=0.05, wait=5.0)
    )
    charger = await goe(time_factor=20)
    charger.api.values |= MESSY
    return charger


@pytest.fixture
def before(one: GoE) -> dict[str, Any]:
    """Return what it had."""
    return settings(one)


@pytest.fixture
def die(
    entry: MockConfigEntry, one: GoE, hass_config_dir: str, hass_storage: dict[str, Any]
) -> Callable[..., Any]:
    """Return a function that begins a set-up, and ends without any stop."""

    async def die(*, half_way: Callable[[], Any] | None = None) -> None:
        half_way = half_way or (lambda: one.api.get("ocppe") is True)
        async with home_assistant(hass_config_dir) as first:
            await setup(first, entry)
            flow = await found(first, entry, one)
            await flow.go(**choices(flow, name="Hof"))
            await flow.choose("goe_apply")
            await seen(half_way)
            cut_off(flow)
            on_disk = deepcopy(hass_storage)
            assert on_disk[STORE]["data"][SERIAL]["stage"] == "unfinished"
            assert not entry.subentries
        hass_storage.clear()
        hass_storage.update(on_disk)

    return die


async def not_undone(hass: HomeAssistant) -> ir.IssueEntry:
    """Return the repair of what was left half-way; a charger may just restart at first."""
    rollback = hass.data[f"{DOMAIN}_goe_rollback"]
    await wait_for(hass, lambda: rollback._failures)
    assert not shown(hass)
    async_fire_time_changed(hass, dt_util.utcnow() + RETRIES[0])
    return await raised(hass, "goe_unfinished")


async def mending(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Mending:
    """Return the flow of a repair, in a Home Assistant that is set up by now."""
    assert await async_setup_component(hass, "repairs", {})
    return Mending(hass, await hass_client())


def again(entry: MockConfigEntry) -> MockConfigEntry:
    """Return the config entry as it is found after a restart."""
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry.entry_id,
        title=entry.title,
        data=dict(entry.data),
        options=dict(entry.options),
    )


async def test_the_values_before_are_on_the_disk_before_anything_changes(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    one: GoE,
    hass_storage: dict[str, Any],
    before: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_disk: list[Any] = []
    api, take = one.api, one.api.set

    def noting(wanted: Any) -> Any:
        on_disk.append(deepcopy(hass_storage.get(STORE)))
        return take(wanted)

    monkeypatch.setattr(api, "set", noting)
    await set_up(hass, setup_integration, one)
    record = on_disk[0]["data"][SERIAL]
    assert record["stage"] == "unfinished"
    assert record["host"] == host_of(one)
    kept = record["backup"]["before"]
    assert kept.keys() > MESSY.keys()
    assert {key: before[key] for key in kept} == kept


async def test_a_stop_half_way_undoes_it_at_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    hass_config_dir: str,
    hass_storage: dict[str, Any],
) -> None:
    async with home_assistant(hass_config_dir) as first:
        await setup(first, entry)
        flow = await found(first, entry, one)
        await flow.go(**choices(flow))
        await flow.choose("goe_apply")
        await seen(lambda: one.api.get("ocppe") is True)
    assert settings(one) == before
    # What is left of it is seen through at the next start.
    assert hass_storage[STORE]["data"]
    written = len(sets(one))
    await setup(hass, again(entry))
    await wait_for(hass, lambda: not hass.data[f"{DOMAIN}_goe"].unfinished())
    assert len(sets(one)) == written
    assert not shown(hass)


@pytest.mark.parametrize("moment", ["first", "control", "last"])
async def test_what_died_half_way_is_undone_at_the_next_start(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
    moment: str,
) -> None:
    moments: dict[str, Callable[[], Any]] = {
        "first": lambda: one.api.get("ocppe") is True,
        "control": lambda: one.api.get("lmo") == 3,
        "last": lambda: one.api.get("frc") == 0,
    }
    await die(half_way=moments[moment])
    assert settings(one) != before
    await setup(hass, again(entry))
    await wait_for(hass, lambda: settings(one) == before)
    await wait_for(hass, lambda: not hass.data[f"{DOMAIN}_goe"].unfinished())
    assert not shown(hass)


async def test_what_somebody_changed_meanwhile_stays(
    hass: HomeAssistant, entry: MockConfigEntry, one: GoE, die: Callable[..., Any]
) -> None:
    await die(half_way=lambda: one.api.get("frc") == 0)
    one.api.values |= {"ocppf": 12, "ocppu": "ws://10.1.2.3/x"}
    await setup(hass, again(entry))
    await wait_for(hass, lambda: not hass.data[f"{DOMAIN}_goe"].unfinished())
    assert one.api.get("ocppf") == 12
    assert one.api.get("ocppu") == "ws://10.1.2.3/x"
    assert one.api.get("lmo") == MESSY["lmo"]


async def test_a_charger_that_is_away_is_waited_for(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
) -> None:
    await die()
    await http(one).stop()
    await setup(hass, again(entry))
    issue = await not_undone(hass)
    assert said(issue) == {"charger": "Hof", "host": host_of(one)}
    await http(one).start()
    async_fire_time_changed(hass, dt_util.utcnow() + RETRIES[-1])
    await wait_for(hass, lambda: settings(one) == before)
    await cleared(hass)


async def test_a_charger_that_just_restarts_needs_no_repair(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
) -> None:
    await die()
    await http(one).stop()
    await setup(hass, again(entry))
    rollback = hass.data[f"{DOMAIN}_goe_rollback"]
    await wait_for(hass, lambda: rollback._failures)
    await http(one).start()
    async_fire_time_changed(hass, dt_util.utcnow() + RETRIES[0])
    await wait_for(hass, lambda: settings(one) == before)
    assert not shown(hass)


async def test_a_charger_that_goes_in_the_middle_is_put_back_when_it_is_there_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    monkeypatch.setattr(
        goe_client, "TIMING", goe_client.SetUpTiming(settle=0.08, poll=0.02, wait=0.3)
    )
    flow = await found(hass, setup_integration, one)
    # Nobody listens there.
    await flow.go(**at(flow, port=unused_tcp_port_factory()))
    await flow.choose("goe_apply")
    await seen(lambda: one.api.get("ocppe") is True)
    await http(one).stop()
    assert await flow.wait() == "goe_failed"
    assert "does not answer any more" in flow.said["reason"]
    assert "goes on trying to put them back" in flow.said["reason"]
    assert "`ocppe`" in flow.said["reason"]
    rollback = hass.data[f"{DOMAIN}_goe_rollback"]
    await wait_for(hass, lambda: rollback._failures)
    await http(one).start()
    async_fire_time_changed(hass, dt_util.utcnow() + RETRIES[0])
    await wait_for(hass, lambda: settings(one) == before)
    assert not shown(hass)


async def test_a_charger_that_restarts_in_the_middle_gets_there(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    one: GoE,
) -> None:
    # On for an hour, so that its time tells that it restarted.
    one.api._boot -= 3600.0
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    await seen(lambda: one.api.get("ocppe") is True)
    await http(one).stop()
    await one.reboot()
    await http(one).start()
    assert await flow.wait() == "created", flow.said
    await settled(hass, one)
    assert one.api.get("lmo") == 3


async def test_a_charger_that_moved_is_found_by_a_click(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
    hass_client: ClientSessionGenerator,
) -> None:
    await die()
    await http(one).stop()
    await setup(hass, again(entry))
    flow = await mending(hass, hass_client)
    step = await flow.start(await not_undone(hass))
    assert step["menu_options"] == ["restore", "keep"]
    step = await flow.go(next_step_id="restore")
    assert (step["step_id"], step["errors"]) == ("restore", {"host": "cannot_connect"})
    http(one)._port = 0
    await http(one).start()
    step = await flow.go(host="no address")
    assert step["errors"] == {"host": "invalid_host"}
    assert (await flow.go(host=host_of(one)))["type"] == "create_entry"
    await wait_for(hass, lambda: settings(one) == before)
    await cleared(hass)


async def test_it_can_stay_half_way(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
    hass_client: ClientSessionGenerator,
) -> None:
    await die()
    await http(one).stop()
    await setup(hass, again(entry))
    flow = await mending(hass, hass_client)
    await flow.start(await not_undone(hass))
    await flow.go(next_step_id="keep")
    await cleared(hass)
    await http(one).start()
    async_fire_time_changed(hass, dt_util.utcnow() + RETRIES[-1])
    await hass.async_block_till_done()
    assert settings(one) != before


async def test_whoever_sets_it_up_anew_begins_where_it_was(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
) -> None:
    await die()
    await http(one).stop()
    entry = again(entry)
    await setup(hass, entry)
    await not_undone(hass)
    await http(one).start()
    flow = await found(hass, entry, one)
    assert settings(one) == before
    assert not shown(hass)
    await flow.go(**choices(flow))
    assert "| 10 A | 6 A |" in flow.said["changes"]
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    backup = flow.result["data"]["backup"]["before"]
    assert {key: before[key] for key in backup} == backup
    await settled(hass, one)


async def test_one_that_was_adopted_otherwise_keeps_what_was_before(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
) -> None:
    """Unknown chargers may be taken on unasked, and this one knows where we are."""
    await die()
    entry = make_entry(entry.data["port"], SERIAL)
    await setup(hass, entry)
    (subentry,) = entry.subentries.values()
    backup = subentry.data["backup"]["before"]
    assert {key: before[key] for key in backup} == backup
    assert subentry.data["host"] == host_of(one)
    assert one.api.get("ocppe") is True
    await settled(hass, one)
    assert not shown(hass)


@pytest.mark.usefixtures("new_server")
async def test_a_server_that_was_made_for_it_goes_with_it(
    hass: HomeAssistant,
    one: GoE,
    before: dict[str, Any],
    hass_config_dir: str,
    hass_storage: dict[str, Any],
) -> None:
    async with home_assistant(hass_config_dir) as first:
        flow = await discovered(first, one)
        await flow.go()
        await flow.go(**choices(flow))
        await flow.choose("goe_apply")
        await seen(lambda: one.api.get("ocppe") is True)
        (made,) = first.config_entries.async_entries(DOMAIN)
        cut_off(flow)
        on_disk = deepcopy(hass_storage)
    hass_storage.update(on_disk)
    left = MockConfigEntry(domain=DOMAIN, entry_id=made.entry_id, data=dict(made.data))
    await setup(hass, left)
    await wait_for(hass, lambda: settings(one) == before)
    await wait_for(hass, lambda: not hass.config_entries.async_entries(DOMAIN))
    assert not shown(hass)


@pytest.mark.usefixtures("new_server")
async def test_without_any_server_it_is_undone_when_the_charger_is_seen(
    hass: HomeAssistant,
    one: GoE,
    before: dict[str, Any],
    die: Callable[..., Any],
) -> None:
    """The config entry of a new server may not be on the disk yet."""
    await die()
    # It has another address by now.
    await http(one).stop()
    http(one)._port = 0
    await http(one).start()
    flow = await discovered(hass, one)
    assert flow.step == "goe_discovered"
    await wait_for(hass, lambda: settings(one) == before)
    assert await flow.go() == "goe_found"
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_two_windows_do_not_change_the_same_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: GoE
) -> None:
    first = await found(hass, setup_integration, one)
    second = await found(hass, setup_integration, one)
    third = await add_charger(hass, setup_integration)
    for flow in (first, second):
        await flow.go(**choices(flow))
    await first.choose("goe_apply")
    assert await second.choose("goe_apply") == "abort:goe_busy"
    await third.choose("goe_address")
    assert await third.go(host=host_of(one)) == "abort:goe_busy"
    assert await first.wait() == "created"
    await settled(hass, one)


async def test_a_window_that_was_left_open_is_too_late(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: GoE
) -> None:
    late = await found(hass, setup_integration, one)
    await late.go(**choices(late))
    await set_up(hass, setup_integration, one)
    written = len(sets(one))
    assert await late.choose("goe_apply") == "abort:goe_known"
    assert late.said["name"] == "Garage"
    assert len(sets(one)) == written


async def test_one_that_was_called_off_before_it_began_can_be_begun_again(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: GoE
) -> None:
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    # The task of the progress has not run yet.
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    await set_up(hass, setup_integration, one)
