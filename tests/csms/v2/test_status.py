"""The status of a connector, which is made of plugs, events and problems."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import (
    ChargePointError,
    ConnectorStatus as S,
)
from tests.csms.test_central_system import World

from .station import V2Station, at, reading, value, wh

type Json = dict[str, Any]


def event(
    component: str, variable: str, actual: str, *, evse: Json | None = None, **more: Any
) -> Json:
    """Return an EventDataType."""
    part: Json = {"name": component}
    if evse is not None:
        part["evse"] = evse
    return {
        "eventId": 1,
        "timestamp": at(),
        "trigger": "Delta",
        "actualValue": actual,
        "eventNotificationType": "HardWiredNotification",
        "component": part,
        "variable": {"name": variable},
        **more,
    }


async def notify(station: V2Station, *events: Json) -> None:
    """Send a NotifyEvent."""
    answer = await station.call(
        "NotifyEvent",
        {"generatedAt": at(), "seqNo": 0, "tbc": False, "eventData": list(events)},
    )
    assert answer == {}


PLUG = {"id": 1, "connectorId": 1}


async def test_states_of_a_transaction(world: World) -> None:
    """They are more precise than the plug's, which stays occupied."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Available")
        await station.status("Occupied")
        assert connector.status is S.PREPARING
        await station.event("Started", token="CARD", state="EVConnected")
        told = []
        for state in ("Charging", "SuspendedEV", "SuspendedEVSE", None, "Idle"):
            await station.event("Updated", state=state)
            told.append(connector.status)
        assert told == [
            S.CHARGING,
            S.SUSPENDED_EV,
            S.SUSPENDED_EVSE,
            S.SUSPENDED_EVSE,
            S.FINISHING,
        ]
        await station.event("Ended")
        assert connector.status is S.FINISHING
        await station.status("Occupied")
        assert connector.status is S.FINISHING
        await station.status("Available")
        await station.status("Occupied")
        assert connector.status is S.PREPARING


async def test_a_stopped_transaction_that_waits_for_the_cable(world: World) -> None:
    """It is finishing until it goes on with another card."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Occupied")
        await station.event("Started", token="CARD", state="Charging")
        told = []
        for trigger, state in (
            ("RemoteStop", "EVConnected"),
            ("MeterValuePeriodic", "EVConnected"),
            ("ChargingStateChanged", "Charging"),
            ("ChargingStateChanged", "EVConnected"),
            ("StopAuthorized", "EVConnected"),
        ):
            await station.event("Updated", state=state, trigger=trigger)
            told.append(connector.status)
        assert told == [
            S.FINISHING,
            S.FINISHING,
            S.CHARGING,
            S.PREPARING,
            S.FINISHING,
        ]


async def test_a_plug_that_is_called_available_with_a_cable_in(world: World) -> None:
    """The transaction says what is true; a later fault counts more."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.event("Started", token="CARD", state="Charging")
        await station.status("Available")
        assert connector.status is S.CHARGING
        await station.status("Faulted")
        assert connector.status is S.FAULTED
        assert connector.problem
        await station.event("Updated", state="SuspendedEVSE", seconds=1)
        assert connector.status is S.SUSPENDED_EVSE
        assert not connector.problem


async def test_two_plugs(world: World) -> None:
    """The one that is used counts, and the other stays silent (G01.FR.08)."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Unavailable", plug=2)
        await station.status("Available", plug=1)
        assert connector.status is S.AVAILABLE
        await station.status("Occupied", plug=1)
        assert connector.status is S.PREPARING
        await station.event("Started", token="CARD", state="Charging")
        await station.status("Faulted", plug=2)
        assert connector.status is S.CHARGING


async def test_the_station_itself(world: World) -> None:
    """EVSE 0 with plug 0 is the station, as some tell at boot."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Unavailable", evse=0, plug=0)
        assert charge_point.whole.status is S.UNAVAILABLE
        assert charge_point.connector(1).status is None
        await station.status("Available", evse=0, plug=1)
        assert charge_point.connector(1).status is S.AVAILABLE
        assert "evse_zero" in charge_point.deviations.counts


