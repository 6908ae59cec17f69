"""Phases, places and the totals that follow from them."""

from datetime import timedelta

import pytest

from custom_components.ocpp_cs.csms.metering.metering import RegisterSample
from tests.csms.metered import (
    CURRENT,
    ENERGY,
    NOON,
    POWER,
    Charger,
    entry,
    phases,
    sample,
)


@pytest.fixture
def charger() -> Charger:
    return Charger()


@pytest.mark.parametrize("apart", [False, True])
def test_neutral_is_nothing(charger: Charger, apart: bool) -> None:
    samples = [
        sample(230, "Voltage", phase="L1"),
        sample(0, "Voltage", phase="N"),
        sample(3, CURRENT, phase="N"),
        sample(3.5, CURRENT, phase="L1"),
    ]
    for second in range(2):
        time = NOON + timedelta(seconds=second)
        if apart:
            charger.send_entries(*(entry(one, at=time) for one in samples), now=time)
        else:
            charger.send(*samples, at=time)
        assert charger.values == {
            "voltage": 230.0,
            "voltage_l1": 230.0,
            "current": 3.5,
            "current_l1": 3.5,
        }
    assert charger.noted == {}


@pytest.mark.parametrize(
    ("measurand", "key"),
    [
        (CURRENT, "current"),
        (POWER, "power"),
        (ENERGY, "energy"),
        ("Voltage", "voltage"),
    ],
)
def test_neutral_alone_is_the_only_phase(
    charger: Charger, measurand: str, key: str
) -> None:
    """As a charger of one phase has it, until there is a better one."""
    for second, value in enumerate((230.0, 231.0)):
        time = NOON + timedelta(seconds=second)
        reading = charger.send(sample(value, measurand, phase="N"), at=time)
        # A register waits whether phases come, as it does for the sum of some.
        shown = measurand != ENERGY or second
        assert charger.values == ({key: value} if shown else {})
        assert len(reading.registers) == (measurand == ENERGY and second)
    charger.send(sample(7, measurand), at=NOON + timedelta(seconds=2))
    assert charger.values == {key: 7.0}
    charger.send(sample(232, measurand, phase="N"), at=NOON + timedelta(seconds=3))
    assert charger.values == {key: 7.0}
    assert charger.noted == {}


def test_neutral_has_no_voltage_of_its_own(charger: Charger) -> None:
    charger.send(sample("0.00", "Voltage", phase="N"), sample(1, CURRENT))
    assert charger.values == {"current": 1.0}


def test_phase_to_neutral(charger: Charger) -> None:
    charger.send(*(sample(230 + n, "Voltage", phase=f"L{n}-N") for n in (1, 2, 3)))
    assert charger.values == {
        "voltage": 232.0,
        "voltage_l1": 231.0,
        "voltage_l2": 232.0,
        "voltage_l3": 233.0,
    }


def test_voltages_between_lines(charger: Charger) -> None:
    lines = ("L1-L2", "L2-L3", "L3-L1")
    reading = charger.send(*(sample(400, "Voltage", phase=line) for line in lines))
    assert reading.registers == ()
    assert charger.values == {
        "voltage_l1_l2": 400.0,
        "voltage_l2_l3": 400.0,
        "voltage_l3_l1": 400.0,
    }


