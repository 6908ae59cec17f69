"""A connector that is to be unlocked."""

import pytest

from .cases import case
from .charge_point import ChargePoint
from .home import Home


@case("TC_017_1_CSMS", "Unlock connector, no session, no fixed cable")
async def test_unlock(home: Home, cp: ChargePoint) -> None:
    cp.answers["UnlockConnector"] = {"status": "Unlocked"}
    await home.use("button", "1/unlock", "press")
    assert await home.act("unlock_connector") == {"status": "unlocked"}
    assert cp.asked("UnlockConnector") == [{"connectorId": 1}] * 2
    await home.shows_status("available")


@case("TC_017_2_CSMS", "Unlock connector, no session, fixed cable")
async def test_unlock_fixed_cable(home: Home, cp: ChargePoint) -> None:
    cp.answers["UnlockConnector"] = {"status": "NotSupported"}
    with home.told("Garage refused UnlockConnector: NotSupported"):
        await home.use("button", "1/unlock", "press")
    assert cp.asked("UnlockConnector") == [{"connectorId": 1}]
    await home.shows_status("available")


@case("TC_018_1_CSMS", "Unlock connector, session running, no fixed cable")
async def test_unlock_while_charging(
    home: Home, cp: ChargePoint, transaction_id: int
) -> None:
    cp.answers["UnlockConnector"] = {"status": "Unlocked"}
    answer = await home.act("unlock_connector", connector_id=1)
    assert answer == {"status": "unlocked"}
    assert cp.asked("UnlockConnector") == [{"connectorId": 1}]
    # The status comes before the end of the transaction.
    await cp.status("Finishing")
    await home.shows_status("finishing")
    await home.shows_charging("on")
    assert await cp.stop(transaction_id, meter=1500, reason="UnlockCommand") == {}
    await home.shows_charging("off")
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows("sensor", "1/stop_reason", "unlock_command")
    session = await home.session()
    assert (session["reason"], session["energy_wh"]) == ("unlock_command", 500)


@case("TC_030_CSMS", "Unlock connector, unlock failure")
async def test_unlock_fails(home: Home, cp: ChargePoint) -> None:
    cp.answers["UnlockConnector"] = {"status": "UnlockFailed"}
    with home.told("Garage refused UnlockConnector: UnlockFailed"):
        await home.act("unlock_connector", connector_id=1)
    assert cp.asked("UnlockConnector") == [{"connectorId": 1}]
    # A failure to unlock is no fault of the connector, unless its status says so.
    await home.shows("binary_sensor", "1/problem", "off")


@case("TC_031_CSMS", "Unlock connector, unknown connector")
@pytest.mark.parametrize("connectors", [2])
async def test_unlock_unknown_connector(home: Home, cp: ChargePoint) -> None:
    cp.answers["UnlockConnector"] = {"status": "NotSupported"}
    with home.told("Garage refused UnlockConnector: NotSupported"):
        await home.act("unlock_connector", connector_id=2)
    assert cp.asked("UnlockConnector") == [{"connectorId": 2}]
    # One that nobody knows of is not asked for.
    with home.told("Garage has no connector 9"):
        await home.act("unlock_connector", connector_id=9)
    assert len(cp.asked("UnlockConnector")) == 1
    # Nothing came into being by being named.
    await home.shows_status("available")
    assert home.hass.states.get("sensor.garage_connector_9_status") is None
