"""Variables by their names: read, written, and as settings for people."""

from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.model.capabilities import SettingKind
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    InvalidRequestError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.v2.device_model.names import (
    Aspect,
    VariableName,
    parse_aspect,
)
from tests.csms.test_central_system import World

from .station import Json, V2Station, device_model, variable


@pytest.mark.parametrize(
    ("text", "name", "canonical"),
    [
        ("A.B", VariableName("A", "B"), "A.B"),
        ("A/B", VariableName("A", "B"), "A.B"),
        (" A . B ", VariableName("A", "B"), "A.B"),
        ("A.B[c]", VariableName("A", "B", variable_instance="c"), "A.B[c]"),
        ("A[x].B", VariableName("A", "B", component_instance="x"), "A[x].B"),
        ("A/x/1.B", VariableName("A", "B", "x", 1), "A[x]/1.B"),
        ("A/1.B", VariableName("A", "B", evse=1), "A/1.B"),
        ("A/1.2.B", VariableName("A", "B", evse=1, plug=2), "A/1.2.B"),
        ("A/1/2/B[c]", VariableName("A", "B", None, 1, 2, "c"), "A/1.2.B[c]"),
        ("A[x]/1.2.B[c d.e]", VariableName("A", "B", "x", 1, 2, "c d.e"), None),
    ],
)
def test_names_as_text(text: str, name: VariableName, canonical: str | None) -> None:
    """They are understood generously, and told in one way."""
    assert parse_aspect(text) == Aspect(name)
    assert str(name) == (canonical or text)
    assert parse_aspect(str(name)) == Aspect(name)
    assert parse_aspect(f"{name}#target") == Aspect(name, "Target")
    assert str(parse_aspect(f"{text}#MaxSet")) == f"{name}#MaxSet"


@pytest.mark.parametrize("text", ["", "A", "A.", ".B", "A/1", "A.B#C", "A[.B", "A.B]"])
def test_no_names(text: str) -> None:
    """A text that names no variable."""
    assert parse_aspect(text) is None


def model() -> list[Json]:
    """Return variables of all types."""
    kept: dict[str, Any] = {"mutability": "ReadWrite"}
    return [
        *device_model()[:3],
        variable("Light", "Level", "3", data_type="integer", minLimit=0, maxLimit=9)
        | {
            "variableAttribute": [
                {"type": "Actual", "value": "3", "mutability": "ReadOnly"},
                {"type": "Target", "value": "5"},
            ]
        },
        variable("Light", "On", "true", data_type="boolean", **kept),
        variable(
            "Light",
            "Color",
            "red",
            data_type="OptionList",
            valuesList="red,blue",
            **kept,
        ),
        variable(
            "Light",
            "Order",
            "a,b",
            data_type="SequenceList",
            valuesList="a,b,c",
            evse={"id": 1},
            **kept,
        ),
        variable("Light", "Text", "x", maxLimit=20, **kept),
        variable("Light", "Limit", "1.5", data_type="decimal", unit="A", **kept),
        variable("Dotted.Name", "And.More", "y", **kept),
        variable("SecurityCtrlr", "BasicAuthPassword", mutability="WriteOnly"),
        variable("Strict", "Value", "1", **kept),
    ]


async def set_up(station: V2Station, world: World) -> None:
    """Boot, and wait for the last call of the set-up."""
    await station.booted(world)
    await station.wait_for("TriggerMessage")


class Reasons(V2Station):
    """Has reasons for what it refuses."""

    @override
    def set_variables(self, payload: Json) -> Json:
        answer = super().set_variables(payload)
        for one in answer["setVariableResult"]:
            if one["component"]["name"] == "Strict":
                one["attributeStatus"] = "Rejected"
                one["attributeStatusInfo"] = {
                    "reasonCode": "ValueTooHigh",
                    "additionalInfo": "at most 0",
                }
            if one["component"]["name"] == "Dotted.Name":
                one["attributeStatus"] = "RebootRequired"
        return answer


