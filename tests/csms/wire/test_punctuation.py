"""Commas and brackets that are wrong: what can be read in one way is, the rest is not."""

import contextlib
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.wire.frames import repair
from custom_components.ocpp_cs.csms.wire.punctuation import AmbiguousError, mend
from tests.csms.central import Link

CALL = '[2,"1","MeterValues",{"connectorId":1,"meterValue":%s}]'
SAMPLES = '[{"timestamp":"t","sampledValue":%s}]'
ONE, TWO = '{"value":"1"}', '{"value":"2"}'
RIGHT = CALL % SAMPLES % f"[{ONE},{TWO}]"


def samples(text: str) -> str:
    """Return a call whose samples are written like that."""
    return CALL % SAMPLES % text


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        # Commas that are too many.
        (samples(f"[,{ONE},{TWO}]"), RIGHT),
        (samples(f"[ , {ONE} , {TWO} ]"), RIGHT),
        (samples(f"[{ONE},,{TWO}]"), RIGHT),
        (samples(f"[{ONE},{TWO},]"), RIGHT),
        (samples(f"[,,{ONE},, ,{TWO},,]"), RIGHT),
        (CALL % f"[,{SAMPLES[1:-1] % f'[,{ONE},{TWO}]'}]", RIGHT),
        ('[2,"1","A",{"a":1,}]', '[2,"1","A",{"a":1}]'),
        ('[2,"1","A",{,"a":1,,"b":2}]', '[2,"1","A",{"a":1,"b":2}]'),
        ('[2,"1","A",{"a":["x","y",]}]', '[2,"1","A",{"a":["x","y"]}]'),
        ('[2,"1","A",{},]', '[2,"1","A",{}]'),
        ('[6,"1","A",{"a":1,}]', '[6,"1","A",{"a":1}]'),
        ('[5,"1","A","",{"a":1,}]', '[5,"1","A","",{"a":1}]'),
        # Commas that are missing.
        (samples(f"[{ONE}{TWO}]"), RIGHT),
        (
            '[2,"1","A",{"a":1 "b":"x""c":[]"d":{}}]',
            '[2,"1","A",{"a":1,"b":"x","c":[],"d":{}}]',
        ),
        # Brackets that are missing at the end.
        ('[3,"id",{"configurationKey":[]', '[3,"id",{"configurationKey":[]}]'),
        (RIGHT[:-1], RIGHT),
        (RIGHT[:-2], RIGHT),
        (RIGHT[:-3], RIGHT),
        (RIGHT[:-4], RIGHT),
        (RIGHT[:-5], RIGHT),
        (RIGHT[:-6], RIGHT),
        ('[2,"1","A",{"a":"x"', '[2,"1","A",{"a":"x"}]'),
        ('[2,"1","A",{"a":true', '[2,"1","A",{"a":true}]'),
        ('[4,"1","GenericError","",{}', '[4,"1","GenericError","",{}]'),
        # Or elsewhere, where what follows shows it.
        (CALL % f'[{{"timestamp":"t","sampledValue":[{ONE},{TWO}}}]', RIGHT),
        (CALL % f'[{{"timestamp":"t","sampledValue":[{ONE},{TWO}]}}', RIGHT),
        # Brackets that are too many.
        (RIGHT + "]", RIGHT),
        (RIGHT[:-1] + "}]", RIGHT),
        (samples(f"[{ONE},{TWO}}}]"), RIGHT),
        # With what else is mended.
        (RIGHT.replace("[{", "[,{") + "\0\0", RIGHT),
        ('[2,"1","A",{"a":NaN,}]', '[2,"1","A",{"a":null}]'),
        ('[2,"1","A",{"a":",]}[{,\\"",}]', '[2,"1","A",{"a":",]}[{,\\""}]'),
    ],
)
def test_one_reading(broken: str, right: str) -> None:
    with pytest.raises(ValueError):
        json.loads(broken.rstrip("\0"), parse_constant=float)
    assert repair(broken.encode()) == json.loads(right)


