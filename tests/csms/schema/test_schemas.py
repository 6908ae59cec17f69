"""The validators that are made from the schemas of the ocpp package."""

from decimal import Decimal
import json
from pathlib import Path
import subprocess
import sys
from typing import Any

from hypothesis import given, settings, strategies as st
from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
import pytest

from custom_components.ocpp_cs.csms.model.errors import Violation
from custom_components.ocpp_cs.csms.schema.schema_code import (
    LARGEST,
    compile_validator,
    is_multiple,
)
from custom_components.ocpp_cs.csms.schema.schemas import ProblemKind, Schema
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.strategies import JSON, mutated, payloads
from tests.sampling import examples

SCHEMAS = load_schemas()
ALL = {name: SCHEMAS.named(name) for name in SCHEMAS}
GOLDEN = Path(__file__).parents[2] / "golden"


def _multiple_of(_: Any, step: float, value: Any, __: Any) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    if Decimal(repr(value)) % Decimal(repr(step)):
        yield ValidationError("not a multiple")


def _is_integer(_: Any, value: Any) -> bool:
    # More than the specification says: see LARGEST.
    return type(value) is int and -LARGEST < value < LARGEST


Reference = extend(
    Draft4Validator,
    {"multipleOf": _multiple_of},
    type_checker=Draft4Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


def meter_values(**sample: Any) -> dict[str, Any]:
    return {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2024-01-01T00:00:00Z", "sampledValue": [sample]}],
    }


def test_all_actions() -> None:
    assert len(SCHEMAS.actions) == 39
    assert ALL.keys() == SCHEMAS.actions | {f"{one}Response" for one in SCHEMAS.actions}
    assert all(SCHEMAS.request(action) is ALL[action] for action in SCHEMAS.actions)
    assert SCHEMAS.request("Heartbeat") is not SCHEMAS.response("Heartbeat")
    assert SCHEMAS.request("Nonsense") is None
    assert SCHEMAS.response("Nonsense") is None


def test_loaded_once() -> None:
    assert load_schemas() is SCHEMAS


def test_does_not_import_the_message_classes() -> None:
    code = (
        "import sys\n"
        "from custom_components.ocpp_cs.csms.v16.version import load_schemas\n"
        "assert load_schemas().actions\n"
        "assert 'ocpp.v16' not in sys.modules\n"
    )
    # Imported as a part of a package whose own __init__ needs Home Assistant, the
    # module would not show what it costs by itself.
    stub = (
        "import sys, types\n"
        "for name in ('custom_components', 'custom_components.ocpp_cs'):\n"
        "    module = types.ModuleType(name)\n"
        "    module.__path__ = [name.replace('.', '/')]\n"
        "    sys.modules[name] = module\n"
    )
    subprocess.run(
        [sys.executable, "-c", stub + code],
        check=True,
        cwd=Path(__file__).parents[3],
    )


@pytest.mark.parametrize("name", sorted(ALL))
def test_agrees_with_jsonschema(name: str) -> None:
    schema = ALL[name]
    reference = Reference(schema.definition)

    @settings(max_examples=examples(40))
    @given(mutated(schema.definition))
    def check(payload: Any) -> None:
        wanted = reference.is_valid(payload)
        assert schema.valid(payload) is wanted
        assert (not schema.problems(payload)) is wanted

    check()


@pytest.mark.parametrize("name", sorted(ALL))
def test_right_payloads_are_right(name: str) -> None:
    schema = ALL[name]

    @settings(max_examples=examples(15))
    @given(payloads(schema.definition))
    def check(payload: Any) -> None:
        assert schema.valid(payload)

    check()


@given(st.sampled_from(sorted(ALL)), JSON)
def test_anything(name: str, payload: Any) -> None:
    schema = ALL[name]
    wanted = Reference(schema.definition).is_valid(payload)
    assert schema.valid(payload) is wanted
    assert (not schema.problems(payload)) is wanted


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*.txt")), ids=lambda file: file.stem
)
def test_golden(file: Path) -> None:
    messages = [json.loads(line) for line in file.read_text().splitlines()]
    calls = [message for message in messages if message[0] == 2]
    assert calls
    for _, _, action, payload in calls:
        schema = SCHEMAS.named(action)
        assert schema.problems(payload) == []
        assert schema.valid(payload)


