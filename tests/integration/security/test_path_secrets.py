"""The secret in the address of a charger: who gets one, who comes with it, who has to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_CHARGER
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
    fixture_goe,
    host_of,
    quick,
    set_up,
)
from tests.integration.helpers.reconfigure import open_settings
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)

from .test_access import connected, refused

pytestmark = pytest.mark.usefixtures("socket_enabled")

SECRET = "Zm9vYmFyLWJhel9xdXV4QQ"
OTHER = "b3RoZXItc2VjcmV0LWhlcg"


async def tick(hass: HomeAssistant) -> None:
    """Let a minute pass."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done()


def kinds(hass: HomeAssistant) -> set[str | None]:
    """Return the kinds of repairs there are."""
    return {issue.translation_key for issue in shown(hass)}


# An entry from before.


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_what_was_there_goes_on_unchanged(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
) -> None:
    """No secret, every address, whatever stands before the id; over a reload, too."""
    data = {id_: dict(one.data) for id_, one in setup_integration.subentries.items()}
    assert "path_secret" not in str(data)
    one = await charger("CP1", f"{server_url}any/prefix/")
    assert hub.chargers
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await settled(hass, one)
    await wait_for(hass, lambda: one.accepted)
    (subentry,) = setup_integration.subentries.values()
    assert "path_secret" not in subentry.data
    assert not setup_integration.options
    hub = setup_integration.runtime_data
    (adopted,) = hub.chargers.values()
    await wait_for(hass, lambda: adopted.charge_point.connected)
    assert not adopted.charge_point.came_with_secret
    assert adopted.charge_point.settings.id_tag == "HomeAssistant"


# Without it.


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP 1", "Garage", path_secret=SECRET)]]
)
@pytest.mark.parametrize("prefix", ["", "ocpp/", f"{OTHER}/"])
async def test_who_comes_without_is_offered_the_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    server_url: str,
    mend: Callable[[], Mending],
    prefix: str,
) -> None:
    one = await charger("CP 1", f"{server_url}{prefix}")
    assert not shown(hass)
    await tick(hass)
    issue = await raised(hass, "secret_missing")
    assert said(issue)["charger"] == "Garage"
    flow = mend()
    assert (await flow.start(issue))["menu_options"] == ["enter", "ignore"]
    result = await flow.go(next_step_id="enter")
    assert result["step_id"] == "enter"
    url = result["description_placeholders"]["url"]
    assert url == f"{server_url}{SECRET}/CP%201"
    # Not yet done.
    result = await flow.go()
    assert (result["type"], result["reason"]) == ("abort", "waiting")
    assert kinds(hass) == {"secret_missing"}
    await one.stop()
    await charger("CP 1", f"{server_url}{SECRET}/")
    await wait_for(hass, lambda: "secret_missing" not in kinds(hass))


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
async def test_one_from_before_gets_its_secret_when_it_is_shown(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    one = await charger("CP1")
    await tick(hass)
    issue = await raised(hass, "secret_missing")
    (subentry,) = setup_integration.subentries.values()
    assert "path_secret" not in subentry.data
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="enter")
    secret = subentry.data["path_secret"]
    url = result["description_placeholders"]["url"]
    assert url == f"{server_url}{secret}/CP1"
    # The connection stays, and the same is shown next time, in the form as well.
    assert one.accepted
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="enter")
    assert result["description_placeholders"]["url"] == url
    manager = hass.config_entries.subentries
    form = Flow(hass, manager, f"config_subentries.{SUBENTRY_CHARGER}")
    await form.take(await open_settings(hass, setup_integration, subentry))
    assert form.said["url"] == url


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
async def test_who_does_not_want_it_ignores_it(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    mend: Callable[[], Mending],
) -> None:
    one = await charger("CP1")
    await tick(hass)
    issue = await raised(hass, "secret_missing")
    registry = ir.async_get(hass)
    flow = mend()
    await flow.start(issue)
    result = await flow.go(next_step_id="ignore")
    assert (result["type"], result["reason"]) == ("abort", "ignored")
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await wait_for(hass, lambda: one.accepted)
    await settled(hass, one)
    await tick(hass)
    again = registry.async_get_issue(DOMAIN, issue.issue_id)
    assert again is not None
    assert again.dismissed_version is not None


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", path_secret=SECRET)]]
)
@pytest.mark.parametrize("options", [{}, {"secret_only": True}])
async def test_a_secret_that_others_know_is_renewed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
) -> None:
    await charger("CP1", f"{server_url}{SECRET}/")
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.came_with_secret
    manager = hass.config_entries.subentries
    form = Flow(hass, manager, f"config_subentries.{SUBENTRY_CHARGER}")
    await form.take(await open_settings(hass, setup_integration, adopted.subentry))
    assert await form.go(name="Garage", new_secret=True) == "abort:secret_renewed"
    await hass.async_block_till_done()
    secret = adopted.subentry.data["path_secret"]
    assert secret != SECRET
    assert form.said["url"] == f"{server_url}{secret}/CP1"
    assert "new_secret" not in adopted.subentry.data
    # There is time to enter it.
    assert adopted.charge_point.connected
    assert not adopted.charge_point.came_with_secret


