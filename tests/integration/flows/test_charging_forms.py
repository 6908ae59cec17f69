"""The forms of charging from the sun, filled in as the frontend does it."""

from collections.abc import Iterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.flows import charging_fields, charging_problems
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.control import GRID
from tests.integration.helpers.entities import settle
from tests.integration.helpers.forms import missing_in_sections, proposed
from tests.integration.helpers.reconfigure import open_settings

FORMS = ["meter", "fuse", "battery", "switching", "plans"]

OLD: dict[str, Any] = {
    "grid_power": GRID,
    "grid_sign": "export",
    "reserve": 100.0,
    "fuse": 35.0,
    "grid_current_l1": "sensor.l1",
    "grid_current_l2": "sensor.l2",
    "grid_current_l3": "sensor.l3",
    "battery_power": "sensor.battery",
    "battery_sign": "charging",
    "battery_soc": "sensor.level",
    "priority_soc": 30.0,
    "buffer_soc": 80.0,
    "buffer_start_soc": 90.0,
    "forecast": False,
    "base_load": 400.0,
    "start_delay": 60.0,
    "stop_delay": 120.0,
}
"""What the one form of before could have."""
NEW: dict[str, Any] = {
    **{key: value for key, value in OLD.items() if not key.startswith("grid_current")},
    "grid_power": [GRID, "sensor.grid_2"],
    "pv_power": "sensor.pv",
    "peak": 2500.0,
    "grid_power_l1": "sensor.p1",
    "grid_power_l2": "sensor.p2",
    "grid_power_l3": "sensor.p3",
    "battery_soc": ["sensor.level", "sensor.level_2"],
    "battery_power": ["sensor.battery", "sensor.battery_2"],
    "hold_battery": "below_soc",
    "hold_soc": 40.0,
    "hold_price": 0.3,
    "switching": "fixed",
    "pause_time": 30.0,
    "charge_time": 180.0,
    "phase_up_delay": 100.0,
    "phase_down_delay": 200.0,
    "start_power": 1500.0,
    "stop_power": 1000.0,
    "changes_per_hour": 40,
    "gap": 120.0,
    "circuits": [
        {"id": "a", "name": "Garage", "limit": 20.0, "parent": "main"},
        {"id": "b", "name": "Carport", "limit": 16.0, "parent": "a"},
    ],
    "ceilings": [
        {"id": "x", "entity": "switch.x", "power": 4200.0, "scope": "each"},
    ],
}
FUSE_ONLY: dict[str, Any] = {"fuse": 25.0}


@pytest.fixture
def solar() -> dict[str, Any]:
    return {}


@pytest.fixture
def prices() -> dict[str, Any]:
    return {}


@pytest.fixture
def options(solar: dict[str, Any], prices: dict[str, Any]) -> dict[str, Any]:
    return ({"solar": solar} if solar else {}) | ({"prices": prices} if prices else {})


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