@pytest.mark.parametrize(
    ("action", "payload", "path", "kind", "violation"),
    [
        ("Authorize", {}, "idTag", "missing", "occurrence_constraint"),
        ("Authorize", {"idTag": 5}, "idTag", "type", "type_constraint"),
        (
            "Authorize",
            {"idTag": "x" * 21},
            "idTag",
            "too_long",
            "property_constraint",
        ),
        ("Authorize", {"idTag": "x", "y": 1}, "y", "extra", "format"),
        ("Authorize", [], "", "type", "format"),
        ("Authorize", None, "", "type", "format"),
        (
            "Reset",
            {"type": "hard"},
            "type",
            "enum",
            "property_constraint",
        ),
        (
            "MeterValues",
            meter_values(value="1", unit="Hz"),
            "meterValue.0.sampledValue.0.unit",
            "enum",
            "property_constraint",
        ),
        (
            "MeterValues",
            {
                "connectorId": True,
                "meterValue": [{"timestamp": "", "sampledValue": [{"value": ""}]}],
            },
            "connectorId",
            "type",
            "type_constraint",
        ),
        (
            "MeterValues",
            {"connectorId": 1, "meterValue": []},
            "meterValue.0",
            "missing",
            "occurrence_constraint",
        ),
    ],
)
def test_problem(
    action: str, payload: Any, path: str, kind: str, violation: str
) -> None:
    schema = SCHEMAS.named(action)
    (problem,) = schema.problems(payload)
    assert (problem.path, problem.kind, problem.violation) == (
        path,
        kind,
        violation,
    )
    assert problem.message
    assert not schema.valid(payload)


def test_every_problem_is_named() -> None:
    payload = {
        "meterValue": [
            {
                "timestamp": 5,
                "sampledValue": [{"value": "1"}, {"unit": "A", "more": 1}],
            },
            "x",
        ]
    }
    problems = SCHEMAS.named("MeterValues").problems(payload)
    assert {(problem.path, problem.kind) for problem in problems} == {
        ("connectorId", ProblemKind.MISSING),
        ("meterValue.0.timestamp", ProblemKind.TYPE),
        ("meterValue.0.sampledValue.1.value", ProblemKind.MISSING),
        ("meterValue.0.sampledValue.1.more", ProblemKind.EXTRA),
        ("meterValue.1", ProblemKind.TYPE),
    }


def profile(limit: Any) -> dict[str, Any]:
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        },
    }


@pytest.mark.parametrize("limit", [0, 6, 6.3, 0.7, 16.1, 32.3, 1e6, 229.9])
def test_tenths(limit: float) -> None:
    assert SCHEMAS.named("SetChargingProfile").valid(profile(limit))


@pytest.mark.parametrize("limit", [6.35, 0.30000000000000004, 1e-7, float("nan")])
def test_no_tenths(limit: float) -> None:
    schema = SCHEMAS.named("SetChargingProfile")
    assert not schema.valid(profile(limit))
    (problem,) = schema.problems(profile(limit))
    assert problem.kind is ProblemKind.RANGE
    assert problem.path.endswith("chargingSchedulePeriod.0.limit")


def test_multiples_of_anything() -> None:
    assert is_multiple(10**4000, 0.1)
    assert is_multiple(-0.3, 0.1)
    assert not is_multiple(float("inf"), 0.1)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("retrieveDate", "2024-01-01T00:00:00Z", "2024-01-01"),
        ("retrieveDate", "2024-01-01T00:00:00.5+01:00", "2024-13-01T00:00:00Z"),
        ("location", "ftp://host/file", "/file"),
    ],
)
def test_formats_of_what_we_send(field: str, good: str, bad: str) -> None:
    schema = SCHEMAS.named("UpdateFirmware")
    payload = {"location": "http://host/x", "retrieveDate": "2024-01-01T00:00:00Z"}
    assert schema.problems(payload | {field: good}, formats=True) == []
    (problem,) = schema.problems(payload | {field: bad}, formats=True)
    assert (problem.path, problem.kind) == (field, ProblemKind.FORMAT)
    assert problem.violation is Violation.PROPERTY_CONSTRAINT
    assert schema.valid(payload | {field: bad})


OTHER: dict[str, Any] = {
    "type": "object",
    "required": ["unheard of"],
    "properties": {
        "n": {"type": "number", "minimum": 1, "maximum": 5},
        "l": {"type": "array", "minItems": 2},
        "o": {"type": "object", "additionalProperties": False},
    },
}


@pytest.mark.parametrize(
    ("payload", "right"),
    [
        ({"unheard of": 1, "n": 1, "l": [1, 2], "more": 1}, True),
        ({"unheard of": 1, "n": 5, "o": {}}, True),
        ({"n": 1}, False),
        ({"unheard of": 1, "n": 0.9}, False),
        ({"unheard of": 1, "n": 5.1}, False),
        ({"unheard of": 1, "l": [1]}, False),
        ({"unheard of": 1, "o": {"x": 1}}, False),
    ],
)
def test_keywords_that_ocpp_may_come_to_use(
    payload: dict[str, Any], right: bool
) -> None:
    schema = Schema("Other", OTHER)
    assert schema.valid(payload) is right
    assert Draft4Validator(OTHER).is_valid(payload) is right
    assert (not schema.problems(payload)) is right


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "string", "pattern": "x"},
        {"type": ["string", "null"]},
        {"enum": ["x"]},
        {"type": "object", "properties": {"x": {"type": "string", "minLength": 1}}},
    ],
)
def test_unknown_keywords_are_refused(definition: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        compile_validator(definition)