# With it: the offer, and the option.


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry("CP1", path_secret=SECRET),
            charger_subentry("CP2", path_secret=OTHER),
        ]
    ],
)
async def test_once_all_came_with_it_it_may_be_needed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    entry = setup_integration
    first = await charger("CP1", f"{server_url}{SECRET}/")
    await tick(hass)
    # The other one was not here so far.
    assert not shown(hass)
    await first.stop()
    await charger("CP2", f"{server_url}{OTHER}/")
    # It is known of the first one that it did, over a reload as well.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await tick(hass)
    issue = await raised(hass, "secret_only")
    assert "secret_only" not in entry.options
    flow = mend()
    assert (await flow.start(issue))["menu_options"] == ["confirm", "ignore"]
    assert (await flow.go(next_step_id="confirm"))["step_id"] == "confirm"
    assert (await flow.go())["type"] == "create_entry"
    assert entry.options["secret_only"] is True
    await tick(hass)
    assert not shown(hass)
    assert entry.runtime_data.central_system.secret_needed
    assert await refused(f"{server_url}CP1") == 404
    assert await refused(f"{server_url}NEW") == 404
    # After a restart as well.
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert await refused(f"{server_url}{OTHER}/CP1") == 404
    async with connected(f"{server_url}{SECRET}/CP1"):
        pass


SECRET_ONLY = {"secret_only": True}


@pytest.mark.parametrize("options", [SECRET_ONLY])
@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", path_secret=SECRET)]]
)
async def test_who_is_refused_for_it_is_told_what_to_enter(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
    mend: Callable[[], Mending],
) -> None:
    assert await refused(f"{server_url}ocpp/CP1") == 404
    issue = await raised(hass, "secret_refused")
    assert said(issue)["charger"] == "Garage"
    assert said(issue)["remote"] == "127.0.0.2"
    flow = mend()
    result = await flow.start(issue)
    assert result["menu_options"] == ["enter", "let_in"]
    result = await flow.go(next_step_id="enter")
    assert result["description_placeholders"]["url"] == f"{server_url}{SECRET}/CP1"
    assert (await flow.go())["reason"] == "waiting"
    # Or it gets in for a while, to be told by other means.
    flow = mend()
    await flow.start(issue)
    assert (await flow.go(next_step_id="let_in"))["step_id"] == "let_in"
    assert (await flow.go())["type"] == "create_entry"
    one = await charger("CP1")
    (adopted,) = hub.chargers.values()
    hub.central_system.open_id("CP1", 0)
    await wait_for(hass, lambda: not adopted.charge_point.connected)
    await raised(hass, "secret_refused")
    await one.stop()
    await charger("CP1", f"{server_url}{SECRET}/")
    await wait_for(hass, lambda: "secret_refused" not in kinds(hass))


