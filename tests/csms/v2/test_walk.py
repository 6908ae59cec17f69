"""A station of OCPP 2.0.1 from its boot to its booked session, once through all layers."""

from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.model.profile import Unit
from tests.csms.test_central_system import World, until

from .station import V2Station, reading, value, wh


async def test_a_station_is_pending_until_it_is_adopted(world: World) -> None:
    """And says who it is meanwhile."""
    async with V2Station.of(world) as station:
        assert (await station.boot())["status"] == "Pending"
        pending = world.central_system.pending["CP1"]
        assert (pending.identity.vendor, pending.identity.model) == ("Acme", "Two")
        charge_point = world.adopt()
        (asked,) = await station.wait_for("TriggerMessage")
        assert asked == {"requestedMessage": "BootNotification"}
        assert (await station.boot())["status"] == "Accepted"
        await until(lambda: charge_point.ready)
        assert charge_point.protocol == "ocpp2.0.1"
        assert charge_point.connector_numbers == [1]
        assert charge_point.capabilities.units == {Unit.AMPERE, Unit.WATT}
        assert charge_point.capabilities.max_stack_level == 8
    await until(lambda: not charge_point.connected)


async def test_a_session(world: World) -> None:
    """Status, values and what is booked are those of any version."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Available")
        assert connector.status is ConnectorStatus.AVAILABLE
        await station.status("Occupied")
        assert connector.status is ConnectorStatus.PREPARING
        answer = await station.event(
            "Started", token="CARD", values=[wh(1000, "Transaction.Begin")]
        )
        assert answer == {"idTokenInfo": {"status": "Accepted"}}
        assert connector.transaction is not None
        assert (connector.transaction.id, connector.transaction.id_tag) == (
            "T-1",
            "CARD",
        )
        power = value(7.4, "Power.Active.Import", "kW")
        await station.event(
            "Updated", state="Charging", values=[reading(value(1500), power)]
        )
        assert connector.status is ConnectorStatus.CHARGING
        assert connector.measurements["power"] == 7400
        assert connector.session_energy_wh == 500
        await station.event(
            "Ended", values=[wh(3000, "Transaction.End")], reason="EVDisconnected"
        )
        assert connector.transaction is None
        assert connector.status is ConnectorStatus.FINISHING
        await station.status("Available")
        assert connector.status is ConnectorStatus.AVAILABLE
    await world.ledger.save()
    (kept,) = world.ledger.at_hand("CP1")
    assert (kept.id, kept.energy_wh, kept.reason) == ("T-1", 2000, "ev_disconnected")


async def test_limits_and_starts(world: World) -> None:
    """The commands of entities reach the station in its own words."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await charge_point.commands.start_transaction(connector_id=1)
        (start,) = await station.wait_for("RequestStartTransaction")
        assert start["idToken"] == {"idToken": "HomeAssistant", "type": "Central"}
        assert start["evseId"] == 1
        await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
        (sent,) = await station.wait_for("SetChargingProfile")
        profile = sent["chargingProfile"]
        assert sent["evseId"] == 1
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        (schedule,) = profile["chargingSchedule"]
        assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
