"""What is saved of payloads that break the schema."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any, Literal

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.csms.metering.metering import Meter
from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.errors import CallError, Violation
from custom_components.ocpp_cs.csms.model.timestamps import parse_time
from custom_components.ocpp_cs.csms.schema.coerce import salvage
from custom_components.ocpp_cs.csms.schema.schemas import Problem, ProblemKind
from custom_components.ocpp_cs.csms.v16.meter_values import read_meter_values
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.strategies import JSON, mutated

SCHEMAS = load_schemas()
NOW = datetime(2024, 1, 1, 0, 0, 5, tzinfo=UTC)
TIME = "2024-01-01T00:00:00Z"


def save(
    action: str, payload: Any, kind: Literal["request", "response"] = "request"
) -> tuple[dict[str, Any], dict[str, int]]:
    """Salvage a payload that is really bad; gives it with what was noted."""
    schema = SCHEMAS.named(action if kind == "request" else f"{action}Response")
    assert not schema.valid(payload)
    deviations = Deviations("charger")
    before = json.dumps(payload)
    saved = salvage(action, kind, payload, deviations, SCHEMAS)
    assert json.dumps(payload) == before
    assert deviations.counts
    assert [p for p in schema.problems(saved) if not tolerated(p)] == []
    return saved, deviations.counts


def tolerated(problem: Problem) -> bool:
    """Tell whether the payload may be used in spite of this."""
    last = problem.path.rpartition(".")[2]
    return (
        problem.kind is ProblemKind.TOO_LONG
        or (problem.kind is ProblemKind.MISSING and last.isdecimal())
        or (problem.kind is ProblemKind.MISSING and last in {"meterStart", "meterStop"})
        or (problem.kind is ProblemKind.ENUM and last in {"unit", "measurand"})
        # Of uploads and updates: an unknown step is no step.
        or (
            problem.kind in {ProblemKind.MISSING, ProblemKind.ENUM}
            and problem.path == "status"
        )
    )


def refused(
    action: str, payload: Any, kind: Literal["request", "response"] = "request"
) -> CallError:
    with pytest.raises(CallError) as caught:
        salvage(action, kind, payload, Deviations("charger"), SCHEMAS)
    return caught.value


def is_now(text: str) -> bool:
    time = parse_time(text)
    return time is not None and abs(datetime.now(UTC) - time) < timedelta(minutes=1)


def sample(**fields: Any) -> dict[str, Any]:
    return {
        "connectorId": 1,
        "meterValue": [{"timestamp": TIME, "sampledValue": [fields]}],
    }


def saved_sample(**fields: Any) -> tuple[dict[str, Any], dict[str, int]]:
    saved, counts = save("MeterValues", sample(**fields))
    (result,) = saved["meterValue"][0]["sampledValue"]
    return result, counts


def status(**fields: Any) -> dict[str, Any]:
    return {"connectorId": 1, "errorCode": "NoError", "status": "Available"} | fields


START = {"connectorId": 1, "idTag": "TAG", "meterStart": 5, "timestamp": TIME}
STOP = {"transactionId": 7, "meterStop": 9, "timestamp": TIME}


@pytest.mark.parametrize(
    ("value", "text"),
    [(50, "50"), (7.0, "7.0"), (49.89, "49.89"), (-0.5, "-0.5"), (True, "true")],
)
def test_number_for_text(value: Any, text: str) -> None:
    result, counts = saved_sample(value=value, measurand="Frequency")
    assert result == {"value": text, "measurand": "Frequency"}
    assert counts == {"type:MeterValues.meterValue.sampledValue.value": 1}


@pytest.mark.parametrize(
    ("written", "number"),
    [("1", 1), ("1.0", 1), (" 1 ", 1), (1.0, 1), ("-1", -1), ("+1", 1), ("1e2", 100)],
)
def test_text_for_integer(written: Any, number: int) -> None:
    saved, _ = save("StopTransaction", STOP | {"transactionId": written})
    assert saved == STOP | {"transactionId": number}
    assert type(saved["transactionId"]) is int


@pytest.mark.parametrize("written", [8016.4, "8016.4", "8016,4", "8015.5"])
def test_counter_with_a_fraction(written: Any) -> None:
    saved, _ = save("StartTransaction", START | {"meterStart": written})
    assert saved == START | {"meterStart": 8016}


@pytest.mark.parametrize(
    "written", [7.5, "7.5", "x", "7 A", [], {}, True, "9" * 5000, 1e300, ""]
)
def test_no_transaction_id(written: Any) -> None:
    """That of one that never got any: a session is not lost for it."""
    saved, noted = save("StopTransaction", STOP | {"transactionId": written})
    assert saved == STOP | {"transactionId": -1}
    assert "replaced:StopTransaction.transactionId" in noted


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("1", True),
        ("0", False),
        (1, True),
        (0, False),
        (1.0, True),
        ("yes", True),
        ("off", False),
        # What cannot be understood: say that it may be written.
        ("maybe", False),
        (2, False),
        ({}, False),
        (None, False),
    ],
)
def test_boolean(written: Any, value: bool) -> None:
    saved, _ = save(
        "GetConfiguration",
        {"configurationKey": [{"key": "x", "readonly": written, "value": 5}]},
        "response",
    )
    assert saved == {
        "configurationKey": [{"key": "x", "readonly": value, "value": "5"}]
    }


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("available", "Available"),
        ("SUSPENDED_EVSE", "SuspendedEVSE"),
        ("suspended-ev", "SuspendedEV"),
        (" Charging ", "Charging"),
        ("Occupied", "Preparing"),
        ("occupied", "Preparing"),
        ("Fault", "Faulted"),
        ("Inoperative", "Unavailable"),
        ("Suspended", "SuspendedEV"),
    ],
)
def test_status_wording(written: str, right: str) -> None:
    saved, counts = save("StatusNotification", status(status=written))
    assert saved == status(status=right)
    assert counts == {"enum_spelling:StatusNotification.status": 1}


@pytest.mark.parametrize("written", ["Dancing", "", "x" * 1000, 5, None, [], {}])
def test_status_is_essential(written: Any) -> None:
    error = refused("StatusNotification", status(status=written))
    assert error.description.startswith("status ")
    assert len(error.description) < 255


def test_status_missing() -> None:
    payload = {"connectorId": 1, "errorCode": "NoError"}
    error = refused("StatusNotification", payload)
    assert error.violation is Violation.OCCURRENCE_CONSTRAINT
    assert error.description == "status is missing"


@pytest.mark.parametrize(
    ("fields", "saved"),
    [
        ({"errorCode": "noerror"}, {}),
        ({"errorCode": "Mode3Error"}, {"errorCode": "EVCommunicationError"}),
        (
            {"errorCode": "E42 door open"},
            {"errorCode": "OtherError", "vendorErrorCode": "E42 door open"},
        ),
        (
            {"errorCode": 42},
            {"errorCode": "OtherError", "vendorErrorCode": "42"},
        ),
        (
            {"errorCode": "E42", "vendorErrorCode": "door"},
            {"errorCode": "OtherError", "vendorErrorCode": "door"},
        ),
        (
            {"errorCode": "E42", "vendorErrorCode": ""},
            {"errorCode": "OtherError", "vendorErrorCode": "E42"},
        ),
        ({"errorCode": ""}, {}),
        ({"errorCode": None}, {}),
        ({"errorCode": "None"}, {}),
        ({"errorCode": []}, {}),
        ({"timestamp": "garbage"}, {}),
        ({"timestamp": None}, {}),
        # An empty text may be meant, an empty anything else cannot be.
        ({"timestamp": "", "info": ""}, {"info": ""}),
        ({"timestamp": 1730030405}, {"timestamp": "1730030405"}),
        ({"info": 5}, {"info": "5"}),
        ({"info": "x" * 60}, {"info": "x" * 60}),
        ({"info": None, "vendorId": {}}, {}),
        ({"extra": 5, "more": None}, {}),
    ],
)
def test_status_fields(fields: dict[str, Any], saved: dict[str, Any]) -> None:
    result, _ = save("StatusNotification", status(**fields) | {"spoiler": 1})
    assert result == status(**saved)


@pytest.mark.parametrize(
    ("payload", "connector"),
    [
        ({"status": "Charging"}, 1),
        ({"status": "Available"}, 1),
        ({"status": "Faulted", "errorCode": "GroundFailure"}, 1),
        ({"status": "Faulted", "errorCode": "ReaderFailure"}, 0),
        ({"status": "Available", "errorCode": "WeakSignal"}, 0),
        ({"status": "Charging", "errorCode": "WeakSignal"}, 1),
        ({"status": "Available", "connectorId": "x"}, 1),
    ],
)
def test_status_without_connector(payload: dict[str, Any], connector: int) -> None:
    saved, _ = save("StatusNotification", payload)
    assert saved["connectorId"] == connector


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("EvDisconnected", "EVDisconnected"),
        ("De-Authorized", "DeAuthorized"),
        ("RemoteStop", "Remote"),
        ("Because", "Other"),
        (5, "Other"),
    ],
)
def test_reason(written: Any, right: str) -> None:
    saved, _ = save("StopTransaction", STOP | {"reason": written})
    assert saved == STOP | {"reason": right}


@pytest.mark.parametrize("written", [None, "", " ", [], {}])
def test_no_reason(written: Any) -> None:
    saved, _ = save("StopTransaction", STOP | {"reason": written})
    assert saved == STOP


@pytest.mark.parametrize(
    ("unit", "right"),
    [
        ("kwh", "kWh"),
        ("KW", "kW"),
        ("a", "A"),
        ("v", "V"),
        ("percent", "Percent"),
        ("%", "Percent"),
        ("Hz", "Hertz"),
        ("celcius", "Celcius"),
        ("°C", "Celsius"),
        ("fahrenheit", "Fahrenheit"),
        # Units that OCPP does not have: the meter knows them, or counts them.
        ("MWh", "MWh"),
        ("mA", "mA"),
        ("parsec", "parsec"),
    ],
)
def test_unit(unit: str, right: str) -> None:
    assert saved_sample(value="1", unit=unit)[0] == {"value": "1", "unit": right}


@pytest.mark.parametrize("unit", ["", " ", None, {}])
def test_no_unit(unit: Any) -> None:
    assert saved_sample(value="1", unit=unit)[0] == {"value": "1"}


def test_celcius_is_right() -> None:
    assert SCHEMAS.named("MeterValues").valid(sample(value="1", unit="Celcius"))


def test_hertz_where_there_is_none() -> None:
    data = sample(value="50", measurand="Frequency", unit="Hz")["meterValue"]
    saved, _ = save("StopTransaction", STOP | {"transactionData": data})
    (result,) = saved["transactionData"][0]["sampledValue"]
    assert result == {"value": "50", "measurand": "Frequency"}


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ({"measurand": "power.active.import"}, {"measurand": "Power.Active.Import"}),
        ({"measurand": "StateOfCharge"}, {"measurand": "SoC"}),
        ({"measurand": "LimitReason"}, {"measurand": "LimitReason"}),
        # An empty one must not be taken for a missing one, which is the register.
        ({"measurand": ""}, {"measurand": ""}),
        ({"measurand": None}, {}),
        ({"context": "Sample Periodic"}, {"context": "Sample.Periodic"}),
        ({"context": "Nonsense"}, {}),
        ({"location": "outlet"}, {"location": "Outlet"}),
        ({"location": "Moon"}, {}),
        ({"format": "raw"}, {"format": "Raw"}),
        ({"phase": "L1N"}, {"phase": "L1-N"}),
        ({"phase": "1"}, {"phase": "L1"}),
        ({"phase": 2}, {"phase": "L2"}),
        ({"phase": ""}, {}),
        ({"phase": None}, {}),
        ({"Phase": "L1"}, {"phase": "L1"}),
        ({"custom": 1}, {}),
    ],
)
def test_sample_fields(fields: dict[str, Any], right: dict[str, Any]) -> None:
    assert saved_sample(value="1", **fields)[0] == {"value": "1"} | right


@pytest.mark.parametrize(
    "bad",
    [
        {"value": "1", "phase": "L9"},
        {"value": "1", "phase": {}},
        {"value": None},
        {"value": []},
        {},
        "1",
        None,
        [],
    ],
)
def test_bad_sample_harms_no_other(bad: Any) -> None:
    payload = sample(value="5", unit="A")
    payload["meterValue"][0]["sampledValue"].insert(0, bad)
    saved, counts = save("MeterValues", payload)
    assert saved == sample(value="5", unit="A")
    assert counts["dropped:MeterValues.meterValue.sampledValue"] == 1


def test_object_for_list() -> None:
    right = sample(value="5")
    entry = right["meterValue"][0]
    (only,) = entry["sampledValue"]
    saved, _ = save(
        "MeterValues",
        {"connectorId": 1, "meterValue": entry | {"sampledValue": only}},
    )
    assert saved == right


def test_list_for_object() -> None:
    saved, _ = save("MeterValues", [sample(value="5")])
    assert saved == sample(value="5")


@pytest.mark.parametrize("written", [None, "garbage", "", 5, [], {}])
def test_no_entry_time(written: Any) -> None:
    payload = sample(value="5")
    payload["meterValue"][0]["timestamp"] = written
    if isinstance(written, str):
        payload["spoiler"] = 1
    saved, _ = save("MeterValues", payload)
    assert is_now(saved["meterValue"][0]["timestamp"])


@pytest.mark.parametrize("meter_value", [None, "x", [], {}, [None], [[]], 5])
def test_empty_meter_values(meter_value: Any) -> None:
    saved, _ = save("MeterValues", {"connectorId": 1, "meterValue": meter_value})
    values = saved["meterValue"]
    assert all(entry["sampledValue"] == [] for entry in values)
    meter = Meter(Deviations("charger"))
    read = read_meter_values(values, Deviations("charger"))
    assert meter.update(read, now=NOW).changed == set()


def test_meter_values_without_anything() -> None:
    saved, counts = save("MeterValues", {})
    assert saved == {"connectorId": 1, "meterValue": []}
    assert counts == {
        "missing:MeterValues.connectorId": 1,
        "missing:MeterValues.meterValue": 1,
    }


@pytest.mark.parametrize("missing", ["connectorId", "idTag", "meterStart", "timestamp"])
def test_start_without(missing: str) -> None:
    payload = {key: value for key, value in START.items() if key != missing}
    saved, counts = save("StartTransaction", payload)
    stand_in = {"connectorId": 1, "idTag": ""}
    if missing == "timestamp":
        assert is_now(saved.pop("timestamp"))
    assert saved == payload | (
        {missing: stand_in[missing]} if missing in stand_in else {}
    )
    assert counts == {f"missing:StartTransaction.{missing}": 1}


@pytest.mark.parametrize("bad", ["x", [], None, float("1e300")])
def test_start_with_a_bad_counter(bad: Any) -> None:
    saved, _ = save("StartTransaction", START | {"meterStart": bad})
    assert "meterStart" not in saved


@pytest.mark.parametrize("missing", ["meterStop", "timestamp"])
def test_stop_without(missing: str) -> None:
    payload = {key: value for key, value in STOP.items() if key != missing}
    saved, _ = save("StopTransaction", payload)
    if missing == "timestamp":
        assert is_now(saved.pop("timestamp"))
    assert saved == payload


def test_stop_data_that_is_garbage() -> None:
    saved, _ = save("StopTransaction", STOP | {"transactionData": ["x", {}]})
    (entry,) = saved["transactionData"]
    assert entry["sampledValue"] == []
    assert is_now(entry["timestamp"])


def test_boot_without_anything() -> None:
    saved, _ = save("BootNotification", {})
    assert saved == {"chargePointVendor": "unknown", "chargePointModel": "unknown"}


def test_boot_with_long_texts() -> None:
    payload = {
        "chargePointVendor": "v" * 30,
        "chargePointModel": "m",
        "chargePointSerialNumber": "s" * 60,
    }
    saved, counts = save("BootNotification", payload)
    assert saved == payload
    assert counts == {
        "too_long:BootNotification.chargePointVendor": 1,
        "too_long:BootNotification.chargePointSerialNumber": 1,
    }


def test_spelling_of_fields() -> None:
    saved, counts = save("Authorize", {"IdTag": "TAG"})
    assert saved == {"idTag": "TAG"}
    assert counts == {"field_spelling:Authorize.idTag": 1}
    # The right one wins over another spelling.
    saved, counts = save("Authorize", {"id_tag": "OTHER", "idTag": "TAG"})
    assert saved == {"idTag": "TAG"}
    assert counts == {"extra_field:Authorize": 1}


@pytest.mark.parametrize("payload", [{}, {"idTag": None}, None, []])
def test_authorize_needs_a_tag(payload: Any) -> None:
    error = refused("Authorize", payload)
    assert error.violation is Violation.OCCURRENCE_CONSTRAINT
    assert error.description == "idTag is missing"


def test_tag_that_is_a_number() -> None:
    assert save("Authorize", {"idTag": 4711})[0] == {"idTag": "4711"}


@pytest.mark.parametrize("payload", ["x", 5, True, [5]])
def test_no_object(payload: Any) -> None:
    error = refused("Heartbeat", payload)
    assert error.violation is Violation.FORMAT


def test_null_for_nothing() -> None:
    assert save("Heartbeat", None) == ({}, {"type:Heartbeat": 1})


def test_data_that_is_json() -> None:
    saved, _ = save("DataTransfer", {"vendorId": "v", "data": {"a": [1]}})
    assert saved == {"vendorId": "v", "data": '{"a": [1]}'}
    assert save("DataTransfer", {})[0] == {"vendorId": ""}
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert salvage(
        "DataTransfer",
        "request",
        {"vendorId": "v", "data": deep},
        Deviations("charger"),
        SCHEMAS,
    ) == {"vendorId": "v"}


def test_unknown_action() -> None:
    assert refused("Nonsense", {}).violation is Violation.NOT_IMPLEMENTED


@pytest.mark.parametrize(
    ("action", "written", "right"),
    [
        ("Reset", "accepted", "Accepted"),
        ("ChangeConfiguration", "Reboot Required", "RebootRequired"),
        ("UnlockConnector", "Accepted", "Unlocked"),
        ("UnlockConnector", "Rejected", "UnlockFailed"),
        ("TriggerMessage", "not_implemented", "NotImplemented"),
    ],
)
def test_answer_wording(action: str, written: str, right: str) -> None:
    assert save(action, {"status": written}, "response")[0] == {"status": right}


@pytest.mark.parametrize("payload", [{}, {"status": "Perhaps"}, {"status": None}, None])
def test_answer_without_status(payload: Any) -> None:
    assert refused("Reset", payload, "response").description.startswith("status ")


def test_answer_with_a_broken_schedule() -> None:
    saved, _ = save(
        "GetCompositeSchedule",
        {
            "status": "Accepted",
            "connectorId": "1",
            "chargingSchedule": {"chargingRateUnit": "A"},
        },
        "response",
    )
    assert saved == {"status": "Accepted", "connectorId": 1}


def test_answer_with_odd_limits() -> None:
    schedule = {
        "chargingRateUnit": "a",
        "chargingSchedulePeriod": [
            {"startPeriod": "0", "limit": 6.38},
            {"startPeriod": 60, "limit": "16"},
        ],
    }
    saved, _ = save(
        "GetCompositeSchedule",
        {"status": "Accepted", "chargingSchedule": schedule},
        "response",
    )
    assert saved["chargingSchedule"] == {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 6.4},
            {"startPeriod": 60, "limit": 16},
        ],
    }


def test_configuration_keeps_what_is_right() -> None:
    saved, _ = save(
        "GetConfiguration",
        {
            "configurationKey": [
                {"key": "a", "readonly": "true", "value": None},
                {"readonly": True, "value": "no key"},
                {"key": "b", "value": True},
                {"key": "c", "readonly": False, "value": "x" * 600},
            ],
            "unknownKey": "d",
        },
        "response",
    )
    assert saved == {
        "configurationKey": [
            {"key": "a", "readonly": True},
            {"key": "b", "readonly": False, "value": "true"},
            {"key": "c", "readonly": False, "value": "x" * 600},
        ],
        "unknownKey": ["d"],
    }


def check_any(name: str, kind: Literal["request", "response"], payload: Any) -> None:
    schema = SCHEMAS.named(name if kind == "request" else f"{name}Response")
    if schema.valid(payload):
        return
    deviations = Deviations("charger")
    try:
        saved = salvage(name, kind, payload, deviations, SCHEMAS)
    except CallError as error:
        refusal = error.description
    else:
        refusal = None
    if refusal is not None:
        assert 0 < len(refusal) < 255
        return
    assert [p for p in schema.problems(saved) if not tolerated(p)] == []
    assert deviations.counts
    assert len(json.dumps(list(deviations.counts))) < 5000
    if name == "MeterValues" and kind == "request":
        read = read_meter_values(saved["meterValue"], deviations)
        Meter(deviations).update(read, now=NOW)


KINDS = st.sampled_from(["request", "response"])


@given(st.sampled_from(sorted(SCHEMAS.actions)), KINDS, JSON)
def test_anything(
    name: str, kind: Literal["request", "response"], payload: Any
) -> None:
    check_any(name, kind, payload)


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize("name", sorted(SCHEMAS.actions))
def test_nearly_right(name: str, kind: Literal["request", "response"]) -> None:
    schema = SCHEMAS.named(name if kind == "request" else f"{name}Response")
    examples = 300 if name in {"MeterValues", "StopTransaction"} else 40

    @settings(max_examples=examples)
    @given(mutated(schema.definition))
    def check(payload: Any) -> None:
        check_any(name, kind, payload)

    check()
