"""Unknown cards that are refused again and again."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import (
    CONF_ID_TAG,
    CONF_TAG_POLICY,
    DOMAIN,
    SUBENTRY_ID_TAG,
    TAGS_EVERY,
    TAGS_KNOWN,
)
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.tags.unknown_cards import UnknownCards
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        charger_subentry("CP2", "Yard"),
        id_tag_subentry("KNOWN", "Anna", blocked=True),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {CONF_TAG_POLICY: TAGS_KNOWN}


@pytest.fixture
async def boxes(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> AsyncIterator[list[Wallbox]]:
    async with Wallbox(server_url) as one, Wallbox(server_url, "CP2") as two:
        await one.boot()
        await two.boot()
        yield [one, two]


async def present(
    hass: HomeAssistant, box: Wallbox, id_tag: str, times: int = 3
) -> str:
    """Show a card, several times; return what it is answered last."""
    for _ in range(times):
        answer = await box.call("Authorize", {"idTag": id_tag})
    await settle(hass)
    return str(answer["idTagInfo"]["status"])


async def test_a_card_is_offered_and_added(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    boxes: list[Wallbox],
    mend: Callable[[], Mending],
) -> None:
    """At whichever charger it was shown, and however that spells it."""
    one, two = boxes
    assert await present(hass, one, "ab12", times=2) == "Invalid"
    assert shown(hass) == []
    assert await present(hass, two, "AB12", times=1) == "Invalid"
    issue = await raised(hass, "unknown_tag")
    assert said(issue) == {"tag": "AB12", "charger": "Yard"}
    assert "ab12" not in issue.issue_id.lower()
    flow = mend()
    assert (await flow.start(issue))["menu_options"] == ["add", "ignore"]
    assert (await flow.go(next_step_id="add"))["step_id"] == "add"
    assert (await flow.go(name=" Ben "))["type"] == "create_entry"
    assert shown(hass) == []
    added = list(setup_integration.get_subentries_of_type(SUBENTRY_ID_TAG))[-1]
    assert (added.title, dict(added.data)) == ("Ben", {CONF_ID_TAG: "AB12"})
    assert await present(hass, one, "ab12", times=1) == "Accepted"


async def test_a_card_is_ignored(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    boxes: list[Wallbox],
    mend: Callable[[], Mending],
) -> None:
    """For good, and it keeps no other one from being shown."""
    await present(hass, boxes[0], "STRAY")
    issue = await raised(hass, "unknown_tag")
    flow = mend()
    await flow.start(issue)
    done = await flow.go(next_step_id="ignore")
    assert (done["type"], done["reason"]) == ("abort", "ignored")
    await present(hass, boxes[0], "STRAY")
    for number in range(5):
        await present(hass, boxes[0], f"OTHER{number}")
    ignored = [one for one in shown(hass) if one.dismissed_version is not None]
    assert [said(one)["tag"] for one in ignored] == ["STRAY"]
    others = [one for one in shown(hass) if one.dismissed_version is None]
    # The newest three.
    assert {said(one)["tag"] for one in others} == {"OTHER2", "OTHER3", "OTHER4"}


async def test_a_flood_of_cards_is_forgotten(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox]
) -> None:
    for number in range(60):
        await present(hass, boxes[0], f"N{number}", times=1)
    assert len(hub.part(UnknownCards)._refused) == 50
    assert shown(hass) == []


async def test_what_is_no_unknown_card(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox]
) -> None:
    """A known one, one that nobody can have, and none at all."""
    await present(hass, boxes[0], "KNOWN")
    await present(hass, boxes[0], "HomeAssistant")
    await present(hass, boxes[0], "x" * 256)
    await present(hass, boxes[0], "")
    assert shown(hass) == []


async def test_what_is_long_ago_does_not_count(
    hass: HomeAssistant,
    hub: Hub,
    boxes: list[Wallbox],
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(4):
        await present(hass, boxes[0], "RARE", times=1)
        freezer.tick(timedelta(minutes=31))
    assert not [one for one in shown(hass) if one.translation_key == "unknown_tag"]


@pytest.mark.parametrize("how", ["added", "every"])
async def test_it_goes_by_itself(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    boxes: list[Wallbox],
    how: str,
) -> None:
    """Also after the server was restarted."""
    entry = setup_integration
    await present(hass, boxes[0], "AB12")
    await raised(hass, "unknown_tag")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await raised(hass, "unknown_tag")
    if how == "added":
        entry.runtime_data.id_tags.async_add("ab12", "")
    else:
        hass.config_entries.async_update_entry(
            entry, options={CONF_TAG_POLICY: TAGS_EVERY}
        )
    await cleared(hass)


async def test_a_click_that_comes_too_late(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    boxes: list[Wallbox],
    mend: Callable[[], Mending],
) -> None:
    entry = setup_integration
    await present(hass, boxes[0], "AB12")
    issue = await raised(hass, "unknown_tag")
    flow, other = mend(), mend()
    for one in (flow, other):
        await one.start(issue)
        await one.go(next_step_id="add")
    # Somebody else was quicker: it is there, which is what was wanted.
    entry.runtime_data.id_tags.async_add("AB12", "Ben")
    assert (await flow.go(name="Carl"))["type"] == "create_entry"
    tags = [one.title for one in entry.get_subentries_of_type(SUBENTRY_ID_TAG)]
    assert tags == ["Anna", "Ben"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert (await other.go(name="Dora"))["reason"] == "not_running"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue.issue_id) is None
