"""Power and current are 0 when nothing flows, though no meter value says so."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointError,
    ConnectorStatus,
    utcnow,
)
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from tests.csms.metered import values_of
from tests.csms.test_central_system import World, meter_values, sample, status, world

__all__ = ["world"]

FLOWING = (
    sample("11000", "Power.Active.Import", unit="W"),
    sample("16", "Current.Import", unit="A", phase="L1"),
    sample("16", "Current.Import", unit="A", phase="L2"),
    sample("230", "Voltage", unit="V", phase="L1"),
    sample("16", "Current.Offered", unit="A"),
    sample("1500", "Energy.Active.Import.Register", unit="Wh"),
)


@pytest.fixture
def connector() -> Connector:
    connector = ChargePoint("CP1", Ledger(MemoryStore())).connector(1)
    flow(connector)
    assert connector.measurements["power"] == 11000
    assert connector.active_phases == 2
    return connector


def flow(connector: Connector) -> None:
    payload: Any = meter_values(*FLOWING)
    connector.update_meter(values_of(*payload["meterValue"]))


def change(connector: Connector, to: ConnectorStatus) -> None:
    connector.update_status(to, ChargePointError.NO_ERROR)


@pytest.mark.parametrize(
    "to",
    [
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.PREPARING,
        ConnectorStatus.FINISHING,
        ConnectorStatus.UNAVAILABLE,
        ConnectorStatus.FAULTED,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
    ],
)
def test_any_status_but_charging_ends_it(
    connector: Connector, to: ConnectorStatus
) -> None:
    change(connector, to)
    assert connector.measurements == {
        "power": 0,
        "current": 0,
        "current_l1": 0,
        "current_l2": 0,
        "voltage": 230,
        "voltage_l1": 230,
        "current_offered": 16,
        "energy": 1500,
    }
    assert connector.active_phases == 0


async def test_while_it_charges_the_meter_speaks(connector: Connector) -> None:
    change(connector, ConnectorStatus.CHARGING)
    assert connector.measurements["power"] == 11000


MOMENT = utcnow().replace(microsecond=500_000)


@pytest.mark.parametrize(
    ("told", "taken", "power"),
    [
        # It delivers while it is suspended.
        (MOMENT, MOMENT, 11000),
        (MOMENT, MOMENT + timedelta(seconds=1), 11000),
        # Taken before, sent after.
        (MOMENT, MOMENT - timedelta(milliseconds=1), 0),
        (MOMENT, MOMENT - timedelta(seconds=100), 0),
        # In the same second: nobody knows.
        (MOMENT.replace(microsecond=0), MOMENT.replace(microsecond=0), 0),
        (MOMENT.replace(microsecond=0), MOMENT, 11000),
        # The clock was put back in between.
        (MOMENT, MOMENT - timedelta(hours=1), 11000),
        # A status without a time: what comes later is later.
        (None, MOMENT - timedelta(seconds=10), 11000),
    ],
)
@pytest.mark.parametrize(
    "to", [ConnectorStatus.SUSPENDED_EVSE, ConnectorStatus.FINISHING]
)
async def test_what_was_taken_before_the_status_does_not_come_back(
    connector: Connector,
    to: ConnectorStatus,
    told: datetime | None,
    taken: datetime,
    power: float,
) -> None:
    change(connector, ConnectorStatus.CHARGING)
    connector.update_status(to, ChargePointError.NO_ERROR, timestamp=told)
    payload: Any = meter_values(*FLOWING)
    payload["meterValue"][0]["timestamp"] = taken.isoformat()
    connector.meter.reset_clock()
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measurements["power"] == power
    assert connector.measurements["current_l1"] == (16 if power else 0)
    # What does not flow is as it was told.
    assert connector.measurements["voltage_l1"] == 230
    change(connector, ConnectorStatus.CHARGING)
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measurements["power"] == 11000


@pytest.mark.parametrize("watts", ["0", "11000"])
@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
async def test_what_is_heard_of_first_at_rest_has_a_power(
    watts: str, late: timedelta
) -> None:
    """All of it in one second: the plug, the status, and what the meter shows."""
    told = MOMENT.replace(microsecond=0)
    connector = ChargePoint("CP1", Ledger(MemoryStore())).connector(1)
    connector.update_status(
        ConnectorStatus.PREPARING, ChargePointError.NO_ERROR, timestamp=told
    )
    assert "power" not in connector.measurements
    payload: Any = meter_values(
        sample(watts, "Power.Active.Import", unit="W"),
        sample(watts, "Current.Import", unit="A", phase="L1"),
        sample("230", "Voltage", unit="V", phase="L1"),
    )
    payload["meterValue"][0]["timestamp"] = (told - late).isoformat()
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measurements["power"] == 0
    assert connector.measurements["current_l1"] == 0
    assert connector.measurements["voltage_l1"] == 230
    assert connector.measured_at is None


async def test_what_is_told_of_nothing_is_no_new_measurement(
    connector: Connector,
) -> None:
    """Charge control asks since when the power is known."""
    change(connector, ConnectorStatus.CHARGING)
    before = connector.measured_at
    payload: Any = meter_values(sample("0", "Current.Offered", unit="A"))
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measured_at == before
    change(connector, ConnectorStatus.SUSPENDED_EVSE)
    ended = connector.measured_at
    assert before is not None and ended is not None and ended > before
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measured_at == ended
    flow(connector)
    assert connector.measured_at > ended


async def test_nothing_has_no_power_factor(connector: Connector) -> None:
    payload: Any = meter_values(sample("0.98", "Power.Factor"))
    connector.update_meter(values_of(*payload["meterValue"]))
    assert connector.measurements["power_factor"] == 0.98
    change(connector, ConnectorStatus.SUSPENDED_EV)
    assert "power_factor" not in connector.measurements


async def test_the_same_value_is_seen_again(connector: Connector) -> None:
    seen: list[float] = []
    connector.watch(("power",), lambda: seen.append(connector.measurements["power"]))
    change(connector, ConnectorStatus.FINISHING)
    connector.charge_point.changes.flush()
    flow(connector)
    connector.charge_point.changes.flush()
    assert seen == [0, 11000]


async def test_the_end_of_a_transaction_ends_it(world: World) -> None:
    connector = world.adopt().connector(1)
    async with world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        started = await client.call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "T",
                "meterStart": 0,
                "timestamp": utcnow().isoformat(),
            },
        )
        number = started["transactionId"]
        values = meter_values(*FLOWING, transactionId=number)
        await client.call("MeterValues", values)
        assert connector.measurements["power"] == 11000
        await client.call(
            "StopTransaction",
            {
                "transactionId": number,
                "meterStop": 1500,
                "timestamp": utcnow().isoformat(),
                "transactionData": values["meterValue"],
            },
        )
    assert connector.measurements["power"] == 0
    assert connector.measurements["current"] == 0
