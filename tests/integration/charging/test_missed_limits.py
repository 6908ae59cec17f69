"""Sessions without the limit that they were started with, from the charger to a repair."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Evc5
from tests.integration.conftest import charger_subentry, settled, wait_for
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.makes import (  # noqa: F401 - pytest looks for fixtures here
    TEN_AMPERES,
    TIMES,
    Connect,
    act,
    fixture_connect,
)
from tests.integration.helpers.repairs import cleared, raised, said, shown


class NoTxProfile(Evc5):
    """Takes no profile of a transaction."""

    def refuse_tx_profile(self, number: int, profile: Any) -> str | None:
        return "not that"


async def started(hass: HomeAssistant, hub: Hub, evc5: Any, number: int = 2) -> None:
    """Start a session with a limit, which the charger gets to know too late."""
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: charger.charge_point.ready)
    await settled(hass, evc5)
    answer = await act(
        hass,
        hub,
        "remote_start_transaction",
        connector_id=number,
        charging_profile=TEN_AMPERES,
    )
    assert answer == {"status": "accepted", "charging_profile": "follows"}
    assert not shown(hass)
    await evc5.plug(number, Car(soc=40))


@pytest.mark.parametrize("subentries", [[charger_subentry("E1", "Garage")]])
@pytest.mark.parametrize("end", ["limit", "stop", "another"])
@pytest.mark.parametrize("how", ["refused", "error"])
async def test_a_session_without_its_limit_is_told(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    connect: Connect,
    end: str,
    how: str,
) -> None:
    make = NoTxProfile if how == "refused" else Evc5
    evc5 = await connect(make(server_url, "E1", **TIMES))
    if how == "error":
        evc5.not_implemented = evc5.not_implemented | {"SetChargingProfile"}
    await started(hass, hub, evc5)
    issue = await raised(hass, "limit_of_start_missed")
    placeholders = said(issue)
    error = placeholders.pop("error")
    assert placeholders == {"charger": "Garage", "connector": "2"}
    assert ("Rejected" if how == "refused" else "NotImplemented") in error
    assert not issue.is_fixable
    assert len(evc5.calls("SetChargingProfile")) == 1
    # Others' business is none of this session's.
    await evc5.plug(1, Car())
    await evc5.present_card("TAG", 1)
    await wait_for(hass, lambda: value_of(hass, "E1/1/status") == "charging")
    await evc5.unplug(1)
    await settled(hass, evc5)
    assert shown(hass) == [issue]

    evc5.not_implemented -= {"SetChargingProfile"}
    match end:
        case "limit":
            await act(hass, hub, "set_charge_limit", connector_id=2, limit_amps=8)
            await cleared(hass)
            assert evc5.connector(2).transaction is not None
        case "stop":
            await evc5.unplug(2)
            await cleared(hass)
        case "another":
            # The end of the session got lost; the next one has no limit to miss.
            evc5.outbox.put = lambda item: None
            evc5.stop_transaction(evc5.connector(2), "Local")
            del evc5.outbox.put
            await evc5.present_card("OTHER", 2)
            await cleared(hass)


@pytest.mark.parametrize("subentries", [[charger_subentry("E1", "Garage")]])
async def test_a_session_with_its_limit_is_none(
    hass: HomeAssistant, hub: Hub, server_url: str, connect: Connect
) -> None:
    evc5 = await connect(Evc5(server_url, "E1", **TIMES))
    await started(hass, hub, evc5)
    await wait_for(hass, lambda: evc5.connector(2).offered_current == 10)
    await settled(hass, evc5)
    assert not shown(hass)


@pytest.mark.parametrize("subentries", [[charger_subentry("E1", "Garage")]])
async def test_one_that_ended_before_the_refusal_came_is_none(
    hass: HomeAssistant, hub: Hub, server_url: str, connect: Connect
) -> None:
    evc5 = await connect(NoTxProfile(server_url, "E1", **TIMES))
    (charger,) = hub.chargers.values()
    evc5.faults.slow_answer = 0.5
    await started(hass, hub, evc5)
    await evc5.wait_for(lambda: evc5.connector(2).transaction_id is not None)
    await evc5.unplug(2)
    connector = charger.charge_point.connector(2)
    await wait_for(
        hass, lambda: connector.latest_transaction and not connector.transaction
    )
    counts = charger.charge_point.deviations.counts
    assert "profile_of_start_failed" not in counts
    await wait_for(hass, lambda: "profile_of_start_failed" in counts)
    assert connector.missed_limit is None
    assert not shown(hass)


@pytest.mark.parametrize("subentries", [[charger_subentry("E1", "Garage")]])
@pytest.mark.parametrize("ends", [False, True])
async def test_it_is_told_after_a_restart_as_well(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    server_url: str,
    connect: Connect,
    ends: bool,
) -> None:
    """As long as the session runs; the charger ends it while nobody hears that."""
    entry = setup_integration
    evc5 = await connect(NoTxProfile(server_url, "E1", **TIMES))
    await started(hass, hub, evc5)
    issue = await raised(hass, "limit_of_start_missed")
    before = said(issue)
    await hass.config_entries.async_unload(entry.entry_id)
    ir.async_get(hass).async_delete(DOMAIN, issue.issue_id)
    assert not shown(hass)
    if ends:
        await evc5.unplug(2)
    await hass.config_entries.async_setup(entry.entry_id)
    assert said(await raised(hass, "limit_of_start_missed")) == before
    if not ends:
        await settled(hass, evc5)
        assert said(await raised(hass, "limit_of_start_missed")) == before
        await act(
            hass, entry.runtime_data, "set_charge_limit", connector_id=2, limit_amps=8
        )
    await cleared(hass)
    # Once is enough.
    await hass.config_entries.async_reload(entry.entry_id)
    await settled(hass, evc5)
    assert not shown(hass)
