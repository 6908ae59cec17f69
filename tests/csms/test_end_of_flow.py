"""Power and current are 0 when nothing flows, though no meter value says so."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.model import (
    ChargePointError,
    ConnectorStatus,
    utcnow,
)
from custom_components.ocpp_cs.csms.transactions import Ledger, MemoryStorage

from .test_central_system import World, meter_values, sample, status, world

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
    connector = ChargePoint("CP1", Ledger(MemoryStorage())).connector(1)
    flow(connector)
    assert connector.measurements["power"] == 11000
    assert connector.active_phases == 2
    return connector


def flow(connector: Connector) -> None:
    payload: Any = meter_values(*FLOWING)
    connector.update_meter(payload["meterValue"])


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
    ],
)
def test_a_status_without_transaction_ends_it(
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


@pytest.mark.parametrize(
    "to",
    [
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
    ],
)
def test_within_a_transaction_the_meter_speaks(
    connector: Connector, to: ConnectorStatus
) -> None:
    change(connector, to)
    assert connector.measurements["power"] == 11000


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