@pytest.mark.parametrize(
    ("measurand", "phase_values", "key", "total"),
    [
        (POWER, (1000, 1100, 1200), "power", 3300.0),
        (POWER, (2.4, 0, 0.1), "power", 2.5),
        (CURRENT, (6, 16, 10), "current", 16.0),
        ("Current.Offered", (16, 16, 16), "current_offered", 16.0),
        ("Power.Offered", (3680, 3680, 3680), "power_offered", 11040.0),
        ("Voltage", (230, 231, 235), "voltage", 232.0),
        # One phase is connected; the others pick up a few volts.
        ("Voltage", (230, 0, 0), "voltage", 230.0),
        ("Voltage", (3.1, 229, 8.5), "voltage", 229.0),
        ("Voltage", (0, 0, 0), "voltage", 0.0),
        ("Voltage", (3, 6, 0), "voltage", 3.0),
        (ENERGY, (100, 200, 300), "energy", 600.0),
        ("Power.Factor", (0.9, 0, 0), "power_factor", 0.9),
    ],
)
def test_derived(
    charger: Charger,
    measurand: str,
    phase_values: tuple[float, ...],
    key: str,
    total: float,
) -> None:
    reading = charger.send(*phases(measurand, *phase_values))
    assert charger.values == {
        key: total,
        f"{key}_l1": phase_values[0],
        f"{key}_l2": phase_values[1],
        f"{key}_l3": phase_values[2],
    }
    assert reading.changed == charger.values.keys()


@pytest.mark.parametrize(
    ("measurand", "phase_values", "key", "total"),
    [
        ("Frequency", (50, 0, 0), "frequency", 50.0),
        ("Frequency", (50.02, 50.04, 50.03), "frequency", 50.03),
        ("Temperature", (-5, 5, 30), "temperature", 10.0),
        ("SoC", (50,), "soc", 50.0),
        ("RPM", (1000, 2000), "rpm", 1500.0),
    ],
)
def test_phases_that_mean_nothing(
    charger: Charger,
    measurand: str,
    phase_values: tuple[float, ...],
    key: str,
    total: float,
) -> None:
    for _ in range(3):
        charger.send(*phases(measurand, *phase_values))
        assert charger.values == {key: total}


@pytest.mark.parametrize("phase", ["L1", "L2", "L3"])
def test_any_single_phase(charger: Charger, phase: str) -> None:
    charger.send(sample(1000, POWER, phase=phase))
    assert charger.values == {"power": 1000.0, f"power_{phase.lower()}": 1000.0}


@pytest.mark.parametrize("first", [True, False])
def test_total_wins(charger: Charger, first: bool) -> None:
    total = [sample(30, POWER)]
    parts = phases(POWER, 0, 0, 5)
    charger.send(*(total + parts if first else parts + total))
    assert charger.values["power"] == 30.0
    # Also in messages that have no total, as long as it comes now and then.
    for second in range(1, 20):
        time = NOON + timedelta(seconds=second)
        if second % 2:
            charger.send(*phases(POWER, 0, 0, second), at=time)
        else:
            charger.send(sample(30, POWER), at=time)
        assert charger.values["power"] == 30.0


def test_total_that_comes_later(charger: Charger) -> None:
    charger.send(*phases(POWER, 1, 1, 1))
    assert charger.values["power"] == 3.0
    charger.send(sample(30, POWER))
    assert charger.values["power"] == 30.0
    charger.send(*phases(POWER, 2, 2, 2))
    assert charger.values["power"] == 30.0


def test_total_that_stays_away(charger: Charger) -> None:
    charger.send(sample(30, POWER))
    seen = []
    for second in range(4):
        charger.send(
            *phases(POWER, 1000, 1000, 1000), at=NOON + timedelta(seconds=second)
        )
        seen.append(charger.values["power"])
    assert seen == [30.0, 30.0, 3000.0, 3000.0]


def test_total_of_another_connection(charger: Charger) -> None:
    charger.send(sample(30, POWER))
    charger.meter.reset_clock()
    charger.send(*phases(POWER, 1, 1, 1))
    assert charger.values["power"] == 3.0


def test_register_keeps_its_source(charger: Charger) -> None:
    charger.send(sample(10_000, ENERGY))
    charger.meter.reset_clock()
    for second in range(10):
        reading = charger.send(
            *phases(ENERGY, 3000, 3000, 3000), at=NOON + timedelta(seconds=second)
        )
        assert charger.values["energy"] == 10_000.0
        assert reading.registers == ()


