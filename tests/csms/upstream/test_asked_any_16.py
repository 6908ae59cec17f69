"""An employer asks for nonsense: each answer is valid, or a fitting CALLERROR."""

import os
import random
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import CallErrorReceivedError
from custom_components.ocpp_cs.csms.upstream.asked import control as control_module
from custom_components.ocpp_cs.csms.upstream.model import Role
from custom_components.ocpp_cs.csms.v16.version import load_schemas

from .asked import asked
from .test_asked_16 import BROKEN, LATER, PROFILE, REQUESTS, check

ROUNDS = 1000 if os.environ.get("TEST_LONG") else 150

WORDS = [
    *("", "x", "0", "-1", "1", "true", "ä€😀", "\x00", "`a`|b", "x" * 50, "x" * 600),
    *("HeartbeatInterval", "AuthorizationKey", "LightIntensity", LATER, "1970", "9999"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z"),
]
NUMBERS = [-(2**63), -(2**31), -1, 0, 1, 2, 7, 65, 2**31, 2**63, 1.5, -0.1, 1e300]

CODES = {None, *(code for *_, code in BROKEN)}
"""Those of calls that an employer has got wrong; InternalError is none of them."""

MORE: dict[str, dict[str, Any]] = {
    **REQUESTS,
    "RemoteStartTransaction": {
        "idTag": "THEIRS",
        "connectorId": 1,
        "chargingProfile": {**PROFILE, "chargingProfilePurpose": "TxProfile"},
    },
    "SetChargingProfile": {"connectorId": 1, "csChargingProfiles": PROFILE},
    "ClearChargingProfile": {"id": 1},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 600},
    "SendLocalList": {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}],
    },
    "GetLocalListVersion": {},
    "ClearCache": {},
}


def any_value(chance: random.Random, depth: int = 0) -> Any:
    """Return any JSON."""
    kinds = ["word", "number", "none", "truth"]
    if depth < 2:
        kinds += ["list", "object"]
    match chance.choice(kinds):
        case "word":
            return chance.choice(WORDS)
        case "number":
            return chance.choice(NUMBERS)
        case "truth":
            return chance.random() < 0.5
        case "list":
            return [any_value(chance, depth + 1) for _ in range(chance.randrange(3))]
        case "object":
            return {
                chance.choice(WORDS): any_value(chance, depth + 1)
                for _ in range(chance.randrange(3))
            }
    return None


def changed(chance: random.Random, value: Any) -> Any:
    """Return a payload that differs in one place."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        if chance.random() < 0.1:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: changed(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.9:
        place = chance.randrange(len(value))
        return [*value[:place], changed(chance, value[place]), *value[place + 1 :]]
    if chance.random() < 0.6:
        # The same kind, as those pass the schema.
        if isinstance(value, str):
            return chance.choice(WORDS)
        if isinstance(value, int | float):
            return chance.choice(NUMBERS)
    return any_value(chance)


@pytest.mark.parametrize("roles", [frozenset(), frozenset(Role)], ids=["none", "all"])
async def test_nonsense_gets_a_fitting_answer(
    roles: frozenset[Role],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control_module, "_ANSWER_S", 2.0)
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    answered = 0
    async with asked(roles=roles, vendor_ids=frozenset({"acme"})) as one:
        for number in range(ROUNDS):
            action = chance.choice(list(MORE))
            payload = MORE[action]
            for _ in range(chance.randrange(3)):
                payload = changed(chance, payload)
            about = (seed, number, action, payload)
            link: Any = one.theirs.link
            code = None
            try:
                answer = await link.connection.call(action, payload)
            except CallErrorReceivedError as err:
                code = err.code
            else:
                schema = load_schemas().request(action)
                assert schema is not None
                assert schema.valid({} if payload is None else payload), about
                check(action, answer)
                answered += 1
            assert code in CODES, about
        assert one.station.connected
        assert answered
        assert len(list(one.ours.claims)) <= 30
    assert "Traceback" not in caplog.text, seed
