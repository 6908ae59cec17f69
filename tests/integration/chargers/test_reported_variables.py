"""The device model of a charger of OCPP 2.0.1 in its diagnostics."""

import json
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.station import V2Station, device_model, variable
from tests.integration.conftest import charger_subentry, wait_for


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def test_variables_are_there_and_nothing_private(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    socket_enabled: None,
) -> None:
    """Also while it is away; no more than helps."""
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    private = {
        "SecurityCtrlr.BasicAuthPassword": "hunter2-hunter2",
        "ChargingStation.SerialNumber": "SN-4711-42",
        "ConnectedEV.VehicleId": "DE-A1B2C3D4E5",
    }
    model = [
        *device_model(),
        *(
            variable(*name.split("."), value, mutability="ReadWrite")
            for name, value in private.items()
        ),
        *(variable("Many", f"Variable{number}", "v") for number in range(1500)),
    ]
    async with V2Station(f"{server_url}CP1", model=model) as station:
        await station.boot()
        charge_point = hub.central_system.charge_points["CP1"]
        await wait_for(hass, lambda: charge_point.ready)
    await wait_for(hass, lambda: not charge_point.connected)
    told = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    (charger,) = told["chargers"]
    variables = charger["reported"]["variables"]
    assert {
        name: value for name, value in variables[5].items() if name != "readonly"
    } == {"key": "SampledDataCtrlr.TxUpdatedInterval", "value": "10"}
    assert len(variables) == 1000
    for name, value in private.items():
        assert name in json.dumps(told)
        assert value not in json.dumps(told)