class Form:
    """An options flow that stands at a form of charging from the sun."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.hass, self.entry = hass, entry
        self.result: Any = None

    async def open(self, *steps: str) -> Form:
        self.result = await self.hass.config_entries.options.async_init(
            self.entry.entry_id
        )
        for step in ("solar", *steps):
            self.result = await self.hass.config_entries.options.async_configure(
                self.result["flow_id"], {"next_step_id": step}
            )
        return self

    async def submit(self, values: dict[str, Any]) -> Any:
        self.result = await self.hass.config_entries.options.async_configure(
            self.result["flow_id"], values
        )
        await settle(self.hass)
        return self.result

    @property
    def errors(self) -> Any:
        return self.result["errors"]

    @property
    def solar(self) -> Any:
        return self.entry.options["solar"]


@pytest.fixture
def form(hass: HomeAssistant, setup_integration: MockConfigEntry) -> Form:
    return Form(hass, setup_integration)


@pytest.mark.parametrize("step", FORMS)
@pytest.mark.parametrize("solar", [OLD, NEW, FUSE_ONLY], ids=["old", "new", "fuse"])
async def test_what_nobody_touches_is_saved_as_it_was(
    form: Form, solar: dict[str, Any], step: str
) -> None:
    await form.open(step)
    assert form.result["step_id"] == step
    schema = form.result["data_schema"]
    assert not missing_in_sections(schema)
    result = await form.submit(proposed(schema))
    if step == "meter" and "grid_power" in solar:
        assert result["step_id"] == "sign"
        result = await form.submit(proposed(result["data_schema"]))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert form.solar == solar


async def test_who_begins_chooses_a_meter_and_is_done(
    hass: HomeAssistant, form: Form
) -> None:
    hass.states.async_set(GRID, "-1.5", {"unit_of_measurement": "kW"})
    await form.open()
    assert form.result["step_id"] == "meter"
    assert [str(key) for key in form.result["data_schema"].schema] == [
        "grid_power",
        "export_power",
        "reserve",
        "inverters",
    ]
    result = await form.submit(
        proposed(form.result["data_schema"]) | {"grid_power": [GRID]}
    )
    assert result["step_id"] == "sign"
    assert result["description_placeholders"]["negative"] == "1500 W"
    result = await form.submit({"grid_sign": "import"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert form.solar == {"grid_power": GRID, "grid_sign": "import"}
    # Then there is a menu.
    await form.open()
    assert form.result["type"] is FlowResultType.MENU


async def test_who_has_no_meter_finds_the_main_fuse(form: Form) -> None:
    await form.open()
    result = await form.submit(proposed(form.result["data_schema"]))
    assert result["type"] is FlowResultType.MENU
    await form.submit({"next_step_id": "fuse"})
    result = await form.submit(proposed(form.result["data_schema"]) | {"fuse": 25})
    # It is told, but not refused.
    assert result["step_id"] == "unmeasured"
    assert result["data_schema"].schema == {}
    result = await form.submit({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert form.solar == {"fuse": 25}


@pytest.mark.parametrize("solar", [{"grid_power": GRID, "grid_sign": "import"}])
async def test_several_meters_are_added_and_shown(
    hass: HomeAssistant, form: Form, solar: dict[str, Any]
) -> None:
    for entity, value in ((GRID, "700"), ("sensor.grid_2", "-1000")):
        hass.states.async_set(
            entity, value, {"unit_of_measurement": "W", "friendly_name": entity}
        )
    await form.open("meter")
    result = await form.submit(
        {
            "grid_power": [GRID, "sensor.grid_2"],
            "inverters": {"pv_power": ["sensor.pv", "sensor.pv_2"]},
        }
    )
    shown = result["description_placeholders"]
    assert shown["entity"] == f"{GRID}, sensor.grid_2"
    assert (shown["positive"], shown["negative"]) == ("0 W", "300 W")
    await form.submit({"grid_sign": "import"})
    assert form.solar["grid_power"] == [GRID, "sensor.grid_2"]
    assert form.solar["pv_power"] == ["sensor.pv", "sensor.pv_2"]
    # One of them is silent: nobody knows the sum.
    hass.states.async_set("sensor.grid_2", "unavailable")
    await form.open("meter")
    result = await form.submit(proposed(form.result["data_schema"]))
    assert result["description_placeholders"]["negative"] == "–"


CURRENTS = {f"grid_current_l{line}": f"sensor.l{line}" for line in (1, 2, 3)}
POWERS = {f"grid_power_l{line}": f"sensor.p{line}" for line in (1, 2, 3)}
LEVEL = {"battery_soc": ["sensor.level"]}


def wrong() -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """Yield forms, what is entered, and the errors."""
    yield "meter", {"export_power": [GRID]}, {"grid_power": "import_missing"}
    yield (
        "meter",
        {"grid_power": [GRID], "export_power": ["sensor.a", "sensor.b"]},
        {"grid_power": "import_missing"},
    )
    yield "meter", {"grid_power": ["sensor.energy"]}, {"grid_power": "not_a_power"}
    yield (
        "meter",
        {"inverters": {"pv_power": ["sensor.energy"]}},
        {"inverters": "not_a_power"},
    )
    yield (
        "meter",
        {"grid_power": [GRID], "export_power": [GRID]},
        {"base": "entity_twice"},
    )
    yield "meter", {"grid_power": [GRID, GRID]}, {"base": "entity_twice"}
    # That of the battery, in another form.
    yield "meter", {"grid_power": ["sensor.battery"]}, {"base": "entity_twice"}
    yield "meter", {"reserve": 10_001}, {"reserve": "number_range"}
    yield "fuse", {"fuse": 5}, {"fuse": "number_range"}
    yield "fuse", {"peak": 99}, {"peak": "number_range"}
    yield (
        "fuse",
        {"phase_currents": {"grid_current_l2": "sensor.l2"}},
        {"phase_currents": "phase_missing"},
    )
    yield (
        "fuse",
        {"phase_powers": {"grid_power_l2": "sensor.l2"}},
        {"phase_powers": "phase_missing"},
    )
    yield (
        "fuse",
        {"phase_currents": CURRENTS, "phase_powers": POWERS},
        {"phase_powers": "currents_and_powers"},
    )
    yield (
        "fuse",
        {"phase_powers": POWERS | {"grid_power_l3": "sensor.energy"}},
        {"phase_powers": "not_a_power"},
    )
    yield (
        "fuse",
        {"phase_powers": POWERS | {"grid_power_l3": "sensor.p1"}},
        {"base": "entity_twice"},
    )
    yield "battery", {"levels": {"priority_soc": 50}}, {"levels": "battery_soc_missing"}
    yield (
        "battery",
        LEVEL | {"levels": {"priority_soc": 95, "buffer_soc": 20}},
        {"levels": "battery_first_above"},
    )
    yield (
        "battery",
        LEVEL | {"levels": {"buffer_start_soc": 90}},
        {"levels": "buffer_missing"},
    )
    yield (
        "battery",
        LEVEL | {"levels": {"buffer_soc": 80, "buffer_start_soc": 70}},
        {"levels": "begin_below"},
    )
    yield (
        "battery",
        LEVEL | {"hold_battery": "below_soc"},
        {"hold_soc": "hold_soc_missing"},
    )
    yield (
        "battery",
        {"hold_battery": "below_soc", "hold_soc": 40},
        {"battery_soc": "hold_level_missing"},
    )
    yield (
        "battery",
        {"hold_battery": "above_price"},
        {"hold_price": "hold_price_missing"},
    )
    yield (
        "battery",
        {"hold_battery": "above_price", "hold_price": 0.3},
        {"hold_battery": "no_price_known"},
    )
    yield (
        "battery",
        {"battery_power": ["sensor.energy"]},
        {"battery_power": "not_a_power"},
    )
    yield (
        "switching",
        {"delays": {"start_delay": 3601}},
        {"delays": "start_delay_range"},
    )
    yield "switching", {"delays": {"pause_time": 0}}, {"delays": "pause_time_range"}
    yield (
        "switching",
        {"delays": {"start_power": 500, "stop_power": 600}},
        {"delays": "stop_above_start"},
    )
    yield (
        "switching",
        {"bounds": {"changes_per_hour": 0}},
        {"bounds": "changes_per_hour_range"},
    )
    yield "plans", {"base_load": -1}, {"base_load": "number_range"}


@pytest.mark.parametrize(("step", "values", "errors"), list(wrong()))
@pytest.mark.parametrize("solar", [{"battery_power": "sensor.battery", "reserve": 1.0}])
async def test_contradictions_are_told(
    hass: HomeAssistant,
    form: Form,
    solar: dict[str, Any],
    step: str,
    values: dict[str, Any],
    errors: dict[str, str],
) -> None:
    hass.states.async_set("sensor.energy", "7", {"unit_of_measurement": "kWh"})
    await form.open(step)
    await form.submit(values)
    assert form.errors == errors
    for place in errors:
        if (section := form.result["data_schema"].schema.get(place)) is not None:
            # Nobody sees an error in a section that is closed.
            assert not getattr(section, "options", {}).get("collapsed")
    assert form.solar == solar


@pytest.mark.parametrize("solar", [{"fuse": 25.0}])
@pytest.mark.parametrize(
    "prices",
    [{"price_entities": ["sensor.price"]}, {"price_entity": "sensor.x"}, {"price": 0}],
)
async def test_the_battery_may_be_held_above_a_price(
    form: Form, solar: dict[str, Any]
) -> None:
    await form.open("battery")
    await form.submit({"hold_battery": "above_price", "hold_price": 0.3})
    assert form.solar == solar | {"hold_battery": "above_price", "hold_price": 0.3}
    await form.open("battery")
    await form.submit({"hold_battery": "off"})
    assert form.solar == solar | {"hold_battery": "off"}


@pytest.mark.parametrize(
    ("solar", "shown"),
    [
        ({"fuse": 25.0}, "balanced"),
        ({"fuse": 25.0, "start_delay": 30.0}, "fixed"),
        ({"fuse": 25.0, "start_delay": 30.0, "switching": "gentle"}, "gentle"),
    ],
)
async def test_switching_shows_what_is_in_force(
    form: Form, solar: dict[str, Any], shown: str
) -> None:
    await form.open("switching")
    assert proposed(form.result["data_schema"])["switching"] == shown
    await form.submit({"switching": "eager"})
    assert form.solar["switching"] == "eager"


@pytest.mark.parametrize("solar", [{"fuse": 25.0}])
@pytest.mark.parametrize("has_forecast", [True, False])
async def test_a_forecast_is_used_where_there_is_one(
    form: Form,
    solar: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    has_forecast: bool,
) -> None:
    async def read(hass: HomeAssistant) -> dict[int, float]:
        return {1: 1000.0} if has_forecast else {}

    monkeypatch.setattr(
        "custom_components.ocpp_cs.flows.charging.async_read_forecast", read
    )
    await form.open("plans")
    assert proposed(form.result["data_schema"])["forecast"] is has_forecast
    await form.submit(proposed(form.result["data_schema"]))
    # Who chose nothing gets it when there is one.
    assert form.solar == solar
    await form.open("plans")
    await form.submit({"forecast": not has_forecast, "base_load": 300})
    if has_forecast:
        assert form.solar == solar | {"forecast": False, "base_load": 300}
    else:
        assert form.errors == {"forecast": "no_forecast"}


# What measures the phases.


@pytest.mark.parametrize("solar", [{"fuse": 25.0, **CURRENTS}])
async def test_who_takes_the_currents_away_is_told(
    form: Form, solar: dict[str, Any]
) -> None:
    await form.open("fuse")
    result = await form.submit({"fuse": 25, "phase_powers": POWERS})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert form.solar == {"fuse": 25, **POWERS}
    await form.open("fuse")
    result = await form.submit({"fuse": 25})
    assert result["step_id"] == "unmeasured"
    await form.submit({})
    # Who knows it is not told again.
    await form.open("fuse")
    result = await form.submit({"fuse": 20})
    assert result["type"] is FlowResultType.CREATE_ENTRY


# Circuits.


@pytest.mark.parametrize("solar", [{"fuse": 35.0}])
async def test_circuits_are_added_changed_and_removed(
    hass: HomeAssistant,
    form: Form,
    setup_integration: MockConfigEntry,
    solar: dict[str, Any],
) -> None:
    await form.open("circuits")
    assert form.result["step_id"] == "circuit"
    assert "remove" not in form.result["data_schema"].schema
    result = await form.submit(
        proposed(form.result["data_schema"]) | {"name": " Garage ", "limit": 20}
    )
    assert result["step_id"] == "circuits"
    # It applies already.
    (garage,) = form.solar["circuits"]
    assert {**garage, "id": ""} == {
        "id": "",
        "name": "Garage",
        "limit": 20,
        "parent": "main",
    }
    assert form.solar["fuse"] == 35
    await form.submit({"entry": "add"})
    carport = {"name": "Carport", "limit": 16, "parent": garage["id"]}
    for values, errors in (
        ({"name": " "}, {"name": "circuit_without_name"}),
        ({"name": "garage"}, {"name": "circuit_name_taken"}),
        ({"limit": 5}, {"limit": "number_range"}),
        (
            {"own_meter": {"grid_current_l1": "sensor.a"}},
            {"own_meter": "phase_missing"},
        ),
        (
            {"own_meter": CURRENTS | {"power": "sensor.a"}},
            {"own_meter": "power_or_currents"},
        ),
        (
            {"own_meter": CURRENTS | {"grid_current_l1": "sensor.l2"}},
            {"base": "entity_twice"},
        ),
    ):
        await form.submit(carport | values)
        assert form.errors == errors
    await form.submit(carport | {"own_meter": CURRENTS})
    names = {one["name"]: one for one in form.solar["circuits"]}
    assert names["Carport"]["parent"] == garage["id"]
    assert CURRENTS.items() <= names["Carport"].items()
    # A circle is refused.
    await form.submit({"entry": garage["id"]})
    await form.submit({"name": "Garage", "limit": 20, "parent": names["Carport"]["id"]})
    assert form.errors == {"parent": "circuit_circle"}
    assert proposed(form.result["data_schema"])["parent"] == names["Carport"]["id"]
    await form.submit({"name": "Big garage", "limit": 25, "parent": "main"})
    # A charger is put on it.
    (subentry,) = setup_integration.subentries.values()
    settings = await open_settings(hass, setup_integration, subentry)
    values = proposed(settings["data_schema"])
    assert values["solar"]["circuit"] == "main"
    values["solar"]["circuit"] = names["Carport"]["id"]
    await hass.config_entries.subentries.async_configure(settings["flow_id"], values)
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["solar"]["circuit"] == names["Carport"]["id"]
    # It is removed, and what was on it goes to the one above.
    await form.submit({"entry": names["Carport"]["id"]})
    shown = proposed(form.result["data_schema"])
    assert shown["own_meter"] == CURRENTS
    await form.submit(shown | {"remove": True})
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["solar"]["circuit"] == garage["id"]
    assert [one["name"] for one in form.solar["circuits"]] == ["Big garage"]
    await form.submit({"entry": garage["id"]})
    await form.submit(proposed(form.result["data_schema"]) | {"remove": True})
    assert "circuits" not in form.solar
    (subentry,) = setup_integration.subentries.values()
    assert subentry.data["solar"]["circuit"] == "main"
    result = await form.submit({"entry": "done"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert form.solar == solar
    # Without circuits there is nothing to choose.
    settings = await open_settings(hass, setup_integration, subentry)
    assert "circuit" not in proposed(settings["data_schema"])["solar"]


@pytest.mark.parametrize("solar", [NEW])
async def test_what_is_below_a_removed_circuit_goes_up(
    form: Form, solar: dict[str, Any]
) -> None:
    await form.open("circuits")
    await form.submit({"entry": "a"})
    await form.submit(proposed(form.result["data_schema"]) | {"remove": True})
    assert form.solar["circuits"] == [
        {"id": "b", "name": "Carport", "limit": 16.0, "parent": "main"}
    ]
    assert form.solar["ceilings"] == solar["ceilings"]


@pytest.mark.parametrize("solar", [NEW])
@pytest.mark.parametrize(("step", "key"), [("circuits", "b"), ("outside", "x")])
async def test_an_entry_that_nobody_touches_stays(
    form: Form, solar: dict[str, Any], step: str, key: str
) -> None:
    await form.open(step)
    await form.submit({"entry": key})
    await form.submit(proposed(form.result["data_schema"]))
    await form.submit(proposed(form.result["data_schema"]))
    kept = {
        "circuits": solar["circuits"],
        "ceilings": [
            # What was not there has what it meant.
            {**solar["ceilings"][0]}
            | ({"circuit": "main", "counts_pv": True} if step == "outside" else {})
        ],
    }
    assert {name: form.solar[name] for name in kept} == kept


@pytest.mark.parametrize(
    "solar",
    [
        {
            "circuits": [
                {"id": "a", "name": "Garage", "limit": "20"},
                {"id": "b", "name": "Annex", "limit": [16]},
            ],
            "ceilings": [
                {"id": "x", "entity": "switch.x", "power": "4200"},
                {"id": "y", "entity": "switch.y", "power": {}, "circuit": ["a"]},
            ],
        }
    ],
)
@pytest.mark.parametrize(
    ("step", "labels"),
    [
        ("circuits", ["Garage (20 A)", "Annex (0 A)"]),
        ("outside", ["switch.x (4200 W)", "switch.y"]),
    ],
)
async def test_odd_entries_are_listed(form: Form, step: str, labels: list[str]) -> None:
    await form.open(step)
    (entry,) = form.result["data_schema"].schema.values()
    assert [one["label"] for one in entry.config["options"][:2]] == labels


# Limits from outside.


@pytest.mark.parametrize(
    "solar",
    [{"fuse": 35.0, "circuits": [{"id": "a", "name": "Garage", "limit": 20.0}]}],
)
async def test_limits_from_outside_are_added_changed_and_removed(
    hass: HomeAssistant, form: Form, solar: dict[str, Any]
) -> None:
    hass.states.async_set("sensor.energy", "7", {"unit_of_measurement": "kWh"})
    await form.open("outside")
    assert form.result["step_id"] == "ceiling"
    base = proposed(form.result["data_schema"])
    assert base == {
        "scope": "each",
        "circuit": "main",
        "counts_pv": True,
    }
    for values, errors in (
        ({"entity": "switch.evu"}, {"power": "ceiling_power_missing"}),
        ({"entity": "input_boolean.evu"}, {"power": "ceiling_power_missing"}),
        (
            {"entity": "sensor.limit", "power": 4200},
            {"power": "ceiling_power_needless"},
        ),
        ({"entity": "sensor.energy"}, {"entity": "not_a_power"}),
        (
            {"entity": "sensor.limit", "scope": "grid"},
            {"scope": "ceiling_without_meter"},
        ),
        (
            {"entity": "sensor.limit", "scope": "grid", "circuit": "a"},
            {"scope": "ceiling_without_meter"},
        ),
        ({"entity": "switch.evu", "power": -1}, {"power": "number_range"}),
    ):
        await form.submit(base | values)
        assert form.errors == errors, values
    result = await form.submit(base | {"entity": "switch.evu", "power": 4200})
    assert result["step_id"] == "outside"
    (ceiling,) = form.solar["ceilings"]
    assert {**ceiling, "id": ""} == {
        "id": "",
        "entity": "switch.evu",
        "power": 4200,
        "scope": "each",
        "circuit": "main",
        "counts_pv": True,
    }
    await form.submit({"entry": "add"})
    await form.submit(base | {"entity": "switch.evu", "power": 5000})
    assert form.errors == {"entity": "ceiling_twice"}
    # The same switch may limit a circuit to something else.
    await form.submit(base | {"entity": "switch.evu", "power": 5000, "circuit": "a"})
    assert len(form.solar["ceilings"]) == 2
    await form.submit({"entry": ceiling["id"]})
    shown = proposed(form.result["data_schema"])
    assert shown["power"] == 4200
    await form.submit(shown | {"power": 3000})
    assert [one["power"] for one in form.solar["ceilings"]] == [3000, 5000]
    for one in list(form.solar["ceilings"]):
        await form.submit({"entry": one["id"]})
        await form.submit(proposed(form.result["data_schema"]) | {"remove": True})
    assert form.solar == solar
    await form.submit({"entry": "done"})
    assert form.solar == solar


@pytest.mark.parametrize("solar", [{"grid_power": GRID, "fuse": 35.0}])
async def test_a_meter_is_no_limit(form: Form, solar: dict[str, Any]) -> None:
    await form.open("outside")
    await form.submit({"entity": GRID, "scope": "each", "counts_pv": True})
    assert form.errors == {"base": "entity_twice"}
    await form.submit({"entity": "sensor.limit", "scope": "grid", "counts_pv": True})
    assert len(form.solar["ceilings"]) == 1


def test_every_option_of_the_house_has_a_form() -> None:
    """What `NEW` has, and what the forms have, is the same."""
    schemas = (
        charging_fields.METER,
        charging_fields.FUSE,
        charging_fields.BATTERY,
        charging_fields.SWITCHING,
        charging_fields.PLANS,
    )
    fields = {
        field for schema in schemas for field in charging_fields.fields_of(schema)
    }
    kept = {"grid_sign", "circuits", "ceilings"}
    assert (
        fields
        == (OLD.keys() | NEW.keys() | {"export_power", "car_before_battery"}) - kept
    )
    assert charging_problems.named_twice(NEW) is None
