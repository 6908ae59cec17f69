"""A backend that asks for nonsense in OCPP 2; real sockets."""

from dataclasses import replace
import json
import logging
import os
import random
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.upstream.model import Role
from custom_components.ocpp_cs.csms.v2.version import load_schemas
from custom_components.ocpp_cs.csms.v2.wording import ERROR_CODES
from simulator import Car
from tests.csms.garbage import INBOUND_OF_2, made_up
from tests.csms.test_central_system import until
from tests.csms.v21.payloads import INBOUND_OF_2_1
from tests.sampling import LONG, examples

from .backend import QUICK, Backend, House
from .pair import charger_of

SCHEMAS = {"2.0.1": load_schemas(), "2.1": load_schemas("2.1")}


def asked(version: str) -> list[str]:
    """Return the calls of a central system."""
    of_stations = {*INBOUND_OF_2, *INBOUND_OF_2_1} - {"DataTransfer"}
    return sorted(SCHEMAS[version].actions - of_stations)


PATIENT = replace(QUICK, answer=60.0)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_nonsense_is_answered_and_leaves_nothing_behind(
    version: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ten thousand calls by `scripts/test --long`, with a seed of their own."""
    seed = random.randrange(10**9) if LONG else 0
    seed = int(os.environ.get("GARBAGE_SEED", seed))
    print(f"GARBAGE_SEED={seed}")
    frames = [
        frame
        for data in made_up(
            examples(150), seed, of_2=True, only=asked(version), version=version
        )
        if len(frame := json.loads(data.decode("utf-8", "replace"))) == 4
        and isinstance(frame[3], dict)
    ]
    async with Backend() as backend, House(PATIENT) as house:
        backend.subprotocol = f"ocpp{version}"
        station = house.play(
            backend.url,
            subprotocol=f"ocpp{version}",
            roles=frozenset(Role),
            vendor_ids=frozenset({"acme"}),
        )
        async with charger_of(house.world, "1.6") as charger:
            await charger.wait_idle()
            await charger.plug(1, Car(capacity_kwh=100.0))
            await until(lambda: station.connected)
            actions: dict[str, str] = {}
            for count, frame in enumerate(frames):
                actions[number := f"n{count}"] = frame[2]
                await backend.ask(frame[2], frame[3], number)
                if count % 20 == 19:
                    await until(lambda: len(backend.replies) >= len(actions))
            await until(lambda: len(backend.replies) == len(frames))
            assert station.connected
        answers = [
            check(version, actions[frame[1]], frame) for frame in backend.replies
        ]
        assert answers.count("answered") > len(frames) / 20
        assert {
            "FormatViolation",
            "OccurrenceConstraintViolation",
            "PropertyConstraintViolation",
            "TypeConstraintViolation",
        } <= set(answers)
        for action, payload in backend.calls:
            schema = SCHEMAS[version].request(action)
            assert schema is not None
            assert not schema.problems(payload, formats=True), (action, payload)
        kept = house.books.memory("employer", "CP1")
        assert len(json.dumps(kept)) < 200_000
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def check(version: str, action: str, frame: list[Any]) -> str:
    """Return the code of an answer that is valid."""
    if frame[0] == 4:
        assert frame[2] in ERROR_CODES.values()
        assert frame[2] != "InternalError", (action, frame)
        return str(frame[2])
    schema = SCHEMAS[version].response(action)
    assert schema is not None
    assert not schema.problems(frame[2], formats=True), (action, frame)
    return "answered"
