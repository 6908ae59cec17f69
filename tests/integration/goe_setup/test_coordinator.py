"""What is read of a go-eCharger over HTTP, and what is mended or put back."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs.charging.fallback import Fallbacks
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.goe_setup.coordinator import INTERVAL, GoELink, GoELinks
from custom_components.ocpp_cs.hub import Hub
from tests.goe.devices import http, sets
from tests.integration.conftest import HOST, settled, wait_for
from tests.integration.helpers.control import SOLAR
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
from tests.integration.helpers.live_house import FUSED
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)


def link_of(hub: Hub) -> GoELink:
    """Return the HTTP side of the only charger."""
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    return link


def state(hass: HomeAssistant, key: str) -> str | None:
    """Return the state of a sensor."""
    found = hass.states.get(f"sensor.garage_{key}")
    return None if found is None else found.state


async def mended(mend: Mending, issue: ir.IssueEntry, hass: HomeAssistant) -> Any:
    """Click a repair through to its end."""
    result = await mend.start(issue)
    assert (result["type"], result["step_id"]) == ("form", "confirm")
    result = await mend.go()
    assert result["type"] == "progress"
    (flow,) = hass.data["repairs"]["flow_manager"]._progress.values()
    await wait_for(hass, flow._task.done)
    return await mend.look()


async def test_what_ocpp_does_not_tell_is_shown(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    one = await goe()
    await set_up(hass, setup_integration, one)
    await wait_for(
        hass, lambda: state(hass, "charging_reason") not in (None, "unavailable")
    )
    assert state(hass, "ocpp_error") == "none"
    assert state(hass, "installed_default_profiles") == "0"
    assert int(state(hass, "wi_fi_signal") or 0) < 0
    assert state(hass, "restarts") is not None
    one.api.values["frc"] = 1
    await link_of(hub).async_refresh()
    assert state(hass, "charging_reason") == "force_state_off"
    # They do not need OCPP, but HTTP.
    await one.link.hang_up()
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    assert state(hass, "charging_reason") == "force_state_off"
    await http(one).stop()
    await link_of(hub).async_refresh()
    await wait_for(hass, lambda: state(hass, "charging_reason") == "unavailable")


async def test_rare_ones_are_disabled(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    entity_registry: er.EntityRegistry,
) -> None:
    await set_up(hass, setup_integration, await goe())
    disabled = {
        one.unique_id
        for one in entity_registry.entities.values()
        if one.disabled_by is not None
    }
    for key in ("wifi_signal", "reboot_count", "default_profiles", "session_profiles"):
        assert f"{SERIAL}/{key}" in disabled
    for key in ("charging_reason", "ocpp_error"):
        assert f"{SERIAL}/{key}" not in disabled


async def test_what_did_not_change_is_not_written(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    await wait_for(
        hass, lambda: state(hass, "charging_reason") not in (None, "unavailable")
    )
    await link_of(hub).async_refresh()
    reports = {
        key: hass.states.get(f"sensor.garage_{key}").last_reported
        for key in ("charging_reason", "ocpp_error")
    }
    one.api.values["frc"] = 1
    await link_of(hub).async_refresh()
    assert state(hass, "charging_reason") == "force_state_off"
    error = hass.states.get("sensor.garage_ocpp_error")
    assert error.last_reported == reports["ocpp_error"]


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_charger_without_an_address_has_no_such_sensors(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, charger: Any
) -> None:
    await charger("CP1")
    (one,) = hub.chargers.values()
    assert hub.part(GoELinks).of(one) is None
    assert not [s for s in hass.states.async_entity_ids() if "charging_reason" in s]


async def test_it_is_read_once_a_minute_and_never_written(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    await wait_for(
        hass, lambda: state(hass, "charging_reason") not in (None, "unavailable")
    )
    written, asked = len(sets(one)), len(http(one).requests)
    async_fire_time_changed(hass, dt_util.utcnow() + INTERVAL * 1.1)
    await wait_for(hass, lambda: len(http(one).requests) > asked)
    assert len(sets(one)) == written
    # All is well, so that it might be safer.
    await raised(hass, "secret_only")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ocppe": "false"}, "goe_ocpp_off"),
        ({"ocppu": '"ws://127.0.0.1:9/elsewhere"'}, "goe_elsewhere"),
        (
            {
                "ocppu": '"ws://anna:hunter22@127.0.0.1:9/Zm9vYmFyLWJhel9xdXV4QQ/elsewhere"'
            },
            "goe_elsewhere",
        ),
    ],
)
async def test_a_charger_that_went_elsewhere_is_fetched_back(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
    change: dict[str, str],
    kind: str,
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    before = dict(setup_integration.subentries[subentry_id].data["backup"]["before"])
    (charger,) = hub.chargers.values()
    assert not shown(hass)
    one.api.set(change)
    await wait_for(hass, lambda: not charger.charge_point.connected)
    await link_of(hub).async_refresh()
    issue = await raised(hass, kind)
    assert said(issue)["charger"] == "Garage"
    if kind == "goe_elsewhere":
        assert said(issue)["found"] in {
            "`ws://127.0.0.1:9/elsewhere`",
            "`ws://***@127.0.0.1:9/***/elsewhere`",
        }
    result = await mended(mend(), issue, hass)
    assert result["type"] == "create_entry"
    await cleared(hass)
    await settled(hass, one)
    assert charger.charge_point.connected
    # What was there before us is still known.
    assert setup_integration.subentries[subentry_id].data["backup"]["before"] == before


async def test_the_address_of_home_assistant_changed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    mend: Callable[[], Mending],
    unused_tcp_port_factory: Any,
) -> None:
    entry = setup_integration
    one = await goe()
    subentry_id = await set_up(hass, entry, one)
    new = unused_tcp_port_factory()
    hass.config_entries.async_update_entry(entry, data={"host": HOST, "port": new})
    issue = await raised(hass, "goe_address_changed")
    url = f"ws://{HOST}:{new}/{entry.subentries[subentry_id].data['path_secret']}/{SERIAL}"
    # Everybody sees a repair.
    assert said(issue)["expected"] == f"`ws://{HOST}:{new}/***/{SERIAL}`"
    secret = entry.subentries[subentry_id].data["path_secret"]
    assert secret in url
    assert secret not in str([said(one) for one in shown(hass)])
    result = await mended(mend(), issue, hass)
    assert result["type"] == "create_entry"
    await cleared(hass)
    assert one.api.get("ocppu") == url
    backup = entry.subentries[subentry_id].data["backup"]
    assert backup["url"] == url
    await settled(hass, one)


async def test_an_address_that_the_user_chose_is_the_users(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    port: int,
) -> None:
    """Such as that of a proxy, of which Home Assistant knows nothing."""
    one = await goe()
    flow = await add_charger(hass, setup_integration)
    await flow.choose("goe_address")
    await flow.go(host=host_of(one))
    chosen = {"address": "localhost", "port": port}
    await flow.go(**choices(flow, server=chosen))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    assert flow.result["data"]["address_chosen"] is True
    secret = flow.result["data"]["path_secret"]
    assert one.api.get("ocppu") == f"ws://localhost:{port}/{secret}/{SERIAL}"
    await one.link.hang_up()
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    await link_of(hub).async_refresh()
    assert not shown(hass)


async def test_a_repair_that_fails_says_why_and_stays(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    one.api.set({"ocppe": "false"})
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    await link_of(hub).async_refresh()
    issue = await raised(hass, "goe_ocpp_off")
    await http(one).stop()
    result = await mended(mend(), issue, hass)
    assert (result["type"], result["reason"]) == ("abort", "failed")
    assert "does not answer any more" in result["description_placeholders"]["reason"]
    assert shown(hass) == [issue]


async def test_the_api_was_switched_off(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    one.api.values["hai"] = False
    await link_of(hub).async_refresh()
    issue = await raised(hass, "goe_api_off")
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "address"
    assert (await flow.go())["errors"] == {"base": "api_off"}
    one.api.values["hai"] = True
    assert (await flow.go())["type"] == "create_entry"
    await cleared(hass)


async def test_a_token_was_set(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    http(one).token = "secret"
    await link_of(hub).async_refresh()
    issue = await raised(hass, "goe_token")
    flow = mend()
    await flow.start(issue)
    assert (await flow.go(token="other"))["errors"] == {"token": "token_wrong"}
    assert (await flow.go(token="secret"))["type"] == "create_entry"
    await cleared(hass)
    assert setup_integration.subentries[subentry_id].data["token"] == "secret"


async def test_the_charger_has_another_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    stranger = await goe(serial="999999")
    server = http(one)
    await server.stop()
    await link_of(hub).async_refresh()
    issue = await raised(hass, "goe_host_gone")
    server._port = 0
    await server.start()
    flow = mend()
    await flow.start(issue)
    result = await flow.go(host=host_of(stranger))
    assert result["errors"] == {"host": "other_charger"}
    assert (await flow.go(host="?"))["errors"] == {"host": "invalid_host"}
    assert (await flow.go(host=host_of(one)))["type"] == "create_entry"
    await cleared(hass)
    assert setup_integration.subentries[subentry_id].data["host"] == host_of(one)


async def test_another_device_has_its_address(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    stranger = await goe(serial="999999")
    subentry = setup_integration.subentries[subentry_id]
    hass.config_entries.async_update_subentry(
        setup_integration, subentry, data={**subentry.data, "host": host_of(stranger)}
    )
    issue = await raised(hass, "goe_other_device")
    assert said(issue)["found"] == "`999999`"
    assert state(hass, "charging_reason") is not None


async def test_diagnostics_hold_no_credentials_and_no_addresses(
    hass: HomeAssistant, setup_integration: MockConfigEntry, goe: AddGoE
) -> None:
    one = await goe()
    # What it was connected to before is in what is kept.
    one.api.values["ocppu"] = "ws://anna:hunter22@backend.example:8080/ocpp"
    subentry_id = await set_up(hass, setup_integration, one)
    subentry = setup_integration.subentries[subentry_id]
    assert "hunter22" in str(subentry.data["backup"])
    hass.config_entries.async_update_subentry(
        setup_integration, subentry, data={**subentry.data, "token": "open-sesame"}
    )
    told = str(await async_get_config_entry_diagnostics(hass, setup_integration))
    assert "backup" in told
    for secret in ("hunter22", "anna", "backend.example", "open-sesame", SERIAL):
        assert secret not in told


# A shared fuse ---------------------------------------------------------------------


def of_kind(hass: HomeAssistant, kind: str) -> ir.IssueEntry | None:
    """Return the repair of a kind, if there is one."""
    return next((one for one in shown(hass) if one.translation_key == kind), None)


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED, "fuse": 12}}])
async def test_its_own_fall_back_becomes_its_share_of_the_fuse(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
) -> None:
    one = await goe()
    subentry_id = await set_up(hass, setup_integration, one)
    backup = setup_integration.subentries[subentry_id].data["backup"]
    assert one.api.get("ocppf") == 6
    (charger,) = hub.chargers.values()
    await link_of(hub).async_refresh()
    fallbacks = hub.part(Fallbacks)
    # In manual mode its limit is its user's.
    fallbacks.async_minute_passed()
    assert of_kind(hass, "goe_fallback") is None
    connector = charger.charge_point.connector(1)
    hub.charge_control.async_set_mode(charger, connector, "fast")
    fallbacks.async_minute_passed()
    issue = of_kind(hass, "goe_fallback")
    assert issue is not None
    # Half of 12 A is the house's as long as nobody knows it: no car can have the rest.
    assert said(issue)["share"] == "0"
    assert of_kind(hass, "fuse_unprotected") is None
    # The charger may not want to.
    http(one).busy = True
    flow = mend()
    result = await flow.start(issue)
    assert (result["type"], result["step_id"]) == ("form", "confirm")
    result = await flow.go()
    assert result["errors"] == {"base": "busy"}
    http(one).busy = False
    result = await flow.go()
    assert result["type"] == "create_entry"
    assert one.api.get("ocppf") == 0
    fallbacks.async_minute_passed()
    assert of_kind(hass, "goe_fallback") is None
    # It goes back with all other settings to what it was before.
    after = setup_integration.subentries[subentry_id].data["backup"]
    assert after["before"] == backup["before"]
    assert after["ours"] == {**backup["ours"], "ocppf": 0}
