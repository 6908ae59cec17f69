"""What a meter makes of sampled values."""

from datetime import datetime, timedelta
import json
from pathlib import Path

import pytest

from custom_components.ocpp_cs.csms.metering.measurands import MEASURANDS, listed
from custom_components.ocpp_cs.csms.metering.metering import Reading, RegisterSample
from tests.csms.metered import (
    CURRENT,
    ENERGY,
    NOON,
    POWER,
    Charger,
    Json,
    entry,
    sample,
)

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture
def charger() -> Charger:
    return Charger()


def golden(name: str) -> Json:
    for line in (GOLDEN / f"{name}.txt").read_text().splitlines():
        message = json.loads(line)
        if message[0] == 2 and message[2] == "MeterValues":
            payload: Json = message[3]
            return payload
    raise AssertionError(name)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("name", "values", "register"),
    [
        (
            "goe_2023_meter_values_idle",
            {
                "current": 0.0,
                "current_l1": 0.0,
                "current_l2": 0.0,
                "current_l3": 0.0,
                "energy": 165333.0,
                "power": 0.0,
                "power_l1": 0.0,
                "power_l2": 0.0,
                "power_l3": 0.0,
            },
            RegisterSample(at("2023-07-02T20:27:40.908Z"), "Sample.Periodic", 165333.0),
        ),
        (
            "goe_2023_meter_values_offered",
            {
                "current": 0.4,
                "current_l1": 0.3,
                "current_l2": 0.4,
                "current_l3": 0.3,
                "current_offered": 16.0,
                "energy": 755295.0,
                # The charger's own total, although its phases say 0.
                "power": 30.0,
                "power_l1": 0.0,
                "power_l2": 0.0,
                "power_l3": 0.0,
                "power_offered": 11040.0,
            },
            RegisterSample(
                at("2023-03-14T09:53:44.000Z"), "Sample.Periodic", 755295.01
            ),
        ),
        (
            "wattpilot_2024_meter_values_paused",
            {
                "current": 0.0,
                "current_l1": 0.0,
                "current_l2": 0.0,
                "current_l3": 0.0,
                "current_offered": 0.0,
                "energy": 4185136.0,
                "frequency": 49.89,
                "power": 0.0,
                "power_l1": 0.0,
                "power_l2": 0.0,
                "power_l3": 0.0,
                "power_offered": 0.0,
                "temperature": 22.5,
                "voltage": 230.7,
                "voltage_l1": 230.0,
                "voltage_l2": 231.0,
                "voltage_l3": 231.0,
            },
            RegisterSample(
                at("2024-10-27T09:26:38.264Z"), "Sample.Periodic", 4185136.0
            ),
        ),
        (
            "evc5_4.3x",
            {
                "current": 16.1,
                "current_l1": 15.9,
                "current_l2": 16.1,
                "current_l3": 15.9,
                "energy": 11295100.0,
                "frequency": 50.04,
                "temperature": 25.0,
                "voltage": 236.2,
            },
            RegisterSample(
                at("2024-09-19T12:30:49+00:00"), "Sample.Periodic", 11295100.0
            ),
        ),
    ],
)
def test_golden(
    charger: Charger, name: str, values: dict[str, float], register: RegisterSample
) -> None:
    payload = golden(name)
    now = register.time + timedelta(seconds=1)
    reading = charger.send_entries(*payload["meterValue"], now=now)
    assert charger.values == values
    assert reading == Reading(set(values), (register,), True, flow=True)
    assert charger.noted == {}
    # The same again changes nothing, but the register is there again.
    again = charger.send_entries(*payload["meterValue"], now=now)
    assert again == Reading(set(), (register,), True, flow=True)


