"""A set-up of a go-eCharger that fails, or is given up: explained, and undone."""

from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_ADDRESS_CHOSEN
from custom_components.ocpp_cs.goe_setup import client as goe_client, setup as goe_setup
from custom_components.ocpp_cs.hub import Hub
from tests.goe.devices import answering, http, sets
from tests.integration.conftest import HOST, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    at,
    choices,
    fixture_goe,
    found,
    quick,
    seen,
    settings,
)
from tests.simulator.central import Central


async def test_what_was_put_back_is_read_when_it_is_tried_again(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    monkeypatch: pytest.MonkeyPatch,
    unused_tcp_port_factory: Any,
) -> None:
    """Although a charger thinks once a second, and the click comes sooner."""
    monkeypatch.setattr(
        goe_client, "TIMING", goe_client.SetUpTiming(settle=0.4, poll=0.02, wait=2.0)
    )
    one = await goe(time_factor=5)
    flow = await found(hass, setup_integration, one)
    await flow.go(**at(flow, port=unused_tcp_port_factory()))
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    assert await flow.choose("goe_again") == "goe_changes"
    assert "`ocppe`" in flow.said["changes"]


async def test_a_wrong_address_is_explained_and_another_one_chosen(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    port: int,
    unused_tcp_port_factory: Any,
) -> None:
    one = await goe()
    before = settings(one)
    wrong = unused_tcp_port_factory()
    flow = await found(hass, setup_integration, one)
    await flow.go(**at(flow, port=wrong))
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    assert flow.said["url"].startswith(f"ws://{HOST}:{wrong}/")
    assert "nothing listens at the port" in flow.said["reason"]
    assert "as it was before" in flow.said["reason"]
    assert "errno=111" in flow.said["words"]
    assert settings(one) == before
    assert not hub.central_system.charge_points
    # The same again, which is shown first.
    assert await flow.choose("goe_again") == "goe_changes"
    assert flow.said["url"].startswith(f"ws://{HOST}:{wrong}/")
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    # And then the right one.
    assert await flow.choose("goe_found") == "goe_found"
    await flow.go(**at(flow, port=port))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert CONF_ADDRESS_CHOSEN not in flow.result["data"]


async def test_a_server_that_is_not_this_one_is_noticed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.ocpp_cs.goe_setup.setup.ARRIVAL_WAIT", 0.1)
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    async with Central() as central:
        await flow.go(**at(flow, port=urlsplit(central.url).port))
        await flow.choose("goe_apply")
        assert await flow.wait() == "goe_failed"
    assert "not this Home Assistant" in flow.said["reason"]
    assert settings(one) == before


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404"), (401, "401"), (503, "no OCPP server")]
)
async def test_what_answers_instead_of_us_is_told(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    status: int,
    words: str,
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    async with answering("no", status) as address:
        await flow.go(**at(flow, port=int(address.rpartition(":")[2])))
        await flow.choose("goe_apply")
        assert await flow.wait() == "goe_failed"
    assert words in flow.said["reason"]


async def test_a_charger_that_goes_while_it_is_changed_is_told_of(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    address = http(one)
    await address.stop()
    await flow.choose("goe_apply")
    assert await flow.wait() == "goe_failed"
    assert "does not answer any more" in flow.said["reason"]
    # Its address may be another one by now.
    assert await flow.choose("goe_again") == "goe_address"
    assert flow.result["errors"] == {"host": "cannot_connect"}
    await address.start()
    assert await flow.go(host=f"127.0.0.1:{address.port}") == "goe_found"


@pytest.mark.parametrize("moment", ["goe_found", "goe_changes"])
async def test_who_only_looks_changes_nothing(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE, moment: str
) -> None:
    one = await goe()
    flow = await found(hass, setup_integration, one)
    if moment == "goe_changes":
        await flow.go(**choices(flow))
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    await hass.async_block_till_done()
    assert not sets(one)


async def test_who_stops_half_way_finds_the_charger_as_it_was(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    await flow.go(**choices(flow))
    await flow.choose("goe_apply")
    await seen(lambda: one.api.get("ocppe") is True)
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])
    await wait_for(hass, lambda: settings(one) == before)
    await wait_for(hass, lambda: not hub.central_system.charge_points)
    assert not setup_integration.subentries


async def test_who_stops_while_it_is_waited_for_finds_the_charger_as_it_was(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    """All was written by then, and the charger is at another server."""
    one = await goe()
    before = settings(one)
    flow = await found(hass, setup_integration, one)
    async with Central() as central:
        await flow.go(**at(flow, port=urlsplit(central.url).port))
        await flow.choose("goe_apply")
        setting_up = hass.config_entries.subentries._progress[
            flow.result["flow_id"]
        ]._goe.set_up
        # All is written; the flow is not done, so that nothing else ends.
        await seen(lambda: setting_up._backup is not None)
        hass.config_entries.subentries.async_abort(flow.result["flow_id"])
        await wait_for(hass, lambda: settings(one) == before)
    assert not hub.central_system.charge_points


def test_each_stage_is_reached_and_all_but_the_last_are_left() -> None:
    assert goe_setup._NEXT.keys() == set(goe_setup.Stage)
    reached = {stage for stages in goe_setup._NEXT.values() for stage in stages}
    assert reached == set(goe_setup.Stage)
    last = [stage for stage, following in goe_setup._NEXT.items() if not following]
    assert last == [goe_setup.Stage.ADDED]


async def test_a_set_up_goes_on_only_from_the_stage_before(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    flow = await found(hass, setup_integration, await goe())
    setting_up = hass.config_entries.subentries._progress[
        flow.result["flow_id"]
    ]._goe.set_up
    assert setting_up._stage is goe_setup.Stage.READ
    with pytest.raises(RuntimeError, match="from READ to CHANGED"):
        setting_up._move(goe_setup.Stage.CHANGED)
    assert setting_up.async_claim()
    # Whoever else tries it while it is claimed is told so.
    assert not setting_up.async_claim()
    setting_up.async_close()
    assert setting_up._stage is goe_setup.Stage.READ
    assert setting_up.async_claim()
    setting_up.async_close()