@pytest.mark.parametrize("unknown", ["ask", "refuse"])
@pytest.mark.parametrize("options", [SECRET_ONLY])
async def test_a_new_charger_is_let_in_by_a_click_and_offered(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
    mend: Callable[[], Mending],
    unknown: str,
) -> None:
    hass.config_entries.async_update_entry(
        setup_integration, options={**SECRET_ONLY, "unknown": unknown}
    )
    await hass.async_block_till_done()
    for _ in range(2):
        assert await refused(f"{server_url}NEW") == 404
    issue = await raised(hass, "secret_refused")
    assert said(issue)["id"] == "NEW"
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "let_in"
    assert (await flow.go())["type"] == "create_entry"
    one = await charger("NEW", accepted=False)
    (card,) = await wait_for(hass, lambda: cards(hass))
    manager = hass.config_entries.flow
    result = await manager.async_configure(card["flow_id"])
    url = result["description_placeholders"]["url"]
    await manager.async_configure(card["flow_id"], {"name": "New"})
    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert url == f"{server_url}{subentry.data['path_secret']}/NEW"
    await one.stop()
    await charger("NEW", url.removesuffix("NEW"))
    # Without, it gets in for a while after it was added, and not any longer.
    hub.central_system.open_id("NEW", 0)
    await wait_for(hass, lambda: not hub.central_system.is_open("NEW"))
    assert await refused(f"{server_url}NEW") == 404


