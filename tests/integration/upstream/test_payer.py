"""Who pays for a session: the select, and the repair of two that would."""

from types import MappingProxyType
from typing import Any

from homeassistant.components.select import (
    ATTR_OPTION,
    ATTR_OPTIONS,
    DOMAIN as SELECT,
    SERVICE_SELECT_OPTION,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_UPSTREAM
from simulator import Generic
from tests.csms.upstream.backend import Backend
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for

UNIQUE_ID = "BOX/1/payer"


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [
        charger_subentry("BOX", "Garage", connectors=1),
        id_tag_subentry("HOME", "Anna"),
    ]


def add(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, url: str, **more: Any
) -> ConfigSubentry:
    """Add a backend that pays."""
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {"url": url, "version": "1.6", "chargers": ["BOX"], "pays": True, **more}
        ),
        subentry_type=SUBENTRY_UPSTREAM,
        title=name,
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    return subentry


def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry, **data: Any
) -> None:
    """Change a backend."""
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **data}
    )


def entity_id(hass: HomeAssistant) -> str | None:
    """Return the id of the select."""
    return er.async_get(hass).async_get_entity_id(SELECT, DOMAIN, UNIQUE_ID)


def state(hass: HomeAssistant) -> Any:
    """Return the state of the select."""
    found = entity_id(hass)
    return None if found is None else hass.states.get(found)


async def choose(hass: HomeAssistant, option: str) -> None:
    """Choose an option."""
    await hass.services.async_call(
        SELECT,
        SERVICE_SELECT_OPTION,
        {ATTR_ENTITY_ID: entity_id(hass), ATTR_OPTION: option},
        blocking=True,
    )
    await hass.async_block_till_done()


async def test_the_select_exists_only_where_a_backend_pays(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    entry = setup_integration
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await hass.async_block_till_done()
        assert entity_id(hass) is None
        fleet = add(hass, entry, "Fleet", "ws://127.0.0.1:1", pays=False)
        await hass.async_block_till_done()
        assert entity_id(hass) is None
        change(hass, entry, fleet, pays=True)
        await wait_for(hass, lambda: state(hass))
        assert state(hass).state == "automatic"
        assert state(hass).attributes[ATTR_OPTIONS] == ["automatic", "private", "Fleet"]
        # Names that are taken get a number.
        add(hass, entry, "Fleet", "ws://127.0.0.1:1")
        private = add(hass, entry, "private", "ws://127.0.0.1:1")
        await wait_for(hass, lambda: len(state(hass).attributes[ATTR_OPTIONS]) == 5)
        assert state(hass).attributes[ATTR_OPTIONS][2:] == [
            "Fleet",
            "Fleet (2)",
            "private (2)",
        ]
        await choose(hass, "private (2)")
        assert state(hass).state == "private (2)"
        hass.config_entries.async_remove_subentry(entry, private.subentry_id)
        await wait_for(hass, lambda: state(hass).state == "automatic")
        for subentry in list(entry.get_subentries_of_type(SUBENTRY_UPSTREAM)):
            hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        await wait_for(hass, lambda: entity_id(hass) is None)
        add(hass, entry, "Fleet", "ws://127.0.0.1:1")
        await wait_for(hass, lambda: state(hass))


async def test_the_choice_decides_a_session_and_is_kept_over_a_restart(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    entry = setup_integration
    async with Backend() as fleet:
        fleet.answers["StartTransaction"] = {
            "transactionId": 5,
            "idTagInfo": {"status": "Accepted"},
        }
        subentry = add(hass, entry, "Fleet", fleet.url, default_tag="CAR")
        await wait_for(hass, lambda: fleet.told("BootNotification"))
        await wait_for(hass, lambda: state(hass))
        await choose(hass, "private")
        assert await hass.config_entries.async_reload(entry.entry_id)
        await wait_for(hass, lambda: state(hass) and state(hass).state == "private")
        hub = entry.runtime_data
        async with Generic(server_url, "BOX") as charger:
            await charger.wait_idle()
            await charger.plug(1)
            charger.start_transaction(charger.connector(1), "HOME")
            ledger = hub.central_system.charge_points["BOX"].ledger
            await wait_for(
                hass,
                lambda: (
                    (found := ledger.running("BOX"))
                    and found[0].details.payer == "private"
                ),
            )
            assert not fleet.told("StartTransaction")
            await choose(hass, "Fleet")
            assert ledger.running("BOX")[0].details.payer == subentry.subentry_id
            await wait_for(hass, lambda: fleet.told("StartTransaction"))
            with pytest.raises(HomeAssistantError) as caught:
                await choose(hass, "private")
            assert caught.value.translation_key == "payer_knows"
            assert caught.value.translation_placeholders == {
                "name": "Garage",
                "backend": "Fleet",
            }
            assert state(hass).state == "Fleet"


async def test_a_company_card_is_asked_at_the_backend(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    async with Backend() as fleet:
        fleet.answers["Authorize"] = {"idTagInfo": {"status": "Accepted"}}
        add(
            hass,
            setup_integration,
            "Fleet",
            fleet.url,
            roles=["authorize"],
            tags=["COMPANY"],
            sessions="own",
        )
        upstreams = setup_integration.runtime_data.backends.upstreams
        await wait_for(
            hass, lambda: all(one.connected for one in upstreams.stations.values())
        )
        async with Generic(server_url, "BOX") as charger:
            await charger.wait_idle()
            assert await charger.authorize("COMPANY") == "Accepted"
            # The owner has entered a card, so that others are refused.
            assert await charger.authorize("OTHER") == "Invalid"
            assert await charger.authorize("HOME") == "Accepted"
        assert fleet.told("Authorize") == [{"idTag": "COMPANY"}]


async def test_two_that_would_bill_the_same_sessions_are_a_repair(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration

    def issues() -> list[ir.IssueEntry]:
        return [
            one
            for one in ir.async_get(hass).issues.values()
            if one.translation_key == "two_payers"
        ]

    first = add(hass, entry, "Fleet", "ws://127.0.0.1:1")
    await hass.async_block_till_done()
    assert not issues()
    second = add(hass, entry, "Roaming", "ws://127.0.0.1:1")
    await hass.async_block_till_done()
    (issue,) = issues()
    assert issue.translation_placeholders == {
        "first": "Fleet",
        "second": "Roaming",
        "chargers": "Garage",
    }
    change(hass, entry, second, sessions="own", tags=["A"])
    await hass.async_block_till_done()
    assert not issues()
    change(hass, entry, first, sessions="own", tags=["a"])
    await hass.async_block_till_done()
    assert len(issues()) == 1
    hass.config_entries.async_remove_subentry(entry, second.subentry_id)
    await hass.async_block_till_done()
    assert not issues()
