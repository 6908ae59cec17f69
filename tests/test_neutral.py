"""scripts/check_neutral.py finds each kind of name outside the versions, and nothing else."""

from collections.abc import Mapping
import importlib
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TOP = Path("custom_components") / "ocpp_cs"
SCRIPT = ROOT / "scripts" / "check_neutral.py"


@pytest.fixture(name="check", scope="module")
def fixture_check() -> Any:
    """Return the script as a module."""
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        return importlib.import_module("check_neutral")
    finally:
        sys.path.remove(str(SCRIPT.parent))


def neutral(check: Any, root: Path, files: Mapping[str, str]) -> list[str]:
    """Return what is found in a checkout with these files of the integration."""
    for name, text in files.items():
        path = root / TOP / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found: list[str] = check.problems(root)
    return found


def test_the_code_is_neutral() -> None:
    result = subprocess.run(
        [sys.executable, SCRIPT, ROOT], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("code", "word", "kind"),
    [
        ("x = {'idTag': 1}", "idTag", "a field of OCPP"),
        ("x = y['unitOfMeasure']", "unitOfMeasure", "a field of OCPP"),
        ("x = 'meter.sampledValue.unit'", "sampledValue", "a field of OCPP"),
        ("x = f'{y}.evseId'", "evseId", "a field of OCPP"),
        ("x = dict(stackLevel=1)", "stackLevel", "a field of OCPP"),
        (
            "match x:\n    case 'ReserveNow':\n        pass",
            "ReserveNow",
            "an action of OCPP",
        ),
        (
            "x = 'RequestStartTransaction'",
            "RequestStartTransaction",
            "an action of OCPP",
        ),
        ("x = 'NotifyDERAlarm'", "NotifyDERAlarm", "an action of OCPP"),
        ("x = 'HeartbeatInterval'", "HeartbeatInterval", "a configuration key"),
        ("x = 'heartbeatinterval'", "heartbeatinterval", "a configuration key"),
        ("x = 'BrandKey'", "BrandKey", "a configuration key"),
    ],
)
@pytest.mark.parametrize("place", ["hub.py", "csms/limits2/sender.py", "csms/v16.py"])
def test_each_kind_is_found(
    check: Any, tmp_path: Path, place: str, code: str, word: str, kind: str
) -> None:
    found = neutral(
        check,
        tmp_path,
        {"csms/v16/configuration_keys.py": "KEYS = ('BrandKey', 'plain')", place: code},
    )
    (line,) = found
    number = code[: code.index(word)].count("\n") + 1
    assert line == f"{TOP / place}:{number}: {word} is {kind}"


@pytest.mark.parametrize("place", ["csms/v16/inbound.py", "csms/v2/any/inbound.py"])
def test_versions_speak_as_they_do(check: Any, tmp_path: Path, place: str) -> None:
    assert neutral(check, tmp_path, {place: "x = {'idTag': 'HeartbeatInterval'}"}) == []


@pytest.mark.parametrize(
    "code",
    [
        '"""Says what idTag is, and ReserveNow."""',
        'x = 1\n"""The HeartbeatInterval."""',
        "# of idTag",
        "x = Field(example='[\"HeartbeatInterval\"]', note='see ReserveNow')",
        "x = 'id_tag', 'reset', 'Reset', 'status', 'plain'",
    ],
)
def test_prose_and_our_own_words_are_free(
    check: Any, tmp_path: Path, code: str
) -> None:
    assert neutral(check, tmp_path, {"hub.py": code}) == []


def test_it_ends_with_an_error(tmp_path: Path) -> None:
    """As scripts/lint needs it."""
    path = tmp_path / TOP / "hub.py"
    path.parent.mkdir(parents=True)
    path.write_text("x = 'idTag'", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout == f"{TOP / 'hub.py'}:1: idTag is a field of OCPP\n"
