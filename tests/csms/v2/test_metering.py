"""Meter values of stations that speak OCPP 2."""

from tests.csms.test_central_system import World

from .station import Json, V2Station, at, reading, value, wh


async def send(station: V2Station, evse: int, *values: Json) -> None:
    """Send a MeterValues."""
    answer = await station.call(
        "MeterValues", {"evseId": evse, "meterValue": [reading(*values)]}
    )
    assert answer == {}


async def test_values_without_a_transaction(world: World) -> None:
    """J01: of an EVSE that is idle, and of the main meter (EVSE 0)."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await send(station, 1, value(230.4, "Voltage", "V"), value(12_345))
        await send(station, 0, value(4.2, "Power.Active.Import", "kW"))
        measured = charge_point.connector(1).measurements
        assert (measured["voltage"], measured["energy"]) == (230.4, 12_345)
        assert charge_point.whole.measurements["power"] == 4200
        assert charge_point.connector(1).transaction is None


async def test_units_phases_and_odd_numbers(world: World) -> None:
    """Multipliers, phases, numbers as text, and signed values beside plain ones."""
    charge_point = world.adopt()
    signed = {
        "signedMeterData": "AAAA",
        "signingMethod": "ECDSA",
        "encodingMethod": "OCMF",
        "publicKey": "",
    }
    energy = value(12.5, signedMeterValue=signed)
    energy["unitOfMeasure"] = {"unit": "Wh", "multiplier": 3}
    power = value(7, "Power.Active.Import")
    power["value"] = "7.2"
    power["unitOfMeasure"] = {"unit": "kW"}
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(12_000)])
        currents = [
            value(10.0 + phase, "Current.Import", "A", phase=f"L{phase}")
            for phase in (1, 2, 3)
        ]
        await station.event(
            "Updated", state="Charging", values=[reading(energy, power, *currents)]
        )
        connector = charge_point.connector(1)
        measured = connector.measurements
        assert (measured["energy"], measured["power"]) == (12_500, 7200)
        assert [measured[f"current_l{phase}"] for phase in (1, 2, 3)] == [11, 12, 13]
        assert connector.session_energy_wh == 500
        assert connector.active_phases == 3


async def test_the_phases_of_an_event(world: World) -> None:
    """They count where no meter shows them."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.event("Started", token="CARD", values=[wh(0)])
        await station.event("Updated", state="Charging", numberOfPhasesUsed=1)
        assert connector.active_phases == 1
        await station.event("Updated", numberOfPhasesUsed=3, values=[wh(10)])
        assert connector.active_phases == 3
        for odd in (0, 9):
            await station.event("Updated", numberOfPhasesUsed=odd)
            assert connector.active_phases == 3


async def test_phases_are_added(world: World) -> None:
    """A register of each phase makes that of the session."""
    world.adopt()

    def registers(total: float, context: str) -> Json:
        return reading(
            *(
                value(total / 3, phase=f"L{phase}", context=context)
                for phase in (1, 2, 3)
            )
        )

    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Started", token="CARD", values=[registers(3000, "Transaction.Begin")]
        )
        await station.event(
            "Ended", values=[registers(6600, "Transaction.End")], timestamp=at(1)
        )
    await world.ledger.save()
    (kept,) = world.ledger.at_hand("CP1")
    assert kept.energy_wh == 3600


async def test_both_readings_at_the_end(world: World) -> None:
    """The values of a whole session may come with its end alone."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD")
        await station.event(
            "Ended",
            values=[wh(1000, "Transaction.Begin", -60), wh(4000, "Transaction.End")],
        )
        await station.event(
            "Ended",
            "T-2",
            values=[wh(4000, "Transaction.Begin", -60), wh(5000, "Transaction.End")],
        )
    await world.ledger.save()
    assert [one.energy_wh for one in world.ledger.at_hand("CP1")] == [3000, 1000]


async def test_a_register_with_decimals_does_not_go_back_at_the_end(
    world: World,
) -> None:
    """It is shown in whole Wh, and what was told with decimals is no deviation."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(730.2)])
        await station.event("Updated", values=[wh(998.78)])
        await station.event(
            "Ended",
            values=[
                wh(730.2, "Transaction.Begin", -60),
                wh(1006.07, "Transaction.End"),
            ],
        )
        assert charge_point.connector(1).measurements["energy"] == 1006
        assert charge_point.deviations.counts == {}
