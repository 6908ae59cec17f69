"""What holds for all that a meter may be told."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.csms.metering.measurands import (
    LOCATIONS,
    MEASURANDS,
    Combine,
)
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.metered import (
    CURRENT,
    ENERGY,
    NOON,
    POWER,
    Charger,
    Json,
    entry,
    phases,
    sample,
)
from tests.csms.strategies import payloads
from tests.sampling import examples

METER_VALUES = load_schemas().named("MeterValues")
NAMES = sorted(MEASURANDS)
# Within every range, so that nothing is ignored.
NUMBERS = st.decimals(0, 1, places=3) | st.decimals(0, 1, places=1)
TEXTS = (
    st.text(max_size=12)
    | st.from_regex(r"[-+]?[0-9]{0,9}([.,][0-9]{0,4})?", fullmatch=True)
    | st.sampled_from(["NaN", "inf", "1e999", "", "5 kW", "12 A", "1.5kWh", "-0.0"])
)


@st.composite
def distinct_samples(draw: st.DrawFn) -> list[Json]:
    """Samples of which no two measure the same thing in the same place."""
    kinds = draw(
        st.lists(
            st.tuples(
                st.sampled_from(
                    [POWER, CURRENT, "Voltage", ENERGY, "Frequency", "SoC"]
                ),
                st.sampled_from([None, "L1", "L2", "L3", "N"]),
                st.sampled_from([None, None, *list(LOCATIONS)[1:]]),
            ),
            unique=True,
            min_size=1,
            max_size=14,
        )
    )
    samples = []
    for measurand, phase, location in kinds:
        fields = {"phase": phase, "location": location}
        samples.append(
            sample(
                draw(st.integers(0, 100)),
                measurand,
                **{key: value for key, value in fields.items() if value},
            )
        )
    return samples


@st.composite
def split(draw: st.DrawFn, samples: list[Json]) -> list[list[Json]]:
    """Put samples into any order and any messages."""
    order = draw(st.permutations(samples))
    messages: list[list[Json]] = [[]]
    for item in order:
        if draw(st.booleans()):
            messages.append([])
        messages[-1].append(item)
    return messages


@settings(max_examples=examples(600))
@given(st.data(), distinct_samples())
def test_order_and_messages_do_not_matter(data: st.DataObject, samples: Any) -> None:
    at_once = Charger()
    at_once.send(*samples)
    apart = Charger()
    for message in data.draw(split(samples)):
        apart.send(*message)
    assert apart.values == at_once.values
    # And the next message, which has them all, does not change that.
    apart.send(*samples, at=NOON + timedelta(seconds=10))
    at_once.send(*samples, at=NOON + timedelta(seconds=10))
    assert apart.values == at_once.values


@given(st.lists(st.integers(0, 400), min_size=3, max_size=3))
def test_derivation(numbers: list[int]) -> None:
    charger = Charger()
    charger.send(
        *phases(POWER, *numbers),
        *phases(CURRENT, *numbers),
        *phases("Voltage", *numbers),
    )
    used = [
        number for number in numbers if number > 50 and number >= 0.85 * max(numbers)
    ] or numbers
    assert charger.values["power"] == sum(numbers)
    assert charger.values["current"] == max(numbers)
    assert abs(charger.values["voltage"] - sum(used) / len(used)) <= 0.05001


@given(st.sampled_from(NAMES), NUMBERS, st.data())
def test_value_is_what_was_sent(
    name: str, number: Decimal, data: st.DataObject
) -> None:
    key, quantity = MEASURANDS[name]
    unit = data.draw(st.sampled_from([None, *sorted(filter(None, quantity.units))]))
    factor, offset = quantity.units[unit]
    if unit in {"K", "Kelvin"}:
        number += 300
    charger = Charger()
    fields = {} if unit is None else {"unit": unit}
    for _ in range(2):
        charger.send(sample(number, name, **fields))
        value = charger.values[key]
        step = Decimal(1) / quantity.resolution
        wanted = number * Decimal(str(factor)) + Decimal(str(offset))
        assert abs(Decimal(str(value)) - wanted) <= step * Decimal("0.5001")
        # No 15.900000001.
        fine = 10 if quantity.fine else 1
        assert Decimal(str(value)) % (step / fine) == 0
        assert str(value) != "-0.0"


@given(st.sampled_from(NAMES), TEXTS, st.sampled_from([None, "W", "kWh", "A", "L1"]))
def test_the_second_time_is_as_the_first(
    name: str, text: str, unit: str | None
) -> None:
    """The way that is fast comes to the same as the way that is not."""
    charger = Charger()
    fields = {} if unit is None else {"unit": unit}
    charger.send(sample(text, name, **fields))
    values = charger.values.copy()
    notes = charger.noted.copy()
    assert charger.send(sample(text, name, **fields)).changed == set()
    assert charger.values == values
    assert charger.noted == {kind: 2 * count for kind, count in notes.items()}


@settings(max_examples=examples(300))
@given(
    st.lists(payloads(METER_VALUES.definition), min_size=1, max_size=4),
    st.lists(TEXTS, min_size=1),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_nothing_that_is_valid_raises(
    messages: list[Any], texts: list[str], now: datetime
) -> None:
    charger = Charger()
    position = 0
    for message in messages:
        for item in message["meterValue"]:
            for one in item["sampledValue"]:
                one["value"] = texts[position % len(texts)]
                position += 1
        assert METER_VALUES.valid(message)
        before = charger.values.copy()
        reading = charger.send_entries(
            *message["meterValue"], now=now.replace(tzinfo=NOON.tzinfo)
        )
        after = charger.values
        assert reading.changed <= after.keys()
        assert before.keys() <= after.keys()
        assert {
            key for key in after if after[key] != before.get(key)
        } <= reading.changed
        if not reading.live:
            assert not reading.changed
        for key, value in after.items():
            assert isinstance(value, float), key
            assert -1e12 <= value <= 1e12


@given(
    distinct_samples(),
    st.lists(st.integers(121, 10**6), min_size=1, max_size=5),
    st.integers(-(10**6), 10**6),
)
def test_history_touches_nothing(
    samples: list[Json], ages: list[int], offset: int
) -> None:
    """However wrong the clock may be."""
    now = NOON + timedelta(seconds=offset)
    charger = Charger()
    charger.send(sample(77, CURRENT), now=now)
    for age in ages:
        # More than two minutes ago by our clock, too.
        old = NOON - timedelta(seconds=age + max(0, -offset))
        reading = charger.send(*samples, at=old, now=now)
        assert not reading.live
        assert reading.changed == set()
        assert charger.values == {"current": 77.0}


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=8))
def test_entries_are_taken_in_order_of_time(seconds: list[int]) -> None:
    charger = Charger()
    reading = charger.send_entries(
        *(
            entry(
                sample(100 + second, POWER),
                sample(1000 + second, ENERGY),
                at=NOON + timedelta(seconds=second),
            )
            for second in seconds
        )
    )
    assert charger.values == {
        "power": 100.0 + max(seconds),
        "energy": 1000.0 + max(seconds),
    }
    times = [register.time for register in reading.registers]
    assert times == sorted(times)
    assert len(times) == len(seconds)


def test_every_measurand_says_how_it_is_combined() -> None:
    for key, quantity in MEASURANDS.values():
        if "power_factor" not in key and key.startswith(("power", "energy")):
            assert quantity.combine is Combine.SUM
        if key.startswith("current"):
            assert quantity.combine is Combine.LARGEST
