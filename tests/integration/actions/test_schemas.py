"""The schemas of actions: Home Assistant's to look at, with errors that users can read."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol

from custom_components.ocpp_cs.actions.action import Action, ActionSchema
from custom_components.ocpp_cs.actions.fields import Field, choice, texts, whole_number
from custom_components.ocpp_cs.actions.registry import ACTIONS
from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.helpers.actions import key_of


async def refuse(*_: object) -> None:
    raise AssertionError


SCHEMA = ActionSchema(
    Action(
        name="bake",
        icon="mdi:bread-slice",
        fields={
            "loaves": Field(kind=whole_number(1), required=True),
            "flour": Field(kind=choice("flour", "rye", "wheat_flour")),
            "seeds": Field(kind=texts(5)),
        },
        handler=refuse,
    )
)


async def test_home_assistant_can_look_at_the_schemas(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    registered = hass.services.async_services_for_domain(DOMAIN)
    assert set(registered) == {action.name for action in ACTIONS}
    for action in ACTIONS:
        schema = registered[action.name].schema
        assert isinstance(schema, vol.Schema)
        assert {
            str(marker.schema): isinstance(marker, vol.Required)
            for marker in schema.schema
        } == {name: field.required for name, field in action.fields.items()}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"loaves": "2"}, {"loaves": 2}),
        ({"loaves": 2.0, "flour": "WheatFlour"}, {"loaves": 2, "flour": "wheat_flour"}),
        ({"loaves": 1, "flour": None, "seeds": 7}, {"loaves": 1, "seeds": ["7"]}),
    ],
)
def test_what_is_taken(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert SCHEMA(given) == wanted


@pytest.mark.parametrize(
    ("given", "key", "placeholders"),
    [
        ({}, "field_missing", {"action": "bake", "field": "loaves"}),
        ({"loaves": None}, "field_missing", {"action": "bake", "field": "loaves"}),
        ({"loaves": 0}, "field_not_number", {"field": "loaves", "minimum": "1"}),
        (
            {"loaves": 1, "flour": "oat"},
            "field_not_option",
            {"field": "flour", "options": "rye, wheat_flour"},
        ),
        (
            {"loaves": 1, "seeds": ["poppy", "sesame"]},
            "field_not_text",
            {"field": "seeds", "minimum": "1", "maximum": "5"},
        ),
        # Of several, what nobody knows comes first, and then the first of the form.
        ({"salt": 1, "flour": 1}, "field_unknown", {"action": "bake", "field": "salt"}),
        (
            {"seeds": "sesame", "flour": "oat", "loaves": 1},
            "field_not_option",
            {"field": "flour", "options": "rye, wheat_flour"},
        ),
    ],
)
def test_what_is_not(
    given: dict[str, Any], key: str, placeholders: dict[str, str]
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        SCHEMA(given)
    assert key_of(err.value) == f"{DOMAIN}.{key}"
    assert err.value.translation_placeholders == placeholders
    # What voluptuous found is there for whoever reads the log.
    assert isinstance(err.value.__cause__, vol.Invalid) or key == "field_unknown"


def test_what_forms_begin_with_and_show_is_taken() -> None:
    tried = 0
    for action in ACTIONS:
        for name, field in action.fields.items():
            for value in (field.default, field.example):
                # The examples of objects are written as JSON.
                if value is not None and "object" not in field.kind.selector:
                    assert field.kind(value) is not None, (action.name, name)
                    tried += 1
    assert tried > 60
