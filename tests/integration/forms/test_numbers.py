"""Every number in a form: what is out of range is told in words of our own, with its bounds."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import NumberSelector
import pytest
import voluptuous as vol

from custom_components.ocpp_cs import config_flow
from custom_components.ocpp_cs.flows import (
    access as access_flow,
    charger as subentry_flow,
    charger_fields,
    charging as solar_flow,
    charging_fields as solar_fields,
    options as options_flow,
    tag as tag_flow,
)
from custom_components.ocpp_cs.forms import (
    charger as circuit_forms,
    numbers as number_forms,
    server as server_forms,
)
from custom_components.ocpp_cs.forms.numbers import Number, number_problem, opened
from custom_components.ocpp_cs.goe_setup import (
    discovery as goe_discovery,
    forms as goe_forms,
)
from custom_components.ocpp_cs.repairs import flows as repair_flows

MODULES = (
    circuit_forms,
    config_flow,
    charger_fields,
    goe_discovery,
    goe_forms,
    access_flow,
    options_flow,
    solar_flow,
    repair_flows,
    server_forms,
    solar_fields,
    subentry_flow,
    tag_flow,
)
TEXTS = {
    language: json.loads(
        (
            Path(number_forms.__file__).parents[1] / "translations" / f"{language}.json"
        ).read_text(encoding="utf-8")
    )
    for language in ("en", "de")
}


def schemas() -> Iterator[tuple[str, vol.Schema]]:
    """Yield the forms that are constants."""
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, vol.Schema):
                yield f"{module.__name__}.{name}", value


def numbers(schema: Any) -> Iterator[tuple[str | None, str, Any]]:
    """Yield all that asks for a number: its section, its field, what asks."""
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            for field, member in value.schema.schema.items():
                yield str(marker), str(field), member
        else:
            yield None, str(marker), value


FORMS = dict(schemas())
FIELDS = [
    pytest.param(schema, place, field, member, id=f"{name}-{field}")
    for name, schema in FORMS.items()
    for place, field, member in numbers(schema)
    if isinstance(member, NumberSelector)
]


def test_there_are_such_fields() -> None:
    assert len(FIELDS) > 20


def test_no_form_asks_for_a_number_in_another_way() -> None:
    """Home Assistant's own selector would tell of its bounds in English only."""
    for module in MODULES:
        assert not hasattr(module, "NumberSelectorConfig"), module


@pytest.mark.parametrize(("schema", "place", "field", "member"), FIELDS)
def test_what_is_out_of_range_is_told(
    schema: vol.Schema, place: str | None, field: str, member: Number
) -> None:
    assert isinstance(member, Number)

    def form(value: float) -> dict[str, Any]:
        return {field: value} if place is None else {place: {field: value}}

    assert number_problem(schema, form(member.low)) == ({}, {})
    errors, words = number_problem(schema, form(member.low - 1))
    assert words["minimum"] == f"{member.low:g}"
    if member.high is None:
        assert errors == {field: "number_too_small"}
        return
    assert number_problem(schema, form(member.high)) == ({}, {})
    assert number_problem(schema, form(member.high + 1)) == (errors, words)
    assert float(words["maximum"]) == member.high
    if place is None:
        assert errors == {field: "number_range"}
        return
    assert errors == {place: f"{field}_range"}
    # It stands at the section, so that it has to say which field is meant.
    kinds = (
        (
            TEXTS["en"]["options"],
            TEXTS["en"]["config_subentries"]["charger"],
        ),
        (
            TEXTS["de"]["options"],
            TEXTS["de"]["config_subentries"]["charger"],
        ),
    )
    for language in kinds:
        (kind,) = [one for one in language if f"{field}_range" in one["error"]]
        text = kind["error"][f"{field}_range"]
        labels = {
            step["sections"][place]["data"][field]
            for step in kind["step"].values()
            if field in step.get("sections", {}).get(place, {}).get("data", {})
        }
        assert [text.partition(":")[0]] == list(labels)
        assert "{minimum}" in text and "{maximum}" in text


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "x", None, [1]])
def test_what_is_no_number_is_none(value: Any) -> None:
    with pytest.raises(vol.Invalid):
        Number(0, 1)(value)


def test_whole_ones_are_integers() -> None:
    assert repr(Number(0, 10, whole=True)(3.0)) == "3"
    assert repr(Number(0, 10)(3)) == "3.0"


def test_a_section_with_an_error_is_open() -> None:
    schema = vol.Schema(
        {
            vol.Optional("a"): section(vol.Schema({}), {"collapsed": True}),
            vol.Optional("b"): section(vol.Schema({}), {"collapsed": True}),
        }
    )
    shown = opened(schema, {"a": "x", "base": "y"}).schema
    assert [shown[key].options["collapsed"] for key in ("a", "b")] == [False, True]
    # The form itself stays as it was.
    assert schema.schema["a"].options["collapsed"]
