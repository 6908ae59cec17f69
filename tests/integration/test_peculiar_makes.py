"""What a user meets of the peculiarities of a make: real sockets, simulated chargers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs import connect_flow
from custom_components.ocpp_cs.const import CONF_ID_TAG, CONF_OVERRIDES, DOMAIN
from custom_components.ocpp_cs.hub import Hub
from simulator import Bender, Car, Evc5, Generic, GoE
from simulator.configuration import Key

from .conftest import AddCharger, charger_subentry, settled, wait_for
from .helpers_entities import value_of
from .helpers_repairs import Mending, cleared, fixture_mend, raised, said, shown  # noqa: F401 - pytest looks for fixtures here
from .test_connect_flow import waiting

type Connect = Callable[[Any], Awaitable[Any]]

TIMES: Any = {"noise": 0.0, "seed": 1, "backoff": (0.05, 0.2)}
TEN_AMPERES: Any = {
    "charging_profile_id": 1,
    "stack_level": 0,
    "charging_profile_purpose": "tx_profile",
    "charging_profile_kind": "relative",
    "charging_schedule": {
        "charging_rate_unit": "a",
        "charging_schedule_period": [{"start_period": 0, "limit": 10}],
    },
}


@pytest.fixture
async def connect(hass: HomeAssistant, socket_enabled: None) -> AsyncIterator[Connect]:
    """Return the way to switch a charger on; it is switched off in the end."""
    async with AsyncExitStack() as stack:

        async def on(charger: Any) -> Any:
            await stack.enter_async_context(charger)
            return charger

        yield on


async def act(hass: HomeAssistant, hub: Hub, name: str, **fields: Any) -> Any:
    """Call an action for the only charger."""
    (one,) = hub.chargers.values()
    return await hass.services.async_call(
        DOMAIN,
        name,
        {"device_id": one.device_id, **fields},
        blocking=True,
        return_response=True,
    )


# Setting up -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "given", "make"),
    [("bender", "B1", Bender), ("ecotap", "B1", Evc5), ("goe", "B1", GoE)],
)
async def test_the_address_is_what_that_make_needs(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    connect: Connect,
    vendor: str,
    given: str,
    make: Any,
) -> None:
    """What is shown is typed in as it is: one appends its id, another one does not."""
    flow = await waiting(hass, setup_integration, vendor, given)
    assert flow.said["url"].endswith("/B1") is (vendor == "goe")
    await connect(make(flow.said["url"], "B1", **TIMES))
    assert await flow.wait() == "connected"
    assert flow.said["id"] == "B1"


async def test_some_are_waited_for_longer(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect_flow, "PATIENCE", 0.05)
    monkeypatch.setattr(connect_flow, "IDENTITY_WAIT", 0.1)
    slow = await waiting(hass, setup_integration, "mennekes_4you")
    other = await waiting(hass, setup_integration)
    assert await other.wait() == "not_seen"
    flows = hass.config_entries.subentries
    task = flows._progress[slow.result["flow_id"]].async_get_progress_task()
    assert task is not None
    assert not task.done()
    await charger("M1", accepted=False)
    assert await slow.wait() == "connected"


@pytest.mark.parametrize(
    ("vendor", "step"), [("Autel", "connected_start"), ("Acme", "connected")]
)
async def test_what_begins_no_session_by_itself_is_told(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    connect: Connect,
    vendor: str,
    step: str,
) -> None:
    flow = await waiting(hass, setup_integration)
    one = await connect(Generic(server_url, "A1", vendor=vendor, **TIMES))
    assert await flow.wait() == step
    assert await flow.go(name="Hof") == "created"
    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert subentry.title == "Hof"


@pytest.mark.parametrize(
    "subentries",
    [
        [charger_subentry("A1", vendor="Alfen BV", **{CONF_ID_TAG: tag})]
        for tag in ("GARAGE", "HomeAssistant")
    ],
    ids=["chosen", "not chosen"],
)
async def test_a_chosen_tag_is_that_of_sessions_that_begin_by_themselves(
    hass: HomeAssistant, hub: Hub, server_url: str, connect: Connect, subentries: Any
) -> None:
    chosen = subentries[0]["data"][CONF_ID_TAG] == "GARAGE"
    alfen = Generic(server_url, "A1", vendor="Alfen BV", **TIMES)
    key = Key("PlugAndChargeIdentifier", "0000")
    alfen.configuration._keys[key.name.lower()] = key
    await connect(alfen)
    (one,) = hub.chargers.values()
    await wait_for(hass, lambda: one.charge_point.ready)
    await settled(hass, alfen)
    await wait_for(hass, one.charge_point.link._setup.done)
    assert key.value == ("GARAGE" if chosen else "0000")
    # It is one that may charge there, whoever else may.
    authorizer = hub.id_tags.authorizer
    assert authorizer.authorize("A1", "GARAGE").own is chosen


# The rotation of the phases -----------------------------------------------------


@pytest.mark.parametrize("subentries", [["E1"]])
@pytest.mark.parametrize(
    ("vendor", "told", "right"),
    [
        ("EV-BOX", "0.RTS,1.RTS", "0.RST,1.RST"),
        ("EV-BOX", "SRT", "RST"),
        ("EV-BOX", "0.RST,1.RST", None),
        ("EV-BOX", "0.NotApplicable,1.Unknown", None),
        ("Acme", "0.RTS,1.RTS", None),
    ],
)
async def test_a_wrong_rotation_is_written_with_a_click(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    connect: Connect,
    mend: Callable[[], Mending],
    vendor: str,
    told: str,
    right: str | None,
) -> None:
    one = Generic(server_url, "E1", vendor=vendor, **TIMES)
    one.configuration.put("ConnectorPhaseRotation", told)
    await connect(one)
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: charger.charge_point.ready)
    await settled(hass, one)
    if right is None:
        assert not shown(hass)
        return
    issue = await raised(hass, "phase_rotation")
    # The charger has got a name of its own meanwhile.
    assert said(issue) == {"charger": charger.name, "told": told, "right": right}
    assert one.configuration["ConnectorPhaseRotation"].value == told

    one.configuration["ConnectorPhaseRotation"].readonly = True
    one.faults.reject_all = True
    flow = mend()
    assert (await flow.start(issue))["step_id"] == "confirm"
    result = await flow.go()
    assert result["errors"] == {"base": "not_sent"}
    assert "Rejected" in result["description_placeholders"]["error"]
    one.faults.reject_all = False
    one.configuration["ConnectorPhaseRotation"].readonly = False
    assert (await flow.go())["type"] == "create_entry"
    assert one.configuration["ConnectorPhaseRotation"].value == right
    await cleared(hass)


# Limits that a session should have had -----------------------------------------


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
    await wait_for(hass, lambda: value_of(hass, "E1_1_status") == "charging")
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


# Schedules ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subentries", "takes"),
    [
        ([charger_subentry("W1", "Garage", vendor=vendor, model=model, **more)], takes)
        for vendor, model, more, takes in (
            ("fronius", "wattpilot_V2", {}, False),
            ("Acme", "One", {}, True),
            (
                "fronius",
                "wattpilot_V2",
                {CONF_OVERRIDES: {"try_everything": True}},
                True,
            ),
        )
    ],
)
async def test_a_schedule_that_is_too_long_is_not_sent(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    connect: Connect,
    subentries: Any,
    takes: bool,
) -> None:
    data = subentries[0]["data"]
    one = await connect(
        Generic(server_url, "W1", vendor=data["vendor"], model=data["model"], **TIMES)
    )
    (charger,) = hub.chargers.values()
    await wait_for(hass, lambda: charger.charge_point.ready)
    schedule = [{"start": "22:00", "limit": 16}, {"start": "06:00", "limit": 0}]

    async def send(periods: list[Any]) -> Any:
        return await act(
            hass,
            hub,
            "set_charging_profile",
            connector_id=1,
            recurrence="daily",
            schedule=periods,
        )

    if takes:
        await send(schedule)
        assert len(one.calls("SetChargingProfile")) == 1
        return
    with pytest.raises(HomeAssistantError) as caught:
        await send(schedule)
    assert caught.value.translation_key == "too_many_periods"
    assert caught.value.translation_placeholders == {
        "name": "Garage",
        "count": "2",
        "most": "1",
        "rules": "Fronius Wattpilot",
    }
    assert not one.calls("SetChargingProfile")
    # Also before a session begins that could not have it later.
    profile = TEN_AMPERES | {
        "charging_schedule": {
            "charging_rate_unit": "a",
            "charging_schedule_period": [
                {"start_period": 0, "limit": 10},
                {"start_period": 60, "limit": 8},
            ],
        }
    }
    with pytest.raises(HomeAssistantError) as caught:
        await act(
            hass,
            hub,
            "remote_start_transaction",
            connector_id=1,
            charging_profile=profile,
        )
    assert caught.value.translation_key == "too_many_periods"
    assert not one.calls("RemoteStartTransaction")
    await send(schedule[:1])
    assert len(one.calls("SetChargingProfile")) == 1
