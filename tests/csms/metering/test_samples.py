"""A meter takes samples, from whatever version of OCPP they come."""

from datetime import timedelta
from math import nan
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.metering.metering import Meter, RegisterSample
from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.sample import MeterValue, Sample
from custom_components.ocpp_cs.csms.v16.meter_values import read_meter_values
from tests.csms.metered import CURRENT, ENERGY, NOON, POWER

V16: list[dict[str, Any]] = [
    {
        "timestamp": "2024-01-01T12:00:00Z",
        "sampledValue": [
            {"value": "1500.5", "context": "Sample.Periodic"},
            {"value": "11.04", "measurand": POWER, "unit": "kW"},
            {"value": "16", "measurand": CURRENT, "phase": "L1", "unit": "A"},
            {"value": "15", "measurand": CURRENT, "phase": "L2", "unit": "A"},
            {"value": "55", "measurand": "SoC", "unit": "Percent", "location": "EV"},
        ],
    }
]
V201: list[dict[str, Any]] = [
    {
        "timestamp": "2024-01-01T12:00:00Z",
        "sampledValue": [
            {"value": 1500.5, "context": "Sample.Periodic"},
            {
                "value": 11.04,
                "measurand": POWER,
                "unitOfMeasure": {"unit": "W", "multiplier": 3},
            },
            {
                "value": 16,
                "measurand": CURRENT,
                "phase": "L1",
                "unitOfMeasure": {"unit": "A"},
            },
            {
                "value": 150,
                "measurand": CURRENT,
                "phase": "L2",
                "unitOfMeasure": {"unit": "A", "multiplier": -1},
            },
            {
                "value": 55,
                "measurand": "SoC",
                "location": "EV",
                "unitOfMeasure": {"unit": "Percent"},
            },
        ],
    }
]
VALUES = {
    "energy": 1500.0,
    "power": 11040.0,
    "current": 16.0,
    "current_l1": 16.0,
    "current_l2": 15.0,
    "soc": 55.0,
}


def read_v201(meter_value: list[dict[str, Any]]) -> list[MeterValue]:
    """Read what OCPP 2.0.1 sends, as far as these tests need it."""
    return [
        MeterValue(
            NOON,
            [
                Sample(
                    sampled["value"] * 10 ** unit.get("multiplier", 0),
                    sampled.get("measurand"),
                    sampled.get("phase"),
                    unit.get("unit"),
                    sampled.get("location"),
                    sampled.get("context"),
                )
                for sampled in entry["sampledValue"]
                for unit in (sampled.get("unitOfMeasure", {}),)
            ],
        )
        for entry in meter_value
    ]


@pytest.fixture
def deviations() -> Deviations:
    return Deviations("charger")


@pytest.fixture
def meter(deviations: Deviations) -> Meter:
    return Meter(deviations)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_each_version_gives_the_same(
    meter: Meter, deviations: Deviations, version: str
) -> None:
    values = read_meter_values(V16, deviations) if version == "1.6" else read_v201(V201)
    reading = meter.update(values, now=NOON)
    assert meter.values == VALUES
    assert reading.changed == VALUES.keys()
    assert reading.registers == (RegisterSample(NOON, "Sample.Periodic", 1500.5),)
    assert deviations.counts == {}


def test_a_number_without_a_text_is_quoted(
    meter: Meter, deviations: Deviations, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    samples = [Sample(1e12, POWER), Sample(nan, CURRENT), Sample(1, "Power.Of.Love")]
    meter.update([MeterValue(NOON, samples)], now=NOON)
    assert meter.values == {}
    assert deviations.counts == {
        "value_absurd:power": 1,
        "value_unreadable:current": 1,
        "measurand_unknown": 1,
    }
    assert "value_absurd:power (1000000000000.0)" in caplog.text


def test_an_unknown_time_is_now(meter: Meter) -> None:
    meter.update([MeterValue(NOON, [Sample(5, POWER)])], now=NOON)
    later = NOON + timedelta(hours=1)
    reading = meter.update([MeterValue(None, [Sample(7, ENERGY)])], now=later)
    assert reading.live
    assert [register.time for register in reading.registers] == [later]


@pytest.mark.parametrize(
    ("text", "fields", "sample", "noted"),
    [
        ("16.5", {}, Sample(16.5, text="16.5"), {}),
        ("16,5", {}, Sample(16.5, text="16,5"), {}),
        (
            "16,5 A",
            {"measurand": CURRENT},
            Sample(16.5, CURRENT, unit="A", text="16,5 A"),
            {"unit_in_value:current": 1},
        ),
        # The unit in the value is none of a current.
        (
            "16 W",
            {"measurand": CURRENT, "unit": "A"},
            Sample(nan, CURRENT, unit="A", text="16 W"),
            {},
        ),
        # Nothing can be made of that unit, whatever the value says.
        (
            "16 A",
            {"measurand": CURRENT, "unit": "furlong"},
            Sample(nan, CURRENT, unit="furlong", text="16 A"),
            {},
        ),
        ("", {}, Sample(nan, text=""), {}),
        (
            "0123ab",
            {"format": "SignedData", "measurand": ENERGY},
            None,
            {"signed_data": 1},
        ),
        # Signed data may look like a number.
        ("0123", {"format": "SignedData"}, None, {"signed_data": 1}),
    ],
)
def test_the_texts_of_1_6(
    deviations: Deviations,
    text: str,
    fields: dict[str, str],
    sample: Sample | None,
    noted: dict[str, int],
) -> None:
    sampled = {"value": text, **fields}
    [value] = read_meter_values(
        [{"timestamp": "2024-01-01T12:00:00Z", "sampledValue": [sampled]}], deviations
    )
    # NaN is not equal to itself; their texts are.
    assert repr(value) == repr(MeterValue(NOON, [] if sample is None else [sample]))
    assert deviations.counts == noted


def test_a_time_of_1_6_that_is_none(deviations: Deviations) -> None:
    assert read_meter_values(
        [{"timestamp": "noon", "sampledValue": []}], deviations
    ) == [MeterValue(None, [])]
    assert deviations.counts == {"meter_value_timestamp": 1}