async def test_settings_for_people(world: World) -> None:
    """Type, range, options and present value."""
    charge_point = world.adopt()
    async with V2Station.of(world, model=model()) as station:
        await set_up(station, world)
        told = {one.name: one for one in charge_point.commands.settings()}
        assert not told["Light.Level"].writable
        level = told["Light.Level#Target"]
        assert (level.kind, level.value) == (SettingKind.INTEGER, "5")
        assert (level.minimum, level.maximum, level.writable) == (0, 9, True)
        assert told["Light.On"].kind is SettingKind.BOOLEAN
        assert told["Light.Color"].kind is SettingKind.OPTION
        assert told["Light.Color"].options == ("red", "blue")
        assert told["Light/1.Order"].kind is SettingKind.LIST
        assert (told["Light.Limit"].kind, told["Light.Limit"].unit) == (
            SettingKind.DECIMAL,
            "A",
        )
        password = told["SecurityCtrlr.BasicAuthPassword"]
        assert (password.kind, password.value, password.writable) == (
            SettingKind.PASSWORD,
            None,
            True,
        )


async def test_writing_a_setting(world: World) -> None:
    """What is accepted is read again; what cannot be is not sent."""
    charge_point = world.adopt()
    async with Reasons.of(world, model=model()) as station:
        await set_up(station, world)
        commands = charge_point.commands
        station.received.clear()
        answer = await commands.write_setting(name="light.on", value="false")
        assert answer == {"status": "accepted"}
        assert [action for action, _ in station.received] == [
            *("SetVariables", "GetVariables")
        ]
        told = {one.name: one.value for one in commands.settings()}
        assert told["Light.On"] == "false"
        for name, value in (
            ("Light.Level", "4"),
            ("Light.Level#Target", "high"),
            ("Light.On", "maybe"),
            ("nothing", "1"),
        ):
            with pytest.raises(InvalidRequestError):
                await commands.write_setting(name=name, value=value)
        with pytest.raises(RefusedError) as refused:
            await commands.write_setting(name="Strict.Value", value="9")
        assert "ValueTooHigh: at most 0" in refused.value.placeholders["status"]
        answer = await commands.write_setting(name="Dotted.Name.And.More", value="z")
        assert answer == {"status": "reboot_required"}
        sent = (await station.wait_for("SetVariables"))[-1]["setVariableData"]
        assert sent[0]["component"] == {"name": "Dotted.Name"}
        with pytest.raises(RefusedError):
            await commands.write_setting(name="No.Such", value="1")


async def test_actions(world: World) -> None:
    """By name, and as in OCPP; a variable is read once in a message (B05.FR.13)."""
    charge_point = world.adopt()
    async with Reasons.of(world, model=model()) as station:
        await set_up(station, world)
        commands = charge_point.commands
        answer = await commands.call(
            "get_variables", variables=["Light.On", "light.on", "No.Such"]
        )
        assert answer == {
            "get_variable_result": [
                {
                    "name": "Light.On",
                    "component": {"name": "Light"},
                    "variable": {"name": "On"},
                    "attribute_type": "actual",
                    "attribute_status": "accepted",
                    "attribute_value": "true",
                },
                {
                    "name": "No.Such",
                    "component": {"name": "No"},
                    "variable": {"name": "Such"},
                    "attribute_type": "actual",
                    "attribute_status": "unknown_variable",
                },
            ]
        }
        answer = await commands.call(
            "set_variables",
            variables={
                "Light.On": False,
                "Strict.Value": 3,
                "Dotted.Name.And.More": "z",
            },
        )
        assert [one["attribute_status"] for one in answer["set_variable_result"]] == [
            *("accepted", "rejected", "reboot_required")
        ]
        assert answer["set_variable_result"][1]["reason"] == "ValueTooHigh: at most 0"
        await commands.call(
            "set_variables",
            set_variable_data=[
                {
                    "component": {"name": "Light", "evse": {"id": 1}},
                    "variable": {"name": "Order"},
                    "attributeType": "Actual",
                    "attributeValue": "b,a",
                }
            ],
        )
        sent = (await station.wait_for("SetVariables"))[-1]["setVariableData"]
        assert sent == [
            {
                "component": {"name": "Light", "evse": {"id": 1}},
                "variable": {"name": "Order"},
                "attributeValue": "b,a",
            }
        ]
        for fields in (
            {},
            {"variables": []},
            {"variables": [{}]},
            {"variables": [7]},
            {"variables": ["x"]},
        ):
            with pytest.raises(InvalidRequestError):
                await commands.call("get_variables", **fields)
        with pytest.raises(InvalidRequestError):
            await commands.call("set_variables", variables=["Light.On"])


