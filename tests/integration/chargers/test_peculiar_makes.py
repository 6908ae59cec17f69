"""What a user meets of the peculiarities of a make: real sockets, simulated chargers."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers import awaited
from custom_components.ocpp_cs.const import CONF_OVERRIDES
from custom_components.ocpp_cs.flows import charger as charger_flow
from custom_components.ocpp_cs.hub import Hub
from simulator import Bender, Evc5, Generic, GoE
from tests.integration.conftest import AddCharger, charger_subentry, settled, wait_for
from tests.integration.flows.test_connect import waiting
from tests.integration.helpers.makes import (  # noqa: F401 - pytest looks for fixtures here
    TEN_AMPERES,
    TIMES,
    Connect,
    act,
    fixture_connect,
)
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
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
    monkeypatch.setattr(charger_flow, "PATIENCE", 0.05)
    monkeypatch.setattr(awaited, "IDENTITY_WAIT", 0.1)
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
    told = caught.value.translation_placeholders or {}
    assert (told["name"], told["count"], told["most"]) == ("Garage", "2", "1")
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