@pytest.mark.parametrize(
    "text",
    [
        # Something is missing, and it is not known what.
        '[2,"1",,{}]',
        '[2,,"1","A",{}]',
        '[2,"1","A",{"a":}]',
        '[2,"1","A",{"a":,"b":1}]',
        '[2,"1","A",{"a"}]',
        '[2,"1","A",{"a":[1,,2]}]',
        '[2,"1","A",{"a":[,1,2]}]',
        '[2,"1","A",{,}]',
        '[2,"1","A",{"a":[,]}]',
        '[2,"1","A"',
        # It was cut off in the middle of something.
        '[2,"1","A",{]',
        '[2,"1","A",{',
        '[2,"1","A",{"a":[}]',
        '[2,"1","A",{"a":1',
        '[2,"1","A",{"a":"x',
        '[2,"1","A",{"a":"x",',
        '[2,"1","A",{"a":"x","b"',
        '[2,"1","A",{"a":"x","b":',
        '[2,"1","A",{"a":tru',
        # The transaction may be that of the message or of the value.
        '[2,"1","A",{"m":[{"t":"t","s":[{"v":"1"}],"transactionId":5}]',
        '[2,"1","A",{"m":[{"t":"t","s":[{"v":"1"}]],"reason":"Local"}]',
        # Two texts, or one with a quote in it.
        '[2,"1","A",{"a":["x" "y"]}]',
        '[2,"1","A",{"a":"say "hi" now"}]',
        # No message.
        "pong",
        "]",
        "}",
        "{",
        '{"a":1,}',
        "[2,]",
        "[]]",
        '[2,"1","A",{}]x',
        '[2,"1","A",{}] [2,"1","A",{}]',
        '[2,"1","A",{{}}]',
        "",
    ],
)
def test_several_readings_or_none(text: str) -> None:
    with pytest.raises(ValueError):
        json.loads(text)
    with pytest.raises(ValueError):
        repair(text.encode())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(value=JSON, indent=st.sampled_from([None, 0, 1]), ascii_only=st.booleans())
def test_what_is_right_stays_as_it_is(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(mend(text)) == value


PAYLOADS = st.dictionaries(
    st.text(max_size=3), st.lists(st.dictionaries(st.text(max_size=3), st.text()))
)


@given(payload=PAYLOADS, data=st.data())
def test_a_comma_more_changes_nothing(payload: dict[str, Any], data: Any) -> None:
    """Wherever it can stand, it either is left out or the message is refused."""
    text = json.dumps([2, "1", "A", payload])
    at = data.draw(st.integers(0, len(text)))
    broken = f"{text[:at]},{text[at:]}"
    try:
        value = json.loads(broken)
    except ValueError:
        pass
    else:
        # It is within a text.
        assert value != json.loads(text)
        return
    try:
        value = repair(broken.encode())
    except ValueError:
        return
    assert value == json.loads(text)


@given(payload=PAYLOADS, count=st.integers(1, 6))
def test_brackets_less_change_nothing(payload: dict[str, Any], count: int) -> None:
    text = json.dumps([2, "1", "A", payload])
    end = text[-count:]
    if end.strip("]}"):
        return
    try:
        value = repair(text[:-count].encode())
    except ValueError:
        return
    assert value == json.loads(text)


@given(text=st.text(alphabet='[]{},:"a1 ', max_size=40))
def test_nothing_else_is_ever_raised(text: str) -> None:
    with contextlib.suppress(AmbiguousError):
        mend(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000,
        "[2,[" + "{}," * 10_000 + ",]]",
        "[2,[" + "," * 60_000 + "]]",
        "[" + "[1}" * 1_300,
        '[2,"1","A",{}' + "]" * 3_900,
    ],
    ids=range(5),
)
def test_work_is_bounded(text: str) -> None:
    """In what is looked at: what has more commas, brackets or parts is refused."""
    with pytest.raises(AmbiguousError):
        mend(text)


def test_what_is_too_long_is_not_looked_at_again() -> None:
    """It would take a thousand times longer than what is right."""
    text = '[2,"1","A",{"a":"%s",}]'
    assert len(repair((text % ("x" * 60_000)).encode())) == 4
    with pytest.raises(ValueError, match="too many"):
        repair((text % ("x" * 70_000)).encode())


async def test_a_repaired_message_is_served_and_counted(link: Link) -> None:
    answer = await link.peer.ask(samples(f"[,{ONE},{TWO}]"))
    assert answer == [
        3,
        "1",
        {"action": "MeterValues", "payload": json.loads(RIGHT)[3]},
    ]
    assert link.notes == {"frame_repaired": 1}