async def test_configuration_keys(world: World) -> None:
    """The actions of OCPP 1.6 work on variables, also by the names of its keys."""
    charge_point = world.adopt()
    entries = [*device_model(), *model()[3:]]
    async with V2Station.of(world, model=entries) as station:
        await set_up(station, world)
        commands = charge_point.commands
        answer = await commands.call(
            "get_configuration",
            key=["MeterValueSampleInterval", "Light.On", "No.Such", "BlinkRepeat"],
        )
        assert answer == {
            "configuration_key": [
                {"key": "MeterValueSampleInterval", "readonly": False, "value": "10"},
                {"key": "Light.On", "readonly": False, "value": "true"},
            ],
            "unknown_key": ["BlinkRepeat", "No.Such"],
        }
        answer = await commands.call("get_configuration", key=["BlinkRepeat"])
        assert answer == {"configuration_key": [], "unknown_key": ["BlinkRepeat"]}
        with pytest.raises(InvalidRequestError, match="BlinkRepeat"):
            await commands.call("get_variables", variables=["BlinkRepeat"])
        answer = await commands.call("get_configuration")
        assert len(answer["configuration_key"]) == len(entries)
        answer = await commands.call(
            "change_configuration", key="MeterValueSampleInterval", value=30
        )
        assert answer == {"status": "accepted"}
        assert charge_point.capabilities.sample_interval == 30


async def test_reports_of_users(world: World) -> None:
    """GetReport takes names of variables and of components."""
    charge_point = world.adopt()
    asked: list[Json] = []

    async with V2Station.of(world, model=model()) as station:
        await set_up(station, world)

        def report(payload: Json) -> Json:
            asked.append(payload)
            station.model = [variable("Light", "On", "false")]
            return station._report(payload)

        station.answers["GetReport"] = report
        answer = await charge_point.commands.call(
            "get_report",
            component_criteria=["problem"],
            component_variable=["Light", "Light.On"],
        )
        assert asked[0]["componentCriteria"] == ["Problem"]
        assert asked[0]["componentVariable"] == [
            {"component": {"name": "Light"}},
            {"component": {"name": "Light"}, "variable": {"name": "On"}},
        ]
        assert answer["report_data"] == [
            {"name": "Light.On", "value": "false", "readonly": True}
        ]
        station.answers["GetReport"] = {"status": "EmptyResultSet"}
        answer = await charge_point.commands.call("get_report")
        assert answer["status"] == "empty_result_set"
        station.answers["GetReport"] = {"status": "NotSupported"}
        with pytest.raises(RefusedError):
            await charge_point.commands.call("get_report")


async def test_too_many_items(world: World) -> None:
    """A station that takes fewer than it tells is asked for fewer (B06.FR.16)."""
    charge_point = world.adopt()

    class Short(V2Station):
        @override
        def get_variables(self, payload: Json) -> Any:
            if len(payload["getVariableData"]) > 1:
                return "OccurrenceConstraintViolation"
            return super().get_variables(payload)

    async with Short.of(world, model=model()) as station:
        await set_up(station, world)
        answer = await charge_point.commands.call(
            "get_variables", variables=["Light.On", "Light.Text", "Light.Color"]
        )
        values = [one["attribute_value"] for one in answer["get_variable_result"]]
        assert values == ["true", "x", "red"]
        station.received.clear()
        await charge_point.commands.call(
            "get_variables", variables=["Light.On", "Light.Text"]
        )
        assert len(station.received) == 2
        station.answers["GetVariables"] = "InternalError"
        with pytest.raises(CallErrorReceivedError):
            await charge_point.commands.call("get_variables", variables=["Light.On"])


async def test_the_local_list(world: World) -> None:
    """It is enabled by its variable, once, and its limits are read."""
    charge_point = world.adopt()
    entries = [
        *device_model(),
        variable("LocalAuthListCtrlr", "Enabled", "false", mutability="ReadWrite"),
    ]
    async with V2Station.of(world, model=entries) as station:
        await set_up(station, world)
        assert charge_point.capabilities.local_list_enabled is False
        await charge_point.commands.enable_local_list()
        assert charge_point.capabilities.local_list_enabled
        station.received.clear()
        await charge_point.commands.enable_local_list()
        assert not station.received
        station.model.append(variable("LocalAuthListCtrlr", "ItemsPerMessage", "7"))
        await charge_point.commands.read_local_list_limits()
        assert charge_point.capabilities.local_list_entries_at_once == 7