async def test_replays_of_a_status(world: World) -> None:
    """An old status does not replace a newer one, but counts after a new connection."""
    charge_point = world.adopt()
    old = {
        "connectorStatus": "Faulted",
        "evseId": 1,
        "connectorId": 1,
        "timestamp": at(-3600),
    }
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Available")
        await station.call("StatusNotification", old)
        assert charge_point.connector(1).status is S.AVAILABLE
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.call("StatusNotification", old)
        assert charge_point.connector(1).status is S.FAULTED


@pytest.mark.parametrize("evse", [PLUG, {"id": 1}])
async def test_states_as_events(world: World, evse: Json) -> None:
    """G01.FR.03: AvailabilityState of a plug or an EVSE, instead of a status."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        name = "Connector" if "connectorId" in evse else "EVSE"
        for status, shown in (
            ("Occupied", S.PREPARING),
            ("Reserved", S.RESERVED),
            ("Available", S.AVAILABLE),
            ("Nonsense", S.AVAILABLE),
        ):
            await notify(station, event(name, "AvailabilityState", status, evse=evse))
            assert charge_point.connector(1).status is shown
        await notify(station, event("ChargingStation", "AvailabilityState", "Faulted"))
        assert charge_point.whole.status is S.FAULTED


async def test_problems(world: World) -> None:
    """Each component has its own; the last one is shown until all are over."""
    charge_point = world.adopt()
    faults: list[Json] = []
    charge_point.listen(
        lambda kind, data: faults.append(data) if kind == "fault" else None
    )
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Available")
        await notify(
            station,
            event(
                "ConnectorPlugRetentionLock",
                "Problem",
                "true",
                evse=PLUG,
                techCode="E17",
                techInfo="does not lock",
            ),
            event("Connector", "Problem", "false", evse=PLUG),
        )
        assert connector.problem
        assert connector.status is S.AVAILABLE
        assert connector.error_code is ChargePointError.CONNECTOR_LOCK_FAILURE
        assert connector.vendor_error_code == "E17"
        assert connector.info == "ConnectorPlugRetentionLock: does not lock"
        await notify(station, event("TokenReader", "Problem", "true"))
        assert connector.error_code is ChargePointError.READER_FAILURE
        await notify(station, event("TokenReader", "Problem", "true", cleared=True))
        assert connector.error_code is ChargePointError.CONNECTOR_LOCK_FAILURE
        await notify(
            station,
            event("ConnectorPlugRetentionLock", "Problem", "false", evse=PLUG),
        )
        assert not connector.problem
        await notify(
            station,
            *(event(f"Odd{number}", "Problem", "1", evse=PLUG) for number in range(99)),
        )
    assert [one["error_code"] for one in faults][:2] == [
        "connector_lock_failure",
        "reader_failure",
    ]


async def test_what_runs_after_a_restart(world: World) -> None:
    """Without its state, power and energy show what a session does."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)])
        await station.status("Occupied")
        connector = charge_point.connector(1)
        assert connector.status is S.PREPARING
        power = value(7000, "Power.Active.Import", "W")
        await station.event("Updated", values=[reading(value(1500), power)])
        await station.status("Occupied")
        assert connector.status is S.CHARGING
        power = value(0, "Power.Active.Import", "W")
        await station.event("Updated", values=[reading(value(1500), power)])
        await station.status("Occupied")
        assert connector.status is S.SUSPENDED_EV


async def test_a_session_of_the_past(world: World) -> None:
    """Its events do not change what the plug says now."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Available")
        for kind, state, ago in (
            ("Started", "Charging", -3600),
            ("Updated", "SuspendedEV", -3000),
            ("Ended", None, -2400),
        ):
            await station.event(
                kind,
                token="CARD" if kind == "Started" else None,
                values=[wh(4000 + ago, seconds=ago)],
                state=state,
                seconds=ago,
                offline=True,
            )
            assert connector.status is S.AVAILABLE
    await world.ledger.save()
    (kept,) = world.ledger.at_hand("CP1")
    assert (kept.energy_wh, kept.details.offline) == (1200, True)


async def test_a_plug_during_a_session_that_was_offline_for_a_while(
    world: World,
) -> None:
    """Once its events are of the present, they count more than the plug's status."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.event(
            "Started", token="CARD", values=[wh(0)], state="Charging", offline=True
        )
        await station.event("Updated", values=[wh(10)], state="Charging")
        await station.status("Available")
        assert connector.status is S.CHARGING
