"""Frames that no charge point should send: made up, and made of captured ones.

Everything here is made by a seed, and by nothing else: neither by what is imported nor by
the environment. The seed is the same with each run, but for `scripts/test --long`, which
takes a new one each time. GARBAGE_SEED sets it: to what a run that failed has printed.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import random
from typing import Any

from custom_components.ocpp_cs.csms.v2.version import load_schemas as load_schemas_of_2
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.sampling import LONG

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

INBOUND_OF_2 = (
    "Authorize",
    "BootNotification",
    "ClearedChargingLimit",
    "DataTransfer",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDisplayMessages",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyReport",
    "PublishFirmwareStatusNotification",
    "ReportChargingProfiles",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "StatusNotification",
    "TransactionEvent",
)
"""The calls of charging stations in OCPP 2.0.1."""

_OFTEN_OF_2 = ("TransactionEvent",) * 12 + ("MeterValues", "NotifyReport") * 3

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
    _mutate_at(dice, *dice.choice(list(_places(frame, None, None))))


def _mutate_at(dice: random.Random, holder: Any, key: Any) -> None:
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


def walk_of_2() -> list[list[Any]]:
    """Return calls of OCPP 2.0.1 that are right: a boot, two sessions, a report."""
    when = "2026-11-30T10:00:00Z"
    samples = [
        {"value": 1000.5, "context": "Sample.Periodic"},
        {
            "value": 7.4,
            "measurand": "Power.Active.Import",
            "unitOfMeasure": {"unit": "W", "multiplier": 3},
        },
        {"value": 16, "measurand": "Current.Import", "phase": "L1"},
        {"value": 42, "measurand": "SoC", "location": "EV"},
    ]
    reading = [{"timestamp": when, "sampledValue": samples}]
    station = {"model": "Two", "vendorName": "Acme", "firmwareVersion": "2.0"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("BootNotification", {"reason": "PowerUp", "chargingStation": station}),
        (
            "StatusNotification",
            {
                "timestamp": when,
                "connectorStatus": "Occupied",
                "evseId": 1,
                "connectorId": 1,
            },
        ),
        ("Authorize", {"idToken": {"idToken": "CARD", "type": "ISO14443"}}),
        ("MeterValues", {"evseId": 1, "meterValue": reading}),
        (
            "NotifyReport",
            {
                "requestId": 1,
                "generatedAt": when,
                "seqNo": 0,
                "tbc": True,
                "reportData": [
                    {
                        "component": {"name": "EVSE", "evse": {"id": 1}},
                        "variable": {"name": "AvailabilityState"},
                        "variableAttribute": [{"value": "Available"}],
                    }
                ],
            },
        ),
    ]
    for number in range(2):
        for seq, kind in enumerate(("Started", "Updated", "Updated", "Ended")):
            calls.append(
                (
                    "TransactionEvent",
                    {
                        "eventType": kind,
                        "timestamp": when,
                        "triggerReason": "MeterValuePeriodic",
                        "seqNo": seq,
                        "transactionInfo": {
                            "transactionId": f"t{number}",
                            "chargingState": "Charging",
                        },
                        "evse": {"id": number + 1, "connectorId": 1},
                        "idToken": {"idToken": "CARD", "type": "ISO14443"},
                        "meterValue": reading,
                    },
                )
            )
    return [[2, "", action, payload] for action, payload in calls]


def mutated_captures(
    count: int, start: int = 0, seed: int = 0, *, of_2: bool = False
) -> list[bytes]:
    """Return calls with something wrong in what they say, or in bytes.

    They are calls that charge points have sent; of OCPP 2.0.1 those of `walk_of_2`.
    """
    dice = random.Random(f"captures {start} {seed}{' of 2' if of_2 else ''}")
    known: dict[str, list[list[Any]]] = {}
    for call in walk_of_2() if of_2 else captures():
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


def made_up(
    count: int,
    seed: int = 0,
    *,
    of_2: bool = False,
    only: Sequence[str] = (),
    version: str = "2.0.1",
) -> list[bytes]:
    """Return calls of every action by its schema, most of them wrong.

    The actions are those that charge points send, or `only`; `version` is that of 2.
    """
    dice = random.Random(f"made up {seed}{' of 2' if of_2 else ''}")
    schemas = load_schemas_of_2(version) if of_2 else load_schemas()
    actions = only or (INBOUND_OF_2 if of_2 else INBOUND)
    definitions = {action: schemas.request(action).definition for action in actions}
    often = (*actions, *(_OFTEN_OF_2 if of_2 and not only else ()))
    found: list[bytes] = []
    while len(found) < count:
        action: str = dice.choice(often)
        frame = [2, f"h{len(found)}", action, _payload(dice, definitions[action])]
        if dice.random() < 0.1:
            frame[2:] = [_text(dice, 30), _anything(dice)]
        for _ in range(dice.randrange(4)):
            # The payload itself only where there is nothing in it.
            places = list(_places(frame[3], frame, 3))
            holder, key = dice.choice(places[1:] or places)
            if isinstance(holder[key], str) and dice.random() < 0.4:
                holder[key] = _misspelt(dice, holder[key])
            elif dice.random() < 0.5:
                holder[key] = _anything(dice)
            else:
                _mutate_at(dice, holder, key)
            if len(frame) < 4:
                break
        data = json.dumps(frame, ensure_ascii=dice.random() < 0.5)
        found.append(data.encode("utf-8", "surrogatepass"))
    return found


def _payload(dice: random.Random, definition: dict[str, Any]) -> Any:
    """Return something that satisfies a schema."""
    match definition.get("type"):
        case None:
            # Anything: the data of a DataTransfer.
            return _anything(dice)
        case "object":
            required = definition.get("required", ())
            return {
                key: _payload(dice, inner)
                for key, inner in definition.get("properties", {}).items()
                if key in required or dice.random() < 0.5
            }
        case "array":
            least = definition.get("minItems", 0)
            return [
                _payload(dice, definition["items"])
                for _ in range(dice.randint(least, max(3, least)))
            ]
        case "string" if "enum" in definition:
            return dice.choice(definition["enum"])
        case "string" if definition.get("format") == "date-time":
            return _time(dice)
        case "string":
            # Most are numbers: what a meter shows.
            if dice.random() < 0.3:
                return str(dice.randrange(10**5))
            return _text(dice, min(definition.get("maxLength", 30), 30))
        case "integer":
            # What is small is the number of a connector or of a session.
            return dice.choice(
                (dice.randrange(4), dice.randrange(10**5), _whole(dice, 2**31))
            )
        case "number":
            return _whole(dice, 10**6) / 10
        case "boolean":
            return dice.random() < 0.5
    raise NotImplementedError(definition["type"])


def _whole(dice: random.Random, most: int) -> int:
    return dice.randint(-most, most)


def _time(dice: random.Random) -> str:
    seconds = dice.randrange(100 * 365 * 86_400)
    return (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()


_ALPHABETS = (
    "abcXYZ019",
    " .,:;-_/\\\"'<>{}[]%$#@",
    "".join(map(chr, range(33))) + "\x7f\x85\xa0",
    "äßéĳŁØ漢字ひらगद\u0301\u200b\u200f\u202e\ufeff",
    "🔌\U0001f468\u200d\U0001f469\U0010ffff",
)


def _text(dice: random.Random, most: int) -> str:
    alphabet = "".join(dice.sample(_ALPHABETS, dice.randint(1, 2)))
    return "".join(dice.choices(alphabet, k=dice.randint(0, most)))


def _misspelt(dice: random.Random, text: str) -> str:
    return dice.choice(
        (
            text.upper(),
            f" {text}",
            text.replace(".", "_"),
            text + "x" * dice.choice((1, 20, 60, 600)),
        )
    )


def _anything(dice: random.Random, depth: int = 3) -> Any:
    """Return what fits nowhere."""
    match dice.randrange(7 if depth else 5):
        case 0:
            return _whole(dice, 10 ** dice.randint(1, 20))
        case 1:
            return dice.uniform(-1, 1) * 10.0 ** dice.randint(-300, 300)
        case 2:
            return _text(dice, 30)
        case 3:
            return _time(dice)
        case 4:
            return deepcopy(dice.choice(ODD))
        case 5:
            return [_anything(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {
        _text(dice, 8): _anything(dice, depth - 1) for _ in range(dice.randrange(4))
    }


def batches(
    made: int,
    captured: int,
    count: int = 3,
    *,
    of_2: bool = False,
    only: Sequence[str] = (),
    version: str = "2.0.1",
) -> list[list[bytes]]:
    """Return batches of so many frames that were made up, and captured ones.

    `only` and `version` are as for `made_up`.

    Prints their seed: pytest shows it where a test fails.
    """
    seed = random.randrange(10**9) if LONG else 0
    seed = int(os.environ.get("GARBAGE_SEED", seed))
    print(f"GARBAGE_SEED={seed}")
    frames = made_up(made * count, seed, of_2=of_2, only=only, version=version)
    result = []
    for number in range(count):
        batch = frames[number::count]
        batch += mutated_captures(captured, number, seed, of_2=of_2)
        random.Random(f"order {number} {seed}").shuffle(batch)
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
    elif action in ("GetVariables", "SetVariables"):
        asked = next(iter(call[3].values()))
        right = {
            f"{action[0].lower()}{action[1:-1]}Result": [
                {
                    "attributeStatus": dice.choice(("Accepted", "Rejected")),
                    "attributeValue": str(dice.choice(ODD))[:40],
                    "component": one["component"],
                    "variable": one["variable"],
                }
                for one in asked[: dice.randrange(1, 3)]
            ]
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
