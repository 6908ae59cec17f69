"""What the tests take as garbage."""

import hashlib
import os
from pathlib import Path
import subprocess
import sys

import orjson
import pytest

from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.garbage import INBOUND, batches, made_up, mutated_captures

ROOT = Path(__file__).parents[2]

_OTHER_RUN = """
import hashlib
from tests.csms.garbage import batches
print(hashlib.sha256(b"".join(b"".join(batch) for batch in batches(50, 50))).hexdigest())
"""


@pytest.fixture(autouse=True)
def _one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBAGE_SEED", "0")


@pytest.mark.parametrize("ci", ["", "true"])
def test_it_is_the_same_with_each_run(ci: str) -> None:
    """Whatever is imported: here all of pytest and Home Assistant, there nothing."""
    environment = {name: text for name, text in os.environ.items() if name != "CI"}
    if ci:
        environment["CI"] = ci
    other = subprocess.run(
        [sys.executable, "-c", _OTHER_RUN],
        cwd=ROOT,
        env=environment | {"PYTHONHASHSEED": "random"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(b"".join(b"".join(batch) for batch in batches(50, 50)))
    assert other.stdout.split()[-1] == here.hexdigest()


def test_each_seed_makes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first = batches(20, 20)
    monkeypatch.setenv("GARBAGE_SEED", "1")
    assert not {*first[0]} & {*batches(20, 20)[0]}
    assert made_up(20, 1) != made_up(20, 2)
    assert mutated_captures(20, 0, 1) != mutated_captures(20, 0, 2)


def test_some_of_it_is_right() -> None:
    """Or nothing of it would come far."""
    schemas = load_schemas()
    right: set[str] = set()
    wrong = 0
    for data in made_up(2000):
        try:
            _, _, action, payload = orjson.loads(data)
            problems = schemas.request(action).problems(payload)
        except ValueError, AttributeError:
            wrong += 1
            continue
        if problems:
            wrong += 1
        else:
            right.add(action)
    assert right == {*INBOUND}
    assert 500 < wrong < 1900