@pytest.mark.parametrize(
    ("value", "measurand", "unit", "key", "result"),
    [
        ("1234", None, None, "energy", 1234.0),
        ("1234.5", ENERGY, "Wh", "energy", 1234.0),
        ("755.29501", ENERGY, "kWh", "energy", 755295.0),
        ("1.5", ENERGY, "MWh", "energy", 1500000.0),
        ("12", "Energy.Active.Export.Register", "kWh", "energy_export", 12000.0),
        (
            "3",
            "Energy.Reactive.Import.Register",
            "kvarh",
            "energy_reactive_import",
            3e3,
        ),
        ("3", "Energy.Reactive.Export.Register", "varh", "energy_reactive_export", 3.0),
        ("42.4", "Energy.Active.Import.Interval", "Wh", "energy_interval", 42.0),
        ("4.24", "Energy.Active.Import.Interval", "Wh", "energy_interval", 4.2),
        ("1", "Energy.Active.Export.Interval", "Wh", "energy_export_interval", 1.0),
        ("7360.4", POWER, "W", "power", 7360.0),
        ("7.36", POWER, "kW", "power", 7360.0),
        ("11.0404", POWER, "KW", "power", 11040.0),
        ("10.4", POWER, "W", "power", 10.0),
        ("9.94", POWER, "W", "power", 10.0),
        ("9.44", POWER, "W", "power", 9.4),
        ("0.0073", POWER, "kW", "power", 7.3),
        ("-0.001", POWER, "W", "power", 0.0),
        ("-7360", POWER, "W", "power", -7360.0),
        ("5", "Power.Active.Export", "kVA", "power_export", 5000.0),
        ("2", "Power.Reactive.Import", "kvar", "power_reactive_import", 2000.0),
        ("2", "Power.Reactive.Export", None, "power_reactive_export", 2.0),
        ("11", "Power.Offered", "kW", "power_offered", 11000.0),
        ("15.90", CURRENT, "A", "current", 15.9),
        ("15900", CURRENT, "mA", "current", 15.9),
        ("16.004", CURRENT, None, "current", 16.0),
        ("3", "Current.Export", "a", "current_export", 3.0),
        ("16", "Current.Offered", "A", "current_offered", 16.0),
        ("230.04", "Voltage", "V", "voltage", 230.0),
        ("230000", "Voltage", "mV", "voltage", 230.0),
        ("49.987", "Frequency", None, "frequency", 49.99),
        ("50", "Frequency", "Hertz", "frequency", 50.0),
        ("50", "Frequency", "Hz", "frequency", 50.0),
        ("50", "Frequency", "V", "frequency", 50.0),
        ("0.987", "Power.Factor", None, "power_factor", 0.987),
        ("98.7", "Power.Factor", "Percent", "power_factor", 0.987),
        ("98.7", "Power.Factor", None, "power_factor", 0.987),
        ("-1", "Power.Factor", None, "power_factor", -1.0),
        ("22.53", "Temperature", "Celsius", "temperature", 22.5),
        ("22.53", "Temperature", "Celcius", "temperature", 22.5),
        ("-5", "Temperature", None, "temperature", -5.0),
        ("295.65", "Temperature", "K", "temperature", 22.5),
        ("72.5", "Temperature", "Fahrenheit", "temperature", 22.5),
        ("80", "SoC", "Percent", "soc", 80.0),
        ("80", "SoC", "%", "soc", 80.0),
        ("80", "SoC", None, "soc", 80.0),
        ("1500", "RPM", None, "rpm", 1500.0),
    ],
)
def test_units(
    charger: Charger,
    value: str,
    measurand: str | None,
    unit: str | None,
    key: str,
    result: float,
) -> None:
    fields = {} if unit is None else {"unit": unit}
    # Twice: the first of a kind takes another way than all that follow it.
    for time in (NOON, NOON + timedelta(seconds=10)):
        charger.meter.values.clear()
        reading = charger.send(sample(value, measurand, **fields), at=time)
        assert charger.values == {key: result}
        assert str(charger.values[key]) == str(result)
        assert reading.changed == {key}
        assert charger.noted == {}


@pytest.mark.parametrize(
    ("text", "watts"),
    [
        (" 12 ", 12.0),
        ("+12", 12.0),
        ("12.", 12.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("12,5", 12.0),
        ("1,5", 1.5),
        ("1.234,5", 1234.0),
        ("1,234.5", 1234.0),
        ("12W", 12.0),
        ("1.5 kW", 1500.0),
        ("1,5 kW", 1500.0),
    ],
)
def test_odd_numbers(charger: Charger, text: str, watts: float) -> None:
    charger.send(sample(1, POWER, unit="W"))
    charger.send(sample(text, POWER, unit="W"))
    assert charger.values == {"power": watts}
    assert charger.noted.keys() <= {"unit_in_value:power"}


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "NaN", "nan", "inf", "-Infinity", "1e999", "abc", "1.2.3", "--5"),
        *("0x10", "5 parsec", "null", "9" * 400, "1e300", "1e8"),
    ],
)
def test_no_numbers(charger: Charger, text: str) -> None:
    def send() -> Reading:
        return charger.send(sample(text, POWER), sample(5, CURRENT))

    send()
    assert charger.values == {"current": 5.0}
    charger.send(sample(7, POWER))
    reading = send()
    assert charger.values == {"current": 5.0, "power": 7.0}
    assert reading.changed == set()
    assert sum(charger.noted.values()) == 2
    assert charger.noted.keys() <= {"value_unreadable:power", "value_absurd:power"}


@pytest.mark.parametrize(
    ("value", "measurand", "fields", "noted"),
    [
        ("1", "LimitReason", {}, "measurand_unknown"),
        ("1", "", {}, "measurand_unknown"),
        ("1", CURRENT, {"unit": "parsec"}, "unit_unusable:current"),
        ("1", CURRENT, {"unit": "Wh"}, "unit_unusable:current"),
        # Milli or mega? Better nothing than wrong by 1e9.
        ("1", POWER, {"unit": "mw"}, "unit_unusable:power"),
        ("1", CURRENT, {"phase": "L1-L2"}, "phase_unusable:current"),
        ("1", CURRENT, {"phase": "L9"}, "phase_unusable:current"),
        ("A1B2", ENERGY, {"format": "SignedData"}, "signed_data"),
        ("101", "SoC", {}, "value_absurd:soc"),
        ("22500", "Temperature", {"unit": "Celsius"}, "value_absurd:temperature"),
        ("-1", "Frequency", {}, "value_absurd:frequency"),
        ("200", "Power.Factor", {}, "value_absurd:power_factor"),
    ],
)
def test_ignored(
    charger: Charger, value: str, measurand: str, fields: dict[str, str], noted: str
) -> None:
    for count in (1, 2, 3):
        assert charger.send(sample(value, measurand, **fields)) == Reading(
            set(), (), True
        )
        assert charger.values == {}
        assert charger.noted == {noted: count}


