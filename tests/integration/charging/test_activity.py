"""What people read in *Activity* of charge control: few lines, each of which is news."""

from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sensor.control import reason_of
from custom_components.ocpp_cs.smart_charging.model import Decision
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.entities import state_of
from tests.integration.helpers.live_house import LiveHouse, fixture_house  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BOTH


def place(hub: Hub, charge_point_id: str) -> tuple[Connector, Decision | None]:
    """Return a connector, and what was decided for it."""
    connector = hub.central_system.charge_points[charge_point_id].connector(1)
    return connector, hub.charge_control.decision(connector)


pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", overrides={"switches_phases": True}),
        charger_subentry("CP2", "Yard", overrides={"switches_phases": False}),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


CLOUDY = (7000, 6800, 2500, 1200, 900, 6500, 3000, 500, 5500, 7000)
"""The power of the roof in W, minute by minute."""


async def test_clouds_that_change_nothing_are_not_told(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    lines: dict[str, list[str]] = {}

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is not None and new is not None and old.state != new.state:
            lines.setdefault(new.entity_id, []).append(new.state)

    house.sun_w = 6000
    await house.car(charger)
    await house.car(charger, charge_point_id="CP2")
    await house.mode("solar")
    await house.mode("solar", key="CP2/1")
    await house.later(300)
    hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    counted_down = set()
    for _ in range(2):
        for house.sun_w in CLOUDY:
            await house.later(60)
            reason = reason_of(*place(house.hub, "CP1"))[0]
            if reason in {"stop_delay", "phase_delay"}:
                shown = state_of(hass, "CP1/1/control_state")
                assert shown.state == "following_sun"
                assert shown.attributes["until"] is not None
                counted_down.add(reason)
    # The dashboard counts down what comes; one phase went on through all of that.
    assert "stop_delay" in counted_down
    assert "sensor.garage_charging_control" not in lines
    assert "sensor.garage_charging_state" not in lines
    # Three phases are paused once in each round, and nobody else did that.
    control = ["waiting_for_sun", "start_delay", "following_sun"]
    assert lines["sensor.yard_charging_control"] == control * 2
    state = ["waiting_for_sun", "starting", "charging"]
    assert lines["sensor.yard_charging_state"] == state * 2
