"""Events that a station tells on its own: answered, kept within limits, and used."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.v2.device_model.model import DeviceModel
from tests.csms.test_central_system import World

from .station import Json, V2Station, at, device_model, variable


def event(
    component: str, name: str, value: str, evse: Json | None = None, **more: Any
) -> Json:
    """Return an EventDataType."""
    part: Json = {"name": component} | ({} if evse is None else {"evse": evse})
    return {
        "eventId": 1,
        "timestamp": at(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": part,
        "variable": {"name": name},
        **more,
    }


async def tell(station: V2Station, *events: Json) -> Json:
    """Send a NotifyEvent."""
    return await station.call(
        "NotifyEvent", {"generatedAt": at(), "seqNo": 0, "eventData": list(events)}
    )


async def test_events(world: World) -> None:
    """They are kept, and so are the values that they tell."""
    charge_point = world.adopt()
    model = [*device_model(), variable("TxCtrlr", "EVConnectionTimeOut", "60")]
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        assert (
            await tell(
                station,
                event("TxCtrlr", "EVConnectionTimeOut", "90"),
                event("Unknown", "Problem", "true", techInfo="x" * 500, severity=2),
                event(
                    "Connector",
                    "AvailabilityState",
                    "Faulted",
                    {"id": 1, "connectorId": 1},
                ),
            )
            == {}
        )
        assert charge_point.capabilities.connection_timeout == 90
        assert charge_point.connector(1).status is ConnectorStatus.FAULTED
        told = charge_point.reported["events"]()
        assert [one["key"] for one in told] == [
            "TxCtrlr.EVConnectionTimeOut",
            "Unknown.Problem",
            "Connector/1.1.AvailabilityState",
        ]
        assert len(told[1]["tech_info"]) == 200
        inventory = charge_point.part(DeviceModel).inventory
        assert inventory.value("Unknown", "Problem") is None
        for number in range(60):
            await tell(station, event("Clock", "Time", str(number)))
        told = charge_point.reported["events"]()
        assert (len(told), told[-1]["value"]) == (50, "59")


async def test_events_that_lack_something(world: World) -> None:
    """Component and variable suffice."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        poor = {"component": {"name": "A"}, "variable": {"name": "B"}}
        assert await station.call("NotifyEvent", {"eventData": [poor]}) == {}
        (told,) = charge_point.reported["events"]()
        assert told["key"] == "A.B"


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_password_that_an_event_tells(
    world: World, is_known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It is kept nowhere, neither with the variables nor with the events."""
    caplog.set_level("DEBUG", "custom_components")
    charge_point = world.adopt()
    secret = variable("SecurityCtrlr", "BasicAuthPassword", mutability="WriteOnly")
    profiles = variable("Vendor", "Profiles", "")
    model = device_model() + ([secret, profiles] if is_known else [])
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        for one, told in (
            (secret, "correct-horse-battery"),
            (profiles, '{"basicAuthPassword": "correct-horse-battery"}'),
        ):
            await tell(
                station,
                event(one["component"]["name"], one["variable"]["name"], told),
            )
        kept = [told() for told in charge_point.reported.values()]
        assert "horse" not in str(kept)
        assert "horse" not in str(charge_point.commands.settings())
        assert "horse" not in str(list(charge_point.frames))
    assert "horse" not in caplog.text