@pytest.mark.parametrize(
    "context",
    [
        *("Transaction.Begin", "Transaction.End", "Interruption.Begin", "Trigger"),
        *("Sample.Clock", "Sample.Periodic", "Other", "Interruption.End"),
    ],
)
def test_contexts(charger: Charger, context: str) -> None:
    reading = charger.send(
        sample("1000.25", ENERGY, context=context), sample(50, POWER, context=context)
    )
    assert charger.values == {"energy": 1000.0, "power": 50.0}
    assert reading.registers == (RegisterSample(NOON, context, 1000.25),)


def test_entries_in_order_of_time(charger: Charger) -> None:
    entries = [
        entry(
            sample(10 + second, POWER),
            sample(1000 + second, ENERGY),
            at=NOON + second * timedelta(seconds=1),
        )
        for second in (2, 0, 3, 1)
    ]
    reading = charger.send_entries(*entries)
    assert charger.values == {"power": 13.0, "energy": 1003.0}
    assert [register.wh for register in reading.registers] == [1000, 1001, 1002, 1003]
    assert reading.live


def test_what_is_as_before_has_not_changed(charger: Charger) -> None:
    charger.send(sample(50, POWER))
    reading = charger.send_entries(
        entry(sample(70, POWER), at=NOON + timedelta(seconds=1)),
        entry(sample(50, POWER), at=NOON + timedelta(seconds=2)),
    )
    assert reading.changed == set()


def test_noise_changes_nothing(charger: Charger) -> None:
    charger.send(sample("230.01", "Voltage"), sample("7360.1", POWER))
    reading = charger.send(sample("230.04", "Voltage"), sample("7359.9", POWER))
    assert reading.changed == set()
    reading = charger.send(sample("230.06", "Voltage"), sample("7361", POWER))
    assert reading.changed == {"voltage", "power"}


def test_no_entries(charger: Charger) -> None:
    assert charger.send_entries() == Reading(set(), (), False)
    assert charger.send() == Reading(set(), (), True)


def test_time_that_cannot_be_read(charger: Charger) -> None:
    # By the charger's clock it is ten o'clock.
    ten = NOON - timedelta(hours=2)
    charger.send(sample(1, POWER), at=ten, now=NOON)
    bad = entry(sample(2, POWER), sample(1000, ENERGY)) | {"timestamp": "soon"}
    reading = charger.send_entries(bad)
    assert charger.values == {"power": 2.0, "energy": 1000.0}
    assert [register.time for register in reading.registers] == [NOON]
    assert charger.noted == {"meter_value_timestamp": 1}
    # That it was taken for noon must not make history of what follows.
    later = timedelta(seconds=10)
    charger.send(sample(3, POWER), at=ten + later, now=NOON + later)
    assert charger.values["power"] == 3.0


def test_registers_are_kept_to_the_mwh(charger: Charger) -> None:
    for _ in range(2):
        reading = charger.send(sample("755.2950149", ENERGY, unit="kWh"))
        assert [register.wh for register in reading.registers] == [755295.015]


def test_kinds_do_not_fill_the_memory(charger: Charger) -> None:
    for count in range(2000):
        charger.send(
            sample(count, f"Vendor.{count}"),
            sample(count, CURRENT),
            sample(50, "SoC", unit=f"unit {count}"),
        )
    assert charger.values == {"current": 1999.0, "soc": 50.0}
    assert charger.noted == {"measurand_unknown": 2000}
    assert len(charger.meter._details) <= 300
    assert len(charger.meter._slots) <= 300


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", set()),
        ("Nonsense,LimitReason", set()),
        (
            "Current.Import,Energy.Active.Import.Register,Frequency,Power.Offered",
            {
                *("current", "energy", "frequency", "power_offered"),
            },
        ),
        (" soc , VOLTAGE ", {"soc", "voltage"}),
        ("Voltage.L1,Voltage.L2-N", {"voltage", "voltage_l1", "voltage_l2"}),
        ("Voltage.L1-L2", {"voltage_l1_l2"}),
        ("Current.Import.N,Current.Import.L1-L2,Current.Import.L7", set()),
        ("Frequency.L1", {"frequency"}),
        (
            "Energy.Active.Import.Register.L3",
            {"energy", "energy_l3"},
        ),
    ],
)
def test_listed(text: str, keys: set[str]) -> None:
    assert listed(text) == keys


def test_listed_all() -> None:
    assert listed(",".join(MEASURANDS)) == {key for key, _ in MEASURANDS.values()}
