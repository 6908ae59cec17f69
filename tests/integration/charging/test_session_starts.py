"""Sessions that nobody has begun: started by the control, or gone on with after a pause."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, ChargingStation, Generic
from tests.integration.conftest import (
    AddCharger,
    charger_subentry,
    id_tag_subentry,
    settled,
    wait_for,
)
from tests.integration.helpers.control import QUICK, SOLAR
from tests.integration.helpers.entities import value_of
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.repairs import (  # noqa: F401 - pytest looks for fixtures here
    Mending,
    cleared,
    fixture_mend,
    raised,
    said,
    shown,
)
from tests.integration.helpers.versions import (
    BEFORE_2_1,
    BOTH,
    ONLY_1_6,
    V1_6,
    Charger,
    starts,
)

ONE_PHASE = {"priority": 0, "rotation": "l1_l2_l3", "connected_phases": "1"}

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", solar=ONE_PHASE)]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def asked(one: Charger) -> list[str]:
    """Return the tag of each start that came."""
    return starts(one)


def connector_of(hub: Hub, charge_point_id: str = "CP1") -> Connector:
    return hub.central_system.charge_points[charge_point_id].connector(1)


async def plugged(
    house: LiveHouse, charger: AddCharger, charge_point_id: str = "CP1", **options: Any
) -> Generic:
    """Return a charger with a car, which nobody has started."""
    one = await charger(charge_point_id, **options)
    house.wallboxes.append(one)
    for each in house.hub.chargers.values():
        each.charge_point.profile_methods.timing = QUICK
    await one.plug(1, Car(soc=40, phases=1))
    await settled(house.hass, one)
    return one


_IN_2_0_1 = {
    "RemoteStartTransaction": "RequestStartTransaction",
    "RemoteStopTransaction": "RequestStopTransaction",
}
_REASONS_IN_2_0_1 = {"HardReset": "ImmediateReset", "SoftReset": "ImmediateReset"}


def answers(one: Charger, status: str, action: str = "RemoteStartTransaction") -> None:
    """Let a charger answer so, and do nothing."""
    if isinstance(one, ChargingStation):
        one.handlers = {
            **one.handlers,
            _IN_2_0_1[action]: lambda payload: {"status": status},
        }
        return
    one._handlers = {  # type: ignore[misc]
        **one._handlers,
        action: lambda self, payload: {"status": status},
    }


def obeys(one: Charger) -> None:
    """Let it do again what it is told."""
    if isinstance(one, ChargingStation):
        for part in (one.control, one.transactions):
            one.handlers |= part.handlers
    else:
        del one._handlers


def end_session(
    one: Charger, reason: str | None = "Other", number: int = 1, **options: Any
) -> None:
    """Let a charger end its session by itself."""
    if isinstance(one, ChargingStation):
        reason = _REASONS_IN_2_0_1.get(reason or "Local", reason or "Local")
        one.transactions.end(one.connector(number), "AbnormalCondition", reason)
    else:
        one.stop_transaction(one.connector(number), reason, **options)


refuses = partial(answers, status="Rejected")
accepts_in_vain = partial(answers, status="Accepted")
"""Begins no session after all."""


def ends_at_zero(
    one: Generic, reason: str | None = "Other", *, id_tag: str | None = None
) -> None:
    """Let a charger end its session when it is told a limit of 0."""
    place: Any = one.charging if isinstance(one, ChargingStation) else one
    name = "install" if isinstance(one, ChargingStation) else "install_profile"
    install = getattr(place, name)

    def installed(number: int, profile: dict[str, Any]) -> None:
        install(number, profile)
        schedule = profile["chargingSchedule"]
        if isinstance(one, ChargingStation):
            (schedule,) = schedule
        if not schedule["chargingSchedulePeriod"][0]["limit"]:
            options = {} if id_tag is None else {"id_tag": id_tag}
            one.after(partial(end_session, one, reason, number, **options))

    setattr(place, name, installed)


def goes_on_at_zero(one: Charger) -> None:
    """Let it keep its session again when it is told a limit of 0."""
    if isinstance(one, ChargingStation):
        del one.charging.install
    else:
        del one.install_profile


# The control starts what it wants to charge -----------------------------------------


@pytest.mark.parametrize("mode", ["fast", "min_solar", "solar"])
async def test_a_mode_starts_the_session(
    house: LiveHouse, charger: AddCharger, mode: str
) -> None:
    house.sun_w = 3000
    one = await plugged(house, charger)
    assert one.connector().status == "Preparing"
    await house.mode(mode)
    if mode != "solar":
        await house.later(5)
        assert house.why() == "waiting_to_be_started"
    await house.later(150)
    assert asked(one) == ["HomeAssistant"]
    assert one.connector().currents[0] >= 6
    assert house.why() in ("fast", "following_sun")


async def test_without_sun_nothing_is_started(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 500
    one = await plugged(house, charger)
    await house.mode("solar")
    await house.later(300)
    assert asked(one) == []
    assert house.why() == "waiting_for_sun"
    await house.mode("off")
    await house.later(60)
    await house.mode("manual")
    house.sun_w = 3000
    await house.later(200)
    assert asked(one) == []


async def test_a_plan_starts_the_session(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 0
    one = await plugged(house, charger)
    accepts_in_vain(one)
    await house.mode("solar")
    await house.act("number", "set_value", "CP1/1/energy_target", value=200)
    await house.act("switch", "turn_on", "CP1/1/ready_in_time")
    await house.later(60)
    assert value_of(hass, "CP1/1/charge_plan") == "waiting_to_be_started"
    assert house.why() == "waiting_to_be_started"
    assert len(asked(one)) == 1
    obeys(one)
    await house.later(90)
    assert len(asked(one)) == 2
    assert value_of(hass, "CP1/1/charge_plan") == "too_late"
    assert house.why() == "plan"
    assert one.connector().currents[0] == 16


async def test_it_is_tried_again_with_patience(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    accepts_in_vain(one)
    await house.mode("fast")
    counts = []
    for _ in range(17):
        await house.later(60)
        counts.append(len(asked(one)))
    # After 1, 2, 4 and 8 minutes.
    assert counts[0] == 1
    assert counts[1:3] == [2, 2]
    assert counts[3:6] == [3, 3, 3]
    assert counts[8:14] == [4, 4, 4, 4, 4, 4]
    assert counts[16] == 5
    assert house.why() == "waiting_to_be_started"


@pytest.mark.parametrize("vendor", ["Autel", "Acme"])
async def test_makes_that_need_it_are_not_waited_for(
    house: LiveHouse, charger: AddCharger, vendor: str
) -> None:
    one = await plugged(house, charger, vendor=vendor)
    await house.mode("fast")
    await house.later(5)
    assert len(asked(one)) == (1 if vendor == "Autel" else 0)
    await house.later(20)
    assert len(asked(one)) == 1


async def test_who_begins_by_itself_is_not_started(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await charger(auto_start_tag="FREE")
    house.wallboxes.append(one)
    await house.mode("fast")
    await one.plug(1, Car(soc=40, phases=1))
    await settled(house.hass, one)
    await house.later(120)
    assert asked(one) == []
    assert one.connector().currents[0] == 16


async def test_a_finished_session_is_followed_by_another_for_another_car(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    await house.mode("fast")
    await house.later(30)
    await one.present_card("TAGCP11", 1)
    await settled(house.hass, one)
    assert one.connector().status == "Finishing"
    await house.later(600)
    # It was stopped by card.
    assert asked(one) == []
    assert house.why() == "waiting_to_be_started"
    await one.unplug()
    await settled(house.hass, one)
    await house.later(10)
    await one.plug(1, Car(soc=40, phases=1))
    await settled(house.hass, one)
    await house.later(60)
    assert asked(one) == ["HomeAssistant"]
    assert one.connector().currents[0] == 16


async def test_a_stop_by_hand_holds_until_it_is_started_by_hand(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    await house.mode("fast")
    await house.later(60)
    assert len(asked(one)) == 1
    await house.act("switch", "turn_off", "CP1/1/charging")
    await settled(house.hass, one)
    await house.later(1200)
    assert len(asked(one)) == 1
    await house.act("switch", "turn_on", "CP1/1/charging")
    await settled(house.hass, one)
    await house.later(30)
    assert len(asked(one)) == 2
    assert one.connector().currents[0] == 16


@pytest.mark.parametrize("action", [False, True])
async def test_who_says_stop_before_it_has_begun_is_obeyed(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, action: bool
) -> None:
    one = await plugged(house, charger)
    accepts_in_vain(one)
    await house.mode("fast")
    await house.later(30)
    assert len(asked(one)) == 1
    starter = connector_of(house.hub).starter
    assert starter.is_open
    if action:
        (ours,) = house.hub.chargers.values()
        call = hass.services.async_call(
            "ocpp_cs",
            "remote_stop_transaction",
            {"device_id": ours.device_id, "connector_id": 1},
            blocking=True,
        )
    else:
        call = house.act("switch", "turn_off", "CP1/1/charging")
    # That there is nothing to stop may be an error, and may be none.
    await asyncio.gather(call, return_exceptions=True)
    await house.later(1200)
    assert len(asked(one)) == 1


@pytest.mark.parametrize("before", ["status", "stop"])
@ONLY_1_6
async def test_a_stop_is_about_the_car_that_is_there(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, before: str
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    connector = connector_of(house.hub)
    if before == "status":
        # Available is told before the session ends.
        payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await one.send("StatusNotification", payload)
        await one.present_card("TAGCP11", 1)
        one.report_status = lambda connector: None  # type: ignore[method-assign]
        await wait_for(hass, lambda: connector.transaction is None)
        await one.unplug()
        del one.report_status
    else:
        await one.unplug()
        await settled(hass, one)
        await house.act("switch", "turn_off", "CP1/1/charging")
    await house.mode("fast")
    await one.plug(1, Car(soc=40, phases=1))
    await settled(hass, one)
    await house.later(60)
    assert asked(one) == ["HomeAssistant"]


async def test_a_car_that_ended_it_is_left_alone(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    await house.mode("fast")
    await house.later(60)
    car = one.connector().car
    assert car is not None
    car.target_soc = 10
    await house.later(20)
    assert one.connector().status == "SuspendedEV"
    end_session(one, "Other")
    await settled(house.hass, one)
    await house.later(1200)
    assert len(asked(one)) == 1


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ("PowerLoss", True),
        ("Reboot", True),
        ("SoftReset", True),
        ("HardReset", True),
        ("Other", True),
        ("Local", False),
        (None, False),
        ("Remote", False),
        ("DeAuthorized", False),
        ("EmergencyStop", False),
        ("UnlockCommand", False),
        ("EVDisconnected", False),
    ],
)
async def test_what_ended_a_session_decides_whether_another_is_started(
    house: LiveHouse,
    charger: AddCharger,
    version: str,
    reason: str | None,
    again: bool,
) -> None:
    if reason == "UnlockCommand" and version != V1_6:
        pytest.skip("OCPP 2.0.1 has no such reason")
    one = await plugged(house, charger)
    await house.mode("fast")
    await house.later(60)
    end_session(one, reason)
    await settled(house.hass, one)
    await house.later(120)
    assert len(asked(one)) == (2 if again else 1)
    assert one.connector().currents[0] == (16 if again else 0)
    if not again:
        assert house.why() == "waiting_to_be_started"


@ONLY_1_6
async def test_sessions_that_end_at_once_are_started_ever_more_seldom(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    start = one.start_transaction

    def start_in_vain(connector: Any, tag: str) -> None:
        start(connector, tag)
        one.stop_transaction(connector, "Other")

    one.start_transaction = start_in_vain  # type: ignore[method-assign]
    await house.mode("fast")
    await house.later(960)
    assert len(asked(one)) in (4, 5)


async def test_a_charger_that_comes_back_is_started(
    house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    await house.mode("fast")
    await one.drop()
    charge_point = connector_of(house.hub).charge_point
    await wait_for(house.hass, lambda: not charge_point.connected)
    await house.later(120)
    await one.reconnect()
    await wait_for(house.hass, lambda: charge_point.ready, 60)
    await settled(house.hass, one)
    await house.later(60)
    assert asked(one) == ["HomeAssistant"]
    assert one.connector().currents[0] == 16


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
@ONLY_1_6
async def test_without_a_limit_nothing_is_started_behind_a_fuse(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.tell()
    one = await plugged(house, charger)
    answers(one, "Rejected", "SetChargingProfile")
    await house.mode("fast")
    await house.later(300)
    assert asked(one) == []
    assert house.why() == "waiting_to_be_started"


# Who has none takes nothing from who charges -----------------------------------------


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry("CP1", "Garage", solar={**ONE_PHASE, "priority": 2}),
            charger_subentry("CP2", "Carport", solar=ONE_PHASE),
            charger_subentry("CP3", "Street", solar=ONE_PHASE),
        ]
    ],
)
@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED, "fuse": 35}}])
@pytest.mark.parametrize("refused", [False, True])
async def test_all_of_the_sun_for_who_charges(
    house: LiveHouse, charger: AddCharger, refused: bool
) -> None:
    house.sun_w = 3600
    garage = await house.car(charger, Car(soc=40, phases=1))
    await house.mode("solar")
    await house.later(200)
    idle = [await plugged(house, charger, key) for key in ("CP2", "CP3")]
    for one in idle:
        (refuses if refused else accepts_in_vain)(one)
    assert garage.connector().currents[0] == 15
    for key, mode in (("CP2", "solar"), ("CP3", "fast")):
        await house.act("number", "set_value", f"{key}/1/energy_target", value=200)
        await house.act("switch", "turn_on", f"{key}/1/ready_in_time")
        await house.mode(mode, f"{key}/1")
    for _ in range(60):
        await house.later(15)
        assert garage.connector().currents[0] == 15
        assert house.why() == "following_sun"
        assert house.why("CP2/1") == house.why("CP3/1") == "waiting_to_be_started"
    assert all(len(asked(one)) >= 4 for one in idle)


# Whether it may ----------------------------------------------------------------------


KNOWN = [charger_subentry("CP1", "Garage", solar=ONE_PHASE), id_tag_subentry("ANNA")]


@pytest.mark.parametrize("subentries", [KNOWN])
@pytest.mark.parametrize("choice", ["always", "never"])
async def test_where_cards_are_refused_the_owner_is_asked_once(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    mend: Callable[[], Mending],
    choice: str,
) -> None:
    one = await plugged(house, charger)
    assert not shown(hass)
    await house.mode("fast")
    await house.later(60)
    assert asked(one) == []
    assert house.why() == "waiting_to_be_started"
    issue = await raised(hass, "start_sessions")
    assert said(issue) == {"charger": "Garage"}
    flow = mend()
    menu = await flow.start(issue)
    assert menu["menu_options"] == ["always", "never"]
    assert (await flow.go(next_step_id=choice))["type"] == "create_entry"
    await cleared(hass)
    await house.later(60)
    assert asked(one) == (["HomeAssistant"] if choice == "always" else [])
    await house.mode("solar")
    await house.later(10)
    assert not shown(hass)


@pytest.mark.parametrize(
    ("data", "starts", "asks"),
    [
        ({"tag_policy": "every"}, True, False),
        ({"tag_policy": "known"}, False, True),
        ({"tag_policy": "known", "start_sessions": "always"}, True, False),
        ({"start_sessions": "never"}, False, False),
        ({}, True, False),
    ],
)
async def test_automatic_is_where_any_card_may_charge(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    data: dict[str, Any],
    starts: bool,
    asks: bool,
) -> None:
    (ours,) = house.hub.chargers.values()
    hass.config_entries.async_update_subentry(
        ours._entry, ours.subentry, data={**ours.subentry.data, **data}
    )
    one = await plugged(house, charger)
    await house.mode("fast")
    await house.later(60)
    assert bool(asked(one)) is starts
    assert bool(shown(hass)) is asks
    await house.mode("manual")
    await settled(hass, one)
    assert not shown(hass)


async def test_refused_three_times_is_told_and_tried_on(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    refuses(one)
    await house.mode("fast")
    await house.later(90)
    assert len(asked(one)) == 2
    assert not shown(hass)
    await house.later(150)
    assert len(asked(one)) == 3
    assert said(await raised(hass, "start_refused")) == {
        "charger": "Garage",
        "connector": "1",
    }
    # No session has ended since it was plugged in: it may be the charger's mood.
    obeys(one)
    await house.later(300)
    assert one.connector().currents[0] == 16
    await cleared(hass)


# A pause that ends the session ---------------------------------------------------------


@pytest.mark.parametrize("reason", ["Other", None, "Local"])
async def test_a_pause_by_switch_that_ended_it_goes_on_with_its_tag(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, reason: str | None
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    ends_at_zero(one, reason)
    first = connector_of(house.hub).transaction
    assert first is not None
    await house.act("switch", "turn_on", "CP1/1/paused")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    await house.later(600)
    assert asked(one) == []
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(10)
    await wait_for(hass, lambda: asked(one))
    assert asked(one) == ["TAGCP11"]
    await wait_for(hass, lambda: connector_of(house.hub).transaction)
    second = connector_of(house.hub).transaction
    assert second is not None
    assert second.id_tag == "TAGCP11"
    assert second.continues == first.id


@pytest.mark.parametrize(
    "status",
    [None, "Preparing", "Finishing", "SuspendedEVSE", "SuspendedEV", "Charging"],
)
@ONLY_1_6
async def test_whatever_status_is_told_after_the_end_of_the_session(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, status: str | None
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    ends_at_zero(one)
    one.report_status = lambda connector: None  # type: ignore[method-assign]
    await house.act("switch", "turn_on", "CP1/1/paused")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    if status is not None:
        payload = {"connectorId": 1, "errorCode": "NoError", "status": status}
        await one.send("StatusNotification", payload)
    await house.later(60)
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(10)
    await wait_for(hass, lambda: asked(one))
    assert asked(one) == ["TAGCP11"]


@BEFORE_2_1
@pytest.mark.parametrize("subentries", [KNOWN])
async def test_the_control_goes_on_where_its_pause_ended_the_session(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    """Also where no session may be begun: this one was."""
    house.sun_w = 3000
    one = await plugged(house, charger)
    await one.present_card("ANNA", 1)
    await wait_for(hass, lambda: connector_of(house.hub).transaction)
    ends_at_zero(one)
    await house.mode("solar")
    await house.later(10)
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    await house.later(120)
    assert asked(one) == ["ANNA"]
    assert one.connector().currents[0] == 13
    house.sun_w = 0
    await house.later(600)
    assert one.connector().status == "Finishing"
    assert house.why() == "waiting_for_sun"
    house.sun_w = 3000
    await house.later(300)
    assert asked(one) == ["ANNA", "ANNA"]
    assert one.connector().currents[0] == 13


@pytest.mark.parametrize("how", ["card", "button", "hand", "unplugged"])
async def test_what_somebody_stopped_in_a_pause_stays_stopped(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, how: str
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    if how in ("hand", "unplugged"):
        ends_at_zero(one)
    await house.act("switch", "turn_on", "CP1/1/paused")
    if how == "card":
        await one.present_card("TAGCP11", 1)
    elif how == "button":
        await house.later(120)
        end_session(one, "Local")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    if how == "hand":
        await asyncio.gather(
            house.act("switch", "turn_off", "CP1/1/charging"), return_exceptions=True
        )
    elif how == "unplugged":
        await one.unplug()
        await settled(hass, one)
        await one.plug(1, Car(soc=40, phases=1))
        await settled(hass, one)
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(300)
    await asyncio.sleep(0.1)
    assert asked(one) == []


async def test_a_charger_that_takes_no_new_session_is_told_after_three_refusals(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    ends_at_zero(one)
    refuses(one)
    await house.mode("off")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    await house.mode("fast")
    await house.later(1200)
    assert asked(one) == ["TAGCP11"] * 3
    assert said(await raised(hass, "start_refused"))["connector"] == "1"
    await one.unplug()
    await settled(hass, one)
    await cleared(hass)
    obeys(one)
    await one.plug(1, Car(soc=40, phases=1))
    await settled(hass, one)
    await house.later(60)
    assert asked(one)[3:] == ["HomeAssistant"]
    assert one.connector().currents[0] == 16


async def test_a_restart_between_pause_and_resume(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    ends_at_zero(one)
    first = connector_of(house.hub).transaction
    assert first is not None
    await house.act("switch", "turn_on", "CP1/1/paused")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    await one.wait_for(lambda: not one.connected)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    house.hub = setup_integration.runtime_data
    await wait_for(hass, lambda: connector_of(house.hub).charge_point.ready, 60)
    await settled(hass, one)
    assert asked(one) == []
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(10)
    await wait_for(hass, lambda: asked(one))
    assert asked(one) == ["TAGCP11"]
    second = await wait_for(hass, lambda: connector_of(house.hub).transaction)
    assert second.continues == first.id


async def test_a_charger_that_was_away_between_pause_and_resume(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one = await house.car(charger, Car(soc=40, phases=1))
    ends_at_zero(one)
    await house.mode("off")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    await one.drop()
    charge_point = connector_of(house.hub).charge_point
    await wait_for(hass, lambda: not charge_point.connected)
    await house.mode("fast")
    await house.later(60)
    await one.reconnect()
    await wait_for(hass, lambda: charge_point.ready, 60)
    await settled(hass, one)
    await house.later(60)
    assert asked(one) == ["TAGCP11"]
    assert one.connector().currents[0] == 16


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]],
)
async def test_a_change_of_phases_that_ended_the_session(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 3000
    one = await house.car(charger, Car(soc=40))
    await house.mode("solar")
    await house.later(150)
    assert one.connector().currents == (13, 0, 0)
    ends_at_zero(one)
    house.sun_w = 9000
    await house.later(400)
    assert one.connector().currents == (13, 13, 13)
    assert set(asked(one)) == {"TAGCP11"}


@pytest.mark.parametrize("subentries", [KNOWN])
@ONLY_1_6
async def test_who_goes_on_has_not_presented_a_card(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one = await plugged(house, charger)
    one.configuration.put("AuthorizeRemoteTxRequests", "true")
    ends_at_zero(one)
    cards = []
    connector_of(house.hub).charge_point.listen(
        lambda kind, data: cards.append(data) if kind == "authorization" else None
    )
    await one.present_card("ANNA", 1)
    await wait_for(hass, lambda: connector_of(house.hub).transaction)
    assert len(cards) == 1
    await house.act("switch", "turn_on", "CP1/1/paused")
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(10)
    await wait_for(hass, lambda: connector_of(house.hub).transaction)
    await settled(hass, one)
    assert asked(one) == ["ANNA"]
    assert len(cards) == 1


# A vehicle that sleeps until a new session begins -----------------------------------------


async def begun_again(hass: HomeAssistant, house: LiveHouse, one: Generic) -> None:
    """Let a pause end the session: the charger shows that it begins another one."""
    ends_at_zero(one)
    await house.act("switch", "turn_on", "CP1/1/paused")
    await house.later(20)
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    goes_on_at_zero(one)
    await house.act("switch", "turn_off", "CP1/1/paused")
    await house.later(10)
    await wait_for(hass, lambda: connector_of(house.hub).transaction)
    await house.later(300)
    assert one.connector().currents[0] == 13


async def asleep(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    *,
    starts_again: bool = True,
) -> tuple[Generic, Car]:
    """Return a charger whose car sleeps after a pause, until a session begins."""
    house.sun_w = 3000
    car = Car(soc=40, phases=1)
    one = await house.car(charger, car)
    await house.mode("solar")
    await house.later(200)
    assert one.connector().currents[0] == 13
    if starts_again:
        await begun_again(hass, house, one)
    house.sun_w = 0
    await house.later(800)
    assert one.connector().currents[0] == 0
    car.ignore_offers = 99
    start = one.start_transaction

    def started(*args: Any, **kwargs: Any) -> Any:
        car.wake()
        return start(*args, **kwargs)

    one.start_transaction = started  # type: ignore[method-assign]
    house.sun_w = 3000
    return one, car


def stops(one: Generic) -> int:
    return len(one.calls("RemoteStopTransaction"))


@ONLY_1_6
async def test_a_car_that_sleeps_gets_a_new_session_with_its_tag(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one, _ = await asleep(hass, house, charger)
    first = connector_of(house.hub).transaction
    assert first is not None
    seen = set()
    for _ in range(60):
        await house.later(10)
        seen.add(house.why())
    assert (stops(one), asked(one)) == (1, ["TAGCP11", "TAGCP11"])
    second = connector_of(house.hub).transaction
    assert second is not None
    assert (second.id_tag, second.continues) == ("TAGCP11", first.id)
    assert one.connector().currents[0] == 13
    assert "waking_car" in seen
    assert house.why() == "following_sun"


@ONLY_1_6
async def test_no_session_is_lost_where_none_may_begin_again(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one, _ = await asleep(hass, house, charger, starts_again=False)
    # Many accept no start while they wait for the vehicle to leave.
    refuses(one)
    await house.later(900)
    assert stops(one) == 0
    assert connector_of(house.hub).transaction is not None


@pytest.mark.parametrize(
    ("data", "restarts"),
    [
        ({}, 1),
        ({"start_sessions": "never"}, 0),
        ({"tag_policy": "known"}, 0),
    ],
)
@ONLY_1_6
async def test_a_session_is_restarted_only_where_that_is_allowed(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    data: dict[str, Any],
    restarts: int,
) -> None:
    one, _ = await asleep(hass, house, charger)
    before = stops(one)
    (ours,) = house.hub.chargers.values()
    hass.config_entries.async_update_subentry(
        ours._entry, ours.subentry, data={**ours.subentry.data, **data}
    )
    await house.later(900)
    assert stops(one) - before == restarts


@pytest.mark.parametrize("late", [False, True])
@ONLY_1_6
async def test_a_restart_between_stop_and_start(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
    late: bool,
) -> None:
    one, _ = await asleep(hass, house, charger)
    before, tags = stops(one), len(asked(one))
    # It takes its time.
    answers(one, "Accepted", "RemoteStopTransaction")
    while stops(one) == before:
        await house.later(5)
    first = connector_of(house.hub).transaction
    assert first is not None
    if late:
        await house.later(200)
    else:
        assert await hass.config_entries.async_unload(setup_integration.entry_id)
        await one.wait_for(lambda: not one.connected)
        assert await hass.config_entries.async_setup(setup_integration.entry_id)
        house.hub = setup_integration.runtime_data
        await wait_for(hass, lambda: connector_of(house.hub).charge_point.ready, 60)
    end_session(one, "Remote")
    obeys(one)
    await wait_for(hass, lambda: connector_of(house.hub).transaction is None)
    assert connector_of(house.hub).starter.barred is None
    await house.later(120)
    assert len(asked(one)) == tags + 1
    second = connector_of(house.hub).transaction
    assert second is not None
    assert second.continues == first.id


@ONLY_1_6
async def test_a_charger_that_does_not_stop_is_asked_once(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    one, _ = await asleep(hass, house, charger)
    answers(one, "Rejected", "RemoteStopTransaction")
    await house.later(900)
    assert (stops(one), asked(one)) == (1, ["TAGCP11"])
    assert house.why() == "car_full"
    starter = connector_of(house.hub).starter
    assert starter.barred is None
    assert not starter.can_restart
    assert starter.record()["restart_refused"] is True


@pytest.mark.parametrize("when", ["before", "during", "after"])
@ONLY_1_6
async def test_whom_its_user_stops_is_not_started_again(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger, when: str
) -> None:
    one, _ = await asleep(hass, house, charger)
    if when == "before":
        answers(one, "Accepted", "RemoteStopTransaction")
        connector_of(house.hub).starter.stop_asked()
        await house.later(900)
        assert stops(one) == 0
        return
    if when == "during":
        # It takes its time.
        answers(one, "Accepted", "RemoteStopTransaction")
    else:
        refuses(one)
    while not stops(one):
        await house.later(5)
    await house.act("switch", "turn_off", "CP1/1/charging")
    if when == "during":
        end_session(one, "Remote")
    obeys(one)
    await settled(hass, one)
    count = len(asked(one))
    await house.later(900)
    assert len(asked(one)) == count
    assert connector_of(house.hub).transaction is None
    assert connector_of(house.hub).starter.barred is not None


async def test_what_was_learned_of_vehicles_is_shown_and_kept(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.sun_w = 3000
    one = await house.car(charger, Car(soc=40, phases=1))
    await house.mode("solar")
    await house.later(300)
    assert one.connector().currents[0] == 13

    def learned(of: Hub) -> dict[str, Any]:
        (kept,) = of.charge_control.diagnostics()["control"]["chargers"].values()
        car: dict[str, Any] = kept["car"]
        return {name: car[name] for name in ("box", "cars", "shares", "id")}

    shown = house.hub.charge_control.diagnostics()["connectors"][0]["reading"]
    # It has not shown yet that it begins a session again.
    assert not shown["restartable"]
    assert shown["voltages_v"] is None or max(shown["voltages_v"]) > 200
    before = learned(house.hub)
    assert before["box"]["begin_s"] is not None
    assert before["shares"]["1"] == pytest.approx(1.0, abs=0.05)
    # Of its tag only a part of a hash is known.
    assert before["id"].startswith("tag_")
    assert before["cars"][-1]["car"] == before["id"]
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new: Hub = setup_integration.runtime_data
    new.charge_control.async_tick()
    assert learned(new) == before
