"""Frames that no charge point should send: made up, and made of captured ones.

Everything here is the same with each run.
"""

from collections.abc import Iterator
from copy import deepcopy
import json
from pathlib import Path
import random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
import orjson

from custom_components.ocpp_cs.csms.v16.version import load_schemas

from .strategies import JSON, mutated

GOLDEN = Path(__file__).parents[1] / "golden"

INBOUND = (
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 16, 17, 63, 64, 65, 255, 1.5, -0.0, 1e308),
    *(2**31 - 1, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63, -(2**63), 2**64 - 1),
    *("", " ", "\0", "0", "-1", "1e400", "NaN", "1,5", "true", "null", "Ünïcödé", "🔌"),
    *("x" * 21, "x" * 300, "x" * 5000, "\ud800", "\u202e", "{}", "[]", "'; DROP TABLE"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2038-01-19T03:14:08Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01", "now"),
    *(
        "2024-02-30T00:00:00Z",
        "99999999999999999999",
        "Power.Active.Magic",
        "L9",
        "kWx",
    ),
    *("SignedData", "Raw", "Transaction.Begin", "Faulted", "Charging", "Available"),
    *({}, [], [[]], {"": {}}, [{}] * 50, {"a": {"b": {"c": []}}}),
)
"""Values at the borders of what is possible."""

_JUNK = (
    b"",
    b"\0",
    b"[",
    b"[2",
    b"[2,",
    b'[2,"',
    b"null",
    b"{}",
    b"[]",
    b"[[]]",
    b"[2]",
    b"[3]",
    b"[4]",
    b'[2,"1"]',
    b'[2,"1","Heartbeat"]',
    b'[2,"1","Heartbeat",{},{}]',
    b'[2,"1","Heartbeat",null]',
    b'[2,"' + b"1" * 5000 + b'","Heartbeat",{}]',
    b'[2,1e999,"Heartbeat",{}]',
    b'[3,"1",{}]',
    b'[4,"1","InternalError","",{}]',
    b"\xff\xfe\xfd",
    b'[2,"\xff","Heartbeat",{}]',
    b"[" * 5000,
    b'[2,"1","Heartbeat",' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"]",
    b"GET / HTTP/1.1\r\n\r\n",
    b"9" * 5000,
)


def captures() -> list[list[Any]]:
    """Return the calls that real charge points have sent."""
    frames = [
        json.loads(line)
        for file in sorted(GOLDEN.glob("*.txt"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line
    ]
    return [frame for frame in frames if frame[0] == 2]


def _places(value: Any, holder: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    if holder is not None:
        yield holder, key
    if isinstance(value, dict):
        for inner in value:
            yield from _places(value[inner], value, inner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, value, index)


def _mutate(dice: random.Random, frame: list[Any]) -> None:
    """Change one thing in a frame."""
    holder, key = dice.choice(list(_places(frame, None, None)))
    match dice.randrange(5):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        case 2 if isinstance(holder, dict):
            holder[str(dice.choice(ODD))[:40]] = holder.pop(key)
        case 3:
            holder[key] = [holder[key]]
        case _:
            holder[key] = deepcopy(dice.choice(ODD))


def mutated_captures(count: int, start: int = 0) -> list[bytes]:
    """Return captured calls with something wrong in what they say, or in bytes."""
    dice = random.Random(f"captures {start}")
    known: dict[str, list[list[Any]]] = {}
    for call in captures():
        known.setdefault(call[2], []).append(call)
    actions = sorted(known)
    found: list[bytes] = []
    while len(found) < count:
        if dice.random() < 0.05:
            found.append(dice.choice(_JUNK))
            continue
        frame = deepcopy(dice.choice(known[dice.choice(actions)]))
        frame[1] = f"{start}-{len(found)}"
        for _ in range(dice.choice((0, 1, 1, 1, 2, 3, 8))):
            if not frame:
                break
            _mutate(dice, frame)
        data = json.dumps(frame, ensure_ascii=dice.random() < 0.5).encode(
            "utf-8", "surrogatepass"
        )
        if dice.random() < 0.15:
            data = _damaged(dice, data)
        found.append(data)
    return found


def _damaged(dice: random.Random, data: bytes) -> bytes:
    place = dice.randrange(len(data))
    match dice.randrange(4):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + dice.randbytes(dice.randrange(1, 20)) + data[place:]
        case 2:
            return data[:place] + data[place + dice.randrange(1, 10) :]
    return (
        data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]
    )


def made_up(count: int) -> list[bytes]:
    """Return calls of every action that hypothesis made, most of them wrong."""
    found: list[bytes] = []
    schemas = load_schemas()
    definitions = {action: schemas.request(action).definition for action in INBOUND}
    payloads = st.sampled_from(INBOUND).flatmap(
        lambda action: st.tuples(st.just(action), mutated(definitions[action]))
    )

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads | st.tuples(st.text(max_size=30), JSON))
    def make(call: tuple[str, Any]) -> None:
        frame = [2, f"h{len(found)}", *call]
        try:
            found.append(orjson.dumps(frame))
        except TypeError:
            found.append(json.dumps(frame).encode())

    make()
    return found


def batches(made: int, captured: int, count: int = 3) -> list[list[bytes]]:
    """Return batches of so many frames that were made up, and captured ones."""
    frames = made_up(made * count)
    result = []
    for number in range(count):
        batch = frames[number::count] + mutated_captures(captured, number)
        random.Random(number).shuffle(batch)
        result.append(batch)
    return result


def answer_to(dice: random.Random, call: list[Any]) -> bytes:
    """Return what a charge point out of its mind answers."""
    number, action = call[1:3]
    right: dict[str, Any] = {"status": "Accepted"}
    if action == "GetConfiguration":
        right = {
            "configurationKey": [
                {"key": key, "readonly": dice.choice((True, False)), "value": value}
                for key, value in (
                    ("NumberOfConnectors", str(dice.choice(ODD))[:20]),
                    ("MeterValuesSampledData", "Voltage,Power.Active.Magic"),
                    (f"Key{dice.randrange(10**6)}", "x"),
                    ("MeterValueSampleInterval", str(dice.choice(ODD))[:20]),
                )
            ],
            "unknownKey": [f"Key{dice.randrange(10**6)}"],
        }
    frame = dice.choice(
        (
            [3, number, right],
            [3, number, dice.choice(ODD)],
            [3, number],
            [4, number, "GenericError", "", {}],
            [4, number, dice.choice(ODD)],
            [3, dice.choice(ODD), right],
        )
    )
    return json.dumps(frame).encode()