@pytest.mark.parametrize("options", [SECRET_ONLY])
async def test_a_charger_that_is_added_by_hand_may_come_without_for_a_while(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    charger: AddCharger,
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("manual")
    url = flow.said["url"]
    assert await flow.go(charge_point_id="CP1", name="Garage") == "connect"
    await hass.async_block_till_done()
    one = await charger("CP1")
    await one.stop()
    await charger("CP1", url)
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.came_with_secret


@pytest.mark.parametrize("options", [{}, SECRET_ONLY, {"unknown": "refuse"}])
async def test_the_wizard_knows_its_charger_by_the_secret(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    options: dict[str, Any],
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("vendor")
    # It appends an id that nobody knows beforehand.
    await flow.go(vendor="other")
    url = flow.said["url"]
    one = await charger("SOMETHING", url, accepted=False)
    assert await flow.wait() == "connected"
    assert await flow.go(name="Hof") == "created"
    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert subentry.unique_id == "SOMETHING"
    assert subentry.data["path_secret"] in url
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.came_with_secret


async def test_the_wizard_is_not_surprised_by_another_id_with_its_secret(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("vendor")
    await flow.go(vendor="other", charge_point_id="CP1")
    url = flow.said["url"].removesuffix("CP1")
    await charger("CP1-0001", url, accepted=False)
    assert await flow.wait() == "connected"
    assert flow.said["id"] == "CP1-0001"


@pytest.mark.parametrize("options", [SECRET_ONLY])
async def test_the_wizard_tells_of_one_without(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("vendor")
    await flow.go(vendor="other")
    assert await refused(f"{server_url}NEW") == 404
    manager = hass.config_entries.subentries
    await wait_for(
        hass,
        lambda: (
            manager._progress[flow.result["flow_id"]].cur_step["progress_action"]
            == "connect_no_secret"
        ),
    )
    await flow.take(await manager.async_configure(flow.result["flow_id"]))
    hass.config_entries.subentries.async_abort(flow.result["flow_id"])


# Nobody else is told.


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", path_secret=SECRET)]]
)
async def test_diagnostics_do_not_hold_it(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    charger: AddCharger,
    server_url: str,
) -> None:
    """Not even where the charger itself repeats it, as in its configuration."""
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    one = await charger("CP1", f"{server_url}{SECRET}/")
    await one.send(
        "DataTransfer",
        {"vendorId": "x", "data": f"backend {SECRET} and ws://h/{SECRET}/CP1"},
    )
    hass.config_entries.async_update_entry(
        setup_integration,
        options={"allowed": "any", "allowed_addresses": ["203.0.113.9"]},
    )
    told = str(
        await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    )
    assert "DataTransfer" in told
    assert SECRET not in told
    assert "203.0.113.9" not in told


# go-e.


async def test_a_goe_gets_it_by_itself(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, goe: AddGoE
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    (subentry,) = setup_integration.subentries.values()
    secret = subentry.data["path_secret"]
    assert f"/{secret}/{SERIAL}" in str(one.api.get("ocppu"))
    (charger,) = hub.chargers.values()
    assert charger.charge_point.came_with_secret


async def test_a_goe_from_before_gets_it_by_one_click(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
    server_url: str,
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    (charger,) = hub.chargers.values()
    old_url = f"{server_url}{SERIAL}"
    # As it was left by the version before.
    data = dict(charger.subentry.data)
    del data["path_secret"]
    backup = data["backup"]
    data["backup"] = {
        **backup,
        "url": old_url,
        "ours": {**backup["ours"], "ocppu": old_url},
    }
    hass.config_entries.async_update_subentry(
        setup_integration, charger.subentry, data=data
    )
    one.api.set({"ocppu": f'"{old_url}"'})
    await wait_for(
        hass,
        lambda: (
            charger.charge_point.connected
            and not charger.charge_point.came_to(backup["url"].split("/")[3])
        ),
    )
    await settled(hass, one)
    await tick(hass)
    issue = await raised(hass, "secret_missing")
    flow = mend()
    assert (await flow.start(issue))["menu_options"] == ["confirm", "ignore"]
    result = await flow.go(next_step_id="confirm")
    assert result["step_id"] == "confirm"
    secret = charger.subentry.data["path_secret"]
    result = await flow.go()
    assert result["type"] == "progress"
    await wait_for(hass, lambda: charger.charge_point.came_with_secret)
    for _ in range(100):
        if result["type"] != "progress":
            break
        result = await flow.look()
        await hass.async_block_till_done()
    assert result["type"] == "create_entry"
    assert one.api.get("ocppu") == f"{server_url}{secret}/{SERIAL}"
    assert charger.subentry.data["backup"]["url"] == one.api.get("ocppu")


@pytest.mark.parametrize("prefix", ["", f"{'x' * 22}/"])
async def test_an_older_address_of_a_goe_is_no_drift(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    server_url: str,
    prefix: str,
) -> None:
    """It is away, so that its settings are looked at."""
    one = await goe()
    await set_up(hass, setup_integration, one)
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    one.api.set({"ocppu": f'"{server_url}{prefix}{SERIAL}"'})
    await hub.central_system._server.stop()
    await wait_for(hass, lambda: not charger.charge_point.connected)
    await link.async_refresh()
    assert link.last_update_success
    assert not shown(hass)
    one.api.set({"ocppu": f'"{server_url}{prefix}OTHER"'})
    await link.async_refresh()
    await raised(hass, "goe_elsewhere")


@pytest.mark.parametrize("options", [SECRET_ONLY])
async def test_a_goe_that_is_refused_for_it_gets_it_by_one_click(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
    mend: Callable[[], Mending],
    server_url: str,
) -> None:
    one = await goe()
    await set_up(hass, setup_integration, one)
    (charger,) = hub.chargers.values()
    hub.central_system.open_id(SERIAL, 0)
    await wait_for(hass, lambda: not hub.central_system.is_open(SERIAL))
    one.api.set({"ocppu": f'"{server_url}{SERIAL}"'})
    await wait_for(hass, lambda: kinds(hass) == {"secret_refused"})
    assert not charger.charge_point.connected
    (issue,) = shown(hass)
    flow = mend()
    result = await flow.start(issue)
    assert result["menu_options"] == ["confirm", "let_in"]
    assert (await flow.go(next_step_id="confirm"))["step_id"] == "confirm"
    result = await flow.go()
    await wait_for(hass, lambda: charger.charge_point.came_with_secret)
    await cleared(hass)
