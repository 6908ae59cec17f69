"""Each form with odd input: a message in words at its place, and nothing typed is lost."""

from collections.abc import Iterator, Mapping
import json
from math import inf
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers.selector import (
    DateTimeSelector,
    EntitySelector,
    NumberSelector,
    SelectSelector,
    TextSelector,
    TimeSelector,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ocpp_cs.hub import Hub
from devtools import COMPONENT
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.forms import proposed
from tests.integration.helpers.vehicles import vehicle_subentry

TEXTS = {
    language: json.loads(
        (COMPONENT / "translations" / f"{language}.json").read_text(encoding="utf-8")
    )
    for language in ("en", "de")
}

OPTIONS = {
    "general": ["general"],
    "prices": ["prices"],
    "meter": ["solar", "meter"],
    "fuse": ["solar", "fuse"],
    "battery": ["solar", "battery"],
    "switching": ["solar", "switching"],
    "plans": ["solar", "plans"],
    "access": ["access"],
}
SUBENTRIES = ["vehicle", "id_tag", "weekly_plan"]
NEEDED = {
    "vehicle": {"name": "Zoe"},
    "id_tag": {"name": "Ben", "id_tag": "BEN"},
    "weekly_plan": {"places": ["connector:CP1/1"], "energy_target": 10},
}


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("ANNA"),
        vehicle_subentry("Ioniq"),
        {
            "data": {
                "places": ["connector:gone", "vehicle:gone"],
                "weekdays": ["mon"],
                "ready_at": "07:00:00",
                "energy_target": 5,
                "enabled": True,
            },
            "subentry_type": "weekly_plan",
            "title": "Work",
            "unique_id": None,
        },
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


@pytest.fixture(autouse=True)
def strange_entities(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.range", "300", {"unit_of_measurement": "km"})
    hass.states.async_set("sensor.away", "unavailable")
    hass.states.async_set("sensor.words", "a lot")


def odd_values(selector: Any) -> list[Any]:
    """Return what nobody should enter in a field."""
    match selector:
        case NumberSelector():
            return [0, -1, 1e9, -1e9, inf, "much", "", None]
        case EntitySelector():
            found = ["sensor.gone", "sensor.range", "sensor.away", "sensor.words", "no"]
            if selector.config.get("multiple"):
                return [[], [""], *([one] for one in found)]
            return [*found, ""]
        case TimeSelector() | DateTimeSelector():
            return ["", "25:00", "soon", "07:00:00+02:00", "12"]
        case SelectSelector():
            return ["nonsense", "", [], ["nonsense"], [""]]
        case TextSelector():
            if selector.config.get("multiple"):
                return [[], [""], ["x" * 500], "x"]
            return ["", "   ", "x" * 500, "\N{AUTOMOBILE}\0{}", "{name}"]
    return [None, "perhaps"]


def leaves(schema: vol.Schema) -> Iterator[tuple[str | None, str, Any]]:
    """Yield the section, the name and the selector of each field."""
    for marker, field in schema.schema.items():
        if isinstance(field, section):
            for inner, selector in field.schema.schema.items():
                yield str(marker), str(inner), selector
        else:
            yield None, str(marker), field


def entered(
    base: Mapping[str, Any], place: str | None, field: str, value: Any
) -> dict[str, Any]:
    """Return what is entered in a form, with an odd value in one field."""
    if place is None:
        return {**base, field: value}
    return {**base, place: {**(base.get(place) or {}), field: value}}


def check_answer(result: Any, values: dict[str, Any], texts: str) -> None:
    """Check that what is wrong is said in both languages, and that nothing is lost."""
    if result["type"] is not FlowResultType.FORM or not result["errors"]:
        return
    for language, all_texts in TEXTS.items():
        known: Any = all_texts
        for key in texts.split("."):
            known = known[key]
        for error in result["errors"].values():
            assert error in known["error"], f"{error} is not said in {language}"
            known["error"][error].format(**result["description_placeholders"])
    places = {str(marker) for marker in result["data_schema"].schema}
    assert set(result["errors"]) <= places | {"base"}
    shown = proposed(result["data_schema"])
    for place, value in values.items():
        if isinstance(value, dict):
            for field, one in value.items():
                assert one is None or shown[place][field] == one
        elif value is not None and shown[place] is not True:
            assert shown[place] == value


@pytest.mark.parametrize("page", OPTIONS)
async def test_options(
    hass: HomeAssistant, setup_integration: MockConfigEntry, page: str
) -> None:
    manager = hass.config_entries.options

    async def opened() -> Any:
        result: Any = await manager.async_init(setup_integration.entry_id)
        for choice in OPTIONS[page]:
            result = await manager.async_configure(
                result["flow_id"], {"next_step_id": choice}
            )
        return result

    result = await opened()
    fields = list(leaves(result["data_schema"]))
    assert fields
    said = 0
    for place, field, selector in fields:
        for odd in odd_values(selector):
            result = await opened()
            values = entered(proposed(result["data_schema"]), place, field, odd)
            try:
                answer = await manager.async_configure(result["flow_id"], values)
            except InvalidData:
                # Home Assistant answers with the field that it does not take.
                manager.async_abort(result["flow_id"])
                said += 1
                continue
            check_answer(answer, values, "options")
            if "flow_id" in answer and answer["type"] in ("form", "menu"):
                said += bool(answer.get("errors"))
                manager.async_abort(answer["flow_id"])
            await hass.async_block_till_done()
    assert said


@pytest.mark.parametrize("source", [SOURCE_USER, SOURCE_RECONFIGURE])
@pytest.mark.parametrize("kind", SUBENTRIES)
async def test_subentries(
    hass: HomeAssistant, setup_integration: MockConfigEntry, kind: str, source: str
) -> None:
    entry, manager = setup_integration, hass.config_entries.subentries
    first = entry.get_subentries_of_type(kind)[0]

    async def opened() -> Any:
        context: Any = {"source": source}
        if source == SOURCE_RECONFIGURE:
            context["subentry_id"] = first.subentry_id
        result: Any = await manager.async_init((entry.entry_id, kind), context=context)
        if result["type"] is FlowResultType.MENU:
            result = await manager.async_configure(
                result["flow_id"], {"next_step_id": "tag"}
            )
        return result

    result = await opened()
    fields = list(leaves(result["data_schema"]))
    said = 0
    for place, field, selector in fields:
        for odd in odd_values(selector):
            result = await opened()
            base = NEEDED[kind] | proposed(result["data_schema"])
            values = entered(base, place, field, odd)
            try:
                answer = await manager.async_configure(result["flow_id"], values)
            except InvalidData:
                manager.async_abort(result["flow_id"])
                said += 1
                continue
            check_answer(answer, values, f"config_subentries.{kind}")
            if answer["type"] is FlowResultType.FORM:
                said += 1
                manager.async_abort(answer["flow_id"])
            await hass.async_block_till_done()
            for one in entry.get_subentries_of_type(kind):
                if one.subentry_id != first.subentry_id:
                    hass.config_entries.async_remove_subentry(entry, one.subentry_id)
    assert said
    assert setup_integration.runtime_data.prices.rate("ANNA", None) is not None


# Two browsers.


async def change(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> Any:
    (one,) = entry.get_subentries_of_type(kind)
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": one.subentry_id},
    )


@pytest.mark.parametrize("kind", SUBENTRIES)
async def test_two_browsers_change_the_same(
    hass: HomeAssistant, setup_integration: MockConfigEntry, kind: str
) -> None:
    """Whoever is later is told, keeps what was typed, and may save it all the same."""
    entry, manager = setup_integration, hass.config_entries.subentries
    usual = {"weekly_plan": {"places": ["connector:CP1/1"]}}.get(kind, {})
    one, other = [await change(hass, entry, kind) for _ in range(2)]
    values = proposed(one["data_schema"]) | usual
    done = await manager.async_configure(one["flow_id"], values | {"name": "First"})
    assert done["reason"] == "reconfigure_successful"
    mine = values | {"name": "Second"}
    told = await manager.async_configure(other["flow_id"], mine)
    assert told["errors"] == {"base": "changed_meanwhile"}
    check_answer(told, mine, f"config_subentries.{kind}")
    (subentry,) = entry.get_subentries_of_type(kind)
    assert subentry.title == "First"
    done = await manager.async_configure(told["flow_id"], mine)
    assert done["reason"] == "reconfigure_successful"
    (subentry,) = entry.get_subentries_of_type(kind)
    assert subentry.title == "Second"


@pytest.mark.parametrize("kind", SUBENTRIES)
async def test_it_is_deleted_while_its_form_is_open(
    hass: HomeAssistant, setup_integration: MockConfigEntry, kind: str
) -> None:
    entry = setup_integration
    form = await change(hass, entry, kind)
    (subentry,) = entry.get_subentries_of_type(kind)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    values = proposed(form["data_schema"])
    done = await hass.config_entries.subentries.async_configure(form["flow_id"], values)
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "deleted_meanwhile"
    for texts in TEXTS.values():
        assert done["reason"] in texts["config_subentries"][kind]["abort"]


async def test_two_browsers_change_the_prices(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    manager = hass.config_entries.options

    async def opened() -> Any:
        menu = await manager.async_init(setup_integration.entry_id)
        return await manager.async_configure(
            menu["flow_id"], {"next_step_id": "prices"}
        )

    one, other = await opened(), await opened()
    await manager.async_configure(one["flow_id"], {"currency": "EUR", "price": 0.3})
    mine = {"currency": "EUR", "price": 0.4}
    told = await manager.async_configure(other["flow_id"], mine)
    assert told["errors"] == {"base": "changed_meanwhile"}
    check_answer(told, mine, "options")
    done = await manager.async_configure(told["flow_id"], mine)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hub.prices.price() == 0.4
    # Its server is deleted meanwhile.
    again = await opened()
    await hass.config_entries.async_remove(setup_integration.entry_id)
    await hass.async_block_till_done()
    if again["flow_id"] in {one["flow_id"] for one in manager.async_progress()}:
        done = await manager.async_configure(again["flow_id"], mine)
        assert done["reason"] == "deleted_meanwhile"


async def test_a_weekly_plan_of_a_vehicle_that_is_gone(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    """It is not shown: nobody can read its id. A charger may come back."""
    form = await change(hass, setup_integration, "weekly_plan")
    assert proposed(form["data_schema"])["places"] == ["connector:gone"]
    options = form["data_schema"].schema["places"].config["options"]
    assert [one["label"] for one in options] == ["gone", "Ioniq", "Garage"]


async def test_a_weekly_plan_needs_a_place(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    entry = setup_integration
    for kind in ("charger", "vehicle"):
        for one in entry.get_subentries_of_type(kind):
            hass.config_entries.async_remove_subentry(entry, one.subentry_id)
    await hass.async_block_till_done()
    done = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "weekly_plan"), context={"source": SOURCE_USER}
    )
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "no_places"
