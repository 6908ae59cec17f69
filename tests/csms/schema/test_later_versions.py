"""The schemas of OCPP 2.0.1 and 2.1, which later versions are written against.

Each has an example made from it that is right, and one for each place and keyword
that is wrong.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from importlib.resources import files
from typing import Any

from jsonschema import Draft6Validator
import pytest

from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.errors import CallError, Violation
from custom_components.ocpp_cs.csms.schema.coerce import salvage
from custom_components.ocpp_cs.csms.schema.schema_code import Definition
from custom_components.ocpp_cs.csms.schema.schemas import (
    ProblemKind,
    Schema,
    Schemas,
    read_schemas,
)

VERSIONS = {
    folder: read_schemas(files("ocpp") / folder / "schemas", request="Request")
    for folder in ("v201", "v21")
}
ALL = [(folder, name) for folder, schemas in VERSIONS.items() for name in schemas]
IDS = [f"{folder}-{name}" for folder, name in ALL]

type Break = Callable[[Any], None]
"""Spoils an example in one place."""


def example(definition: Definition) -> Any:
    """Return a value that is right, with everything that it may have."""
    match definition.get("type"):
        case "object":
            return {
                name: example(inner)
                for name, inner in definition.get("properties", {}).items()
            }
        case "array":
            return [
                example(definition["items"])
                for _ in range(max(1, definition.get("minItems", 0)))
            ]
        case "string" if "enum" in definition:
            return definition["enum"][-1]
        case "string" if definition.get("format") == "date-time":
            return "2026-11-29T10:00:00Z"
        case "string":
            return "x" * definition.get("maxLength", 5)
        case "integer":
            return int(definition.get("maximum", definition.get("minimum", 7)))
        case "number":
            return definition.get("maximum", definition.get("minimum", 7.5))
        case "boolean":
            return True
    return {"anything": [1, "x", None]}


def least(definition: Definition) -> Any:
    """Return a value that is right, with nothing that may be left out."""
    match definition.get("type"):
        case "object":
            return {
                name: least(definition["properties"][name])
                for name in definition.get("required", ())
            }
        case "array":
            return [
                least(definition["items"]) for _ in range(definition.get("minItems", 0))
            ]
    return example(definition)


def broken(
    definition: Definition, value: Any, path: str, put: Callable[[Any], None]
) -> Iterator[tuple[str, ProblemKind, Callable[[], None]]]:
    """Yield (path, what is wrong there, how to make it so) for an example.

    `put` replaces the value in what holds it. What is made wrong is not undone.
    """
    kind = definition.get("type")
    if kind is None:
        return
    wrong: Any = 5 if kind in ("string", "object", "array", "boolean") else "5"
    if path:
        yield path, ProblemKind.TYPE, lambda: put(wrong)
    if kind == "object":
        prefix = f"{path}." if path else ""
        for name in definition.get("required", ()):
            yield f"{prefix}{name}", ProblemKind.MISSING, lambda n=name: value.pop(n)
        if definition.get("additionalProperties", True) is False:
            yield f"{prefix}zz", ProblemKind.EXTRA, lambda: value.update(zz=1)
        for name, inner in definition.get("properties", {}).items():
            yield from broken(
                inner,
                value[name],
                f"{prefix}{name}",
                lambda new, n=name: value.__setitem__(n, new),
            )
    elif kind == "array":
        if definition.get("minItems"):
            yield f"{path}.0", ProblemKind.MISSING, value.clear
        if (most := definition.get("maxItems")) is not None:
            yield (
                f"{path}.{most}",
                ProblemKind.TOO_MANY,
                lambda: value.extend([value[0]] * (most + 1 - len(value))),
            )
        yield from broken(
            definition["items"],
            value[0],
            f"{path}.0",
            lambda new: value.__setitem__(0, new),
        )
    elif "enum" in definition:
        yield path, ProblemKind.ENUM, lambda: put("zz")
    elif "maxLength" in definition:
        yield path, ProblemKind.TOO_LONG, lambda: put("x" * (len(value) + 1))
    elif "maximum" in definition:
        yield path, ProblemKind.RANGE, lambda: put(int(definition["maximum"]) + 1)
    if "minimum" in definition:
        yield path, ProblemKind.RANGE, lambda: put(int(definition["minimum"]) - 1)


def schema_of(folder: str, name: str) -> tuple[Schema, Draft6Validator]:
    schema = VERSIONS[folder].named(name)
    return schema, Draft6Validator(schema.definition)


def test_there_are_as_many_as_the_package_has() -> None:
    assert {folder: len(list(schemas)) for folder, schemas in VERSIONS.items()} == {
        "v201": 128,
        "v21": 181,
    }
    assert len(VERSIONS["v201"].actions) == 64
    assert len(VERSIONS["v21"].actions) == 91
    # It is sent without an answer (SEND), and so has no response.
    assert VERSIONS["v21"].request("NotifyPeriodicEventStream") is not None
    assert VERSIONS["v21"].response("NotifyPeriodicEventStream") is None


@pytest.mark.parametrize(("folder", "name"), ALL, ids=IDS)
def test_what_is_right_is_right(folder: str, name: str) -> None:
    schema, reference = schema_of(folder, name)
    for payload in (example(schema.definition), least(schema.definition)):
        assert reference.is_valid(payload)
        assert schema.valid(payload)
        assert schema.problems(payload) == []


@pytest.mark.parametrize(("folder", "name"), ALL, ids=IDS)
def test_what_is_wrong_is_wrong_and_named(folder: str, name: str) -> None:
    schema, reference = schema_of(folder, name)
    right = example(schema.definition)

    def breaks(payload: Any) -> list[tuple[str, ProblemKind, Callable[[], None]]]:
        return list(broken(schema.definition, payload, "", lambda new: None))

    count = len(breaks(right))
    assert count or not schema.definition["properties"]
    for index in range(count):
        payload = deepcopy(right)
        path, kind, spoil = breaks(payload)[index]
        spoil()
        assert not schema.valid(payload), (path, kind)
        assert [(one.path, one.kind) for one in schema.problems(payload)] == [
            (path, kind)
        ]
        assert not reference.is_valid(payload), (path, kind)


@pytest.mark.parametrize(
    "payload", [None, [], "x", 5], ids=["null", "list", "text", "number"]
)
def test_what_is_no_object_has_not_the_form_of_a_payload(payload: Any) -> None:
    schema = VERSIONS["v201"].named("Heartbeat")
    assert not schema.valid(payload)
    (problem,) = schema.problems(payload)
    assert problem.violation is Violation.FORMAT


def taken(
    action: str, payload: dict[str, Any], schemas: Schemas = VERSIONS["v201"]
) -> tuple[dict[str, Any], set[str]]:
    """Return what is saved of a payload, and what was noted of it."""
    deviations = Deviations("charger")
    saved = salvage(action, "request", payload, deviations, schemas)
    return saved, set(deviations.counts)


def test_what_a_vendor_adds_is_kept_where_it_may_be_added() -> None:
    """CustomDataType is the one open object (OCPP 2.0.1 part 2, 2.1)."""
    payload = {
        "customData": {"vendorId": "v", "own": {"deep": [1]}},
        "own": 1,
        "CurrentTime": 1,
    }
    saved, notes = taken("Heartbeat", payload)
    assert saved == {"customData": {"vendorId": "v", "own": {"deep": [1]}}}
    assert notes == {"extra_field:Heartbeat"}


def test_anything_is_taken_where_anything_may_be() -> None:
    for data in ("text", 5, None, {"a": [1]}, [True]):
        payload = {"vendorId": "v", "data": data, "zz": 1}
        saved, _ = taken("DataTransfer", payload)
        assert saved == {"vendorId": "v", **({} if data is None else {"data": data})}


def test_too_many_items_and_numbers_out_of_range_are_noted_and_kept() -> None:
    payload = {
        "evseId": 1,
        "chargingNeeds": {
            "requestedEnergyTransfer": "DC",
            "dcChargingParameters": {
                "evMaxCurrent": 5,
                "evMaxVoltage": 400,
                "stateOfCharge": 101,
            },
        },
    }
    saved, notes = taken("NotifyEVChargingNeeds", payload)
    assert saved == payload
    assert notes == {
        "range:NotifyEVChargingNeeds.chargingNeeds.dcChargingParameters.stateOfCharge"
    }
    certificate = dict.fromkeys(
        ("issuerNameHash", "issuerKeyHash", "serialNumber", "responderURL"), "x"
    ) | {"hashAlgorithm": "SHA256"}
    payload = {
        "idToken": {"idToken": "x", "type": "Central"},
        "iso15118CertificateHashData": [certificate] * 5,
    }
    saved, notes = taken("Authorize", payload)
    assert saved == payload
    assert notes == {"too_many:Authorize.iso15118CertificateHashData"}


def test_without_stand_ins_what_is_required_is_essential() -> None:
    with pytest.raises(CallError) as refused:
        taken("StatusNotification", {"evseId": 1})
    assert refused.value.violation is Violation.OCCURRENCE_CONSTRAINT


@pytest.mark.parametrize("folder", VERSIONS)
def test_nothing_is_compiled_before_it_is_asked_for(folder: str) -> None:
    """Reading 181 files is quick; compiling them takes a long tenth of a second."""
    schemas = read_schemas(files("ocpp") / folder / "schemas", request="Request")
    assert schemas._compiled == {}
    assert schemas.request("Heartbeat") is schemas.request("Heartbeat")
    assert set(schemas._compiled) == {"Heartbeat"}
    schemas.response("Heartbeat")
    assert set(schemas._compiled) == {"Heartbeat", "HeartbeatResponse"}


def test_an_object_in_several_places_is_compiled_once() -> None:
    """Each place of it is checked all the same."""
    twice: Definition = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    schema = Schema(
        "Other",
        {
            "type": "object",
            "properties": {"a": twice, "b": {"type": "array", "items": twice}},
        },
    )
    assert schema.valid({"a": {"n": 1}, "b": [{"n": 2}, {"n": 3}]})
    for wrong in ({"a": {}}, {"b": [{"n": 1}, {"n": "1"}]}, {"a": {"n": 1, "m": 2}}):
        assert not schema.valid(wrong)
        assert schema.problems(wrong)