def test_register_of_some_phases_waits(charger: Charger) -> None:
    """A sum that grows by a whole phase would count as energy charged."""
    assert charger.send(*phases(ENERGY, 3000)).registers == ()
    assert "energy" not in charger.values
    reading = charger.send(sample(2000, ENERGY, phase="L2"))
    assert "energy" not in charger.values
    reading = charger.send(*phases(ENERGY, 3001, 2001), at=NOON + timedelta(seconds=10))
    assert charger.values["energy"] == 5002.0
    assert [register.wh for register in reading.registers] == [5002.0]


def test_reactive_register_waits_too(charger: Charger) -> None:
    name = "Energy.Reactive.Import.Register"
    charger.send(*phases(name, 3000))
    assert "energy_reactive_import" not in charger.values
    charger.send(*phases(name, 3000), at=NOON + timedelta(seconds=10))
    assert charger.values["energy_reactive_import"] == 3000.0


def test_derived_register(charger: Charger) -> None:
    reading = charger.send(
        *phases(ENERGY, "1", "2", "3.5", unit="kWh", context="Transaction.Begin")
    )
    assert reading.registers == (RegisterSample(NOON, "Transaction.Begin", 6500.0),)


def test_phase_that_stays_away(charger: Charger) -> None:
    """Some chargers leave out phases that the car does not use."""
    charger.send(*phases(POWER, 1000, 1000, 1000))
    seen = []
    for second in range(1, 5):
        charger.send(*phases(POWER, 1000), at=NOON + timedelta(seconds=second))
        seen.append(charger.values["power"])
    assert seen == [3000.0, 3000.0, 1000.0, 1000.0]


def test_outlet_wins(charger: Charger) -> None:
    charger.send(sample(5000, POWER, location="Inlet"))
    assert charger.values["power"] == 5000.0
    charger.send(sample(3000, POWER))
    assert charger.values["power"] == 3000.0
    for location in ("Inlet", "Cable", "EV", "Body"):
        reading = charger.send(sample(5000, POWER, location=location))
        assert reading.changed == set()
    charger.send(sample(3100, POWER, location="Outlet"))
    assert charger.values == {"power": 3100.0}
    assert charger.noted == {}


def test_only_elsewhere(charger: Charger) -> None:
    for value in (10, 20, 30):
        charger.send(
            sample(value, "SoC", location="EV"),
            sample(value, "Temperature", location="Body"),
        )
        assert charger.values == {"soc": value, "temperature": value}


def test_broken_outlet_does_not_win(charger: Charger) -> None:
    for value in (10, 20):
        charger.send(sample("", "SoC"), sample(value, "SoC", location="EV"))
        assert charger.values == {"soc": value}


@pytest.mark.parametrize("first", [True, False])
def test_phases_of_the_outlet_win_over_a_total_elsewhere(
    charger: Charger, first: bool
) -> None:
    total = [sample(5000, POWER, location="Inlet")]
    parts = phases(POWER, 1000, 1000, 1000)
    for _ in range(3):
        charger.send(*(total + parts if first else parts + total))
        assert charger.values["power"] == 3000.0


@pytest.mark.parametrize("first", [True, False])
def test_total_and_phases_elsewhere(charger: Charger, first: bool) -> None:
    total = [sample(3030, POWER, location="Inlet")]
    parts = phases(POWER, 1000, 1000, 1000, location="Inlet")
    for _ in range(3):
        charger.send(*(total + parts if first else parts + total))
        assert charger.values["power"] == 3030.0


@pytest.mark.parametrize("first", [True, False])
def test_registers_of_the_best_location(charger: Charger, first: bool) -> None:
    outlet = sample(1000, ENERGY)
    inlet = sample(9000, ENERGY, location="Inlet")
    reading = charger.send(*([outlet, inlet] if first else [inlet, outlet]))
    assert [register.wh for register in reading.registers] == [1000.0]
    assert charger.values == {"energy": 1000.0}
    # In a replay, too.
    reading = charger.send(
        *([outlet, inlet] if first else [inlet, outlet]),
        at=NOON - timedelta(hours=1),
        now=NOON,
    )
    assert [register.wh for register in reading.registers] == [1000.0]
