"""How many phases are in use and connected, whatever of them is told."""

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.limits.profiles import amps_of, watts_of
from custom_components.ocpp_cs.csms.metering.lines import (
    lines_of,
    phases_in_use,
    voltage_of,
)
from custom_components.ocpp_cs.csms.model.model import ChargePointError, ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore

type Values = dict[str, float]


def values(
    voltages: tuple[float, ...] = (), currents: tuple[float, ...] = (), **more: float
) -> Values:
    """Return measurements; those of phases from the first one on."""
    found = {f"voltage_l{line}": value for line, value in enumerate(voltages, 1)}
    found |= {f"current_l{line}": value for line, value in enumerate(currents, 1)}
    if currents:
        found["current"] = max(currents)
    return found | more


@pytest.mark.parametrize(
    ("told", "connected", "used", "voltage", "watts"),
    [
        # Three phases, one of which is used; and none.
        (values((230, 231, 232), (14, 0, 0), power=3220), 3, 1, 231, 6930),
        (values((230, 231, 232)), 3, None, 231, 6930),
        # What floats on an open wire.
        (values((238.5, 118.4, 1.3), (14.07, 0, 0), power=3357), 1, 1, 238.5, 2385),
        (values((238.5, 118.4, 1.3)), 1, None, 238.5, 2385),
        (values((4, 118.4, 239.0), (0, 0, 0)), 1, 0, 239, 2390),
        # It may have little voltage, but it carries current.
        (values((230, 180, 0), (10, 10, 0)), 2, 2, 205, 4100),
        # The current of one phase only: power and voltages tell of three.
        (values((233, 233, 230), (9.6,), power=6650), 3, 3, 232, 6960),
        (values((230,), (9.6,), power=6650), 3, 3, 230, 6900),
        (values((230,), (9.6,), power=2208), 1, 1, 230, 2300),
        # No phases at all.
        (values(voltage=231.1, current=15.6, power=3500), 1, None, 231.1, 2311),
        (values(voltage=230, current=16, power=7360), 2, None, 230, 4600),
        (values(current=16, power=11000), 3, None, None, 6900),
        # Too little to tell.
        (values(current=0.4, power=30), None, None, None, 6900),
        (values(voltage=231.1), None, None, 231.1, 6933),
        (values(), None, None, None, 6900),
        (values((0, 0, 0), (0, 0, 0)), None, 0, None, 6900),
    ],
)
def test_what_voltage_current_and_power_say(
    told: Values,
    connected: int | None,
    used: int | None,
    voltage: float | None,
    watts: int,
) -> None:
    assert lines_of(told)[0] == connected
    assert phases_in_use(told) == used
    assert voltage_of(told) == (None if voltage is None else pytest.approx(voltage))
    assert watts_of(10, None, told) == watts
    assert amps_of(watts, None, told) == pytest.approx(10, abs=0.01)
    # Who says on how many phases has the say.
    assert watts_of(10, 3, told) == pytest.approx(30 * (voltage or 230), abs=1)


@pytest.fixture
def connector() -> Connector:
    return ChargePoint("CP1", Ledger(MemoryStore())).connector(1)


async def test_what_was_in_use_is_connected_when_nothing_flows(
    connector: Connector,
) -> None:
    connector.update_status(ConnectorStatus.CHARGING, ChargePointError.NO_ERROR)
    for power, current, lines in ((3500, 15.2, 1), (10500, 15.2, 3), (3500, 15.2, 3)):
        connector.meter.values |= {"power": power, "current": current}
        connector.update_status(ConnectorStatus.SUSPENDED_EV, ChargePointError.NO_ERROR)
        assert connector.measurements["power"] == 0
        assert connector.lines == lines
        connector.update_status(ConnectorStatus.CHARGING, ChargePointError.NO_ERROR)


async def test_voltages_of_all_phases_are_certain(connector: Connector) -> None:
    connector.meter.values |= {"power": 10500, "current": 15.2}
    assert connector.lines == 3
    connector.meter.values |= values((231, 3, 5), (15, 0, 0), power=3400)
    assert connector.lines == 1
