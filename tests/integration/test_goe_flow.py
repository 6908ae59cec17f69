"""A go-eCharger is set up from its address."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub

from .conftest import HOST, settled, wait_for
from .helpers_goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    add_charger,
    choices,
    fixture_goe,
    host_of,
    quick,
)


async def test_a_charger_is_set_up_from_its_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    port: int,
) -> None:
    one = await goe()
    before = {key: one.api.get(key) for key in ("ocppu", "ocppe", "ocppf", "acs")}
    flow = await add_charger(hass, setup_integration)
    assert await flow.choose("goe_address") == "goe_address"
    assert await flow.go(host=f" http://{host_of(one)}/ ") == "goe_found"
    assert flow.said["model"] == "go-eCharger_V4"
    assert flow.said["serial"] == SERIAL
    assert flow.said["firmware"] == "59.4"
    assert flow.said["warning"] == ""
    offered = choices(flow)
    assert offered == {
        "name": f"go-eCharger {SERIAL}",
        "access": "plug",
        "away": "slow",
        "server": {"address": HOST, "port": port},
    }
    assert await flow.go(**offered | {"name": "Garage"}) == "goe_changes"
    url = f"ws://{HOST}:{port}/{SERIAL}"
    assert flow.said["url"] == url
    assert f"(`ocppu`) | – | `{url}` |" in flow.said["changes"]
    # Nothing was changed so far.
    assert before == {key: one.api.get(key) for key in before}

    assert await flow.choose("goe_apply") == "goe_apply"
    assert await flow.wait() == "created"
    assert flow.result["title"] == "Garage"
    (subentry,) = setup_integration.subentries.values()
    assert subentry.unique_id == SERIAL
    assert subentry.data["host"] == host_of(one)
    assert subentry.data["backup"]["before"]["ocppu"] == before["ocppu"]
    await settled(hass, one)
    (charger,) = hub.chargers.values()
    assert charger.charge_point.connected
    assert charger.charge_point.connections == 1
    assert one.api.get("ocppu") == url
    assert (await wait_for(hass, lambda: hass.states.get("sensor.garage_status"))).state
